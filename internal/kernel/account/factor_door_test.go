package account

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
)

// give gives a code in a session.
func (h *house) give(x Session, code string) (token string, err error) {
	return h.a.GiveFactor(h.Context(), x, TOTP, code)
}

// known gives somebody an account with an app, and a session of his own address in which nothing is left to do.
func (h *house) known(name string) (a Account, key string) {
	h.Helper()
	a = h.settle(name)
	in := h.in(h.a, name, good, hers)
	key = h.totp(a, in.Session)
	h.must(h.a.SignOut(h.Context(), in.Token))
	h.Clock.Add(time.Minute)
	return a, key
}

// TestWhoKnowsThePasswordIsSlowedDown: from one place, and from many; the owner is not, and is told.
func TestWhoKnowsThePasswordIsSlowedDown(t *testing.T) {
	each(t, func(h *house) {
		_, key := h.known("田中")
		guess := func(address string) error {
			in := h.in(h.a, "田中", good, address)
			_, err := h.give(in.Session, "000000")
			return err
		}
		for range freeTries {
			if err := guess(theirs); !errors.Is(err, ErrWrong) {
				t.Fatal(err)
			}
		}
		h.refused("with a new session", guess(theirs), errs.TooMany, "60秒")
		owner := h.in(h.b, "田中", good, hers)
		token, err := h.b.GiveFactor(h.Context(), owner.Session, TOTP, h.code(key, h.Clock.Now()))
		h.must(err)
		if x := h.signedIn(token); x.Failed != freeTries || !x.Factor || x.Pending != "" {
			t.Errorf("%+v", x)
		}
		h.Clock.Add(time.Minute)
		for i := range allTries {
			if err := guess(fmt.Sprintf("203.0.113.%d", 100+i/freeTries)); !errors.Is(err, ErrWrong) {
				t.Fatal(i, err)
			}
		}
		h.refused("from another place yet", guess("192.0.2.77"), errs.TooMany, "60秒")
		owner = h.in(h.a, "田中", good, hers)
		token, err = h.give(owner.Session, h.code(key, h.Clock.Now()))
		h.must(err)
		if x := h.signedIn(token); x.Failed != allTries {
			t.Errorf("%d tries were wrong, want %d", x.Failed, allTries)
		}
	})
}

// TestAClockThatGoesWrong: two codes open the door as one does.
func TestAClockThatGoesWrong(t *testing.T) {
	each(t, func(h *house) {
		a, key := h.known("田中")
		in := h.in(h.a, "田中", good, hers)
		by := h.person("田中")
		by.Account, by.Pending = a.ID, in.Session.Pending
		slow := func(steps time.Duration) string { return h.code(key, h.Clock.Now().Add(steps*30*time.Second)) }
		h.Clock.Add(10 * time.Minute)
		_, err := h.give(in.Session, slow(-6))
		if !errors.Is(err, ErrWrong) {
			t.Error(err)
		}
		token, err := h.a.GiveTwo(h.Context(), by, in.Session, slow(-6), slow(-5))
		h.must(err)
		if x := h.signedIn(token); !x.Factor || x.Pending != "" {
			t.Errorf("%+v", x)
		}
		h.out("the token before", in.Token, "サインイン")
		in = h.in(h.a, "田中", good, hers)
		_, err = h.give(in.Session, slow(-4))
		h.must(err)
		h.verified()
	})
}

// TestARecoveredAccount: in every process its sessions have ended, the password of before opens nothing, and the temporary one
// only the way to a new password and a new factor.
func TestARecoveredAccount(t *testing.T) {
	each(t, func(h *house) {
		h.factors.options.Reissue = h.a.Reissue
		a, key := h.known("佐藤")
		h.high[a.Person] = true
		in := h.in(h.a, "佐藤", good, hers)
		token, err := h.give(in.Session, h.code(key, h.Clock.Now()))
		h.must(err)
		waits := h.in(h.b, "佐藤", good, hers) // for its second factor
		one, two := access.NewProgram("cli:one"), access.NewProgram("cli:two")
		r, err := h.factors.AskRecovery(h.Context(), one, a.ID, "電話をなくした")
		h.must(err)
		_, err = h.factors.ConfirmRecovery(h.Context(), one, r.ID)
		h.refused("by who asked", err, errs.Forbidden, "求めた人")
		h.signedIn(token)
		password, err := h.factors.ConfirmRecovery(h.Context(), two, r.ID)
		h.must(err)
		h.out("his session", token, "再発行")
		h.out("one on the way in", waits.Token, "再発行")
		_, err = h.try(h.b, "佐藤", good, hers)
		if !errors.Is(err, ErrPassword) {
			t.Error(err)
		}
		in = h.in(h.b, "佐藤", password, hers)
		if want := string(ChangePassword) + " " + string(EnrolFactor); in.Session.Pending != want {
			t.Errorf("left to do %q, want %q", in.Session.Pending, want)
		}
		h.Clock.Add(time.Minute)
		_, err = h.give(in.Session, h.code(key, h.Clock.Now()))
		if !errors.Is(err, ErrWrong) {
			t.Errorf("the app of before: %v", err)
		}
		token, err = h.b.ChangePassword(h.Context(), in.Session, "", better)
		h.must(err)
		h.totp(a, h.signedIn(token))
		token, err = h.b.Enrolled(h.Context(), h.signedIn(token))
		h.must(err)
		if x := h.signedIn(token); x.Pending != "" || !x.Factor {
			t.Errorf("%+v", x)
		}
		acts := h.acts()
		for _, want := range []string{"account.recovery.ask by cli:one", "account.recovery.confirm by cli:two"} {
			if !slices.Contains(acts, want) {
				t.Errorf("%s is not among %q", want, acts)
			}
		}
		h.secretsAreNotInTheTrail(password, strings.ReplaceAll(key, " ", ""))
		h.verified()
	})
}
