package org

import (
	"context"
	"slices"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/trail"
)

// DeputyState says whether a deputy whom a holder has named acts.
type DeputyState string

// The states.
const (
	Acts        DeputyState = "acts"
	Provisional DeputyState = "provisional" // the holder who named him has left; he acts on for some days
	Lapsed      DeputyState = "lapsed"      // he does not act
)

// Named is a deputy whom a holder has named, and whether he acts. Until of a provisional one is his last day.
type Named struct {
	Deputy
	State DeputyState
}

// Deputies lists the deputies whom holders have named, for the day of the view, by regime, role and scope.
func (c *Chart) Deputies() []Named {
	var all []Named
	for _, at := range c.deputySeats {
		rules, _ := c.Rules(at.regime)
		r, _ := rules.Role(at.role)
		if !c.sits(rules, r, at.home) { // its unit has ended
			for _, d := range on(c.View.On, c.deputies[at]) {
				all = append(all, Named{d, Lapsed})
			}
			continue
		}
		all = append(all, c.named(rules, r, at.home, c.holders(rules, r, at.home))...)
	}
	return all
}

// named says of the deputies of a seat who acts: those whom a holder has named; if none, those of a holder who has left, for some
// days. Nobody acts who works nowhere any more, or who holds the seat himself.
func (c *Chart) named(rules Rules, r Role, home string, holders []Holding) []Named {
	rows := on(c.View.On, c.deputies[seat{rules.Regime, r.ID, home}])
	can := func(d Deputy) bool { return c.assigned[d.Person] && !holder(holders, d.Person) }
	confirmed := slices.ContainsFunc(rows, func(d Deputy) bool { return can(d) && holder(holders, d.Giver) })
	var list []Named
	for _, d := range rows {
		n := Named{d, Lapsed}
		switch {
		case !can(d):
		case holder(holders, d.Giver):
			n.State = Acts
		case !confirmed:
			if last := c.lastDay(rules, r, home, d.Giver); !last.IsZero() {
				n.State = Provisional
				n.Until = slices.MinFunc([]jpdate.Date{d.Until, last.AddDays(rules.Provisional)}, jpdate.Date.Compare)
			}
		}
		list = append(list, n)
	}
	return list
}

// lastDay is the last day of somebody in a seat, if his deputies still act on after it; else the zero date.
func (c *Chart) lastDay(rules Rules, r Role, home string, person id.ID) (last jpdate.Date) {
	try := func(day jpdate.Date) {
		if day.Before(c.View.On) && c.View.On.Sub(day) <= rules.Provisional && day.After(last) &&
			slices.ContainsFunc(c.bearing(rules, r, home, day, 0), func(b bearer) bool { return b.Person == person }) {
			last = day
		}
	}
	for _, b := range c.borne[person] {
		try(b.Until)
	}
	for _, d := range c.designations.own[seat{rules.Regime, r.ID, home}] {
		try(d.Until)
	}
	return last
}

// NameDeputy states that somebody acts for a holder who has named him; the chart is that of his first day. Everything that
// forbids it comes at once: the role has no such deputies, the giver does not hold it there, the deputy works nowhere, holds the
// role himself or is his deputy on some of those days already.
func NameDeputy(ctx context.Context, tx *trail.Tx, c *Chart, d Deputy) error {
	var faults errs.Faults
	rules, _ := c.Rules(d.Regime)
	r, _ := rules.Role(d.Role)
	var holders []Holding
	if c.sits(rules, r, d.Scope) {
		holders = c.holders(rules, r, d.Scope)
	}
	switch {
	case r.Deputy == nil || r.Deputy.NamedBy == "":
		faults.Add("role", "この役割には、本人が指名する代行者を置けません")
	case !holder(holders, d.Giver):
		faults.Add("giver", "指名する人は、この日にこの役割を務めていません")
	}
	if holder(holders, d.Person) {
		faults.Add("person", "この役割を自ら務める人は、代行者にできません")
	}
	assigned, err := c.View.AssignmentsOf(ctx, tx, d.Person)
	if err != nil {
		return err
	}
	if len(assigned) == 0 {
		faults.Add("person", "この日に、どの組織にも所属していない人です")
	}
	if d.Until.Before(d.From) {
		faults.Add("until_on", "終わりの日が始まりの日より前です")
	}
	others, err := always(ctx, tx, c.View, Deputies, `regime = $1 and role = $2 and scope = $3 and giver = $4 and person = $5`, d.Regime, d.Role, d.Scope, d.Giver, d.Person)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(others, func(o Deputy) bool { return !o.From.After(d.Until) && !d.From.After(o.Until) }) {
		faults.Add("from_on", "同じ人を、重なる期間の代行者に既に指名しています")
	}
	if err := faults.Err("代行者を指名できません。"); err != nil {
		return err
	}
	return Deputies.Put(ctx, tx, d)
}
