package register

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/sheet"
	"sekimori/internal/kernel/cond"
)

// Style says how a sheet writes what entries say.
type Style string

// The styles. All of them are read back.
const (
	StyleData   Style = "data"   // one datum a cell, days as 2026-04-01
	StyleWareki Style = "wareki" // the same, days as 令和8年4月1日
	StyleForm   Style = "form"   // a 様式 to be printed: 和暦, a title, lines around the cells
)

// Paths of the columns that say something about an entry, beside the leaves of what it says.
const (
	PathLine     = "@no"       // by which the sheets of tables inside entries name the row
	PathNumber   = "@number"   // the human number
	PathState    = "@state"    // by its title
	PathHappened = "@happened" // of a log: when it happened
	PathEntry    = "@entry"    // the id
	PathVersion  = "@version"  // that was exported
)

// SheetColumn is a column that sheets of a register have, or may have.
type SheetColumn struct {
	Path  string // a leaf, FIELD.N.COLUMN of a table inside the entry, or one of the constants
	Title string // as exports write it, different for each column
	Field Field  // of the leaf; the zero value for what is about the entry

	titles []string // what else it may be called
	root   Field    // the field that the leaf is a part of
	part   string   // of a class or a period
	table  string   // the field that is a table inside the entry
	row    int      // of this table, from 1
}

// ReadOnly says that the column is written and never read: what is derived follows from the rest, and files come another way.
func (c *SheetColumn) ReadOnly() bool { return c.Field.Derived != nil || c.Field.Type == TypeFile }

// tableSheet is a table inside entries, which has a sheet of its own in a workbook.
type tableSheet struct {
	Field
	columns []SheetColumn
}

// tables are the fields that are tables inside an entry and may stand in a sheet.
func (e *Edition) tables() []Field {
	return slices.DeleteFunc(slices.Clone(e.Fields), func(f Field) bool { return f.Type != TypeRows || f.Restricted || f.Derived != nil })
}

// mainColumns are the columns of the sheet that has a row for each entry. rows gives how many rows of each table inside entries
// have columns of their own; nil where each table has a sheet of its own.
func (e *Edition) mainColumns(rows map[string]int) []SheetColumn {
	var all []SheetColumn
	if rows == nil && len(e.tables()) > 0 {
		all = append(all, SheetColumn{Path: PathLine, Title: "No."})
	}
	if e.Kind.Number != "" {
		all = append(all, SheetColumn{Path: PathNumber, Title: e.Entry + "番号"})
	}
	if len(e.States) > 0 {
		all = append(all, SheetColumn{Path: PathState, Title: "状態"})
	}
	if e.Volume == Log {
		all = append(all, SheetColumn{Path: PathHappened, Title: "いつのことか", titles: []string{"日時", "年月日"}, Field: Field{Title: "いつのことか", Type: TypeDatetime}})
	}
	for _, f := range e.Fields {
		switch {
		case f.Restricted:
		case f.Type == TypeRows && f.Derived == nil:
			for n := range rows[f.ID] {
				for _, c := range f.Fields {
					all = append(all, SheetColumn{
						Path: fmt.Sprintf("%s.%d.%s", f.ID, n+1, c.ID), Title: fmt.Sprintf("%s%d %s", f.Title, n+1, c.Title),
						Field: c, root: c, table: f.ID, row: n + 1,
					})
				}
			}
		default:
			all = append(all, e.leafColumns(f)...)
		}
	}
	all = append(all, SheetColumn{Path: PathEntry, Title: "記録のID"}, SheetColumn{Path: PathVersion, Title: "記録の版"})
	return told(all)
}

// leafColumns are the columns of one field.
func (e *Edition) leafColumns(f Field) []SheetColumn {
	var all []SheetColumn
	for _, leaf := range f.Leaves(e.Classes) {
		c := SheetColumn{Path: leaf.Path, Title: leaf.Title, Field: leaf.Field, root: f, part: leaf.Part, titles: []string{leaf.Path}}
		switch leaf.Part {
		case "":
		case From:
			c.titles = append(c.titles, f.Title+"（始め）", f.Title+"（開始）", f.Title+"開始", f.Title+"から")
		case To:
			c.titles = append(c.titles, f.Title+"（終わり）", f.Title+"（終了）", f.Title+"終了", f.Title+"まで")
		default:
			c.titles = append(c.titles, f.Title+leaf.Title, f.Title+"（"+leaf.Title+"）")
		}
		if f.Unit != "" {
			c.titles = append(c.titles, f.Title+"（"+f.Unit+"）")
		}
		all = append(all, c)
	}
	return all
}

