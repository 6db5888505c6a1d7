// Package feature says what a feature is to the program: one value that lists everything it
// adds. So the program can be inspected and tested as data. It knows no feature.
package feature

import (
	"context"
	"net/url"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// Module is one feature.
type Module struct {
	Name  string // the folder, and the prefix of its tables
	Menu  []web.MenuLink
	Part  web.Part // pages and routes, each with its permission and view type
	Words Words

	// Tasks lists what somebody has to do now because of this feature, in a read of his page; nil where there is nothing such.
	Tasks func(ctx context.Context, r db.Reader, actor *access.Actor) ([]Task, error)
	// Figures tells those who look after the whole (state.read) how it stands; nil where there is nothing to tell.
	Figures func(ctx context.Context, r db.Reader, actor *access.Actor) ([]ui.Stat, error)
}

// Task is one thing that somebody has to do now.
type Task struct {
	Do     string      // 代行者を指名する
	About  string      // of what, where
	Href   string      // where he does it
	Due    jpdate.Date // zero where there is no day
	Regime string      // with Clause: what asks for it, "" for nothing but good order
	Clause string      // as packs name it
	Late   bool
}

// SearchSides lead between what can be looked for, with the words that were typed.
func SearchSides(current, words string) ui.Tabs {
	t := ui.Tabs{Label: "さがすもの"}
	for _, side := range []ui.Link{{Text: "条項と義務", Href: "/search"}, {Text: "組織と職員", Href: "/find"}, {Text: "台帳の記録", Href: "/ledger/find"}} {
		side.Current = side.Href == current
		if words != "" {
			side.Href += "?" + url.Values{"q": {words}}.Encode()
		}
		t.Links = append(t.Links, side)
	}
	return t
}

// Moment writes a db.Time, or a text that holds one or nothing, as an office reads it: 令和8年4月1日 9:05.
func Moment[T ~string](at T) string { return jpdate.Moment(db.Time(at).Time()) }

// ClauseHref is the page of a clause that a pack names; each part is percent-encoded and / kept.
func ClauseHref(p *regime.Pack, ref string) string {
	document, clause := p.Resolve(ref)
	parts := strings.Split(clause, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return "/clause/" + url.PathEscape(p.ID) + "/" + url.PathEscape(document) + ":" + strings.Join(parts, "/")
}

// Words are what people call the acts and things that the trail holds by the program's names.
type Words struct {
	Acts  map[string]string // by Act.Name: 人事異動を取り込む
	Kinds map[string]KindWords

	// Names gives what is called by an id, of those that it knows and that may be known now; nil where no column holds ids.
	Names func(ctx context.Context, r db.Reader, now db.Time, ids []string) (map[string]string, error)

	// Actors gives the actors, as the trail names them, whom people mean by some words; nil where the feature knows none.
	Actors func(ctx context.Context, r db.Reader, now db.Time, words string) ([]string, error)

	Roles map[string]string // the titles of roles, by REGIME/ROLE
}

// KindWords is what people call the things of one audited table.
type KindWords struct {
	Title   string                            // 組織
	Columns map[string]string                 // by column: 上位の組織. A column without a word is not shown
	Called  []string                          // columns that together call the thing, ids by their names; none for name, title …
	Href    func(thing string) string         // the page of a thing; nil where only its history is shown
	May     access.Permission                 // what that page asks for; "" for none
	Text    func(column, value string) string // how a value of a column is read; nil for as it is
}
