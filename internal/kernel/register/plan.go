package register

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Plan moves entries of one owner to others in one act, as somebody has decided. Its home is the owner that has them until then; what
// goes where are its parts. It goes from PlanDraft to PlanApplied to PlanUndone, or from PlanDraft to PlanWithdrawn.
type Plan struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Book  string      `db:"book"` // REGIME.KIND
	State PlanState   `db:"state"`
	By    string      `db:"by_actor"`
	Made  jpdate.Date `db:"made_on"`
	Note  string      `db:"note"` // why
	Sum   string      `db:"sum"`  // SHA-256 in hex of what is decided: whoever changes or applies a draft has seen just this
	// Of an applied one:
	Number  string      `db:"decision"`
	Decided jpdate.Date `db:"decided_on"`
	Applier string      `db:"applied_by"`
	Applied jpdate.Date `db:"applied_on"`
	// Of one that was undone or withdrawn:
	Ender string      `db:"ended_by"`
	Ended jpdate.Date `db:"ended_on"`
	Why   string      `db:"why"`
}

// Part is what of a plan goes to one target, which is its home.
type Part struct {
	Plan   id.ID  `db:"plan" trail:"key"`
	Target string `db:"target" trail:"key"`
	trail.Row
	Total   int    `db:"total"`   // of Entries
	Entries string `db:"entries"` // ID:VERSION with spaces between, as they were when they were given to the target
	Moved   string `db:"moved"`   // ids of those that the plan has moved
	Back    string `db:"back"`    // ids of those that it has moved back
}

// PlanState says what became of a plan.
type PlanState string

// The states.
const (
	PlanDraft     PlanState = "draft"
	PlanApplied   PlanState = "applied"
	PlanUndone    PlanState = "undone"
	PlanWithdrawn PlanState = "withdrawn"
)

// Title is the state in words, "" if it is none.
func (s PlanState) Title() string {
	return map[PlanState]string{PlanDraft: "決裁待ち", PlanApplied: "適用済み", PlanUndone: "元に戻した", PlanWithdrawn: "取下げ"}[s]
}

// MaxPlan is how many entries one plan moves at most.
const MaxPlan = 10000

// chosen are the entries of the part, oldest first.
func (p Part) chosen() []Chosen {
	list := make([]Chosen, 0, p.Total)
	for word := range strings.FieldsSeq(p.Entries) {
		entry, version, _ := strings.Cut(word, ":")
		n, err := strconv.ParseInt(version, 10, 64)
		if err != nil {
			n = 0 // a version that no entry has: it counts as changed
		}
		list = append(list, Chosen{ID: id.ID(entry), Version: n})
	}
	return list
}

// give lets the part have just these entries.
func (p *Part) give(list []Chosen) {
	slices.SortFunc(list, func(a, b Chosen) int { return cmp.Compare(a.ID, b.ID) })
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = string(c.ID) + ":" + strconv.FormatInt(c.Version, 10)
	}
	p.Entries, p.Total = strings.Join(words, " "), len(list)
}

// words are ids with spaces between.
func words(entries []Entry) string {
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = string(e.ID)
	}
	return strings.Join(ids, " ")
}

