package cond_test

import (
	"testing"
	"time"

	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/cond"
)

// book is the vocabulary of the things that conditions are asked of here: a field of each sort, of dates one with times of day.
func book() cond.Vocabulary {
	level := []cond.Option{{ID: "低", Title: "低い"}, {ID: "中", Title: "なか"}, {ID: "高", Title: "高い"}}
	return cond.Vocabulary{
		Fields: map[string]cond.Field{
			"name": {Title: "名称", Sort: cond.Text}, "size": {Title: "大きさ", Sort: cond.Number}, "made_on": {Title: "作成日", Sort: cond.Date},
			"seen_at": {Title: "確認の日時", Sort: cond.Date}, "rows": {Title: "表", Sort: cond.Other},
			"form":          {Title: "形", Sort: cond.Many, Options: []cond.Option{{ID: "paper", Title: "紙"}, {ID: "tape", Title: "テープ"}, {ID: "disk", Title: "円盤"}}},
			"act":           {Title: "区分", Sort: cond.Choice, Options: []cond.Option{{ID: "burn", Title: "焼却"}, {ID: "shred", Title: "裁断"}, {ID: "keep", Title: "保存"}}},
			"class.secrecy": {Title: "秘匿", Sort: cond.Level, Options: level},
		},
		States: map[string]string{"kept": "保管中", "lent": "貸出中"},
		Terms: map[string]cond.Condition{
			"guarded": compare("class.secrecy", cond.AtLeast, "中"),
			"wide":    {Any: []cond.Condition{{Term: "guarded"}, compare("size", cond.AtLeast, "3")}},
			"around":  {Not: &cond.Condition{Term: "round"}}, "round": {All: []cond.Condition{{Term: "around"}}},
		},
		Settings: map[string]string{"check": "確認の間隔", "open": "まだ決めていない間隔"},
	}
}

// facts are of a thing with these values, on 1 April 2026, with a check every seven days.
func facts(state string, values map[string][]string) cond.Facts {
	today := jpdate.New(2026, time.April, 1)
	return cond.Facts{Value: func(path string) []string { return values[path] }, State: state, Today: today, Back: func(setting string) jpdate.Date {
		if setting == "check" {
			return today.AddDays(-7)
		}
		return jpdate.Date{}
	}}
}

func not(c cond.Condition) cond.Condition { return cond.Condition{Not: &c} }

func today(field string, op cond.Op, minus string) cond.Condition {
	return cond.Condition{Field: field, Op: op, Value: cond.Value{Today: true, Minus: minus}}
}

func empty(field string, is bool) cond.Condition {
	return cond.Condition{Field: field, Op: cond.Empty, Value: cond.Value{Empty: is}}
}

