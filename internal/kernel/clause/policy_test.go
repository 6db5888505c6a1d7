package clause

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sekimori/internal/testkit"
)

// published is one of the official texts, which lie outside the repository.
type published struct {
	name, prefix string
	specs        []Spec
}

func city() published {
	return published{"city", "000", []Spec{
		{ID: "basic", Title: "神戸市情報セキュリティ基本方針", Form: Numbered, Edition: "5.4"},
		{ID: "standard", Title: "神戸市情報セキュリティ対策基準", Form: Numbered, Edition: "5.5", Main: true},
		{ID: "terms", Title: "情報セキュリティ遵守特記事項", Form: Articles},
	}}
}

func school() published {
	return published{"school", "004", []Spec{
		{ID: "standard", Title: "神戸市情報セキュリティ対策基準（学校編）", Form: Numbered, Number: "ISMS-S-P-001", Edition: "5.0", Main: true},
	}}
}

func (p published) text(t testing.TB) *Text {
	t.Helper()
	return parse(t, testkit.PolicyText(t, p.prefix), p.specs)
}

// Ids, lines, forms and defects of both texts; what they say only as hashes.
func TestPolicyGoldens(t *testing.T) {
	t.Parallel()
	for _, p := range []published{city(), school()} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			text := p.text(t)
			if !bytes.Equal(joined(text), testkit.PolicyText(t, p.prefix)) {
				t.Error("front matter and originals, joined, are not the file")
			}
			testkit.Golden(t, "testdata/"+p.name+".golden", dump(text, hashed))
		})
	}
}

// count is a row of the table that clauses.md expects.
type count struct {
	Clauses, BareHeadings, Explicit, ExplicitSentences, Other, OtherSentences, StatesDuty int
}

func counted(d Document) count {
	c := count{Clauses: len(d.Clauses)}
	for _, x := range d.Clauses {
		if x.Text == "" && !strings.Contains(x.ID, "/") {
			c.BareHeadings++
		}
		switch {
		case x.Form == Explicit:
			c.Explicit++
		case x.StatesDuty:
			c.Other++
		}
		if x.StatesDuty {
			c.StatesDuty++
		}
		for _, s := range x.Sentences {
			switch s.Form {
			case Explicit:
				c.ExplicitSentences++
			case Conditional, Plain:
				c.OtherSentences++
			case None:
			}
		}
	}
	return c
}

func TestPolicyCounts(t *testing.T) {
	t.Parallel()
	want := map[string]count{
		"city/basic":      {47, 2, 5, 5, 16, 21, 21},
		"city/standard":   {562, 99, 322, 368, 34, 42, 356},
		"city/terms":      {65, 16, 35, 40, 3, 3, 38},
		"school/standard": {624, 114, 365, 433, 48, 61, 413},
	}
	got := map[string]count{}
	for _, p := range []published{city(), school()} {
		for _, d := range p.text(t).Documents {
			got[p.name+"/"+d.ID] = counted(d)
		}
	}
	if d := gocmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Clauses whose duties are plain or conditional only, as clauses.md lists them.
func TestPolicyWeakForms(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		of   published
		want string
	}{
		{city(), `3.1 3.2.1ウ 3.2.2ア 3.2.3 3.2.4ウ 3.2.5イ 3.2.6イ 3.2.7エ 3.2.8ウ 3.2.11 4.1 7.1.1ウ 7.1.1エ 7.4.1イ(1) 7.4.3エ 8.1.19イ 8.3.2ア
			8.4.2ア 8.4.2イ 8.4.2ウ 8.4.2エ 8.4.2オ 8.4.2カ 8.4.2キ 8.4.2ク 8.4.2ケ 9.3 9.5.1 9.7.2ア 9.7.2イ 9.7.2ウ 10.1.4 11.3 11.4`},
		{school(), `3.1 3.1.8 3.2.1ア 3.2.1ウ 3.2.2ア 3.2.2イ 3.2.3ア 3.2.3イ 3.2.3ウ 3.2.4イ 3.2.6 3.2.8 3.2.10 3.3.3 4.1 6.1.3 6.1.4 6.4.1イ(1) 6.4.3ア(4)
			7.1.16イ 7.1.26ウ(1) 7.1.26ウ(2) 7.3.2ア 7.4.1ア 7.4.1ウ 7.4.3ア 7.4.3イ 7.4.3ウ 7.4.3エ 7.4.3オ 7.4.3カ 7.4.3キ 7.4.3ク 7.4.3ケ 7.4.3コ 7.4.3サ
			7.5.1ア 8.3 8.5.1 8.7.2ア 8.7.2イ 8.7.2ウ 10 10.2ア 10.2イ 10.2ウ 11.3 11.4`},
	} {
		var got, want []string
		for _, c := range tc.of.text(t).Main().Clauses {
			if c.Form == Conditional || c.Form == Plain {
				got = append(got, c.ID)
			}
		}
		for _, cited := range strings.Fields(tc.want) {
			want = append(want, idOf(t, cited))
		}
		if d := gocmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", tc.of.name, d)
		}
	}
}

var citation = regexp.MustCompile(`^(基本方針|特記第)?([0-9.]+)条?(?:([0-9]+)項)?([ア-ン])?(?:\(([0-9]+)\))?$`)

// idOf reads a citation as the list of duties writes it: 4.2ウ(2), 特記第4条1項, 基本方針7.
func idOf(t *testing.T, cited string) string {
	t.Helper()
	m := citation.FindStringSubmatch(cited)
	if m == nil {
		t.Fatalf("not a citation: %s", cited)
	}
	id := map[string]string{"基本方針": "basic:", "特記第": "terms:"}[m[1]] + m[2]
	for _, part := range m[3:] {
		if part != "" {
			id += "/" + part
		}
	}
	return id
}

