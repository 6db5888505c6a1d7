package ledger_test

import (
	"bytes"
	"context"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/feature/ledger"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/kodama"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

// desk is the feature on the screens of the library of Kodama.
type desk struct {
	*kodama.House
	t      *testing.T
	site   http.Handler
	who    string
	place  *access.Actor // who asks instead, at a place
	sheets *ledger.Sheets
}

// modules are the schemas that the feature needs in the library.
func modules() []db.Schema {
	return append(kodama.Modules(), db.Schema{Module: "job", FS: job.Schema()}, db.Schema{Module: "ledger", FS: ledger.Schema()})
}

func open(t *testing.T, d *db.DB) *desk {
	t.Helper()
	x := &desk{House: kodama.Build(t, d), t: t, who: "受付長"}
	x.Clock.Set(t, "2025-04-02T09:00:00+09:00")
	x.sheets = ledger.NewSheets(x.Log, x.Desk, x.Files, x.actor)
	x.sheets.Jobs = job.New(d, x.sheets.Kinds()...)
	var err error
	x.site, err = web.New(web.Config{
		Product: "関守", Parts: []web.Part{ledger.Module(x.Log, x.Desk, x.sheets, x.Library.Offered()).Part}, Log: slog.New(slog.DiscardHandler), Ready: d.Check,
		Identify: func(*http.Request) (*access.Actor, error) {
			if x.place != nil {
				return x.place, nil
			}
			return x.Actor(x.who), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// actor is somebody by the name that the trail has for him.
func (x *desk) actor(ctx context.Context, r db.Reader, name string) (*access.Actor, error) {
	if person, ok := access.PersonOf(name); ok {
		return x.Gate.Person(ctx, r, person, db.At(x.Clock.Now()))
	}
	return access.NewProgram(name), nil
}

// each opens the feature on both engines.
func each(t *testing.T, fn func(x *desk)) {
	t.Helper()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) { fn(open(t, d)) })
}

const samples = "/ledger/kodama/sample"

func (x *desk) as(who string) *desk {
	x.who, x.place = who, nil
	return x
}

// get asks for a page; it is a good one, with this status.
func (x *desk) get(path string, status int) webtest.Node {
	x.t.Helper()
	w := httptest.NewRecorder()
	x.site.ServeHTTP(w, httptest.NewRequestWithContext(x.t.Context(), http.MethodGet, "http://127.0.0.1"+path, nil))
	if w.Code != status {
		x.t.Fatalf("%s as %s: %d, want %d: %s", path, x.who, w.Code, status, webtest.Parse(x.t, w.Body.Bytes()).Text())
	}
	webtest.Rules(x.t, w.Body.Bytes())
	return webtest.Parse(x.t, w.Body.Bytes())
}

// shows asks for a page and looks for words on it.
func (x *desk) shows(path string, words ...string) webtest.Node {
	x.t.Helper()
	page := x.get(path, http.StatusOK)
	for _, w := range words {
		if !strings.Contains(page.One(x.t, "main").Text(), w) {
			x.t.Errorf("%s as %s does not say %q:\n%s", path, x.who, w, page.One(x.t, "main").Text())
		}
	}
	return page
}

// filled is what the first form of a page that is posted to sends as it stands.
func filled(form webtest.Node) url.Values {
	v := url.Values{}
	for _, in := range form.All("input") {
		kind := in.Attr("type")
		if in.Attr("name") == "" || kind == "file" || (kind == "radio" || kind == "checkbox") && !in.Has("checked") {
			continue
		}
		v.Add(in.Attr("name"), in.Attr("value"))
	}
	for _, in := range form.All("textarea") {
		v.Add(in.Attr("name"), strings.TrimPrefix(in.Text(), "\n"))
	}
	for _, in := range form.All("select") {
		value := ""
		for _, o := range in.All("option") {
			if o.Has("selected") {
				value = o.Attr("value")
			}
		}
		v.Add(in.Attr("name"), value)
	}
	return v
}

// post sends a form as a browser does, with files if there are any, and gives where it leads, or the page that comes back.
func (x *desk) post(path string, v url.Values, files map[string]string) (to string, page webtest.Node, status int) {
	x.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, values := range v {
		for _, value := range values {
			if err := m.WriteField(name, value); err != nil {
				x.t.Fatal(err)
			}
		}
	}
	for name, content := range files {
		w, err := m.CreateFormFile(name, "写真 1.png")
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			x.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		x.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(x.t.Context(), http.MethodPost, "http://127.0.0.1"+path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	x.site.ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther {
		webtest.Rules(x.t, w.Body.Bytes())
	}
	return w.Header().Get("Location"), webtest.Parse(x.t, w.Body.Bytes()), w.Code
}

// form is the form of a page that is posted to: of several the one that is sent to the page itself, or the one with inputs of these
// names.
func (x *desk) form(path string, page webtest.Node, change url.Values) webtest.Node {
	x.t.Helper()
	all := page.All("main form[method=post]")
	if i := slices.IndexFunc(all, func(f webtest.Node) bool { return f.Attr("action") == path }); i >= 0 {
		return all[i]
	}
	if len(all) > 1 {
		all = slices.DeleteFunc(all, func(f webtest.Node) bool {
			for name := range change {
				if len(f.All("[name="+name+"]")) == 0 {
					return true
				}
			}
			return false
		})
	}
	if len(all) != 1 {
		x.t.Fatalf("%d forms have %v", len(all), change)
	}
	return all[0]
}

// sends fills in a form of a page, sends it and must be led on.
func (x *desk) sends(path string, change url.Values, files map[string]string) string {
	x.t.Helper()
	form := x.form(path, x.get(path, http.StatusOK), change)
	v := filled(form)
	for name, values := range change {
		v[name] = values
	}
	to, page, status := x.post(form.Attr("action"), v, files)
	if status != http.StatusSeeOther {
		x.t.Fatalf("%s as %s: %d: %s", path, x.who, status, page.One(x.t, "main").Text())
	}
	return to
}

func TestTemplatesFitTheirViews(t *testing.T) {
	t.Parallel()
	x := open(t, testkit.Open(t, testkit.DSN(t, db.SQLite, modules()), modules()))
	webtest.Parts(t, ledger.Module(trail.New(nil), nil, nil, x.Library.Offered()).Part)
}

// everything is one answer for each field of a sample.
func everything() url.Values {
	return url.Values{
		"f.name": {"葛󠄀城の貝 𠮷"}, "f.grade.secrecy": {"3"}, "f.note": {"一行目\n=1+1"}, "f.pieces": {"００１２"}, "f.got_on": {"平成31年4月30日"}, "f.seen_at": {"令和7年4月1日 9:05"},
		"f.lent.from": {"R7.4.1"}, "f.lent.to": {"R8.3.31"}, "f.stuff": {"shell"}, "f.marks": {"copy", "rare"}, "f.fragile": {"yes"}, "f.how_to_carry": {"両手で"}, "f.giver": {"髙﨑"},
		"f.room": {"1200"}, "f.role": {"館長"}, "f.host": {"192.0.2.0/24"}, "f.mail": {"a@example.lg.jp"}, "f.page": {"https://example.lg.jp/a?b=c"}, "f.phone": {"078-000-0000"},
		"f.firm": {"9000020281000"}, "f.price": {"5000"}, "f.risks.0.what": {"落とす"}, "f.risks.0.harm": {"3"}, "f.risks.0.odds": {"2"},
	}
}

// TestEveryScreenOfARegister goes through all screens of the made-up register, whose one file makes them.
func TestEveryScreenOfARegister(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		x.shows("/ledger", "見本帳", "0件", "見本を加える")
		all := everything()
		all.Set("f.keeper", "受付員")
		form := x.get(samples+"/new", http.StatusOK).One(t, "main form[method=post]")
		v := filled(form)
		for name, values := range all {
			v[name] = values
		}
		_, page, status := x.post(samples+"/new", v, nil)
		if got := page.One(t, "#faults").Text(); status != http.StatusUnprocessableEntity || !strings.Contains(got, "その職員は見つかりません") || strings.Count(got, "：") != 1 {
			t.Fatalf("%d %s", status, got)
		}
		if got := page.One(t, "input[name=f.name]").Attr("value"); got != "葛󠄀城の貝 𠮷" {
			t.Errorf("what was typed is lost: %q", got)
		}
		delete(all, "f.keeper")
		entry := x.sends(samples+"/new", all, map[string]string{"file.proof": "\x89PNG\r\n\x1a\n<script>"})
		page = x.shows(entry, "葛󠄀城の貝 𠮷", "秘匿3", "一行目", "12点", "平成31年4月30日", "令和7年4月1日 9:05", "令和7年4月1日から令和8年3月31日まで", "貝", "稀少、複製", "両手で", "髙﨑", "書庫", "館長",
			"192.0.2.0/24", "078-000-0000", "9000020281000", "記入あり", "落とす", "5", "手厚い", "写真 1.png", "展示中")
		if strings.Contains(page.Text(), "5000") {
			t.Error("what is to be read under record is shown")
		}
		x.file(page)

		// The form comes back as it was filled in, and sending it as it is changes nothing.
		x.sends(entry+"/edit", url.Values{"f.note": all["f.note"]}, nil) // a browser keeps its lines
		x.shows(entry+"/history", "台帳に加えた")
		if got := len(x.get(entry+"/history", http.StatusOK).All(".version-when")); got != 1 {
			t.Errorf("%d versions after nothing was changed", got)
		}
		x.sends(entry+"/edit", url.Values{"f.name": {"葛城の貝"}, "f.fragile": {"no"}, "f.risks.0.what": {""}, "f.risks.0.harm": {""}, "f.risks.0.odds": {""}, "note": {"数え直した"}}, nil)
		x.shows(entry+"/history", "数え直した", "葛󠄀城の貝 𠮷", "両手で", "台帳を直した")
		if strings.Contains(x.shows(entry, "葛城の貝").Text(), "運び方") {
			t.Error("a field whose condition is false is shown")
		}
		x.sends(entry, url.Values{"state": {"stored"}, "note": {"棚へ"}}, nil)
		x.shows(entry, "しまってある")
		x.shows(samples, "1件", "葛城の貝", "しまってある", "稀少、複製")
		x.verified()
	})
}

// file downloads the attached file: as one to be kept, whatever it is.
func (x *desk) file(page webtest.Node) {
	x.t.Helper()
	for _, a := range page.All("main a") {
		if !strings.Contains(a.Attr("href"), "/file/") {
			continue
		}
		w := httptest.NewRecorder()
		x.site.ServeHTTP(w, httptest.NewRequestWithContext(x.t.Context(), http.MethodGet, "http://127.0.0.1"+a.Attr("href"), nil))
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") || w.Body.String() != "\x89PNG\r\n\x1a\n<script>" {
			x.t.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
		}
		who := x.who
		if w := httptest.NewRecorder(); true {
			x.who = "分館員"
			x.site.ServeHTTP(w, httptest.NewRequestWithContext(x.t.Context(), http.MethodGet, "http://127.0.0.1"+a.Attr("href"), nil))
			if x.who = "書庫長"; w.Code != http.StatusOK { // an auditor sees everything
				x.t.Errorf("the auditor gets %d", w.Code)
			}
		}
		w = httptest.NewRecorder()
		x.site.ServeHTTP(w, httptest.NewRequestWithContext(x.t.Context(), http.MethodGet, "http://127.0.0.1"+a.Attr("href"), nil))
		if w.Code != http.StatusNotFound {
			x.t.Errorf("another section gets %d", w.Code)
		}
		x.who = who
		return
	}
	x.t.Error("no file is offered")
}

func (x *desk) verified() {
	x.t.Helper()
	var tables []trail.Audited
	x.View(func(r db.Reader) error {
		shelf, err := x.Desk.Shelf(x.t.Context(), r)
		if err == nil {
			tables = slices.Concat(kodama.Audited(), ledger.Audited(), shelf.Audited())
		}
		return err
	})
	if report, err := x.Log.Verify(x.t.Context(), tables, trail.Anchors{}); err != nil || !report.OK {
		x.t.Errorf("%v %v", err, report.Findings)
	}
}

// TestAListIsNarrowedAndSorted by what its address says, and carries it on from page to page.
func TestAListIsNarrowedAndSorted(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		for i := range 60 {
			x.Add("受付員", kodama.Sample("name 貝"+string(rune('あ'+i%40)), "pieces "+strings.Repeat("1", 1+i%4), "marks "+[]string{"rare", "broken", "rare、copy"}[i%3], "stuff "+[]string{"stone", "shell"}[i%2]))
		}
		page := x.shows(samples+"?by.marks=rare&by.stuff=shell&sort=pieces%3Adown&state=shown", "20件")
		if got := len(page.All("tbody tr")); got != 20 {
			t.Errorf("%d rows", got)
		}
		first := x.shows(samples, "60件")
		next := first.One(t, ".pager a[rel=next]").Attr("href")
		second := x.shows(next, "60件")
		if got := len(second.All("tbody tr")); got != 10 || len(second.All(".pager a[rel=next]")) != 0 {
			t.Errorf("%d rows on the second page", got)
		}
		numbers := map[string]bool{}
		for _, p := range []webtest.Node{first, second} {
			for _, a := range p.All("tbody th a") {
				numbers[a.Text()] = true
			}
		}
		if len(numbers) != 60 {
			t.Errorf("%d entries on two pages", len(numbers))
		}
		for _, wrong := range []string{"by.pieces=多い", "by.grade=x%3D9", "sort=note", "by.got_on=いつか", "q=" + strings.Repeat("x", 3000)} {
			if got := x.get(samples+"?"+wrong, http.StatusOK).One(t, "#faults").Text(); got == "" {
				t.Errorf("%s: no fault", wrong)
			}
		}
		x.as("書庫長").shows(samples, "0件")
		x.as("分館員").shows(samples, "60件") // an auditor
		x.as("館長").shows(samples, "60件")
	})
}

