package clause

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/transform"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

func modules() []db.Schema {
	return []db.Schema{{Module: "trail", FS: trail.Schema()}, {Module: "clause", FS: Schema()}}
}

// packed is a text and what its pack says of it: all clauses that it has.
type packed struct {
	Package
	data []byte
}

func pack(t testing.TB, regime string, data []byte, specs []Spec) packed {
	t.Helper()
	text := parse(t, data, specs)
	p := packed{Package{Regime: regime, Edition: text.Main().Edition, Specs: specs}, data}
	for _, h := range Outline(text) {
		p.Clauses = append(p.Clauses, h.ID)
	}
	return p
}

func syntheticPack(t testing.TB) packed { return pack(t, "hibari", synthetic(t), syntheticSpecs()) }

func policyPacks(t testing.TB) []packed {
	t.Helper()
	var out []packed
	for _, p := range []published{city(), school()} {
		out = append(out, pack(t, p.name, testkit.PolicyText(t, p.prefix), p.specs))
	}
	return out
}

func (p packed) take(t testing.TB, d *db.DB) Result {
	t.Helper()
	r, err := Import(t.Context(), trail.New(d), "cli:test", p.Package, p.data, false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// refused imports data and gives the message, after making sure that nothing was written.
func (p packed) refused(t testing.TB, d *db.DB, data []byte) string {
	t.Helper()
	before := rows(t, d)
	r, err := Import(t.Context(), trail.New(d), "cli:test", p.Package, data, false)
	if errs.KindOf(err) != errs.Invalid || r.Imported {
		t.Fatalf("taken: %v", err)
	}
	if diff := gocmp.Diff(before, rows(t, d)); diff != "" {
		t.Errorf("refused, and rows are others: %s", diff)
	}
	return errs.Message(err)
}

func load(t testing.TB, d *db.DB, regime, edition string) *Text {
	t.Helper()
	var text *Text
	err := d.View(t.Context(), func(r db.Reader) (err error) {
		text, err = Load(t.Context(), r, regime, edition)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestImportKeepsWhatWasParsed(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		for _, p := range append(policyPacks(t), syntheticPack(t)) {
			r := p.take(t, d)
			if !r.Imported || r.Edition != p.Edition || len(r.Missing) > 0 {
				t.Errorf("%s: %v %s %v", p.Regime, r.Imported, r.Edition, r.Missing)
			}
			loaded := load(t, d, p.Regime, p.Edition)
			if diff := gocmp.Diff(parse(t, p.data, p.Specs), loaded); diff != "" {
				t.Errorf("%s: %s", p.Regime, diff)
			}
			if !bytes.Equal(joined(loaded), p.data) {
				t.Errorf("%s: what is in the database, joined, is not the file", p.Regime)
			}
		}
	})
}

func TestImportTwice(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		for _, p := range append(policyPacks(t), syntheticPack(t)) {
			first := p.take(t, d)
			before := rows(t, d)
			second := p.take(t, d)
			if !first.Imported || second.Imported {
				t.Errorf("%s: imported %v and %v", p.Regime, first.Imported, second.Imported)
			}
			if second.Imported = true; gocmp.Diff(first, second) != "" {
				t.Errorf("%s: %s", p.Regime, gocmp.Diff(first, second))
			}
			if diff := gocmp.Diff(before, rows(t, d)); diff != "" {
				t.Error(diff)
			}
		}
	})
}

func TestImportTogether(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		p := syntheticPack(t)
		results := make([]Result, 4)
		var together sync.WaitGroup
		for i := range results {
			together.Go(func() {
				r, err := Import(t.Context(), trail.New(d), "cli:test", p.Package, p.data, false)
				if err != nil {
					t.Error(err)
				}
				results[i] = r
			})
		}
		together.Wait()
		imported := 0
		for _, r := range results {
			if r.Imported {
				imported++
			}
		}
		if imported != 1 {
			t.Errorf("imported %d times", imported)
		}
		if diff := gocmp.Diff(parse(t, p.data, p.Specs), load(t, d, p.Regime, p.Edition)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestImportDryRun(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		p := syntheticPack(t)
		r, err := Import(t.Context(), trail.New(d), "cli:test", p.Package, p.data, true)
		if err != nil || r.Imported || len(r.Defects) == 0 || len(rows(t, d)) > 0 {
			t.Errorf("%v, imported %v, %d rows", err, r.Imported, len(rows(t, d)))
		}
		p.take(t, d)
		if _, err := Import(t.Context(), trail.New(d), "cli:test", p.Package, []byte(strings.Replace(string(p.data), "くわ", "かま", 1)), true); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a dry run took other bytes: %v", err)
		}
	})
}

// damaged are the ways in which files arrive that are not the published text.
func damaged(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	text := string(data)
	cut := text[:len(text)*61/100]
	for !strings.HasSuffix(cut, "。") {
		cut = cut[:len(cut)-1]
	}
	lines := strings.SplitAfter(text, "\n")
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	wide := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	narrow, _, err := transform.Bytes(japanese.ShiftJIS.NewEncoder(), []byte(strings.Map(inCP932, text)))
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"truncated": []byte(cut), "truncated inside a character": []byte(cut)[:len(cut)-1], "shuffled": []byte(strings.Join(lines, "")),
		"UTF-16": wide, "CP932": narrow, "empty": nil,
	}
}

// inCP932 replaces the few characters of the texts that CP932 has not.
func inCP932(r rune) rune {
	if r > 0x7f && r < 0x370 || r == '〜' {
		return '?'
	}
	return r
}

