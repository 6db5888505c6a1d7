package org

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/text"
)

// LoadChart reads what decides about the roles of some regimes. In a large city that takes some time: see Charts.
func LoadChart(ctx context.Context, r db.Reader, v View, rules []Rules) (*Chart, error) {
	c := &Chart{View: v, rules: rules, last: map[id.ID]System{}, posts: map[id.ID]Post{}, people: map[id.ID]Who{}, assigned: map[id.ID]bool{}}
	days := 0 // how far back somebody's last day matters
	for _, x := range rules {
		days = max(days, x.Provisional)
	}
	tree, err1 := v.Tree(ctx, r)
	posts, err2 := always(ctx, r, v, Posts, `from_on <= $1`, v.On)
	systems, err3 := always(ctx, r, v, Systems, `from_on <= $1`, v.On)
	designations, err4 := always(ctx, r, v, Designations, `from_on <= $1 and until_on >= $2`, v.On, v.On.AddDays(-days))
	deputies, err5 := now(ctx, r, v, Deputies, `1 = 1`, `regime, role, scope, from_on, id`)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return nil, err
	}
	c.Tree = tree
	for _, p := range posts {
		c.posts[p.Post] = p
	}
	for _, s := range systems {
		c.last[s.System] = s
	}
	for _, s := range c.last {
		if s.holds(v.On) {
			c.systems = append(c.systems, s)
		}
	}
	slices.SortFunc(c.systems, func(a, b System) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.System, b.System)) })

	args := []any{v.On, v.On.AddDays(-days)}
	decides := `from_on <= $1 and until_on >= $2 and post in ` + db.In(&args, c.deciding(designations))
	people := args[:len(args):len(args)]
	bearers, err6 := db.List[bearer](ctx, r, `select person, unit, post, manner, from_on, until_on from org_assignment where `+decides+` and `+v.known(&args, "")+` order by id`, args...)
	// Names are asked for by where they come from, not one by one: a list of thousands of ids takes longer to read than the rows.
	names, err7 := db.List[Who](ctx, r, `select person, number, name from org_person where from_on <= $1 and `+v.known(&people, "")+` and person in (
		select person from org_assignment where `+decides+`
		union all select person from org_deputy where until_on >= $1 union all select giver from org_deputy where until_on >= $1
		union all select person from org_designation where until_on >= $2) order by from_on, id`, people...)
	args = nil
	assigned, err8 := db.List[id.ID](ctx, r, `select distinct person from org_assignment where `+v.seen(&args, "")+` and person in (select person from org_deputy where until_on >= $1 union all select person from org_designation where until_on >= $1)`, args...)
	if err := errors.Join(err6, err7, err8); err != nil {
		return nil, err
	}
	for _, p := range names {
		c.people[p.ID] = p
	}
	for _, p := range assigned {
		c.assigned[p] = true
	}
	c.arrange(bearers, designations, deputies)
	return c, nil
}

// deciding lists the posts whose bearers hold roles: those that lead units, those that rules name and those of designations.
func (c *Chart) deciding(designations []Designation) []id.ID {
	titles := map[string]bool{}
	for _, rules := range c.rules {
		for _, r := range rules.Roles {
			titles[text.Fold(r.HeldBy.Post)] = true
			if r.Deputy != nil {
				titles[text.Fold(r.Deputy.Post)] = true
			}
		}
	}
	delete(titles, "") // of roles that no post holds
	chosen := map[id.ID]bool{}
	for _, p := range c.posts {
		if p.Head || titles[text.Fold(p.Title)] {
			chosen[p.Post] = true
		}
	}
	for _, d := range designations {
		if d.Post != "" {
			chosen[d.Post] = true
		}
	}
	return slices.Sorted(maps.Keys(chosen))
}

// openings are the last opening of a batch up to now, and the next one.
func openings(ctx context.Context, r db.Reader, now db.Time) (last, next db.Time, err error) {
	type row struct {
		Last string `db:"last"`
		Next string `db:"next"`
	}
	x, err := db.Get[row](ctx, r, `select coalesce(max(opens) filter (where opens <= $1), '') as last, coalesce(min(opens) filter (where opens > $1), $2) as next from org_batch`, now, Forever)
	return db.Time(x.Last), db.Time(x.Next), err
}
