package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// importJob is the kind of job that applies an upload; its payload is the upload.
const importJob = "people.import"

// Kinds are the jobs of this feature, for the queue.
func (s *Service) Kinds() []job.Kind {
	return []job.Kind{{Name: importJob, Title: "人事異動の取り込み", Run: s.run}, {Name: undoJob, Title: "人事異動の取り消し", Run: s.runUndo}}
}

// DryRun works out what files would come to, and keeps nothing.
func (s *Service) DryRun(ctx context.Context, by *access.Actor, sources []Source, o Options, others ...string) (*Preview, error) {
	in, err := s.take(by, sources, o)
	if err != nil {
		return nil, err
	}
	return s.workOut(ctx, by, in.Upload, in.lines, in.tables, others)
}

// Preview works out what an upload comes to, and writes nothing that stays. others are the numbers of those who are not the
// people they seem to be.
func (s *Service) Preview(ctx context.Context, by *access.Actor, upload id.ID, others ...string) (*Preview, error) {
	u, err := s.Get(ctx, by, upload)
	if err != nil {
		return nil, err
	}
	lines, tables, err := s.lines(u)
	if err != nil {
		return nil, err
	}
	return s.workOut(ctx, by, u, lines, tables, others)
}

func (s *Service) workOut(ctx context.Context, by *access.Actor, u Upload, lines []*Line, tables []Table, others []string) (*Preview, error) {
	var p *plan
	var before *org.Chart
	if err := s.log.DB().View(ctx, func(r db.Reader) (err error) {
		if p, err = s.plan(ctx, r, s.now(), by.Name, u, others, lines); err != nil {
			return err
		}
		before, err = s.chart(ctx, r, by, p)
		return err
	}); err != nil {
		return nil, err
	}
	out := p.preview(u)
	out.Tables = tables
	for _, t := range tables {
		out.Warnings = append(out.Warnings, t.Notes...)
	}
	if out.Nothing {
		return out, nil
	}
	after, err := s.rehearse(ctx, by, u, p)
	if err != nil {
		return nil, err
	}
	out.Vacant, out.Filled, out.Lapses = compare(p, before, after)
	return out, nil
}

// chart is who holds which role on the first day of an import, as its operator may know it.
func (s *Service) chart(ctx context.Context, r db.Reader, by *access.Actor, p *plan, batches ...id.ID) (*org.Chart, error) {
	sight, err := org.Sight(ctx, r, by.Name, db.At(p.now))
	if err != nil {
		return nil, err
	}
	v := org.View{On: p.firstDay(), Now: db.At(p.now), Batches: slices.Concat(sight, batches)}
	if v.On.IsZero() {
		v.On = jpdate.Today(p.now)
	}
	return org.LoadChart(ctx, r, v, p.rules)
}

// errRehearsed undoes a rehearsal.
var errRehearsed = errors.New("rehearsed")

