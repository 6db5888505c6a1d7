package web

import (
	"testing"

	"sekimori/internal/web/ui"
)

func TestPrefersJSON(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]bool{
		"":                         false,
		"*/*":                      false,
		"application/json":         true,
		"application/problem+json": true,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": false,
		"text/html;q=0.5, application/json":                               true,
		"application/json;q=0.4, text/html;q=0.5":                         false,
		"application/json; charset=utf-8; q=0.9, text/html;q=0.8":         true,
		"application/json;q=x, text/html;q=0.1":                           false,
		"application/json, text/html":                                     false,
	} {
		if got := prefersJSON(accept); got != want {
			t.Errorf("%q: %v, want %v", accept, got, want)
		}
	}
}

func TestCurrent(t *testing.T) {
	t.Parallel()
	menu := []ui.Link{{Text: "first", Href: "/"}, {Text: "policy", Href: "/policy"}, {Text: "duty", Href: "/policy/duty"}}
	for at, want := range map[string]string{
		"": "", "/": "first", "/policy": "policy", "/policy/x": "policy", "/policy/duty/4": "duty", "/policyx": "", "/other": "",
	} {
		got := ""
		for _, l := range current(menu, at) {
			if l.Current {
				got += l.Text
			}
		}
		if got != want {
			t.Errorf("at %q: %q, want %q", at, got, want)
		}
	}
	for _, l := range menu {
		if l.Current {
			t.Error("the menu of the site was changed")
		}
	}
}
