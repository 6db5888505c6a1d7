package register

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// Key is how lists compare a value of a field of the edition in force.
func (b *Book) Key(field string, value any) string {
	c, _ := b.column(field)
	return c.field.key(value, c.of.Classes)
}

// KeyOf is how lists compare a value of a field.
func KeyOf(f Field, value any, c Classes) string { return f.key(value, c) }

// Reads is the value that words mean.
func Reads(f Field, words string, names Names) (any, string) { return f.reads(words, names) }

// Encode writes data as the columns of an entry.
func Encode(e *Entry, f Form, data Data) error { return e.write(f, data) }

// LinksTo lists what names a thing, as KIND ID FIELD.
func LinksTo(ctx context.Context, r db.Reader, kind string, thing id.ID) ([]string, error) {
	links, err := linksTo(ctx, r, kind, thing, 1000)
	all := make([]string, len(links))
	for i, l := range links {
		all[i] = l.FromKind + " " + string(l.From) + " " + l.Field
	}
	return all, err
}

// Draw takes n numbers of a series of a year and gives the first.
func Draw(ctx context.Context, tx *db.Tx, series string, year, n int) (int, error) {
	return draw(ctx, tx, series, year, n)
}

// References are the fields that name entries, and the tables with a column that does.
func References(fields []Field) []Field { return references(fields) }

// Matches says in memory what filters say in SQL.
func Matches(b *Book, e Entry, q Query) bool { return b.matches(e, q) }
