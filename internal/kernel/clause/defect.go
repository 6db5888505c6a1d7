package clause

import (
	"strings"
	"unicode/utf8"
)

// Defect is one thing that is broken in the published text.
type Defect struct {
	Line   int    `json:"line"`
	Kind   Kind   `json:"kind"`
	Clause string `json:"clause"` // as packs name it (R18); "" in front matter
	Text   string `json:"text"`   // a few characters of the place
	Note   string `json:"note"`   // Japanese, what the reader of the text should know
}

// Kind is the kind of a defect.
type Kind string

// Defects that are seen by rule in any file.
const (
	PageBreak           Kind = "page-break"            // a page ends inside a sentence
	NumberSpaced        Kind = "number-spaced"         // 3. 3
	ItemInLine          Kind = "item-in-line"          // an item begins in the line of the one before it
	InlineBullets       Kind = "inline-bullets"        // points of a list inside a sentence
	DoubledCharacter    Kind = "doubled-character"     // the same character on both sides of a page
	RepeatedFragment    Kind = "repeated-fragment"     // a page begins with the end of the sentence before it
	BrokenBracket       Kind = "broken-bracket"        // a line opens with the bracket that continues the line above
	UnbalancedBracket   Kind = "unbalanced-bracket"    // a bracket without partner
	MissingFullStop     Kind = "missing-full-stop"     // a sentence ends without 。
	TableMarkup         Kind = "table-markup"          // HTML in a table
	TableHeaderRepeated Kind = "table-header-repeated" // the header of a table comes again inside it
	StrayRule           Kind = "stray-rule"            // a drawn line
	EmptyRevisionRow    Kind = "empty-revision-row"    // 年 月 日 without figures
	VariantCharacter    Kind = "variant-character"     // an old or variant form of a kanji
	TitleDiffers        Kind = "title-differs"         // a clause is cited by a title that it does not have
	UnresolvedReference Kind = "unresolved-reference"  // a clause is cited that is not there
	OutOfSequence       Kind = "out-of-sequence"       // R8
)

// KnownDefectAbsent is reported where the words of a declared defect are not in its clause.
const KnownDefectAbsent Kind = "known-defect-absent"

// KnownKinds lists the kinds that a pack may declare: those that no rule can see.
func KnownKinds() []Kind {
	return []Kind{"undefined-role", "missing-prefix", "changed-meaning", "wrong-word", "term-variant", "outdated-law", "missing-subject", "near-duplicate"}
}

// Title is the kind in words.
func (k Kind) Title() string { return kindTitles[k] }

var kindTitles = map[Kind]string{
	PageBreak: "改ページによる文の分断", NumberSpaced: "番号の中の空白", ItemInLine: "前の項目と同じ行の項目", InlineBullets: "文の中の箇条",
	DoubledCharacter: "継ぎ目での文字の重複", RepeatedFragment: "前の文の末尾の繰り返し", BrokenBracket: "括弧の前での改行", UnbalancedBracket: "括弧の不対応",
	MissingFullStop: "句点の欠落", TableMarkup: "表の中の HTML", TableHeaderRepeated: "表の見出し行の繰り返し", StrayRule: "罫線の混入",
	EmptyRevisionRow: "空の改訂履歴", VariantCharacter: "旧字・異体字", TitleDiffers: "引用された題名の相違", UnresolvedReference: "引用先のない参照",
	OutOfSequence: "番号の順序の乱れ", KnownDefectAbsent: "宣言された欠陥が見当たらない",
	"undefined-role": "定めのない役割", "missing-prefix": "接頭辞の脱落", "changed-meaning": "意味の変わる誤り", "wrong-word": "誤字",
	"term-variant": "用語の揺れ", "outdated-law": "改廃された法令", "missing-subject": "主語・宛先の欠落", "near-duplicate": "ほぼ同じ規定の重複",
}

// report notes a defect of a clause.
func (d *draft) report(line int, kind Kind, id, text, note string) {
	if id != "" {
		id = d.Ref(id)
	}
	d.defects = append(d.defects, Defect{line, kind, id, text, note})
}

// inspect looks for what is broken in one clause without being mended.
func (d *draft) inspect(n *node) {
	d.variants(n.ID, n.Line, n.Heading)
	for _, p := range n.pieces {
		for _, text := range append(p.cells, p.text) {
			d.variants(n.ID, p.line, text)
		}
	}
	d.brackets(n.ID, paragraph{n.Heading, []part{{0, n.Line}}})
	for _, p := range n.paragraphs {
		d.brackets(n.ID, p)
		d.bullets(n.ID, p)
		d.fullStop(n.ID, p)
	}
}

// brackets reports the first bracket of a paragraph that has no partner.
func (d *draft) brackets(id string, p paragraph) {
	var open []int
	for at, r := range p.text {
		switch bracket(r) {
		case 1:
			open = append(open, at)
		case -1:
			if len(open) == 0 {
				d.report(p.line(at), UnbalancedBracket, id, around(p.text, at), "開き括弧がない")
				return
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		d.report(p.line(open[0]), UnbalancedBracket, id, around(p.text, open[0]), "閉じ括弧がない")
	}
}

// bullets reports points of a list that stand inside a sentence: ・ after a mark, where it does not join two words (R12).
func (d *draft) bullets(id string, p paragraph) {
	for at, r := range p.text {
		if r == '・' && strings.ContainsAny(tailOf(strings.TrimRight(p.text[:at], " "), 1), "、。：:") {
			d.report(p.line(at), InlineBullets, id, around(p.text, at), "")
			return
		}
	}
}

// fullStop reports a paragraph that ends as a sentence ends, and without 。.
func (d *draft) fullStop(id string, p paragraph) {
	bare := withoutRemark(p.text)
	if ended([]byte(p.text)) || strings.HasSuffix(bare, "。") {
		return
	}
	if endsIn(bare, must) || strings.ContainsAny(tailOf(bare, 1), verbal) {
		d.report(p.line(len(p.text)-1), MissingFullStop, id, tail(p.text), "")
	}
}

// verbal are the characters in which the plain form of a verb ends; a noun hardly ever does.
const verbal = "うくぐすつぬぶむる"

const quoteLength = 10

// head, tail and around quote a few characters of a place.
func head(s string) string { return headOf(s, quoteLength) }
func tail(s string) string { return tailOf(s, quoteLength) }

func around(s string, at int) string { return tail(s[:at]) + head(s[at:]) }

func headOf(s string, count int) string {
	for i := range s {
		if count--; count < 0 {
			return s[:i]
		}
	}
	return s
}

func tailOf(s string, count int) string {
	at := len(s)
	for ; count > 0 && at > 0; count-- {
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	return s[at:]
}
