package ledger_test

import (
	"bytes"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/sheet"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit/kodama"
	"sekimori/internal/web/webtest"

	"github.com/xuri/excelize/v2"
)

// formFor is the form of a page that is sent to an address.
func (x *desk) formFor(page, action string) webtest.Node {
	x.t.Helper()
	for _, f := range x.get(page, http.StatusOK).All("main form[method=post]") {
		if f.Attr("action") == action {
			return f
		}
	}
	x.t.Fatalf("%s has no form for %s", page, action)
	return webtest.Node{}
}

// refuses sends a form of a page with some answers: it comes back with this status and says some words.
func (x *desk) refuses(page, action string, change url.Values, status int, words string) webtest.Node {
	x.t.Helper()
	v := filled(x.formFor(page, action))
	for name, values := range change {
		v[name] = values
	}
	_, got, code := x.post(action, v, nil)
	if text := got.One(x.t, "main").Text(); code != status || !strings.Contains(text, words) {
		x.t.Errorf("%s: %d without %q: %s", action, code, words, text)
	}
	return got
}

// named downloads a file with its name.
func (x *desk) named(path string) (content []byte, name string) {
	x.t.Helper()
	w := httptest.NewRecorder()
	x.site.ServeHTTP(w, httptest.NewRequestWithContext(x.t.Context(), http.MethodGet, "http://127.0.0.1"+path, nil))
	_, words, err := mime.ParseMediaType(w.Header().Get("Content-Disposition"))
	if w.Code != http.StatusOK || err != nil {
		x.t.Fatalf("%s: %d %v", path, w.Code, err)
	}
	return w.Body.Bytes(), words["filename"]
}

// rowsIn are all that the first sheet of a file says.
func rowsIn(t *testing.T, content []byte) string {
	t.Helper()
	f, err := sheet.Open(bytes.NewReader(content), int64(len(content)), sheet.Limits{Columns: 4000})
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	var all []string
	for r, err := range f.Rows("") {
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		all = append(all, strings.Join(r.Cells, "|"))
	}
	return strings.Join(all, "\n")
}

