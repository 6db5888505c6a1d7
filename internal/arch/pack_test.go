package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// words are the names that belong to the shipped packs and may not stand in a string of the program. What the rule takes:
//
//   - part: forbidden wherever they stand. Titles of regimes, documents, roles that somebody holds, posts and axes; ids of
//     several words (information-manager, kobe-city). A title needs 3 characters; Latin ones are compared as whole words.
//   - whole: forbidden as a whole string. Titles of kinds, settings, documents to be kept and everyone-roles, and ids of one
//     word: they are ordinary words too (情報システム, handler), and longer texts of the program may use them.
//
// An id needs 6 characters. An id that is also the name of a Go package (incident) is a word of the program. Headings of
// clauses and titles of fields, states and options are left out: they are the language of every office.
type words struct{ part, whole map[string]string } // word to the file it comes from

// entry is the part of a pack that has names, read loosely: the strict reader is kernel/regime, which arch may not import.
type entry struct {
	ID        string
	Register  string
	Request   string
	Title     string
	Entry     string
	Short     string
	Everyone  []string
	HeldBy    map[string]any `yaml:"held-by"`
	Deputy    map[string]any
	Documents []entry
	Roles     []entry
	Axes      []entry
	Overall   *entry
	Terms     any // a mapping in classes.yaml, a list in slots.yaml
}

// aboutClauses are the files that speak of clauses and name nothing.
var aboutClauses = regexp.MustCompile(`/(duties/[^/]*|clauses|defects|not-a-duty|renumbered)\.yaml$`)

// format are words of the pack format itself which a shipped pack also uses as an id.
var format = map[string]bool{"disposal": true} // keep: {disposal: reviewed}

func packWords(packs fs.FS, program map[string]bool) (words, error) {
	w := words{map[string]string{}, map[string]string{}}
	err := fs.WalkDir(packs, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".yaml" || aboutClauses.MatchString(name) {
			return err
		}
		text, err := fs.ReadFile(packs, name)
		if err != nil {
			return err
		}
		var list []entry
		if err := yaml.Unmarshal(text, &list); err != nil {
			var one entry
			if err := yaml.Unmarshal(text, &one); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			list = []entry{one}
		}
		for _, e := range list {
			w.add(e, name, program)
		}
		return nil
	})
	return w, err
}

func (w words) add(e entry, file string, program map[string]bool) {
	base := path.Base(file)
	for _, id := range []string{e.ID, e.Register, e.Request} {
		switch {
		case len(id) < 6 || program[id]:
		case strings.Contains(id, "-"):
			w.part[id] = file
		default:
			w.whole[id] = file
		}
	}
	held := base == "roles.yaml" && e.Everyone == nil || base == "regime.yaml" || base == "classes.yaml"
	for _, title := range []string{e.Title, e.Short, e.Entry, post(e.HeldBy), post(e.Deputy)} {
		switch {
		case utf8.RuneCountInString(title) < 3:
		case held:
			w.part[title] = file
		default:
			w.whole[title] = file
		}
	}
	inner := slices.Concat(e.Documents, e.Roles, e.Axes)
	if e.Overall != nil {
		inner = append(inner, *e.Overall)
	}
	switch terms := e.Terms.(type) {
	case map[string]any:
		for id := range terms {
			inner = append(inner, entry{ID: id})
		}
	case []any:
		for _, t := range terms {
			if t, ok := t.(map[string]any); ok {
				inner = append(inner, entry{ID: fmt.Sprint(t["id"]), Title: fmt.Sprint(t["title"])})
			}
		}
	}
	for _, e := range inner {
		if base == "regime.yaml" {
			e.ID = "" // ids of documents (standard, terms) are words of every policy
		}
		w.add(e, file, program)
	}
}

func post(of map[string]any) string {
	s, _ := of["post"].(string)
	return s
}

var latin = regexp.MustCompile(`[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*`)

// find gives the word of a pack that stands in a string of the program, "" if none does.
func (w words) find(text string) string {
	if _, ok := w.whole[text]; ok {
		return text
	}
	for _, token := range latin.FindAllString(text, -1) {
		if _, ok := w.part[token]; ok {
			return token
		}
	}
	for _, word := range slices.Sorted(maps.Keys(w.part)) {
		if latin.FindString(word) != word && strings.Contains(text, word) {
			return word
		}
	}
	return ""
}

