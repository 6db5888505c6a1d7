package clause

import (
	"bytes"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/testkit"
)

// rows is everything that the tables hold.
func rows(t testing.TB, d *db.DB) []string {
	t.Helper()
	var out []string
	err := d.View(t.Context(), func(r db.Reader) error {
		for _, query := range []string{
			`select regime || ' ' || edition || ' ' || sha256 || ' ' || imported_at from clause_source order by 1`,
			`select regime || ' ' || edition || ' ' || document || ' ' || title || ' ' || printed || ' ' || number || ' ' || effective || ' ' || decided || ' ' ||
				line || ' ' || first_byte || ' ' || last_byte from clause_document order by 1`,
			`select regime || ' ' || edition || ' ' || document || ' ' || position || ' ' || printed || ' ' || effective || ' ' || decided || ' ' || why || ' ' || line from clause_revision order by 1`,
			`select regime || ' ' || edition || ' ' || document || ' ' || position || ' ' || clause || ' ' || heading || ' ' || body || ' ' || cells || ' ' ||
				line || ' ' || first_byte || ' ' || last_byte from clause_clause order by 1`,
			`select regime || ' ' || edition || ' ' || position || ' ' || line || ' ' || kind || ' ' || clause || ' ' || words || ' ' || note from clause_defect order by 1`,
		} {
			some, err := db.List[string](t.Context(), r, query)
			if err != nil {
				return err
			}
			out = append(out, some...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// R16 from the database alone: the spans of front matter and clauses tile the bytes of the file.
func TestImportSpansTileTheFile(t *testing.T) {
	t.Parallel()
	type span struct {
		First int `db:"first_byte"`
		Last  int `db:"last_byte"`
	}
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		p := syntheticPack(t)
		p.take(t, d)
		err := d.View(t.Context(), func(r db.Reader) error {
			spans, err := db.List[span](t.Context(), r, `select first_byte, last_byte from clause_document union all select first_byte, last_byte from clause_clause order by first_byte, last_byte`)
			if err != nil {
				return err
			}
			at := 0
			for _, s := range spans {
				if s.First != at {
					t.Errorf("a piece begins at byte %d, the one before it ended at %d", s.First, at)
				}
				at = s.Last
			}
			content, err := db.Get[[]byte](t.Context(), r, `select content from clause_source`)
			if at != len(content) || !bytes.Equal(content, p.data) {
				t.Errorf("pieces end at byte %d of %d", at, len(content))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
