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

// excelOut writes an Excel file straight to where it goes. The library excelize is not used for writing because its streams
// lie in files of the system's temporary directory, where personal data would outlive a kill, and because it loses text
// that looks like an escape (_xD83D_).
type excelOut struct {
	zip   *zip.Writer
	sheet io.Writer
	name  string
	buf   bytes.Buffer // one row
}

func newExcelOut(w io.Writer, name string) *excelOut {
	return &excelOut{zip: zip.NewWriter(w), name: name}
}

// Styles by their place in <cellXfs> of styleXML.
const (
	styleText = iota + 1
	styleLines
	styleHeading
)

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainSpace = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relType   = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	partType  = `application/vnd.openxmlformats-officedocument.spreadsheetml`

	typesXML = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + partType + `.sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + partType + `.worksheet+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + partType + `.styles+xml"/></Types>`

	relsHead = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	relsXML  = relsHead + `<Relationship Id="rId1" Type="` + relType + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	linksXML = relsHead + `<Relationship Id="rId1" Type="` + relType + `/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="` + relType + `/styles" Target="styles.xml"/></Relationships>`

	// numFmtId 49 is text: what somebody types into such a cell keeps its zeros too.
	styleXML = xmlHead + `<styleSheet ` + mainSpace + `>` +
		`<fonts count="2"><font><sz val="11"/><name val="游ゴシック"/><family val="2"/><charset val="128"/></font>` +
		`<font><b/><sz val="11"/><name val="游ゴシック"/><family val="2"/><charset val="128"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
		`<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="標準" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
)

// begin writes all parts but the sheet, which is the last and stays open.
func (e *excelOut) begin(columns []string) error {
	workbook := xmlHead + `<workbook ` + mainSpace + ` xmlns:r="` + relType + `"><sheets><sheet name="` + escape(e.name) + `" sheetId="1" r:id="rId1"/></sheets></workbook>`
	for _, part := range [][2]string{
		{"[Content_Types].xml", typesXML},
		{"_rels/.rels", relsXML},
		{"xl/workbook.xml", workbook},
		{"xl/_rels/workbook.xml.rels", linksXML},
		{"xl/styles.xml", styleXML},
	} {
		w, err := e.zip.Create(part[0])
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, part[1]); err != nil {
			return err
		}
	}
	var err error
	if e.sheet, err = e.zip.Create("xl/worksheets/sheet1.xml"); err != nil {
		return err
	}
	e.buf.WriteString(xmlHead + `<worksheet ` + mainSpace + `><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`)
	for i, title := range columns {
		if i == 0 {
			e.buf.WriteString(`<cols>`)
		}
		width := min(max(12, 2*utf8.RuneCountInString(title)+2), 40)
		fmt.Fprintf(&e.buf, `<col min="%d" max="%d" width="%d" style="%d" customWidth="1"/>`, i+1, i+1, width, styleText)
		if i == len(columns)-1 {
			e.buf.WriteString(`</cols>`)
		}
	}
	e.buf.WriteString(`<sheetData>`)
	return nil
}

func (e *excelOut) write(row Row) error {
	if e.sheet == nil {
		if err := e.begin(row.Cells); err != nil {
			return fmt.Errorf("sheet: %w", err)
		}
	}
	number := strconv.Itoa(row.Number)
	e.buf.WriteString(`<row r="` + number + `">`)
	for i, cell := range row.Cells {
		if cell == "" {
			continue
		}
		style := styleText
		switch {
		case row.Number == 1:
			style = styleHeading
		case strings.Contains(cell, "\n"):
			style = styleLines
		}
		e.buf.WriteString(`<c r="` + letters(i) + number + `" s="` + strconv.Itoa(style) + `" t="inlineStr"><is><t xml:space="preserve">`)
		e.buf.WriteString(escape(cell))
		e.buf.WriteString(`</t></is></c>`)
	}
	e.buf.WriteString(`</row>`)
	return flush(&e.buf, e.sheet)
}

func (e *excelOut) close() error {
	if e.sheet == nil {
		if err := e.begin(nil); err != nil {
			return fmt.Errorf("sheet: %w", err)
		}
	}
	e.buf.WriteString(`</sheetData></worksheet>`)
	if err := flush(&e.buf, e.sheet); err != nil {
		return err
	}
	if err := e.zip.Close(); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	return nil
}

// xmlText are the characters that XML would take for its own; a bare CR would come back as LF.
var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#13;")

// escape writes text for XML. What looks like an escape of Excel's is escaped as unescape reads it; two may overlap, as
// in _x0041_x0042_.
func escape(s string) string {
	var b strings.Builder
	for {
		at := strings.Index(s, "_x")
		if at < 0 {
			return b.String() + xmlText.Replace(s)
		}
		b.WriteString(xmlText.Replace(s[:at]))
		if end := at + len("_x0041_"); end <= len(s) && escaped.MatchString(s[at:end]) {
			b.WriteString("_x005F")
		}
		b.WriteByte('_')
		s = s[at+1:]
	}
}

// sheetName makes a name that Excel takes: at most 31 characters, some signs not at all.
func sheetName(s string) string {
	s = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || forbidden(r) || r < ' ' || r == utf8.RuneError {
			return '_'
		}
		return r
	}, s), "' ")
	for len(utf16.Encode([]rune(s))) > 31 {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	if s == "" {
		return "Sheet1"
	}
	return s
}
