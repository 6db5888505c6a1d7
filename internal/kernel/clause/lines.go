package clause

import (
	"bytes"
	"strings"
	"unicode"
)

// line is one line of the file, read by R4: a leading "- " and white space are no part of its text.
type line struct {
	number int      // from 1 (R17)
	start  int      // its first byte in the file
	at     int      // the first byte of text in the file
	text   string   // trimmed
	cells  []string // of a table row, else nil
}

func splitLines(file string) []line {
	var out []line
	at := 0
	for raw := range strings.Lines(file) {
		rest := strings.TrimLeftFunc(raw, unicode.IsSpace)
		if item, ok := strings.CutPrefix(rest, "- "); ok {
			rest = strings.TrimLeftFunc(item, unicode.IsSpace)
		}
		l := line{number: len(out) + 1, start: at, at: at + len(raw) - len(rest), text: strings.TrimRightFunc(rest, unicode.IsSpace)}
		if l.text != "" && strings.Contains(raw, "\t") {
			l.cells = cells(raw)
		}
		out = append(out, l)
		at += len(raw)
	}
	return out
}

func cells(raw string) []string {
	out := strings.Split(strings.TrimRight(raw, "\r\n"), "\t")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// rule reports whether the line is drawn, not written: the borders of tables that a converter left behind.
func (l line) rule() bool {
	strokes := 0
	for _, r := range l.text {
		switch {
		case strings.ContainsRune("-=_─━—―", r):
			strokes++
		case !unicode.IsSpace(r) && !strings.ContainsRune("|+:", r):
			return false
		}
	}
	return strokes >= 3
}

// from is the part of the line that begins with rest, a suffix of its text.
func (l line) from(rest string) line {
	at := l.at + len(l.text) - len(rest)
	return line{number: l.number, start: at, at: at, text: rest}
}

// ended reports whether a text is complete: 。, or 。 and a closing bracket (R16).
func ended(text []byte) bool {
	return bytes.HasSuffix(bytes.TrimRight(text, closing), []byte("。"))
}

// The brackets of a text. Half and full width close each other: the texts mix them.
const (
	opening = "（(「『［[【〔"
	closing = "）)」』］]】〕"
)

// depth follows the brackets: the depth after r. A closing bracket that nothing opened gives -1.
func depth(before int, r rune) int {
	switch {
	case strings.ContainsRune(opening, r):
		return before + 1
	case strings.ContainsRune(closing, r):
		return before - 1
	}
	return before
}
