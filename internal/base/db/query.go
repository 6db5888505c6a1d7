package db

import (
	"context"
	"database/sql"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Get reads one row; ErrNotFound if there is none, an error if there are more.
//
// A row goes into a struct whose fields bear the names of the columns (`db:"due_on"`): each column has its field and each
// tagged field its column, else it is an error; embedded structs count as their fields. Any other T takes a single column.
// NULL goes into pointers and sql.Null only. What reads itself from text (encoding.TextUnmarshaler) is read so.
//
// Arguments are nil, strings, whole numbers, booleans, []byte (for bytea only: text, and JSON, is a string), pointers to those,
// encoding.TextMarshaler, driver.Valuer and time.Time (as Time).
func Get[T any](ctx context.Context, r Reader, query string, args ...any) (T, error) {
	var one T
	n := 0
	err := Each(ctx, r, query, args, func(row T) error {
		one = row
		n++
		if n > 1 {
			return fmt.Errorf("more than one row: %s", brief(query))
		}
		return nil
	})
	if err == nil && n == 0 {
		err = fmt.Errorf("%w: %s", ErrNotFound, brief(query))
	}
	return one, err
}

// List reads all rows, nil if there are none. See Get for T and args.
func List[T any](ctx context.Context, r Reader, query string, args ...any) ([]T, error) {
	var list []T
	err := Each(ctx, r, query, args, func(row T) error {
		list = append(list, row)
		return nil
	})
	return list, err
}

// Each calls fn with row after row and stops at its first error. While it runs r takes no other statement, since on
// PostgreSQL there is one connection. See Get for T and args.
func Each[T any](ctx context.Context, r Reader, query string, args []any, fn func(T) error) error {
	return r.on().read(ctx, query, args, func(rows *sql.Rows, columns []string) error {
		paths, err := match(reflect.TypeFor[T](), columns)
		if err != nil {
			return fmt.Errorf("%w: %s", err, brief(query))
		}
		into := make([]any, len(columns))
		for rows.Next() {
			var row T
			for i, path := range paths {
				into[i] = target(reflect.ValueOf(&row).Elem().FieldByIndex(path))
			}
			if paths == nil {
				into[0] = target(reflect.ValueOf(&row).Elem())
			}
			if err := rows.Scan(into...); err != nil {
				return fmt.Errorf("%w: %s", err, brief(query))
			}
			if err := fn(row); err != nil {
				return err
			}
		}
		return nil
	})
}

// read runs a query and has fn go through its rows. Until fn returns no other statement can be run.
func (s *session) read(ctx context.Context, query string, args []any, fn func(rows *sql.Rows, columns []string) error) error {
	bound, err := s.ready(query, args)
	if err != nil {
		return err
	}
	rows, err := s.tx.QueryContext(ctx, query, bound...)
	if err != nil {
		return s.note(query, err)
	}
	s.reading = true
	defer func() { s.reading = false; _ = rows.Close() }() // its error is that of rows.Err
	columns, err := rows.Columns()
	if err != nil {
		return s.note(query, err)
	}
	if err := fn(rows, columns); err != nil {
		return err
	}
	return s.note(query, rows.Err())
}

// In appends values to args and returns their places as a list for `in`, "($3, $4)". Where there are no values nothing is
// in the list, nor is anything `not in` it: SQL takes (null) so.
func In[T any](args *[]any, values []T) string {
	if len(values) == 0 {
		return "(null)"
	}
	places := make([]string, len(values))
	for i, v := range values {
		*args = append(*args, v)
		places[i] = fmt.Sprintf("$%d", len(*args))
	}
	return "(" + strings.Join(places, ", ") + ")"
}

// Among is In for lists that may be long, where only texts are compared: a long list is one argument, since SQLite looks for each
// argument among all those before it.
func Among(r Reader, args *[]any, values []string) string {
	if len(values) <= few {
		return In(args, values)
	}
	return Listed(r, args, values)
}

// OneOf is the condition that a column is one of some texts, which may be many. Where it stands in a query that is asked for each
// row of another, PostgreSQL reads a list of values anew each time and an array once.
func OneOf(r Reader, args *[]any, column string, values []string) string {
	if r.Engine() != Postgres || len(values) <= few {
		return column + ` in ` + Among(r, args, values)
	}
	quoted, escape := make([]string, len(values)), strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for i, v := range values {
		quoted[i] = `"` + escape.Replace(v) + `"`
	}
	*args = append(*args, `{`+strings.Join(quoted, `,`)+`}`)
	return fmt.Sprintf(`%s = any(cast($%d as text[]))`, column, len(*args))
}

// few is up to how many values stand in a query one by one.
const few = 16

// Listed is texts as a query of one column, value, to be joined or compared with; args get what it needs.
func Listed(r Reader, args *[]any, values []string) string {
	if values == nil {
		values = []string{}
	}
	list, _ := json.Marshal(values) // texts always marshal
	*args = append(*args, string(list))
	if r.Engine() == Postgres {
		return fmt.Sprintf("(select jsonb_array_elements_text(cast($%d as jsonb)) as value)", len(*args))
	}
	return fmt.Sprintf("(select value from json_each($%d))", len(*args))
}

var (
	scanner = reflect.TypeFor[sql.Scanner]()
	texter  = reflect.TypeFor[encoding.TextUnmarshaler]()
	instant = reflect.TypeFor[time.Time]()
)

// match finds the field of each column; nil when T is not a row but a single value.
func match(t reflect.Type, columns []string) ([][]int, error) {
	if p := reflect.PointerTo(t); t.Kind() != reflect.Struct || p.Implements(scanner) || p.Implements(texter) {
		if len(columns) != 1 {
			return nil, fmt.Errorf("%d columns for one %s", len(columns), t)
		}
		return nil, scannable(t)
	}
	tagged := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		if name, ok := f.Tag.Lookup("db"); ok {
			if tagged[name] != nil || scannable(f.Type) != nil {
				return nil, errors.Join(fmt.Errorf("%s.%s: column %s", t, f.Name, name), scannable(f.Type))
			}
			tagged[name] = f.Index
		}
	}
	paths := make([][]int, len(columns))
	for i, name := range columns {
		if paths[i] = tagged[name]; paths[i] == nil {
			return nil, fmt.Errorf("%s has no field for column %s, or it comes twice", t, name)
		}
		delete(tagged, name)
	}
	for name := range tagged {
		return nil, fmt.Errorf("no column %s for %s", name, t)
	}
	return paths, nil
}

// scannable refuses the one type that is easily taken and would lose the fixed width when it is written elsewhere.
func scannable(t reflect.Type) error {
	if t == instant || t == reflect.PointerTo(instant) {
		return errors.New("a time is read as db.Time")
	}
	return nil
}

// target is what rows.Scan fills v through.
func target(v reflect.Value) any {
	t := v.Type()
	switch p := reflect.PointerTo(t); {
	case p.Implements(scanner), t.Implements(scanner):
	case p.Implements(texter), t.Kind() == reflect.Pointer && t.Implements(texter):
		return text{v}
	}
	return v.Addr().Interface()
}

// text scans into what reads itself from text, or into a pointer to it.
type text struct{ into reflect.Value }

// Scan implements sql.Scanner.
func (x text) Scan(from any) error {
	var s []byte
	switch from := from.(type) {
	case string:
		s = []byte(from)
	case []byte:
		s = from
	case nil:
		if x.into.Kind() == reflect.Pointer {
			x.into.SetZero()
			return nil
		}
		return fmt.Errorf("NULL for %s", x.into.Type())
	default:
		return fmt.Errorf("%T for %s", from, x.into.Type())
	}
	v := x.into
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText(s)
}
