package account

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
)

func TestTheFirstDay(t *testing.T) {
	each(t, func(h *house) {
		i := h.invite("田中")
		if i.Account.Login != "user-田中" || i.Account.Home != h.Home("田中") || i.Until != db.At(h.Clock.Now().Add(7*24*time.Hour)) {
			h.Errorf("%+v", i)
		}
		in := h.in(h.a, "田中", i.Password, hers)
		if in.Session.Next() != ChangePassword || in.Session.Pending != "change" {
			h.Errorf("pending %q", in.Session.Pending)
		}
		_, err := h.a.ChangePassword(h.Context(), in.Session, "", "User-田中2026")
		h.refused("a bad password", err, errs.Invalid, "最初に試される")
		_, err = h.a.ChangePassword(h.Context(), in.Session, "", i.Password)
		h.refused("the temporary one", err, errs.Invalid, "いまと違う")
		token, err := h.b.ChangePassword(h.Context(), in.Session, "", good)
		h.must(err)
		h.out("the token before the change", in.Token, "サインイン")
		if x := h.signedIn(token); x.Pending != "" || x.ID != in.Session.ID {
			h.Errorf("%+v", x)
		}
		_, err = h.try(h.a, "田中", i.Password, hers)
		h.refused("the temporary password", err, errs.Invalid, "違います")
		h.in(h.b, "田中", good, hers)
		// In whatever spelling the keyboard gives it.
		if _, err := h.a.SignIn(h.Context(), Credentials{Login: " ＵＳＥＲ-田中 ", Password: strings.ReplaceAll(good, "ラジオ", "ﾗｼﾞｵ"), Visit: Visit{Address: hers}}); err != nil {
			h.Error(err)
		}
		h.secretsAreNotInTheTrail(good, i.Password, token, "$argon2id")
		if got := h.acts(); !slices.Equal(got, []string{"account.invite by cli:root", "account.password by person:" + string(i.Account.Person)}) {
			h.Errorf("acts %v", got)
		}
		h.verified()
	})
}

func TestTemporaryPasswordsExpire(t *testing.T) {
	each(t, func(h *house) {
		i := h.invite("田中")
		h.Clock.Add(7*24*time.Hour - time.Second)
		h.in(h.a, "田中", i.Password, hers)
		h.Clock.Add(time.Second)
		_, err := h.try(h.a, "田中", i.Password, hers)
		h.refused("after a week", err, errs.Forbidden, "期限が過ぎて")
		_, err = h.try(h.a, "田中", "wrong", hers)
		h.refused("a stranger learns nothing of it", err, errs.Invalid, "利用者IDかパスワードが違います")

		// Who begins later has his week from his first day on.
		late := h.invite("鈴木")
		_, err = h.try(h.a, "鈴木", late.Password, hers)
		h.refused("before the first day", err, errs.Forbidden, "令和7年10月1日から使えます")
		h.Clock.Set(t, "2025-10-01T00:00:00+09:00")
		h.in(h.a, "鈴木", late.Password, hers)
	})
}

// TestNobodyLearnsWhoHasAnAccount: no such login, a wrong password and an account without one are told the same.
func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	each(t, func(h *house) {
		h.settle("田中")
		_, err := h.a.Invite(h.Context(), h.root, Invitation{Person: h.ID("person", "佐藤"), Login: "user-佐藤"})
		h.must(err)
		for name, password := range map[string]string{"田中": "wrong", "佐藤": "", "高橋": "wrong", strings.Repeat("長", 500): strings.Repeat("長", 5000)} {
			if _, err := h.try(h.a, name, password, theirs); err == nil || err.Error() != ErrPassword.Error() {
				h.Errorf("%.10s: %v", name, err)
			}
		}
		if _, err := h.a.SignIn(h.Context(), Credentials{}); err == nil {
			h.Error("nobody came in")
		}
	})
}

// TestSessionFixation: a token that somebody else knows before a sign-in says nothing after it, nor does one before a second
// factor or a new password; and the browser's session of before ends.
func TestSessionFixation(t *testing.T) {
	each(t, func(h *house) {
		h.settle("田中")
		planted := newToken()
		in, err := h.a.SignIn(h.Context(), Credentials{Login: "user-田中", Password: good, Visit: Visit{Address: hers, Replaces: planted}})
		h.must(err)
		h.out("a planted token", planted, "サインインしてください")
		if in.Token == planted {
			h.Error("the planted token is that of the session")
		}
		again, err := h.b.SignIn(h.Context(), Credentials{Login: "user-田中", Password: good, Visit: Visit{Address: hers, Replaces: in.Token}})
		h.must(err)
		h.out("the session of before", in.Token, "サインアウトしました")
		token, err := h.a.ChangePassword(h.Context(), again.Session, good, better)
		h.must(err)
		h.out("the token before the change", again.Token, "サインインしてください")
		h.signedIn(token)
		if stored := query(h, func(r db.Reader) ([]string, error) {
			return db.List[string](h.Context(), r, `select token from account_session`)
		}); slices.Contains(stored, token) || !slices.Contains(stored, hexSum(token)) {
			h.Error("the token itself is stored")
		}
	})
}

