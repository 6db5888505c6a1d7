package register

import (
	"context"
	"slices"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// planning runs fn on the register in one act about a plan.
func (s *Service) planning(ctx context.Context, by *access.Actor, regime, kind, name, note string, plan id.ID, fn func(tx *trail.Tx, d *Desk) error) error {
	detail := map[string]string{"register": regime + "." + kind}
	if plan != "" {
		detail["plan"] = string(plan)
	}
	return s.log.Do(ctx, trail.Act{Actor: by.Name, Name: name, Note: note, Detail: detail}, func(tx *trail.Tx) error {
		d, err := s.Open(ctx, tx, by, regime, kind)
		if err == nil {
			err = d.moving()
		}
		if err != nil {
			return err
		}
		return fn(tx, d)
	})
}

// DraftPlan drafts that the entries of an owner get another one. from is a home, or the owner in words as in a field of the owner; to
// is the new owner in words. Where it is empty they go to the unit that has taken over the old one, and where that was split nothing is
// given to anybody yet.
func (s *Service) DraftPlan(ctx context.Context, by *access.Actor, regime, kind, from, to, note string) (Plan, error) {
	var made Plan
	err := s.planning(ctx, by, regime, kind, "register.plan", note, "", func(tx *trail.Tx, d *Desk) error {
		home, err := d.source(from)
		if err != nil {
			return err
		}
		if err := d.authorizeMove(tx, home); err != nil {
			return err
		}
		entries, err := d.ofHome(ctx, tx, home)
		if err != nil {
			return err
		}
		switch {
		case len(entries) == 0:
			return errs.New(errs.Invalid, "この所管の%sはありません。", d.Entry)
		case len(entries) > MaxPlan:
			// What is beyond the limit goes by a second plan: the first takes as much as one act can.
			entries = entries[:MaxPlan]
		}
		target, err := d.firstTarget(home, to)
		if err != nil {
			return err
		}
		made = Plan{ID: id.New(tx.Now), Row: trail.Row{Home: home}, Book: d.Name, State: PlanDraft, By: by.Name, Made: d.Today, Note: strings.TrimSpace(note)}
		var of []Part
		if target != "" {
			part := Part{Plan: made.ID, Target: target, Row: trail.Row{Home: target}}
			part.give(chosenOf(entries))
			of = append(of, part)
		}
		if made.Sum, err = made.sum(of); err != nil {
			return err
		}
		if err := parts.Put(ctx, tx, of...); err != nil {
			return err
		}
		return plans.Put(ctx, tx, made)
	})
	return made, err
}

// source is the home that somebody means, as a home or in words.
func (d *Desk) source(from string) (string, error) {
	_, unit := org.UnitOf(from)
	_, system := org.SystemOf(from)
	if unit || system || from == trail.Body {
		return from, nil
	}
	home, err := d.HomeOf(from)
	if errs.KindOf(err) == errs.Invalid && err != nil {
		var faults errs.Faults
		faults.Add("from", "%s", errs.Message(err))
		err = faults.Err("いまの所管を確認してください。")
	}
	return home, err
}

func chosenOf(entries []Entry) []Chosen {
	list := make([]Chosen, len(entries))
	for i, e := range entries {
		list[i] = Chosen{ID: e.ID, Version: e.Version}
	}
	return list
}

// authorizeMove asks for the permission to take entries from a home, with the roles that change them or for the whole body.
func (d *Desk) authorizeMove(tx *trail.Tx, home string) error {
	if d.over() {
		return d.whole().Authorize(d.ctx, tx, access.LedgerWrite, home)
	}
	return d.authorize(tx, d.Edition.Change, home)
}

// firstTarget is where everything goes at first, "" where nobody has said.
func (d *Desk) firstTarget(home, to string) (string, error) {
	if strings.TrimSpace(to) != "" {
		return d.target(home, to)
	}
	if heirs := d.Heirs(home); len(heirs) == 1 {
		return org.UnitHome(heirs[0].Unit), nil
	}
	return "", nil
}

// target is the home that somebody means by words, to which entries of another can go.
func (d *Desk) target(home, to string) (string, error) {
	var faults errs.Faults
	target, err := d.HomeOf(to)
	switch {
	case errs.KindOf(err) == errs.Invalid && err != nil:
		faults.Add("to", "%s", errs.Message(err))
	case err != nil:
		return "", err
	case target == home:
		faults.Add("to", "いまの所管と同じです。")
	default:
		for _, f := range d.unfit(target) {
			faults.Add("to", "%s", f)
		}
	}
	return target, faults.Err("引継ぎ先を確認してください。")
}

// Giving says which entries of a draft go where.
type Giving struct {
	Seen string // the sum of the draft that was seen
	Note string // of the plan
	To   string // the new owner in words; "" for nobody yet
	// All means all entries of the owner that match, else those that are named.
	All  bool
	Like Like
	Only []id.ID
}

// Like narrows the entries of the owner of a draft.
type Like struct {
	Query         // filters and state
	Words  string // in the number or the listed text
	Target string // to which the draft gives them; NoTarget for those that it gives to nobody, "" for all
}

// NoTarget stands for no target in Like.
const NoTarget = "-"

// ChangePlan gives entries of a draft to a target, or takes them from all. Conflict where somebody else has changed the draft.
func (s *Service) ChangePlan(ctx context.Context, by *access.Actor, regime, kind string, plan id.ID, in Giving) (given int, err error) {
	err = s.planning(ctx, by, regime, kind, "register.replan", "", plan, func(tx *trail.Tx, d *Desk) error {
		p, err := d.open(tx, plan, in.Seen)
		if err != nil {
			return err
		}
		target := ""
		if strings.TrimSpace(in.To) != "" {
			if target, err = d.target(p.Home, in.To); err != nil {
				return err
			}
		}
		of, err := partsOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		here, err := d.ofHome(ctx, tx, p.Home)
		if err != nil {
			return err
		}
		chosen := slices.DeleteFunc(slices.Clone(here), func(e Entry) bool { return !slices.Contains(in.Only, e.ID) })
		if in.All {
			chosen = d.like(here, targetsOf(of), in.Like)
		}
		given = len(chosen)
		changed, err := regive(&of, p, here, chosen, target)
		if err != nil {
			return err
		}
		p.Note = strings.TrimSpace(in.Note)
		before := p.Sum
		if p.Sum, err = p.sum(of); err != nil || p.Sum == before {
			return err // nothing else is decided than before
		}
		if err := parts.Put(ctx, tx, changed...); err != nil {
			return err
		}
		return plans.Put(ctx, tx, p)
	})
	return given, err
}

// open reads a draft that the actor may change and has seen.
func (d *Desk) open(tx *trail.Tx, plan id.ID, seen string) (Plan, error) {
	p, err := d.planOf(plan)
	if err != nil {
		return p, err
	}
	if err := d.authorizeMove(tx, p.Home); err != nil {
		return p, err
	}
	return p, p.waits(seen)
}

// waits says that a plan is a draft and still what was seen.
func (p Plan) waits(seen string) error {
	switch {
	case p.State != PlanDraft:
		return errs.New(errs.Conflict, "この案は、もう%sになっています。", p.State.Title())
	case p.Sum != seen:
		return errs.New(errs.Conflict, "開いている間に、ほかの人が案を変えました。いまの案を確かめて、もう一度お試しください。")
	}
	return nil
}

// like are those of the entries that are meant.
func (d *Desk) like(entries []Entry, targets map[id.ID]string, in Like) []Entry {
	words := text.Fold(in.Words)
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool {
		target := targets[e.ID]
		return !d.matches(e, in.Query) || !strings.Contains(text.Fold(d.Book.Title(e)), words) ||
			in.Target == NoTarget && target != "" || in.Target != "" && in.Target != NoTarget && in.Target != target
	})
}

