package db

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sekimori/internal/base/errs"
)

// Table is a table as both engines know it, to be copied without knowing what it means. Tables of the engine, of the
// migrations and of full-text indexes (on PostgreSQL those with a tsvector) are none, nor are computed columns.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`

	key []string
}

// Column is a column of a Table.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"` // text, bigint, integer, boolean or bytea
}

// Tables are all tables, by name.
func Tables(ctx context.Context, r Reader) ([]Table, error) {
	type column struct {
		Table string `db:"tab"`
		Name  string `db:"name"`
		Type  string `db:"type"`
		Key   int    `db:"key"` // place in the primary key from 1, else 0
	}
	columns, err := List[column](ctx, r, map[Engine]string{
		SQLite: `select t.name as tab, c.name, lower(c.type) as type, c.pk as key from pragma_table_list t join pragma_table_xinfo(t.name) c
			where t.schema = 'main' and t.type = 'table' and t.name not like 'sqlite%' and c.hidden = 0
			and t.name not in ('goose_db_version', 'schema_failure') order by t.name, c.cid`,
		Postgres: `select t.relname as tab, c.attname as name, format_type(c.atttypid, c.atttypmod) as type,
				coalesce(array_position(cast(k.indkey as smallint[]), c.attnum) + 1, 0) as key
			from pg_class t join pg_attribute c on c.attrelid = t.oid and c.attnum > 0 and not c.attisdropped and c.attgenerated = ''
			left join pg_index k on k.indrelid = t.oid and k.indisprimary
			where t.relnamespace = 'public'::regnamespace and t.relkind = 'r'
			and not exists (select 1 from pg_attribute v where v.attrelid = t.oid and v.attnum > 0 and v.atttypid = 'tsvector'::regtype and v.attgenerated = '')
			and t.relname not in ('goose_db_version', 'schema_failure') order by t.relname, c.attnum`,
	}[r.Engine()])
	if err != nil {
		return nil, err
	}
	var tables []Table
	for _, c := range columns {
		if n := len(tables); n == 0 || tables[n-1].Name != c.Table {
			tables = append(tables, Table{Name: c.Table})
		}
		t := &tables[len(tables)-1]
		t.Columns = append(t.Columns, Column{c.Name, c.Type})
		if c.Key > 0 {
			t.key = append(t.key, make([]string, max(0, c.Key-len(t.key)))...)
			t.key[c.Key-1] = quoted(c.Name)
		}
	}
	return tables, nil
}

// Version is the last step of the schema that was done, 0 where Migrate has never been.
func Version(ctx context.Context, r Reader) (int64, error) {
	some, err := Get[bool](ctx, r, map[Engine]string{
		SQLite:   `select exists (select 1 from sqlite_master where name = 'goose_db_version')`,
		Postgres: `select to_regclass('public.goose_db_version') is not null`,
	}[r.Engine()])
	if err != nil || !some {
		return 0, err
	}
	return Get[int64](ctx, r, `select coalesce(max(version_id), 0) from goose_db_version`)
}

// MigrateTo is Migrate up to a step and no further, to be followed by Migrate. Unavailable where the program has no such step.
func (d *DB) MigrateTo(ctx context.Context, schemas []Schema, version int64) error {
	until := make([]Schema, len(schemas))
	for i, s := range schemas {
		until[i] = Schema{s.Module, stepsUntil{s.FS, version}}
	}
	list, err := steps(d.engine, until)
	if err != nil {
		return err
	}
	if last := list[len(list)-1].version; last != version {
		return newer(version, last)
	}
	return d.Migrate(ctx, until)
}

// stepsUntil hides the steps after a version.
type stepsUntil struct {
	fs.FS
	version int64
}

// ReadDir implements fs.ReadDirFS.
func (s stepsUntil) ReadDir(name string) ([]fs.DirEntry, error) {
	files, err := fs.ReadDir(s.FS, name)
	return slices.DeleteFunc(files, func(f fs.DirEntry) bool {
		number, _, _ := strings.Cut(f.Name(), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		return err == nil && n > s.version
	}), err
}

func quoted(name string) string { return `"` + name + `"` }

func (t Table) columns() string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = quoted(c.Name)
	}
	return strings.Join(names, ", ")
}

// Dump writes all rows as r sees them, in the order of their key: for each one Write of one line, a JSON array of the values
// in the order of Columns. Bytes are base64. Both engines write the same. It says how many rows there are, and needs memory
// for one. A value that is not of the type of its column, as SQLite may hold it, is an error.
func (t Table) Dump(ctx context.Context, r Reader, w io.Writer) (rows int64, err error) {
	query := `select ` + t.columns() + ` from ` + quoted(t.Name)
	if len(t.key) > 0 {
		query += ` order by ` + strings.Join(t.key, ", ")
	}
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	err = Raw(ctx, r, query, nil, func(row []any) error {
		for i, c := range t.Columns {
			if row[i], err = c.dumped(row[i]); err != nil {
				return fmt.Errorf("%s.%s: %w", t.Name, c.Name, err)
			}
		}
		rows++
		line.Reset()
		if err := enc.Encode(row); err != nil {
			return err
		}
		_, err := w.Write(line.Bytes())
		return err
	})
	return rows, err
}

