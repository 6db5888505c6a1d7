// Package canon writes values as canonical JSON (RFC 8785, the JSON Canonicalization Scheme): one value, one sequence of
// bytes, on every machine and forever. Hashes, the trail and the comparison of packs stand on it.
// It guarantees that what it writes parses as JSON and canonicalises to itself, and it refuses what has no single safe
// spelling: floats, null, integers beyond ±(2^53-1), text that is not UTF-8, repeated keys.
// It does not know what the values mean and never sees a database.
package canon

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// safe is the largest integer that every JSON reader keeps (RFC 7493 section 2.2).
const safe = 1<<53 - 1

// Marshal writes v. Strings, booleans, integers, json.Number without a fraction, maps with string keys, slices, arrays
// and structs (json tags, omitempty, omitzero, embedded structs as in encoding/json) are written; so are types with
// MarshalJSON, whose output is canonicalised, and types with MarshalText. A nil slice is [] and a nil map is {}, because
// they hold the same as empty ones. Everything else is an error that names the path. []byte is refused: bytes have no
// agreed spelling, so the caller writes hex or base64 as text.
func Marshal(v any) ([]byte, error) {
	return value(nil, reflect.ValueOf(v), "$")
}

// Hash is the SHA-256 of Marshal(v) in hex.
func Hash(v any) (string, error) {
	text, err := Marshal(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// member is one key of an object, before sorting.
type member struct {
	key   string
	value reflect.Value
}

func value(b []byte, v reflect.Value, path string) ([]byte, error) {
	if !v.IsValid() {
		return nil, fmt.Errorf("canon %s: null", path)
	}
	if k := v.Kind(); (k == reflect.Pointer || k == reflect.Interface) && v.IsNil() {
		return nil, fmt.Errorf("canon %s: null", path)
	}
	if v.CanInterface() {
		switch x := v.Interface().(type) {
		case json.Number:
			return number(b, x, path)
		case json.Marshaler:
			text, err := x.MarshalJSON()
			if err != nil {
				return nil, fmt.Errorf("canon %s: %w", path, err)
			}
			return raw(b, text, path)
		case encoding.TextMarshaler:
			text, err := x.MarshalText()
			if err != nil {
				return nil, fmt.Errorf("canon %s: %w", path, err)
			}
			return str(b, string(text), path)
		}
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return value(b, v.Elem(), path)
	case reflect.String:
		return str(b, v.String(), path)
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if n := v.Int(); n < -safe || n > safe {
			return nil, fmt.Errorf("canon %s: integer %d is not exact in JSON", path, n)
		}
		return strconv.AppendInt(b, v.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if n := v.Uint(); n > safe {
			return nil, fmt.Errorf("canon %s: integer %d is not exact in JSON", path, n)
		}
		return strconv.AppendUint(b, v.Uint(), 10), nil
	case reflect.Slice, reflect.Array:
		return list(b, v, path)
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			return nil, fmt.Errorf("canon %s: keys of %s are not strings", path, v.Type())
		}
		var members []member
		for key, val := range v.Seq2() {
			members = append(members, member{key.String(), val})
		}
		return object(b, members, path)
	case reflect.Struct:
		return object(b, fields(nil, v), path)
	default:
		return nil, fmt.Errorf("canon %s: %s has no canonical form", path, v.Type())
	}
}

func list(b []byte, v reflect.Value, path string) ([]byte, error) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return nil, fmt.Errorf("canon %s: %s has no canonical form", path, v.Type())
	}
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = value(b, v.Index(i), path+"["+strconv.Itoa(i)+"]"); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func object(b []byte, members []member, path string) ([]byte, error) {
	slices.SortFunc(members, func(x, y member) int { return compare(x.key, y.key) })
	b = append(b, '{')
	for i, m := range members {
		if i > 0 {
			if m.key == members[i-1].key {
				return nil, fmt.Errorf("canon %s: key %q twice", path, m.key)
			}
			b = append(b, ',')
		}
		var err error
		if b, err = str(b, m.key, path); err != nil {
			return nil, err
		}
		if b, err = value(append(b, ':'), m.value, path+"."+m.key); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// compare orders keys by UTF-16 code units (RFC 8785 section 3.2.3): unlike UTF-8, 𠮷 comes before 﨑.
func compare(x, y string) int {
	return slices.Compare(utf16.Encode([]rune(x)), utf16.Encode([]rune(y)))
}

// fields collects what encoding/json would write of a struct; a name used twice is left for object to refuse.
func fields(members []member, v reflect.Value) []member {
	for field, val := range v.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		inner := reflect.Indirect(val) // invalid when val is a nil pointer
		switch {
		case name == "-" && options == "":
		case field.Anonymous && name == "" && !inner.IsValid():
		case field.Anonymous && name == "" && inner.Kind() == reflect.Struct:
			members = fields(members, inner)
		case !field.IsExported():
		case has(options, "omitempty") && empty(val), has(options, "omitzero") && zero(val):
		default:
			members = append(members, member{cmp.Or(name, field.Name), val})
		}
	}
	return members
}

func has(options, option string) bool {
	return slices.Contains(strings.Split(options, ","), option)
}

func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Array, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	default:
		return v.IsZero()
	}
}

