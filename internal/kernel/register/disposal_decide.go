package register

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// disposal is an act on a register's lists.
func (s *Service) disposal(ctx context.Context, by *access.Actor, regime, kind, name string, list id.ID, fn func(tx *trail.Tx, d *Desk) error) error {
	return s.log.Do(ctx, disposalAct(by, regime, kind, name, list), func(tx *trail.Tx) error {
		d, err := s.Open(ctx, tx, by, regime, kind)
		if err != nil {
			return err
		}
		return fn(tx, d)
	})
}

func disposalAct(by *access.Actor, regime, kind, name string, list id.ID) trail.Act {
	detail := map[string]string{"register": regime + "." + kind}
	if list != "" {
		detail["list"] = string(list)
	}
	return trail.Act{Actor: by.Name, Name: name, Detail: detail}
}

// Drafting is what a list is drawn up of.
type Drafting struct {
	Due
	Title string
	Sum   string // of the preview that was seen
}

// DraftDisposal draws up a list of what a preview has shown. Conflict where it would show something else by now.
func (s *Service) DraftDisposal(ctx context.Context, by *access.Actor, regime, kind string, q Drafting) (made Disposal, err error) {
	err = s.disposal(ctx, by, regime, kind, "register.disposal.draft", "", func(tx *trail.Tx, d *Desk) error {
		p, err := d.Preview(q.Due)
		if err != nil {
			return err
		}
		var faults errs.Faults
		title := strings.TrimSpace(q.Title)
		if title == "" {
			faults.Add("title", "件名を入力してください。")
		}
		if q.On.IsZero() {
			faults.Add("on", "いつ現在の一覧かを入力してください。")
		}
		if len(p.Lines) == 0 {
			faults.Add("", "保存期間が満了した%sがありません。", d.Entry)
		}
		switch {
		case faults.Len() > 0:
			return faults.Err("この内容では一覧を作れません。")
		case p.Sum != q.Sum:
			return errs.New(errs.Conflict, "見ている間に、一覧に載る記録が変わりました。もう一度内容を確かめてください。")
		}
		as, _, err := d.as(d.drafters(), q.Home)
		if err != nil {
			return err
		}
		tx.As(as.String())
		x, _ := d.Retention()
		made = Disposal{
			ID: id.New(tx.Now), Row: trail.Row{Home: q.Home}, Register: d.Name, Title: title, Class: x.Class, Setting: x.Setting, Span: p.Span.Words(),
			AsOf: q.On, Entries: p.Entries, Sum: p.Sum, By: by.Name, At: db.At(tx.Now), State: DisposalDraft,
		}
		for i := range p.Lines {
			p.Lines[i].ID, p.Lines[i].List = id.New(tx.Now), made.ID
		}
		return putDisposal(ctx, tx, made, p.Lines)
	})
	return made, err
}

// putDisposal writes a list and some of its lines.
func putDisposal(ctx context.Context, tx *trail.Tx, x Disposal, lines []DisposalLine) error {
	if err := disposals.Put(ctx, tx, x); err != nil {
		return err
	}
	return disposalLines.Put(ctx, tx, lines...)
}

// openDisposal reads a list that is not at its end, with its lines.
func (d *Desk) openDisposal(list id.ID) (Disposal, []DisposalLine, error) {
	x, lines, err := d.Disposal(list)
	if err == nil && !x.State.Open() {
		err = errs.New(errs.Conflict, "この一覧は%sです。", x.State.Title())
	}
	return x, lines, err
}

// acting asks for the authority to do something with a list, and tells the trail.
func (d *Desk) acting(tx *trail.Tx, x Disposal, what string) error {
	as, ok, err := d.as(d.ways(x), x.Home)
	if err == nil && !ok {
		err = d.refusedDisposal(what)
	}
	if err == nil {
		tx.As(as.String())
	}
	return err
}

// Extending is why, and how long, something is kept beyond its time.
type Extending struct {
	Reason string
	Until  jpdate.Date // the last day; zero until it is lifted
}

