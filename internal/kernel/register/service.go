package register

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Service is what is done with registers: each act asks for the permission, checks what is written and leaves its entries.
type Service struct {
	log   *trail.Log
	files *file.Store
	shelf func(ctx context.Context, r db.Reader, on jpdate.Date) (*Shelf, error)
	chart func(ctx context.Context, r db.Reader) (*org.Chart, error)

	drawer drawer
}

// New makes the service over the registers in force and the chart of today, which programs go by.
func New(log *trail.Log, files *file.Store, shelf func(context.Context, db.Reader, jpdate.Date) (*Shelf, error), chart func(context.Context, db.Reader) (*org.Chart, error)) *Service {
	return &Service{log: log, files: files, shelf: shelf, chart: chart}
}

// Desk is one register as somebody works with it in one read or one act.
type Desk struct {
	*Book
	Shelf *Shelf
	Chart *org.Chart
	Today jpdate.Date
	Now   time.Time

	ctx   context.Context
	r     db.Reader
	by    *access.Actor
	scope access.Scope // where he may see entries
	names *names
	// classes are those of entries that were looked up for many at once, by register and id; see highest.
	classes map[string]Class
	systems map[id.ID]bool // of the day; nil before somebody asks (ended)
}

// Open gives a register to somebody who may see it somewhere. NotFound where the register is none of today's, Forbidden where he may
// not see any of its entries.
func (s *Service) Open(ctx context.Context, r db.Reader, by *access.Actor, regime, kind string) (*Desk, error) {
	d, err := s.take(ctx, r, by, regime, kind)
	if err == nil && d.scope.Empty() {
		err = errs.New(errs.Forbidden, "「%s」を見る権限がありません。必要なときは、所属長に相談してください。", d.Kind.Title)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// take takes a register from the shelf of today, for whomever.
func (s *Service) take(ctx context.Context, r db.Reader, by *access.Actor, regime, kind string) (*Desk, error) {
	now := s.log.DB().Now()
	today := jpdate.Today(now)
	shelf, err := s.shelf(ctx, r, today)
	if err != nil {
		return nil, err
	}
	b, ok := shelf.Book(regime, kind)
	if !ok {
		return nil, errs.New(errs.NotFound, "その台帳はありません。規程の版が適用されているか確かめてください。")
	}
	chart, err := s.chartFor(ctx, r, by)
	if err != nil {
		return nil, err
	}
	return desk(ctx, r, by, b, shelf, chart, now), nil
}

// All gives every register that somebody may see somewhere, in the order of the shelf.
func (s *Service) All(ctx context.Context, r db.Reader, by *access.Actor) ([]*Desk, error) {
	now := s.log.DB().Now()
	shelf, err := s.shelf(ctx, r, jpdate.Today(now))
	if err != nil {
		return nil, err
	}
	chart, err := s.chartFor(ctx, r, by)
	if err != nil {
		return nil, err
	}
	var list []*Desk
	for _, b := range shelf.Books() {
		if d := desk(ctx, r, by, b, shelf, chart, now); !d.scope.Empty() {
			list = append(list, d)
		}
	}
	return list, nil
}

func desk(ctx context.Context, r db.Reader, by *access.Actor, b *Book, shelf *Shelf, chart *org.Chart, now time.Time) *Desk {
	d := &Desk{Book: b, Shelf: shelf, Chart: chart, Today: jpdate.Today(now), Now: now, ctx: ctx, r: r, by: by, scope: b.seeing(by)}
	d.names = &names{ctx: ctx, r: r, by: by, chart: chart, shelf: shelf, book: b, people: map[string]string{}, things: map[string]string{}}
	return d
}

// chartFor is the chart of somebody, or of today for those who have none of their own.
func (s *Service) chartFor(ctx context.Context, r db.Reader, by *access.Actor) (*org.Chart, error) {
	if by.Chart != nil {
		return by.Chart, nil
	}
	return s.chart(ctx, r)
}

// Shelf is the registers of today.
func (s *Service) Shelf(ctx context.Context, r db.Reader) (*Shelf, error) {
	return s.shelf(ctx, r, jpdate.Today(s.log.DB().Now()))
}

// Sees says whether somebody may see entries of the register anywhere.
func (b *Book) Sees(by *access.Actor) bool { return !b.seeing(by).Empty() }

// seeing is where somebody may see entries: where he may see, and where he may change what he could not judge else.
func (b *Book) seeing(by *access.Actor) access.Scope {
	return by.Among(b.Regime, append(append(append([]string{}, b.See...), b.Change...), b.ConfirmBy...)).Scope(access.LedgerRead)
}

// Seeing is where the reader may see entries.
func (d *Desk) Seeing() access.Scope { return d.scope }

// Adding is where the reader may add entries.
func (d *Desk) Adding() access.Scope {
	if d.by.Class == access.Place {
		return d.by.Here()
	}
	return d.by.Among(d.Regime, d.Edition.Add).Scope(access.LedgerWrite)
}

// Changing is where the reader may change entries.
func (d *Desk) Changing() access.Scope {
	return d.by.Among(d.Regime, d.Edition.Change).Scope(access.LedgerWrite)
}

// Refused is what somebody is told who may not do something with the register.
func (d *Desk) Refused(what string) error {
	return errs.New(errs.Forbidden, "「%s」の%sを%s権限がありません。必要なときは、所属長に相談してください。", d.Kind.Title, d.Entry, what)
}

// May says whether the reader may change, or confirm, what has a home.
func (d *Desk) May(roles []string, home string) (bool, error) {
	return d.by.Among(d.Regime, roles).Scope(access.LedgerWrite).Has(d.ctx, d.r, home)
}

// Get reads an entry that the reader may see. NotFound else.
func (d *Desk) Get(entry id.ID) (Entry, error) {
	e, err := d.Book.Get(d.ctx, d.r, entry)
	if errors.Is(err, db.ErrNotFound) {
		return e, unseen()
	}
	if err != nil {
		return e, err
	}
	if ok, err := d.Seeing().Has(d.ctx, d.r, e.Home); err != nil || !ok {
		return Entry{}, cmp.Or(err, unseen())
	}
	return e, nil
}

func unseen() error {
	return errs.New(errs.NotFound, "お探しの記録はないか、あなたの権限の範囲の外にあります。")
}

// Say is a field of an entry as the reader may read it. What is to be read under record is not said.
func (d *Desk) Say(f Field, data Data) string {
	if f.Restricted {
		return ""
	}
	return f.Say(data[f.ID], d.Classes, d.names)
}

// Names are the names that the reader may know.
func (d *Desk) Names() Names { return d.names }

// Written is a value of a field as a form reads it back, one text for each answer of its leaves: of a class or a period by part.
func (d *Desk) Written(f Field, value any) string {
	switch v := value.(type) {
	case string:
		switch f.Type { //nolint:exhaustive // the others stand as they are stored
		case TypePerson, TypeUnit, TypeScope, TypeRoleHolder, TypeRef:
			return d.names.Written(f, v)
		case TypeDate, TypeDatetime:
			return f.Say(v, d.Classes, d.names)
		}
		return v
	case []string:
		words := make([]string, len(v))
		for i, x := range v {
			words[i] = oneWord(d.Written(f, x))
		}
		return strings.Join(words, "、")
	case int64:
		return fmt.Sprint(v)
	}
	return ""
}

// Try is what a form would make of what stood there, whatever is wrong with it.
func (d *Desk) Try(in Input, old Data, state string) Data {
	var faults errs.Faults
	return d.Read(in, d.reading(old, state), &faults)
}

// Meaning reads a condition of a field as a Japanese sentence.
func (d *Desk) Meaning(f Field) string {
	if f.When == nil {
		return ""
	}
	return d.Vocabulary.Sentence(*f.When)
}

// Known looks up at once what some entries name, before they are said.
func (d *Desk) Known(entries ...Data) error {
	d.names.prefetch(d.Fields, entries...)
	return d.names.err
}

// List gives a page of the entries that the reader may see, and where it ends if more follow.
func (d *Desk) List(q Query) ([]Entry, *Cursor, error) {
	q.Scope = d.Seeing()
	x, err := d.list(d.r, q)
	if err != nil {
		return nil, nil, err
	}
	return x.page(d.ctx)
}

// Count counts the entries that the reader may see and that match, up to CountLimit.
func (d *Desk) Count(q Query) (int, error) {
	q.Scope = d.Seeing()
	x, err := d.list(d.r, q)
	if err != nil {
		return 0, err
	}
	return x.count(d.ctx, CountLimit)
}

// reading is what a form of the register is read against.
func (d *Desk) reading(old Data, state string) Reading {
	return Reading{Old: old, State: state, Names: d.names, Today: d.Today, Back: func(setting string) jpdate.Date { return d.Shelf.Back(d.Book, setting, d.Today) }}
}

// Shows says whether a field is asked and shown beside what an entry says.
func (d *Desk) Shows(f Field, data Data, state string) bool {
	return f.When == nil || d.Holds(*f.When, data, d.reading(nil, state))
}

// home is whose an entry is, by what it says.
func (b *Book) home(data Data) string {
	owner, ok := b.Field(b.Owner)
	if !ok {
		return trail.Body
	}
	if value := data.Text(owner.ID); owner.Type == TypeUnit && value != "" {
		return org.UnitHome(id.ID(value))
	}
	return data.Text(owner.ID)
}

// HomeOf is the home that somebody means by words, as in a field of the owner. Invalid where there is none.
func (d *Desk) HomeOf(words string) (string, error) {
	if d.Owner == "" {
		return trail.Body, nil
	}
	owner, _ := d.Field(d.Owner)
	value, problem := d.names.Find(owner, words)
	if problem != "" || d.names.err != nil {
		return "", cmp.Or(d.names.err, error(errs.New(errs.Invalid, "%s", problem)))
	}
	home, _ := value.(string)
	return d.home(Data{d.Owner: home}), nil
}

// Add makes an entry. The error is Invalid with every fault by leaf.
func (s *Service) Add(ctx context.Context, by *access.Actor, regime, kind string, in Input, with Entering) (Entry, error) {
	act := trail.Act{Actor: by.Name, Name: "register.add", Note: with.Note, Detail: map[string]string{"register": regime + "." + kind}}
	return s.add(ctx, act, func(tx *trail.Tx) (*Desk, error) { return s.Open(ctx, tx, by, regime, kind) }, in, with)
}

// add makes an entry at a desk.
func (s *Service) add(ctx context.Context, act trail.Act, open func(tx *trail.Tx) (*Desk, error), in Input, with Entering) (Entry, error) {
	var made Entry
	number := &numbering{s: s}
	for {
		wrong := false
		err := s.log.Do(ctx, act, func(tx *trail.Tx) (err error) {
			defer func() { wrong = err != nil }()
			d, err := open(tx)
			if err == nil {
				made, err = d.add(tx, in, with, number)
			}
			return err
		})
		if errors.Is(err, errNone) {
			if err := number.draw(ctx); err != nil {
				return made, err
			}
			continue
		}
		if wrong { // nothing was written; where the commit failed that is not certain
			number.back()
		}
		return made, err
	}
}

// add makes an entry within an act.
func (d *Desk) add(tx *trail.Tx, in Input, with Entering, number *numbering) (made Entry, err error) {
	var faults errs.Faults
	data, err := d.fill(d.here(in), nil, d.first(), with, &faults)
	if err == nil {
		err = d.mayAdd(data, &faults)
	}
	e := d.newEntry(tx, "", with)
	if err == nil {
		err = d.enter(&e, with, &faults)
	}
	if err == nil {
		err = faults.Err("入力を確認してください。")
	}
	if err != nil {
		return made, err
	}
	e.Home = d.home(data)
	if err := d.authorizeAdding(tx, e.Home); err != nil {
		return made, err
	}
	if e.Number, err = number.take(d.Kind.Number); err != nil {
		return made, err
	}
	if err := e.write(d.Form, data); err != nil {
		return made, err
	}
	return e, d.Table.Put(d.ctx, tx, e)
}

// authorizeAdding asks for the permission to add what has a home. A place has no role: its unit is all that it has.
func (d *Desk) authorizeAdding(tx *trail.Tx, home string) error {
	if d.by.Class != access.Place {
		return d.by.Among(d.Regime, d.Edition.Add).Authorize(d.ctx, tx, access.LedgerWrite, home)
	}
	ok, err := d.by.Here().Has(d.ctx, tx, home)
	if err == nil && !ok {
		err = unseen()
	}
	return err
}

// first is the state of a new entry.
func (k Kind) first() string {
	if len(k.States) == 0 {
		return ""
	}
	return k.States[0].ID
}

func (d *Desk) newEntry(tx *trail.Tx, number string, with Entering) Entry {
	happened := with.Happened
	if happened.IsZero() {
		happened = tx.Now
	}
	e := Entry{
		ID: id.New(tx.Now), Number: number, Pack: d.Pack, Happened: db.At(happened), Entered: db.At(tx.Now), Source: with.Source,
	}
	d.came(&e, d.first())
	return e
}

// fill reads a form and checks what it says against other entries.
func (d *Desk) fill(in Input, old Data, state string, with Entering, faults *errs.Faults) (Data, error) {
	r := d.reading(old, state)
	r.Uploads = with.Uploads
	data := d.Read(in, r, faults)
	if err := d.floor(data, faults); err != nil {
		return nil, err
	}
	return data, d.names.err
}

// mayAdd notes where the actor may not add an entry with this owner.
func (d *Desk) mayAdd(data Data, faults *errs.Faults) error {
	home := d.home(data)
	if home == "" || faults.Len() > 0 {
		return nil // the owner lacks, which is said already
	}
	ok, err := d.Adding().Has(d.ctx, d.r, home)
	if err == nil && !ok {
		faults.Add(d.Owner, "この所管の%sを加える権限がありません。", d.Entry)
	}
	return err
}

// floor holds a class to the highest class of what a field names: one that is empty becomes it, one that is lower is a fault.
func (d *Desk) floor(data Data, faults *errs.Faults) error {
	for _, f := range d.Fields {
		if f.Type != TypeClass || f.Floor == "" {
			continue
		}
		named, err := d.highest(f.Floor, data)
		if err != nil {
			return err
		}
		class := data.Class(f.ID)
		if len(class) == 0 && len(named) > 0 {
			data[f.ID] = named
			continue
		}
		for _, a := range d.Below(class, named) {
			ref, _ := d.Field(f.Floor)
			faults.Add(f.ID+"."+a.ID, "「%s」に%s%sのものがあります。それより低くはできません。", ref.Title, a.Title, named[a.ID])
		}
	}
	return nil
}

// highest is the highest class of the entries that a field names, in whosever scope they are.
func (d *Desk) highest(field string, data Data) (Class, error) {
	f, _ := d.Field(field)
	b, ok := d.Shelf.Named(d.names.refers(f))
	ids := data.List(field)
	if !ok || len(ids) == 0 {
		return nil, nil
	}
	if d.classes != nil {
		classes := make([]Class, len(ids))
		for i, x := range ids {
			classes[i] = d.classes[b.Name+" "+x]
		}
		return d.Highest(classes...), nil
	}
	entries, err := b.entries(d.ctx, d.r, ids)
	if err != nil {
		return nil, err
	}
	classes := make([]Class, 0, len(entries))
	for _, e := range entries {
		said, err := e.Read()
		if err != nil {
			return nil, err
		}
		classes = append(classes, said.Class(b.classField()))
	}
	return d.Highest(classes...), nil
}

// Change changes what an entry of a version says. Conflict where somebody else was faster; nothing is written where nothing changes.
func (s *Service) Change(ctx context.Context, by *access.Actor, regime, kind string, entry id.ID, version int64, in Input, with Entering) (Entry, error) {
	var made Entry
	act := trail.Act{Actor: by.Name, Name: "register.change", Note: with.Note, Detail: map[string]string{"register": regime + "." + kind}}
	err := s.log.Do(ctx, act, func(tx *trail.Tx) error {
		d, err := s.Open(ctx, tx, by, regime, kind)
		if err != nil {
			return err
		}
		old, err := d.Get(entry)
		if err != nil {
			return err
		}
		if err := d.authorize(tx, d.Edition.Change, old.Home); err != nil {
			return err
		}
		if old.Version != version {
			return stale(old)
		}
		made, err = d.change(tx, old, in, with)
		if err != nil {
			return err
		}
		if made.Version == -1 {
			made = old
			return nil
		}
		err = d.Table.Put(ctx, tx, made)
		made.Version++
		return err
	})
	return made, err
}

func stale(e Entry) error {
	return errs.Wrap(fmt.Errorf("entry %s is at version %d", e.ID, e.Version), errs.Conflict, "ほかの人が先に変更しました。いまの内容を確かめて、もう一度お試しください。")
}

// change works out an entry that says something else. Its version is that of the old one; it is -1 where nothing changes.
func (d *Desk) change(tx *trail.Tx, old Entry, in Input, with Entering) (Entry, error) {
	said, err := old.Read()
	if err != nil {
		return old, err
	}
	var faults errs.Faults
	data, err := d.fill(in, said, old.State, with, &faults)
	if err != nil {
		return old, err
	}
	made := old
	if made.Home = d.home(data); made.Home != old.Home {
		if err := d.mayAdd(data, &faults); err != nil {
			return old, err
		}
	}
	if err := d.enter(&made, with, &faults); err != nil {
		return old, err
	}
	if err := faults.Err("入力を確認してください。"); err != nil {
		return old, err
	}
	if data.Same(said) && made.Happened == old.Happened && made.For == old.For && (made.Source == old.Source || !ByProxy(with.Source)) {
		made.Version = -1
		return made, nil
	}
	made.Pack, made.Entered = d.Pack, db.At(tx.Now)
	return made, made.write(d.Form, data)
}

// authorize asks for a permission that some roles have, for what has a home.
func (d *Desk) authorize(tx *trail.Tx, roles []string, home string) error {
	if d.Volume == Log {
		return errs.New(errs.Forbidden, "記録簿に書いたものは変えられません。誤りは、訂正の行を加えてください。")
	}
	by := d.by.Among(d.Regime, roles)
	if by.Scope(access.LedgerWrite).Empty() {
		return d.Refused("直す")
	}
	return by.Authorize(d.ctx, tx, access.LedgerWrite, home)
}
