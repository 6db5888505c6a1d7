package sheet

import (
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// excelOut writes an Excel file of one sheet. The library excelize is not used for writing because its streams lie in files of the
// system's temporary directory, where personal data would outlive a kill, and because it loses text that looks like an escape
// (_xD83D_).
type excelOut struct {
	w    io.Writer
	book *Workbook // nil before the first row, which is the heading
	name string
}

func newExcelOut(w io.Writer, name string) *excelOut { return &excelOut{w: w, name: name} }

// Styles by their place in <cellXfs> of styleXML.
const (
	styleText = iota + 1
	styleLines
	styleHeading
	styleDrawn
	styleDrawnHeading
)

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainSpace = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relType   = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	partType  = `application/vnd.openxmlformats-officedocument.spreadsheetml`

	typesHead = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + partType + `.sheet.main+xml"/>`

	relsHead = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	relsXML  = relsHead + `<Relationship Id="rId1" Type="` + relType + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`

	// numFmtId 49 is text: what somebody types into such a cell keeps its zeros too.
	styleXML = xmlHead + `<styleSheet ` + mainSpace + `>` +
		`<fonts count="2"><font><sz val="11"/><name val="游ゴシック"/><family val="2"/><charset val="128"/></font>` +
		`<font><b/><sz val="11"/><name val="游ゴシック"/><family val="2"/><charset val="128"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>` +
		`<border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
		`<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyBorder="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
		`<xf numFmtId="49" fontId="1" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyBorder="1" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="標準" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
)

func (e *excelOut) begin(columns []string) (err error) {
	page := Page{Name: e.name}
	for _, title := range columns {
		page.Columns = append(page.Columns, PageColumn{Title: title})
	}
	if e.book, err = NewWorkbook(e.w, page); err != nil {
		return err
	}
	return e.book.Next()
}

func (e *excelOut) write(row Row) error {
	if e.book != nil {
		return e.book.write(styleText, row.Cells)
	}
	if err := e.begin(row.Cells); err != nil || len(row.Cells) > 0 {
		return err
	}
	return e.book.write(styleHeading, nil)
}

func (e *excelOut) close() error {
	if e.book == nil {
		if err := e.begin(nil); err != nil {
			return err
		}
	}
	return e.book.Close()
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

// Name is the name that Excel lets a sheet have which shall be called so.
func Name(s string) string { return sheetName(s) }

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
