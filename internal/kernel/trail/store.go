package trail

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"reflect"
	"strconv"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS { return db.Steps(schema) }

const entryColumns = 14

// chunkOf is how many rows of n columns go into one statement: enough that the round trip no longer counts, and few enough that
// it does not count that SQLite looks for each parameter among all those before it.
func chunkOf(n int) int { return max(1, 150/n) }

func insertAct(ctx context.Context, tx *db.Tx, a actRow) error {
	_, err := tx.Exec(ctx, `insert into trail_act (id, at, actor, authority, name, seal, opens, detail, note, note_salt, note_hash)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		a.ID, a.At, a.Actor, a.Authority, a.Name, a.Seal, a.Opens, a.Detail, a.Note, a.NoteSalt, a.NoteHash)
	return err
}

func insertEntries(ctx context.Context, tx *db.Tx, entries []entryRow) error {
	if len(entries) == 0 {
		return nil
	}
	args := make([]any, 0, entryColumns*len(entries))
	for _, e := range entries {
		args = append(args, e.Act, e.Position, e.Seq, e.Kind, e.Thing, e.Version, e.Home, e.Gone,
			e.Public, e.PublicSalt, e.PublicHash, e.Personal, e.PersonalSalt, e.PersonalHash)
	}
	_, err := tx.Exec(ctx, `insert into trail_entry (act, position, seq, kind, thing, version, home, gone, public, public_salt, public_hash, personal, personal_salt, personal_hash)
		values `+places(len(entries), entryColumns), args...)
	return err
}

// places is n rows of columns parameters: ($1, $2), ($3, $4).
func places(n, columns int) string {
	b := make([]byte, 0, 6*n*columns)
	for i := range n * columns {
		switch {
		case i == 0:
			b = append(b, "($"...)
		case i%columns == 0:
			b = append(b, "), ($"...)
		default:
			b = append(b, ", $"...)
		}
		b = strconv.AppendInt(b, int64(i+1), 10)
	}
	return string(append(b, ')'))
}

// upsert writes rows with the next version. A row that is not at the version that was read is left, and then the count tells.
func (t Table[T]) upsert(ctx context.Context, tx *Tx, rows []T) error {
	width := len(t.columns) + len(t.sorts)
	args := make([]any, 0, len(rows)*width)
	for _, row := range rows {
		v := reflect.ValueOf(row)
		for _, c := range t.columns {
			value := v.FieldByIndex(c.path).Interface()
			if c.name == "version" {
				value = t.row(row).Version + 1
			}
			args = append(args, value)
		}
		if t.sortsOf != nil {
			for _, key := range t.sortsOf(row) {
				args = append(args, key)
			}
		}
	}
	var keys, sets []string
	for _, c := range t.columns {
		if c.key {
			keys = append(keys, c.name)
		} else {
			sets = append(sets, c.name+" = excluded."+c.name)
		}
	}
	for _, key := range t.sorts {
		sets = append(sets, key+" = excluded."+key)
	}
	n, err := tx.inner.Exec(ctx, `insert into `+t.name+` (`+strings.Join(append(t.names(), t.sorts...), ", ")+`) values `+places(len(rows), width)+`
		on conflict (`+strings.Join(keys, ", ")+`) do update set `+strings.Join(sets, ", ")+` where `+t.name+`.version = excluded.version - 1`, args...)
	if err != nil {
		return err
	}
	return t.all(n, len(rows))
}

func (t Table[T]) delete(ctx context.Context, tx *Tx, row T) error {
	v := reflect.ValueOf(row)
	args := []any{t.row(row).Version}
	where := "version = $1"
	for _, c := range t.columns {
		if c.key {
			args = append(args, v.FieldByIndex(c.path).Interface())
			where += fmt.Sprintf(" and %s = $%d", c.name, len(args))
		}
	}
	n, err := tx.inner.Exec(ctx, `delete from `+t.name+` where `+where, args...)
	if err != nil {
		return err
	}
	return t.all(n, 1)
}

func (t Table[T]) all(written int64, wanted int) error {
	if written == int64(wanted) {
		return nil
	}
	return errs.Wrap(fmt.Errorf("%d of %d rows of %s were at the version that was read", written, wanted, t.name), errs.Conflict,
		"ほかの人が先に変更しました。いまの内容を確かめて、もう一度お試しください。")
}

func entryOf(ctx context.Context, r db.Reader, kind, thing string, version int64) (entryRow, error) {
	return db.Get[entryRow](ctx, r, `select act, position, seq, kind, thing, version, home, gone, public, public_salt, public_hash, personal, personal_salt, personal_hash
		from trail_entry where kind = $1 and thing = $2 and version = $3`, kind, thing, version)
}
