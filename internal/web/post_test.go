package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
	"sekimori/internal/web/webtest"
)

// fields makes the values of a form from pairs; those of the gallery that must be there are.
func fields(pairs ...string) url.Values {
	v := url.Values{"name": {"港湾課"}, "from": {"R8.4.1"}, "sure": {"1"}}
	for i := 0; i < len(pairs); i += 2 {
		if v.Has(pairs[i]) && slices.Contains([]string{"name", "from", "sure"}, pairs[i]) {
			v.Del(pairs[i])
		}
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// post sends a form; headers come in pairs.
func post(t *testing.T, h http.Handler, path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return send(t, h, path, strings.NewReader(form.Encode()), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
}

func send(t *testing.T, h http.Handler, path string, body interface{ Read([]byte) (int, error) }, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost:8080"+path, body)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// upload is a form sent with files.
type upload struct{ field, name, content string }

func postFiles(t *testing.T, h http.Handler, path string, form url.Values, files ...upload) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, values := range form {
		for _, v := range values {
			if err := m.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		part, err := m.CreateFormFile(f.field, f.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(f.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return send(t, h, path, &body, "Content-Type", m.FormDataContentType())
}

// said follows a Post and gives what the next page says, and the answer to being asked again.
func said(t *testing.T, h http.Handler, w *httptest.ResponseRecorder) (first, again string) {
	t.Helper()
	if w.Code != http.StatusSeeOther {
		t.Fatalf("status %d, want 303: %s", w.Code, webtest.Parse(t, w.Body.Bytes()).One(t, "main").Text())
	}
	jar := map[string]string{}
	ask := func() string {
		var cookies []string
		for name, value := range jar {
			cookies = append(cookies, name+"="+value)
		}
		next := get(t, h, w.Header().Get("Location"), "Cookie", strings.Join(cookies, "; "))
		keep(jar, next)
		var words []string
		for _, n := range webtest.Parse(t, next.Body.Bytes()).All(".said .notice-title") {
			words = append(words, n.Text())
		}
		return strings.TrimPrefix(strings.Join(words, ""), "完了 ")
	}
	keep(jar, w)
	return ask(), ask()
}

func keep(jar map[string]string, w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		if delete(jar, c.Name); c.MaxAge >= 0 {
			jar[c.Name] = c.Value
		}
	}
}

func TestPostFillsTheFormAndSaysOnceWhatWasDone(t *testing.T) {
	t.Parallel()
	h := open(t, config(t))
	everything := fields("name", "　港湾課 ", "kind", "section", "from", "令和8年4月1日", "seats", "１２", "regime", "city", "work", "paper", "work", "cloud",
		"note", "一行\r\n二行", "version", "8", "unknown", "x")
	want := `local:root 港湾課 section 令和8年4月1日 12 city ["paper" "cloud"] "一行\n二行" 名簿:なし 添付:0 版:8`
	if got, again := said(t, h, post(t, h, "/unit", everything)); got != want || again != "" {
		t.Errorf("said %q, then %q; want %q, then nothing", got, again, want)
	}
	large := "職員番号" + strings.Repeat("x", 1<<20+1<<19)
	everything.Del("kind")
	want = `local:root 港湾課 令和8年4月1日 12 city ["paper" "cloud"] "一行\n二行" 名簿:名簿①.csv=職員番号xxxxx(1572876) 添付:2 版:8`
	if got, _ := said(t, h, postFiles(t, h, "/unit", everything, upload{"list", "名簿①.csv", large}, upload{"papers", "a.pdf", "a"}, upload{"papers", "b.pdf", "b"})); got != want {
		t.Errorf("with files: %q, want %q", got, want)
	}
}

func TestLargeFilesAreGoneAfterTheRequest(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var during []string
	c := config(t)
	part := forms()
	part.Routes = append(part.Routes, web.Post("/seen", access.PeopleImport, "unit", showUnit, func(context.Context, *web.Request, newUnit) (web.Next, error) {
		during, _ = filepath.Glob(filepath.Join(dir, "*"))
		return web.Next{Href: "/unit"}, nil
	}).UpTo(4<<20))
	c.Parts = []web.Part{part}
	h := open(t, c)
	if w := postFiles(t, h, "/seen", fields(), upload{"list", "a.csv", strings.Repeat("x", 3<<20)}); w.Code != http.StatusSeeOther {
		t.Fatalf("status %d", w.Code)
	}
	after, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(during) != 1 || len(after) != 0 {
		t.Errorf("%d files during the request, %d after it; want 1 and 0", len(during), len(after))
	}
}

// TestARefusedFormKeepsEverything looks at the page that comes back: what was typed, what is
// wrong, all at once, and a summary that leads to each field.
func TestARefusedFormKeepsEverything(t *testing.T) {
	t.Parallel()
	h := open(t, config(t))
	w := postFiles(t, h, "/unit", url.Values{
		"name": {""}, "from": {"平成31年5月1日"}, "seats": {"十二"}, "regime": {"school"}, "work": {"device", "cloud"}, "kind": {"school"}, "note": {"<b>\r\n\xff"}, "version": {"7"},
	}, upload{"list", "名簿.csv", strings.Repeat("x", 2<<20+1)}, upload{"papers", "空.pdf", ""})
	if w.Code != http.StatusUnprocessableEntity {
		t.Fatalf("status %d, want 422", w.Code)
	}
	webtest.Rules(t, w.Body.Bytes())
	doc := webtest.Parse(t, w.Body.Bytes())
	var got []string
	for _, a := range doc.All("div.faults[autofocus] li a") {
		got = append(got, a.Attr("href")+" "+a.Text())
	}
	want := []string{
		"#name 課の名前：入力してください。",
		"#from 始まる日：「平成31年5月1日」という日は平成にはありません。令和元年5月1日ではありませんか。",
		"#seats 定員：「十二」は整数として読めません。120 のように数字だけで書いてください。",
		"#note 備考：使えない文字があります。",
		"#list 職員の名簿：ファイルが大きすぎます。一度に送れるのは合わせて2 MBまでです（選ばれたファイルは2 MB）。",
		"#papers 添付する書類：ファイル「空.pdf」は空です。",
		"#sure 前の課を引き継がないことを確かめました：確かめて、印を付けてください。",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := doc.One(t, ".faults-title").Text(); got != "入力に誤りがあります。" {
		t.Errorf("summary: %q", got)
	}
	for selector, value := range map[string]string{"input#from": "平成31年5月1日", "input#seats": "十二", "input[name=version]": "7", "#kind option[selected]": "school", "input[name=regime][checked]": "school"} {
		if got := doc.One(t, selector).Attr("value"); got != value {
			t.Errorf("%s = %q, want %q", selector, got, value)
		}
	}
	if got := doc.All("input[name=work][checked]"); len(got) != 2 || got[0].Attr("value") != "device" {
		t.Errorf("%d boxes ticked", len(got))
	}
	if got := doc.One(t, "textarea#note").Text(); !strings.HasPrefix(got, "<b>") {
		t.Errorf("textarea holds %q", got)
	}
	if got := doc.One(t, "title").Text(); !strings.HasPrefix(got, "エラー｜課の設定") {
		t.Errorf("title %q", got)
	}
	if got := doc.One(t, "input#sure-to-remove"); got.Has("aria-invalid") {
		t.Error("the other form of the page is wrong too")
	}
}

func TestWhatTheHandlerRefuses(t *testing.T) {
	t.Parallel()
	h := open(t, config(t))
	doc := func(status int, w *httptest.ResponseRecorder) webtest.Node {
		t.Helper()
		if w.Code != status {
			t.Errorf("status %d, want %d", w.Code, status)
		}
		return webtest.Parse(t, w.Body.Bytes())
	}
	bad := doc(422, postFiles(t, h, "/unit", fields("name", "悪い課", "version", "7"), upload{"list", "a.csv", "x"}))
	if got, want := bad.One(t, ".faults").Text(), "この課は加えられません。 課の名前：同じ名前の課があります。 職員の名簿：もう一度ファイルを選んでください。 古い画面です。 列が足りません。"; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
	// A version goes on only where the person was told that somebody else had been there.
	if got := bad.One(t, "input[name=version]").Attr("value"); got != "7" {
		t.Errorf("version %q after a fault, want 7", got)
	}
	conflict := doc(409, post(t, h, "/unit", fields("name", "重なる課", "version", "7")))
	if got := conflict.One(t, "input#name").Attr("value"); got != "重なる課" {
		t.Errorf("after a conflict the name is %q", got)
	}
	if got := conflict.One(t, "input[name=version]").Attr("value"); got != "8" {
		t.Errorf("version %q after a conflict, want 8", got)
	}
	doc(404, post(t, h, "/unit", fields("name", "ない課")))
	if got := doc(422, post(t, h, "/unit/remove", url.Values{})).One(t, "div.faults a").Attr("href"); got != "#sure-to-remove" {
		t.Errorf("the second form leads to %q", got)
	}
	if got := doc(422, post(t, h, "/unit/astray", url.Values{})).One(t, "p.message").Text(); got != "この画面にない書式です。" {
		t.Errorf("a page without the form says %q", got)
	}
}

func TestWhatIsNotRead(t *testing.T) {
	t.Parallel()
	c := config(t)
	c.Identify = func(r *http.Request) (*access.Actor, error) {
		actor := access.NewProgram("local:root")
		if r.Header.Get("Test-Actor") == "reader" {
			return actor.Limited([]access.Permission{access.PeopleRead}), nil
		}
		return actor, nil
	}
	h := open(t, c)
	many := fields()
	for range 11 {
		many.Set("unknown"+strings.Repeat("x", len(many)), "1")
	}
	values := url.Values{"work": make([]string, 5001)}
	tests := []struct {
		name    string
		answer  *httptest.ResponseRecorder
		status  int
		message string
	}{
		{"from another site", post(t, h, "/unit", fields(), "Sec-Fetch-Site", "cross-site"), 403, "ほかのサイトから送られた操作は受け付けません。このサイトの画面からやり直してください。"},
		{"another origin", post(t, h, "/unit", fields(), "Origin", "http://evil.example"), 403, "ほかのサイトから送られた操作は受け付けません。このサイトの画面からやり直してください。"},
		{"permission", post(t, h, "/unit", fields(), "Test-Actor", "reader"), 403, "「組織と職員を取り込む」の権限がありません。必要なときは、所属長か運用管理者に相談してください。"},
		{"JSON", send(t, h, "/unit", strings.NewReader(`{}`), "Content-Type", "application/json"), 415, "この形式では受け取れません。このサイトの画面から送ってください。"},
		{"nothing", send(t, h, "/unit", strings.NewReader("")), 415, "この形式では受け取れません。このサイトの画面から送ってください。"},
		{"text too large", post(t, h, "/unit", fields("note", strings.Repeat("x", 2<<20))), 413, "一度に送れるのは2 MBまでです。"},
		{"default limit", post(t, h, "/unit/remove", fields("note", strings.Repeat("x", 1<<20))), 413, "一度に送れるのは1 MBまでです。"},
		{"file far too large", postFiles(t, h, "/unit/remove", fields(), upload{"list", "a", strings.Repeat("x", 5<<20)}), 413, "一度に送れるのは5 MBまでです。"},
		{"cut off", send(t, h, "/unit", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n港"), "Content-Type", "multipart/form-data; boundary=x"), 400, "送られた内容を読めません。もう一度送ってください。"},
		{"broken", send(t, h, "/unit", strings.NewReader("a=%zz"), "Content-Type", "application/x-www-form-urlencoded"), 400, "送られた内容を読めません。もう一度送ってください。"},
		{"too many values", post(t, h, "/unit", values), 400, "送られた項目が多すぎます（5001件）。一度に送れるのは5000件までです。"},
		{"a name that is no text", post(t, h, "/unit", url.Values{"\x00": {"1"}}), 400, "送られた項目の名前に使えない文字があります。"},
	}
	for _, tt := range tests {
		doc := webtest.Parse(t, tt.answer.Body.Bytes())
		if tt.answer.Code != tt.status {
			t.Errorf("%s: status %d, want %d", tt.name, tt.answer.Code, tt.status)
			continue
		}
		if got := doc.One(t, "p.message").Text(); got != tt.message {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.message)
		}
	}
	w := post(t, h, "/unit", many)
	if got := webtest.Parse(t, w.Body.Bytes()).One(t, ".faults-title").Text(); w.Code != 422 || got != "この画面にない項目が11個送られました。画面を開き直してください。" {
		t.Errorf("unknown fields: %d %q", w.Code, got)
	}
	for name, fault := range map[string]url.Values{"name": {"name": {"a", "b"}}, "work": {"work": {"\xff"}}, "regime": {"regime": {"\x00"}}, "list": {"list": {"text"}}, "sure": {"sure": {"yes"}}} {
		v := fields()
		v[name] = fault[name]
		if w := post(t, h, "/unit", v); w.Code != 422 || !strings.Contains(w.Body.String(), `id="`+name+`-error"`) && name != "regime" && name != "work" {
			t.Errorf("%s: status %d without a fault there", name, w.Code)
		}
	}
	if w := post(t, h, "/unit", fields("name", ""), "Accept", "application/json"); w.Code != 422 || !strings.Contains(w.Body.String(), `"where":"name"`) {
		t.Errorf("a program that is refused gets %d %s", w.Code, w.Body)
	}
}

func TestWhereAPostLeads(t *testing.T) {
	t.Parallel()
	h := open(t, config(t))
	if got := post(t, h, "/unit/astray?to="+url.QueryEscape("/unit/港湾?q=a#b"), url.Values{}).Header().Get("Location"); got != "/unit/%E6%B8%AF%E6%B9%BE?q=a#b" {
		t.Errorf("Location: %q", got)
	}
	for to, want := range map[string]int{"/unit": 303, "/unit?a=1#b": 303, "//evil.example/": 500, "https://evil.example/": 500, "/\\evil.example": 500, "unit": 500} {
		if got := post(t, h, "/unit/astray?to="+url.QueryEscape(to), url.Values{}).Code; got != want {
			t.Errorf("next page %q: %d, want %d", to, got, want)
		}
	}
}

// TestNobodyElsePutsWordsIntoOurMouth plants cookies as a neighbour under the same domain could.
func TestNobodyElsePutsWordsIntoOurMouth(t *testing.T) {
	t.Parallel()
	h, other := open(t, config(t)), open(t, config(t))
	cookie := post(t, h, "/unit", fields()).Result().Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.MaxAge != 60 {
		t.Errorf("cookie: %v", cookie)
	}
	shows := func(h http.Handler, path, value string, headers ...string) bool {
		w := get(t, h, path, append(headers, "Cookie", cookie.Name+"="+value)...)
		return strings.Contains(w.Body.String(), "港湾課 ")
	}
	if !shows(h, "/unit", cookie.Value) {
		t.Error("the page it is for does not show it")
	}
	changed := []byte(cookie.Value)
	changed[len(changed)-1] ^= 1
	if shows(h, "/duty", cookie.Value) || shows(other, "/unit", cookie.Value) || shows(h, "/unit", string(changed)) || shows(h, "/unit", "x") {
		t.Error("another page, another process or changed words are shown")
	}
	long := said300(t, h)
	if n := len([]rune(long)); n != 300 || !strings.HasSuffix(long, "…") {
		t.Errorf("a long message has %d characters", n)
	}
}

func said300(t *testing.T, h http.Handler) string {
	t.Helper()
	first, _ := said(t, h, post(t, h, "/unit", fields("name", strings.Repeat("港", 400))))
	return first
}

func TestNewRefusesForms(t *testing.T) {
	t.Parallel()
	for name, route := range map[string]web.Route{
		"no tag": posting[struct{ A string }](),
		"twice": posting[struct {
			A, B string `form:"a"`
		}](),
		"a type": posting[struct {
			A float64 `form:"a"`
		}](),
		"hidden": posting[struct {
			a string `form:"a"`
		}](),
		"option": posting[struct {
			A string `form:"a,must"`
		}](),
		"one for many": posting[struct {
			A string `form:"a*"`
		}](),
		"many for one": posting[struct {
			A map[string][]string `form:"a"`
		}](),
		"no form": posting[string](),
	} {
		c := config(t)
		c.Parts = []web.Part{{Pages: fstest.MapFS{"page/p.html": {Data: []byte(`{{define "main"}}{{end}}`)}}, Routes: []web.Route{route}}}
		if _, err := web.New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func posting[F any]() web.Route {
	type view struct{ web.Page }
	return web.Post("/x", access.PeopleImport, "p", func(context.Context, *web.Request) (view, error) { return view{}, nil },
		func(context.Context, *web.Request, F) (web.Next, error) { return web.Next{Href: "/"}, nil })
}

// TestFieldsThatComeFromData: the names of fields need not stand in the program; the longest beginning takes one.
func TestFieldsThatComeFromData(t *testing.T) {
	t.Parallel()
	type form struct {
		Name  string              `form:"name"`
		Why   map[string][]string `form:"why.*"`
		Value map[string][]string `form:"*"`
	}
	type view struct {
		web.Page
		Form ui.Form
	}
	var got form
	c := config(t)
	c.Parts = []web.Part{{Pages: fstest.MapFS{"page/p.html": {Data: []byte(`{{define "main"}}{{template "form" .Form}}{{end}}`)}}, Routes: []web.Route{
		web.Post("/x", access.PeopleImport, "p", func(_ context.Context, r *web.Request) (view, error) {
			return view{r.Page("x"), r.Form(ui.Form{Fields: []ui.Field{{Heading: "乙", Name: "b.1", Label: "一"}}})}, nil
		}, func(_ context.Context, _ *web.Request, in form) (web.Next, error) {
			got = in
			return web.Next{Href: "/"}, nil
		}),
	}}}
	h := open(t, c)
	sent := url.Values{"name": {"甲"}, "b.1": {" 一\r\n二 "}, "b.2": {"x", "y"}, "why.b.1": {"z"}}
	if w := post(t, h, "/x", sent); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	want := form{"甲", map[string][]string{"b.1": {"z"}}, map[string][]string{"b.1": {"一\n二"}, "b.2": {"x", "y"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	sent.Set("b.1", "\x00")
	w := post(t, h, "/x", sent)
	if doc := webtest.Parse(t, w.Body.Bytes()); w.Code != http.StatusUnprocessableEntity || doc.One(t, "div.faults a").Text() != "一：使えない文字があります。" || doc.One(t, "main h2").Text() != "乙" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
