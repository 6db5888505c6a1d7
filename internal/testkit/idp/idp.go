// Package idp is an office's identity provider on this machine (OpenID Connect), written by others than our client, and a browser
// that signs in there. It ends with the test. It is for tests only.
package idp

import (
	"context"
	"encoding/json"
	"io"
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
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Office is the provider. It knows one person, whose other claims a test sets.
type Office struct {
	*storage.Storage
	*httptest.Server

	mu     sync.Mutex
	claims map[string]any
	hidden bool // not in the ID token, only on the page about the person
}

// known adds the office's claims.
func (o *Office) known(u *oidc.UserInfo) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for claim, value := range o.claims {
		u.AppendClaims(claim, value)
	}
}

// Set says what the provider tells of its person; hidden, it does so on the page about him only, not in the ID token.
func (o *Office) Set(claims map[string]any, hidden bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.claims, o.hidden = maps.Clone(claims), hidden
}

// SetUserinfoFromRequest fills the ID token.
func (o *Office) SetUserinfoFromRequest(ctx context.Context, u *oidc.UserInfo, r op.IDTokenRequest, scopes []string) error {
	if !o.hidden {
		o.known(u)
	}
	return o.Storage.SetUserinfoFromRequest(ctx, u, r, scopes)
}

// SetUserinfoFromToken fills the page about a person.
func (o *Office) SetUserinfoFromToken(ctx context.Context, u *oidc.UserInfo, token, subject, origin string) error {
	o.known(u)
	return o.Storage.SetUserinfoFromToken(ctx, u, token, subject, origin)
}

// Clients that the provider knows: one with a secret, one without.
const (
	Client       = "sekimori"
	Secret       = "hemitsu-123"
	PublicClient = "open"
)

// New starts a provider that sends browsers back to one address.
func New(t testing.TB, back string) *Office {
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
	o := &Office{claims: map[string]any{"employee_number": "100001"}}
	o.Storage = storage.NewStorageWithClients(store, map[string]*storage.Client{
		Client:       storage.WebClient(Client, Secret, back),
		PublicClient: storage.NativeClient(PublicClient, back),
	})
	var handler http.Handler
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(o.Close)
	o.URL = strings.Replace(o.URL, "127.0.0.1", "localhost", 1)
	handler = exampleop.SetupServer(o.URL, o, nil, false)
	return o
}

// Browser is a browser that goes where it is led, and shows where it came to.
type Browser struct {
	t testing.TB
	*http.Client
}

// NewBrowser has no cookies yet.
func NewBrowser(t testing.TB) Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return Browser{t, &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

// Page is where a browser came to.
type Page struct {
	URL    *url.URL
	Status int
	Text   string
}

func (b Browser) do(r *http.Request, err error) Page {
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
	return Page{answer.Request.URL, answer.StatusCode, string(body)}
}

// Get asks for a page and goes where that leads.
func (b Browser) Get(address string) Page {
	b.t.Helper()
	return b.do(http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil))
}

// Away asks for the way in and gives the address of the office to which it leads.
func (b Browser) Away(address string) string {
	b.t.Helper()
	status, to := b.once(address)
	if status != http.StatusSeeOther {
		b.t.Fatalf("not led away: %d", status)
	}
	return to
}

// First is the status of a page itself, wherever it leads.
func (b Browser) First(address string) int {
	b.t.Helper()
	status, _ := b.once(address)
	return status
}

func (b Browser) once(address string) (status int, to string) {
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
	defer answer.Body.Close()
	return answer.StatusCode, answer.Header.Get("Location")
}

// Enter gives a name and a password at the office and goes where that leads.
func (b Browser) Enter(o *Office, to string) Page {
	b.t.Helper()
	b.Get(to)
	form := b.Get(to) // the office asks anew
	m := regexp.MustCompile(`authRequestID=([\w-]+)`).FindStringSubmatch(form.URL.String())
	if m == nil {
		b.t.Fatalf("no form at %s: %s", form.URL, form.Text)
	}
	values := url.Values{"username": {"tanaka"}, "password": {"verysecure"}, "id": {m[1]}}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, o.URL+"/login/username", strings.NewReader(values.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return b.do(r, err)
}

// Last is the address at which the browser came back from the office.
func (b Browser) Last(o *Office, site, to string) (back string) {
	b.t.Helper()
	stop := b
	copied := *b.Client
	stop.Client = &copied
	stop.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), site) {
			back = r.URL.String()
			return http.ErrUseLastResponse
		}
		return nil
	}
	stop.Enter(o, to)
	return back
}
