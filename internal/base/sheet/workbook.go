package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Page is a sheet of a workbook that is written.
type Page struct {
	Name   string
	Hidden bool // people do not see it, nor is it among those that Excel offers to show
	Above  []string
	// Columns are its columns: their titles stand in a row of their own, under the lines of Above.
	Columns []PageColumn
	Drawn   bool // with lines around the cells, to be printed across
	Empty   int  // rows that are drawn, and take choices, under those that have text
}

// PageColumn is a column of a Page.
type PageColumn struct {
	Title  string
	Width  int // in characters of half width; 0 for one that fits the title
	Hidden bool
	// Choices are offered in the cells. Only these are taken, if Strict.
	Choices []string
	Strict  bool
}

// Workbook writes an Excel file of several sheets, one after the other, straight to where it goes. As with Writer every cell is
// text, nothing is run, and the same rows give the same bytes.
type Workbook struct {
	zip     *zip.Writer
	pages   []Page
	offered int // the page that holds what columns offer, -1 for none
	at      int // the page being written, -1 before the first
	row     Row
	out     io.Writer
	buf     bytes.Buffer // one row
}

// choicesName is the hidden sheet that holds what columns offer.
const choicesName = "選択肢"

// NewWorkbook begins a workbook of some pages. Next begins each of them.
func NewWorkbook(w io.Writer, pages ...Page) (*Workbook, error) {
	b := &Workbook{zip: zip.NewWriter(w), at: -1, offered: -1}
	offered := Page{Name: choicesName, Hidden: true}
	used := map[string]bool{}
	for _, p := range pages {
		p.Name = unusedName(sheetName(p.Name), used)
		b.pages = append(b.pages, p)
		for _, c := range p.Columns {
			if len(c.Choices) > 0 {
				offered.Columns = append(offered.Columns, c)
			}
		}
	}
	if len(offered.Columns) > 0 {
		offered.Name, b.offered = unusedName(offered.Name, used), len(b.pages)
		b.pages = append(b.pages, offered)
	}
	return b, b.parts()
}

// unusedName is a name that no other sheet has; Excel does not tell great letters from small.
func unusedName(name string, used map[string]bool) string {
	made := name
	for n := 2; used[strings.ToLower(made)]; n++ {
		suffix := fmt.Sprintf("(%d)", n)
		base := []rune(name)
		for len(utf16.Encode(base))+len(suffix) > 31 {
			base = base[:len(base)-1]
		}
		made = string(base) + suffix
	}
	used[strings.ToLower(made)] = true
	return made
}

// parts writes all parts but the sheets.
func (b *Workbook) parts() error {
	types, sheets, links := strings.Builder{}, strings.Builder{}, strings.Builder{}
	for i, p := range b.pages {
		n := strconv.Itoa(i + 1)
		types.WriteString(`<Override PartName="/xl/worksheets/sheet` + n + `.xml" ContentType="` + partType + `.worksheet+xml"/>`)
		hidden := ""
		if p.Hidden {
			hidden = ` state="veryHidden"`
		}
		sheets.WriteString(`<sheet name="` + escape(p.Name) + `" sheetId="` + n + `"` + hidden + ` r:id="rId` + n + `"/>`)
		links.WriteString(`<Relationship Id="rId` + n + `" Type="` + relType + `/worksheet" Target="worksheets/sheet` + n + `.xml"/>`)
	}
	styles := strconv.Itoa(len(b.pages) + 1)
	for _, part := range [][2]string{
		{"[Content_Types].xml", typesHead + types.String() + `<Override PartName="/xl/styles.xml" ContentType="` + partType + `.styles+xml"/></Types>`},
		{"_rels/.rels", relsXML},
		{"xl/workbook.xml", xmlHead + `<workbook ` + mainSpace + ` xmlns:r="` + relType + `"><sheets>` + sheets.String() + `</sheets>` + b.printTitles() + `</workbook>`},
		{"xl/_rels/workbook.xml.rels", relsHead + links.String() + `<Relationship Id="rId` + styles + `" Type="` + relType + `/styles" Target="styles.xml"/></Relationships>`},
		{"xl/styles.xml", styleXML},
	} {
		w, err := b.zip.Create(part[0])
		if err != nil {
			return fmt.Errorf("sheet: %w", err)
		}
		if _, err := io.WriteString(w, part[1]); err != nil {
			return fmt.Errorf("sheet: %w", err)
		}
	}
	return nil
}

// printTitles has the heading of drawn pages printed on every sheet of paper.
func (b *Workbook) printTitles() string {
	names := ""
	for i, p := range b.pages {
		if p.Drawn {
			names += fmt.Sprintf(`<definedName name="_xlnm.Print_Titles" localSheetId="%d">%s!$%[3]d:$%[3]d</definedName>`, i, escape(quoteName(p.Name)), len(p.Above)+1)
		}
	}
	if names == "" {
		return ""
	}
	return `<definedNames>` + names + `</definedNames>`
}

// quoteName is the name of a sheet as references write it.
func quoteName(name string) string { return `'` + strings.ReplaceAll(name, `'`, `''`) + `'` }

// Next ends the page being written and begins the one after it, with its heading.
func (b *Workbook) Next() error {
	if err := b.endPage(); err != nil {
		return err
	}
	b.at++
	p := b.pages[b.at]
	w, err := b.zip.Create("xl/worksheets/sheet" + strconv.Itoa(b.at+1) + ".xml")
	if err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	b.out, b.row = w, Row{Sheet: p.Name}
	b.beginPage(p)
	for _, line := range p.Above {
		if err := b.write(styleHeading, []string{line}); err != nil {
			return err
		}
	}
	titles := make([]string, len(p.Columns))
	for i, c := range p.Columns {
		titles[i] = c.Title
	}
	if len(titles) == 0 {
		return nil
	}
	if p.Drawn {
		return b.write(styleDrawnHeading, titles)
	}
	return b.write(styleHeading, titles)
}

