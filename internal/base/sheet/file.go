package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"sekimori/internal/base/errs"
)

// Format is a kind of file, as it was found or as it is to be written.
type Format int

// The formats. UTF8BOM is the one that Excel opens with a double click.
const (
	UTF8 Format = iota
	UTF8BOM
	CP932
	Excel
)

// String is the name that people know.
func (f Format) String() string {
	switch f {
	case UTF8BOM:
		return "CSV（UTF-8、BOM付き）"
	case CP932:
		return "CSV（Shift_JIS）"
	case Excel:
		return "Excel（.xlsx）"
	default:
		return "CSV（UTF-8）"
	}
}

// Limits says what is refused as too large; a zero has the default in brackets.
type Limits struct {
	Rows     int   // rows that are not empty (200,000)
	Columns  int   // up to the last cell with text (200)
	Cell     int   // characters in a cell (32,767, as Excel)
	Unpacked int64 // bytes of one part of an Excel file after decompression (256 MiB, and never more than 200 times the file and 16 MiB)
}

func (l Limits) filled(size int64) Limits {
	set := func(n *int, otherwise int) {
		if *n == 0 {
			*n = otherwise
		}
	}
	set(&l.Rows, 200_000)
	set(&l.Columns, 200)
	set(&l.Cell, excelCell)
	if l.Unpacked == 0 {
		l.Unpacked = 256 << 20
	}
	l.Unpacked = min(l.Unpacked, 16<<20+200*size)
	return l
}

// Row is one row that holds text.
type Row struct {
	Sheet  string // "" in a CSV
	Number int    // the number Excel shows, or the line of a CSV on which the row begins
	Cells  []string
}

// Cell is the text of a column, counted from 0; beyond the last one it is empty.
func (r Row) Cell(column int) string {
	if column < 0 || column >= len(r.Cells) {
		return ""
	}
	return r.Cells[column]
}

// Where names a cell for people: 異動!B12, or 12行目 B列（2列目）. A negative column names the row.
func (r Row) Where(column int) string {
	switch {
	case r.Sheet == "" && column < 0:
		return fmt.Sprintf("%d行目", r.Number)
	case r.Sheet == "":
		return fmt.Sprintf("%d行目 %s列（%d列目）", r.Number, letters(column), column+1)
	case column < 0:
		return fmt.Sprintf("%s!%d行目", r.Sheet, r.Number)
	default:
		return fmt.Sprintf("%s!%s%d", r.Sheet, letters(column), r.Number)
	}
}

// letters is Excel's name of a column: A, Z, AA.
func letters(column int) string {
	name := ""
	for n := column; n >= 0; n = n/26 - 1 {
		name = string(rune('A'+n%26)) + name
	}
	return name
}

// File is an open CSV or Excel file. It may be read any number of times, one reader at a time.
type File struct {
	Format Format
	Sheets []string // visible sheets of an Excel file in their order
	Hidden []string // the others; Rows reads them by their names too

	data     io.ReaderAt
	size     int64
	limits   Limits
	book     *book
	warnings warnings
}

