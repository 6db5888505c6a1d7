package signin_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"sekimori/internal/base/errs"
	"sekimori/internal/feature/signin"
	"sekimori/internal/kernel/access"
	"sekimori/internal/testkit/idp"
	"sekimori/internal/web"
)

// house is a site with the way in by the office, and whom it let in.
type house struct {
	*httptest.Server

	office  *idp.Office
	options signin.ProviderOptions
	known   []signin.Known
	refuse  error
}

// key is the one that all processes share.
var key = []byte("0123456789abcdef0123456789abcdef")

func newHouse(t *testing.T, change func(*signin.ProviderOptions)) *house {
	t.Helper()
	h := &house{}
	var handler http.Handler
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(h.Close)
	h.office = idp.New(t, h.URL+"/signin/oidc/back")
	h.options = signin.ProviderOptions{
		Issuer: h.office.URL, ClientID: idp.Client, Secret: func() (string, error) { return idp.Secret, nil }, Claim: "employee_number",
		Scopes: []string{"profile"}, Key: key, Now: time.Now,
	}
	if change != nil {
		change(&h.options)
	}
	handler = h.site(t)
	return h
}

type failure struct {
	web.Page
	Message string
}

func (h *house) site(t *testing.T) http.Handler {
	t.Helper()
	p, err := signin.NewProvider(h.options)
	if err != nil {
		t.Fatal(err)
	}
	in := func(_ context.Context, k signin.Known) (web.Next, error) {
		h.known = append(h.known, k)
		return web.Next{Href: "/in"}, h.refuse
	}
	fail := func(_ context.Context, r *web.Request, why *errs.Error) (failure, error) {
		return failure{r.Page("サインインできません"), why.Message}, nil
	}
	site, err := web.New(web.Config{
		Identify: func(*http.Request) (*access.Actor, error) { return access.Visitor(), nil },
		Ready:    func(context.Context) error { return nil }, Log: slog.New(slog.DiscardHandler),
		Parts: []web.Part{{
			Pages: fstest.MapFS{
				"page/failure.html": {Data: []byte(`{{define "main"}}<p id="why">{{.Message}}</p>{{end}}`)},
				"page/in.html":      {Data: []byte(`{{define "main"}}{{end}}`)},
			},
			Routes: []web.Route{
				web.Lead("/signin/oidc", access.Anyone, "failure", p.Away, fail),
				web.Lead("/signin/oidc/back", access.Anyone, "failure", func(ctx context.Context, r *web.Request) (web.Next, error) { return p.Back(ctx, r, in) }, fail),
				web.Get("/in", access.Anyone, "in", func(_ context.Context, r *web.Request) (struct{ web.Page }, error) {
					return struct{ web.Page }{r.Page("中")}, nil
				}),
			},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return site
}

func why(p idp.Page) string {
	m := regexp.MustCompile(`<p id="why">([^<]*)</p>`).FindStringSubmatch(p.Text)
	if m == nil {
		return ""
	}
	return m[1]
}

func TestTheOfficeLetsPeopleIn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*signin.ProviderOptions)
		claims map[string]any
		hidden bool
		want   signin.Known
	}{
		{"by the ID token", nil, map[string]any{"employee_number": " 100001 "}, false, signin.Known{Number: "100001"}},
		{"a number", nil, map[string]any{"employee_number": 100001}, false, signin.Known{Number: "100001"}},
		{"by the page about him", nil, map[string]any{"employee_number": "100001"}, true, signin.Known{Number: "100001"}},
		{"another claim", func(o *signin.ProviderOptions) { o.Claim = "preferred_username" }, nil, false, signin.Known{Number: "tanaka"}},
		{"second factor", func(o *signin.ProviderOptions) { o.Factors = []string{"otp", "pwd"} }, map[string]any{"employee_number": "1"}, false, signin.Known{Number: "1", Factor: true}},
		{"no second factor", func(o *signin.ProviderOptions) { o.Factors = []string{"otp"} }, map[string]any{"employee_number": "1"}, false, signin.Known{Number: "1"}},
		{"a public client", func(o *signin.ProviderOptions) { o.ClientID, o.Secret = idp.PublicClient, nil }, map[string]any{"employee_number": "1"}, false, signin.Known{Number: "1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, tt.change)
			h.office.Set(tt.claims, tt.hidden)
			b := idp.NewBrowser(t)
			got := b.Enter(h.office, h.URL+"/signin/oidc?next="+url.QueryEscape("/units?q=港"))
			tt.want.Next = "/units?q=港"
			if got.URL.Path != "/in" || len(h.known) != 1 || h.known[0] != tt.want {
				t.Errorf("at %s (%s), known %+v, want %+v", got.URL, why(got), h.known, tt.want)
			}
			here, _ := url.Parse(h.URL)
			for _, c := range b.Client.Jar.Cookies(here) {
				if strings.Contains(c.Name, "oidc") {
					t.Errorf("cookie %s stays", c.Name)
				}
			}
		})
	}
}

func TestWhatTheOfficeDoesNotProveIsRefused(t *testing.T) {
	t.Parallel()
	set := func(address, name, value string) string {
		u, _ := url.Parse(address)
		q := u.Query()
		q.Set(name, value)
		u.RawQuery = q.Encode()
		return u.String()
	}
	for _, tt := range []struct {
		name   string
		change func(*signin.ProviderOptions)
		claims map[string]any
		away   func(string) string // on the way there
		back   func(string) string // on the way back
		status int
		why    string
	}{
		{name: "wrong state", back: func(a string) string { return set(a, "state", "x") }, status: 400, why: "始め直しています"},
		{name: "no state", back: func(a string) string { return set(a, "state", "") }, status: 400, why: "始め直しています"},
		{name: "two states", back: func(a string) string { return a + "&state=x" }, status: 400, why: "始め直しています"},
		{name: "wrong nonce", away: func(a string) string { return set(a, "nonce", "x") }, status: 403, why: "確かめられませんでした"},
		{name: "wrong verifier", away: func(a string) string { return set(a, "code_challenge", strings.Repeat("x", 43)) }, status: 403, why: "確かめられませんでした"},
		{name: "made-up code", back: func(a string) string { return set(a, "code", "x") }, status: 403, why: "確かめられませんでした"},
		{name: "no code", back: func(a string) string { return set(a, "code", "") }, status: 400, why: "始め直しています"},
		{name: "answer of another", back: func(a string) string { return a + "&iss=" + url.QueryEscape("https://evil.example") }, status: 403, why: "確かめられませんでした"},
		{name: "denied", back: func(a string) string { return set(a, "error", "access_denied") }, status: 403, why: "取り消されました"},
		{name: "error", back: func(a string) string { return set(a, "error", "server_error<b>") }, status: 403, why: "（server_errorb）"},
		{name: "claim missing", claims: map[string]any{"other": "100001"}, status: 403, why: "クレーム employee_number がない"},
		{name: "claim empty", claims: map[string]any{"employee_number": " "}, status: 403, why: "クレーム employee_number がない"},
		{name: "claim is a list", claims: map[string]any{"employee_number": []string{"1", "2"}}, status: 403, why: "クレーム employee_number がない"},
		{name: "wrong secret", change: func(o *signin.ProviderOptions) { o.Secret = func() (string, error) { return "x", nil } }, status: 403, why: "確かめられませんでした"},
		{name: "late", change: func(o *signin.ProviderOptions) {
			asked := 0
			o.Now = func() time.Time { asked++; return time.Now().Add(time.Duration(asked) * 11 * time.Minute) }
		}, status: 400, why: "始め直しています"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, tt.change)
			if tt.claims != nil {
				h.office.Set(tt.claims, false)
			}
			b := idp.NewBrowser(t)
			to := b.Away(h.URL + "/signin/oidc")
			if tt.away != nil {
				to = tt.away(to)
			}
			back := b.Last(h.office, h.URL, to)
			if tt.back != nil {
				back = tt.back(back)
			}
			got := b.Get(back)
			if got.Status != tt.status || !strings.Contains(why(got), tt.why) || len(h.known) > 0 {
				t.Errorf("%d %q %v, want %d %q", got.Status, why(got), h.known, tt.status, tt.why)
			}
		})
	}
}

