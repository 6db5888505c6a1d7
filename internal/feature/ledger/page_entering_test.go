package ledger_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/testkit/kodama"
	"sekimori/internal/web/webtest"
)

const visits = "/ledger/kodama/visit"

// TestTwoTimes: when it happened is asked, said where it is not when it was entered, and corrected.
func TestTwoTimes(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		at := url.Values{"f.name": {"巻貝"}, "f.fragile": {"no"}}
		entry := x.as("受付員").sends(samples+"/new", at, nil)
		if text := x.shows(entry, "記録の日時 令和7年4月2日 9:00").Text(); strings.Contains(text, "あった日時") {
			t.Error("one time is said twice")
		}
		if strings.Contains(x.get(samples, http.StatusOK).Text(), "あった日時") {
			t.Error("the list says it too")
		}
		at.Set("happened-at", "R7.4.1 21:40")
		late := x.sends(samples+"/new", at, nil)
		x.shows(late, "あった日時 令和7年4月1日 21:40", "記録の日時 令和7年4月2日 9:00")
		x.shows(samples, "あった日時", "令和7年4月1日 21:40", "令和7年4月2日 9:00")

		x.as("受付長")
		page := x.get(late+"/edit", http.StatusOK)
		if got := page.One(t, "input[name=happened-at]").Attr("value"); got != "令和7年4月1日 21:40" {
			t.Errorf("%q", got)
		}
		v := filled(page.One(t, "main form[method=post]"))
		v.Set("happened-at", "R7.4.3 9:00")
		v.Set("f.name", "")
		_, page, status := x.post(late+"/edit", v, nil)
		faults := page.One(t, "#faults")
		if status != http.StatusUnprocessableEntity || !strings.Contains(faults.Text(), "これからの日時です") || !strings.Contains(faults.Text(), "名称を入力") || len(faults.All("a[href=#happened-at]")) != 1 {
			t.Errorf("%d %s", status, faults.Text())
		}
		x.sends(late+"/edit", url.Values{"happened-at": {"R7.4.1 21:00"}, "note": {"聞き直した"}}, nil)
		x.shows(late+"/history", "令和7年4月1日 21:40", "令和7年4月1日 21:00", "聞き直した")

		visit := x.as("受付員").sends(visits+"/new", url.Values{"f.purpose": {"閲覧"}}, nil)
		x.shows(visit, "閲覧")
		x.shows(visits, "あった日時", "令和7年4月2日 9:00")
		x.verified()
	})
}

// TestForAnother: the form of a kind with proxies asks for whom; the entry says who entered it.
func TestForAnother(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		v := url.Values{"f.name": {"巻貝"}, "f.fragile": {"no"}, "entered-from": {"paper"}}
		x.as("受付員")
		form := x.get(samples+"/new", http.StatusOK).One(t, "main form[method=post]")
		all := filled(form)
		for name, values := range v {
			all[name] = values
		}
		_, page, _ := x.post(samples+"/new", all, nil)
		if faults := page.One(t, "#faults"); len(faults.All("a[href=#for-person]")) != 1 || len(faults.All("a[href=#happened-at]")) != 1 || len(page.All("input[name=entered-from][value=paper][checked]")) != 1 {
			t.Fatal(faults.Text())
		}
		v.Set("happened-at", "R7.4.1 8:30")
		v.Set("for-person", string(x.ID("person", "夜間員")))
		entry := x.sends(samples+"/new", v, nil)
		x.shows(entry, "だれの分 夜間員", "記入の元 紙から代わりに記入", "記入した人 受付員", "あった日時 令和7年4月1日 8:30")
		x.shows(entry+"/history", "だれの分", "夜間員")

		x.as("受付長")
		page = x.get(entry+"/edit", http.StatusOK)
		if got := page.One(t, "input[name=for-person]").Attr("value"); !strings.Contains(got, "夜間員") || len(page.All("input[name=entered-from][value=paper][checked]")) != 1 {
			t.Errorf("%q", got)
		}
		x.sends(entry+"/edit", nil, nil) // changes nothing
		if got := len(x.get(entry+"/history", http.StatusOK).All(".version-when")); got != 1 {
			t.Errorf("%d versions", got)
		}
		x.sends(entry+"/edit", url.Values{"f.name": {"二枚貝"}}, nil)
		x.shows(entry, "二枚貝", "だれの分 夜間員", "記入した人 受付員")
		x.sends(entry+"/edit", url.Values{"entered-from": {"place:x"}, "f.name": {"桜貝"}}, nil) // nobody may say so
		x.shows(entry, "桜貝", "記入の元 紙から代わりに記入")
		if got := x.get(visits+"/new", http.StatusOK).All("input[name=entered-from]"); len(got) != 0 {
			t.Error("a kind that knows no proxies asks for them")
		}
		x.verified()
	})
}

