package e2e

import (
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"sekimori/internal/app"
	"sekimori/internal/app/minato"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/browser"
	"sekimori/internal/testkit/sight"
)

// town serves みなと市 as the demo does, at a time that the test moves, and gives the files of next year's personnel change.
func town(t *testing.T) (url string, clock *testkit.Clock, files []string) {
	t.Helper()
	dir := t.TempDir()
	a, err := app.Open(t.Context(), app.Place{DB: "sqlite:" + filepath.Join(dir, "sekimori.db")}, everything(t))
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	clock = testkit.NewClock(t, "2027-03-24T09:00:00+09:00")
	a.DB.Now = clock.Now
	town := minato.Options{Size: minato.Small, Today: jpdate.Today(clock.Now()), Folder: dir}
	if err := minato.Build(t.Context(), minato.Program{Log: a.Log, Library: a.Library, People: a.People}, town); err != nil {
		t.Fatal(errs.Message(err))
	}
	h, err := sight.As(a, access.NewProgram("local:root"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	running := make(chan struct{})
	go func() {
		a.Run(t.Context())
		close(running)
	}()
	t.Cleanup(func() {
		server.Close()
		<-running // the context of the test has ended
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	files, err = filepath.Glob(filepath.Join(dir, "*", "*.csv"))
	if err != nil || len(files) != 5 {
		t.Fatalf("%d files of the personnel change: %v", len(files), err)
	}
	return server.URL, clock, files
}

// TestPersonnelChange takes next year's files in, as the clerk in charge does: send, look, confirm, put one held row right. Until
// its hour nobody sees who comes; then everybody does. It goes the same with and without scripts.
func TestPersonnelChange(t *testing.T) {
	t.Parallel()
	const newcomer = "小川　真由美"
	for _, scripts := range []bool{true, false} {
		t.Run(fmt.Sprintf("scripts=%v", scripts), func(t *testing.T) {
			t.Parallel()
			url, clock, files := town(t)
			p := browser.Open(t)
			p.Scripts(scripts)
			main := func() string {
				p.Until(`document.readyState === "complete"`) // a page that is still coming has no main yet
				return browser.Eval[string](p, `document.querySelector("main").textContent`)
			}
			has := func(what string, want bool, paths ...string) {
				t.Helper()
				for _, path := range paths {
					p.Visit(url + path)
					if got := strings.Contains(main(), what); got != want {
						t.Errorf("%s says %q: %v", path, what, got)
					}
				}
			}
			p.Visit(url + "/people/import")
			p.Do(chromedp.SetUploadFiles("#files", files), chromedp.Click(`main button[type="submit"], main form button`))
			p.Until(`document.querySelector("main")?.textContent.includes("まだ何も変わっていません")`)
			for _, want := range []string{"3行が保留", "職コード「999」の職はありません", "空席になる役割", "失効する代行者", "令和9年4月1日"} {
				if got := main(); !strings.Contains(got, want) {
					t.Errorf("the preview does not say %q: %s", want, got)
				}
			}
			p.Do(chromedp.Click("#sure"), chromedp.Click(`form[method="post"] button:not([value="drop"])`))
			p.Until(`document.querySelector("main")?.textContent.includes("取り込み済み")`)
			address := browser.Eval[string](p, `location.pathname`)

			// one held row, in three clicks: the row, the value, the button
			p.Do(chromedp.Click(`main a[href*="/hold/"]`))
			p.Until(`location.pathname.includes("/hold/")`)
			first := main()
			p.Do(chromedp.SetValue(`[aria-invalid="true"]`, "090"), chromedp.Click(`form button`))
			p.Until(`document.querySelector("[role=alert], .faults, .notice") && document.querySelector("main").textContent !== ` + fmt.Sprintf("%q", first))

			secret := []string{"/people?q=小川", "/people?q=小川&on=2027-04-01", "/trail", "/trail?kind=person", "/org?q=小川", "/roles?on=2027-04-01"}
			has(newcomer, false, secret...)
			has("人事異動を取り込む", true, "/trail") // those of the past
			clock.Set(t, "2027-04-01T00:00:00+09:00")
			has(newcomer, true, "/people?q=小川")
			has("取り込み済み", true, address)
		})
	}
}

// TestPagesOfPeopleAndTrail looks at each kind of page of people and trail.
func TestPagesOfPeopleAndTrail(t *testing.T) {
	t.Parallel()
	url, _, files := town(t)
	p := browser.Open(t)
	p.Visit(url + "/people/import")
	p.Do(chromedp.SetUploadFiles("#files", files), chromedp.Click(`main form button`))
	p.Until(`document.querySelector("main")?.textContent.includes("まだ何も変わっていません")`)
	preview := browser.Eval[string](p, `location.pathname`)
	link := func(path, selector string) string {
		p.Visit(url + path)
		return browser.Eval[string](p, `document.querySelector('`+selector+`').getAttribute("href")`)
	}
	unit, person, act := link("/org", `a[href^="/org/unit/"]`), link("/people", `td a[href^="/people/"], th a[href^="/people/"]`), link("/trail", `td a[href^="/trail/act/"], th a[href^="/trail/act/"]`)
	thing := link("/trail?kind=unit", `a[href^="/trail/thing/"]`)
	look(t, p, url, "people", []string{
		"/org", "/org?on=2026-03-31", unit, "/people", person, "/find?q=課", "/posts", "/systems", "/roles", "/vacancies", "/people/import", preview, "/people/import/enter",
		"/trail", "/trail?kind=assignment", act, thing, "/trail/state",
	})
}

// TestVerifyingOnTheScreen has the trail verified and reads the result, which is itself in the trail.
func TestVerifyingOnTheScreen(t *testing.T) {
	t.Parallel()
	url, _, _ := town(t)
	p := browser.Open(t)
	p.Visit(url + "/trail/state")
	p.Do(chromedp.Click(`main form button`))
	p.Until(`document.querySelector("#progress")?.textContent.includes("異常なし")`)
	p.Visit(url + "/trail")
	p.Until(`document.querySelector("main").textContent.includes("証跡を検証する")`)
}