// TestManyEntriesAtOnce shows before what it does after, and does it to those that were chosen.
func TestManyEntriesAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		for _, name := range []string{"赤貝", "青貝", "黒貝"} {
			x.Add("受付員", kodama.Sample("name "+name))
		}
		path := samples + "/bulk?sort=name&field=stuff&value=貝"
		page := x.shows(path, "変わるもの3件", "赤貝：（空） → 貝")
		form := page.One(t, "main form[method=post]")
		v := filled(form)
		v["chosen"] = v["chosen"][:2]
		to, _, status := x.post(form.Attr("action"), v, nil)
		if status != http.StatusSeeOther || to != samples {
			t.Fatalf("%d %s", status, to)
		}
		x.shows(samples+"?by.stuff=shell", "2件")
		x.shows(path, "変わるもの1件、同じもの2件")
		x.shows(samples+"/bulk?field=stuff&value=鉄", "直せないもの3件", "「鉄」は選べません")
		if _, _, status := x.post(samples+"/bulk", v, nil); status != http.StatusConflict {
			t.Errorf("what has changed since: %d", status)
		}
		x.as("受付員").get(samples+"/bulk", http.StatusForbidden)
		x.verified()
	})
}

// TestConfirming: the sheet of a section, by its chief, once; what has changed since is to be looked at again.
func TestConfirming(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		for i := range 7 {
			x.Add("受付員", kodama.Sample("name 貝"+string(rune('あ'+i)), "grade.secrecy "+[]string{"1", ""}[i%2]))
		}
		sheet := samples + "/confirm/" + url.PathEscape(x.Home("1100"))
		x.shows(samples+"/confirm", "受付係室", "これから")
		page := x.shows(sheet, "7件", "分類が決まっていません", "全7件、変わりなし", "分類を決める")
		classes := page.One(t, "form[action="+sheet+"/class]")
		v := filled(classes)
		if len(v) != 6 { // three lines, each a level and a version
			t.Errorf("%v", v)
		}
		for name := range v {
			if strings.HasPrefix(name, "class.") {
				v.Set(name, "2")
				break
			}
		}
		if to, page, status := x.post(classes.Attr("action"), v, nil); status != http.StatusSeeOther || to != sheet {
			t.Fatalf("%d %s", status, page.Text())
		}
		if got := len(filled(x.shows(sheet, "秘匿2").One(t, "form[action="+sheet+"/class]"))); got != 4 {
			t.Errorf("%d inputs are left", got)
		}
		if page := x.as("受付員").shows(sheet, "7件"); strings.Contains(page.Text(), "変わりなし") {
			t.Error("a clerk is offered to confirm")
		}
		x.as("受付長")
		stale := filled(x.get(sheet, http.StatusOK).One(t, "form[action="+sheet+"]"))
		x.Add("受付員", kodama.Sample("name 新しい貝"))
		if _, page, status := x.post(sheet, stale, nil); status != http.StatusConflict || !strings.Contains(page.Text(), "台帳が変わりました") {
			t.Errorf("%d", status)
		}
		x.sends(sheet, url.Values{"note": {"年度はじめ"}}, nil)
		x.shows(samples+"/confirm", "済")
		x.Clock.Set(t, "2026-05-02T09:00:00+09:00")
		x.shows(samples+"/confirm", "これから")
		x.as("書庫長").get(sheet, http.StatusNotFound)
		x.verified()
	})
}

