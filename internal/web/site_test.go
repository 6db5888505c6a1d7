package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

func TestGalleryTemplates(t *testing.T) {
	t.Parallel()
	webtest.Parts(t, gallery(), forms(), flows())
}

func TestPagesKeepTheRules(t *testing.T) {
	t.Parallel()
	h := open(t, config(t))
	for _, url := range []string{"/", "/duty", "/duty?q=x", "/duty?q=no+such+duty", "/nowhere", "/duty/panic", "/unit", "/units", "/import"} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			webtest.Rules(t, get(t, h, url).Body.Bytes())
		})
	}
}

func TestPageFrame(t *testing.T) {
	t.Parallel()
	doc := webtest.Parse(t, get(t, open(t, config(t)), "/").Body.Bytes())
	for selector, want := range map[string]string{
		"title":                      "情報セキュリティ対策基準｜第5.5版｜関守 Sekimori",
		"h1":                         "情報セキュリティ対策基準",
		"header .body":               "みなと市",
		".menu a[aria-current=true]": "規程",
	} {
		if got := doc.One(t, selector).Text(); got != want {
			t.Errorf("%s = %q, want %q", selector, got, want)
		}
	}
}

// identify takes everybody for one actor, but a request whose header says nobody for a visitor.
func identify(as *access.Actor) func(*http.Request) (*access.Actor, error) {
	return func(r *http.Request) (*access.Actor, error) {
		if r.Header.Get("Test-Actor") == "nobody" {
			return access.Visitor(), nil
		}
		return as, nil
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	c := config(t)
	var log bytes.Buffer
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	c.Identify = identify(access.NewProgram("local:reader").Limited([]access.Permission{access.DutyRead}))
	h := open(t, c)
	tests := []struct {
		name, method, url string
		headers           []string
		status            int
		title, message    string
		logged            int
	}{
		{name: "no such thing", url: "/duty/x%3Cb%3E", status: 404, title: "ページが見つかりません", message: "義務 <x<b>> はありません。"},
		{name: "no such page", url: "/nowhere", status: 404, title: "ページが見つかりません", message: "お探しのページはありません。アドレスを確かめるか、メニューから探してください。"},
		{name: "no such file", url: "/static/site.css", status: 404, title: "ページが見つかりません", message: "このファイルはありません。"},
		{name: "permission is asked", url: "/", status: 403, title: "許可されていません", message: "「規程を見る」の権限がありません。必要なときは、所属長か運用管理者に相談してください。"},
		{name: "nobody", url: "/duty", headers: []string{"Test-Actor", "nobody"}, status: 401, title: "サインインが必要です", message: "サインインしてから、もう一度行ってください。"},
		{name: "fault of ours", url: "/duty/broken", status: 500, title: "内部エラー", message: "内部エラーが発生しました。ログを確認してください。", logged: 1},
		{name: "panic", url: "/duty/panic", status: 500, title: "内部エラー", message: "内部エラーが発生しました。ログを確認してください。", logged: 1},
		{name: "busy", url: "/duty/busy", status: 503, title: "ただいま利用できません", message: "混み合っています。", logged: 1},
		{name: "method", method: http.MethodPost, url: "/duty", status: 405, title: "この操作はできません", message: "このアドレスでは、その操作はできません。"},
		{name: "from another site", method: http.MethodPost, url: "/duty", headers: []string{"Sec-Fetch-Site", "cross-site"}, status: 403, title: "許可されていません", message: "ほかのサイトから送られた操作は受け付けません。このサイトの画面からやり直してください。"},
		{name: "long address", url: "/duty?q=" + strings.Repeat("x", 5000), status: 414, title: "アドレスが長すぎます", message: "アドレスが長すぎます。検索の言葉を短くしてください。"},
		{name: "no text", url: "/duty?q=%ff", status: 400, title: "入力を確認してください", message: "アドレスに使えない文字があります。"},
		{name: "NUL", url: "/duty?q=a&q=%00", status: 400, title: "入力を確認してください", message: "アドレスに使えない文字があります。"},
		{name: "broken query", url: "/duty?q=%zz", status: 400, title: "入力を確認してください", message: "アドレスに使えない文字があります。"},
		{name: "NUL in the path", url: "/duty/a%00", status: 400, title: "入力を確認してください", message: "アドレスに使えない文字があります。"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log.Reset()
			method := tt.method
			if method == "" {
				method = http.MethodGet
			}
			w := ask(t, h, method, tt.url, tt.headers...)
			doc := webtest.Parse(t, w.Body.Bytes())
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
			if got := doc.One(t, "h1").Text(); got != tt.title {
				t.Errorf("title %q, want %q", got, tt.title)
			}
			if got := doc.One(t, "p.message").Text(); got != tt.message {
				t.Errorf("message %q, want %q", got, tt.message)
			}
			if got := strings.Count(log.String(), "level=ERROR"); got != tt.logged {
				t.Errorf("%d lines in the log, want %d:\n%s", got, tt.logged, log.String())
			}
			if w.Header().Get("Content-Security-Policy") == "" {
				t.Error("an error without security headers")
			}
			if allow := w.Header().Get("Allow"); (tt.status == 405) != (allow == "GET, HEAD") {
				t.Errorf("Allow = %q", allow)
			}
		})
	}
}