// old is a form as a section drew it: a title, a heading of two rows with merged cells, classes merged over rows, 〃 and 同上, a remark.
func old(t *testing.T, change map[string]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	rows := map[string]string{
		"A1": "見本の一覧", "B2": "所属：受付係室",
		"A4": "No.", "B4": "見本名", "C4": "分類", "D4": "日付など", "F4": "われもの", "G4": "備考",
		"C5": "秘匿", "D5": "受け入れた日", "E5": "素材",
		"A6": "1", "B6": "巻貝", "C6": "3", "D6": "令和7年4月1日", "E6": "貝", "F6": "×", "G6": "白い",
		"A7": "2", "B7": "二枚貝", "D7": "〃", "E7": "同上", "F7": "×",
		"A8": "3", "B8": "石", "D8": "S63.1.7", "E8": "石", "F8": "×", "G8": "重い",
		"A10": "※印は破損を示す",
	}
	for cell, text := range change {
		rows[cell] = text
	}
	for cell, text := range rows {
		if err := f.SetCellStr("Sheet1", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range [][2]string{{"A4", "A5"}, {"B4", "B5"}, {"D4", "E4"}, {"F4", "F5"}, {"G4", "G5"}, {"C6", "C7"}} {
		if err := f.MergeCell("Sheet1", m[0], m[1]); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestAnOldWorkbookComesIn: what its columns are is said once, on the page; then it comes in, and a second time adds nothing.
func TestAnOldWorkbookComesIn(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		at, page := x.as("受付員").uploads(sent{"1100_受付係室.xlsx", old(x.t, nil)})
		if got := page.One(x.t, "main").Text(); !strings.Contains(got, "新しい行に必要な列がありません") || !strings.Contains(got, "使いません") {
			x.t.Errorf("%s", got)
		}
		x.refuses(at, at+"/map", url.Values{"how": {"cell"}}, http.StatusUnprocessableEntity, "セルを B2 のように書いてください")
		x.sends2(at+"/map", at, url.Values{"column.name": {"見本名"}, "column.fragile": {"われもの"}, "column.note": {"備考"}, "how": {"cell"}, "cell": {"ｂ2"}})
		x.runs()
		x.shows(at, "3 行 新規", "0 行 保留", "受付係室", "受け入れた日：令和7年4月1日", "素材：貝", "等級：秘匿3")
		if got := rowsIn(x.t, x.downloads(at+"/result")); !strings.Contains(got, "新規") || !strings.Contains(got, "二枚貝") {
			x.t.Errorf("%s", got)
		}
		x.refuses(at, at, nil, http.StatusUnprocessableEntity, "確かめて、印を付けてください")
		x.sends2(at, at, url.Values{"sure": {"1"}})
		if got := x.shows(at, "取り込んでいます").One(x.t, "#import").Attr("data-refresh"); got != "2" {
			x.t.Errorf("refreshes every %q", got)
		}
		x.runs()
		x.shows(at, "新規3件、変更0件、保留0件")
		x.shows(samples, "3件", "二枚貝", "昭和63年1月7日")
		if got := rowsIn(x.t, x.downloads(at+"/result")); !strings.Contains(got, "令和7-見本-000003") {
			x.t.Error(got)
		}
		x.shows("/ledger/import/"+at[strings.LastIndex(at, "/")+1:], "取り込みました") // as the trail leads to it
		// How it is read is proposed to the next.
		again, _ := x.as("受付長").uploads(sent{"1100_受付係室.xlsx", old(x.t, map[string]string{"G8": "とても重い"})})
		x.shows(again, "0 行 新規", "1 行 変更", "2 行 同じ", "覚え：重い → とても重い")
		x.sends2(again+"/drop", again, url.Values{"why": {"見るだけ"}})
		x.shows(again, "取り下げました", "見るだけ")
		if _, _, status := x.post(again+"/drop", url.Values{}, nil); status != http.StatusConflict {
			x.t.Errorf("dropped twice: %d", status)
		}
		// But a file with titles of its own is read by these.
		x.shows(samples, "3件")
		_, page = x.uploads(sent{"書き出し.xlsx", x.downloads(samples + "/download/xlsx/data")})
		if got := page.One(x.t, "main").Text(); !strings.Contains(got, "3 行 同じ") {
			x.t.Errorf("%s", got)
		}
		x.verified()
	})
}

// TestAHeldRowInItsForm: what the file says stands in the form of the register with what is wrong by now, one row leads to the next.
func TestAHeldRowInItsForm(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		at, _ := x.as("受付員").uploads(sent{"表.csv", []byte("名称,受持ち,素材,こわれやすい,受け入れた日,世話をする人\r\n鉄の貝,1100,鉄,いいえ,いつか,誰か\r\n名無し,1100,貝,,,\r\n")})
		x.sends2(at, at, url.Values{"hold": {"hold"}, "sure": {"1"}})
		x.runs()
		x.shows(at, "保留の行が2件あります")
		links := x.shows(samples+"/holds?import="+at[strings.LastIndex(at, "/")+1:], "表.csv", "「鉄」").All("main tbody th a")
		if len(links) != 2 {
			x.t.Fatalf("%d rows wait", len(links))
		}
		first := links[0].Attr("href")
		page := x.shows(first, "この行は保留されています", "ファイルには「鉄」とあります")
		if got := page.One(x.t, "input[name=f.got_on]").Attr("value"); got != "いつか" {
			x.t.Errorf("the day that was written is %q", got)
		}
		right := url.Values{"f.stuff": {"stone"}, "f.got_on": {"R7.4.1"}}
		x.refuses(first, first, right, http.StatusUnprocessableEntity, "その職員は見つかりません")
		right.Set("f.keeper", "")
		x.as("書庫長").get(first, http.StatusNotFound)
		x.as("受付員").sends2(first, first, right)
		x.shows(samples, "1件", "鉄の貝")
		x.get(first, http.StatusConflict)
		second := links[1].Attr("href")
		x.refuses(second, second+"/drop", nil, http.StatusUnprocessableEntity, "取り込まない理由")
		x.sends2(second+"/drop", second, url.Values{"reason": {"書き損じ"}})
		x.shows(samples+"/holds", "保留の行はありません")
		x.verified()
	})
}

