package register_test

import (
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// did is what an act ended in: "" for done, else a word.
func did(err error) string {
	if err == nil {
		return "yes"
	}
	switch errs.KindOf(err) { //nolint:exhaustive // the others are failures
	case errs.Forbidden:
		return "forbidden"
	case errs.NotFound:
		return "unseen"
	case errs.Invalid:
		return "invalid"
	}
	return err.Error()
}

// TestWhoMayDoWhat to an entry of the desk: by role, as a deputy, with a key, at a place.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		h.Do(trail.Act{}, func(tx *trail.Tx) error {
			return h.State(tx, org.AtOnce(tx), h.Day("2025-04-01"), "person 代理員 regular", "assign 代理員 1200 係員 main", "deputy kodama librarian "+"1100"+" 受付長 代理員", "person 臨時員 hourly", "assign 臨時員 1100 係員 main")
		})
		reads := []access.Permission{access.LedgerRead}
		place := func(unit string) *access.Actor {
			var a *access.Actor
			h.view(func(r db.Reader) (err error) {
				a, err = h.gate.Place(t.Context(), r, id.New(d.Now()), h.ID("unit", unit), db.At(d.Now()))
				return err
			})
			return a
		}
		for _, c := range []struct {
			name                              string
			by                                *access.Actor
			see, add, change, confirm, adding string
		}{
			{"受付員", h.actor("受付員"), "yes", "yes", "forbidden", "forbidden", "yes"},
			{"夜間員", h.actor("夜間員"), "yes", "yes", "forbidden", "forbidden", "yes"},
			{"受付長", h.actor("受付長"), "yes", "yes", "yes", "yes", "yes"},
			{"東部長", h.actor("東部長"), "unseen", "invalid", "unseen", "unseen", "invalid"},
			{"館長", h.actor("館長"), "yes", "invalid", "forbidden", "forbidden", "invalid"},
			{"書庫長", h.actor("書庫長"), "unseen", "invalid", "unseen", "unseen", "invalid"},
			{"代理員", h.actor("代理員"), "yes", "yes", "yes", "yes", "yes"},
			{"分館員", h.actor("分館員"), "yes", "invalid", "forbidden", "forbidden", "invalid"},
			{"臨時員", h.actor("臨時員"), "forbidden", "forbidden", "forbidden", "forbidden", "forbidden"},
			{"a key that reads", h.actor("受付長").Limited(reads), "yes", "invalid", "forbidden", "forbidden", "invalid"},
			{"a key for something else", h.actor("受付長").Limited([]access.Permission{access.OrgRead}), "forbidden", "forbidden", "forbidden", "forbidden", "forbidden"},
			{"a place", place("1100"), "forbidden", "forbidden", "forbidden", "forbidden", "forbidden"},
			{"nobody", access.Visitor(), "forbidden", "forbidden", "forbidden", "forbidden", "forbidden"},
			{"a program", access.NewProgram("cli:test"), "yes", "yes", "yes", "yes", "yes"},
		} {
			e := h.add("受付員", sample())
			h.view(func(r db.Reader) error {
				desk, err := h.desk.Open(t.Context(), r, c.by, "kodama", "sample")
				if err == nil {
					_, err = desk.Get(e.ID)
				}
				if got := did(err); got != c.see {
					t.Errorf("%s sees: %s, want %s", c.name, got, c.see)
				}
				return nil
			})
			_, err := h.desk.Add(t.Context(), c.by, "kodama", "sample", sample(), register.Entering{})
			if got := did(err); got != c.add || got == "invalid" && !slices.Equal(faults(err), []string{"desk"}) {
				t.Errorf("%s adds: %s %v, want %s", c.name, got, faults(err), c.add)
			}
			_, err = h.desk.Change(t.Context(), c.by, "kodama", "sample", e.ID, 1, in("note x"), register.Entering{})
			if got := did(err); got != c.change {
				t.Errorf("%s changes: %s, want %s", c.name, got, c.change)
			}
			version := int64(1)
			if err == nil {
				version = 2
			}
			if got := did(h.desk.Move(t.Context(), c.by, "kodama", "sample", e.ID, version, "stored", register.Entering{})); got != c.change {
				t.Errorf("%s moves: %s, want %s", c.name, got, c.change)
			}
			_, err = h.desk.ChangeAll(t.Context(), c.by, "kodama", "sample", []register.Chosen{{ID: e.ID, Version: h.version(e.ID)}}, in("note y"), "")
			if got := did(err); got != c.change && (c.name != "東部長" || got != "forbidden") { // who may change nothing anywhere is told so first
				t.Errorf("%s changes many: %s, want %s", c.name, got, c.change)
			}
			_, err = h.desk.Confirm(t.Context(), c.by, "kodama", "sample", h.Home("1100"), h.mark(), "")
			if got := did(err); got != c.confirm {
				t.Errorf("%s confirms: %s, want %s", c.name, got, c.confirm)
			}
		}
		h.view(func(r db.Reader) error {
			got, err := db.List[string](t.Context(), r, `select distinct authority from trail_act where name like 'register.%' and actor = $1`, access.PersonName(h.ID("person", "代理員")))
			if len(got) != 1 || !strings.Contains(got[0], "librarian") || !strings.Contains(got[0], "deputy") {
				t.Errorf("the deputy acted as %v", got)
			}
			return err
		})
		h.verified()
	})
}

