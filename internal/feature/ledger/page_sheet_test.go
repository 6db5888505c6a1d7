package ledger_test

import (
	"archive/zip"
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sekimori/internal/testkit/kodama"
	"sekimori/internal/web/webtest"
)

// sent is a file that a browser sends.
type sent struct {
	name    string
	content []byte
}

// uploads sends files to be taken in, has them worked out, and gives the page that shows it.
func (x *desk) uploads(files ...sent) (at string, page webtest.Node) {
	x.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for _, f := range files {
		w, err := m.CreateFormFile("files", f.name)
		if err == nil {
			_, err = w.Write(f.content)
		}
		if err != nil {
			x.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		x.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(x.t.Context(), http.MethodPost, "http://127.0.0.1"+samples+"/import", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	x.site.ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther {
		x.t.Fatalf("%d %s", w.Code, webtest.Parse(x.t, w.Body.Bytes()).Text())
	}
	at = w.Header().Get("Location")
	x.shows(at, "確かめ") // while it is worked out
	x.runs()
	return at, x.get(at, http.StatusOK)
}

// runs does what jobs there are.
func (x *desk) runs() {
	x.t.Helper()
	if err := x.sheets.Jobs.RunDue(x.t.Context()); err != nil {
		x.t.Fatal(err)
	}
}

// downloads gives a file.
func (x *desk) downloads(path string) []byte {
	x.t.Helper()
	w := httptest.NewRecorder()
	x.site.ServeHTTP(w, httptest.NewRequestWithContext(x.t.Context(), http.MethodGet, "http://127.0.0.1"+path, nil))
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		x.t.Fatalf("%s: %d %v", path, w.Code, w.Header())
	}
	return w.Body.Bytes()
}

// confirms takes in what a page shows.
func (x *desk) confirms(at string, hold string) {
	x.t.Helper()
	x.sends(at, url.Values{"hold": {hold}, "sure": {"1"}}, nil)
	x.runs()
}

// TestWhatIsDownloadedComesBack unchanged in every format and style; what was changed in it is shown, and taken in.
func TestWhatIsDownloadedComesBack(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		x.Add("受付員", kodama.Sample("name 葛󠄀城の貝 𠮷", "note =1+1", "pieces 7", "got_on 令和元年5月1日", "lent.from R7.4.1", "lent.to R8.3.31", "marks 稀少、破損", "grade.secrecy 3",
			"risks x", "risks.0.what 落とす", "risks.0.harm 3", "risks.0.odds 2"))
		x.Add("受付員", kodama.Sample("name ０００１２"))
		x.shows(samples+"/download", "Excel", "Shift_JIS", "様式")
		var data []byte
		for _, c := range []struct{ format, style, name string }{{"xlsx", "data", "a.xlsx"}, {"xlsx", "wareki", "b.xlsx"}, {"csv", "data", "c.csv"}} {
			file := x.downloads(samples + "/download/" + c.format + "/" + c.style)
			if c.format == "csv" {
				data = file
			}
			_, page := x.uploads(sent{c.name, file})
			if got := page.One(t, "main").Text(); !strings.Contains(got, "新規 0") && !strings.Contains(got, "変わるものはありません") && !strings.Contains(got, "0件 新規") {
				t.Errorf("%s %s: %s", c.format, c.style, got)
			}
		}
		at, page := x.uploads(sent{"直した.csv", bytes.ReplaceAll(data, []byte("０００１２"), []byte("０００１３"))})
		if got := page.One(t, "main").Text(); !strings.Contains(got, "０００１２") || !strings.Contains(got, "０００１３") {
			t.Errorf("before and after are not shown: %s", got)
		}
		x.confirms(at, "whole")
		x.shows(at, "取り込み済み")
		x.shows(samples, "０００１３", "2件")
		if len(x.downloads(at+"/result")) == 0 {
			t.Error("the result is empty")
		}
		x.verified()
	})
}

