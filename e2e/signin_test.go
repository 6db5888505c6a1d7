package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"sekimori/internal/app"
	"sekimori/internal/app/minato"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/org"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/browser"
)

// house is みなと市 with its doors, at a time that the test moves.
type house struct {
	*app.App
	*testing.T
	url   string
	clock *testkit.Clock
	chart *org.Chart
}

func newHouse(t *testing.T) *house {
	t.Helper()
	a, err := app.Open(t.Context(), app.Place{DB: "sqlite:" + filepath.Join(t.TempDir(), "sekimori.db")}, everything(t))
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	h := &house{App: a, T: t, clock: testkit.NewClock(t, "2026-11-24T09:00:00+09:00")}
	a.DB.Now = h.clock.Now
	if err := minato.Build(t.Context(), minato.Program{Log: a.Log, Library: a.Library, People: a.People}, minato.Options{Size: minato.Small, Today: jpdate.Today(h.clock.Now())}); err != nil {
		t.Fatal(errs.Message(err))
	}
	site, err := a.Handler("みなと市")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site)
	t.Cleanup(func() {
		server.Close()
		_ = a.Close() // the folder goes with the test
	})
	h.url = server.URL
	h.view(func(r db.Reader) error {
		set, err := a.Library.InForce(t.Context(), r, jpdate.Today(h.clock.Now()))
		if err != nil {
			return err
		}
		h.chart, err = org.LoadChart(t.Context(), r, org.View{On: jpdate.Today(h.clock.Now()), Now: db.At(h.clock.Now())}, append(set.OrgRules(), access.Rules()))
		return err
	})
	return h
}

func (h *house) view(fn func(r db.Reader) error) {
	h.Helper()
	if err := h.DB.View(h.Context(), fn); err != nil {
		h.Fatal(errs.Message(err), err)
	}
}

// holder is who holds a role himself, and what for.
func (h *house) holder(role string) org.Holding {
	h.Helper()
	for _, regime := range []string{"kobe-city", "kobe-school", access.BuiltIn} {
		for _, x := range h.chart.All(regime, role) {
			if !x.Vacant() && x.As != org.AsDeputy {
				return x
			}
		}
	}
	h.Fatalf("nobody holds %s", role)
	return org.Holding{}
}

// invite gives somebody an account and a temporary password.
func (h *house) invite(person id.ID) (login, password string) {
	h.Helper()
	made, err := h.Accounts.Invite(h.Context(), access.NewProgram("cli:test"), account.Invitation{Person: person, Password: true})
	if err != nil {
		h.Fatal(errs.Message(err))
	}
	return made[0].Account.Login, made[0].Password
}

// visitor is a browser and what one does in it.
type visitor struct {
	*browser.Page
	h *house
}

func (h *house) browse(scripts bool) visitor {
	h.Helper()
	p := browser.Open(h.T)
	p.Scripts(scripts)
	return visitor{p, h}
}

// send fills in the form with an address and sends it.
func (v visitor) send(action string, values ...string) {
	v.h.Helper()
	form := `form[action="` + action + `"]`
	for i := 0; i+1 < len(values); i += 2 {
		v.Do(chromedp.SetValue(form+` [name="`+values[i]+`"]`, values[i+1]))
	}
	v.Do(chromedp.Click(form + ` button`))
}

func (v visitor) at(path string) {
	v.h.Helper()
	v.Until(fmt.Sprintf(`location.pathname === %q && document.querySelector("footer")`, path))
}

func (v visitor) says(words string) {
	v.h.Helper()
	v.Until(fmt.Sprintf(`document.querySelector("main")?.textContent.includes(%q)`, words))
}

func (v visitor) signIn(login, password string) {
	v.h.Helper()
	v.Visit(v.h.url + "/signin")
	v.send("/signin", "login", login, "password", password)
}

// code is what the app with a key shows now.
func (h *house) code(key string) string {
	h.Helper()
	code, err := account.Token{Key: key}.Code(h.clock.Now())
	if err != nil {
		h.Fatal(err)
	}
	return code
}

