package account

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
)

func TestWhereSomebodyComesFrom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		address, shown, net string
		shared              bool
	}{
		{hers, hers, hers, false},
		{ward, ward, ward, true},
		{"::ffff:192.0.2.10", ward, ward, true},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", false},
		{"2001:db8:1:2:ffff::1", "2001:db8:1:2:ffff::1", "2001:db8:1:2::/64", false},
		{"2001:db8:ffff::1%eth0", "2001:db8:ffff::1", "2001:db8:ffff::/64", true},
		{"", "", "?", false},
		{"nonsense", "nonsense", "?", false},
	} {
		if o := from(c.address, prefixes("192.0.2.0/24", "2001:db8:ffff::/48")); o != (origin{c.shown, c.net, c.shared}) {
			t.Errorf("%s: %+v", c.address, o)
		}
	}
}

// TestDebts: as many tries as are free, then one each time one is paid off, and nothing is left after all are.
func TestDebts(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	var d debt
	for i := range netTries {
		if w := d.wait(now, netTries, netPays); w != 0 {
			t.Fatalf("try %d waits %v", i, w)
		}
		d = d.more(now, netPays)
	}
	if w := d.wait(now, netTries, netPays); w != netPays {
		t.Errorf("waits %v", w)
	}
	now = now.Add(netPays)
	if w := d.wait(now, netTries, netPays); w != 0 {
		t.Errorf("waits %v after what it had to", w)
	}
	if d = d.more(now, netPays); d.wait(now, netTries, netPays) != netPays || d.Tries != netTries+1 {
		t.Errorf("%+v waits %v", d, d.wait(now, netTries, netPays))
	}
	now = now.Add(netTries * netPays)
	if d = d.more(now, netPays); d.Until.Time() != now.Add(netPays) {
		t.Errorf("old debts are not forgotten: %+v", d)
	}
}

// TestTenWrongFromOneAddress: the address is slowed down, the owner comes in from elsewhere at once.
func TestTenWrongFromOneAddress(t *testing.T) {
	each(t, func(h *house) {
		h.settle("田中")
		h.settle("佐藤")
		for i := range netTries {
			_, err := h.try([]*Service{h.a, h.b}[i%2], []string{"田中", "佐藤", "nobody"}[i%3], "guess", theirs)
			h.refused("a guess", err, errs.Invalid, "違います")
		}
		_, err := h.try(h.a, "田中", "guess", theirs)
		h.refused("the eleventh", err, errs.TooMany, "90秒")
		if e, ok := errors.AsType[*errs.Error](err); !ok || e.Retry <= 80*time.Second || e.Retry > 90*time.Second {
			h.Errorf("retry after %v", e.Retry)
		}
		_, err = h.try(h.b, "田中", good, theirs)
		h.refused("the right one, too late", err, errs.TooMany, "しばらく止めています")
		in := h.in(h.b, "田中", good, hers)
		if in.Session.Failed != 4 {
			h.Errorf("%d tries went wrong", in.Session.Failed)
		}
		h.in(h.b, "佐藤", good, "2001:db8::1")
		if again := h.in(h.a, "田中", good, hers); again.Session.Failed != 0 {
			h.Errorf("%d tries went wrong since", again.Session.Failed)
		}
		// One try is free after a while, and a right password does not buy more.
		h.Clock.Add(netPays)
		h.in(h.a, "佐藤", good, theirs)
		_, err = h.try(h.a, "田中", "guess", theirs)
		h.refused("a guess", err, errs.Invalid, "違います")
		_, err = h.try(h.a, "田中", "guess", theirs)
		h.refused("a guess", err, errs.TooMany, "90秒")
		h.Clock.Add(netTries * netPays)
		for range netTries {
			_, err := h.try(h.a, "田中", "guess", theirs)
			h.refused("the next day", err, errs.Invalid, "違います")
		}
		// All addresses of one machine count as one.
		for i := range netTries {
			_, err := h.try(h.a, "田中", "guess", fmt.Sprintf("2001:db8:1:1::%d", i))
			h.refused("a guess", err, errs.Invalid, "違います")
		}
		_, err = h.try(h.a, "田中", "guess", "2001:db8:1:1:ffff::")
		h.refused("of one machine", err, errs.TooMany, "90秒")
	})
}

// TestASharedAddress: behind the proxy of a ward office one who guesses slows down himself only.
func TestASharedAddress(t *testing.T) {
	each(t, func(h *house) {
		h.settle("田中")
		h.settle("佐藤")
		h.terms.Shared = prefixes("192.0.2.0/24")
		for range netTries {
			_, err := h.try(h.a, "田中", "guess", ward)
			h.refused("a guess", err, errs.Invalid, "違います")
		}
		_, err := h.try(h.a, "田中", good, ward)
		h.refused("the account from there", err, errs.TooMany, "90秒")
		h.in(h.a, "佐藤", good, ward)
		h.in(h.b, "田中", good, hers)
		for i := range netTries + 2 { // whoever tries many names meets a limit for each
			_, err := h.try(h.a, fmt.Sprint("nobody", i), "guess", ward)
			h.refused("a guess", err, errs.Invalid, "違います")
		}
	})
}