func TestSecondFactorAtTheDoor(t *testing.T) {
	each(t, func(h *house) {
		a := h.settle("佐藤")
		h.high[a.Person] = true
		in := h.in(h.a, "佐藤", good, hers)
		if in.Session.Next() != EnrolFactor {
			h.Errorf("pending %q", in.Session.Pending)
		}
		if _, err := h.a.Enrolled(h.Context(), in.Session); errs.KindOf(err) != errs.Conflict {
			h.Errorf("nothing is enrolled: %v", err)
		}
		secret := h.totp(a, in.Session)
		token, err := h.a.Enrolled(h.Context(), in.Session)
		h.must(err)
		h.out("the token before", in.Token, "サインイン")
		if x := h.signedIn(token); x.Pending != "" || !x.Factor {
			h.Errorf("%+v", x)
		}

		h.Clock.Add(time.Minute)
		in = h.in(h.b, "佐藤", good, hers)
		if in.Session.Next() != GiveFactor {
			h.Errorf("pending %q", in.Session.Pending)
		}
		_, err = h.b.ChangePassword(h.Context(), in.Session, good, better)
		h.refused("a change before the factor", err, errs.Forbidden, "先に本人確認")
		if _, err := h.b.Enrolled(h.Context(), in.Session); errs.KindOf(err) != errs.Conflict {
			h.Errorf("enrolled in place of given: %v", err)
		}
		_, err = h.b.GiveFactor(h.Context(), in.Session, TOTP, "000000")
		h.refused("a wrong code", err, errs.Invalid, "正しくない")
		now := h.code(secret, h.Clock.Now())
		token, err = h.a.GiveFactor(h.Context(), in.Session, TOTP, now)
		h.must(err)
		h.out("the token before the factor", in.Token, "サインイン")
		h.signedIn(token)
		other := h.in(h.b, "佐藤", good, hers)
		_, err = h.b.GiveFactor(h.Context(), other.Session, TOTP, now)
		h.refused("a code twice", err, errs.Invalid, "使われて")
		h.verified()
	})
}

func TestPrivilegedPasswords(t *testing.T) {
	each(t, func(h *house) {
		a := h.settle("佐藤")
		h.high[a.Person] = true
		in := h.in(h.a, "佐藤", good, hers)
		s := h.a
		// Twelve changes: the last ten may not come back, the first may.
		old := []string{good}
		x := in.Session
		for i := range 11 {
			h.Clock.Add(time.Second)
			next := "kaeru-Densha-hokkyoku-" + strings.Repeat("x", i) + "9"
			_, err := s.ChangePassword(h.Context(), x, old[len(old)-1], next)
			h.must(err)
			old = append(old, next)
		}
		current := old[len(old)-1]
		for _, p := range old[1:] {
			if _, err := s.ChangePassword(h.Context(), x, current, p); errs.KindOf(err) != errs.Invalid {
				h.Errorf("%s comes back: %v", p, err)
			}
		}
		_, err := s.ChangePassword(h.Context(), x, current, old[0])
		h.must(err)
		if n := query(h, func(r db.Reader) (int, error) {
			return db.Get[int](h.Context(), r, `select count(*) from account_password`)
		}); n != 1+history {
			h.Errorf("%d passwords are kept", n)
		}

		// After six months it has to be changed; who has no privileges keeps his.
		h.settle("田中")
		h.Clock.Set(t, "2025-12-02T09:00:00+09:00")
		in = h.in(h.a, "佐藤", good, hers)
		if in.Session.Left(ChangePassword) {
			h.Error("it is not half a year yet")
		}
		h.Clock.Set(t, "2025-12-02T10:00:00+09:00")
		if in = h.in(h.a, "佐藤", good, hers); !in.Session.Left(ChangePassword) {
			h.Errorf("pending %q", in.Session.Pending)
		}
		if in := h.in(h.a, "田中", good, hers); in.Session.Pending != "" {
			h.Errorf("pending %q", in.Session.Pending)
		}
		h.terms.Interval = 0
		if in = h.in(h.a, "佐藤", good, hers); in.Session.Left(ChangePassword) {
			h.Error("the body has decided that it is never")
		}
		h.verified()
	})
}

