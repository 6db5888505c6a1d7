package web_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// The gallery is a feature with every component on its pages, in the words of the real ones.

type duties struct {
	web.Page
	Form  ui.SearchForm
	Tabs  ui.Tabs
	Count string
	Table ui.Table
}

type clauses struct {
	web.Page
	Facts   ui.DescriptionList
	Notice  ui.Notice
	Warning ui.Notice
	Tabs    ui.Tabs
	Classes ui.Table
}

func gallery() web.Part {
	return web.Part{
		Pages: fstest.MapFS{
			"page/duties.html": {Data: []byte(`{{define "main"}}{{template "#results" .}}{{end}}
{{define "#results"}}<div id="results">{{template "searchform" .Form}}{{template "tabs" .Tabs}}
<h2>結果</h2><p data-say>{{.Count}}</p>{{template "table" .Table}}</div>{{end}}`)},
			"page/part_facts.html": {Data: []byte(`{{define "facts"}}{{template "descriptionlist" .}}{{end}}`)},
			"page/clauses.html": {Data: []byte(`{{define "main"}}{{template "notice" .Warning}}{{template "facts" .Facts}}
{{template "tabs" .Tabs}}<h2>条文</h2><p>章を開くと、条と項、そこから生じる義務の数が見えます。条の番号を選ぶと、原文と義務を並べて読めます。</p>
<h2>分類</h2>{{template "table" .Classes}}{{template "notice" .Notice}}{{end}}`)},
		},
		Routes: []web.Route{
			web.Get("/{$}", access.PolicyRead, "clauses", showClauses),
			web.Get("/duty", access.DutyRead, "duties", listDuties),
			web.Get("/duty/{id}", access.DutyRead, "duties", func(_ context.Context, r *web.Request) (duties, error) {
				switch r.Path("id") {
				case "panic":
					panic("at the disco")
				case "broken":
					return duties{}, context.DeadlineExceeded
				case "busy":
					return duties{}, errs.Wrap(context.DeadlineExceeded, errs.Unavailable, "混み合っています。")
				}
				return duties{}, errs.New(errs.NotFound, "義務 <%s> はありません。", r.Path("id"))
			}),
		},
	}
}

func listDuties(_ context.Context, r *web.Request) (duties, error) {
	v := duties{Page: r.Page("義務を探す", ui.Link{Text: "最初のページ", Href: "/"})}
	v.Lead = "誰が、何を、いつまでに行い、どの記録で示すか。"
	q, kind := r.Query("q"), r.Query("kind")
	field := ui.Field{Name: "q", Label: "言葉", Help: "条の番号、役割、義務の文から探します。", Value: q, Wide: true}
	if len([]rune(q)) == 1 {
		field.Error = "2文字以上で入力してください。"
	}
	v.Form = ui.SearchForm{Action: "/duty", Swap: "results", Clear: "/duty", Fields: []ui.Field{
		field,
		{Name: "kind", Label: "種類", Value: kind, Options: []ui.Option{{Text: "すべて"}, {Value: "must", Text: "しなければならない"}, {Value: "must-not", Text: "してはならない"}}},
	}}
	v.Tabs = ui.Tabs{Label: "表示", Swap: "results", Links: []ui.Link{
		{Text: "すべて", Href: "/duty", Current: kind == ""},
		{Text: "してはならない", Href: "/duty?kind=must-not", Current: kind == "must-not"},
	}}
	v.Table = ui.Table{
		Caption: "義務の一覧", Stack: true,
		Columns: []ui.Column{{Title: "条", Head: true, Keep: true}, {Title: "義務"}, {Title: "担う役割"}, {Title: "種類", Keep: true}, {Title: "実施状況"}},
	}
	for _, d := range sample() {
		if strings.Contains(d.text, q) && (kind == "" || d.kind == kind) {
			v.Table.Rows = append(v.Table.Rows, d.row())
		}
	}
	v.Count = "見つかりませんでした。"
	if n := len(v.Table.Rows); n > 0 {
		v.Count = "義務が" + string(rune('0'+n)) + "件あります。"
	}
	return v, nil
}

type sampleDuty struct {
	clause, text, kind, status string
	who                        []string
	tone                       ui.Tone
}

func sample() []sampleDuty {
	return []sampleDuty{
		{"4.2/ア", "管理する資産を台帳に記し、年に一度は棚卸をする。", "must", "実施済", []string{"課の管理者"}, ui.Good},
		{"4.2/ケ", "資産を捨てるときは、戻せないように消し、日時、担当者、方法を記録する。", "must", "期限超過", []string{"課の管理者", "システムの管理者"}, ui.Bad},
		{"6.1.4/ウ", "許可を受けずに端末を外へ持ち出さない。", "must-not", "未対応", []string{"すべての職員"}, ui.Neutral},
		{"7.3.2(2)", "事故の知らせを受けたら、定めた順に報告する。", "must", "実施中", []string{"課の管理者"}, ui.Info},
		{"8.3.1/イ", "代行者の期限が近いときは、指名をやり直す。", "must", "要確認", []string{"課の管理者"}, ui.Warn},
	}
}