// TestFaultyRowsAreHeld: all faults are shown by cell, nothing is taken in against the will, and held rows are put right or dropped.
func TestFaultyRowsAreHeld(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		at, page := x.uploads(sent{"台帳.csv", []byte("名称,受持ち,こわれやすい,点数,受け入れた日\n赤貝,1100,いいえ,3,令和7年4月1日\n青貝,〃,〃,多い,4月の末\n白貝,1200,いいえ,1,\n")})
		got := page.One(t, "main").Text()
		for _, want := range []string{"3行目 D列", "3行目 E列", "4行目", "整数として読めません", "加える権限"} {
			if !strings.Contains(got, want) {
				t.Errorf("the page does not say %q: %s", want, got)
			}
		}
		form := page.All("main form[method=post]")[0]
		v := filled(form)
		v.Set("sure", "1")
		v.Set("hold", "whole")
		if _, page, status := x.post(at, v, nil); status != http.StatusUnprocessableEntity {
			t.Errorf("with faults, whole: %d %s", status, page.Text())
		}
		x.shows(samples, "0件")
		x.confirms(at, "hold")
		x.shows(samples, "1件", "赤貝")
		holds := x.shows(samples+"/holds", "青貝", "台帳.csv")
		var rows []string
		for _, a := range holds.All("main a") {
			if strings.Contains(a.Attr("href"), "/holds/") {
				rows = append(rows, a.Attr("href"))
			}
		}
		if len(rows) != 2 {
			t.Fatalf("held: %v", rows)
		}
		for _, row := range rows {
			if x.get(row, http.StatusOK).One(t, "input[name=f.name]").Attr("value") == "青貝" {
				x.sends(row, url.Values{"f.pieces": {"5"}, "f.got_on": {"令和7年4月30日"}}, nil)
				continue
			}
			x.sends2(row+"/drop", row, url.Values{"reason": {"書庫の行なので"}})
		}
		x.shows(samples, "2件", "青貝", "5点")
		if got := x.get(samples+"/holds", http.StatusOK).One(t, "main").Text(); strings.Contains(got, "白貝") && !strings.Contains(got, "取り下げ") {
			t.Errorf("what was dropped is still held: %s", got)
		}
		x.verified()
	})
}

// sends2 sends the form of a page whose action is another address.
func (x *desk) sends2(action, page string, change url.Values) {
	x.t.Helper()
	for _, form := range x.get(page, http.StatusOK).All("main form[method=post]") {
		if form.Attr("action") != action {
			continue
		}
		v := filled(form)
		for name, values := range change {
			v[name] = values
		}
		if _, page, status := x.post(action, v, nil); status != http.StatusSeeOther {
			x.t.Fatalf("%s: %d %s", action, status, page.One(x.t, "main").Text())
		}
		return
	}
	x.t.Fatalf("%s has no form for %s", page, action)
}

// TestWorkbooksAreGivenOutAndHandedBack: a workbook for each unit, and who has handed his back.
func TestWorkbooksAreGivenOutAndHandedBack(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		x.Add("受付員", kodama.Sample("name 受付の貝"))
		form := x.get(samples+"/handouts", http.StatusOK).One(t, "main form[method=post]")
		v := filled(form)
		for _, in := range form.All("input[type=checkbox]") {
			if in.Attr("name") == "unit" || strings.HasPrefix(in.Attr("name"), "unit") {
				v[in.Attr("name")] = append(v[in.Attr("name")], in.Attr("value"))
			}
		}
		to, page, status := x.post(form.Attr("action"), v, nil)
		if status != http.StatusSeeOther {
			t.Fatalf("%d %s", status, page.One(t, "main").Text())
		}
		x.runs()
		x.shows(to, "受付係室", "0 組織 戻った", "1 組織 まだ")
		archive := x.downloads(to + "/zip")
		books, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
		if err != nil || len(books.File) < 1 {
			t.Fatalf("%d workbooks: %v", len(books.File), err)
		}
		for _, f := range books.File {
			if !strings.Contains(f.Name, "受付係室") {
				continue
			}
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			at, _ := x.uploads(sent{f.Name, content})
			x.confirms(at, "whole")
		}
		x.shows(to, "受付係室", "1 組織 戻った", "0 組織 まだ")
		x.as("分館長").get(to, http.StatusNotFound)
		x.verified()
	})
}