func (x Extending) check(today jpdate.Date, faults *errs.Faults) {
	if strings.TrimSpace(x.Reason) == "" {
		faults.Add("extension_reason", "延長する理由を入力してください。")
	}
	if !x.Until.IsZero() && x.Until.Before(today) {
		faults.Add("extension_until", "延長の期限が今日（%s）より前です。", today.Wareki())
	}
}

// TakeOut takes lines out of a list: what they name is kept longer (保存の延長). Of a decided list too: less is destroyed than was decided,
// and the list says so; its sum stays that of the paper. It gives how many entries are kept.
func (s *Service) TakeOut(ctx context.Context, by *access.Actor, regime, kind string, list id.ID, out []id.ID, with Extending) (n int, err error) {
	err = s.disposal(ctx, by, regime, kind, "register.disposal.keep", list, func(tx *trail.Tx, d *Desk) error {
		n = 0
		x, lines, err := d.openDisposal(list)
		if err != nil {
			return err
		}
		if err := d.acting(tx, x, "見合わせる"); err != nil {
			return err
		}
		var faults errs.Faults
		with.check(d.Today, &faults)
		var kept []DisposalLine
		var made []Extension
		for i, l := range lines {
			if !slices.Contains(out, l.ID) || !l.Listed() {
				continue
			}
			lines[i].State, lines[i].Reason = lineKept, strings.TrimSpace(with.Reason)
			kept = append(kept, lines[i])
			made = append(made, Extension{
				ID: id.New(tx.Now), Row: trail.Row{Home: l.Home}, Register: d.Name, Entry: l.Entry, FromAt: l.FromAt, FromID: l.FromID, ToAt: l.ToAt, ToID: l.ToID,
				Reason: lines[i].Reason, Until: with.Until, By: by.Name, At: db.At(tx.Now), List: x.ID,
			})
			n += l.Entries
		}
		if len(kept) == 0 {
			faults.Add("line", "外す行を選んでください。")
		}
		if err := faults.Err("外せません。"); err != nil {
			return err
		}
		x.Entries -= n
		if x.State == DisposalDraft {
			left := slices.DeleteFunc(slices.Clone(lines), func(l DisposalLine) bool { return !l.Listed() })
			if x.Sum, err = d.sumOf(x.Home, x.AsOf, x.Span, left); err != nil {
				return err
			}
		}
		if err := putDisposal(ctx, tx, x, kept); err != nil {
			return err
		}
		return extensions.Put(ctx, tx, made...)
	})
	return n, err
}

// Ruling is what the body has decided (決裁) about a list.
type Ruling struct {
	Sum    string // of the paper that was decided: its first shortSum digits at least
	Number string
	On     jpdate.Date
}

// shortSum is how many digits of a sum tell one paper from another.
const shortSum = 8

func (r *Ruling) check(x Disposal, today jpdate.Date, faults *errs.Faults) {
	r.Number, r.Sum = strings.TrimSpace(r.Number), strings.ToLower(strings.TrimSpace(r.Sum))
	drawn := jpdate.Today(x.At.Time())
	switch {
	case len(r.Sum) < shortSum:
		faults.Add("sum", "紙に印刷された検証値の、初めの%d文字を入力してください。", shortSum)
	case !strings.HasPrefix(x.Sum, r.Sum):
		faults.Add("sum", "この一覧の検証値と合いません。決裁された紙が、この一覧を印刷したものか確かめてください。")
	}
	if r.Number == "" {
		faults.Add("number", "決裁の番号を入力してください。")
	}
	switch {
	case r.On.IsZero():
		faults.Add("decided_on", "決裁の日を入力してください。")
	case r.On.After(today):
		faults.Add("decided_on", "決裁の日が今日（%s）より後です。", today.Wareki())
	case r.On.Before(drawn):
		faults.Add("decided_on", "決裁の日が、一覧を作った日（%s）より前です。", drawn.Wareki())
	}
}

