package people

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Rules reads what the regimes in force say about their roles.
type Rules func(ctx context.Context, r db.Reader) ([]org.Rules, error)

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	// Jobs takes the work of applying and undoing: a queue that has the Kinds of this service. It is set before the first use.
	Jobs *job.Queue

	log   *trail.Log
	files *file.Store
	rules Rules
}

// New makes the service.
func New(log *trail.Log, files *file.Store, rules Rules) *Service {
	return &Service{log: log, files: files, rules: rules}
}

func (s *Service) now() time.Time { return s.log.DB().Now() }

const (
	maxFile   = 64 << 20 // bytes; 33,000 people are 4 MB
	heldLimit = 2        // per cent of the rows, unless the options say otherwise
	within    = 30       // days after leaving in which somebody may come back under another number
)

// Upload takes in files and says what they can be applied as. Everything that keeps a file from being read is in the error; a
// row that is wrong is not: see Preview.
func (s *Service) Upload(ctx context.Context, by *access.Actor, sources []Source, o Options) (id.ID, error) {
	if err := s.log.DB().View(ctx, func(r db.Reader) (err error) {
		o.Operators, err = s.named(ctx, r, o.Operators)
		return err
	}); err != nil {
		return "", err
	}
	in, err := s.take(by, sources, o)
	if err != nil {
		return "", err
	}
	var stored []Stored
	for i, data := range in.data {
		sum, size, err := s.files.Put(ctx, bytes.NewReader(data), maxFile)
		if err != nil {
			return "", err
		}
		stored = append(stored, Stored{Name: sources[i].Name, Sum: sum, Size: size})
	}
	list, err := json.Marshal(stored)
	if err != nil {
		return "", err
	}
	in.Files, in.Sealed = string(list), string(max(o.Opens, opensOn(latest(in.lines, o.RosterOn))))
	err = s.do(ctx, by, "people.upload", in.Upload, func(tx *trail.Tx) error {
		in.At = db.At(tx.Now)
		return uploads.Put(ctx, tx, in.Upload)
	})
	return in.ID, err
}

// taken is an upload that has been read and is kept nowhere yet.
type taken struct {
	Upload
	data   [][]byte
	lines  []*Line
	tables []Table
}

// take reads files, and names all that cannot be read.
func (s *Service) take(by *access.Actor, sources []Source, o Options) (taken, error) {
	if o.HeldLimit == 0 {
		o.HeldLimit = heldLimit
	}
	in := taken{Upload: Upload{
		ID: id.New(s.now()), Row: trail.Row{Home: org.BodyHome}, Title: o.Title, State: Ready, By: by.Name,
		Operators: strings.Join(o.Operators, " "), Wished: string(o.Opens), RosterOn: o.RosterOn, Covers: o.Covers, HeldLimit: o.HeldLimit, Whole: o.Whole,
	}}
	var faults errs.Faults
	for _, source := range sources {
		if !utf8.ValidString(source.Name) || strings.ContainsFunc(source.Name, unicode.IsControl) {
			faults.Add("", "ファイルの名前 %q には、読めない文字があります。名前を変えてください。", source.Name)
			continue
		}
		data, err := io.ReadAll(io.LimitReader(source.Data, maxFile+1))
		if err != nil {
			return in, err
		}
		if len(data) > maxFile {
			faults.Add(source.Name, "大きすぎます。%dMBまでにしてください。", maxFile>>20)
			continue
		}
		lines, tables, err := readFile(source.Name, data)
		if err != nil && errs.KindOf(err) != errs.Invalid {
			return in, err
		}
		if err != nil {
			faults.Add("", "%s", errs.Message(err))
			continue
		}
		in.data, in.lines, in.tables = append(in.data, data), append(in.lines, lines...), append(in.tables, tables...)
		in.Title = cmp.Or(in.Title, source.Name)
	}
	if len(sources) == 0 {
		faults.Add("", "ファイルがありません。")
	}
	in.Rows = len(in.lines)
	return in, faults.Err("読めないファイルがあります。")
}

// do writes an act on an upload.
func (s *Service) do(ctx context.Context, by *access.Actor, name string, u Upload, fn func(tx *trail.Tx) error) error {
	return s.log.Do(ctx, u.act(by.Name, name, db.Time(u.Sealed), db.At(s.now())), func(tx *trail.Tx) error {
		if err := by.Authorize(ctx, tx, access.PeopleImport, u.Home); err != nil {
			return err
		}
		return fn(tx)
	})
}

// latest is the latest day on which something of the rows is different, as they say it: until then nothing of them is to be known.
func latest(lines []*Line, rosterOn jpdate.Date) jpdate.Date {
	last := rosterOn
	var scratch plan
	for _, l := range lines {
		on, from, until := scratch.date(l, "on"), scratch.date(l, "from"), scratch.date(l, "until")
		if o, known := orderOf(l.get("order")); known && o.lastDay {
			on = on.AddDays(1)
		}
		if from.IsZero() && !until.IsZero() {
			from = until.AddDays(1) // it only ends something
		}
		for _, d := range []jpdate.Date{on, from} {
			if d.After(last) && d.Before(org.Open()) {
				last = d
			}
		}
	}
	return last
}

