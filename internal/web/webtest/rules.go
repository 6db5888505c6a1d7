package webtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Rules fails the test for each rule that the page breaks.
func Rules(t testing.TB, page []byte) {
	t.Helper()
	for _, f := range Faults(page) {
		t.Error(f)
	}
}

// Faults is what is wrong with a whole page: its form, and what readers who cannot see it,
// use a mouse, or load anything from elsewhere would miss.
func Faults(page []byte) []string {
	faults := Malformed(page)
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return append(faults, err.Error())
	}
	c := &checker{Node: Node{root}, faults: faults}
	c.landmarks()
	c.headings()
	c.names()
	c.tables()
	c.references()
	return c.faults
}

// Malformed is what is wrong with the form of a page or a part of one: tags that do not
// close, ids that repeat, anything inline, marks of a failed template.
func Malformed(part []byte) []string {
	var faults, open []string
	ids := map[string]bool{}
	note := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	z := html.NewTokenizer(bytes.NewReader(part))
	for {
		kind := z.Next()
		token := z.Token()
		switch kind {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				note("%v", err)
			}
			if len(open) > 0 {
				note("not closed: %s", strings.Join(open, " "))
			}
			return faults
		case html.StartTagToken, html.SelfClosingTagToken:
			if kind == html.StartTagToken && !void(token.Data) {
				open = append(open, token.Data)
			}
			for _, a := range token.Attr {
				badAttribute(token.Data, a, ids, note)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				note("</%s> closes nothing, open: %s", token.Data, strings.Join(open, " "))
				return faults
			}
			open = open[:len(open)-1]
		case html.TextToken:
			if len(open) > 0 && slices.Contains([]string{"script", "style"}, open[len(open)-1]) {
				note("<%s>: inline", open[len(open)-1])
			}
			if strings.Contains(token.Data, "<no value>") {
				note("a value is missing")
			}
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// badAttribute notes what is wrong with one attribute, and its id.
func badAttribute(tag string, a html.Attribute, ids map[string]bool, note func(string, ...any)) {
	switch {
	case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
		note("<%s %s>: inline", tag, a.Key)
	case a.Key == "id" && (a.Val == "" || ids[a.Val]):
		note("id %q is empty or there twice", a.Val)
	case strings.Contains(a.Val, "ZgotmplZ"):
		note("<%s %s>: refused by html/template", tag, a.Key)
	}
	if a.Key == "id" {
		ids[a.Val] = true
	}
}

func void(tag string) bool {
	return slices.Contains([]string{"meta", "link", "img", "input", "br", "hr", "col", "wbr"}, tag)
}

type checker struct {
	Node
	faults []string
}

func (c *checker) want(ok bool, format string, args ...any) {
	if !ok {
		c.faults = append(c.faults, fmt.Sprintf(format, args...))
	}
}

func (c *checker) landmarks() {
	c.want(len(c.All("html[lang=ja]")) == 1, "the page does not say its language")
	c.want(len(c.All("main")) == 1, "%d main, want 1", len(c.All("main")))
	for _, title := range c.All("head title") {
		c.want(title.Text() != "", "the page has no title")
	}
	for _, nav := range c.All("nav") {
		c.want(nav.Attr("aria-label") != "", "a nav has no label")
	}
}

func (c *checker) headings() {
	c.want(len(c.All("h1")) == 1, "%d h1, want 1", len(c.All("h1")))
	last := byte('0')
	for d := range c.node.Descendants() {
		if d.Type != html.ElementNode || len(d.Data) != 2 || d.Data[0] != 'h' || d.Data[1] < '1' || d.Data[1] > '6' {
			continue
		}
		c.want(Node{d}.Text() != "", "an empty %s", d.Data)
		c.want(d.Data[1] <= last+1, "%s %q skips a level", d.Data, Node{d}.Text())
		last = d.Data[1]
	}
}

// names: whatever can be used or seen has words.
func (c *checker) names() {
	labels := map[string]bool{}
	for _, l := range c.All("label[for]") {
		labels[l.Attr("for")] = l.Text() != ""
	}
	for _, tag := range []string{"input", "select", "textarea"} {
		for _, f := range c.All(tag) {
			if f.Attr("type") == "hidden" {
				continue
			}
			c.want(labels[f.Attr("id")] || f.Attr("aria-label") != "", "%s %q has no label", tag, f.Attr("name"))
		}
	}
	for _, tag := range []string{"a", "button", "summary"} {
		for _, n := range c.All(tag) {
			c.want(n.Text() != "" || n.Attr("aria-label") != "", "an empty %s %q", tag, n.Attr("href"))
		}
	}
	for _, a := range c.All("a") {
		c.want(a.Attr("href") != "", "a link to nowhere: %q", a.Text())
	}
	for _, i := range c.All("img") {
		c.want(i.Has("alt"), "an img has no alt")
	}
}

func (c *checker) tables() {
	for _, t := range c.All("table") {
		c.want(len(t.All("caption")) == 1, "a table has no caption")
		for _, th := range t.All("th") {
			c.want(th.Attr("scope") != "", "th %q has no scope", th.Text())
		}
	}
}

// references: what points into the page finds its place.
func (c *checker) references() {
	ids := map[string]bool{}
	for _, n := range c.All("[id]") {
		ids[n.Attr("id")] = true
	}
	for _, a := range c.All("a[href]") {
		if id, ok := strings.CutPrefix(a.Attr("href"), "#"); ok {
			c.want(ids[id], "link to #%s, which is not there", id)
		}
	}
	for _, name := range []string{"aria-describedby", "aria-labelledby", "data-swap"} {
		for _, n := range c.All("[" + name + "]") {
			for id := range strings.FieldsSeq(n.Attr(name)) {
				c.want(ids[id], "%s=%q, which is not there", name, id)
			}
		}
	}
}
