package ledger

import (
	"context"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/paper"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
)

// entryPaper is one entry on A4: what it says, its tables, what refers to it, and the receipt of its version.
func (p pages) entryPaper(ctx context.Context, r *web.Request) (web.Attachment, error) {
	var made web.Attachment
	err := p.printing(ctx, r, func(reader db.Reader, d *register.Desk) error {
		e, err := d.Get(id.ID(r.Path("entry")))
		if err != nil {
			return err
		}
		all, err := readAll(d, []register.Entry{e})
		if err != nil {
			return err
		}
		data := all[0]
		refers, err := back(d, e)
		if err != nil {
			return err
		}
		held, err := p.log.Receipt(ctx, reader, d.Name, string(e.ID), e.Version)
		receipt, err := receipt(held, err, receiptOf, receiptAwaited)
		if err != nil {
			return err
		}
		name := d.Call(data, e)
		setup := paper.Setup{Title: strings.TrimSpace(d.Kind.Title + "　" + e.Number), Mark: highestMark(d, all), Receipt: receipt}
		made, err = p.print(d, strings.TrimSpace(e.Number+" "+strings.TrimPrefix(name, e.Number)), setup, func(doc *paper.Document) {
			doc.Heading(name)
			doc.Particulars(particulars(d, e, data)...)
			for _, t := range rows(d, data) {
				doc.Heading(t.Caption)
				doc.Table(onPaper(t, 0))
			}
			if len(refers.Rows) > 0 {
				doc.Heading(refers.Caption)
				doc.Table(onPaper(refers, 0))
			}
		})
		return err
	})
	return made, err
}

// particulars are the facts of an entry as a paper has them. What is to be read under record is not printed, nor whether there is any.
func particulars(d *register.Desk, e register.Entry, data register.Data) []paper.Particular {
	number := e.Number
	if number == "" {
		number = "番号なし"
	}
	list := []paper.Particular{{Name: "規程", Value: d.Policy}, {Name: "番号", Value: number}, {Name: "版", Value: "第" + decimal(e.Version) + "版"}}
	for _, item := range facts(d, e, data) {
		value := cellWords(item.Cell)
		if slices.ContainsFunc(d.Fields, func(f register.Field) bool { return f.Restricted && f.Title == item.Term }) {
			value = "（印刷しません）"
		}
		list = append(list, paper.Particular{Name: item.Term, Value: value})
	}
	return list
}