// sum is what is decided by a plan: what moves from where to where, and why. Versions of entries do not bind: what an entry says may
// change until it moves.
func (p Plan) sum(of []Part) (string, error) {
	type target struct {
		Target  string   `json:"target"`
		Entries []string `json:"entries"`
	}
	content := struct {
		Book  string   `json:"book"`
		Home  string   `json:"home"`
		Note  string   `json:"note"`
		Parts []target `json:"parts"`
	}{p.Book, p.Home, p.Note, []target{}}
	for _, x := range of {
		if x.Total == 0 {
			continue
		}
		t := target{Target: x.Target}
		for _, c := range x.chosen() {
			t.Entries = append(t.Entries, string(c.ID))
		}
		content.Parts = append(content.Parts, t)
	}
	slices.SortFunc(content.Parts, func(a, b target) int { return cmp.Compare(a.Target, b.Target) })
	text, err := canon.Marshal(content)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

// Movable says that entries of the register have an owner and may get another. What a log says is never edited: it stays with the
// unit that wrote it, and is seen by whoever has that unit's matters.
func (b *Book) Movable() bool { return b.Owner != "" && b.Volume != Log }

// over says whether the reader may move entries of the whole body: a role by which he sees them all lets him write for all of it.
func (d *Desk) over() bool { return d.whole().Scope(access.LedgerWrite).Body() }

func (d *Desk) whole() *access.Actor {
	return d.by.Among(d.Regime, slices.Concat(d.See, d.Edition.Change, d.ConfirmBy))
}

// Moving is where the reader may move entries from.
func (d *Desk) Moving() access.Scope {
	if d.over() {
		return d.whole().Scope(access.LedgerWrite)
	}
	return d.Changing()
}

// mayMove says whether the reader may take entries from a home.
func (d *Desk) mayMove(home string) (bool, error) { return d.Moving().Has(d.ctx, d.r, home) }

// mayGive says whether the reader may give entries to a home.
func (d *Desk) mayGive(home string) (bool, error) {
	if d.over() {
		return d.Moving().Has(d.ctx, d.r, home)
	}
	return d.Adding().Has(d.ctx, d.r, home)
}

// moving refuses who may move nothing, and a register of which nothing moves.
func (d *Desk) moving() error {
	switch {
	case !d.Movable():
		return errs.New(errs.Invalid, "「%s」の記録は、所管を移せません。", d.Kind.Title)
	case d.Moving().Empty():
		return d.Refused("引き継ぐ")
	}
	return nil
}

// ended says whether a home is that of a unit or a system that there is no more.
func (d *Desk) ended(home string) bool {
	if unit, ok := org.UnitOf(home); ok {
		_, now := d.Chart.Tree.Unit(unit)
		return !now
	}
	if system, ok := org.SystemOf(home); ok {
		if d.systems == nil {
			d.systems = map[id.ID]bool{}
			for _, s := range d.Chart.Systems() {
				d.systems[s.System] = true
			}
		}
		return !d.systems[system]
	}
	return false
}

// Heirs are the units that name the unit of a home as one that they took over, in the order of the tree: several where it was split.
func (d *Desk) Heirs(home string) []org.Unit {
	unit, ok := org.UnitOf(home)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.Chart.Tree.Units()), func(u org.Unit) bool {
		return !slices.Contains(strings.Fields(u.Predecessors), string(unit))
	})
}

// PlanOwner is an owner whose entries can be moved.
type PlanOwner struct {
	Home    string
	Entries int
	Ended   bool
	Drafts  []Plan // that wait to be applied
}

// PlanOwners lists the owners whose entries the reader may move: those that there are no more first, then as they are called.
func (d *Desk) PlanOwners() ([]PlanOwner, error) {
	if err := d.moving(); err != nil {
		return nil, err
	}
	rows, err := d.homes(d.ctx, d.r, d.Moving())
	if err != nil {
		return nil, err
	}
	return d.planOwners(rows)
}

// Abandoned lists the owners that there are no more and that have entries still kept up, of those whose entries the reader may move.
func (d *Desk) Abandoned() ([]PlanOwner, error) {
	var gone []string
	for _, home := range d.Moving().Homes() {
		if d.ended(home) {
			gone = append(gone, home)
		}
	}
	rows, err := d.kept(d.ctx, d.r, gone)
	if err != nil {
		return nil, err
	}
	return d.planOwners(rows)
}