// TestCopiesAndWhatRefersToWhat: a copy names its original, and the original shows its copies.
func TestCopiesAndWhatRefersToWhat(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		e := x.Add("受付員", kodama.Sample("name もとの貝", "grade.secrecy 2"))
		page := x.get(samples+"/entry/"+string(e.ID), http.StatusOK)
		i := slices.IndexFunc(page.All("main a"), func(a webtest.Node) bool { return a.Text() == "写しを加える" })
		copied := x.sends(page.All("main a")[i].Attr("href"), url.Values{"f.name": {"写しの貝"}}, nil)
		x.shows(copied, "写しの貝", "令和7-見本-000001 もとの貝", "秘匿2")
		box := x.Add("受付員", kodama.Sample("name 箱", "marks copy", "parts 令和7-見本-000001、令和7-見本-000002"))
		if err := x.Log.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		x.shows(samples+"/entry/"+string(e.ID), "ここを指している記録", "写しの貝", "箱")
		x.shows(samples+"/entry/"+string(box.ID), "秘匿2") // of what lies in it
		x.shows(samples+"?q=写し", "写しの貝")
		x.shows("/ledger/find?q=貝", "「貝」が2件見つかりました", "もとの貝", "写しの貝")
		x.shows("/ledger/find?q="+url.QueryEscape(strings.Repeat("x", 600)), "長すぎます")
		if got := len(x.as("書庫長").get(samples+"?q=写し", http.StatusOK).All("tbody th")); got != 0 {
			t.Error("what is out of scope is found")
		}
	})
}

