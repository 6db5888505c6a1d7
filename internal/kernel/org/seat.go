package org

import (
	"slices"

	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
)

// deepest is how many roles may follow from one another; where a pack lets them go round nobody holds them.
const deepest = 8

// holds says whether b is borne on a day.
func (b bearer) holds(day jpdate.Date) bool { return !day.Before(b.From) && !day.After(b.Until) }

// holds says whether a statement holds on a day.
func (d Dated) holds(day jpdate.Date) bool { return !day.Before(d.From) && !day.After(d.Until) }

// on keeps what holds on a day.
func on[T interface{ holds(day jpdate.Date) bool }](day jpdate.Date, list []T) []T {
	var kept []T
	for _, x := range list {
		if x.holds(day) {
			kept = append(kept, x)
		}
	}
	return kept
}

// seated is the holders and deputies of one seat, or that it is vacant; then whoever the regime lets act comes after.
func (c *Chart) seated(rules Rules, r Role, home string) []Holding {
	holders := c.holders(rules, r, home)
	found := holders
	add := func(b bearer) *Holding {
		b.Manner = ""
		found = append(found, c.holding(rules, r, home, b))
		return &found[len(found)-1]
	}
	switch d := r.Deputy; {
	case d == nil:
	case d.NamedBy != "":
		for _, n := range c.named(rules, r, home, holders) {
			if n.State != Lapsed {
				giver := c.who(n.Giver)
				h := add(bearer{Person: n.Person, From: n.From, Until: n.Until})
				h.For, h.Provisional = &giver, n.State == Provisional
			}
		}
	default:
		for _, b := range c.deputising(rules, r, home) {
			if holder(found, b.Person) {
				continue
			}
			if h := add(b); len(holders) > 0 {
				h.For = holders[0].Person
			}
		}
	}
	if len(found) > 0 {
		return found
	}
	found = []Holding{{Regime: rules.Regime, Role: r, Home: home}}
	for _, b := range c.inner(rules, r.Vacant, home, c.View.On, 0) {
		add(b)
	}
	return found
}

// deputising is who acts for the holders of a seat because he bears a post or a role: whom a designation of the seat names; else
// who follows from the regime's rule; else whom a designation names that was made for a unit which has become part of this one.
func (c *Chart) deputising(rules Rules, r Role, home string) []bearer {
	at, day := seat{rules.Regime, r.ID, home}, c.View.On
	if own := on(day, c.acting.own[at]); len(own) > 0 {
		return c.designated(own, day)
	}
	found := c.inner(rules, r.Deputy.Role, home, day, 0)
	if r.Deputy.Post != "" {
		found = c.byTitle(rules, r, r.Deputy.Post, home, day)
	}
	if len(found) > 0 {
		return found
	}
	return c.designated(on(day, c.acting.inherited[at]), day)
}

// holders is who holds a seat by himself on the day of the view.
func (c *Chart) holders(rules Rules, r Role, home string) []Holding {
	var list []Holding
	for _, b := range c.bearing(rules, r, home, c.View.On, 0) {
		list = append(list, c.holding(rules, r, home, b))
	}
	return list
}

// holding is that somebody bears a seat; as a deputy where he bears it in no manner.
func (c *Chart) holding(rules Rules, r Role, home string, b bearer) Holding {
	who := c.who(b.Person)
	return Holding{
		Regime: rules.Regime, Role: r, Home: home, Person: &who, As: b.Manner.as(), Manner: b.Manner, Post: c.posts[b.Post].Title, From: b.From, Until: b.Until,
	}
}

func holder(list []Holding, person id.ID) bool {
	return slices.ContainsFunc(list, func(h Holding) bool { return h.Person.ID == person })
}

func (c *Chart) who(person id.ID) Who {
	if who, ok := c.people[person]; ok {
		return who
	}
	return Who{ID: person}
}

