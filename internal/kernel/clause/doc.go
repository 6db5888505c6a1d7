// Package clause reads the published text of a policy: it finds the documents in the file, numbers their clauses, keeps
// every byte beside a normalised form, says which clauses state a duty, and reports what is broken in the text.
//
// It guarantees that the originals and the front matter, joined, are the file byte for byte; that no two clauses of a
// document have one id; that nothing is repaired in silence. Its rules are R1–R18 (clauses) and K1–K4 (statements of duty);
// every rule is named where it is kept.
//
// It does not know which duties a clause makes, who must do them, or any word of a particular policy: documents come as
// Spec, declared defects as Known, both from a pack.
package clause
