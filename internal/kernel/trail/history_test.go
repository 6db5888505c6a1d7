package trail_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// changed writes changes of one thing as lines.
func changed(versions []trail.Version) (lines []string) {
	for _, v := range versions {
		line := fmt.Sprintf("%d %s:", v.Version, v.Name)
		for _, c := range v.Changes {
			mark := ""
			if c.Personal {
				mark = "*"
			}
			line += fmt.Sprintf(" %s%s %v→%v", c.Column, mark, c.Old, c.New)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestHistoryShowsWhatChanged(t *testing.T) {
	t.Parallel()
	testkit.Each(t, world(), func(t *testing.T, d *db.DB) {
		ctx, l := t.Context(), trail.New(d)
		row := thing{ID: id.New(d.Now()), Row: trail.Row{Home: "u:1"}, Name: "甲", Owner: "髙橋", Count: 3}
		put := func(act trail.Act, change func()) {
			t.Helper()
			change()
			act.Actor = "cli:test"
			if err := l.Do(ctx, act, func(tx *trail.Tx) error { return things.Put(ctx, tx, row) }); err != nil {
				t.Fatal(err)
			}
			row.Version++
		}
		const opens = db.Time("2027-04-01T00:00:00.000000Z")
		put(trail.Act{Name: "make"}, func() {})
		put(trail.Act{Name: "rename", Note: "誤記"}, func() { row.Name, row.Big = "乙", true })
		put(trail.Act{Name: "move", Seal: "内示", Opens: opens}, func() { row.Home, row.Owner = "u:2", "佐藤" })
		put(trail.Act{Name: "count"}, func() { row.Count = 4 })
		put(trail.Act{Name: "hide", Seal: "秘"}, func() { row.Count = 5 }) // never opens
		row.Version = 5
		if err := l.Do(ctx, trail.Act{Actor: "cli:test", Name: "remove"}, func(tx *trail.Tx) error { return things.Remove(ctx, tx, row) }); err != nil {
			t.Fatal(err)
		}
		history := func(before int64, limit int, seen trail.Seen) (list []trail.Version) {
			t.Helper()
			if err := d.View(ctx, func(r db.Reader) (err error) {
				list, err = l.History(ctx, r, "thing", string(row.ID), before, limit, seen)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return list
		}
		made := "1 make: big <nil>→false count <nil>→3 home <nil>→u:1 name <nil>→甲 owner* <nil>→髙橋"
		renamed := "2 rename: big false→true name 甲→乙"
		for _, c := range []struct {
			name   string
			before int64
			limit  int
			seen   trail.Seen
			want   []string
		}{
			{"before it opens", 0, 9, trail.Seen{Now: "2027-03-31T23:59:59.999999Z"}, []string{"6 remove: count 4→5", "4 count: count 3→4 home u:1→u:2 owner* 髙橋→佐藤", renamed, made}},
			{"without a time", 0, 9, trail.Seen{}, []string{"6 remove: count 4→5", "4 count: count 3→4 home u:1→u:2 owner* 髙橋→佐藤", renamed, made}},
			{"once it is open", 0, 9, trail.Seen{Now: opens}, []string{"6 remove: count 4→5", "4 count: count 3→4", "3 move: home u:1→u:2 owner* 髙橋→佐藤", renamed, made}},
			{"to who holds the seals", 0, 9, trail.Seen{Seals: []string{"秘", "内示"}}, []string{"6 remove:", "5 hide: count 4→5", "4 count: count 3→4", "3 move: home u:1→u:2 owner* 髙橋→佐藤", renamed, made}},
			{"a page", 5, 2, trail.Seen{Now: opens}, []string{"4 count: count 3→4", "3 move: home u:1→u:2 owner* 髙橋→佐藤"}},
			{"the last page", 3, 9, trail.Seen{}, []string{renamed, made}},
		} {
			if diff := cmp.Diff(c.want, changed(history(c.before, c.limit, c.seen))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
		}
		newest := history(0, 1, trail.Seen{})[0]
		if !newest.Gone || newest.Seq != nil || newest.Actor != "cli:test" || newest.At == "" || newest.PersonalErased {
			t.Errorf("%+v", newest)
		}
		if v := history(3, 1, trail.Seen{})[0]; v.Note != "誤記" || v.NoteErased {
			t.Errorf("%+v", v)
		}
		if n, err := l.Erase(ctx, trail.Act{Actor: "cli:test", Name: "erase"}, audited(),
			trail.Erasure{Kind: "thing", Thing: string(row.ID), Part: trail.PartPersonal, Ground: "法", Clause: "9:1"},
			trail.Erasure{Kind: trail.KindAct, Thing: string(history(3, 1, trail.Seen{})[0].Act), Part: trail.PartNote, Ground: "法", Clause: "9:1"}); n != 2 || err != nil {
			t.Fatalf("%d erased: %v", n, err)
		}
		for _, v := range history(0, 9, trail.Seen{Seals: []string{"秘", "内示"}}) {
			if !v.PersonalErased || v.Personal != "" || v.Note != "" || v.NoteErased != (v.Version == 2) || slices.ContainsFunc(v.Changes, func(c trail.Change) bool { return c.Personal }) {
				t.Errorf("after the erasure: %+v", v)
			}
		}
	})
}

// TestSearch compares every page of every query with a filter over all entries.
func TestSearch(t *testing.T) {
	t.Parallel()
	testkit.Each(t, world(), func(t *testing.T, d *db.DB) {
		ctx, l := t.Context(), begin(t, d)
		live(t, l)
		search := func(q trail.Query, seen trail.Seen) (all []trail.Entry) {
			t.Helper()
			for {
				var list []trail.Entry
				if err := d.View(ctx, func(r db.Reader) (err error) {
					list, q.After, err = l.Search(ctx, r, q, seen)
					return err
				}); err != nil {
					t.Fatal(err)
				}
				all = append(all, list...)
				if q.After == 0 {
					return all
				}
				if len(list) != q.Limit {
					t.Fatalf("%d entries on a page of %d with a next one", len(list), q.Limit)
				}
			}
		}
		holder := trail.Seen{Seals: []string{"s"}}
		all := search(trail.Query{Limit: 50}, holder)
		if n := pick[int](t, l, `select count(*) from trail_entry`); len(all) != n {
			t.Fatalf("%d of %d entries", len(all), n)
		}
		for i := range all {
			if want := int64(len(all) - 1 - i); *all[i].Seq != want {
				t.Fatalf("place %d has number %d", i, *all[i].Seq)
			}
		}
		middle := all[len(all)-5]
		for _, q := range []trail.Query{
			{},
			{Kind: "share"},
			{Kind: "thing", Thing: middle.Thing},
			{Actor: "cli:test", Name: "thing.change"},
			{Actor: "nobody"},
			{Home: "u:1"},
			{Act: middle.Act},
			{From: all[20].At},
			{To: all[20].At},
			{From: all[20].At, To: all[3].At, Kind: "thing"},
			{Kind: "thing", Home: "u:2", Name: "thing.import"},
		} {
			for _, seen := range []trail.Seen{holder, {}} {
				var want, got []int64
				for _, e := range all {
					if (q.Kind == "" || e.Kind == q.Kind) && (q.Thing == "" || e.Thing == q.Thing) && (q.Actor == "" || e.Actor == q.Actor) && (q.Name == "" || e.Name == q.Name) &&
						(q.Home == "" || e.Home == q.Home) && (q.Act == "" || e.Act == q.Act) && (q.From == "" || e.At >= q.From) && (q.To == "" || e.At < q.To) {
						want = append(want, *e.Seq)
					}
				}
				if len(seen.Seals) == 0 {
					sealed := pick[string](t, l, `select string_agg(cast(e.seq as text), ',' order by e.seq) from trail_entry e join trail_act a on a.id = e.act where a.seal <> ''`)
					want = slices.DeleteFunc(want, func(n int64) bool { return slices.Contains(splitNumbers(sealed), n) })
				}
				q.Limit = 7
				for _, e := range search(q, seen) {
					got = append(got, *e.Seq)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%+v %+v (-want +got):\n%s", q, seen, diff)
				}
			}
		}
	})
}

func splitNumbers(list string) (numbers []int64) {
	for _, part := range strings.Split(list, ",") {
		var n int64
		if _, err := fmt.Sscan(part, &n); err == nil {
			numbers = append(numbers, n)
		}
	}
	return numbers
}
