package people

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/sheet"
)

// Table is a sheet of a file as an import takes it.
type Table struct {
	File  string // and the sheet, where the file has several
	Form  Form
	Rows  int
	Notes []Fault // what is to be looked at: 外字, columns that are not used
}

// readFile tells the forms of a file's sheets by their headings and reads their rows. A sheet of an Excel file that has no
// known heading is left out and noted, as long as another has one.
func readFile(name string, data []byte) (lines []*Line, tables []Table, err error) {
	f, err := sheet.Open(bytes.NewReader(data), int64(len(data)), sheet.Limits{})
	if err != nil {
		return nil, nil, named(name, err)
	}
	sheets := f.Sheets
	if len(sheets) == 0 {
		sheets = []string{""}
	}
	var skipped []Fault
	var none error
	for _, s := range sheets {
		form, t, err := formOf(f, s)
		if err != nil {
			none = errors.Join(none, named(name, err))
			skipped = append(skipped, Fault{File: name, Where: s, Message: "見出しがどの形でもないので、このシートは使いません。"})
			continue
		}
		rows, notes, err := readTable(f, form, t, name)
		if err != nil {
			return nil, nil, named(name, err)
		}
		label := name
		if s != "" && len(sheets) > 1 {
			label += " " + s
		}
		lines = append(lines, rows...)
		tables = append(tables, Table{File: label, Form: form, Rows: len(rows), Notes: notes})
	}
	if len(tables) == 0 {
		return nil, nil, none
	}
	tables[0].Notes = append(tables[0].Notes, skipped...)
	return lines, tables, nil
}

// named says in which file something is wrong.
func named(name string, err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		return fmt.Errorf("%s: %w", name, err)
	}
	out := *e
	out.Message = name + ": " + e.Message
	return &out
}

// formOf tells which form a sheet has: the first whose columns are all there.
func formOf(f *sheet.File, name string) (Form, *sheet.Table, error) {
	var nearest error
	least := 0
	for _, form := range []Form{Orders, Roster, Designations, Systems, Codes, Units, Posts} {
		t, err := f.Table(name, form.Columns())
		if t != nil && err == nil && form == Roster && t.Has("order") {
			return "", nil, errs.New(errs.Invalid, "発令区分の列があるのに、発令日の列がありません。発令なら発令日を、名簿なら発令区分のない表を用意してください。")
		}
		if err == nil {
			return form, t, nil
		}
		e, ok := errors.AsType[*errs.Error](err)
		if !ok || len(e.Fields) == 0 {
			return "", nil, err // the file cannot be read at all
		}
		required := 0
		for _, c := range form.Columns() {
			if c.Required {
				required++
			}
		}
		if found := required - len(e.Fields); found > least {
			least, nearest = found, err
		}
	}
	if nearest == nil {
		var forms []string
		for _, form := range Forms() {
			forms = append(forms, form.Title())
		}
		nearest = errs.New(errs.Invalid, "見出しの行が、%s のどの形でもありません。", strings.Join(forms, "、"))
	}
	return "", nil, nearest
}

func readTable(f *sheet.File, form Form, t *sheet.Table, name string) ([]*Line, []Fault, error) {
	columns := form.Columns()
	var lines []*Line
	for record, err := range t.Rows() {
		if err != nil {
			return nil, nil, err
		}
		lines = append(lines, lineOf(form, columns, name, record))
	}
	var notes []Fault
	for _, w := range append(t.Unknown, f.Warnings()...) {
		notes = append(notes, Fault{File: name, Where: w.Where, Message: w.Message})
	}
	return lines, notes, nil
}
