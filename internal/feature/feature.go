// Package feature says what a feature is to the program: one value that lists everything it
// adds. So the program can be inspected and tested as data. It knows no feature.
package feature

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/web"
)

// Module is one feature.
type Module struct {
	Name  string // the folder, and the prefix of its tables
	Menu  []web.MenuLink
	Part  web.Part // pages and routes, each with its permission and view type
	Words Words
}

// Words are what people call the acts and things that the trail holds by the program's names.
type Words struct {
	Acts  map[string]string // by Act.Name: 人事異動を取り込む
	Kinds map[string]KindWords

	// Names gives what is called by an id, of those that it knows and that may be known now; nil where no column holds ids.
	Names func(ctx context.Context, r db.Reader, now db.Time, ids []string) (map[string]string, error)
}

// KindWords is what people call the things of one audited table.
type KindWords struct {
	Title   string                            // 組織
	Columns map[string]string                 // by column: 上位の組織. A column without a word is not shown
	Called  []string                          // columns that together call the thing, ids by their names; none for name, title …
	Href    func(thing string) string         // the page of a thing; nil where only its history is shown
	Text    func(column, value string) string // how a value of a column is read; nil for as it is
}
