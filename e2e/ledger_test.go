package e2e

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/testkit/browser"
)

const assets = "/ledger/kobe-city/asset"

// asset adds an information asset of a home.
func (h *house) asset(home, name string, words ...string) register.Entry {
	h.Helper()
	in := register.Input{"name": {name}, "custody": {home}, "form": {"paper"}, "place": {"書庫"}, "personal": {"none"}}
	for i := 0; i+1 < len(words); i += 2 {
		in[words[i]] = []string{words[i+1]}
	}
	e, err := h.Ledgers.Add(h.Context(), access.NewProgram("cli:test"), "kobe-city", "asset", in, register.Entering{})
	if err != nil {
		h.Fatal(errs.Message(err))
	}
	return e
}

// TestANewAssetByKeyboard: a clerk adds an asset with Tab, arrows and Enter alone, with and without scripts.
func TestANewAssetByKeyboard(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		t.Run(fmt.Sprintf("scripts=%v", scripts), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			v := h.browse(scripts)
			v.enter(h.holder("information-manager").Person.Number)
			v.Visit(h.url + assets + "/new")
			v.Do(chromedp.Focus(`[name="f.name"]`), chromedp.KeyEvent("資格確認の申請書"))
			for _, keys := range []string{
				kb.Tab,                                                              // the owner is chosen already
				kb.Tab + kb.ArrowDown, kb.Tab + kb.ArrowDown, kb.Tab + kb.ArrowDown, // the highest level of each axis
				kb.Tab + " ", // paper
				kb.Tab + kb.Tab + kb.Tab + kb.Tab + kb.Tab + "書庫の棚3",
				kb.Tab + kb.ArrowDown, // personal information: yes
			} {
				v.Do(chromedp.KeyEvent(keys))
			}
			v.Do(chromedp.KeyEvent(kb.Enter))
			v.says("資格確認の申請書")
			v.says("機密性3")
			v.says("可用性2")
			v.says("書庫の棚3")
		})
	}
}

// TestASectionConfirmsItsAssets: forty lines, looked at and confirmed from the first page in a few clicks.
func TestASectionConfirmsItsAssets(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		t.Run(fmt.Sprintf("scripts=%v", scripts), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			chief := h.holder("information-manager")
			for i := range 40 {
				words := []string{"class.confidentiality", "2", "class.integrity", "2", "class.availability", "1"}
				if i%10 == 0 {
					words = []string{"keep_until", "令和7年3月31日"}
				}
				h.asset(chief.Home, fmt.Sprintf("書類%02d", i+1), words...)
			}
			v := h.browse(scripts)
			v.enter(chief.Person.Number)
			v.Visit(h.url + "/")
			clicks := 0
			click := func(selector string) {
				clicks++
				v.Do(chromedp.Click(selector))
			}
			click(`main a[href*="/confirm/"]`)
			v.says("先に見る行")
			v.says("分類が決まっていません")
			click(`main form[method="post"][action$="/confirm/` + url.PathEscape(chief.Home) + `"] button`)
			v.says("40件を確かめました")
			if clicks > 15 {
				t.Errorf("%d clicks", clicks)
			}
			v.Visit(h.url + "/")
			if browser.Eval[bool](v.Page, `!!document.querySelector('main a[href*="/confirm/"]')`) {
				t.Error("what was confirmed is still asked for")
			}
		})
	}
}

// disposal is the address of a list of some assets of a home, whose time will be over in many years; one more is not listed yet.
func (h *house) disposal(home string, n int) string {
	h.Helper()
	by := access.NewProgram("cli:test")
	end := func(name string) {
		if err := h.Ledgers.Move(h.Context(), by, "kobe-city", "asset", h.asset(home, name).ID, 1, "ended", register.Entering{}); err != nil {
			h.Fatal(errs.Message(err))
		}
	}
	for i := range n {
		end(fmt.Sprintf("古い届出の綴り%d", i+1))
	}
	due := register.Due{Home: home, On: jpdate.FiscalYear(2066).First()}
	var p register.Proposal
	if err := h.DB.View(h.Context(), func(r db.Reader) error {
		d, err := h.Ledgers.Open(h.Context(), r, by, "kobe-city", "asset")
		if err == nil {
			p, err = d.Preview(due)
		}
		return err
	}); err != nil {
		h.Fatal(errs.Message(err))
	}
	x, err := h.Ledgers.DraftDisposal(h.Context(), by, "kobe-city", "asset", register.Drafting{Due: due, Title: "情報資産台帳の廃棄について", Sum: p.Sum})
	if err != nil {
		h.Fatal(errs.Message(err))
	}
	end("古い届出の控え")
	return assets + "/disposal/" + string(x.ID)
}

// TestPagesOfALedger looks at each kind of page of a register.
func TestPagesOfALedger(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	chief := h.holder("information-manager")
	unit, _ := org.UnitOf(chief.Home)
	first := h.asset(chief.Home, "資格確認の台帳", "class.confidentiality", "3", "class.integrity", "2", "class.availability", "2", "keep_until", "R7.3.31", "users", "1", "users.0.who", "課の職員", "users.0.right", "write",
		"risks", "1", "risks.0.threat", "書庫からの持ち去り", "risks.0.effect", "3", "risks.0.chance", "1", "risks.0.measure", "施錠し、鍵を課長が持つ")
	for i := range 12 {
		h.asset(chief.Home, fmt.Sprintf("%sの綴り%d", []string{"収入", "支出", "出張の命令"}[i%3], i+1), "class.confidentiality", []string{"1", "2"}[i%2], "class.integrity", "1", "class.availability", "1", "original", first.Number)
	}
	h.asset(chief.Home, "だれのものか分からない箱")
	list := h.disposal(chief.Home, 12)
	if err := h.Log.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	v := h.browse(true)
	v.enter(chief.Person.Number)
	entry := assets + "/entry/" + string(first.ID)
	look(t, v.Page, h.url, "ledger", []string{
		"/ledger", assets, assets + "?q=綴り&by.class=confidentiality%3D2", assets + "/new", entry, entry + "/edit", entry + "/history", assets + "/bulk?field=place&value=倉庫",
		assets + "/disposal?on=R48.4.1&home=" + url.QueryEscape(chief.Home), list, assets + "/confirm", assets + "/confirm/" + url.PathEscape(org.UnitHome(unit)), "/",
	})
}
