package people_test

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
	"sekimori/internal/feature/people"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/tiny"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

// Who sits before the screen, and who knows of the coming change.
const (
	reader   = "local:reader"
	operator = "local:jinji"
)

// library is the feature on the screens of a little library under the tiny regime, on 24 March 2026.
type library struct {
	*testing.T
	*people.Service
	db    *db.DB
	log   *trail.Log
	clock *testkit.Clock
	site  http.Handler
	who   string              // a program before the screen
	name  string              // or, if not "", a person
	can   []access.Permission // of his key, nil where he uses none
	gate  *access.Gate
	staff *people.Directory
}

// begin opens the feature where nothing has been taken in.
func begin(t *testing.T) *library {
	t.Helper()
	modules := []db.Schema{
		{Module: "trail", FS: trail.Schema()},
		{Module: "org", FS: org.Schema()},
		{Module: "access", FS: access.Schema()},
		{Module: "search", FS: search.Schema()},
		{Module: "setting", FS: setting.Schema()},
		{Module: "regime", FS: regime.Schema()},
		{Module: "job", FS: job.Schema()},
		{Module: "people", FS: people.Schema()},
	}
	l := &library{T: t, db: testkit.Open(t, testkit.DSN(t, db.SQLite, modules), modules), who: reader}
	l.clock = testkit.NewClock(t, "2025-04-01T09:00:00+09:00")
	l.db.Now = l.clock.Now
	index := search.New(search.Org()...)
	log := trail.New(l.db).Follow(index.Follower())
	l.log = log
	files, err1 := file.In(t.TempDir())
	set, err2 := regime.Load(tiny.Regimes(), nil)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	packs := regime.NewLibrary(set, nil)
	rules := func(context.Context, db.Reader) ([]org.Rules, error) {
		return append(set.OrgRules(), access.Rules()), nil
	}
	l.Service, l.staff, l.gate = people.New(log, files, rules), people.NewDirectory(log, packs, &org.Charts{}, index), access.NewGate(&org.Charts{}, rules)
	l.Jobs = job.New(l.db, l.Kinds()...)
	var err error
	l.site, err = web.New(web.Config{
		Product: "関守", Parts: []web.Part{people.Module(l.Service, l.staff).Part}, Log: slog.New(slog.DiscardHandler), Ready: l.db.Check,
		Identify: func(*http.Request) (*access.Actor, error) { return l.actor(), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// actor is who sits before the screen.
func (l *library) actor() *access.Actor {
	l.Helper()
	if l.name == "" {
		return access.NewProgram(l.who)
	}
	a, err := view(l, func(r db.Reader) (*access.Actor, error) {
		person, err := db.Get[id.ID](l.Context(), r, `select person from org_person where name = $1 order by from_on desc limit 1`, l.name)
		if err != nil {
			return nil, err
		}
		a, err := l.gate.Person(l.Context(), r, person, db.At(l.clock.Now()))
		if err == nil && l.can != nil {
			a = a.Limited(l.can)
		}
		return a, err
	})
	if err != nil {
		l.Fatal(err)
	}
	return a
}

// open has the library in it.
func open(t *testing.T) *library {
	t.Helper()
	l := begin(t)
	l.imports(operator, "はじめ", `
組織コード,組織名,上位組織コード,種別,規程,開始日,終了日,前身組織コード
00,こだま図書館,,団体,kodama,2020-04-01,,
05,旧事務室,00,課,kodama,2020-04-01,2024-03-31,
10,閲覧室,00,課,kodama,2020-04-01,,
11,児童書架,10,係,kodama,2020-04-01,,
20,貸出室,00,課,kodama,2024-04-01,,05
30,書庫,00,課,kodama,2020-04-01,,`, `
職コード,職名,職位,所属長,開始日
1,館長,1,○,2020-04-01
2,室長,2,○,2020-04-01
3,司書,3,,2020-04-01`, `
システムコード,システム名,所管組織コード,規程,開始日
L1,蔵書目録,11,kodama,2020-04-01`, `
組織コード,体系,コード,開始日
10,財務,7710,2020-04-01`, `
発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール
2020-04-01,001,青木 一,アオキ ハジメ,正規,採用,00,1,aoki@example.jp
2020-04-01,002,伊藤 双葉,イトウ フタバ,正規,採用,10,2,
2020-04-01,003,宇野 三郎,ウノ サブロウ,正規,採用,10,3,
2024-04-01,004,榎本 詩,エノモト ウタ,正規,採用,20,2,
2024-04-01,004,,,,兼務,30,2,
2024-03-31,005,大原 去,オオハラ サル,正規,採用,05,2,`)
	l.imports(operator, "退職", `
発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール
2025-04-01,004,,,,兼務解除,30,2,
2025-06-30,005,,,,退職,,,`)
	l.clock.Set(t, "2026-03-24T09:00:00+09:00")
	return l
}

// changes takes in what is secret until 1 April.
func (l *library) changes() {
	l.Helper()
	l.imports(operator, "来年度", `
組織コード,組織名,上位組織コード,種別,規程,開始日
40,秘匿室,00,課,kodama,2026-04-01`, `
発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール
2026-04-01,900,秘田 密,ヒダ ヒソカ,正規,採用,40,2,
2026-04-01,002,,,,異動,30,2,
2026-04-01,003,,,,昇任,10,2,`)
}

// imports takes in files by an act of somebody.
func (l *library) imports(by, title string, files ...string) id.ID {
	l.Helper()
	var sources []people.Source
	for i, text := range files {
		sources = append(sources, people.Source{Name: title + string(rune('1'+i)) + ".csv", Data: strings.NewReader(strings.TrimSpace(text))})
	}
	upload, err := l.Upload(l.Context(), access.NewProgram(by), sources, people.Options{Title: title})
	if err != nil {
		l.Fatal(errs.Message(err))
	}
	p, err := l.Preview(l.Context(), access.NewProgram(by), upload)
	if err != nil {
		l.Fatal(errs.Message(err))
	}
	if len(p.Held) > 0 {
		l.Fatalf("%s: %v", title, p.Held)
	}
	if err := l.Apply(l.Context(), access.NewProgram(by), upload, p.Confirmed()); err != nil {
		l.Fatal(errs.Message(err))
	}
	l.work()
	return upload
}

func (l *library) work() {
	l.Helper()
	if err := l.Jobs.RunDue(l.Context()); err != nil {
		l.Fatal(err)
	}
}

func (l *library) get(path string) *httptest.ResponseRecorder {
	l.Helper()
	w := httptest.NewRecorder()
	l.site.ServeHTTP(w, httptest.NewRequestWithContext(l.Context(), http.MethodGet, "http://127.0.0.1"+path, nil))
	return w
}

// page gets a page that must be there and keep the rules of every page.
func (l *library) page(path string) webtest.Node {
	l.Helper()
	w := l.get(path)
	if w.Code != http.StatusOK {
		l.Fatalf("%s: %d", path, w.Code)
	}
	for _, fault := range webtest.Faults(w.Body.Bytes()) {
		l.Errorf("%s: %s", path, fault)
	}
	return webtest.Parse(l, w.Body.Bytes())
}

// shows is a page with all of some words in it.
func (l *library) shows(path string, want ...string) webtest.Node {
	l.Helper()
	doc := l.page(path)
	for _, words := range want {
		if !strings.Contains(doc.One(l, "main").Text(), words) {
			l.Errorf("%s does not say %q: %s", path, words, doc.One(l, "main").Text())
		}
	}
	return doc
}

// post sends a form.
func (l *library) post(path string, form url.Values) *httptest.ResponseRecorder {
	l.Helper()
	r := httptest.NewRequestWithContext(l.Context(), http.MethodPost, "http://127.0.0.1"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	l.site.ServeHTTP(w, r)
	return w
}

// link is where a link with just these words leads.
func (l *library) link(path, words string) string {
	l.Helper()
	for _, a := range l.page(path).All("a") {
		if a.Text() == words {
			return a.Attr("href")
		}
	}
	l.Fatalf("%s has no link %q", path, words)
	return ""
}

func (l *library) person(name string) string {
	l.Helper()
	return l.link("/people?q="+url.QueryEscape(name), name)
}

func TestTemplatesFitTheirViews(t *testing.T) {
	t.Parallel()
	webtest.Parts(t, people.Module(nil, people.NewDirectory(nil, regime.NewLibrary(&regime.Set{}, nil), &org.Charts{}, nil)).Part)
}

func TestEveryPageSaysWhatToDoWhereThereIsNothing(t *testing.T) {
	t.Parallel()
	l := begin(t)
	for _, path := range []string{"/org", "/vacancies"} {
		l.shows(path, "この日の組織は登録されていません", "ファイルを取り込む")
	}
	l.shows("/posts", "「職」のファイルを取り込むと")
	l.shows("/systems", "「業務システム」のファイルを取り込むと")
	l.shows("/people", "条件に合う職員はいません")
	l.shows("/roles", "館長", "空席")
	l.shows("/roles/kodama/librarian", "席は、この日にはありません")
}

func TestUnits(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.shows("/org", "令和8年3月24日（火）、今日の状態", "5 組織", "4 人", "1 件 業務システム", "1 席 空席の役割", "こだま図書館", "児童書架", "空席1")
	l.shows("/org?q="+url.QueryEscape("室"), "「室」に合う組織は2件です。", "こだま図書館", "伊藤 双葉")
	l.shows("/org?q=11", "「11」に合う組織は1件", "児童書架")
	l.shows("/org?q=x", "「x」に合う組織は0件")
	l.shows("/org?on=2024-3-1", "令和6年3月1日（金）の状態", "旧事務室")
	l.shows("/org?on="+url.QueryEscape("令和8年13月1日"), "この日の状態：", "今日の状態")

	hall := l.link("/org", "閲覧室")
	l.shows(hall, "課 閲覧室", "組織コード 10", "財務 7710", "令和2年4月1日から", "役割を担う人（こだま図書館情報取扱規程）", "司書 伊藤 双葉 室長", "宇野 三郎", "児童書架", "置かれた")
	l.shows(l.link("/org", "児童書架"), "蔵書目録", "上位の組織 こだま図書館 › 閲覧室")
	desk := l.link("/org", "貸出室")
	l.shows(desk, "前身 旧事務室")
	l.shows(desk+"?on=2023-04-01", "この日にはありません", "令和6年4月1日の状態を見る")
	l.shows(l.link("/org?on=2024-3-1", "旧事務室"), "廃止された（この日まで）")
	old, _, _ := strings.Cut(l.link("/org?on=2024-3-1", "旧事務室"), "?")
	l.shows(old, "旧事務室は、この日にはありません", "事務は貸出室が引き継いでいます。", "後継 貸出室")
	l.shows("/posts", "館長", "室長", "所属長")
	l.shows("/systems", "蔵書目録", "L1", "児童書架")
}

// TestFinding: one word finds people, units, systems and posts, each leads to its own page, and what is no word is said at the field.
func TestFinding(t *testing.T) {
	t.Parallel()
	l := open(t)
	if err := l.log.Settle(l.Context()); err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]string{"書架": "組織 児童書架", "双葉": "職員 伊藤 双葉", "蔵書": "業務システム 蔵書目録", "館長": "職 館長", "閲覧室": "組織 閲覧室"} {
		caption, name, _ := strings.Cut(want, " ")
		doc := l.shows("/find?q="+url.QueryEscape(words), "「"+words+"」が", caption, name)
		if strings.Contains(doc.One(t, "main").Text(), "索引を作り直しています") {
			t.Error("the index is behind")
		}
		path, row, there := strings.Cut(l.link("/find?q="+url.QueryEscape(words), name), "#")
		if doc := l.page(path); there && len(doc.All("tr[id="+row+"]")) != 1 {
			t.Errorf("%s leads to no row of %s", name, path)
		}
	}
	l.shows("/find?q=zzz", "「zzz」が0件見つかりました。")
	l.shows("/find?q="+strings.Repeat("x", 1500), "さがす言葉が長すぎます。")
	l.link("/find?q=x", "条項と義務")
}

// TestTheTrailLeadsToThePages: what the trail calls a thing is one statement about it.
func TestTheTrailLeadsToThePages(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.changes()
	hall := l.link("/org", "閲覧室")
	statement := strings.TrimPrefix(l.link(hall, "証跡を見る"), "/trail/thing/unit/")
	l.shows("/org/unit/"+statement, "課 閲覧室")
	statement = strings.TrimPrefix(l.link(l.person("宇野 三郎"), "変更を見る"), "/trail/thing/assignment/")
	l.shows("/people/"+statement, "ウノ サブロウ 宇野 三郎")
	secret, err := view(l, func(r db.Reader) ([]id.ID, error) {
		return db.List[id.ID](t.Context(), r, `select id from org_unit where opens > $1 union select id from org_person where opens > $1 union select id from org_assignment where opens > $1`, db.At(l.clock.Now()))
	})
	if err != nil || len(secret) < 5 {
		t.Fatalf("%d secret statements: %v", len(secret), err)
	}
	for _, statement := range secret {
		for _, path := range []string{"/org/unit/", "/people/"} {
			if w := l.get(path + string(statement)); w.Code != http.StatusNotFound {
				t.Errorf("%s: %d for a secret statement", path, w.Code)
			}
		}
	}
}

func view[T any](l *library, fn func(db.Reader) (T, error)) (out T, err error) {
	err = l.db.View(l.Context(), func(r db.Reader) error {
		out, err = fn(r)
		return err
	})
	return out, err
}

// TestTheEndsOfTime: any day can be asked for.
func TestTheEndsOfTime(t *testing.T) {
	t.Parallel()
	l := open(t)
	hall, ito := l.link("/org", "閲覧室"), l.person("伊藤 双葉")
	for _, day := range []string{"0001-01-01", "9999-12-31", "明治6年1月1日"} {
		for _, path := range []string{"/org", hall, "/people", ito, "/posts", "/systems", "/roles", "/roles/kodama/librarian", "/vacancies"} {
			l.page(path + "?on=" + url.QueryEscape(day))
		}
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.shows("/people", "青木 一", "アオキ ハジメ", "001", "こだま図書館 館長", "榎本 詩")
	if got := l.page("/people").Text(); strings.Contains(got, "大原") {
		t.Error("somebody who has left is in the list")
	}
	l.shows("/people?on=2025-06-01", "大原 去")
	l.shows("/people?unit=10", "閲覧室と下の組織の職員", "伊藤 双葉")
	l.shows("/people?unit=nix", "この日に「nix」という組織はありません")
	l.shows("/people?kana="+url.QueryEscape("エ"), "榎本 詩")
	if got := l.page("/people?kana=" + url.QueryEscape("エ")).Text(); strings.Contains(got, "青木") {
		t.Error("エ begins before エ")
	}
	l.shows("/people?q="+url.QueryEscape("ｱｵｷ"), "青木 一")

	l.shows(l.person("榎本 詩"), "エノモト ウタ", "職員番号 004", "司書", "貸出室", "本務", "経歴", "この日", "書庫", "兼務")
	l.shows(l.person("伊藤 双葉")+"?on=2019-01-01", "伊藤 双葉さんは、この日に在職していません", "令和2年4月1日の状態を見る")
	l.shows(l.link("/people?on=2025-06-01", "大原 去"), "この日", "令和7年6月30日")
}

func TestRolesAndVacancies(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.shows("/roles", "館長 青木 一 館長", "課ごとの一覧")
	l.shows("/roles/kodama/librarian", "その組織の長", "代行者は本人が指名します", "閲覧室", "伊藤 双葉", "空席", "担う人（3行）")
	l.shows("/roles/kodama/librarian?unit=10", "担う人（1行）")
	l.shows("/roles/kodama/librarian?unit=nix", "という組織はありません")
	l.shows("/roles/kodama/anyone", "次の任用区分の職員の全員: 正規")
	l.shows("/roles/kodama/desk-people", "館長、司書")
	l.shows("/vacancies", "空席（1席）", "書庫", "司書", "令和7年4月1日", "青木 一 館長", "空席を埋めるには")
	l.shows("/vacancies?on=2025-03-31", "空席はありません")

	csv := l.get("/roles/download/csv?role=librarian")
	if got := csv.Body.String(); csv.Code != http.StatusOK || !strings.Contains(got, "kodama,librarian,司書,課,10,閲覧室,本務,002,伊藤 双葉,室長,,2020-04-01,\r\n") || !strings.Contains(got, "書庫,空席") {
		t.Errorf("%d: %s", csv.Code, got)
	}
	if book := l.get("/roles/download/xlsx"); book.Code != http.StatusOK || !strings.HasPrefix(book.Body.String(), "PK") {
		t.Errorf("no Excel file: %d", book.Code)
	}
}

func TestNamingADeputyAndEndingIt(t *testing.T) {
	t.Parallel()
	l := open(t)
	ito := l.person("伊藤 双葉")
	form := l.page(ito).One(t, "form[method=post]")
	in := url.Values{}
	for _, f := range form.All("select") {
		in.Set(f.Attr("name"), f.All("option")[0].Attr("value"))
	}
	for _, box := range form.All("input[checked]") {
		in.Add(box.Attr("name"), box.Attr("value"))
	}
	in.Set("from_on", form.One(t, "#from_on").Attr("value"))
	if got := form.One(t, "#person").Text(); !strings.HasPrefix(got, "宇野 三郎（閲覧室 司書）") {
		t.Errorf("offered: %s", got)
	}

	if w := l.post(ito, url.Values{"role": {"kodama chief-librarian b:", in.Get("role")}, "person": {in.Get("person")}, "from_on": {"R8.3.24"}}); w.Code != http.StatusUnprocessableEntity ||
		!strings.Contains(w.Body.String(), "館長（こだま図書館）は、この役割には、本人が指名する代行者を置けません") {
		t.Errorf("a role that is not his: %d %s", w.Code, w.Body)
	}
	wrong := url.Values{"role": in["role"], "number": {"999"}, "from_on": {"R8.3.24"}, "until_on": {"R8.3.1"}}
	if w := l.post(ito, wrong); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "職員番号 999 の人はいません") || !strings.Contains(w.Body.String(), `value="R8.3.1"`) {
		t.Errorf("an unknown number: %d", w.Code)
	}
	wrong.Set("number", "ウノ")
	if w := l.post(ito, wrong); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "似ているのは、宇野 三郎（003）です。") {
		t.Errorf("a name for a number: %d", w.Code)
	}
	wrong.Set("number", "００２")
	if w := l.post(ito, wrong); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "自ら務める人") || !strings.Contains(w.Body.String(), "始まりの日より前") {
		t.Errorf("himself, backwards: %d", w.Code)
	}
	wrong.Set("from_on", "R8.3.1")
	if w := l.post(ito, wrong); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "今日より前の日からは指名できません") {
		t.Errorf("in the past: %d", w.Code)
	}
	if w := l.post(ito, in); w.Code != http.StatusSeeOther {
		t.Fatalf("naming: %d %s", w.Code, w.Body)
	}
	again := l.shows(ito, "代行者の指名", "宇野 三郎", "有効")
	if got := len(again.All("form input[checked]")); got != 0 {
		t.Errorf("%d roles are chosen that have a deputy already", got)
	}
	l.shows(l.person("宇野 三郎"), "代行 伊藤 双葉の代行")
	l.shows("/roles/kodama/librarian", "伊藤 双葉の代行")

	end := l.link(ito, "終える")
	l.shows(end, "司書（閲覧室）", "令和8年3月24日から")
	if w := l.post(end, url.Values{"last": {"R8.3.1"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "昨日より前の日まで") {
		t.Errorf("ending in the past: %d", w.Code)
	}
	if w := l.post(end, url.Values{"last": {"R8.3.31"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("ending: %d %s", w.Code, w.Body)
	}
	l.shows(ito, "令和8年3月24日から令和8年3月31日まで")
	if got := l.page(ito + "?on=2026-04-01").Text(); strings.Contains(got, "代行者の指名") {
		t.Error("he acts after his last day")
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	l := open(t)
	for _, path := range []string{
		"/org/unit/nix", "/people/nix", "/deputies/nix", "/roles/nix/librarian", "/roles/kodama/nix", "/roles/download/pdf",
	} {
		if w := l.get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, w.Code)
		}
	}
}

// TestNobodySeesWhatIsSecret follows every link of these pages, on days before and after the change, as its operator and as
// somebody else: neither the newcomer nor the new unit nor the moves are anywhere. From their hour on they are.
func TestNobodySeesWhatIsSecret(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.changes()
	ito, uno := l.person("伊藤 双葉"), l.person("宇野 三郎")
	for _, l.who = range []string{reader, operator} {
		for path, text := range l.crawl(l.who == reader, "/org?on=2026-04-02", "/people?on=2026-04-02", "/people?q=900", "/vacancies?on=2026-04-02", "/roles?on=2026-04-02", "/org?q=40", "/people?unit=40") {
			for _, secret := range []string{"秘田", "秘匿室", "ヒダ"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s as %s says %s", path, l.who, secret)
				}
			}
		}
		if got := l.page(ito).Text(); strings.Contains(got, "書庫") || strings.Contains(got, "令和8年3月31日") {
			t.Errorf("a move is told to %s: %s", l.who, got)
		}
		l.shows(uno+"?on=2026-04-02", "閲覧室", "司書")
	}
	l.clock.Set(t, "2026-04-01T00:00:00+09:00")
	l.shows("/people", "秘田 密")
	l.shows("/org", "秘匿室")
	l.shows(ito, "書庫", "令和8年3月31日まで")
}

// crawl gives the text of every page of this feature that can be reached from some; the pages of imports only if all is asked for.
func (l *library) crawl(all bool, from ...string) map[string]string {
	l.Helper()
	seen, led := map[string]string{}, map[string]string{}
	for queue := from; len(queue) > 0; queue = queue[1:] {
		path := queue[0]
		if _, known := seen[path]; known {
			continue
		}
		w := l.get(path)
		if w.Code != http.StatusOK {
			l.Errorf("%s: %d, on %s", path, w.Code, led[path])
		}
		seen[path] = w.Body.String()
		for _, a := range webtest.Parse(l, w.Body.Bytes()).All("a") {
			to, _, _ := strings.Cut(a.Attr("href"), "#")
			for _, own := range []string{"/org", "/people", "/posts", "/systems", "/roles", "/vacancies", "/deputies"} {
				if strings.HasPrefix(to, own) && (all || !strings.HasPrefix(to, "/people/import")) {
					queue, led[to] = append(queue, to), path
				}
			}
		}
	}
	return seen
}
