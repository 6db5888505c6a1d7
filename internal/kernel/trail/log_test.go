package trail_test

import (
	"testing"
	"testing/fstest"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

type thing struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Name  string `db:"name"`
	Owner string `db:"owner" trail:"personal"`
	Big   bool   `db:"big"`
	Count int    `db:"count"`
}

var things = trail.NewTable[thing]("made_thing", "thing")

func modules() []db.Schema {
	made := fstest.MapFS{"0900_made.sql": {Data: []byte(`create table made_thing (id text not null primary key, version bigint not null, home text not null,
		name text not null, owner text not null, big boolean not null, count bigint not null);`)}}
	return []db.Schema{{Module: "trail", FS: trail.Schema()}, {Module: "made", FS: made}}
}

func TestPutWritesRowAndEntry(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		l := trail.New(d)
		act := trail.Act{Actor: "cli:test", Name: "thing.make"}
		made := thing{ID: id.New(d.Now()), Name: "甲", Owner: "髙橋", Big: true, Count: 3, Row: trail.Row{Home: "b:"}}
		if err := l.Do(ctx, act, func(tx *trail.Tx) error {
			return things.Put(ctx, tx, made, thing{ID: id.New(tx.Now), Name: "乙", Row: trail.Row{Home: "b:"}})
		}); err != nil {
			t.Fatal(err)
		}
		made.Version, made.Name = 1, "丙"
		if err := l.Do(ctx, act, func(tx *trail.Tx) error { return things.Put(ctx, tx, made) }); err != nil {
			t.Fatal(err)
		}
		if err := l.Do(ctx, act, func(tx *trail.Tx) error { return things.Put(ctx, tx, made) }); errs.KindOf(err) != errs.Conflict {
			t.Errorf("an old version: %v", err)
		}
		if err := d.View(ctx, func(r db.Reader) error {
			before, err := things.At(ctx, r, string(made.ID), 1)
			if err != nil {
				return err
			}
			if before.Name != "甲" || before.Owner != "髙橋" || !before.Big || before.Count != 3 || before.Version != 1 || before.ID != made.ID {
				t.Errorf("version 1 is %+v", before)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
