package app_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"sekimori/internal/feature/signin"
	"sekimori/internal/testkit/idp"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

// TestPeopleComeInByTheOffice: whom the office's identity provider names is let in as himself, and sees what is left to do.
func TestPeopleComeInByTheOffice(t *testing.T) {
	t.Parallel()
	town := openTown(t)
	var site http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { site.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	office := idp.New(t, server.URL+"/signin/oidc/back")
	open := func(factors ...string) {
		t.Helper()
		var err error
		town.Doors.Provider, err = signin.NewProvider(signin.ProviderOptions{
			Issuer: office.URL, ClientID: idp.Client, Secret: func() (string, error) { return idp.Secret, nil }, Claim: "employee_number", Factors: factors,
			Scopes: []string{"profile"}, Title: "職員認証でサインインする", Key: []byte("0123456789abcdef0123456789abcdef"), Now: time.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		if site, err = town.Handler("みなと市"); err != nil {
			t.Fatal(err)
		}
	}
	open()
	ordinary, privileged := town.holder(""), town.holder("security-manager")
	enter := func(number, next string) idp.Page {
		t.Helper()
		office.Set(map[string]any{"employee_number": number}, false)
		b := idp.NewBrowser(t)
		door := webtest.Parse(t, []byte(b.Get(server.URL+"/signin?next="+url.QueryEscape(next)).Text))
		for _, a := range door.All("a") {
			if a.Text() == "職員認証でサインインする" {
				return b.Enter(office, server.URL+a.Attr("href"))
			}
		}
		t.Fatal("the door of the office is not shown")
		return idp.Page{}
	}
	name := func(number string) string {
		for _, p := range town.staff {
			if p.Number == number {
				return p.Name
			}
		}
		return "?"
	}
	for _, tt := range []struct {
		title, number, next, path string
		status                    int
		says                      string
	}{
		{"somebody", ordinary, "/account", "/account", 200, name(ordinary)},
		{"to the page he wanted", ordinary, "/people?q=" + name(ordinary), "/people", 200, name(ordinary)},
		{"to no other site", ordinary, "https://evil.example/", "/", 200, name(ordinary)},
		{"who needs a second factor", privileged, "/account", "/signin/enroll", 200, name(privileged)},
		{"whom nobody knows", "999999", "/", "/signin/oidc/back", 403, "職員番号「999999」の職員が関守に登録されていません"},
	} {
		got := enter(tt.number, tt.next)
		if got.URL.Path != tt.path || got.Status != tt.status || !strings.Contains(got.Text, tt.says) {
			t.Errorf("%s: %d at %s, want %d at %s with %q", tt.title, got.Status, got.URL, tt.status, tt.path, tt.says)
		}
	}
	open("pwd") // what the office asks for is second factor enough
	if got := enter(privileged, "/account"); got.URL.Path != "/account" {
		t.Errorf("with the office's second factor: at %s", got.URL)
	}
	town.Doors.Provider = nil
	if got := idp.NewBrowser(t).Get(server.URL + "/signin/oidc"); got.Status != 404 {
		t.Errorf("a door that is not used: %d", got.Status)
	}
}

// TestPeopleComeInByANamedProxy: the proxy says who sits at the PC; what anybody else says of it counts for nothing, and a session
// is worth nothing where the proxy sees somebody else.
func TestPeopleComeInByANamedProxy(t *testing.T) {
	t.Parallel()
	town := openTown(t)
	config := web.Config{
		Product: "関守", Log: slog.New(slog.DiscardHandler), Ready: town.DB.Check, Identify: town.Doors.Identify, SignIn: "/signin", Step: signin.Step,
		Hosts: []string{"sekimori.minato.lg.jp"},
		Front: web.Front{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}, Encrypted: true, Identity: web.Identity{Header: "X-Staff-Number"}},
	}
	for _, m := range town.Modules() {
		config.Parts = append(config.Parts, m.Part)
	}
	site, err := web.New(config)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, peer, identity, cookie string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		r.Host, r.RemoteAddr = "sekimori.minato.lg.jp", peer+":4000"
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Forwarded-For", "198.51.100.7")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if identity != "" {
			r.Header.Set("X-Staff-Number", identity)
		}
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		return w
	}
	number, other := town.holder(""), town.holder("information-manager")
	const proxy, elsewhere = "10.0.0.1", "10.0.0.9"

	door := ask(http.MethodGet, "/signin", proxy, number, "").Body.String()
	if !strings.Contains(door, "職員番号 "+number+" としてサインインする") {
		t.Error("the door does not say whom the proxy names")
	}
	if got := ask(http.MethodPost, "/signin/known", elsewhere, number, ""); got.Code == http.StatusSeeOther || got.Header().Get("Set-Cookie") != "" {
		t.Errorf("spoofed from another address: %d %v", got.Code, got.Header())
	}
	if got := ask(http.MethodPost, "/signin/known", proxy, "", ""); got.Code == http.StatusSeeOther {
		t.Errorf("nobody named: %d", got.Code)
	}
	in := ask(http.MethodPost, "/signin/known", proxy, number, "")
	cookie := regexp.MustCompile(`__Host-sekimori=[^;]+`).FindString(in.Header().Get("Set-Cookie"))
	if in.Code != http.StatusSeeOther || cookie == "" || !strings.Contains(in.Header().Get("Set-Cookie"), "Secure") {
		t.Fatalf("named by the proxy: %d %v", in.Code, in.Header())
	}
	for _, tt := range []struct {
		title, peer, identity string
		status                int
	}{
		{"he himself", proxy, number, 200},
		{"the next person at the PC", proxy, other, 303},
		{"nobody named any more", proxy, "", 303},
		{"the cookie taken elsewhere", elsewhere, number, 403},
		{"he himself again", proxy, number, 200},
	} {
		got := ask(http.MethodGet, "/account", tt.peer, tt.identity, cookie)
		if got.Code != tt.status || got.Code == 303 && !strings.HasPrefix(got.Header().Get("Location"), "/signin?") {
			t.Errorf("%s: %d to %q, want %d", tt.title, got.Code, got.Header().Get("Location"), tt.status)
		}
	}
	page := ask(http.MethodGet, "/account", proxy, number, cookie).Body.String()
	if !strings.Contains(page, "198.51.100.7") {
		t.Error("the session does not say from where he came in")
	}
}
