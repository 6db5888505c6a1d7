package register

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/sheet"
	"sekimori/internal/kernel/org"
)

// opened is a file that is being read.
type opened struct {
	*SheetFile
	file     *sheet.File
	table    *sheet.Table
	columns  []SheetColumn // those that it has
	subs     map[string]map[string][]*subline
	above    filling
	prefix   string // of places, where there are several files
	lossy    bool   // Shift_JIS
	mark     *handoutMark
	given    map[id.ID]bool // out of those given out, what has not come back so far
	cells    []hash.Hash    // of a workbook that was given out, by sheet
	headings []string
}

// limits of a file: what an export writes comes back, as many rows as Excel holds. A table inside entries can take hundreds of columns
// in a CSV. Memory does not grow with any of these.
func limits() sheet.Limits { return sheet.Limits{Rows: 1 << 20, Columns: 4000, Unpacked: 1 << 30} }

// file reads one file. An error that is Invalid says that the file cannot be used.
func (x *intake) file(s Source, out *SheetFile) error {
	data, closer, err := s.Open()
	if err != nil {
		return err
	}
	defer func() { _ = closer.Close() }() // it was read only
	content := sha256.New()
	if _, err := io.Copy(content, io.NewSectionReader(data, 0, s.Size)); err != nil {
		return fmt.Errorf("register: %w", err)
	}
	x.note("file %s", hex.EncodeToString(content.Sum(nil)))
	f, err := sheet.Open(data, s.Size, limits())
	if err != nil {
		return err
	}
	o := &opened{SheetFile: out, file: f, subs: map[string]map[string][]*subline{}, above: filling{}, lossy: f.Format == sheet.CP932, given: map[id.ID]bool{}}
	if x.several {
		o.prefix = s.Name + " "
	}
	if err := x.handedBack(o); err != nil {
		return err
	}
	if err := x.findTable(o); err != nil {
		return err
	}
	if err := x.subRows(o); err != nil {
		return err
	}
	if err := x.ownerOf(o); err != nil {
		return err
	}
	if err := x.lines(o); err != nil {
		return err
	}
	for _, w := range f.Warnings() {
		o.Notes = append(o.Notes, errs.Field{Where: o.prefix + w.Where, Message: w.Message})
	}
	return x.missed(o)
}

// findTable finds the sheet and its heading.
func (x *intake) findTable(o *opened) error {
	sheets := []string{""}
	if o.file.Format == sheet.Excel {
		sheets = o.file.Sheets
	}
	if x.Sheet != "" && o.file.Format == sheet.Excel {
		sheets = []string{x.Sheet}
	}
	var why error
	most := 0
	for _, name := range sheets {
		t, err := o.file.Form(name, x.ask)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				return err
			}
			why = cmp.Or(why, err)
			continue
		}
		has := 0
		for _, c := range x.columns {
			if t.Has(c.Path) && !strings.HasPrefix(c.Path, "@") || t.Has(c.Path) && c.Path == PathEntry {
				has++
			}
		}
		if has > most && !x.isTableSheet(name) {
			o.table, most = t, has
		}
	}
	if o.table == nil {
		return cmp.Or(why, error(errs.New(errs.Invalid, "見出しの行が見つかりません。台帳の項目を並べた見出しを、はじめの20行までに置いてください。")))
	}
	x.describe(o)
	return nil
}

// describe says what of a file is used.
func (x *intake) describe(o *opened) {
	o.Sheet, o.headings = o.table.Heading.Sheet, o.table.Heading.Cells
	at := map[string]string{}
	for _, c := range x.columns {
		if o.table.Has(c.Path) {
			o.columns = append(o.columns, c)
			at[o.table.Where(c.Path)] = c.Path
		}
	}
	for i, title := range o.headings {
		if strings.TrimSpace(title) != "" {
			where := o.table.Heading.Where(i)
			o.Headings = append(o.Headings, Heading{title, where, at[where]})
		}
	}
	for i, c := range x.ask {
		if c.Required && !o.table.Has(c.ID) && (c.ID != x.Edition.Owner || !x.hasOwner(o)) {
			o.Missing = append(o.Missing, x.ask[i].Titles[0])
		}
	}
	if o.mark == nil {
		return
	}
	for range 1 + len(x.tables()) {
		o.cells = append(o.cells, sha256.New())
	}
}

