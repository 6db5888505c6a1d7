package browser_test

import (
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sekimori/internal/testkit/browser"
)

const good = `<!doctype html><html lang="ja"><title>試験</title><main><h1>見出し</h1><p id="p">本文</p></main><script>document.getElementById("p").textContent = "書換え"</script></html>`

func serve(t *testing.T, page string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/strict" {
			w.Header().Set("Content-Security-Policy", "default-src 'none'")
		}
		if r.URL.Path == "/missing" {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, page)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// listener hears what a test would be told.
type listener struct {
	testing.TB
	said strings.Builder
}

func (l *listener) Errorf(format string, args ...any) { fmt.Fprintf(&l.said, format+"\n", args...) }

func TestPage(t *testing.T) {
	t.Parallel()
	url := serve(t, good)
	p := browser.Open(t)
	p.Width(390)
	p.Visit(url + "/missing")
	p.Until(`document.getElementById("p").textContent === "書換え"`)
	if got := browser.Eval[int](p, `innerWidth`); got != 390 {
		t.Errorf("%d px wide", got)
	}
	if got := browser.Eval[string](p, `Promise.resolve(document.title)`); got != "試験" {
		t.Errorf("title %q", got)
	}
	if found := p.Axe(); found != nil {
		t.Errorf("axe: %q", found)
	}
	p.Media("print")
	if !browser.Eval[bool](p, `matchMedia("print").matches`) {
		t.Error("not on paper")
	}
	path := filepath.Join(t.TempDir(), "shots", "page.png")
	p.Screenshot(path)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if picture, err := png.DecodeConfig(file); err != nil || picture.Width != 390 {
		t.Errorf("picture of %d px: %v", picture.Width, err)
	}
	p.Scripts(false)
	p.Visit(url)
	if got := browser.Eval[string](p, `document.getElementById("p").textContent`); got != "本文" {
		t.Errorf("a script ran: %q", got)
	}
	p.Scripts(true)
	p.Visit(url)
	p.Until(`document.getElementById("p").textContent === "書換え"`)
}

func TestAxeFinds(t *testing.T) {
	t.Parallel()
	p := browser.Open(t)
	p.Visit(serve(t, `<!doctype html><html><title>x</title><main><h1>x</h1><img src="data:,"><p style="color: #bbb">薄い</p></main></html>`))
	found := strings.Join(p.Axe(), "\n")
	for _, rule := range []string{"html-has-lang", "image-alt", "color-contrast"} {
		if !strings.Contains(found, rule+": ") {
			t.Errorf("%s is not among what axe found:\n%s", rule, found)
		}
	}
}

func TestComplaintsAreHeard(t *testing.T) {
	t.Parallel()
	url := serve(t, `<!doctype html><html lang="ja"><title>x</title><script>throw new Error("broken")</script></html>`)
	for path, want := range map[string]string{"/": "Uncaught", "/strict": "Content Security Policy"} {
		heard := &listener{TB: t}
		p := browser.Open(heard)
		p.Visit(url + path)
		p.Until(`document.readyState === "complete"`)
		if !strings.Contains(heard.said.String(), want) {
			t.Errorf("%s: heard %q, want …%s…", path, heard.said.String(), want)
		}
	}
}