func TestProblemJSON(t *testing.T) {
	t.Parallel()
	c := config(t)
	c.Identify = func(*http.Request) (*access.Actor, error) {
		var f errs.Faults
		f.Add("q", "短すぎます。")
		return nil, f.Err("入力に誤りがあります。")
	}
	w := get(t, open(t, c), "/duty", "Accept", "application/json")
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type = %q", got)
	}
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"title": "入力を確認してください", "status": 400.0, "detail": "入力に誤りがあります。",
		"errors": []any{map[string]any{"where": "q", "message": "短すぎます。"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheReaderWhoHasGoneIsNotLogged(t *testing.T) {
	t.Parallel()
	c := config(t)
	var log bytes.Buffer
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	ctx, cancel := context.WithCancel(t.Context())
	c.Identify = func(*http.Request) (*access.Actor, error) {
		cancel()
		return nil, ctx.Err()
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/duty", nil)
	if err != nil {
		t.Fatal(err)
	}
	open(t, c).ServeHTTP(nopWriter{http.Header{}}, r)
	if log.Len() > 0 {
		t.Errorf("logged: %s", log.String())
	}
}

type nopWriter struct{ h http.Header }

func (n nopWriter) Header() http.Header         { return n.h }
func (n nopWriter) Write(b []byte) (int, error) { return len(b), nil }
func (n nopWriter) WriteHeader(int)             {}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	h := open(t, config(t))
	want := map[string]string{
		"Content-Security-Policy":      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
	}
	for _, url := range []string{"/", "/nowhere", "/healthz", "/static/x"} {
		for name, value := range want {
			if got := get(t, h, url).Header().Get(name); got != value {
				t.Errorf("%s: %s = %q, want %q", url, name, got, value)
			}
		}
	}
	if got := get(t, h, "/").Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("a page may be kept: %q", got)
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	here := open(t, config(t))
	c := config(t)
	c.Hosts = []string{"sekimori.example.lg.jp"}
	there := open(t, c)
	tests := []struct {
		handler http.Handler
		host    string
		status  int
	}{
		{here, "127.0.0.1:8080", 200},
		{here, "localhost", 200},
		{here, "LOCALHOST:1", 200},
		{here, "[::1]:8080", 200},
		{here, "[::1]", 200},
		{here, "evil.example:8080", 421},
		{here, "127.0.0.1.evil.example", 421},
		{here, "localhost.", 421},
		{here, "", 421},
		{there, "sekimori.example.lg.jp", 200},
		{there, "localhost:8080", 421},
	}
	for _, tt := range tests {
		if got := get(t, tt.handler, "/", "Host", tt.host).Code; got != tt.status {
			t.Errorf("Host %q: %d, want %d", tt.host, got, tt.status)
		}
	}
	if got := get(t, here, "/healthz", "Host", "10.0.0.7").Code; got != 200 {
		t.Errorf("a probe is refused: %d", got)
	}
}

func TestProbes(t *testing.T) {
	t.Parallel()
	c := config(t)
	down := false
	c.Ready = func(ctx context.Context) error {
		if _, limited := ctx.Deadline(); !limited {
			t.Error("a probe may wait for ever")
		}
		if down {
			return errors.New("database is closed")
		}
		return nil
	}
	h := open(t, c)
	if w := get(t, h, "/readyz"); w.Code != 200 || w.Body.String() != "ok\n" {
		t.Errorf("ready: %d %q", w.Code, w.Body)
	}
	down = true
	if w := get(t, h, "/readyz"); w.Code != 503 || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "database") {
		t.Errorf("not ready: %d", w.Code)
	}
	if w := get(t, h, "/healthz"); w.Code != 200 {
		t.Errorf("the process lives: %d", w.Code)
	}
}

func TestSwap(t *testing.T) {
	t.Parallel()
	h := open(t, config(t))
	part := get(t, h, "/duty", "Sekimori-Swap", "results")
	if !strings.HasPrefix(part.Body.String(), `<div id="results">`) || strings.Contains(part.Body.String(), "<h1") {
		t.Errorf("not the element: %.80s", part.Body)
	}
	if got := part.Header().Get("Vary"); got != "Sekimori-Swap" {
		t.Errorf("Vary = %q", got)
	}
	whole := get(t, h, "/duty").Body.String()
	if !strings.Contains(whole, strings.TrimSpace(part.Body.String())) {
		t.Error("the element differs from the one in its page")
	}
	// What is not an element of this page, a component for example, is never rendered alone.
	for _, id := range []string{"", "table", "layout", "#results", "nowhere"} {
		if got := get(t, h, "/duty", "Sekimori-Swap", id).Body.String(); got != whole {
			t.Errorf("swap %q does not give the whole page", id)
		}
	}
}

func TestStatic(t *testing.T) {
	t.Parallel()
	h := open(t, config(t))
	doc := webtest.Parse(t, get(t, h, "/").Body.Bytes())
	for address, media := range map[string]string{
		doc.One(t, "link[rel=stylesheet]").Attr("href"): "text/css; charset=utf-8",
		doc.One(t, "script[type=module]").Attr("src"):   "text/javascript; charset=utf-8",
		doc.One(t, "link[rel=icon]").Attr("href"):       "image/svg+xml",
	} {
		if !regexp.MustCompile(`^/static/\w+\.[0-9a-f]{16}\.\w+$`).MatchString(address) {
			t.Errorf("no hash in %q", address)
		}
		w := get(t, h, address)
		if w.Code != 200 || w.Header().Get("Content-Type") != media || w.Body.Len() == 0 {
			t.Errorf("%s: %d %s, %d bytes", address, w.Code, w.Header().Get("Content-Type"), w.Body.Len())
		}
		if got := w.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", address, got)
		}
		if again := get(t, h, address, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s again: %d, want 304", address, again.Code)
		}
	}
}

