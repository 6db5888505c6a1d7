package register_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/register"
	"sekimori/internal/testkit"
)

// beside runs some acts at once and gives what each ended in.
func beside(acts ...func() error) []error {
	var all sync.WaitGroup
	ends := make([]error, len(acts))
	begin := make(chan struct{})
	for i, act := range acts {
		all.Go(func() {
			<-begin
			ends[i] = act()
		})
	}
	close(begin)
	all.Wait()
	return ends
}

// kinds counts what acts ended in: "" for those that were done.
func kinds(ends []error) map[string]int {
	count := map[string]int{}
	for _, err := range ends {
		if err == nil {
			count[""]++
		} else {
			count[fmt.Sprint(errs.KindOf(err))]++
		}
	}
	return count
}

// TestPeopleWorkAtOnce: of changes of one version one is done; of entries that are added at once each has its number.
func TestPeopleWorkAtOnce(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		clerk, head := h.actor("受付員"), h.actor("受付長")
		e := h.add("受付員", sample())
		conflict := fmt.Sprint(errs.Conflict)
		change := func(by *access.Actor, name string) func() error {
			return func() error {
				_, err := h.desk.Change(t.Context(), by, "kodama", "sample", e.ID, 1, in("name "+name), register.Entering{})
				return err
			}
		}
		all := func() error {
			_, err := h.desk.ChangeAll(t.Context(), head, "kodama", "sample", []register.Chosen{{ID: e.ID, Version: 1}}, in("stuff 貝"), "")
			return err
		}
		move := func() error {
			return h.desk.Move(t.Context(), head, "kodama", "sample", e.ID, 1, "stored", register.Entering{})
		}
		if got := kinds(beside(change(head, "い"), change(head, "ろ"), all, move)); got[""] != 1 || got[conflict] != 3 {
			t.Errorf("of four changes of one version: %v", got)
		}

		var mu sync.Mutex
		numbers := map[string]int{}
		add := func() error {
			made, err := h.desk.Add(t.Context(), clerk, "kodama", "sample", sample(), register.Entering{})
			mu.Lock()
			defer mu.Unlock()
			numbers[made.Number]++
			return err
		}
		if got := kinds(beside(slices.Repeat([]func() error{add}, 8)...)); got[""] != 8 || len(numbers) != 8 {
			t.Errorf("of eight that were added: %v, %v", got, numbers)
		}

		// Whoever confirms has seen what he confirms.
		mark := func() (m string) {
			h.open("受付長", func(d *register.Desk) {
				c, err := d.Confirming(h.Home("1100"))
				if m = c.Mark; err != nil || len(c.Entries) != 9 {
					t.Error(len(c.Entries), err)
				}
			})
			return m
		}()
		confirm := func() error {
			_, err := h.desk.Confirm(t.Context(), head, "kodama", "sample", h.Home("1100"), mark, "")
			return err
		}
		ends := beside(confirm, add, add)
		if ends[1] != nil || ends[2] != nil {
			t.Error(ends)
		}
		h.open("受付長", func(d *register.Desk) {
			c, err := d.Confirming(h.Home("1100"))
			if err != nil {
				t.Error(err)
			}
			for i, e := range c.Entries {
				if e.Confirmed.IsZero() != (ends[0] != nil || i >= 9) {
					t.Errorf("%s was confirmed on %v: %v", e.Number, e.Confirmed, ends)
				}
			}
		})
		if err := confirm(); errs.KindOf(err) != errs.Conflict {
			t.Errorf("confirmed by an old mark: %v", err)
		}
		h.verified()
	})
}

