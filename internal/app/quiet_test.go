package app_test

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/app"
)

// TestFiveHundredPagesWriteNothing reads pages and operations as five actors, and compares every table before and after: only when a
// session was used last may have changed.
func TestFiveHundredPagesWriteNothing(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "sekimori.db")
	w := openAccessTownIn(t, app.Place{DB: "sqlite:" + file})
	var routes []askedRoute
	for _, r := range askedRoutes(w.App) {
		if r.method == http.MethodGet {
			routes = append(routes, r)
		}
	}
	actors := []string{own, deputy, below, otherRegime, named}
	for _, class := range actors {
		w.cookie(class, false)
	}
	before := tables(t, file)
	asked := 0
	for asked < 500 {
		for _, r := range routes {
			path := r.pattern
			for part, is := range w.parts {
				path = strings.ReplaceAll(path, part, is)
			}
			for _, class := range actors {
				if answer := w.get(w.people[class].Number, path); answer.Code >= http.StatusInternalServerError {
					t.Errorf("%s: %d", path, answer.Code)
				}
				asked++
			}
		}
	}
	after := tables(t, file)
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if before[name] != after[name] {
			t.Errorf("%d pages changed %s: %s became %s", asked, name, before[name], after[name])
		}
	}
	if len(before) < 20 || len(before) != len(after) {
		t.Errorf("%d tables before, %d after", len(before), len(after))
	}
}

// tables is how many rows each table of a file has, and the sum of what stands in them.
func tables(t *testing.T, file string) map[string]string {
	t.Helper()
	d, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // it only reads
	sums := map[string]string{}
	for _, name := range column(t, d, `select name from pragma_table_list where schema = 'main' and type in ('table', 'shadow') and name not like 'sqlite%'`) {
		columns := column(t, d, `select name from pragma_table_info('`+name+`') where '`+name+`.' || name <> 'account_session.used_at'`)
		rows := column(t, d, `select quote("`+strings.Join(columns, `") || quote("`)+`") from "`+name+`" order by 1`)
		sums[name] = fmt.Sprintf("%d rows, %x", len(rows), sha256.Sum256([]byte(strings.Join(rows, "\n"))))
	}
	return sums
}

func column(t *testing.T, d *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := d.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(query, err)
	}
	defer rows.Close() //nolint:errcheck // Err says it
	for rows.Next() {
		var s sql.NullString
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s.String)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
