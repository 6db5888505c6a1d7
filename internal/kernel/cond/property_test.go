package cond_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/cond"
)

// page is a thing of book's vocabulary in types of Go: days are numbers like 20260401. The facts that conditions are asked of are
// written from it, and the oracle never sees them.
type page struct {
	name         *string
	size         *int
	made, seen   *int
	minute       int // of seen
	secrecy, act *int
	form         map[int]bool
	rows         bool
	state        string
	today        int
	check        int // days
}

// spellings are days as packs may write them; days of things are among them and beside them.
var (
	spellings = map[string]int{
		"2026-04-01": 20260401, "2026/4/1": 20260401, "令和8年4月1日": 20260401, "R8.4.1": 20260401, "２０２６年４月１日": 20260401, "2026-03-31": 20260331,
		"令和 8 年 3 月 31 日": 20260331, "2026.4.2": 20260402, "T15.1.1": 19260101, "昭和元年12月25日": 19261225, "0999-01-01": 9990101, "2024-02-29": 20240229,
	}
	days    = []int{20260330, 20260331, 20260401, 20260402, 20260403, 19260101, 19261225, 9990101, 20240229, 20240301}
	numbers = map[string]int{"0": 0, "-1": -1, "1": 1, "007": 7, "7": 7, "10": 10, "9": 9, "9223372036854775807": 1<<63 - 1, "-9223372036854775808": -1 << 63}
	words   = []string{"甲", "甲乙", "乙", "A", "a"}
	levels  = []string{"低", "中", "高"}
	acts    = []string{"burn", "shred", "keep"}
	forms   = []string{"paper", "tape", "disk"}
)

func dashes(day int) string { return fmt.Sprintf("%04d-%02d-%02d", day/10000, day/100%100, day%100) }

// calendar gives a day that lies n days before another by the calendar of the standard library.
func calendar(day, n int) int {
	y, m, d := time.Date(day/10000, time.Month(day/100%100), day%100-n, 12, 0, 0, 0, time.UTC).Date()
	return y*10000 + int(m)*100 + d
}

func maybe[T any](t *rapid.T, what string, g *rapid.Generator[T]) *T {
	if rapid.IntRange(0, 3).Draw(t, what+" is empty") == 0 {
		return nil
	}
	x := g.Draw(t, what)
	return &x
}

func drawPage(t *rapid.T) page {
	p := page{
		name: maybe(t, "name", rapid.SampledFrom(words)), size: maybe(t, "size", rapid.SampledFrom([]int{-1, 0, 1, 6, 7, 8, 9, 10, 1<<63 - 1, -1 << 63})),
		made: maybe(t, "made", rapid.SampledFrom(days)), seen: maybe(t, "seen", rapid.SampledFrom(days)), minute: rapid.IntRange(0, 24*60-1).Draw(t, "minute"),
		secrecy: maybe(t, "secrecy", rapid.IntRange(0, 3)), act: maybe(t, "act", rapid.IntRange(0, 2)), form: map[int]bool{}, rows: rapid.Bool().Draw(t, "rows"),
		state: rapid.SampledFrom([]string{"", "kept", "lent"}).Draw(t, "state"), today: rapid.SampledFrom(days).Draw(t, "today"), check: rapid.IntRange(0, 3).Draw(t, "check"),
	}
	for i := range forms {
		p.form[i] = rapid.Bool().Draw(t, "form")
	}
	return p
}

// facts writes the page as conditions are asked of it. A secrecy of 3 is a level that there is no more.
func (p page) facts() cond.Facts {
	values := map[string][]string{}
	put := func(path, text string, there bool) {
		if there {
			values[path] = append(values[path], text)
		}
	}
	if p.name != nil {
		put("name", *p.name, true)
	}
	if p.size != nil {
		put("size", fmt.Sprint(*p.size), true)
	}
	if p.made != nil {
		put("made_on", dashes(*p.made), true)
	}
	if p.seen != nil {
		put("seen_at", fmt.Sprintf("%sT%02d:%02d", dashes(*p.seen), p.minute/60, p.minute%60), true)
	}
	if p.secrecy != nil {
		put("class.secrecy", append(levels, "廃")[*p.secrecy], true)
	}
	if p.act != nil {
		put("act", acts[*p.act], true)
	}
	for i, id := range forms {
		put("form", id, p.form[i])
	}
	put("rows", "x", p.rows)
	put("rows", "y", p.rows)
	today := jpdate.New(p.today/10000, time.Month(p.today/100%100), p.today%100)
	return cond.Facts{Value: func(path string) []string { return values[path] }, State: p.state, Today: today, Back: func(setting string) jpdate.Date {
		if setting == "check" {
			return today.AddDays(-p.check)
		}
		return jpdate.Date{}
	}}
}

