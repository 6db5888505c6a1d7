package db_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/testkit"
)

func TestRawGivesWhatIsStored(t *testing.T) {
	testkit.Each(t, schema, func(t *testing.T, d *db.DB) {
		if err := d.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `update account set mark = $1, opened_at = 'spring' where id = 'b'`, []byte{0, 255})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var got [][]any
		if err := d.View(t.Context(), func(r db.Reader) error {
			return db.Raw(t.Context(), r, `select id, amount, open, opened_at, mark from account where id >= $1 order by id`, []any{"a"}, func(row []any) error {
				got = append(got, append([]any{}, row...))
				return nil
			})
		}); err != nil {
			t.Fatal(err)
		}
		yes := map[db.Engine]any{db.SQLite: int64(1), db.Postgres: true}[d.Engine()]
		want := [][]any{{"a", int64(100), yes, nil, nil}, {"b", int64(100), yes, "spring", []byte{0, 255}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
