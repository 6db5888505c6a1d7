package people

import (
	"context"
	"encoding/json"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// Holds reads the rows that an import has left out, in the order of its files.
func (s *Service) Holds(ctx context.Context, by *access.Actor, upload id.ID) (list []Hold, err error) {
	err = s.log.DB().View(ctx, func(r db.Reader) error {
		if _, err := s.seen(ctx, r, by, upload); err != nil {
			return err
		}
		list, err = holdsOf(ctx, r, upload)
		return err
	})
	return list, err
}

// GetHold reads one of them with its import.
func (s *Service) GetHold(ctx context.Context, by *access.Actor, hold id.ID) (h Hold, u Upload, err error) {
	err = s.log.DB().View(ctx, func(r db.Reader) error {
		h, u, err = s.waiting(ctx, r, by, hold)
		return err
	})
	return h, u, err
}

func (s *Service) waiting(ctx context.Context, r db.Reader, by *access.Actor, hold id.ID) (Hold, Upload, error) {
	h, err := readHold(ctx, r, hold)
	if err != nil {
		return Hold{}, Upload{}, err
	}
	u, err := s.seen(ctx, r, by, h.Upload)
	if err != nil {
		return Hold{}, Upload{}, err
	}
	return h, u, nil
}

// FixHold applies a held row with corrected cells, as part of its import: known when that is, taken back with it. What is
// still wrong comes as Invalid, by column.
func (s *Service) FixHold(ctx context.Context, by *access.Actor, hold id.ID, cells map[string]string) error {
	h, u, err := s.GetHold(ctx, by, hold)
	if err != nil {
		return err
	}
	return s.alone(ctx, u.act(by.Name, "people.hold.fix", db.Time(u.Sealed), db.At(s.now())), func(tx *trail.Tx) error {
		if h, u, err = s.waiting(ctx, tx, by, hold); err != nil {
			return err
		}
		if h.State != HoldOpen || u.State != Applied {
			return errs.New(errs.Conflict, "この行は、もう保留されていません。")
		}
		l := lineFrom(h.Form, h.File, h.Place, cells)
		p, err := s.plan(ctx, tx, tx.Now, by.Name, u, nil, []*Line{l}, alone)
		if err != nil {
			return err
		}
		var faults errs.Faults
		for _, f := range l.faults {
			faults.Add(f.Column, "%s", f.Message)
		}
		if err := faults.Err("まだ取り込めません。"); err != nil {
			return err
		}
		opens := p.opens(db.Time(u.Opens))
		if opens > max(db.Time(u.Opens), db.At(tx.Now)) {
			return errs.New(errs.Conflict, "もっと後に公表される取り込みに続く内容です。この行は取り下げて、別に取り込んでください。")
		}
		if err := p.writes(u.ID, opens).put(ctx, tx, func(int) {}); err != nil {
			return err
		}
		fixed, err := json.Marshal(l.Cells())
		if err != nil {
			return err
		}
		h.State, h.Text = HoldApplied, string(fixed)
		return holds.Put(ctx, tx, h)
	})
}

// alone has a row of a complete list say nothing of those whom it does not name.
func alone(c *choice) { c.alone = true }

// DropHold says that a held row will not be applied, and why.
func (s *Service) DropHold(ctx context.Context, by *access.Actor, hold id.ID, why string) error {
	if text.Fold(why) == "" {
		return &errs.Error{Kind: errs.Invalid, Message: "取り下げる理由を書いてください。", Fields: []errs.Field{{Where: "reason", Message: "取り下げる理由を書いてください。"}}}
	}
	_, u, err := s.GetHold(ctx, by, hold)
	if err != nil {
		return err
	}
	return s.do(ctx, by, "people.hold.drop", u, func(tx *trail.Tx) error {
		h, _, err := s.waiting(ctx, tx, by, hold)
		if err != nil {
			return err
		}
		if h.State != HoldOpen {
			return errs.New(errs.Conflict, "この行は、もう保留されていません。")
		}
		h.State, h.Reason = HoldDropped, strings.TrimSpace(why)
		return holds.Put(ctx, tx, h)
	})
}
