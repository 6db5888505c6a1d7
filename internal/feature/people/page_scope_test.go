package people_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/people"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web/webtest"
)

// scoped is the library with people in a second desk, a team and a place of their own, and what nobody outside may read of each.
func scoped(t *testing.T) *library {
	t.Helper()
	l := open(t)
	l.imports(operator, "増員", `
発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール
2026-03-01,A301,小川 六実,オガワ ムツミ,正規,採用,11,3,ogawa@example.jp
2026-03-01,A302,片山 七海,カタヤマ ナナミ,正規,採用,20,3,katayama@example.jp
2026-03-01,A303,木下 八重,キノシタ ヤエ,正規,採用,30,3,kinoshita@example.jp
2026-03-01,A302,,,,兼務,11,3,
2026-03-01,A304,久米 九郎,クメ クロウ,正規,採用,00,3,kume@example.jp`)
	l.clock.Add(1)
	return l
}

// names of everybody, and the reading, which only who sees a person is shown.
var readings = map[string]string{
	"青木 一": "アオキ ハジメ", "伊藤 双葉": "イトウ フタバ", "宇野 三郎": "ウノ サブロウ", "榎本 詩": "エノモト ウタ", "大原 去": "オオハラ サル",
	"小川 六実": "オガワ ムツミ", "片山 七海": "カタヤマ ナナミ", "木下 八重": "キノシタ ヤエ", "久米 九郎": "クメ クロウ",
}

// sight is whom each kind of readers sees.
var sight = map[string]string{
	"":      "青木 一、伊藤 双葉、宇野 三郎、榎本 詩、小川 六実、片山 七海、木下 八重、久米 九郎、大原 去", // a command
	"青木 一":  "青木 一、伊藤 双葉、宇野 三郎、榎本 詩、小川 六実、片山 七海、木下 八重、久米 九郎、大原 去", // the body's seat, and so who has left
	"伊藤 双葉": "伊藤 双葉、宇野 三郎、小川 六実、片山 七海",                            // the section, and who is there beside another post
	"宇野 三郎": "伊藤 双葉、宇野 三郎、小川 六実、片山 七海",                            // everybody of the section
	"小川 六実": "伊藤 双葉、宇野 三郎、小川 六実、片山 七海",                            // also in its team
	"片山 七海": "伊藤 双葉、宇野 三郎、榎本 詩、小川 六実、片山 七海",                       // in two sections
	"木下 八重": "木下 八重",
	"久米 九郎": "青木 一、久米 九郎", // where no section is, the body itself is the office
}

// sees says whom the reader sees, by a page.
func (l *library) sees(name string) bool {
	return slices.Contains(strings.Split(sight[l.name], "、"), name)
}

func (l *library) id(name string) string {
	l.Helper()
	person, err := view(l, func(r db.Reader) (id.ID, error) {
		return db.Get[id.ID](l.Context(), r, `select distinct person from org_person where name = $1`, name)
	})
	if err != nil {
		l.Fatal(err)
	}
	return string(person)
}

// TestEachReaderSeesHisOwn: lists, search, pages, tabs, counts, the staff of units and their own pages have the same people, and
// no page that a reader can come to says more of the others than name and post, or leads to where he may not go.
func TestEachReaderSeesHisOwn(t *testing.T) {
	t.Parallel()
	l := scoped(t)
	if err := l.log.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	for l.name = range sight {
		in := 0
		for name, reading := range readings {
			here := l.sees(name) && name != "大原 去"
			if here {
				in++
			}
			for _, path := range []string{"/people", "/people?q=" + url.QueryEscape(name), "/find?q=" + url.QueryEscape(name), "/people?kana=" + url.QueryEscape("ア"), "/people?unit=00"} {
				if got := strings.Contains(l.page(path).One(t, "main").Text(), reading); got != here {
					t.Errorf("%q sees %s by %s: %v", l.name, name, path, got)
				}
			}
			want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[l.sees(name)]
			if w := l.get("/people/" + l.id(name)); w.Code != want {
				t.Errorf("%q opens the page of %s: %d", l.name, name, w.Code)
			}
		}
		l.shows("/org", fmt.Sprintf("%d 人", in))
		for path, text := range l.crawl(l.name == "", "/org", "/people", "/roles", "/vacancies", "/posts", "/systems", "/org?on=2025-06-01", "/people?on=2025-06-01", "/people?on=2027-01-01", "/roles/download/csv") {
			for name, reading := range readings {
				mail := map[string]string{"小川 六実": "ogawa@", "片山 七海": "katayama@", "木下 八重": "kinoshita@", "久米 九郎": "kume@", "青木 一": "aoki@"}[name]
				if !l.sees(name) && (strings.Contains(text, reading) || mail != "" && strings.Contains(text, mail)) && (name != "大原 去" || !strings.Contains(path, "on=")) {
					t.Errorf("%q reads of %s on %s", l.name, name, path)
				}
			}
		}
	}
}

