// Package e2e walks through the program in a browser as people do: wide and narrow, with and
// without scripts, before the rules of axe-core. It knows pages only by what they show.
package e2e

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sekimori/internal/app"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/testkit/browser"
	"sekimori/internal/testkit/sight"
	"sekimori/internal/testkit/tiny"
)

// site serves packs from a new database, with the text of the tiny regime where it is among them.
func site(t *testing.T, set *regime.Set) string {
	t.Helper()
	a, err := app.Open(t.Context(), app.Place{DB: "sqlite:" + filepath.Join(t.TempDir(), "sekimori.db")}, set)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	t.Cleanup(func() { _ = a.Close() }) // the folder goes with the test
	if p, err := set.Find("kodama"); err == nil {
		if _, err := a.Policy.Import(t.Context(), access.NewProgram("cli:test"), p, tiny.Text, false); err != nil {
			t.Fatal(errs.Message(err))
		}
	}
	h, err := sight.As(a, access.NewProgram("local:reader"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// everything is the shipped packs and the tiny one.
func everything(t *testing.T) *regime.Set {
	t.Helper()
	shipped, err := app.LoadRegimes("")
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	own, err := regime.Load(tiny.Regimes(), nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	return shipped.With(own)
}

// TestEveryPage looks at each kind of page of the policy.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	set := everything(t)
	url := site(t, set)
	p := browser.Open(t)
	first := set.Packs[0]
	paths := []string{
		"/policy", "/duties", "/search", "/search?q=%E5%8F%B0%E5%B8%B3", "/search?q=" + strings.Repeat("x", 101), "/nix",
		"/document/kodama/rules/3", "/document/kodama/rules/4", "/clause/kodama/rules:4/2", "/regime/kodama/defects", "/duties/" + first.ID + "/" + first.Roles[len(first.Roles)-1].ID,
		"/document/" + first.ID + "/" + first.Main().ID + "/3", "/document/" + first.ID + "/" + first.Main().ID + "/4",
	}
	for _, pack := range set.Packs {
		for _, side := range []string{"", "/roles", "/classes", "/settings", "/kinds", "/defects"} {
			paths = append(paths, "/regime/"+pack.ID+side)
		}
	}
	look(t, p, url, "policy", paths)
}

// look visits pages at both widths, with axe. With SEKIMORI_PICTURES set to a folder it leaves a picture of each there, for
// people to look at.
func look(t *testing.T, p *browser.Page, url, name string, paths []string) {
	t.Helper()
	for i, path := range paths {
		for _, width := range []int64{1280, 390} {
			p.Width(width)
			p.Visit(url + path)
			for _, fault := range p.Axe() {
				t.Errorf("%s at %d px: %s", path, width, fault)
			}
			if got := browser.Eval[int64](p, `document.documentElement.scrollWidth`); got > width {
				t.Errorf("%s at %d px is %d px wide", path, width, got)
			}
			if dir := pictures(); dir != "" {
				p.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%02d-%d.png", name, i, width)))
			}
		}
	}
}

// pictures is the folder where somebody wants to see the pages, "" for none.
func pictures() string { return os.Getenv("SEKIMORI_PICTURES") }

// TestFromTheFirstPageToADuty is what a newcomer does: search, open a clause, read its duty,
// see what else the role has to do. It goes the same with and without scripts.
func TestFromTheFirstPageToADuty(t *testing.T) {
	t.Parallel()
	url := site(t, everything(t))
	for _, scripts := range []bool{true, false} {
		t.Run(fmt.Sprintf("scripts=%v", scripts), func(t *testing.T) {
			t.Parallel()
			p := browser.Open(t)
			p.Scripts(scripts)
			p.Visit(url + "/policy")
			p.Do(chromedp.SendKeys("#q", "借りた人"+kb.Enter))
			p.Until(`location.pathname === "/search" && document.querySelectorAll("#results tbody tr").length > 0`)
			p.Do(chromedp.Click(`#results tbody a[href*="kodama/rules:4/3"]`))
			p.Until(`document.querySelector("h1")?.textContent.includes("第4条第3項")`)
			if got := browser.Eval[string](p, `document.querySelector("main").textContent`); !strings.Contains(got, "借りた人の名前を外で口にしない") || !strings.Contains(got, "してはならない") {
				t.Errorf("the clause does not show its duty: %s", got)
			}
			p.Do(chromedp.Click(`.duty a[href="/duties/kodama/anyone"]`))
			p.Until(`document.querySelector("h1")?.textContent === "だれもの義務"`)
			if got := browser.Eval[int64](p, `document.querySelectorAll("tbody tr").length`); got != 3 {
				t.Errorf("the role has %d duties, want 3", got)
			}
		})
	}
}

// TestKeyboardAlone goes through the first page with Tab and Enter.
func TestKeyboardAlone(t *testing.T) {
	t.Parallel()
	p := browser.Open(t)
	p.Visit(site(t, everything(t)) + "/policy")
	p.Do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Tab))
	for range 12 {
		if browser.Eval[string](p, `document.activeElement.id`) == "q" {
			p.Do(chromedp.KeyEvent("館長"), chromedp.KeyEvent(kb.Enter))
			p.Until(`document.querySelector("#results")?.textContent.includes("館長")`)
			return
		}
		p.Do(chromedp.KeyEvent(kb.Tab))
	}
	t.Error("the search box is not reached within twelve stops")
}