func (b *Workbook) beginPage(p Page) {
	b.buf.WriteString(xmlHead + `<worksheet ` + mainSpace + `>`)
	if p.Drawn {
		b.buf.WriteString(`<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>`)
	}
	if len(p.Columns) > 0 {
		top := len(p.Above) + 1
		fmt.Fprintf(&b.buf, `<sheetViews><sheetView workbookViewId="0"><pane ySplit="%d" topLeftCell="A%d" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`, top, top+1)
		for i, c := range p.Columns {
			width := c.Width
			if width == 0 {
				width = min(max(12, 2*utf8.RuneCountInString(c.Title)+2), 40)
			}
			hidden := ""
			if c.Hidden {
				hidden = ` hidden="1"`
			}
			fmt.Fprintf(&b.buf, `<col min="%d" max="%d" width="%d" style="%d"%s customWidth="1"/>`, i+1, i+1, width, styleText, hidden)
		}
		b.buf.WriteString(`</cols>`)
	}
	b.buf.WriteString(`<sheetData>`)
}

// Row writes a row. Refused as Writer.Row refuses.
func (b *Workbook) Row(cells ...string) error {
	style := styleText
	if b.pages[b.at].Drawn {
		style = styleDrawn
		for len(cells) < len(b.pages[b.at].Columns) {
			cells = append(cells, "")
		}
	}
	return b.write(style, cells)
}

func (b *Workbook) write(style int, cells []string) error {
	b.row.Number, b.row.Cells = b.row.Number+1, cells
	if err := b.row.writable(b.row.Number); err != nil {
		return err
	}
	number := strconv.Itoa(b.row.Number)
	b.buf.WriteString(`<row r="` + number + `">`)
	for i, cell := range cells {
		s := style
		switch {
		case style == styleDrawn && cell == "":
			b.buf.WriteString(`<c r="` + letters(i) + number + `" s="` + strconv.Itoa(s) + `"/>`)
			continue
		case cell == "":
			continue
		case style == styleText && strings.Contains(cell, "\n"):
			s = styleLines
		}
		b.buf.WriteString(`<c r="` + letters(i) + number + `" s="` + strconv.Itoa(s) + `" t="inlineStr"><is><t xml:space="preserve">`)
		b.buf.WriteString(escape(cell))
		b.buf.WriteString(`</t></is></c>`)
	}
	b.buf.WriteString(`</row>`)
	return flush(&b.buf, b.out)
}

// endPage ends the page being written: its empty rows, and what its cells offer.
func (b *Workbook) endPage() error {
	if b.at < 0 {
		return nil
	}
	p := b.pages[b.at]
	first := len(p.Above) + 2
	for range p.Empty {
		if err := b.Row(make([]string, len(p.Columns))...); err != nil {
			return err
		}
	}
	b.buf.WriteString(`</sheetData>`)
	b.offer(p, first, max(b.row.Number, first))
	if p.Drawn {
		b.buf.WriteString(`<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>`)
	}
	b.buf.WriteString(`</worksheet>`)
	return flush(&b.buf, b.out)
}

// offer has the cells of some columns offer choices. They stand in the hidden sheet: a list within the rule itself may have no more
// than 255 characters, and no commas in it.
func (b *Workbook) offer(p Page, first, last int) {
	if b.offered < 0 || b.offered == b.at {
		return
	}
	offered, before := b.pages[b.offered], 0
	for _, earlier := range b.pages[:b.at] {
		for _, c := range earlier.Columns {
			if len(c.Choices) > 0 {
				before++
			}
		}
	}
	rules, count := "", 0
	for i, c := range p.Columns {
		if len(c.Choices) == 0 {
			continue
		}
		column := letters(before + count)
		count++
		strict := ""
		if c.Strict {
			strict = ` showErrorMessage="1" errorTitle="選べない値です" error="一覧から選んでください。"`
		}
		rules += fmt.Sprintf(`<dataValidation type="list" allowBlank="1"%s sqref="%s%d:%s%d"><formula1>%s!$%s$2:$%s$%d</formula1></dataValidation>`,
			strict, letters(i), first, letters(i), last, escape(quoteName(offered.Name)), column, column, len(c.Choices)+1)
	}
	if count > 0 {
		fmt.Fprintf(&b.buf, `<dataValidations count="%d">%s</dataValidations>`, count, rules)
	}
}

// Close writes the pages that were not begun, and ends the file; what w is, stays open.
func (b *Workbook) Close() error {
	for b.at+1 < len(b.pages) {
		if err := b.Next(); err != nil {
			return err
		}
		if b.at == b.offered {
			if err := b.choiceRows(b.pages[b.at]); err != nil {
				return err
			}
		}
	}
	if err := b.endPage(); err != nil {
		return err
	}
	if err := b.zip.Close(); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	return nil
}

func (b *Workbook) choiceRows(p Page) error {
	most := 0
	for _, c := range p.Columns {
		most = max(most, len(c.Choices))
	}
	for n := range most {
		cells := make([]string, len(p.Columns))
		for i, c := range p.Columns {
			if n < len(c.Choices) {
				cells[i] = c.Choices[n]
			}
		}
		if err := b.write(styleText, cells); err != nil {
			return err
		}
	}
	return nil
}
