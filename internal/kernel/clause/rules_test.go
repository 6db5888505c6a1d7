package clause

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sekimori/internal/base/errs"
)

const title = "題名"

// ids reads a document and lists what its clauses are: id, heading in brackets, text.
func ids(t *testing.T, form string, lines ...string) []string {
	t.Helper()
	text := parse(t, []byte(title+"\n"+strings.Join(lines, "\n")), []Spec{{ID: "d", Title: title, Form: form, Main: true}})
	var out []string
	for _, c := range text.Documents[0].Clauses {
		out = append(out, c.ID+"["+c.Heading+"]"+strings.ReplaceAll(c.Text, "\n", "|"))
	}
	for _, d := range text.Defects {
		out = append(out, string(d.Kind)+" "+d.Clause)
	}
	return out
}

func TestNumbered(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		lines []string
		want  []string
	}{
		{"R3 contents", []string{"1.\t甲.....\t1", "1. 甲 ..... 1", "1. 甲 1", "2. 乙", "1. 甲"}, []string{"1[甲]"}},
		{"R4 markers", []string{"1. 甲", "\u3000- ア 子。", "  - (1) 丑。", "寅"}, []string{"1[甲]", "1/ア[]子。", "1/ア/1[]丑。|寅"}},
		{"R5 order", []string{"1. 甲", "1.1 乙", "1.1.1 丙", "1.2 丁", "2 戊", "2.1. 己"}, []string{"1[甲]", "1.1[乙]", "1.1.1[丙]", "1.2[丁]", "2[戊]", "2.1[己]"}},
		{"R5 a sentence is no heading", []string{"1. 甲", "2 人でする。"}, []string{"1[甲]2 人でする。"}},
		{"R5 spaces", []string{"1. 甲", "1. 1 乙", "1 . 2 丙"}, []string{"1[甲]", "1.1[乙]1 . 2 丙", "number-spaced 1.1", "out-of-sequence 1.1"}},
		{"R5 a number in the heading", []string{"1. 甲", "2. 3 つの約束"}, []string{"1[甲]", "2[3 つの約束]"}},
		{"R5 leaps", []string{"1. 甲", "1.2 乙", "3. 丙", "01.1 丁"}, []string{"1[甲]1.2 乙|3. 丙|01.1 丁", "out-of-sequence 1", "out-of-sequence 1"}},
		{"R6 anew under each heading", []string{"1. 甲", "ア 子。", "イ 丑。", "2. 乙", "ア 寅。"}, []string{"1[甲]", "1/ア[]子。", "1/イ[]丑。", "2[乙]", "2/ア[]寅。"}},
		{"R6 leap", []string{"1. 甲", "ア 子。", "ウ 丑。"}, []string{"1[甲]", "1/ア[]子。|ウ 丑。", "out-of-sequence 1/ア"}},
		{"R6 beyond ン is none", append([]string{"1. 甲"}, allKana()...), append([]string{"1[甲]"}, append(allItems(), "1/ン[]子。|ア 子。", "out-of-sequence 1/ン")...)},
		{"R7 under heading and item", []string{"1. 甲", "(1) 子。", "（2） 丑。", "ア 寅。", "(1) 卯。"}, []string{"1[甲]", "1/1[]子。", "1/2[]丑。", "1/ア[]寅。", "1/ア/1[]卯。"}},
		{"R7 leap", []string{"1. 甲", "(2) 子。"}, []string{"1[甲](2) 子。", "out-of-sequence 1"}},
		{"R10 before text", []string{"1. 甲", "ア 子", "丑。"}, []string{"1[甲]", "1/ア[子]丑。"}},
		{"R10 before a table", []string{"1. 甲", "ア 子", "丑\t寅"}, []string{"1[甲]", "1/ア[子]"}},
		{"R10 before deeper items", []string{"1. 甲", "ア 子", "(1) 丑", "イ 寅"}, []string{"1[甲]", "1/ア[子]", "1/ア/1[]丑", "1/イ[]寅"}},
		{"R10 not before a bracket", []string{"1. 甲", "ア 子", "（丑）"}, []string{"1[甲]", "1/ア[]子（丑）", "broken-bracket 1/ア"}},
		{"R10 not with は、", []string{"1. 甲", "ア 子は、", "丑。"}, []string{"1[甲]", "1/ア[]子は、丑。", "page-break 1/ア"}},
		{"R10 not beyond 45 characters", []string{"1. 甲", "ア " + strings.Repeat("子", 46), "丑。"}, []string{"1[甲]", "1/ア[]" + strings.Repeat("子", 46) + "丑。", "page-break 1/ア"}},
		{"R10 45 characters", []string{"1. 甲", "ア " + strings.Repeat("子", 45), "丑。"}, []string{"1[甲]", "1/ア[" + strings.Repeat("子", 45) + "]丑。"}},
		{"R11 twice in a line", []string{"1. 甲", "ア 子。イ 丑。ウ 寅。エ卯。"}, []string{"1[甲]", "1/ア[]子。", "1/イ[]丑。", "1/ウ[]寅。エ卯。", "item-in-line 1/イ", "item-in-line 1/ウ"}},
		{"R11 not out of order", []string{"1. 甲", "ア 子。ウ 丑。"}, []string{"1[甲]", "1/ア[]子。ウ 丑。"}},
		{"R12 marks are text", []string{"1. 甲", "子。", "・丑。", "※ 寅。", "「卯」。"}, []string{"1[甲]子。|・丑。|※ 寅。|「卯」。"}},
		{"R16 healed", []string{"1. 甲", "子は", "", "丑。", "", "寅。"}, []string{"1[甲]子は丑。|寅。", "page-break 1"}},
		{"R16 closed brackets end", []string{"1. 甲", "子（丑。）", "寅「卯。」", "辰。"}, []string{"1[甲]子（丑。）|寅「卯。」|辰。"}},
		{"R16 doubled", []string{"1. 甲", "子に", "に丑。"}, []string{"1[甲]子に丑。", "page-break 1", "doubled-character 1"}},
		{"R16 repeated", []string{"1. 甲", "水をやらない。", "やらない。次。"}, []string{"1[甲]水をやらない。|次。", "repeated-fragment 1"}},
		{"R16 repeated and nothing else", []string{"1. 甲", "水をやらない。", "ない。", "次。"}, []string{"1[甲]水をやらない。|次。", "repeated-fragment 1"}},
		{"R16 not beyond eight", []string{"1. 甲", "一二三四五六七八。", "一二三四五六七八。"}, []string{"1[甲]一二三四五六七八。|一二三四五六七八。"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if d := gocmp.Diff(tc.want, ids(t, Numbered, tc.lines...)); d != "" {
				t.Error(d)
			}
		})
	}
}

