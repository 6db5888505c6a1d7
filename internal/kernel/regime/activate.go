package regime

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
)

// Library knows which packs are in force: those that were adopted by a decision, and, for a regime about which nothing has been
// decided, the newest that the program offers. It is safe for concurrent use.
type Library struct {
	offered      *Set
	capabilities []duty.Capability
	settings     setting.Memory

	mu     sync.Mutex
	loaded map[string]*Pack // adopted ones by hash; never more than were ever decided
	shelf  shelved          // the last that was asked for
}

// NewLibrary makes a library over the packs that the program offers.
func NewLibrary(offered *Set, capabilities []duty.Capability) *Library {
	return &Library{offered: offered, capabilities: capabilities, loaded: map[string]*Pack{}}
}

// Offered is every pack that the program brings.
func (l *Library) Offered() *Set { return l.offered }

// InForce gives one pack of every regime: the one in force on a day, else the newest that is offered; with what the body has decided
// about their settings.
func (l *Library) InForce(ctx context.Context, r db.Reader, on jpdate.Date) (*Set, error) {
	decided, err := Activations(ctx, r, "")
	if err != nil {
		return nil, err
	}
	values, err := l.settings.Values(ctx, r)
	if err != nil {
		return nil, err
	}
	set := &Set{values: values, on: on}
	for _, a := range decided {
		if a.Effective.After(on) || set.has(a.Regime) {
			continue // not yet, or another has taken its place
		}
		p, err := l.adopted(ctx, r, a.Sum)
		if err != nil {
			return nil, err
		}
		set.Packs = append(set.Packs, p)
	}
	for _, p := range l.offered.Newest() {
		if !set.has(p.ID) {
			set.Packs = append(set.Packs, p)
		}
	}
	set.sort()
	return set, nil
}

func (s *Set) has(regime string) bool {
	return slices.ContainsFunc(s.Packs, func(p *Pack) bool { return p.ID == regime })
}

// adopted reads a pack back from the database, once.
func (l *Library) adopted(ctx context.Context, r db.Reader, sum string) (*Pack, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.loaded[sum]; p != nil {
		return p, nil
	}
	for _, p := range l.offered.Packs {
		if p.Hash == sum {
			l.loaded[sum] = p
			return p, nil
		}
	}
	archive, err := packFiles(ctx, r, sum)
	if err != nil {
		return nil, err
	}
	tree, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("pack %s: %w", sum, err)
	}
	set, err := Load(tree, l.capabilities)
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "採用されている規程のパック %s を、この版の関守は読めません。採用したときの版の関守を使うか、新しい版のパックを採用してください。", sum[:12])
	}
	l.loaded[sum] = set.Packs[0]
	return set.Packs[0], nil
}

// Change is what adopting a pack would change against the one in force.
type Change struct {
	From                    string   // edition in force until now, "" for the first
	Added, Removed, Changed []string // ids of duties
	KindsAdded, KindsGone   []string
	RolesAdded, RolesGone   []string
}

// Compare says what differs between two packs of a regime; from may be nil.
func Compare(from, to *Pack) Change {
	c := Change{}
	before := map[string]string{}
	var kindsBefore, rolesBefore []string
	if from != nil {
		c.From = from.Edition
		before, kindsBefore, rolesBefore = from.dutyForms(), from.kindIDs(), from.roleIDs()
	}
	after := to.dutyForms()
	for _, d := range to.Duties {
		switch old, there := before[d.ID]; {
		case !there:
			c.Added = append(c.Added, d.ID)
		case old != after[d.ID]:
			c.Changed = append(c.Changed, d.ID)
		}
	}
	if from != nil {
		for _, d := range from.Duties {
			if _, there := after[d.ID]; !there {
				c.Removed = append(c.Removed, d.ID)
			}
		}
	}
	c.KindsAdded, c.KindsGone = apart(kindsBefore, to.kindIDs())
	c.RolesAdded, c.RolesGone = apart(rolesBefore, to.roleIDs())
	return c
}

// dutyForms is everything a duty says, by its id.
func (p *Pack) dutyForms() map[string]string {
	out := map[string]string{}
	for _, d := range p.Duties {
		form, _ := json.Marshal(d) // plain data always marshals
		out[d.ID] = string(form)
	}
	return out
}

func (p *Pack) kindIDs() []string {
	var out []string
	for _, k := range p.Registers {
		out = append(out, k.ID)
	}
	for _, r := range p.Requests {
		out = append(out, r.ID)
	}
	return out
}

func (p *Pack) roleIDs() []string {
	out := make([]string, len(p.Roles))
	for i, r := range p.Roles {
		out[i] = r.ID
	}
	return out
}

// apart gives what only the second list holds, and what only the first.
func apart(before, after []string) (added, gone []string) {
	without := func(list, other []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return slices.Contains(other, x) })
	}
	return without(after, before), without(before, after)
}

