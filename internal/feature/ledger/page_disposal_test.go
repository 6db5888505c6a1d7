package ledger_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
	"sekimori/internal/feature/ledger"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit/kodama"
)

// years decides how long samples are kept, from today on.
func (x *desk) years(n int, number string) {
	x.t.Helper()
	today := jpdate.Today(x.Clock.Now())
	x.Do(trail.Act{}, func(tx *trail.Tx) error {
		set, err := x.Library.InForce(x.t.Context(), tx, today)
		if err != nil {
			return err
		}
		_, err = setting.Enter(x.t.Context(), tx, set.Settings(nil), setting.Proposal{
			By: "cli:test", Title: "保存期間", From: today, Rest: setting.RestLeftOut, Wishes: map[string]setting.Wish{"kodama.record-check": {Value: []string{fmt.Sprint(12 * n)}}},
		}, setting.Decision{By: "cli:test", Elsewhere: true, Number: number, On: today, From: today})
		return err
	})
}

// ended adds a sample and takes it off the books.
func (x *desk) ended(name string) register.Entry {
	x.t.Helper()
	e := x.Add("受付員", kodama.Sample("name "+name, "giver 鬼怒川"))
	if err := x.Desk.Move(x.t.Context(), x.Actor("受付長"), "kodama", "sample", e.ID, 1, "gone", register.Entering{}); err != nil {
		x.t.Fatal(errs.Message(err))
	}
	return e
}

// duties are the tasks about what is over its time.
func (x *desk) duties(who string) string {
	x.t.Helper()
	var list []feature.Task
	by := x.Actor(who)
	x.View(func(r db.Reader) (err error) {
		list, err = ledger.Module(x.Log, x.Desk, x.sheets, x.Library.Offered()).Tasks(x.t.Context(), r, by)
		return err
	})
	var words []string
	for _, t := range list {
		if strings.Contains(t.Do, "廃棄") && !strings.Contains(t.Do, "廃止") {
			words = append(words, t.Do+"／"+t.About+"／"+t.Href)
		}
	}
	return strings.Join(words, "\n")
}