func TestHolds(t *testing.T) {
	t.Parallel()
	full := facts("kept", map[string][]string{
		"name": {"台帳"}, "size": {"10"}, "made_on": {"2026-03-25"}, "seen_at": {"2026-04-01T23:59"}, "rows": {"1"}, "form": {"tape", "paper"}, "act": {"shred"}, "class.secrecy": {"中"},
	})
	odd := facts("kept", map[string][]string{"class.secrecy": {"廃止した段階"}, "size": {"たくさん"}, "made_on": {"不明"}})
	for _, c := range []struct {
		name string
		of   cond.Facts
		c    cond.Condition
		want bool
	}{
		{"the same text", full, compare("name", cond.Is, "台帳"), true},
		{"another text", full, compare("name", cond.Is, "台"), false},
		{"one of several texts", full, compare("name", cond.In, "帳面", "台帳"), true},
		{"10 is more than 9, though it sorts before", full, compare("size", cond.AtLeast, "9"), true},
		{"10 is 010", full, compare("size", cond.Is, "010"), true},
		{"at most what it is", full, compare("size", cond.AtMost, "10"), true},
		{"far from the other end", facts("", map[string][]string{"size": {"9223372036854775807"}}), compare("size", cond.AtLeast, "-9223372036854775807"), true},
		{"less than nothing", facts("", map[string][]string{"size": {"-9223372036854775807"}}), compare("size", cond.AtMost, "9223372036854775807"), true},
		{"a level that it has", full, compare("class.secrecy", cond.AtLeast, "中"), true},
		{"a level above", full, compare("class.secrecy", cond.AtLeast, "高"), false},
		{"高 sorts after 中 as a level", full, compare("class.secrecy", cond.AtMost, "高"), true},
		{"a level below", full, compare("class.secrecy", cond.AtMost, "低"), false},
		{"a choice", full, compare("act", cond.In, "burn", "shred"), true},
		{"the second of many", full, compare("form", cond.Has, "paper"), true},
		{"none of many", full, compare("form", cond.Has, "disk"), false},
		{"before a day", full, compare("made_on", cond.Before, "2026-03-26"), true},
		{"not before that day", full, compare("made_on", cond.Before, "2026-03-25"), false},
		{"before a day as people write it", full, compare("made_on", cond.Before, "令和8年3月26日"), true},
		{"on a day as people write it", full, compare("made_on", cond.Is, "R8.3.25"), true},
		{"after a day of Taisho", full, compare("made_on", cond.After, "T15.1.1"), true},
		{"a minute to midnight is that day", full, today("seen_at", cond.Is, ""), true},
		{"and not after it", full, today("seen_at", cond.After, ""), false},
		{"seven days ago is not before seven days ago", full, today("made_on", cond.Before, "check"), false},
		{"seven days ago", full, today("made_on", cond.Is, "check"), true},
		{"after seven days ago", full, today("seen_at", cond.After, "check"), true},
		{"before a day that nobody decided", full, today("made_on", cond.Before, "open"), false},
		{"after a day that nobody decided", full, today("made_on", cond.After, "open"), false},
		{"on a day that nobody decided", full, today("made_on", cond.Is, "open"), false},
		{"filled", full, empty("rows", false), true},
		{"not empty", full, empty("rows", true), false},
		{"empty", odd, empty("rows", true), true},
		{"not filled", odd, empty("rows", false), false},
		{"the state", full, cond.Condition{State: "kept"}, true},
		{"another state", full, cond.Condition{State: "lent"}, false},
		{"a term", full, cond.Condition{Term: "guarded"}, true},
		{"a term of a term", odd, cond.Condition{Term: "wide"}, false},
		{"a level that is none is not low", odd, compare("class.secrecy", cond.AtMost, "高"), false},
		{"nor high", odd, compare("class.secrecy", cond.AtLeast, "低"), false},
		{"what is no number is not 0", odd, compare("size", cond.Is, "0"), false},
		{"nor more than less", odd, compare("size", cond.AtLeast, "-1"), false},
		{"what is no day is not early", odd, compare("made_on", cond.Before, "2026-04-01"), false},
		{"not of an empty field", odd, not(compare("act", cond.Is, "burn")), true},
		{"all", full, cond.Condition{All: []cond.Condition{{State: "kept"}, compare("act", cond.Is, "burn")}}, false},
		{"any", full, cond.Condition{Any: []cond.Condition{{State: "lent"}, compare("act", cond.Is, "shred")}}, true},
	} {
		if faults := book().Check(c.c); len(faults) > 0 {
			t.Errorf("%s: %v", c.name, faults)
		}
		if got := book().Holds(c.c, c.of); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestCheckRefusesWhatHasNoTruth: what could not be evaluated, or would mean something else than it says.
func TestCheckRefusesWhatHasNoTruth(t *testing.T) {
	t.Parallel()
	both := compare("name", cond.Is, "x")
	both.State = "kept"
	for name, c := range map[string]cond.Condition{
		"nothing on the right":          {Field: "size", Op: cond.AtLeast},
		"nothing in the list":           {Field: "act", Op: cond.In},
		"two on the right of is":        compare("act", cond.Is, "burn", "keep"),
		"two on the right of has":       compare("form", cond.Has, "tape", "disk"),
		"a day and a literal":           {Field: "made_on", Op: cond.Is, Value: cond.Value{Today: true, Literals: []string{"2026-04-01"}}},
		"a list that is today":          today("made_on", cond.In, ""),
		"a list and today":              {Field: "made_on", Op: cond.In, Value: cond.Value{Today: true, Literals: []string{"2026-04-01"}}},
		"days back from nothing":        {Field: "made_on", Op: cond.Is, Value: cond.Value{Minus: "check"}},
		"days back as a number":         {Field: "size", Op: cond.Is, Value: cond.Value{Minus: "check"}},
		"a number that no field holds":  compare("size", cond.AtLeast, "9223372036854775808"),
		"no operator":                   {Field: "name", Value: cond.Value{Literals: []string{"x"}}},
		"a state and a comparison":      both,
		"all and any":                   {All: []cond.Condition{{State: "kept"}}, Any: []cond.Condition{{State: "lent"}}},
		"an empty list beside a state":  {All: []cond.Condition{}, State: "kept"},
		"all of nothing":                {All: []cond.Condition{}},
		"nothing":                       {},
		"a term that means itself":      {Term: "round"},
		"another that means itself":     {Any: []cond.Condition{{State: "kept"}, {Term: "around"}}},
		"a level that is the last but…": compare("class.secrecy", cond.AtMost, "低い"),
	} {
		if faults := book().Check(c); len(faults) == 0 {
			t.Errorf("%s was accepted", name)
		}
	}
}

// TestSentencesOfTermsOfTerms: what a term means is in brackets also where it means another term.
func TestSentencesOfTermsOfTerms(t *testing.T) {
	t.Parallel()
	v := book()
	v.Terms["broad"] = cond.Condition{Term: "wide"}
	const want = "状態が「保管中」、かつ、（秘匿がなか以上、又は大きさが3以上）"
	if got := v.Sentence(cond.Condition{All: []cond.Condition{{State: "kept"}, {Term: "broad"}}}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
