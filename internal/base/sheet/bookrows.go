package sheet

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What Excel itself holds at most.
const (
	excelRows    = 1 << 20
	excelColumns = 1 << 14
	excelCell    = 32767
)

// rows gives every row of a sheet with its number.
func (b *book) rows(name string, w *warnings, take func(Row) error) error {
	s, err := b.sheet(name)
	if err != nil {
		return err
	}
	if err := b.readShared(); err != nil {
		return err
	}
	r := rowReader{book: b, warnings: w, take: take, row: Row{Sheet: s.name}}
	if err := b.walk(s.part, b.limits.Unpacked, r.token); err != nil {
		return err
	}
	if !r.done {
		return broken(errors.New("the sheet has no end"))
	}
	return nil
}

// walk gives the elements and texts of a part one after the other, so that no more than one of them is in memory.
func (b *book) walk(part string, limit int64, token func(xml.Token) error) error {
	r, err := b.open(part, limit)
	if err != nil {
		return err
	}
	defer r.Close()
	one := &pieceReader{r: r}
	for d := xml.NewDecoder(one); ; {
		one.n = 0
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return broken(err)
		}
		if err := token(t); err != nil {
			return err
		}
	}
}

// pieceReader bounds an element, text or comment, because the decoder holds it as a whole.
type pieceReader struct {
	r io.Reader
	n int // bytes read for it
}

// maxPiece has room for 32,767 characters, each written as &#x1F600; is.
const maxPiece = 1 << 20

func (p *pieceReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	if p.n += n; p.n > maxPiece {
		return 0, tooBig()
	}
	return n, err
}

// plainText collects the text of <v>, <t> and <r><t>, and leaves out <rPh>, which says how the text is pronounced.
type plainText struct {
	b        strings.Builder
	in       bool
	phonetic bool
}

func (p *plainText) token(t xml.Token) {
	switch t := t.(type) {
	case xml.StartElement:
		switch t.Name.Local {
		case "rPh":
			p.phonetic = true
		case "t", "v":
			p.in = !p.phonetic
		}
	case xml.EndElement:
		switch t.Name.Local {
		case "rPh":
			p.phonetic = false
		case "t", "v":
			p.in = false
		}
	case xml.CharData:
		if p.in {
			p.b.Write(t)
		}
	}
}

func (p *plainText) take() string {
	s := p.b.String()
	p.b.Reset()
	return s
}

// sharedStrings are the texts of a book, which its cells name by number, in one piece of memory.
type sharedStrings struct {
	text []byte
	ends []int
}

func (s *sharedStrings) get(n int) (string, bool) {
	if n < 0 || n >= len(s.ends) {
		return "", false
	}
	start := 0
	if n > 0 {
		start = s.ends[n-1]
	}
	return string(s.text[start:s.ends[n]]), true
}

// maxShared bounds the shared strings however large a sheet may be: they stay in memory.
const maxShared = 64 << 20

