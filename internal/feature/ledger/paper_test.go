package ledger_test

import (
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/paper"
	"sekimori/internal/feature/ledger"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/kodama"
	"sekimori/internal/testkit/pdf"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

// press is the library with a trail that is numbered, and a printing room.
func press(t *testing.T) *desk {
	t.Helper()
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, kodama.Modules()), kodama.Modules())
	x := open(t, d)
	store, err := trail.OpenStore(t.Context(), d, t.TempDir())
	if err == nil {
		err = x.Log.With(store).Begin(t.Context(), "cli:test")
	}
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// with has the screens of the feature with another font, or another limit.
func (x *desk) with(find func() (*paper.Font, error), most int) {
	x.t.Helper()
	var err error
	x.site, err = web.New(web.Config{
		Product: "関守", Parts: []web.Part{ledger.With(x.Log, x.Desk, x.sheets, x.Library.Offered(), find, most).Part}, Log: slog.New(slog.DiscardHandler), Ready: x.Log.DB().Check,
		Identify: func(*http.Request) (*access.Actor, error) { return x.Actor(x.who), nil },
	})
	if err != nil {
		x.t.Fatal(err)
	}
}

// printed is a PDF as it is read: each page as text, and the name of its file.
func (x *desk) printed(path string) (pages []string, name string) {
	x.t.Helper()
	w := httptest.NewRecorder()
	x.site.ServeHTTP(w, httptest.NewRequestWithContext(x.t.Context(), http.MethodGet, "http://127.0.0.1"+path, nil))
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/pdf" {
		x.t.Fatalf("%s as %s: %d: %s", path, x.who, w.Code, webtest.Parse(x.t, w.Body.Bytes()).Text())
	}
	_, words, err := mime.ParseMediaType(w.Header().Get("Content-Disposition"))
	if err != nil {
		x.t.Fatal(err)
	}
	for _, page := range pdf.Read(x.t, w.Body.Bytes()) {
		pages = append(pages, pdf.Texts(page))
	}
	return pages, words["filename"]
}

// prints looks for words in a PDF, however its lines break, and for some that must not be there.
func (x *desk) prints(path string, words []string, not ...string) string {
	x.t.Helper()
	pages, _ := x.printed(path)
	text := strings.Join(pages, "\n")
	flat := strings.ReplaceAll(text, "\n", "")
	for _, w := range words {
		if !strings.Contains(flat, strings.ReplaceAll(w, "\n", "")) {
			x.t.Errorf("%s as %s does not print %q:\n%s", path, x.who, w, text)
		}
	}
	for _, w := range not {
		if strings.Contains(flat, w) {
			x.t.Errorf("%s as %s prints %q", path, x.who, w)
		}
	}
	return text
}

// fails asks for a PDF that there is not.
func (x *desk) fails(path string, status int, words string) {
	x.t.Helper()
	if page := x.get(path, status).One(x.t, "main"); !strings.Contains(page.Text(), words) {
		x.t.Errorf("%.80s as %s does not say %q: %s", path, x.who, words, page.Text())
	}
}

func (x *desk) settle() {
	x.t.Helper()
	if err := x.Log.Settle(x.t.Context()); err != nil {
		x.t.Fatal(err)
	}
}

// holds says whether the trail bears out what is printed at the foot of a paper.
func (x *desk) holds(text string) bool {
	x.t.Helper()
	var tables []trail.Audited
	x.View(func(r db.Reader) error {
		shelf, err := x.Desk.Shelf(x.t.Context(), r)
		if err == nil {
			tables = append(kodama.Audited(), shelf.Audited()...)
		}
		return err
	})
	report, err := x.Log.Verify(x.t.Context(), tables, trail.Anchors{Receipts: []trail.Anchor{{Name: "紙", Text: text}}})
	if err != nil {
		x.t.Fatal(err)
	}
	return report.OK
}