func TestAnAnswerIsGoodOnceAndForOneBrowser(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	b := idp.NewBrowser(t)
	back := b.Last(h.office, h.URL, b.Away(h.URL+"/signin/oidc"))
	here, _ := url.Parse(h.URL)
	kept := b.Client.Jar.Cookies(here)

	if got := idp.NewBrowser(t).Get(back); got.Status != 400 || len(h.known) != 0 {
		t.Errorf("in another browser: %d %s", got.Status, why(got))
	}
	other := idp.NewBrowser(t)
	other.Away(h.URL + "/signin/oidc")
	if got := other.Get(back); got.Status != 400 || len(h.known) != 0 {
		t.Errorf("in another browser that has begun as well: %d %s", got.Status, why(got))
	}
	if got := b.Get(back); got.URL.Path != "/in" {
		t.Fatalf("in its own: %s", why(got))
	}
	if got := b.Get(back); got.Status != 400 || len(h.known) != 1 {
		t.Errorf("again: %d %s", got.Status, why(got))
	}
	b.Client.Jar.SetCookies(here, kept) // whoever has the cookie as well
	if got := b.Get(back); got.Status != 403 || len(h.known) != 1 {
		t.Errorf("replayed with its cookie: %d %s", got.Status, why(got))
	}
}

// TestAnyProcessTakesTheAnswer: the browser comes back to another process of the same store, and not to one of another.
func TestAnyProcessTakesTheAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	b := idp.NewBrowser(t)
	back := b.Last(h.office, h.URL, b.Away(h.URL+"/signin/oidc"))
	h.Config.Handler = h.site(t)
	if got := b.Get(back); got.URL.Path != "/in" {
		t.Errorf("at another process: %d %s", got.Status, why(got))
	}
	back = b.Last(h.office, h.URL, b.Away(h.URL+"/signin/oidc"))
	h.options.Key = []byte(strings.Repeat("x", 32))
	h.Config.Handler = h.site(t)
	if got := b.Get(back); got.Status != 400 {
		t.Errorf("at one with another key: %d %s", got.Status, why(got))
	}
}

