package trail

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/testkit"
)

// TestVerificationSearchesByKeys looks how SQLite goes about each query for what must not be, with the figures of an analyze
// while entries waited for numbers: each row of a table beside the first is found by a whole key. From such figures SQLite once
// took it that hardly an entry has a number, and looked through all entries of a kind for each of them.
func TestVerificationSearchesByKeys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ numbered, things, versions int }{
		"all wait":                     {0, 300, 4},
		"some wait":                    {3000, 300, 3},
		"one thing of many versions":   {3000, 1, 300},
		"all have numbers":             {3000, 0, 0},
		"many things and few versions": {10, 3000, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := testkit.Open(t, testkit.DSN(t, db.SQLite, own()), own())
			l := New(d).Follow(Things())
			if c.numbered > 0 {
				more(t, l, c.numbered)
			}
			for v := range int64(c.versions) {
				entries := make([]version, c.things)
				for i := range entries {
					entries[i] = version{"shared", fmt.Sprint(i), v + 1}
				}
				enter(t, l, id.New(d.Now()), entries...)
			}
			if err := d.Update(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `analyze`)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			for _, o := range slices.Concat(oddities, derived, []oddity{missingThings}) {
				if plan, fits := planOf(t, d, o.query); !fits {
					t.Errorf("%s%s", o.query, plan)
				}
			}
		})
	}
}

// planOf says how SQLite goes about a query, and whether nothing but the first table of a nest is scanned.
func planOf(t *testing.T, d *db.DB, query string) (plan string, fits bool) {
	t.Helper()
	fits = true
	nests := map[int64]nest{} // by the number of the step within which they are
	if err := d.View(t.Context(), func(r db.Reader) error {
		return db.Raw(t.Context(), r, `explain query plan `+query, nil, func(row []any) error {
			step, within, what := row[0].(int64), row[1].(int64), row[3].(string)
			plan += "\n\t" + what
			n := nests[within]
			fits = fits && n.fits(what)
			nests[step] = nest{repeated: strings.HasPrefix(what, "CORRELATED") || n.repeated}
			n.loops++
			nests[within] = n
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	return plan, fits
}

// searched are the keys, and what of one a query wants all rows of.
var searched = []string{"id=?", "act=?", "kind=? AND thing=?", "kind=? AND thing=? AND version=?", "kind=? AND thing=? AND version<?"}

// nest is loops within each other; repeated where they stand in another loop themselves.
type nest struct {
	repeated bool
	loops    int
}

// fits says whether a step of a plan may be the next of the nest.
func (n nest) fits(what string) bool {
	switch {
	case strings.HasPrefix(what, "MULTI-INDEX OR"):
		return false
	case !n.repeated && n.loops == 0:
		return true
	case strings.HasPrefix(what, "SCAN "):
		return false
	case strings.HasPrefix(what, "SEARCH "):
		_, by, _ := strings.Cut(what, "(")
		by, _, _ = strings.Cut(by, ")")
		return slices.Contains(searched, by)
	}
	return true
}
