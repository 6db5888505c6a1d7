package register_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/register"
	"sekimori/internal/testkit"
)

// TestAnEntryFromItsFirstLineToItsLast goes through the life of an entry.
func TestAnEntryFromItsFirstLineToItsLast(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		first := h.add("受付員", sample("giver 山田", "grade.secrecy 3", "pieces 1,200点", "lent.from R7.4.1", "lent.to 2025-04-30", "marks 破損、稀少",
			"keeper "+string(h.IDs["person 受付員"]), "risks x", "risks.0.what 落とす", "risks.0.harm 3", "risks.0.odds 2", "risks.4.what 盗まれる", "risks.4.harm 1", "risks.4.odds 1"))
		if first.Number != "令和7-見本-000001" || first.State != "shown" || first.Version != 0 || first.Home != h.Home("1100") {
			t.Errorf("%+v", first)
		}
		h.open("夜間員", func(d *register.Desk) {
			e, err := d.Get(first.ID)
			if err != nil {
				t.Fatal(err)
			}
			data, err := e.Read()
			if err != nil {
				t.Fatal(err)
			}
			for field, want := range map[string]string{
				"name": "巻貝", "desk": "受付係室", "grade": "秘匿3", "pieces": "1200点", "lent": "令和7年4月1日から令和7年4月30日まで", "marks": "稀少、破損", "giver": "山田", "keeper": "受付員",
				"risks": "何が：落とす、害：3、起こりやすさ：2、大きさ：5\n何が：盗まれる、害：1、起こりやすさ：1、大きさ：2", "worst": "5", "worries": "2", "care": "手厚い", "fragile": "いいえ",
			} {
				f, _ := d.Field(field)
				if got := d.Say(f, data); got != want {
					t.Errorf("%s: %q, want %q", field, got, want)
				}
			}
		})
		changed, err := h.desk.Change(t.Context(), h.actor("受付長"), "kodama", "sample", first.ID, 1, in("name 二枚貝", "giver "), register.Entering{})
		if err != nil || changed.Version != 2 {
			t.Fatal(changed.Version, errs.Message(err))
		}
		if _, err := h.desk.Change(t.Context(), h.actor("受付長"), "kodama", "sample", first.ID, 1, in("name 三枚貝"), register.Entering{}); errs.KindOf(err) != errs.Conflict {
			t.Error(err)
		}
		if err := h.desk.Move(t.Context(), h.actor("受付長"), "kodama", "sample", first.ID, 2, "gone", register.Entering{}); err != nil {
			t.Fatal(err)
		}
		h.verified()
	})
}

// TestWhatIsWrongIsSaidAtOnce: every fault by its leaf, and nothing is written, nor a number drawn.
func TestWhatIsWrongIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		_, err := h.desk.Add(t.Context(), h.actor("受付員"), "kodama", "sample", in("desk 1200", "pieces 10000", "got_on いつか", "lent.from R7.4.2", "lent.to R7.4.1", "stuff 鉄", "fragile はい",
			"host 300.0.0.1", "mail x", "page www", "phone abc", "firm 1234567890123", "seen_at 25時", "original 令和7-見本-000009", "keeper 999", "risks x", "risks.0.harm 4"), register.Entering{})
		want := []string{"firm", "got_on", "host", "how_to_carry", "keeper", "lent.to", "mail", "name", "original", "page", "phone", "pieces", "risks.0.harm", "risks.0.odds", "risks.0.what", "seen_at", "stuff"}
		if got := faults(err); !slices.Equal(got, want) {
			t.Errorf("%v\nwant %v", got, want)
		}
		for name, c := range map[string]struct {
			who  string
			x    register.Input
			want []string
		}{
			"another section": {"受付員", in("name x", "fragile no", "desk 1200"), []string{"desk"}},
			"a bureau above":  {"受付長", in("name x", "fragile no", "desk 1000"), []string{"desk"}},
			"half a class":    {"受付員", sample("lent.from R7.4.1"), []string{"lent.to"}},
		} {
			if _, err := h.desk.Add(t.Context(), h.actor(c.who), "kodama", "sample", c.x, register.Entering{}); !slices.Equal(faults(err), c.want) {
				t.Errorf("%s: %v %v", name, faults(err), err)
			}
		}
		if e := h.add("受付員", sample()); e.Number != "令和7-見本-000001" {
			t.Errorf("a fault has drawn a number: %s", e.Number)
		}
	})
}

// TestNumbersOfManyAtOnce: those who add at the same moment get each another number, none is left out, and nobody waits for himself.
func TestNumbersOfManyAtOnce(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		by := h.actor("受付員")
		const clients, each = 4, 5
		numbers := make([][]string, clients)
		var group sync.WaitGroup
		for i := range clients {
			group.Go(func() {
				for range each {
					e, err := h.desk.Add(t.Context(), by, "kodama", "sample", sample(), register.Entering{})
					if err != nil {
						t.Error(errs.Message(err), err)
						return
					}
					numbers[i] = append(numbers[i], e.Number)
				}
			})
		}
		group.Wait()
		all := slices.Sorted(slices.Values(slices.Concat(numbers...)))
		for i, number := range all {
			if want := fmt.Sprintf("令和7-見本-%06d", i+1); number != want {
				t.Fatalf("%v: %s, want %s", all, number, want)
			}
		}
		if len(all) != clients*each {
			t.Errorf("%d numbers", len(all))
		}
	})
}