// TestAListOnPaper: what the conditions select, with the columns of the list, and nothing beyond the scope of the reader.
func TestAListOnPaper(t *testing.T) {
	t.Parallel()
	x := press(t)
	x.Add("受付員", kodama.Sample("name 巻貝の標本", "grade.secrecy 3", "stuff shell", "pieces 12", "price 778899", "giver 髙﨑"))
	x.Add("受付員", kodama.Sample("name 𠮷野の石", "grade.secrecy 1", "stuff stone"))
	x.Add("分館員", kodama.Sample("name 分館の貝", "desk 2100", "grade.secrecy 4", "stuff shell"))
	x.settle()
	text := x.prints(samples+"/pdf", []string{
		"見本帳　受付係室", "こだま図書館情報取扱規程", "所管受付係室", "件数2件", "秘匿3", "令和7年4月2日 9:00 印刷", "令和7-見本-000001", "巻貝の標本", "12点", "髙﨑", "寄贈者", "こわれやすい", "展示中",
		"〓野の石", "この書体にない文字", "U+20BB7", "受領証　印刷したときの証跡の全体",
	}, "分館の貝", "778899", "未分類")
	if !x.holds(text) {
		t.Error("the receipt of the list does not hold")
	}
	if i := strings.Index(text, " root ") + len(" root "); x.holds(text[:i] + strings.Map(func(r rune) rune { return '0' }, text[i:i+64]) + text[i+64:]) {
		t.Error("another root holds too")
	}
	if _, name := x.printed(samples + "/pdf"); name != "【秘匿3】見本帳　受付係室_20250402.pdf" {
		t.Error(name)
	}
	x.prints(samples+"/pdf?by.stuff=stone&sort=name", []string{"件数1件", "〓野の石", "素材：石、並べ方：名称の順", "秘匿1"}, "巻貝")
	x.prints(samples+"/pdf?q="+url.QueryEscape("巻貝"), []string{"件数1件", "巻貝の標本", "ことば：巻貝"}, "野の石", "分館")
	x.as("書庫長").prints(samples+"/pdf", []string{"件数0件", "条件に合う見本はありません。"}, "巻貝", "分館")
	x.as("館長").prints(samples+"/pdf", []string{"件数3件", "分館の貝", "巻貝の標本", "秘匿4"}, "所管")
	x.Add("受付員", kodama.Sample("name まだの貝"))
	x.prints(samples+"/pdf", []string{"秘匿4（未分類を含む）"})
	x.prints(samples+"/pdf?by.grade=-", []string{"件数1件", "未分類"})
	x.fails(samples+"/pdf?by.pieces="+url.QueryEscape("多い"), http.StatusBadRequest, "点数")
	x.fails("/ledger/kodama/nix/pdf", http.StatusNotFound, "その台帳はありません")
}

// TestTheListSaysWhenItIsTooLong: nothing is left out silently, whether it is listed or looked for.
func TestTheListSaysWhenItIsTooLong(t *testing.T) {
	t.Parallel()
	x := press(t)
	for i := range 4 {
		x.Add("受付員", kodama.Sample(fmt.Sprintf("name 貝の標本%d", i)))
	}
	x.settle()
	x.with(func() (*paper.Font, error) { return paper.Find() }, 3)
	for _, q := range []string{"/pdf", "/pdf?q=" + url.QueryEscape("標本"), "/confirm/" + url.PathEscape(x.Home("1100")) + "/pdf"} {
		x.fails(samples+q, http.StatusBadRequest, "3件")
	}
	x.prints(samples+"/pdf?q="+url.QueryEscape("標本2"), []string{"件数1件"})
	x.with(func() (*paper.Font, error) { return paper.Find() }, 4)
	x.prints(samples+"/pdf", []string{"件数4件"})
	x.prints(samples+"/pdf?q="+url.QueryEscape("標本"), []string{"件数4件"})
}

// TestAnEntryOnPaper: all that it says but what is to be read under record, and a receipt that the trail bears out.
func TestAnEntryOnPaper(t *testing.T) {
	t.Parallel()
	x := press(t)
	e := x.Add("受付員", kodama.Sample("name もとの貝", "grade.secrecy 2", "note 一行目", "price 778899", "risks 1", "risks.0.what 落とす", "risks.0.harm 3", "risks.0.odds 2"))
	x.Add("受付員", kodama.Sample("name 写しの貝", "original "+e.Number))
	path := samples + "/entry/" + string(e.ID) + "/pdf"
	x.prints(path, []string{"まだ証跡の番号がありません"}, "root ")
	x.settle()
	text := x.prints(path, []string{
		"見本帳　令和7-見本-000001", "秘匿2", "もとの貝", "版第1版", "一行目", "心配ごと", "落とす", "評価額（印刷しません）", "ここを指している記録", "写しの貝", "記録の日時", "受領証　この版が", "令和7年4月2日 9:00 印刷",
	}, "778899")
	held, err := trail.ParseReceipt(text)
	if err != nil || !x.holds(text) {
		t.Errorf("%v: the receipt does not hold: %s", err, text)
	}
	x.View(func(r db.Reader) error {
		want, err := x.Log.Receipt(t.Context(), r, "kodama.sample", string(e.ID), 1)
		if held != want {
			t.Errorf("%v, want %v", held, want)
		}
		return err
	})
	if _, name := x.printed(path); name != "【秘匿2】令和7-見本-000001 もとの貝_20250402.pdf" {
		t.Error(name)
	}
	x.as("書庫長").fails(path, http.StatusNotFound, "権限の範囲の外")
}

