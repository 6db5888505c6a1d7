package web_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sekimori/internal/testkit/browser"
)

// inBrowser opens the pages of these tests in a browser.
func inBrowser(t *testing.T) (p *browser.Page, url string) {
	t.Helper()
	server := httptest.NewServer(open(t, config(t)))
	t.Cleanup(server.Close)
	return browser.Open(t), server.URL
}

func script(s string) chromedp.Action[chromedp.Void] { return chromedp.Evaluate[chromedp.Void](s) }

func TestSwapInABrowser(t *testing.T) {
	t.Parallel()
	p, url := inBrowser(t)
	p.Visit(url + "/duty")
	p.Do(script(`document.querySelector("h1").dataset.kept = "yes"`), chromedp.SendKeys("#q", "持ち出さない"+kb.Enter))
	p.Until(`location.search !== "" && document.querySelectorAll("tbody tr").length === 1`)
	if got := browser.Eval[string](p, `decodeURIComponent(location.search)`); got != "?q=持ち出さない" {
		t.Errorf("address %q: an empty field does not belong there", got)
	}
	if got := browser.Eval[string](p, `document.activeElement.id`); got != "q" {
		t.Errorf("focus on %q, want q", got)
	}
	if got := browser.Eval[string](p, `document.getElementById("said").textContent`); got != "義務が1件あります。" {
		t.Errorf("said %q", got)
	}
	if browser.Eval[string](p, `document.querySelector("h1").dataset.kept ?? ""`) != "yes" {
		t.Error("the whole page was loaded")
	}

	p.Do(script(`document.querySelector('.tabs a[href*="must-not"]').focus()`), chromedp.KeyEvent(kb.Enter))
	p.Until(`location.search === "?kind=must-not" && document.querySelector("[aria-busy]") === null`)
	if got := browser.Eval[string](p, `document.activeElement.getAttribute("href")`); got != "/duty?kind=must-not" {
		t.Errorf("focus on %q after a link", got)
	}

	p.Do(chromedp.SetValue("#q", "あ"), chromedp.SendKeys("#q", kb.Enter))
	p.Until(`document.activeElement.id === "faults"`)

	if _, err := chromedp.Run(p.Context(), chromedp.WaitEvent(page.LoadEventFired, nil, script(`setTimeout(() => history.go(-3))`))); err != nil {
		t.Fatal(err)
	}
	if got := browser.Eval[string](p, `location.search + document.querySelectorAll("tbody tr").length`); got != "5" {
		t.Errorf("three steps back are %q rows, want the first page with 5", got)
	}
}

// TestNarrowAndWide opens the gallery at four widths. With SEKIMORI_PICTURES set to a folder
// it leaves a picture of each there, for people to look at.
func TestNarrowAndWide(t *testing.T) {
	t.Parallel()
	p, url := inBrowser(t)
	for i, path := range []string{"/", "/duty", "/duty?q=x", "/unit", "/units", "/import"} {
		for _, width := range []int64{320, 390, 768, 1280} {
			p.Width(width)
			p.Visit(url + path)
			if got := browser.Eval[int64](p, `document.documentElement.scrollWidth`); got > width {
				t.Errorf("%s at %d px is %d px wide", path, width, got)
			}
			if dir := os.Getenv("SEKIMORI_PICTURES"); dir != "" {
				p.Screenshot(filepath.Join(dir, fmt.Sprintf("%02d-%d.png", i, width)))
			}
		}
	}
}

func TestEveryComponentBeforeAxe(t *testing.T) {
	t.Parallel()
	p, url := inBrowser(t)
	for _, path := range []string{"/", "/duty", "/duty?q=x", "/duty?q=%E3%81%82", "/unit", "/units", "/import"} {
		p.Visit(url + path)
		for _, fault := range p.Axe() {
			t.Errorf("%s: %s", path, fault)
		}
	}
}

func TestPaperLeavesOutTheMenu(t *testing.T) {
	t.Parallel()
	p, url := inBrowser(t)
	p.Visit(url + "/")
	p.Media("print")
	if got := browser.Eval[string](p, `getComputedStyle(document.querySelector(".menu")).display`); got != "none" {
		t.Errorf("the menu is printed: %s", got)
	}
}