// TestWhatIsShownIsWhatIsTakenIn: a register that has changed since the preview leads back to it, and nothing was done.
func TestWhatIsShownIsWhatIsTakenIn(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		e := x.Add("受付長", kodama.Sample("name 貝", "note まえ"))
		at, _ := x.uploads(sent{"直した.csv", bytes.ReplaceAll(x.downloads(samples+"/download/csv/data"), []byte("まえ"), []byte("あと"))})
		x.shows(at, "1 行 変更", "覚え：まえ → あと")
		v := filled(x.formFor(at, at))
		v.Set("sure", "1")
		if _, err := x.Desk.Change(x.t.Context(), x.Actor("受付長"), "kodama", "sample", e.ID, 1, register.Input{"pieces": {"9"}}, register.Entering{}); err != nil {
			x.t.Fatal(errs.Message(err))
		}
		if _, _, status := x.post(at, v, nil); status != http.StatusSeeOther {
			x.t.Fatal(status)
		}
		x.runs() // it comes to nothing, and what it comes to is worked out anew
		x.shows(at, "前回は取り込めませんでした", "もう一度内容を確かめてください", "1 行 変更")
		if _, page, status := x.post(at, v, nil); status != http.StatusConflict || !strings.Contains(page.Text(), "確かめた内容が、いまの内容と違います") {
			x.t.Errorf("what was seen before is confirmed: %d", status)
		}
		x.sends2(at, at, url.Values{"sure": {"1"}})
		x.runs()
		x.shows(samples+"/entry/"+string(e.ID), "あと", "9点")
		x.verified()
	})
}

// TestWhoSeesAnImport: who could have sent it there. Its rows are for him who has worked them out.
func TestWhoSeesAnImport(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		at, _ := x.as("受付員").uploads(sent{"受付の表.csv", []byte("名称,受持ち,こわれやすい\r\n新しい貝,1100,いいえ\r\n")})
		x.shows(at, "新しい貝", "1 行 新規")
		page := x.as("受付長").shows(at, "ほかの人が確かめたものです", "1 行 新規")
		if got := page.Text(); strings.Contains(got, "新しい貝") || strings.Contains(got, "内容を確かめました") {
			x.t.Error("another is shown the rows, or may confirm them")
		}
		x.get(at+"/result", http.StatusNotFound)
		x.sends2(at+"/check", at, nil)
		x.runs()
		x.shows(at, "新しい貝")
		x.as("受付員").shows(at, "ほかの人が確かめたものです")
		for _, who := range []string{"書庫長", "分館員"} {
			x.as(who)
			for _, path := range []string{at, "/ledger/import/" + at[strings.LastIndex(at, "/")+1:], at + "/result"} {
				x.get(path, http.StatusNotFound)
			}
			if strings.Contains(x.get(samples+"/import", http.StatusOK).Text(), "受付の表") {
				x.t.Errorf("%s sees it in the list", who)
			}
			for _, action := range []string{"", "/map", "/check", "/drop", "/again"} {
				if _, _, status := x.post(at+action, url.Values{"sure": {"1"}}, nil); status != http.StatusNotFound {
					x.t.Errorf("%s posts %q: %d", who, action, status)
				}
			}
		}
		x.as("受付長").sends2(at, at, url.Values{"sure": {"1"}})
		x.runs()
		x.shows(at, "結果のファイル", "確かめた人")
		if strings.Contains(x.as("受付員").shows(at, "取り込みました").Text(), "結果のファイル") {
			x.t.Error("the result is offered to another")
		}
		x.verified()
	})
}

