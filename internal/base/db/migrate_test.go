package db_test

import (
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/testkit"
)

// files makes a module of pairs of name and text.
func files(pairs ...string) []db.Schema {
	folder := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		folder[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return []db.Schema{{Module: "m", FS: folder}}
}

func tables(t *testing.T, d *db.DB) string {
	t.Helper()
	var found []string
	for name := range strings.FieldsSeq("one two three four") {
		if err := read[int](t.Context(), d, `select count(*) from `+name); err == nil {
			found = append(found, name)
		}
	}
	return strings.Join(found, " ")
}

func TestStepsComeInTheirOrderOfAllModules(t *testing.T) {
	first := files("0001_one.sql", `create table one (id text primary key);`, "0003_three.sqlite.sql", `create table three (id text); create table four (id text);`,
		"0003_three.postgres.sql", `create table three (id text);`)
	second := files("0002_two.sql", "-- refers to another module's table\ncreate table two (id text references one (id)); insert into one values ('a;b'); insert into two values ('a;b');")
	testkit.Each(t, nil, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), first[:1:1]); err != nil {
			t.Fatal(err)
		}
		if err := d.Check(t.Context()); err != nil {
			t.Error(err)
		}
		want := map[db.Engine]string{db.SQLite: "one three four", db.Postgres: "one three"}[d.Engine()]
		if got := tables(t, d); got != want {
			t.Errorf("tables %s, want %s", got, want)
		}
		// A step that comes late stands before one that was done: it is missing, and that is an error, not a surprise.
		if err := d.Migrate(t.Context(), append(first, second...)); err == nil {
			t.Error("a late step was accepted")
		}
	})
	testkit.Each(t, append(second, first...), func(t *testing.T, d *db.DB) {
		if got := tables(t, d); !strings.HasPrefix(got, "one two three") {
			t.Errorf("tables %s", got)
		}
		if err := d.Migrate(t.Context(), append(first, second...)); err != nil {
			t.Errorf("nothing to do: %v", err)
		}
	})
}

func TestFailedStepLeavesNothingButItsMark(t *testing.T) {
	bad := files("0001_one.sql", `create table one (id text);`, "0002_two.sql", `create table two (id text); insert into two values ('x'); create table oops (;`, "0003_three.sql", `create table three (id text);`)
	fixed := files("0001_one.sql", `create table one (id text);`, "0002_two.sql", `create table two (id text);`, "0003_three.sql", `create table three (id text);`)
	testkit.Each(t, nil, func(t *testing.T, d *db.DB) {
		for _, want := range []string{"0002_two.sql に失敗しました", "失敗したままなので、起動しません"} {
			err := d.Migrate(t.Context(), bad)
			if m := errs.Message(err); errs.KindOf(err) != errs.Unavailable || !strings.Contains(m, want) || !strings.Contains(m, "delete from schema_failure") || !strings.Contains(m, "syntax") {
				t.Errorf("kind %d: %s, want …%s…", errs.KindOf(err), m, want)
			}
			if got := tables(t, d); got != "one" {
				t.Errorf("tables %q after a failure in the second step, want one", got)
			}
		}
		if err := d.Migrate(t.Context(), fixed); err != nil {
			t.Errorf("a corrected step was not tried: %v", err)
		}
		if got := tables(t, d); got != "one two three" {
			t.Errorf("tables %q", got)
		}
	})
}

func TestMarkCanBeRemoved(t *testing.T) {
	// The step fails because of what is in the database, not because of its text.
	before := files("0001_one.sql", `create table one (id text); insert into one values ('a'), ('a');`)
	after := files("0001_one.sql", `create table one (id text); insert into one values ('a'), ('a');`, "0002_two.sql", `create unique index one__id on one (id); create table two (id text);`)
	testkit.Each(t, before, func(t *testing.T, d *db.DB) {
		for range 2 {
			if err := d.Migrate(t.Context(), after); errs.KindOf(err) != errs.Unavailable {
				t.Fatalf("%v, want Unavailable", err)
			}
		}
		if err := d.Update(t.Context(), func(tx *db.Tx) error {
			for _, query := range []string{`delete from one`, `delete from schema_failure`} {
				if _, err := tx.Exec(t.Context(), query); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(t.Context(), after); err != nil {
			t.Error(err)
		}
	})
}

func TestNewerSchemaIsRefused(t *testing.T) {
	old := files("0001_one.sql", `create table one (id text);`)
	young := files("0001_one.sql", `create table one (id text);`, "0002_two.sql", `create table two (id text);`)
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, nil)
			running := testkit.Open(t, dsn, old)
			if err := running.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			testkit.Open(t, dsn, young)
			for name, err := range map[string]error{"a running process": running.Check(t.Context()), "a starting process": running.Migrate(t.Context(), old)} {
				if !errors.Is(err, db.ErrNewer) || errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Message(err), "第2号") {
					t.Errorf("%s: %v, want ErrNewer", name, err)
				}
			}
		})
	}
}

func TestStartersDoNotMeet(t *testing.T) {
	steps := files("0001_one.sql", `create table one (id text);`, "0002_two.sql", `create table two (id text); insert into one values ('x');`, "0003_three.sql", `create table three (id text); insert into one values ('y');`)
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, nil)
			var group sync.WaitGroup
			for range 6 {
				d := testkit.Open(t, dsn, nil)
				group.Go(func() {
					if err := d.Migrate(t.Context(), steps); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			d := testkit.Open(t, dsn, steps)
			err := d.View(t.Context(), func(r db.Reader) error {
				n, err := db.Get[int](t.Context(), r, `select count(*) from one`)
				if n != 2 {
					t.Errorf("%d rows: steps ran more than once", n)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSchemaRules(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, nil), nil)
	for want, schemas := range map[string][]db.Schema{
		"no schema":                  {},
		"m/1_one.sql: not named":     files("1_one.sql", ""),
		"m/0001-one.sql: not named":  files("0001-one.sql", ""),
		"m/README: not named":        files("README", ""),
		"its number is that of m/00": files("0001_one.sql", "", "0001_two.sql", ""),
		"one of the pair":            files("0001_one.sqlite.sql", ""),
		"m/0001_one: one of":         files("0001_one.postgres.sql", ""),
		"annotations of goose":       files("0001_one.sql", "-- +goose Up"),
		"schema of m":                {{Module: "m", FS: brokenFS{}}},
	} {
		if err := d.Migrate(t.Context(), schemas); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want …%s…", err, want)
		}
	}
	err := d.Migrate(t.Context(), append(files("x.sql", ""), files("y.sql", "")...))
	if err == nil || !strings.Contains(err.Error(), "x.sql") || !strings.Contains(err.Error(), "y.sql") {
		t.Errorf("%v, want both files named", err)
	}
}

type brokenFS struct{}

func (brokenFS) Open(string) (fs.File, error) { return nil, fs.ErrPermission }