// TestTheFirstSignIn is the first day of a clerk: wrong once, then with the temporary password to a page that asks for his own, and
// only then to what he has to do. It goes the same with and without scripts.
func TestTheFirstSignIn(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		t.Run(fmt.Sprintf("scripts=%v", scripts), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			chief := h.holder("information-head") // needs no second factor
			login, password := h.invite(chief.Person.ID)
			v := h.browse(scripts)
			v.Visit(h.url + "/people")
			v.at("/signin")
			v.signIn(login, "wrong-Password-1")
			v.says("違います")
			v.Visit(h.url + "/signin?next=/people")
			v.send("/signin", "login", login, "password", password)
			v.at("/signin/password")
			v.Visit(h.url + "/people")
			v.at("/signin/password")
			v.send("/signin/password", "password", "sekimori2026", "again", "sekimori2026")
			v.Until(`document.querySelector("#faults")`)
			v.send("/signin/password", "password", "鴎は港の朝に三度鳴いた", "again", "鴎は港の朝に三度鳴いた")
			v.at("/people") // where he wanted to go
			v.Visit(h.url + "/")
			v.says(chief.Person.Name)
			v.Do(chromedp.Click(`form[action="/signout"] button`))
			v.at("/signin")
			v.Visit(h.url + "/people")
			v.at("/signin")
			v.send("/signin", "login", login, "password", "鴎は港の朝に三度鳴いた")
			v.at("/people")
		})
	}
}

// TestTheSecondFactor is whoever holds a privileged role: he enrols an app, gives a code of it the next time, and each code once.
func TestTheSecondFactor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	login, password := h.invite(h.holder("security-manager").Person.ID)
	v := h.browse(true)
	v.signIn(login, password)
	v.at("/signin/password")
	v.send("/signin/password", "password", "Tokkyo-7-kamome-Yuki", "again", "Tokkyo-7-kamome-Yuki")
	v.at("/signin/enroll")
	v.Visit(h.url + "/trail")
	v.at("/signin/enroll")
	look(t, v.Page, h.url, "enroll", []string{"/signin/enroll"})
	v.send("/account/factors/totp")
	v.says("この図を読み取り")
	if faults := v.Axe(); len(faults) > 0 {
		t.Errorf("the offer: %s", strings.Join(faults, "\n"))
	}
	picture(t, v.Page, "offer")
	key := strings.ReplaceAll(browser.Eval[string](v.Page, `document.querySelector("main code").textContent`), " ", "")
	v.send("/account/factors/totp/confirm", "code", h.code(key))
	v.at("/")
	look(t, v.Page, h.url, "inbox", []string{"/", "/account", "/account/password"})
	v.Do(chromedp.Click(`form[action="/signout"] button`))
	v.at("/signin")

	h.clock.Add(time.Minute)
	v.signIn(login, "Tokkyo-7-kamome-Yuki")
	v.at("/signin/factor")
	look(t, v.Page, h.url, "factor", []string{"/signin/factor"})
	v.send("/signin/factor", "code", "000000")
	v.says("正しくない")
	code := h.code(key)
	v.send("/signin/factor", "code", code)
	v.at("/")
	other := h.browse(true)
	other.signIn(login, "Tokkyo-7-kamome-Yuki")
	other.at("/signin/factor")
	other.send("/signin/factor", "code", code)
	other.says("すでに使われています")

	v.Visit(h.url + "/account")
	v.Do(chromedp.Click(`details:last-of-type summary`), chromedp.SetValue(`form[action="/account/keys"] [name="label"]`, "集計"),
		chromedp.Click(`form[action="/account/keys"] [value="org.read"]`), chromedp.SetValue(`form[action="/account/keys"] [name="until"]`, "R9.3.31"), chromedp.Click(`form[action="/account/keys"] button`))
	v.says("二度と表示されません")
	picture(t, v.Page, "key")
	secret := browser.Eval[string](v.Page, `document.querySelector("main code").textContent`)
	for path, want := range map[string]int{"/api/v1/units": http.StatusOK, "/api/v1/people": http.StatusForbidden} {
		if got := h.ask(path, secret); got != want {
			t.Errorf("%s with the key: %d, want %d", path, got, want)
		}
	}
}

func (h *house) ask(path, key string) int {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), http.MethodGet, h.url+path, nil)
	if err != nil {
		h.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		h.Fatal(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body) // its status tells
	return answer.StatusCode
}

