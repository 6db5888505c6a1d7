package account

import (
	"context"
	"net/netip"
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
	"sekimori/internal/testkit/town"
)

// house is a small town with accounts, on a Monday in June, and two processes that serve it.
type house struct {
	*town.Town
	d         *db.DB
	a, b      *Service // two processes
	factors   *Factors
	terms     Terms
	high      map[id.ID]bool // persons with privileges
	root      *access.Actor
	passwords map[string]string // of who was let in, by name
}

const (
	hers   = "198.51.100.7"            // the address of who belongs here
	theirs = "203.0.113.66"            // of who does not
	ward   = "192.0.2.10"              // of a proxy with many behind it
	good   = "縁側で猫がラジオ体操"              // a password
	better = "kaeru-Densha-hokkyoku-9" // another
)

// each opens the house on both engines.
func each(t *testing.T, test func(h *house)) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) { test(newHouse(t, d)) })
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{d: d, high: map[id.ID]bool{}, root: access.NewProgram("cli:root"), passwords: map[string]string{}, terms: Defaults()}
	h.Town = town.Build(t, trail.New(d), town.Lines(`
		unit 0000 港市 body tiny -
		unit 0100 総務局 bureau tiny 0000
		unit 0110 情報政策課 section tiny 0100
		unit 0120 統計課 section tiny 0100 ..2025-07-31
		post 課長 3 head
		post 主事 5
		assign 佐藤 0110 課長 main
		assign 田中 0110 主事 main
		assign 山田 0110 主事 main ..2025-09-30
		person 鈴木 regular
		assign 鈴木 0110 主事 main 2025-10-01..
		person 高橋 regular
	`)...)
	h.Clock.Set(t, "2025-06-02T09:00:00+09:00")
	o := factorSite()
	var err error
	if h.factors, err = NewFactors(h.Log, o); err != nil {
		t.Fatal(err)
	}
	options := Options{
		Terms:      func(context.Context, db.Reader) (Terms, error) { return h.terms, nil },
		Privileged: func(_ context.Context, _ db.Reader, a Account) (bool, error) { return h.high[a.Person], nil },
		Factors:    h.factors,
	}
	h.a, h.b = New(h.Log, options), New(h.Log, options)
	h.a.hasher, h.b.hasher, h.factors.hasher = newHasher(cheap), newHasher(cheap), newHasher(cheap)
	return h
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// refused wants an error of a kind, with words in it that people read.
func (h *house) refused(what string, err error, kind errs.Kind, word string) {
	h.Helper()
	if err == nil || errs.KindOf(err) != kind || !strings.Contains(errs.Message(err), word) {
		h.Errorf("%s: %v (kind %d), want %d with %q", what, err, errs.KindOf(err), kind, word)
	}
}

// invite gives somebody an account and a temporary password.
func (h *house) invite(name string) Invited {
	h.Helper()
	list, err := h.a.Invite(h.Context(), h.root, Invitation{Person: h.ID("person", name), Login: "user-" + name, Password: true})
	h.must(err)
	return list[0]
}

// settle gives somebody an account with a password of his own, and ends the session in which he made it.
func (h *house) settle(name string) Account {
	h.Helper()
	i := h.invite(name)
	in := h.in(h.a, name, i.Password, hers)
	token, err := h.a.ChangePassword(h.Context(), in.Session, "", good)
	h.must(err)
	h.must(h.a.SignOut(h.Context(), token))
	h.passwords[name] = good
	h.Clock.Add(time.Second)
	return i.Account
}

// try is somebody signing in.
func (h *house) try(s *Service, name, password, address string) (Signed, error) {
	return s.SignIn(h.Context(), Credentials{Login: "user-" + name, Password: password, Visit: Visit{Address: address, Agent: "test"}})
}

// in is somebody signing in who must get in.
func (h *house) in(s *Service, name, password, address string) Signed {
	h.Helper()
	in, err := h.try(s, name, password, address)
	h.must(err)
	return in
}

// resolve is a request with a token.
func (h *house) resolve(s *Service, token string) (x Session, a Account, err error) {
	err = h.d.View(h.Context(), func(r db.Reader) (err error) {
		x, a, err = s.Resolve(h.Context(), r, token)
		return err
	})
	return x, a, err
}

// signedIn wants a token to be good in both processes.
func (h *house) signedIn(token string) Session {
	h.Helper()
	x, _, err := h.resolve(h.a, token)
	h.must(err)
	_, _, err = h.resolve(h.b, token)
	h.must(err)
	return x
}

// out wants a token to be good in neither.
func (h *house) out(what, token, word string) {
	h.Helper()
	for _, s := range []*Service{h.a, h.b} {
		_, _, err := h.resolve(s, token)
		h.refused(what, err, errs.Unauthenticated, word)
	}
}

// person is somebody signed in, as pages know him.
func (h *house) person(name string, may ...access.Permission) *access.Actor {
	p := h.ID("person", name)
	a := &access.Actor{Class: access.Person, Name: access.PersonName(p), Person: org.Person{Person: p}, Chart: &org.Chart{View: view(h.Clock.Now())}}
	for _, x := range may {
		a.Authorities = append(a.Authorities, org.Holding{Regime: access.BuiltIn, Role: org.Role{ID: access.Operator, May: []string{string(x)}}})
	}
	return a
}

// query runs a query.
func query[T any](h *house, fn func(r db.Reader) (T, error)) (x T) {
	h.Helper()
	h.must(h.d.View(h.Context(), func(r db.Reader) (err error) {
		x, err = fn(r)
		return err
	}))
	return x
}

// acts lists the acts in the trail, the first first, but those of the town.
func (h *house) acts() []string {
	return query(h, func(r db.Reader) ([]string, error) {
		return db.List[string](h.Context(), r, `select name || ' by ' || actor from trail_act where name <> 'test' order by at, id`)
	})
}

// secrets must stand nowhere in the trail.
func (h *house) secretsAreNotInTheTrail(secrets ...string) {
	h.Helper()
	all := query(h, func(r db.Reader) ([]string, error) {
		return db.List[string](h.Context(), r, `select public || personal from trail_entry`)
	})
	for _, secret := range secrets {
		for _, entry := range all {
			if secret == "" || strings.Contains(entry, secret) {
				h.Errorf("the trail holds %s: %s", secret, entry)
			}
		}
	}
}

// verified wants the trail to be whole: every row equals its last entry.
func (h *house) verified() {
	h.Helper()
	tables := slices.Concat(Audited(), org.Audited(), access.Audited())
	report, err := h.Log.Verify(h.Context(), tables, trail.Anchors{})
	if err != nil || !report.OK {
		h.Errorf("%+v, %v", report, err)
	}
}

// totp enrols an app for somebody in a session, and gives its key.
func (h *house) totp(a Account, x Session) string {
	h.Helper()
	by := h.person(h.Names[a.Person])
	by.Account, by.Pending = a.ID, string(x.Next())
	offer, err := h.factors.BeginTOTP(h.Context(), by, a.ID, string(x.ID), nil)
	h.must(err)
	_, err = h.factors.ConfirmTOTP(h.Context(), by, a.ID, string(x.ID), "スマートフォン", h.code(offer.Key, h.Clock.Now()))
	h.must(err)
	return offer.Key
}

// code is what an app shows.
func (h *house) code(key string, at time.Time) string {
	h.Helper()
	c, err := Token{Key: key}.Code(at)
	h.must(err)
	return c
}

func prefixes(list ...string) (all []netip.Prefix) {
	for _, p := range list {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}
