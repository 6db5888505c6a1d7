package paper

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// missingMark (geta) stands for what the font lacks, as it did in movable type.
const missingMark = '〓'

// Missing is a character that could not be printed as it was given.
type Missing struct {
	Text string // the character, with its variation selector where it has one
	In   string // the text in which it stood first
}

// String is 「𠮷」(U+20BB7).
func (m Missing) String() string { return m.as(m.Text) }

func (m Missing) as(shown string) string {
	var codes []string
	for _, r := range m.Text {
		codes = append(codes, fmt.Sprintf("U+%04X", r))
	}
	return "「" + shown + "」(" + strings.Join(codes, " ") + ")"
}

// stock makes texts printable and remembers what was lost in it.
type stock struct {
	missing []Missing
	known   map[string]bool // by Missing.Text
	printed []string        // what stands in the place of each
}

// printable is the text as the face can print it: 〓 for what it lacks, the base character for a variant, a plain space for
// unusual ones, and nothing for what has no shape (zero width, byte order mark, soft hyphen). A voiced sound in two
// characters, as names of files from macOS have it, becomes one.
func (s *stock) printable(text string, f *face) string {
	if plain(text, f) {
		return text
	}
	runes := []rune(strings.ReplaceAll(text, "\r\n", "\n"))
	out := make([]rune, 0, len(runes))
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		variant := unicode.Is(unicode.Variation_Selector, r) // here one without a base
		given := string(r)
		if i+1 < len(runes) && !variant && unicode.Is(unicode.Variation_Selector, runes[i+1]) {
			i++
			variant = true
			given += string(runes[i])
		}
		switch {
		case strings.ContainsRune(shapeless, r):
			continue
		case f.has(r) && !isSoundMark(r):
		case r == '\n' || r == '\r':
			r = '\n'
		case r == '\t' || unicode.Is(unicode.Zs, r):
			r = ' '
		case isSoundMark(r):
			if n := len(out); n > 0 {
				if one := []rune(norm.NFC.String(string(out[n-1:]) + string(r))); len(one) == 1 && f.has(one[0]) {
					out[n-1] = one[0]
					continue
				}
			}
		default:
			r, variant = missingMark, true
		}
		if variant {
			s.note(given, string(r), text)
		}
		out = append(out, r)
	}
	return string(out)
}

// shapeless characters print as nothing. The font has a hyphen for the soft one.
const shapeless = "\u200b\u200c\u200d\u2060\ufeff\u00ad"

// Missing is what the font lacks for some texts, in the order of its first appearance: to be said before anything is printed.
func (f *Font) Missing(texts ...string) []Missing {
	var s stock
	for _, text := range texts {
		s.printable(text, f.regular)
		s.printable(text, f.bold)
	}
	return s.missing
}

func isSoundMark(r rune) bool { return r == '\u3099' || r == '\u309a' }

// plain says whether every character prints as it is; nearly all texts are so.
func plain(text string, f *face) bool {
	for _, r := range text {
		if r != '\n' && !f.has(r) || isSoundMark(r) || r == '\u00ad' {
			return false
		}
	}
	return true
}

func (s *stock) note(given, shown, in string) {
	if s.known == nil {
		s.known = map[string]bool{}
	}
	if !s.known[given] {
		s.known[given] = true
		s.missing = append(s.missing, Missing{Text: given, In: in})
		s.printed = append(s.printed, shown)
	}
}

// sentence names at most 100 of what is missing, for the end of the document; "" where nothing is.
func (s *stock) sentence() string {
	const most = 100
	if len(s.missing) == 0 {
		return ""
	}
	var names []string
	for i, m := range s.missing[:min(most, len(s.missing))] {
		names = append(names, m.as(s.printed[i]))
	}
	text := "この書体にない文字: " + strings.Join(names, " ")
	if more := len(s.missing) - most; more > 0 {
		text += fmt.Sprintf(" ほか%d字", more)
	}
	return text
}
