package trail

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"sekimori/internal/base/db"
)

// verify compares each row with its last entry, and looks for things that should have a row.
func (t Table[T]) verify(ctx context.Context, v *verifier) error {
	f := t.form()
	have, found := tally{}, v.found()
	if err := t.withEntries(ctx, v.r, func(row []any) error {
		version, _ := row[f.version].(int64)
		thing := f.thing(row)
		have.things++
		have.sum += v.versionHash(t.kind, thing, version)
		own, entry := row[:len(f.names)], row[len(f.names):len(f.names)+len(lastColumns)]
		at := Finding{Index: -1, Kind: t.kind, Thing: thing, Version: version, Table: t.name}
		v.record(at, f, own, entry)
		if t.sortsOf != nil {
			v.sorts(at, t.sorts, t.sortsOf(t.read(own)), row[len(f.names)+len(lastColumns):])
		}
		return nil
	}); err != nil || have == v.live[t.kind] && v.found() == found {
		return err
	}
	// Something is wrong, or a thing was removed and came back.
	for _, look := range []struct {
		query  func(context.Context, db.Reader) ([]string, error)
		reason string
	}{
		{t.rowless, "記録ではあるはずの行がありません"},
		{t.outdated, "この行のあとの版の記録があります"},
	} {
		list, err := look.query(ctx, v.r)
		if err != nil {
			return err
		}
		for _, thing := range list {
			v.find(Finding{Index: -1, Kind: t.kind, Thing: thing, Table: t.name, Reason: look.reason})
		}
	}
	return nil
}

// record compares a row with the entry of its version.
func (v *verifier) record(at Finding, f form, row, entry []any) {
	bad := func(column, reason string) {
		at := at
		at.Column, at.Reason = column, reason
		v.find(at)
	}
	c, e := cells{row: row, columns: f.names}, cells{row: entry, columns: lastColumns}
	if n, ok := entry[0].(int64); ok {
		at.Index = n
	}
	if entry[1] == nil {
		bad("version", "この行の版の記録がありません")
		return
	}
	home, gone := e.text(1), e.truth(2)
	if gone {
		bad("", "記録では取り除かれた行があります")
	}
	if c.text(f.home) != home {
		bad("home", "行が最後の記録と違います")
	}
	for part := range f.parts {
		state, odd := f.state(part, row)
		if recorded := e.text(3 + part); odd != "" {
			bad(odd, "値の型が違います")
		} else if state != recorded && (f.added == nil || f.older(part, row, recorded) != recorded) {
			for _, column := range differing(state, recorded) {
				bad(column, "行が最後の記録と違います")
			}
		}
	}
	c.int(f.version)
	if c.bad != "" {
		bad(c.bad, "値の型が違います")
	}
}

// sorts compares what a row is filtered and sorted by with what follows from it.
func (v *verifier) sorts(at Finding, columns, follow []string, stored []any) {
	for i, column := range columns {
		if i >= len(follow) || stored[i] != follow[i] {
			at.Column, at.Reason = column, "並べ替えの鍵が、行の内容と違います"
			v.find(at)
		}
	}
}

// read makes a row of what the database holds; what is not of its type is left out.
func (t Table[T]) read(stored []any) T {
	var row T
	v := reflect.ValueOf(&row).Elem()
	for i, c := range t.columns {
		field := v.FieldByIndex(c.path)
		if scanner, ok := field.Addr().Interface().(interface{ Scan(stored any) error }); ok {
			if err := scanner.Scan(stored[i]); err != nil {
				field.SetZero()
			}
			continue
		}
		switch x := stored[i].(type) {
		case string:
			if field.Kind() == reflect.String && (!c.json || JSON(x).object()) {
				field.SetString(x)
			}
		case int64:
			if field.CanInt() {
				field.SetInt(x)
			} else if field.Kind() == reflect.Bool { // of SQLite
				field.SetBool(x == 1)
			}
		case bool:
			if field.Kind() == reflect.Bool {
				field.SetBool(x)
			}
		case []byte:
			if field.Kind() == reflect.Slice {
				field.SetBytes(x)
			}
		}
	}
	return row
}

// differing names the columns in which two parts differ, of a JSON the members, or "" where one cannot be read.
func differing(a, b string) []string {
	x, err := members(a)
	y, err2 := members(b)
	if err != nil || err2 != nil {
		return []string{""}
	}
	both := maps.Clone(x)
	maps.Copy(both, y)
	var names []string
	for _, name := range slices.Sorted(maps.Keys(both)) {
		if string(x[name]) != string(y[name]) {
			names = append(names, within(name, x[name], y[name])...)
		}
	}
	if names == nil {
		return []string{""}
	}
	return names
}

