package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
)

// Sheets takes files into registers and gives workbooks out, behind the screens: what takes long is a job. It is safe for concurrent
// use.
//
// Who may write in a register somewhere may send files for it. What he has sent belongs to the widest unit on the way to his work for
// which he may write, or to the body where he may for all of it: those see it who may write there. What it comes to is worked out on
// the authority of one of them, and its rows are shown to him alone, since another may see other entries.
type Sheets struct {
	// Jobs takes the work: a queue that has the Kinds of this service. It is set before the first use.
	Jobs *job.Queue

	log   *trail.Log
	s     *register.Service
	files *file.Store
	actor Actors
}

// Actors gives somebody by the name that the trail has for him, with what he may do at this moment.
type Actors func(ctx context.Context, r db.Reader, name string) (*access.Actor, error)

// NewSheets makes the service.
func NewSheets(log *trail.Log, s *register.Service, files *file.Store, actor Actors) *Sheets {
	return &Sheets{log: log, s: s, files: files, actor: actor}
}

// Limits of what is sent at once. A folder of thousands comes as a ZIP, whose own limits are those of register.Unpack.
const (
	maxSent  = 300 << 20 // bytes
	mostSent = 200       // files
)

// book is the register of a row, as somebody has it before him.
func (x *Sheets) book(ctx context.Context, r db.Reader, by *access.Actor, name string) (*register.Desk, error) {
	regime, kind, _ := strings.Cut(name, ".")
	return x.s.Open(ctx, r, by, regime, kind)
}

// writer opens a register for who may write in it somewhere.
func (x *Sheets) writer(ctx context.Context, r db.Reader, by *access.Actor, regime, kind string) (*register.Desk, error) {
	d, err := x.s.Open(ctx, r, by, regime, kind)
	if err == nil && d.Writing().Empty() {
		err = d.Refused("取り込む")
	}
	return d, err
}

// homeFor is whose a thing is that somebody has made for a register: of the widest unit on the way to his work for which he may write,
// or of the body, where he may for all.
func homeFor(d *register.Desk, by *access.Actor) string {
	scope := d.Writing()
	if scope.Every() {
		return trail.Body
	}
	for _, a := range by.Assignments {
		for _, u := range d.Chart.Tree.Path(a.Unit) {
			if scope.Reaches(u.Unit) {
				return org.UnitHome(u.Unit)
			}
		}
	}
	if homes := scope.Homes(); len(homes) > 0 {
		return slices.Min(homes)
	}
	return trail.Body
}

// do writes an act on something of a register, for which by may write there.
func (x *Sheets) do(ctx context.Context, by *access.Actor, name, book, home string, fn func(tx *trail.Tx, d *register.Desk) error) error {
	act := trail.Act{Actor: by.Name, Name: name, Detail: map[string]string{"register": book}}
	return x.log.Do(ctx, act, func(tx *trail.Tx) error {
		d, err := x.book(ctx, tx, by, book)
		if err != nil {
			return err
		}
		if err := by.Among(d.Regime, slices.Concat(d.Edition.Change, d.Edition.Add)).Authorize(ctx, tx, access.LedgerWrite, home); err != nil {
			return err
		}
		return fn(tx, d)
	})
}

// Sent is a file as it comes in.
type Sent struct {
	Name string
	Size int64
	io.ReaderAt
}

