//go:build !bizud

package paper

// embedded is the font that release builds carry; this build has none.
func embedded() (regular, bold []byte) { return nil, nil }
