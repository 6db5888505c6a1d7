package register

import (
	"context"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// Wrong is what cannot stand in an entry of what an example says at first: it names no ids, and leaves open what is asked beside.
func (e *Edition) Wrong(set Input) []errs.Field {
	var faults errs.Faults
	for path := range set {
		if !slices.ContainsFunc(e.Leaves(e.Classes), func(l Leaf) bool { return l.Path == path }) {
			faults.Add(path, "この項目はありません。")
		}
	}
	var read errs.Faults
	e.Read(set, Reading{Names: silent{}, State: e.first(), Back: func(string) jpdate.Date { return jpdate.Date{} }}, &read)
	for _, f := range read.List() {
		if _, said := set[f.Where]; said {
			faults.Add(f.Where, "%s", f.Message)
		}
	}
	return faults.List()
}

// Taken says which of some names the owner has entries of already, whatever their spelling; of entries that are no longer kept up
// none counts.
func (d *Desk) Taken(home string) (func(name string) bool, error) {
	f, _, ok := d.Offered()
	if !ok {
		return func(string) bool { return false }, nil
	}
	c, err := d.Confirming(home)
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for _, e := range c.Entries {
		said, err := e.Read()
		if err != nil {
			return nil, err
		}
		taken[text.Fold(said.Text(f.ID))] = true
	}
	return func(name string) bool { return taken[text.Fold(name)] }, nil
}

// AddAll makes entries in one act: all of them or none. Faults are by leaf, with the words of call before each.
func (s *Service) AddAll(ctx context.Context, by *access.Actor, regime, kind string, all []Input, call func(i int) string) (made []Entry, err error) {
	if len(all) == 0 || len(all) > MaxBulk {
		return nil, errs.New(errs.Invalid, "一度に加えられるのは1件から%d件までです（選ばれたのは%d件）。", MaxBulk, len(all))
	}
	prepare := func(r db.Reader) (*Desk, []Data, error) {
		d, err := s.Open(ctx, r, by, regime, kind)
		if err != nil {
			return nil, nil, err
		}
		list, err := d.fillAll(all, call)
		return d, list, err
	}
	var series string
	if err := s.log.DB().View(ctx, func(r db.Reader) error {
		d, _, err := prepare(r)
		if err == nil {
			series = d.Kind.Number
		}
		return err
	}); err != nil {
		return nil, err
	}
	numbers, err := s.draw(ctx, series, len(all))
	if err != nil {
		return nil, err
	}
	act := trail.Act{Actor: by.Name, Name: "register.addall", Detail: map[string]any{"register": regime + "." + kind, "entries": len(all)}}
	err = s.log.Do(ctx, act, func(tx *trail.Tx) error {
		made = nil
		d, list, err := prepare(tx)
		if err != nil {
			return err
		}
		for i, data := range list { // fillAll has asked for the permission to add each
			e := d.newEntry(tx, numbers[i], Entering{})
			if e.Home = d.home(data); i == 0 {
				if err := by.Among(regime, d.Edition.Add).Authorize(ctx, tx, access.LedgerWrite, e.Home); err != nil {
					return err
				}
			}
			if err := e.write(d.Form, data); err != nil {
				return err
			}
			made = append(made, e)
		}
		return d.Table.Put(ctx, tx, made...)
	})
	return made, err
}

// fillAll reads forms and says everything that is wrong with them.
func (d *Desk) fillAll(all []Input, call func(i int) string) ([]Data, error) {
	var faults errs.Faults
	list := make([]Data, len(all))
	for i, in := range all {
		var own errs.Faults
		var err error
		if list[i], err = d.fill(in, nil, d.first(), Entering{}, &own); err != nil {
			return nil, err
		}
		if err := d.mayAdd(list[i], &own); err != nil {
			return nil, err
		}
		for _, f := range own.List() {
			faults.Add(f.Where, "%s：%s", call(i), f.Message)
		}
	}
	return list, faults.Err("加えられないものがあります。")
}
