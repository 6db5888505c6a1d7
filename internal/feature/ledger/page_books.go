package ledger

import (
	"context"
	"net/url"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// booksView lists the registers that the reader may see.
type booksView struct {
	web.Page
	Policies []policyView
	None     ui.Notice
}

type policyView struct {
	Title string
	Table ui.Table
}

func (p pages) books(ctx context.Context, r *web.Request) (booksView, error) {
	v := booksView{Page: r.Page("台帳")}
	v.Lead = "あなたの権限の範囲の記録だけを数え、示します。"
	err := p.log.DB().View(ctx, func(reader db.Reader) error {
		v.Policies = nil
		desks, err := p.s.All(ctx, reader, r.Actor())
		if err != nil {
			return err
		}
		for _, d := range desks {
			b := d.Book
			n, err := d.Count(register.Query{})
			if err != nil {
				return err
			}
			if len(v.Policies) == 0 || v.Policies[len(v.Policies)-1].Title != b.Policy {
				v.Policies = append(v.Policies, policyView{b.Policy, ui.Table{Caption: b.Policy + "の台帳", Stack: true, Columns: []ui.Column{{Title: "台帳", Head: true}, {Title: "件数", Number: true}, {Title: "すること"}}}})
			}
			t := &v.Policies[len(v.Policies)-1].Table
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(b.Kind.Title, href(d.Book)), ui.Text(ui.Count(n, register.CountLimit)), doings(d)}})
		}
		return nil
	})
	if len(v.Policies) == 0 {
		v.None = ui.Notice{Tone: ui.Info, Title: "見られる台帳がありません。", Lines: []string{"台帳は、規程の版が適用されるとできます。適用されているのに見えないときは、所属長に相談してください。"}}
	}
	return v, err
}

// doings leads to what the reader may do with a register.
func doings(d *register.Desk) ui.Cell {
	var cell ui.Cell
	if !d.Adding().Empty() {
		cell = append(cell, ui.Item{Text: d.Entry + "を加える", Href: href(d.Book) + "/new"})
	}
	if _, _, ok := d.Offered(); ok && !d.Adding().Empty() {
		cell = append(cell, ui.Item{Text: "見本からまとめて加える", Href: href(d.Book) + "/examples"})
	}
	if d.Kind.Confirm != nil {
		cell = append(cell, ui.Item{Text: "棚卸", Href: href(d.Book) + "/confirm"})
	}
	return cell
}

// href is the page of a register.
func href(b *register.Book) string {
	return "/ledger/" + url.PathEscape(b.Regime) + "/" + url.PathEscape(b.Kind.ID)
}

// entryHref is the page of an entry.
func entryHref(b *register.Book, e register.Entry) string {
	return href(b) + "/entry/" + string(e.ID)
}

// way leads to the pages of a register.
func way(d *register.Desk) []ui.Link {
	return []ui.Link{{Text: "台帳", Href: "/ledger"}, {Text: d.Kind.Title, Href: href(d.Book)}}
}
