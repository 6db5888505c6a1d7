package cond_test

import (
	"encoding/json"
	"strings"
	"testing"

	"sekimori/internal/kernel/cond"
)

func vocabulary() cond.Vocabulary {
	level := cond.Field{Title: "秘匿", Sort: cond.Level, Options: []cond.Option{{ID: "1", Title: "1"}, {ID: "2", Title: "2"}}}
	return cond.Vocabulary{
		Fields: map[string]cond.Field{
			"name": {Title: "名称", Sort: cond.Text}, "size": {Title: "大きさ", Sort: cond.Number}, "made_on": {Title: "作成日", Sort: cond.Date},
			"form": {Title: "形", Sort: cond.Many, Options: []cond.Option{{ID: "book", Title: "帳面"}}}, "class.secrecy": level,
			"act": {Title: "区分", Sort: cond.Choice, Options: []cond.Option{{ID: "burn", Title: "焼却"}, {ID: "shred", Title: "裁断"}}}, "rows": {Title: "表", Sort: cond.Other},
		},
		States: map[string]string{"kept": "保管中"},
		Terms: map[string]cond.Condition{
			"guarded": compare("class.secrecy", cond.AtLeast, "2"),
			"either":  {Any: []cond.Condition{compare("class.secrecy", cond.AtLeast, "1"), compare("size", cond.AtLeast, "3")}},
		},
		Settings: map[string]string{"check": "確認の間隔"},
	}
}

func compare(field string, op cond.Op, values ...string) cond.Condition {
	return cond.Condition{Field: field, Op: op, Value: cond.Value{Literals: values}}
}

func TestSentencesAndJSON(t *testing.T) {
	t.Parallel()
	not := compare("act", cond.Is, "burn")
	for _, c := range []struct {
		c              cond.Condition
		sentence, json string
	}{
		{compare("act", cond.Is, "burn"), "区分が「焼却」", `{"field":"act","is":"burn"}`},
		{compare("act", cond.In, "burn", "shred"), "区分が「焼却」か「裁断」", `{"field":"act","in":["burn","shred"]}`},
		{compare("form", cond.Has, "book"), "形に「帳面」を含む", `{"field":"form","has":"book"}`},
		{compare("size", cond.AtMost, "3"), "大きさが3以下", `{"at-most":"3","field":"size"}`},
		{compare("made_on", cond.Before, "2026-04-01"), "作成日が令和8年4月1日より前", `{"before":"2026-04-01","field":"made_on"}`},
		{cond.Condition{Field: "made_on", Op: cond.After, Value: cond.Value{Today: true}}, "作成日が本日より後", `{"after":"today","field":"made_on"}`},
		{
			cond.Condition{Field: "made_on", Op: cond.Before, Value: cond.Value{Today: true, Minus: "check"}},
			"作成日が本日から「確認の間隔」をさかのぼった日より前", `{"before":{"today-minus":{"setting":"check"}},"field":"made_on"}`,
		},
		{cond.Condition{Field: "rows", Op: cond.Empty, Value: cond.Value{Empty: true}}, "表が空欄", `{"empty":true,"field":"rows"}`},
		{cond.Condition{Field: "rows", Op: cond.Empty}, "表に記入がある", `{"empty":false,"field":"rows"}`},
		{cond.Condition{State: "kept"}, "状態が「保管中」", `{"state":"kept"}`},
		{cond.Condition{Term: "guarded"}, "秘匿が2以上", `{"term":"guarded"}`},
		{cond.Condition{Not: &not}, "「区分が「焼却」」ではない", `{"not":{"field":"act","is":"burn"}}`},
		{
			cond.Condition{All: []cond.Condition{{State: "kept"}, {Term: "either"}}},
			"状態が「保管中」、かつ、（秘匿が1以上、又は大きさが3以上）", `{"all":[{"state":"kept"},{"term":"either"}]}`,
		},
		{
			cond.Condition{All: []cond.Condition{{State: "kept"}, {Any: []cond.Condition{{Term: "guarded"}, not}}}},
			"状態が「保管中」、かつ、（秘匿が2以上、又は区分が「焼却」）", `{"all":[{"state":"kept"},{"any":[{"term":"guarded"},{"field":"act","is":"burn"}]}]}`,
		},
	} {
		v := vocabulary()
		if faults := v.Check(c.c); len(faults) > 0 {
			t.Errorf("%s: %v", c.json, faults)
		}
		if got := v.Sentence(c.c); got != c.sentence {
			t.Errorf("got %s, want %s", got, c.sentence)
		}
		got, err := json.Marshal(c.c)
		if err != nil || string(got) != c.json {
			t.Errorf("got %s, want %s (%v)", got, c.json, err)
		}
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	deep := compare("name", cond.Is, "x")
	for range cond.MaxDepth {
		inner := deep
		deep = cond.Condition{Not: &inner}
	}
	for want, c := range map[string]cond.Condition{
		"項目 nix はありません":   compare("nix", cond.Is, "x"),
		"状態 nix":          {State: "nix"},
		"用語 nix":          {Term: "nix"},
		"比べられません":         compare("rows", cond.Is, "x"),
		"at-least で比べられ":  compare("name", cond.AtLeast, "1"),
		"整数ではありません":       compare("size", cond.AtLeast, "大"),
		"日付ではありません":       compare("made_on", cond.After, "きのう"),
		"項目 size は日付では":   {Field: "size", Op: cond.Is, Value: cond.Value{Today: true}},
		"設定 nix":          {Field: "made_on", Op: cond.After, Value: cond.Value{Today: true, Minus: "nix"}},
		"選択肢（burn、shred）": compare("act", cond.In, "burn", "eat"),
		"入れ子":             deep,
	} {
		faults := vocabulary().Check(c)
		if !strings.Contains(strings.Join(faults, "\n"), want) {
			t.Errorf("no fault says %q: %v", want, faults)
		}
	}
	classless := vocabulary()
	classless.Terms = nil
	if faults := classless.Check(cond.Condition{Term: "guarded"}); len(faults) != 1 || !strings.Contains(faults[0], "分類を持たない") {
		t.Errorf("a term on things without class: %v", faults)
	}
}
