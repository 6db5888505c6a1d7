package admin_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/admin"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/tiny"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

// office is the feature on the screens of a body under the tiny regime, on 1 March 2026.
type office struct {
	*testing.T
	*admin.Settings
	log  *trail.Log
	site http.Handler
	who  *access.Actor
}

func open(t *testing.T) *office {
	t.Helper()
	modules := []db.Schema{
		{Module: "trail", FS: trail.Schema()},
		{Module: "org", FS: org.Schema()},
		{Module: "setting", FS: setting.Schema()},
		{Module: "regime", FS: regime.Schema()},
	}
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, modules), modules)
	d.Now = testkit.NewClock(t, "2026-03-01T09:00:00+09:00").Now
	set, err := regime.Load(tiny.Regimes(), nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	packs := regime.NewLibrary(set, nil)
	o := &office{T: t, log: trail.New(d), who: access.NewProgram("local:drafter")}
	o.Settings = admin.NewSettings(o.log, func(ctx context.Context, r db.Reader, on jpdate.Date) ([]setting.Declaration, error) {
		set, err := packs.InForce(ctx, r, on)
		if err != nil {
			return nil, err
		}
		return set.Settings(account.Settings()), nil
	})
	o.site, err = web.New(web.Config{
		Product: "関守", Parts: []web.Part{admin.Module(admin.Office{Settings: o.Settings}).Part}, Log: slog.New(slog.DiscardHandler), Ready: d.Check,
		Identify: func(*http.Request) (*access.Actor, error) { return o.who, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	o.site.ServeHTTP(w, r)
	return w
}

func (o *office) get(path string) *httptest.ResponseRecorder {
	return o.send(httptest.NewRequestWithContext(o.Context(), http.MethodGet, "http://127.0.0.1"+path, nil))
}

// shows gets a page that must be there, keep the rules of every page and have all of some words in it.
func (o *office) shows(path string, want ...string) webtest.Node {
	o.Helper()
	w := o.get(path)
	if w.Code != http.StatusOK {
		o.Fatalf("%s: %d", path, w.Code)
	}
	return o.says(path, w, want...)
}

func (o *office) says(what string, w *httptest.ResponseRecorder, want ...string) webtest.Node {
	o.Helper()
	for _, fault := range webtest.Faults(w.Body.Bytes()) {
		o.Errorf("%s: %s", what, fault)
	}
	doc := webtest.Parse(o, w.Body.Bytes())
	for _, words := range want {
		if !strings.Contains(doc.One(o, "main").Text(), words) {
			o.Errorf("%s does not say %q: %s", what, words, doc.One(o, "main").Text())
		}
	}
	return doc
}

func (o *office) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(o.Context(), http.MethodPost, "http://127.0.0.1"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return o.send(r)
}

// refused sends a form that is refused, and gives the page that says why.
func (o *office) refused(path string, form url.Values, status int, want ...string) webtest.Node {
	o.Helper()
	w := o.post(path, form)
	if w.Code != status {
		o.Fatalf("%s: %d %s, want %d", path, w.Code, w.Header().Get("Location"), status)
	}
	return o.says(path, w, want...)
}

// moved sends a form and gives where it leads.
func (o *office) moved(path string, form url.Values) string {
	o.Helper()
	w := o.post(path, form)
	if w.Code != http.StatusSeeOther {
		o.Fatalf("%s: %d %s", path, w.Code, webtest.Parse(o, w.Body.Bytes()).One(o, "main").Text())
	}
	return w.Header().Get("Location")
}

// filled is what the form of a page would send as it stands.
func filled(t *testing.T, page webtest.Node) url.Values {
	t.Helper()
	in := url.Values{}
	form := page.One(t, "form[method=post]")
	for _, field := range form.All("input") {
		if kind := field.Attr("type"); field.Attr("name") != "" && kind != "checkbox" && kind != "radio" {
			in.Add(field.Attr("name"), field.Attr("value"))
		}
	}
	for _, field := range form.All("input[checked]") {
		in.Add(field.Attr("name"), field.Attr("value"))
	}
	for _, field := range form.All("textarea") {
		in.Set(field.Attr("name"), field.Text())
	}
	return in
}

func TestTemplatesFitTheirViews(t *testing.T) {
	t.Parallel()
	webtest.Parts(t, admin.Module(admin.Office{}).Part)
}

func TestTheListSaysWhatIsUndecidedFirst(t *testing.T) {
	t.Parallel()
	o := open(t)
	doc := o.shows("/admin/settings", "決まっていない設定が10件あります（全10件、令和8年3月1日）", "提案", "案はまだありません", "こだま図書館情報取扱規程", "規程の定めではありません", "30分 提案 5分から480分まで")
	if got := doc.One(t, "div.notice a").Attr("href"); got != "/admin/settings/draft?on=2026-03-01" {
		t.Error(got)
	}
	if _, err := o.Enter(t.Context(), o.who,
		setting.Proposal{Title: "一つ", Wishes: map[string]setting.Wish{"kodama.rule-review": {Value: []string{"6"}}}, Rest: setting.RestLeftOut},
		setting.Decision{Number: "デ第1号", On: jpdate.New(2026, 2, 1), From: jpdate.New(2026, 4, 1)}); err != nil {
		t.Fatal(errs.Message(err))
	}
	o.shows("/admin/settings", "10件あります", "令和8年4月1日から6か月（決裁 デ第1号）", "一つ 決裁済み")
	doc = o.shows("/admin/settings?on=R8.4.1", "9件あります（全10件、令和8年4月1日）", "令和8年2月1日決裁、令和8年4月1日施行")
	rows := doc.All("tbody tr")
	if got := rows[1].Text(); !strings.HasPrefix(got, "規程の見直しの間隔 6か月 デ第1号") {
		t.Errorf("what is decided does not come after what is not: %s", got)
	}
	o.shows("/admin/settings?on=x", "日：", "10件あります")
	o.who = access.NewProgram("local:reader").Limited([]access.Permission{access.PolicyRead})
	if found := o.shows("/admin/settings").All("div.notice a"); len(found) != 0 {
		t.Error("a reader is offered to draft")
	}
}

// TestFromTheFormToTheDecision: the form comes with what is proposed, keeps what was typed where something is wrong, and gives a
// paper that somebody else decides.
func TestFromTheFormToTheDecision(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := o.shows("/admin/settings").One(t, "div.notice a").Attr("href")
	in := filled(t, o.shows(path, "関守の提案は12か月", "すべての設定を1件の起案に"))
	if got := in.Get("sekimori.idle-timeout"); got != "30" || len(in["sekimori.second-factors"]) != 3 || in.Get("from_on") != "令和8年3月1日" {
		t.Fatalf("%v", in)
	}
	in.Set("kodama.rule-review", "６")
	in.Set("reason.kodama.rule-review", "半年ごとに見直すと決めたため")
	wrong := url.Values{}
	for name, values := range in {
		wrong[name] = values
	}
	wrong.Set("title", "")
	wrong.Set("kodama.record-check", "1201")
	wrong.Del("sekimori.second-factors")
	wrong.Set("sekimori.shared-addresses", "192.0.2.0/24\nx")
	doc := o.refused(path, wrong, http.StatusUnprocessableEntity, "件名：件名を入力してください。", "0か月から1200か月までにしてください", "1個以上を選んでください", "「x」: アドレスとして読めません")
	if again := filled(t, doc); again.Get("kodama.rule-review") != "６" || again.Get("kodama.record-check") != "1201" || again.Get("reason.kodama.rule-review") == "" {
		t.Errorf("what was typed is lost: %v", again)
	}

	in.Set("sekimori.shared-addresses", "192.0.2.7\n")
	paper := o.moved(path, in)
	if err := o.log.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	doc = o.shows(paper, "規程 項目 現在 案 根拠 備考", "こだま図書館情報取扱規程 規程の見直しの間隔 未決定 6か月", "半年ごとに見直すと決めたため", "台帳の確認の間隔 未決定 12か月", "値は提案", "192.0.2.7/32",
		"決裁待ち", "この端末（drafter）", "決裁番号", "団体の決裁を記録する")
	sum := o.sum(doc)
	if receipt := doc.One(t, "pre.receipt").Text(); !strings.HasPrefix(receipt, "sekimori receipt store ") {
		t.Error(receipt)
	}
	if len(doc.All("#adopt_from")) != 0 || !strings.Contains(doc.One(t, "main").Text(), "自分が作った案は、ほかの人が決めます") {
		t.Error("who made the draft may decide it")
	}
	if w := o.post(paper+"/adopt", url.Values{"adopt_sum": {sum}, "adopt_from": {"R8.4.1"}, "sure": {"1"}}); w.Code != http.StatusForbidden {
		t.Errorf("he decides it all the same: %d", w.Code)
	}

	o.who = access.NewProgram("local:head")
	o.shows(paper, "ここで決める")
	o.refused(paper+"/adopt", url.Values{"adopt_sum": {strings.Repeat("0", 64)}, "adopt_from": {"R7.4.1"}, "sure": {"1"}}, http.StatusUnprocessableEntity, "この案の検証値と合いません", "施行する日：施行する日が、決裁の日（令和8年3月1日）より前です")
	o.refused(paper+"/adopt", url.Values{"adopt_sum": {sum}, "adopt_from": {"R8.4.1"}}, http.StatusUnprocessableEntity, "確かめて、印を付けてください")
	if got := o.moved(paper+"/adopt", url.Values{"adopt_sum": {sum}, "adopt_from": {"R8.4.1"}, "sure": {"1"}}); got != paper {
		t.Error(got)
	}
	o.shows(paper, "決裁済み", "標準運用値 令和7年度第1号", "令和8年4月1日", "決めた人 この端末（head）")
	o.shows("/admin/settings?on=R8.4.1", "すべて決まっています")
	o.shows("/admin/settings/draft?on=2026-04-01", "現在は6か月（決裁 標準運用値 令和7年度第1号）")
	copied := filled(t, o.shows("/admin/settings/draft?copy="+strings.TrimPrefix(paper, "/admin/settings/draft/")))
	if copied.Get("kodama.rule-review") != "6" || !strings.HasPrefix(copied.Get("reason.kodama.rule-review"), "半年ごと") || copied.Get("sekimori.shared-addresses") != "192.0.2.7/32" {
		t.Errorf("%v", copied)
	}
	o.refused(paper+"/record", url.Values{"sum": {sum}}, http.StatusConflict, "この案は決裁済みです")
}

// sum is the whole sum that a paper bears.
func (o *office) sum(paper webtest.Node) string {
	o.Helper()
	for _, word := range strings.Fields(paper.One(o, "div.paper").Text()) {
		if len(word) == 64 && strings.Trim(word, "0123456789abcdef") == "" {
			return word
		}
	}
	o.Fatal("the paper bears no sum")
	return ""
}

// TestWhatTheBodyHasDecidedIsRecorded: with its number and day, if the paper is this one.
func TestWhatTheBodyHasDecidedIsRecorded(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := "/admin/settings/draft?on=2026-04-01"
	first := o.moved(path, filled(t, o.shows(path)))
	second := o.moved(path, filled(t, o.shows(path)))
	sum := o.sum(o.shows(first, "証跡の受領証は、まもなく付きます"))
	o.refused(first+"/record", url.Values{"sum": {"00000000"}, "decided_on": {"R8.3.2"}, "from_on": {"R8.4.1"}}, http.StatusUnprocessableEntity,
		"決裁番号：決裁の番号を入力してください", "決裁日：決裁の日が今日（令和8年3月1日）より後です", "決裁された紙が、この案を印刷したものか確かめてください")
	o.moved(first+"/record", url.Values{"number": {"デ第12号"}, "decided_on": {"R8.2.28"}, "from_on": {"R8.4.1"}, "sum": {strings.ToUpper(sum[:8])}})
	o.shows(first, "決裁済み", "デ第12号", "令和8年2月28日", "決裁を記録した人 この端末（drafter）")

	o.who = access.NewProgram("local:head")
	o.refused(second+"/adopt", url.Values{"adopt_sum": {o.sum(o.shows(second))}, "adopt_from": {"R8.4.1"}, "sure": {"1"}}, http.StatusConflict, "この案は、もう決められません", "ほかの決裁で変わった設定があります", "（決裁 デ第12号）")
	o.refused(second+"/withdraw", url.Values{"why": {" "}}, http.StatusUnprocessableEntity, "理由を入力してください")
	o.moved(second+"/withdraw", url.Values{"why": {"先の案で決まった"}})
	doc := o.shows(second, "取下げ", "先の案で決まった")
	if len(doc.All("form")) != 0 {
		t.Error("something can still be done with it")
	}
	o.shows("/admin/settings", "取下げ", "決裁済み")
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := "/admin/settings/draft"
	paper := o.moved(path, filled(t, o.shows(path)))
	sum := o.sum(o.shows(paper))
	for _, c := range []struct {
		may    access.Permission
		status map[string]int // by path
	}{
		{access.PolicyRead, map[string]int{"/admin/settings": 200, path: 403, paper: 200}},
		{access.SettingDecide, map[string]int{"/admin/settings": 403, path: 403}},
		{access.TrailRead, map[string]int{"/admin/settings": 403, path: 403, paper: 403}},
	} {
		o.who = access.NewProgram("local:x").Limited([]access.Permission{c.may})
		for path, want := range c.status {
			if got := o.get(path).Code; got != want {
				t.Errorf("%s with %s: %d, want %d", path, c.may, got, want)
			}
		}
	}
	for _, c := range []struct {
		path string
		may  access.Permission
		in   url.Values
	}{
		{path, access.SettingDecide, url.Values{"title": {"x"}}},
		{paper + "/adopt", access.SettingDraft, url.Values{"adopt_sum": {sum}, "adopt_from": {"R8.4.1"}, "sure": {"1"}}},
		{paper + "/record", access.SettingDecide, url.Values{"number": {"1"}, "sum": {sum}, "decided_on": {"R8.3.1"}, "from_on": {"R8.4.1"}}},
		{paper + "/withdraw", access.SettingDecide, url.Values{"why": {"x"}}},
	} {
		o.who = access.NewProgram("local:x").Limited([]access.Permission{access.PolicyRead, c.may})
		if w := o.post(c.path, c.in); w.Code != http.StatusForbidden {
			t.Errorf("%s with %s: %d", c.path, c.may, w.Code)
		}
	}
	reader := access.NewProgram("local:x").Limited([]access.Permission{access.PolicyRead})
	if _, err := o.Propose(t.Context(), reader, setting.Proposal{}); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("the use case does not ask: %v", err)
	}
	if _, err := o.Adopt(t.Context(), reader, "x", setting.Decision{}); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("the use case does not ask: %v", err)
	}
	if _, err := o.Record(t.Context(), reader, "x", setting.Decision{}); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("the use case does not ask: %v", err)
	}
	if err := o.Withdraw(t.Context(), reader, "x", "x"); errs.KindOf(err) != errs.Forbidden {
		t.Errorf("the use case does not ask: %v", err)
	}
	o.who = access.NewProgram("local:x")
	for _, path := range []string{"/admin/settings/draft/nix", "/admin/settings/draft?on=x", "/admin/settings/draft?copy=nix"} {
		if w := o.get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// TestThePolicysOwnPeopleDecide: the settings of a policy are decided by those whom it names, not by their like under another, and
// not by the deputy of who made the draft.
func TestThePolicysOwnPeopleDecide(t *testing.T) {
	t.Parallel()
	o := open(t)
	path := "/admin/settings/draft"
	person := func(name string, seats ...org.Holding) *access.Actor {
		a := &access.Actor{Class: access.Person, Name: "person:" + name, Authorities: seats}
		err := o.log.DB().View(t.Context(), func(r db.Reader) (err error) {
			a.Chart, err = org.LoadChart(t.Context(), r, org.View{On: jpdate.New(2026, 3, 1), Now: db.At(o.log.DB().Now())}, nil)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	seat := func(regime string, as org.As, giver string) org.Holding {
		may := []string{string(access.SettingDecide), string(access.PolicyRead)}
		h := org.Holding{Regime: regime, Role: org.Role{ID: "head", May: may}, Home: trail.Body, As: as}
		if giver != "" {
			h.For = &org.Who{ID: id.ID(giver)}
		}
		return h
	}
	maker := person("maker", org.Holding{Regime: "kodama", Role: org.Role{ID: "clerk", May: []string{string(access.SettingDraft), string(access.PolicyRead)}}, Home: trail.Body})
	o.who = maker
	in := filled(t, o.shows(path))
	in["owner"] = []string{"kodama"}
	in.Set("sekimori.idle-timeout", "1") // is not on the paper
	paper := o.moved(path, in)
	sum := o.sum(o.shows(paper, "標準運用値（2件）"))
	decide := url.Values{"adopt_sum": {sum}, "adopt_from": {"R8.4.1"}, "sure": {"1"}}
	for name, who := range map[string]*access.Actor{
		"「こだま図書館情報取扱規程」の値は、その規程で決める役割の人が決めます": person("other", seat("shima", "holder", "")),
		"その代行者は、その案を決めることができません":              person("deputy", seat("kodama", org.AsDeputy, "maker")),
	} {
		o.who = who
		w := o.post(paper+"/adopt", decide)
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), name) {
			t.Errorf("%s: %d %s", who.Name, w.Code, w.Body)
		}
	}
	o.who = person("other", seat("shima", "holder", ""))
	if doc := o.shows(paper, "その規程で決める役割の人が決めます"); len(doc.All("#adopt_from")) != 0 {
		t.Error("he is offered to decide")
	}
	o.who = person("head", seat("shima", "holder", ""), seat("kodama", org.AsDeputy, "somebody"))
	o.moved(paper+"/adopt", decide)
	o.shows(paper, "決裁済み", "決めた人 person:head")
	err := o.log.DB().View(t.Context(), func(r db.Reader) error {
		history, err := o.log.History(t.Context(), r, setting.DraftKind, strings.TrimPrefix(paper, "/admin/settings/draft/"), 0, 2, trail.Seen{Now: db.At(o.log.DB().Now())})
		if err == nil && (len(history) != 2 || history[0].Authority != "kodama/head b: deputy person:somebody") {
			t.Errorf("%+v", history)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