// TestAListAsAFile: what its conditions select, in every form, under a name with its class, and what Shift_JIS would lose. All of it
// comes back the same.
func TestAListAsAFile(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		all := everything()
		all.Set("f.grade.secrecy", "2")
		x.sends(samples+"/new", all, nil)
		x.Add("受付長", kodama.Sample("name 黒曜石", "stuff 石"))
		if err := x.Log.Settle(x.t.Context()); err != nil {
			x.t.Fatal(err)
		}
		links := x.shows(samples+"/download?by.stuff=shell", "1件", "CSV（Shift_JIS）", "様式（印刷用）").All("main table a")
		if len(links) != 7 {
			x.t.Fatalf("%d forms", len(links))
		}
		for _, a := range links {
			to := a.Attr("href")
			content, name := x.named(to)
			day := "平成31年4月30日"
			if strings.Contains(to, "/data") {
				day = "2019-04-30"
			}
			if got := rowsIn(x.t, content); !strings.Contains(got, day) || strings.Contains(got, "黒曜石") || strings.Contains(got, "5000") {
				x.t.Errorf("%s: %s", to, got)
			}
			if !strings.Contains(name, "秘匿2") {
				x.t.Errorf("%s is called %s", to, name)
			}
			at, _ := x.uploads(sent{name, content})
			x.shows(at, "変わるものはありません", "1 行 同じ", "0 行 新規", "0 行 変更", "0 行 保留")
		}
		x.shows(samples+"/download?by.stuff=shell&check=1", "Shift_JIS にない文字が", "𠮷", "2行目")
		x.shows(samples+"/download?by.stuff=stone&check=1", "Shift_JIS にない文字はありません")
		if got := rowsIn(x.t, x.downloads(samples+"/download/csv/data?q="+url.QueryEscape("黒曜"))); strings.Contains(got, "城の貝") || !strings.Contains(got, "黒曜石") {
			x.t.Errorf("the words of the list are passed over: %s", got)
		}
		x.get(samples+"/download/pdf/data", http.StatusNotFound)
		x.get(samples+"/download/csv/data?by.pieces="+url.QueryEscape("多い"), http.StatusBadRequest)
		if got := rowsIn(x.t, x.as("書庫長").downloads(samples+"/download/csv/data")); strings.Contains(got, "石") || strings.Contains(got, "貝") {
			x.t.Errorf("what is out of scope goes out: %s", got)
		}
	})
}

// TestAJobActsAsItsAskerMay: what somebody has confirmed is done on the authority that he has when it is done.
func TestAJobActsAsItsAskerMay(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		at, _ := x.as("受付員").uploads(sent{"表.csv", []byte("名称,受持ち,こわれやすい\r\n新しい貝,1100,いいえ\r\n")})
		x.sends2(at, at, url.Values{"sure": {"1"}})
		x.Clock.Set(x.t, "2025-04-30T09:00:00+09:00")
		x.Do(trail.Act{}, func(tx *trail.Tx) error {
			return x.State(tx, org.AtOnce(tx), x.Day("2025-04-30"), "end assign 受付員 1100 係員", "assign 受付員 2100 係員 main")
		})
		x.runs()
		x.get(at, http.StatusNotFound)
		x.as("受付長").shows(at, "前回は取り込めませんでした")
		x.shows(samples, "0件")
		x.verified()
	})
}

// TestFilesThatAreNone are named on the page of the import, as is how files cannot be read.
func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	each(t, func(x *desk) {
		at, _ := x.uploads(sent{"写真.png", []byte("\x89PNG\r\n\x1a\n")}, sent{"表.csv", []byte("名称,受持ち,こわれやすい\r\n新しい貝,1100,いいえ\r\n")})
		x.shows(at, "1 行 新規", "1 行 保留", "読めません", "写真.png")
		x.sends2(at+"/map", at, url.Values{"key": {"nothing"}})
		x.runs()
		x.shows(at, "このままでは読めません", "記録を見分けられません")
		x.refuses(samples+"/import", samples+"/import", nil, http.StatusUnprocessableEntity, "ファイルを選んでください")
		x.Add("受付員", kodama.Sample())
		x.refuses(samples+"/handouts", samples+"/handouts", nil, http.StatusUnprocessableEntity, "配る組織を選んでください")
	})
}
