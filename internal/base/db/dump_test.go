package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/testkit"
)

// strange is a schema with what makes copying hard: rows that refer to later ones, tables that refer to each other, keys in
// another order than the columns, computed columns, rows that the schema itself puts there.
func strange() []db.Schema {
	const rest = `
		create table node (part integer not null, id text not null, parent text, big bigint, yes boolean, bytes bytea, words text,
			twice text generated always as (words || words) stored, primary key (id, part), unique (id), foreign key (parent) references node (id));
		create table seed (id integer primary key, state text not null);
		insert into seed values (1, 'fresh');`
	return files(
		"0001_a.sqlite.sql", `
			create table egg (id text primary key, hen text not null references hen (id));
			create table hen (id text primary key, egg text references egg (id) on delete restrict);
			create virtual table search using fts5(words);`+rest,
		"0001_a.postgres.sql", `
			create table egg (id text primary key, hen text not null);
			create table hen (id text primary key, egg text references egg (id) on delete restrict);
			create table search (id bigint primary key, words tsvector not null);
			alter table egg add constraint "Hen" foreign key (hen) references hen (id) deferrable initially deferred;`+rest,
		"0002_seed.sql", `alter table seed add column later text;`,
	)
}

// fill writes rows that are hard to copy.
func fill(t *testing.T, d *db.DB) {
	t.Helper()
	ctx := t.Context()
	if err := d.Update(ctx, func(tx *db.Tx) error {
		for _, statement := range []string{
			`update seed set state = 'used', later = 'x'`,
			`insert into hen (id) values ('h')`,
			`insert into egg (id, hen) values ('e', 'h')`,
			`update hen set egg = 'e'`,
			`insert into node (id, part, words) values ('z', 2, '')`, // the parent comes last in the order of keys
			`insert into node (id, part, parent) values ('a', 10, 'z'), ('b', 9, 'a')`,
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		for i, words := range []string{"髙﨑①葛󠄀𠮷", "<a href='x'>&\u2028\u2029\\\"", "改\n行\r\n\t", "\u0001", " ", strings.Repeat("長", 100_000)} {
			if _, err := tx.Exec(ctx, `insert into node (id, part, parent, big, yes, bytes, words) values ($1, $2, 'z', $3, $4, $5, $6)`,
				fmt.Sprintf("n%d", i), i, int64(math.MaxInt64-i), i%2 == 0, bytes.Repeat([]byte{0, 255, byte(i)}, i), words); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `insert into node (id, part, big) values ('min', 0, $1)`, int64(math.MinInt64))
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// dumped is all tables and their rows.
func dumped(t *testing.T, d *db.DB) (tables []db.Table, text map[string]string) {
	t.Helper()
	text = map[string]string{}
	if err := d.View(t.Context(), func(r db.Reader) (err error) {
		if tables, err = db.Tables(t.Context(), r); err != nil {
			return err
		}
		for _, table := range tables {
			var out bytes.Buffer
			rows, err := table.Dump(t.Context(), r, &out)
			if err != nil {
				return err
			}
			if lines := strings.Count(out.String(), "\n"); int64(lines) != rows {
				t.Errorf("%s: %d lines of %d rows", table.Name, lines, rows)
			}
			text[table.Name] = out.String()
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return tables, text
}

func load(t *testing.T, d *db.DB, tables []db.Table, text map[string]string) error {
	t.Helper()
	return d.Update(t.Context(), func(tx *db.Tx) error {
		return db.LoadTables(t.Context(), tx, tables, func() error {
			for _, table := range tables {
				rows, err := table.Load(t.Context(), tx, strings.NewReader(text[table.Name]))
				if err != nil {
					return err
				}
				if want := strings.Count(text[table.Name], "\n"); rows != int64(want) {
					t.Errorf("%d of %d rows of %s were loaded", rows, want, table.Name)
				}
			}
			return nil
		})
	})
}

// TestDumpAndLoad carries a database from each engine to each.
func TestDumpAndLoad(t *testing.T) {
	t.Parallel()
	all := map[db.Engine]map[string]string{}
	for _, from := range testkit.Engines {
		source := testkit.Open(t, testkit.DSN(t, from, strange()), strange())
		fill(t, source)
		tables, text := dumped(t, source)
		all[from] = text
		for _, to := range testkit.Engines {
			target := testkit.Open(t, testkit.DSN(t, to, strange()), strange())
			before := testkit.Schema(t, target)
			if err := load(t, target, tables, text); err != nil {
				t.Fatalf("%s to %s: %v", from, to, err)
			}
			if _, got := dumped(t, target); !cmp.Equal(text, got) {
				t.Errorf("%s to %s: %s", from, to, cmp.Diff(text, got))
			}
			if diff := cmp.Diff(before, withoutStatistics(testkit.Schema(t, target))); diff != "" {
				t.Errorf("%s to %s: the schema changed\n%s", from, to, diff)
			}
			err := target.Update(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `insert into node (id, part, parent) values ('new', 0, 'nobody')`)
				return err
			})
			if !errors.Is(err, db.ErrInUse) {
				t.Errorf("%s to %s: foreign keys do not hold any more: %v", from, to, err)
			}
		}
	}
	if diff := cmp.Diff(all[db.SQLite], all[db.Postgres]); diff != "" {
		t.Errorf("the engines dump otherwise:\n%s", diff)
	}
	names := []string{}
	for name := range all[db.SQLite] {
		names = append(names, name)
	}
	if len(names) != 4 || !strings.HasPrefix(all[db.SQLite]["node"], `[10,"a","z",null,null,null,null]`+"\n") {
		t.Errorf("%v: %.200s", names, all[db.SQLite]["node"])
	}
}

// withoutStatistics removes the tables in which SQLite keeps what analyze found.
func withoutStatistics(schema string) string {
	parts := strings.Split(strings.TrimSuffix(schema, "\n"), "\n\n")
	var kept []string
	for _, p := range parts {
		if !strings.Contains(p, "sqlite_stat") {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n\n") + "\n"
}

func TestWhatIsDamagedIsNotLoaded(t *testing.T) {
	testkit.Each(t, strange(), func(t *testing.T, d *db.DB) {
		fill(t, d)
		tables, text := dumped(t, d)
		target := testkit.Open(t, testkit.DSN(t, d.Engine(), strange()), strange())
		_, empty := dumped(t, target)
		for name, damage := range map[string]func(map[string]string){
			"cut in a line":    func(m map[string]string) { m["node"] = m["node"][:len(m["node"])-5] },
			"no end of line":   func(m map[string]string) { m["node"] = strings.TrimSuffix(m["node"], "\n") },
			"a column less":    func(m map[string]string) { m["seed"] = "[1,\"x\"]\n" },
			"another type":     func(m map[string]string) { m["seed"] = "[\"1\",\"x\",null]\n" },
			"a broken number":  func(m map[string]string) { m["seed"] = "[1.5,\"x\",null]\n" },
			"twice the same":   func(m map[string]string) { m["seed"] += m["seed"] },
			"a missing parent": func(m map[string]string) { m["hen"] = "" },
		} {
			broken := map[string]string{}
			for k, v := range text {
				broken[k] = v
			}
			damage(broken)
			if err := load(t, target, tables, broken); err == nil {
				t.Errorf("%s: loaded", name)
			}
			if _, now := dumped(t, target); !cmp.Equal(empty, now) {
				t.Errorf("%s: something was left", name)
			}
		}
	})
}

func TestWrongTypesAreNotDumped(t *testing.T) {
	t.Parallel()
	for _, value := range []string{`x'ff'`, `'text'`, `1.5`} {
		d := testkit.Open(t, "sqlite:"+t.TempDir()+"/a.db", strange())
		if err := d.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `insert into node (id, part, big) values ('x', 0, `+value+`)`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := d.View(t.Context(), func(r db.Reader) error {
			tables, err := db.Tables(t.Context(), r)
			for _, table := range tables {
				if table.Name == "node" {
					_, err = table.Dump(t.Context(), r, &bytes.Buffer{})
				}
			}
			return err
		}); err == nil || !strings.Contains(err.Error(), "node.big") {
			t.Errorf("%s in a number: %v", value, err)
		}
	}
}

func TestMigrateTo(t *testing.T) {
	testkit.Each(t, nil, func(t *testing.T, d *db.DB) {
		version := func() (v int64) {
			if err := d.View(t.Context(), func(r db.Reader) (err error) { v, err = db.Version(t.Context(), r); return err }); err != nil {
				t.Fatal(err)
			}
			return v
		}
		if v := version(); v != 0 {
			t.Errorf("an empty database has version %d", v)
		}
		if err := d.MigrateTo(t.Context(), strange(), 3); !errors.Is(err, db.ErrNewer) || errs.KindOf(err) != errs.Unavailable || version() != 0 {
			t.Errorf("to a step that is not there: %v", err)
		}
		if err := d.MigrateTo(t.Context(), strange(), 1); err != nil || version() != 1 {
			t.Errorf("version %d: %v", version(), err)
		}
		if err := d.Migrate(t.Context(), strange()); err != nil || version() != 2 {
			t.Errorf("version %d: %v", version(), err)
		}
	})
}

// BenchmarkDump is a table of 100,000 rows: out of the database, and into another.
func BenchmarkDump(b *testing.B) {
	for _, engine := range testkit.Engines {
		b.Run(string(engine), func(b *testing.B) {
			ctx := context.WithoutCancel(b.Context())
			d := testkit.Open(b, testkit.DSN(b, engine, strange()), strange())
			var lines bytes.Buffer
			for i := range 100_000 {
				fmt.Fprintf(&lines, "[%d,\"%036d\",null,%d,true,\"AAEC\",\"%s\"]\n", i, i, i, strings.Repeat("語", 100))
			}
			var node db.Table
			for b.Loop() {
				var tables []db.Table
				began := time.Now()
				if err := d.Update(ctx, func(tx *db.Tx) (err error) {
					if tables, err = db.Tables(ctx, tx); err != nil {
						return err
					}
					return db.LoadTables(ctx, tx, tables, func() error {
						for _, t := range tables {
							if t.Name == "node" {
								node = t
							}
						}
						_, err := node.Load(ctx, tx, bytes.NewReader(lines.Bytes()))
						return err
					})
				}); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(time.Since(began).Seconds(), "load-s")
				began = time.Now()
				var out bytes.Buffer
				if err := d.View(ctx, func(r db.Reader) error { _, err := node.Dump(ctx, r, &out); return err }); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(time.Since(began).Seconds(), "dump-s")
				if out.String() != lines.String() {
					b.Fatal("another text came back")
				}
			}
		})
	}
}