// within names the members in which two values of a column differ, and the column itself where they are not of a JSON, or none differs.
func within(column string, a, b json.RawMessage) (names []string) {
	x, err := columnsIn(`{"` + column + `":` + string(a) + `}`)
	y, err2 := columnsIn(`{"` + column + `":` + string(b) + `}`)
	if err == nil && err2 == nil {
		for _, c := range changes(x, y, false) {
			names = append(names, c.Column)
		}
	}
	if names == nil {
		return []string{column}
	}
	return names
}

// members is what a part says of each column, as it is written.
func members(part string) (columns map[string]json.RawMessage, err error) {
	if part != "" {
		err = json.Unmarshal([]byte(part), &columns)
	}
	if columns == nil {
		columns = map[string]json.RawMessage{}
	}
	return columns, err
}

// form is how the rows of a table stand in entries: the same as Table.state, from what the database holds.
type form struct {
	names         []string
	keys          []int
	version, home int
	parts         [2][]int // public and personal columns, sorted by name
	truth, bytes  []bool   // by column
	json          []bool   // by column
	added         []bool   // by column; nil where none was
}

func (t Table[T]) form() form {
	f := form{names: t.names(), truth: make([]bool, len(t.columns)), bytes: make([]bool, len(t.columns)), json: make([]bool, len(t.columns))}
	row := reflect.TypeFor[T]()
	for i, c := range t.columns {
		kind := row.FieldByIndex(c.path).Type.Kind()
		f.truth[i], f.bytes[i], f.json[i] = kind == reflect.Bool, kind == reflect.Slice, c.json
		if c.added {
			if f.added == nil {
				f.added = make([]bool, len(t.columns))
			}
			f.added[i] = true
		}
		switch {
		case c.name == "version":
			f.version = i
		case c.name == "home":
			f.home = i
		case c.key:
			f.keys = append(f.keys, i)
		case c.personal:
			f.parts[1] = append(f.parts[1], i)
		default:
			f.parts[0] = append(f.parts[0], i)
		}
	}
	for _, part := range f.parts {
		slices.SortFunc(part, func(a, b int) int { return strings.Compare(f.names[a], f.names[b]) })
	}
	return f
}

// names are the columns' names, in the order of T.
func (t Table[T]) names() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return names
}

func (f form) thing(row []any) string {
	parts := make([]string, len(f.keys))
	for i, k := range f.keys {
		parts[i] = fmt.Sprint(row[k])
	}
	return strings.Join(parts, "/")
}

// state is a part of a row in canonical JSON, "" where the table has no such column. odd names a column that holds what is not of its type.
func (f form) state(part int, row []any) (state, odd string) {
	return f.stateOf(part, f.parts[part], row)
}

// older is a part of a row as an entry says it that was written before columns were added: without those that it does not name,
// if they hold the zero value.
func (f form) older(part int, row []any, recorded string) string {
	named, err := members(recorded)
	if err != nil {
		return ""
	}
	columns := slices.DeleteFunc(slices.Clone(f.parts[part]), func(c int) bool {
		_, there := named[f.names[c]]
		zero := row[c] == "" || row[c] == int64(0) || row[c] == false || f.json[c] && row[c] == "{}"
		return f.added[c] && !there && zero
	})
	state, _ := f.stateOf(part, columns, row)
	return state
}

func (f form) stateOf(part int, columns []int, row []any) (state, odd string) {
	if part == 1 && len(columns) == 0 {
		return "", ""
	}
	var o object
	for _, c := range columns {
		name, ok := f.names[c], false
		switch x := row[c].(type) {
		case string:
			ok = !f.truth[c] && !f.bytes[c]
			if f.json[c] { // whole, or two of them could be cut apart elsewhere and look the same together
				o.json(name, cmp.Or(x, "{}"))
				ok = JSON(x).object()
			} else {
				o.text(name, x)
			}
		case bool:
			o.truth(name, x)
			ok = f.truth[c]
		case int64:
			if f.truth[c] { // of SQLite
				o.truth(name, x == 1)
				ok = x == 0 || x == 1
			} else {
				o.number(name, x)
				ok = !f.bytes[c]
			}
		case []byte:
			sum := sha256.Sum256(x)
			o.text(name, "sha256:"+hex.EncodeToString(sum[:]))
			ok = f.bytes[c]
		}
		if !ok || o.err != nil {
			return "", name
		}
	}
	b, _ := o.end() // its error was seen
	return string(b), ""
}
