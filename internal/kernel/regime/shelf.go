package regime

import (
	"context"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/setting"
)

// Shelf is the registers of a day: those of the editions that were adopted. A policy about which nothing was decided has none yet.
func (l *Library) Shelf(ctx context.Context, r db.Reader, on jpdate.Date) (*register.Shelf, error) {
	decided, err := Activations(ctx, r, "")
	if err != nil {
		return nil, err
	}
	values, err := l.settings.Values(ctx, r)
	if err != nil {
		return nil, err
	}
	current := map[string]string{}
	for _, a := range decided { // the last to take effect first
		if !a.Effective.After(on) && current[a.Regime] == "" {
			current[a.Regime] = a.Sum
		}
	}
	slices.SortFunc(decided, func(a, b Activation) int { return strings.Compare(string(a.ID), string(b.ID)) })
	shelf, packs, err := l.shelve(ctx, r, decided, current)
	if err != nil {
		return nil, err
	}
	return shelf.With(func(regime, id string) register.Span {
		p := packs[regime]
		if p == nil {
			return register.Span{}
		}
		x, _ := p.Setting(id)
		value := values.At(p.declare(x), on)
		n, number := value.Int(), value.Decision.Number
		switch x.Unit { //nolint:exhaustive // the others are no spans of days
		case setting.Days:
			return register.Span{Days: n, Number: number}
		case setting.Months:
			return register.Span{Months: n, Number: number}
		case setting.Years:
			return register.Span{Months: 12 * n, Number: number}
		}
		return register.Span{}
	}), nil
}

// shelved is a shelf that was put up, and what for.
type shelved struct {
	key   string
	shelf *register.Shelf
	packs map[string]*Pack
}

// shelve puts up the registers of the editions that were adopted, in this order. The last that was asked for is remembered.
func (l *Library) shelve(ctx context.Context, r db.Reader, adopted []Activation, current map[string]string) (*register.Shelf, map[string]*Pack, error) {
	var key strings.Builder
	for _, a := range adopted {
		key.WriteString(a.Regime + " " + a.Sum + " ")
		if current[a.Regime] == a.Sum {
			key.WriteString("* ")
		}
	}
	l.mu.Lock()
	known := l.shelf
	l.mu.Unlock()
	if known.shelf != nil && known.key == key.String() {
		return known.shelf, known.packs, nil
	}
	made := shelved{key: key.String(), packs: map[string]*Pack{}}
	var editions []*register.Edition
	for i, a := range adopted {
		p, err := l.adopted(ctx, r, a.Sum)
		if err != nil {
			return nil, nil, err
		}
		if current[a.Regime] == a.Sum {
			made.packs[a.Regime] = p
		}
		if !slices.ContainsFunc(adopted[i+1:], func(later Activation) bool { return later.Sum == a.Sum }) { // adopted again it comes last
			editions = append(editions, p.Books()...)
		}
	}
	made.shelf = register.NewShelf(editions, current)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shelf = made
	return made.shelf, made.packs, nil
}

// Books are the registers of the edition.
func (p *Pack) Books() []*register.Edition {
	list := make([]*register.Edition, len(p.Registers))
	for i, k := range p.Registers {
		e := &register.Edition{
			Regime: p.ID, Edition: p.Edition, Policy: p.Title, Pack: p.Hash, Kind: k, Classes: p.Classes, Vocabulary: p.registerVocabulary(k),
			Examples: p.Examples, Asked: p.asked(k.ID), See: p.members(k.Access.See), Add: p.members(k.Access.Add), Change: p.members(k.Access.Change),
		}
		if k.Confirm != nil {
			e.ConfirmBy = p.members(k.Confirm.By)
		}
		list[i] = e
	}
	return list
}

// asked is what the duties ask of a register.
func (p *Pack) asked(kind string) []register.Asked {
	var list []register.Asked
	for _, d := range p.Duties {
		if c := d.Check; c != nil && c.Kind == duty.Register && c.Target == kind {
			list = append(list, register.Asked{Clause: d.Clause, Name: p.ClauseName(d.Clause), Full: p.FullID(d.Clause), Has: c.Has, Confirmed: c.Confirmed || c.Fresh != nil})
		}
	}
	return list
}

// members are roles, and in place of collectives those who belong to them.
func (p *Pack) members(roles []string) []string {
	var all []string
	for _, id := range roles {
		all = append(all, id)
		if r, ok := p.Role(id); ok {
			all = append(all, r.OneOf...)
		}
	}
	return all
}