// TestTheConfirmationSheetOnPaper: each line once, those with doubts first, with boxes and a place for who confirms.
func TestTheConfirmationSheetOnPaper(t *testing.T) {
	t.Parallel()
	x := press(t)
	for i := range 7 {
		x.Add("受付員", kodama.Sample(fmt.Sprintf("name 貝%d番", i), "grade.secrecy "+[]string{"1", ""}[i%2]))
	}
	sheet := samples + "/confirm/" + url.PathEscape(x.Home("1100")) + "/pdf"
	text := x.prints(sheet, []string{"見本帳　棚卸シート　受付係室", "件数7件（令和7年4月2日現在。うち先に見る行 3件）", "変わりなし", "変わった", "なくなった", "直すところ", "分類が決まっていません。", "確認者（職・氏名）", "確認した日", "秘匿1（未分類を含む）"})
	if n := strings.Count(text, "□"); n != 3*7+1 { // one in what is to be done
		t.Errorf("%d boxes", n)
	}
	var got []string
	for _, m := range regexp.MustCompile(`貝(\d)番`).FindAllStringSubmatch(text, -1) {
		got = append(got, m[1])
	}
	if want := strings.Fields("1 3 5 0 2 4 6"); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	x.as("書庫長").fails(sheet, http.StatusNotFound, "権限の範囲の外")
	x.as("受付長").prints(samples+"/confirm/"+url.PathEscape(x.Home("1110"))+"/pdf", []string{"確かめる見本はありません。"})
}

