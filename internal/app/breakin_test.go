package app_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sekimori/internal/app"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/people"
	"sekimori/internal/feature/signin"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web"
)

// thief sends requests to a running server.
type thief struct {
	*accessTown
	server *httptest.Server
}

type got struct {
	status int
	to     string // where it leads
	token  string // of the cookie that it sets
	body   string
}

func (w *thief) send(method, path, cookie string, form url.Values, headers ...string) got {
	w.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := w.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	g := got{status: answer.StatusCode, to: answer.Header.Get("Location"), body: string(text)}
	for _, c := range answer.Cookies() {
		if c.Name == "sekimori" {
			g.token = c.Value
		}
	}
	return g
}

// is wants a status.
func (w *thief) is(what string, g got, status int) {
	w.t.Helper()
	if g.status != status {
		w.t.Errorf("%s: %d to %q, want %d", what, g.status, g.to, status)
	}
}

// known lets somebody in without a second factor.
func (w *thief) known(number string) string {
	w.t.Helper()
	in, err := w.Accounts.SignInKnown(w.t.Context(), account.Known{Number: number, How: account.ByOIDC, Visit: account.Visit{Address: "127.0.0.1"}})
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
	return "sekimori=" + in.Token
}

// invited is an account with a temporary password.
func (w *thief) invited(person id.ID) (login, password string) {
	w.t.Helper()
	made, err := w.Accounts.Invite(w.t.Context(), access.NewProgram("cli:test"), account.Invitation{Person: person, Password: true})
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
	return made[0].Account.Login, made[0].Password
}

// at moves the clock of the process.
func (w *thief) at(moment time.Time) { w.DB.Now = func() time.Time { return moment } }

// TestTenWaysInThatFail tries them on the running program.
func TestTenWaysInThatFail(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "sekimori.db")
	w := &thief{accessTown: openAccessTownIn(t, app.Place{DB: "sqlite:" + file})}
	w.server = httptest.NewServer(w.site)
	t.Cleanup(w.server.Close)
	w.fixation()
	w.stolen(file)
	w.twice()
	w.expired()
	w.spoofed()
	w.crossSite()
	w.oversized()
	w.guessed()
	w.early()
	w.midnight()
}

// fixation: the token that a browser had before is not the one that it has after.
func (w *thief) fixation() {
	login, password := w.invited(w.people[below].Person)
	const planted = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	in := w.send(http.MethodPost, "/signin", "sekimori="+planted, url.Values{"login": {login}, "password": {password}})
	w.is("sign-in with a planted token", in, http.StatusSeeOther)
	if in.token == "" || in.token == planted {
		w.t.Errorf("the token after sign-in is %q", in.token)
	}
	w.is("the planted token", w.send(http.MethodGet, "/account", "sekimori="+planted, nil), http.StatusSeeOther)
	if next := w.send(http.MethodGet, "/people", "sekimori="+in.token, nil); !strings.HasPrefix(next.to, "/signin/password") {
		w.t.Errorf("with a temporary password one gets %d, %q", next.status, next.to)
	}
}

// stolen: after its owner has signed out, a cookie opens nothing in another process either.
func (w *thief) stolen(file string) {
	other, err := app.Open(w.t.Context(), app.Place{DB: "sqlite:" + file, Look: true}, shipped(w.t))
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
	defer other.Close() //nolint:errcheck // it only looks
	site, err := other.Handler("みなと市")
	if err != nil {
		w.t.Fatal(err)
	}
	there := &thief{accessTown: w.accessTown, server: httptest.NewServer(site)}
	defer there.server.Close()
	cookie := w.come(w.people[own].Number)
	w.is("the cookie in another process", there.send(http.MethodGet, "/people", cookie, nil), http.StatusOK)
	w.is("signing out", w.send(http.MethodPost, "/signout", cookie, url.Values{}), http.StatusSeeOther)
	w.is("the stolen cookie", w.send(http.MethodGet, "/people", cookie, nil), http.StatusSeeOther)
	w.is("the stolen cookie in another process", there.send(http.MethodGet, "/people", cookie, nil), http.StatusSeeOther)
}