// at makes who asks a place of a unit.
func (x *desk) at(unit string) *desk {
	x.t.Helper()
	account := id.New(x.Clock.Now())
	x.View(func(r db.Reader) (err error) {
		x.place, err = x.Gate.Place(x.t.Context(), r, account, x.House.ID("unit", unit), db.At(x.Clock.Now()))
		return err
	})
	return x
}

// TestAtAPlace: the form of a terminal, from choosing oneself to the number, and the next.
func TestAtAPlace(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		for _, path := range []string{"/place/ledger", "/place/ledger/kodama/visit"} {
			x.get(path, http.StatusForbidden)
		}
		x.at("1100")
		page := x.shows("/place/ledger", "来館（来館の記録）", "見本（見本帳）", "受付係室")
		to := page.All("main .links a")[1].Attr("href")
		form := x.shows(to, "記入する人", "受付員", "夜間員", "まだありません").One(t, "main form[method=post]")
		if text := form.Text(); strings.Contains(text, "書庫長") || len(form.All("[name=f.place]")) != 0 || len(form.All("select[name=for-person]")) != 1 {
			t.Errorf("%s", text)
		}
		v := filled(form)
		v.Set("f.purpose", "閲覧")
		_, page, status := x.post(to, v, nil)
		if got := page.One(t, "#faults"); status != http.StatusUnprocessableEntity || len(got.All("a[href=#for-person]")) != 1 {
			t.Fatalf("%d %s", status, got.Text())
		}
		if got := page.One(t, "input[name=f.purpose]").Attr("value"); got != "閲覧" {
			t.Errorf("what was typed is lost: %q", got)
		}
		next := x.sends(to, url.Values{"for-person": {string(x.House.ID("person", "夜間員"))}, "f.purpose": {"閲覧"}, "f.visitor": {"山田"}}, nil)
		if next != to {
			t.Errorf("it leads to %s", next)
		}
		page = x.shows(to, "令和7-来館-000001", "夜間員", "閲覧")
		if links := page.One(t, "main table").All("a"); len(links) != 0 {
			t.Error("the list leads on")
		}
		if got := page.One(t, "select[name=for-person]").All("option[selected]"); len(got) > 1 || len(got) == 1 && got[0].Attr("value") != "" {
			t.Error("the next one is somebody already")
		}
		samplesAt := "/place/ledger/kodama/sample"
		if got := x.get(samplesAt, http.StatusOK).All("select[name=f.keeper]"); len(got) != 1 {
			t.Error("people in fields are not chosen from who works here")
		}
		x.sends(samplesAt, url.Values{"for-person": {string(x.House.ID("person", "受付員"))}, "f.name": {"落とし物の貝"}, "f.fragile": {"no"}, "f.keeper": {string(x.House.ID("person", "受付員"))}}, nil)
		for path, want := range map[string]int{"/place/ledger/kodama/record": http.StatusNotFound, "/place/ledger/kodama/x": http.StatusNotFound, samples: http.StatusForbidden, "/ledger": http.StatusForbidden} {
			x.get(path, want)
		}
		if got := x.at("1200").get(to, http.StatusOK).Text(); strings.Contains(got, "000001") {
			t.Error("another place sees it")
		}

		x.as("受付長")
		list := x.shows(visits, "令和7-来館-000001")
		x.shows(list.One(t, "tbody th a").Attr("href"), "だれの分 夜間員", "記入の元 所属端末から記入", "記入した人 所属端末")
		list = x.shows(samples, "落とし物の貝")
		entry := list.One(t, "tbody th a").Attr("href")
		if got := x.get(entry+"/edit", http.StatusOK).All("input[name=for-person]"); len(got) != 0 {
			t.Error("what came from a place can be said to be a proxy's")
		}
		x.sends(entry+"/edit", url.Values{"f.name": {"桜貝"}}, nil)
		x.shows(entry, "桜貝", "所属端末から記入", "だれの分 受付員")
		x.verified()
	})
}

