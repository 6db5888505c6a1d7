package register

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"time"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/sheet"
	"sekimori/internal/kernel/cond"
	"sekimori/internal/kernel/search"
)

// Exported is what an export has written.
type Exported struct {
	Entries int
	// Lost are, by cell, the characters that a file in Shift_JIS has no code for: somebody should see them before it is used.
	Lost []errs.Field
}

// run gives entries some at a time, as often as it is called the same ones.
type run func(fn func([]Entry) error) error

// Export writes all entries that the reader may see and that match, in the order of the list; Limit and After of the query do not
// count. It needs memory for some hundred entries. Fields to be read under record are left out. A table inside entries has a sheet of
// its own in a workbook, whose rows name those of the first sheet by No.; in a CSV each of its rows has numbered columns (利用範囲1
// 利用者, 利用範囲2 利用者). The last two columns, hidden in a workbook, say which entry a row is and in which version, so that the
// file changes this entry when it comes back.
func (d *Desk) Export(w io.Writer, format sheet.Format, style Style, q Query) (Exported, error) {
	return d.export(w, format, style, d.allOf(q))
}

// ExportFound is Export of the entries that hold some words beside, in the order of the search.
func (d *Desk) ExportFound(w io.Writer, format sheet.Format, style Style, words string, q Query) (Exported, error) {
	return d.export(w, format, style, func(fn func([]Entry) error) error {
		q.Limit = atOnce
		for after := (search.Cursor{}); ; {
			entries, next, err := d.Search(words, q, after)
			if err != nil {
				return err
			}
			if err := fn(entries); err != nil || next == (search.Cursor{}) {
				return err
			}
			after = next
		}
	})
}

func (d *Desk) allOf(q Query) run {
	return func(fn func([]Entry) error) error {
		q.Limit, q.After = atOnce, nil
		for {
			entries, next, err := d.List(q)
			if err != nil {
				return err
			}
			if err := fn(entries); err != nil || next == nil {
				return err
			}
			q.After = next
		}
	}
}

func (d *Desk) export(w io.Writer, format sheet.Format, style Style, all run) (Exported, error) {
	x := saying{d, d.sheetNames(), style != StyleData}
	if format != sheet.Excel {
		return x.csv(w, format, all)
	}
	o := bookOptions{style: style}
	if style == StyleForm {
		o.above = []string{d.Kind.Title, d.Today.Wareki() + "現在"}
	}
	n, err := x.book(w, o, all)
	return Exported{Entries: n}, err
}

// csv writes one table. How many numbered columns it has is found out by going through the entries once before.
func (x saying) csv(w io.Writer, format sheet.Format, all run) (Exported, error) {
	rows := map[string]int{}
	if tables := x.tables(); len(tables) > 0 {
		if err := x.each(all, func(_ Entry, data Data) error {
			for _, f := range tables {
				rows[f.ID] = max(rows[f.ID], len(data.Rows(f.ID)))
			}
			return nil
		}); err != nil {
			return Exported{}, err
		}
	}
	columns := x.mainColumns(rows)
	out := sheet.NewWriter(w, format, x.Kind.Title)
	if err := out.Row(titles(columns)...); err != nil {
		return Exported{}, err
	}
	n := 0
	err := x.each(all, func(e Entry, data Data) error {
		n++
		return out.Row(x.row(columns, e, data, n)...)
	})
	if err == nil {
		err = out.Close()
	}
	return Exported{n, out.Lost()}, err
}

func titles(columns []SheetColumn) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Title
	}
	return list
}

func (x saying) row(columns []SheetColumn, e Entry, data Data, line int) []string {
	cells := make([]string, len(columns))
	for i := range columns {
		cells[i] = x.cell(&columns[i], e, data, line)
	}
	return cells
}