// DecideDisposal records by which decision of the body the records of a list are destroyed. Forbidden for who has drawn it up; a Conflict
// where what it lists is no longer what is to be destroyed, everything at once.
func (s *Service) DecideDisposal(ctx context.Context, by *access.Actor, regime, kind string, list id.ID, r Ruling) error {
	return s.disposal(ctx, by, regime, kind, "register.disposal.decide", list, func(tx *trail.Tx, d *Desk) error {
		x, lines, err := d.openDisposal(list)
		if err != nil {
			return err
		}
		if x.State != DisposalDraft {
			return errs.New(errs.Conflict, "この一覧は%sです（決裁 %s）。", x.State.Title(), x.Number)
		}
		as, ok, err := d.as(d.deciders(), x.Home)
		if err != nil {
			return err
		}
		if !ok {
			return d.refusedDisposal("決める")
		}
		if err := d.drafted(x, as); err != nil {
			return err
		}
		tx.As(as.String())
		var faults errs.Faults
		r.check(x, d.Today, &faults)
		if d.Shelf.Span(d.Book, x.Setting).Number == "" {
			faults.Add("", "保存期間の設定がまだ決裁されていません（いまの値は提案です）。先に標準運用値を決めてください。")
		}
		if err := faults.Err("この内容では決められません。"); err != nil {
			return err
		}
		if err := d.still(lines, d.Due(x)); err != nil {
			return err
		}
		x.State, x.Number, x.On, x.Decider = DisposalDecided, r.Number, r.On, by.Name
		return disposals.Put(ctx, tx, x)
	})
}

// Due is the day from which a list can be carried out: that as of which it was drawn up, or today.
func (d *Desk) Due(x Disposal) jpdate.Date {
	if x.AsOf.After(d.Today) {
		return x.AsOf
	}
	return d.Today
}

// WithdrawDisposal ends a list that is not carried out. It stays, with the reason.
func (s *Service) WithdrawDisposal(ctx context.Context, by *access.Actor, regime, kind string, list id.ID, why string) error {
	return s.disposal(ctx, by, regime, kind, "register.disposal.withdraw", list, func(tx *trail.Tx, d *Desk) error {
		x, lines, err := d.openDisposal(list)
		if err != nil {
			return err
		}
		if err := d.acting(tx, x, "取り下げる"); err != nil {
			return err
		}
		if x.Why = strings.TrimSpace(why); x.Why == "" {
			var faults errs.Faults
			faults.Add("why", "理由を入力してください。")
			return faults.Err("取り下げられません。")
		}
		x.State = DisposalWithdrawn
		lines = slices.DeleteFunc(lines, func(l DisposalLine) bool { return !l.Listed() })
		for i := range lines {
			lines[i].State = lineDropped
		}
		return putDisposal(ctx, tx, x, lines)
	})
}

// CarryOut destroys what a decided list names, in one act: the rows are removed, and what is of a person is erased in all versions, as
// by law. What else they said stays in the trail, which still verifies; the list stays as the proof. It gives how many entries are gone.
// The list of erasures that backups carry has them: where an older backup is restored they are destroyed again.
func (s *Service) CarryOut(ctx context.Context, by *access.Actor, regime, kind string, list id.ID) (n int, err error) {
	tables, err := s.tables(ctx)
	if err != nil {
		return 0, err
	}
	_, err = s.log.EraseBy(ctx, disposalAct(by, regime, kind, "register.dispose", list), tables, func(tx *trail.Tx) ([]trail.Erasure, error) {
		d, err := s.Open(ctx, tx, by, regime, kind)
		if err != nil {
			return nil, err
		}
		x, lines, err := d.openDisposal(list)
		if err != nil {
			return nil, err
		}
		if x.State != DisposalDecided {
			return nil, errs.New(errs.Conflict, "この一覧は、まだ決裁されていません。")
		}
		if err := d.acting(tx, x, "行う"); err != nil {
			return nil, err
		}
		lines = slices.DeleteFunc(lines, func(l DisposalLine) bool { return !l.Listed() })
		if len(lines) == 0 {
			return nil, errs.New(errs.Invalid, "廃棄する行がありません。取り下げてください。")
		}
		if err := d.still(lines, d.Today); err != nil {
			return nil, err
		}
		erased, err := d.erasures(x, lines)
		if err != nil {
			return nil, err
		}
		for i := range lines {
			lines[i].State = lineGone
		}
		n, x.State, x.DoneAt, x.DoneBy = x.Entries, DisposalDone, string(db.At(tx.Now)), by.Name
		return erased, putDisposal(ctx, tx, x, lines)
	})
	return n, err
}