// dumped is a value as it is dumped.
func (c Column) dumped(v any) (any, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case string:
		if c.Type == "text" && utf8.ValidString(x) {
			return x, nil
		}
	case []byte:
		if c.Type == "bytea" {
			return append([]byte{}, x...), nil // base64, says encoding/json, and none is not null
		}
	case bool:
		if c.Type == "boolean" {
			return x, nil
		}
	case int64:
		switch {
		case c.Type == "bigint", c.Type == "integer":
			return x, nil
		case c.Type == "boolean" && (x == 0 || x == 1):
			return x == 1, nil
		}
	}
	return nil, errs.Wrap(fmt.Errorf("%T in a column of type %s", v, c.Type), errs.Internal,
		"データベースに、列の型に合わない値があります（列 %s）。trail verify で確かめてください。", c.Name)
}

const (
	loadArguments = 100     // of one insert: SQLite looks for the name of each among those before it
	loadBytes     = 4 << 20 // of one insert, about
)

// Load inserts the rows that Dump wrote from a table of the same columns, and says how many they were. It needs memory for
// some megabytes and one row. Where tables refer to each other or to themselves see LoadTables.
func (t Table) Load(ctx context.Context, tx *Tx, from io.Reader) (rows int64, err error) {
	lines := bufio.NewReader(from)
	var args []any
	size := 0
	flush := func() error {
		if len(args) == 0 {
			return nil
		}
		_, err := tx.Exec(ctx, `insert into `+quoted(t.Name)+` (`+t.columns()+`) values `+places(len(args)/len(t.Columns), len(t.Columns)), args...)
		args, size = args[:0], 0
		return err
	}
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return rows, flush()
		}
		if err != nil {
			return rows, fmt.Errorf("%s: row %d: %w", t.Name, rows+1, noEOF(err))
		}
		if args, err = t.parse(args, line); err != nil {
			return rows, fmt.Errorf("%s: row %d: %w", t.Name, rows+1, err)
		}
		rows++
		size += len(line)
		if len(args)+len(t.Columns) > loadArguments || size > loadBytes {
			if err := flush(); err != nil {
				return rows, err
			}
		}
	}
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// parse appends the values of a line to args.
func (t Table) parse(args []any, line []byte) ([]any, error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber() // a float would lose digits
	var row []any
	if err := dec.Decode(&row); err != nil {
		return args, err
	}
	if len(row) != len(t.Columns) {
		return args, fmt.Errorf("%d values for %d columns", len(row), len(t.Columns))
	}
	for i, c := range t.Columns {
		v, err := c.loaded(row[i])
		if err != nil {
			return args, fmt.Errorf("%s: %w", c.Name, err)
		}
		args = append(args, v)
	}
	return args, nil
}

// loaded is the value that was dumped.
func (c Column) loaded(v any) (any, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case string:
		switch c.Type {
		case "text":
			return x, nil
		case "bytea":
			return base64.StdEncoding.DecodeString(x)
		}
	case bool:
		if c.Type == "boolean" {
			return x, nil
		}
	case json.Number:
		if c.Type == "bigint" || c.Type == "integer" {
			return x.Int64()
		}
	}
	return nil, fmt.Errorf("%v for a column of type %s", v, c.Type)
}

// places is n rows of columns parameters: ($1, $2), ($3, $4).
func places(n, columns int) string {
	var b strings.Builder
	for i := range n * columns {
		switch {
		case i == 0:
			b.WriteString("($1")
		case i%columns == 0:
			fmt.Fprintf(&b, "), ($%d", i+1)
		default:
			fmt.Fprintf(&b, ", $%d", i+1)
		}
	}
	return b.String() + ")"
}

// LoadTables empties all tables, of what the schema itself has put there, runs fn, which loads them in whatever order, and
// gives the planner its statistics. Foreign keys hold again when it returns; one that leads nowhere is ErrInUse, at the
// latest at the commit.
func LoadTables(ctx context.Context, tx *Tx, tables []Table, fn func() error) error {
	keys, err := unbind(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if _, err := tx.Exec(ctx, `delete from `+quoted(t.Name)); err != nil {
			return err
		}
	}
	if err := fn(); err != nil {
		return err
	}
	for _, k := range keys {
		if _, err := tx.Exec(ctx, `alter table `+k.Table+` add constraint `+k.Name+` `+k.Definition); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `analyze`)
	return err
}

// reference is a foreign key of PostgreSQL.
type reference struct {
	Table      string `db:"tab"`
	Name       string `db:"name"`
	Definition string `db:"definition"`
}

// unbind lets rows refer to what is not there yet. SQLite then checks at the commit. PostgreSQL could too, but remembers every
// row for that; so its keys are removed, and come back with one check of each table.
func unbind(ctx context.Context, tx *Tx) ([]reference, error) {
	if tx.Engine() == SQLite {
		_, err := tx.Exec(ctx, `pragma defer_foreign_keys = on`) // ends with the transaction
		return nil, err
	}
	keys, err := List[reference](ctx, tx, `select quote_ident(t.relname) as tab, quote_ident(k.conname) as name, pg_get_constraintdef(k.oid) as definition
		from pg_constraint k join pg_class t on t.oid = k.conrelid where k.contype = 'f' and k.connamespace = 'public'::regnamespace order by 1, 2`)
	for _, k := range keys {
		if _, err := tx.Exec(ctx, `alter table `+k.Table+` drop constraint `+k.Name); err != nil {
			return nil, err
		}
	}
	return keys, err
}
