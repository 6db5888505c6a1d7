package setting_test

import (
	"strings"
	"testing"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/setting"
)

func TestParse(t *testing.T) {
	t.Parallel()
	days := setting.Declaration{Unit: setting.Days, Min: 1, Max: 90}
	kinds := setting.Declaration{Unit: setting.Many, Min: 1, Options: []setting.Option{{ID: "a", Title: "甲"}, {ID: "b", Title: "乙"}}}
	lines := account.SharedAddresses()
	for _, c := range []struct {
		d     setting.Declaration
		in    []string
		want  string // value
		words string // in words
		wrong string // in the error
	}{
		{days, []string{"30"}, "30", "30日", ""},
		{days, []string{" ３０日 "}, "30", "30日", ""},
		{days, []string{"1"}, "1", "1日", ""},
		{days, []string{"090"}, "90", "90日", ""},
		{days, []string{"0"}, "", "", "1日から90日まで"},
		{days, []string{"91"}, "", "", "1日から90日まで"},
		{days, []string{"-5"}, "", "", "1日から90日まで"},
		{days, []string{"3.5"}, "", "", "整数"},
		{days, []string{"99999999999999999999"}, "", "", "整数"},
		{days, []string{""}, "", "", "入力してください"},
		{days, nil, "", "", "入力してください"},
		{kinds, []string{"b", "a"}, "a\nb", "甲、乙", ""},
		{kinds, []string{"a\nb"}, "a\nb", "甲、乙", ""},
		{kinds, []string{"b,b"}, "b", "乙", ""},
		{kinds, nil, "", "", "1個以上"},
		{kinds, []string{"c"}, "", "", "「c」は選べません"},
		{lines, []string{"192.0.2.7\r\n\n 10.1.2.3/8 \n192.0.2.7/32"}, "192.0.2.7/32\n10.0.0.0/8", "192.0.2.7/32、10.0.0.0/8", ""},
		{lines, []string{"2001:DB8::1/32"}, "2001:db8::/32", "2001:db8::/32", ""},
		{lines, nil, "", "なし", ""},
		{lines, []string{"a\n192.0.2.7\n0.0.0.0/0\nfe80::1%eth0\n::ffff:192.0.2.1"}, "", "", "「a」: "},
	} {
		got, err := c.d.Parse(c.in...)
		switch {
		case c.wrong != "":
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), c.wrong) {
				t.Errorf("%q: %v, want %s", c.in, err, c.wrong)
			}
		case err != nil || got != c.want || c.d.Words(got) != c.words:
			t.Errorf("%q: %q %q %v, want %q %q", c.in, got, c.d.Words(got), err, c.want, c.words)
		default:
			if again, err := c.d.Parse(got); err != nil || again != got {
				t.Errorf("%q is read back as %q: %v", got, again, err)
			}
		}
	}
	if _, err := lines.Parse("a\n0.0.0.0/0\nfe80::1%eth0\n::ffff:192.0.2.1"); strings.Count(errs.Message(err), "「") != 4 {
		t.Errorf("not every line that is wrong is named: %v", err)
	}
}

// TestTheProgramsOwn: what we propose is a value, in its one spelling.
func TestTheProgramsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, d := range account.Settings() {
		if got, err := d.Parse(d.Proposal); err != nil || got != d.Proposal {
			t.Errorf("%s: %q is read as %q: %v", d.ID, d.Proposal, got, err)
		}
		if d.Owner != setting.Program || d.Title == "" || seen[d.ID] {
			t.Errorf("%s: %+v", d.ID, d)
		}
		seen[d.ID] = true
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	for _, u := range setting.Units() {
		if u.Whole() != (u.Title() != "") || u.Whole() != (u.Longest() > 0) {
			t.Errorf("%s: %q, %d", u, u.Title(), u.Longest())
		}
	}
}
