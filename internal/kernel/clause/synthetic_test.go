package clause

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"

	"sekimori/internal/testkit"
)

func syntheticSpecs() []Spec {
	return []Spec{
		{ID: "aim", Title: "ひばり村温室利用指針", Form: Numbered},
		{ID: "rules", Title: "ひばり村温室利用基準", Form: Numbered, Edition: "2.0", Main: true},
		{ID: "terms", Title: "温室作業特約", Form: Articles},
	}
}

func synthetic(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/synthetic.txt")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parse(t testing.TB, data []byte, specs []Spec) *Text {
	t.Helper()
	text, err := Parse(data, specs)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// joined is the file again, from its pieces (R16).
func joined(t *Text) []byte {
	var b []byte
	for _, d := range t.Documents {
		b = append(b, d.Front...)
		for _, c := range d.Clauses {
			b = append(b, c.Original...)
		}
	}
	return b
}

// dump writes a text down, as show shows what is printed in it.
func dump(t *Text, show func(string) string) []byte {
	var b bytes.Buffer
	for _, d := range t.Documents {
		fmt.Fprintf(&b, "document %s line=%d edition=%s number=%s enacted=%s revised=%s effective=%s decided=%s\n",
			d.ID, d.Line, d.Edition, d.Number, d.Enacted, d.Revised, d.Effective, d.Decided)
		for _, r := range d.Revisions {
			fmt.Fprintf(&b, "  revision %s line=%d effective=%s decided=%s\n", r.Edition, r.Line, r.Effective, r.Decided)
		}
		for _, c := range d.Clauses {
			fmt.Fprintf(&b, "%s line=%d parent=%s %s", d.Ref(c.ID), c.Line, c.Parent, c.Form)
			for _, s := range c.Sentences {
				fmt.Fprintf(&b, " %c", s.Form[0])
			}
			fmt.Fprintf(&b, " heading=%s text=%s", show(c.Heading), show(c.Text))
			if c.Table != nil {
				fmt.Fprintf(&b, " table=%d %s", len(c.Table), show(fmt.Sprintf("%q", c.Table)))
			}
			b.WriteByte('\n')
		}
	}
	for _, d := range t.Defects {
		fmt.Fprintf(&b, "defect %d %s %s %s\n", d.Line, d.Kind, d.Clause, show(d.Text))
	}
	return b.Bytes()
}

// hashed stands in goldens for what is not ours to print.
func hashed(s string) string {
	if s == "" {
		return "-"
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(s)))[:12]
}

func TestSynthetic(t *testing.T) {
	t.Parallel()
	data := synthetic(t)
	text := parse(t, data, syntheticSpecs())
	if !bytes.Equal(joined(text), data) {
		t.Error("front matter and originals, joined, are not the file")
	}
	testkit.Golden(t, "testdata/synthetic.golden", dump(text, func(s string) string { return fmt.Sprintf("%q", s) }))
}

// The synthetic text holds every kind of defect that a rule sees, so that the golden shows each.
func TestSyntheticHasEveryDefect(t *testing.T) {
	t.Parallel()
	text := parse(t, synthetic(t), syntheticSpecs())
	found := map[Kind]bool{}
	for _, d := range text.Defects {
		found[d.Kind] = true
	}
	known := map[Kind]bool{KnownDefectAbsent: true}
	for _, k := range KnownKinds() {
		known[k] = true
	}
	for k, title := range kindTitles {
		if !found[k] && !known[k] {
			t.Errorf("no %s (%s) in the synthetic text", k, title)
		}
	}
}

func TestByteOrderMarkAndLineEnds(t *testing.T) {
	t.Parallel()
	plain := parse(t, synthetic(t), syntheticSpecs())
	data := []byte("\ufeff" + strings.ReplaceAll(string(synthetic(t)), "\n", "\r\n"))
	text := parse(t, data, syntheticSpecs())
	if !bytes.Equal(joined(text), data) {
		t.Error("front matter and originals, joined, are not the file")
	}
	if changes := Diff(plain, text); len(changes.Added)+len(changes.Removed)+len(changes.Changed) > 0 {
		t.Errorf("another text: %v", changes)
	}
}
