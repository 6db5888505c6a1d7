package trail

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/db"
)

// Row is what every audited row has; the struct of the row embeds it.
type Row struct {
	// Version counts the states of the row from 1. In what is put it is the version that was read, 0 for a new row.
	Version int64 `db:"version"`
	// Home says whose the row is: u:UNIT, s:SYSTEM, k:CONTRACT, c:CASE or b: for the body.
	Home string `db:"home"`
}

// Body is the home of what belongs to no part of the body in particular.
const Body = "b:"

// Table is an audited table of which T is the row: a struct whose fields bear the names of the columns (`db:"name"`), embeds
// Row, and marks with `trail:"key"` the columns of its primary key and with `trail:"personal"` what is of a person and can be
// erased. The thing of an entry is the key, its parts joined by "/": only the last may contain one. Bytes stand in an entry
// by their SHA-256. A column that a later schema has added is marked `trail:"added"` (with the other mark: `trail:"personal,added"`):
// entries from before do not name it, and say its zero value thereby, which is also the default of the column.
type Table[T any] struct {
	name, kind string
	columns    []column
	beside     func(context.Context, *Tx) error // nil for nothing
	sorts      []string                         // columns beside those of T; see Sorted
	sortsOf    func(T) []string
}

// JSON is a column that holds a JSON object in canonical form, "" for none. In an entry it stands as the object that it is, and
// what is in it changes as columns of their own do, named COLUMN.MEMBER. What is not in canonical form cannot be put.
type JSON string

// check says what is wrong with what is to be stored: Verify would find it as a forgery.
func (j JSON) check() error {
	if j == "" {
		return nil
	}
	text, err := canon.Marshal(json.RawMessage(j))
	if err == nil && (string(text) != string(j) || j[0] != '{') {
		err = errors.New("no object in canonical JSON")
	}
	return err
}

// object says whether what a database holds is one object, whole: only then it stands in a part as that object.
func (j JSON) object() bool { return j == "" || j[len(j)-1] == '}' && json.Valid([]byte(j)) }

// MarshalJSON implements json.Marshaler.
func (j JSON) MarshalJSON() ([]byte, error) {
	if j == "" {
		return []byte("{}"), nil
	}
	return []byte(j), nil
}

// UnmarshalJSON implements json.Unmarshaler; {} is none.
func (j *JSON) UnmarshalJSON(text []byte) error {
	if *j = JSON(text); *j == "{}" {
		*j = ""
	}
	return nil
}

// column is one column of an audited table.
type column struct {
	name                 string
	path                 []int // of the field
	key, personal, added bool
	text                 bool // for keys: stored as text
	json                 bool // holds a JSON
}

// NewTable declares an audited table and the kind of things that it holds. What is wrong with T shows in Check.
func NewTable[T any](name, kind string) Table[T] {
	t := Table[T]{name: name, kind: kind}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if db, ok := f.Tag.Lookup("db"); ok {
			marks := strings.Split(f.Tag.Get("trail"), ",")
			is := func(mark string) bool { return slices.Contains(marks, mark) }
			t.columns = append(t.columns, column{db, f.Index, is("key"), is("personal"), is("added"), f.Type.Kind() == reflect.String, f.Type == reflect.TypeFor[JSON]()})
		}
	}
	return t
}

// Beside gives the table with fn called before rows are written, in the same transaction, whoever writes them: Erase too.
func (t Table[T]) Beside(fn func(ctx context.Context, tx *Tx) error) Table[T] {
	t.beside = fn
	return t
}

// Sorted gives the table with columns of text beside those of T that follow from a row, for lists to filter and sort by. They are
// written with each row and stand in no entry: Verify makes them again, by what of says today. It asks of also for rows that somebody
// has changed by hand; there, a JSON that is none is "".
func (t Table[T]) Sorted(columns []string, of func(row T) []string) Table[T] {
	t.sorts, t.sortsOf = columns, of
	return t
}

// Name is the table's name in the database.
func (t Table[T]) Name() string { return t.name }

// Kind is the kind of its things, as entries name it.
func (t Table[T]) Kind() string { return t.kind }

// Columns is the names of all columns for a select, in the order of T.
func (t Table[T]) Columns() string { return t.columnsOf("") }

// ColumnsOf is Columns with the table's alias before each.
func (t Table[T]) ColumnsOf(alias string) string { return t.columnsOf(alias + ".") }

func (t Table[T]) columnsOf(prefix string) string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = prefix + c.name
	}
	return strings.Join(names, ", ")
}

// Check says what of the declaration breaks the rules of Table.
func (t Table[T]) Check() error {
	keys := 0
	for _, c := range t.columns {
		if c.key {
			keys++
		}
		of := reflect.TypeFor[T]().FieldByIndex(c.path).Type
		if (c.personal || c.added) && of == reflect.TypeFor[db.Time]() {
			return fmt.Errorf("trail: %s.%s is empty at times, and no db.Time is read from ''", t.name, c.name)
		}
		if c.json && c.key {
			return fmt.Errorf("trail: %s.%s is JSON and can be no key", t.name, c.name)
		}
		if c.added && (c.key || of.Kind() == reflect.Slice) {
			return fmt.Errorf("trail: %s.%s can be no column that was added", t.name, c.name)
		}
	}
	if _, ok := reflect.TypeFor[T]().FieldByName("Row"); !ok || keys == 0 {
		return fmt.Errorf("trail: the row of %s embeds trail.Row and marks its key", t.name)
	}
	return nil
}

// Thing is the key of a row as entries name it.
func (t Table[T]) Thing(row T) string {
	v := reflect.ValueOf(row)
	var parts []string
	for _, c := range t.columns {
		if c.key {
			parts = append(parts, fmt.Sprint(v.FieldByIndex(c.path).Interface()))
		}
	}
	return strings.Join(parts, "/")
}

