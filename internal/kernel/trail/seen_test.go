package trail_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// within is who may see some homes: by the condition alone, and with the query for few as well.
func within(few bool, homes ...string) trail.Seen {
	s := trail.Seen{Seals: []string{"s"}, Where: func(args *[]any, column string) string { return column + ` in ` + db.In(args, homes) }}
	if few {
		s.Few = func(args *[]any) string {
			return `select distinct t.home from trail_thing t where t.home in ` + db.In(args, homes)
		}
	}
	return s
}

// TestReadersSeeTheirHomes: acts, their counts, entries and histories are those of the things that are now in the reader's homes,
// wherever these were when something was done to them.
func TestReadersSeeTheirHomes(t *testing.T) {
	t.Parallel()
	testkit.Each(t, world(), func(t *testing.T, d *db.DB) {
		ctx, l := t.Context(), begin(t, d)
		live(t, l)
		do := func(name string, rows ...thing) {
			t.Helper()
			if err := l.Do(ctx, trail.Act{Actor: "cli:test", Name: name}, func(tx *trail.Tx) error { return things.Put(ctx, tx, rows...) }); err != nil {
				t.Fatal(err)
			}
		}
		mine := thing{ID: id.New(d.Now()), Row: trail.Row{Home: "u:0"}, Name: "移る"}
		do("thing.make", mine)
		mine.Home, mine.Version = "u:9", 1
		do("thing.move", mine)
		settle(t, l)
		mine.Name, mine.Version = "番号待ち", 2
		fresh := thing{ID: id.New(d.Now()), Row: trail.Row{Home: "u:9"}, Name: "新しい"}
		do("thing.late", mine, fresh) // has no number yet

		type entry struct {
			Act     id.ID  `db:"act"`
			Kind    string `db:"kind"`
			Thing   string `db:"thing"`
			Version int64  `db:"version"`
			Seq     int64  `db:"seq"`  // -1 for none
			Home    string `db:"home"` // now, "" for nobody knows
			At      string `db:"was"`  // in the entry
		}
		var all []entry
		read := func(fn func(r db.Reader) error) {
			t.Helper()
			if err := d.View(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		read(func(r db.Reader) (err error) {
			all, err = db.List[entry](ctx, r, `select e.act, e.kind, e.thing, e.version, coalesce(e.seq, -1) as seq, coalesce(t.home, '') as home, e.home as was
				from trail_entry e left join trail_thing t on t.kind = e.kind and t.thing = e.thing order by e.act, e.position`)
			return err
		})
		closed := within(false, "u:9", "u:2", "b:")
		closed.Pending = true
		for name, c := range map[string]struct {
			seen  trail.Seen
			homes []string
		}{
			"one unit":          {within(false, "u:1"), []string{"u:1"}},
			"few things":        {within(true, "u:9"), []string{"u:9"}},
			"few, as condition": {within(false, "u:9"), []string{"u:9"}},
			"several":           {within(true, "u:2", "b:"), []string{"u:2", "b:"}},
			"nothing":           {within(true, "u:8"), []string{"u:8"}},
			"also what waits":   {closed, []string{"u:9", "u:2", "b:"}},
			"all":               {trail.Seen{Seals: []string{"s"}}, nil},
		} {
			shown := func(e entry) bool {
				home := e.Home
				if home == "" && c.seen.Pending {
					home = e.At
				}
				return c.homes == nil || slices.Contains(c.homes, home)
			}
			wantActs, wantSeqs := []string{}, []int64{}
			for i := len(all) - 1; i >= 0; i-- {
				e := all[i]
				if e.Seq >= 0 && shown(e) {
					wantSeqs = append(wantSeqs, e.Seq)
				}
				if i > 0 && all[i-1].Act == e.Act {
					continue
				}
				n, first := 0, entry{}
				for _, o := range slices.Backward(all) {
					if o.Act == e.Act && shown(o) {
						n, first = n+1, o
					}
				}
				if n > 0 {
					wantActs = append(wantActs, fmt.Sprint(e.Act, n, first.Kind, first.Thing))
				}
			}
			slices.SortFunc(wantSeqs, func(a, b int64) int { return int(b - a) })
			gotActs, gotSeqs := []string{}, []int64{}
			read(func(r db.Reader) error {
				for after := id.ID(""); ; {
					acts, next, err := l.Acts(ctx, r, trail.Query{Limit: 4}, after, c.seen)
					if err != nil {
						return err
					}
					for _, a := range acts {
						gotActs = append(gotActs, fmt.Sprint(a.ID, a.Entries, a.Kind, a.Thing))
					}
					if after = next; after == "" {
						break
					}
				}
				for q := (trail.Query{Limit: 30}); ; {
					list, next, err := l.Search(ctx, r, q, c.seen)
					if err != nil {
						return err
					}
					for _, e := range list {
						gotSeqs = append(gotSeqs, *e.Seq)
					}
					if q.After = next; next == 0 {
						return nil
					}
				}
			})
			if diff := cmp.Diff(wantActs, gotActs); diff != "" {
				t.Errorf("%s: acts (-want +got):\n%s", name, diff)
			}
			if diff := cmp.Diff(wantSeqs, gotSeqs); diff != "" {
				t.Errorf("%s: entries (-want +got):\n%s", name, diff)
			}
			for _, e := range all[:min(len(all), 300)] {
				read(func(r db.Reader) error {
					h, err := l.History(ctx, r, e.Kind, e.Thing, e.Version+1, 1, c.seen)
					if got := len(h) > 0; got != shown(e) {
						t.Errorf("%s: history of %s in %s: %v", name, e.Thing, e.Home, got)
					}
					return err
				})
			}
			read(func(r db.Reader) error {
				none, _, err1 := l.Acts(ctx, r, trail.Query{Actors: []string{}, Limit: 9}, "", c.seen)
				some, _, err2 := l.Search(ctx, r, trail.Query{Actors: []string{"cli:other", "cli:test"}, Limit: 9}, c.seen)
				if err1 != nil || err2 != nil || len(none) != 0 || len(some) != min(len(wantSeqs), 9) {
					t.Errorf("%s: by actors: %d, %d %v %v", name, len(none), len(some), err1, err2)
				}
				return nil
			})
		}
	})
}