func zero(v reflect.Value) bool {
	if z, ok := v.Interface().(interface{ IsZero() bool }); ok && (v.Kind() != reflect.Pointer || !v.IsNil()) {
		return z.IsZero()
	}
	return v.IsZero()
}

func number(b []byte, n json.Number, path string) ([]byte, error) {
	i, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil || i < -safe || i > safe || strconv.FormatInt(i, 10) != string(n) {
		return nil, fmt.Errorf("canon %s: %q is not a plain integer", path, string(n))
	}
	return append(b, n...), nil
}

// raw canonicalises JSON text. Its objects are read by the tokens, since decoding into a map would swallow repeated keys.
func raw(b, text []byte, path string) ([]byte, error) {
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("canon %s: not UTF-8", path)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := decode(d, path)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("canon %s: more than one JSON value", path)
	}
	return value(b, reflect.ValueOf(v), path)
}

func decode(d *json.Decoder, path string) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("canon %s: %w", path, err)
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := decode(d, path)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, end(d, path)
	case json.Delim('{'):
		object := map[string]any{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, fmt.Errorf("canon %s: %w", path, err)
			}
			name := key.(string)
			if _, twice := object[name]; twice {
				return nil, fmt.Errorf("canon %s: key %q twice", path, name)
			}
			if object[name], err = decode(d, path+"."+name); err != nil {
				return nil, err
			}
		}
		return object, end(d, path)
	default:
		return token, nil
	}
}

// end reads the bracket that closes a list or object.
func end(d *json.Decoder, path string) error {
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("canon %s: %w", path, err)
	}
	return nil
}

// AppendString appends text as Marshal writes it, for those who write many small objects of a fixed form.
func AppendString(b []byte, s string) ([]byte, error) { return str(b, s, "$") }

// str writes text as ECMAScript's JSON.stringify does: the short escapes, \u00xx for the other controls, all else as it is.
func str(b []byte, s, path string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("canon %s: text is not UTF-8", path)
	}
	b = append(b, '"')
	if !slices.ContainsFunc([]byte(s), escaped) {
		return append(append(b, s...), '"'), nil
	}
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		case '\f':
			b = append(b, `\f`...)
		case '\r':
			b = append(b, `\r`...)
		default:
			if c < 0x20 {
				b = fmt.Appendf(b, `\u%04x`, c)
				continue
			}
			b = append(b, c)
		}
	}
	return append(b, '"'), nil
}

func escaped(c byte) bool { return c < 0x20 || c == '"' || c == '\\' }
