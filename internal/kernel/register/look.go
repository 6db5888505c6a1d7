package register

import (
	"context"
	"strings"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// Look is that somebody has read what is to be read under record (要閲覧記録).
type Look struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Person string  `db:"person"` // who; of a program its name
	Kind   string  `db:"kind"`   // of the thing, as the trail names it
	Thing  id.ID   `db:"thing"`
	Fields string  `db:"fields"` // a list in JSON
	Titles string  `db:"titles"` // what the fields were called
	Reason string  `db:"reason" trail:"personal"`
	At     db.Time `db:"at"`
}

// Looked is a field that somebody was shown under record.
type Looked struct{ Title, Said string }

// AtReason is the place of the reason of a look, as a fault names it.
const AtReason = "reason"

// Look shows what an entry says in the fields that are to be read under record, once the trail holds that this was done and why. It is
// for who keeps the register, with his own hands: no key opens it.
func (s *Service) Look(ctx context.Context, by *access.Actor, regime, kind string, entry id.ID, reason string) (shown []Looked, err error) {
	act := trail.Act{Actor: by.Name, Name: "register.look", Detail: map[string]string{"register": regime + "." + kind}}
	err = s.log.Do(ctx, act, func(tx *trail.Tx) error {
		shown = nil
		d, err := s.Open(ctx, tx, by, regime, kind)
		if err != nil {
			return err
		}
		e, err := d.Get(entry)
		if err != nil {
			return err
		}
		keeper := by.Among(regime, d.Edition.Change)
		if by.Keyed() || keeper.Scope(access.LedgerWrite).Empty() {
			return errs.New(errs.Forbidden, "「%s」の要閲覧記録の項目は、台帳を直せる人だけが見られます。", d.Kind.Title)
		}
		if err := keeper.Authorize(ctx, tx, access.LedgerWrite, e.Home); err != nil {
			return err
		}
		said, err := e.Read()
		if err != nil {
			return err
		}
		hidden := d.Hidden(said, e.State)
		var faults errs.Faults
		switch n := text.Len(strings.TrimSpace(reason)); {
		case len(hidden) == 0:
			return errs.New(errs.Invalid, "この%sに、記入された要閲覧記録の項目はありません。", d.Entry)
		case n == 0 || n > maxText:
			faults.Add(AtReason, "見る理由を%d字までで書いてください。", maxText)
		}
		if err := faults.Err("表示できません。"); err != nil {
			return err
		}
		var ids, titles []string
		for _, f := range hidden {
			ids, titles = append(ids, f.ID), append(titles, f.Title)
			shown = append(shown, Looked{f.Title, f.Say(said[f.ID], d.Classes, d.names)})
		}
		if d.names.err != nil {
			return d.names.err
		}
		fields, err := canon.Marshal(ids)
		if err != nil {
			return err
		}
		who := string(by.Person.Person)
		if who == "" {
			who = by.Name
		}
		return looks.Put(ctx, tx, Look{
			ID: id.New(tx.Now), Row: trail.Row{Home: e.Home}, Person: who, Kind: d.Name, Thing: e.ID, Fields: string(fields),
			Titles: strings.Join(titles, "、"), Reason: strings.TrimSpace(reason), At: db.At(tx.Now),
		})
	})
	if err != nil {
		return nil, err
	}
	return shown, nil
}

// Hidden are the fields to be read under record in which an entry says something.
func (d *Desk) Hidden(said Data, state string) []Field {
	var list []Field
	for _, f := range d.Fields {
		if f.Restricted && said[f.ID] != nil && d.Shows(f, said, state) {
			list = append(list, f)
		}
	}
	return list
}

// Keeps says whether the reader may read under record what has a home.
func (d *Desk) Keeps(home string) (bool, error) {
	if d.by.Keyed() {
		return false, nil
	}
	return d.May(d.Edition.Change, home)
}

// mostLooks is how many looks at an entry are read.
const mostLooks = 100

// LookedAt lists who has read under record what an entry says, the newest first.
func (d *Desk) LookedAt(entry id.ID) ([]Look, error) {
	return looksAt(d.ctx, d.r, d.Name, entry, mostLooks)
}