// Upload keeps files, and has a job work out what they come to.
func (x *Sheets) Upload(ctx context.Context, by *access.Actor, regime, kind, title string, sent []Sent) (id.ID, error) {
	var d *register.Desk
	home := ""
	if err := x.log.DB().View(ctx, func(r db.Reader) (err error) {
		if d, err = x.writer(ctx, r, by, regime, kind); err == nil {
			home = homeFor(d, by)
		}
		return err
	}); err != nil {
		return "", err
	}
	if err := acceptable(sent); err != nil {
		return "", err
	}
	var stored []Stored
	for _, f := range sent {
		sum, size, err := x.files.Put(ctx, io.NewSectionReader(f, 0, f.Size), maxSent)
		if err != nil {
			return "", err
		}
		stored = append(stored, Stored{f.Name, sum, size})
		title = cmp.Or(title, f.Name)
	}
	list, err := json.Marshal(stored)
	if err != nil {
		return "", err
	}
	u := Upload{ID: id.New(x.log.DB().Now()), Row: trail.Row{Home: home}, Register: d.Name, Title: title, State: Open, Files: string(list), By: by.Name}
	return u.ID, x.do(ctx, by, "ledger.upload", d.Name, home, func(tx *trail.Tx, _ *register.Desk) error {
		u.At = db.At(tx.Now)
		if err := uploads.Put(ctx, tx, u); err != nil {
			return err
		}
		return x.ask(ctx, tx.Plain(), preview{Upload: u.ID, By: by.Name})
	})
}

// acceptable says what is wrong with files before anything is kept of them.
func acceptable(sent []Sent) error {
	var faults errs.Faults
	if len(sent) == 0 {
		faults.Add("files", "ファイルを選んでください。")
	}
	if len(sent) > mostSent {
		faults.Add("files", "一度に選べるのは%d個までです。フォルダーを ZIP にまとめて送ってください。", mostSent)
		return faults.Err("ファイルを受け取れません。")
	}
	for _, f := range sent {
		if !utf8.ValidString(f.Name) || strings.ContainsFunc(f.Name, unicode.IsControl) {
			faults.Add("files", "ファイルの名前 %q には、読めない文字があります。名前を変えてください。", f.Name)
			continue
		}
		if _, err := register.Unpack(f.Name, f, f.Size); err != nil {
			faults.Add("files", "%s", errs.Message(err))
		}
	}
	return faults.Err("ファイルを受け取れません。")
}

// ask has a job work out what an upload comes to.
func (x *Sheets) ask(ctx context.Context, tx *db.Tx, p preview) error {
	var err error
	if p.Job, err = x.Jobs.Enqueue(ctx, tx, previewJob, string(p.Upload)); err != nil {
		return err
	}
	p.At, p.Fault, p.Shown, p.Result = "", "", "", ""
	return putPreview(ctx, tx, p)
}

// seen reads an upload that the reader may know of; NotFound else.
func (x *Sheets) seen(ctx context.Context, r db.Reader, by *access.Actor, upload id.ID) (Upload, *register.Desk, error) {
	u, err := readUpload(ctx, r, upload)
	if err != nil {
		return u, nil, err
	}
	d, err := x.book(ctx, r, by, u.Register)
	if err != nil {
		return Upload{}, nil, err
	}
	ok, err := d.Writing().Has(ctx, r, u.Home)
	if err == nil && !ok {
		err = db.ErrNotFound
	}
	if err != nil {
		return Upload{}, nil, err
	}
	return u, d, nil
}

// Get reads an upload. NotFound also for who may not know of it.
func (x *Sheets) Get(ctx context.Context, by *access.Actor, upload id.ID) (u Upload, err error) {
	err = x.log.DB().View(ctx, func(r db.Reader) error {
		u, _, err = x.seen(ctx, r, by, upload)
		return err
	})
	return u, err
}

// listed are the uploads of a register that the reader may know of, newest first.
func (x *Sheets) listed(ctx context.Context, r db.Reader, d *register.Desk) (list []Upload, err error) {
	all, err := uploadsOf(ctx, r, d.Name)
	if err != nil {
		return nil, err
	}
	homes := make([]string, len(all))
	for i, u := range all {
		homes[i] = u.Home
	}
	seen, err := d.Writing().Seen(ctx, r, homes...)
	for _, u := range all {
		if seen[u.Home] {
			list = append(list, u)
		}
	}
	return list, err
}

