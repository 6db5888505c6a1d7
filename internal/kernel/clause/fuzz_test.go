package clause

import (
	"bytes"
	"os"
	"testing"

	"sekimori/internal/base/errs"
)

// Whatever the file holds, Parse does not panic; what it takes is kept to the byte, without a clause that is there twice.
func FuzzParse(f *testing.F) {
	data, err := os.ReadFile("testdata/synthetic.txt")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("\ufeff" + title + "\n1. 甲\nア 子。イ 丑。\n(1) 寅\n" + title + "乙\n第1条 子\n（備考）\n"))
	f.Add([]byte(title + "\n1. 1. 1 甲\n1\n\t\n- \n（）\n()\n(1) \n第1条\n---\n。\n。。\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, specs := range [][]Spec{
			syntheticSpecs(),
			{{ID: "d", Title: title, Form: Numbered, Main: true}},
			{{ID: "d", Title: title, Form: Articles, Main: true}, {ID: "e", Title: title + "乙", Form: Articles}},
		} {
			text, err := Parse(data, specs)
			if err != nil {
				if text != nil || errs.KindOf(err) != errs.Invalid {
					t.Fatalf("%v", err)
				}
				continue
			}
			if !bytes.Equal(joined(text), data) {
				t.Fatal("front matter and originals, joined, are not the file")
			}
			check(t, text)
		}
	})
}

// check holds what is true of every text.
func check(t *testing.T, text *Text) {
	t.Helper()
	seen := map[string]bool{}
	for _, h := range Outline(text) {
		if seen[h.ID] {
			t.Fatalf("%s is there twice", h.ID)
		}
		seen[h.ID] = true
	}
	places := text.places()
	for i := range text.Documents {
		d := &text.Documents[i]
		for _, c := range d.Clauses {
			if c.Parent != "" && !seen[d.ID+":"+c.Parent] {
				t.Fatalf("%s has no parent %s", c.ID, c.Parent)
			}
			if p := places[d.Ref(c.ID)]; c.Line < p.line || c.Line > p.line+bytes.Count([]byte(c.Original), []byte("\n")) {
				t.Fatalf("%s stands at line %d, its original begins at %d", c.ID, c.Line, p.line)
			}
			if c.StatesDuty != (c.Form != None) {
				t.Fatalf("%s: %s", c.ID, c.Form)
			}
		}
	}
}
