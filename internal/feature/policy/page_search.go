package policy

import (
	"context"
	"strconv"

	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// Limits of search: what a person types, and what a person reads.
const (
	maxQuery = 100 // characters
	maxHits  = 200 // clauses shown
)

// searchView is the search page; Results is what the form replaces.
type searchView struct {
	web.Page
	Sides   ui.Tabs
	Form    ui.SearchForm
	Results resultsView
}

// resultsView is what was found, by regime.
type resultsView struct {
	Said   string
	Tables []ui.Table
}

func searchForm(query string) ui.SearchForm {
	f := ui.SearchForm{Action: "/search", Submit: "さがす", Fields: []ui.Field{{
		Name: "q", Label: "条項と義務をさがす", Value: query, Wide: true,
		Help: "言葉を空白で区切ると、すべてを含む条項を示します。全角と半角、大文字と小文字は区別しません。",
	}}}
	if len([]rune(query)) > maxQuery {
		f.Fields[0].Error = strconv.Itoa(maxQuery) + "字までにしてください"
	}
	return f
}

func (p pages) search(ctx context.Context, r *web.Request) (searchView, error) {
	query := r.Query("q")
	v := searchView{Page: r.Page("条項と義務をさがす"), Form: searchForm(query)}
	v.Form.Swap = "results"
	if r.Actor().Can(access.OrgRead) {
		v.Sides = feature.SearchSides("/search", query)
	}
	if query == "" || len(v.Form.Faults()) > 0 {
		return v, nil
	}
	packs, err := p.s.Packs(ctx)
	if err != nil {
		return v, err
	}
	found := 0
	for _, pack := range packs {
		b, err := p.s.Book(ctx, pack.ID+"@"+pack.Edition)
		if err != nil {
			return v, err
		}
		hits := b.Search(query)
		if found += len(hits); len(hits) == 0 {
			continue
		}
		v.Results.Tables = append(v.Results.Tables, b.hitTable(hits))
	}
	v.Results.Said = "「" + query + "」を含む条項は" + strconv.Itoa(found) + "件です。"
	return v, nil
}

func (b *Book) hitTable(hits []Hit) ui.Table {
	caption := b.Title + "（" + strconv.Itoa(len(hits)) + "件"
	if len(hits) > maxHits {
		caption += "のうち先頭の" + strconv.Itoa(maxHits) + "件"
		hits = hits[:maxHits]
	}
	t := ui.Table{Caption: caption + "）", Stack: true, Columns: []ui.Column{{Title: "条項", Head: true, Keep: true}, {Title: "見出し"}, {Title: "見つかったところ"}, {Title: "義務", Number: true}}}
	for _, h := range hits {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{clauseItem(b, h.Entry.Ref)}, ui.Text(h.Entry.Title), ui.Text(h.Passage), ui.Text(strconv.Itoa(len(h.Entry.Duties))),
		}})
	}
	return t
}
