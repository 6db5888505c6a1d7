package register

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// MaxBulk is how many entries one act changes at most, beside imports.
const MaxBulk = 1000

// Chosen is an entry as it was when somebody chose it.
type Chosen struct {
	ID      id.ID
	Version int64
	In      Input // of this one alone; nil where all are changed alike
}

// Proposed is what a bulk change makes of an entry.
type Proposed struct {
	Entry
	Before, After Data
	Faults        []errs.Field // by leaf
	Same          bool         // nothing changes
}

// Propose works out what a form makes of some entries, without writing anything: all that the reader may see, else NotFound.
func (d *Desk) Propose(chosen []Chosen, in Input) ([]Proposed, error) {
	if len(chosen) == 0 || len(chosen) > MaxBulk {
		return nil, errs.New(errs.Invalid, "一度に変えられるのは1件から%d件までです（選ばれたのは%d件）。", MaxBulk, len(chosen))
	}
	ids, homes := make([]string, len(chosen)), []string{}
	asked := map[id.ID]Chosen{}
	for i, c := range chosen {
		ids[i], asked[c.ID] = string(c.ID), c
	}
	entries, err := d.entries(d.ctx, d.r, ids)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		homes = append(homes, e.Home)
	}
	seen, err := d.Seeing().Seen(d.ctx, d.r, homes...)
	if err != nil {
		return nil, err
	}
	list := make([]Proposed, 0, len(entries))
	for _, e := range entries {
		if !seen[e.Home] {
			continue
		}
		c := asked[e.ID]
		if c.Version != e.Version {
			return nil, stale(e)
		}
		if c.In == nil {
			c.In = in
		}
		said, err := e.Read()
		if err != nil {
			return nil, err
		}
		var faults errs.Faults
		data, err := d.fill(c.In, said, e.State, Entering{}, &faults)
		if err != nil {
			return nil, err
		}
		if home := d.home(data); home != e.Home {
			if err := d.mayAdd(data, &faults); err != nil {
				return nil, err
			}
		}
		list = append(list, Proposed{e, said, data, faults.List(), data.Same(said)})
	}
	if len(list) != len(asked) {
		return nil, unseen()
	}
	return list, nil
}

// ChangeAll changes some entries alike: all of them, in one act, or none. It gives how many said something else before.
func (s *Service) ChangeAll(ctx context.Context, by *access.Actor, regime, kind string, chosen []Chosen, in Input, note string) (changed int, err error) {
	act := trail.Act{Actor: by.Name, Name: "register.bulk", Note: note, Detail: map[string]any{"register": regime + "." + kind, "chosen": len(chosen)}}
	err = s.log.Do(ctx, act, func(tx *trail.Tx) error {
		d, err := s.Open(ctx, tx, by, regime, kind)
		if err != nil {
			return err
		}
		if d.Changing().Empty() {
			return d.Refused("直す")
		}
		list, err := d.Propose(chosen, in)
		if err != nil {
			return err
		}
		var faults errs.Faults
		var put []Entry
		for _, p := range list {
			for _, f := range p.Faults {
				faults.Add(f.Where, "%s：%s", d.Book.Title(p.Entry), f.Message)
			}
			if err := d.authorize(tx, d.Edition.Change, p.Home); err != nil {
				return err
			}
			if p.Same {
				continue
			}
			p.Home, p.Pack, p.Entered = d.home(p.After), d.Pack, db.At(tx.Now)
			if p.For == "" {
				p.Source = ""
			}
			if err := p.write(d.Form, p.After); err != nil {
				return err
			}
			put = append(put, p.Entry)
		}
		if err := faults.Err("変えられないものがあります。"); err != nil {
			return err
		}
		changed = len(put)
		return d.Table.Put(ctx, tx, put...)
	})
	return changed, err
}

// Live says whether an entry is one that is still kept up: it has not come to the state from which it is kept for the record only.
func (k Kind) Live(state string) bool { return k.Keep == nil || k.Keep.From != state }

