package org

import (
	"context"
	"embed"
	"io/fs"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) //nolint:forbidigo // the folder is embedded above
	}
	return sub
}

// Table is an audited table of this package. What is written through it is seen by the charts of all processes from the commit
// on.
type Table[T any] struct{ trail.Table[T] }

func newTable[T any](name, kind string) Table[T] { return Table[T]{trail.NewTable[T](name, kind)} }

// Put writes rows as trail.Table does.
func (t Table[T]) Put(ctx context.Context, tx *trail.Tx, rows ...T) error {
	if err := touch(ctx, tx, len(rows)); err != nil {
		return err
	}
	return t.Table.Put(ctx, tx, rows...)
}

// Remove deletes rows as trail.Table does.
func (t Table[T]) Remove(ctx context.Context, tx *trail.Tx, rows ...T) error {
	if err := touch(ctx, tx, len(rows)); err != nil {
		return err
	}
	return t.Table.Remove(ctx, tx, rows...)
}

// touch makes the stamp one that was never there before, also not in a transaction that was undone: what a process remembers
// under a stamp is what was there under it.
func touch(ctx context.Context, tx *trail.Tx, rows int) error {
	if rows == 0 {
		return nil
	}
	_, err := tx.Plain().Exec(ctx, `update org_stamp set stamp = $1 where id = 1`, id.New(tx.Now))
	return err
}

func stamp(ctx context.Context, r db.Reader) (string, error) {
	return db.Get[string](ctx, r, `select stamp from org_stamp where id = 1`)
}

// Audited lists the tables of this package.
func Audited() []trail.Audited {
	return []trail.Audited{Units, Codes, Systems, Posts, People, Assignments, Designations, Deputies, Batches}
}
