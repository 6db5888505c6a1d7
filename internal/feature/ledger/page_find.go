package ledger

import (
	"context"
	"net/url"
	"strconv"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// findView looks for words in all registers that the reader may see.
type findView struct {
	web.Page
	Sides   ui.Tabs
	Form    ui.SearchForm
	Results findResults
}

type findResults struct {
	Said   string
	Tables []ui.Table
	More   []ui.Link // the lists of which not all is shown
}

// fewFound is how many entries of each register are shown.
const fewFound = 10

func (p pages) find(ctx context.Context, r *web.Request) (findView, error) {
	words := r.Query("q")
	v := findView{Page: r.Page("台帳の記録をさがす"), Sides: feature.SearchSides("/ledger/find", words)}
	v.Form = ui.SearchForm{Action: "/ledger/find", Swap: "results", Submit: "さがす", Fields: []ui.Field{{
		Name: "q", Label: "台帳の記録をさがす", Value: words, Wide: true, Help: "番号や名称の一部。あなたが見てよい記録だけが出ます。",
	}}}
	if words == "" {
		return v, nil
	}
	if err := search.Check(words); err != nil {
		v.Form.Fields[0].Error = errs.Message(err)
		return v, nil
	}
	err := p.log.DB().View(ctx, func(reader db.Reader) error {
		desks, err := p.s.All(ctx, reader, r.Actor())
		if err != nil {
			return err
		}
		v.Results = findResults{}
		found, more := 0, ""
		for _, d := range desks {
			entries, next, err := d.Search(words, register.Query{Limit: fewFound}, search.Cursor{})
			if errs.KindOf(err) == errs.Unavailable { // the index is being made
				v.Form.Fields[0].Error = errs.Message(err)
				return nil
			}
			if err != nil {
				return err
			}
			if len(entries) == 0 {
				continue
			}
			t, err := table(d, entries)
			if err != nil {
				return err
			}
			found += len(entries)
			v.Results.Tables = append(v.Results.Tables, t)
			if next != (search.Cursor{}) {
				more = "以上"
				v.Results.More = append(v.Results.More, ui.Link{Text: d.Kind.Title + "でさらに見る", Href: href(d.Book) + "?" + url.Values{"q": {words}}.Encode()})
			}
		}
		v.Results.Said = "「" + words + "」が" + strconv.Itoa(found) + "件" + more + "見つかりました。"
		return nil
	})
	return v, err
}
