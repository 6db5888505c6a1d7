package arch

import (
	"cmp"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// The texts of the policies are imported and never shipped. Here "a run of the policy" is a run of characters, white space
// left out, that stands in a policy text and holds no name. Names are what nobody can say otherwise: titles of roles, posts
// and documents, printed headings of at least 8 characters, and laws and documents that the texts cite.

const (
	longest    = 30 // characters of policy text anywhere in the repository
	longestOwn = 15 // in the sentence of a duty, which is to be in our own words
	shortName  = 5  // shorter names stay in the text: taking them out would cut every run
	heading    = 8  // shorter headings are ordinary words (情報資産の管理)
)

// nameList are the names to take out, by their first character, longest first.
type nameList map[rune][][]rune

func nameIndex(list []string) nameList {
	index := nameList{}
	for _, name := range list {
		if r := bare(name); len(r) >= shortName {
			index[r[0]] = append(index[r[0]], r)
		}
	}
	for _, of := range index {
		slices.SortFunc(of, func(a, b []rune) int { return cmp.Compare(len(b), len(a)) })
	}
	return index
}

func bare(s string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s))
}

// cut replaces every name by one separator. Texts and files use different separators, so that no run crosses a name.
func (l nameList) cut(text []rune, separator rune) []rune {
	var out []rune
	for i := 0; i < len(text); {
		at := slices.IndexFunc(l[text[i]], func(name []rune) bool {
			return len(name) <= len(text)-i && slices.Equal(name, text[i:i+len(name)])
		})
		if at < 0 {
			out = append(out, text[i])
			i++
			continue
		}
		out = append(out, separator)
		i += len(l[text[i]][at])
	}
	return out
}

// policy is the published text, ready to be looked for.
type policy struct {
	names   nameList
	text    string
	windows map[int]map[uint64]bool // length of run to hashes of all runs of that length
}

func newPolicy(text string, names []string) policy {
	p := policy{names: nameIndex(names), windows: map[int]map[uint64]bool{}}
	runes := p.names.cut(bare(text), 0)
	p.text = string(runes)
	for _, n := range []int{longest, longestOwn} {
		set := make(map[uint64]bool, len(runes))
		rolling(runes, n, func(_ int, hash uint64) { set[hash] = true })
		p.windows[n] = set
	}
	return p
}

// rolling calls fn with the start and the hash of every window of n characters.
func rolling(text []rune, n int, fn func(start int, hash uint64)) {
	const base = 1_000_003 // wraps modulo 2^64; a false match is checked against the text
	var hash, first uint64 = 0, 1
	for range n {
		first *= base
	}
	for i, r := range text {
		hash = hash*base + uint64(r) + 1
		if i >= n {
			hash -= first * (uint64(text[i-n]) + 1)
		}
		if i >= n-1 {
			fn(i-n+1, hash)
		}
	}
}

// runs gives the longest runs of the policy in a text, of at least n characters.
func (p policy) runs(text string, n int) []string {
	runes := p.names.cut(bare(text), 1)
	var found []string
	end := 0 // of the last run found
	rolling(runes, n, func(start int, hash uint64) {
		if start < end || !p.windows[n][hash] || !strings.Contains(p.text, string(runes[start:start+n])) {
			return
		}
		for end = start + n; end < len(runes) && strings.Contains(p.text, string(runes[start:end+1])); {
			end++
		}
		found = append(found, string(runes[start:end]))
	})
	return found
}

// policyText joins the texts of the folder of the policies, which is not in the repository. Where it is missing the test
// fails in CI and is left out elsewhere.
func policyText(t *testing.T) string {
	t.Helper()
	dir := cmp.Or(os.Getenv("SEKIMORI_POLICY_DIR"), filepath.Join(root, "..", "shared", "policy"))
	list, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		const message = "left out: the texts of the policies are not here; set SEKIMORI_POLICY_DIR to their folder"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	var all strings.Builder
	for _, name := range list {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
		all.WriteByte(0)
	}
	return all.String()
}

// law is what stands before the date of a law (不正アクセス行為の禁止等に関する法律（平成11年…）), or a law or document in 「」.
var law = regexp.MustCompile(`([^\s、。・「」（）()]{2,60}?` + kinds + `)[（(](?:明治|大正|昭和|平成|令和|以下)|「([^「」。]{1,40}` + kinds + `)」`)

