package org

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
)

var today = jpdate.New(2026, 4, 1)

// unit is one in force today; an id that ends in "-" ended yesterday.
func unit(name, parent string, place int, before ...string) Unit {
	u := Unit{Unit: id.ID(strings.TrimSuffix(name, "-")), Code: name, Name: name, Kind: KindSection, Parent: id.ID(parent), Regime: "r", Place: place, Predecessors: strings.Join(before, " ")}
	if parent == "" {
		u.Kind = KindBody
	}
	u.From, u.Until = jpdate.New(2025, 4, 1), Open()
	if strings.HasSuffix(name, "-") {
		u.Until = today.AddDays(-1)
	}
	return u
}

func ids(units []Unit) string {
	var names []string
	for _, u := range units {
		names = append(names, string(u.Unit))
	}
	return strings.Join(names, " ")
}

func TestTree(t *testing.T) {
	t.Parallel()
	tree := newTree([]Unit{
		unit("city", "", 1), unit("board", "", 2), unit("b", "city", 2), unit("a", "city", 1), unit("a1", "a", 1),
		unit("old-", "a", 1), unit("new2", "a", 9, "old"), unit("new1", "b", 3, "old"), unit("gone-", "old", 1), unit("under", "gone", 1),
		unit("x", "y", 1), unit("y", "x", 2), unit("lost", "nowhere", 3),
	}, today)
	for _, c := range []struct{ what, got, want string }{
		{"from the top, sisters by place", ids(tree.Units()), "city a a1 new2 b new1 under x y board lost"},
		{"below", ids(tree.Below("city")), "a b"},
		{"roots, and what is stated in a ring or under nothing", ids(tree.Below("")), "city x board lost"},
		{"path", ids(tree.Path("under")), "city b new1 under"},
		{"path of none", ids(tree.Path("old")), ""},
		{"subtree", fmt.Sprint(tree.Subtree("b")), "[b new1 under]"},
		{"the first successor by place", string(tree.Now("old")), "new1"},
		{"what stood above, and its successor", string(tree.Now("gone")), "new1"},
		{"itself", string(tree.Now("a1")), "a1"},
		{"nothing", string(tree.Now("nowhere")), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
	if u, ok := tree.Last("old"); !ok || u.Name != "old-" {
		t.Errorf("last of an ended unit: %v %v", u, ok)
	}
	if _, ok := tree.Unit("old"); ok {
		t.Error("an ended unit is in the tree")
	}
	if u, ok := tree.ByCode("a1"); !ok || u.Unit != "a1" {
		t.Errorf("by code: %v %v", u, ok)
	}
	if _, ok := tree.ByCode("old-"); ok {
		t.Error("an ended unit has its code")
	}
}

// TestEveryUnitHangsOnARoot: whatever is stated, each unit comes just once, after those above it.
func TestEveryUnitHangsOnARoot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "units")
		var begun []Unit
		name := rapid.SampledFrom([]string{"", "0", "1", "2", "3", "4", "5", "6", "7", "8"})
		for i := range n {
			u := unit(fmt.Sprint(i), name.Draw(t, "parent"), rapid.IntRange(0, 2).Draw(t, "place"), name.Draw(t, "before"))
			if rapid.Bool().Draw(t, "ended") {
				u.Until = today.AddDays(-1)
			}
			begun = append(begun, u)
		}
		tree := newTree(begun, today)
		seen := map[id.ID]bool{"": true}
		for _, u := range tree.Units() {
			if seen[u.Unit] || !seen[tree.above[u.Unit]] {
				t.Fatalf("%s comes twice or before what is above it: %s", u.Unit, ids(tree.Units()))
			}
			seen[u.Unit] = true
			if path := tree.Path(u.Unit); path[len(path)-1].Unit != u.Unit {
				t.Fatalf("path of %s: %s", u.Unit, ids(path))
			}
		}
		for _, u := range begun {
			if _, there := tree.Unit(u.Unit); there != seen[u.Unit] {
				t.Fatalf("%s is lost", u.Unit)
			}
			if now := tree.Now(u.Unit); !seen[now] {
				t.Fatalf("the matters of %s are with %s, which is none", u.Unit, now)
			}
		}
	})
}

func TestCheckSaysEverythingAtOnce(t *testing.T) {
	t.Parallel()
	tree := newTree([]Unit{unit("city", "", 1), unit("a", "city", 1), unit("b", "city", 2), unit("old-", "city", 3)}, today)
	check := func(units ...Unit) string {
		var found []string
		for _, f := range tree.Check(units, func(r string) bool { return r == "r" }) {
			if f.Message == "" {
				t.Errorf("no message: %v", f)
			}
			found = append(found, fmt.Sprint(f.Index, " ", f.Field))
		}
		return strings.Join(found, ", ")
	}
	change := func(u Unit, how func(*Unit)) Unit { how(&u); return u }
	for _, c := range []struct {
		what, want string
		units      []Unit
	}{
		{"fine", "", []Unit{unit("c", "a", 1), unit("d", "c", 1, "old"), unit("e", "", 1)}},
		{"moved below itself", "0 parent, 1 parent", []Unit{unit("a", "c", 1), unit("c", "a", 1)}},
		{"moved below itself through what stays", "0 parent", []Unit{change(unit("city", "", 1), func(u *Unit) { u.Kind, u.Parent = KindBureau, "b" })}},
		{"a code twice among the new", "0 code, 1 code", []Unit{unit("c", "a", 1), change(unit("d", "a", 1), func(u *Unit) { u.Code = "c" })}},
		{"a code that another has", "0 code", []Unit{change(unit("a", "city", 1), func(u *Unit) { u.Code = "b" })}},
		{"codes that change hands", "", []Unit{change(unit("a", "city", 1), func(u *Unit) { u.Code = "b" }), change(unit("b", "city", 1), func(u *Unit) { u.Code = "a" })}},
		{"parent that has ended", "0 parent", []Unit{unit("c", "old", 1)}},
		{"body under something", "0 parent", []Unit{change(unit("c", "a", 1), func(u *Unit) { u.Kind = KindBody })}},
		{"all at once", "0 name, 0 code, 0 kind, 0 parent, 0 regime, 0 predecessors, 0 until_on", []Unit{change(Unit{Unit: "z", Predecessors: "nix"}, func(u *Unit) { u.From, u.Until = today, today.AddDays(-1) })}},
	} {
		if got := check(c.units...); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}
