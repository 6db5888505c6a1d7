// Package feature says what a feature is to the program: one value that lists everything it
// adds. So the program can be inspected and tested as data. It knows no feature.
package feature

import (
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// Module is one feature.
type Module struct {
	Name string // the folder, and the prefix of its tables
	Menu []ui.Link
	Part web.Part // pages and routes, each with its permission and view type
}
