package regime_test

import (
	"errors"
	"strings"
	"testing"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/testkit/tiny"
)

const (
	duties   = "kodama/1.0/duties/rules.yaml"
	sample   = "kodama/1.0/registers/sample.yaml"
	record   = "common/registers/record.yaml"
	outing   = "common/requests/outing.yaml"
	roles    = "kodama/1.0/roles.yaml"
	settings = "common/settings.yaml"
)

// Every fault is one change to one file: what stands there, what is put instead, and what the
// message must say, with the file.
var faults = []struct{ name, file, old, put, want string }{
	{"bare edition", "kodama/1.0/regime.yaml", `edition: "1.0"` + "\ntitle", "edition: 1.0\ntitle", "小数は使えません"},
	{"bare level", "kodama/1.0/classes.yaml", `["0", "1", "2", "3", "4"]`, "[0, 1, 2, 3, 4]", "文字列です"},
	{"bare yes", duties, `answer: "yes"`, "answer: yes", "引用符で囲んで"},
	{"null", settings, "unit: months", "unit: null", "null は使えません"},
	{"no value", settings, "- {id: rule-review, title: 規程の見直しの間隔, unit: months, proposal: 12}", "- id: rule-review\n  title:\n  unit: months\n  proposal: 12", "値がありません"},
	{"float", settings, "proposal: 12", "proposal: 1.5", "小数は使えません"},
	{"hex", settings, "proposal: 12", "proposal: 0x10", "10進の整数"},
	{"anchor", settings, "title: 規程", "title: &a 規程", "アンカー"},
	{"tag", settings, "title: 規程", "title: !x 規程", "タグ"},
	{"merge key", record, "title: 利用記録台帳", "<<: {a: b}\ntitle: 利用記録台帳", "結合キー"},
	{"second document", settings, "- {id: record-check", "---\n- {id: record-check", "1つのファイルに書ける文書は1つ"},
	{"broken yaml", settings, "proposal: 12}", "proposal: 12", "YAMLとして読めません"},
	{"when in a table", sample, "{id: odds, title: 起こりやすさ, type: number", "{id: odds, when: {field: fragile, is: \"yes\"}, title: 起こりやすさ, type: number", "表の中の項目に when"},
	{"file in a table", sample, "{id: what, title: 何が, type: text", "{id: what, title: 何が, type: file", "表の中にファイルは置けません"},
	{"restricted in a table", sample, "{id: what, title: 何が, type: text", "{id: what, restricted: true, title: 何が, type: text", "表全体に書いてください"},
	{"file under record", sample, "title: 写真, type: file", "title: 写真, restricted: true, type: file", "ファイルは要閲覧記録"},
	{"required with a floor", sample, "type: class, list: true, floor: parts", "type: class, list: true, required: true, floor: parts", "floor のある分類に required"},
	{"owner asked at times", sample, "title: 受持ち, type: scope, required: true", "title: 受持ち, type: scope, when: {state: shown}, required: true", "いつも所管が要ります"},
	{"place without an owner", sample, "owner: desk\n", "", "place: true の台帳には owner"},
	{"label of a table", sample, "title: 心配ごと, type: rows", "title: 心配ごと, type: rows, label: true", "label は"},
	{"label of what is restricted", sample, "restricted: true", "restricted: true, label: true", "label は"},
	{"unknown key", duties, "kind: must-not", "kind: must-not\n  kindd: x", "kindd というキーはありません"},
	{"key twice", duties, "kind: must-not", "kind: must-not\n  kind: must-not", "2度あります"},
	{"unknown role", duties, "who: [librarian]", "who: [nobody]", "役割 nobody"},
	{"unknown clause", duties, `clause: "4/3"`, `clause: "9/9"`, "条項 9/9 はありません"},
	{"proposal out of range", settings, "proposal: 12}", "proposal: 12, max: 11}", "範囲（0から11）の外"},
	{"unit of the program", settings, "unit: months", "unit: many", "many は使えません"},
	{"basis without clause", settings, "- {id: rule-review", "- {program: x}\n- {id: rule-review", "clause がありません"},
	{"unknown setting", duties, "reviewed: {setting: rule-review}", "reviewed: {setting: nix}", "設定 nix"},
	{"unknown register", duties, "register: record", "register: nix", "台帳 nix"},
	{"unknown request", duties, "{request: outing, until", "{request: nix, until", "申請 nix"},
	{"unknown document", duties, "document: house-rules", "document: nix", "文書 nix"},
	{"unknown question", duties, "question: no-talk", "question: nix", "質問 nix"},
	{"unknown capability", duties, `{question: no-talk, each: section, answer: "yes", within: {setting: record-check}}`, "{enforced: x.y}", "機能 x.y"},
	{"unknown state", duties, "{state: kept}", "{state: nix}", "状態 nix"},
	{"unknown term", duties, "{term: guarded}", "{term: nix}", "用語 nix"},
	{"unknown field", duties, "before: left_on", "before: nix", "項目 nix"},
	{"unknown option", record, "{field: form, has: disk}", "{field: form, has: nix}", "選択肢"},
	{"unknown level", "kodama/1.0/classes.yaml", `at-least: "3"`, `at-least: "9"`, "選択肢"},
	{"operator does not fit", record, "{field: form, has: disk}", `{field: name, at-least: "3"}`, "比べられません"},
	{"two operators", record, "{field: form, has: disk}", "{field: form, has: disk, is: disk}", "1つだけ"},
	{"too deep", record, "when: {field: form, has: disk}", "when: {not: {not: {not: {not: {field: form, has: disk}}}}}", "入れ子"},
	{"term without class", record, "type: class", "type: text", "分類を持たない"},
	{"who is empty", duties, "who: [librarian]", "who: []", "who が空"},
	{"who cannot answer for the subject", duties, "who: [head]", "who: [librarian]", "行動する者が who にいません"},
	{"duty twice", duties, `clause: "4/2"`, `clause: "4/1"`, "2度あります"},
	{"sentence too long", duties, "借りた人の名前を外で口にしない", strings.Repeat("あ", 59) + "する", "60字まで"},
	{"sentence without verb", duties, "借りた人の名前を外で口にしない", "口外の禁止", "動詞で終えて"},
	{"has can never be unkept", duties, "has: [left_on, going_to]", "has: [going_to]", "どれも様式で必須"},
	{"no check", duties, "  check: {register: record, has: [grade]}\n", "", "check がありません"},
	{"no deciding step", outing, "kind: decide", "kind: agree", "decide"},
	{"route scope", outing, "of: body", "of: subject.name", "scope の項目"},
	{"ref to nothing", outing, "subject: {to: record", "subject: {to: nix", "台帳 nix"},
	{"choice without options", record, ", options: {book: 帳面, card: カード, disk: 円盤}", "", "options"},
	{"field id", record, "id: checked_on", "id: checked-on", "小文字と数字と _"},
	{"field id too long", record, "id: checked_on", "id: " + strings.Repeat("a", 41), "40文字まで"},
	{"table by no option", sample, "stuff: wood}", "stuff: iron}", "stuff に値 iron"},
	{"table by no number", sample, `worst: "5", stuff`, `worst: high, stuff`, "worst に値 high"},
	{"table of no option", sample, "{value: little, ", "{value: none, ", "value none"},
	{"sum of no number", sample, "add: [harm, odds]", "add: [harm, what]", "add は number"},
	{"count of no list", sample, "count: risks", "count: name", "count は"},
	{"highest of no column", sample, "max-of: risks.size", "max-of: risks.nix", "max-of は"},
	{"field twice", record, "id: checked_on", "id: name", "項目 name が2度"},
	{"owner is no scope", record, "owner: desk", "owner: name", "owner"},
	{"slot not bound", roles, ", head: [chief-librarian]", "", "結ばれていません"},
	{"slot unknown", roles, "head: [chief-librarian]}", "head: [chief-librarian], extra: [librarian]}", "extra というキー"},
	{"slot to none but used", roles, "head: [chief-librarian]}", "head: {none: 置かない}}", "役割を持ちません"},
	{"slot and role differ", roles, "id: desk-people", "id: head", "別の役割"},
	{"permission", roles, "regime.activate", "regime.fly", "権限 regime.fly"},
	{"employment", roles, "annual", "yearly", "任用区分 yearly"},
	{"extends nothing", "kodama/1.0/registers/record.yaml", "common/record", "common/nix", "extends"},
	{"drop nothing", "kodama/1.0/requests/outing.yaml", "drop: [went_to]", "drop: [nix]", "drop の nix"},
	{"put after nothing", "kodama/1.0/requests/outing.yaml", "put: going_to", "put: nix", "put の nix"},
	{"common extends", record, "register: record", "extends: common/x\nregister: record", "extends を書けません"},
	{"file name and id", "kodama/1.0/registers/record.yaml", "extends: common/record", "extends: common/record\nregister: other", "ファイル名"},
	{"folder and edition", "kodama/1.0/regime.yaml", "id: kodama", "id: odama", "フォルダー"},
	{"reason", "kodama/1.0/not-a-duty.yaml", "reason: scope", "reason: because", "reason の because"},
	{"not a duty and a duty", "kodama/1.0/not-a-duty.yaml", `"3/1"`, `"3/2"`, "義務もあります"},
	{"principle without by", "kodama/1.0/not-a-duty.yaml", "reason: scope", "reason: principle", "by は principle"},
	{"planned twice over", duties, `check: {request: outing, has: [left_on, going_to], until: recorded}`, "check: {periodic: talk}\n  # \n- {clause: \"4/2\", part: 2, kind: must, who: [anyone], duty: 話す, check: {report: talk}}", "両方で使われています"},
}