// TestThingsThatManyHave are added together in one act, without those that are there, and what the examples leave open is asked once.
func TestThingsThatManyHave(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		x.Add("受付員", kodama.Sample("name 二枚貝"))
		page := x.as("受付員").shows(samples+"/examples", "1件は、もう登録されています", "二枚貝", "等級：秘匿2", "2/1の例示")
		form := page.One(t, "main form[method=post]")
		v := filled(form)
		v["pick.0"], v["pick.1"] = []string{"0.0", "0.2"}, []string{"1.1"}
		_, page, status := x.post(form.Attr("action"), v, nil)
		if got := page.One(t, "#faults").Text(); status != http.StatusUnprocessableEntity || !strings.Contains(got, "水晶：こわれやすいを入力してください") {
			t.Fatalf("%d %s", status, got)
		}
		v.Set("f.fragile", "yes")
		v.Set("f.how_to_carry", "箱に入れる")
		if to, _, status := x.post(form.Attr("action"), v, nil); status != http.StatusSeeOther || to != samples {
			t.Fatalf("%d %s", status, to)
		}
		list := x.shows(samples, "4件", "巻貝", "桜貝", "水晶", "秘匿2").One(t, "table").Text()
		if strings.Count(list, "秘匿2") != 2 || strings.Count(list, "はい") != 1 {
			t.Errorf("%s", list)
		}
		x.shows(samples+"/new?example=桜貝", "見本を加える")
		if got := x.get(samples+"/new?example=桜貝", http.StatusOK).One(t, "input[name=f.name]").Attr("value"); got != "桜貝" {
			t.Errorf("the example fills in %q", got)
		}
		v["pick.1"] = []string{"7.7"}
		if _, _, status := x.post(form.Attr("action"), v, nil); status != http.StatusUnprocessableEntity {
			t.Errorf("what is no example: %d", status)
		}
		x.verified()
	})
}
