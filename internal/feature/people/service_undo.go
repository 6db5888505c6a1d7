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
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// undoJob is the kind of job that undoes an upload; its payload is the upload.
const undoJob = "people.undo"

// Undo has a job undo an import. Before its day everything is as it was before, in every row. From that day on what it stated
// was true for somebody: then it is corrected, as an import of its own that says anew what stood before.
func (s *Service) Undo(ctx context.Context, by string, upload id.ID, why string) error {
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
		u.State, u.Note, u.Confirmed, u.Trouble = Undoing, why, by, ""
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
	err := s.do(ctx, u.Confirmed, "people.undo", u, func(tx *trail.Tx) error {
		now, err := readUpload(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if now.State != Undoing {
			return h.Finish(ctx, tx.Plain()) // somebody else has ended it
		}
		batch, err := readBatch(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if jpdate.Today(tx.Now).Before(batch.Effective) {
			now.State = Undone
			if err := takeBack(ctx, tx, batch); err != nil {
				return err
			}
		} else {
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
	if refused(err) {
		return s.back(ctx, u, Undoing, Applied, err)
	}
	return err
}

// takeBack undoes a batch that nothing else stands on.
func takeBack(ctx context.Context, tx *trail.Tx, batch org.Batch) error {
	n, err := standOn(ctx, tx, batch.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		return errs.New(errs.Conflict, "後の手続%d件が、この取り込みで新しくできた組織、職、職員か業務システムを使っています。後のものから順に取り消してください。", n)
	}
	return org.TakeBack(ctx, tx, batch)
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
	if err := reverse(ctx, tx, wrong.ID, batch.Change(tx)); err != nil {
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
func (s *Service) Enter(ctx context.Context, by string, form Form, rows []map[string]string, o Options) (id.ID, error) {
	typed, err := Typed(form, rows, o.Title)
	if err != nil {
		return "", err
	}
	return s.Upload(ctx, by, []Source{typed}, o)
}

// Wrong is somebody who was taken to bear a post that, as an import says, was not his: from when to when, and what he did.
type Wrong struct {
	Person       id.ID
	Number, Name string
	Unit, Post   string // in words
	From, To     db.Time
	Deeds        []Deed
}

// Deed is an act in the trail.
type Deed struct {
	Act             id.ID
	At              db.Time
	Name, Authority string
	Kind, Thing     string // the first that it changed
	Things          int
}

// Meanwhile lists who was taken for the bearer of a post until an import corrected it, and what each of them has done in that
// time; before it is applied, what the import would correct.
func (s *Service) Meanwhile(ctx context.Context, by string, upload id.ID) (list []Wrong, err error) {
	u, err := s.Get(ctx, by, upload)
	if err != nil {
		return nil, err
	}
	var lines []*Line // none where the plan only knows names
	if u.State != Applied {
		if lines, _, err = s.lines(u); err != nil {
			return nil, err
		}
	}
	err = s.log.DB().View(ctx, func(r db.Reader) error {
		list = nil
		now := db.At(s.now())
		var closed, stated []org.Assignment
		if u.State == Applied {
			if closed, stated, err = assignmentsOf(ctx, r, u.ID); err != nil {
				return err
			}
		}
		p, err := s.plan(ctx, r, s.now(), by, u, u.choice().Others, lines)
		if err != nil {
			return err
		}
		if u.State != Applied {
			for _, a := range p.assignments.changes(now, u.ID) {
				if a.Batch == u.ID {
					stated = append(stated, a)
				} else {
					closed = append(closed, a)
				}
			}
		}
		for _, w := range wrongs(closed, stated, now) {
			x := Wrong{Person: w.Person, From: w.Opens, To: w.Closes, Name: p.name(w.Person), Number: p.numberOf(w.Person)}
			if s := p.units.last(w.Unit, nil); s != nil {
				x.Unit = s.row.Name
			}
			if s := p.posts.last(w.Post, nil); s != nil {
				x.Post = s.row.Title
			}
			if x.Deeds, err = s.deeds(ctx, r, by, x); err != nil {
				return err
			}
			list = append(list, x)
		}
		return nil
	})
	return list, err
}

// wrongs tells of which statements that were known it is now said that they did not hold on days gone by. Opens and Closes of
// what comes back are the time in which one was wrong.
func wrongs(closed, stated []org.Assignment, now db.Time) []org.Assignment {
	var list []org.Assignment
	slices.SortFunc(stated, func(a, b org.Assignment) int { return a.From.Compare(b.From) })
	for _, a := range closed {
		day := a.From
		for _, b := range stated {
			if a.Person == b.Person && a.Unit == b.Unit && a.Post == b.Post && a.Manner == b.Manner && !b.From.After(day) && !b.Until.Before(day) {
				day = b.Until.AddDays(1) // it is said again up to there
			}
		}
		a.Closes = min(a.Closes, now)
		if day.IsZero() || day.After(a.Until) { // all of it is
			continue
		}
		a.Opens = max(a.Opens, db.At(day.Start()))
		if a.Until != org.Open() {
			a.Closes = min(a.Closes, db.At(a.Until.AddDays(1).Start()))
		}
		if a.Opens < a.Closes {
			list = append(list, a)
		}
	}
	return list
}

// numberOf is the number of a person, as it was last.
func (p *plan) numberOf(person id.ID) string {
	if s := p.people.last(person, nil); s != nil {
		return s.row.Number
	}
	return ""
}

// deeds are the acts of a person in a time, oldest first.
func (s *Service) deeds(ctx context.Context, r db.Reader, by string, w Wrong) ([]Deed, error) {
	batches, err := org.Sight(ctx, r, by, db.At(s.now()))
	if err != nil {
		return nil, err
	}
	seen := trail.Seen{Now: db.At(s.now())}
	for _, batch := range batches {
		seen.Seals = append(seen.Seals, "batch:"+string(batch))
	}
	entries, _, err := s.log.Search(ctx, r, trail.Query{Actor: "person:" + string(w.Person), From: w.From, To: w.To, Limit: 5000}, seen)
	var deeds []Deed
	for _, e := range slices.Backward(entries) {
		if n := len(deeds); n > 0 && deeds[n-1].Act == e.Act {
			deeds[n-1].Things++
			continue
		}
		deeds = append(deeds, Deed{Act: e.Act, At: e.At, Name: e.Name, Authority: e.Authority, Kind: e.Kind, Thing: e.Thing, Things: 1})
	}
	return deeds, err
}
