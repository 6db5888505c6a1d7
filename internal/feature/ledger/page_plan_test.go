package ledger_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
	"sekimori/internal/feature/ledger"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit/kodama"
	"sekimori/internal/web/webtest"
)

// reforms ends the desk from April 2026 on; lines say what comes after it.
func (x *desk) reforms(lines ...string) {
	x.t.Helper()
	x.Clock.Set(x.t, "2026-04-01T09:00:00+09:00")
	x.states(append(lines, "end unit 1100", "assign 窓口長 1300 室長 main")...)
	x.who = "窓口長"
}

func (x *desk) states(lines ...string) {
	x.t.Helper()
	x.Do(trail.Act{}, func(tx *trail.Tx) error { return x.State(tx, org.AtOnce(tx), jpdate.Today(x.Clock.Now()), lines...) })
}

// form finds the form of a page that is sent to an address that ends so.
func form(t *testing.T, page webtest.Node, action string) webtest.Node {
	t.Helper()
	for _, f := range page.All("main form[method=post]") {
		if path, _, _ := strings.Cut(f.Attr("action"), "?"); strings.HasSuffix(path, action) {
			return f
		}
	}
	t.Fatalf("no form leads to %s:\n%s", action, page.One(t, "main").Text())
	return webtest.Node{}
}

// does fills in that form of a page and sends it.
func (x *desk) does(path, action string, change url.Values, want int) (to string, page webtest.Node) {
	x.t.Helper()
	f := form(x.t, x.get(path, http.StatusOK), action)
	v := filled(f)
	for name, values := range change {
		v[name] = values
	}
	to, page, status := x.post(f.Attr("action"), v, nil)
	if status != want {
		x.t.Fatalf("%s as %s: %d, want %d: %s", f.Attr("action"), x.who, status, want, page.Text())
	}
	return to, page
}

func (x *desk) tasks() (list []feature.Task) {
	x.t.Helper()
	by := x.Actor(x.who)
	x.View(func(r db.Reader) (err error) {
		list, err = ledger.Module(x.Log, x.Desk, x.sheets, x.Library.Offered()).Tasks(x.t.Context(), r, by)
		return err
	})
	return slices.DeleteFunc(list, func(t feature.Task) bool { return !strings.HasPrefix(t.Do, "廃止された所管の") })
}

// TestTakingOver: from the task on the first page to what was done, and back.
func TestTakingOver(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		for i := range 60 {
			x.Add("受付員", kodama.Sample(fmt.Sprintf("name 貝%02d", i), "grade.secrecy "+[]string{"1", "2", ""}[i%3]))
		}
		if got := x.tasks(); len(got) != 0 {
			t.Errorf("before anything has ended: %v", got)
		}
		x.reforms("unit 1300 総合窓口 section kodama 1000 after 1100")
		got := x.tasks()
		if len(got) != 1 || got[0].Do != "廃止された所管の見本を引き継ぐ" || got[0].About != "受付係室（廃止）　見本帳 60件" {
			t.Fatalf("%v", got)
		}
		x.shows(samples, "所管の引継ぎ")
		x.shows(samples+"/move", "受付係室（廃止）", "60", "総合窓口", "案はまだありません")
		plan, _ := x.does(got[0].Href, "/move", url.Values{"note": {"組織改正による"}}, http.StatusSeeOther)
		if got := x.tasks(); len(got) != 1 || got[0].Href != plan {
			t.Errorf("with a draft: %v", got)
		}
		page := x.shows(plan, "受付係室（廃止）の見本の引継ぎ", "見本の所管を移してよろしいか", "決裁待ち", "組織改正による", "移すもの60件", "総合窓口へ移すもの（60件のうち50件）", "秘匿2 20件", "秘匿1 20件", "未分類 20件", "検証値")
		if n := len(page.All(".paper tbody tr")); n != 51 {
			t.Errorf("%d lines on the paper", n)
		}
		if n := len(x.shows(plan+"?all=1", "総合窓口へ移すもの（60件）").All(".paper tbody tr")); n != 61 {
			t.Errorf("%d lines on the whole paper", n)
		}
		_, page = x.does(plan, "/apply", url.Values{"sure": {"1"}}, http.StatusUnprocessableEntity)
		if got := page.One(t, "#faults").Text(); !strings.Contains(got, "決裁番号を入力") || !strings.Contains(got, "決裁日を入力") {
			t.Error(got)
		}
		x.does(plan, "/apply", url.Values{"number": {"総第7号"}, "decided_on": {"R8.4.1"}, "sure": {"1"}}, http.StatusSeeOther)
		x.shows(plan, "適用済み", "総第7号", "総合窓口へ移したもの", "もとの所管", "元に戻す")
		x.shows(samples, "60件", "総合窓口")
		if got := x.tasks(); len(got) != 0 {
			t.Errorf("after it: %v", got)
		}
		x.does(plan, "/undo", url.Values{"why": {"誤り"}}, http.StatusSeeOther)
		x.shows(plan, "元に戻した", "誤り", "総合窓口から戻したもの")
		x.shows(samples+"/move", "受付係室（廃止）", "元に戻した")
		x.as("館長").shows(samples+"/move", "受付係室（廃止）", "元に戻した")
		if got := x.tasks(); len(got) != 1 || got[0].About != "1所管　見本帳 60件" || got[0].Href != samples+"/move" {
			t.Errorf("for who answers for all: %v", got)
		}
		x.verified()
	})
}

