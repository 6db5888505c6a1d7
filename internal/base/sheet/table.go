package sheet

import (
	"iter"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/text"
)

// Column is a column that a table is asked for.
type Column struct {
	ID       string
	Titles   []string // accepted titles; people are shown the first
	Required bool     // the column, not the text in its cells
}

// Table is a sheet whose heading was found.
type Table struct {
	Heading Row
	Unknown []errs.Field // titles nobody asked for, by cell

	file   *File
	index  map[string]int // column of the sheet by id
	merges merges
}

// headingRows is how many rows with text may stand before the heading and be it: lists begin with a title and a date.
const headingRows = 20

// Table finds the heading of a sheet: the first row that has all required columns, among the first rows. Titles are
// compared by text.Fold without spaces. If there is none, the error lists what is missing in the row that has most.
// It reads no further than the heading, so forms can be told apart by asking for one after the other.
func (f *File) Table(sheet string, columns []Column) (*Table, error) {
	byTitle := map[string]string{}
	for _, c := range columns {
		for _, title := range c.Titles {
			byTitle[titleKey(title)] = c.ID
		}
	}
	var best *Table
	seen := 0
	for row, err := range f.Rows(sheet) {
		if err != nil {
			return nil, err
		}
		t, twice := f.heading(row, byTitle)
		if len(t.index) > 0 && len(t.missing(columns)) == 0 {
			return t, twice
		}
		if best == nil || len(t.index) > len(best.index) {
			best = t
		}
		if seen++; seen == headingRows {
			break
		}
	}
	return nil, noHeading(best, columns)
}

// Form finds the heading of a sheet as people draw one: among the first rows the one that has most of the columns, the first of them
// where several have as many. A title that is merged over several rows stands in each of them. None of the columns need be there,
// but one; which of them are, Has tells.
func (f *File) Form(sheet string, columns []Column) (*Table, error) {
	byTitle := map[string]string{}
	for _, c := range columns {
		for _, title := range c.Titles {
			byTitle[titleKey(title)] = c.ID
		}
	}
	merged, err := f.merges(sheet)
	if err != nil {
		return nil, err
	}
	var best *Table
	var why error
	seen := 0
	above := []string{}
	for row, err := range f.Rows(sheet) {
		if err != nil {
			return nil, err
		}
		for i, title := range above {
			if title == "" || row.Cell(i) != "" || !merged.above(row.Number, i) {
				continue
			}
			for len(row.Cells) <= i {
				row.Cells = append(row.Cells, "")
			}
			row.Cells[i] = title
		}
		above = row.Cells
		t, twice := f.heading(row, byTitle)
		if best == nil || len(t.index) > len(best.index) {
			best, why = t, twice
			best.merges = merged
		}
		if seen++; seen == headingRows {
			break
		}
	}
	if best == nil || len(best.index) == 0 {
		if err := noHeading(best, columns); err != nil {
			return nil, err
		}
		return nil, invalid("見出しの行が見つかりません。列の名前を1行に並べた見出しを、はじめの%d行までに置いてください。", headingRows)
	}
	return best, why
}

// heading takes a row for the heading; err lists the columns it has twice.
func (f *File) heading(row Row, byTitle map[string]string) (*Table, error) {
	t := &Table{Heading: row, file: f, index: map[string]int{}}
	var faults errs.Faults
	for i, title := range row.Cells {
		id, known := byTitle[titleKey(title)]
		first, twice := t.index[id]
		switch {
		case titleKey(title) == "":
		case !known:
			t.Unknown = append(t.Unknown, errs.Field{Where: row.Where(i), Message: "「" + title + "」の列は使いません。"})
		case twice:
			faults.Add(row.Where(i), "「%s」の列は%sにもあります。どちらかを削除してください。", title, row.Where(first))
		default:
			t.index[id] = i
		}
	}
	return t, faults.Err("見出しに同じ列が2つあります。")
}

func titleKey(title string) string {
	return strings.ReplaceAll(text.Fold(title), " ", "")
}

func (t *Table) missing(columns []Column) []Column {
	var list []Column
	for _, c := range columns {
		if c.Required && !t.Has(c.ID) {
			list = append(list, c)
		}
	}
	return list
}

func noHeading(best *Table, columns []Column) error {
	if best == nil || len(best.index) == 0 {
		best = &Table{}
	}
	var faults errs.Faults
	where := ""
	if best.Heading.Number > 0 {
		where = best.Heading.Where(-1)
	}
	for _, c := range best.missing(columns) {
		message := "「" + c.Titles[0] + "」の列がありません。"
		if others := c.Titles[1:]; len(others) > 0 {
			message += "「" + strings.Join(others, "」「") + "」でもかまいません。"
		}
		faults.Add(where, "%s", message)
	}
	return faults.Err("見出しの行が見つかりません。必要な列を1行に並べた見出しを、はじめの%d行までに置いてください。", headingRows)
}

// Has says whether the sheet has the column.
func (t *Table) Has(id string) bool {
	_, ok := t.index[id]
	return ok
}

// Record is one row below the heading.
type Record struct {
	Row   Row
	table *Table
}

// Get is the cell of a column, "" if the sheet does not have it.
func (r Record) Get(id string) string {
	if i, ok := r.table.index[id]; ok {
		return r.Row.Cell(i)
	}
	return ""
}

// Where names the cell of a column for people, or the row if the sheet does not have the column.
func (r Record) Where(id string) string {
	if i, ok := r.table.index[id]; ok {
		return r.Row.Where(i)
	}
	return r.Row.Where(-1)
}

// Merged says whether the cell of a column is empty because it belongs to merged cells that begin in a row above. Only a table that
// Form has found knows.
func (r Record) Merged(id string) bool {
	i, ok := r.table.index[id]
	return ok && r.Row.Cell(i) == "" && r.table.merges.above(r.Row.Number, i)
}

// Rows reads what stands below the heading.
func (t *Table) Rows() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for row, err := range t.file.Rows(t.Heading.Sheet) {
			if err == nil && row.Number <= t.Heading.Number {
				continue
			}
			if !yield(Record{row, t}, err) {
				return
			}
		}
	}
}

// Where names the cell of the heading that is the title of a column, "" if the sheet does not have it.
func (t *Table) Where(id string) string {
	if i, ok := t.index[id]; ok {
		return t.Heading.Where(i)
	}
	return ""
}