// twice: a code of an app opens once.
func (w *thief) twice() {
	number, by, now := w.people[named].Number, access.NewProgram("cli:test"), w.DB.Now()
	w.at(now)
	cookie := w.known(number)
	if next := w.send(http.MethodGet, "/people", cookie, nil); !strings.HasPrefix(next.to, "/signin/enroll") {
		w.t.Errorf("an operator without a second factor gets %d, %q", next.status, next.to)
	}
	var a account.Account
	w.view(func(r db.Reader) (err error) {
		a, err = account.OfPerson(w.t.Context(), r, w.people[named].Person)
		return err
	})
	offer, err := w.Doors.Factors.BeginTOTP(w.t.Context(), by, a.ID, "test", nil)
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
	token := account.Token{Key: strings.ReplaceAll(offer.Key, " ", "")}
	code := func() string {
		code, err := token.Code(w.DB.Now())
		if err != nil {
			w.t.Fatal(err)
		}
		return code
	}
	if _, err := w.Doors.Factors.ConfirmTOTP(w.t.Context(), by, a.ID, "test", "アプリ", code()); err != nil {
		w.t.Fatal(errs.Message(err))
	}
	w.at(now.Add(time.Minute))
	form := url.Values{"kind": {"totp"}, "code": {code()}}
	w.is("a code", w.send(http.MethodPost, "/signin/factor", w.known(number), form), http.StatusSeeOther)
	again := w.known(number)
	w.is("the code a second time", w.send(http.MethodPost, "/signin/factor", again, form), http.StatusUnprocessableEntity)
	w.is("what lies behind it", w.send(http.MethodGet, "/people", again, nil), http.StatusSeeOther)
}

// expired: a temporary password that nobody has used in time opens nothing.
func (w *thief) expired() {
	login, password := w.invited(w.people[sibling].Person)
	now := w.DB.Now()
	w.at(now.AddDate(0, 0, 60))
	if late := w.send(http.MethodPost, "/signin", "", url.Values{"login": {login}, "password": {password}}); late.status < 400 || late.token != "" {
		w.t.Errorf("an expired password: %d", late.status)
	}
	w.at(now)
	w.is("the same in time", w.send(http.MethodPost, "/signin", "", url.Values{"login": {login}, "password": {password}}), http.StatusSeeOther)
}

// spoofed: the header by which a proxy says who it is counts from the proxy alone.
func (w *thief) spoofed() {
	proxied := func(proxy string) *thief {
		c := web.Config{
			Product: "関守", Log: slog.New(slog.DiscardHandler), Ready: w.DB.Check, Identify: w.Doors.Identify, SignIn: "/signin", Step: signin.Step,
			Front: web.Front{Proxies: []netip.Prefix{netip.MustParsePrefix(proxy)}, Identity: web.Identity{Header: "X-Staff-Number"}},
		}
		for _, m := range w.Modules() {
			c.Parts = append(c.Parts, m.Part)
		}
		h, err := web.New(c)
		if err != nil {
			w.t.Fatal(err)
		}
		other := &thief{accessTown: w.accessTown, server: httptest.NewServer(h)}
		w.t.Cleanup(other.server.Close)
		return other
	}
	spoof := []string{"X-Staff-Number", w.people[above].Number, "X-Forwarded-For", "10.0.0.1"}
	w.is("from the proxy", proxied("127.0.0.1/32").send(http.MethodPost, "/signin/known", "", url.Values{}, spoof...), http.StatusSeeOther)
	w.is("from elsewhere", proxied("10.0.0.1/32").send(http.MethodPost, "/signin/known", "", url.Values{}, spoof...), http.StatusUnauthorized)
	w.is("where there is none", w.send(http.MethodPost, "/signin/known", "", url.Values{}, spoof...), http.StatusUnauthorized)
}

// crossSite: a page of another site sends no form with the reader's cookie.
func (w *thief) crossSite() {
	cookie := w.come(w.people[own].Number)
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
		w.is(header[1], w.send(http.MethodPost, "/signout", cookie, url.Values{}, header...), http.StatusForbidden)
	}
	w.is("he is still in", w.send(http.MethodGet, "/people", cookie, nil), http.StatusOK)
}

// oversized: nobody fills the memory with a form, signed in or not.
func (w *thief) oversized() {
	long := url.Values{"login": {strings.Repeat("a", 3<<20)}, "password": {"x"}}
	w.is("a form of 3 MiB", w.send(http.MethodPost, "/signin", "", long), http.StatusRequestEntityTooLarge)
	w.is("a form of 3 MiB of who is in", w.send(http.MethodPost, "/account/password", w.enter(w.people[own].Number), long), http.StatusRequestEntityTooLarge)
}

// guessed: what is out of scope is answered as what does not exist.
func (w *thief) guessed() {
	nobody := id.New(w.DB.Now())
	for _, pair := range [][2]string{
		{"/people/" + string(w.people[below].Person), "/people/" + string(nobody)},
		{"/people?after=" + string(w.people[below].Person), "/people?after=" + string(nobody)},
		{"/api/v1/people/" + w.people[below].Number, "/api/v1/people/9999999"},
		{"/trail/thing/person/" + w.parts["{thing}"], "/trail/thing/person/" + string(nobody)},
		{"/api/v1/trail/things/person/" + w.parts["{thing}"], "/api/v1/trail/things/person/" + string(nobody)},
		{"/admin/recoveries/" + w.parts["{recovery}"], "/admin/recoveries/" + string(nobody)},
		{"/deputies/" + w.parts["{deputy}"], "/deputies/" + string(nobody)},
	} {
		there := w.send(http.MethodGet, pair[0], w.enter(w.people[otherRegime].Number), nil)
		nothing := w.send(http.MethodGet, pair[1], w.enter(w.people[otherRegime].Number), nil)
		same := strings.ReplaceAll(there.body, pair[0], pair[1]) == nothing.body
		if there.status != http.StatusNotFound || nothing.status != http.StatusNotFound || !same {
			w.t.Errorf("%s: %d, where there is nothing %d; the same words: %v", pair[0], there.status, nothing.status, same)
		}
	}
}

