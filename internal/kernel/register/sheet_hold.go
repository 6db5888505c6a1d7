package register

import (
	"context"
	"errors"
	"maps"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// Holds are the rows of a register that wait to be corrected, where the reader may write.
func (s *Service) Holds(ctx context.Context, by *access.Actor, regime, kind string) (list []Hold, err error) {
	err = s.log.DB().View(ctx, func(r db.Reader) error {
		d, err := s.Open(ctx, r, by, regime, kind)
		if err == nil {
			list, err = d.HeldRows()
		}
		return err
	})
	return list, err
}

// HeldRows are the rows of the register that wait to be corrected, where the reader may write.
func (d *Desk) HeldRows() (list []Hold, err error) {
	all, err := openHolds(d.ctx, d.r, d.Name)
	if err != nil {
		return nil, err
	}
	homes := make([]string, len(all))
	for i, h := range all {
		homes[i] = h.Home
	}
	seen, err := d.Writing().Seen(d.ctx, d.r, homes...)
	for _, h := range all {
		if seen[h.Home] {
			list = append(list, h)
		}
	}
	return list, err
}

// Writing is where the reader may write in the register: add or change entries, and so take sheets in and give them out.
func (d *Desk) Writing() access.Scope {
	return d.by.Among(d.Regime, d.handing()).Scope(access.LedgerWrite)
}

// waiting reads a row that waits. NotFound where it is not for the reader, Conflict where it no longer waits.
func (d *Desk) waiting(hold id.ID) (Hold, error) {
	h, err := readHold(d.ctx, d.r, hold)
	if err != nil {
		return h, err
	}
	ok, err := d.Writing().Has(d.ctx, d.r, h.Home)
	switch {
	case err != nil:
		return h, err
	case !ok || h.Register != d.Name:
		return h, db.ErrNotFound
	case h.State != HoldOpen:
		return h, errs.New(errs.Conflict, "この行は、もう保留されていません。")
	}
	return h, nil
}

// Held is a row that waits, judged as the register stands now.
type Held struct {
	Hold
	In     Input        // what it says, by leaf
	Data   Data         // what the entry would say, as far as that can be read
	State  string       // in which the entry would be
	Faults []errs.Field // by leaf; of what was only wrong in the file there are none
	Gone   bool         // what it would change is not there any more, or out of the reader's scope
}

// Held reads a row that waits. NotFound where it is not for the reader, Conflict where it no longer waits.
func (d *Desk) Held(hold id.ID) (Held, error) {
	h, err := d.waiting(hold)
	if err != nil {
		return Held{}, err
	}
	x := Held{Hold: h, State: d.first()}
	if x.In, err = h.Input(); err != nil {
		return x, err
	}
	var said Data
	if h.Entry != "" {
		old, err := d.Get(h.Entry)
		if errs.KindOf(err) == errs.NotFound {
			x.Gone = true
			return x, nil
		}
		if err != nil {
			return x, err
		}
		x.State = old.State
		if said, err = old.Read(); err != nil {
			return x, err
		}
	}
	_, err = d.fixed(nil, h, nil)
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.Invalid {
		x.Faults, err = e.Fields, nil
	}
	var unknown errs.Faults // it is among those already
	x.State = d.wishedState(x.State, x.In, &unknown)
	x.Data = d.Try(x.In, said, x.State)
	return x, err
}

// FixHold takes a held row in: what it says, and what in says instead. What is still wrong comes as Invalid, by leaf.
func (s *Service) FixHold(ctx context.Context, by *access.Actor, regime, kind string, hold id.ID, in Input, note string) (Entry, error) {
	var made Entry
	prepare := func(tx *trail.Tx, r db.Reader) (d *Desk, h Hold, err error) {
		if d, err = s.Open(ctx, r, by, regime, kind); err != nil {
			return d, h, err
		}
		if h, err = d.waiting(hold); err != nil {
			return d, h, err
		}
		made, err = d.fixed(tx, h, in)
		return d, h, err
	}
	// What is wrong draws no number.
	var series string
	if err := s.log.DB().View(ctx, func(r db.Reader) error {
		d, h, err := prepare(nil, r)
		if err == nil && h.Entry == "" {
			series = d.Kind.Number
		}
		return err
	}); err != nil {
		return made, err
	}
	numbers, err := s.draw(ctx, series, 1)
	if err != nil {
		return made, err
	}
	act := trail.Act{Actor: by.Name, Name: "register.hold.fix", Note: note, Detail: map[string]string{"register": regime + "." + kind}}
	err = s.log.Do(ctx, act, func(tx *trail.Tx) error {
		d, h, err := prepare(tx, tx)
		if err != nil {
			return err
		}
		if h.Entry == "" {
			made.Number = numbers[0]
		}
		h.State = HoldApplied
		if err := holds.Put(ctx, tx, h); err != nil || made.Version == -1 {
			return err
		}
		return d.Table.Put(ctx, tx, made)
	})
	made.Version++
	return made, err
}

// fixed is the entry that a held row makes. Without a transaction it only says what is wrong.
func (d *Desk) fixed(tx *trail.Tx, h Hold, in Input) (Entry, error) {
	all, err := h.Input()
	if err != nil {
		return Entry{}, err
	}
	maps.Copy(all, in)
	state := d.first()
	var old Entry
	var said Data
	if h.Entry != "" {
		if old, err = d.Get(h.Entry); err != nil {
			return old, err
		}
		state = old.State
		if said, err = old.Read(); err != nil {
			return old, err
		}
	}
	var faults errs.Faults
	state = d.wishedState(state, all, &faults)
	data, err := d.fill(all, said, state, Entering{}, &faults)
	if err != nil {
		return old, err
	}
	made := old
	made.Home = d.home(data)
	d.came(&made, state)
	if made.Home != old.Home {
		if err := d.mayAdd(data, &faults); err != nil {
			return old, err
		}
	}
	if err := faults.Err("まだ取り込めません。"); err != nil || tx == nil {
		return old, err
	}
	if h.Entry == "" {
		fresh := d.newEntry(tx, "", Entering{Source: sourceImport})
		fresh.Home = made.Home
		d.came(&fresh, state)
		made = fresh
		if err := d.by.Among(d.Regime, d.Edition.Add).Authorize(d.ctx, tx, access.LedgerWrite, made.Home); err != nil {
			return old, err
		}
	}
	if h.Entry != "" || state != d.first() {
		home := made.Home
		if h.Entry != "" {
			home = old.Home
		}
		if err := d.by.Among(d.Regime, d.Edition.Change).Authorize(d.ctx, tx, access.LedgerWrite, home); err != nil {
			return old, err
		}
	}
	switch {
	case h.Entry != "" && data.Same(said) && state == old.State:
		made.Version = -1
		return made, nil
	case h.Entry != "" && d.Volume == Log:
		return old, errs.New(errs.Forbidden, "記録簿に書いたものは変えられません。誤りは、訂正の行を加えてください。")
	}
	made.Pack, made.Entered, made.Source = d.Pack, db.At(tx.Now), sourceImport
	return made, made.write(d.Form, data)
}

// wishedState is the state that a row asks for by its title or id.
func (d *Desk) wishedState(now string, in Input, faults *errs.Faults) string {
	words := strings.TrimSpace(strings.Join(in[PathState], ""))
	if words == "" {
		return now
	}
	for _, s := range d.States {
		if s.ID == words || text.Fold(s.Title) == text.Fold(words) {
			return s.ID
		}
	}
	faults.Add(PathState, "「%s」という状態はありません。", short(words))
	return now
}

// DropHold says that a held row will not be taken in, and why.
func (s *Service) DropHold(ctx context.Context, by *access.Actor, regime, kind string, hold id.ID, why string) error {
	if text.Fold(why) == "" {
		var faults errs.Faults
		faults.Add("reason", "取り下げる理由を書いてください。")
		return faults.Err("取り下げる理由を書いてください。")
	}
	act := trail.Act{Actor: by.Name, Name: "register.hold.drop", Detail: map[string]string{"register": regime + "." + kind}}
	return s.log.Do(ctx, act, func(tx *trail.Tx) error {
		d, err := s.Open(ctx, tx, by, regime, kind)
		if err != nil {
			return err
		}
		h, err := d.waiting(hold)
		if err != nil {
			return err
		}
		if err := d.by.Among(d.Regime, d.handing()).Authorize(ctx, tx, access.LedgerWrite, h.Home); err != nil {
			return err
		}
		h.State, h.Reason = HoldDropped, strings.TrimSpace(why)
		return holds.Put(ctx, tx, h)
	})
}
