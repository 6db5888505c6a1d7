package people

import (
	"strconv"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/sheet"
)

// Fault is something wrong with a row, or worth a look.
type Fault struct {
	File    string `json:"file"`
	Where   string `json:"where"`  // the cell as people know it: 異動!B12
	Column  string `json:"column"` // its id in the form, "" for the row
	Message string `json:"message"`
}

// Line is one row that is to be imported.
type Line struct {
	Form Form
	File string // name of the file, "" for what was entered by hand
	Row  int    // in its sheet, from 1

	columns []sheet.Column // of the form
	cells   []string
	where   func(column string) string

	faults  []Fault
	outcome Outcome
}

// lineOf reads a row of a sheet; columns are those of the form.
func lineOf(form Form, columns []sheet.Column, file string, r sheet.Record) *Line {
	l := &Line{Form: form, File: file, Row: r.Row.Number, columns: columns, cells: make([]string, len(columns)), where: r.Where}
	for i, c := range columns {
		l.cells[i] = strings.TrimSpace(r.Get(c.ID))
	}
	return l
}

// lineFrom makes a row of cells by column, which stood at a place of a file.
func lineFrom(form Form, file, place string, cells map[string]string) *Line {
	l := &Line{Form: form, File: file, columns: form.Columns(), where: func(string) string { return place }}
	for _, c := range l.columns {
		l.cells = append(l.cells, strings.TrimSpace(cells[c.ID]))
	}
	return l
}

// get is the text of a column, "" where the form has none of that id.
func (l *Line) get(column string) string {
	for i, c := range l.columns {
		if c.ID == column {
			return l.cells[i]
		}
	}
	return ""
}

// Cells is the row by column.
func (l *Line) Cells() map[string]string {
	cells := map[string]string{}
	for i, c := range l.columns {
		cells[c.ID] = l.cells[i]
	}
	return cells
}

// need is the text of a column that must not be empty.
func (p *plan) need(l *Line, column string) string {
	s := l.get(column)
	if s == "" {
		p.fault(l, column, "%sが書かれていません。", l.Form.titleOf(column))
	}
	return s
}

// date is the date in a column, unknown where there is none.
func (p *plan) date(l *Line, column string) jpdate.Date {
	s, _, _ := strings.Cut(l.get(column), "T00:00:00") // a date of Excel that has a time of day
	if s == "" {
		return jpdate.Date{}
	}
	d, err := jpdate.Parse(s)
	if err != nil {
		p.fault(l, column, "%s", errs.Message(err))
	}
	return d
}

// number is the whole number in a column, otherwise where there is none.
func (p *plan) number(l *Line, column string, otherwise int) int {
	s := key(l.get(column))
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		p.fault(l, column, "「%s」は数として読めません。", l.get(column))
	}
	return n
}

// yes reads a mark: ○, 1, はい, or the title of the column.
func (p *plan) yes(l *Line, column string) bool {
	switch s := key(l.get(column)); s {
	case "", "0", "×", "x", "いいえ", "false", "-":
		return false
	case "1", "○", "〇", "◯", "はい", "true", key(l.Form.titleOf(column)):
		return true
	default:
		p.fault(l, column, "「%s」は読めません。○ か空白にしてください。", l.get(column))
		return false
	}
}
