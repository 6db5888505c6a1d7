package testkit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/testkit"
)

var shop = []db.Schema{{Module: "shop", FS: fstest.MapFS{
	"0001_shop.sql": {Data: []byte(`
create table item (id text primary key, name text not null unique, price bigint not null default 0 check (price >= 0), ready boolean, mark bytea, data text);
create table sale (item text not null references item (id), at text not null, note text, primary key (item, at));
create index sale__at on sale (at);
create unique index sale__note on sale (note) where note is not null;`)},
	"0002_find.sqlite.sql":   {Data: []byte(`create virtual table find using fts5 (words);`)},
	"0002_find.postgres.sql": {Data: []byte(`create table find (id bigint generated always as identity primary key, words tsvector not null); create index find__words on find using gin (words);`)},
}}}

func TestSchema(t *testing.T) {
	testkit.Each(t, shop, func(t *testing.T, d *db.DB) {
		testkit.Golden(t, "testdata/schema."+string(d.Engine())+".sql", testkit.Schema(t, d))
	})
}

// listener hears what a test would be told.
type listener struct {
	testing.TB
	said strings.Builder
	ends []func()
}

func (l *listener) Errorf(format string, args ...any) { fmt.Fprintf(&l.said, format+"\n", args...) }
func (l *listener) Cleanup(end func())                { l.ends = append(l.ends, end) }

func TestTextAsBytesIsFound(t *testing.T) {
	t.Parallel()
	heard := &listener{TB: t}
	d := testkit.Open(t, testkit.DSN(heard, db.SQLite, shop), shop)
	if err := d.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `insert into item (id, name, ready, mark, data) values ($1, $2, $3, $4, $5)`, "a", "b", true, []byte{1}, []byte(`{}`))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, end := range heard.ends {
		end()
	}
	if want := "1 values of item.data are not TEXT: give text as a string, not as []byte\n"; heard.said.String() != want {
		t.Errorf("said %q, want %q", heard.said.String(), want)
	}
}

func TestDatabasesAreApart(t *testing.T) {
	for _, engine := range testkit.Engines {
		for i := range 3 {
			t.Run(fmt.Sprintf("%s %d", engine, i), func(t *testing.T) {
				t.Parallel()
				d := testkit.Open(t, testkit.DSN(t, engine, shop), shop)
				if err := d.Update(t.Context(), func(tx *db.Tx) error {
					_, err := tx.Exec(t.Context(), `insert into item (id, name) values ('same', 'same')`)
					return err
				}); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	c := testkit.NewClock(t, "2026-04-01T09:00:00+09:00")
	c.Add(time.Hour)
	if got := c.Now().UTC().Format(time.RFC3339); got != "2026-04-01T01:00:00Z" {
		t.Errorf("it is %s", got)
	}
}

func TestPolicyTextIsFound(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("SEKIMORI_POLICY_DIR", dir)
	if err := os.WriteFile(filepath.Join(dir, "007_some.txt"), []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := testkit.PolicyText(t, "007"); string(got) != "text" {
		t.Errorf("read %q", got)
	}
}
