package org

import (
	"maps"
	"slices"

	"sekimori/internal/base/id"
)

// Reach lists the units and systems for which somebody answers by a holding: for a seat of the body all of the regime, whoever owns
// a system; for that of a unit those of the regime in and below it; for a role of everyone the section or school where he works, with
// its teams; for that of a system this one. Abolished units come with the one that has their matters now.
func (c *Chart) Reach(h Holding) (units, systems []id.ID) {
	if system, ok := SystemOf(h.Home); ok {
		return nil, []id.ID{system}
	}
	reached := c.units(h)
	for u := range reached {
		units = append(units, u)
	}
	for _, s := range c.last {
		if s.Regime == h.Regime && (h.Home == BodyHome || reached[s.Owner]) {
			systems = append(systems, s.System)
		}
	}
	return units, systems
}

func (c *Chart) units(h Holding) map[id.ID]bool {
	reached := map[id.ID]bool{}
	unit, _ := UnitOf(h.Home)
	office := len(h.Role.Everyone) > 0
	if office {
		unit = c.Tree.office(unit)
	}
	below := c.Tree.order
	if h.Home != BodyHome {
		below = nil
		for _, u := range c.Tree.Subtree(unit) {
			if x, there := c.Tree.Unit(u); there {
				below = append(below, x)
			}
		}
	}
	for _, u := range below {
		if office {
			reached[u.Unit] = u.Unit == unit || u.Kind == KindTeam && c.Tree.office(u.Unit) == unit
		} else {
			reached[u.Unit] = u.Regime == h.Regime
		}
	}
	for unit, u := range c.Tree.past {
		reached[unit] = reached[c.Tree.Now(unit)] || h.Home == BodyHome && u.Regime == h.Regime
	}
	maps.DeleteFunc(reached, func(_ id.ID, is bool) bool { return !is })
	return reached
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
