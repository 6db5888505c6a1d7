package ledger

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sekimori/internal/base/jpdate"
)

// mostFileName is how long a name of a file may be, in bytes: servers of files take 255, of which the extension has some. Windows,
// which takes 255 characters, is content then too.
const mostFileName = 240

// leastOfName is how many bytes of what a thing is called always stay, however long the restrictions beside it are.
const leastOfName = 60

// fileName is a name for a file that says its class: 【機密性2】名称_20260401（取扱制限）. What is too long is cut in the name, not in the
// class; restrictions come last.
//
// Asked for by kobe-city/standard:4.2/イ, kobe-school/standard:4.2.2.
func fileName(class, name string, on jpdate.Date, restrictions ...string) string {
	before, after := "", "_"+strings.ReplaceAll(on.String(), "-", "")
	if class != "" {
		before = "【" + class + "】"
	}
	if len(restrictions) > 0 {
		after += "（" + strings.Join(restrictions, "・") + "）"
	}
	before, after, name = windowsName(before), windowsName(after), windowsName(name)
	room := max(mostFileName-len(before)-len(after), leastOfName)
	return shortened(before+shortened(name, room)+after, mostFileName)
}

// shortened cuts a text to so many bytes, and shows that it did.
func shortened(s string, most int) string {
	const more = "…"
	if len(s) <= most {
		return s
	}
	cut := s[:most-len(more)]
	for !utf8.ValidString(cut) {
		cut = cut[:len(cut)-1]
	}
	return cut + more
}

// windowsName puts their full-width likes in place of what Windows refuses in a name, so that it reads as before; what has no shape, or
// turns the direction of writing, goes.
func windowsName(s string) string {
	s = strings.Map(func(r rune) rune {
		if wide, ok := map[rune]rune{'\\': '＼', '/': '／', ':': '：', '*': '＊', '?': '？', '"': '”', '<': '＜', '>': '＞', '|': '｜'}[r]; ok {
			return wide
		}
		switch {
		case r == '　':
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\ufeff', r == '\u200b':
			return -1
		}
		return r
	}, s)
	return strings.TrimRight(strings.TrimLeft(s, " 　"), " 　.")
}
