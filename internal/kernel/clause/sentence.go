package clause

import (
	"slices"
	"strings"
)

// Form is how a sentence states a duty.
type Form string

// The forms, the strongest first (K1–K3).
const (
	Explicit    Form = "explicit"    // …しなければならない
	Conditional Form = "conditional" // …の許可を得て…することができる
	Plain       Form = "plain"       // …を行う
	None        Form = "none"
)

// Sentence is one sentence of a clause's text.
type Sentence struct {
	Text string
	Form Form
}

// The endings of K1 to K3.
var (
	must      = []string{"なければならない", "なければならぬ", "ねばならない", "てはならない", "ではならない"}
	shall     = []string{"こと。", "ものとする。", "こととする。", "を必要とする。", "ことはできない。", "望ましい。", "努める。"}
	may       = []string{"ことができる。", "こともできる。"}
	permitted = []string{"許可", "承認", "承諾", "認め"}
	idle      = []string{
		"とする", "をいう", "を有する", "できる", "限りではない", "除く", "である", "となる", "がある", "対象としない", "ところによる", "準用する", "構わない", "とき",
	}
)

// say sets the text of a clause and what follows from it.
func (c *Clause) say(text string) {
	c.Text = text
	for p := range strings.SplitSeq(text, "\n") {
		c.Sentences = append(c.Sentences, sentences(p)...)
	}
	c.Form = strongest(c.Sentences)
	c.StatesDuty = c.Form != None
}

// formOf is K1 to K3.
func formOf(s string) Form {
	bare, complete := strings.CutSuffix(s, "。")
	bare = withoutRemark(bare)
	switch {
	case endsIn(strings.TrimSuffix(bare, "。"), must), endsIn(s, shall):
		return Explicit
	case endsIn(s, may) && slices.ContainsFunc(permitted, func(p string) bool { return strings.Contains(s, p) }):
		return Conditional
	case complete && !endsIn(bare, idle):
		return Plain
	}
	return None
}

func endsIn(s string, endings []string) bool {
	return slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(s, e) })
}

// withoutRemark is a sentence without the remark in brackets at its end.
func withoutRemark(s string) string {
	if !strings.HasSuffix(s, ")") && !strings.HasSuffix(s, "）") {
		return s
	}
	level := 0
	runes := []rune(s)
	for i, r := range slices.Backward(runes) {
		if level += bracket(r); level == 0 {
			return string(runes[:i])
		}
	}
	return s
}

// sentences splits a paragraph at each 。 outside brackets (K1). Where the brackets do not match they cannot say what is
// outside, and every 。 ends a sentence. What has no 。 at the end is a sentence too.
func sentences(paragraph string) []Sentence {
	var out []Sentence
	level, start := 0, 0
	trust := balanced(paragraph)
	for i, r := range paragraph {
		if trust {
			level += bracket(r)
		}
		if r == '。' && level == 0 {
			out = appendSentence(out, paragraph[start:i+len("。")])
			start = i + len("。")
		}
	}
	return appendSentence(out, paragraph[start:])
}

func appendSentence(list []Sentence, s string) []Sentence {
	if s = strings.TrimSpace(s); s == "" {
		return list
	}
	return append(list, Sentence{s, formOf(s)})
}

func balanced(s string) bool {
	level := 0
	for _, r := range s {
		if level += bracket(r); level < 0 {
			return false
		}
	}
	return level == 0
}

// strongest is the form of a clause (K4).
func strongest(list []Sentence) Form {
	for _, f := range []Form{Explicit, Conditional, Plain} {
		if slices.ContainsFunc(list, func(s Sentence) bool { return s.Form == f }) {
			return f
		}
	}
	return None
}
