package register

import (
	"fmt"
	"slices"
	"strings"

	"sekimori/internal/base/jpdate"
)

// Owner is one owner of entries, with how far their confirmation has come.
type Owner struct {
	Home         string
	Entries      int         // that are kept up
	Due          int         // of them, how many were not confirmed within the interval
	By           jpdate.Date // the day by which the oldest of them was to be confirmed; zero for those never confirmed
	Unclassified int
}

// Owners lists the owners of the entries that the reader may see, as they are called.
func (d *Desk) Owners() ([]Owner, error) {
	since := d.confirmedSince()
	rows, err := d.owners(d.ctx, d.r, d.Seeing(), since)
	if err != nil {
		return nil, err
	}
	list := make([]Owner, len(rows))
	for i, r := range rows {
		list[i] = Owner{Home: r.Home, Entries: r.Entries, Due: r.Due, Unclassified: r.Unclassified}
		if !r.Oldest.IsZero() && r.Due > 0 {
			list[i].By = r.Oldest.AddDays(d.Today.Sub(since))
		}
	}
	slices.SortFunc(list, func(a, b Owner) int { return strings.Compare(d.names.place(a.Home), d.names.place(b.Home)) })
	return list, d.names.err
}

// confirmedSince is the day from which on a confirmation counts today.
func (d *Desk) confirmedSince() jpdate.Date {
	if d.Kind.Confirm == nil {
		return jpdate.Date{}
	}
	return d.Shelf.Back(d.Book, d.Kind.Confirm.Every, d.Today)
}

// ClassField is the field that bears the class, "" where entries have none.
func (d *Desk) ClassField() string { return d.classField() }

// Doubt is an entry that somebody should look at before confirming, with why.
type Doubt struct {
	Entry
	Said Data
	Why  []string
}

// Doubts are the entries that look as if something about them had changed, those with most reasons first.
func (d *Desk) Doubts(entries []Entry) ([]Doubt, error) {
	var list []Doubt
	for _, e := range entries {
		said, err := e.Read()
		if err != nil {
			return nil, err
		}
		why, err := d.doubts(e, said)
		if err != nil {
			return nil, err
		}
		if len(why) > 0 {
			list = append(list, Doubt{e, said, why})
		}
	}
	slices.SortStableFunc(list, func(a, b Doubt) int { return len(b.Why) - len(a.Why) })
	return list, nil
}

func (d *Desk) doubts(e Entry, said Data) ([]string, error) {
	var why []string
	if field := d.classField(); field != "" && len(said.Class(field)) == 0 {
		why = append(why, "分類が決まっていません。")
	}
	if !e.Confirmed.IsZero() && jpdate.Today(e.Entered.Time()).After(e.Confirmed) {
		why = append(why, "前に確かめたあとで直されています。")
	}
	for _, f := range d.Fields {
		switch {
		case f.Due && said.Text(f.ID) != "" && said.Text(f.ID) < d.Today.String():
			why = append(why, fmt.Sprintf("%s（%s）を過ぎています。", f.Title, sayDay(said.Text(f.ID))))
		case f.Type == TypeClass && f.Floor != "":
			named, err := d.highest(f.Floor, said)
			if err != nil {
				return nil, err
			}
			ref, _ := d.Field(f.Floor)
			for _, a := range d.Below(said.Class(f.ID), named) {
				why = append(why, fmt.Sprintf("「%s」に%s%sのものがあります。", ref.Title, a.Title, named[a.ID]))
			}
		case f.Required && f.Derived == nil && said[f.ID] == nil && d.Shows(f, said, e.State):
			why = append(why, f.Title+"が未記入です。")
		}
	}
	if d.Owner != "" && strings.HasSuffix(d.names.place(e.Home), "（廃止）") {
		why = append(why, "所管が廃止されています。")
	}
	return why, nil
}