func opensOn(day jpdate.Date) db.Time {
	if day.IsZero() {
		return ""
	}
	return db.At(day.Start())
}

// Get reads an upload. NotFound also for who may not know of it yet.
func (s *Service) Get(ctx context.Context, by *access.Actor, upload id.ID) (u Upload, err error) {
	err = s.log.DB().View(ctx, func(r db.Reader) error {
		u, err = s.seen(ctx, r, by, upload)
		return err
	})
	return u, err
}

func (s *Service) seen(ctx context.Context, r db.Reader, by *access.Actor, upload id.ID) (Upload, error) {
	u, err := readUpload(ctx, r, upload)
	if err != nil {
		return u, err
	}
	if _, err := by.Require(ctx, r, access.PeopleImport, u.Home); err != nil {
		return Upload{}, err
	}
	if !u.sees(by.Name, db.At(s.now())) {
		return Upload{}, db.ErrNotFound
	}
	return u, nil
}

// Listed is an upload in the list, with the number of its rows that wait on the hold list.
type Listed struct {
	Upload
	Held int
}

// List reads the uploads that an actor may know of, newest first.
func (s *Service) List(ctx context.Context, by *access.Actor) (list []Listed, err error) {
	err = s.log.DB().View(ctx, func(r db.Reader) error {
		list, err = s.listed(ctx, r, by)
		return err
	})
	return list, err
}

func (s *Service) listed(ctx context.Context, r db.Reader, by *access.Actor) (list []Listed, err error) {
	all, err1 := allUploads(ctx, r)
	open, err2 := openHolds(ctx, r)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	scope := by.Scope(access.PeopleImport)
	for _, u := range all {
		seen, err := scope.Has(ctx, r, u.Home)
		if err != nil {
			return nil, err
		}
		if seen && u.sees(by.Name, db.At(s.now())) {
			list = append(list, Listed{u, open[u.ID]})
		}
	}
	return list, nil
}

// Drop says that an upload will not be applied.
func (s *Service) Drop(ctx context.Context, by *access.Actor, upload id.ID, why string) error {
	return s.change(ctx, by, "people.drop", upload, func(u *Upload) error {
		if u.State != Ready {
			return errs.New(errs.Conflict, "取り込み中か、取り込み済みです。")
		}
		u.State, u.Note = Dropped, why
		return nil
	})
}

// change writes a new state of an upload.
func (s *Service) change(ctx context.Context, by *access.Actor, name string, upload id.ID, fn func(u *Upload) error) error {
	u, err := s.Get(ctx, by, upload)
	if err != nil {
		return err
	}
	return s.do(ctx, by, name, u, func(tx *trail.Tx) error {
		now, err := s.seen(ctx, tx, by, upload)
		if err != nil {
			return err
		}
		if err := fn(&now); err != nil {
			return err
		}
		return uploads.Put(ctx, tx, now)
	})
}

// lines reads the files of an upload again.
func (s *Service) lines(u Upload) (lines []*Line, tables []Table, err error) {
	for _, stored := range u.Sources() {
		some, its, err := s.linesIn(stored)
		if err != nil {
			return nil, nil, err
		}
		lines, tables = slices.Concat(lines, some), append(tables, its...)
	}
	return lines, tables, nil
}

func (s *Service) linesIn(stored Stored) ([]*Line, []Table, error) {
	from, err := s.files.Open(stored.Sum)
	if err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(from)
	_ = from.Close() // what was read was read
	if err != nil {
		return nil, nil, err
	}
	return readFile(stored.Name, data)
}

// plan works out rows against what stands at a moment: that of the transaction where there is one.
func (s *Service) plan(ctx context.Context, r db.Reader, now time.Time, by string, u Upload, others []string, lines []*Line, options ...func(*choice)) (*plan, error) {
	standing, err := readState(ctx, r, db.At(now))
	if err != nil {
		return nil, err
	}
	rules, err := s.rules(ctx, r)
	if err != nil {
		return nil, err
	}
	batches, err := org.Sight(ctx, r, by, db.At(now))
	if err != nil {
		return nil, err
	}
	c := choice{rosterOn: u.RosterOn, covers: u.Covers, within: within, others: map[string]bool{}}
	_, person := access.PersonOf(by)
	c.appoints = !person // people need the permission to appoint (access.Appoint), and an import asks for another
	for _, number := range others {
		c.others[key(number)] = true
	}
	for _, set := range options {
		set(&c)
	}
	p := newPlan(now, rules, batches, standing, c)
	p.run(lines)
	return p, nil
}
