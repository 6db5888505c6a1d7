package sheet

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"sekimori/internal/base/errs"
)

// Writer writes one table, row by row. Every cell is text, so 000123 and =1+1 stay what they are in Excel too; CSV cells
// that Excel would run get a ' in front, which Open takes away again. The first row is taken for the heading.
type Writer struct {
	row   Row
	out   out
	lost  warnings
	lines int // of a CSV
}

// out is a kind of file.
type out interface {
	write(row Row) error
	close() error
}

// NewWriter writes to w in the format, one Write a row; sheet names the sheet of an Excel file, as far as Excel allows the name.
func NewWriter(w io.Writer, format Format, sheet string) *Writer {
	t := &Writer{}
	if format == Excel {
		t.row.Sheet = sheetName(sheet)
		t.out = newExcelOut(w, t.row.Sheet)
	} else {
		t.out = newCSVOut(w, format, &t.lost)
	}
	return t
}

// Row writes a row. Refused with errs.Invalid, by cell: control characters, text that is not UTF-8, and more than Excel
// holds.
func (t *Writer) Row(cells ...string) error {
	t.row.Number, t.row.Cells = t.row.Number+1, cells
	here := t.row
	if here.Sheet == "" {
		here.Number += t.lines
	}
	if err := here.writable(here.Number); err != nil {
		return err
	}
	for _, cell := range cells {
		t.lines += strings.Count(cell, "\n")
	}
	return t.out.write(here)
}

// writable refuses what no cell may hold, and a row of this number that Excel has no place for.
func (r Row) writable(number int) error {
	if number > excelRows || len(r.Cells) > excelColumns {
		return invalid("%s: Excel で開ける大きさ（%d行、%d列）を超えています。絞り込んでから書き出してください。", r.Where(-1), excelRows, excelColumns)
	}
	for i, cell := range r.Cells {
		at := strings.IndexFunc(cell, forbidden)
		switch {
		case at >= 0:
			c, _ := utf8.DecodeRuneInString(cell[at:])
			return refuseControl(r.Where(i), c)
		case !utf8.ValidString(cell):
			return invalid("%s: 文字として読めないバイトがあります。", r.Where(i))
		case len(cell) > excelCell && len(utf16.Encode([]rune(cell))) > excelCell:
			return tooLong(r.Where(i), excelCell)
		}
	}
	return nil
}

// Writable is the text as a cell can hold it: a control character that has no place there is a picture of it (U+2400 and on), what is
// no character is U+FFFD, and what Excel has no room for is cut off, with … in its place.
func Writable(s string) string {
	if strings.IndexFunc(s, forbidden) >= 0 || !utf8.ValidString(s) {
		s = strings.Map(func(c rune) rune {
			switch {
			case !forbidden(c):
				return c
			case c < ' ':
				return '␀' + c
			case c == 0x7f:
				return '␡'
			}
			return utf8.RuneError
		}, s)
	}
	if len(s) <= excelCell {
		return s
	}
	units := 0
	for at, c := range s {
		if units += utf16.RuneLen(c); units > excelCell-1 && len(utf16.Encode([]rune(s))) > excelCell {
			return s[:at] + "…"
		}
	}
	return s
}

// Close ends the file; what w is, stays open.
func (t *Writer) Close() error { return t.out.close() }

// Lost lists, by cell, the characters for which Shift_JIS has no code. 〓 stands in their place, so a person should see
// this list before the file is used. 〜 and − are not lost: there they are ～ and －.
func (t *Writer) Lost() []errs.Field { return t.lost.list() }

// csvOut writes RFC 4180.
type csvOut struct {
	w      io.Writer
	format Format
	lost   *warnings
	buf    bytes.Buffer // one row
}

func newCSVOut(w io.Writer, format Format, lost *warnings) *csvOut {
	c := &csvOut{w: w, format: format, lost: lost}
	if format == UTF8BOM {
		c.buf.WriteString(mark)
	}
	return c
}

func (c *csvOut) write(row Row) error {
	for i, cell := range row.Cells {
		if i > 0 {
			c.buf.WriteByte(',')
		}
		cell = quote(arm(cell), i == 0)
		if c.format != CP932 {
			c.buf.WriteString(cell)
			continue
		}
		c.buf.Write(toCP932(cell, func(s string) {
			c.lost.add(row.Where(i), fmt.Sprintf("「%s」（%+q）は Shift_JIS にありません。", s, s))
		}))
	}
	c.buf.WriteString("\r\n")
	return flush(&c.buf, c.w)
}

func (c *csvOut) close() error { return flush(&c.buf, c.w) }

// quote puts a cell in quotes where it needs them. Without them a file that begins with ID is SYLK to Excel, and one that
// begins with a mark or a tag is not CSV to Open.
func quote(cell string, first bool) string {
	seems := first && strings.IndexAny(cell, "I\ufeff<%") == 0
	if seems || strings.ContainsAny(cell, ",\"\r\n") || strings.HasPrefix(cell, " ") || strings.HasSuffix(cell, " ") {
		return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
	}
	return cell
}

func flush(buf *bytes.Buffer, w io.Writer) error {
	if _, err := buf.WriteTo(w); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	return nil
}