func TestFaultsNameFileLineAndColumn(t *testing.T) {
	t.Parallel()
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			text := original(t, f.file)
			if !strings.Contains(text, f.old) {
				t.Fatalf("%s does not hold %q", f.file, f.old)
			}
			_, err := regime.Load(changed(t, map[string]string{f.file: strings.Replace(text, f.old, f.put, 1)}), nil)
			e, ok := errors.AsType[*errs.Error](err)
			if !ok || e.Kind != errs.Invalid {
				t.Fatalf("loaded, or another error: %v", err)
			}
			for _, got := range e.Fields {
				if strings.Contains(got.Message, f.want) {
					if strings.Count(got.Where, ":") != 2 {
						t.Errorf("%s is not file:line:column", got.Where)
					}
					return
				}
			}
			t.Errorf("no fault says %q:\n%s", f.want, errs.Message(err))
		})
	}
}

func TestAllFaultsComeAtOnce(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for file, change := range map[string][2]string{
		duties: {"who: [librarian]", "who: [nobody]"}, record: {"has: disk", "has: nix"}, settings: {"proposal: 12", "proposal: 1.5"},
	} {
		files[file] = strings.Replace(original(t, file), change[0], change[1], 1)
	}
	_, err := regime.Load(changed(t, files), nil)
	for _, want := range []string{"nobody", "nix", "小数"} {
		if !strings.Contains(errs.Message(err), want) {
			t.Errorf("%q is missing in:\n%s", want, errs.Message(err))
		}
	}
}

