// Package tiny is a third regime for tests: a library with articles instead of numbered
// chapters, one axis of five levels, other roles and its own common files. Whatever works
// for it and for the shipped packs does not know either. It is imported by tests only.
package tiny

import (
	"embed"
	"io/fs"
)

//go:embed regimes
var files embed.FS

// Text is the published text of the regime, UTF-8.
//
//go:embed kodama.txt
var Text []byte

// Regimes is the tree of packs: common/ and kodama/1.0/.
func Regimes() fs.FS {
	sub, err := fs.Sub(files, "regimes")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}
