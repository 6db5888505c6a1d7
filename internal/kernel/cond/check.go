package cond

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/jpdate"
)

// Sort says how the values of a field compare.
type Sort int

// The sorts of fields.
const (
	Text   Sort = iota // compared for equality only
	Number             // compared by size
	Level              // compared by the order of its options
	Date               // compared by time
	Choice             // one of its options
	Many               // any number of its options
	Other              // only empty or not: files, rows, references
)

// Option is one value that a field can have.
type Option struct{ ID, Title string }

// Field is what a condition may say of one field.
type Field struct {
	Title   string
	Sort    Sort
	Options []Option // of Level (lowest first), Choice and Many
}

// Vocabulary is everything a condition of one kind may speak of.
type Vocabulary struct {
	Fields   map[string]Field     // by path
	States   map[string]string    // id to title
	Terms    map[string]Condition // term to its meaning; nil where the things have no class
	Settings map[string]string    // id to title
}

// Check returns what is wrong with c, nothing if it can be evaluated. Messages are Japanese.
func (v Vocabulary) Check(c Condition) []string { return v.check(c, 1) }

func (v Vocabulary) check(c Condition, depth int) []string {
	if depth > MaxDepth {
		return []string{fmt.Sprintf("条件の入れ子は%d段までです", MaxDepth)}
	}
	var out []string
	parts := slices.Concat(c.All, c.Any)
	if c.Not != nil {
		parts = append(parts, *c.Not)
	}
	for _, p := range parts {
		out = append(out, v.check(p, depth+1)...)
	}
	switch {
	case c.says() > 1:
		out = append(out, "1つの条件に書けるのは、all、any、not、field、state、term のうち1つです")
	case len(parts) > 0:
	case c.State != "":
		if _, ok := v.States[c.State]; !ok {
			out = append(out, fmt.Sprintf("状態 %s はありません", c.State))
		}
	case c.Term != "":
		if v.Terms == nil {
			out = append(out, fmt.Sprintf("分類を持たない種類に用語 %s は使えません", c.Term))
		} else if _, ok := v.Terms[c.Term]; !ok {
			out = append(out, fmt.Sprintf("用語 %s はありません", c.Term))
		} else if v.circular(c, nil) {
			out = append(out, fmt.Sprintf("用語 %s の意味が、その用語自身に戻ってきます", c.Term))
		}
	default:
		out = append(out, v.comparison(c)...)
	}
	return out
}

// says counts what a condition is; it shall be one thing.
func (c Condition) says() (n int) {
	for _, is := range []bool{c.All != nil, c.Any != nil, c.Not != nil, c.State != "", c.Term != "", c.Field != ""} {
		if is {
			n++
		}
	}
	return n
}

// circular says whether the terms in c lead back to one of those that led here.
func (v Vocabulary) circular(c Condition, led []string) bool {
	if c.Term != "" {
		return slices.Contains(led, c.Term) || v.circular(v.Terms[c.Term], append(slices.Clone(led), c.Term))
	}
	return c.Not != nil && v.circular(*c.Not, led) ||
		slices.ContainsFunc(slices.Concat(c.All, c.Any), func(part Condition) bool { return v.circular(part, led) })
}

func (v Vocabulary) comparison(c Condition) []string {
	f, ok := v.Fields[c.Field]
	if !ok {
		return []string{fmt.Sprintf("項目 %s はありません", c.Field)}
	}
	if !fits(c.Op, f.Sort) {
		return []string{fmt.Sprintf("項目 %s（%s）は %s で比べられません", c.Field, f.Title, c.Op)}
	}
	if msg := c.right(); msg != "" {
		return []string{fmt.Sprintf("項目 %s（%s）を %s で比べる値は%s", c.Field, f.Title, c.Op, msg)}
	}
	if c.Value.Minus != "" && v.Settings[c.Value.Minus] == "" {
		return []string{fmt.Sprintf("設定 %s はありません", c.Value.Minus)}
	}
	if c.Value.Today && f.Sort != Date {
		return []string{fmt.Sprintf("項目 %s は日付ではありません", c.Field)}
	}
	var out []string
	for _, l := range c.Value.Literals {
		if msg := f.reject(l); msg != "" {
			out = append(out, fmt.Sprintf("項目 %s の値 %q は%s", c.Field, l, msg))
		}
	}
	return out
}