// TestATerminalOfAPlace is bound by a code, opens by the number of the day, and opens nothing else.
func TestATerminalOfAPlace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unit, _ := org.UnitOf(h.holder("information-manager").Home)
	program := access.NewProgram("cli:test")
	place, err := h.Accounts.InvitePlace(t.Context(), program, unit, "窓口の端末")
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	code, _, err := h.Accounts.AddTerminal(t.Context(), program, place.ID, "窓口1番")
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	var number string
	h.view(func(r db.Reader) (err error) {
		number, err = h.Accounts.PIN(t.Context(), r, program, place.ID, jpdate.Today(h.clock.Now()))
		return err
	})
	v := h.browse(true)
	look(t, v.Page, h.url, "place", []string{"/signin", "/place"})
	v.send("/place/enrol", "code", code)
	v.says("この端末を登録しました")
	v.send("/place", "number", "000000")
	v.says("今日の番号と違います")
	v.send("/place", "number", number)
	v.says("の所属端末です")
	look(t, v.Page, h.url, "place-open", []string{"/place"})
	for _, path := range []string{"/", "/people", "/trail", "/account", "/policy", "/admin/settings"} {
		v.Visit(h.url + path)
		v.says("権限がありません")
	}
}

// picture keeps a picture of a page that cannot be visited again.
func picture(t *testing.T, p *browser.Page, name string) {
	t.Helper()
	for _, width := range []int64{1280, 390} {
		p.Width(width)
		if dir := pictures(); dir != "" {
			p.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, width)))
		}
	}
	p.Width(1280)
}

// enter lets somebody in by the office's own door, and keeps the cookie in the browser.
func (v visitor) enter(number string) {
	v.h.Helper()
	in, err := v.h.Accounts.SignInKnown(v.h.Context(), account.Known{Number: number, How: account.ByOIDC, Factor: true, Visit: account.Visit{Address: "127.0.0.1"}})
	if err != nil {
		v.h.Fatal(errs.Message(err))
	}
	v.Visit(v.h.url + "/signin")
	browser.Eval[string](v.Page, `document.cookie = "sekimori=`+in.Token+`; path=/"`)
}

// TestPagesOfTheAdministration looks at what an operator opens from his index, and at one account.
func TestPagesOfTheAdministration(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.invite(h.holder("information-head").Person.ID)
	v := h.browse(true)
	v.enter(h.holder(access.Operator).Person.Number)
	v.Visit(h.url + "/admin")
	paths := strings.Fields(browser.Eval[string](v.Page, `[...document.querySelectorAll('main a[href^="/admin"]')].map((a) => a.getAttribute("href")).join(" ")`))
	if len(paths) < 3 {
		t.Fatalf("the index leads to %v", paths)
	}
	v.Visit(h.url + "/admin/accounts")
	paths = append(paths, browser.Eval[string](v.Page, `document.querySelector('main td a[href^="/admin/accounts/"], main th a[href^="/admin/accounts/"]').getAttribute("href")`), "/admin")
	look(t, v.Page, h.url, "admin", paths)
}

// TestAPasskey is enrolled and given with an authenticator of the browser's own.
func TestAPasskey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.url = strings.Replace(h.url, "127.0.0.1", "localhost", 1) // a passkey is for a name
	key := make([]byte, 32)
	factors, err := account.NewFactors(h.Log, account.FactorOptions{Key: key, Issuer: "みなと市 関守", Site: "localhost", Origins: []string{h.url}, Reissue: h.Accounts.Reissue})
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	h.Accounts.UseFactors(factors)
	h.Doors.Factors = factors
	login, password := h.invite(h.holder("security-manager").Person.ID)
	v := h.browse(true)
	ctx := v.Context()
	if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}}); err != nil {
		t.Fatal(err)
	}
	v.signIn(login, password)
	v.at("/signin/password")
	v.send("/signin/password", "password", "Tokkyo-7-kamome-Yuki", "again", "Tokkyo-7-kamome-Yuki")
	v.at("/signin/enroll")
	v.send("/account/factors/passkey")
	v.Until(`document.querySelector('[data-passkey] [name="answer"]')?.value`)
	picture(t, v.Page, "passkey")
	v.send("/account/factors/passkey/confirm", "label", "机のPC")
	v.at("/")
	v.Do(chromedp.Click(`form[action="/signout"] button`))
	v.at("/signin")
	v.signIn(login, "Tokkyo-7-kamome-Yuki")
	v.at("/signin/factor")
	v.send("/signin/factor/passkey")
	v.at("/")
	v.says("いま行うこと")
}
