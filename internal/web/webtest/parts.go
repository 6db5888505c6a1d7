package webtest

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/jba/templatecheck"

	"sekimori/internal/web"
)

// Parts checks every page of the parts: its templates, layout and components included, fit
// the type of its view, and the page and each element that can be replaced render from a
// view that holds nothing but a title.
func Parts(t *testing.T, parts ...web.Part) {
	t.Helper()
	for _, part := range parts {
		for _, route := range part.Routes {
			if route.Page == "" {
				continue // a download
			}
			t.Run(strings.ReplaceAll(route.Method+" "+route.Pattern, "/", "∕"), func(t *testing.T) {
				t.Parallel()
				checkPage(t, part, route)
			})
		}
	}
}

func checkPage(t *testing.T, part web.Part, route web.Route) {
	t.Helper()
	tmpl, err := part.Parse(route.Page)
	if err != nil {
		t.Fatal(err)
	}
	rendered, err := tmpl.Clone() // what was executed cannot be checked any more
	if err != nil {
		t.Fatal(err)
	}
	view := reflect.New(route.View).Elem()
	for f := range view.Fields() {
		if _, hides := reflect.TypeFor[web.Page]().FieldByName(f.Name); hides && !f.Anonymous {
			t.Errorf("%s.%s hides the field of web.Page that the layout shows", route.View, f.Name)
		}
	}
	view.FieldByName("Page").Set(reflect.ValueOf(web.Page{Title: "題"}))
	for _, block := range tmpl.Templates() {
		name := block.Name()
		if name != "layout" && !strings.HasPrefix(name, "#") {
			continue
		}
		if err := templatecheck.CheckHTMLStrict(tmpl.Lookup(name), view.Interface()); err != nil {
			t.Error(err)
			continue
		}
		var b bytes.Buffer
		if err := rendered.ExecuteTemplate(&b, name, view.Interface()); err != nil {
			t.Errorf("an empty view does not render: %v", err)
		}
		for _, f := range Malformed(b.Bytes()) {
			t.Errorf("%s: %s", name, f)
		}
	}
}
