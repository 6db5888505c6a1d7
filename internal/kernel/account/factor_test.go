package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// factorModules are what second factors need.
func factorModules() []db.Schema {
	return []db.Schema{{Module: "trail", FS: trail.Schema()}, {Module: "org", FS: org.Schema()}, {Module: "access", FS: access.Schema()}, {Module: "account", FS: Schema()}}
}

// factorSite is what a body has decided in these tests.
func factorSite() FactorOptions {
	return FactorOptions{
		Key: []byte(strings.Repeat("k", 32)), Issuer: "みなと市 関守",
		Site: "sekimori.example.lg.jp", Origins: []string{"https://sekimori.example.lg.jp"},
	}
}

const (
	home = "192.0.2.1" // from where the owner comes
	away = "203.0.113.1"
)

// door is a database with an account whose second factors are tried.
type door struct {
	*testing.T
	*Factors
	db      *db.DB
	clock   *testkit.Clock
	account id.ID
	owner   *access.Actor
}

func newDoor(t *testing.T, d *db.DB, o FactorOptions) *door {
	t.Helper()
	w := &door{T: t, db: d, clock: testkit.NewClock(t, "2026-11-24T09:00:00+09:00")}
	d.Now = w.clock.Now // before its first use
	w.account, w.owner = w.newAccount("tanaka", id.New(d.Now()))
	return w.with(o)
}

// with is the same door with other options.
func (w *door) with(o FactorOptions) *door {
	w.Helper()
	s, err := NewFactors(trail.New(w.db), o)
	if err != nil {
		w.Fatal(err)
	}
	s.hasher = newHasher(cost{64, 1, 1}) // a test is in a hurry
	other := *w
	other.Factors = s
	return &other
}

// newAccount gives a person an account; the actor is him, signed in, with no authorities.
func (w *door) newAccount(login string, person id.ID) (account id.ID, owner *access.Actor) {
	w.Helper()
	if err := trail.New(w.db).Do(w.Context(), trail.Act{Actor: "cli:test", Name: "test"}, func(tx *trail.Tx) error {
		a := Account{ID: id.New(tx.Now), Kind: Person, Person: person, Login: login, Folded: fold(login), State: Active, MadeAt: db.At(tx.Now)}
		account, a.Home = a.ID, a.home()
		return Accounts.Put(w.Context(), tx, a)
	}); err != nil {
		w.Fatal(err)
	}
	return account, &access.Actor{Class: access.Person, Name: access.PersonName(person), Person: org.Person{Person: person}}
}

// stranger is another account and who has it.
func (w *door) stranger() (account id.ID, owner *access.Actor) {
	return w.newAccount("sato", id.New(w.clock.Now()))
}

// privileged is somebody with a role for which a second factor is required.
func privileged(a *access.Actor) *access.Actor {
	b := *a
	b.Authorities = []org.Holding{{Regime: access.BuiltIn, Role: org.Role{ID: access.Operator, Privileged: true}}}
	return &b
}

// entering is somebody who has given his password only.
func entering(a *access.Actor) *access.Actor {
	b := *a
	b.Pending = "factor"
	return &b
}

// code is the code of a key of an app, so many steps from now.
func (w *door) code(key string, steps int) string {
	w.Helper()
	return w.tokenCode(Token{Key: key}, steps)
}

func (w *door) tokenCode(t Token, steps int) string {
	w.Helper()
	g, err := t.generator()
	if err != nil {
		w.Fatal(err)
	}
	code, err := g.code(g.step(w.clock.Now()) + int64(steps))
	if err != nil {
		w.Fatal(err)
	}
	return code
}

// enrol gives the account an app and its key.
func (w *door) enrol(label string) (key string, h Held) {
	w.Helper()
	offer, err := w.BeginTOTP(w.Context(), w.owner, w.account, "session-1", nil)
	if err != nil {
		w.Fatal(err)
	}
	if h, err = w.ConfirmTOTP(w.Context(), w.owner, w.account, "session-1", label, w.code(offer.Key, 0)); err != nil {
		w.Fatal(err)
	}
	w.clock.Add(time.Minute) // so that another code is the next
	return offer.Key, h
}

// try gives a factor and says what came of it.
func (w *door) try(kind FactorKind, input string) error {
	w.Helper()
	return w.Verify(w.Context(), Try{w.account, "session-1", home, kind, input}, nil)
}

// want compares the outcome of a try.
func (w *door) want(what string, err error, want errs.Kind) {
	w.Helper()
	if err == nil || errs.KindOf(err) != want {
		w.Errorf("%s: %v, want an error of kind %d", what, err, want)
	}
}

func (w *door) right(what string, err error) {
	w.Helper()
	if err != nil {
		w.Errorf("%s: %v", what, err)
	}
}

func (w *door) wrong(what string, err error) {
	w.Helper()
	if !errors.Is(err, ErrWrong) {
		w.Errorf("%s: %v, want ErrWrong", what, err)
	}
}