// TestLabels: an entry's texts to copy, its marks, and label paper, without a script.
func TestLabels(t *testing.T) {
	t.Parallel()
	x := press(t)
	e := x.Add("受付員", kodama.Sample("name 巻貝 a/b:c?", "grade.secrecy 3", "fragile yes", "how_to_carry 両手で", "price 778899"))
	other := x.Add("受付員", kodama.Sample("name 𠮷野の石"))
	foreign := x.Add("分館員", kodama.Sample("name 分館の貝", "desk 2100"))
	page := x.shows(samples+"/entry/"+string(e.ID)+"/label", "令和7-見本-000001", "文書に付ける表示", "秘匿3", "運び方：両手で", "ラベル用紙に印刷する")
	for id, want := range map[string]string{
		"file-name": "【秘匿3】巻貝 a／b：c？_20250402", "file-name-limits": "【秘匿3】巻貝 a／b：c？_20250402（両手で）", "header": "【秘匿3】", "header-limits": "【秘匿3】　運び方：両手で",
		"footer": "令和7-見本-000001　巻貝 a/b:c?　受付係室",
	} {
		in := page.One(t, "input#"+id)
		if got := in.Attr("value"); got != want || !in.Has("readonly") {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	if got := page.One(t, "textarea#medium-limits").Text(); got != "【秘匿3】 巻貝 a/b:c? 令和7-見本-000001 受付係室 運び方：両手で" {
		t.Error(got)
	}
	if n := len(page.All("svg")); n != 2 || strings.Contains(page.Text(), "778899") {
		t.Errorf("%d stamps, or what is restricted", n)
	}
	x.shows(samples+"/entry/"+string(other.ID)+"/label", "分類が決まっていません", "「𠮷」(U+20BB7)", "未分類")
	x.as("書庫長").get(samples+"/entry/"+string(e.ID)+"/label", http.StatusNotFound)

	// From the page of one entry, and of several.
	x.as("受付長")
	to := x.sends(samples+"/entry/"+string(e.ID)+"/label", url.Values{"sheet": {"10"}, "start": {"3"}}, nil)
	x.prints(to, []string{"秘匿3", "巻貝 a/b:c?", "令和7-見本-000001", "受付係室", "運び方：両手で"}, "778899")
	list := x.shows(samples+"/labels", "分類が決まっていないものが1件あります", "「𠮷」(U+20BB7)", "𠮷野の石")
	if n := len(list.All("input[name=chosen]")); n != 2 || strings.Contains(list.Text(), "分館") {
		t.Errorf("%d entries are offered", n)
	}
	to = x.sends(samples+"/labels?by.grade=-", url.Values{"limits": nil, "code": nil}, nil)
	x.prints(to, []string{"未分類", "〓野の石", "この書体にない文字"}, "巻貝", "運び方")
	form := filled(list.One(t, "main form[method=post]"))
	for name, wrong := range map[string]string{"start": "1から24まで", "sheet": "用紙を選んでください", "chosen": "一つ以上選んでください"} {
		v := url.Values{"chosen": form["chosen"], "sheet": {"24"}, "start": {"1"}}
		switch name {
		case "start":
			v.Set("start", "25")
		default:
			v.Del(name)
		}
		_, page, status := x.post(samples+"/labels", v, nil)
		if status != http.StatusUnprocessableEntity || !strings.Contains(page.One(t, "#faults").Text(), wrong) {
			t.Errorf("%s: %d %s", name, status, page.Text())
		}
	}
	v := url.Values{"chosen": slices.Repeat([]string{string(e.ID)}, 120), "sheet": {"24"}, "start": {"24"}, "code": {"1"}}
	to, _, _ = x.post(samples+"/labels", v, nil)
	if pages, _ := x.printed(to); len(pages) != 6 || strings.Count(strings.Join(pages, ""), "秘匿3\n") != 120 {
		t.Errorf("%d sheets", len(pages))
	}
	v.Add("chosen", string(other.ID))
	if _, page, _ := x.post(samples+"/labels", v, nil); !strings.Contains(page.Text(), "120件まで") {
		t.Error(page.Text())
	}
	x.fails(strings.Replace(to, "&e=", "&e=x.", 1), http.StatusBadRequest, "120件まで")
	x.fails(samples+"/labels/pdf?sheet=24&start=1&e="+string(foreign.ID), http.StatusNotFound, "権限の範囲の外")
	x.fails(samples+"/labels/pdf", http.StatusBadRequest, "用紙を選んでください")
}

// TestWhereThereIsNoFont the pages say what to install, and print as they are.
func TestWhereThereIsNoFont(t *testing.T) {
	t.Parallel()
	x := press(t)
	e := x.Add("受付員", kodama.Sample("grade.secrecy 3"))
	installed := false
	x.with(func() (*paper.Font, error) {
		if installed {
			return paper.Find()
		}
		return nil, errs.New(errs.Unavailable, "書体がありません。fonts-morisawa-bizud-gothic をインストールしてください。")
	}, 10)
	entry, sheet := samples+"/entry/"+string(e.ID), samples+"/confirm/"+url.PathEscape(x.Home("1100"))
	for _, path := range []string{samples, entry, sheet, entry + "/label", samples + "/labels"} {
		page := x.shows(path, "fonts-morisawa-bizud-gothic")
		for _, a := range page.All("a") {
			if strings.Contains(a.Attr("href"), "/pdf") {
				t.Errorf("%s leads to %s", path, a.Attr("href"))
			}
		}
	}
	if n := len(x.get(entry+"/label", http.StatusOK).All("svg")); n != 1 {
		t.Errorf("%d stamps", n)
	}
	for _, path := range []string{samples + "/pdf", entry + "/pdf", sheet + "/pdf"} {
		x.fails(path, http.StatusServiceUnavailable, "fonts-morisawa-bizud-gothic")
	}
	installed = true
	for _, path := range []string{samples, entry, sheet} {
		page := x.get(path, http.StatusOK)
		i := slices.IndexFunc(page.All("main a"), func(a webtest.Node) bool { return strings.Contains(a.Attr("href"), "/pdf") })
		if i < 0 {
			t.Errorf("%s leads to no PDF", path)
			continue
		}
		x.printed(page.All("main a")[i].Attr("href"))
	}
}