// hasOwner says whether the rows of a file get their owner from elsewhere than a column.
func (x *intake) hasOwner(o *opened) bool {
	return o.mark != nil || x.Owner != "" || x.OwnerCell != "" || x.OwnerName
}

// isTableSheet says whether a sheet is that of a table inside entries.
func (x *intake) isTableSheet(name string) bool {
	return x.Sheet != name && slices.ContainsFunc(x.tables(), func(f Field) bool { return sheet.Name(f.Title) == name })
}

// subline is a row of a table inside an entry.
type subline struct {
	raw, words map[string]string // by column
	faults     map[string]string
	where      func(column string) string
}

// subRows reads the sheets of tables inside entries. They are in memory: a row of the first sheet may name rows from anywhere in them.
func (x *intake) subRows(o *opened) error {
	if !o.table.Has(PathLine) {
		return nil
	}
	for i, t := range x.tableSheets() {
		name := sheet.Name(t.Title)
		if !slices.Contains(o.file.Sheets, name) || name == o.Sheet {
			continue
		}
		ask := make([]sheet.Column, len(t.columns))
		for i, c := range t.columns {
			ask[i] = sheet.Column{ID: c.Path, Titles: append([]string{c.Title}, c.titles...)}
		}
		table, err := o.file.Form(name, ask)
		if err != nil {
			return err
		}
		if !table.Has(PathLine) {
			return errs.New(errs.Invalid, "「%s」のシートに「No.」の列がありません。書き出したときの列を残してください。", name)
		}
		rows := map[string][]*subline{}
		above := filling{}
		for record, err := range table.Rows() {
			if err != nil {
				return err
			}
			s := &subline{raw: map[string]string{}, words: map[string]string{}, faults: map[string]string{}, where: func(c string) string { return o.prefix + record.Where(c) }}
			cells := make([]string, len(t.columns))
			empty := true
			for i, c := range t.columns {
				s.raw[c.Path], s.words[c.Path], s.faults[c.Path] = above.fill(record, c.Path)
				cells[i] = s.raw[c.Path]
				empty = empty && (strings.HasPrefix(c.Path, "@") || strings.TrimSpace(s.words[c.Path]) == "")
			}
			if empty {
				continue
			}
			if o.cells != nil {
				addCells(o.cells[i+1], cells)
			}
			no := strings.TrimSpace(s.words[PathLine])
			rows[no] = append(rows[no], s)
		}
		o.subs[t.ID] = rows
	}
	return nil
}

// filling is what stands in the cells above, by column.
type filling map[string]string

// longestDitto is how many bytes a mark for what stands above has, with spaces around it.
const longestDitto = 24

// isDitto says that a cell is a mark for what stands above.
func isDitto(raw string) bool {
	switch strings.TrimSpace(raw) {
	case "〃", "″", "”", `"`, "同上", "仝", "〃〃", "々々":
		return true
	}
	return false
}

// fill gives a cell as it stands in the file, and what it means: 〃, 同上 and the rest of merged cells mean what stands above.
func (f filling) fill(r sheet.Record, path string) (raw, words, fault string) {
	raw = r.Get(path)
	words = raw
	switch {
	case raw == "" && !r.Merged(path), path == PathEntry, path == PathVersion, path == PathNumber:
		f[path] = raw
		return raw, words, ""
	case len(raw) <= longestDitto && isDitto(raw):
		if words = f[path]; strings.TrimSpace(words) == "" {
			fault = "「" + strings.TrimSpace(raw) + "」とありますが、上の行が空です。値を書いてください。"
		}
	case raw == "":
		words = f[path]
	}
	f[path] = words
	return raw, words, fault
}

