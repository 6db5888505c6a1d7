package register

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package that no pack declares.
func Schema() fs.FS { return db.Steps(schema) }

// Get reads an entry. ErrNotFound where there is none.
func (b *Book) Get(ctx context.Context, r db.Reader, entry id.ID) (Entry, error) {
	return db.Get[Entry](ctx, r, `select `+b.Table.Columns()+` from `+b.Table.Name()+` where id = $1`, entry)
}

// byNumber finds the entries of a number as people write it: at most two.
func (b *Book) byNumber(ctx context.Context, r db.Reader, number string) ([]Entry, error) {
	return db.List[Entry](ctx, r, `select `+b.Table.Columns()+` from `+b.Table.Name()+` where number = $1 and number <> '' limit 2`, number)
}

// addedAt reads the entries of a home that came from a source since a time and are what they were then, the newest first. Ids hold the
// time, and begin the search.
func (b *Book) addedAt(ctx context.Context, r db.Reader, home, source string, since time.Time, most int) ([]Entry, error) {
	return db.List[Entry](ctx, r, `select `+b.Table.Columns()+` from `+b.Table.Name()+` where id >= $1 and home || '' = $2 and source = $3
		and entered_at >= $4 and version = 1 order by id desc limit $5`, id.First(since), home, source, db.At(since), most)
}

// looksAt lists the looks at a thing, the newest first.
func looksAt(ctx context.Context, r db.Reader, kind string, thing id.ID, most int) ([]Look, error) {
	return db.List[Look](ctx, r, `select `+looks.Columns()+` from register_look where kind = $1 and thing = $2 order by id desc limit $3`, kind, thing, most)
}

// draw takes n numbers of a series of a year and gives the first.
func draw(ctx context.Context, tx *db.Tx, series string, year, n int) (first int, err error) {
	last, err := db.Get[int](ctx, tx, `insert into register_number (series, year, last) values ($1, $2, $3)
		on conflict (series, year) do update set last = register_number.last + excluded.last returning last`, series, year, n)
	return last - n + 1, err
}

// link says that a thing names another in a field.
type link struct {
	FromKind string `db:"from_kind"`
	From     id.ID  `db:"from_id"`
	Field    string `db:"field"`
	ToKind   string `db:"to_kind"`
	To       id.ID  `db:"to_id"`
}

const linkColumns = `from_kind, from_id, field, to_kind, to_id`

// linksTo lists what names a thing, the newest first.
func linksTo(ctx context.Context, r db.Reader, kind string, thing id.ID, most int) ([]link, error) {
	return db.List[link](ctx, r, `select `+linkColumns+` from register_link where to_kind = $1 and to_id = $2 order by from_id desc limit $3`, kind, thing, most)
}

// setLinks writes what a thing names.
func setLinks(ctx context.Context, tx *db.Tx, kind string, thing id.ID, links []link) error {
	if _, err := tx.Exec(ctx, `delete from register_link where from_kind = $1 and from_id = $2`, kind, thing); err != nil {
		return err
	}
	for _, l := range links {
		if _, err := tx.Exec(ctx, `insert into register_link (`+linkColumns+`) values ($1, $2, $3, $4, $5) on conflict do nothing`, l.FromKind, l.From, l.Field, l.ToKind, l.To); err != nil {
			return err
		}
	}
	return nil
}

func clearLinks(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `delete from register_link`)
	return err
}