// TestAllOrNone: a change of many is one act; where one is wrong, changed or not to be seen, nothing is written.
func TestAllOrNone(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		var chosen []register.Chosen
		for i := range 3 {
			e := h.add("受付員", sample(fmt.Sprintf("name 貝%d", i)))
			chosen = append(chosen, register.Chosen{ID: e.ID, Version: 1})
		}
		far := h.add("書庫長", sample("desk 1200"))
		fixed := h.add("受付員", sample("name 木", "fragile yes", "how_to_carry 両手で"))
		change := func(list []register.Chosen, words ...string) (int, error) {
			return h.desk.ChangeAll(t.Context(), h.actor("受付長"), "kodama", "sample", list, in(words...), "まとめて")
		}
		for name, c := range map[string]struct {
			list  []register.Chosen
			words []string
			kind  errs.Kind
		}{
			"none":             {nil, []string{"stuff 貝"}, errs.Invalid},
			"too many":         {make([]register.Chosen, register.MaxBulk+1), []string{"stuff 貝"}, errs.Invalid},
			"one out of scope": {append(slices.Clone(chosen), register.Chosen{ID: far.ID, Version: 1}), []string{"stuff 貝"}, errs.NotFound},
			"one of nothing":   {append(slices.Clone(chosen), register.Chosen{ID: id.New(d.Now()), Version: 1}), []string{"stuff 貝"}, errs.NotFound},
			"one changed":      {append(slices.Clone(chosen), register.Chosen{ID: fixed.ID, Version: 2}), []string{"stuff 貝"}, errs.Conflict},
			"one wrong":        {append(slices.Clone(chosen), register.Chosen{ID: fixed.ID, Version: 1}), []string{"how_to_carry "}, errs.Invalid},
			"all wrong":        {chosen, []string{"pieces 多い"}, errs.Invalid},
			"to another":       {chosen, []string{"desk 1200"}, errs.Invalid},
		} {
			if n, err := change(c.list, c.words...); err == nil || errs.KindOf(err) != c.kind || n != 0 {
				t.Errorf("%s: %d %v", name, n, err)
			}
		}
		acts := func() (n int) {
			h.view(func(r db.Reader) (err error) {
				n, err = db.Get[int](t.Context(), r, `select count(*) from trail_act where name = 'register.bulk'`)
				return err
			})
			return n
		}
		if acts() != 0 {
			t.Error("an act that failed left something")
		}
		h.open("受付長", func(d *register.Desk) {
			if list, err := d.Propose(chosen, in("stuff 貝")); err != nil || len(list) != 3 || list[0].Same || list[0].After.Text("stuff") != "shell" || list[0].Before.Text("stuff") != "" {
				t.Error(list, err)
			}
		})
		if n, err := change(chosen, "stuff 貝"); n != 3 || err != nil {
			t.Error(n, errs.Message(err))
		}
		for i := range chosen {
			chosen[i].Version = 2
		}
		if n, err := change(chosen, "stuff 貝"); n != 0 || err != nil || acts() != 1 {
			t.Errorf("the same again: %d %v, %d acts", n, err, acts())
		}
		if got, err := h.desk.Change(t.Context(), h.actor("受付長"), "kodama", "sample", chosen[0].ID, 2, in("stuff 貝"), register.Entering{}); err != nil || got.Version != 2 {
			t.Errorf("nothing changes: version %d %v", got.Version, err)
		}
		h.verified()
	})
}

// TestNumbersThatWereDrawnForNothing are gaps, and each year begins anew.
func TestNumbersThatWereDrawnForNothing(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		if err := d.Update(t.Context(), func(tx *db.Tx) error {
			first, err := register.Draw(t.Context(), tx, "見本", 2025, 3)
			if first != 1 {
				t.Error(first)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"令和7-見本-000004", "令和7-見本-000005"} {
			if e := h.add("受付員", sample()); e.Number != want {
				t.Errorf("%s, want %s", e.Number, want)
			}
		}
		h.Clock.Set(t, "2026-04-01T00:00:00+09:00")
		if e := h.add("受付員", sample()); e.Number != "令和8-見本-000001" {
			t.Error(e.Number)
		}
		h.verified()
	})
}

// TestAnEditionIsAdoptedWhilePeopleWork: each entry is written under one of the two, and compared as the newest says.
func TestAnEditionIsAdoptedWhilePeopleWork(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		next := second(t)
		h.offers(next)
		clerk := h.actor("受付員")
		add := func() error {
			_, err := h.desk.Add(t.Context(), clerk, "kodama", "sample", sample("room 1110", "marks 複製、破損"), register.Entering{})
			return err
		}
		adopt := func() error {
			day := h.Day("2025-04-01")
			_, err := h.library.Activate(t.Context(), h.Log, access.NewProgram("cli:test"), next, regime.Decision{Effective: day, Decided: day, Number: "こ第2号"})
			return err
		}
		for _, err := range beside(add, add, adopt, add, add) {
			if err != nil {
				t.Error(errs.Message(err), err)
			}
		}
		h.open("受付員", func(d *register.Desk) {
			if n, err := d.Count(register.Query{Filters: []register.Filter{{Field: "room", Keys: []string{d.Key("room", string(h.ID("unit", "1110")))}}}}); err != nil || n != 4 {
				t.Errorf("%d are in the room: %v", n, err)
			}
		})
		h.verified()
	})
}