func TestMissingAndForeignFiles(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"clauses.yaml: ファイルがありません":   {"kodama/1.0/clauses.yaml": ""},
		"roles.yaml: ファイルがありません":     {"kodama/1.0/roles.yaml": ""},
		"notes.txt: パックのファイルではありません": {"kodama/1.0/notes.txt": "x"},
		"x.yml: パックのファイルではありません":     {"kodama/1.0/duties/x.yml": "x"},
	} {
		_, err := regime.Load(changed(t, files), nil)
		if !strings.Contains(errs.Message(err), name) {
			t.Errorf("no fault says %q:\n%v", name, errs.Message(err))
		}
	}
}

func TestACapabilityOfTheProgramCanBeNamed(t *testing.T) {
	t.Parallel()
	text := strings.Replace(original(t, duties), `{question: no-talk, each: section, answer: "yes", within: {setting: record-check}}`, "{enforced: x.y}", 1)
	if _, err := regime.Load(changed(t, map[string]string{duties: text}), []duty.Capability{{ID: "x.y", Title: "例", Test: "TestX"}}); err != nil {
		t.Error(errs.Message(err))
	}
}

// FuzzLoad makes sure that no pack file can break the loader.
func FuzzLoad(f *testing.F) {
	f.Add("kodama/1.0/duties/rules.yaml", "- {clause: \"1\"}")
	f.Add("common/registers/record.yaml", "register: [record]\nfields: {a: b}\n")
	f.Add("kodama/1.0/requests/outing.yaml", "extends: common/outing\nafter: []\nfields: {x: y}\ndrop: x")
	f.Fuzz(func(t *testing.T, name, text string) {
		m := changed(t, nil)
		if _, known := m[name]; !known {
			name = duties
		}
		m[name].Data = []byte(text)
		_, _ = regime.Load(m, nil)
	})
}

func BenchmarkLoadTiny(b *testing.B) {
	for b.Loop() {
		if _, err := regime.Load(tiny.Regimes(), nil); err != nil {
			b.Fatal(err)
		}
	}
}
