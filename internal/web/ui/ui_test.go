package ui_test

import (
	"bytes"
	"html/template"
	"reflect"
	"strings"
	"testing"

	"github.com/jba/templatecheck"

	"sekimori/internal/web/ui"
	"sekimori/internal/web/webtest"
)

// components is every component with a value that uses all of it. Its template has the name
// of its type in small letters.
func components() []any {
	links := []ui.Link{{Text: "規程", Href: "/policy"}, {Text: "義務", Href: "/duty", Current: true}}
	cell := ui.Cell{{Text: "文"}, {Text: "小", Quiet: true}, {Text: "先", Href: "/x"}, {Text: "札", Tone: ui.Good}, {Text: "小先", Href: "/y", Quiet: true}}
	stat := ui.Stat{Number: "12", Unit: "人", Label: "職員", Href: "/people", Badge: cell[3].Badge()}
	branch := ui.Branch{ID: "u1", Name: ui.Item{Text: "港湾局", Href: "/u1"}, Notes: cell[1:2], Open: true, Branches: []ui.Branch{{Name: ui.Item{Text: "港湾課"}}}}
	version := ui.Version{ID: "v2", When: "令和8年4月1日", Who: "local:root", What: "名前を変えた", Href: "/v2", Notes: cell[:1], Changes: []ui.Change{{Name: "名前", Before: "港課", After: "港湾課"}}}
	return []any{
		ui.Breadcrumbs{Links: links},
		ui.Menu{Links: links},
		ui.Tabs{Label: "表示", Swap: "results", Links: links},
		ui.Notice{Tone: ui.Warn, Title: "題", Lines: []string{"一行"}, Links: links},
		cell[3].Badge(),
		cell[1],
		cell,
		ui.DescriptionList{Items: []ui.Description{{Term: "語", Cell: cell}, {Term: "空"}}},
		ui.Table{
			Caption: "表", Stack: true, Columns: []ui.Column{{Title: "名", Head: true}, {Title: "数", Number: true}, {Title: "日", Keep: true}},
			Rows: []ui.Row{{ID: "r1", Cells: []ui.Cell{ui.Text("甲"), ui.Text("1"), cell, ui.Text("列より多い")}}},
		},
		ui.SearchForm{
			Action: "/duty", Swap: "results", Clear: "/duty",
			Fields: []ui.Field{
				{Name: "q", Label: "言葉", Help: "二文字以上", Error: "短い", Value: `"<x>`, Wide: true},
				{Name: "kind", Label: "種類", Value: "b", Options: []ui.Option{{Value: "a", Text: "甲"}, {Value: "b", Text: "乙"}}},
			},
		},
		ui.Field{Name: "q", Label: "言葉"},
		form(),
		form().Summary(),
		form().Buttons,
		form().Buttons.Buttons[0],
		ui.Item{Text: "港湾課", Mark: ui.Added},
		ui.Steps{Label: "手順", Names: []string{"送る", "確かめる", "行う"}, At: 1},
		ui.Progress{Label: "取込", Done: 8, Total: 24},
		ui.Pager{Label: "職員", Swap: "results", Count: "37件", Previous: "/people?before=a", Next: "/people?after=b"},
		ui.Stats{Items: []ui.Stat{stat, {Label: "空席"}}},
		stat,
		ui.Tree{Label: "組織", Branches: []ui.Branch{branch}},
		branch,
		ui.Timeline{Versions: []ui.Version{version, {}}},
		version,
	}
}

// form has every kind of field, each of them wrong.
func form() ui.Form {
	options := []ui.Option{{Value: "a", Text: "甲"}, {Value: "b", Text: "乙"}}
	f := ui.Form{
		Action: "/unit", Message: "入力に誤りがあります。", Errors: []string{"全体の誤り"}, Fields: []ui.Field{
			{Name: "plain", Value: "あ"},
			{Name: "select", Options: options, Value: "b"},
			{Name: "date", Type: ui.Date, Value: "R8.4.1"},
			{Name: "number", Type: ui.Number, Value: "12"},
			{Name: "area", Type: ui.Area, Value: "\n一行\n二行"},
			{Name: "radio", Type: ui.Radio, Options: options, Value: "b"},
			{Name: "checks", Type: ui.Checks, Options: options, Values: []string{"b"}},
			ui.Sure("確かめました"),
			{Name: "upload", Type: ui.Upload, Accept: ".csv", Many: true},
			{Name: "hidden", Type: ui.Hidden, Value: "7"},
		},
		Buttons: ui.Buttons("加える", "/"),
	}
	f.Buttons.Buttons = append(f.Buttons.Buttons, ui.Button{Text: "捨てる", Name: "act", Value: "drop", Tone: ui.Bad}, ui.Button{Text: "あとで", Quiet: true})
	for i := range f.Fields {
		if f.Fields[i].Type != ui.Hidden {
			f.Fields[i].Label, f.Fields[i].Help, f.Fields[i].Error, f.Fields[i].Required = "項目", "説明", "誤り", true
		}
	}
	return f
}

