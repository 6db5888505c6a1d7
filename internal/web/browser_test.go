package web_test

import (
	"context"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browser opens the gallery in Chromium; it fails the test for whatever the browser
// complains about, such as anything the content security policy refuses.
func browser(t *testing.T) (ctx context.Context, url string) {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on this machine")
	}
	server := httptest.NewServer(open(t, config(t)))
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *log.EventEntryAdded:
			t.Errorf("browser: %s %s", e.Entry.Text, e.Entry.URL)
		case *runtime.EventExceptionThrown:
			t.Errorf("browser: %v", e.ExceptionDetails)
		}
	}); err != nil {
		t.Fatal(err)
	}
	return ctx, server.URL
}

func run(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func eval[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func script(s string) chromedp.Action[chromedp.Void] { return chromedp.Evaluate[chromedp.Void](s) }

// until waits for a condition of the page.
func until(condition string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingTimeout(10*time.Second))
}

func TestSwapInABrowser(t *testing.T) {
	ctx, url := browser(t)
	run(t, ctx,
		chromedp.Navigate(url+"/duty"),
		script(`document.querySelector("h1").dataset.kept = "yes"`),
		chromedp.SendKeys("#q", "持ち出さない"+kb.Enter),
		until(`location.search !== "" && document.querySelectorAll("tbody tr").length === 1`),
	)
	if got := eval[string](t, ctx, `decodeURIComponent(location.search)`); got != "?q=持ち出さない" {
		t.Errorf("address %q: an empty field does not belong there", got)
	}
	if got := eval[string](t, ctx, `document.activeElement.id`); got != "q" {
		t.Errorf("focus on %q, want q", got)
	}
	if got := eval[string](t, ctx, `document.getElementById("said").textContent`); got != "義務が1件あります。" {
		t.Errorf("said %q", got)
	}
	if eval[string](t, ctx, `document.querySelector("h1").dataset.kept ?? ""`) != "yes" {
		t.Error("the whole page was loaded")
	}

	run(t, ctx, script(`document.querySelector('.tabs a[href*="must-not"]').focus()`), chromedp.KeyEvent(kb.Enter),
		until(`location.search === "?kind=must-not" && document.querySelector("[aria-busy]") === null`))
	if got := eval[string](t, ctx, `document.activeElement.getAttribute("href")`); got != "/duty?kind=must-not" {
		t.Errorf("focus on %q after a link", got)
	}

	run(t, ctx, chromedp.SetValue("#q", "あ"), chromedp.SendKeys("#q", kb.Enter),
		until(`document.activeElement.id === "faults"`))

	back := chromedp.WaitEvent(page.LoadEventFired, nil, script(`setTimeout(() => history.go(-3))`))
	if _, err := chromedp.Run(ctx, back); err != nil {
		t.Fatal(err)
	}
	if got := eval[string](t, ctx, `location.search + document.querySelectorAll("tbody tr").length`); got != "5" {
		t.Errorf("three steps back are %q rows, want the first page with 5", got)
	}
}

func TestNarrowAndWide(t *testing.T) {
	ctx, url := browser(t)
	for _, path := range []string{"/", "/duty", "/duty?q=x"} {
		for _, width := range []int64{320, 390, 768, 1280} {
			run(t, ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(url+path))
			if got := eval[int64](t, ctx, `document.documentElement.scrollWidth`); got > width {
				t.Errorf("%s at %d px is %d px wide", path, width, got)
			}
		}
	}
}

func TestPaperShowsWhatIsClosed(t *testing.T) {
	ctx, url := browser(t)
	run(t, ctx, chromedp.Navigate(url+"/"))
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	if !eval[bool](t, ctx, `[...document.querySelectorAll(".outline .leaf")].every((n) => n.checkVisibility())`) {
		t.Error("a closed part is not printed")
	}
	if got := eval[string](t, ctx, `getComputedStyle(document.querySelector(".menu")).display`); got != "none" {
		t.Errorf("the menu is printed: %s", got)
	}
}

func TestSkipLink(t *testing.T) {
	ctx, url := browser(t)
	run(t, ctx, chromedp.Navigate(url+"/"), chromedp.KeyEvent(kb.Tab))
	if got := eval[string](t, ctx, `document.activeElement.textContent`); !strings.Contains(got, "本文") {
		t.Fatalf("the first stop is %q", got)
	}
	run(t, ctx, chromedp.Sleep(200*time.Millisecond))
	if top := eval[float64](t, ctx, `document.activeElement.getBoundingClientRect().top`); top < 0 {
		t.Error("the skip link is not seen when it has the focus")
	}
	run(t, ctx, chromedp.KeyEvent(kb.Enter))
	if got := eval[string](t, ctx, `document.activeElement.id`); got != "main" {
		t.Errorf("focus on %q, want main", got)
	}
}

// contrasts gives each text whose colour stands too close to what is behind it (WCAG 2.2,
// 1.4.3: 4.5 to 1, large text 3 to 1).
const contrasts = `(() => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const rgb = channels(getComputedStyle(e).backgroundColor);
      if (rgb[3] !== 0) return rgb;
    }
    return [255, 255, 255];
  };
  const faults = [];
  for (const e of document.body.querySelectorAll("*")) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(channels(style.color)), light(behind(e))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) faults.push(e.className + " " + e.textContent.slice(0, 20) + ": " + ratio.toFixed(2));
  }
  return faults;
})()`

func TestContrast(t *testing.T) {
	ctx, url := browser(t)
	for _, path := range []string{"/", "/duty", "/duty?q=x", "/duty?q=%E3%81%82"} {
		run(t, ctx, chromedp.Navigate(url+path))
		for _, f := range eval[[]string](t, ctx, contrasts) {
			t.Errorf("%s: %s", path, f)
		}
	}
}
