package people

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/sheet"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// undoJob is the kind of job that undoes an upload; its payload is the upload.
const undoJob = "people.undo"

// Undo has a job undo an import. Before its day everything is as it was before, in every row. From that day on what it stated
// was true for somebody: then it is corrected, as an import of its own that says anew what stood before.
func (s *Service) Undo(ctx context.Context, by *access.Actor, upload id.ID, why string) error {
	if strings.TrimSpace(why) == "" {
		return &errs.Error{Kind: errs.Invalid, Message: "取り消す理由を書いてください。", Fields: []errs.Field{{Where: "reason", Message: "取り消す理由を書いてください。"}}}
	}
	u, err := s.Get(ctx, by, upload)
	if err != nil {
		return err
	}
	return s.do(ctx, by, "people.undo.confirm", u, func(tx *trail.Tx) error {
		if u, err = s.seen(ctx, tx, by, upload); err != nil {
			return err
		}
		if u.State != Applied {
			return errs.New(errs.Conflict, "この取り込みは、%sです。", u.State.Title())
		}
		u.State, u.Note, u.Confirmed, u.Trouble = Undoing, why, by.Name, ""
		if u.Job, err = s.Jobs.Enqueue(ctx, tx.Plain(), undoJob, string(upload)); err != nil {
			return err
		}
		return uploads.Put(ctx, tx, u)
	})
}

func (s *Service) runUndo(ctx context.Context, h *job.Handle) error {
	var u Upload
	if err := s.log.DB().View(ctx, func(r db.Reader) (err error) {
		u, err = readUpload(ctx, r, id.ID(h.Payload))
		return err
	}); err != nil {
		return err
	}
	h.Progress(0, 0, "取り消しています")
	err := s.alone(ctx, u.act(u.Confirmed, "people.undo", db.Time(u.Sealed), db.At(s.now())), func(tx *trail.Tx) error {
		now, err := readUpload(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if now.State != Undoing {
			return errEnded
		}
		batch, err := org.ReadBatch(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		n, err := org.StandOn(ctx, tx, batch.ID, jpdate.Today(tx.Now))
		switch {
		case err != nil:
			return err
		case n > 0:
			return errs.New(errs.Conflict, "後の手続%d件が、この取り込みの内容に続いています。後のものから順に取り消してください。", n)
		case jpdate.Today(tx.Now).Before(batch.Effective):
			now.State = Undone
			if err := org.TakeBack(ctx, tx, batch); err != nil {
				return err
			}
		default:
			now.State = Corrected
			if err := s.correct(ctx, tx, now, batch); err != nil {
				return err
			}
		}
		if err := uploads.Put(ctx, tx, now); err != nil {
			return err
		}
		return h.Finish(ctx, tx.Plain())
	})
	switch {
	case errors.Is(err, errEnded):
		return nil
	case refused(err):
		return s.back(ctx, u, Undoing, Applied, err)
	}
	return err
}

// correct states anew what a batch has closed and closes what it stated, as a batch and an upload of its own.
func (s *Service) correct(ctx context.Context, tx *trail.Tx, u Upload, wrong org.Batch) error {
	opens := max(db.At(tx.Now), wrong.Opens) // what is still secret is not given away by taking it back
	c := Upload{
		ID: id.New(tx.Now), Row: trail.Row{Home: org.BodyHome}, Title: "「" + u.Title + "」の取り消し", State: Applied, Files: "[]", At: db.At(tx.Now), By: u.Confirmed,
		Operators: strings.Join(u.operators(), " "), Confirmed: u.Confirmed, HeldLimit: u.HeldLimit, Opens: string(opens), Sealed: string(opens), Note: u.Note,
	}
	batch := c.batch(opens, jpdate.Today(tx.Now))
	if err := org.Batches.Put(ctx, tx, batch); err != nil {
		return err
	}
	if err := org.Reverse(ctx, tx, wrong.ID, batch.Change(tx)); err != nil {
		return err
	}
	return uploads.Put(ctx, tx, c)
}

// refused says whether trying again cannot help.
func refused(err error) bool {
	kind := errs.KindOf(err)
	return kind == errs.Invalid || kind == errs.NotFound || kind == errs.Conflict && !errors.Is(err, job.ErrLost)
}

// Typed makes a file of rows that were typed.
func Typed(form Form, rows []map[string]string, name string) (Source, error) {
	var file bytes.Buffer
	w := sheet.NewWriter(&file, sheet.UTF8, "")
	columns := slices.DeleteFunc(form.Columns(), func(c sheet.Column) bool {
		return !c.Required && !slices.ContainsFunc(rows, func(row map[string]string) bool { return row[c.ID] != "" })
	})
	line := func(cell func(sheet.Column) string) error {
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = cell(c)
		}
		return w.Row(cells...)
	}
	if err := line(func(c sheet.Column) string { return c.Titles[0] }); err != nil {
		return Source{}, err
	}
	for _, row := range rows {
		if err := line(func(c sheet.Column) string { return row[c.ID] }); err != nil {
			return Source{}, err
		}
	}
	return Source{Name: cmp.Or(name, "手入力") + ".csv", Data: &file}, w.Close()
}

// Enter takes in rows that were typed, as an upload of one file: a correction is one. It is previewed and applied like any other.
func (s *Service) Enter(ctx context.Context, by *access.Actor, form Form, rows []map[string]string, o Options) (id.ID, error) {
	typed, err := Typed(form, rows, o.Title)
	if err != nil {
		return "", err
	}
	return s.Upload(ctx, by, []Source{typed}, o)
}