func name(component any) string { return strings.ToLower(reflect.TypeOf(component).Name()) }

func parse(t *testing.T) *template.Template {
	t.Helper()
	tmpl, err := ui.Add(template.New("test"))
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func render(t *testing.T, tmpl *template.Template, component any) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tmpl.ExecuteTemplate(&b, name(component), component); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestComponentsFitTheirTemplates(t *testing.T) {
	t.Parallel()
	tmpl := parse(t)
	for _, c := range components() {
		if err := templatecheck.CheckHTMLStrict(tmpl.Lookup(name(c)), c); err != nil {
			t.Errorf("%s: %v", name(c), err)
		}
	}
}

func TestComponentsAreWellFormed(t *testing.T) {
	t.Parallel()
	tmpl := parse(t)
	for _, c := range components() {
		zero := reflect.Zero(reflect.TypeOf(c)).Interface()
		for _, f := range webtest.Malformed(render(t, tmpl, c)) {
			t.Errorf("%s: %s", name(c), f)
		}
		if name(c) == "field" {
			continue // a field without a name is no field; it is seen in its form only
		}
		for _, f := range webtest.Malformed(render(t, tmpl, zero)) {
			t.Errorf("empty %s: %s", name(c), f)
		}
	}
}

func TestEveryTemplateHasAComponent(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"test": true, "fieldwords": true, "fieldattributes": true, "gridcell": true, "cellattributes": true} // parts of field
	for _, c := range components() {
		known[name(c)] = true
	}
	for _, tmpl := range parse(t).Templates() {
		if !known[tmpl.Name()] && !strings.HasSuffix(tmpl.Name(), ".html") {
			t.Errorf("template %q belongs to no component", tmpl.Name())
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	tmpl := parse(t)
	table := ui.Table{Caption: "義務", Columns: []ui.Column{{Title: "条", Head: true}, {Title: "件数", Number: true}}}
	doc := webtest.Parse(t, render(t, tmpl, table))
	if got, want := doc.One(t, "td.nothing").Text(), "該当するものはありません。"; got != want {
		t.Errorf("empty table says %q, want %q", got, want)
	}
	if got := doc.One(t, "td.nothing").Attr("colspan"); got != "2" {
		t.Errorf("colspan = %q, want 2", got)
	}
	table.Rows = []ui.Row{{Cells: []ui.Cell{ui.Anchor("4.1", "/c"), ui.Text("7")}}}
	doc = webtest.Parse(t, render(t, tmpl, table))
	if got := doc.One(t, "tbody th[scope=row] a[href=/c]").Text(); got != "4.1" {
		t.Errorf("row header = %q", got)
	}
	if got := doc.One(t, "td.number").Attr("data-label"); got != "件数" {
		t.Errorf("label of a cell = %q", got)
	}
	frame := doc.One(t, "div.table")
	if frame.Attr("tabindex") != "0" || frame.Attr("aria-label") != "義務" {
		t.Error("a table that scrolls cannot be reached by keyboard")
	}
}

func TestLinksThatRunAreRefused(t *testing.T) {
	t.Parallel()
	got := render(t, parse(t), ui.Anchor("x", "javascript:alert(1)"))
	if faults := webtest.Malformed(got); len(faults) != 1 {
		t.Errorf("%s: %v", got, faults)
	}
}

func TestFieldSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	tmpl := parse(t)
	form := ui.SearchForm{Fields: []ui.Field{{Name: "q", Label: "言葉", Help: "二文字以上", Error: "短すぎます", Value: "あ"}, {Name: "r", Label: "役割"}}}
	doc := webtest.Parse(t, render(t, tmpl, form))
	input := doc.One(t, "input#q[aria-invalid=true]")
	if got := input.Attr("aria-describedby"); got != "q-help q-error" {
		t.Errorf("aria-describedby = %q", got)
	}
	if got := input.Attr("value"); got != "あ" {
		t.Errorf("value = %q", got)
	}
	summary := doc.One(t, "div.faults[autofocus] a[href=#q]")
	if got := summary.Text(); got != "言葉：短すぎます" {
		t.Errorf("summary = %q", got)
	}
	form.Fields[0].Error = ""
	if found := webtest.Parse(t, render(t, tmpl, form)).All("div.faults"); len(found) != 0 {
		t.Error("a summary without errors")
	}
}