func (d *Desk) planOwners(rows []homeRow) ([]PlanOwner, error) {
	list, at, homes := make([]PlanOwner, len(rows)), map[string]int{}, make([]string, len(rows))
	for i, r := range rows {
		list[i], homes[i] = PlanOwner{Home: r.Home, Entries: r.Entries, Ended: d.ended(r.Home)}, r.Home
	}
	slices.SortFunc(list, func(a, b PlanOwner) int {
		if a.Ended != b.Ended {
			if a.Ended {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(d.names.place(a.Home), d.names.place(b.Home)), cmp.Compare(a.Home, b.Home))
	})
	for i, o := range list {
		at[o.Home] = i
	}
	drafts, err := d.drafts(d.ctx, d.r, homes)
	for _, p := range drafts {
		list[at[p.Home]].Drafts = append(list[at[p.Home]].Drafts, p)
	}
	return list, err
}

// mostPlans is how many plans are listed.
const mostPlans = 100

// Plans lists the plans of which the reader answers for a side, the newest first.
func (d *Desk) Plans() ([]Plan, error) { return d.plansSeen(d.ctx, d.r, d.Moving(), mostPlans) }

// PlanSheet is a plan as it stands today.
type PlanSheet struct {
	Plan
	Parts   []PlanPart // that have entries, as their targets are called
	Rest    []Entry    // of a draft: what the owner has beside, oldest first
	Faults  []string   // of a draft: what keeps anybody from applying it
	Refusal string     // of a draft: why the reader may not apply it, "" if he may
	Edits   bool       // the reader may change or withdraw the draft
	Undoes  bool       // he may undo the applied plan
}

// PlanPart is one target with what it gets, or has got.
type PlanPart struct {
	Part
	Entries []Entry  // that move, have moved and are still there, or were moved back: those that the reader may see, oldest first
	Unseen  int      // those that he may not see
	Gone    []Entry  // that do not, since they have another owner by now; of an undone plan those that stayed where they were
	Left    int      // of one that was applied: how many had another owner already
	Changed int      // of a draft: how many of Entries say something else since they were given to the target
	Faults  []string // of a draft: what is wrong with the target
}

// Plan reads a plan of which the reader answers for a side, with its entries. NotFound else.
func (d *Desk) Plan(plan id.ID) (PlanSheet, error) {
	x := PlanSheet{}
	if err := d.moving(); err != nil {
		return x, err
	}
	p, err := d.planOf(plan)
	if err != nil {
		return x, err
	}
	x.Plan = p
	list, err := partsOf(d.ctx, d.r, p.ID)
	if err != nil {
		return x, err
	}
	for _, part := range list {
		if part.Total > 0 {
			x.Parts = append(x.Parts, PlanPart{Part: part})
		}
	}
	slices.SortStableFunc(x.Parts, func(a, b PlanPart) int { return strings.Compare(d.names.place(a.Target), d.names.place(b.Target)) })
	from, err := d.mayMove(p.Home)
	if err != nil {
		return x, err
	}
	if p.State == PlanDraft {
		if x.Edits = from; from {
			if x.Rest, err = d.rest(p, list); err != nil {
				return x, err
			}
		}
		if err := d.judge(&x); err != nil {
			return x, err
		}
	}
	x.Undoes = p.State == PlanApplied
	for i := range x.Parts {
		if err := d.part(&x.Parts[i], p); err != nil {
			return x, err
		}
		if x.Undoes && x.Parts[i].Moved != "" {
			if x.Undoes, err = d.mayTakeBack(x.Parts[i].Target); err != nil {
				return x, err
			}
		}
	}
	return x, nil
}

func (d *Desk) planOf(plan id.ID) (Plan, error) {
	p, err := d.planSeen(d.ctx, d.r, d.Moving(), plan)
	if errors.Is(err, db.ErrNotFound) {
		return p, errs.New(errs.NotFound, "お探しの引継ぎの案はないか、あなたの権限の範囲の外にあります。")
	}
	return p, err
}

// rest is what the owner has that no part of a draft moves.
func (d *Desk) rest(p Plan, of []Part) ([]Entry, error) {
	given := targetsOf(of)
	entries, err := d.ofHome(d.ctx, d.r, p.Home)
	return slices.DeleteFunc(entries, func(e Entry) bool { return given[e.ID] != "" }), err
}

// part finds where the entries of a part are.
func (d *Desk) part(x *PlanPart, p Plan) error {
	versions, asked, home := map[id.ID]int64{}, []string(nil), x.Target
	for _, c := range x.chosen() {
		versions[c.ID] = c.Version
		asked = append(asked, string(c.ID))
	}
	switch p.State {
	case PlanDraft, PlanWithdrawn:
		home = p.Home
	case PlanApplied, PlanUndone:
		moved := strings.Fields(x.Moved)
		asked, x.Left = moved, x.Total-len(moved)
	}
	entries, err := d.entries(d.ctx, d.r, asked)
	if err != nil {
		return err
	}
	back := strings.Fields(x.Back)
	homes := make([]string, len(entries))
	for i, e := range entries {
		homes[i] = e.Home
	}
	seen, err := d.Seeing().Seen(d.ctx, d.r, homes...)
	if err != nil {
		return err
	}
	slices.Sort(back)
	for _, e := range entries {
		there := e.Home == home
		if p.State == PlanUndone {
			_, there = slices.BinarySearch(back, string(e.ID))
		}
		switch {
		case !seen[e.Home]:
			x.Unseen++
		case !there:
			x.Gone = append(x.Gone, e)
		default:
			x.Entries = append(x.Entries, e)
			if p.State == PlanDraft && versions[e.ID] != e.Version {
				x.Changed++
			}
		}
	}
	return nil
}

// judge says what is wrong with a draft, and whether it is for the reader to apply it.
func (d *Desk) judge(x *PlanSheet) error {
	if len(x.Parts) == 0 {
		x.Faults = append(x.Faults, "引継ぎ先が決まったものがありません。")
	}
	for i := range x.Parts {
		part := &x.Parts[i]
		part.Faults = d.unfit(part.Target)
		for _, f := range part.Faults {
			x.Faults = append(x.Faults, d.names.place(part.Target)+"："+f)
		}
		if ok, err := d.mayGive(part.Target); err != nil {
			return err
		} else if !ok && x.Refusal == "" {
			x.Refusal = fmt.Sprintf("%sへ%sを加える権限がないため、あなたは適用できません。全体を所管する人か、両方を所管する人が適用します。", d.names.place(part.Target), d.Entry)
		}
	}
	if ok, err := d.mayMove(x.Home); err != nil || ok {
		return err
	}
	x.Refusal = "いまの所管の" + d.Entry + "を直す権限がないため、あなたは適用できません。"
	return nil
}

// unfit says why nobody may give entries to a home.
func (d *Desk) unfit(home string) []string {
	if d.ended(home) {
		return []string{"廃止されています。引継ぎ先を選び直してください。"}
	}
	regime := d.Regime
	if unit, ok := org.UnitOf(home); ok {
		u, _ := d.Chart.Tree.Unit(unit)
		regime = u.Regime
	} else if system, ok := org.SystemOf(home); ok {
		s, _ := d.Chart.System(system)
		regime = s.Regime
	}
	if regime != d.Regime {
		return []string{"別の規程の下にあります。「" + d.Policy + "」の台帳の所管にはなりません。"}
	}
	return nil
}

// mayTakeBack says whether the reader may take back what a target has got.
func (d *Desk) mayTakeBack(target string) (bool, error) { return d.mayMove(target) }

// ClassTotals counts entries by class, the highest first: by what follows from all axes where the edition has it, else axis by axis.
func (d *Desk) ClassTotals(entries []Entry) ([]string, error) {
	field := d.classField()
	if field == "" {
		return nil, nil
	}
	count, none := map[string]int{}, 0
	for _, e := range entries {
		said, err := e.Read()
		if err != nil {
			return nil, err
		}
		class := said.Class(field)
		if len(class) == 0 {
			none++
			continue
		}
		if d.Overall != nil {
			count[d.Overall.ID+"="+d.Reached(class)]++
		} else {
			for axis, level := range class {
				count[axis+"="+level]++
			}
		}
	}
	axes := d.Axes
	if d.Overall != nil {
		axes = []Axis{{d.Overall.ID, d.Overall.Title, d.Overall.Levels}}
	}
	var list []string
	for _, a := range axes {
		for _, level := range slices.Backward(a.Levels) {
			if n := count[a.ID+"="+level]; n > 0 {
				list = append(list, fmt.Sprintf("%s%s %d件", a.Title, level, n))
			}
		}
	}
	if none > 0 {
		list = append(list, fmt.Sprintf("未分類 %d件", none))
	}
	return list, nil
}
