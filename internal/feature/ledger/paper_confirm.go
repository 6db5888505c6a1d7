package ledger

import (
	"context"
	"fmt"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/paper"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// confirmPaper is the sheet of one owner (棚卸シート) on A4, broad: a line for each entry with boxes to tick, those that look as if
// something had changed first.
func (p pages) confirmPaper(ctx context.Context, r *web.Request) (web.Attachment, error) {
	var made web.Attachment
	home := r.Path("home")
	err := p.printing(ctx, r, func(reader db.Reader, d *register.Desk) error {
		if d.Kind.Confirm == nil {
			return errs.New(errs.NotFound, "「%s」には棚卸がありません。", d.Kind.Title)
		}
		c, err := d.Confirming(home)
		if err != nil {
			return err
		}
		if len(c.Entries) > p.most {
			return errs.New(errs.Invalid, "この所管の%sは%s件あります。一つの棚卸シートに入るのは%s件までです。画面で確かめてください。", d.Entry, ui.Figure(len(c.Entries)), ui.Figure(p.most))
		}
		data, err := said(d, c.Entries)
		if err != nil {
			return err
		}
		doubts, err := d.Doubts(c.Entries)
		if err != nil {
			return err
		}
		first, others, err := confirmTables(d, c.Entries, doubts)
		if err != nil {
			return err
		}
		receipt, err := p.receiptOfHead(ctx, reader)
		if err != nil {
			return err
		}
		setup := paper.Setup{Title: d.Kind.Title + "　棚卸シート　" + ownerName(d, home), Landscape: true, Mark: highestMark(d, data), Receipt: receipt}
		made, err = p.print(d, setup.Title, setup, func(doc *paper.Document) {
			doc.Particulars(
				paper.Particular{Name: "規程", Value: d.Policy},
				paper.Particular{Name: "所管", Value: ownerName(d, home)},
				paper.Particular{Name: "件数", Value: fmt.Sprintf("%s件（%s現在。うち先に見る行 %s件）", ui.Figure(len(c.Entries)), d.Today.Wareki(), ui.Figure(len(doubts)))},
				paper.Particular{Name: "書き方", Value: "行ごとに、変わりなし・変わった・なくなった のどれかの □ に印を付け、変わったものは直すところを書いてください。"},
			)
			if len(first.Rows) > 0 {
				doc.Heading("先に見る行")
				doc.Table(first)
				doc.Heading("そのほかの行")
			}
			if len(others.Rows) > 0 || len(first.Rows) == 0 {
				doc.Table(others)
			} else {
				doc.Paragraph("ありません。")
			}
			doc.Heading("確認")
			doc.Particulars(
				paper.Particular{Name: "確認した日", Value: "\n令和　　　　年　　　　月　　　　日"},
				paper.Particular{Name: "確認者（職・氏名）", Value: "\n\n"},
			)
		})
		return err
	})
	return made, err
}

// box is to be ticked.
const box = "□"

// confirmTables are the lines of a sheet: those with doubts, each with why, and the others. Whose they are the sheet says above.
func confirmTables(d *register.Desk, entries []register.Entry, doubts []register.Doubt) (first, others paper.Table, err error) {
	listed, err := table(d, entries)
	if err != nil {
		return first, others, err
	}
	whole := onPaper(listed, 0)
	place := map[id.ID]int{}
	for i, e := range entries {
		place[e.ID] = i
		whole.Rows[i] = append(whole.Rows[i], e.Confirmed.Wareki())
	}
	whole.Columns = append(whole.Columns, paper.Column{Title: "前に\n確かめた日"})
	drop(&whole, ownerColumn(d))
	boxes := []paper.Column{{Title: "変わり\nなし"}, {Title: "変わ\nった"}, {Title: "なく\nなった"}, {Title: "直すところ", Share: 1}}
	first.Columns = append(append(first.Columns, whole.Columns...), paper.Column{Title: "なぜ見るか"})
	first.Columns, others.Columns = append(first.Columns, boxes...), append(append(others.Columns, whole.Columns...), boxes...)
	first.Size, others.Size = sizeFor(len(first.Columns)), sizeFor(len(first.Columns))
	others.Empty = "確かめる" + d.Entry + "はありません。"
	doubted := map[int]bool{}
	for _, x := range doubts {
		i := place[x.ID]
		doubted[i] = true
		first.Rows = append(first.Rows, append(append([]string{}, whole.Rows[i]...), strings.Join(x.Why, "\n"), box, box, box, ""))
	}
	for i, cells := range whole.Rows {
		if !doubted[i] {
			others.Rows = append(others.Rows, append(append([]string{}, cells...), box, box, box, ""))
		}
	}
	return first, others, nil
}

// ownerColumn is the place of the owner among the columns of the list, -1 where it has none.
func ownerColumn(d *register.Desk) int {
	at := len(columns(d)) - len(shown(d))
	if len(d.States) > 0 {
		at--
	}
	for i, f := range shown(d) {
		if f.ID == d.Owner {
			return at + i
		}
	}
	return -1
}

// drop takes a column out of a table.
func drop(t *paper.Table, column int) {
	if column < 0 {
		return
	}
	t.Columns = append(append([]paper.Column{}, t.Columns[:column]...), t.Columns[column+1:]...)
	for i, cells := range t.Rows {
		t.Rows[i] = append(append([]string{}, cells[:column]...), cells[column+1:]...)
	}
}
