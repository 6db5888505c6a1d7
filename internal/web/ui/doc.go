// Package ui holds the components pages are made of: a Go struct each, and a template of the
// same name. A page builds the struct and writes {{template "table" .Table}}. It guarantees
// that the zero value of every component renders, that what cannot be said (a table without
// rows, a menu without links) says so or disappears, and that everything a reader needs is in
// the HTML: labels, captions, headers, text beside every colour. It knows nothing of HTTP,
// of pages, or of what the words mean.
package ui
