package search

import (
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Org are the sources of units, systems, posts and people: a document is a statement, also one that is not known yet or holds
// on other days. Which of them says what is so is for org.View.
func Org() []Source {
	return []Source{
		statements(org.Units, func(u org.Unit) (org.Statement, string, []string) {
			return u.Statement, u.Code, []string{u.Code, u.Name, u.Short}
		}),
		statements(org.Systems, func(s org.System) (org.Statement, string, []string) {
			return s.Statement, s.Code, []string{s.Code, s.Name}
		}),
		statements(org.Posts, func(p org.Post) (org.Statement, string, []string) {
			return p.Statement, p.Code, []string{p.Code, p.Title}
		}),
		statements(org.People, func(p org.Person) (org.Statement, string, []string) {
			return p.Statement, p.Kana, []string{p.Number, p.Name, p.Kana}
		}),
	}
}

// statements is the source of a kind of statements. One whose place another has taken is seen by nobody any more.
func statements[T any](t trail.Table[T], words func(T) (s org.Statement, sort string, text []string)) Source {
	return Source{Kind: t.Kind(), Form: "1", Document: func(e trail.Feed) (Document, bool, error) {
		row, ok, err := t.Row(e)
		if err != nil || !ok {
			return Document{}, false, err
		}
		s, sort, text := words(row)
		return Document{Home: e.Home, Sort: sort, Text: text}, s.Closes > e.At, nil
	}}
}