// Check has what an upload comes to worked out anew, on the authority of who asks, with its columns as m says; nil for as before.
func (x *Sheets) Check(ctx context.Context, by *access.Actor, upload id.ID, m *register.Mapping) error {
	return x.log.DB().Update(ctx, func(tx *db.Tx) error {
		u, _, err := x.seen(ctx, tx, by, upload)
		if err != nil {
			return err
		}
		if u.State != Open {
			return settled(u)
		}
		p, err := readPreview(ctx, tx, upload)
		if err != nil {
			return err
		}
		p.Upload, p.By = u.ID, by.Name
		if m != nil {
			text, err := json.Marshal(m)
			if err != nil {
				return err
			}
			p.Mapping = string(text)
		}
		return x.ask(ctx, tx, p)
	})
}

// settled is the error of who wants to do something with an upload that is no longer open.
func settled(u Upload) error {
	return errs.New(errs.Conflict, "この取り込みは、%sです。", u.State.Title())
}

// Apply confirms what the preview with a sum has shown, and has a job take it in: whole, in one act, or not at all.
func (x *Sheets) Apply(ctx context.Context, by *access.Actor, upload id.ID, sum string, hold bool) error {
	u, err := x.Get(ctx, by, upload)
	if err != nil {
		return err
	}
	return x.do(ctx, by, "ledger.confirm", u.Register, u.Home, func(tx *trail.Tx, _ *register.Desk) error {
		now, _, err := x.seen(ctx, tx, by, upload)
		if err != nil {
			return err
		}
		if now.State != Open {
			return settled(now)
		}
		p, err := readPreview(ctx, tx, upload)
		if err != nil {
			return err
		}
		s, err := p.shown()
		if err != nil {
			return err
		}
		if s == nil || p.By != by.Name || s.Sum != sum {
			return errs.New(errs.Conflict, "確かめた内容が、いまの内容と違います。もう一度確かめてください。")
		}
		if s.Faulty > 0 && !hold {
			var faults errs.Faults
			faults.Add("hold", "誤りのある行が%d件あります。ファイルを直して送り直すか、保留にして残りを取り込んでください。", s.Faulty)
			return faults.Err("このままでは取り込めません。")
		}
		now.State, now.Trouble, now.Confirmed, now.Mapping, now.Sum, now.Hold = Queued, "", by.Name, p.Mapping, s.Sum, hold
		now.New, now.Changed, now.Faulty = s.New, s.Changed, s.Faulty
		if now.Job, err = x.Jobs.Enqueue(ctx, tx.Plain(), importJob, string(upload)); err != nil {
			return err
		}
		return uploads.Put(ctx, tx, now)
	})
}

// Again has the job of an upload tried once more, after it stopped for good. It is a Conflict where it has not.
func (x *Sheets) Again(ctx context.Context, by *access.Actor, upload id.ID) error {
	return x.log.DB().Update(ctx, func(tx *db.Tx) error {
		u, _, err := x.seen(ctx, tx, by, upload)
		if err != nil {
			return err
		}
		if u.State != Queued {
			return settled(u)
		}
		return x.Jobs.Retry(ctx, tx, u.Job)
	})
}

// Drop says that an upload will not be taken in.
func (x *Sheets) Drop(ctx context.Context, by *access.Actor, upload id.ID, why string) error {
	u, err := x.Get(ctx, by, upload)
	if err != nil {
		return err
	}
	return x.do(ctx, by, "ledger.drop", u.Register, u.Home, func(tx *trail.Tx, _ *register.Desk) error {
		now, _, err := x.seen(ctx, tx, by, upload)
		if err != nil {
			return err
		}
		if now.State != Open {
			return settled(now)
		}
		now.State, now.Note = Dropped, strings.TrimSpace(why)
		if err := dropPreview(ctx, tx.Plain(), upload); err != nil {
			return err
		}
		return uploads.Put(ctx, tx, now)
	})
}