// targetsOf is where some parts of a draft bring each entry.
func targetsOf(of []Part) map[id.ID]string {
	targets := map[id.ID]string{}
	for _, x := range of {
		for _, c := range x.chosen() {
			targets[c.ID] = x.Target
		}
	}
	return targets
}

// Here lists those entries of the owner of a draft that are meant, oldest first, with where the draft brings each.
func (d *Desk) Here(p PlanSheet, in Like) ([]Entry, map[id.ID]string, error) {
	of := make([]Part, len(p.Parts))
	for i, x := range p.Parts {
		of[i] = x.Part
	}
	targets := targetsOf(of)
	entries, err := d.ofHome(d.ctx, d.r, p.Home)
	return d.like(entries, targets, in), targets, err
}

// regive takes entries from all parts, and gives them to a target unless it is "". What has another owner by now leaves the draft.
// It gives the parts that are others than before.
func regive(of *[]Part, p Plan, here, chosen []Entry, target string) ([]Part, error) {
	there, taken := map[id.ID]bool{}, map[id.ID]bool{}
	for _, e := range here {
		there[e.ID] = true
	}
	for _, e := range chosen {
		taken[e.ID] = true
	}
	if target != "" && !slices.ContainsFunc(*of, func(x Part) bool { return x.Target == target }) {
		*of = append(*of, Part{Plan: p.ID, Target: target, Row: trail.Row{Home: target}})
	}
	var changed []Part
	total := 0
	for i := range *of {
		x := &(*of)[i]
		before := x.Entries
		list := slices.DeleteFunc(x.chosen(), func(c Chosen) bool { return taken[c.ID] || !there[c.ID] })
		if x.Target == target {
			list = append(list, chosenOf(chosen)...)
		}
		x.give(list)
		if total += x.Total; x.Entries != before {
			changed = append(changed, *x)
		}
	}
	if total > MaxPlan {
		return nil, errs.New(errs.Invalid, "一つの案で移せるのは%d件までです。残りは、この案を適用した後に別の案で移してください。", MaxPlan)
	}
	return changed, nil
}

