package people_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sekimori/internal/web/webtest"
)

// send posts a form with files: names and contents in turn.
func (l *library) send(path string, fields map[string]string, files ...string) *httptest.ResponseRecorder {
	l.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			l.Fatal(err)
		}
	}
	for i := 0; i < len(files); i += 2 {
		part, err := w.CreateFormFile("files", files[i])
		if err != nil {
			l.Fatal(err)
		}
		if _, err := part.Write([]byte(strings.TrimSpace(files[i+1]))); err != nil {
			l.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		l.Fatal(err)
	}
	r := httptest.NewRequestWithContext(l.Context(), http.MethodPost, "http://127.0.0.1"+path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer := httptest.NewRecorder()
	l.site.ServeHTTP(answer, r)
	return answer
}

// leads is where an answer sends the browser.
func (l *library) leads(w *httptest.ResponseRecorder) string {
	l.Helper()
	if w.Code != http.StatusSeeOther {
		l.Fatalf("%d: %s", w.Code, webtest.Parse(l, w.Body.Bytes()).One(l, "main").Text())
	}
	return w.Header().Get("Location")
}

// refuses checks that a form came back with some words and is still a good page.
func (l *library) refuses(w *httptest.ResponseRecorder, status int, want ...string) {
	l.Helper()
	for _, fault := range webtest.Faults(w.Body.Bytes()) {
		l.Error(fault)
	}
	text := webtest.Parse(l, w.Body.Bytes()).One(l, "main").Text()
	for _, words := range want {
		if w.Code != status || !strings.Contains(text, words) {
			l.Errorf("%d without %q: %s", w.Code, words, text)
		}
	}
}

const orders = "発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール\n"

// TestAnImportFromUploadToHoldList is what the personnel office does, click by click.
func TestAnImportFromUploadToHoldList(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.shows("/people/import", "ファイルを送る", "発令日、職員番号", "はじめ", "取り込み済み")

	l.refuses(l.send("/people/import", map[string]string{"title": "春"}), http.StatusUnprocessableEntity, "ファイルを選んでください")
	l.refuses(l.send("/people/import", map[string]string{"opens_on": "R8.5.1", "opens_at": "25:00", "held_limit": "101"}, "春.csv", orders), http.StatusUnprocessableEntity, "時刻として読めません", "0から100まで", "もう一度ファイルを選んで")
	l.refuses(l.send("/people/import", nil, "春.csv", "右,左\n1,2"), http.StatusUnprocessableEntity, "春.csv")

	upload := l.leads(l.send("/people/import", map[string]string{"title": "春の異動", "opens_on": "R8.5.1", "opens_at": "８:30", "held_limit": "70", "operators": "local:sato、 local:abe"}, "春.csv", orders+`
2026-05-01,002,,,,退職,,,
2026-05-01,003,,,,昇任,99,2,
2026-05-01,910,春野 芽,ハルノ メイ,正規,採用,20,9,`))
	l.shows(upload, "まだ何も変わっていません", "令和8年5月1日8時30分に公表されます", "1 行 退職・転出", "2 行 保留", "1 席 空席になる役割", "閲覧室", "伊藤 双葉",
		"取り込めない行（2行）", "所属コード「99」", "職コード「9」", "4行目", "発令 3行", "採用 1、昇任 1、退職 1", "この端末（abe） この端末（sato）", "2行が保留になること")
	l.shows("/people/import", "春の異動", "確認待ち")

	l.refuses(l.post(upload, url.Values{}), http.StatusUnprocessableEntity, "確かめて、印を付けてください")
	if got := l.leads(l.post(upload, url.Values{"sure": {"1"}})); got != upload {
		t.Errorf("leads to %s", got)
	}
	waiting := l.shows(upload, "取り込み中です", "この画面を閉じても続きます")
	if got := waiting.One(t, "#import").Attr("data-refresh"); got != "2" {
		t.Errorf("refreshes every %q", got)
	}
	l.work()
	l.shows(upload, "取り込みました", "令和8年5月1日8時30分に公表されます", "保留の行が2行あります", "所属コード「99」", "この人事異動を取り消す")

	l.shows(l.link(upload, "訂正されるまでの間の手続を調べる"), "誤って職を担っていた人はいません")

	// The first row is put right, the other dropped: each leads on to the next.
	first := l.link(upload, "直す")
	form := l.shows(first, "春.csv", "保留の行を直す").All("form")[0]
	in := url.Values{}
	for _, f := range form.All("input") {
		in.Set(f.Attr("name"), f.Attr("value"))
	}
	for _, f := range form.All("select") {
		in.Set(f.Attr("name"), f.One(t, "option[selected]").Attr("value"))
	}
	if got := form.One(t, "#unit").Text(); !strings.Contains(got, "閲覧室（10）") || in.Get("unit") != "99" {
		t.Errorf("units to choose from: %s, chosen %s", got, in.Get("unit"))
	}
	in.Set("unit", "98")
	l.refuses(l.post(first, in), http.StatusUnprocessableEntity, "所属コード「98」", "まだ取り込めません")
	in.Set("unit", "10")
	second := l.leads(l.post(first, in))
	if !strings.HasPrefix(second, upload+"/hold/") || second == first {
		t.Errorf("leads to %s", second)
	}
	l.refuses(l.post(second+"/drop", url.Values{"reason": {" "}}), http.StatusUnprocessableEntity, "入力してください")
	if got := l.leads(l.post(second+"/drop", url.Values{"reason": {"採用が延びた"}})); got != upload {
		t.Errorf("leads to %s", got)
	}
	l.shows(upload, "訂正して取り込み済み", "取り下げ", "採用が延びた")
	l.shows(second, "取り下げ", "採用が延びた")

	// Secret until its hour, but to its operators.
	l.who = "local:sato"
	l.shows(upload, "取り込みました")
	l.who = "local:other"
	for _, path := range []string{upload, first} {
		if w := l.get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d for somebody else", path, w.Code)
		}
	}
	if got := l.page("/people/import").Text(); strings.Contains(got, "春の異動") {
		t.Error("somebody else sees it in the list")
	}
	l.clock.Set(t, "2026-05-01T08:30:00+09:00")
	l.shows(upload, "取り込みました")
	l.shows("/vacancies", "書庫")
}

