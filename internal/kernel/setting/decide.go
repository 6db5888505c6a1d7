package setting

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
	"sekimori/internal/kernel/trail"
)

// Decision is what was decided about a draft.
type Decision struct {
	By   string // actor who decides, or who records
	For  string // actor whose deputy decides, "" for nobody's
	Sum  string // of the paper that was decided: as much of it as was read from there, Short digits at least
	From jpdate.Date
	// Elsewhere records what the body has decided in its own way, with its number and day. Without it the draft is decided here
	// and now, by somebody else than who made it; then a Number is drawn where none is given.
	Elsewhere bool
	Number    string
	On        jpdate.Date
}

// Short is how many digits of a sum tell one paper from another.
const Short = 8

// Decide puts all values of a draft into force, or none: declared is every setting there is on the first day. It is Invalid where
// something about the decision is wrong, everything at once; Forbidden for who made the draft, unless it was decided elsewhere; and
// a Conflict where the paper cannot be decided any more: it is no longer open, settings are declared otherwise, or others were
// decided since.
func Decide(ctx context.Context, tx *trail.Tx, declared []Declaration, draft id.ID, d Decision) (Draft, error) {
	x, p, err := open(ctx, tx, draft)
	if err != nil {
		return x, err
	}
	if !d.Elsewhere && (d.By == x.By || d.For == x.By) {
		return x, errs.New(errs.Forbidden, "案を作った人と、その代行者は、その案を決めることができません。ほかの決裁権者が決めるか、団体の決裁の番号を記録してください。")
	}
	today := jpdate.Today(tx.Now)
	if !d.Elsewhere {
		d.On = today
	}
	if err := d.check(x, today); err != nil {
		return x, err
	}
	held, err := Load(ctx, tx)
	if err != nil {
		return x, err
	}
	if err := held.still(declared, p, d); err != nil {
		return x, err
	}
	if d.Number == "" {
		if d.Number, err = draw(ctx, tx, today); err != nil {
			return x, err
		}
	}
	x.State, x.Number, x.On, x.From, x.Elsewhere, x.Decider = Adopted, d.Number, d.On, d.From, d.Elsewhere, d.By
	rows := make([]Decided, len(p.Lines))
	for i, l := range p.Lines {
		rows[i] = Decided{
			ID: id.New(tx.Now), Row: trail.Row{Home: trail.Body}, Owner: l.Owner, Setting: l.ID, From: d.From, Unit: l.Unit, Value: l.Value,
			Number: d.Number, On: d.On, Draft: x.ID,
		}
	}
	if err := drafts.Put(ctx, tx, x); err != nil {
		return x, err
	}
	return x, values.Put(ctx, tx, rows...)
}

// Enter records at once what the body has decided on a paper of its own: the draft is made and decided. Whatever is wrong with
// either comes at once.
func Enter(ctx context.Context, tx *trail.Tx, declared []Declaration, p Proposal, d Decision) (Draft, error) {
	made, err := Propose(ctx, tx, declared, p)
	wrong, ok := errors.AsType[*errs.Error](err)
	if err != nil && (!ok || wrong.Kind != errs.Invalid) {
		return made, err
	}
	if !ok {
		d.Sum = made.Sum
		return Decide(ctx, tx, declared, made.ID, d)
	}
	d.Sum = noSum
	if also, ok := errors.AsType[*errs.Error](d.check(Draft{Sum: noSum}, jpdate.Today(tx.Now))); ok {
		fields := slices.Concat(wrong.Fields, also.Fields)
		slices.SortStableFunc(fields, func(a, b errs.Field) int { return strings.Compare(a.Where, b.Where) })
		wrong.Fields = slices.CompactFunc(fields, func(a, b errs.Field) bool { return a == b })
	}
	return made, wrong
}

// noSum stands for the sum of a paper that could not be made.
const noSum = "00000000"

// open reads a draft that nothing has become of yet.
func open(ctx context.Context, tx *trail.Tx, draft id.ID) (Draft, Paper, error) {
	x, err := DraftOf(ctx, tx, draft)
	if err != nil {
		return x, Paper{}, errs.Wrap(err, errs.NotFound, "この案はありません。")
	}
	if x.State != Open {
		return x, Paper{}, errs.New(errs.Conflict, "この案は%sです。", x.State.Title())
	}
	p, err := x.Paper()
	return x, p, err
}