// Deciding says what was decided elsewhere about a draft.
type Deciding struct {
	Seen   string // the sum of the draft that was decided
	Number string
	On     jpdate.Date
}

// ApplyPlan moves everything that a draft gives to somebody and that still has the old owner: all of it in one act, or nothing. What an
// entry says by now goes with it; only its owner changes, and the day of its confirmation stays. Invalid with everything that is in the
// way, Conflict where the plan is no draft any more or not what was seen.
func (s *Service) ApplyPlan(ctx context.Context, by *access.Actor, regime, kind string, plan id.ID, in Deciding) (moved int, err error) {
	err = s.planning(ctx, by, regime, kind, "register.takeover", strings.TrimSpace("決裁 "+in.Number), plan, func(tx *trail.Tx, d *Desk) error {
		moved = 0
		x, err := d.Plan(plan)
		if err != nil {
			return err
		}
		if err := x.waits(in.Seen); err != nil {
			return err
		}
		if err := d.decided(x, in); err != nil {
			return err
		}
		if err := d.authorizeMove(tx, x.Home); err != nil {
			return err
		}
		var put []Entry
		var changed []Part
		for _, part := range x.Parts {
			if !d.over() {
				if err := by.Among(regime, d.Edition.Add).Authorize(ctx, tx, access.LedgerWrite, part.Target); err != nil {
					return err
				}
			}
			if part.Moved = words(part.Entries); part.Moved != "" {
				changed = append(changed, part.Part)
			}
			gone, err := d.owned(part.Entries, part.Target)
			if err != nil {
				return err
			}
			put = append(put, gone...)
		}
		if len(put) == 0 {
			return errs.New(errs.Conflict, "移すものがありません。案のものは、どれもほかの所管になっています。")
		}
		moved = len(put)
		p := x.Plan
		p.State, p.Number, p.Decided, p.Applier, p.Applied = PlanApplied, strings.TrimSpace(in.Number), in.On, by.Name, d.Today
		return d.putPlan(tx, p, changed, put)
	})
	return moved, err
}

// putPlan writes a plan with its parts and the entries that it has moved.
func (d *Desk) putPlan(tx *trail.Tx, p Plan, of []Part, moved []Entry) error {
	if err := d.Table.Put(d.ctx, tx, moved...); err != nil {
		return err
	}
	if err := parts.Put(d.ctx, tx, of...); err != nil {
		return err
	}
	return plans.Put(d.ctx, tx, p)
}

