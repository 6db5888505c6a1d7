package account

import (
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
)

func TestSessionsEnd(t *testing.T) {
	each(t, func(h *house) {
		h.settle("田中")
		in := h.in(h.a, "田中", good, hers)
		if x, a, err := h.resolve(h.b, in.Token); err != nil || x != in.Session || a != in.Account {
			h.Errorf("%+v\n%+v\n%+v\n%+v\n%v", x, in.Session, a, in.Account, err)
		}
		for name, token := range map[string]string{"nothing": "", "something": "x", "the stored one": hexSum(in.Token), "longer": in.Token + " "} {
			h.out(name, token, "サインインしてください")
		}

		// It is used: the idle time begins anew.
		h.Clock.Add(29 * time.Minute)
		h.must(h.b.Touch(h.Context(), h.signedIn(in.Token)))
		h.Clock.Add(30*time.Minute - time.Second)
		x := h.signedIn(in.Token)
		h.Clock.Add(time.Second)
		h.out("after half an hour", in.Token, "しばらく操作がなかった")
		if end, why := x.End(db.At(h.Clock.Now())); why != WhyIdle || end != db.At(h.Clock.Now()) {
			h.Errorf("%s %s", end, why)
		}

		// It is used all the time.
		in = h.in(h.a, "田中", good, hers)
		for range 12*4 - 1 {
			h.Clock.Add(15 * time.Minute)
			h.must(h.a.Touch(h.Context(), h.signedIn(in.Token)))
		}
		h.Clock.Add(15 * time.Minute)
		h.out("after half a day", in.Token, "サインインから時間がたった")
	})
}

// TestReadingWritesNothing but the last use, once a minute.
func TestReadingWritesNothing(t *testing.T) {
	each(t, func(h *house) {
		h.settle("田中")
		in := h.in(h.a, "田中", good, hers)
		writes := 0
		for range 500 {
			h.Clock.Add(time.Second)
			x := h.signedIn(in.Token)
			before := x.UsedAt
			h.must(h.a.Touch(h.Context(), x))
			if h.signedIn(in.Token).UsedAt != before {
				writes++
			}
		}
		if writes != 500/60 {
			h.Errorf("%d writes", writes)
		}
	})
}

// TestStolenCookies: what was stolen is worth nothing after its owner has signed out, in whichever process.
func TestStolenCookies(t *testing.T) {
	each(t, func(h *house) {
		a := h.settle("田中")
		in := func() string {
			h.Clock.Add(time.Second)
			return h.in(h.a, "田中", good, hers).Token
		}
		stolen := in()
		h.must(h.b.SignOut(h.Context(), stolen))
		h.out("signed out", stolen, "サインアウトしました")
		h.must(h.b.SignOut(h.Context(), stolen))
		h.must(h.b.SignOut(h.Context(), ""))

		stolen, own := in(), in()
		h.must(h.b.SignOutEverywhere(h.Context(), h.signedIn(own)))
		h.out("signed out everywhere", stolen, "ほかの端末の操作")
		h.signedIn(own)

		stolen, own = in(), in()
		token, err := h.b.ChangePassword(h.Context(), h.signedIn(own), good, better)
		h.must(err)
		h.out("a new password", stolen, "パスワードが変更された")
		h.signedIn(token)
		_, err = h.a.ChangePassword(h.Context(), h.signedIn(token), better, good)
		h.must(err)

		for what, end := range map[string]func() error{
			"ended":     func() error { return h.b.EndSessions(h.Context(), h.root, a.ID, "") },
			"suspended": func() error { return h.b.Suspend(h.Context(), h.root, a.ID, "") },
		} {
			stolen = in()
			h.must(end())
			h.out(what, stolen, "サイン")
			if what == "suspended" {
				_, err := h.try(h.a, "田中", good, hers)
				h.refused(what, err, errs.Forbidden, "停止されています")
				h.must(h.a.Resume(h.Context(), h.root, a.ID, ""))
				h.out("resumed", stolen, "サイン")
			}
		}
		stolen = in()
		password, err := h.a.ResetPassword(h.Context(), h.root, a.ID, "忘れた")
		h.must(err)
		h.out("reset", stolen, "再発行")
		_, err = h.try(h.a, "田中", good, hers)
		h.refused("the old password", err, errs.Invalid, "違います")
		h.Clock.Add(time.Second)
		again := h.in(h.b, "田中", password, hers)
		if again.Session.Next() != ChangePassword {
			h.Errorf("%+v", again)
		}
		h.must(h.a.Close(h.Context(), h.root, a.ID, "退職"))
		h.out("closed", again.Token, "取り消されました")
		_, err = h.try(h.b, "田中", password, hers)
		h.refused("closed", err, errs.Invalid, "違います")
		h.verified()
	})
}

