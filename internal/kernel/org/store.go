package org

import (
	"context"
	"embed"
	"io/fs"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/trail"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS { return db.Steps(schema) }

// Table is an audited table of this package. What is written is seen by the charts of all processes from the commit on.
type Table[T any] = trail.Table[T]

func newTable[T any](name, kind string) Table[T] { return trail.NewTable[T](name, kind).Beside(touch) }

// touch makes the stamp that of the act.
func touch(ctx context.Context, tx *trail.Tx) error {
	_, err := tx.Plain().Exec(ctx, `update org_stamp set stamp = $1 where id = 1 and stamp <> $1`, tx.Act)
	return err
}

// stamp is the act that wrote last, and whether it is done: an act is written down when it ends, so one that is not yet is the
// reader's own, and may write more or be undone. It is not either while the reader's clock is behind the writer's: then what it
// stated is not known yet.
func stamp(ctx context.Context, r db.Reader, now db.Time) (string, bool, error) {
	type row struct {
		Stamp string `db:"stamp"`
		Acts  int    `db:"acts"`
	}
	x, err := db.Get[row](ctx, r, `select stamp, (select count(*) from trail_act a where a.id = stamp and a.at <= $1) as acts from org_stamp where id = 1`, now)
	return x.Stamp, x.Acts == 1 || x.Stamp == "", err
}

// Audited lists the tables of this package.
func Audited() []trail.Audited {
	return []trail.Audited{Units, Codes, Systems, Posts, People, Assignments, Designations, Deputies, Batches}
}
