package register

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"sekimori/internal/base/canon"
	"sekimori/internal/kernel/trail"
)

// Data is what an entry says, by field. A value is one of
//
//	string    of most types; an id of person, unit and ref, a home of scope; dates 2026-04-01, times 2026-04-01T09:30
//	int64     of number
//	[]string  of choice and ref with many
//	Class     of class by axis; of period by from and to
//	[]Data    of rows; of file by sum, name, size and media
//
// What is empty is not there.
type Data map[string]any

// Parts of a period.
const (
	From = "from"
	To   = "to"
)

// Members of a file.
const (
	FileSum   = "sum"
	FileName  = "name"
	FileSize  = "size"
	FileMedia = "media"
)

// decode reads what encode has written.
func decode(parts ...trail.JSON) (Data, error) {
	data := Data{}
	for _, part := range parts {
		if part == "" {
			continue
		}
		d := json.NewDecoder(bytes.NewReader([]byte(part)))
		d.UseNumber()
		var raw map[string]any
		if err := d.Decode(&raw); err != nil {
			return nil, fmt.Errorf("register: data: %w", err)
		}
		for field, value := range raw {
			v, err := valueOf(value)
			if err != nil {
				return nil, fmt.Errorf("register: data: %s: %w", field, err)
			}
			data[field] = v
		}
	}
	return data, nil
}

// valueOf is a value of JSON as Data has it.
func valueOf(raw any) (any, error) {
	switch raw := raw.(type) {
	case string:
		return raw, nil
	case json.Number:
		return raw.Int64()
	case map[string]any:
		class := Class{}
		for part, value := range raw {
			s, ok := value.(string)
			if !ok {
				return nil, fmt.Errorf("%s is no text", part)
			}
			class[part] = s
		}
		return class, nil
	case []any:
		return listOf(raw)
	}
	return nil, fmt.Errorf("%v is no value", raw)
}

func listOf(raw []any) (any, error) {
	var texts []string
	var rows []Data
	for _, x := range raw {
		switch x := x.(type) {
		case string:
			texts = append(texts, x)
		case map[string]any:
			row := Data{}
			for field, value := range x {
				v, err := valueOf(value)
				if err != nil {
					return nil, err
				}
				row[field] = v
			}
			rows = append(rows, row)
		default:
			return nil, fmt.Errorf("%v stands in a list", x)
		}
	}
	if texts != nil && rows != nil {
		return nil, errors.New("texts and rows in one list")
	}
	if rows != nil {
		return rows, nil
	}
	return texts, nil
}

// encode writes data as the columns of an entry: what is of a person stands apart, so that it can be erased.
func (f Form) encode(data Data) (public, personal trail.JSON, err error) {
	parts := [2]Data{{}, {}}
	for field, value := range data {
		part := 0
		if x, ok := f.Field(field); ok && x.Personal() {
			part = 1
		}
		parts[part][field] = value
	}
	var out [2]trail.JSON
	for i, part := range parts {
		if len(part) == 0 {
			continue
		}
		text, err := canon.Marshal(part)
		if err != nil {
			return "", "", fmt.Errorf("register: %w", err)
		}
		out[i] = trail.JSON(text)
	}
	return out[0], out[1], nil
}

// Personal says that the field holds what is of a person and can be erased.
func (f Field) Personal() bool { return f.Disclosure == "personal" }

// Text is the text of a field, "" where it is empty or no text.
func (d Data) Text(field string) string {
	s, _ := d[field].(string)
	return s
}

// Class is the class or period of a field.
func (d Data) Class(field string) Class {
	c, _ := d[field].(Class)
	return c
}

// Rows are the rows or files of a field.
func (d Data) Rows(field string) []Data {
	rows, _ := d[field].([]Data)
	return rows
}

// List is the values of a field one by one, as conditions see them.
func (d Data) List(field string) []string {
	switch v := d[field].(type) {
	case string:
		return []string{v}
	case int64:
		return []string{strconv.FormatInt(v, 10)}
	case []string:
		return v
	case Class:
		return slices.Sorted(maps.Values(v))
	case []Data:
		return make([]string, len(v))
	}
	return nil
}

// Clone is a copy that can be changed without changing d; values themselves are never changed in place.
func (d Data) Clone() Data { return maps.Clone(d) }

// Same says whether two say the same.
func (d Data) Same(other Data) bool {
	a, errA := canon.Marshal(d)
	b, errB := canon.Marshal(other)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}
