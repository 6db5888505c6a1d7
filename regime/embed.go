// Package regime is the packs that the program ships: policies as data, in our own words.
// It holds files only; internal/kernel/regime reads them.
package regime

import (
	"embed"
	"io/fs"
)

//go:embed common kobe-city kobe-school
var files embed.FS

// FS is the tree of packs: common/ and REGIME/EDITION/.
func FS() fs.FS { return files }