// tables are all audited tables that registers have to do with.
func (s *Service) tables(ctx context.Context) (all []trail.Audited, err error) {
	err = s.log.DB().View(ctx, func(r db.Reader) error {
		shelf, err := s.Shelf(ctx, r)
		if err == nil {
			all = append(shelf.Audited(), Audited()...)
		}
		return err
	})
	return all, err
}

// erasures are what is to be erased with the lines of a list: the entries, and what held rows of sheets said about them.
func (d *Desk) erasures(x Disposal, lines []DisposalLine) ([]trail.Erasure, error) {
	ground := fmt.Sprintf("保存期間の満了による廃棄（決裁 %s、%s。廃棄予定一覧 %s）", x.Number, x.On.Wareki(), x.ID)
	clause := fmt.Sprintf("%sの設定「%s」", d.Policy, x.Setting)
	var list []trail.Erasure
	var ids []string
	for _, l := range lines {
		if l.Entry != "" {
			ids = append(ids, string(l.Entry))
			continue
		}
		entries, err := d.rowsOf(d.ctx, d.r, l)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			ids = append(ids, string(e.ID))
		}
	}
	for _, e := range ids {
		list = append(list, trail.Erasure{Kind: d.Name, Thing: e, Part: trail.PartWhole, Ground: ground, Clause: clause})
	}
	held, err := holdsOf(d.ctx, d.r, d.Name, ids)
	for _, h := range held {
		list = append(list, trail.Erasure{Kind: holds.Kind(), Thing: string(h.ID), Part: trail.PartPersonal, Ground: ground, Clause: clause})
	}
	return list, err
}

// still says why the lines of a list are no longer what is to be destroyed on a day, all at once.
func (d *Desk) still(lines []DisposalLine, on jpdate.Date) error {
	troubles, err := d.Troubles(lines, on)
	if err != nil || len(troubles) == 0 {
		return err
	}
	wrong := &errs.Error{Kind: errs.Conflict, Message: "一覧を作ったときと変わった行があります。その行を理由を書いて外すか、一覧を取り下げて作り直してください。"}
	for _, l := range lines {
		if why := troubles[l.ID]; why != "" {
			wrong.Fields = append(wrong.Fields, errs.Field{Message: strings.TrimSpace(l.Number+" "+l.Title) + "：" + why})
		}
	}
	return wrong
}

// Troubles says of which lines that are listed something has changed since the list was drawn up, by line.
func (d *Desk) Troubles(lines []DisposalLine, on jpdate.Date) (map[id.ID]string, error) {
	troubles := map[id.ID]string{}
	var ids []string
	for _, l := range lines {
		if l.Listed() && l.Entry != "" {
			ids = append(ids, string(l.Entry))
		}
	}
	entries, err := d.entries(d.ctx, d.r, ids)
	if err != nil {
		return nil, err
	}
	kept, err := d.keeps(entries, on)
	if err != nil {
		return nil, err
	}
	by := map[id.ID]Entry{}
	for _, e := range entries {
		by[e.ID] = e
	}
	for _, l := range lines {
		if !l.Listed() {
			continue
		}
		var why string
		if l.Entry == "" {
			if why, err = d.changedRows(l, on); err != nil {
				return nil, err
			}
		} else if e, ok := by[l.Entry]; !ok {
			why = "記録がもうありません。"
		} else if e.Version != l.At || e.Home != l.Home {
			why = "内容が変わりました。"
		} else if why = kept[e.ID]; why == "" {
			why = d.notOver(d.EndedOn(e), on)
		}
		if why != "" {
			troubles[l.ID] = why
		}
	}
	return troubles, nil
}

