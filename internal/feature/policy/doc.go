// Package policy shows the policy (規程): its clauses with the duties that follow from them,
// duties by role, roles, classes, settings, defects of the source, and search over all of
// it; and it takes in the official text. It only reads packs and imported text: it has no
// states of its own. It guarantees that what it shows of the official text is the imported
// text of just that edition, and that it shows the duties in full where none was imported.
// It does not judge whether a duty is kept.
package policy
