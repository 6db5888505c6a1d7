package org

import (
	"slices"

	"sekimori/internal/base/id"
)

// Reach lists the units for which somebody answers by a holding: for a seat of the body all units of the regime, for that of a unit
// those of the regime in and below it, for a role of everyone the section or school where he works, with its teams. Abolished
// units come with the one that has their matters now. For a seat of a system there are none.
func (c *Chart) Reach(h Holding) []id.ID {
	if h.Home == BodyHome {
		return c.Tree.ofRegime(h.Regime)
	}
	unit, ok := UnitOf(h.Home)
	if !ok {
		return nil
	}
	reached := map[id.ID]bool{}
	if len(h.Role.Everyone) > 0 {
		unit = c.Tree.office(unit)
		for _, u := range c.Tree.Subtree(unit) {
			if x, there := c.Tree.Unit(u); there && (u == unit || x.Kind == KindTeam && c.Tree.office(u) == unit) {
				reached[u] = true
			}
		}
	} else {
		for _, u := range c.Tree.Subtree(unit) {
			if x, there := c.Tree.Unit(u); there && x.Regime == h.Regime {
				reached[u] = true
			}
		}
	}
	var list []id.ID
	for u := range reached {
		list = append(list, u)
	}
	for u := range c.Tree.past {
		if reached[c.Tree.Now(u)] {
			list = append(list, u)
		}
	}
	return list
}

// SystemsOf lists the systems of a regime, also those that have ended, whose owner is one of some units.
func (c *Chart) SystemsOf(regime string, units map[id.ID]bool) []id.ID {
	var list []id.ID
	for _, s := range c.last {
		if s.Regime == regime && units[s.Owner] {
			list = append(list, s.System)
		}
	}
	return list
}

// ofRegime lists all units of a regime, also those that have ended.
func (t *Tree) ofRegime(regime string) []id.ID {
	var list []id.ID
	for _, u := range t.order {
		if u.Regime == regime {
			list = append(list, u.Unit)
		}
	}
	for unit, u := range t.past {
		if u.Regime == regime {
			list = append(list, unit)
		}
	}
	return list
}

// office is the unit in which somebody works who is assigned to one: of a team what it belongs to.
func (t *Tree) office(unit id.ID) id.ID {
	for _, u := range slices.Backward(t.Path(t.Now(unit))) {
		if u.Kind != KindTeam {
			return u.Unit
		}
	}
	return unit
}
