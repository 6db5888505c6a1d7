package admin_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/admin"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/tiny"
	"sekimori/internal/testkit/town"
	"sekimori/internal/web"
)

// hall is the feature in a small town, where 運用 and 副用 are operators, 課長 and 隣長 lead a section each, and 係員 has no right to any of it.
type hall struct {
	*office
	*town.Town
	admin.Office
	gate  *access.Gate
	stops bool // whether its job fails
}

func openHall(t *testing.T) *hall {
	t.Helper()
	modules := []db.Schema{
		{Module: "trail", FS: trail.Schema()},
		{Module: "org", FS: org.Schema()},
		{Module: "access", FS: access.Schema()},
		{Module: "account", FS: account.Schema()},
		{Module: "setting", FS: setting.Schema()},
		{Module: "regime", FS: regime.Schema()},
		{Module: "job", FS: job.Schema()},
	}
	log := trail.New(testkit.Open(t, testkit.DSN(t, db.SQLite, modules), modules))
	h := &hall{stops: true, Town: town.Build(t, log, town.Lines(`
		unit 0000 港市 body tiny -
		unit 0110 情報課 section tiny 0000
		unit 0120 窓口課 section tiny 0000
		post 課長 4 head
		post 係員 7
		assign 課長 0110 課長 main
		assign 隣長 0120 課長 main
		assign 係員 0110 係員 main
		assign 運用 0110 係員 main
		assign 副用 0110 係員 main
		assign 退職 0110 係員 main ..2025-04-30
		designate sekimori operator b: 運用
		designate sekimori operator b: 副用
	`)...)}
	h.Clock.Set(t, "2025-04-10T09:00:00+09:00")
	set, err := regime.Load(tiny.Regimes(), nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	library := regime.NewLibrary(set, nil)
	chief := org.Role{ID: "chief", Title: "所属長", Scope: org.ScopeSection, HeldBy: org.HeldBy{HeadOf: "section"}, May: []string{"policy.read", "people.read", "place.manage"}}
	staff := org.Role{ID: "staff", Title: "職員", Everyone: []org.Employment{"regular"}, May: []string{"policy.read"}}
	rules := []org.Rules{{Regime: "tiny", Title: "港市", Hash: "1", Roles: []org.Role{chief, staff}}, access.Rules()}
	h.gate = access.NewGate(&org.Charts{}, func(context.Context, db.Reader) ([]org.Rules, error) { return rules, nil })
	accounts := account.New(log, account.Options{})
	factors, err := account.NewFactors(log, account.FactorOptions{Key: []byte(strings.Repeat("k", 32)), Issuer: "港市", Reissue: accounts.Reissue})
	if err != nil {
		t.Fatal(err)
	}
	accounts.UseFactors(factors)
	h.Office = admin.Office{
		Accounts: accounts, Factors: factors, Keys: account.NewKeyring(log), Library: library,
		Settings: admin.NewSettings(log, func(ctx context.Context, r db.Reader, on jpdate.Date) ([]setting.Declaration, error) {
			return set.Settings(account.Settings()), nil
		}),
		Jobs: job.New(log.DB(), job.Kind{Name: "test.work", Title: "試しの処理", Run: func(context.Context, *job.Handle) error {
			if h.stops {
				return errs.New(errs.Invalid, "ファイルが読めません。")
			}
			return nil
		}}),
	}
	h.office = &office{T: t, Settings: h.Office.Settings, log: log}
	h.office.site, err = web.New(web.Config{
		Product: "関守", Parts: []web.Part{admin.Module(h.Office).Part}, Log: slog.New(slog.DiscardHandler), Ready: log.DB().Check,
		Identify: func(*http.Request) (*access.Actor, error) { return h.who, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// as is the reader from now on.
func (h *hall) as(name string) *office {
	h.office.Helper()
	err := h.log.DB().View(h.office.Context(), func(r db.Reader) (err error) {
		h.who, err = h.gate.Person(h.office.Context(), r, h.ID("person", name), db.At(h.log.DB().Now()))
		return err
	})
	if err != nil {
		h.office.Fatal(err)
	}
	return h.office
}

func (h *hall) number(name string) string {
	h.office.Helper()
	var number string
	err := h.log.DB().View(h.office.Context(), func(r db.Reader) error {
		p, err := org.View{On: jpdate.New(2025, 4, 10), Now: db.At(h.log.DB().Now())}.Person(h.office.Context(), r, h.ID("person", name))
		number = p.Number
		return err
	})
	if err != nil {
		h.office.Fatal(err)
	}
	return number
}

// accountOf is where the account of somebody is looked after.
func (h *hall) accountOf(name string) (href string, of id.ID) {
	h.office.Helper()
	err := h.log.DB().View(h.office.Context(), func(r db.Reader) error {
		a, err := account.OfPerson(h.office.Context(), r, h.ID("person", name))
		of = a.ID
		return err
	})
	if err != nil {
		h.office.Fatal(err)
	}
	return "/admin/accounts/" + string(of), of
}

// answered sends a form whose answer is the page itself.
func (h *hall) answered(path string, form url.Values, want ...string) string {
	h.office.Helper()
	w := h.post(path, form)
	if w.Code != http.StatusOK {
		h.office.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return h.says(path, w, want...).One(h.office.T, "main").Text()
}

// TestAnAccountFromTheInvitationToItsEnd: several at once on slips, or nobody where a line is wrong; found by name; stopped, opened,
// renamed and closed with reasons.
func TestAnAccountFromTheInvitationToItsEnd(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.as("運用").shows("/admin", "利用者", "所属端末", "自動処理", "標準運用値")
	h.refused("/admin/accounts/new", url.Values{"numbers": {"x1\n" + h.number("係員")}, "password": {"yes"}}, http.StatusUnprocessableEntity, "x1：", "だれも登録していません")
	text := h.answered("/admin/accounts/new", url.Values{"numbers": {h.number("係員") + "\n" + h.number("課長")}, "password": {"yes"}}, "係員", "課長", "仮パスワード", "令和7年4月17日", "二度と表示されません")
	if n := strings.Count(text, "使える期限"); n != 2 {
		t.Errorf("%d slips: %s", n, text)
	}
	h.refused("/admin/accounts/new", url.Values{"numbers": {h.number("係員")}, "password": {"yes"}}, http.StatusUnprocessableEntity, "もう登録されています")
	text = h.answered("/admin/accounts/new", url.Values{"numbers": {h.number("隣長")}, "password": {"no"}}, "庁内の職員認証")
	if strings.Contains(text, "仮パスワード 使える") {
		t.Error(text)
	}
	href, _ := h.accountOf("係員")
	if got := h.shows("/admin/accounts?q="+url.QueryEscape("係員"), "係員").One(t, "main table a").Attr("href"); got != href {
		t.Errorf("found %s, want %s", got, href)
	}
	h.shows("/admin/accounts?state=suspended", "該当するものはありません")
	h.shows(href, "係員", "在籍中", "仮パスワード", "登録されていません", "停止する", "廃止する")
	h.refused(href+"/suspend", url.Values{}, http.StatusUnprocessableEntity, "理由")
	h.moved(href+"/suspend", url.Values{"suspend_why": {"紛失の届けがあったため"}})
	h.shows(href, "停止中", "停止を解く")
	h.refused(href+"/suspend", url.Values{"suspend_why": {"二度"}}, http.StatusConflict)
	h.moved(href+"/resume", url.Values{"resume_why": {"見つかったため"}})
	h.moved(href+"/rename", url.Values{"login": {"kakari"}})
	h.answered(href+"/reset", url.Values{"reset_why": {"忘れたため"}}, "kakari", "仮パスワード")
	h.moved(href+"/end", url.Values{"end_why": {"念のため"}})
	h.moved(href+"/close", url.Values{"close_why": {"誤って登録したため"}})
	h.shows(href, "廃止", "もう一度登録する")
	for _, name := range []string{"課長", "係員"} {
		h.as(name)
		for _, path := range []string{"/admin/accounts", href, "/admin/recoveries", "/admin/jobs"} {
			if w := h.get(path); w.Code != http.StatusForbidden {
				t.Errorf("%s opens %s: %d", name, path, w.Code)
			}
		}
	}
}

// TestASecondFactorIsRecoveredByTwo: who asks does not confirm.
func TestASecondFactorIsRecoveredByTwo(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.as("運用")
	h.answered("/admin/accounts/new", url.Values{"numbers": {h.number("係員")}, "password": {"yes"}})
	href, _ := h.accountOf("係員")
	h.moved(href+"/recovery", url.Values{"reason": {"端末を落とし、窓口で本人から聞いた"}})
	at := h.shows("/admin/recoveries", "係員", "窓口で本人から", "ほかの人が決めます").One(t, "main table a").Attr("href")
	if text := h.shows(at, "求めた人と本人のほか").One(t, "main").Text(); strings.Contains(text, "認めて仮パスワード") {
		t.Error("who asked is offered to confirm")
	}
	if w := h.post(at+"/confirm", url.Values{"sure": {"1"}}); w.Code != http.StatusForbidden {
		t.Errorf("who asked confirms: %d", w.Code)
	}
	h.as("副用").refused(at+"/confirm", url.Values{}, http.StatusUnprocessableEntity, "確かめました")
	h.answered(at+"/confirm", url.Values{"sure": {"1"}}, "係員", "仮パスワード", "もう一度登録します")
	h.shows("/admin/recoveries", "いまはありません")
	if w := h.get(at); w.Code != http.StatusNotFound {
		t.Errorf("what is decided: %d", w.Code)
	}
}

// TestAChiefLooksAfterHisTerminals: and no other's.
func TestAChiefLooksAfterHisTerminals(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.as("課長")
	h.refused("/admin/places/new", url.Values{"unit": {"0120"}, "label": {"窓口"}}, http.StatusUnprocessableEntity, "ありません")
	at := h.moved("/admin/places/new", url.Values{"unit": {"0110"}, "label": {"情報課 窓口"}})
	h.shows("/admin/places", "情報課 窓口の今日の番号")
	before := regexp.MustCompile(`\d{3} \d{3}`).FindString(h.shows(at, "令和7年4月10日の番号").One(t, "main").Text())
	h.answered(at+"/terminals", url.Values{"label": {"1階"}}, "登録コード", "1階", "/place")
	terminal := h.shows(at, "登録待ち").One(t, "input[type=radio]").Attr("value")
	h.moved(at+"/withdraw", url.Values{"terminal": {terminal}})
	h.moved(at+"/renew", url.Values{})
	if after := regexp.MustCompile(`\d{3} \d{3}`).FindString(h.shows(at, "取消し").One(t, "main").Text()); after == before {
		t.Error("the number is the same")
	}
	if w := h.as("隣長").get(at); w.Code != http.StatusNotFound {
		t.Errorf("a neighbour opens it: %d", w.Code)
	}
	if w := h.as("係員").get("/admin/places"); w.Code != http.StatusForbidden {
		t.Errorf("staff open it: %d", w.Code)
	}
	h.as("課長").moved(at+"/close", url.Values{"close_why": {"窓口を閉じたため"}})
	h.shows(at, "廃止")
}

// TestWhatHasStoppedBeginsAnew: and the first page tells it, with what else waits.
func TestWhatHasStoppedBeginsAnew(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	h.as("運用")
	h.answered("/admin/accounts/new", url.Values{"numbers": {h.number("退職") + "\n" + h.number("運用")}, "password": {"no"}})
	h.Clock.Set(t, "2025-06-30T09:00:00+09:00")
	ctx := t.Context()
	err := h.log.DB().Update(ctx, func(tx *db.Tx) error {
		_, err := h.Jobs.Enqueue(ctx, tx, "test.work", "x")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Jobs.RunDue(ctx); err != nil {
		t.Fatal(err)
	}
	h.as("運用")
	at := h.shows("/admin/jobs", "停止", "ファイルが読めません").One(t, "main table a").Attr("href")
	h.shows("/admin/accounts", "猶予も過ぎた利用者が1人")
	err = h.log.DB().View(ctx, func(r db.Reader) error {
		m := admin.Module(h.Office)
		tasks, err := m.Tasks(ctx, r, h.who)
		if err != nil {
			return err
		}
		var words []string
		for _, x := range tasks {
			words = append(words, x.Do+" "+x.About)
		}
		if got := strings.Join(words, "、"); !strings.Contains(got, "停止した自動処理をやり直す 1件、標準運用値を決める") {
			t.Error(got)
		}
		stats, err := m.Figures(ctx, r, h.who)
		if len(stats) != 3 || stats[1].Number != "1" || stats[2].Number != "1" { // 副用 has no account
			t.Errorf("%+v", stats)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.stops = false
	h.moved(at+"/retry", url.Values{})
	if err := h.Jobs.RunDue(ctx); err != nil {
		t.Fatal(err)
	}
	h.shows(at, "済み")
	h.refused(at+"/retry", url.Values{}, http.StatusConflict)
	h.shows("/admin/accounts/lapsed", "退職", "令和7年4月30日まで")
	h.moved("/admin/accounts/lapsed", url.Values{})
	h.shows("/admin/accounts/lapsed", "いまはいません")
}

// TestAnEditionIsAdoptedByADecision: with its number and days, by who may.
func TestAnEditionIsAdoptedByADecision(t *testing.T) {
	t.Parallel()
	h := openHall(t)
	at := h.as("係員").shows("/admin/packs", "決裁なし", "第1.0版").One(t, "main table a").Attr("href")
	if found := h.shows(at, "まだどれも決裁で採用されていません").All("form"); len(found) != 0 {
		t.Error("a reader is offered to adopt")
	}
	in := url.Values{"decision": {"デ第1号"}, "decided": {"R7.4.1"}, "effective": {"R7.4.5"}, "sure": {"1"}}
	if w := h.post(at+"/activate", in); w.Code != http.StatusForbidden {
		t.Errorf("staff adopt: %d", w.Code)
	}
	h.who = access.NewProgram("local:test")
	late := url.Values{"decision": {"デ第1号"}, "decided": {"R7.4.9"}, "effective": {"R7.4.5"}, "sure": {"1"}}
	h.refused(at+"/activate", late, http.StatusUnprocessableEntity, "より後です")
	h.moved(at+"/activate", in)
	h.shows("/admin/packs", "令和7年4月5日から", "デ第1号", "令和7年4月1日決裁")
	h.shows(at, "令和7年4月5日から適用しています")
}
