package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	sheets "sekimori/internal/base/sheet"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
)

// The kinds of jobs; the payload is the upload or the batch.
const (
	previewJob = "ledger.preview"
	importJob  = "ledger.import"
	handoutJob = "ledger.handout"
)

// Kinds are the jobs of this feature, for the queue.
func (x *Sheets) Kinds() []job.Kind {
	return []job.Kind{
		{Name: previewJob, Title: "台帳に取り込む前の確認", Run: x.runPreview},
		{Name: importJob, Title: "台帳への取り込み", Run: x.runImport},
		{Name: handoutJob, Title: "台帳の表の配布", Run: x.runHandout},
	}
}

// sources opens the files of an upload, those of archives one by one. close ends the use of them.
func (x *Sheets) sources(stored []Stored) (list []register.Source, closeAll func(), err error) {
	var open []io.Closer
	closeAll = func() {
		for _, c := range open {
			_ = c.Close() // it was only read
		}
	}
	for _, s := range stored {
		whole, err := x.files.OpenWhole(s.Sum)
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		some, err := register.Unpack(s.Name, whole, whole.Size)
		if err != nil {
			closeAll()
			return nil, nil, errors.Join(err, whole.Close())
		}
		if len(some) == 1 && some[0].Name == s.Name && some[0].Size == s.Size { // it is a sheet itself, and opened when it is read
			if err := whole.Close(); err != nil {
				closeAll()
				return nil, nil, err
			}
			some[0].Open = func() (io.ReaderAt, io.Closer, error) {
				w, err := x.files.OpenWhole(s.Sum)
				return w, w, err
			}
		} else {
			open = append(open, whole)
		}
		list = append(list, some...)
	}
	return list, closeAll, nil
}

// kept is what becomes of a stream into the file store.
type kept struct {
	sum  string
	size int64
	err  error
}

// keeping streams what is written into the file store, so that it is never in memory as a whole.
type keeping struct {
	*io.PipeWriter
	done chan kept
}

func (x *Sheets) keep(ctx context.Context) *keeping {
	from, to := io.Pipe()
	k := &keeping{to, make(chan kept, 1)}
	go func() {
		var r kept
		r.sum, r.size, r.err = x.files.Put(ctx, from, mostKept)
		_ = from.CloseWithError(errors.Join(r.err, io.ErrClosedPipe)) // who still writes is told why nobody reads
		k.done <- r
	}()
	return k
}

// mostKept is how many bytes a file has at most that the program makes.
const mostKept = 2 << 30

// end gives the sum of what was written, once it is on the disk.
func (k *keeping) end() (string, int64, error) {
	_ = k.Close() // a pipe has no error
	r := <-k.done
	return r.sum, r.size, r.err
}

// stop throws away what was written, if it has not come to its end.
func (k *keeping) stop() { _ = k.CloseWithError(io.ErrUnexpectedEOF) }

// copied writes a file of the store.
func (x *Sheets) copied(w io.Writer, sum string) error {
	content, err := x.files.Open(sum)
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = io.Copy(w, content)
	return err
}

// refused says that a job would come to the same error again, so that somebody has to do something.
func refused(err error) bool {
	kind := errs.KindOf(err)
	return kind == errs.Invalid || kind == errs.NotFound || kind == errs.Forbidden || kind == errs.Conflict && !errors.Is(err, job.ErrLost)
}

