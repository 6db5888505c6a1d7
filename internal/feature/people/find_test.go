package people_test

import (
	"net/url"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/search"
)

// TestPeopleAreFoundByTheIndex as they are by looking at all of them, which is what happens while the index is behind; and what is
// secret is found by neither.
func TestPeopleAreFoundByTheIndex(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.changes()
	var paths []string
	for _, words := range []string{"青木", "青　木", "ｱｵ", "木", "0", "004", "秘田", "ヒソカ", "宇野三郎", "大原", "なし", "%", `"*`, "_", strings.Repeat("長", 400)} {
		for _, more := range []string{"", "&unit=10", "&unit=20", "&on=2025-05-01", "&kana=" + url.QueryEscape("イ")} {
			paths = append(paths, "/people?q="+url.QueryEscape(words)+more)
		}
	}
	look := func() map[string]string {
		shown := map[string]string{}
		for _, path := range paths {
			shown[path] = l.page(path).Text()
		}
		return shown
	}
	ready := func() (ok bool) {
		if err := l.db.View(t.Context(), func(r db.Reader) (err error) { ok, err = search.Ready(t.Context(), r); return err }); err != nil {
			t.Fatal(err)
		}
		return ok
	}
	for _, at := range []string{"2026-03-24T10:00:00+09:00", "2026-04-01T09:00:00+09:00"} {
		l.clock.Set(t, at)
		if err := l.log.Rebuild(t.Context(), search.Name); err != nil || ready() {
			t.Fatal(err)
		}
		scanned := look()
		if err := l.log.Settle(t.Context()); err != nil || !ready() {
			t.Fatal(err)
		}
		indexed := look()
		for _, path := range paths {
			if scanned[path] != indexed[path] {
				t.Errorf("%s, %s: scanned %s, by the index %s", at, path, scanned[path], indexed[path])
			}
		}
		for words, want := range map[string]bool{"青　木": true, "秘田": at > "2026-04", "ヒソカ": at > "2026-04", "宇野三郎": true, "なし": false} {
			if got := !strings.Contains(indexed["/people?q="+url.QueryEscape(words)], "条件に合う職員はいません"); got != want {
				t.Errorf("%s, %s: found %v", at, words, got)
			}
		}
	}
	// That the index is what was looked at, and that it is not once it is behind.
	found := func() bool {
		return strings.Contains(l.page("/people?q="+url.QueryEscape("青木")).Text(), "アオキ")
	}
	if err := l.db.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `delete from search_document where find like '%青木%'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if found() {
		t.Error("the index was not asked")
	}
	if err := l.log.Rebuild(t.Context(), search.Name); err != nil {
		t.Fatal(err)
	}
	if !found() {
		t.Error("the index was asked at the beginning of a rebuild")
	}
}

// TestSuggestions are of whom the reader sees, those first whose number, name or reading begins so, by the index and without it.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	l := scoped(t)
	l.changes()
	for _, indexed := range []bool{false, true} {
		if indexed {
			if err := l.log.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for l.name = range sight {
			for words, want := range map[string]string{
				"":                       "",
				"　　":                     "",
				"A30":                    "小川 六実、片山 七海、木下 八重、久米 九郎",
				"ａ302":                   "片山 七海",
				"青":                      "青木 一",
				"木":                      "木下 八重、青木 一", // begins so, and has it
				"ｶﾀ":                     "片山 七海",
				"カ":                      "片山 七海", // begins so; only then those who have it
				"三郎":                     "宇野 三郎",
				"秘田":                     "", // secret
				"大原":                     "", // has left
				strings.Repeat("長", 400): "",
			} {
				if words == "カ" && !indexed {
					continue // which begins so is known to the index
				}
				var seen []string
				for name := range strings.SplitSeq(want, "、") {
					if l.sees(name) || name == "" {
						seen = append(seen, name)
					}
				}
				list, err := l.staff.Suggest(t.Context(), l.actor(), words)
				if err != nil {
					t.Fatal(err)
				}
				var names []string
				for _, s := range list {
					names = append(names, s.Name)
				}
				if got, want := strings.Join(names, "、"), strings.Join(seen, "、"); got != want && (indexed || words != "木") {
					t.Errorf("%s, %q: %s, want %s (index %v)", l.name, words, got, want, indexed)
				}
			}
		}
		l.name = ""
		list, err := l.staff.Suggest(t.Context(), l.actor(), "0")
		if err != nil || len(list) == 0 || len(list) > 10 {
			t.Errorf("%d begin with 0: %v", len(list), err)
		}
		if list, err := l.staff.Suggest(t.Context(), access.Visitor(), "青木"); err != nil || len(list) > 0 {
			t.Errorf("a visitor is told of %v", list)
		}
	}
}
