package org_test

import (
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// pages reads all pages of a query for people.
func (w *town) pages(q org.PeopleQuery, day string) (names []string, pages int) {
	w.Helper()
	err := w.Log.DB().View(w.Context(), func(r db.Reader) error {
		for more := true; more; more = q.After != (org.Cursor{}) {
			list, next, err := w.view(r, day, "").People(w.Context(), r, q)
			if err != nil {
				return err
			}
			pages++
			for _, p := range list {
				names = append(names, p.Name)
			}
			q.After = next
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return names, pages
}

// some and few are the two forms of what a reader may see.
func some(w *town, names ...string) func(args *[]any, column string) string {
	return func(args *[]any, column string) string {
		var homes []string
		for _, name := range names {
			homes = append(homes, w.Home(name))
		}
		return column + " in " + db.In(args, homes)
	}
}

func few(w *town, names ...string) func(args *[]any) string {
	return func(args *[]any) string {
		return "select distinct person from org_person p where " + some(w, names...)(args, "('p:' || p.person)")
	}
}

// statements asks for some by their ids.
func statements(ids ...id.ID) func(args *[]any) string {
	return func(args *[]any) string {
		return `select id as value from org_person where id in ` + db.In(args, ids)
	}
}

// TestPeople: the union of the pages is what one page gives, in the order of kana, whatever the spelling of the search.
func TestPeople(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := build(t, d, "testdata/library.txt")
		w.Clock.Set(t, "2026-01-05T09:00:00+09:00")
		stated := map[string]id.ID{}
		w.Do(trail.Act{}, func(tx *trail.Tx) error {
			c := org.AtOnce(tx)
			for i, p := range []org.Person{
				{Number: "A-001", Name: "髙橋 一_郎", Kana: "タカハシ イチロウ"},
				{Number: "A-002", Name: "高橋 二郎", Kana: "タカハシ ジロウ"},
				{Number: "A-003", Name: "渡辺 花", Kana: "ワタナベ ハナ"},
				{Number: "A-004", Name: "高橋 三郎", Kana: "タカハシ イチロウ"},
			} {
				p.Statement, p.Person = c.State(org.BodyHome, w.Day("2026-01-01"), org.Open()), id.New(tx.Now)
				p.Find, stated[p.Number] = org.FindText(p.Number, p.Name, p.Kana), p.ID
				if err := org.People.Put(t.Context(), tx, p); err != nil {
					return err
				}
				for _, unit := range []string{"10", "11"}[i/2:] { // the first two are in both
					u := w.ID("unit", unit)
					a := org.Assignment{Statement: c.State(org.UnitHome(u), w.Day("2026-01-01"), org.Open()), Person: p.Person, Unit: u, Post: w.ID("post", "司書"), Manner: org.Main}
					if err := org.Assignments.Put(t.Context(), tx, a); err != nil {
						return err
					}
				}
			}
			return nil
		})
		w.Clock.Add(1)
		for _, c := range []struct {
			what, want string
			q          org.PeopleQuery
		}{
			{"everybody", "髙橋 一_郎 高橋 三郎 高橋 二郎 渡辺 花 伊藤 宇野 榎本 青木", org.PeopleQuery{}},
			{"one spelling for another", "髙橋 一_郎 高橋 三郎 高橋 二郎", org.PeopleQuery{Find: "高　橋"}},
			{"half width kana", "髙橋 一_郎 高橋 三郎", org.PeopleQuery{Find: "ﾀｶﾊｼ ｲﾁ"}},
			{"number", "渡辺 花", org.PeopleQuery{Find: "ａ-003"}},
			{"not across number and name", "", org.PeopleQuery{Find: "001高橋"}},
			{"a sign is a sign", "髙橋 一_郎", org.PeopleQuery{Find: "_"}},
			{"a unit", "髙橋 一_郎 高橋 二郎 伊藤 宇野", org.PeopleQuery{Units: []id.ID{w.ID("unit", "10")}}},
			{"a subtree, each once", "髙橋 一_郎 高橋 三郎 高橋 二郎 渡辺 花 伊藤 宇野", org.PeopleQuery{Units: []id.ID{w.ID("unit", "10"), w.ID("unit", "11")}}},
			{"those whom the reader may see, as a condition", "伊藤 宇野", org.PeopleQuery{Where: some(w, "伊藤", "宇野")}},
			{"those whom the reader may see, as a list", "伊藤 宇野", org.PeopleQuery{Few: few(w, "伊藤", "宇野")}},
			{"of a unit those whom the reader may see", "伊藤", org.PeopleQuery{Units: []id.ID{w.ID("unit", "10")}, Where: some(w, "伊藤", "榎本")}},
			{"of a unit those few whom the reader may see", "伊藤", org.PeopleQuery{Units: []id.ID{w.ID("unit", "10")}, Few: few(w, "伊藤", "榎本"), Find: "伊"}},
			{"in a unit and by name", "高橋 三郎", org.PeopleQuery{Units: []id.ID{w.ID("unit", "11")}, Find: "三郎"}},
			{"no units", "", org.PeopleQuery{Units: []id.ID{}}},
			{"among some", "髙橋 一_郎 高橋 三郎", org.PeopleQuery{Among: statements(stated["A-004"], stated["A-001"], "nothing")}},
			{"among some, by name", "高橋 三郎", org.PeopleQuery{Among: statements(stated["A-004"], stated["A-001"]), Find: "三"}},
			{"among some, in a unit", "髙橋 一_郎", org.PeopleQuery{Among: statements(stated["A-004"], stated["A-001"]), Units: []id.ID{w.ID("unit", "10")}}},
			{"among some, in no unit", "", org.PeopleQuery{Among: statements(stated["A-004"]), Units: []id.ID{}}},
			{"among some, and not all of them are seen", "", org.PeopleQuery{Among: statements(stated["A-004"]), Few: few(w, "伊藤")}},
			{"who begins so", "渡辺 花", org.PeopleQuery{Find: "ワ", Begins: true}},
			{"who begins so", "髙橋 一_郎 高橋 三郎 高橋 二郎", org.PeopleQuery{Find: "高　", Begins: true}},
			{"who has it and does not begin so", "", org.PeopleQuery{Find: "橋", Begins: true}},
			{"whose number begins so", "渡辺 花", org.PeopleQuery{Find: "a-003", Begins: true}},
			{"among nobody", "", org.PeopleQuery{Among: statements()}},
		} {
			for _, limit := range []int{1, 2, 3, 100} {
				c.q.Limit = limit
				names, pages := w.pages(c.q, "2026-01-05")
				if got := strings.Join(names, " "); got != c.want || pages != max(1, (len(names)+limit-1)/limit) {
					t.Errorf("%s, %d on a page: %d pages, %s, want %s", c.what, limit, pages, got, c.want)
				}
			}
		}
		if names, _ := w.pages(org.PeopleQuery{Limit: 10}, "2025-12-31"); slices.Contains(names, "渡辺 花") || len(names) != 4 {
			t.Errorf("the day before they came: %v", names)
		}
	})
}