func TestEveryStylesheetIsServed(t *testing.T) {
	t.Parallel()
	h := open(t, config(t))
	doc := webtest.Parse(t, get(t, h, "/").Body.Bytes())
	served := get(t, h, doc.One(t, "link[rel=stylesheet]").Attr("href")).Body.String()
	files, err := fs.Glob(os.DirFS("static"), "*.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		css, err := os.ReadFile("static/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(served, string(css)) {
			t.Errorf("%s is not part of site.css", file)
		}
	}
}

// Every value of the design system that is defined is used, and the other way round.
func TestStylesheetTokens(t *testing.T) {
	t.Parallel()
	used, defined := map[string]bool{}, map[string]bool{}
	files, err := fs.Glob(os.DirFS("static"), "*.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		css, err := os.ReadFile("static/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`var\((--[\w-]+)`).FindAllSubmatch(css, -1) {
			used[string(m[1])] = true
		}
		for _, m := range regexp.MustCompile(`(?m)^\s*(--[\w-]+):`).FindAllSubmatch(css, -1) {
			defined[string(m[1])] = true
		}
		if file != "tokens.css" && regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|rgba?\(`).Match(css) {
			t.Errorf("%s: a colour beside the tokens", file)
		}
		if regexp.MustCompile(`@import|url\(`).Match(css) {
			t.Errorf("%s: loads something", file)
		}
	}
	if diff := cmp.Diff(defined, used); diff != "" {
		t.Error("defined (-) and used (+) differ:\n" + diff)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	page := fstest.MapFS{
		"page/good.html":   {Data: []byte(`{{define "main"}}{{end}}`)},
		"page/broken.html": {Data: []byte(`{{define "main"}}{{if}}{{end}}`)},
		"page/other.html":  {Data: []byte(`{{define "other"}}{{end}}`)},
	}
	type view struct{ web.Page }
	part := func(p access.Permission, page string) web.Route {
		return web.Get("/x", p, page, func(context.Context, *web.Request) (view, error) { return view{}, nil })
	}
	bare := web.Get("/x", access.PolicyRead, "good", func(context.Context, *web.Request) (struct{ A int }, error) {
		return struct{ A int }{}, nil
	})
	for name, change := range map[string]func(*web.Config){
		"no Identify":        func(c *web.Config) { c.Identify = nil },
		"no Ready":           func(c *web.Config) { c.Ready = nil },
		"no Log":             func(c *web.Config) { c.Log = nil },
		"unknown permission": func(c *web.Config) { c.Parts = []web.Part{{Pages: page, Routes: []web.Route{part("x", "good")}}} },
		"no such page": func(c *web.Config) {
			c.Parts = []web.Part{{Pages: page, Routes: []web.Route{part(access.PolicyRead, "x")}}}
		},
		"a page that is wrong": func(c *web.Config) {
			c.Parts = []web.Part{{Pages: page, Routes: []web.Route{part(access.PolicyRead, "broken")}}}
		},
		"a page without main": func(c *web.Config) {
			c.Parts = []web.Part{{Pages: page, Routes: []web.Route{part(access.PolicyRead, "other")}}}
		},
		"a view without Page": func(c *web.Config) { c.Parts = []web.Part{{Pages: page, Routes: []web.Route{bare}}} },
	} {
		c := config(t)
		change(&c)
		if _, err := web.New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestTheReaderStopsAndStartsARefresh follows the link that every such page has, and keeps
// the rest of the address.
func TestTheReaderStopsAndStartsARefresh(t *testing.T) {
	t.Parallel()
	h := open(t, config(t))
	url, want := "/import?before=12", "?before=12&still=1"
	for _, refreshes := range []int{1, 0} {
		doc := webtest.Parse(t, get(t, h, url).Body.Bytes())
		if got := len(doc.All("[data-refresh]")); got != refreshes {
			t.Errorf("%s: %d elements refresh themselves, want %d", url, got, refreshes)
		}
		if got := len(doc.All("head noscript")); got != refreshes {
			t.Errorf("%s: without scripts %d, want %d", url, got, refreshes)
		}
		link := doc.One(t, "#refreshing a").Attr("href")
		if link != want {
			t.Errorf("%s: link to %q, want %q", url, link, want)
		}
		url, want = "/import"+link, "?before=12"
	}
}