// tableSheets are the sheets of the tables inside entries.
func (e *Edition) tableSheets() []tableSheet {
	var all []tableSheet
	for _, f := range e.tables() {
		columns := []SheetColumn{{Path: PathLine, Title: "No."}}
		if e.Kind.Number != "" {
			columns = append(columns, SheetColumn{Path: PathNumber, Title: e.Entry + "番号"})
		}
		for _, c := range f.Fields {
			columns = append(columns, SheetColumn{Path: c.ID, Title: c.Title, Field: c, root: c, titles: []string{c.ID}})
		}
		all = append(all, tableSheet{f, told(columns)})
	}
	return all
}

// told has columns of one title told apart by their paths: what stands earlier keeps its title.
func told(columns []SheetColumn) []SheetColumn {
	used := map[string]bool{}
	for i, c := range columns {
		if used[titleKey(c.Title)] {
			columns[i].Title = c.Title + "（" + c.Path + "）"
		}
		used[titleKey(columns[i].Title)] = true
	}
	return columns
}

// SheetColumns are the columns that sheets of the register can bring, for a person to say which column of a file is which. Of tables
// inside entries it has those of the first row: the rest is named alike.
func (e *Edition) SheetColumns() []SheetColumn {
	rows := map[string]int{}
	for _, f := range e.tables() {
		rows[f.ID] = 1
	}
	return slices.DeleteFunc(e.mainColumns(rows), func(c SheetColumn) bool { return c.ReadOnly() })
}

// saying writes what entries say as the cells of sheets.
type saying struct {
	*Desk
	names  *sheetNames
	wareki bool
}

func (x saying) as(s Style) saying {
	x.wareki = s != StyleData
	return x
}

// cell is what a column of an entry's row holds. line is the row's number for the sheets of tables.
func (x saying) cell(c *SheetColumn, e Entry, data Data, line int) string {
	switch c.Path {
	case PathLine:
		return strconv.Itoa(line)
	case PathNumber:
		return e.Number
	case PathState:
		return x.State(e.State)
	case PathHappened:
		return x.value(c.Field, inJapan(e.Happened.Time()))
	case PathEntry:
		return string(e.ID)
	case PathVersion:
		return strconv.FormatInt(e.Version, 10)
	}
	if c.table != "" {
		rows := data.Rows(c.table)
		if len(rows) < c.row {
			return ""
		}
		data = rows[c.row-1]
	}
	return x.leaf(c, data)
}

// leaf is what a column says of the values that its field lies among.
func (x saying) leaf(c *SheetColumn, data Data) string {
	if c.part == "" {
		return x.value(c.Field, data[c.root.ID])
	}
	if s := data.Class(c.root.ID)[c.part]; s != "" {
		return x.value(c.Field, s)
	}
	return ""
}

func (x saying) value(f Field, value any) string {
	s := ""
	switch v := value.(type) {
	case string:
		s = x.one(f, v)
	case int64:
		s = strconv.FormatInt(v, 10)
	case []string:
		words := make([]string, len(v))
		for i, one := range v {
			words[i] = x.one(f, one)
		}
		s = strings.Join(words, "、")
	case []Data:
		names := make([]string, len(v))
		for i, file := range v {
			names[i] = file.Text(FileName)
		}
		s = strings.Join(names, "\n")
	}
	return sheet.Writable(s)
}

func (x saying) one(f Field, v string) string {
	switch f.Type { //nolint:exhaustive // the others are texts
	case TypeDate:
		if x.wareki {
			return sayDay(v)
		}
	case TypeDatetime:
		if x.wareki {
			return f.sayText(v, nil)
		}
		return strings.Replace(v, "T", " ", 1)
	case TypeChoice, TypeYesNo:
		return f.optionWords(v)
	case TypePerson, TypeUnit, TypeScope, TypeRoleHolder, TypeRef:
		return x.names.say(f, v)
	}
	return v
}

// optionWords is the title of an option, or its id where the title would be read as something else.
func (f Field) optionWords(v string) string {
	options := f.Options
	if f.Type == TypeYesNo {
		options = YesNo()
	}
	i := slices.IndexFunc(options, func(o cond.Option) bool { return o.ID == v })
	if i < 0 {
		return v
	}
	if f.Many && strings.ContainsFunc(options[i].Title, separates) {
		return v
	}
	if back, problem := f.reads(options[i].Title, nil); problem != "" || back != v {
		return v
	}
	return options[i].Title
}
