package ledger

import (
	"context"
	"fmt"
	"slices"
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
		data, err := readAll(d, c.Entries)
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

// mostBeside is how many columns of the list stand on a sheet beside each other; of a list that has more they stand in one.
const mostBeside = 9

// confirmTables are the lines of a sheet: those with doubts, each with why, and the others. Whose they are the sheet says above.
func confirmTables(d *register.Desk, entries []register.Entry, doubts []register.Doubt) (first, others paper.Table, err error) {
	listed, err := table(d, entries)
	if err != nil {
		return first, others, err
	}
	whole := onPaper(listed, 0)
	drop(&whole, ownerColumn(d, whole))
	size := sizeFor(len(whole.Columns) + 4)
	if len(whole.Columns) > mostBeside {
		whole, size = packed(d, whole, entries), sizeFor(mostBeside+4)
	}
	place := map[id.ID]int{}
	for i, e := range entries {
		place[e.ID] = i
		whole.Rows[i] = append(whole.Rows[i], e.Confirmed.Wareki())
	}
	whole.Columns = append(whole.Columns, paper.Column{Title: "前に\n確かめた日", Keep: true})
	boxes := []paper.Column{{Title: "変わり\nなし", Keep: true}, {Title: "変わ\nった", Keep: true}, {Title: "なく\nなった", Keep: true}, {Title: "直すところ", Share: 1}}
	first = paper.Table{Size: size, Columns: slices.Concat(whole.Columns, []paper.Column{{Title: "なぜ見るか"}}, boxes)}
	others = paper.Table{Size: size, Columns: slices.Concat(whole.Columns, boxes), Empty: "確かめる" + d.Entry + "はありません。"}
	answers := []string{box, box, box, ""}
	doubted := map[int]bool{}
	for _, x := range doubts {
		i := place[x.ID]
		doubted[i] = true
		first.Rows = append(first.Rows, slices.Concat(whole.Rows[i], []string{strings.Join(x.Why, "\n")}, answers))
	}
	for i, cells := range whole.Rows {
		if !doubted[i] {
			others.Rows = append(others.Rows, slices.Concat(cells, answers))
		}
	}
	return first, others, nil
}

// packed is a table in three columns: the number, what people call the entry, and all else that the list says, each with its title.
func packed(d *register.Desk, t paper.Table, entries []register.Entry) paper.Table {
	made := paper.Table{Columns: []paper.Column{t.Columns[0], {Title: d.Entry}, {Title: "内容", Share: 3}}}
	for i, cells := range t.Rows {
		name := d.Book.Title(entries[i])
		name = strings.TrimSpace(strings.TrimPrefix(name, entries[i].Number))
		var words []string
		for column, cell := range cells[1:] {
			if cell != "" && cell != name {
				words = append(words, t.Columns[column+1].Title+"："+strings.ReplaceAll(cell, "\n", "、"))
			}
		}
		made.Rows = append(made.Rows, []string{cells[0], name, strings.Join(words, "　")})
	}
	return made
}

// ownerColumn is the place of the owner among the columns of a list, -1 where it has none.
func ownerColumn(d *register.Desk, t paper.Table) int {
	owner, ok := d.Field(d.Owner)
	return slices.IndexFunc(t.Columns, func(c paper.Column) bool { return ok && c.Title == owner.Title })
}

// drop takes a column out of a table.
func drop(t *paper.Table, column int) {
	if column < 0 {
		return
	}
	t.Columns = slices.Delete(t.Columns, column, column+1)
	for i, cells := range t.Rows {
		t.Rows[i] = slices.Delete(cells, column, column+1)
	}
}
