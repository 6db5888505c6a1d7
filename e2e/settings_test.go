package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"sekimori/internal/testkit/browser"
)

// TestSettings has the body's settings drafted, printed and recorded as decided, with and without scripts.
func TestSettings(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		t.Run(fmt.Sprintf("scripts=%v", scripts), func(t *testing.T) {
			t.Parallel()
			url, _, _ := town(t)
			p := browser.Open(t)
			p.Scripts(scripts)
			main := func() string { return browser.Eval[string](p, `document.querySelector("main").textContent`) }
			p.Visit(url + "/admin/settings")
			p.Do(chromedp.Click(`.notice a[href*="/admin/settings/draft"]`))
			p.Until(`document.querySelector('[name="sekimori.idle-timeout"]')`)
			draft := browser.Eval[string](p, `location.pathname + location.search`)
			p.Do(chromedp.SetValue(`[name="sekimori.idle-timeout"]`, "1"), chromedp.SetValue(`[name="reason.sekimori.idle-timeout"]`, "窓口の端末のため"), chromedp.Click(`form.form button`))
			p.Until(`document.querySelector(".faults a")`)
			if got := main(); !strings.Contains(got, "5分から480分まで") {
				t.Errorf("the form does not say what is wrong: %s", got)
			}
			p.Do(chromedp.SetValue(`[name="sekimori.idle-timeout"]`, "15"), chromedp.Click(`form.form button`))
			p.Until(`document.querySelector("pre.receipt") || document.querySelector(".paper")`)
			paper := browser.Eval[string](p, `location.pathname`)
			for range 100 { // the receipt comes when the entry has its number
				if p.Visit(url + paper); strings.Contains(main(), "sekimori receipt") {
					break
				}
			}
			for _, want := range []string{"15分", "窓口の端末のため", "sekimori receipt", "決裁待ち", "値は提案"} {
				if got := main(); !strings.Contains(got, want) {
					t.Errorf("the paper does not say %q: %s", want, got)
				}
			}
			if scripts {
				look(t, p, url, "settings", []string{"/admin/settings", draft, paper})
				p.Visit(url + paper)
				pdf, sheets := p.Print()
				if dir := os.Getenv("SEKIMORI_PICTURES"); dir != "" {
					if err := os.WriteFile(filepath.Join(dir, "settings.pdf"), pdf, 0o644); err != nil {
						t.Error(err)
					}
				}
				if sheets != 1 {
					t.Errorf("the paper takes %d sheets of A4", sheets)
				}
			}
			sum := browser.Eval[string](p, `[...document.querySelectorAll(".paper dd")].map(d => d.textContent.match(/[0-9a-f]{64}/)).find(Boolean)[0].slice(0, 8)`)
			p.Do(chromedp.SetValue("#number", "デ第12号"), chromedp.SetValue("#decided_on", "R9.3.20"), chromedp.SetValue("#from_on", "R9.3.24"), chromedp.SetValue("#sum", sum), chromedp.Click(`form[action$="/record"] button`))
			p.Until(`document.querySelector(".said")`)
			p.Visit(url + "/admin/settings")
			if got := main(); !strings.Contains(got, "すべて決まっています") || !strings.Contains(got, "デ第12号") {
				t.Errorf("not everything is decided: %s", got)
			}
		})
	}
}