// relation is how a field stands to the right side.
type relation int

const (
	apart relation = iota // nothing can be said: one of them is empty, or they have no order and differ
	below
	same
	above
)

func relate(x, y int) relation {
	switch {
	case x < y:
		return below
	case x > y:
		return above
	}
	return same
}

// comes is the oracle: it is asked whether a condition comes out as want, so that not is never
// computed but handed down, and the parts of a false all are looked through for a false one.
func (p page) comes(c cond.Condition, want bool) bool {
	switch {
	case c.All != nil || c.Any != nil:
		every, parts := want, c.All // a true all and a false any ask every part
		if c.Any != nil {
			every, parts = !want, c.Any
		}
		for _, part := range parts {
			if p.comes(part, want) != every {
				return !every
			}
		}
		return every
	case c.Not != nil:
		return p.comes(*c.Not, !want)
	case c.State != "":
		return (p.state == c.State) == want
	case c.Term != "":
		guarded := p.secrecy != nil && (*p.secrecy == 1 || *p.secrecy == 2)
		return map[string]bool{"guarded": guarded, "wide": guarded || p.size != nil && *p.size > 2}[c.Term] == want
	case c.Op == cond.Empty:
		there := map[string]bool{
			"name": p.name != nil, "size": p.size != nil, "made_on": p.made != nil, "seen_at": p.seen != nil, "class.secrecy": p.secrecy != nil, "act": p.act != nil,
			"form": p.form[0] || p.form[1] || p.form[2], "rows": p.rows,
		}
		return (there[c.Field] != c.Value.Empty) == want
	}
	meets := map[cond.Op][]relation{
		cond.Is: {same}, cond.In: {same}, cond.Has: {same}, cond.AtLeast: {same, above}, cond.AtMost: {below, same}, cond.Before: {below}, cond.After: {above},
	}[c.Op]
	met := false
	for _, r := range p.relations(c) {
		met = met || slices.Contains(meets, r)
	}
	return met == want
}

// relations is how the field of a comparison stands to each value on the right.
func (p page) relations(c cond.Condition) (list []relation) {
	if c.Value.Today {
		day := p.made
		if c.Field == "seen_at" {
			day = p.seen
		}
		switch {
		case day == nil || c.Value.Minus == "open":
			return nil
		case c.Value.Minus == "check":
			return []relation{relate(*day, calendar(p.today, p.check))}
		}
		return []relation{relate(*day, p.today)}
	}
	for _, l := range c.Value.Literals {
		r := apart
		switch c.Field {
		case "name":
			if p.name != nil && *p.name == l {
				r = same
			}
		case "size":
			if p.size != nil {
				r = relate(*p.size, numbers[l])
			}
		case "made_on":
			if p.made != nil {
				r = relate(*p.made, spellings[l])
			}
		case "seen_at":
			if p.seen != nil {
				r = relate(*p.seen, spellings[l])
			}
		case "class.secrecy":
			if p.secrecy != nil && *p.secrecy < 3 {
				r = relate(*p.secrecy, slices.Index(levels, l))
			}
		case "act":
			if p.act != nil && acts[*p.act] == l {
				r = same
			}
		case "form":
			if p.form[slices.Index(forms, l)] {
				r = same
			}
		}
		list = append(list, r)
	}
	return list
}

func keys[T any](m map[string]T) *rapid.Generator[string] {
	var list []string
	for key := range m {
		list = append(list, key)
	}
	slices.Sort(list)
	return rapid.SampledFrom(list)
}

// able are the operators that a field takes beside empty, and the literals that it takes.
var able = map[string]struct {
	ops      []cond.Op
	literals *rapid.Generator[string]
}{
	"name":          {[]cond.Op{cond.Is, cond.In}, rapid.SampledFrom(words)},
	"size":          {[]cond.Op{cond.Is, cond.In, cond.AtLeast, cond.AtMost}, keys(numbers)},
	"made_on":       {[]cond.Op{cond.Is, cond.In, cond.Before, cond.After}, keys(spellings)},
	"seen_at":       {[]cond.Op{cond.Is, cond.In, cond.Before, cond.After}, keys(spellings)},
	"class.secrecy": {[]cond.Op{cond.Is, cond.In, cond.AtLeast, cond.AtMost}, rapid.SampledFrom(levels)},
	"act":           {[]cond.Op{cond.Is, cond.In}, rapid.SampledFrom(acts)},
	"form":          {[]cond.Op{cond.Has}, rapid.SampledFrom(forms)},
	"rows":          {nil, nil},
}