// each goes through entries with what they say; what they name is looked up at once for some of them.
func (x saying) each(all run, fn func(Entry, Data) error) error {
	return all(func(entries []Entry) error {
		said := make([]Data, len(entries))
		for i, e := range entries {
			data, err := e.Read()
			if err != nil {
				return err
			}
			said[i] = data
		}
		x.names.prefetch(x.Fields, said...)
		if err := x.Desk.names.err; err != nil {
			return err
		}
		for i, e := range entries {
			if err := fn(e, said[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// bookOptions say how a workbook looks.
type bookOptions struct {
	style   Style
	above   []string
	empty   int  // rows to be filled in
	choices bool // cells offer what may stand in them
	handout *Handout
}

// book writes a workbook, and gives how many entries it has.
func (x saying) book(w io.Writer, o bookOptions, all run) (entries int, err error) {
	columns, tables := x.mainColumns(nil), x.tableSheets()
	drawn := o.style == StyleForm
	pages := []sheet.Page{{Name: x.Kind.Title, Above: o.above, Columns: x.pageColumns(columns, o.choices), Drawn: drawn, Empty: o.empty}}
	for _, t := range tables {
		pages = append(pages, sheet.Page{Name: t.Title, Columns: x.pageColumns(t.columns, o.choices), Drawn: drawn, Empty: o.empty})
	}
	if o.handout != nil {
		pages = append(pages, sheet.Page{Name: handoutSheet, Hidden: true})
	}
	book, err := sheet.NewWorkbook(w, pages...)
	if err != nil {
		return 0, err
	}
	sums := make([]hash.Hash, 1+len(tables))
	for i := range sums {
		sums[i] = sha256.New()
	}
	var given []givenRow
	has := make([]bool, len(tables))
	err = book.Next()
	if err == nil {
		err = x.each(all, func(e Entry, data Data) error {
			entries++
			for i, t := range tables {
				has[i] = has[i] || len(data.Rows(t.ID)) > 0
			}
			if o.handout != nil {
				given = append(given, givenRow{e.ID, e.Version})
			}
			cells := x.row(columns, e, data, entries)
			addCells(sums[0], cells)
			return book.Row(cells...)
		})
	}
	for i, t := range tables {
		if err == nil {
			err = book.Next()
		}
		if err == nil && has[i] {
			err = x.tableRows(book, t, sums[i+1], all)
		}
	}
	if err == nil && o.handout != nil {
		o.handout.Sum, o.handout.Entries = sumOf(sums), entries
		err = writeHandout(book, *o.handout, x.Desk, given)
	}
	if err == nil {
		err = book.Close()
	}
	return entries, err
}

// tableRows writes the rows of a table inside entries.
func (x saying) tableRows(book *sheet.Workbook, t tableSheet, sum hash.Hash, all run) error {
	line := 0
	return x.each(all, func(e Entry, data Data) error {
		line++
		for _, row := range data.Rows(t.ID) {
			cells := make([]string, len(t.columns))
			for i, c := range t.columns {
				switch c.Path {
				case PathLine:
					cells[i] = strconv.Itoa(line)
				case PathNumber:
					cells[i] = e.Number
				default:
					cells[i] = x.leaf(&t.columns[i], row)
				}
			}
			addCells(sum, cells)
			if err := book.Row(cells...); err != nil {
				return err
			}
		}
		return nil
	})
}

// addCells adds a row to a sum so that no other row adds the same.
func addCells(sum hash.Hash, cells []string) {
	for _, c := range cells {
		_, _ = fmt.Fprintf(sum, "%d:%s", len(c), c) // a hash takes everything
	}
	_, _ = sum.Write([]byte{'\n'})
}

func sumOf(sums []hash.Hash) string {
	all := sha256.New()
	for _, s := range sums {
		_, _ = all.Write(s.Sum(nil))
	}
	return hex.EncodeToString(all.Sum(nil))
}

// pageColumns are columns as a workbook shows them.
func (x saying) pageColumns(columns []SheetColumn, choices bool) []sheet.PageColumn {
	list := make([]sheet.PageColumn, len(columns))
	for i, c := range columns {
		p := sheet.PageColumn{Title: c.Title, Hidden: c.Path == PathEntry || c.Path == PathVersion}
		switch c.Field.Type { //nolint:exhaustive // the others are as wide as their title
		case TypeText:
			p.Width = 24
		case TypeLong:
			p.Width = 40
		case TypeDate:
			p.Width = 18
		case TypeScope, TypeUnit, TypePerson, TypeRef:
			p.Width = 22
		}
		if choices {
			p.Choices, p.Strict = x.offered(c)
		}
		list[i] = p
	}
	return list
}

// offered are the choices of a column of one value.
func (x saying) offered(c SheetColumn) (words []string, strict bool) {
	if c.Path == PathState {
		for _, s := range x.States {
			words = append(words, s.Title)
		}
		return words, true
	}
	if c.Field.Many || c.ReadOnly() {
		return nil, false
	}
	options := c.Field.Options
	switch c.Field.Type {
	case TypeYesNo:
		options = YesNo()
	case TypeChoice, TypeClass:
	default:
		return nil, false
	}
	return optionTitles(c.Field, options), true
}

func optionTitles(f Field, options []cond.Option) []string {
	words := make([]string, len(options))
	for i, o := range options {
		if words[i] = o.ID; f.Type != TypeClass {
			words[i] = f.optionWords(o.ID)
		}
	}
	return words
}

// inJapan is a moment as a field of date and time holds it.
func inJapan(at time.Time) string {
	day := jpdate.Today(at)
	since := at.Sub(day.Start())
	return fmt.Sprintf("%sT%02d:%02d", day, int(since.Hours()), int(since.Minutes())%60)
}

// givenRow is an entry as it was given out.
type givenRow struct {
	entry   id.ID
	version int64
}

// live leaves out entries that are kept for the record only.
func (d *Desk) live(entries []Entry) []Entry {
	return slices.DeleteFunc(entries, func(e Entry) bool { return !d.Live(e.State) })
}