// ownerOf finds out whose the rows of a file are that do not say so.
func (x *intake) ownerOf(o *opened) error {
	owner, ok := x.Edition.Field(x.Edition.Owner)
	if !ok {
		return nil
	}
	switch {
	case o.mark != nil:
		o.Owner = o.mark.home
	case x.OwnerCell != "":
		words, err := x.cellAbove(o)
		if err != nil {
			return err
		}
		o.Owner = x.findOwner(owner, words)
		if o.Owner == "" {
			return errs.New(errs.Invalid, "%sの「%s」から所管が分かりません。組織コードか、正式な名称で書いてください。", x.OwnerCell, words)
		}
	case x.OwnerName:
		o.Owner = x.ownerInName(owner, o.Name)
		if o.Owner == "" {
			return errs.New(errs.Invalid, "ファイル名「%s」から所管が分かりません。組織コードか、正式な名称を入れてください。", o.Name)
		}
	default:
		o.Owner = x.Owner
	}
	if o.Owner != "" {
		o.OwnerCalled = x.names.place(o.Owner)
	}
	return nil
}

// cellAbove is what a cell above the heading says, without its label (所管：).
func (x *intake) cellAbove(o *opened) (string, error) {
	for row, err := range o.file.Rows(o.Sheet) {
		if err != nil {
			return "", err
		}
		if row.Number >= o.table.Heading.Number {
			break
		}
		for i := range row.Cells {
			if where := row.Where(i); where == o.Sheet+"!"+x.OwnerCell {
				words := row.Cell(i)
				if at := strings.LastIndexAny(words, "：:"); at >= 0 {
					_, words, _ = strings.Cut(words[at:], string([]rune(words[at:])[0]))
				}
				return strings.TrimSpace(words), nil
			}
		}
	}
	return "", nil
}

// findOwner is the home that words name.
func (x *intake) findOwner(owner Field, words string) string {
	if strings.TrimSpace(words) == "" {
		return ""
	}
	v, problem := x.say.names.Find(owner, words)
	if s, ok := v.(string); ok && problem == "" {
		return x.home(Data{owner.ID: s})
	}
	return ""
}

// ownerInName looks for the owner in the name of a file, then in those of its folders: 1100_受付係室/台帳.xlsx.
func (x *intake) ownerInName(owner Field, name string) string {
	parts := strings.FieldsFunc(strings.TrimSuffix(name, path.Ext(name)), func(r rune) bool { return r == '/' || r == '\\' })
	for _, part := range slices.Backward(parts) {
		words := append([]string{part}, strings.FieldsFunc(part, func(r rune) bool { return strings.ContainsRune("_＿-－ 　()（）【】[]・.", r) })...)
		for _, w := range words {
			if home := x.findOwner(owner, w); home != "" {
				return home
			}
		}
	}
	return ""
}

// ownerWords are the words for a home in the column of the owner.
func (x *intake) ownerWords(home string) string {
	if f, _ := x.Edition.Field(x.Edition.Owner); f.Type == TypeUnit {
		if unit, ok := org.UnitOf(home); ok {
			return string(unit)
		}
	}
	return home
}

// lines reads the rows under the heading.
func (x *intake) lines(o *opened) error {
	var some []*line
	for record, err := range o.table.Rows() {
		if err != nil {
			return err
		}
		l := x.line(o, record)
		if l == nil {
			continue
		}
		if some = append(some, l); len(some) == atOnceRead {
			if err := x.chunk(o, some); err != nil {
				return err
			}
			some = some[:0]
		}
	}
	return x.chunk(o, some)
}