// right says what is wrong with the form of the right side, or nothing.
func (c Condition) right() string {
	n, today := len(c.Value.Literals), c.Value.Today || c.Value.Minus != ""
	switch {
	case c.Op == Empty:
	case c.Op == In && (n == 0 || today):
		return "1つ以上並べてください"
	case c.Op != In && (n != 1 && !today || n > 0 && today):
		return "1つだけ書いてください"
	case today && !c.Value.Today:
		return "本日から数えてください"
	}
	return ""
}

func fits(op Op, s Sort) bool {
	switch op {
	case Empty:
		return true
	case Is, In:
		return s != Many && s != Other
	case Has:
		return s == Many
	case AtLeast, AtMost:
		return s == Number || s == Level
	case Before, After:
		return s == Date
	}
	return false
}

// reject says why the literal cannot be a value of the field, or nothing.
func (f Field) reject(l string) string {
	switch f.Sort {
	case Level, Choice, Many:
		if !slices.ContainsFunc(f.Options, func(o Option) bool { return o.ID == l }) {
			ids := make([]string, len(f.Options))
			for i, o := range f.Options {
				ids[i] = o.ID
			}
			return "選択肢（" + strings.Join(ids, "、") + "）にありません"
		}
	case Number:
		if strings.Trim(strings.TrimPrefix(l, "-"), "0123456789") != "" || l == "" || l == "-" {
			return "整数ではありません"
		}
		if _, err := strconv.ParseInt(l, 10, 64); err != nil {
			return "大きすぎます"
		}
	case Date:
		if _, err := jpdate.Parse(l); err != nil {
			return "日付ではありません"
		}
	case Text, Other:
	}
	return ""
}

// Sentence reads c as Japanese, for people who decide whether it says what they mean.
func (v Vocabulary) Sentence(c Condition) string {
	switch {
	case len(c.All) > 0:
		return v.join(c.All, "、かつ、")
	case len(c.Any) > 0:
		return v.join(c.Any, "、又は")
	case c.Not != nil:
		return "「" + v.Sentence(*c.Not) + "」ではない"
	case c.State != "":
		return "状態が「" + v.States[c.State] + "」"
	case c.Term != "":
		return v.Sentence(v.Terms[c.Term])
	}
	f := v.Fields[c.Field]
	switch c.Op {
	case Empty:
		if c.Value.Empty {
			return f.Title + "が空欄"
		}
		return f.Title + "に記入がある"
	case Has:
		return f.Title + "に「" + f.label(c.Value.Literals[0]) + "」を含む"
	case AtLeast:
		return f.Title + "が" + f.label(c.Value.Literals[0]) + "以上"
	case AtMost:
		return f.Title + "が" + f.label(c.Value.Literals[0]) + "以下"
	case Before:
		return f.Title + "が" + v.when(f, c.Value) + "より前"
	case After:
		return f.Title + "が" + v.when(f, c.Value) + "より後"
	case Is, In:
	}
	labels := make([]string, len(c.Value.Literals))
	for i, l := range c.Value.Literals {
		labels[i] = f.label(l)
	}
	if c.Value.Today {
		labels = []string{v.when(f, c.Value)}
	}
	return f.Title + "が「" + strings.Join(labels, "」か「") + "」"
}

func (v Vocabulary) join(parts []Condition, word string) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = v.Sentence(p)
		meant := p
		for meant.Term != "" {
			meant = v.Terms[meant.Term]
		}
		if len(meant.All) > 0 || len(meant.Any) > 0 {
			out[i] = "（" + out[i] + "）"
		}
	}
	return strings.Join(out, word)
}

func (v Vocabulary) when(f Field, val Value) string {
	switch {
	case val.Minus != "":
		return "本日から「" + v.Settings[val.Minus] + "」をさかのぼった日"
	case val.Today:
		return "本日"
	}
	return f.label(val.Literals[0])
}

func (f Field) label(id string) string {
	for _, o := range f.Options {
		if o.ID == id {
			return o.Title
		}
	}
	if f.Sort == Date {
		if d, err := jpdate.Parse(id); err == nil {
			return d.Wareki()
		}
	}
	return id
}