// Open finds out by the content what the file is. Refused are .xls, files with a password or macros, other formats, UTF-16,
// and text that is neither UTF-8 nor CP932; text that is both is UTF-8. data must stay readable as long as the File is used.
func Open(data io.ReaderAt, size int64, limits Limits) (*File, error) {
	f := &File{data: data, size: size, limits: limits.filled(size)}
	head := make([]byte, min(size, 512))
	if _, err := data.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	var err error
	switch {
	case size == 0:
		err = invalid("ファイルが空です。")
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		err = oldOrSecret(data, head)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		f.Format = Excel
		if f.book, err = openBook(data, size, f.limits); err == nil {
			f.Sheets = f.book.visible()
			for _, s := range f.book.sheets {
				if s.hidden {
					f.Hidden = append(f.Hidden, s.name)
				}
			}
		}
	default:
		err = f.findEncoding(head)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Rows reads a sheet, "" being the first visible one; a CSV has one sheet without a name. Rows without text, also those
// of spaces only, are left out but counted. Hidden rows are rows. The first error ends it.
//
// In Excel a date is given as 2026-04-01 or 2026-04-01T09:30:00, a time as 09:30:00, TRUE and FALSE as such, a number
// with the digits that Excel keeps and without separators; a format of zeros only is applied, because 000123 is a number
// of staff. A formula is the value it had when the file was saved.
//
// In a CSV the ' that Writer puts before what Excel would run (=1+1) is taken away; all else is as it is stored.
func (f *File) Rows(sheet string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		f.warnings = warnings{}
		left := f.limits.Rows
		take := func(r Row) error {
			if !hasText(r.Cells) {
				return nil
			}
			if left--; left < 0 {
				return invalid("行が多すぎます。読めるのは%d行までです。ファイルを分けてください。", f.limits.Rows)
			}
			if err := f.inspect(r); err != nil {
				return err
			}
			if !yield(r, nil) {
				return errStop
			}
			return nil
		}
		var err error
		if f.book != nil {
			err = f.book.rows(sheet, &f.warnings, take)
		} else {
			err = f.csvRows(take)
		}
		if err != nil && !errors.Is(err, errStop) {
			yield(Row{}, err)
		}
	}
}

// errStop says that the reader of the rows has had enough.
var errStop = errors.New("stop")

// Warnings are what the rows read last hold that a person should look at, by cell: 外字 (private use), U+FFFD, error values
// and formulas without a value. The first 1,000 are kept, a last one counts the rest.
func (f *File) Warnings() []errs.Field { return f.warnings.list() }

func hasText(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return true
		}
	}
	return false
}

// inspect refuses what no cell may hold and notes what a person should look at.
func (f *File) inspect(r Row) error {
	for i, cell := range r.Cells {
		if cell == "" {
			continue
		}
		if i >= f.limits.Columns {
			return invalid("%s: 列が多すぎます。読めるのは%d列までです。", r.Where(i), f.limits.Columns)
		}
		if len(cell) > f.limits.Cell && utf8.RuneCountInString(cell) > f.limits.Cell {
			return tooLong(r.Where(i), f.limits.Cell)
		}
		for _, c := range cell {
			switch {
			case c >= ' ' && c < 0x7f:
			case forbidden(c):
				return refuseControl(r.Where(i), c)
			case c == utf8.RuneError:
				f.warnings.add(r.Where(i), "失われた文字（U+FFFD）があります。元の文字を確かめてください。")
			case unicode.Is(unicode.Co, c):
				f.warnings.add(r.Where(i), fmt.Sprintf("外字（U+%04X）があります。ほかの端末では別の文字に見えることがあります。", c))
			}
		}
	}
	return nil
}

// forbidden are the control characters that have no place in a cell, and what is no character.
func forbidden(c rune) bool {
	return unicode.IsControl(c) && c != '\t' && c != '\n' && c != '\r' || c == 0xfffe || c == 0xffff
}

func refuseControl(where string, c rune) error {
	return invalid("%s: 使えない制御文字（%02X）があります。この文字を取り除いてください。", where, c)
}

func tooLong(where string, limit int) error {
	return invalid("%s: 文字が多すぎます。1つのセルに入れられるのは%d文字までです。", where, limit)
}

func invalid(format string, args ...any) error {
	return errs.New(errs.Invalid, format, args...)
}

// warnings keeps the first of them and the number of all.
type warnings struct {
	first []errs.Field
	all   int
}

const maxWarnings = 1000

func (w *warnings) add(where, message string) {
	if w.all++; w.all <= maxWarnings {
		w.first = append(w.first, errs.Field{Where: where, Message: message})
	}
}

func (w *warnings) list() []errs.Field {
	if w.all <= maxWarnings {
		return w.first
	}
	return append(w.first[:maxWarnings:maxWarnings], errs.Field{Message: fmt.Sprintf("ほかに%d件あります。", w.all-maxWarnings)})
}
