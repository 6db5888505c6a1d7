package search

import (
	"context"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Org are the sources of people, units, systems and posts: a document is a statement, also one that is not known yet or holds on
// other days. Which of them says what is so is for org.View.
func Org() []Source {
	return []Source{
		statements(org.People, org.Stated[org.Person], func(p org.Person) said {
			return said{p.Statement, []string{p.Number, p.Name, p.Kana}, Item{ID: string(p.Person), Title: p.Name, Note: strings.TrimSpace(p.Number + " " + p.Kana), Order: p.Kana}}
		}),
		statements(org.Units, org.Stated[org.Unit], func(u org.Unit) said {
			return said{u.Statement, []string{u.Code, u.Name, u.Short}, Item{ID: string(u.Unit), Title: u.Name, Note: u.Code, Order: u.Code}}
		}),
		statements(org.Systems, org.Stated[org.System], func(s org.System) said {
			return said{s.Statement, []string{s.Code, s.Name}, Item{ID: string(s.System), Title: s.Name, Note: s.Code, Order: s.Code}}
		}),
		statements(org.Posts, org.Stated[org.Post], func(p org.Post) said {
			return said{p.Statement, []string{p.Code, p.Title}, Item{ID: string(p.Post), Title: p.Title, Note: p.Code, Order: p.Code}}
		}),
	}
}

// said is what a statement says.
type said struct {
	org.Statement
	text []string
	item Item
}

// statements is the source of a kind of statements. One whose place another has taken is seen by nobody any more.
func statements[T any](t org.Table[T], stated func(context.Context, db.Reader, org.View, org.Table[T], []string) ([]T, error), words func(T) said) Source {
	return Source{
		Kind: t.Kind(), Form: "1",
		Document: func(e trail.Feed) (Document, bool, error) {
			row, ok, err := t.Row(e)
			if err != nil || !ok {
				return Document{}, false, err
			}
			s := words(row)
			return Document{Home: e.Home, Text: s.text}, s.Closes > e.At, nil
		},
		Show: func(ctx context.Context, r db.Reader, v org.View, things []string) (map[string]Item, error) {
			list, err := stated(ctx, r, v, t, things)
			items := map[string]Item{}
			for _, row := range list {
				s := words(row)
				items[string(s.ID)] = s.item
			}
			return items, err
		},
	}
}
