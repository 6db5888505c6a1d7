package org

import (
	"context"
	"slices"
	"sync"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// Charts remembers the charts that were asked for last, as long as nobody has written and no batch has opened since: a chart that
// is asked for with each request costs one small query. The zero value is ready; it is safe for concurrent use.
type Charts struct {
	mu   sync.Mutex
	kept []kept // the last used first
}

type kept struct {
	chart       *Chart
	stamp       string
	since, till db.Time // no batch opens in between
}

// keep is how many charts are remembered: that of today, and those of the few operators and of days that people look at.
const keep = 4

// At gives the chart of a view.
func (s *Charts) At(ctx context.Context, r db.Reader, v View, rules []Rules) (*Chart, error) {
	stamp, done, err := stamp(ctx, r, v.Now)
	if err != nil {
		return nil, err
	}
	if !done {
		return LoadChart(ctx, r, v, rules)
	}
	if c := s.find(stamp, v, rules); c != nil {
		return c, nil
	}
	c, err := LoadChart(ctx, r, v, rules)
	if err != nil {
		return nil, err
	}
	k := kept{chart: c, stamp: stamp}
	if k.since, k.till, err = openings(ctx, r, v.Now); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = slices.DeleteFunc(s.kept, func(o kept) bool { return o.stamp != stamp })
	s.kept = append([]kept{k}, s.kept...)
	s.kept = s.kept[:min(len(s.kept), keep)]
	return c, nil
}

func (s *Charts) find(stamp string, v View, rules []Rules) *Chart {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, k := range s.kept {
		if k.stamp == stamp && k.since <= v.Now && v.Now < k.till && k.chart.View.On == v.On && slices.Equal(k.chart.View.Batches, v.Batches) &&
			slices.EqualFunc(k.chart.rules, rules, func(a, b Rules) bool {
				return a.Regime == b.Regime && a.Hash == b.Hash && a.Provisional == b.Provisional
			}) {
			s.kept = append(append([]kept{k}, s.kept[:i]...), s.kept[i+1:]...)
			return k.chart
		}
	}
	return nil
}

// Standing is what somebody is and may do, as far as it follows from the chart.
type Standing struct {
	Person      Person
	Assignments []Assignment
	// Authorities are the seats that he holds or is deputy of, then the roles of everyone, one for each unit that he is assigned
	// to.
	Authorities []Holding
	Chart       *Chart
}

// Standing tells about one person with three small queries. NotFound where there is no such person on the day.
func (s *Charts) Standing(ctx context.Context, r db.Reader, v View, rules []Rules, person id.ID) (Standing, error) {
	c, err := s.At(ctx, r, v, rules)
	if err != nil {
		return Standing{}, err
	}
	x := Standing{Chart: c, Authorities: slices.Clone(c.Authorities(person))}
	if x.Person, err = v.Person(ctx, r, person); err != nil {
		return Standing{}, err
	}
	if x.Assignments, err = v.AssignmentsOf(ctx, r, person); err != nil {
		return Standing{}, err
	}
	for _, a := range x.Assignments {
		x.Authorities = append(x.Authorities, c.everyone(x.Person, a)...)
	}
	return x, nil
}

// everyone is the roles that somebody bears because he works in a unit.
func (c *Chart) everyone(p Person, a Assignment) []Holding {
	unit, ok := c.Tree.Unit(a.Unit)
	rules, known := c.Rules(unit.Regime)
	if !ok || !known {
		return nil
	}
	var list []Holding
	for _, r := range rules.Roles {
		if slices.Contains(r.Everyone, p.Employment) {
			list = append(list, Holding{
				Regime: rules.Regime, Role: r, Home: UnitHome(a.Unit), Person: &Who{p.Person, p.Number, p.Name},
				As: a.Manner.as(), Manner: a.Manner, Post: c.posts[a.Post].Title, From: a.From, Until: a.Until,
			})
		}
	}
	return list
}
