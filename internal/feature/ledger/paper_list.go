package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/paper"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// listPaper is a list on A4, broad: the entries that the conditions of the list select, with the columns of the list.
func (p pages) listPaper(ctx context.Context, r *web.Request) (web.Attachment, error) {
	var made web.Attachment
	err := p.printing(ctx, r, func(reader db.Reader, d *register.Desk) error {
		c, form := asked(d, r)
		if err := wrong(form); err != nil {
			return err
		}
		entries, more, err := selected(d, c, p.most)
		if err == nil && more {
			err = tooMany(p.most)
		}
		if err != nil {
			return err
		}
		data, err := readAll(d, entries)
		if err != nil {
			return err
		}
		listed, err := table(d, entries)
		if err != nil {
			return err
		}
		receipt, err := p.receiptOfHead(ctx, reader)
		if err != nil {
			return err
		}
		setup := paper.Setup{Title: d.Kind.Title, Landscape: true, Mark: highestMark(d, data), Receipt: receipt}
		about := []paper.Particular{{Name: "規程", Value: d.Policy}}
		if home, ok := oneHome(d, entries); ok {
			setup.Title += "　" + ownerName(d, home)
			about = append(about, paper.Particular{Name: "所管", Value: ownerName(d, home)})
		}
		if words := chosen(form); words != "" {
			about = append(about, paper.Particular{Name: "条件", Value: words})
		}
		about = append(about, paper.Particular{Name: "件数", Value: ui.Figure(len(entries)) + "件"})
		made, err = p.print(d, setup.Title, setup, func(doc *paper.Document) {
			doc.Particulars(about...)
			doc.Table(onPaper(listed, sizeFor(len(listed.Columns))))
		})
		return err
	})
	return made, err
}

// wrong is what is wrong with the conditions, nil if nothing is.
func wrong(form ui.SearchForm) error {
	var words []string
	for _, f := range form.Faults() {
		words = append(words, f.Label+"："+f.Error)
	}
	if words == nil {
		return nil
	}
	return errs.New(errs.Invalid, "一覧の条件を確かめてください。%s", strings.Join(words, " "))
}

func tooMany(most int) error {
	return errs.New(errs.Invalid, "条件に合うものが%s件を超えています。一つの PDF に入るのは%s件までです。一覧に戻り、条件を加えて分けてください。", ui.Figure(most), ui.Figure(most))
}

// searchedAtOnce is how many entries of a search are read at a time.
const searchedAtOnce = 500

// selected are the entries that the reader sees and the conditions select, in their order: no more than most of them, and whether there
// are more.
func selected(d *register.Desk, c conditions, most int) (entries []register.Entry, more bool, err error) {
	q := c.Query
	if c.words == "" {
		q.Limit = most
		entries, next, err := d.List(q)
		return entries, next != nil, err
	}
	q.Limit = min(most, searchedAtOnce)
	for after := (search.Cursor{}); ; {
		some, next, err := d.Search(c.words, q, after)
		if err != nil {
			return nil, false, err
		}
		entries = append(entries, some...)
		switch {
		case len(entries) > most:
			return entries[:most], true, nil
		case next == search.Cursor{}:
			return entries, false, nil
		}
		after = next
	}
}

// oneHome is the home of all entries, if they have only one and the reader reads whose they are.
func oneHome(d *register.Desk, entries []register.Entry) (string, bool) {
	owner, ok := d.Field(d.Owner)
	if !ok || owner.Restricted || len(entries) == 0 {
		return "", false
	}
	home := entries[0].Home
	return home, !slices.ContainsFunc(entries, func(e register.Entry) bool { return e.Home != home })
}

// chosen are the conditions in words.
func chosen(form ui.SearchForm) string {
	var words []string
	for _, f := range form.Fields {
		if f.Value == "" {
			continue
		}
		value := f.Value
		for _, o := range f.Options {
			if o.Value == f.Value {
				value = o.Text
			}
		}
		words = append(words, fmt.Sprintf("%s：%s", f.Label, value))
	}
	return strings.Join(words, "、")
}