// TestUnderRecord: nothing shows it but the button, once, and the history says who pressed it and why.
func TestUnderRecord(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		e := x.Add("受付員", kodama.Sample("price 987654"))
		entry := samples + "/entry/" + string(e.ID)
		nowhere := func(what string, page webtest.Node) {
			t.Helper()
			if strings.Contains(page.Text(), "987654") {
				t.Errorf("%s shows it", what)
			}
		}
		look := url.Values{"reason": {"保険の見積り"}}
		for _, who := range []string{"受付員", "館長"} {
			page := x.as(who).shows(entry, "評価額 記入あり")
			if len(page.All("form[action="+entry+"/look]")) != 0 {
				t.Errorf("%s is offered to look", who)
			}
			if _, _, status := x.post(entry+"/look", look, nil); status != http.StatusForbidden {
				t.Errorf("%s looks: %d", who, status)
			}
		}
		x.as("受付長")
		page := x.shows(entry, "評価額 記入あり", "表示する（閲覧を記録します）")
		nowhere("the entry", page)
		_, page, status := x.post(entry+"/look", url.Values{"reason": {" "}}, nil)
		if nowhere("a refusal", page); status != http.StatusUnprocessableEntity || len(page.All("#faults a[href=#reason]")) != 1 {
			t.Errorf("%d %s", status, page.Text())
		}
		_, page, status = x.post(entry+"/look", look, nil)
		if text := page.One(t, "main").Text(); status != http.StatusOK || !strings.Contains(text, "評価額 987654円") || !strings.Contains(text, "閲覧を記録しました") {
			t.Fatalf("%d %s", status, text)
		}
		nowhere("the entry after it", x.get(entry, http.StatusOK))
		nowhere("the form", x.get(entry+"/edit", http.StatusOK))
		nowhere("the list", x.get(samples, http.StatusOK))
		nowhere("the history", x.as("受付員").shows(entry+"/history", "要閲覧記録の項目を見た", "受付長", "見た項目：評価額", "理由：保険の見積り"))
		x.as("受付長").sends(entry+"/edit", url.Values{"f.name": {"二枚貝"}}, nil) // keeps what it does not show
		if _, page, _ := x.post(entry+"/look", look, nil); !strings.Contains(page.Text(), "987654円") {
			t.Error("a change has lost it")
		}
		bare := x.Add("受付員", kodama.Sample())
		if page := x.shows(samples+"/entry/"+string(bare.ID), "評価額 未記入"); len(page.All("[name=reason]")) != 0 {
			t.Error("nothing can be looked at")
		}
		x.verified()
	})
}

// TestAStateThatAsksForMore: the form that brings an entry there asks it, and what is wrong stands beside it.
func TestAStateThatAsksForMore(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		const records = "/ledger/kodama/record"
		entry := x.as("受付長").sends(records+"/new", url.Values{"f.name": {"名簿"}, "f.desk": {x.Home("1100")}, "f.form": {"book"}}, nil)
		page := x.get(entry, http.StatusOK)
		form := x.form(entry, page, url.Values{"state": nil})
		if !strings.Contains(form.Text(), "捨て方 次のとき") {
			t.Errorf("%s", form.Text())
		}
		v := filled(form)
		v.Set("state", "gone")
		_, page, status := x.post(form.Attr("action"), v, nil)
		if got := page.One(t, "#faults"); status != http.StatusUnprocessableEntity || len(got.All("a[href=#f.gone_how]")) != 1 {
			t.Fatalf("%d %s", status, got.Text())
		}
		v.Set("f.gone_how", "溶かした")
		if _, page, status := x.post(form.Attr("action"), v, nil); status != http.StatusSeeOther {
			t.Fatalf("%d %s", status, page.Text())
		}
		x.shows(entry, "廃棄済", "捨て方 溶かした")
		x.sends(entry, url.Values{"state": {"kept"}}, nil)
		if strings.Contains(x.shows(entry, "保管中").Text(), "溶かした") {
			t.Error("what is not asked in a state is kept there")
		}
		x.verified()
	})
}
