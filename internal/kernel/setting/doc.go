// Package setting keeps what a policy leaves open and the body decides for itself (標準運用値): intervals, terms, ways in.
//
// It guarantees that a value is in force only by a decision with number and date, from a day on; that until then there is only a
// proposal, which is told from a decision wherever a value goes; that a draft (起案) is decided as a whole, by somebody else
// than who made it, and only as it was printed; and that a decision is never changed, only followed by another.
//
// What settings there are comes from outside, as declarations: from packs, and from packages that need settings of their own. It
// knows no pack, and not what a value is used for.
//
// A draft is open, then adopted or withdrawn, and stays.
package setting
