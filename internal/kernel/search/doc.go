// Package search finds things by the words in them: a follower of the trail that keeps of each thing its folded text and, in one
// index, the pairs of neighbouring characters (bigrams) together with tokens for kind and home.
//
// It guarantees that what it gives holds the words as a reader would find them, in whatever spelling (base/text.Fold) and with spaces
// anywhere: the index proposes, a comparison with the folded text decides; that two characters are enough (監査), and one too;
// that nothing is given whose home is out of the scope; that what is erased by law leaves it with the entry that says so; and
// that it can be made anew (trail rebuild search).
//
// What it gives are candidates. It also holds what may not be known yet, statements before their hour, and may be a second behind
// the rows (Ready says when it is more). So nobody shows a candidate: he reads the row through his own view, shows what he
// gets there, and counts nothing else (Shown, Count).
//
// It does not know what a thing means: a Source says which words are in it.
package search