// TestOperatorsAreChosenByTheirNumber: and read by their names; nobody else sees the import, with the same permission.
func TestOperatorsAreChosenByTheirNumber(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.refuses(l.send("/people/import", map[string]string{"operators": "001、777 nix:1"}, "春.csv", orders+"2026-05-01,002,,,,退職,,,"), http.StatusUnprocessableEntity, "職員番号 777 の人はいません", "「nix:1」は職員番号でも")
	upload := l.leads(l.send("/people/import", map[string]string{"title": "春", "operators": "００１"}, "春.csv", orders+"2026-05-01,002,,,,退職,,,"))
	doc := l.shows(upload, "公表前に見てよい人 青木 一（001）", "この端末（reader）")
	if got := doc.One(t, "#operators").Text(); got != "001" {
		t.Errorf("the form has %q", got)
	}
	l.name = "青木 一"
	l.shows(upload, "まだ何も変わっていません")
	l.shows("/people/import", "この端末（reader）")
	l.leads(l.post(upload+"/operators", url.Values{"operators": {""}}))
	if w := l.get(upload); w.Code != http.StatusNotFound {
		t.Errorf("who is no operator any more sees it: %d", w.Code)
	}
	own := l.leads(l.send("/people/import", map[string]string{"title": "自分の"}, "春.csv", orders+"2026-05-01,002,,,,退職,,,"))
	l.shows(own, "青木 一（001）")
	l.refuses(l.post(own+"/operators", url.Values{"operators": {"0"}}), http.StatusUnprocessableEntity, "職員番号 0 の人はいません")
	l.name = ""
	if w := l.get(own); w.Code != http.StatusNotFound {
		t.Errorf("a command sees it before its publication: %d", w.Code)
	}
}

func TestAnImportIsTakenBack(t *testing.T) {
	t.Parallel()
	l := open(t)
	upload := l.leads(l.send("/people/import", map[string]string{"title": "春"}, "春.csv", orders+"2026-05-01,002,,,,退職,,,"))
	l.leads(l.post(upload, url.Values{"sure": {"1"}}))
	l.work()
	l.refuses(l.post(upload+"/undo", url.Values{"sure": {"1"}}), http.StatusUnprocessableEntity, "取り消す理由：入力してください")
	l.leads(l.post(upload+"/undo", url.Values{"sure": {"1"}, "reason": {"内示の差替え"}}))
	l.shows(upload, "取り消し中です")
	l.work()
	l.shows(upload, "取り消し済み", "内示の差替え")

	upload = l.leads(l.send("/people/import", map[string]string{"title": "別"}, "春.csv", orders+"2026-05-01,002,,,,退職,,,"))
	l.leads(l.post(upload+"/operators", url.Values{"operators": {"local:abe\r\nlocal:sato"}}))
	l.shows(upload, "この端末（abe） この端末（sato）")
	if got := l.leads(l.post(upload+"/drop", url.Values{"why": {"重複"}})); got != "/people/import" {
		t.Errorf("leads to %s", got)
	}
	l.shows(upload, "取り下げ", "重複")
}

