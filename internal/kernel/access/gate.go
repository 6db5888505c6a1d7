package access

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
)

// Gate finds out what somebody may do at this moment. It is safe for concurrent use.
type Gate struct {
	charts *org.Charts
	rules  func(ctx context.Context, r db.Reader) ([]org.Rules, error)
}

// NewGate makes a gate over the rules in force, those of Sekimori among them.
func NewGate(charts *org.Charts, rules func(ctx context.Context, r db.Reader) ([]org.Rules, error)) *Gate {
	return &Gate{charts, rules}
}

// Person is somebody with the authorities that he has at a moment. NotFound where there is no such person on that day.
func (g *Gate) Person(ctx context.Context, r db.Reader, person id.ID, now db.Time) (*Actor, error) {
	rules, err := g.rules(ctx, r)
	if err != nil {
		return nil, err
	}
	v := org.View{On: jpdate.Today(now.Time()), Now: now}
	s, err := g.charts.Standing(ctx, r, v, rules, person)
	if err != nil {
		return nil, err
	}
	a := &Actor{Class: Person, Name: PersonName(person), Person: s.Person, Assignments: s.Assignments, Authorities: s.Authorities, Chart: s.Chart}
	a.granted, err = grantedTo(ctx, r, person, v.On)
	return a, err
}

// Place is the account of a place that belongs to a unit.
func (g *Gate) Place(ctx context.Context, r db.Reader, account, unit id.ID, now db.Time) (*Actor, error) {
	rules, err := g.rules(ctx, r)
	if err != nil {
		return nil, err
	}
	c, err := g.charts.At(ctx, r, org.View{On: jpdate.Today(now.Time()), Now: now}, rules)
	return &Actor{Class: Place, Name: "place:" + string(account), Unit: unit, Chart: c}, err
}