func TestSkipLink(t *testing.T) {
	t.Parallel()
	p, url := inBrowser(t)
	p.Visit(url + "/")
	p.Do(chromedp.KeyEvent(kb.Tab))
	if got := browser.Eval[string](p, `document.activeElement.textContent`); !strings.Contains(got, "本文") {
		t.Fatalf("the first stop is %q", got)
	}
	p.Do(chromedp.Sleep(200 * time.Millisecond))
	if top := browser.Eval[float64](p, `document.activeElement.getBoundingClientRect().top`); top < 0 {
		t.Error("the skip link is not seen when it has the focus")
	}
	p.Do(chromedp.KeyEvent(kb.Enter))
	if got := browser.Eval[string](p, `document.activeElement.id`); got != "main" {
		t.Errorf("focus on %q, want main", got)
	}
}

func TestFormInABrowser(t *testing.T) {
	t.Parallel()
	p, url := inBrowser(t)
	large := func(megabytes int) string {
		path := filepath.Join(t.TempDir(), "名簿.csv")
		if err := os.WriteFile(path, make([]byte, megabytes<<20), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	p.Visit(url + "/unit")
	if kept := browser.Eval[int](p, `(() => {
		let kept = 0;
		const form = document.querySelector("form");
		window.addEventListener("submit", (event) => { kept += event.defaultPrevented; event.preventDefault(); });
		form.requestSubmit();
		form.requestSubmit();
		return kept;
	})()`); kept != 1 {
		t.Errorf("of two submissions %d are kept back, want 1", kept)
	}
	p.Visit(url + "/unit")
	p.Do(chromedp.SendKeys("#name", "港湾課"), chromedp.SetUploadFiles("#list", []string{large(3)}), chromedp.Click("form[action='/unit'] button"))
	p.Until(`document.activeElement?.id === "faults"`)
	p.Do(chromedp.Click(`.faults a[href="#list"]`))
	p.Until(`document.activeElement.id === "list"`)
	if got := browser.Eval[string](p, `document.querySelector("#list-error").textContent`); !strings.Contains(got, "2 MBまでです（選ばれたファイルは3 MB）") {
		t.Errorf("of a large file: %s", got)
	}
	for _, fault := range p.Axe() {
		t.Errorf("a refused form: %s", fault)
	}
	// What is much too large is not read; the browser shows the answer all the same.
	p.Do(chromedp.SetUploadFiles("#list", []string{large(60)}), chromedp.Click("form[action='/unit'] button"))
	p.Until(`document.querySelector("p.message")?.textContent === "一度に送れるのは9 MBまでです。"`)

	p.Visit(url + "/unit")
	p.Do(chromedp.SendKeys("#name", "港湾課"), chromedp.SendKeys("#from", "令和8年4月1日"), chromedp.Click("#sure"), chromedp.Click("form[action='/unit'] button"))
	p.Until(`document.activeElement?.className === "said" && document.activeElement.textContent.includes("港湾課")`)
	p.Visit(url + "/unit")
	if browser.Eval[bool](p, `document.querySelector(".said") !== null`) {
		t.Error("said twice")
	}
}

// TestAPageThatRefreshesItself sees an import come to its end, with and without scripts.
func TestAPageThatRefreshesItself(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		p, url := inBrowser(t)
		p.Scripts(scripts)
		p.Visit(url + "/import")
		p.Do(script(`document.querySelector("h1").dataset.kept = "yes"`))
		p.Until(`document.querySelector("#progress").textContent.includes("33,000行（100%）")`)
		if kept := browser.Eval[bool](p, `document.querySelector("h1").dataset.kept === "yes"`); kept != scripts {
			t.Errorf("scripts=%v: the rest of the page is kept=%v", scripts, kept)
		}
		if browser.Eval[bool](p, `document.querySelector("#refreshing, [data-refresh]") !== null`) {
			t.Errorf("scripts=%v: it goes on after the end", scripts)
		}
		if got := browser.Eval[string](p, `document.getElementById("said").textContent`); scripts && got != "名簿の取込 100%" {
			t.Errorf("said %q", got)
		}
	}
}

// TestATreeByKeyboard opens what is closed, without scripts, and prints all of it.
func TestATreeByKeyboard(t *testing.T) {
	t.Parallel()
	p, url := inBrowser(t)
	p.Scripts(false)
	p.Visit(url + "/units")
	const seen = `[...document.querySelectorAll(".branch")].find((b) => b.textContent.includes("振興課")).checkVisibility({contentVisibilityAuto: true})`
	p.Until("!" + seen)
	p.Media("print")
	p.Until(seen)
	p.Media("screen")
	p.Until("!" + seen)
	p.Do(chromedp.Focus(".tree > li:last-child summary"), chromedp.KeyEvent(kb.Enter))
	p.Until(seen)
}
