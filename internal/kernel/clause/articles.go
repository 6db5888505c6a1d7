package clause

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// articles reads a document of form articles: 第1条, its paragraphs, their 号 (R14), and captions without article (R15).
type articles struct {
	*draft
	article   int
	paragraph int    // of the article; 0 while its first one has not begun
	above     string // id that the next 号 belongs to
	count     int    // of 号 under it
}

func readArticles(d *draft, lines []line) {
	r := articles{draft: d}
	var rest []line
	for _, l := range lines {
		if l.text != "" {
			rest = append(rest, l)
		}
	}
	for i := 0; i < len(rest); i++ {
		l := rest[i]
		switch caption, ok := captionOf(l); {
		case ok && i+1 < len(rest) && r.next(rest[i+1]):
			i++
			r.openArticle(rest[i], l.start, caption)
		case r.next(l):
			r.openArticle(l, l.start, "")
		case r.article == 0: // still front matter
		case ok && r.complete():
			r.openCaption(l, caption)
		default:
			r.line(l)
		}
	}
}

// line reads what stands inside an article.
func (r *articles) line(l line) {
	paragraph, text, isParagraph := paragraphMark(l.text)
	item, itemText, isItem := numberMark(l.text)
	switch {
	case r.skip(l):
	case l.cells != nil:
		r.add(l)
	case r.above == "": // the article stood alone in its line
		r.openParagraph(l, l.text)
	case isParagraph && r.paragraph > 0 && paragraph == r.paragraph+1:
		r.openParagraph(l, text)
	case isItem && item == r.count+1:
		r.count++
		n := r.open(l, r.above+"/"+strconv.Itoa(item), "")
		n.item = true
		n.pieces = []piece{{line: l.number, text: itemText}}
	case isParagraph, isItem, articleLine.MatchString(l.text):
		r.astray(l)
	default:
		r.add(l)
	}
}

// next reports whether a line opens the article that follows.
func (r *articles) next(l line) bool {
	m := articleLine.FindStringSubmatch(l.text)
	return m != nil && m[1] == strconv.Itoa(r.article+1)
}

// openArticle opens an article, which begins with its caption and has no text, and its first paragraph, which bears no
// number and is always n/1 (R14).
func (r *articles) openArticle(l line, start int, caption string) {
	r.article++
	r.paragraph, r.above, r.count = 0, "", 0
	n := r.open(l, strconv.Itoa(r.article), caption)
	n.start = start
	m := articleLine.FindStringSubmatch(l.text)
	if m[2] != "" {
		r.openParagraph(l.from(m[2]), m[2])
	}
}

func (r *articles) openParagraph(l line, text string) {
	r.paragraph++
	r.above, r.count = strconv.Itoa(r.article)+"/"+strconv.Itoa(r.paragraph), 0
	n := r.open(l, r.above, "")
	n.pieces = []piece{{line: l.number, text: text}}
}

// openCaption opens a clause that is named by its caption (R15).
func (r *articles) openCaption(l line, caption string) {
	r.paragraph, r.above, r.count = 0, caption, 0
	r.open(l, caption, caption)
}

// complete reports whether the text so far is: else a line in brackets continues it.
func (r *articles) complete() bool {
	n := r.last()
	return len(n.pieces) == 0 || n.item || ended([]byte(n.pieces[len(n.pieces)-1].text))
}

// articleLine is 第1条, also with spaces inside, alone or before its first paragraph.
var articleLine = regexp.MustCompile(`^第\s*([1-9][0-9]{0,3})\s*条(?:[\s\x{3000}]+(.*))?$`)

// captionOf reads a line that is wholly in brackets and short: the heading of an article, or a clause by itself.
func captionOf(l line) (string, bool) {
	first, size := utf8.DecodeRuneInString(l.text)
	last, end := utf8.DecodeLastRuneInString(l.text)
	if l.cells != nil || first != '(' && first != '（' || last != ')' && last != '）' {
		return "", false
	}
	inner := strings.TrimFunc(l.text[size:len(l.text)-end], unicode.IsSpace)
	nested := strings.ContainsFunc(inner, func(r rune) bool { return bracket(r) != 0 })
	return inner, !nested && strings.ContainsFunc(inner, unicode.IsLetter) && !strings.ContainsAny(inner, "。./") && utf8.RuneCountInString(inner) <= longestHeading
}

// paragraphMark reads "2 …" (R14).
func paragraphMark(s string) (number int, rest string, ok bool) {
	digits := s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
	number, err := strconv.Atoi(digits)
	rest = strings.TrimLeftFunc(s[len(digits):], unicode.IsSpace)
	return number, rest, err == nil && rest != s[len(digits):]
}
