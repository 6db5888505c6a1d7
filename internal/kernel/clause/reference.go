package clause

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"sekimori/internal/base/text"
)

// references resolves the clauses that a text cites by number.
type references struct {
	documents []*draft
	headings  map[string]string // "document:clause" to heading
}

// checkReferences reports what is cited and not there, and what is cited by a title that it does not have.
func checkReferences(documents []*draft) {
	r := references{documents, map[string]string{}}
	for _, d := range documents {
		for _, n := range d.nodes {
			r.headings[d.ID+":"+n.ID] = n.Heading
		}
	}
	for _, d := range documents {
		for _, n := range d.nodes {
			for _, p := range n.paragraphs {
				r.numbers(d, n, p)
				if d.form == Articles {
					r.articles(d, n, p)
				}
			}
		}
	}
}

// longestName is how many characters before a number are searched for the name of a document.
const longestName = 60

var (
	// numberCited is 4.1.1, 8.1.26 ウ, 4.2ア(1).
	numberCited = regexp.MustCompile(`([0-9]+(?:\.[0-9]+)+)(?:\s?([ア-ン]))?(?:[(（]([0-9]+)[)）])?`)
	// citing follows a number of two parts that is a clause and not a quantity.
	citing = regexp.MustCompile(`^\s?(?:に(?:定|規|従|基|掲|示|よ)|の(?:定|規|基|各)|及び|から|[～〜])`)
	// quantity ends before a number that is no clause: TLS 1.2, 第 5.4 版.
	quantity = regexp.MustCompile(`(?:[A-Za-z]\s?|第\s?|[-./])$`)
	// elsewhere ends the name of another document before a number.
	elsewhere = regexp.MustCompile(`(?:基準|方針|要綱|要領|規程|規則|条例|手順|手順書|ガイドライン|編)「?$`)
	// quotedTitle is what stands between a number and the end of its quotation.
	quotedTitle = regexp.MustCompile(`^\s+([^「」]+)」`)
	// articleCited is 第3条, 第3条第2項, 第2条第2項第1号, 第11条第1号.
	articleCited = regexp.MustCompile(`第\s?([0-9]+)\s?条(?:第\s?([0-9]+)\s?項)?(?:第\s?([0-9]+)\s?号)?`)
	// joining stands between two articles of one law.
	joining = regexp.MustCompile(`^(?:、|から|及び|又は|並びに|若しくは|まで)+$`)
	// law ends before an article of another text: 地方公務員法第3条, 条例（…）第2条, 同条例第1条.
	law = regexp.MustCompile(`(?:\p{Han}|[)）」])\s?$`)
)

// numbers looks at the citations by heading, item and number item.
func (r *references) numbers(d *draft, n *node, p paragraph) {
	if !strings.Contains(p.text, ".") { // most texts, much faster
		return
	}
	for _, m := range numberCited.FindAllStringSubmatchIndex(p.text, -1) {
		before, number, rest := tailOf(p.text[:m[0]], longestName), p.text[m[2]:m[3]], p.text[m[3]:]
		title := quotedTitle.FindStringSubmatch(rest)
		switch {
		case title != nil && strings.HasSuffix(before, "「"):
		case quantity.MatchString(before), strings.Count(number, ".") == 1 && !citing.MatchString(rest):
			continue
		default:
			title = nil
		}
		id := number
		if next, _ := utf8.DecodeRuneInString(p.text[m[1]:]); title == nil && m[4] >= 0 && !unicode.Is(unicode.Katakana, next) && next != 'ー' {
			id += "/" + p.text[m[4]:m[5]]
		}
		if m[6] >= 0 {
			id += "/" + p.text[m[6]:m[7]]
		}
		target, known := r.target(d, before)
		heading, there := r.headings[target.ID+":"+id]
		switch {
		case !known || !there:
			d.report(p.line(m[0]), UnresolvedReference, n.ID, tail(before)+p.text[m[0]:m[1]], "引用された条項がこのファイルにない")
		case title != nil && withoutSpace(text.Fold(title[1])) != withoutSpace(text.Fold(heading)):
			d.report(p.line(m[0]), TitleDiffers, n.ID, number+" "+head(title[1]), "見出しは「"+heading+"」")
		}
	}
}

// target is the document that a citation means: the one named directly before it, else its own.
func (r *references) target(own *draft, before string) (d *draft, known bool) {
	before = strings.TrimRight(before, "「 ")
	for _, d := range r.documents {
		if strings.HasSuffix(before, d.Title) {
			return d, true
		}
	}
	return own, !elsewhere.MatchString(before)
}

// articles looks at the citations by article; those of laws are not ours.
func (r *references) articles(d *draft, n *node, p paragraph) {
	end, ofLaw := 0, false
	for _, m := range articleCited.FindAllStringSubmatchIndex(p.text, -1) {
		if end == 0 || !joining.MatchString(p.text[end:m[0]]) {
			ofLaw = law.MatchString(tailOf(p.text[:m[0]], 2))
		}
		end = m[1]
		if ofLaw {
			continue
		}
		id := p.text[m[2]:m[3]]
		switch {
		case m[4] >= 0:
			id += "/" + p.text[m[4]:m[5]]
		case m[6] >= 0:
			id += "/1" // R14: 第11条第1号 stands in the first paragraph
		}
		if m[6] >= 0 {
			id += "/" + p.text[m[6]:m[7]]
		}
		if _, there := r.headings[d.ID+":"+id]; !there {
			d.report(p.line(m[0]), UnresolvedReference, n.ID, p.text[m[0]:m[1]], "引用された条項がこの文書にない")
		}
	}
}