// TestWhoHoldsARoleIsToldToEverybody: by name and post, and no more of whom one does not see.
func TestWhoHoldsARoleIsToldToEverybody(t *testing.T) {
	t.Parallel()
	l := scoped(t)
	l.name = "木下 八重"
	for _, path := range []string{"/roles/kodama/librarian", "/org?q=10", "/roles"} {
		doc := l.shows(path, map[bool]string{true: "青木 一", false: "伊藤 双葉"}[path == "/roles"])
		for _, a := range doc.All("main a[href]") {
			if strings.HasPrefix(a.Attr("href"), "/people/") {
				t.Errorf("%s leads to %s", path, a.Text())
			}
		}
	}
	csv := l.get("/roles/download/csv?role=librarian").Body.String()
	if !strings.Contains(csv, "閲覧室,本務,,伊藤 双葉,室長") || !strings.Contains(csv, "書庫,空席") {
		t.Errorf("the file: %s", csv)
	}
	doc := l.shows(l.link("/org", "閲覧室"), "この組織の職員は、あなたの権限の範囲の外です。", "伊藤 双葉 室長")
	for _, never := range []string{"宇野", "002", "人）を見る", "証跡"} {
		if strings.Contains(doc.One(t, "main").Text(), never) {
			t.Errorf("the page of another unit says %s", never)
		}
	}
	l.shows(l.link("/org", "書庫"), "木下 八重", "A303")
	if got := l.page("/org").One(t, "main").Text(); !strings.Contains(got, "書庫 1人") || strings.Contains(got, "閲覧室 2人") || !strings.Contains(got, "あなたが見られる職員") {
		t.Errorf("people are counted whom the reader does not see: %s", got)
	}
}

// TestAnotherDay: one sees who was here, for what he was here, and what one has become oneself stays whole.
func TestAnotherDay(t *testing.T) {
	t.Parallel()
	l := scoped(t)
	l.imports(operator, "異動", `
発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール
2026-03-10,003,宇野 参郎,,,異動,30,3,uno@example.jp`)
	l.clock.Set(t, "2026-03-25T09:00:00+09:00")
	l.name = "伊藤 双葉"
	uno := "/people/" + l.id("宇野 参郎")
	if w := l.get(uno); w.Code != http.StatusNotFound {
		t.Errorf("who has left the section: %d", w.Code)
	}
	if w := l.get(uno + "?on=2026-03-24"); w.Code != http.StatusNotFound {
		t.Errorf("who has left the section, on a day after: %d", w.Code)
	}
	l.shows("/people?on=2026-03-09&unit=10", "宇野 三郎", "ウノ サブロウ")
	doc := l.shows(uno+"?on=2026-03-09", "宇野 三郎", "閲覧室", "令和2年4月1日から")
	for _, never := range []string{"参郎", "書庫", "uno@"} {
		if strings.Contains(doc.One(t, "main").Text(), never) {
			t.Errorf("it says what he is now: %s", never)
		}
	}
	l.name = "宇野 参郎"
	l.shows(uno+"?on=2026-03-09", "宇野 参郎", "書庫", "閲覧室")
	l.name = "木下 八重"
	l.shows(uno, "宇野 参郎", "閲覧室", "書庫")
	if w := l.get("/people?after=" + l.id("青木 一")); w.Code != http.StatusNotFound {
		t.Errorf("a page that begins after somebody out of sight: %d", w.Code)
	}
}