// runPreview is the job that works out what an upload comes to.
func (x *Sheets) runPreview(ctx context.Context, h *job.Handle) error {
	var u Upload
	var p preview
	var by *access.Actor
	var d *register.Desk
	var m register.Mapping
	err := x.log.DB().View(ctx, func(r db.Reader) (err error) {
		if u, err = readUpload(ctx, r, id.ID(h.Payload)); err != nil {
			return err
		}
		if p, err = readPreview(ctx, r, u.ID); err != nil || p.Job != h.Job {
			return err
		}
		if by, err = x.actor(ctx, r, p.By); err != nil {
			return err
		}
		if _, d, err = x.seen(ctx, r, by, u.ID); err != nil {
			return err
		}
		m, err = x.proposed(ctx, r, by, d, p)
		return err
	})
	if err == nil && p.Job != h.Job {
		return nil // another one was asked for since
	}
	if err == nil {
		err = x.workOut(ctx, h, by, u, d, m, &p)
	}
	if err != nil {
		if !refused(err) {
			return err
		}
		p.Fault = errs.Message(err)
		if e, ok := errors.AsType[*errs.Error](err); ok {
			for _, f := range e.Fields {
				p.Fault += "\n" + strings.TrimSpace(f.Where+" "+f.Message)
			}
		}
	}
	return x.log.DB().Update(ctx, func(tx *db.Tx) error {
		now, err := readPreview(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if now.Job == h.Job {
			p.At = string(db.At(tx.Now))
			if err := putPreview(ctx, tx, p); err != nil {
				return err
			}
		}
		return h.Finish(ctx, tx)
	})
}

// workOut makes the preview of an upload.
func (x *Sheets) workOut(ctx context.Context, h *job.Handle, by *access.Actor, u Upload, d *register.Desk, m register.Mapping, p *preview) error {
	sources, closeAll, err := x.sources(u.Sources())
	if err != nil {
		return err
	}
	defer closeAll()
	if p.Mapping == "" {
		if m, err = x.fitting(ctx, by, d, m, sources[:min(1, len(sources))]); err != nil {
			return err
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	p.Mapping = string(text)
	to := x.keep(ctx)
	defer to.stop()
	result := register.NewResult(to, sheets.Excel)
	var some []shownLine
	out, err := x.s.Preview(ctx, by, d.Regime, d.Kind.ID, sources, m, func(l register.Line) error {
		h.Progress(int64(l.N), 0, "ファイルを読んでいます")
		if len(some) < mostChanges && (l.Outcome == register.RowNew || l.Outcome == register.RowChanged) {
			some = append(some, lineShown(l))
		}
		return result.Line(l)
	})
	if err != nil {
		return err
	}
	if err := result.Close(); err != nil {
		return err
	}
	if p.Result, _, err = to.end(); err != nil {
		return err
	}
	s := shownOf(out)
	s.Changes = some
	text, err = json.Marshal(s)
	p.Shown, p.Fault = string(text), ""
	return err
}

// proposed is how the files of an upload are to be read: as somebody has said, or as those of the last import of the register were.
func (x *Sheets) proposed(ctx context.Context, r db.Reader, by *access.Actor, d *register.Desk, p preview) (register.Mapping, error) {
	var m register.Mapping
	if p.Mapping != "" {
		return m, json.Unmarshal([]byte(p.Mapping), &m)
	}
	all, err := x.listed(ctx, r, d)
	if err != nil {
		return m, err
	}
	for _, u := range all {
		if u.State == Applied && json.Unmarshal([]byte(u.Mapping), &m) == nil {
			m.Overwrite = false // it is decided each time
			return m, nil
		}
	}
	return atFirst(d, by), nil
}

// atFirst is how files are read of which nobody has said anything: entries are told apart by what they are called, and belong where
// the sender works, if he works in few places.
func atFirst(d *register.Desk, by *access.Actor) register.Mapping {
	var m register.Mapping
	if d.Volume != register.Log {
		for _, f := range d.Keys() {
			if f.Type == register.TypeText && f.Required && f.List {
				m.Key = f.ID
				break
			}
		}
	}
	if scope := d.Adding(); scope.Few() {
		if f, ok := d.Field(d.Owner); ok {
			if words := fresh(d, by).Text(f.ID); words != "" {
				if home, err := d.HomeOf(words); err == nil {
					m.Owner = home
				}
			}
		}
	}
	return m
}

// fitting is the mapping that was proposed, if the first file has the columns that it names; else what reads a file by its own titles.
func (x *Sheets) fitting(ctx context.Context, by *access.Actor, d *register.Desk, m register.Mapping, first []register.Source) (register.Mapping, error) {
	if len(m.Columns) == 0 && m.Sheet == "" && m.OwnerCell == "" && !m.OwnerName || len(first) == 0 {
		return m, nil
	}
	plain := atFirst(d, by)
	plain.Key = m.Key
	p, err := x.s.Preview(ctx, by, d.Regime, d.Kind.ID, first, m, nil)
	switch {
	case refused(err):
		return plain, nil // of an edition from before
	case err != nil:
		return m, err
	}
	has := map[string]bool{}
	for _, c := range p.Files[0].Headings {
		has[c.Path] = true
	}
	for path, title := range m.Columns {
		if title != "" && !has[path] {
			return plain, nil
		}
	}
	if p.Files[0].Fault != "" {
		return plain, nil
	}
	return m, nil
}

// runImport is the job that takes an upload in. What was confirmed is worked out again in the transaction that writes it.
func (x *Sheets) runImport(ctx context.Context, h *job.Handle) error {
	var u Upload
	var by *access.Actor
	var d *register.Desk
	var m register.Mapping
	err := x.log.DB().View(ctx, func(r db.Reader) (err error) {
		if u, err = readUpload(ctx, r, id.ID(h.Payload)); err != nil || u.State != Queued || u.Job != h.Job {
			return err
		}
		if by, err = x.actor(ctx, r, u.Confirmed); err != nil {
			return err
		}
		if _, d, err = x.seen(ctx, r, by, u.ID); err != nil {
			return err
		}
		return json.Unmarshal([]byte(u.Mapping), &m)
	})
	if err == nil && (u.State != Queued || u.Job != h.Job) {
		return nil // there is nothing left to do
	}
	if err == nil {
		err = x.takeIn(ctx, h, by, u, d, m)
	}
	if refused(err) && u.ID != "" {
		return x.back(ctx, h, u, err)
	}
	return err
}

func (x *Sheets) takeIn(ctx context.Context, h *job.Handle, by *access.Actor, u Upload, d *register.Desk, m register.Mapping) error {
	sources, closeAll, err := x.sources(u.Sources())
	if err != nil {
		return err
	}
	defer closeAll()
	total := int64(u.New + u.Changed + u.Faulty)
	var to *keeping
	defer func() {
		if to != nil {
			to.stop()
		}
	}()
	var result *register.Result
	_, err = x.s.Import(ctx, by, d.Regime, d.Kind.ID, sources, m, u.confirmed(), register.Importing{
		Note: u.Title, Hold: u.Hold, HoldHome: u.Home,
		Progress: func(done int) { h.Progress(int64(done), max(total, int64(done)), "台帳に書いています") },
		Begin: func() error { // again, where the transaction is run again
			if to != nil {
				to.stop()
			}
			to = x.keep(ctx)
			result = register.NewResult(to, sheets.Excel)
			return nil
		},
		Each: func(l register.Line) error { return result.Line(l) },
		Within: func(tx *trail.Tx, _ *register.Preview) error {
			now, err := readUpload(ctx, tx, u.ID)
			if err != nil {
				return err
			}
			if now.State != Queued || now.Job != h.Job {
				return job.ErrLost
			}
			if err := result.Close(); err != nil {
				return err
			}
			if now.Result, _, err = to.end(); err != nil {
				return err
			}
			now.State, now.Act = Applied, tx.Act
			if err := uploads.Put(ctx, tx, now); err != nil {
				return err
			}
			if err := dropPreview(ctx, tx.Plain(), u.ID); err != nil {
				return err
			}
			return h.Finish(ctx, tx.Plain())
		},
	})
	return err
}

// back notes why a job came to nothing, and has what the upload comes to worked out anew: the register, or what its confirmer may do,
// is another by now.
func (x *Sheets) back(ctx context.Context, h *job.Handle, u Upload, why error) error {
	act := trail.Act{Actor: u.Confirmed, Name: "ledger.stop", Detail: map[string]string{"register": u.Register}}
	return x.log.Do(ctx, act, func(tx *trail.Tx) error {
		now, err := readUpload(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if now.State != Queued || now.Job != h.Job {
			return job.ErrLost
		}
		p, err := readPreview(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		p.Upload, p.By, p.Mapping = u.ID, u.Confirmed, u.Mapping
		if err := x.ask(ctx, tx.Plain(), p); err != nil {
			return err
		}
		now.State, now.Trouble = Open, errs.Message(why)
		if err := uploads.Put(ctx, tx, now); err != nil {
			return err
		}
		return h.Finish(ctx, tx.Plain())
	})
}