// TestSplitting gives entries to several, by a filter and one by one, before somebody who may applies it.
func TestSplitting(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		var made []register.Entry
		for i := range 6 {
			made = append(made, x.Add("受付員", kodama.Sample(fmt.Sprintf("name 貝%d", i), "stuff "+[]string{"shell", "wood"}[i%2])))
		}
		x.reforms("unit 1300 総合窓口 section kodama 1000 after 1100", "unit 1400 展示室 section kodama 1000 after 1100")
		x.states("assign 展示長 1400 室長 main")
		plan, _ := x.does(samples+"/move?"+url.Values{"from": {x.Home("1100")}}.Encode(), "/move", nil, http.StatusSeeOther)
		x.shows(plan, "このままでは適用できません", "引継ぎ先が決まったものがありません", "引継ぎ先が決まっていないもの（6件）")
		x.does(plan+"?by.stuff=wood", "/lines", url.Values{"which": {"all"}, "to": {"1400"}}, http.StatusSeeOther)
		x.does(plan+"?at=-&q=貝0", "/lines", url.Values{"chosen": {string(made[0].ID)}, "to": {"総合窓口"}, "note": {"分割"}}, http.StatusSeeOther)
		_, page := x.does(plan, "/lines", url.Values{"which": {"all"}, "to": {"どこか"}}, http.StatusUnprocessableEntity)
		if got := page.One(t, "#faults").Text(); !strings.Contains(got, "その組織もシステムもありません") {
			t.Error(got)
		}
		page = x.shows(plan, "展示室へ移すもの（3件）", "総合窓口へ移すもの（1件）", "引継ぎ先が決まっていないもの（2件）", "分割", "あなたは適用できません")
		if strings.Contains(page.Text(), "決裁のとおり移す") {
			t.Error("who may not apply it is asked to")
		}
		theirs := x.as("展示長").shows(plan, "3件は、あなたの権限の範囲の外にあります", "あなたは適用できません")
		if strings.Contains(theirs.Text(), "貝1") || len(theirs.All("main form")) != 0 {
			t.Error("the other side sees what is not its own yet, or may change it")
		}
		x.as("書庫長").get(plan, http.StatusNotFound)
		x.as("展示長").get(samples+"/move", http.StatusOK)
		x.as("受付員").get(samples+"/move", http.StatusForbidden)
		f := form(t, x.as("館長").get(plan, http.StatusOK), "/apply")
		v := filled(f)
		v.Set("number", "総第8号")
		v.Set("decided_on", "R8.4.1")
		v.Set("sure", "1")
		x.does(plan+"?at=-", "/lines", url.Values{"which": {"all"}, "to": {"1300"}}, http.StatusSeeOther)
		if _, page, status := x.post(f.Attr("action"), v, nil); status != http.StatusConflict || !strings.Contains(page.Text(), "ほかの人が案を変えました") {
			t.Errorf("what was decided is not what stands there: %d", status)
		}
		x.does(plan, "/apply", url.Values{"number": {"総第8号"}, "decided_on": {"R8.4.1"}, "sure": {"1"}}, http.StatusSeeOther)
		x.as("展示長").shows(plan, "展示室へ移したもの（3件）", "貝1")
		x.shows(samples, "3件")
		if _, _, status := x.post(f.Attr("action"), v, nil); status != http.StatusNotFound && status != http.StatusConflict {
			t.Errorf("applied again: %d", status)
		}

		// A draft that nobody wants, of an owner that lives on.
		other, _ := x.as("館長").does(samples+"/move", "/move", url.Values{"from": {"1400"}, "to": {"書庫"}}, http.StatusSeeOther)
		x.does(other, "/withdraw", url.Values{"why": {"取りやめ"}}, http.StatusSeeOther)
		x.shows(other, "取下げ", "取りやめ", "書庫へ移そうとしたもの（3件）")
		_, page = x.does(samples+"/move", "/move", url.Values{"from": {"9999"}}, http.StatusUnprocessableEntity)
		if got := page.One(t, "#faults").Text(); !strings.Contains(got, "いまの所管：その組織もシステムもありません") {
			t.Error(got)
		}
		x.verified()
	})
}