func (h *house) version(entry id.ID) (n int64) {
	h.Helper()
	h.view(func(r db.Reader) (err error) {
		n, err = db.Get[int64](h.Context(), r, `select version from register_kodama_sample where id = $1`, entry)
		return err
	})
	return n
}

// mark is that of the entries of the desk, as the program sees it.
func (h *house) mark() (mark string) {
	h.Helper()
	h.open("program", func(d *register.Desk) {
		c, err := d.Confirming(h.Home("1100"))
		if mark = c.Mark; err != nil {
			h.Error(err)
		}
	})
	return mark
}

// TestAnEntryThatMoves is given away by who may add where it goes; then it is out of the giver's sight, with its history.
func TestAnEntryThatMoves(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		h.Do(trail.Act{}, func(tx *trail.Tx) error {
			return h.State(tx, org.AtOnce(tx), h.Day("2025-04-01"), "assign 受付長 1200 室長 concurrent")
		})
		e := h.add("受付員", sample("desk 1110"))
		change := func(name string, version int64, words ...string) error {
			_, err := h.desk.Change(t.Context(), h.actor(name), "kodama", "sample", e.ID, version, in(words...), register.Entering{})
			return err
		}
		if err := change("受付長", 1, "desk 2100"); !slices.Equal(faults(err), []string{"desk"}) {
			t.Errorf("given to where he may not add: %v", err)
		}
		if err := change("受付長", 1, "desk S1"); err != nil {
			t.Errorf("given to a system: %v", errs.Message(err))
		}
		if err := change("受付長", 2, "desk 1200"); err != nil {
			t.Errorf("given to where he heads too: %v", errs.Message(err))
		}
		sees := func(name string) (seen bool) {
			h.open(name, func(d *register.Desk) {
				_, err := d.Get(e.ID)
				seen = err == nil
			})
			return seen
		}
		if sees("受付員") || !sees("書庫長") || !sees("受付長") {
			t.Error("it is seen by the wrong people")
		}
		// What is in the trail follows the thing: all of its versions are where it is now.
		h.settle()
		for name, want := range map[string]int{"受付長": 3, "分館長": 0} {
			by := h.actor(name)
			h.view(func(r db.Reader) error {
				history, err := h.Log.History(t.Context(), r, "kodama.sample", string(e.ID), 0, 10, by.Scope(access.TrailRead).Trail(r, trail.Seen{Now: db.At(d.Now())}))
				if err != nil && want > 0 || len(history) != want {
					t.Errorf("%s reads %d versions: %v", name, len(history), err)
				}
				return nil
			})
		}
		// Its unit goes into another, which sees it from then on.
		h.Do(trail.Act{}, func(tx *trail.Tx) error {
			return h.State(tx, org.AtOnce(tx), h.Day("2025-04-01"), "unit 2200 新分館 section kodama 2000 after 1200", "assign 新分館員 2200 係員 main")
		})
		h.Clock.Set(t, "2025-04-02T09:00:00+09:00")
		h.Do(trail.Act{}, func(tx *trail.Tx) error {
			return h.State(tx, org.AtOnce(tx), h.Day("2025-04-02"), "end unit 1200")
		})
		if !sees("新分館員") || sees("受付員") {
			t.Error("what was of a unit that is gone is not with its successor")
		}
		h.open("新分館員", func(d *register.Desk) {
			desk, _ := d.Field("desk")
			if said := d.Say(desk, register.Data{"desk": h.Home("1200")}); said != "書庫（廃止）" {
				t.Error(said)
			}
		})
		h.verified()
	})
}

// TestALogIsNotChanged: what was written in a log stays, and is read by when it happened.
func TestALogIsNotChanged(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		var made []register.Entry
		for _, at := range []string{"2025-03-02T10:00:00+09:00", "2025-03-01T10:00:00+09:00", "2025-03-03T10:00:00+09:00", "2025-03-02T10:00:00+09:00"} {
			e, err := h.desk.Add(t.Context(), h.actor("受付員"), "kodama", "visit", in("place 1100", "purpose 閲覧", "visitor 山田"), register.Entering{Happened: testkit.NewClock(t, at).Now()})
			if err != nil {
				t.Fatal(errs.Message(err))
			}
			made = append(made, e)
		}
		by := h.actor("受付長")
		if _, err := h.desk.Change(t.Context(), by, "kodama", "visit", made[0].ID, 1, in("purpose x"), register.Entering{}); did(err) != "forbidden" {
			t.Errorf("changed: %v", err)
		}
		if _, err := h.desk.ChangeAll(t.Context(), by, "kodama", "visit", []register.Chosen{{ID: made[0].ID, Version: 1}}, in("purpose x"), ""); did(err) != "forbidden" {
			t.Errorf("changed with others: %v", err)
		}
		if err := h.desk.Move(t.Context(), by, "kodama", "visit", made[0].ID, 1, "x", register.Entering{}); did(err) != "forbidden" {
			t.Errorf("moved: %v", err)
		}
		h.view(func(r db.Reader) error {
			desk, err := h.desk.Open(t.Context(), r, by, "kodama", "visit")
			if err != nil {
				return err
			}
			var got []id.ID
			for q := (register.Query{Limit: 1}); ; {
				page, next, err := desk.List(q)
				if err != nil {
					return err
				}
				if got = append(got, ids(page)...); next == nil {
					break
				}
				q.After = next
			}
			if want := []id.ID{made[2].ID, made[3].ID, made[0].ID, made[1].ID}; !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
			return nil
		})
		h.verified()
	})
}