// bearing is who holds a seat on a day, each person once: whom a designation of the seat names; else who follows from the
// regime's rule; else whom a designation names that was made for a unit which has become part of this one.
func (c *Chart) bearing(rules Rules, r Role, home string, day jpdate.Date, depth int) []bearer {
	at := seat{rules.Regime, r.ID, home}
	var found []bearer
	if own := on(day, c.designations.own[at]); len(own) > 0 {
		found = c.designated(own, day)
	} else if found = c.byRule(rules, r, home, day, depth); len(found) == 0 {
		found = c.designated(on(day, c.designations.inherited[at]), day)
	}
	var once []bearer
	for _, b := range found {
		if !slices.ContainsFunc(once, func(o bearer) bool { return o.Person == b.Person }) {
			once = append(once, b)
		}
	}
	return once
}

// designated is who is named: people who still work somewhere, and whoever bears the post.
func (c *Chart) designated(list []Designation, day jpdate.Date) []bearer {
	var found []bearer
	for _, d := range list {
		if c.assigned[d.Person] {
			found = append(found, bearer{Person: d.Person, Manner: Main, From: d.From, Until: d.Until})
		}
		found = append(found, on(day, c.placed[place{c.Tree.Now(d.Unit), d.Post}])...)
	}
	return found
}

func (c *Chart) byRule(rules Rules, r Role, home string, day jpdate.Date, depth int) []bearer {
	switch h := r.HeldBy; {
	case h.Post != "":
		return c.byTitle(rules, r, h.Post, home, day)
	case h.HeadOf == "owner": // a unit without any head leaves it to the one above
		for _, at := range c.chain(home) {
			unit, _ := UnitOf(at)
			if heads := c.headsOf(unit, day); len(heads) > 0 {
				return heads
			}
		}
	case h.HeadOf != "":
		for _, at := range c.chain(home) {
			if unit, ok := UnitOf(at); ok && c.scopes[unit] == Scope(h.HeadOf) {
				return c.headsOf(unit, day)
			}
		}
	case h.Role != "":
		if system, ok := SystemOf(home); ok && h.Of == "owner" {
			home = UnitHome(c.last[system].Owner)
		}
		return c.inner(rules, h.Role, home, day, depth+1)
	}
	return nil
}

// headsOf is who leads a unit: of those on posts that lead, the highest.
func (c *Chart) headsOf(unit id.ID, day jpdate.Date) []bearer {
	all := on(day, c.heads[unit])
	var heads []bearer
	for _, b := range all {
		if !slices.ContainsFunc(all, func(o bearer) bool { return c.posts[o.Post].Rank < c.posts[b.Post].Rank }) {
			heads = append(heads, b)
		}
	}
	return heads
}

// inner is who holds another role on a day, at the nearest place that has its seat.
func (c *Chart) inner(rules Rules, role, home string, day jpdate.Date, depth int) []bearer {
	r, ok := rules.Role(role)
	if !ok || depth > deepest {
		return nil
	}
	for _, at := range c.chain(home) {
		if c.sits(rules, r, at) {
			return c.bearing(rules, r, at, day, depth)
		}
	}
	return nil
}

// byTitle is who bears a post by its title: for a seat of the body in the units of the regime, where none does in any unit; for
// another seat in and below its unit.
func (c *Chart) byTitle(rules Rules, r Role, title, home string, day jpdate.Date) []bearer {
	all := on(day, c.titled[text.Fold(title)])
	var near []bearer
	for _, b := range all {
		path := c.Tree.Path(b.Unit)
		own := len(path) > 0 && path[len(path)-1].Regime == rules.Regime
		if r.Scope != ScopeBody {
			own = slices.ContainsFunc(path, func(u Unit) bool { return slices.Contains(c.chain(home)[:1], UnitHome(u.Unit)) })
		}
		if own {
			near = append(near, b)
		}
	}
	if len(near) == 0 && r.Scope == ScopeBody {
		return all
	}
	return near
}
