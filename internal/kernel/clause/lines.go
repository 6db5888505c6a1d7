package clause

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
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
	return bytes.HasSuffix(bytes.TrimRightFunc(text, closes), []byte("。"))
}

// bracket is 1 for a bracket that opens, -1 for one that closes, 0 for all else. Half and full width pair with each other:
// the texts mix them.
func bracket(r rune) int {
	switch r {
	case '(', '（', '「', '『', '[', '［', '【', '〔':
		return 1
	case ')', '）', '」', '』', ']', '］', '】', '〕':
		return -1
	}
	return 0
}

func opens(r rune) bool  { return bracket(r) > 0 }
func closes(r rune) bool { return bracket(r) < 0 }

// startsWith reports whether the first character of a text is such a one.
func startsWith(s string, such func(rune) bool) bool {
	r, size := utf8.DecodeRuneInString(s)
	return size > 0 && such(r)
}
