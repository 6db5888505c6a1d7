package policy

import (
	"context"
	"strconv"

	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// homeView is the first page: which policies are in force here, and a way into each.
type homeView struct {
	web.Page
	Search  ui.SearchForm
	Regimes []regimeCard
}

// regimeCard is one policy on the first page.
type regimeCard struct {
	Title     string
	Href      string
	Facts     ui.DescriptionList
	Documents ui.Table
	Import    ui.Notice
}

func (p pages) home(ctx context.Context, r *web.Request) (homeView, error) {
	v := homeView{Page: r.Page("規程と義務"), Search: searchForm("")}
	v.Lead = "情報セキュリティポリシーの条項と、そこから生じる義務を、条項ごと・役割ごとに読めます。守られているかの判定は、まだ行いません。"
	packs, err := p.s.Packs(ctx)
	if err != nil {
		return v, err
	}
	for _, pack := range packs {
		b, err := p.s.Book(ctx, pack.ID+"@"+pack.Edition)
		if err != nil {
			return v, err
		}
		v.Regimes = append(v.Regimes, b.card())
	}
	return v, nil
}

func (b *Book) card() regimeCard {
	all, unsupported := dutyCount(b.Duties)
	c := regimeCard{Title: b.Title, Href: regimeHref(b, ""), Documents: b.documents(), Import: howToImport(b)}
	duties := ui.Anchor(strconv.Itoa(all)+"件を役割ごとに見る", "/duties/"+b.ID)
	if unsupported > 0 {
		duties = append(duties, ui.Item{Text: "うち" + strconv.Itoa(unsupported) + "件は、示す記録が関守にまだない（未対応）", Quiet: true})
	}
	c.Facts.Items = []ui.Description{
		{Term: "版", Cell: ui.Text("第" + b.Edition + "版（" + b.Main().Effective.Wareki() + "施行）")}, {Term: "義務", Cell: duties},
	}
	return c
}

// documents lists the documents with a way into each chapter.
func (b *Book) documents() ui.Table {
	t := ui.Table{Caption: "文書", Stack: true, Columns: []ui.Column{
		{Title: "文書", Head: true}, {Title: "版", Keep: true}, {Title: "施行", Keep: true}, {Title: "条項", Number: true}, {Title: "義務", Number: true}, {Title: "章"},
	}}
	for _, d := range b.Documents {
		clauses, duties := 0, 0
		for _, e := range b.Entries {
			if e.Document == d.ID {
				clauses++
				duties += len(e.Duties)
			}
		}
		edition := ""
		if d.Edition != "" {
			edition = "第" + d.Edition + "版"
		}
		var chapters ui.Cell
		for _, c := range b.Chapters(d.ID) {
			chapters = append(chapters, ui.Item{Text: b.Name(c), Href: chapterHref(b, d.ID, c.Clause.Chapter())})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.Text(d.Title), ui.Text(edition), ui.Text(d.Effective.Wareki()), ui.Text(strconv.Itoa(clauses)), ui.Text(strconv.Itoa(duties)), chapters,
		}})
	}
	return t
}