func TestTheOldPasswordIsAsked(t *testing.T) {
	each(t, func(h *house) {
		h.settle("田中")
		stolen := h.in(h.a, "田中", good, hers)
		for range netTries {
			_, err := h.a.ChangePassword(h.Context(), stolen.Session, "guess", better)
			h.refused("a guess", err, errs.Invalid, "いまのパスワードが違います")
		}
		_, err := h.b.ChangePassword(h.Context(), stolen.Session, good, better)
		h.refused("after ten guesses", err, errs.TooMany, "90秒")
	})
}

// TestCostsMayRise: a password that is stored at an old cost is stored anew when it is given.
func TestCostsMayRise(t *testing.T) {
	each(t, func(h *house) {
		a := h.settle("田中")
		dear := cheap
		dear.passes = 2
		h.b.hasher = newHasher(dear)
		_, _ = h.try(h.b, "田中", "wrong", hers)
		h.in(h.b, "田中", good, hers)
		p := query(h, func(r db.Reader) (Password, error) { return passwordOf(h.Context(), r, a.ID) })
		if !strings.Contains(string(p.Secret), "t=2") {
			h.Errorf("%s", p.Secret)
		}
		h.in(h.b, "田中", good, hers)
		if got := h.acts(); got[len(got)-1] != "account.rehash by "+a.Actor() || len(got) != 3 {
			h.Errorf("acts %v", got)
		}
		h.verified()
	})
}

func TestKnownByAnotherDoor(t *testing.T) {
	each(t, func(h *house) {
		number := func(name string) string {
			return query(h, func(r db.Reader) (string, error) {
				p, err := view(h.Clock.Now()).Person(h.Context(), r, h.ID("person", name))
				return p.Number, err
			})
		}
		known := func(number string) (Signed, error) {
			return h.a.SignInKnown(h.Context(), Known{Number: number, How: ByOIDC, Visit: Visit{Address: hers}})
		}
		in, err := known(" " + number("田中") + " ")
		h.must(err)
		if in.Session.How != ByOIDC || in.Session.Pending != "" || in.Account.Person != h.ID("person", "田中") || in.Account.Login != number("田中") {
			h.Errorf("%+v", in)
		}
		h.signedIn(in.Token)
		again, err := known(number("田中"))
		h.must(err)
		if again.Account.ID != in.Account.ID {
			h.Error("two accounts of one person")
		}
		_, err = h.a.ChangePassword(h.Context(), in.Session, "", better)
		h.refused("he has no password here", err, errs.Conflict, "庁内の認証基盤からサインイン")
		if got := h.acts(); !slices.Equal(got, []string{"account.join by system:oidc"}) {
			h.Errorf("acts %v", got)
		}

		_, err = known("999999")
		h.refused("unknown", err, errs.Forbidden, "職員番号「999999」")
		_, err = known("")
		h.refused("no number", err, errs.Forbidden, "登録されていません")
		_, err = known(number("高橋"))
		h.refused("unassigned", err, errs.Forbidden, "所属が")
		_, err = known(number("鈴木"))
		h.refused("not yet", err, errs.Forbidden, "令和7年10月1日から")
		h.must(h.a.Suspend(h.Context(), h.root, in.Account.ID, "調査"))
		_, err = known(number("田中"))
		h.refused("suspended", err, errs.Forbidden, "停止")

		h.terms.Join = false
		_, err = known(number("佐藤"))
		h.refused("not registered", err, errs.Forbidden, "登録を頼んで")
		h.invite("佐藤")
		h.high[h.ID("person", "佐藤")] = true
		if in, err = known(number("佐藤")); err != nil || in.Session.Next() != EnrolFactor {
			h.Errorf("%+v %v", in, err)
		}
		in, err = h.a.SignInKnown(h.Context(), Known{Number: number("佐藤"), How: ByCertificate, Factor: true, Visit: Visit{Address: hers}})
		if err != nil || in.Session.Pending != "" || !in.Session.Factor {
			h.Errorf("%+v %v", in, err)
		}
		h.verified()
	})
}

// TestManyGuessesAtOnce: of parallel guesses no more are judged than one after the other, and the right one among them does not pass
// after ten wrong ones.
func TestManyGuessesAtOnce(t *testing.T) {
	each(t, func(h *house) {
		h.settle("田中")
		results := make(chan error, 40)
		for range 40 {
			go func() {
				_, err := h.try(h.a, "田中", "guess", theirs)
				results <- err
			}()
		}
		wrong := 0
		for range 40 {
			if err := <-results; errs.KindOf(err) == errs.Invalid {
				wrong++
			} else if k := errs.KindOf(err); k != errs.TooMany {
				h.Errorf("kind %v: %v", k, err)
			}
		}
		if wrong > netTries {
			h.Errorf("%d guesses were judged", wrong)
		}
	})
}
