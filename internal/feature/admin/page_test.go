package admin_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/admin"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/tiny"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

// office is the feature on the screens of a body under the tiny regime, on 1 March 2026.
type office struct {
	*testing.T
	*admin.Settings
	log  *trail.Log
	site http.Handler
	who  *access.Actor
}

func open(t *testing.T) *office {
	t.Helper()
	modules := []db.Schema{
		{Module: "trail", FS: trail.Schema()},
		{Module: "org", FS: org.Schema()},
		{Module: "setting", FS: setting.Schema()},
		{Module: "regime", FS: regime.Schema()},
	}
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, modules), modules)
	d.Now = testkit.NewClock(t, "2026-03-01T09:00:00+09:00").Now
	set, err := regime.Load(tiny.Regimes(), nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	packs := regime.NewLibrary(set, nil)
	o := &office{T: t, log: trail.New(d), who: access.NewProgram("local:drafter")}
	o.Settings = admin.NewSettings(o.log, func(ctx context.Context, r db.Reader, on jpdate.Date) ([]setting.Declaration, error) {
		set, err := packs.InForce(ctx, r, on)
		if err != nil {
			return nil, err
		}
		return set.Settings(account.Settings()), nil
	})
	o.site, err = web.New(web.Config{
		Product: "関守", Parts: []web.Part{admin.Module(o.Settings).Part}, Log: slog.New(slog.DiscardHandler), Ready: d.Check,
		Identify: func(*http.Request) (*access.Actor, error) { return o.who, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	o.site.ServeHTTP(w, r)
	return w
}

func (o *office) get(path string) *httptest.ResponseRecorder {
	return o.send(httptest.NewRequestWithContext(o.Context(), http.MethodGet, "http://127.0.0.1"+path, nil))
}

// shows gets a page that must be there, keep the rules of every page and have all of some words in it.
func (o *office) shows(path string, want ...string) webtest.Node {
	o.Helper()
	w := o.get(path)
	if w.Code != http.StatusOK {
		o.Fatalf("%s: %d", path, w.Code)
	}
	return o.says(path, w, want...)
}

func (o *office) says(what string, w *httptest.ResponseRecorder, want ...string) webtest.Node {
	o.Helper()
	for _, fault := range webtest.Faults(w.Body.Bytes()) {
		o.Errorf("%s: %s", what, fault)
	}
	doc := webtest.Parse(o, w.Body.Bytes())
	for _, words := range want {
		if !strings.Contains(doc.One(o, "main").Text(), words) {
			o.Errorf("%s does not say %q: %s", what, words, doc.One(o, "main").Text())
		}
	}
	return doc
}

func (o *office) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(o.Context(), http.MethodPost, "http://127.0.0.1"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return o.send(r)
}

// refused sends a form that is refused, and gives the page that says why.
func (o *office) refused(path string, form url.Values, status int, want ...string) webtest.Node {
	o.Helper()
	w := o.post(path, form)
	if w.Code != status {
		o.Fatalf("%s: %d %s, want %d", path, w.Code, w.Header().Get("Location"), status)
	}
	return o.says(path, w, want...)
}

// moved sends a form and gives where it leads.
func (o *office) moved(path string, form url.Values) string {
	o.Helper()
	w := o.post(path, form)
	if w.Code != http.StatusSeeOther {
		o.Fatalf("%s: %d %s", path, w.Code, webtest.Parse(o, w.Body.Bytes()).One(o, "main").Text())
	}
	return w.Header().Get("Location")
}

// filled is what the form of a page would send as it stands.
func filled(t *testing.T, page webtest.Node) url.Values {
	t.Helper()
	in := url.Values{}
	form := page.One(t, "form[method=post]")
	for _, field := range form.All("input") {
		ticked := strings.Contains("checkbox radio", field.Attr("type")) && field.Attr("type") != ""
		if name := field.Attr("name"); name != "" && (!ticked || len(form.All("#"+field.Attr("id")+"[checked]")) > 0) {
			in.Add(name, field.Attr("value"))
		}
	}
	for _, field := range form.All("textarea") {
		in.Set(field.Attr("name"), field.Text())
	}
	return in
}

func TestTemplatesFitTheirViews(t *testing.T) {
	t.Parallel()
	webtest.Parts(t, admin.Module(nil).Part)
}
