package db

import (
	"database/sql/driver"
	"encoding"
	"fmt"
	"math"
	"reflect"
	"time"
)

// Time is a moment as the database keeps it: 2026-04-01T00:00:00.000000Z, UTC, 27 characters, in the order of time, the same
// bytes on both engines and in whatever is hashed. The zero value is no time.
type Time string

const layout = "2006-01-02T15:04:05.000000Z"

// At is the moment t, cut to the microsecond. t lies in the years 0 to 9999.
func At(t time.Time) Time { return Time(t.UTC().Format(layout)) }

// ParseTime reads the fixed form and no other.
func ParseTime(s string) (Time, error) {
	t, err := time.Parse(layout, s)
	if err != nil || string(At(t)) != s {
		return "", fmt.Errorf("not a time of the form %s: %q", layout, s)
	}
	return Time(s), nil
}

// Time is the moment as Go computes with it; the zero time when t is zero.
func (t Time) Time() time.Time {
	parsed, err := time.Parse(layout, string(t))
	if err != nil {
		return time.Time{} // only a zero t, or a text that was never a time
	}
	return parsed
}

// Scan implements sql.Scanner.
func (t *Time) Scan(from any) (err error) {
	s, ok := from.(string)
	if !ok {
		return fmt.Errorf("%T for db.Time", from)
	}
	*t, err = ParseTime(s)
	return err
}

// bind turns arguments into what both drivers take alike.
func bind(args []any) ([]any, error) {
	bound := make([]any, len(args))
	for i, a := range args {
		v, err := plain(a)
		if err != nil {
			return nil, fmt.Errorf("$%d: %w", i+1, err)
		}
		bound[i] = v
	}
	return bound, nil
}

func plain(a any) (any, error) {
	v := reflect.ValueOf(a)
	if a == nil || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, nil
	}
	switch a := a.(type) {
	case []byte:
		return a, nil
	case time.Time:
		return string(At(a)), nil
	case driver.Valuer:
		inner, err := a.Value()
		if err != nil {
			return nil, err
		}
		if _, again := inner.(driver.Valuer); again {
			return nil, fmt.Errorf("%T gives a %T", a, inner)
		}
		return plain(inner)
	case encoding.TextMarshaler:
		s, err := a.MarshalText()
		return string(s), err
	}
	switch v.Kind() {
	case reflect.Pointer:
		return plain(v.Elem().Interface())
	case reflect.String:
		return v.String(), nil
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() <= math.MaxInt64 {
			return int64(v.Uint()), nil
		}
	}
	return nil, fmt.Errorf("%T cannot be an argument", a)
}