// TestOnlyTheHolderNamesHisDeputy: neither his superior nor his deputy nor anybody else, whatever he sends; nor somebody whom he
// does not see.
func TestOnlyTheHolderNamesHisDeputy(t *testing.T) {
	t.Parallel()
	l := scoped(t)
	ito, seat := "/people/"+l.id("伊藤 双葉"), "kodama librarian "+org.UnitHome(id.ID(strings.TrimPrefix(l.link("/org", "閲覧室"), "/org/unit/")))
	send := func(name string) int {
		l.name = name
		return l.post(ito, url.Values{"role": {seat}, "person": {l.id("宇野 三郎")}, "from_on": {"R8.3.24"}}).Code
	}
	for name, want := range map[string]int{"青木 一": http.StatusForbidden, "宇野 三郎": http.StatusForbidden, "榎本 詩": http.StatusNotFound, "木下 八重": http.StatusForbidden} {
		if got := send(name); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
		if w := l.get(ito); w.Code == http.StatusOK && strings.Contains(w.Body.String(), "代行者を指名する") {
			t.Errorf("%s is offered to name a deputy", name)
		}
	}
	l.name = "伊藤 双葉"
	for _, in := range []url.Values{{"number": {"A303"}}, {"person": {l.id("木下 八重")}}} {
		in["role"], in["from_on"] = []string{seat}, []string{"R8.3.24"}
		if w := l.post(ito, in); w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "木下") {
			t.Errorf("somebody out of sight: %d", w.Code)
		}
	}
	if got := send("伊藤 双葉"); got != http.StatusSeeOther {
		t.Fatalf("himself: %d", got)
	}
	l.clock.Add(1)
	end := l.link(ito, "終える")
	for name, want := range map[string]int{"青木 一": http.StatusForbidden, "宇野 三郎": http.StatusForbidden, "榎本 詩": http.StatusNotFound, "木下 八重": http.StatusForbidden, "伊藤 双葉": http.StatusOK} {
		l.name = name
		if w := l.get(end); w.Code != want {
			t.Errorf("%s opens the page that ends it: %d, want %d", name, w.Code, want)
		}
		if w := l.post(end, url.Values{"last": {"R8.3.1"}}); w.Code != want && want != http.StatusOK {
			t.Errorf("%s ends it: %d, want %d", name, w.Code, want)
		}
	}
	l.name = "宇野 三郎"
	l.shows("/people/"+l.id("宇野 三郎"), "代行者の指名", "有効") // he is the deputy
	l.name = "小川 六実"
	if got := l.page(ito).Text(); strings.Contains(got, "代行者の指名") {
		t.Error("whose deputies are not his matter is told of them")
	}
	_, err := l.staff.NameDeputy(t.Context(), l.actor(), people.Naming{Roles: []people.HeldRole{{Regime: "kodama", Role: "librarian", Scope: seat[len("kodama librarian "):]}}, From: jpdate.New(2026, 3, 24)})
	if errs.KindOf(err) == errs.Internal {
		t.Errorf("a clerk names nobody: %v", err)
	}
}

// TestImportsAreForThoseWhoTakeIn: their pages, and every link to them.
func TestImportsAreForThoseWhoTakeIn(t *testing.T) {
	t.Parallel()
	l := scoped(t)
	l.name = "青木 一"
	l.shows("/vacancies", "ファイルを取り込む")
	enter := l.link("/people/"+l.id("木下 八重"), "発令を入力する")
	if got := l.page(enter).One(t, "#number").Attr("value"); got != "A303" {
		t.Errorf("the form has number %q", got)
	}
	l.name = "伊藤 双葉"
	for _, path := range []string{"/people/import", enter, "/people/import/nix"} {
		if w := l.get(path); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, path := range []string{"/vacancies", "/org", "/people/" + l.id("宇野 三郎")} {
		if w := l.get(path); strings.Contains(w.Body.String(), "/people/import") {
			t.Errorf("%s leads to imports", path)
		}
		for _, fault := range webtest.Faults(l.get(path).Body.Bytes()) {
			t.Error(fault)
		}
	}
}

// TestRolesOfSekimoriAreNotTakenIn: whoever may import cannot appoint by it, not by a row that was held either.
func TestRolesOfSekimoriAreNotTakenIn(t *testing.T) {
	t.Parallel()
	l := scoped(t)
	const head = "規程,役割,対象,職員番号,決裁番号,開始日\n"
	for _, c := range [][2]string{{"青木 一", "「運用管理者」は、画面から送るファイルでは任命できません。sekimori access appoint で任命してください。"}, {"", ""}} {
		name, want := c[0], c[1]
		l.name = name
		upload, err := l.Upload(t.Context(), l.actor(), []people.Source{{Name: "指定.csv", Data: strings.NewReader(head + "sekimori,operator,団体,002,1,2026-04-01")}}, people.Options{HeldLimit: 100})
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		p, err := l.Preview(t.Context(), l.actor(), upload)
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		got := ""
		for _, f := range p.Held {
			got += f.Message
		}
		if got != want {
			t.Errorf("%q: %s", name, got)
		}
		if err := l.Apply(t.Context(), l.actor(), upload, people.Choice{}); err == nil {
			l.work()
		}
		l.clock.Set(t, "2026-04-01T09:00:00+09:00")
		operators, err := view(l, func(r db.Reader) ([]org.Designation, error) {
			return access.Appointed(t.Context(), r, org.View{On: jpdate.New(2026, 4, 1), Now: db.At(l.clock.Now())})
		})
		if err != nil || (len(operators) > 0) != (want == "") {
			t.Errorf("%q has appointed %v: %v", name, operators, err)
		}
		l.clock.Set(t, "2026-03-24T09:00:00+09:00")
	}
}