// TestAListSaysWhoLeaves: the number of those whom a list does not name is typed, and must be right.
func TestAListSaysWhoLeaves(t *testing.T) {
	t.Parallel()
	l := open(t)
	upload := l.leads(l.send("/people/import", map[string]string{"title": "名簿", "roster_on": "R8.3.25", "covers": "10"}, "名簿.csv", `
職員番号,氏名,任用区分,所属コード,職コード,メール,兼務区分
002,伊藤 双葉,正規,10,2,,`))
	l.shows(upload, "名簿になく、退職・転出になる人（1人）", "宇野 三郎", "閲覧室 司書", "令和8年3月24日", "1 人 名簿になく退職・転出")
	l.refuses(l.post(upload, url.Values{"sure": {"1"}, "leavers": {"0"}}), http.StatusConflict, "1人が退職・転出になります")
	l.leads(l.post(upload, url.Values{"sure": {"1"}, "leavers": {"1"}}))
	l.work()
	l.shows(upload, "取り込みました")
}

// TestACorrectionIsTyped: what is wrong is said at the fields; then it is looked at and applied like a file.
func TestACorrectionIsTyped(t *testing.T) {
	t.Parallel()
	l := open(t)
	uno := strings.TrimPrefix(l.person("宇野 三郎"), "/people/")
	path := l.link("/people/"+uno, "発令を入力する")
	form := l.shows(path, "発令を入力する").One(t, "form")
	in := url.Values{}
	for _, f := range form.All("input") {
		in.Set(f.Attr("name"), f.Attr("value"))
	}
	for _, f := range form.All("select") {
		in.Set(f.Attr("name"), f.One(t, "option[selected]").Attr("value"))
	}
	if got := in.Get("number") + in.Get("name") + in.Get("unit") + in.Get("post") + in.Get("order"); got != "003宇野 三郎103異動" {
		t.Errorf("filled in: %s", got)
	}
	in.Set("on", "R8.2.30")
	l.refuses(l.post("/people/import/enter", in), http.StatusUnprocessableEntity, "発令日：2026年2月30日という日はありません")
	in.Set("on", "R8.3.1")
	in.Set("unit", "77")
	l.refuses(l.post("/people/import/enter", in), http.StatusUnprocessableEntity, "所属コード：所属コード「77」")
	in.Set("unit", "20")
	upload := l.leads(l.post("/people/import/enter", in))
	l.shows(upload, "003 異動（令和8年3月1日）", "1 行 異動", "訂正されるまでの間の手続", "誤って担っていた人", "ありません")
	l.leads(l.post(upload, url.Values{"sure": {"1"}}))
	l.work()
	l.shows(upload, "取り込みました", "誤って担っていた人", "宇野 三郎", "閲覧室 司書")
	l.shows("/people/"+uno, "貸出室", "令和8年3月1日から")
}

// TestTheSamePersonUnderANewNumber: those who are somebody else are named, and then the number is another.
func TestTheSamePersonUnderANewNumber(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.imports(operator, "会計年度", orders+`
2025-04-01,801,春日 さくら,カスガ サクラ,会計年度任用,採用,20,3,`)
	upload := l.leads(l.send("/people/import", nil, "更新.csv", orders+`
2026-03-31,801,,,,退職,,,
2026-04-01,901,春日 さくら,カスガ サクラ,会計年度任用,採用,20,3,`))
	l.shows(upload, "同じ人とみなす人（1人）", "901", "801", "令和8年3月31日", "同じ人", "前と同じ人とみなす人数")
	l.refuses(l.post(upload, url.Values{"sure": {"1"}, "same": {"0"}}), http.StatusConflict, "1人が、前の職員番号の人と同じ人になります")
	apart := l.shows(upload+"?others=901", "別の人")
	if strings.Contains(apart.Text(), "前と同じ人とみなす人数") {
		t.Error("nobody is the same, and yet a number is asked for")
	}
	l.refuses(l.post(upload+"?others=901", url.Values{"others": {"901"}}), http.StatusUnprocessableEntity, "印を付けてください", "別の人")
	l.leads(l.post(upload+"?others=901", url.Values{"sure": {"1"}, "others": {"901"}}))
	l.work()
	if got := len(l.page("/people?q=" + url.QueryEscape("春日")).All("tbody tr")); got != 1 {
		t.Errorf("%d people on this day", got)
	}
}
