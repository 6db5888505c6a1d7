package register

import (
	"context"
	"encoding/json"
	"slices"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// sourceImport is Entry.Source of what a file has brought.
const sourceImport = "import"

// Importing is what comes with an import beside the files.
type Importing struct {
	Note string
	// Hold has faulty rows, and files that cannot be read, left out: rows wait as Holds until somebody has corrected or dropped them.
	// Else one fault has nothing taken in.
	Hold bool
	// HoldHome is whose held rows are that do not say it themselves; "" for one of the homes where the importer may add entries.
	HoldHome string
	// Progress is told how many rows are done; nil for nobody. It is called within the transaction, and must not wait.
	Progress func(done int)
	// Begin is called before the first row, again if the transaction is run again; Each is given every row. Both may be nil.
	Begin func() error
	Each  func(Line) error
	// Within is called at the end in the transaction of the act, so that what it writes is there if and only if the import is: the end
	// of a job, and the row of the upload. It must record something of its own where the import changes nothing. nil for nothing.
	Within func(tx *trail.Tx, p *Preview) error
}

// Import takes files in, as a preview has shown and somebody has confirmed: all of it in one act, or nothing. Conflict where the files
// now come to something else. The numbers of new entries are drawn before, in one block.
func (s *Service) Import(ctx context.Context, by *access.Actor, regime, kind string, sources []Source, m Mapping, c Confirmed, o Importing) (*Preview, error) {
	if c.Sum == "" {
		return nil, errs.New(errs.Invalid, "取り込む前に、内容を確かめてください。")
	}
	if c.Faulty > 0 && !o.Hold {
		return nil, errs.New(errs.Invalid, "誤りのある行が%d件あります。すべて直すか、保留にして残りを取り込んでください。", c.Faulty)
	}
	var series string
	if err := s.log.DB().View(ctx, func(r db.Reader) error {
		d, err := s.Open(ctx, r, by, regime, kind)
		if err == nil && d.Adding().Empty() && !by.Among(regime, d.Edition.Change).Can(access.LedgerWrite) {
			err = errs.New(errs.Forbidden, "「%s」に書く権限がありません。必要なときは、所属長に相談してください。", d.Kind.Title)
		}
		if err == nil {
			series = d.Kind.Number
		}
		return err
	}); err != nil {
		return nil, err
	}
	numbers, err := s.draw(ctx, series, c.New)
	if err != nil {
		return nil, err
	}
	act := trail.Act{Actor: by.Name, Name: "register.import", Note: o.Note, Detail: map[string]any{
		"register": regime + "." + kind, "files": len(sources), "new": c.New, "changed": c.Changed, "held": c.Faulty, "sum": c.Sum,
	}}
	var out *Preview
	err = s.log.DoAlone(ctx, "register import "+regime+"."+kind, act, func(tx *trail.Tx) error {
		d, err := s.Open(ctx, tx, by, regime, kind)
		if err != nil {
			return err
		}
		x, err := d.intake(m, len(sources))
		if err != nil {
			return err
		}
		if o.Begin != nil {
			if err := o.Begin(); err != nil {
				return err
			}
		}
		w := &writing{intake: x, Importing: o, tx: tx, numbers: numbers, asked: map[string]bool{}}
		x.take, x.each = w.take, o.Each
		if out, err = x.run(sources); err != nil {
			return err
		}
		return w.end(c)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// writing is an import on its way into the tables.
type writing struct {
	*intake
	Importing

	tx      *trail.Tx
	numbers []string
	entries []Entry
	held    []Hold
	asked   map[string]bool // what was authorised
	holding string          // the home of rows that do not say whose they are

	written, analyzed int // entries, so far and when the engine was told last
}

func (w *writing) take(l *line) error {
	if w.Importing.Progress != nil {
		w.Importing.Progress(w.n)
	}
	switch l.outcome {
	case RowSame:
		return nil
	case RowFaulty:
		if w.Hold {
			return w.hold(l)
		}
		return nil // the end says so
	case RowNew, RowChanged:
	}
	e, err := w.entry(l)
	if err != nil {
		return err
	}
	if err := e.write(w.Form, l.data); err != nil {
		return err
	}
	if w.entries = append(w.entries, e); len(w.entries) == atOnceRead {
		return w.flush()
	}
	return nil
}

// entry is what a row makes, on the authority that the importer has for it.
func (w *writing) entry(l *line) (Entry, error) {
	if l.outcome == RowNew {
		if len(w.numbers) == 0 {
			return Entry{}, altered()
		}
		if err := w.authorized("add ", w.Edition.Add, l.home); err != nil {
			return Entry{}, err
		}
		if l.state != w.first() {
			if err := w.authorized("change ", w.Edition.Change, l.home); err != nil {
				return Entry{}, err
			}
		}
		e := w.newEntry(w.tx, w.numbers[0], Entering{Happened: l.happened, Source: sourceImport})
		w.numbers, l.number = w.numbers[1:], w.numbers[0]
		e.Home = l.home
		w.came(&e, l.state)
		return e, nil
	}
	e := *l.old
	if err := w.authorized("change ", w.Edition.Change, e.Home); err != nil {
		return e, err
	}
	if l.home != e.Home {
		if err := w.authorized("add ", w.Edition.Add, l.home); err != nil {
			return e, err
		}
	}
	e.Home, e.Pack, e.Entered, e.Source = l.home, w.Pack, db.At(w.tx.Now), sourceImport
	w.came(&e, l.state)
	return e, nil
}

// authorized asks for a permission for a home, once.
func (w *writing) authorized(what string, roles []string, home string) error {
	if w.asked[what+home] {
		return nil
	}
	w.asked[what+home] = true
	return w.by.Among(w.Regime, roles).Authorize(w.ctx, w.tx, access.LedgerWrite, home)
}

func (w *writing) flush() error {
	err := w.Table.Put(w.ctx, w.tx, w.entries...)
	if err == nil {
		err = holds.Put(w.ctx, w.tx, w.held...)
	}
	if w.written += len(w.entries); err == nil && w.written >= w.analyzed+max(atOnceRead, w.analyzed) {
		w.analyzed = w.written
		err = w.analyze(w.ctx, w.tx)
	}
	w.entries, w.held = w.entries[:0], w.held[:0]
	return err
}

// altered is the error where files no longer come to what was confirmed.
func altered() error {
	return errs.New(errs.Conflict, "確認のあとに、ファイルか台帳の内容が変わりました。もう一度内容を確かめてください。")
}

// end holds what was read to what was confirmed.
func (w *writing) end(c Confirmed) error {
	if err := w.flush(); err != nil {
		return err
	}
	if w.out.Sum != c.Sum || w.out.New != c.New {
		return altered()
	}
	if w.out.Faulty > 0 && !w.Hold {
		return &errs.Error{Kind: errs.Invalid, Message: "誤りのある行があるので、何も取り込みませんでした。", Fields: w.out.Faults}
	}
	for _, f := range w.out.Files {
		if f.Fault != "" && f.Rows > 0 {
			return errs.New(errs.Invalid, "「%s」は途中までしか読めないので、何も取り込みませんでした。%s", f.Name, f.Fault)
		}
	}
	if err := w.returned(w.tx); err != nil {
		return err
	}
	if w.Within != nil {
		return w.Within(w.tx, w.out)
	}
	return nil
}

// hold keeps a row that is left out.
func (w *writing) hold(l *line) error {
	h := Hold{ID: id.New(w.tx.Now), Register: w.Name, Import: w.tx.Act, File: l.Name, Place: l.lost, State: HoldOpen, At: db.At(w.tx.Now)}
	if l.lost == "" {
		h.Place = l.at.Row.Where(-1)
	}
	var err error
	if h.Home, err = w.holdHome(l); err != nil {
		return err
	}
	if l.old != nil {
		h.Entry = l.old.ID
	}
	if h.Cells, h.Faults, err = l.kept(); err != nil {
		return err
	}
	w.held = append(w.held, h)
	return nil
}

// kept is what a held row says and what is wrong with it.
func (l *line) kept() (cells, faults trail.JSON, err error) {
	in := l.in
	if len(in) == 0 {
		in = Input{}
		for path, words := range l.words {
			if words != "" && path != PathVersion && path != PathLine {
				in[path] = []string{words}
			}
		}
	}
	if l.state != "" && in[PathState] == nil && l.old == nil {
		in[PathState] = []string{l.state}
	}
	a, err := canon.Marshal(map[string][]string(in))
	if err != nil {
		return "", "", err
	}
	wrong := map[string]string{}
	for _, f := range l.faults.List() {
		wrong[f.Where] += f.Message
	}
	b, err := canon.Marshal(wrong)
	return trail.JSON(a), trail.JSON(b), err
}

// holdHome is whose a held row is: its entry's, or that of its owner where the importer may add, else one of his own.
func (w *writing) holdHome(l *line) (string, error) {
	if l.old != nil {
		return l.old.Home, nil
	}
	for _, home := range []string{l.home, l.SheetFile.Owner, w.HoldHome} {
		if home == "" {
			continue
		}
		if ok, err := w.mayAdd(home); ok || err != nil {
			return home, err
		}
	}
	if w.holding != "" {
		return w.holding, nil
	}
	homes := w.adding.Homes()
	if w.holding = trail.Body; !w.adding.Every() && len(homes) > 0 {
		w.holding = slices.Min(homes)
	}
	return w.holding, nil
}

// Input is what a held row says, by leaf.
func (h Hold) Input() (Input, error) {
	in := Input{}
	if h.Cells == "" {
		return in, nil
	}
	err := json.Unmarshal([]byte(h.Cells), &in)
	return in, err
}

// Wrong is what was wrong with a held row, by cell.
func (h Hold) Wrong() ([]errs.Field, error) {
	by := map[string]string{}
	if h.Faults == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(h.Faults), &by); err != nil {
		return nil, err
	}
	var list []errs.Field
	for where, message := range by {
		list = append(list, errs.Field{Where: where, Message: message})
	}
	slices.SortFunc(list, func(a, b errs.Field) int {
		if a.Where < b.Where {
			return -1
		}
		return 1
	})
	return list, nil
}