func TestImportRefusesDamage(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		for _, p := range policyPacks(t) {
			for _, already := range []bool{false, true} {
				if already {
					p.take(t, d)
				}
				for name, data := range damaged(t, p.data) {
					if message := p.refused(t, d, data); !strings.Contains(message, "行目") {
						t.Errorf("%s, %s: no line in %s", p.Regime, name, message)
					}
				}
			}
		}
	})
}

// What is missing is listed in full, with the line where the text ends.
func TestImportListsWhatIsMissing(t *testing.T) {
	t.Parallel()
	p := syntheticPack(t)
	p.Clauses = append(p.Clauses, "rules:3.1", "terms:9/1")
	p.Clauses = slices.Insert(p.Clauses, 0, "aim:0")
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		message := p.refused(t, d, p.data)
		for _, want := range []string{
			"条項が3件足りません", "本文は121行目で終わり、最後の条項は118行目の terms:備考", "3行目: 条項 aim:0 がありません。この題名の後",
			"92行目: 条項 3.1 がありません。この行の 3 の後", "118行目: 条項 terms:9/1 がありません。この行の terms:備考 の後",
		} {
			if !strings.Contains(message, want) {
				t.Errorf("%s\nlacks %s", message, want)
			}
		}
	})
}

func TestImportRefusesOtherBytes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ from, to, want string }{
		"one character": {"じょうろは、使う", "じょうろは、洗う", "55行目: 条項 1.3/ア の原文が違います"},
		"white space":   {"じょうろは、使う", "じょうろは、 使う", "55行目: 条項 1.3/ア の空白・改行だけが違います"},
		"front matter":  {"灯油から電気へ", "電気から灯油へ", "3行目: 「ひばり村温室利用指針」の前付けの原文が違います"},
		"a clause more": {"- エ すき\n", "- エ すき\n- オ なた\n", "65行目: 条項 1.3/オ の原文が違います"},
		"table":         {"青\tその他の種", "青\tほかの種", "70行目: 条項 2.1 の原文が違います"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
				p := syntheticPack(t)
				p.take(t, d)
				data := strings.Replace(string(p.data), tc.from, tc.to, 1)
				message := p.refused(t, d, []byte(data))
				if !strings.Contains(message, tc.want) {
					t.Errorf("%s\nlacks %s", message, tc.want)
				}
				if name == "one character" && strings.Count(message, "\n") != 1 {
					t.Errorf("more than one clause named: %s", message)
				}
			})
		})
	}
}

// One character of the official texts, changed in the middle, is refused by the name of its clause.
func TestImportPolicyOneCharacter(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		for _, p := range policyPacks(t) {
			p.take(t, d)
			main := parse(t, p.data, p.Specs).Main()
			c := main.Clauses[len(main.Clauses)/2]
			for !strings.HasSuffix(c.Text, "。") || strings.Count(string(p.data), c.Text) != 1 {
				c = main.Clauses[slices.IndexFunc(main.Clauses, func(x Clause) bool { return x.ID == c.ID })+1]
			}
			data := strings.Replace(string(p.data), c.Text, strings.TrimSuffix(c.Text, "。")+"？", 1)
			want := "条項 " + main.Ref(c.ID) + " の原文が違います"
			if message := p.refused(t, d, []byte(data)); !strings.Contains(message, want) {
				t.Errorf("%s: %s\nlacks %s", p.Regime, message, want)
			}
		}
	})
}

func TestImportKeepsEditionsSideBySide(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		p := syntheticPack(t)
		p.take(t, d)
		next := p
		next.data = []byte(strings.NewReplacer("第 2.0 版", "第 2.1 版", "じょうろは、使う", "じょうろは、洗う", "- エ すき\n", "", "- オ 園芸", "- エ 園芸").Replace(string(p.data)))
		r := next.take(t, d)
		if !r.Imported || r.Edition != "2.1" || !slices.Equal(r.Missing, []string{"1.3/オ"}) {
			t.Errorf("%v %s %v", r.Imported, r.Edition, r.Missing)
		}
		changes := Diff(load(t, d, p.Regime, "2.0"), load(t, d, p.Regime, "2.1"))
		want := Changes{Removed: []string{"rules:1.3/オ"}, Changed: []string{"rules:1.3/ア", "rules:1.3/エ"}}
		if diff := gocmp.Diff(want, changes); diff != "" {
			t.Error(diff)
		}
		err := d.View(t.Context(), func(r db.Reader) error {
			editions, err := Editions(t.Context(), r, p.Regime)
			if len(editions) != 2 || editions[0].Edition != "2.0" || editions[1].Sum != sumOf(next.data) {
				t.Errorf("%v", editions)
			}
			if none, err := Sum(t.Context(), r, p.Regime, "9"); none != "" || err != nil {
				t.Errorf("%q, %v", none, err)
			}
			if _, err := Load(t.Context(), r, p.Regime, "9"); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%v", err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A text that prints no edition is one of the pack's.
func TestImportWithoutEdition(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		data := []byte(title + "\n1. 甲\n水をやる。\n")
		p := packed{Package{
			Regime: "r", Edition: "7", Specs: []Spec{{ID: "d", Title: title, Main: true}}, Clauses: []string{"d:1"},
			Known: []Known{{Clause: "1", Words: "水", Kind: "wrong-word", Note: "注"}, {Clause: "1", Words: "火", Kind: "wrong-word"}},
		}, data}
		r := p.take(t, d)
		if r.Edition != "7" || len(r.Documents) != 1 || r.Documents[0].DutyClauses != 1 || r.Documents[0].DutySentences != 1 {
			t.Errorf("%+v", r)
		}
		if len(r.Defects) != 2 || r.Defects[0].Kind != KnownDefectAbsent || r.Defects[1].Line != 3 {
			t.Errorf("%v", r.Defects)
		}
	})
}
