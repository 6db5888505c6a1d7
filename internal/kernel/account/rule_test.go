package account

import (
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/errs"
)

// clerk is what is known of 田中 花子 in the 情報政策課 of 神戸市.
var clerk = []string{"h.tanaka", "104832", "田中 花子", "タナカ ハナコ", "情報政策課", "企画調整局", "神戸市", "中央区役所", "須磨小学校"}

func TestRule(t *testing.T) {
	t.Parallel()
	rule := NewRule()
	for _, c := range []struct{ password, word string }{
		// The policy names length and kinds.
		{"", "8文字以上"},
		{"aB3!xyz", "8文字以上"},
		{"aB3!" + strings.Repeat("xyzw", 40), "128文字以内"},
		{"qmzrtwkbv", "3種類"},
		{"Qmzrtwkbv", "3種類"},
		{"qmzr8twkbv", "3種類"},
		{"qmzrtwkbvhnjpld", "2種類"},
		{"aB3!xyz\tq", "制御文字"},
		{"aB3!xyz\xff", "制御文字"},

		// What an attacker tries first.
		{"sekimori2026", "3種類"},
		{"Sekimori2026", "最初に試される"},
		{"Sekimori-2026!", "最初に試される"},
		{"Kobe-shi2026", "最初に試される"},
		{"K0be-Sh1#2026", "最初に試される"},
		{"Tanaka0401!", "最初に試される"},
		{"T@n4ka-0401", "最初に試される"},
		{"h.tanaka", "3種類"},
		{"H.Tanaka1", "最初に試される"},
		{"HanakoTanaka#1", "最初に試される"},
		{"たなかはなこ2026", "最初に試される"},
		{"田中花子104832", "最初に試される"},
		{"104832-Abc", "最初に試される"},
		{"情報政策課2026", "最初に試される"},
		{"情報政策課令和8年度", "最初に試される"},
		{"Johoseisaku#2026", "最初に試される"},
		{"JouhouSeisaku8!", "最初に試される"},
		{"企画調整局Ｒ８!", "最初に試される"},
		{"Suma-sho2026!", "最初に試される"},
		{"Fukuoka-shi2026", "最初に試される"},
		{"ReiwaNendo-8", "最初に試される"},
		{"令和８年４月１日!", "最初に試される"},

		// Words and patterns.
		{"Password2026!", "想像できる"},
		{"P@ssw0rd!23", "想像できる"},
		{"Qwerty123!", "想像できる"},
		{"1qaz2wsX#edc", "想像できる"},
		{"Abcd1234!", "想像できる"},
		{"Sakura2026!", "想像できる"},
		{"さくら2026！！", "想像できる"},
		{"サクラ2026!!", "想像できる"},
		{"桜桜桜桜桜桜12", "想像できる"},
		{"Himawari-0401", "想像できる"},
		{"Aa1!Aa1!Aa1!", "想像できる"},
		{"Hanshin#1985", "想像できる"},

		// Good ones.
		{"k7#Qw9!x", ""},
		{"xK9#mQ2v", ""},
		{"Vq3m-Tx9p-Rw7c", ""},
		{"kaeru-densha-hokkyoku-9", ""},
		{"correct horse battery Staple", ""},
		{"月曜は遅刻しないぞ", ""},
		{"縁側で猫がラジオ体操", ""},
		{"かえるの電車とみかん箱", ""},
		{"𠮷野家の前で雨やどり", ""},
		{"Tanaka ga mita niji wa 7 shoku", ""},
	} {
		err := rule.Check("new", c.password, clerk...)
		switch {
		case c.word == "" && err != nil:
			t.Errorf("%s is refused: %s", c.password, errs.Message(err))
		case c.word != "" && err == nil:
			t.Errorf("%s is accepted", c.password)
		case c.word != "" && !strings.Contains(errs.Message(err), c.word):
			t.Errorf("%s: %s, want %s", c.password, errs.Message(err), c.word)
		}
	}
}

// TestOthersNamesToo: even where nothing is known of the owner the names of the issue are refused.
func TestOthersNamesToo(t *testing.T) {
	t.Parallel()
	rule := NewRule()
	for _, password := range []string{"sekimori2026", "Kobe-shi2026", "Tanaka0401!"} {
		if rule.Check("new", password) == nil {
			t.Errorf("%s is accepted", password)
		}
	}
}

func TestTemporaryPasswordsKeepTheRule(t *testing.T) {
	t.Parallel()
	rule := NewRule()
	seen := map[string]bool{}
	for range 50 {
		p := rule.temporary()
		if err := rule.Check("new", p, clerk...); err != nil || len(p) != 19 || strings.ContainsAny(p, "0O1lIo") || seen[p] {
			t.Errorf("%s: %v", p, err)
		}
		seen[p] = true
	}
	if c := code(10); len(c) != 10 || strings.ToUpper(c) != c || strings.ContainsAny(c, "0O1I") {
		t.Error(c)
	}
}

func FuzzRule(f *testing.F) {
	rule := NewRule()
	for _, s := range []string{"", "aB3!xyzw", "さくら2026！", "\xff", "𠮷\u3099ー", strings.Repeat("1qaz", 100)} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, password string) {
		_ = rule.Check("new", password, clerk...)
		rule.guesser.judge(password, clerk)
	})
}

func BenchmarkRule(b *testing.B) {
	rule := NewRule()
	for b.Loop() {
		_ = rule.Check("new", "縁側で猫がラジオ体操 no koe 9 years", clerk...)
	}
}

// TestJudgingTakesNoTime: whatever is sent, nobody keeps the machine busy by it.
func TestJudgingTakesNoTime(t *testing.T) {
	t.Parallel()
	g := NewRule().guesser
	for _, s := range []string{"a", "1", "4@$!", "さくら", "1qaz2wsx", "aA@4", "桜", "(({{[[<<", "20260401"} {
		start := time.Now()
		g.judge(strings.Repeat(s, 128), clerk)
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("%s …: %v", s, d)
		}
	}
}
