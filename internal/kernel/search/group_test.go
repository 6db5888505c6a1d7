package search_test

import (
	"context"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/town"
)

// TestGroups: one field finds people, units, systems and posts as they are on the day, in the scopes, and nothing before its hour.
func TestGroups(t *testing.T) {
	both(t, func(w *world) {
		p := town.Build(w, w.log, town.Lines(`
			unit 0000 市 body kobe-city -
			unit 1000 港湾局 bureau kobe-city 0000
			unit 1100 港湾管理課 section kobe-city 1000
			unit 1200 港湾計画課 section kobe-city 1000 ..2025-09-30
			system K1 港湾予約システム 1100 kobe-city
			post 課長 2 head
			post 港湾主査 3
			assign 湊一郎 1100 課長 main
			assign 湊二郎 1200 港湾主査 main`)...)
		batch := org.Batch{ID: id.New(p.Clock.Now()), Row: trail.Row{Home: org.BodyHome}, Title: "異動", Effective: p.Day("2026-04-01"), Opens: db.At(p.Day("2026-04-01").Start()), State: org.Applied}
		p.Clock.Set(w, "2026-03-20T09:00:00+09:00")
		p.Do(trail.Act{}, func(tx *trail.Tx) error {
			if err := org.Batches.Put(w.Context(), tx, batch); err != nil {
				return err
			}
			return p.State(tx, batch.Change(tx), batch.Effective, "unit 1300 港湾秘密課 section kobe-city 1000", "assign 湊三郎 1300 課長 main")
		})
		w.settle()
		find := func(at, text string, limit int, scopes map[string]search.Scope) string {
			w.Helper()
			p.Clock.Set(w, at)
			var words []string
			w.view(func(r db.Reader) error {
				v := org.View{On: jpdate.Today(p.Clock.Now()), Now: db.At(p.Clock.Now())}
				groups, err := index().Groups(w.Context(), r, v, text, scopes, limit)
				for _, g := range groups {
					line := g.Kind + ":"
					for _, i := range g.Items {
						if name := p.Names[id.ID(i.ID)]; i.Kind != g.Kind || i.Thing == "" || i.Title == "" || name != i.Title && name != i.Note {
							w.Errorf("%+v", i)
						}
						line += " " + i.Title
					}
					if g.More {
						line += " …"
					}
					words = append(words, line)
				}
				return err
			})
			return strings.Join(words, "; ")
		}
		program := access.NewProgram("cli:test")
		all := map[string]search.Scope{"person": program.Scope(access.PeopleRead), "unit": search.Anywhere{}, "system": search.Anywhere{}, "post": search.Anywhere{}}
		for _, c := range []struct{ at, text, want string }{
			{"2026-03-20T09:00:00+09:00", "港湾", "unit: 港湾局 港湾管理課; system: 港湾予約システム; post: 港湾主査"},
			{"2025-09-30T09:00:00+09:00", "港湾課", ""},
			{"2026-03-20T09:00:00+09:00", "港湾 課", "unit: 港湾管理課"},
			{"2026-03-20T09:00:00+09:00", "湊", "person: 湊一郎 湊二郎"},
			{"2026-03-31T23:59:59+09:00", "秘密", ""},
			{"2026-04-01T00:00:00+09:00", "秘密", "unit: 港湾秘密課"},
			{"2026-04-01T00:00:00+09:00", "湊　郎", "person: 湊一郎 湊三郎 …"},
			{"2026-04-01T00:00:00+09:00", "1100", "unit: 港湾管理課"},
			{"2026-04-01T00:00:00+09:00", "", ""},
		} {
			if got := find(c.at, c.text, 2, all); got != c.want {
				w.Errorf("%s at %s: %s, want %s", c.text, c.at, got, c.want)
			}
		}
		const now = "2026-04-01T00:00:00+09:00"
		some := map[string]search.Scope{"person": reach{people: []string{p.Home("湊三郎")}}, "unit": reach{homes: []string{p.Home("1100")}}, "post": reach{body: true}}
		for text, want := range map[string]string{"湊": "person: 湊三郎", "港湾": "unit: 港湾管理課; post: 港湾主査"} {
			if got := find(now, text, 10, some); got != want {
				w.Errorf("%s in a scope: %s, want %s", text, got, want)
			}
		}
		if got := find(now, "湊", 10, map[string]search.Scope{"person": access.Visitor().Scope(access.PeopleRead)}); got != "" {
			w.Errorf("a visitor finds %s", got)
		}
	})
}

// TestScopesOfActors: the real rule of access, of somebody who leads a section, as the index narrows by it.
func TestScopesOfActors(t *testing.T) {
	t.Parallel()
	testkit.Each(t, append(modules(), db.Schema{Module: "access", FS: access.Schema()}), func(t *testing.T, d *db.DB) {
		w := begin(t, d)
		p := town.Build(w, w.log, town.Lines(`
			unit 0000 市 body made -
			unit 1000 港湾局 bureau made 0000
			unit 1100 港湾管理課 section made 1000
			unit 1200 港湾計画課 section made 1000
			system K1 港湾予約システム 1100 made
			system K2 港湾計画システム 1200 made
			post 局長 1 head
			post 課長 2 head
			assign 湊局 1000 局長 main
			assign 湊管理 1100 課長 main
			assign 湊計画 1200 課長 main`)...)
		w.settle()
		rules := []org.Rules{{Regime: "made", Roles: []org.Role{
			{ID: "head", Title: "局の長", Scope: org.ScopeBureau, HeldBy: org.HeldBy{HeadOf: "bureau"}, May: []string{"people.read", "org.read"}},
			{ID: "manager", Title: "課の長", Scope: org.ScopeSection, HeldBy: org.HeldBy{HeadOf: "section"}, May: []string{"people.read", "org.read"}},
		}}}
		gate := access.NewGate(&org.Charts{}, func(context.Context, db.Reader) ([]org.Rules, error) { return rules, nil })
		p.Clock.Add(1000)
		for who, want := range map[string]string{
			"湊局":  "湊局 湊管理 湊計画 港湾局 港湾管理課 港湾計画課 港湾予約システム 港湾計画システム",
			"湊管理": "湊管理 港湾管理課 港湾予約システム",
			"湊計画": "湊計画 港湾計画課 港湾計画システム",
		} {
			var found []string
			w.view(func(r db.Reader) error {
				now := db.At(p.Clock.Now())
				a, err := gate.Person(t.Context(), r, p.ID("person", who), now)
				if err != nil {
					return err
				}
				scope := a.Scope(access.PeopleRead)
				scopes := map[string]search.Scope{}
				for _, kind := range []string{"person", "unit", "system", "post"} {
					scopes[kind] = scope
				}
				for _, text := range []string{"湊", "港湾"} {
					groups, err := index().Groups(t.Context(), r, org.View{On: jpdate.Today(p.Clock.Now()), Now: now}, text, scopes, 10)
					if err != nil {
						return err
					}
					for _, g := range groups {
						for _, i := range g.Items {
							found = append(found, i.Title)
						}
					}
				}
				return nil
			})
			if got := strings.Join(found, " "); got != want {
				t.Errorf("%s finds %s, want %s", who, got, want)
			}
		}
	})
}