func TestUnknownPeopleAreToldWhatToDo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.refuse = errs.New(errs.Forbidden, "職員番号 100001 の人は登録されていません。")
	b := idp.NewBrowser(t)
	if got := b.Enter(h.office, h.URL+"/signin/oidc"); got.Status != 403 || !strings.Contains(why(got), "登録されていません") {
		t.Errorf("%d %s", got.Status, why(got))
	}
}

// TestAnOfficeOutOfReach: nothing waits for it but who wants to come in that way, and not for long.
func TestAnOfficeOutOfReach(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	b := idp.NewBrowser(t)
	back := b.Last(h.office, h.URL, b.Away(h.URL+"/signin/oidc"))
	h.office.Close()
	if got := b.Get(back); got.Status != 503 || !strings.Contains(why(got), "つながりません") {
		t.Errorf("away while somebody is there: %d %s", got.Status, why(got))
	}

	asked := 0
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		fmt.Fprint(w, "<html>maintenance</html>")
	}))
	defer silent.Close()
	now := time.Now()
	h.options.Issuer, h.options.Now = silent.URL, func() time.Time { return now }
	h.Config.Handler = h.site(t) // starts
	for range 3 {
		if got := b.Get(h.URL + "/signin/oidc"); got.Status != 503 || !strings.Contains(why(got), "パスワードでサインイン") {
			t.Errorf("%d %s", got.Status, why(got))
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times in a moment", asked)
	}
	now = now.Add(time.Minute)
	b.Get(h.URL + "/signin/oidc")
	if asked != 2 {
		t.Errorf("asked %d times after a minute", asked)
	}
	if got := b.Get(h.URL + "/in"); got.Status != 200 {
		t.Errorf("other pages: %d", got.Status)
	}
}

// TestWhatAProviderSaysOfItselfIsNotBelievedBlindly: no secret goes in the open, and no answer without end is read.
func TestWhatAProviderSaysOfItselfIsNotBelievedBlindly(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	b := idp.NewBrowser(t)
	says := ""
	liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, says)
	}))
	defer liar.Close()
	h.options.Issuer = liar.URL
	document := func(issuer, token string) string {
		return fmt.Sprintf(`{"issuer":%q,"authorization_endpoint":"https://idp.example/a","token_endpoint":%q,"jwks_uri":"https://idp.example/k"}`, issuer, token)
	}
	for name, tt := range map[string]struct {
		says   string
		status int
	}{
		"as it should":       {document(liar.URL, "https://idp.example/t"), 303},
		"token in the open":  {document(liar.URL, "http://idp.example/t"), 503},
		"another's issuer":   {document("https://idp.example", "https://idp.example/t"), 503},
		"answer without end": {strings.Repeat(" ", 2<<20) + document(liar.URL, "https://idp.example/t"), 503},
	} {
		says = tt.says
		h.Config.Handler = h.site(t)
		if got := b.First(h.URL + "/signin/oidc"); got != tt.status {
			t.Errorf("%s: %d, want %d", name, got, tt.status)
		}
	}
}

func TestProviderOptions(t *testing.T) {
	t.Parallel()
	good := signin.ProviderOptions{Issuer: "https://idp.example.lg.jp/realms/staff", ClientID: "x", Claim: "n", Key: key, Now: time.Now}
	if _, err := signin.NewProvider(good); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*signin.ProviderOptions){
		"in the open": func(o *signin.ProviderOptions) { o.Issuer = "http://idp.example.lg.jp" },
		"no address":  func(o *signin.ProviderOptions) { o.Issuer = "idp" },
		"with query":  func(o *signin.ProviderOptions) { o.Issuer = "https://idp.example.lg.jp/?x=1" },
		"no client":   func(o *signin.ProviderOptions) { o.ClientID = "" },
		"no claim":    func(o *signin.ProviderOptions) { o.Claim = "" },
		"no secret": func(o *signin.ProviderOptions) {
			o.Secret = func() (string, error) { return "", errs.New(errs.Invalid, "ない") }
		},
		"short key": func(o *signin.ProviderOptions) { o.Key = o.Key[:31] },
	} {
		o := good
		change(&o)
		if _, err := signin.NewProvider(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
