package people

import (
	"context"
	"strconv"

	"sekimori/internal/base/errs"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/search"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// findView looks for people, units, systems and posts by one word.
type findView struct {
	web.Page
	Sides   ui.Tabs
	Form    ui.SearchForm
	Results findResults
}

type findResults struct {
	Said   string
	Behind ui.Notice
	Tables []ui.Table
}

// fewFound is how many of each kind are shown; the list of the kind shows the others.
const fewFound = 10

func (p pages) find(ctx context.Context, r *web.Request) (findView, error) {
	words := r.Query("q")
	v := findView{Page: r.Page("組織と職員をさがす"), Sides: feature.SearchSides("/find", words)}
	v.Form = ui.SearchForm{Action: "/find", Swap: "results", Submit: "さがす", Fields: []ui.Field{{
		Name: "q", Label: "職員、組織、業務システム、職をさがす", Value: words, Wide: true, Help: "名前、読み、番号、コードの一部。職員は、あなたが見てよい人だけが出ます。",
	}}}
	if words == "" {
		return v, nil
	}
	if err := search.Check(words); err != nil {
		v.Form.Fields[0].Error = errs.Message(err)
		return v, nil
	}
	err := p.d.on(ctx, r.Actor(), p.d.today(), func(s snapshot) error {
		ready, err := search.Ready(ctx, s)
		if err != nil {
			return err
		}
		v.Results = findResults{}
		if !ready {
			v.Results.Behind = ui.Notice{Tone: ui.Warn, Title: "索引を作り直しています", Lines: []string{"いまは見つからないものがあります。しばらく待ってから、もう一度さがしてください。"}}
		}
		scopes := map[string]search.Scope{org.Units.Kind(): search.Anywhere{}, org.Systems.Kind(): search.Anywhere{}, org.Posts.Kind(): search.Anywhere{}}
		if r.Actor().Can(access.PeopleRead) {
			scopes[org.People.Kind()] = s.people
		}
		groups, err := p.d.index.Groups(ctx, s, s.View, words, scopes, fewFound)
		found, more := 0, ""
		for _, g := range groups {
			found += len(g.Items)
			if g.More {
				more = "以上"
			}
			v.Results.Tables = append(v.Results.Tables, foundTable(p.asOf(r), g))
		}
		v.Results.Said = "「" + words + "」が" + strconv.Itoa(found) + "件" + more + "見つかりました。"
		return err
	})
	return v, err
}

// foundTable is what was found of one kind.
func foundTable(d asOf, g search.Group) ui.Table {
	title := map[string]string{org.People.Kind(): "職員", org.Units.Kind(): "組織", org.Systems.Kind(): "業務システム", org.Posts.Kind(): "職"}[g.Kind]
	if g.More {
		title += "（はじめの" + ui.Figure(len(g.Items)) + "件。言葉を足すと絞れます）"
	}
	t := ui.Table{Caption: title, Columns: []ui.Column{{Title: "名前", Head: true}, {Title: "番号・コード"}}}
	for _, item := range g.Items {
		href := map[string]string{
			org.People.Kind(): "/people/" + item.ID, org.Units.Kind(): "/org/unit/" + item.ID, org.Systems.Kind(): d.href("/systems") + "#" + item.ID, org.Posts.Kind(): d.href("/posts") + "#" + item.ID,
		}[g.Kind]
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(item.Title, href), ui.Text(item.Note)}})
	}
	return t
}