// Every clause that the list of duties cites is there. The list lies beside the official texts.
func TestPolicyCitations(t *testing.T) {
	t.Parallel()
	dir := cmp.Or(os.Getenv("SEKIMORI_POLICY_DIR"), filepath.Join(testkit.Root(t), "..", "shared", "policy"))
	list, err := os.ReadFile(filepath.Join(dir, "..", "duties.md"))
	if err != nil {
		t.Skip("no list of duties beside the official texts")
	}
	row := regexp.MustCompile(`(?m)^\| D-[0-9]+ \|[^|]*\|[^|]*\|([^|]*)\|([^|]*)\|`)
	cited := 0
	for column, p := range []published{city(), school()} {
		places := p.text(t).places()
		for _, m := range row.FindAllStringSubmatch(string(list), -1) {
			for one := range strings.SplitSeq(m[column+1], ",") {
				one = strings.TrimSpace(one)
				if one == "—" || one == "" {
					continue
				}
				cited++
				if _, there := places[idOf(t, one)]; !there {
					t.Errorf("%s: no clause %s (%s)", p.name, idOf(t, one), one)
				}
			}
		}
	}
	if cited < 700 {
		t.Errorf("only %d citations read", cited)
	}
}

// seen is what the tests compare of a defect.
func seen(defects []Defect, shift int) []string {
	out := make([]string, len(defects))
	for i, d := range defects {
		out[i] = fmt.Sprintf("%d %s %s", d.Line+shift, d.Kind, d.Clause)
	}
	return out
}

// No rule knows a line number: seven blank lines put first shift every defect by seven, and a page that breaks elsewhere is
// reported where it breaks.
func TestPolicyDefectsMoveWithTheText(t *testing.T) {
	t.Parallel()
	for _, p := range []published{city(), school()} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			before := p.text(t)
			lines := strings.SplitAfter(string(testkit.PolicyText(t, p.prefix)), "\n")
			i := slices.IndexFunc(before.Defects, func(d Defect) bool { return d.Kind == PageBreak && lines[d.Line-2] == "\n" })
			at := before.Defects[i].Line - 1 // of the line after the blank one
			whole := []rune(strings.TrimSuffix(lines[at-2], "\n") + lines[at])
			cut := len([]rune(lines[at-2])) + 3
			lines[at-2], lines[at] = string(whole[:cut])+"\n", string(whole[cut:])
			after := parse(t, []byte(strings.Repeat("\n", 7)+strings.Join(lines, "")), p.specs)
			if d := gocmp.Diff(seen(before.Defects, 7), seen(after.Defects, 0)); d != "" {
				t.Error(d)
			}
			if c := Diff(before, after); len(c.Added)+len(c.Removed)+len(c.Changed) > 0 {
				t.Errorf("moving a page changed clauses: %v", c)
			}
		})
	}
}

// A page that breaks in a clause where it did not break before is seen there, and heals to the same text.
func TestPolicyNewPageBreak(t *testing.T) {
	t.Parallel()
	for _, p := range []published{city(), school()} {
		data := string(testkit.PolicyText(t, p.prefix))
		before := p.text(t)
		main := before.Main()
		i := slices.IndexFunc(main.Clauses, func(c Clause) bool {
			return c.Heading == "" && len([]rune(c.Text)) > 100 && strings.Count(data, c.Text) == 1
		})
		c := main.Clauses[i]
		cut := len(string([]rune(c.Text)[:60]))
		after := parse(t, []byte(strings.Replace(data, c.Text, c.Text[:cut]+"\n\n"+c.Text[cut:], 1)), p.specs)
		if got, want := len(after.Defects), len(before.Defects)+1; got != want {
			t.Errorf("%s: %d defects, want %d", p.name, got, want)
		}
		if !slices.Contains(seen(after.Defects, 0), fmt.Sprintf("%d page-break %s", c.Line+2, main.Ref(c.ID))) {
			t.Errorf("%s: no page break in %s at line %d", p.name, c.ID, c.Line+2)
		}
		if c := Diff(before, after); len(c.Changed) > 0 {
			t.Errorf("%s: the text of %v changed", p.name, c.Changed)
		}
	}
}

// states_duty follows the words: five sentences that lose their duty, five that gain one.
func TestPolicyDutyFollowsWords(t *testing.T) {
	t.Parallel()
	for _, p := range []published{city(), school()} {
		data := string(testkit.PolicyText(t, p.prefix))
		before := p.text(t).Main()
		want := map[string]bool{}
		lost, gained := 0, 0
		for _, c := range before.Clauses {
			if len(c.Sentences) != 1 || strings.Count(data, c.Text) != 1 {
				continue
			}
			var words string
			switch {
			case strings.HasSuffix(c.Text, "しなければならない。") && lost < 5:
				lost, words = lost+1, strings.TrimSuffix(c.Text, "しなければならない。")+"することをいう。"
			case strings.HasSuffix(c.Text, "とする。") && !c.StatesDuty && gained < 5:
				gained, words = gained+1, strings.TrimSuffix(c.Text, "とする。")+"としなければならない。"
			default:
				continue
			}
			want[c.ID] = !c.StatesDuty
			data = strings.Replace(data, c.Text, words, 1)
		}
		if lost != 5 || gained != 5 {
			t.Fatalf("%s: only %d and %d sentences found", p.name, lost, gained)
		}
		after := parse(t, []byte(data), p.specs).Main()
		for i, c := range after.Clauses {
			states, changed := want[c.ID]
			if !changed {
				states = before.Clauses[i].StatesDuty
			}
			if c.StatesDuty != states {
				t.Errorf("%s: %s states a duty: %v", p.name, c.ID, c.StatesDuty)
			}
		}
	}
}
