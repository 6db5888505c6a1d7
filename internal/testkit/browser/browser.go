// Package browser opens pages in a headless Chromium, as a person would see them: at a width, on paper, without scripts, and
// before the rules of axe-core. It guarantees that a script that fails or breaks the content security policy fails the test,
// and that the browser ends with the test. It is for tests only and knows no page.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"sekimori/internal/testkit"
)

// Page is a tab of a browser that belongs to one test. Its methods end the test when the browser fails.
type Page struct {
	t   testing.TB
	ctx context.Context
}

// Open starts a browser with an empty profile, for at most two minutes and the length of the test.
func Open(t testing.TB) *Page {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("Chromium is missing: apt-get install chromium (make test does it)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, // root has no sandbox
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "ja"))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, _ = chromedp.NewContext(ctx)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx) }) // closes it in good order; what it left in a hurry is removed by stop
	p := &Page{t, ctx}
	p.check(chromedp.Listen(ctx, p.hear))
	p.Width(1280)
	return p
}

func (p *Page) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// hear fails the test for what the browser complains about. That a page of an error bears its status is no complaint.
func (p *Page) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.t.Errorf("browser: %s %s", e.ExceptionDetails.Text, e.ExceptionDetails.URL)
	case *log.EventEntryAdded:
		status := e.Entry.Source == log.EntrySourceNetwork && strings.Contains(e.Entry.Text, "status of")
		if e.Entry.Level == log.EntryLevelError && !status {
			p.t.Errorf("browser: %s %s", e.Entry.Text, e.Entry.URL)
		}
	}
}

// Context is for actions of chromedp that have no method here.
func (p *Page) Context() context.Context { return p.ctx }

// Do runs actions one after another.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	p.check(chromedp.Do(p.ctx, actions...))
}

// Visit goes to an address and waits until it is loaded.
func (p *Page) Visit(url string) {
	p.t.Helper()
	p.Do(chromedp.Navigate(url))
}

// Width sets the width of the window, in CSS pixels, at a height of 900.
func (p *Page) Width(pixels int64) {
	p.t.Helper()
	p.Do(chromedp.EmulateViewport(pixels, 900))
}

// Scripts switches the scripts of pages off or on. Eval works all the same.
func (p *Page) Scripts(on bool) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
	p.check(err)
}

// Media shows pages as "print" or "screen".
func (p *Page) Media(media string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media})
	p.check(err)
}

// Until waits for a condition, an expression of JavaScript, and fails after ten seconds. The page may be left meanwhile.
func (p *Page) Until(condition string) {
	p.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		holds, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("Boolean("+condition+")"))
		if err == nil && holds {
			return
		}
		if time.Now().After(end) {
			p.t.Fatalf("%s does not come true: %v", condition, err)
		}
	}
}

// Screenshot writes the whole page to a PNG file, for a person to look at.
func (p *Page) Screenshot(path string) {
	p.t.Helper()
	picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	p.check(err)
	p.check(os.MkdirAll(filepath.Dir(path), 0o755))
	p.check(os.WriteFile(path, picture, 0o644))
}

// Print prints the page on the paper that its style asks for, and gives a PDF and how many sheets it takes.
func (p *Page) Print() (pdf []byte, sheets int) {
	p.t.Helper()
	printed, err := chromedp.Call(p.ctx, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true)})
	p.check(err)
	return printed.Data, len(sheet.FindAll(printed.Data, -1))
}

// sheet is how a PDF of Chromium begins one.
var sheet = regexp.MustCompile(`/Type /Page\b`)

// Eval is the value of an expression of JavaScript in the page.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	p.check(err)
	return value
}

// Axe is what axe-core finds against the page by the rules of WCAG 2.2 A and AA and its own best practices, a line each:
// the rule, what it wants, and the element.
func (p *Page) Axe() []string {
	p.t.Helper()
	path := filepath.Join(testkit.Root(p.t), "e2e", "node_modules", "axe-core", "axe.min.js")
	script, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatalf("%v: sh scripts/setup.sh installs it (make test does it)", err)
	}
	// Through the protocol, so that no policy of the page needs to allow it.
	p.Do(chromedp.Evaluate[chromedp.Void](string(script) + "; undefined"))
	type violation struct {
		ID    string   `json:"id"`
		Help  string   `json:"help"`
		Nodes []string `json:"nodes"`
	}
	var lines []string
	for _, v := range Eval[[]violation](p, `axe.run().then((result) => result.violations.map((v) => ({id: v.id, help: v.help, nodes: v.nodes.map((n) => n.html)})))`) {
		for _, node := range v.Nodes {
			lines = append(lines, fmt.Sprintf("%s: %s: %s", v.ID, v.Help, node))
		}
	}
	return lines
}
