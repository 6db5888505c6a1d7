package org

import (
	"embed"
	"io/fs"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) //nolint:forbidigo // the folder is embedded above
	}
	return sub
}
