package signin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"sekimori/internal/base/errs"
	"sekimori/internal/feature/signin"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
)

// office is the identity provider of an office, on this machine. claim says what it tells of a person besides his name.
type office struct {
	*storage.Storage
	*httptest.Server

	mu     sync.Mutex
	claims map[string]any
	hidden bool // not in the ID token, only on the page about the person
}

// known adds the office's claims.
func (o *office) known(u *oidc.UserInfo) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for claim, value := range o.claims {
		u.AppendClaims(claim, value)
	}
}

func (o *office) set(claims map[string]any, hidden bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.claims, o.hidden = maps.Clone(claims), hidden
}

// SetUserinfoFromRequest fills the ID token.
func (o *office) SetUserinfoFromRequest(ctx context.Context, u *oidc.UserInfo, r op.IDTokenRequest, scopes []string) error {
	if !o.hidden {
		o.known(u)
	}
	return o.Storage.SetUserinfoFromRequest(ctx, u, r, scopes)
}

// SetUserinfoFromToken fills the page about a person.
func (o *office) SetUserinfoFromToken(ctx context.Context, u *oidc.UserInfo, token, subject, origin string) error {
	o.known(u)
	return o.Storage.SetUserinfoFromToken(ctx, u, token, subject, origin)
}

const (
	client = "sekimori"
	secret = "hemitsu-123"
)