// drawComparison draws a comparison that means something.
func drawComparison(t *rapid.T) cond.Condition {
	c := cond.Condition{Field: keys(able).Draw(t, "field")}
	of := able[c.Field]
	c.Op = rapid.SampledFrom(append([]cond.Op{cond.Empty}, of.ops...)).Draw(t, "op")
	switch {
	case c.Op == cond.Empty:
		c.Value.Empty = rapid.Bool().Draw(t, "empty")
	case c.Op == cond.In:
		c.Value.Literals = rapid.SliceOfN(of.literals, 1, 3).Draw(t, "list")
	case (c.Field == "made_on" || c.Field == "seen_at") && rapid.Bool().Draw(t, "today"):
		c.Value = cond.Value{Today: true, Minus: rapid.SampledFrom([]string{"", "check", "open"}).Draw(t, "minus")}
	default:
		c.Value.Literals = []string{of.literals.Draw(t, "literal")}
	}
	return c
}

// drawCondition draws a condition of at most this many levels.
func drawCondition(t *rapid.T, depth int) cond.Condition {
	shapes := []string{"field", "field", "state", "term"}
	if depth > 1 {
		shapes = append(shapes, "all", "any", "not", "all", "any", "not")
	}
	parts := func() (list []cond.Condition) {
		for range rapid.IntRange(1, 3).Draw(t, "parts") {
			list = append(list, drawCondition(t, depth-1))
		}
		return list
	}
	switch rapid.SampledFrom(shapes).Draw(t, "shape") {
	case "all":
		return cond.Condition{All: parts()}
	case "any":
		return cond.Condition{Any: parts()}
	case "not":
		return not(drawCondition(t, depth-1))
	case "state":
		return cond.Condition{State: rapid.SampledFrom([]string{"kept", "lent"}).Draw(t, "state")}
	case "term":
		return cond.Condition{Term: rapid.SampledFrom([]string{"guarded", "wide"}).Draw(t, "term")}
	}
	return drawComparison(t)
}

// say fails where c has no sentence, or where its JSON is none.
func say(t *rapid.T, v cond.Vocabulary, c cond.Condition) string {
	text, err := json.Marshal(c)
	if err != nil || v.Sentence(c) == "" {
		t.Fatalf("%+v is said as %q and %s: %v", c, v.Sentence(c), text, err)
	}
	return string(text)
}

// TestHoldsIsWhatTheOracleSays over conditions of all operators and fields, up to as deep as they may be.
func TestHoldsIsWhatTheOracleSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v, c := book(), drawCondition(t, cond.MaxDepth)
		if faults := v.Check(c); len(faults) > 0 {
			t.Fatalf("%+v: %v", c, faults)
		}
		text := say(t, v, c)
		for range 5 {
			p := drawPage(t)
			if got := v.Holds(c, p.facts()); got != p.comes(c, true) || got == p.comes(c, false) {
				t.Fatalf("%s is %v", text, got)
			}
		}
	})
}

// TestWhatCheckAcceptsCanBeEvaluated over conditions of any form, right or wrong: what has no fault has a truth, and the right one.
func TestWhatCheckAcceptsCanBeEvaluated(t *testing.T) {
	t.Parallel()
	accepted, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		v, c, p := book(), drawCondition(t, 3), drawPage(t)
		spoil(t, &c)
		if len(v.Check(c)) > 0 {
			refused++
			return
		}
		accepted++
		if text, got := say(t, v, c), v.Holds(c, p.facts()); got != p.comes(c, true) {
			t.Fatalf("%s is %v", text, got)
		}
	})
	if accepted == 0 || refused == 0 {
		t.Errorf("%d conditions accepted and %d refused: nothing is shown", accepted, refused)
	}
}