func (w *door) list() (list []Held) {
	w.Helper()
	if err := w.db.View(w.Context(), func(r db.Reader) (err error) {
		list, err = w.List(w.Context(), r, w.owner, w.account)
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return list
}

func (w *door) usable() (kinds []FactorKind) {
	w.Helper()
	if err := w.db.View(w.Context(), func(r db.Reader) (err error) {
		kinds, err = w.Usable(w.Context(), r, w.account)
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return kinds
}

func TestFactorsAreLimited(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		key, _ := w.enrol("電話")
		for range freeTries {
			w.wrong("wrong code", w.try(TOTP, "000000"))
		}
		err := w.try(TOTP, w.code(key, 0))
		w.want("the eleventh", err, errs.TooMany)
		w.wrong("from elsewhere at once", w.Verify(t.Context(), Try{w.account, "session-2", away, TOTP, "000000"}, nil))
		if e, ok := errors.AsType[*errs.Error](err); !ok || e.Retry <= 0 || e.Retry > pause {
			t.Errorf("retry in %v", e)
		}
		w.clock.Add(pause)
		w.wrong("after the wait", w.try(TOTP, "000000"))
		w.want("and again", w.try(TOTP, w.code(key, 0)), errs.TooMany)
		w.clock.Add(pause)
		w.right("nobody is locked out", w.Verify(t.Context(), Try{w.account, "session-1", home, TOTP, w.code(key, 0)}, func(_ *db.Tx, h Held) error {
			if h.Wrong != freeTries+2 {
				t.Errorf("%d tries were wrong, want %d", h.Wrong, freeTries+2)
			}
			return nil
		}))
		w.clock.Add(pause)
		w.right("at once after a right one", w.try(TOTP, w.code(key, 0)))
		w.wrong("ten are free again", w.try(TOTP, "000000"))
	})
}

// TestManyAtOnce: tries that run side by side are no more than tries one after the other.
func TestManyAtOnce(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		w.enrol("電話")
		const n = 30
		outcomes := make(chan error, n)
		for range n {
			go func() {
				outcomes <- w.Verify(context.WithoutCancel(t.Context()), Try{w.account, "s", home, TOTP, "000000"}, nil)
			}()
		}
		judged := 0
		for range n {
			if err := <-outcomes; errors.Is(err, ErrWrong) {
				judged++
			} else if k := errs.KindOf(err); k != errs.TooMany && k != errs.Unavailable {
				t.Error(err)
			}
		}
		if judged > freeTries {
			t.Errorf("%d of %d were judged, want at most %d", judged, n, freeTries)
		}
	})
}

func TestFactorsOfAKindThatIsNotAllowed(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		key, _ := w.enrol("電話")
		if _, err := w.PrintList(t.Context(), w.owner, w.account, "番号表"); err != nil {
			t.Fatal(err)
		}
		if got := w.usable(); !slices.Equal(got, []FactorKind{TOTP, Printed}) {
			t.Errorf("usable %v", got)
		}
		o := factorSite()
		o.Allowed = func(context.Context, db.Reader) ([]FactorKind, error) { return []FactorKind{Passkey, Printed}, nil }
		strict := w.with(o)
		strict.want("a kind that was allowed before", strict.try(TOTP, w.code(key, 0)), errs.Forbidden)
		_, err := strict.BeginTOTP(t.Context(), w.owner, w.account, "session-1", nil)
		strict.want("enrolling it", err, errs.Forbidden)
		if got := strict.usable(); !slices.Equal(got, []FactorKind{Printed}) {
			t.Errorf("usable %v", got)
		}
		if got := strict.list(); len(got) != 2 {
			t.Errorf("still listed: %v", got)
		}
		for name, o := range map[string]FactorOptions{"no key": {Site: o.Site, Origins: o.Origins}, "no site": {Key: o.Key}} {
			var kinds []FactorKind
			if err := d.View(t.Context(), func(r db.Reader) (err error) {
				kinds, err = w.with(o).Allowed(t.Context(), r)
				return err
			}); err != nil || len(kinds) != 2 {
				t.Errorf("%s: %v %v", name, kinds, err)
			}
		}
	})
}

