package webtest

import (
	"slices"
	"strings"
	"testing"
)

const good = `<!doctype html><html lang="ja"><head><title>題</title></head><body>
<nav aria-label="道"><a href="#main">本文へ</a></nav>
<main id="main"><h1>題</h1><h2>節</h2><p class="a b">文 <b>太</b></p>
<label for="q">言葉</label><input id="q" name="q" aria-describedby="main">
<table><caption>表</caption><tbody><tr><th scope="row">甲</th><td>一</td></tr></tbody></table>
</main></body></html>`

func TestGoodPage(t *testing.T) {
	t.Parallel()
	if faults := Faults([]byte(good)); len(faults) > 0 {
		t.Error(faults)
	}
}

// Each change breaks one rule and no other.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ old, new, want string }{
		{`</p>`, ``, "closes nothing"},
		{`<p class="a b">`, `<p style="x">`, "<p style>: inline"},
		{`<p class="a b">`, `<p onclick="x">`, "<p onclick>: inline"},
		{`<title>題</title>`, `<title>題</title><script>x</script>`, "<script>: inline"},
		{`<b>太</b>`, `<b>&lt;no value&gt;</b>`, "a value is missing"},
		{`<p class="a b">`, `<p id="main">`, `id "main"`},
		{`<b>太</b>`, `<a href="#ZgotmplZ">x</a>`, "refused by html/template"},
		{`lang="ja"`, ``, "language"},
		{`<title>題</title>`, `<title></title>`, "title"},
		{`aria-label="道"`, ``, "nav"},
		{`<h1>題</h1>`, ``, "0 h1"},
		{`<h2>節</h2>`, `<h3>節</h3>`, "skips"},
		{`<h2>節</h2>`, `<h2></h2>`, "an empty h2"},
		{`for="q"`, `for="r"`, `input "q" has no label`},
		{`本文へ`, ``, "an empty a"},
		{`<b>太</b>`, `<a>太</a>`, "a link to nowhere"},
		{`<b>太</b>`, `<img src="x">`, "no alt"},
		{`<caption>表</caption>`, ``, "no caption"},
		{` scope="row"`, ``, "no scope"},
		{`href="#main"`, `href="#x"`, "link to #x"},
		{`aria-describedby="main"`, `aria-describedby="x"`, "aria-describedby"},
	} {
		if !strings.Contains(good, tt.old) {
			t.Fatalf("%q is not in the page", tt.old)
		}
		faults := Faults([]byte(strings.Replace(good, tt.old, tt.new, 1)))
		if !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, tt.want) }) {
			t.Errorf("%s → %s: faults %q, want %q", tt.old, tt.new, faults, tt.want)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	doc := Parse(t, []byte(good))
	for selector, want := range map[string]string{
		"p.a.b":               "文 太",
		"main#main p b":       "太",
		"input[name=q]":       "",
		"table th[scope=row]": "甲",
		"label[for]":          "言葉",
		"nav[aria-label=道] a": "本文へ",
	} {
		if got := doc.One(t, selector).Text(); got != want {
			t.Errorf("%s: %q, want %q", selector, got, want)
		}
	}
	for _, selector := range []string{"p.c", "main p#q", "input[name=r]", "td[scope]", "b p"} {
		if found := doc.All(selector); len(found) != 0 {
			t.Errorf("%s matches %d", selector, len(found))
		}
	}
}