// changedRows says what has changed about those of a log.
func (d *Desk) changedRows(l DisposalLine, on jpdate.Date) (string, error) {
	entries, err := d.rowsOf(d.ctx, d.r, l)
	if err != nil {
		return "", err
	}
	sum := ""
	for _, e := range entries {
		sum = chained(sum, e)
	}
	if len(entries) != l.Entries || sum != l.Sum {
		return "この間の記録が増えたか、変わりました。", nil
	}
	kept, err := d.keeps(entries, on)
	for _, e := range entries {
		if why := kept[e.ID]; why != "" {
			return why, err
		}
	}
	return d.notOver(l.Ended, on), err
}

// notOver says that the time of what ended on a day is not over, "" if it is: the setting may have been decided anew.
func (d *Desk) notOver(ended, on jpdate.Date) string {
	until, ok := d.Shelf.Until(d.Book, ended)
	switch {
	case !ok:
		return "保存期間が決まっていません。"
	case !until.Before(on):
		return "保存期間の満了日は" + until.Wareki() + "です。"
	}
	return ""
}

// Extension says that something is kept beyond its time (保存の延長).
type Extension struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Register string      `db:"register"`
	Entry    id.ID       `db:"entry"` // "" for those of a log, from the first to the last
	FromAt   string      `db:"from_at"`
	FromID   id.ID       `db:"from_id"`
	ToAt     string      `db:"to_at"`
	ToID     id.ID       `db:"to_id"`
	Reason   string      `db:"reason"`
	Until    jpdate.Date `db:"until"` // the last day; zero until it is lifted
	By       string      `db:"by_actor"`
	At       db.Time     `db:"at"`
	Lifted   string      `db:"lifted"` // a db.Time, "" while it holds
	List     id.ID       `db:"list"`   // from which it was taken out, "" for none
}

// holds says whether it is in force on a day.
func (x Extension) holds(on jpdate.Date) bool {
	return x.Lifted == "" && (x.Until.IsZero() || !x.Until.Before(on))
}

// over says whether it is about an entry.
func (x Extension) over(e Entry) bool {
	if x.Entry != "" {
		return x.Entry == e.ID
	}
	return x.Home == e.Home && within(e, x.FromAt, x.FromID, x.ToAt, x.ToID)
}

// Extend keeps an entry beyond its time, whether that is over already or not.
func (s *Service) Extend(ctx context.Context, by *access.Actor, regime, kind string, entry id.ID, with Extending) error {
	return s.disposal(ctx, by, regime, kind, "register.extend", "", func(tx *trail.Tx, d *Desk) error {
		e, err := d.Get(entry)
		if err != nil {
			return err
		}
		as, ok, err := d.as(d.deciders(), e.Home)
		if err != nil {
			return err
		}
		if !ok {
			return d.refusedDisposal("見合わせる")
		}
		tx.As(as.String())
		var faults errs.Faults
		with.check(d.Today, &faults)
		if err := faults.Err("延長できません。"); err != nil {
			return err
		}
		return extensions.Put(ctx, tx, Extension{
			ID: id.New(tx.Now), Row: trail.Row{Home: e.Home}, Register: d.Name, Entry: e.ID, Reason: strings.TrimSpace(with.Reason), Until: with.Until, By: by.Name, At: db.At(tx.Now),
		})
	})
}

// Lift ends an extension.
func (s *Service) Lift(ctx context.Context, by *access.Actor, regime, kind string, extension id.ID) error {
	return s.disposal(ctx, by, regime, kind, "register.lift", "", func(tx *trail.Tx, d *Desk) error {
		x, err := readExtension(ctx, tx, d.Name, extension)
		if errors.Is(err, db.ErrNotFound) {
			return unseen()
		}
		if err != nil {
			return err
		}
		as, ok, err := d.as(d.deciders(), x.Home)
		if err != nil {
			return err
		}
		if !ok {
			return unseen()
		}
		if x.Lifted != "" {
			return errs.New(errs.Conflict, "この延長は、もう解かれています。")
		}
		tx.As(as.String())
		x.Lifted = string(db.At(tx.Now))
		return extensions.Put(ctx, tx, x)
	})
}
