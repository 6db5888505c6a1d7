package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	mark    = "\xef\xbb\xbf"
	maxLine = 1 << 20 // bytes
)

// lines gives the lines of a text file with their ends. A line is good until the next.
type lines struct {
	r      *bufio.Reader
	number int
}

func (f *File) lines() *lines {
	skip := int64(0)
	if f.Format == UTF8BOM {
		skip = int64(len(mark))
	}
	return &lines{r: bufio.NewReaderSize(io.NewSectionReader(f.data, skip, f.size-skip), maxLine)}
}

func (l *lines) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	l.number++
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, invalid("%d行目が長すぎます（1MiBを超えています）。CSV か Excel（.xlsx）のファイルか確かめてください。", l.number)
	case errors.Is(err, io.EOF) && len(line) > 0:
		return line, nil
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case err != nil:
		return nil, fmt.Errorf("sheet: %w", err)
	}
	return line, nil
}

// findEncoding reads the whole text once, so that what cannot be read is said before the first row is used.
func (f *File) findEncoding(head []byte) error {
	if err := f.refuseOthers(head); err != nil {
		return err
	}
	if bytes.HasPrefix(head, []byte(mark)) {
		f.Format = UTF8BOM
	}
	// A line that is not UTF-8 is a slip in a UTF-8 file if characters of three bytes, which kana and kanji are there and
	// which CP932 gives by chance only, outnumber the bytes that do not fit.
	var three, bad int
	var first error
	for l := f.lines(); ; {
		line, err := l.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if at := bytes.IndexByte(line, 0); at >= 0 {
			return fault(l.number, at, "使えない制御文字", 0, "CSV か Excel（.xlsx）のファイルか確かめてください。")
		}
		for i := 0; i < len(line); {
			_, size := utf8.DecodeRune(line[i:])
			if line[i] >= utf8.RuneSelf && size == 1 {
				bad++
				if first == nil {
					first = fault(l.number, i, "UTF-8 として読めないバイト", line[i], "UTF-8 で保存し直してください。")
				}
			}
			if size == 3 {
				three++
			}
			i += size
		}
	}
	if bad == 0 {
		return nil
	}
	if f.Format == UTF8BOM || three >= bad {
		return first
	}
	f.Format = CP932
	return f.checkCP932()
}

func (f *File) checkCP932() error {
	for l := f.lines(); ; {
		line, err := l.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, at := fromCP932(line); at >= 0 {
			return fault(l.number, at, "UTF-8 としても Shift_JIS（CP932）としても読めないバイト", line[at], "UTF-8 か Shift_JIS で保存し直してください。")
		}
	}
}

func fault(line, at int, what string, b byte, todo string) error {
	return invalid("%d行目の%dバイト目に%s（%02X）があります。%s", line, at+1, what, b, todo)
}

// refuseOthers knows the files that people take for a CSV.
func (f *File) refuseOthers(head []byte) error {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) || halfNUL(head) {
		return invalid("文字コードが UTF-16 です。「CSV UTF-8（コンマ区切り）」か Excel（.xlsx）で保存し直してください。")
	}
	start := strings.ToLower(strings.TrimLeft(strings.TrimPrefix(string(head), mark), " \t\r\n"))
	for _, tag := range []string{"<!doctype", "<html", "<table", "<?xml"} {
		if strings.HasPrefix(start, tag) {
			return invalid("ウェブページ（HTML または XML）です。Excel で開いて Excel（.xlsx）か CSV で保存し直してください。")
		}
	}
	if strings.HasPrefix(start, "%pdf-") {
		return invalid("PDF です。CSV か Excel（.xlsx）のファイルを選んでください。")
	}
	var last [1]byte
	if _, err := f.data.ReadAt(last[:], f.size-1); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("sheet: %w", err)
	}
	if last[0] == 0x1a { // the end of a file, to old hosts
		f.size--
	}
	return nil
}

// halfNUL finds UTF-16 without a mark: every second byte of its ASCII is NUL.
func halfNUL(data []byte) bool {
	var side [2]int
	for i, b := range data {
		if b == 0 {
			side[i%2]++
		}
	}
	most, least := max(side[0], side[1]), min(side[0], side[1])
	return most > 1 && most*20 >= len(data) && least*10 <= most
}

// csvRows parses RFC 4180. A quoted cell keeps its line ends as they are.
func (f *File) csvRows(take func(Row) error) error {
	l := f.lines()
	for {
		line, err := f.line(l)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		row := Row{Number: l.number}
		if row.Cells, err = f.record(l, line); err != nil {
			return err
		}
		if err := take(row); err != nil {
			return err
		}
	}
}

// line gives the next line as text with its end.
func (f *File) line(l *lines) (string, error) {
	raw, err := l.next()
	if err != nil {
		return "", err
	}
	if f.Format != CP932 {
		return string(raw), nil
	}
	s, _ := fromCP932(raw) // checked when it was opened
	return s, nil
}

// record splits one line, and those after it as long as a quoted cell goes on.
func (f *File) record(l *lines, line string) ([]string, error) {
	rest, row := line, Row{Number: l.number}
	cells := make([]string, 0, strings.Count(rest, ",")+1)
	for {
		if !strings.HasPrefix(rest, `"`) {
			cell, after, more := strings.Cut(rest, ",")
			if !more {
				cell = withoutEnd(cell)
			}
			switch {
			case strings.Contains(cell, `"`):
				return nil, invalid(`%s: 引用符（"）の使い方が正しくありません。セルの中の " は、セル全体を " で囲んだうえで "" と書いてください。`, row.Where(len(cells)))
			case strings.Contains(cell, "\r"):
				return nil, invalid("%s: 改行が CR だけです。改行を CR LF にして保存し直してください。", row.Where(len(cells)))
			}
			cells = append(cells, unarm(cell))
			if !more {
				return cells, nil
			}
			rest = after
			continue
		}
		cell, after, err := f.quoted(l, rest[1:], row, len(cells))
		if err != nil {
			return nil, err
		}
		cells = append(cells, unarm(cell))
		if withoutEnd(after) == "" {
			return cells, nil
		}
		if after[0] != ',' {
			return nil, invalid(`%s: 閉じる引用符（"）のあとに文字があります。セルの中の " は "" と書いてください。`, Row{Number: l.number}.Where(len(cells)-1))
		}
		rest = after[1:]
	}
}

// quoted reads what follows an opening quote up to the closing one; after is the rest of that line.
func (f *File) quoted(l *lines, s string, row Row, column int) (cell, after string, err error) {
	var b strings.Builder
	for {
		part, rest, closed := strings.Cut(s, `"`)
		b.WriteString(part)
		if b.Len() > f.limits.Cell && utf8.RuneCountInString(b.String()) > f.limits.Cell {
			return "", "", invalid(`%s: 文字が%d文字を超えています。引用符（"）を閉じ忘れていないか確かめてください。`, row.Where(column), f.limits.Cell)
		}
		switch {
		case closed && strings.HasPrefix(rest, `"`):
			b.WriteByte('"')
			s = rest[1:]
		case closed:
			return b.String(), rest, nil
		default:
			if s, err = f.line(l); errors.Is(err, io.EOF) {
				return "", "", invalid(`%s: 引用符（"）が閉じられていません。`, row.Where(column))
			}
			if err != nil {
				return "", "", err
			}
		}
	}
}

func withoutEnd(line string) string {
	return strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
}