// spoil changes some part of a condition to what may be wrong.
func spoil(t *rapid.T, c *cond.Condition) {
	for _, list := range [][]cond.Condition{c.All, c.Any} {
		for i := range list {
			if rapid.Bool().Draw(t, "down") {
				spoil(t, &list[i])
			}
		}
	}
	if c.Not != nil && rapid.Bool().Draw(t, "into") {
		spoil(t, c.Not)
	}
	switch rapid.IntRange(0, 9).Draw(t, "spoil") {
	case 0:
		c.Op = rapid.SampledFrom(append(cond.Ops(), "", "of")).Draw(t, "other op")
	case 1:
		c.Field = rapid.SampledFrom([]string{"", "name", "size", "made_on", "form", "rows", "nix"}).Draw(t, "other field")
	case 2:
		c.Value.Literals = rapid.SliceOfN(rapid.SampledFrom([]string{"", "-", "甲", "1", "99999999999999999999", "中", "paper", "2026-04-01", "2026-02-30", "2026-04-01T09:30"}), 0, 2).Draw(t, "other literals")
	case 3:
		c.Value.Today = !c.Value.Today
	case 4:
		c.Value.Minus = rapid.SampledFrom([]string{"", "check", "nix"}).Draw(t, "other setting")
	case 5:
		c.Term = rapid.SampledFrom([]string{"", "guarded", "round", "nix"}).Draw(t, "other term")
	case 6:
		c.State = rapid.SampledFrom([]string{"", "kept", "nix"}).Draw(t, "other state")
	case 7:
		c.Any = rapid.SampledFrom([][]cond.Condition{nil, {}, {{State: "kept"}}}).Draw(t, "other parts")
	case 8:
		*c = not(*c)
	}
}

// TestLaws are laws that hold of every thing.
func TestLaws(t *testing.T) {
	t.Parallel()
	v := book()
	rapid.Check(t, func(t *rapid.T) {
		f := drawPage(t).facts()
		same := func(law string, a, b cond.Condition) {
			t.Helper()
			if x, y := v.Holds(a, f), v.Holds(b, f); x != y {
				t.Fatalf("%s: %s is %v, %s is %v", law, say(t, v, a), x, say(t, v, b), y)
			}
		}
		parts := []cond.Condition{drawCondition(t, 2), drawCondition(t, 2), drawCondition(t, 2)}
		nots := []cond.Condition{not(parts[0]), not(parts[1]), not(parts[2])}
		same("de Morgan", not(cond.Condition{All: parts}), cond.Condition{Any: nots})
		same("de Morgan", not(cond.Condition{Any: parts}), cond.Condition{All: nots})
		same("not not", not(nots[0]), parts[0])
		same("a term is its meaning", cond.Condition{Term: "wide"}, v.Terms["wide"])
		same("empty or filled", empty("rows", true), not(empty("rows", false)))

		field := keys(able).Draw(t, "any field")
		if slices.Contains(able[field].ops, cond.In) {
			list := rapid.SliceOfN(able[field].literals, 1, 3).Draw(t, "any literals")
			var each []cond.Condition
			for _, l := range list {
				each = append(each, compare(field, cond.Is, l))
			}
			same("in is any of is", compare(field, cond.In, list...), cond.Condition{Any: each})
		}
		i := rapid.IntRange(0, 2).Draw(t, "level")
		same("at least is one of those from there on", compare("class.secrecy", cond.AtLeast, levels[i]), compare("class.secrecy", cond.In, levels[i:]...))
		same("at most is one of those up to there", compare("class.secrecy", cond.AtMost, levels[i]), compare("class.secrecy", cond.In, levels[:i+1]...))
		for _, date := range []string{"made_on", "seen_at"} {
			var right cond.Value
			if right.Today = rapid.Bool().Draw(t, "today"); !right.Today {
				right.Literals = []string{keys(spellings).Draw(t, "day")}
			}
			n := 0
			for _, op := range []cond.Op{cond.Before, cond.Is, cond.After} {
				if v.Holds(cond.Condition{Field: date, Op: op, Value: right}, f) {
					n++
				}
			}
			if filled := v.Holds(empty(date, false), f); filled != (n == 1) || n > 1 {
				t.Fatalf("%s is in %d ways to %v", date, n, right)
			}
		}
	})
}

// TestNothingIsTrueOfAnEmptyField but that it is empty, and that the rest is not so.
func TestNothingIsTrueOfAnEmptyField(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v, c := book(), drawComparison(t)
		f := page{today: 20260401}.facts()
		if want := c.Op == cond.Empty && c.Value.Empty; v.Holds(c, f) != want || v.Holds(not(c), f) == want {
			t.Fatalf("%s of an empty field", say(t, v, c))
		}
	})
}
