package testkit

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
)

// Tamper changes a database behind the program's back, by plain SQL, as somebody with the database's password would. It reads
// tables and columns from the schema, so a new one is never forgotten.
type Tamper struct {
	engine db.Engine
	conn   *sql.Conn
	rand   *rand.Rand
	tables map[string][]tamperColumn
}

type tamperColumn struct {
	name, kind string // the kind as declared: text, bigint, integer, boolean, bytea
	key        bool
}

// Change is one value that was changed.
type Change struct {
	Table, Column string
	Row           map[string]any // before the change
	Is            any            // the value now

	tamper *Tamper
}

// String says what was changed.
func (c Change) String() string {
	return fmt.Sprintf("%s.%s: %#v became %#v in %v", c.Table, c.Column, c.Row[c.Column], c.Is, c.Row)
}

// NewTamper opens the database at dsn until the test ends. On PostgreSQL it holds foreign keys for nothing, as its owner can.
func NewTamper(t testing.TB, dsn string, seed uint64) *Tamper {
	t.Helper()
	x := &Tamper{engine: db.Postgres, rand: rand.New(rand.NewPCG(seed, 0)), tables: map[string][]tamperColumn{}}
	driver, address := "pgx", dsn
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		x.engine, driver, address = db.SQLite, "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	pool, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	if x.conn, err = pool.Conn(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = x.conn.Close(), pool.Close() })
	query := `select m.name, c.name, lower(c.type), c.pk > 0 from pragma_table_list m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite%'`
	if x.engine == db.Postgres {
		run(t, x.conn, `set session_replication_role = replica`)
		query = `select c.relname, a.attname, format_type(a.atttypid, -1), coalesce(a.attnum = any(i.indkey), false)
			from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped left join pg_index i on i.indrelid = c.oid and i.indisprimary
			where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attgenerated = ''`
	}
	rows, err := x.conn.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var table string
		var c tamperColumn
		if err := rows.Scan(&table, &c.name, &c.kind, &c.key); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(table, "goose") && table != "schema_failure" {
			x.tables[table] = append(x.tables[table], c)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return x
}

// Tables are the names of all tables but those of base/db and goose, sorted.
func (x *Tamper) Tables() []string {
	var names []string
	for name := range x.tables {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Exec runs a statement of the test's own and says how many rows it touched.
func (x *Tamper) Exec(t testing.TB, query string, args ...any) int64 {
	t.Helper()
	result, err := x.conn.ExecContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Flip changes one value: a random column of a random row of a random one of the tables, but for the columns that skip
// names as table.column. A bit of a number, one byte of a text (which stays UTF-8) or of bytes, a truth turned over, null to a
// value or a value to null. What the database refuses (a check, a unique key) is drawn again. A table that is empty fails the test:
// then nothing would be shown about it.
func (x *Tamper) Flip(t testing.TB, tables []string, skip ...string) Change {
	t.Helper()
	for range 1000 {
		c := Change{Table: tables[x.rand.IntN(len(tables))], tamper: x}
		columns := x.tables[c.Table]
		if columns == nil {
			t.Fatalf("there is no table %s", c.Table)
		}
		column := columns[x.rand.IntN(len(columns))]
		c.Column = column.name
		if slices.Contains(skip, c.Table+"."+c.Column) {
			continue
		}
		c.Row = x.pick(t, c.Table)
		c.Is = x.other(c.Row[c.Column], column.kind)
		if _, err := x.set(t, c, c.Row, c.Is); err == nil {
			return c
		}
	}
	t.Fatal("the database refuses every change")
	return Change{}
}

// Undo puts the value back.
func (c Change) Undo(t testing.TB) {
	t.Helper()
	now := map[string]any{}
	for name, value := range c.Row {
		now[name] = value
	}
	now[c.Column] = c.Is
	if n, err := c.tamper.set(t, c, now, c.Row[c.Column]); err != nil || n != 1 {
		t.Fatalf("undo of %s: %d rows, %v", c, n, err)
	}
}

// set writes the column of one row.
func (x *Tamper) set(t testing.TB, c Change, row map[string]any, value any) (int64, error) {
	args := []any{value}
	var where []string
	for _, column := range x.tables[c.Table] {
		if column.key {
			args = append(args, row[column.name])
			where = append(where, fmt.Sprintf("%s = $%d", column.name, len(args)))
		}
	}
	result, err := x.conn.ExecContext(context.WithoutCancel(t.Context()), fmt.Sprintf(`update %s set %s = $1 where %s`, c.Table, c.Column, strings.Join(where, " and ")), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// pick reads a random row.
func (x *Tamper) pick(t testing.TB, table string) map[string]any {
	t.Helper()
	var n int
	if err := x.conn.QueryRowContext(t.Context(), `select count(*) from `+table).Scan(&n); err != nil || n == 0 {
		t.Fatalf("%s: %d rows, %v: there must be something to change", table, n, err)
	}
	var names, keys []string
	for _, c := range x.tables[table] {
		names = append(names, c.name)
		if c.key {
			keys = append(keys, c.name)
		}
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	query := fmt.Sprintf(`select %s from %s order by %s limit 1 offset $1`, strings.Join(names, ", "), table, strings.Join(keys, ", "))
	if err := x.conn.QueryRowContext(t.Context(), query, x.rand.IntN(n)).Scan(into...); err != nil {
		t.Fatal(err)
	}
	row := map[string]any{}
	for i, name := range names {
		row[name] = values[i]
	}
	return row
}

// other is a value of the same kind that is not the given one.
func (x *Tamper) other(value any, kind string) any {
	if value != nil && x.rand.IntN(10) == 0 {
		return nil // refused where the column is not null
	}
	switch v := value.(type) {
	case bool:
		return !v
	case int64:
		if kind == "boolean" {
			return v ^ 1<<x.rand.IntN(2) // SQLite also takes 2 and 3
		}
		return v ^ 1<<x.rand.IntN(20)
	case []byte:
		b := slices.Clone(v)
		if len(b) == 0 {
			return []byte{1}
		}
		b[x.rand.IntN(len(b))] ^= 1 << x.rand.IntN(8)
		return b
	case string:
		return x.text(v)
	}
	switch kind {
	case "text":
		return "x"
	case "bytea":
		return []byte{1}
	case "boolean":
		return true
	}
	return int64(x.rand.IntN(1000))
}

// text changes one byte: ASCII to another printable character, of a longer character the last bits.
func (x *Tamper) text(s string) string {
	if s == "" {
		return "x"
	}
	b := []byte(s)
	i := x.rand.IntN(len(b))
	for i+1 < len(b) && b[i] >= 0x80 && b[i+1]&0xc0 == 0x80 {
		i++ // to the last byte of the character
	}
	if b[i] >= 0x80 {
		b[i] ^= 1
		return string(b)
	}
	for {
		if c := byte(0x20 + x.rand.IntN(0x5f)); c != b[i] {
			b[i] = c
			return string(b)
		}
	}
}