// Confirming is what the confirmation of one owner's entries is about.
type Confirming struct {
	Entries []Entry // those to be confirmed, the oldest first
	Mark    string  // of what they say: who confirms has seen just this
}

// Confirming reads the entries of a home that a confirmation is about.
func (d *Desk) Confirming(home string) (Confirming, error) {
	var c Confirming
	if ok, err := d.Seeing().Has(d.ctx, d.r, home); err != nil || !ok {
		if err == nil {
			err = unseen()
		}
		return c, err
	}
	entries, err := d.ofHome(d.ctx, d.r, home)
	if err != nil {
		return c, err
	}
	c.Entries = slices.DeleteFunc(entries, func(e Entry) bool { return !d.Live(e.State) })
	sum := sha256.New()
	for _, e := range c.Entries {
		_, _ = fmt.Fprintln(sum, e.ID, e.Version) // a hash takes everything
	}
	c.Mark = hex.EncodeToString(sum.Sum(nil))
	return c, nil
}

// Confirm confirms all entries of a home in one act: who does so has seen what bears the mark. Conflict where it is no longer so.
func (s *Service) Confirm(ctx context.Context, by *access.Actor, regime, kind, home, mark, note string) (confirmed int, err error) {
	act := trail.Act{Actor: by.Name, Name: "register.confirm", Note: note, Detail: map[string]string{"register": regime + "." + kind, "home": home}}
	err = s.log.Do(ctx, act, func(tx *trail.Tx) error {
		d, err := s.Open(ctx, tx, by, regime, kind)
		if err != nil {
			return err
		}
		if d.Kind.Confirm == nil {
			return errs.New(errs.Invalid, "「%s」には棚卸がありません。", d.Kind.Title)
		}
		c, err := d.Confirming(home)
		if err != nil {
			return err
		}
		if err := d.authorize(tx, d.ConfirmBy, home); err != nil {
			return err
		}
		if c.Mark != mark {
			return errs.New(errs.Conflict, "開いている間に台帳が変わりました。いまの内容を確かめて、もう一度確認してください。")
		}
		if len(c.Entries) == 0 {
			return errs.New(errs.Invalid, "確認する%sがありません。", d.Entry)
		}
		confirmed = len(c.Entries)
		for i := range c.Entries {
			c.Entries[i].Confirmed = d.Today
		}
		return d.Table.Put(ctx, tx, c.Entries...)
	})
	return confirmed, err
}

// MaxFile is how large one attached file may be, in bytes.
const MaxFile = 20 << 20

// Keep keeps a file that is to be attached, before the act that attaches it. media is what its content is.
func (s *Service) Keep(ctx context.Context, name, media string, content io.Reader) (Data, error) {
	sum, size, err := s.files.Put(ctx, content, MaxFile)
	if err != nil {
		return nil, err
	}
	return Data{FileSum: sum, FileName: name, FileSize: size, FileMedia: media}, nil
}

// File opens a file that an entry the reader may see has attached. NotFound else.
func (s *Service) File(ctx context.Context, by *access.Actor, regime, kind string, entry id.ID, sum string) (Data, func() (io.ReadCloser, error), error) {
	var found Data
	err := s.log.DB().View(ctx, func(r db.Reader) error {
		d, err := s.Open(ctx, r, by, regime, kind)
		if err != nil {
			return err
		}
		e, err := d.Get(entry)
		if err != nil {
			return err
		}
		said, err := e.Read()
		for _, f := range d.Fields {
			if f.Type != TypeFile || f.Restricted {
				continue
			}
			for _, file := range said.Rows(f.ID) {
				if file.Text(FileSum) == sum {
					found = file
				}
			}
		}
		if err == nil && found == nil {
			err = unseen()
		}
		return err
	})
	return found, func() (io.ReadCloser, error) { return s.files.Open(sum) }, err
}
