package testkit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // administers the cluster

	"sekimori/internal/base/db"
)

// Engines are both engines, in the order in which tests name them.
var Engines = []db.Engine{db.SQLite, db.Postgres}

// Each runs a test on both engines, as parallel subtests, each with a database of its own that has the schema of the modules
// (none for an empty database).
func Each(t *testing.T, modules []db.Schema, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, engine := range Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, Open(t, DSN(t, engine, modules), modules))
		})
	}
}

// Open opens and migrates a database until the test ends.
func Open(t testing.TB, dsn string, modules []db.Schema) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if len(modules) > 0 {
		if err := d.Migrate(t.Context(), modules); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// DSN makes a database of its own for a test, with the schema of the modules, and tells its address. When the test ends it is
// dropped; one of SQLite is first searched for values that are not of the type of their column, which only SQLite lets pass.
func DSN(t testing.TB, engine db.Engine, modules []db.Schema) string {
	t.Helper()
	if engine == db.Postgres {
		return postgresDatabase(t, modules)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if len(modules) > 0 {
		if err := os.WriteFile(path, sqliteTemplate(t, modules), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { checkTypes(t, path) })
	return "sqlite:" + path
}

var templates struct {
	sync.Mutex
	files map[string][]byte
}

// sqliteTemplate is a migrated file, made once in a process for each set of modules.
func sqliteTemplate(t testing.TB, modules []db.Schema) []byte {
	t.Helper()
	templates.Lock()
	defer templates.Unlock()
	key := fingerprint(t, modules)
	if file, ok := templates.files[key]; ok {
		return file
	}
	path := filepath.Join(t.TempDir(), "template.db")
	migrate(t, "sqlite:"+path, modules)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if templates.files == nil {
		templates.files = map[string][]byte{}
	}
	templates.files[key] = file
	return file
}

func migrate(t testing.TB, dsn string, modules []db.Schema) {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(t.Context(), modules); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// fingerprint is the hash of all files of the modules.
func fingerprint(t testing.TB, modules []db.Schema) string {
	t.Helper()
	hash := sha256.New()
	for _, module := range modules {
		err := fs.WalkDir(module.FS, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := fs.ReadFile(module.FS, name)
			fmt.Fprintf(hash, "%s/%s %d\n%s", module.Module, name, len(text), text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf("%x", hash.Sum(nil)[:8])
}

// server is the throw-away PostgreSQL that all test processes of this user share. It listens on a socket only.
type server struct {
	dir   string // of the socket and the data
	pool  *sql.DB
	users *os.File // holds the lock; were it forgotten, the collector would close it
}

var databases atomic.Int64

// postgresDatabase copies the template of the modules.
func postgresDatabase(t testing.TB, modules []db.Schema) string {
	t.Helper()
	template := "template0"
	if len(modules) > 0 {
		template = postgresTemplate(t, modules)
	}
	return PostgresWith(t, "template "+template+" strategy file_copy")
}

// PostgresWith makes a database of its own for a test with the options of `create database`, and tells its address.
func PostgresWith(t testing.TB, options string) string {
	t.Helper()
	admin := cluster(t)
	name := fmt.Sprintf("t%d_%d", os.Getpid(), databases.Add(1))
	if !strings.Contains(options, "template ") {
		options += " template template0"
	}
	run(t, admin.pool, "create database "+name+" "+options)
	t.Cleanup(func() { run(t, admin.pool, "drop database "+name+" with (force)") })
	return admin.dsn(name)
}

// postgresTemplate is a migrated database, made once in a cluster for each set of modules.
func postgresTemplate(t testing.TB, modules []db.Schema) string {
	t.Helper()
	admin := cluster(t)
	name := "template_" + fingerprint(t, modules)
	conn, err := admin.pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	run(t, conn, `select pg_advisory_lock(hashtext($1))`, name)
	defer run(t, conn, `select pg_advisory_unlock(hashtext($1))`, name)
	var there bool
	if err := conn.QueryRowContext(t.Context(), `select count(*) > 0 from pg_database where datname = $1`, name).Scan(&there); err != nil {
		t.Fatal(err)
	}
	if !there {
		raw := fmt.Sprintf("raw%d_%d", os.Getpid(), databases.Add(1)) // gets its name when it is whole
		run(t, conn, fmt.Sprintf(`create database %s template template0`, raw))
		migrate(t, admin.dsn(raw), modules)
		run(t, conn, fmt.Sprintf(`alter database %s rename to %s`, raw, name))
	}
	return name
}

func (s *server) dsn(database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {s.dir}, "user": {"postgres"}}.Encode()
}

// checkTypes finds values on SQLite that are not of the type that their column declares: PostgreSQL would refuse them, except
// that it takes bytes for text.
func checkTypes(t testing.TB, path string) {
	t.Helper()
	pool, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	type column struct{ table, name, declared string }
	ctx := context.WithoutCancel(t.Context())
	rows, err := pool.QueryContext(ctx, `select m.name, c.name, lower(c.type) from sqlite_master m join pragma_table_info(m.name) c
		where m.type = 'table' and m.sql not like 'create virtual%' and m.name not like 'goose%' and m.name not like 'sqlite%'`)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = rows.Close() }()
	var columns []column
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.table, &c.name, &c.declared); err != nil {
			t.Fatal(err)
		}
		columns = append(columns, c)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, c := range columns {
		stored, ok := map[string]string{"text": "text", "bigint": "integer", "integer": "integer", "boolean": "integer", "bytea": "blob"}[c.declared]
		if !ok {
			continue // the shadow tables of a full-text index
		}
		var n int
		if err := pool.QueryRowContext(ctx, fmt.Sprintf(`select count(*) from "%s" where typeof("%s") not in ('null', '%s')`, c.table, c.name, stored)).Scan(&n); err != nil {
			t.Error(err)
		} else if n > 0 {
			t.Errorf("%d values of %s.%s are not %s: give text as a string, not as []byte", n, c.table, c.name, strings.ToUpper(stored))
		}
	}
}

// execer is a pool or one of its connections.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// run outlives the test's context, since it also cleans up.
func run(t testing.TB, on execer, query string, args ...any) {
	t.Helper()
	if _, err := on.ExecContext(context.WithoutCancel(t.Context()), query, args...); err != nil {
		t.Errorf("%s: %v", query, err)
	}
}
