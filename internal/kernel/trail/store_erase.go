package trail

import (
	"context"
	"fmt"
	"strings"

	"sekimori/internal/base/db"
)

// blankPersonal blanks the personal part of all versions but of the last, which the row equals; of that too where the thing is gone.
func blankPersonal(ctx context.Context, tx *Tx, kind, thing string) (through, n int64, err error) {
	through, err = db.Get[int64](ctx, tx, `select coalesce(max(case when gone then version else version - 1 end), 0) from trail_entry
		where kind = $1 and thing = $2 and version = (select max(version) from trail_entry where kind = $1 and thing = $2)`, kind, thing)
	if err != nil {
		return 0, 0, err
	}
	n, err = tx.inner.Exec(ctx, `update trail_entry set personal = '', personal_salt = '' where kind = $1 and thing = $2 and version <= $3 and personal <> ''`, kind, thing, through)
	return through, n, err
}

func blankNote(ctx context.Context, tx *Tx, act string) (int64, error) {
	return tx.inner.Exec(ctx, `update trail_act set note = '', note_salt = '' where id = $1 and note <> ''`, act)
}

func allErasures(ctx context.Context, r db.Reader) ([]Erasure, error) {
	return db.List[Erasure](ctx, r, `select kind, thing, part, ground, clause from trail_erasure order by id`)
}

// byKey reads the row with a key, none if it is not there.
func (t Table[T]) byKey(ctx context.Context, r db.Reader, keys []any) ([]T, error) {
	where := make([]string, len(keys))
	for i, c := range t.keyColumns() {
		where[i] = fmt.Sprintf("%s = $%d", c.name, i+1)
	}
	return db.List[T](ctx, r, `select `+t.Columns()+` from `+t.name+` where `+strings.Join(where, " and "), keys...)
}