func TestWithdraw(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		key, first := w.enrol("電話")
		w.want("the last where one is required", w.Withdraw(t.Context(), privileged(w.owner), w.account, first.ID), errs.Conflict)
		_, second := w.enrol("トークン")
		other, he := w.stranger()
		w.want("of another account", w.Withdraw(t.Context(), he, other, first.ID), errs.NotFound)
		w.want("by another", w.Withdraw(t.Context(), he, w.account, first.ID), errs.NotFound)
		w.right("one of two", w.Withdraw(t.Context(), privileged(w.owner), w.account, first.ID))
		w.want("twice", w.Withdraw(t.Context(), privileged(w.owner), w.account, first.ID), errs.NotFound)
		w.wrong("a code of what is withdrawn", w.try(TOTP, w.code(key, 0)))
		if got := w.list(); len(got) != 1 || got[0].ID != second.ID {
			t.Errorf("listed %v", got)
		}
		w.right("the last where none is required", w.Withdraw(t.Context(), w.owner, w.account, second.ID))
		if err := d.View(t.Context(), func(r db.Reader) error {
			f, err := factorOf(t.Context(), r, first.ID)
			if err == nil && (len(f.Secret) != 0 || f.WithdrawnAt == "" || f.Home[:2] != "p:") {
				t.Errorf("%+v keeps its secret or is not as it should be", f)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestOnlyPeopleWhoMayComeInHaveFactors(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		if err := w.log.Do(t.Context(), trail.Act{Actor: "cli:test", Name: "test"}, func(tx *trail.Tx) error {
			a, err := Get(t.Context(), tx, w.account)
			if err != nil {
				return err
			}
			a.State = Suspended
			return Accounts.Put(t.Context(), tx, a)
		}); err != nil {
			t.Fatal(err)
		}
		_, err := w.BeginTOTP(t.Context(), w.owner, w.account, "s", nil)
		w.want("app", err, errs.Conflict)
		_, err = w.BeginPasskey(t.Context(), w.owner, w.account, "s")
		w.want("passkey", err, errs.Conflict)
		_, err = w.PrintList(t.Context(), w.owner, w.account, "番号表")
		w.want("list", err, errs.Conflict)
		w.want("giving one", w.try(Printed, "12345 67890"), errs.Conflict)
	})
}

// TestOneChangesHisOwn: who has a factor gives it before he changes any, who has none may enrol on his way in; nobody does it for
// another, but the program.
func TestOneChangesHisOwn(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		_, he := w.stranger()
		for name, c := range map[string]struct {
			by          *access.Actor
			first, more errs.Kind // where he has none, and one; -1 for no error
		}{
			"the owner":              {w.owner, -1, -1},
			"on his way in":          {entering(w.owner), -1, errs.Forbidden},
			"with a key":             {w.owner.Limited([]access.Permission{access.AccountManage}), errs.Forbidden, errs.Forbidden},
			"another":                {he, errs.NotFound, errs.NotFound},
			"another who manages":    {privileged(he), errs.NotFound, errs.NotFound},
			"nobody":                 {access.Visitor(), errs.NotFound, errs.NotFound},
			"the program":            {access.NewProgram("cli:root"), -1, -1},
			"a place of no business": {&access.Actor{Class: access.Place, Name: "place:1"}, errs.NotFound, errs.NotFound},
		} {
			for _, held := range w.list() {
				w.right("withdrawing", w.Withdraw(t.Context(), w.owner, w.account, held.ID))
			}
			for i, want := range []errs.Kind{c.first, c.more} {
				_, err1 := w.BeginTOTP(t.Context(), c.by, w.account, "s", nil)
				_, err2 := w.BeginPasskey(t.Context(), c.by, w.account, "s")
				for _, err := range []error{err1, err2} {
					if want >= 0 && errs.KindOf(err) != want || want < 0 && err != nil {
						t.Errorf("%s, with %d factors: %v", name, i, err)
					}
				}
				if i == 0 {
					w.enrol("電話")
				}
			}
			held := w.list()
			if err := w.Withdraw(t.Context(), c.by, w.account, held[0].ID); c.more >= 0 && errs.KindOf(err) != c.more || c.more < 0 && err != nil {
				t.Errorf("%s withdraws: %v", name, err)
			}
			if _, err := w.PrintList(t.Context(), c.by, w.account, "番号表"); c.more >= 0 && errs.KindOf(err) != c.more || c.more < 0 && err != nil {
				t.Errorf("%s prints: %v", name, err)
			}
		}
	})
}

func TestSealing(t *testing.T) {
	t.Parallel()
	one, err := newSealer([]byte(strings.Repeat("1", 32)))
	if err != nil {
		t.Fatal(err)
	}
	two, err := newSealer([]byte(strings.Repeat("2", 32)))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := one.seal([]byte("secret"), "here")
	if err != nil || strings.Contains(string(sealed), "secret") {
		t.Fatalf("%q %v", sealed, err)
	}
	again, err := one.seal([]byte("secret"), "here")
	if err != nil || string(again) == string(sealed) {
		t.Errorf("two seals are one: %v", err)
	}
	if plain, err := one.open(sealed, "here"); err != nil || string(plain) != "secret" {
		t.Errorf("%q %v", plain, err)
	}
	if _, err := one.open(sealed, "there"); err == nil {
		t.Error("opened in another's place")
	}
	if _, err := two.open(sealed, "here"); !errors.Is(err, errOtherKey) || two.can(sealed) || !one.can(sealed) {
		t.Errorf("under another key: %v", err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := one.open(sealed, "here"); err == nil {
		t.Error("opened what was changed")
	}
	if _, err := one.open(sealed[:10], "here"); err == nil {
		t.Error("opened what was cut")
	}
	if _, err := newSealer([]byte("short")); err == nil {
		t.Error("a short key")
	}
}
