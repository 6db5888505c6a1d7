package ledger

import (
	"context"
	"encoding/json"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
)

// mostBlank is how many empty lines a workbook gets at most.
const mostBlank = 500

// GiveOut has a job make workbooks for some units.
func (x *Sheets) GiveOut(ctx context.Context, by *access.Actor, regime, kind string, units []id.ID, blank int, note string) (id.ID, error) {
	var d *register.Desk
	var faults errs.Faults
	home := ""
	if err := x.log.DB().View(ctx, func(r db.Reader) (err error) {
		if d, err = x.writer(ctx, r, by, regime, kind); err != nil {
			return err
		}
		home = homeFor(d, by)
		for _, u := range units {
			if !d.Writing().Reaches(u) {
				faults.Add("units", "配る権限の範囲の外にある組織があります。画面を開き直してください。")
				break
			}
		}
		return nil
	}); err != nil {
		return "", err
	}
	if len(units) == 0 {
		faults.Add("units", "配る組織を選んでください。")
	}
	if blank < 0 || blank > mostBlank {
		faults.Add("blank", "空の行は0から%dまでにしてください。", mostBlank)
	}
	if err := faults.Err("表を配れません。"); err != nil {
		return "", err
	}
	list, err := json.Marshal(units)
	if err != nil {
		return "", err
	}
	b := Batch{ID: id.New(x.log.DB().Now()), Row: trail.Row{Home: home}, Register: d.Name, Units: string(list), Blank: blank, Note: strings.TrimSpace(note), By: by.Name, State: BatchQueued}
	return b.ID, x.do(ctx, by, "ledger.handout", d.Name, home, func(tx *trail.Tx, _ *register.Desk) error {
		b.At = db.At(tx.Now)
		if b.Job, err = x.Jobs.Enqueue(ctx, tx.Plain(), handoutJob, string(b.ID)); err != nil {
			return err
		}
		return batches.Put(ctx, tx, b)
	})
}

// runHandout is the job that makes the workbooks: the ZIP is kept before anything is noted of it.
func (x *Sheets) runHandout(ctx context.Context, h *job.Handle) error {
	var b Batch
	var by *access.Actor
	var d *register.Desk
	err := x.log.DB().View(ctx, func(r db.Reader) (err error) {
		if b, err = readBatch(ctx, r, id.ID(h.Payload)); err != nil || b.State != BatchQueued {
			return err
		}
		if by, err = x.actor(ctx, r, b.By); err == nil {
			d, err = x.book(ctx, r, by, b.Register)
		}
		return err
	})
	if err == nil && b.State != BatchQueued {
		return nil
	}
	if err == nil {
		err = x.handOut(ctx, h, by, b, d)
	}
	if refused(err) && b.ID != "" {
		return x.failed(ctx, h, b, err)
	}
	return err
}

func (x *Sheets) handOut(ctx context.Context, h *job.Handle, by *access.Actor, b Batch, d *register.Desk) error {
	to := x.keep(ctx)
	defer to.stop()
	var file string
	var size int64
	units := b.units()
	_, err := x.s.GiveOut(ctx, by, d.Regime, d.Kind.ID, register.Handing{
		Units: units, Empty: b.Blank, Note: b.Note,
		Progress: func(done int) { h.Progress(int64(done), int64(len(units)), "表を作っています") },
		Written:  func() (err error) { file, size, err = to.end(); return err },
		Within: func(tx *trail.Tx, batch id.ID) error {
			now, err := readBatch(ctx, tx, b.ID)
			if err != nil {
				return err
			}
			if now.State != BatchQueued {
				return job.ErrLost
			}
			now.State, now.Batch, now.File, now.Size = BatchGiven, batch, file, size
			if err := batches.Put(ctx, tx, now); err != nil {
				return err
			}
			return h.Finish(ctx, tx.Plain())
		},
	}, to)
	return err
}

// failed notes why no workbooks were made.
func (x *Sheets) failed(ctx context.Context, h *job.Handle, b Batch, why error) error {
	act := trail.Act{Actor: b.By, Name: "ledger.handout.stop", Detail: map[string]string{"register": b.Register}}
	return x.log.Do(ctx, act, func(tx *trail.Tx) error {
		now, err := readBatch(ctx, tx, b.ID)
		if err != nil {
			return err
		}
		if now.State != BatchQueued {
			return job.ErrLost
		}
		now.State, now.Trouble = BatchFailed, errs.Message(why)
		if err := batches.Put(ctx, tx, now); err != nil {
			return err
		}
		return h.Finish(ctx, tx.Plain())
	})
}

// seenBatch reads a batch that the reader may know of; NotFound else.
func (x *Sheets) seenBatch(ctx context.Context, r db.Reader, by *access.Actor, batch id.ID) (Batch, *register.Desk, error) {
	b, err := readBatch(ctx, r, batch)
	if err != nil {
		return b, nil, err
	}
	d, err := x.book(ctx, r, by, b.Register)
	if err != nil {
		return Batch{}, nil, err
	}
	ok, err := d.Writing().Has(ctx, r, b.Home)
	if err == nil && !ok {
		err = db.ErrNotFound
	}
	if err != nil {
		return Batch{}, nil, err
	}
	return b, d, nil
}

// GetBatch reads a batch. NotFound also for who may not know of it.
func (x *Sheets) GetBatch(ctx context.Context, by *access.Actor, batch id.ID) (b Batch, err error) {
	err = x.log.DB().View(ctx, func(r db.Reader) error {
		b, _, err = x.seenBatch(ctx, r, by, batch)
		return err
	})
	return b, err
}

// AgainBatch has the job of a batch tried once more, after it stopped for good. It is a Conflict where it has not.
func (x *Sheets) AgainBatch(ctx context.Context, by *access.Actor, batch id.ID) error {
	return x.log.DB().Update(ctx, func(tx *db.Tx) error {
		b, _, err := x.seenBatch(ctx, tx, by, batch)
		if err != nil {
			return err
		}
		if b.State != BatchQueued {
			return errs.New(errs.Conflict, "この配布は、作り終えているか、作れませんでした。")
		}
		return x.Jobs.Retry(ctx, tx, b.Job)
	})
}

// Whole says whether somebody may have all the workbooks of a batch: they hold the entries of every unit that got one.
func (x *Sheets) Whole(ctx context.Context, r db.Reader, d *register.Desk, b Batch) (bool, error) {
	units := b.units()
	homes := make([]string, len(units))
	for i, u := range units {
		homes[i] = org.UnitHome(u)
	}
	write, err := d.Writing().Seen(ctx, r, homes...)
	if err != nil {
		return false, err
	}
	see, err := d.Seeing().Seen(ctx, r, homes...)
	for _, home := range homes {
		if !write[home] || !see[home] {
			return false, err
		}
	}
	return true, err
}

// batchesSeen are the batches of a register that the reader may know of, newest first.
func (x *Sheets) batchesSeen(ctx context.Context, r db.Reader, d *register.Desk) (list []Batch, err error) {
	all, err := batchesOf(ctx, r, d.Name)
	if err != nil {
		return nil, err
	}
	homes := make([]string, len(all))
	for i, b := range all {
		homes[i] = b.Home
	}
	seen, err := d.Writing().Seen(ctx, r, homes...)
	for _, b := range all {
		if seen[b.Home] {
			list = append(list, b)
		}
	}
	return list, err
}
