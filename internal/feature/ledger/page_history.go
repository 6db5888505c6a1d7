package ledger

import (
	"cmp"
	"context"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// historyView is what was changed of an entry.
type historyView struct {
	web.Page
	Timeline ui.Timeline
}

// moment is what happened to an entry at a time: another version, or a look.
type moment struct {
	at db.Time
	ui.Version
}

// versionsShown is how many versions the history shows.
const versionsShown = 100

func (p pages) history(ctx context.Context, r *web.Request) (historyView, error) {
	var v historyView
	err := p.view(ctx, r, func(d *register.Desk) error {
		e, err := d.Get(id.ID(r.Path("entry")))
		if err != nil {
			return err
		}
		data, err := e.Read()
		if err != nil {
			return err
		}
		v = historyView{Page: r.Page("これまでの変更", append(way(d), ui.Link{Text: d.Call(data, e), Href: entryHref(d.Book, e)})...)}
		v.Kicker = d.Book.Title(e)
		versions, err := d.History(p.log, e.ID, versionsShown)
		if err != nil {
			return err
		}
		names, err := d.Actors(versions)
		if err != nil {
			return err
		}
		var list []moment
		for _, x := range versions {
			one := ui.Version{When: feature.Moment(x.At), What: acts()[x.Name], Who: feature.Actor(x.Actor, names)}
			if r.Actor().Can(access.TrailRead) {
				one.Href = "/trail/act/" + string(x.Act)
			}
			if x.Note != "" {
				one.Notes = ui.Text(x.Note)
			}
			for _, c := range x.Said {
				one.Changes = append(one.Changes, ui.Change{Name: c.Title, Before: c.Before, After: c.After})
			}
			list = append(list, moment{x.At, one})
		}
		looks, err := d.LookedAt(e.ID)
		if err != nil {
			return err
		}
		for _, l := range looks {
			who := cmp.Or(d.Names().Called(register.Field{Type: register.TypePerson}, string(l.Person)), l.Person)
			one := ui.Version{When: feature.Moment(l.At), What: acts()["register.look"], Who: who, Notes: ui.Text("見た項目：" + l.Titles)}
			if l.Reason != "" {
				one.Notes = append(one.Notes, ui.Item{Text: "理由：" + l.Reason})
			}
			list = append(list, moment{l.At, one})
		}
		slices.SortStableFunc(list, func(a, b moment) int { return cmp.Compare(b.at, a.at) })
		for _, x := range list {
			v.Timeline.Versions = append(v.Timeline.Versions, x.Version)
		}
		return nil
	})
	return v, err
}
