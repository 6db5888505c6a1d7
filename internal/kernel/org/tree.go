package org

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
)

// Tree is the units of a day, and what those that had ended by then were at last. It does not change.
type Tree struct {
	order []Unit // from the top, sisters by place
	units map[id.ID]Unit
	past  map[id.ID]Unit
	heirs map[id.ID]id.ID // successors of those in past
	above map[id.ID]id.ID
	below map[id.ID][]Unit // of "" the roots
}

// newTree takes the statements that had begun on the day, in the order in which they began.
func newTree(begun []Unit, on jpdate.Date) *Tree {
	t := &Tree{units: map[id.ID]Unit{}, past: map[id.ID]Unit{}, heirs: map[id.ID]id.ID{}, above: map[id.ID]id.ID{}, below: map[id.ID][]Unit{}}
	for _, u := range begun {
		if u.Until.Before(on) {
			t.past[u.Unit] = u
		} else {
			t.units[u.Unit] = u
		}
	}
	for unit := range t.units {
		delete(t.past, unit)
	}
	sisters := slices.SortedFunc(maps.Values(t.units), func(a, b Unit) int {
		return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Unit, b.Unit))
	})
	for _, u := range sisters {
		for before := range strings.FieldsSeq(u.Predecessors) {
			if t.heirs[id.ID(before)] == "" {
				t.heirs[id.ID(before)] = u.Unit
			}
		}
	}
	for _, u := range sisters {
		t.above[u.Unit] = t.Now(u.Parent)
	}
	for _, u := range sisters {
		if t.ring(u.Unit) {
			t.above[u.Unit] = "" // so that everything hangs on a root, whatever was stated
		}
		t.below[t.above[u.Unit]] = append(t.below[t.above[u.Unit]], u)
	}
	t.lay("")
	return t
}

// ring says whether a unit stands above itself.
func (t *Tree) ring(unit id.ID) bool {
	up := t.above[unit]
	for range t.above {
		if up == "" || up == unit {
			return up == unit
		}
		up = t.above[up]
	}
	return false // it hangs on a ring of others
}

func (t *Tree) lay(under id.ID) {
	for _, u := range t.below[under] {
		t.order = append(t.order, u)
		t.lay(u.Unit)
	}
}

// Units lists all units from the top, each before those below it, sisters by their place.
func (t *Tree) Units() []Unit { return t.order }

// Unit finds a unit of the day.
func (t *Tree) Unit(unit id.ID) (Unit, bool) {
	u, ok := t.units[unit]
	return u, ok
}

// Last is what a unit is, or was when it ended.
func (t *Tree) Last(unit id.ID) (Unit, bool) {
	if u, ok := t.units[unit]; ok {
		return u, true
	}
	u, ok := t.past[unit]
	return u, ok
}

// ByCode finds a unit of the day.
func (t *Tree) ByCode(code string) (Unit, bool) {
	i := slices.IndexFunc(t.order, func(u Unit) bool { return u.Code == code })
	if i < 0 {
		return Unit{}, false
	}
	return t.order[i], true
}

// Below lists the units directly below one, the roots for "".
func (t *Tree) Below(unit id.ID) []Unit { return t.below[unit] }

// Path lists the units from the root down to one, nil where it is none of the day.
func (t *Tree) Path(unit id.ID) []Unit {
	var path []Unit
	for u, ok := t.units[unit]; ok; u, ok = t.units[t.above[u.Unit]] {
		path = append(path, u)
	}
	slices.Reverse(path)
	return path
}

// Subtree lists a unit and all below it.
func (t *Tree) Subtree(unit id.ID) []id.ID {
	list := []id.ID{unit}
	for i := 0; i < len(list); i++ {
		for _, u := range t.below[list[i]] {
			list = append(list, u.Unit)
		}
	}
	return list
}

// Now is where the matters of a unit are: with itself, after its end with the unit that names it as predecessor (of several the
// first by place), else with what it stood under; "" for none.
func (t *Tree) Now(unit id.ID) id.ID {
	for range len(t.past) + 1 {
		u, ended := t.past[unit]
		switch {
		case !ended:
			if _, ok := t.units[unit]; ok {
				return unit
			}
			return ""
		case t.heirs[unit] != "":
			unit = t.heirs[unit]
		default:
			unit = u.Parent
		}
	}
	return "" // those that ended stand in a ring
}

// UnitFault is one thing that is wrong with a unit.
type UnitFault struct {
	Index   int    // of the unit among those that were checked
	Field   string // name, code, kind, parent, regime, predecessors, from_on
	Message string
}

// Check says everything that would be wrong if the units were stated as well, in place of what the tree has of them.
// regime tells which regimes there are.
func (t *Tree) Check(units []Unit, regime func(string) bool) []UnitFault {
	after := Tree{units: maps.Clone(t.units), above: maps.Clone(t.above)}
	codes := map[string][]Unit{}
	for _, u := range units {
		after.units[u.Unit] = u
		after.above[u.Unit] = u.Parent
	}
	for _, u := range after.units {
		codes[u.Code] = append(codes[u.Code], u)
	}
	var found []UnitFault
	for i, u := range units {
		say := func(field, message string) { found = append(found, UnitFault{i, field, message}) }
		if u.Name == "" {
			say("name", "名称がありません")
		}
		if u.Code == "" {
			say("code", "組織コードがありません")
		} else if i := slices.IndexFunc(codes[u.Code], func(o Unit) bool { return o.Unit != u.Unit }); i >= 0 {
			say("code", "組織コード "+u.Code+" は「"+codes[u.Code][i].Name+"」も使っています")
		}
		if u.Kind.Title() == "" {
			say("kind", "種別がありません")
		}
		_, there := after.units[u.Parent]
		switch {
		case u.Kind == KindBody && u.Parent != "":
			say("parent", "団体には上位の組織がありません")
		case u.Kind != KindBody && u.Parent == "":
			say("parent", "上位の組織がありません")
		case u.Parent != "" && !there:
			say("parent", "上位の組織は、その日にありません")
		case after.ring(u.Unit):
			say("parent", "組織が自分自身の下にあることになります")
		}
		if !regime(u.Regime) {
			say("regime", "規程 "+u.Regime+" はありません")
		}
		for before := range strings.FieldsSeq(u.Predecessors) {
			if _, known := t.Last(id.ID(before)); !known {
				say("predecessors", "前身の組織がありません")
			}
		}
		if u.Until.Before(u.From) {
			say("until_on", "終わりの日が始まりの日より前です")
		}
	}
	return found
}
