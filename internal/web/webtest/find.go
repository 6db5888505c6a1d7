package webtest

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Node is an element of a page.
type Node struct{ node *html.Node }

// Parse reads a page as a browser does.
func Parse(t testing.TB, page []byte) Node {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatalf("parse page: %v", err)
	}
	return Node{root}
}

// All gives the elements below n that match selector, in document order. A selector is a row
// of steps down the tree, each like tag#id.class[attribute=value] with any part left out.
func (n Node) All(selector string) []Node {
	found := []Node{n}
	for step := range strings.FieldsSeq(selector) {
		var next []Node
		for _, at := range found {
			for child := range at.node.Descendants() {
				if child.Type == html.ElementNode && matches(child, step) && !slices.Contains(next, Node{child}) {
					next = append(next, Node{child})
				}
			}
		}
		found = next
	}
	return found
}

// One gives the only element that matches and fails the test if there is not exactly one.
func (n Node) One(t testing.TB, selector string) Node {
	t.Helper()
	found := n.All(selector)
	if len(found) != 1 {
		t.Fatalf("%q matches %d elements, want 1", selector, len(found))
	}
	return found[0]
}

// Text is what can be read in n, with its white space made single spaces.
func (n Node) Text() string {
	var b strings.Builder
	for d := range n.node.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Attr is the value of an attribute, "" if it is empty or not there.
func (n Node) Attr(name string) string {
	value, _ := attr(n.node, name)
	return value
}

// Has reports whether the attribute is there.
func (n Node) Has(name string) bool {
	_, ok := attr(n.node, name)
	return ok
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func matches(n *html.Node, step string) bool {
	tag := step
	if i := strings.IndexAny(step, "#.["); i >= 0 {
		tag = step[:i]
	}
	if tag != "" && tag != n.Data {
		return false
	}
	for rest := step[len(tag):]; rest != ""; {
		kind := rest[0]
		end := strings.IndexAny(rest[1:], "#.[") + 1
		if kind == '[' {
			end = strings.IndexByte(rest, ']') + 1
		}
		if end <= 0 {
			end = len(rest)
		}
		if !has(n, kind, strings.TrimSuffix(rest[1:end], "]")) {
			return false
		}
		rest = rest[end:]
	}
	return true
}

func has(n *html.Node, kind byte, want string) bool {
	switch kind {
	case '#':
		id, _ := attr(n, "id")
		return id == want
	case '.':
		classes, _ := attr(n, "class")
		return slices.Contains(strings.Fields(classes), want)
	}
	name, value, valued := strings.Cut(want, "=")
	got, ok := attr(n, name)
	return ok && (!valued || got == value)
}