const kinds = `(?:法|法律|条例|規程|規則|基準|要綱|要領|方針|手順|文書)`

// knownNames collects the names from the packs and from the texts themselves.
func knownNames(t *testing.T, text string) []string {
	t.Helper()
	var list []string
	for _, m := range law.FindAllStringSubmatch(text, -1) {
		list = append(list, m[1], m[2])
	}
	for _, file := range tree(t) {
		base := path.Base(file)
		if !strings.HasPrefix(file, "regime/") || !slices.Contains([]string{"roles.yaml", "regime.yaml", "documents.yaml", "clauses.yaml"}, base) {
			continue
		}
		var pack any
		if err := yaml.Unmarshal(read(t, file), &pack); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		texts(pack, func(key, value string) {
			switch {
			case base == "clauses.yaml" && utf8.RuneCountInString(value) < heading:
			case key == "title", key == "post":
				list = append(list, value)
			}
		})
	}
	return list
}

// texts calls fn with every text of a YAML value and the key it stands under.
func texts(v any, fn func(key, value string)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			texts(e, fn)
		}
	case map[string]any:
		for key, e := range v {
			if s, ok := e.(string); ok {
				fn(key, s)
				continue
			}
			texts(e, fn)
		}
	}
}

// repository lists what a commit of everything would hold.
func repository(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "-z", "-co", "--exclude-standard").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
}

func TestNoPolicyTextInTheRepository(t *testing.T) {
	t.Parallel()
	text := policyText(t)
	began := time.Now()
	p := newPolicy(text, knownNames(t, text))
	duties := 0
	for _, file := range repository(t) {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
		if os.IsNotExist(err) {
			continue // deleted and not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range p.runs(string(data), longest) {
			t.Errorf("%s: %d characters of a policy: %s", file, utf8.RuneCountInString(run), run)
		}
		if !strings.HasPrefix(file, "regime/") || path.Ext(file) != ".yaml" {
			continue
		}
		var pack any
		if err := yaml.Unmarshal(data, &pack); err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		texts(pack, func(key, value string) {
			if key != "duty" {
				return
			}
			duties++
			for _, run := range p.runs(value, longestOwn) {
				t.Errorf("%s: a duty has %d characters of its clause: %s", file, utf8.RuneCountInString(run), run)
			}
		})
	}
	t.Logf("%d sentences of duties compared, %v", duties, time.Since(began).Round(time.Millisecond))
	if duties == 0 {
		t.Error("no sentence of a duty found in regime/")
	}
}

func TestRunsFind(t *testing.T) {
	t.Parallel()
	const clause = "灯台の火は、日没から日の出までの間、風の強い夜も雨の夜も絶やすことなく、灯台守が見守り続けるものとする。"
	p := newPolicy("前の文。\n"+clause[:60]+"\n  "+clause[60:]+"\n後の文。", []string{"灯台守が見守り", "短い"})
	for name, c := range map[string]struct {
		text string
		n    int
		want []string
	}{
		"copied":           {"// " + clause, longest, []string{"灯台の火は、日没から日の出までの間、風の強い夜も雨の夜も絶やすことなく、"}},
		"wrapped":          {strings.Join(strings.Split(clause, "、"), "、\n\t"), longest, []string{"灯台の火は、日没から日の出までの間、風の強い夜も雨の夜も絶やすことなく、"}},
		"too short for 30": {"日没から日の出までの間、風の強い夜", longest, nil},
		"long for a duty":  {"必ず日没から日の出までの間、風の強い夜に見る", longestOwn, []string{"日没から日の出までの間、風の強い夜"}},
		"fourteen":         {"日没から日の出までの間、風の×", longestOwn, nil},
		"a name is no run": {"灯台守が見守り続けるものとする。", longestOwn, nil},
		"two runs":         {"日没から日の出までの間、風の強い。い夜も雨の夜も絶やすことなく、", longestOwn, []string{"日没から日の出までの間、風の強い", "い夜も雨の夜も絶やすことなく、"}},
		"own words":        {"夜のあいだ火を消さない", longestOwn, nil},
		"empty":            {"", longestOwn, nil},
	} {
		if got := p.runs(c.text, c.n); !slices.Equal(got, c.want) {
			t.Errorf("%s: found %q, want %q", name, got, c.want)
		}
	}
}
