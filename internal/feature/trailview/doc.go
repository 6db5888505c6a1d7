// Package trailview shows the trail (証跡): who did what and when, what each thing was after each act, and whether all of it
// is still as it was written. It lets people search acts, read the history of one thing with what changed, take a receipt
// for one state, have the whole trail verified and keep the result, and take a signed checkpoint away.
//
// It guarantees that nothing is shown but of things that are in the reader's scope now (trail.read), wherever they were, nor before
// the hour of an act, and that the result of a verification is itself an act. It changes nothing else. What is of the whole trail,
// its state and signed heads, is for those whose scope is the body. It does not know what acts and things are called: the features
// say so (feature.Words).
package trailview