// early: a personnel change that is not published yet shows nobody anything, and gives its people nothing.
func (w *thief) early() {
	day := jpdate.Today(w.DB.Now()).AddDays(20)
	clerk, chief := w.people[below], w.people[sibling]
	var post, unit, boss string
	w.view(func(r db.Reader) error {
		work, err := w.chart.View.AssignmentsOf(w.t.Context(), r, chief.Person)
		if err != nil {
			return err
		}
		u, _ := w.chart.Tree.Last(work[0].Unit)
		posts, err := w.chart.View.Posts(w.t.Context(), r)
		for _, p := range posts {
			if p.Post == work[0].Post {
				unit, post, boss = u.Code, p.Code, string(u.Unit)
			}
		}
		return err
	})
	before := map[string]string{}
	paths := []string{"/people/" + string(clerk.Person), "/org/unit/" + boss, "/people/" + string(clerk.Person) + "?on=" + day.String(), "/org/unit/" + boss + "?on=" + day.String(), "/roles/kobe-city/information-manager?on=" + day.String()}
	cookie := w.come(w.people[above].Number)
	for _, path := range paths {
		before[path] = w.send(http.MethodGet, path, cookie, nil).body
	}
	file := "発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール\n" +
		strings.Join([]string{day.String(), clerk.Number, clerk.Name, clerk.Kana, clerk.Employment.Title(), "異動", unit, post, ""}, ",") + "\n"
	w.takeIn("秘密の異動", file, "")
	for _, path := range paths {
		if w.send(http.MethodGet, path, cookie, nil).body != before[path] {
			w.t.Errorf("%s shows a change that is not published", path)
		}
	}
	w.is("his section to be, early", w.send(http.MethodGet, "/people/"+string(chief.Person), w.come(clerk.Number), nil), http.StatusNotFound)
	now := w.DB.Now()
	w.at(day.Start().Add(time.Minute))
	w.is("his section, on the day", w.send(http.MethodGet, "/people/"+string(chief.Person), w.come(clerk.Number), nil), http.StatusOK)
	w.at(now)
}

// takeIn takes in a personnel change; opens is when it is published, "" for its first day.
func (w *thief) takeIn(title, file string, opens db.Time) {
	w.t.Helper()
	by := access.NewProgram("cli:test")
	upload, err := w.People.Upload(w.t.Context(), by, []people.Source{{Name: title + ".csv", Data: strings.NewReader(file)}}, people.Options{Title: title, Opens: opens})
	if err == nil {
		err = w.People.Apply(w.t.Context(), by, upload, people.Choice{})
	}
	if err == nil {
		err = w.Jobs.RunDue(w.t.Context())
	}
	if err == nil {
		err = w.Log.Settle(w.t.Context())
	}
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
}

// midnight: whose assignment ends today has nothing from midnight on, in a session that goes on.
func (w *thief) midnight() {
	leaver, now := w.people[deputy], w.DB.Now()
	file := "発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール\n" +
		strings.Join([]string{jpdate.Today(now).AddDays(2).String(), leaver.Number, leaver.Name, leaver.Kana, leaver.Employment.Title(), "退職", "", "", ""}, ",") + "\n"
	w.takeIn("退職", file, db.At(now))
	var last org.Assignment
	w.view(func(r db.Reader) error {
		v := org.View{On: jpdate.Today(now), Now: db.At(now)}
		work, err := v.AssignmentsOf(w.t.Context(), r, leaver.Person)
		if err == nil {
			last = work[0]
		}
		return err
	})
	if last.Until == org.Open() {
		w.t.Fatal("he does not leave")
	}
	end := last.Until.AddDays(1).Start()
	w.at(end.Add(-time.Minute))
	cookie := w.come(w.who(last.Person).Number)
	w.is("a minute before midnight", w.send(http.MethodGet, "/people", cookie, nil), http.StatusOK)
	w.at(end.Add(time.Second))
	if after := w.send(http.MethodGet, "/people", cookie, nil); after.status != http.StatusSeeOther || !strings.HasPrefix(after.to, "/signin/ended") {
		w.t.Errorf("after midnight: %d to %q", after.status, after.to)
	}
	w.is("the API after midnight", w.send(http.MethodGet, "/api/v1/people", cookie, nil), http.StatusForbidden)
}