// readShared does so once. A quarter of the limit is theirs, and never more than maxShared.
func (b *book) readShared() error {
	if b.shared != nil {
		return nil
	}
	s := &sharedStrings{}
	if b.sharedIn != "" {
		var p plainText
		err := b.walk(b.sharedIn, min(b.limits.Unpacked/4, maxShared), func(t xml.Token) error {
			p.token(t)
			if end, ok := t.(xml.EndElement); ok && end.Name.Local == "si" {
				s.text = append(s.text, unescape(p.take())...)
				s.ends = append(s.ends, len(s.text))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	b.shared = s
	return nil
}

// rowReader makes rows of the elements of a sheet.
type rowReader struct {
	book     *book
	warnings *warnings
	take     func(Row) error
	row      Row
	inside   int // which of the three it is in
	done     bool

	column  int
	kind    string
	style   int
	formula bool
	plainText
}

// The elements that must lie in each other.
const (
	inSheet = iota + 1
	inRow
	inCell
)

func element(name string) int {
	switch name {
	case "sheetData":
		return inSheet
	case "row":
		return inRow
	case "c":
		return inCell
	default:
		return 0
	}
}

func (r *rowReader) token(t xml.Token) error {
	switch e := t.(type) {
	case xml.StartElement:
		if in := element(e.Name.Local); in == inSheet || in > 0 && r.inside > 0 {
			return r.start(e, in)
		}
		if r.inside == inCell && e.Name.Local == "f" {
			r.formula = true
		}
	case xml.EndElement:
		if in := element(e.Name.Local); in > 0 && r.inside > 0 {
			return r.end(in)
		}
	}
	if r.inside == inCell {
		r.plainText.token(t)
	}
	return nil
}

func (r *rowReader) start(e xml.StartElement, in int) error {
	if r.inside != in-1 {
		return broken(fmt.Errorf("<%s> in the wrong place", e.Name.Local))
	}
	r.inside = in
	switch in {
	case inRow:
		return r.startRow(e)
	case inCell:
		return r.startCell(e)
	default:
		return nil
	}
}

func (r *rowReader) end(in int) error {
	if r.inside != in {
		return broken(errors.New("elements end in the wrong order"))
	}
	r.inside--
	switch in {
	case inRow:
		row := r.row
		row.Cells = slices.Clone(row.Cells)
		return r.take(row)
	case inCell:
		return r.endCell()
	default:
		r.done = true
		return nil
	}
}

func (r *rowReader) startRow(e xml.StartElement) error {
	last := r.row.Number
	r.row.Number++
	for _, a := range e.Attr {
		if a.Name.Local == "r" {
			n, err := strconv.Atoi(a.Value)
			if err != nil {
				return broken(err)
			}
			r.row.Number = n
		}
	}
	if r.row.Number <= last || r.row.Number > excelRows {
		return broken(fmt.Errorf("row %d after %d", r.row.Number, last))
	}
	r.row.Cells, r.column = r.row.Cells[:0], -1
	return nil
}

func (r *rowReader) startCell(e xml.StartElement) error {
	r.column++
	r.kind, r.style, r.formula = "", 0, false
	r.plainText = plainText{}
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "r":
			r.column = columnOf(a.Value)
		case "t":
			r.kind = a.Value
		case "s":
			r.style, _ = strconv.Atoi(a.Value) // what is none has no format
		}
	}
	if r.column < 0 || r.column >= excelColumns {
		return broken(fmt.Errorf("a cell in column %d of row %d", r.column, r.row.Number))
	}
	return nil
}

// columnOf gives 1 for B12, -1 for what names no column.
func columnOf(ref string) int {
	n := 0
	for _, c := range []byte(ref) {
		if c < 'A' || c > 'Z' || n > excelColumns {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1
}

func (r *rowReader) endCell() error {
	text, err := r.value(r.plainText.take())
	if err != nil || text == "" {
		return err
	}
	for len(r.row.Cells) <= r.column {
		r.row.Cells = append(r.row.Cells, "")
	}
	r.row.Cells[r.column] = text
	return nil
}

// value is the cell as text; v is what the file holds.
func (r *rowReader) value(v string) (string, error) {
	if r.formula && v == "" && r.kind != "str" {
		r.warnings.add(r.row.Where(r.column), "数式の計算結果が保存されていないので、空として読みました。Excel で開いて保存し直してください。")
		return "", nil
	}
	switch r.kind {
	case "s":
		n, err := strconv.Atoi(v)
		if v == "" {
			return "", nil
		}
		text, ok := r.book.shared.get(n)
		if err != nil || !ok {
			return "", broken(fmt.Errorf("%s: no shared string %q", r.row.Where(r.column), v))
		}
		return text, nil
	case "str", "inlineStr":
		return unescape(v), nil
	case "b":
		return booleans.Replace(v), nil
	case "e":
		r.warnings.add(r.row.Where(r.column), "数式のエラー（"+v+"）です。")
		return v, nil
	case "d":
		return strings.TrimSuffix(v, "T00:00:00"), nil
	default:
		return r.book.number(v, r.style), nil
	}
}

var booleans = strings.NewReplacer("1", "TRUE", "0", "FALSE", "true", "TRUE", "false", "FALSE")

var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape reads Excel's spelling of characters that XML does not have, and of text that looks like this spelling.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escaped.ReplaceAllStringFunc(s, func(code string) string {
		n, _ := strconv.ParseUint(code[2:6], 16, 32)
		if !utf8.ValidRune(rune(n)) {
			return code
		}
		return string(rune(n))
	})
}