// check says everything that is wrong with a decision by itself.
func (d *Decision) check(x Draft, today jpdate.Date) error {
	var faults errs.Faults
	d.Number, d.Sum = strings.TrimSpace(d.Number), strings.ToLower(strings.TrimSpace(d.Sum))
	switch {
	case len(d.Sum) < Short:
		faults.Add("sum", "紙に印刷された検証値の、初めの%d文字を入力してください。", Short)
	case !strings.HasPrefix(x.Sum, d.Sum):
		faults.Add("sum", "この案の検証値と合いません。決裁された紙が、この案を印刷したものか確かめてください。")
	}
	if d.Elsewhere && d.Number == "" {
		faults.Add("number", "決裁の番号を入力してください。")
	}
	switch {
	case d.On.IsZero():
		faults.Add("decided_on", "決裁の日を入力してください。")
	case d.On.After(today):
		faults.Add("decided_on", "決裁の日が今日（%s）より後です。", today.Wareki())
	}
	switch {
	case d.From.IsZero():
		faults.Add("from_on", "施行する日を入力してください。")
	case d.On.After(d.From):
		faults.Add("from_on", "施行する日が、決裁の日（%s）より前です。", d.On.Wareki())
	}
	return faults.Err("この内容では決められません。")
}

// still says why the paper cannot be decided any more: what is declared otherwise by now, and what others have decided since. What
// the body has decided elsewhere stands against what it decided before.
func (v Values) still(declared []Declaration, p Paper, d Decision) error {
	var gone, changed []string
	for _, l := range p.Lines {
		is, ok := Find(declared, l.key())
		if !ok || !is.fits(l.Unit, l.Value) {
			gone = append(gone, l.Title)
		}
		if last := v.last(l.key()); last.ID != l.Since && !(d.Elsewhere && !last.On.After(d.On)) {
			changed = append(changed, l.Title+"（決裁 "+last.Number+"）")
		}
	}
	var lines []errs.Field
	if len(gone) > 0 {
		lines = append(lines, errs.Field{Message: d.From.Wareki() + "の規程では、定めが違うかなくなっている設定があります: " + strings.Join(gone, "、")})
	}
	if len(changed) > 0 {
		lines = append(lines, errs.Field{Message: "案が作られたあとに、ほかの決裁で変わった設定があります: " + strings.Join(changed, "、")})
	}
	if len(lines) == 0 {
		return nil
	}
	return &errs.Error{Kind: errs.Conflict, Message: "この案は、もう決められません。取り下げて、作り直してください。", Fields: lines}
}

// draw gives the next number of a decision that is made here, counted by fiscal year.
func draw(ctx context.Context, r db.Reader, today jpdate.Date) (string, error) {
	year := jpdate.FiscalYearOf(today)
	all, err := Drafts(ctx, r)
	n := 1
	for _, x := range all {
		if x.State == Adopted && !x.Elsewhere && jpdate.FiscalYearOf(x.On) == year {
			n++
		}
	}
	return fmt.Sprintf("標準運用値 %s第%d号", year.Wareki(), n), err
}

// Withdraw ends an open draft undecided. It stays, with the reason.
func Withdraw(ctx context.Context, tx *trail.Tx, draft id.ID, why string) (Draft, error) {
	x, err := DraftOf(ctx, tx, draft)
	if err != nil {
		return x, errs.Wrap(err, errs.NotFound, "この案はありません。")
	}
	if x.State != Open {
		return x, errs.New(errs.Conflict, "この案は%sです。", x.State.Title())
	}
	x.State, x.Why = Withdrawn, strings.TrimSpace(why)
	if x.Why == "" {
		return x, &errs.Error{Kind: errs.Invalid, Message: "取り下げられません。", Fields: []errs.Field{{Where: "why", Message: "理由を入力してください。"}}}
	}
	return x, drafts.Put(ctx, tx, x)
}
