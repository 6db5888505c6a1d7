package account

import (
	"slices"
	"testing"
)

func TestRomaji(t *testing.T) {
	t.Parallel()
	for kana, want := range map[string][]string{
		"とうきょう": {"toukyou", "tokyo", "tohkyoh"},
		"こうべ":   {"koube", "kobe", "kohbe"},
		"オオノ":   {"oono", "ono", "ohno"},
		"しんいち":  {"shinichi", "siniti"},
		"じょうほう": {"jouhou", "joho", "zyouhou", "zyoho"},
		"はっとり":  {"hattori"},
		"なんば":   {"nanba", "namba"},
		"サーバー":  {"saba"},
		"ちゃづけ":  {"chazuke", "tyaduke"},
		"ゆう子2":  {"yuu子2", "yu子2"},
	} {
		got := romaji(kana)
		for _, w := range want {
			if !slices.Contains(got, w) {
				t.Errorf("%s lacks %s: %v", kana, w, got)
			}
		}
	}
}