// TestRecordsAreDestroyedByDecision: from the task on the first page to the list that stays, on the screens of who draws it up and who decides.
func TestRecordsAreDestroyedByDecision(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		var made []register.Entry
		for i := range 60 {
			made = append(made, x.ended(fmt.Sprintf("貝%02d", i)))
		}
		page := samples + "/disposal"
		x.as("受付員").shows(page, "1年（提案の値。", "「除籍」になった日の翌年度4月1日", "文書の分類", "保存期間が満了した見本はありません", "一覧はまだありません")
		x.years(5, "館総第1号")
		x.shows(samples+"/entry/"+string(made[0].ID), "令和13年3月31日まで")
		if got := x.duties("受付員"); got != "" {
			t.Errorf("before it is over: %s", got)
		}
		x.Clock.Set(t, "2031-04-01T09:00:00+09:00")
		x.settle()
		home := x.Home("1100")
		of := page + "?" + url.Values{"home": {home}}.Encode()
		if got, want := x.duties("受付員"), "保存期間が満了した見本の廃棄予定一覧を作る／受付係室　見本帳／"+of; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if got := x.duties("館長"); got != "" {
			t.Errorf("for the head of all: %s", got)
		}
		x.shows(samples, "保存期間と廃棄")
		x.shows(page, "館総第1号", "受付係室", "一覧の案を見る")
		x.shows(page+"?on=R13.3.31", "令和13年3月31日現在", "満了した見本はありません")
		x.shows(page+"?on=いつか", "いつ現在を「R8.4.1」や")

		// One is kept longer, by its own page.
		one := samples + "/entry/" + string(made[59].ID)
		if strings.Contains(x.get(one, http.StatusOK).Text(), "保存を延長する") {
			t.Error("a clerk is asked to keep it longer")
		}
		_, refused := x.as("受付長").does(one, "/extend", url.Values{"extension_until": {"R1.5.1"}}, http.StatusUnprocessableEntity)
		if got := refused.One(t, "#faults").Text(); !strings.Contains(got, "延長する理由を入力") || !strings.Contains(got, "今日（令和13年4月1日）より前") {
			t.Error(got)
		}
		x.does(one, "/extend", url.Values{"extension_reason": {"係争中"}}, http.StatusSeeOther)
		x.shows(one, "延長中：係争中")

		shown := x.as("受付員").shows(of, "一覧の案（59件）", "59行のうち50行", "1件は、保存が延長されています")
		if n := len(shown.All("main table tbody tr")); n != 52 { // and the owner above, and that there is no list yet
			t.Errorf("%d rows", n)
		}
		if n := len(x.get(of+"&all=1", http.StatusOK).All("main table tbody tr")); n != 61 {
			t.Errorf("%d rows of all", n)
		}
		list, _ := x.does(of, "/disposal", nil, http.StatusSeeOther)
		x.shows(list, "見本帳の廃棄について（受付係室、令和13年4月1日現在）", "次の記録は、保存期間が満了したので", "決裁待ち", "59件", "検証値", "廃棄を決める権限がありません")
		if got := x.duties("受付員"); got != "" {
			t.Errorf("when it is listed: %s", got)
		}
		if got, want := x.duties("受付長"), "廃棄予定一覧の決裁を記録する／見本帳の廃棄について（受付係室、令和13年4月1日現在）／"+list; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		x.as("書庫長").get(list, http.StatusNotFound)

		// A line of which something has changed comes first, chosen.
		if _, err := x.Desk.Change(t.Context(), x.Actor("受付長"), "kodama", "sample", made[58].ID, 2, register.Input{"note": {"直した"}}, register.Entering{}); err != nil {
			t.Fatal(errs.Message(err))
		}
		page1 := x.as("受付長").shows(list, "1行が、一覧を作ったときと変わりました", "内容が変わりました")
		if strings.Contains(page1.Text(), "決裁を記録する") {
			t.Error("a list that no longer holds is to be decided")
		}
		_, refused = x.does(list, "/keep", nil, http.StatusUnprocessableEntity)
		if got := refused.One(t, "#faults").Text(); !strings.Contains(got, "延長する理由を入力") || strings.Contains(got, "外す行を選んで") {
			t.Error(got)
		}
		x.does(list, "/keep", url.Values{"extension_reason": {"内容を直した"}, "extension_until": {"R14.3.31"}}, http.StatusSeeOther)
		x.shows(list+"?all=1", "58件", "延長：内容を直した")

		_, refused = x.does(list, "/decide", url.Values{"sum": {"0000"}}, http.StatusUnprocessableEntity)
		if got := refused.One(t, "#faults").Text(); !strings.Contains(got, "初めの8文字") || !strings.Contains(got, "決裁の番号") || !strings.Contains(got, "決裁の日") {
			t.Error(got)
		}
		var sum string
		x.View(func(r db.Reader) error {
			d, err := x.Desk.Open(t.Context(), r, x.Actor("受付長"), "kodama", "sample")
			if err != nil {
				return err
			}
			open, err := d.Disposals(true)
			sum = open[0].Sum
			return err
		})
		x.does(list, "/decide", url.Values{"sum": {strings.ToUpper(sum[:8])}, "number": {"館総第9号"}, "decided_on": {"R13.4.1"}}, http.StatusSeeOther)
		x.shows(list, "決裁済み（廃棄待ち）", "館総第9号", "58件を廃棄する")
		if got, want := x.duties("受付長"), "決裁された廃棄を行う／見本帳の廃棄について（受付係室、令和13年4月1日現在）／"+list; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if len(x.as("受付員").get(list, http.StatusOK).All("main form")) != 0 {
			t.Error("a clerk may do something with a decided list")
		}
		_, refused = x.as("受付長").does(list, "/carry", nil, http.StatusUnprocessableEntity)
		if len(refused.All("#faults")) != 1 {
			t.Error("destroyed without making sure")
		}
		x.does(list, "/carry", url.Values{"sure": {"1"}}, http.StatusSeeOther)
		x.settle()
		done := x.shows(list, "廃棄済み", "58件", "受付長", "受領証")
		if strings.Contains(done.Text(), "鬼怒川") || len(done.All("main form[method=post]")) != 0 {
			t.Error("the proof names people, or asks for more")
		}
		x.get(samples+"/entry/"+string(made[0].ID), http.StatusNotFound)
		x.shows(page, "廃棄済み", "館総第9号")
		x.does(one, "/lift", nil, http.StatusSeeOther)
		if got := x.duties("受付員"); !strings.HasSuffix(got, of) {
			t.Errorf("when the extension is lifted: %s", got)
		}
		x.verified()
	})
}

// TestAListIsWithdrawn: it stays with the reason, and what it named can be listed again; two who draw up at once do not list anything twice.
func TestAListIsWithdrawn(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		x.ended("貝")
		x.years(5, "館総第1号")
		x.Clock.Set(t, "2031-04-01T09:00:00+09:00")
		x.settle()
		of := samples + "/disposal?" + url.Values{"home": {x.Home("1100")}}.Encode()
		seen := form(t, x.as("受付員").get(of, http.StatusOK), "/disposal")
		list, _ := x.as("受付長").does(of, "/disposal", nil, http.StatusSeeOther)
		if _, page, status := x.as("受付員").post(seen.Attr("action"), filled(seen), nil); status != http.StatusConflict && status != http.StatusUnprocessableEntity || len(page.All("#faults")) != 1 && !strings.Contains(page.Text(), "一覧") {
			t.Errorf("listed twice: %d %s", status, page.Text())
		}
		x.as("受付長").shows(list, "一覧を作った人と、その代行者は、その廃棄を決めることができません")
		_, refused := x.does(list, "/withdraw", url.Values{"why": {" "}}, http.StatusUnprocessableEntity)
		if got := refused.One(t, "#faults").Text(); !strings.Contains(got, "理由") {
			t.Error(got)
		}
		x.does(list, "/withdraw", url.Values{"why": {"作り直す"}}, http.StatusSeeOther)
		if page := x.shows(list, "取下げ", "作り直す"); len(page.All("main form[method=post]")) != 0 {
			t.Error("a withdrawn list asks for more")
		}
		x.shows(of, "一覧の案（1件）")
		x.as("書庫長").get(of, http.StatusForbidden)
		x.as("館長").shows(samples+"/disposal", "受付係室")
		x.shows(samples+"/disposal?home=b:", "一覧の案（1件）")
		x.verified()
	})
}
