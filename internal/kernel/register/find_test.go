package register_test

import (
	"slices"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
	"sekimori/internal/testkit"
)

// TestFiltersAsTheyAreWritten: an option, a level, a day or a number with its bounds, words.
func TestFiltersAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		h.add("受付員", sample("name い", "pieces 3", "got_on R7.4.1", "seen_at R7.4.1 9:05", "stuff 貝", "marks 稀少", "grade.secrecy 1", "lent.from R7.1.1", "lent.to R7.2.1", "giver ﾔﾏﾀﾞ"))
		h.add("受付員", sample("name ろ", "pieces 10", "got_on R7.4.2", "seen_at R7.4.2 0:00", "stuff 石", "marks 稀少、破損", "grade.secrecy 3", "fragile yes", "how_to_carry 両手", "desk 1110"))
		h.add("受付員", sample("name は"))
		h.settle()
		h.open("受付員", func(d *register.Desk) {
			for _, c := range []struct {
				field, words string
				want         []string // nil where it is refused
			}{
				{"pieces", "3", []string{"い"}},
				{"pieces", "3~", []string{"い", "ろ"}},
				{"pieces", "4～10", []string{"ろ"}},
				{"pieces", "〜9", []string{"い"}},
				{"pieces", "-", []string{"は"}},
				{"pieces", "~", nil},
				{"pieces", "多い", nil},
				{"got_on", "令和7年4月1日", []string{"い"}},
				{"got_on", "2025-04-02~", []string{"ろ"}},
				{"got_on", "2025-04-01 ~ 2025-04-01", []string{"い"}},
				{"got_on", "いつか", nil},
				{"seen_at", "2025-04-01", []string{"い"}},
				{"seen_at", "~2025-04-02", []string{"い", "ろ"}},
				{"seen_at", "2025-04-02~", []string{"ろ"}},
				{"lent", "2025-01-01", []string{"い"}},
				{"lent", "-", []string{"は", "ろ"}},
				{"stuff", "shell", []string{"い"}},
				{"stuff", "鉄", nil},
				{"marks", "rare", []string{"い", "ろ"}},
				{"marks", "broken", []string{"ろ"}},
				{"marks", "古い", nil},
				{"marks", "-", []string{"は"}},
				{"grade", "secrecy=3", []string{"ろ"}},
				{"grade", "secrecy=9", nil},
				{"grade", "-", []string{"は"}},
				{"fragile", "yes", []string{"ろ"}},
				{"desk", "1110", []string{"ろ"}},
				{"desk", "9999", nil},
				{"name", "ロ", []string{}},
				{"name", "ろ", []string{"ろ"}},
				{"giver", "ヤマダ", []string{"い"}},
				{"phone", "1", nil}, // not listed
				{"price", "1", nil}, // read under record
			} {
				f, _ := d.Field(c.field)
				by, problem := d.FilterBy(f, c.words)
				if (problem != "") != (c.want == nil) {
					t.Errorf("%s %s: %+v %s", c.field, c.words, by, problem)
				}
				if problem != "" {
					continue
				}
				q := register.Query{Sort: "name", Filters: []register.Filter{by}}
				h.expect(c.field+" "+c.words, h.listed(d, q), c.want...)
				q.Limit = 10
				entries, _, err := d.Search("見本", q, search.Cursor{})
				if err != nil || len(entries) != len(c.want) {
					t.Errorf("%s %s with a word: %d, %v", c.field, c.words, len(entries), err)
				}
			}
			if _, _, err := d.Search("見本", register.Query{Limit: 10, Filters: []register.Filter{{Field: "price", From: "0"}}}, search.Cursor{}); err != nil {
				t.Error(err)
			}
		})
		h.open("書庫長", func(d *register.Desk) {
			if entries, _, err := d.Search("見本", register.Query{Limit: 10}, search.Cursor{}); err != nil || len(entries) != 0 {
				t.Errorf("beyond the scope: %d, %v", len(entries), err)
			}
		})
	})
}

// TestOwnersAndTheirConfirmation: how far the confirmation has come, as far as somebody sees.
func TestOwnersAndTheirConfirmation(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		gone := h.add("受付員", sample("name 除かれる"))
		h.add("受付員", sample("grade.secrecy 1"))
		h.add("書庫長", sample("desk 1200"))
		if err := h.desk.Move(t.Context(), h.actor("受付長"), "kodama", "sample", gone.ID, 1, "gone", register.Entering{}); err != nil {
			t.Fatal(errs.Message(err))
		}
		owners := func(name string) (list []register.Owner) {
			h.open(name, func(d *register.Desk) {
				var err error
				if list, err = d.Owners(); err != nil {
					t.Error(err)
				}
			})
			return list
		}
		desk := register.Owner{Home: h.Home("1100"), Entries: 1, Due: 1}
		store := register.Owner{Home: h.Home("1200"), Entries: 1, Due: 1, Unclassified: 1}
		if got := owners("受付長"); !slices.Equal(got, []register.Owner{desk}) {
			t.Errorf("%+v", got)
		}
		if got := owners("館長"); len(got) != 2 || !slices.Contains(got, store) {
			t.Errorf("%+v", got)
		}
		if n, err := h.desk.Confirm(t.Context(), h.actor("受付長"), "kodama", "sample", h.Home("1100"), h.mark(), ""); err != nil || n != 1 {
			t.Fatal(n, errs.Message(err))
		}
		desk.Due = 0
		if got := owners("受付長"); !slices.Equal(got, []register.Owner{desk}) {
			t.Errorf("confirmed: %+v", got)
		}
		h.Clock.Set(t, "2035-04-01T00:00:00+09:00")
		desk.Due = 1
		got := owners("受付長")
		if len(got) != 1 || got[0].Due != 1 || got[0].By.IsZero() || !got[0].By.Before(jpdate.New(2035, 4, 1)) {
			t.Errorf("long after: %+v", got)
		}
		h.verified()
	})
}
