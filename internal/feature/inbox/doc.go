// Package inbox is the first page (/): who somebody is, as what and for whom he acts, what he has to do now, and what his duties
// are. Those who look after the whole see how it stands.
//
// It guarantees that what is to be done comes first, with its day and the clause that asks for it, and that everything on the page
// is of the moment: it keeps nothing. What is to be done each feature says (feature.Module.Tasks); the page knows none of them.
package inbox