func newOffice(t *testing.T, back string) *office {
	t.Helper()
	users := filepath.Join(t.TempDir(), "users.json")
	text, err := json.Marshal(map[string]storage.User{"id1": {ID: "id1", Username: "tanaka", Password: "verysecure", FirstName: "Taro", LastName: "Tanaka"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(users, text, 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := storage.StoreFromFile(users)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{claims: map[string]any{"employee_number": "100001"}}
	o.Storage = storage.NewStorageWithClients(store, map[string]*storage.Client{
		client: storage.WebClient(client, secret, back),
		"open": storage.NativeClient("open", back),
	})
	var handler http.Handler
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(o.Close)
	o.URL = strings.Replace(o.URL, "127.0.0.1", "localhost", 1)
	handler = exampleop.SetupServer(o.URL, o, nil, false)
	return o
}

// house is a site with the way in by the office, and whom it let in.
type house struct {
	*httptest.Server

	office  *office
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
	h.office = newOffice(t, h.URL+"/signin/oidc/back")
	h.options = signin.ProviderOptions{
		Issuer: h.office.URL, ClientID: client, Secret: func() (string, error) { return secret, nil }, Claim: "employee_number",
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

// browser is a browser that goes where it is led, and shows where it came to.
type browser struct {
	t *testing.T
	*http.Client
}

func newBrowser(t *testing.T) browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return browser{t, &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

// page is where a browser came to.
type page struct {
	url    *url.URL
	status int
	text   string
}

func (b browser) do(r *http.Request, err error) page {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	answer, err := b.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{answer.Request.URL, answer.StatusCode, string(body)}
}

func (b browser) get(address string) page {
	b.t.Helper()
	return b.do(http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil))
}

// away asks for the way in and gives the address of the office to which it leads.
func (b browser) away(address string) string {
	b.t.Helper()
	once := *b.Client
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	answer, err := once.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("not led away: %d", answer.StatusCode)
	}
	return answer.Header.Get("Location")
}

// enter gives a name and a password at the office and goes where that leads.
func (b browser) enter(h *house, to string) page {
	b.t.Helper()
	b.get(to)
	form := b.get(to) // the office asks anew
	m := regexp.MustCompile(`authRequestID=([\w-]+)`).FindStringSubmatch(form.url.String())
	if m == nil {
		b.t.Fatalf("no form at %s: %s", form.url, form.text)
	}
	values := url.Values{"username": {"tanaka"}, "password": {"verysecure"}, "id": {m[1]}}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, h.office.URL+"/login/username", strings.NewReader(values.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return b.do(r, err)
}

// last is the address at which the browser came back from the office.
func (b browser) last(h *house, to string) (back string) {
	b.t.Helper()
	stop := b
	copied := *b.Client
	stop.Client = &copied
	stop.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), h.URL) {
			back = r.URL.String()
			return http.ErrUseLastResponse
		}
		return nil
	}
	stop.enter(h, to)
	return back
}

func why(p page) string {
	m := regexp.MustCompile(`<p id="why">([^<]*)</p>`).FindStringSubmatch(p.text)
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
		{"a public client", func(o *signin.ProviderOptions) { o.ClientID, o.Secret = "open", nil }, map[string]any{"employee_number": "1"}, false, signin.Known{Number: "1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, tt.change)
			h.office.set(tt.claims, tt.hidden)
			b := newBrowser(t)
			got := b.enter(h, h.URL+"/signin/oidc?next="+url.QueryEscape("/units?q=港"))
			tt.want.Next = "/units?q=港"
			if got.url.Path != "/in" || len(h.known) != 1 || h.known[0] != tt.want {
				t.Errorf("at %s (%s), known %+v, want %+v", got.url, why(got), h.known, tt.want)
			}
			here, _ := url.Parse(h.URL)
			for _, c := range b.Jar.Cookies(here) {
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
				h.office.set(tt.claims, false)
			}
			b := newBrowser(t)
			to := b.away(h.URL + "/signin/oidc")
			if tt.away != nil {
				to = tt.away(to)
			}
			back := b.last(h, to)
			if tt.back != nil {
				back = tt.back(back)
			}
			got := b.get(back)
			if got.status != tt.status || !strings.Contains(why(got), tt.why) || len(h.known) > 0 {
				t.Errorf("%d %q %v, want %d %q", got.status, why(got), h.known, tt.status, tt.why)
			}
		})
	}
}

func TestAnAnswerIsGoodOnceAndForOneBrowser(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	b := newBrowser(t)
	back := b.last(h, b.away(h.URL+"/signin/oidc"))
	here, _ := url.Parse(h.URL)
	kept := b.Jar.Cookies(here)

	if got := newBrowser(t).get(back); got.status != 400 || len(h.known) != 0 {
		t.Errorf("in another browser: %d %s", got.status, why(got))
	}
	other := newBrowser(t)
	other.away(h.URL + "/signin/oidc")
	if got := other.get(back); got.status != 400 || len(h.known) != 0 {
		t.Errorf("in another browser that has begun as well: %d %s", got.status, why(got))
	}
	if got := b.get(back); got.url.Path != "/in" {
		t.Fatalf("in its own: %s", why(got))
	}
	if got := b.get(back); got.status != 400 || len(h.known) != 1 {
		t.Errorf("again: %d %s", got.status, why(got))
	}
	b.Jar.SetCookies(here, kept) // whoever has the cookie as well
	if got := b.get(back); got.status != 403 || len(h.known) != 1 {
		t.Errorf("replayed with its cookie: %d %s", got.status, why(got))
	}
}

// TestAnyProcessTakesTheAnswer: the browser comes back to another process of the same store, and not to one of another.
func TestAnyProcessTakesTheAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	b := newBrowser(t)
	back := b.last(h, b.away(h.URL+"/signin/oidc"))
	h.Config.Handler = h.site(t)
	if got := b.get(back); got.url.Path != "/in" {
		t.Errorf("at another process: %d %s", got.status, why(got))
	}
	back = b.last(h, b.away(h.URL+"/signin/oidc"))
	h.options.Key = []byte(strings.Repeat("x", 32))
	h.Config.Handler = h.site(t)
	if got := b.get(back); got.status != 400 {
		t.Errorf("at one with another key: %d %s", got.status, why(got))
	}
}

func TestUnknownPeopleAreToldWhatToDo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.refuse = errs.New(errs.Forbidden, "職員番号 100001 の人は登録されていません。")
	b := newBrowser(t)
	if got := b.enter(h, h.URL+"/signin/oidc"); got.status != 403 || !strings.Contains(why(got), "登録されていません") {
		t.Errorf("%d %s", got.status, why(got))
	}
}

// TestAnOfficeOutOfReach: nothing waits for it but who wants to come in that way, and not for long.
func TestAnOfficeOutOfReach(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	b := newBrowser(t)
	back := b.last(h, b.away(h.URL+"/signin/oidc"))
	h.office.Close()
	if got := b.get(back); got.status != 503 || !strings.Contains(why(got), "つながりません") {
		t.Errorf("away while somebody is there: %d %s", got.status, why(got))
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
		if got := b.get(h.URL + "/signin/oidc"); got.status != 503 || !strings.Contains(why(got), "パスワードでサインイン") {
			t.Errorf("%d %s", got.status, why(got))
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times in a moment", asked)
	}
	now = now.Add(time.Minute)
	b.get(h.URL + "/signin/oidc")
	if asked != 2 {
		t.Errorf("asked %d times after a minute", asked)
	}
	if got := b.get(h.URL + "/in"); got.status != 200 {
		t.Errorf("other pages: %d", got.status)
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