// TestARiseOfRightsHappensOnce: of two who change one session only one has it.
func TestARiseOfRightsHappensOnce(t *testing.T) {
	each(t, func(h *house) {
		i := h.invite("田中")
		in := h.in(h.a, "田中", i.Password, hers)
		_, err := h.a.ChangePassword(h.Context(), in.Session, "", good)
		h.must(err)
		_, err = h.b.ChangePassword(h.Context(), in.Session, "", better)
		h.refused("with the session of before", err, errs.Unauthenticated, "サイン")
		h.in(h.a, "田中", good, hers)
	})
}

func TestTheSignInBefore(t *testing.T) {
	each(t, func(h *house) {
		h.settle("田中")
		before := func(x Session) Before {
			return query(h, func(r db.Reader) (Before, error) { return h.a.Before(h.Context(), r, x) })
		}
		first := h.in(h.a, "田中", good, hers)
		if b := before(first.Session); b.OutWhy != WhyOut || b.Address != hers || b.Out == "" {
			h.Errorf("%+v", b)
		}
		h.Clock.Add(time.Hour)
		_, _ = h.try(h.b, "田中", "guess", theirs)
		second := h.in(h.b, "田中", good, ward)
		b := before(second.Session)
		if b.ID != first.Session.ID || b.MadeAt != first.Session.MadeAt || b.OutWhy != WhyIdle || b.Out != string(db.At(first.Session.MadeAt.Time().Add(30*time.Minute))) || second.Session.Failed != 1 {
			h.Errorf("%+v", b)
		}
		h.Clock.Add(time.Minute)
		third := h.in(h.b, "田中", good, ward)
		if b := before(third.Session); b.ID != second.Session.ID || b.Out != "" {
			h.Errorf("%+v", b)
		}
		open := query(h, func(r db.Reader) ([]Session, error) { return h.a.Open(h.Context(), r, third.Account.ID) })
		if len(open) != 2 || open[0].ID != third.Session.ID {
			h.Errorf("%+v", open)
		}
		all := query(h, func(r db.Reader) ([]Session, error) { return h.a.Sessions(h.Context(), r, third.Account.ID, 3) })
		if len(all) != 3 {
			h.Errorf("%+v", all)
		}
	})
}

func TestOldSessionsAreSwept(t *testing.T) {
	each(t, func(h *house) {
		a := h.settle("田中")
		h.in(h.a, "田中", good, hers)
		h.Clock.Set(t, "2026-06-30T09:00:00+09:00")
		last := h.in(h.a, "田中", good, hers)
		h.Clock.Set(t, "2026-07-02T09:00:01+09:00")
		if n, err := h.a.Sweep(h.Context()); n != 1 || err != nil { // of 2 June 9:00:00, when he got his password
			h.Errorf("%d %v", n, err)
		}
		h.Clock.Set(t, "2026-07-02T09:01:00+09:00")
		if n, err := h.b.Sweep(h.Context()); n != 1 || err != nil {
			h.Errorf("%d %v", n, err)
		}
		if all := query(h, func(r db.Reader) ([]Session, error) { return h.a.Sessions(h.Context(), r, a.ID, 9) }); len(all) != 1 || all[0].ID != last.Session.ID {
			h.Errorf("%+v", all)
		}
	})
}

func TestWordsOfSessions(t *testing.T) {
	t.Parallel()
	for _, w := range []Why{WhyOut, WhyEverywhere, WhyAgain, WhyPassword, WhyReset, WhyStopped, WhyAdmin, WhyIdle, WhyTime} {
		if w.Title() == "" || errs.Message(signedOut(w)) == "" {
			t.Errorf("%s has no words", w)
		}
	}
	for _, how := range []How{ByPassword, ByOIDC, ByProxy, ByCertificate, ByTerminal} {
		if how.Title() == "" {
			t.Errorf("%s has no words", how)
		}
	}
	x := Session{Pending: "enrol change factor"}
	for _, p := range []Pending{GiveFactor, ChangePassword, EnrolFactor, ""} {
		if x.Next() != p {
			t.Errorf("%q comes before %q", x.Next(), p)
		}
		x.done(p)
	}
}