// Decision is the decision to adopt a pack.
type Decision struct {
	Effective, Decided jpdate.Date
	Number             string // of the decision
	Note               string // the decider's own words
}

// Activate adopts a pack that the program offers, from a day on, as an act of by: the pack is kept whole, by its hash. Adopting the
// pack that is in force on that day anyway changes nothing. The error is Invalid where the decision lacks something, Forbidden where
// by may not adopt editions of this policy.
func (l *Library) Activate(ctx context.Context, log *trail.Log, by *access.Actor, p *Pack, d Decision) (Activation, error) {
	var faults errs.Faults
	if d.Effective.IsZero() {
		faults.Add("effective", "適用する日を書いてください")
	}
	if d.Decided.After(d.Effective) {
		faults.Add("decided", "決裁の日（%s）が適用する日（%s）より後です", d.Decided.Wareki(), d.Effective.Wareki())
	}
	if strings.TrimSpace(d.Number) == "" {
		faults.Add("decision", "決裁の番号を書いてください")
	}
	if err := faults.Err("規程の版を適用できません。"); err != nil {
		return Activation{}, err
	}
	files, err := p.archive()
	if err != nil {
		return Activation{}, err
	}
	var made Activation
	act := trail.Act{Actor: by.Name, Name: "regime.activate", Note: d.Note, Detail: map[string]string{"regime": p.ID, "edition": p.Edition, "sum": p.Hash, "decision": d.Number}}
	err = log.Do(ctx, act, func(tx *trail.Tx) error {
		if err := adopting(ctx, tx, by, p.ID); err != nil {
			return err
		}
		decided, err := Activations(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(decided, func(a Activation) bool { return !a.Effective.After(d.Effective) })
		if i >= 0 && decided[i].Sum == p.Hash {
			made = decided[i]
			return nil
		}
		there, err := hasPack(ctx, tx, p.Hash)
		if err != nil {
			return err
		}
		if !there {
			if err := packs.Put(ctx, tx, packRow{Sum: p.Hash, Row: trail.Row{Home: trail.Body}, Regime: p.ID, Edition: p.Edition, Files: files}); err != nil {
				return err
			}
		}
		made = Activation{
			ID: id.New(tx.Now), Row: trail.Row{Home: trail.Body}, Regime: p.ID, Edition: p.Edition, Sum: p.Hash,
			Effective: d.Effective, Decided: d.Decided, Decision: d.Number,
		}
		before, err := l.Shelf(ctx, tx, jpdate.Today(tx.Now))
		if err != nil {
			return err
		}
		if err := activations.Put(ctx, tx, made); err != nil {
			return err
		}
		now, err := l.Shelf(ctx, tx, jpdate.Today(tx.Now))
		if err != nil {
			return err
		}
		return register.Define(ctx, tx.Plain(), before, now)
	})
	return made, err
}

// Define makes the tables of the registers that were adopted, where an earlier program has not made them.
func (l *Library) Define(ctx context.Context, d *db.DB) error {
	return d.UpdateAlone(ctx, "register", func(tx *db.Tx) error {
		shelf, err := l.Shelf(ctx, tx, jpdate.Today(tx.Now))
		if err != nil {
			return err
		}
		return register.Define(ctx, tx, nil, shelf)
	})
}

// Adopts gives the seats on which somebody may adopt editions of a policy. Where roles of the policy itself may, it is one of those:
// who answers for another policy decides nothing about this one. It is true of programs, which need no seat.
func Adopts(by *access.Actor, regime string) ([]org.Holding, bool) {
	if by.Class != access.Person {
		return nil, by.Can(access.RegimeActivate)
	}
	if !by.Can(access.RegimeActivate) {
		return nil, false
	}
	may := func(r org.Role) bool { return slices.Contains(r.May, string(access.RegimeActivate)) }
	own := slices.DeleteFunc(slices.Clone(by.Authorities), func(h org.Holding) bool { return h.Regime != regime || !may(h.Role) })
	rules, _ := by.Chart.Rules(regime)
	return own, len(own) > 0 || !slices.ContainsFunc(rules.Roles, may)
}

// adopting asks for the permission to adopt editions of a policy.
func adopting(ctx context.Context, tx *trail.Tx, by *access.Actor, regime string) error {
	as, err := by.Require(ctx, tx, access.RegimeActivate, trail.Body)
	if err != nil {
		return err
	}
	seats, ok := Adopts(by, regime)
	if !ok {
		return errs.New(errs.Forbidden, "この規程の版は、この規程で版を適用する役割の人が適用します。")
	}
	if len(seats) > 0 {
		i := slices.IndexFunc(seats, func(h org.Holding) bool { return h.As != org.AsDeputy })
		as.Holding = seats[max(i, 0)]
	}
	tx.As(as.String())
	return nil
}

// archive is the files of the pack as a ZIP, the same bytes each time.
func (p *Pack) archive() ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(p.Files)) {
		f, err := w.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(f, p.Files[name]); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}
