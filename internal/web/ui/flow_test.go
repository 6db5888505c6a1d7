package ui_test

import (
	"testing"

	"sekimori/internal/web/ui"
	"sekimori/internal/web/webtest"
)

func TestNumbersInWords(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -100: "-100", 1234567: "1,234,567"} {
		if got := ui.Figure(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int]string{0: "0件", 999: "999件", 1000: "1,000件以上", 1001: "1,000件以上"} {
		if got := ui.Count(n, 1000); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		p          ui.Progress
		words, say string
	}{
		{ui.Progress{Label: "取込"}, "準備しています。", ""},
		{ui.Progress{Label: "取込", Total: 24}, "24件のうち0件（0%）", ""},
		{ui.Progress{Label: "取込", Done: 32999, Total: 33000, Unit: "行"}, "33,000行のうち32,999行（99%）", "取込 90%"},
		{ui.Progress{Label: "取込", Done: 33000, Total: 33000}, "33,000件のうち33,000件（100%）", "取込 100%"},
	} {
		if got := tt.p.Words(); got != tt.words {
			t.Errorf("words %q, want %q", got, tt.words)
		}
		if got := tt.p.Say(); got != tt.say {
			t.Errorf("says %q, want %q", got, tt.say)
		}
	}
	tmpl := parse(t)
	if bar := webtest.Parse(t, render(t, tmpl, ui.Progress{Label: "取込"})).One(t, "progress"); bar.Has("value") {
		t.Error("a bar without a total has a value")
	}
	if bar := webtest.Parse(t, render(t, tmpl, ui.Progress{Label: "取込", Done: 3, Total: 4})).One(t, "progress"); bar.Attr("value") != "75" || bar.Attr("max") != "100" {
		t.Errorf("bar at %s of %s", bar.Attr("value"), bar.Attr("max"))
	}
}

func TestStepsSayWhereOneIs(t *testing.T) {
	t.Parallel()
	tmpl := parse(t)
	for at, want := range []struct {
		now  string
		done int
	}{{"送る", 0}, {"確かめる", 1}, {"行う", 2}, {"", 3}} {
		doc := webtest.Parse(t, render(t, tmpl, ui.Steps{Names: []string{"送る", "確かめる", "行う"}, At: at}))
		now := ""
		for _, n := range doc.All("li[aria-current=step]") {
			now += n.Text()
		}
		if done := len(doc.All("li.done .step-state")); now != want.now || done != want.done {
			t.Errorf("at %d: %q with %d done", at, now, done)
		}
	}
}

func TestPagerAtTheEnds(t *testing.T) {
	t.Parallel()
	tmpl := parse(t)
	for _, tt := range []struct {
		pager ui.Pager
		rels  string
	}{
		{ui.Pager{Count: "3件"}, ""},
		{ui.Pager{Next: "/b"}, "next"},
		{ui.Pager{Previous: "/a"}, "prev"},
		{ui.Pager{Previous: "/a", Next: "/b"}, "prevnext"},
	} {
		rels := ""
		for _, a := range webtest.Parse(t, render(t, tmpl, tt.pager)).All("nav a") {
			rels += a.Attr("rel")
		}
		if rels != tt.rels {
			t.Errorf("%+v: %q", tt.pager, rels)
		}
	}
}

func TestAVersionShowsWhatChanged(t *testing.T) {
	t.Parallel()
	tmpl := parse(t)
	for _, tt := range []struct {
		changes []ui.Change
		want    string
	}{
		{[]ui.Change{{Name: "名前", After: "港課"}}, "内容 項目 内容 名前 港課"},
		{[]ui.Change{{Name: "名前", Before: "港課", After: "港湾課"}, {Name: "備考", After: "なし"}, {Name: "上", Before: "局"}}, "変わった項目 項目 前 後 名前 港課 港湾課 備考 （なし） なし 上 局 （なし）"},
	} {
		if got := webtest.Parse(t, render(t, tmpl, ui.Version{Changes: tt.changes})).One(t, "table").Text(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
	if got := webtest.Parse(t, render(t, tmpl, ui.Timeline{})).Text(); got != "記録はまだありません。" {
		t.Errorf("no versions: %q", got)
	}
}

// TestMarksAreWords: what was added or removed is said, not only coloured.
func TestMarksAreWords(t *testing.T) {
	t.Parallel()
	doc := webtest.Parse(t, render(t, parse(t), ui.Cell{{Text: "情報課", Mark: ui.Removed}, {Text: "港湾課", Mark: ui.Added}}))
	if removed, added := doc.One(t, "del").Text(), doc.One(t, "ins").Text(); removed != "削除 情報課" || added != "追加 港湾課" {
		t.Errorf("%q, %q", removed, added)
	}
}

func TestATreeNamesWhatItOpens(t *testing.T) {
	t.Parallel()
	tree := ui.Tree{Branches: []ui.Branch{{Name: ui.Item{Text: "港湾局"}, Open: true, Branches: []ui.Branch{{Name: ui.Item{Text: "港湾課"}}, {Name: ui.Item{Text: "管理課"}}}}}}
	doc := webtest.Parse(t, render(t, parse(t), tree))
	if got := doc.One(t, "details[open] summary").Text(); got != "港湾局の下（2件）" {
		t.Errorf("summary %q", got)
	}
	if got := len(doc.All("details li")); got != 2 {
		t.Errorf("%d below", got)
	}
}