// attack guesses from many addresses until the account is in debt.
func (h *house) attack(name string) {
	h.Helper()
	for i := range accountTries {
		_, err := h.try(h.a, name, "guess", fmt.Sprintf("203.0.113.%d", i))
		h.refused("a guess", err, errs.Invalid, "違います")
	}
}

// TestManyAddresses: 200 tries from everywhere never shut the owner out.
func TestManyAddresses(t *testing.T) {
	each(t, func(h *house) {
		h.settle("田中")
		h.attack("田中")
		h.attack("nobody")
		elsewhere := "198.51.100.99"
		h.in(h.b, "田中", good, hers) // he was here before
		for _, name := range []string{"田中", "nobody"} {
			_, err := h.try(h.a, name, good, elsewhere)
			h.refused("from elsewhere", err, errs.TooMany, "1分お待ち")
			if e, ok := errors.AsType[*errs.Error](err); !ok || e.Retry > waiting || e.Retry < waiting-5*time.Second {
				h.Errorf("retry after %v", e.Retry)
			}
			h.Clock.Add(30 * time.Second)
			_, err = h.try(h.b, name, good, elsewhere)
			h.refused("too early", err, errs.TooMany, "30秒")
			h.Clock.Add(30 * time.Second)
		}
		// The attacker goes on, and has the owner wait no longer for it.
		for i := range 20 {
			_, err := h.try(h.a, "田中", "guess", fmt.Sprintf("203.0.113.%d", i))
			h.refused("a guess", err, errs.TooMany, "1分お待ち")
		}
		in := h.in(h.a, "田中", good, elsewhere)
		if in.Session.Pending != "" {
			h.Errorf("pending %q", in.Session.Pending)
		}
		h.in(h.b, "田中", good, elsewhere) // now he has been there
		_, err := h.try(h.b, "nobody", "guess", elsewhere)
		h.refused("nobody", err, errs.Invalid, "違います")
		_, err = h.try(h.b, "nobody", "guess", elsewhere)
		h.refused("nobody again", err, errs.TooMany, "1分お待ち")
		// Who waited and guessed wrong waits for each guess.
		h.Clock.Add(waiting)
		_, err = h.try(h.a, "田中", "guess", "203.0.113.1")
		h.refused("a guess", err, errs.Invalid, "違います")
		_, err = h.try(h.a, "田中", "guess", "203.0.113.1")
		h.refused("a guess", err, errs.TooMany, "1分お待ち")
		// After a day it is over.
		h.Clock.Add(25 * time.Hour)
		h.in(h.a, "田中", good, "198.51.100.50")
	})
}

// TestUnderAttackTheSecondFactorIsEnough: who has one gives it and does not wait.
func TestUnderAttackTheSecondFactorIsEnough(t *testing.T) {
	each(t, func(h *house) {
		a := h.settle("田中")
		key := h.totp(a, h.in(h.a, "田中", good, hers).Session)
		h.Clock.Add(time.Minute)
		h.attack("田中")
		in := h.in(h.a, "田中", good, "198.51.100.99")
		if in.Session.Next() != GiveFactor || in.Session.Failed != accountTries {
			h.Errorf("%+v", in.Session)
		}
		_, err := h.a.GiveFactor(h.Context(), in.Session, TOTP, h.code(key, h.Clock.Now()))
		h.must(err)
	})
}

func TestOneAddressDoesNotFillTheQueue(t *testing.T) {
	t.Parallel()
	s := &Service{trying: map[string]int{}}
	var leave []func()
	for range netTries {
		l, err := s.enter(from(theirs, nil).counter("x"))
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	if _, err := s.enter(from(theirs, nil).counter("y")); errs.KindOf(err) != errs.TooMany {
		t.Errorf("%v", err)
	}
	if l, err := s.enter(from(hers, nil).counter("x")); err != nil {
		t.Error(err)
	} else {
		l()
	}
	for _, l := range leave {
		l()
	}
	if len(s.trying) != 0 {
		t.Errorf("%v", s.trying)
	}
}

func TestSweepingCounters(t *testing.T) {
	each(t, func(h *house) {
		h.settle("田中")
		for _, name := range []string{"田中", "nobody"} {
			_, _ = h.try(h.a, name, "guess", theirs)
		}
		count := func() int {
			return query(h, func(r db.Reader) (int, error) { return db.Get[int](h.Context(), r, `select count(*) from account_try`) })
		}
		sweep := func() {
			_, err := h.a.Sweep(h.Context())
			h.must(err)
		}
		if sweep(); count() != 3 {
			h.Errorf("%d counters right away", count())
		}
		h.Clock.Add(24 * time.Hour)
		if sweep(); count() != 1 { // its owner is to be told
			h.Errorf("%d counters after a day", count())
		}
		h.Clock.Add(400 * 24 * time.Hour)
		if sweep(); count() != 0 {
			h.Errorf("%d counters after a year", count())
		}
	})
}