// decided says everything that keeps the actor from applying a draft.
func (d *Desk) decided(x PlanSheet, in Deciding) error {
	var faults errs.Faults
	if strings.TrimSpace(in.Number) == "" {
		faults.Add("number", "決裁番号を入力してください。")
	}
	switch {
	case in.On.IsZero():
		faults.Add("decided_on", "決裁日を入力してください。")
	case in.On.After(d.Today):
		faults.Add("decided_on", "決裁日が今日より後です。")
	}
	for _, f := range x.Faults {
		faults.Add("", "%s", f)
	}
	if x.Refusal != "" {
		faults.Add("", "%s", x.Refusal)
	}
	return faults.Err("この案は適用できません。")
}

// owned are entries as they are with another owner.
func (d *Desk) owned(entries []Entry, home string) ([]Entry, error) {
	owner, _ := d.Field(d.Owner)
	value := home
	if unit, ok := org.UnitOf(home); ok && owner.Type == TypeUnit {
		value = string(unit)
	}
	made := make([]Entry, len(entries))
	for i, e := range entries {
		data, err := e.Read()
		if err != nil {
			return nil, err
		}
		data[owner.ID] = value
		e.Home = home // not Entered: nobody has looked at what it says, as nobody has changed it since it was confirmed
		// For the same reason it stays under the edition in which it was written, which may ask for less.
		if err := e.write(d.Under(e.Pack).Form, data); err != nil {
			return nil, err
		}
		made[i] = e
	}
	return made, nil
}

// UndoPlan gives back what an applied plan has moved and what still has the owner that it has got by it, in one act. The rest stays
// where it is, and the plan says so.
func (s *Service) UndoPlan(ctx context.Context, by *access.Actor, regime, kind string, plan id.ID, why string) (back, left int, err error) {
	err = s.planning(ctx, by, regime, kind, "register.takeback", why, plan, func(tx *trail.Tx, d *Desk) error {
		back, left = 0, 0
		x, err := d.Plan(plan)
		switch {
		case err != nil:
			return err
		case x.State != PlanApplied:
			return errs.New(errs.Conflict, "この案は%sなので、元に戻せません。", x.State.Title())
		case !x.Undoes:
			return errs.New(errs.Forbidden, "引継ぎ先の%sを直す権限がないため、元に戻せません。", d.Entry)
		}
		if err := because(why, "元に戻せません。", "元に戻す理由を入力してください。"); err != nil {
			return err
		}
		var put []Entry
		var changed []Part
		for _, part := range x.Parts {
			if part.Moved == "" {
				continue
			}
			if err := d.authorizeMove(tx, part.Target); err != nil {
				return err
			}
			if part.Back = words(part.Entries); part.Back != "" {
				changed = append(changed, part.Part)
			}
			left += len(part.Gone) + part.Unseen
			again, err := d.owned(part.Entries, x.Home)
			if err != nil {
				return err
			}
			put = append(put, again...)
		}
		back = len(put)
		p := x.Plan
		p.State, p.Ender, p.Ended, p.Why = PlanUndone, by.Name, d.Today, strings.TrimSpace(why)
		return d.putPlan(tx, p, changed, put)
	})
	return back, left, err
}

func because(why, what, ask string) error {
	var faults errs.Faults
	if strings.TrimSpace(why) == "" {
		faults.Add("why", "%s", ask)
	}
	return faults.Err("%s", what)
}

// WithdrawPlan ends a draft that nobody will apply.
func (s *Service) WithdrawPlan(ctx context.Context, by *access.Actor, regime, kind string, plan id.ID, seen, why string) error {
	return s.planning(ctx, by, regime, kind, "register.unplan", why, plan, func(tx *trail.Tx, d *Desk) error {
		p, err := d.open(tx, plan, seen)
		if err != nil {
			return err
		}
		if err := because(why, "取り下げられません。", "取り下げる理由を入力してください。"); err != nil {
			return err
		}
		p.State, p.Ender, p.Ended, p.Why = PlanWithdrawn, by.Name, d.Today, strings.TrimSpace(why)
		return plans.Put(ctx, tx, p)
	})
}