func (t Table[T]) row(row T) Row {
	return reflect.ValueOf(row).FieldByName("Row").Interface().(Row)
}

// state is the two parts of a row in canonical JSON; personal is "" where the table has no personal column.
func (t Table[T]) state(row T) (public, personal string, err error) {
	v := reflect.ValueOf(row)
	parts := [2]map[string]any{{}, {}}
	for _, c := range t.columns {
		if c.key || c.name == "version" || c.name == "home" {
			continue
		}
		value, err := stored(v.FieldByIndex(c.path))
		if err != nil {
			return "", "", fmt.Errorf("trail: %s.%s: %w", t.name, c.name, err)
		}
		part := parts[0]
		if c.personal {
			part = parts[1]
		}
		part[c.name] = value
	}
	a, err := canon.Marshal(parts[0])
	if err != nil || len(parts[1]) == 0 {
		return string(a), "", err
	}
	b, err := canon.Marshal(parts[1])
	return string(a), string(b), err
}

// stored is a field as the database keeps it: a string, an int64, a bool; bytes as their hash.
func stored(v reflect.Value) (any, error) {
	switch x := v.Interface().(type) {
	case JSON:
		return x, x.check()
	case []byte:
		sum := sha256.Sum256(x)
		return "sha256:" + hex.EncodeToString(sum[:]), nil
	case driver.Valuer:
		inner, err := x.Value()
		if err != nil {
			return nil, err
		}
		return stored(reflect.ValueOf(inner))
	case encoding.TextMarshaler:
		s, err := x.MarshalText()
		return string(s), err
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), nil
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	}
	return nil, fmt.Errorf("%s cannot be a column of an audited table", v.Type())
}

// decode reads a row back from the parts of an entry. Rows with bytes, and with an erased part, cannot be read back. Columns
// that the entry lacks are zero if they were added, or if later is true all of them.
func (t Table[T]) decode(e entryRow, later bool) (T, error) {
	var row T
	v := reflect.ValueOf(&row).Elem()
	fields := map[string]json.RawMessage{}
	for _, part := range []string{e.Public, e.Personal} {
		if part == "" {
			continue
		}
		if err := json.Unmarshal([]byte(part), &fields); err != nil {
			return row, fmt.Errorf("trail: entry of %s %s: %w", e.Kind, e.Thing, err)
		}
	}
	keys := strings.SplitN(e.Thing, "/", len(slices.DeleteFunc(slices.Clone(t.columns), func(c column) bool { return !c.key })))
	for _, c := range t.columns {
		field := v.FieldByIndex(c.path)
		raw, ok := fields[c.name]
		switch {
		case c.name == "version":
			field.SetInt(e.Version)
			continue
		case c.name == "home":
			field.SetString(e.Home)
			continue
		case c.key && c.text:
			raw, _ = json.Marshal(keys[0]) // a string always marshals
			keys = keys[1:]
		case c.key:
			raw = json.RawMessage(keys[0])
			keys = keys[1:]
		case !ok && (later || c.added):
			continue
		case !ok:
			return row, fmt.Errorf("trail: entry of %s %s version %d has no %s", e.Kind, e.Thing, e.Version, c.name)
		}
		if err := json.Unmarshal(raw, field.Addr().Interface()); err != nil {
			return row, fmt.Errorf("trail: entry of %s %s: %s: %w", e.Kind, e.Thing, c.name, err)
		}
	}
	return row, nil
}

// Put writes rows, new or changed, each with its entry. A row whose version is no longer what was read is a Conflict, and
// then nothing is written. Rows that did not change should not be put: an entry says that something changed.
func (t Table[T]) Put(ctx context.Context, tx *Tx, rows ...T) error {
	if err := t.begin(ctx, tx, len(rows)); err != nil {
		return err
	}
	for chunk := range slices.Chunk(rows, chunkOf(len(t.columns)+len(t.sorts))) {
		if err := t.upsert(ctx, tx, chunk); err != nil {
			return err
		}
		for _, row := range chunk {
			if err := t.record(ctx, tx, row, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// Remove deletes rows, each with an entry that says so and keeps its last state.
func (t Table[T]) Remove(ctx context.Context, tx *Tx, rows ...T) error {
	if err := t.begin(ctx, tx, len(rows)); err != nil {
		return err
	}
	for _, row := range rows {
		if err := t.delete(ctx, tx, row); err != nil {
			return err
		}
		if err := t.record(ctx, tx, row, true); err != nil {
			return err
		}
	}
	return nil
}

func (t Table[T]) begin(ctx context.Context, tx *Tx, rows int) error {
	if rows == 0 || t.beside == nil {
		return nil
	}
	return t.beside(ctx, tx)
}

func (t Table[T]) record(ctx context.Context, tx *Tx, row T, gone bool) error {
	public, personal, err := t.state(row)
	if err != nil {
		return err
	}
	is := t.row(row)
	e := entryRow{Kind: t.kind, Thing: t.Thing(row), Version: is.Version + 1, Home: is.Home, Gone: gone, Public: public, Personal: personal}
	e.PublicSalt, e.PublicHash = salted(public)
	if personal != "" {
		e.PersonalSalt, e.PersonalHash = salted(personal)
	}
	return tx.record(ctx, e)
}

// At reads a row as it was in one of its versions. NotFound where there is no such version, or it was erased.
func (t Table[T]) At(ctx context.Context, r db.Reader, thing string, version int64) (T, error) {
	e, err := entryOf(ctx, r, t.kind, thing, version)
	if err != nil {
		var none T
		return none, err
	}
	return t.decode(e, false)
}
