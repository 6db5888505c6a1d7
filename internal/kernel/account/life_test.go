package account

import (
	"slices"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

func TestLife(t *testing.T) {
	t.Parallel()
	day := func(m time.Month, d int) jpdate.Date { return jpdate.New(2026, m, d) }
	year := days{day(1, 1), day(3, 31)}
	for name, c := range map[string]struct {
		spans []days
		on    jpdate.Date
		want  Life
	}{
		"the first day":         {[]days{year}, day(1, 1), Life{State: Live}},
		"the last day":          {[]days{year}, day(3, 31), Life{State: Live}},
		"the day after":         {[]days{year}, day(4, 1), Life{Grace, day(3, 31), day(4, 30)}},
		"the last of the grace": {[]days{year}, day(4, 30), Life{Grace, day(3, 31), day(4, 30)}},
		"after the grace":       {[]days{year}, day(5, 1), Life{Ended, day(3, 31), day(4, 30)}},
		"the later end counts":  {[]days{year, {day(2, 1), day(5, 31)}, {day(1, 1), day(1, 2)}}, day(6, 1), Life{Grace, day(5, 31), day(6, 30)}},
		"one of two ended":      {[]days{year, {day(2, 1), org.Open()}}, day(6, 1), Life{State: Live}},
		"before the first":      {[]days{year}, day(1, 1).AddDays(-1), Life{Ahead, day(1, 1).AddDays(-10), day(1, 1)}},
		"between two":           {[]days{year, {day(7, 1), org.Open()}, {day(8, 1), org.Open()}}, day(6, 1), Life{Ahead, day(3, 31), day(7, 1)}},
		"what never held":       {[]days{{day(4, 1), day(3, 31)}}, day(4, 1), Life{Ended, day(1, 1).AddDays(-10), day(1, 21)}},
		"nothing, just made":    {nil, day(1, 2), Life{Grace, day(1, 1).AddDays(-10), day(1, 21)}},
		"nothing, long ago":     {nil, day(2, 2), Life{Ended, day(1, 1).AddDays(-10), day(1, 21)}},
	} {
		if got := lifeOf(c.spans, day(1, 1).AddDays(-10), c.on, 30); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestAssignmentsEndAtMidnight: who worked here until 30 September may do nothing from 1 October on; a month later his account is
// closed; and when he comes back it is the same.
func TestAssignmentsEndAtMidnight(t *testing.T) {
	each(t, func(h *house) {
		a := h.settle("山田")
		h.settle("田中")
		life := func() Life {
			return query(h, func(r db.Reader) (Life, error) { return h.a.Life(h.Context(), r, a, h.a.Today()) })
		}
		lapse := func() (closed []string) {
			list, err := h.b.CloseLapsed(h.Context(), access.NewProgram("system:sekimori"))
			h.must(err)
			for _, a := range list {
				closed = append(closed, a.Login)
			}
			return closed
		}
		h.Clock.Set(t, "2025-09-30T23:59:59+09:00")
		in := h.in(h.a, "山田", good, hers)
		if l := life(); l.State != Live {
			h.Errorf("%+v", l)
		}
		h.Clock.Set(t, "2025-10-01T00:00:00+09:00")
		h.signedIn(in.Token) // the session is not the way in: the caller asks for his assignments
		if l := life(); l.State != Grace || l.Until != jpdate.New(2025, 10, 30) {
			h.Errorf("%+v", l)
		}
		_, err := h.try(h.a, "山田", good, hers)
		h.refused("in the grace", err, errs.Forbidden, "令和7年9月30日で所属がなくなった")
		h.refused("in the grace", err, errs.Forbidden, "令和7年10月30日までは")
		_, err = h.try(h.a, "山田", "guess", hers)
		h.refused("a stranger learns nothing of it", err, errs.Invalid, "違います")
		h.Clock.Set(t, "2025-10-30T23:59:59+09:00")
		if got := lapse(); got != nil {
			h.Errorf("closed %v", got)
		}
		h.Clock.Set(t, "2025-10-31T00:00:00+09:00")
		_, err = h.try(h.a, "山田", good, hers)
		h.refused("before it is closed", err, errs.Forbidden, "所属がないため")
		if got := lapse(); !slices.Equal(got, []string{"user-山田"}) {
			h.Errorf("closed %v", got)
		}
		if got := lapse(); got != nil {
			h.Errorf("closed again %v", got)
		}
		_, err = h.try(h.a, "山田", good, hers)
		h.refused("closed", err, errs.Invalid, "違います")

		h.Do(trail.Act{}, func(tx *trail.Tx) error {
			return h.State(tx, org.AtOnce(tx), jpdate.New(2025, 11, 1), "assign 山田 0110 主事 main")
		})
		h.Clock.Set(t, "2025-11-01T09:00:00+09:00")
		again := h.invite("山田")
		if again.Account.ID != a.ID || again.Account.State != Active {
			h.Errorf("%+v", again)
		}
		_, err = h.try(h.a, "山田", good, hers)
		h.refused("the password of before", err, errs.Invalid, "違います")
		h.in(h.a, "山田", again.Password, hers)
		h.verified()
	})
}

// TestSecretsOfPersonnelAreKept: that somebody will leave, or come, and may not be known yet, shows in no account.
func TestSecretsOfPersonnelAreKept(t *testing.T) {
	each(t, func(h *house) {
		h.settle("田中")
		h.Do(trail.Act{}, func(tx *trail.Tx) error {
			b := org.Batch{ID: id.New(tx.Now), Row: trail.Row{Home: org.BodyHome}, Title: "人事異動", Effective: jpdate.New(2025, 7, 1), Opens: db.At(jpdate.New(2025, 6, 25).Start()), State: org.Applied}
			if err := org.Batches.Put(h.Context(), tx, b); err != nil {
				return err
			}
			b.Version++
			return h.State(tx, b.Change(tx), jpdate.New(2025, 7, 1), "end assign 田中 0110 主事", "assign 高橋 0110 主事 main 2025-07-01..")
		})
		life := func(name string) LifeState {
			return query(h, func(r db.Reader) (Life, error) {
				return h.a.Life(h.Context(), r, Account{Kind: Person, Person: h.ID("person", name), MadeAt: db.At(h.Clock.Now())}, jpdate.New(2025, 7, 1))
			}).State
		}
		_, err := h.a.Invite(h.Context(), h.root, Invitation{Person: h.ID("person", "高橋")})
		h.refused("before it may be known", err, errs.Invalid, "どこにも所属していない")
		if life("田中") != Live || life("高橋") != Grace {
			h.Errorf("%s %s", life("田中"), life("高橋"))
		}
		h.Clock.Set(t, "2025-06-25T00:00:00+09:00")
		if life("田中") != Grace || life("高橋") != Live {
			h.Errorf("%s %s", life("田中"), life("高橋"))
		}
		h.invite("高橋")
	})
}
