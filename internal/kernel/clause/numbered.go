package clause

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kana numbers the items (R6).
const kana = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"

// numbered reads a document of form numbered: headings 1.2.3, items ア, number items (1).
type numbered struct {
	*draft
	heading []int  // of the last heading
	under   string // its id
	items   int    // since that heading
	above   string // id that the next number item belongs to
	count   int    // of number items under it
}

func readNumbered(d *draft, lines []line) {
	// R3: a heading of the table of contents holds a tab or ends in the number of a page.
	body := slices.IndexFunc(lines, func(l line) bool {
		return l.cells == nil && !endsInPage(l.text) && slices.ContainsFunc(headingMarks(l.text), func(m headingMark) bool {
			return slices.Equal(m.number, []int{1})
		})
	})
	if body < 0 {
		return
	}
	r := numbered{draft: d}
	for _, l := range lines[body:] {
		r.line(l)
	}
}

func (r *numbered) line(l line) {
	switch {
	case r.skip(l):
	case l.cells != nil:
		r.add(l)
	case r.openHeading(l), r.openItem(l), r.openNumber(l):
	case looksNumbered(l.text):
		r.astray(l)
	default:
		r.add(l)
	}
}

// openHeading is R5: the longest number that follows the previous heading's counts, so that "3. 3 …" is 3.3 after 3.2.
func (r *numbered) openHeading(l line) bool {
	marks := headingMarks(l.text)
	i := slices.IndexFunc(marks, func(m headingMark) bool { return follows(r.heading, m.number) })
	if i < 0 {
		return false
	}
	m := marks[i]
	r.heading, r.under, r.items = m.number, dotted(m.number), 0
	r.above, r.count = r.under, 0
	r.open(l, r.under, m.rest)
	if m.spaced {
		r.report(l.number, NumberSpaced, r.under, head(l.text), "番号の中の空白を除いて読む")
	}
	return true
}

// openItem is R6, and R11 for the items that follow in the same line.
func (r *numbered) openItem(l line) bool {
	index, rest, ok := itemMark(l.text)
	if !ok || index != r.items {
		return false
	}
	for inLine := false; ; inLine = true {
		id := r.under + "/" + kanaAt(r.items)
		n := r.open(l, id, "")
		n.item = true
		if inLine {
			r.report(l.number, ItemInLine, id, head(l.text), "前の項目と同じ行にある")
		}
		r.items++
		r.above, r.count = id, 0
		own, next := cutItem(rest, r.items)
		n.pieces = []piece{{line: l.number, text: own}}
		if next == "" {
			return true
		}
		l = l.from(next)
		_, rest, _ = itemMark(next)
	}
}

// cutItem splits a text before the item with the given index, where that follows 。 in the same line (R11).
func cutItem(s string, index int) (own, next string) {
	for at := 0; ; {
		i := strings.Index(s[at:], "。")
		if i < 0 {
			return s, ""
		}
		at += i + len("。")
		if found, _, ok := itemMark(s[at:]); ok && found == index {
			return s[:at], s[at:]
		}
	}
}

// openNumber is R7.
func (r *numbered) openNumber(l line) bool {
	number, rest, ok := numberMark(l.text)
	if !ok || number != r.count+1 {
		return false
	}
	r.count++
	n := r.open(l, r.above+"/"+strconv.Itoa(number), "")
	n.item = true
	n.pieces = []piece{{line: l.number, text: rest}}
	return true
}

// headingMark is one way to read the start of a line as the number of a heading.
type headingMark struct {
	number []int
	rest   string
	spaced bool // white space inside the number
}

// headingMarks gives every reading of R5 (n(.n)*, an optional final dot, spaces inside, a space, text not ending in 。),
// the longest number first.
func headingMarks(s string) []headingMark {
	if strings.HasSuffix(s, "。") {
		return nil
	}
	var marks []headingMark
	var number []int
	spaced := false
	for {
		digits := s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
		n, err := strconv.Atoi(digits)
		if err != nil || digits[0] == '0' || n > 999 {
			break
		}
		number = append(number, n)
		s = s[len(digits):]
		tail, dot := strings.CutPrefix(s, ".")
		rest := strings.TrimLeftFunc(tail, unicode.IsSpace)
		if rest != tail && rest != "" {
			marks = append(marks, headingMark{slices.Clone(number), rest, spaced})
		}
		if !dot {
			break
		}
		spaced = spaced || rest != tail
		s = rest
	}
	slices.Reverse(marks)
	return marks
}

// follows reports whether a number is the first child of the previous one, its next sibling, or that of an ancestor (R5).
func follows(previous, number []int) bool {
	last := len(number) - 1
	if len(number) == len(previous)+1 {
		return slices.Equal(number[:last], previous) && number[last] == 1
	}
	return last < len(previous) && slices.Equal(number[:last], previous[:last]) && number[last] == previous[last]+1
}

func dotted(number []int) string {
	parts := make([]string, len(number))
	for i, n := range number {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ".")
}

// endsInPage reports whether a line ends as those of a table of contents: dots or a space, and a number (R3).
func endsInPage(s string) bool {
	rest := strings.TrimRight(s, "0123456789")
	return rest != s && strings.TrimRight(rest, ".…‥・ \u3000") != rest
}

// itemMark reads "ア …": the place of the kana in its order, and the text.
func itemMark(s string) (index int, rest string, ok bool) {
	_, size := utf8.DecodeRuneInString(s)
	at := strings.Index(kana, s[:size])
	tail := s[size:]
	rest = strings.TrimLeftFunc(tail, unicode.IsSpace)
	return at / len("ア"), rest, at >= 0 && rest != tail
}

func kanaAt(index int) string {
	at := index * len("ア")
	if at >= len(kana) {
		return ""
	}
	return kana[at : at+len("ア")]
}

// numberMark reads "(1) …" and "（1） …" (R7).
func numberMark(s string) (number int, rest string, ok bool) {
	inner, found := strings.CutPrefix(s, "(")
	if !found {
		inner, found = strings.CutPrefix(s, "（")
	}
	digits := inner[:len(inner)-len(strings.TrimLeft(inner, "0123456789"))]
	number, err := strconv.Atoi(digits)
	tail, closed := strings.CutPrefix(inner[len(digits):], ")")
	if !closed {
		tail, closed = strings.CutPrefix(inner[len(digits):], "）")
	}
	rest = strings.TrimLeftFunc(tail, unicode.IsSpace)
	return number, rest, found && err == nil && closed && rest != tail
}

// looksNumbered reports whether a line has the form of R5, R6 or R7, whatever its place in the order (R8).
func looksNumbered(s string) bool {
	_, _, item := itemMark(s)
	_, _, number := numberMark(s)
	return item || number || len(headingMarks(s)) > 0
}