func allKana() []string {
	var out []string
	for i := 0; kanaAt(i) != ""; i++ {
		out = append(out, kanaAt(i)+" 子。")
	}
	return append(out, "ア 子。")
}

func allItems() []string {
	var out []string
	for i := 0; kanaAt(i+1) != ""; i++ {
		out = append(out, "1/"+kanaAt(i)+"[]子。")
	}
	return out
}

func TestArticles(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		lines []string
		want  []string
	}{
		{"R14 one paragraph", []string{"(甲)", "第1条 子。"}, []string{"1[甲]", "1/1[]子。"}},
		{"R14 paragraphs and 号", []string{"（甲）", "", "第 1 条 子。", "- 2 丑。", "(1) 寅。", "(2) 卯", "辰。", "3 巳。"}, []string{"1[甲]", "1/1[]子。", "1/2[]丑。", "1/2/1[]寅。", "1/2/2[卯]辰。", "1/3[]巳。"}},
		{"R14 without caption", []string{"第1条 子。", "第2条 丑。"}, []string{"1[]", "1/1[]子。", "2[]", "2/1[]丑。"}},
		{"R14 alone in its line", []string{"第1条", "子。", "2 丑。"}, []string{"1[]", "1/1[]子。", "1/2[]丑。"}},
		{"R14 out of order", []string{"第1条 子。", "3 丑。", "第3条 寅。", "(2) 卯。"}, []string{"1[]", "1/1[]子。|3 丑。|第3条 寅。|(2) 卯。", "out-of-sequence 1/1", "out-of-sequence 1/1", "unresolved-reference 1/1", "out-of-sequence 1/1"}},
		{"R14 not a citation", []string{"第1条 子。", "第1条の定めは別である。"}, []string{"1[]", "1/1[]子。|第1条の定めは別である。"}},
		{"R15 caption alone", []string{"第1条 子。", "（附則）", "丑。", "(1) 寅。"}, []string{"1[]", "1/1[]子。", "附則[附則]丑。", "附則/1[]寅。"}},
		{"R15 not inside a sentence", []string{"第1条 子は", "（丑）", "寅。"}, []string{"1[]", "1/1[]子は（丑）寅。", "broken-bracket 1/1", "page-break 1/1"}},
		{"R15 not a number", []string{"第1条 子。", "(1)", "丑。"}, []string{"1[]", "1/1[]子。|(1)丑。", "page-break 1/1"}},
		{"front matter before the first", []string{"制定日：令和 4 年 4 月 1 日", "（村報第3号）", "子", "第1条 丑。"}, []string{"1[]", "1/1[]丑。"}},
		{"R14 caption without brackets is none", []string{"甲", "第1条 子。"}, []string{"1[]", "1/1[]子。"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if d := gocmp.Diff(tc.want, ids(t, Articles, tc.lines...)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1.1.1に定める。":       "",
		"1.1.1ア(1)による。":    "",
		"1.1.1～1.1.2に定める。": "",
		"1.1.9に定める。":       "unresolved-reference",
		"1.1.1イの定めに基づく。":   "unresolved-reference",
		"1.1.1 イスを置く。":     "",
		"1.9の定めによる。":       "unresolved-reference",
		"1.9倍にする。":         "",
		"TLS 1.9 による。":     "",
		"第 1.9 版による。":      "",
		"「1.1 乙」を見る。":      "",
		"「1.1 己」を見る。":      "title-differs",
		"「1.9 己」を見る。":      "unresolved-reference",
		"隣町の基準1.1の定めによる。":  "unresolved-reference",
		"題名1.1の定めによる。":     "",
		"地方公務員法第99条による。":   "",
		"条例（平成9年条例第4号）第98条及び第99条による。": "",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			data := title + "\n1. 甲\n1.1 乙\n1.1.1 丙\nア 子\n(1) 丑。\n1.1.2 丁\n" + text
			found := ""
			for _, d := range parse(t, []byte(data), []Spec{{ID: "d", Title: title, Form: Numbered, Main: true}}).Defects {
				found += string(d.Kind)
			}
			if found != want {
				t.Errorf("%q, want %q", found, want)
			}
		})
	}
	for text, want := range map[string]string{
		"第2条に従う。":           "",
		"第2条第1号に従う。":        "",
		"第2条第1項第1号に従う。":     "",
		"第2条第2号に従う。":        "unresolved-reference",
		"第1条から第3条までに従う。":    "unresolved-reference",
		"地方公務員法第3条に従う。":     "",
		"村条例第3条及び第9条に従う。":   "",
		"村条例第3条に従い、第9条による。": "unresolved-reference",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			data := title + "\n第1条 " + text + "\n第2条 乙。\n(1) 丙。\n"
			found := ""
			for _, d := range parse(t, []byte(data), []Spec{{ID: "d", Title: title, Form: Articles, Main: true}}).Defects {
				found += string(d.Kind)
			}
			if found != want {
				t.Errorf("%q, want %q", found, want)
			}
		})
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Form{
		"水をやらなければならない。":     Explicit,
		"水をやらなければならない":      Explicit,
		"水をやらなければならぬ。":      Explicit,
		"水をやらねばならない。":       Explicit,
		"水をやってはならない（冬は除く）。": Explicit,
		"水をやってはならない（冬は除く。）": Explicit,
		"専門の者でなければならない。":    Explicit,
		"水をやること。":           Explicit,
		"水をやること":            None,
		"水をやるものとする。":        Explicit,
		"水をやることとする。":        Explicit,
		"許可を必要とする。":         Explicit,
		"冬は入ることはできない。":      Explicit,
		"朝が望ましい。":           Explicit,
		"朝に努める。":            Explicit,
		"長の許可を得て、入ることができる。": Conditional,
		"長が認めた者は、入ることもできる。": Conditional,
		"入ることができる。":         None,
		"入ることができるよう、許可する。":  Plain,
		"水をやる。":             Plain,
		"水をやる":              None,
		"苗をいう。":             None,
		"苗をいう（枯れ苗を除く）。":     None,
		"苗（枯れた苗。以下同じ。）をいう。": None,
		"この限りではない。":         None,
		"長を代理とする。":          None,
		"水（井戸の水。）をやる。":      Plain,
		"水（井戸をやる。のむ。":       Plain,
		"苗は（赤）」である。水をやること。": Explicit,
		"長の権限を有する。許可を得て、入ることができる。水をやる。": Conditional,
	} {
		if got := strongest(sentences(text)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if got := len(sentences("一（二。三）四。五。六")); got != 3 {
		t.Errorf("%d sentences, want 3", got)
	}
}

func TestOldForms(t *testing.T) {
	t.Parallel()
	pairs := []rune(oldForms)
	if len(pairs)%2 != 0 || len(modern)*2 != len(pairs) {
		t.Errorf("%d characters, %d old forms", len(pairs), len(modern))
	}
	for old, now := range modern {
		if _, also := modern[now]; also || old == now {
			t.Errorf("%c for %c", now, old)
		}
	}
	for r, want := range map[rune]bool{'實': true, '⻑': true, '\uf9dd': true, '実': false, '々': false, 'カ': false, 'Ⅰ': false} {
		if _, old := modernForm(r); old != want {
			t.Errorf("%c is an old form: %v", r, old)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	two := []Spec{{ID: "a", Title: "甲"}, {ID: "b", Title: "乙", Form: Articles}}
	for name, tc := range map[string]struct {
		data string
		want []string
	}{
		"no title":          {"1. 子\n甲である\n- 乙\n", []string{"3行目: 題名「甲」の行がありません。1行目から", "3行目: 題名「乙」の行がありません。1行目から"}},
		"second missing":    {"\n甲\n1. 子\n", []string{"3行目: 題名「乙」の行がありません。2行目（「甲」）から"}},
		"title twice":       {"甲\n1. 子\n乙\n第1条 丑。\n 甲\u3000\n", []string{"5行目: 題名「甲」の行が複数あります（1行目、5行目）"}},
		"nothing numbered":  {"\n甲\n1.\t子\t1\n乙\n第2条 丑。\n", []string{"2行目: この題名（甲）の文書に、本文の始まりとなる見出し「1. …」がありません", "4行目: この題名（乙）の文書に、本文の始まりとなる第1条がありません"}},
		"two of one id":     {"甲\n1. 子\n乙\n第1条 丑。\n（備考）\n寅。\n（備考）\n", []string{"7行目: 条項 b:備考 が5行目にもあります"}},
		"not UTF-8":         {"甲\n1. 子\xff\n", []string{"2行目の7バイト目"}},
		"UTF-16":            {"\xff\xfe2u\n\x00", []string{"1行目の1バイト目", "UTF-16"}},
		"CP932":             {"\x8d\x62\n1. \x8e\x71\n", []string{"1行目の1バイト目", "Shift_JIS"}},
		"control character": {"甲\n1. 子\x00\n", []string{"2行目の7バイト目"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := Parse([]byte(tc.data), two)
			if err == nil || text != nil || errs.KindOf(err) != errs.Invalid {
				t.Fatalf("%v, %v", text, err)
			}
			for _, want := range tc.want {
				if !strings.Contains(errs.Message(err), want) {
					t.Errorf("%s\nlacks %s", errs.Message(err), want)
				}
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	data := title + "\n1. 甲乙\n\n子は丑\n\nを寅に\nに卯する。\n辰\t巳\nア 午。\n"
	text := parse(t, []byte(data), []Spec{{ID: "d", Title: title, Main: true}})
	for words, want := range map[string]int{"甲乙": 2, "子は丑": 4, "丑を寅": 4, "を寅": 6, "寅に卯する": 2, "巳": 8, "午": 0} {
		kind, line := Kind("wrong-word"), want
		if want == 0 {
			kind, line = KnownDefectAbsent, 2
		}
		got := Find(text, []Known{{Clause: "1", Words: words, Kind: "wrong-word", Note: "注", Reading: "正"}})
		if len(got) != 1 || got[0].Kind != kind || got[0].Line != line || got[0].Clause != "1" || !strings.Contains(got[0].Note, "「正」と読む") {
			t.Errorf("%s: %v, want line %d", words, got, line)
		}
	}
	got := Find(text, []Known{{Clause: "9", Words: "甲", Kind: "wrong-word"}})
	if len(got) != 1 || got[0].Kind != KnownDefectAbsent || got[0].Line != 0 {
		t.Errorf("%v", got)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	specs := []Spec{{ID: "d", Title: title, Main: true}}
	from := parse(t, []byte(title+"\n1. 甲\n2. 乙\n子は丑。\n3. 丙\n4. 丁\n辰\t巳\n"), specs)
	to := parse(t, []byte(title+"\n1. 甲\n2. 乙 \n\n子 は\n\n丑。\n3. 戊\n4. 丁\n辰\t午\n5. 己\n"), specs)
	if d := gocmp.Diff(Changes{Added: []string{"d:5"}, Changed: []string{"d:3", "d:4"}}, Diff(from, to)); d != "" {
		t.Error(d)
	}
	if d := gocmp.Diff(Changes{Removed: []string{"d:5"}, Changed: []string{"d:3", "d:4"}}, Diff(to, from)); d != "" {
		t.Error(d)
	}
}
