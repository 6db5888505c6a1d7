package search

// Code is how the index writes a character.
func Code(r rune) string { return code(r) }
