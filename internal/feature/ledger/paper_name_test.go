package ledger

import (
	"strings"
	"testing"
	"unicode/utf8"

	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/register"
)

func TestFileNames(t *testing.T) {
	t.Parallel()
	on := jpdate.New(2026, 4, 1)
	for _, c := range []struct {
		class, name, want string
		limits            []string
	}{
		{"機密性2", "個人番号の一覧", "【機密性2】個人番号の一覧_20260401", nil},
		{"", "a\\b/c:d*e?f\"g<h>i|j", "a＼b／c：d＊e？f”g＜h＞i｜j_20260401", nil},
		{"重要性II", "二行の\n名前\t。 ", "【重要性II】二行の 名前 。_20260401", nil},
		{"重要性II", "逆\u202efdp.exe", "【重要性II】逆fdp.exe_20260401", nil},
		{"", "名前", "名前_20260401（複製に許可・暗号化）", []string{"複製に許可", "暗号化"}},
		{"重要性I", "CON", "【重要性I】CON_20260401", nil},
	} {
		if got := fileName(c.class, c.name, on, c.limits...); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	long := fileName("重要性I", strings.Repeat("長い名前", 100), on, "暗号化")
	if len(long) > mostFileName || !utf8.ValidString(long) || !strings.HasPrefix(long, "【重要性I】長い名前") || !strings.HasSuffix(long, "…_20260401（暗号化）") {
		t.Errorf("%d %s", len(long), long)
	}
	limited := fileName("重要性I", "名前", on, strings.Repeat("制限", 200))
	if len(limited) > mostFileName || !utf8.ValidString(limited) || !strings.HasPrefix(limited, "【重要性I】名前_20260401（制限") {
		t.Errorf("%d %s", len(limited), limited)
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	axes := register.Classes{Axes: []register.Axis{{ID: "a", Title: "甲", Levels: []string{"1", "2"}}, {ID: "b", Title: "乙", Levels: []string{"1", "2"}}}}
	overall := axes
	overall.Overall = &register.Overall{ID: "o", Title: "重さ", Levels: []string{"軽", "重"}, Rows: []register.OverallRow{{Level: "軽", Axes: map[string]string{"a": "1"}}, {Level: "重", Axes: map[string]string{"a": "2", "b": "2"}}}}
	for _, c := range []struct {
		classes register.Classes
		class   register.Class
		want    string
	}{
		{axes, register.Class{"a": "1", "b": "2"}, "甲1・乙2"},
		{overall, register.Class{"a": "1", "b": "2"}, "重さ重"},
		{overall, register.Class{"a": "1", "b": "1"}, "重さ軽"},
		{overall, nil, unclassified},
	} {
		if got := mark(c.classes, c.class); got != c.want {
			t.Errorf("%v: %q, want %q", c.class, got, c.want)
		}
	}
}

// TestALabelWithoutAClass has what it is, and whose.
func TestALabelWithoutAClass(t *testing.T) {
	t.Parallel()
	got := tag{Name: "鍵", Number: "令和8-鍵-000001", Owner: "庶務課", Code: "/x"}.label(false, true)
	if got.Mark != "" || got.QR != "" || len(got.Lines) != 3 || got.Lines[0].Text != "鍵" || got.Lines[2].Text != "庶務課" {
		t.Errorf("%+v", got)
	}
	if n := len(stamps(tag{Name: "鍵"})); n != 0 {
		t.Errorf("%d marks without a class", n)
	}
	if lines := (tag{Name: "令和8-鍵-000001", Number: "令和8-鍵-000001"}).lines(true); len(lines) != 1 {
		t.Errorf("%q", lines)
	}
}
