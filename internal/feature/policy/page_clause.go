package policy

import (
	"context"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// chapterView shows one chapter: each clause, and its duties beside it.
type chapterView struct {
	web.Page
	Import   ui.Notice
	Chapters ui.Tabs
	Clauses  []clauseView
	Next     *ui.Link
}

// clauseView is one clause with what follows from it.
type clauseView struct {
	Anchor  string
	Number  string
	Heading string
	Href    string
	Depth   int // 1 for a chapter, one more for each level below
	Lines   []string
	Table   ui.Table
	Duties  []dutyView
	Reason  string  // why it has none, where the pack says so
	By      ui.Cell // the clause that the reason names
}

// Beside reports whether anything stands beside the text.
func (v clauseView) Beside() bool { return len(v.Duties) > 0 || v.Reason != "" }

func (b *Book) clauseView(e Entry) clauseView {
	v := clauseView{
		Anchor: e.ID, Number: b.Number(e), Heading: b.heading(e), Href: clauseHref(b, e),
		Depth: 1 + strings.Count(e.ID, "/") + strings.Count(e.ID, "."),
	}
	if e.Words != nil {
		if e.Words.Text != "" {
			v.Lines = strings.Split(e.Words.Text, "\n")
		}
		v.Table = printedTable(v.Number, e.Words.Table)
	}
	for _, d := range e.Duties {
		v.Duties = append(v.Duties, b.dutyView(d))
	}
	if e.Reason != nil {
		v.Reason = e.Reason.Reason.Title()
		for _, ref := range []string{e.Reason.By, e.Reason.Of} {
			if ref != "" {
				v.By = append(v.By, clauseItem(b, ref))
			}
		}
	}
	return v
}

// printedTable shows a table of the official text; its first row is its head. A column without
// a title continues the one before it.
func printedTable(number string, rows [][]string) ui.Table {
	if len(rows) == 0 {
		return ui.Table{}
	}
	t := ui.Table{Caption: number + " の表"}
	for i, c := range rows[0] {
		if c == "" && i > 0 {
			c = strings.TrimSuffix(t.Columns[i-1].Title, "（続き）") + "（続き）"
		}
		t.Columns = append(t.Columns, ui.Column{Title: c, Head: i == 0})
	}
	for _, r := range rows[1:] {
		var row ui.Row
		for _, c := range r {
			row.Cells = append(row.Cells, ui.Text(strings.Split(c, "\n")...))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p pages) chapter(ctx context.Context, r *web.Request) (chapterView, error) {
	b, err := p.book(ctx, r)
	if err != nil {
		return chapterView{}, err
	}
	document, chapter := r.Path("document"), r.Path("chapter")
	d, ok := documentOf(b, document)
	entries := b.Chapter(document, chapter)
	if !ok || len(entries) == 0 {
		return chapterView{}, errs.New(errs.NotFound, "この章はありません。")
	}
	v := chapterView{Page: r.Page(b.Name(entries[0]), above(b)...), Import: howToImport(b), Chapters: ui.Tabs{Label: "章"}}
	v.Kicker = d.Title
	chapters := b.Chapters(document)
	for i, e := range chapters {
		at := e.Clause.Chapter()
		v.Chapters.Links = append(v.Chapters.Links, ui.Link{Text: b.Number(e), Href: chapterHref(b, document, at), Current: at == chapter})
		if at == chapter && i+1 < len(chapters) {
			n := chapters[i+1]
			v.Next = &ui.Link{Text: "次の章: " + b.Name(n), Href: chapterHref(b, document, n.Clause.Chapter())}
		}
	}
	for _, e := range entries {
		v.Clauses = append(v.Clauses, b.clauseView(e))
	}
	return v, nil
}

// oneClauseView is the page of one clause: what a link to a clause leads to.
type oneClauseView struct {
	web.Page
	Import  ui.Notice
	Clause  clauseView
	Facts   ui.DescriptionList
	Below   []clauseView
	Chapter ui.Link
}

func (p pages) clause(ctx context.Context, r *web.Request) (oneClauseView, error) {
	b, err := p.book(ctx, r)
	if err != nil {
		return oneClauseView{}, err
	}
	document, id, _ := strings.Cut(r.Path("clause"), ":")
	e, ok := b.Entry(b.Ref(document, id))
	if !ok {
		return oneClauseView{}, errs.New(errs.NotFound, "この条項はありません。")
	}
	d, _ := documentOf(b, document)
	chapter := b.Chapters(document)
	v := oneClauseView{Page: r.Page(b.Name(e), above(b)...), Import: howToImport(b), Clause: b.clauseView(e)}
	v.Kicker = d.Title
	v.Facts.Items = append(v.Facts.Items, ui.Description{Term: "条項の番号", Cell: ui.Text(b.FullID(e.Ref))})
	if e.Words != nil {
		v.Facts.Items = append(v.Facts.Items, ui.Description{Term: "取り込んだ本文の行", Cell: ui.Text(line(e.Words.Line))})
	}
	for _, c := range chapter {
		if c.Clause.Chapter() == e.Clause.Chapter() {
			v.Chapter = ui.Link{Text: b.Name(c) + " の全体", Href: chapterHref(b, document, c.Clause.Chapter()) + "#" + e.ID}
		}
	}
	for _, x := range b.Chapter(document, e.Clause.Chapter()) {
		if strings.HasPrefix(x.ID, e.ID+"/") || strings.HasPrefix(x.ID, e.ID+".") {
			v.Below = append(v.Below, b.clauseView(x))
		}
	}
	return v, nil
}
