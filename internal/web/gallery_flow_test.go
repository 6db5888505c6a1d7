package web_test

import (
	"context"
	"sync/atomic"
	"testing/fstest"

	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// The third part of the gallery leads through long things: a tree of units with a history,
// and an import with its steps.

type units struct {
	web.Page
	Stats   ui.Stats
	Tree    ui.Tree
	History ui.Timeline
}

type importing struct {
	web.Page
	Steps    ui.Steps
	Progress ui.Progress
	Done     ui.Notice
	Rows     ui.Table
	Pager    ui.Pager
}

func flows() web.Part {
	var asked atomic.Int64 // the import goes on by a third whenever somebody looks
	return web.Part{
		Pages: fstest.MapFS{
			"page/units.html": {Data: []byte(`{{define "main"}}{{template "stats" .Stats}}<h2>組織</h2>{{template "tree" .Tree}}
<h2>港湾課の履歴</h2>{{template "timeline" .History}}{{end}}`)},
			"page/import.html": {Data: []byte(`{{define "main"}}{{template "steps" .Steps}}{{template "#progress" .}}
<h2>保留の行</h2>{{template "table" .Rows}}{{template "pager" .Pager}}{{end}}
{{define "#progress"}}<div id="progress"{{with .Every}} data-refresh="{{.}}"{{end}}>{{template "progress" .Progress}}{{template "notice" .Done}}</div>{{end}}`)},
		},
		Routes: []web.Route{
			web.Get("/units", access.PeopleRead, "units", showUnits),
			web.Get("/import", access.PeopleRead, "import", func(_ context.Context, r *web.Request) (importing, error) {
				return showImport(r, int(asked.Add(1)))
			}),
		},
	}
}

func showUnits(_ context.Context, r *web.Request) (units, error) {
	v := units{Page: r.Page("組織")}
	v.Stats.Items = []ui.Stat{
		{Number: ui.Figure(1855), Unit: "組織", Label: "いまある組織", Href: "/units"},
		{Number: ui.Figure(33012), Unit: "人", Label: "職員", Href: "/units"},
		{Number: "12", Unit: "件", Label: "空席の役割", Href: "/units", Badge: ui.Badge{Text: "要対応", Tone: ui.Bad}},
		{Number: "4月1日", Label: "次の異動"},
	}
	since := func(name, date string, below ...ui.Branch) ui.Branch {
		return ui.Branch{Name: ui.Item{Text: name, Href: "/units"}, Notes: ui.Cell{{Text: date + "から", Quiet: true}}, Branches: below}
	}
	bureau := since("港湾局", "平成13年4月1日", since("管理課", "平成13年4月1日"), since("港湾課", "令和8年4月1日", since("東ふ頭事務所", "令和8年4月1日")))
	bureau.Open = true
	closed := since("旧港湾振興部", "平成13年4月1日から令和8年3月31日まで、令和8年4月1日", since("振興課", "平成13年4月1日"))
	closed.Notes = append(closed.Notes, ui.Item{Text: "廃止", Tone: ui.Neutral})
	v.Tree = ui.Tree{Label: "組織の木", Branches: []ui.Branch{bureau, closed}}
	v.History.Versions = []ui.Version{
		{When: "令和8年4月1日 0:00", Who: "local:root", What: "名前と上の組織を変えた", Href: "/units", Notes: ui.Text("組織改正（令和8年規則第12号）"), Changes: []ui.Change{
			{Name: "名前", Before: "港課", After: "港湾課"}, {Name: "上の組織", Before: "旧港湾振興部", After: "港湾局"}, {Name: "備考", After: "東ふ頭事務所を置く"},
		}},
		{When: "平成13年4月1日 0:00", Who: "local:import", What: "加えた", Changes: []ui.Change{{Name: "名前", After: "港課"}}},
	}
	return v, nil
}

func showImport(r *web.Request, asked int) (importing, error) {
	v := importing{Page: r.Page("人事異動の取込", ui.Link{Text: "組織", Href: "/units"})}
	v.Steps = ui.Steps{Label: "取込の手順", Names: []string{"ファイルを送る", "内容を確かめる", "取り込む", "保留を片付ける"}, At: 2}
	v.Progress = ui.Progress{Label: "名簿の取込", Unit: "行", Done: min(asked*11000, 33000), Total: 33000}
	if v.Refresh = 1; v.Progress.Percent() == 100 {
		v.Refresh, v.Done = 0, ui.Notice{Tone: ui.Good, Title: "取り込みました"}
	}
	v.Rows = ui.Table{
		Caption: "保留の行", Stack: true, Columns: []ui.Column{{Title: "行", Head: true, Keep: true}, {Title: "変わること"}, {Title: "誤り"}},
		Rows: []ui.Row{
			{Cells: []ui.Cell{ui.Text("人事.csv 12行"), {{Text: "情報課長", Mark: ui.Removed}, {Text: "港湾課長", Mark: ui.Added}}, ui.Text("所属コード 0712 はありません。")}},
			{Cells: []ui.Cell{ui.Text("人事.csv 130行"), {{Text: "主事", Mark: ui.Added}}, ui.Text("発令日「令和8年13月1日」は読めません。")}},
		},
	}
	v.Pager = ui.Pager{Label: "保留の行", Count: ui.Count(1000, 1000), Previous: "/import?before=12", Next: "/import?after=130"}
	return v, nil
}
