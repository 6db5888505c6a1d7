package register

import (
	"context"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// Move brings an entry of a version into another state. What is no longer asked there is left out; of what the form says, that
// counts which is asked there first (Arriving). The error is Invalid with every fault by leaf.
func (s *Service) Move(ctx context.Context, by *access.Actor, regime, kind string, entry id.ID, version int64, state string, with Entering) error {
	act := trail.Act{Actor: by.Name, Name: "register.move", Note: with.Note, Detail: map[string]string{"register": regime + "." + kind, "state": state}}
	return s.log.Do(ctx, act, func(tx *trail.Tx) error {
		d, err := s.Open(ctx, tx, by, regime, kind)
		if err != nil {
			return err
		}
		e, err := d.Get(entry)
		if err != nil {
			return err
		}
		if err := d.authorize(tx, d.Edition.Change, e.Home); err != nil {
			return err
		}
		var faults errs.Faults
		switch {
		case e.Version != version:
			return stale(e)
		case d.State(state) == "":
			faults.Add("state", "その状態はありません。")
			return faults.Err("状態を変えられません。")
		case e.State == state:
			return nil
		}
		said, err := e.Read()
		if err != nil {
			return err
		}
		data := d.arrive(said, e.State, state, with, &faults)
		if d.names.err != nil {
			return d.names.err
		}
		if err := faults.Err("この状態にする前に、入力を確認してください。"); err != nil {
			return err
		}
		e.Pack, e.Entered = d.Pack, db.At(tx.Now)
		d.came(&e, state)
		if err := e.write(d.Form, data); err != nil {
			return err
		}
		return d.Table.Put(ctx, tx, e)
	})
}

// Arriving are the fields that are asked in a state and were not in the one before.
func (d *Desk) Arriving(said Data, from, to string) []Field {
	var list []Field
	for _, f := range d.Fields {
		if f.When != nil && f.Derived == nil && !d.Shows(f, said, from) && d.Shows(f, said, to) {
			list = append(list, f)
		}
	}
	return list
}

// arrive is what an entry says in another state. Only what is asked there first can be wrong: what else an entry of long ago may
// lack does not keep it from moving on.
func (d *Desk) arrive(said Data, from, to string, with Entering, faults *errs.Faults) Data {
	at := func(path string) string { field, _, _ := strings.Cut(path, "."); return field }
	asked := map[string]bool{}
	for _, f := range d.Arriving(said, from, to) {
		asked[f.ID] = true
	}
	in := Input{}
	for path, words := range with.Fields {
		if asked[at(path)] {
			in[path] = words
		}
	}
	var found errs.Faults
	r := d.reading(said, to)
	r.Uploads = with.Uploads
	data := d.Read(in, r, &found)
	for _, f := range found.List() {
		if asked[at(f.Where)] {
			faults.Add(f.Where, "%s", f.Message)
		}
	}
	return data
}