// rehearse says who would hold which role: it writes what decides about roles, looks, and takes it back.
func (s *Service) rehearse(ctx context.Context, by *access.Actor, u Upload, p *plan) (chart *org.Chart, err error) {
	err = s.alone(ctx, trail.Act{Actor: by.Name, Name: "people.rehearse"}, func(tx *trail.Tx) error {
		deputies, err := org.DeputiesNamed(ctx, tx)
		if err != nil {
			return err
		}
		w := p.writes(u.ID, p.opens(db.Time(u.Wished))).deciding(p, deputies)
		if err := w.put(ctx, tx, func(int) {}); err != nil {
			return err
		}
		if chart, err = s.chart(ctx, tx, by, p, u.ID); err != nil {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return chart, err
}

// compare tells which seats become empty or are taken, and which deputies lapse.
func compare(p *plan, before, after *org.Chart) (vacant, filled []Seat, lapses []Lapse) {
	was, is := empty(before), empty(after)
	for at, h := range is {
		if _, ok := was[at]; !ok {
			vacant = append(vacant, seatOf(after, h, before.Holders(h.Regime, h.Role.ID, h.Home), nil))
		}
	}
	for at, h := range was {
		if _, ok := is[at]; !ok {
			filled = append(filled, seatOf(after, h, nil, after.Holders(h.Regime, h.Role.ID, h.Home)))
		}
	}
	order := func(a, b Seat) int {
		return strings.Compare(a.Regime+"\x00"+a.Code+"\x00"+a.Role, b.Regime+"\x00"+b.Code+"\x00"+b.Role)
	}
	slices.SortFunc(vacant, order)
	slices.SortFunc(filled, order)
	acted := map[id.ID]bool{}
	for _, d := range before.Deputies() {
		acted[d.ID] = d.State == org.Acts
	}
	for _, d := range after.Deputies() {
		if !acted[d.ID] || d.State == org.Acts {
			continue
		}
		l := Lapse{Regime: d.Regime, Role: d.Role, Place: before.Place(d.Regime, d.Scope).Name, Giver: p.name(d.Giver), Deputy: p.name(d.Person)}
		if rules, ok := after.Rules(d.Regime); ok {
			if role, ok := rules.Role(d.Role); ok {
				l.Role = role.Name()
			}
		}
		if d.State == org.Provisional {
			l.Until = d.Until
		}
		lapses = append(lapses, l)
	}
	return vacant, filled, lapses
}

type seatKey struct{ regime, role, home string }

func empty(c *org.Chart) map[seatKey]org.Holding {
	seats := map[seatKey]org.Holding{}
	for _, h := range c.Vacancies() {
		seats[seatKey{h.Regime, h.Role.ID, h.Home}] = h
	}
	return seats
}

func seatOf(c *org.Chart, h org.Holding, was, is []org.Holding) Seat {
	place := c.Place(h.Regime, h.Home)
	return Seat{Regime: h.Regime, Role: h.Role.Name(), Kind: place.Kind, Code: place.Code, Name: place.Name, Was: named0(was), Is: named0(is)}
}

// named0 is the first holder in words.
func named0(holdings []org.Holding) string {
	if len(holdings) == 0 || holdings[0].Vacant() {
		return ""
	}
	return holdings[0].Person.Name
}

// Apply confirms an upload and has a job apply it: whole, in one act, or not at all. The choice must be what the preview of this
// moment shows.
func (s *Service) Apply(ctx context.Context, by *access.Actor, upload id.ID, c Choice) error {
	u, err := s.Get(ctx, by, upload)
	if err != nil {
		return err
	}
	lines, _, err := s.lines(u)
	if err != nil {
		return err
	}
	var p *plan
	if err := s.log.DB().View(ctx, func(r db.Reader) (err error) {
		p, err = s.plan(ctx, r, s.now(), by.Name, u, c.Others, lines)
		return err
	}); err != nil {
		return err
	}
	preview := p.preview(u)
	if err := preview.Allows(c); err != nil {
		return err
	}
	u.Sealed = string(preview.Opens)
	return s.do(ctx, by, "people.confirm", u, func(tx *trail.Tx) error {
		now, err := s.seen(ctx, tx, by, upload)
		if err != nil {
			return err
		}
		if now.State != Ready {
			return errs.New(errs.Conflict, "この取り込みは、%sです。", now.State.Title())
		}
		now.State, now.Trouble, now.Confirmed, now.Sealed = Queued, "", by.Name, u.Sealed
		now.Leavers, now.Same, now.Others = c.Leavers, c.Same, strings.Join(c.Others, " ")
		if now.Job, err = s.Jobs.Enqueue(ctx, tx.Plain(), importJob, string(upload)); err != nil {
			return err
		}
		return uploads.Put(ctx, tx, now)
	})
}

// Again has the job of an upload tried once more, after it stopped for good. It is a Conflict where it has not.
func (s *Service) Again(ctx context.Context, by *access.Actor, upload id.ID) error {
	u, err := s.Get(ctx, by, upload)
	if err != nil {
		return err
	}
	if u.State != Queued && u.State != Undoing {
		return errs.New(errs.Conflict, "この取り込みは、%sです。", u.State.Title())
	}
	return s.log.DB().Update(ctx, func(tx *db.Tx) error { return s.Jobs.Retry(ctx, tx, u.Job) })
}

// Allows says why a choice does not confirm what the preview shows.
func (p *Preview) Allows(c Choice) error {
	shown := p.Confirmed()
	switch {
	case p.Stop != "":
		return errs.New(errs.Invalid, "%s", p.Stop)
	case p.Nothing:
		return errs.New(errs.Conflict, "すべて取り込み済みの内容です。変更はありません。")
	case c.Leavers != shown.Leavers:
		return errs.New(errs.Conflict, "名簿にない%d人が退職・転出になります。人数を確認してください（確認された人数は%d人です）。", shown.Leavers, c.Leavers)
	case c.Same != shown.Same:
		return errs.New(errs.Conflict, "%d人が、前の職員番号の人と同じ人になります。人数を確認してください（確認された人数は%d人です）。", shown.Same, c.Same)
	}
	return nil
}

// run is the job. What was confirmed is worked out again in the transaction that writes it.
func (s *Service) run(ctx context.Context, h *job.Handle) error {
	var u Upload
	if err := s.log.DB().View(ctx, func(r db.Reader) (err error) {
		u, err = readUpload(ctx, r, id.ID(h.Payload))
		return err
	}); err != nil {
		return err
	}
	h.Progress(0, int64(u.Rows), "ファイルを読んでいます")
	workOut := func(r db.Reader, now time.Time) (*plan, error) {
		lines, _, err := s.lines(u) // anew, since a plan notes its faults there
		if err != nil {
			return nil, err
		}
		return s.plan(ctx, r, now, u.Confirmed, u, u.choice().Others, lines)
	}
	var opens db.Time
	var effective jpdate.Date
	if err := s.log.DB().View(ctx, func(r db.Reader) error {
		p, err := workOut(r, s.now())
		if err == nil {
			opens = p.opens(db.Time(u.Wished))
			effective = p.effective(opens)
		}
		return err
	}); err != nil {
		return err
	}
	err := s.alone(ctx, u.act(u.Confirmed, "people.import", opens, db.At(s.now())), func(tx *trail.Tx) error {
		now, err := readUpload(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if now.State != Queued {
			return errEnded
		}
		p, err := workOut(tx, tx.Now)
		if err != nil {
			return err
		}
		return s.write(ctx, tx, h, now, now.batch(max(opens, db.At(tx.Now)), effective), p)
	})
	switch {
	case errors.Is(err, errEnded):
		return nil
	case refused(err):
		return s.back(ctx, u, Queued, Ready, err)
	}
	return err
}

// errEnded says that there is nothing left for a job to do.
var errEnded = errors.New("ended")

// alone writes an act for which everything about the organisation is read. Until it ends nobody else writes to kernel/org, in
// any process; who writes elsewhere does not disturb it, as it would a transaction so long that is to be serial on PostgreSQL.
func (s *Service) alone(ctx context.Context, act trail.Act, fn func(tx *trail.Tx) error) error {
	return s.log.DoAlone(ctx, "people", act, func(tx *trail.Tx) error {
		if err := org.HoldOthers(ctx, tx); err != nil {
			return err
		}
		return fn(tx)
	})
}

// manyRows is how many rows change so much that the engine has to look anew at what there is.
const manyRows = 1000

// write applies a plan as a batch in the transaction of the job's end, if it comes to what was confirmed.
func (s *Service) write(ctx context.Context, tx *trail.Tx, h *job.Handle, u Upload, batch org.Batch, p *plan) error {
	if err := p.preview(u).Allows(u.choice()); err != nil {
		return err
	}
	if p.opens(db.Time(u.Wished)) > batch.Opens || p.effective(batch.Opens) != batch.Effective {
		return errs.New(errs.Conflict, "取り込みの間に、組織や職員の内容が変わりました。もう一度確認してください。")
	}
	if err := org.Batches.Put(ctx, tx, batch); err != nil {
		return err
	}
	w := p.writes(batch.ID, batch.Opens)
	total := w.size()
	if err := w.put(ctx, tx, func(done int) { h.Progress(int64(done), int64(total), "書き込んでいます") }); err != nil {
		return err
	}
	var held []Hold
	for _, l := range p.held {
		hold, err := holdOf(u.ID, id.New(tx.Now), l)
		if err != nil {
			return err
		}
		held = append(held, hold)
	}
	u.State, u.Opens, u.Sealed = Applied, string(batch.Opens), string(batch.Opens)
	if err := errors.Join(holds.Put(ctx, tx, held...), uploads.Put(ctx, tx, u)); err != nil {
		return err
	}
	if total >= manyRows {
		if err := org.Analyze(ctx, tx); err != nil {
			return err
		}
	}
	return h.Finish(ctx, tx.Plain())
}

// back notes why a job came to nothing; it may be asked for again.
func (s *Service) back(ctx context.Context, u Upload, from, to State, why error) error {
	return s.log.Do(ctx, u.act(u.Confirmed, "people.stop", db.Time(u.Sealed), db.At(s.now())), func(tx *trail.Tx) error {
		now, err := readUpload(ctx, tx, u.ID)
		if err != nil || now.State != from {
			return err
		}
		now.State, now.Trouble = to, errs.Message(why)
		return uploads.Put(ctx, tx, now)
	})
}

// preview puts into words what a plan comes to.
func (p *plan) preview(u Upload) *Preview {
	out := &Preview{
		Upload: u, Rows: len(p.lines), HeldRows: len(p.held), Warnings: slices.Clone(p.warnings), Absent: p.absent, Unlisted: p.unlisted,
		Proposals: p.proposals, Effective: p.firstDay(), Opens: p.opens(db.Time(u.Wished)), Nothing: len(p.days) == 0,
	}
	outcomes, words := map[Outcome]int{}, map[string]int{}
	for _, l := range p.lines {
		if len(l.faults) == 0 {
			outcomes[l.outcome]++
		} else {
			out.Held = append(out.Held, l.faults...)
		}
		if l.Form == Orders {
			words[l.get("order")]++
		}
	}
	for _, o := range Outcomes() {
		if n := outcomes[o]; n > 0 {
			out.Counts = append(out.Counts, Count{string(o), o.Title(), n})
		}
	}
	if n := len(p.held); n > 0 {
		out.Counts = append(out.Counts, Count{"held", "保留", n})
	}
	for _, o := range orders() {
		if n := words[o.title]; n > 0 {
			out.Words = append(out.Words, Count{Title: o.title, N: n})
		}
	}
	for _, day := range p.sortedDays() {
		out.Days = append(out.Days, Count{Title: day.String(), N: p.days[day]})
	}
	out.Units = p.unitChanges()
	if out.Opens > p.asked(db.Time(u.Wished)) && !out.Nothing {
		out.Warnings = append(out.Warnings, Fault{Message: "公表前の別の取り込みに続く内容があるので、公表はそれと同じ " + inJapan(out.Opens) + " になります。"})
	}
	if len(p.days) > 1 {
		out.Warnings = append(out.Warnings, Fault{Message: fmt.Sprintf("%dつの日付の異動があります。すべて %s に公表されます。", len(p.days), inJapan(out.Opens))})
	}
	switch {
	case len(p.held) > 0 && u.Whole:
		out.Stop = fmt.Sprintf("誤りのある行が%d行あります。すべて直すまで取り込みません。", len(p.held))
	case len(p.held)*100 > len(p.lines)*u.HeldLimit:
		out.Stop = fmt.Sprintf("誤りのある行が%d行あり、%d行の%d%%を超えています。ファイルを直してください。", len(p.held), len(p.lines), u.HeldLimit)
	}
	return out
}

// name is the name of a person, as it was last.
func (p *plan) name(person id.ID) string {
	if s := p.people.last(person, nil); s != nil {
		return s.row.Name
	}
	return ""
}

// inJapan is a moment as people read it.
func inJapan(t db.Time) string {
	day := jpdate.Today(t.Time())
	since := t.Time().Sub(day.Start())
	return fmt.Sprintf("%s%d時%02d分", day.Wareki(), int(since.Hours()), int(since.Minutes())%60)
}

// unitChanges are the units that the import founds or ends.
func (p *plan) unitChanges() []UnitChange {
	var list []UnitChange
	for _, s := range p.units.all {
		d := p.units.dated(s)
		if s.stored || s.closed {
			continue
		}
		before := p.units.by[s.row.Unit]
		if before[0] == s {
			list = append(list, UnitChange{Code: s.row.Code, Name: s.row.Name, New: true, Day: d.From})
		}
		if d.Until != org.Open() && p.units.on(s.row.Unit, d.Until.AddDays(1), nil) == nil {
			list = append(list, UnitChange{Code: s.row.Code, Name: s.row.Name, Day: d.Until})
		}
	}
	slices.SortStableFunc(list, func(a, b UnitChange) int { return strings.Compare(a.Code, b.Code) })
	return list
}