// line takes a row; nil for one that says nothing about any entry.
func (x *intake) line(o *opened, record sheet.Record) *line {
	l := &line{opened: o, at: record, raw: make(map[string]string, len(o.columns)), words: make(map[string]string, len(o.columns)), subs: map[string][]*subline{}, answered: map[string]bool{}}
	empty, marked := true, false
	for i := range o.columns {
		c := &o.columns[i]
		raw, words, fault := o.above.fill(record, c.Path)
		l.raw[c.Path], l.words[c.Path] = raw, words
		if fault != "" {
			l.ditto = append(l.ditto, errs.Field{Where: c.Path, Message: fault})
		}
		if strings.TrimSpace(words) != "" {
			empty = empty && strings.HasPrefix(c.Path, "@") && c.Path != PathEntry && c.Path != PathNumber
		}
		marked = marked || c.Path == PathEntry && strings.TrimSpace(raw) != ""
	}
	if why := leftOut(record.Row, empty, marked); why != "" {
		o.Notes = append(o.Notes, errs.Field{Where: o.prefix + record.Row.Where(-1), Message: why})
		return nil
	}
	if empty {
		return nil
	}
	if o.cells != nil {
		var cells []string
		for _, c := range x.mainColumns(nil) {
			cells = append(cells, record.Get(c.Path))
		}
		addCells(o.cells[0], cells)
	}
	x.subLines(o, l)
	return l
}

// leftOut says why a row is no entry though it has text: an example, or a remark under the table.
func leftOut(r sheet.Row, empty, marked bool) string {
	if marked {
		return ""
	}
	var texts []string
	for _, c := range r.Cells {
		if s := strings.TrimSpace(c); s != "" {
			texts = append(texts, s)
		}
	}
	switch first := texts[0]; {
	case first == "例" || first == "記入例" || first == "（例）" || first == "(例)" || first == "（記入例）":
		return "記入例の行なので、使いません。"
	case len(texts) == 1 && strings.HasPrefix(first, "※"):
		return "注記の行なので、使いません。"
	case empty && len(texts) > 1:
		return "台帳の項目に値がないので、使いません。"
	}
	return ""
}

// subLines gives a row the rows of its tables: from the sheets that have them, by No., else from numbered columns.
func (x *intake) subLines(o *opened, l *line) {
	no := strings.TrimSpace(l.raw[PathLine])
	for _, t := range x.within {
		if rows, there := o.subs[t.ID]; there {
			if no != "" {
				l.subs[t.ID], l.answered[t.ID] = rows[no], true
				delete(rows, no)
			}
			continue
		}
		var list []*subline
		for i := range o.columns {
			c := &o.columns[i]
			if c.table != t.ID {
				continue
			}
			l.answered[t.ID] = true
			for len(list) < c.row {
				n := len(list) + 1
				list = append(list, &subline{map[string]string{}, map[string]string{}, map[string]string{}, func(column string) string {
					return o.prefix + l.at.Where(fmt.Sprintf("%s.%d.%s", t.ID, n, column))
				}})
			}
			s := list[c.row-1]
			s.raw[c.root.ID], s.words[c.root.ID] = l.raw[c.Path], l.words[c.Path]
		}
		l.subs[t.ID] = slices.DeleteFunc(list, func(s *subline) bool {
			return !slices.ContainsFunc(slices.Collect(maps.Values(s.words)), func(w string) bool { return strings.TrimSpace(w) != "" })
		})
	}
}

// missed says what is left over when a file is read: rows of tables that belong to no entry, entries that were given out and did not
// come back.
func (x *intake) missed(o *opened) error {
	for _, t := range x.tables() {
		for _, no := range slices.Sorted(maps.Keys(o.subs[t.ID])) {
			for _, s := range o.subs[t.ID][no] {
				l := &line{opened: o, lost: s.where(PathLine)}
				l.faults.Add(s.where(PathLine), "No.「%s」の行が「%s」のシートにありません。", no, o.Sheet)
				if err := x.done(l); err != nil {
					return err
				}
			}
		}
	}
	if o.mark == nil {
		return nil
	}
	o.Untouched = sumOf(o.cells) == o.mark.sum
	gone := sortedIDs(o.given)
	if len(gone) == 0 {
		return nil
	}
	entries, err := x.entries(x.ctx, x.r, gone)
	if err != nil {
		return err
	}
	if entries, err = x.say.names.visible(x.Book, entries); err != nil {
		return err
	}
	for _, e := range entries {
		o.Gone = append(o.Gone, x.Book.Title(e))
	}
	return nil
}

func sortedIDs(set map[id.ID]bool) []string {
	var list []string
	for x := range set {
		list = append(list, string(x))
	}
	slices.Sort(list)
	return list
}