func (w words) breaches(s source) []string {
	if s.free() {
		return nil
	}
	var found []string
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if _, ok := n.(*ast.ImportSpec); ok {
			return false
		}
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, _ := strconv.Unquote(lit.Value) // the parser has checked it
		if word := w.find(text); word != "" {
			found = append(found, s.at(lit.Pos(), "%q belongs to a pack (regime/%s)", word, w.part[word]+w.whole[word]))
		}
		return true
	})
	return found
}

func TestNoWordOfAPackInGo(t *testing.T) {
	t.Parallel()
	program := maps.Clone(format)
	for _, s := range sources(t) {
		program[path.Base(s.pkg())] = true
	}
	w, err := packWords(os.DirFS(filepath.Join(root, "regime")), program)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.part) < 10 || len(w.whole) < 10 {
		t.Fatalf("%d and %d words found in regime/: the reader is broken", len(w.part), len(w.whole))
	}
	for _, s := range sources(t) {
		report(t, w.breaches(s))
	}
}

func TestPackWordsFind(t *testing.T) {
	t.Parallel()
	w, err := packWords(fstest.MapFS{
		"x-town/1/regime.yaml":         {Data: []byte("id: x-town\ntitle: 何町の規程\ndocuments: [{id: standard, title: 何町の対策基準}]")},
		"x-town/1/roles.yaml":          {Data: []byte("roles: [{id: lamp-keeper, title: 灯台長, short: LKO, held-by: {post: 港務部長}}, {id: people, title: 島の者, everyone: [regular]}]\nslots: {}")},
		"x-town/1/classes.yaml":        {Data: []byte("axes: [{id: dimness, title: 薄暗さ}]\noverall: {id: weight, title: 重み}\nterms: {harmful: {clause: \"1\"}}")},
		"x-town/1/duties/1.yaml":       {Data: []byte("- {clause: \"1\", title: 義務の題}")},
		"x-town/1/clauses.yaml":        {Data: []byte("- {id: \"1\", title: 条の題目}")},
		"x-town/1/registers/lamp.yaml": {Data: []byte("register: lantern\ntitle: 情報システム\nfields: [{id: brightness, title: 明るさの度合}]")},
		"common/slots.yaml":            {Data: []byte("roles: [{id: watcher, title: 見張る者}]\nterms: [{id: dangerous, title: 危ない分類}]")},
		"common/settings.yaml":         {Data: []byte("- {id: oil-change, title: 油の交換の間隔}")},
		"common/requests/visit.yaml":   {Data: []byte("request: boarding\ntitle: 乗船の申請")},
	}, map[string]bool{"boarding": true})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"regime x-town here": "x-town", "x-towns": "", "何町の規程による": "何町の規程", "何町の対策基準": "何町の対策基準", "standard": "",
		"lamp-keeper": "lamp-keeper", "a/lamp-keeper?": "lamp-keeper", "灯台長に聞く": "灯台長", "ask the LKO": "LKO", "LKOX": "", "港務部長": "港務部長",
		"people": "people", "the people": "", "島の者": "島の者", "島の者たち": "", "薄暗さ：": "薄暗さ", "dimness": "dimness", "weight": "weight", "重み": "",
		"harmful": "harmful", "義務の題": "", "条の題目": "", "lantern": "lantern", "情報システム": "情報システム", "情報システムの一覧": "", "brightness": "", "明るさの度合": "",
		"watcher": "watcher", "見張る者": "見張る者", "dangerous": "dangerous", "oil-change": "oil-change", "油の交換の間隔": "油の交換の間隔", "boarding": "", "乗船の申請": "乗船の申請",
	} {
		if got := w.find(text); got != want {
			t.Errorf("find(%q) = %q, want %q", text, got, want)
		}
	}
	s, err := parse("internal/kernel/a/a.go", []byte("package a\nimport _ \"x-town\"\nvar x = `see x-town`\nvar y struct { f int `json:\"watcher\"` }"))
	if err != nil {
		t.Fatal(err)
	}
	breaches(t, "pack words", w.breaches(s), []string{"3 x-town"})
}