func (d sampleDuty) row() ui.Row {
	kind := "しなければならない"
	if d.kind == "must-not" {
		kind = "してはならない"
	}
	var who ui.Cell
	for _, w := range d.who {
		who = append(who, ui.Item{Text: w, Href: "/"})
	}
	return ui.Row{Cells: []ui.Cell{ui.Anchor(d.clause, "/"), ui.Text(d.text), who, {{Text: kind, Quiet: true}}, {{Text: d.status, Tone: d.tone}}}}
}

func showClauses(_ context.Context, r *web.Request) (clauses, error) {
	v := clauses{Page: r.Page("情報セキュリティ対策基準", ui.Link{Text: "規程", Href: "/"}, ui.Link{Text: "みなと市", Href: "/"})}
	v.Kicker, v.Lead = "第5.5版", "取り込んだ原文を条ごとに示し、そこから生じる義務と、いまの状況を並べます。"
	v.Warning = ui.Notice{Tone: ui.Warn, Title: "原文に不備があります", Lines: []string{"番号の重なりが2か所、参照先のない条が1か所見つかりました。"}, Links: []ui.Link{{Text: "不備の一覧を見る", Href: "/duty"}}}
	v.Notice = ui.Notice{Title: "この版はまだ適用されていません", Lines: []string{"適用すると、義務と台帳がこの版のものになります。"}}
	v.Facts = ui.DescriptionList{Items: []ui.Description{
		{Term: "施行日", Cell: ui.Text("令和4年4月1日")},
		{Term: "条文", Cell: ui.Text("1,204条（うち義務を定めるもの 611条）")},
		{Term: "原文の照合", Cell: ui.Cell{{Text: "一致", Tone: ui.Good}}},
		{Term: "関わる役割", Cell: ui.Cell{{Text: "最高情報セキュリティ責任者", Href: "/"}, {Text: "情報セキュリティ管理者", Href: "/"}, {Text: "ほか8の役割", Quiet: true}}},
	}}
	v.Tabs = ui.Tabs{Label: "文書の表示", Links: []ui.Link{{Text: "条文", Href: "/", Current: true}, {Text: "役割", Href: "/duty"}, {Text: "分類", Href: "/duty"}, {Text: "標準運用値", Href: "/duty"}}}
	v.Classes = ui.Table{
		Caption: "資産の分類", Columns: []ui.Column{{Title: "軸", Head: true, Keep: true}, {Title: "段階", Keep: true}, {Title: "意味"}, {Title: "資産の数", Number: true}},
		Rows: []ui.Row{
			{Cells: []ui.Cell{ui.Text("機密性"), ui.Text("高い"), ui.Text("もれると市民の権利を損なうもの"), ui.Text("1,208")}},
			{Cells: []ui.Cell{ui.Text("完全性"), ui.Text("ふつう"), ui.Text("書き換えられると業務に小さな支障が出るもの"), ui.Text("96")}},
		},
	}
	return v, nil
}

func config(t *testing.T) web.Config {
	t.Helper()
	return web.Config{
		Product: "関守 Sekimori", Body: "みなと市",
		Menu: web.MenuOf(access.PolicyRead,
			ui.Link{Text: "規程", Href: "/"},
			ui.Link{Text: "義務", Href: "/duty"},
			ui.Link{Text: "さがす", Href: "/search"},
			ui.Link{Text: "組織", Href: "/units"},
			ui.Link{Text: "職員", Href: "/people"},
			ui.Link{Text: "役割を担う人", Href: "/holders"},
			ui.Link{Text: "人事異動", Href: "/import"},
			ui.Link{Text: "証跡", Href: "/trail"},
		),
		Parts:    []web.Part{gallery(), forms(), flows()},
		Identify: func(*http.Request) (*access.Actor, error) { return access.NewProgram("local:root"), nil },
		Ready:    func(context.Context) error { return nil },
		Log:      slog.New(slog.DiscardHandler),
	}
}

func open(t *testing.T, c web.Config) http.Handler {
	t.Helper()
	h, err := web.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// get asks h for a page; headers come in pairs.
func get(t *testing.T, h http.Handler, url string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return ask(t, h, http.MethodGet, url, headers...)
}

func ask(t *testing.T, h http.Handler, method, url string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://localhost:8080"+url, nil)
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
