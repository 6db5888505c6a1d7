package trail_test

import (
	"testing"
	"testing/fstest"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// grown is a thing of a later version of the program.
type grown struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Name  string `db:"name"`
	Owner string `db:"owner" trail:"personal"`
	Big   bool   `db:"big"`
	Count int    `db:"count"`
	Loud  bool   `db:"loud"  trail:"added"`
	Fee   int    `db:"fee"   trail:"added"`
	Mail  string `db:"mail"  trail:"personal,added"`
}

var growns = trail.NewTable[grown]("made_thing", "thing")

// laterWorld is the schema with two steps more.
func laterWorld() []db.Schema {
	return append(world(),
		db.Schema{Module: "loud", FS: fstest.MapFS{"0902_loud.sql": {Data: []byte(`alter table made_thing add column loud boolean not null default false;
			alter table made_thing add column fee bigint not null default 0;`)}}},
		db.Schema{Module: "mail", FS: fstest.MapFS{"0903_mail.sql": {Data: []byte(`alter table made_thing add column mail text not null default '';`)}}})
}

// TestColumnsThatWereAdded: a database of an earlier version verifies after its tables have got columns, its entries say the zero
// value of them, and a row that says more is found.
func TestColumnsThatWereAdded(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			dsn := testkit.DSN(t, engine, world())
			d := testkit.Open(t, dsn, world())
			l := begin(t, d)
			live(t, l)
			if err := d.Migrate(ctx, laterWorld()); err != nil {
				t.Fatal(err)
			}
			tables := []trail.Audited{growns, shares}
			check := func(what string, want bool) {
				t.Helper()
				report, err := l.Verify(ctx, tables, trail.Anchors{})
				if err != nil || report.OK != want {
					t.Errorf("%s: %v %v", what, err, report.Findings)
				}
				if engine != db.SQLite {
					return
				}
				if theirs := ask(t, dsn, trail.Anchors{}); theirs.OK != want {
					t.Errorf("%s: a stranger says %v", what, theirs.Findings)
				}
			}
			check("after the migration", true)

			thing := pick[string](t, l, `select min(id) from made_thing where version = 1`)
			var old grown
			if err := d.View(ctx, func(r db.Reader) (err error) {
				old, err = growns.At(ctx, r, thing, 1)
				return err
			}); err != nil || old.Name == "" || old.Loud || old.Fee != 0 || old.Mail != "" {
				t.Fatalf("%+v %v", old, err)
			}
			tamper := testkit.NewTamper(t, dsn, 1)
			for column, values := range map[string][2]string{"loud": {"true", "false"}, "fee": {"1", "0"}, "mail": {"'x'", "''"}} {
				tamper.Exec(t, `update made_thing set `+column+` = `+values[0]+` where id = '`+thing+`'`)
				check(column+" of an entry that does not name it", false)
				tamper.Exec(t, `update made_thing set `+column+` = `+values[1]+` where id = '`+thing+`'`)
			}

			old.Loud, old.Mail = true, "a@example.jp"
			if err := l.Do(ctx, trail.Act{Actor: "cli:test", Name: "thing.change"}, func(tx *trail.Tx) error { return growns.Put(ctx, tx, old) }); err != nil {
				t.Fatal(err)
			}
			settle(t, l)
			check("after a new version", true)
			for column, values := range map[string][2]string{"loud": {"false", "true"}, "fee": {"1", "0"}, "mail": {"''", "'a@example.jp'"}} {
				tamper.Exec(t, `update made_thing set `+column+` = `+values[0]+` where id = '`+thing+`'`)
				check(column+" of an entry that names it", false)
				tamper.Exec(t, `update made_thing set `+column+` = `+values[1]+` where id = '`+thing+`'`)
			}
			check("as it was", true)
			if n, err := l.Erase(ctx, trail.Act{Actor: "cli:test", Name: "erase"}, tables,
				trail.Erasure{Kind: "thing", Thing: thing, Part: trail.PartPersonal, Ground: "請求", Clause: "9:1"}); err != nil || n != 1 {
				t.Fatal(n, err)
			}
			settle(t, l)
			check("after an erasure", true)
		})
	}
}
