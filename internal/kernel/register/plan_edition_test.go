package register_test

import (
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// TestAPlanUnderAnotherEdition: what nobody has looked at stays under the edition in which it was written, with what is of a person
// apart; and an owner that can be a unit only is one after it too.
func TestAPlanUnderAnotherEdition(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		next  func(t *testing.T, h *house)
		first bool // the entry is written before the next edition
		want  func(h *house) string
	}{
		"a field is gone": {func(t *testing.T, h *house) {
			t.Helper()
			next := second(t)
			h.offers(next)
			h.adopt(next)
		}, true, func(h *house) string { return h.Home("1300") }},
		"the owner is a unit": {func(t *testing.T, h *house) {
			t.Helper()
			next := edition(t, "1.1", map[string][]string{"registers/sample.yaml": {
				"{id: desk, title: 受持ち, type: scope, required: true, list: true}", "{id: desk, title: 受持ち, type: unit, required: true, list: true}",
			}})
			h.offers(next)
			h.adopt(next)
		}, false, func(h *house) string { return string(h.ID("unit", "1300")) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
				h := build(t, d)
				var e register.Entry
				add := func() { e = h.add("受付員", sample("giver 髙﨑", "pieces 3")) }
				if c.first {
					add()
				}
				c.next(t, h)
				if !c.first {
					add()
				}
				h.Clock.Set(t, "2026-04-01T09:00:00+09:00")
				h.Do(trail.Act{}, func(tx *trail.Tx) error {
					return h.State(tx, org.AtOnce(tx), h.Day("2026-04-01"), merged()...)
				})
				by := h.actor("窓口長")
				p, err := h.desk.DraftPlan(t.Context(), by, "kodama", "sample", h.Home("1100"), "", "")
				if err == nil {
					_, err = h.desk.ApplyPlan(t.Context(), by, "kodama", "sample", p.ID, register.Deciding{Seen: p.Sum, Number: "総第1号", On: h.Day("2026-04-01")})
				}
				if err != nil {
					t.Fatal(errs.Message(err), faults(err))
				}
				h.open("窓口員", func(d *register.Desk) {
					got, err := d.Get(e.ID)
					if err != nil {
						t.Fatal(err)
					}
					said, err := got.Read()
					if err != nil || said.Text("desk") != c.want(h) || got.Home != h.Home("1300") || got.Pack != e.Pack || said.Text("giver") != "髙﨑" || !strings.Contains(string(got.Personal), "髙﨑") || strings.Contains(string(got.Data), "髙﨑") {
						t.Errorf("%+v %v", got, err)
					}
				})
				if _, _, err := h.desk.UndoPlan(t.Context(), by, "kodama", "sample", id.ID(p.ID), "誤り"); err != nil {
					t.Error(errs.Message(err))
				}
				h.open("窓口員", func(d *register.Desk) {
					if got, err := d.Get(e.ID); err != nil || got.Home != h.Home("1100") || got.Data != e.Data || got.Personal != e.Personal {
						t.Errorf("%+v, before %+v: %v", got, e, err)
					}
				})
				h.verified()
			})
		})
	}
}
