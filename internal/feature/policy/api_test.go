package policy_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sekimori/internal/feature/policy"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

// list is a page as a program reads it.
type list struct {
	Items []map[string]any
	Next  *string
}

func (o opened) ask(t *testing.T, path string, want int) list {
	t.Helper()
	w := httptest.NewRecorder()
	o.site.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+web.API+path, nil))
	if w.Code != want {
		t.Fatalf("%s: %d, want %d: %s", path, w.Code, want, w.Body)
	}
	description, err := web.OpenAPI(policy.Module(policy.New(trail.New(nil), regime.NewLibrary(tinySet(t), nil))).Part)
	if err != nil {
		t.Fatal(err)
	}
	webtest.ReadSpec(t, description).Conforms(t, path, w)
	var l list
	if err := json.Unmarshal(w.Body.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestOperations(t *testing.T) {
	t.Parallel()
	o := open(t, tinySet(t))
	packs, err := o.Packs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pack := packs[0]
	at := "/regimes/" + pack.ID
	for _, imported := range []bool{false, true} {
		if imported {
			o.imports(t)
		}
		if l := o.ask(t, "/regimes", http.StatusOK); len(l.Items) != 1 || l.Items[0]["imported"] != imported || l.Items[0]["edition"] != pack.Edition {
			t.Errorf("%v", l.Items)
		}
		clauses := o.ask(t, at+"/clauses", http.StatusOK)
		if got := clauses.Items[0]["original"]; (got != nil) != imported {
			t.Errorf("original %v", got)
		}
	}
	if l := o.ask(t, at+"/roles", http.StatusOK); len(l.Items) != len(pack.Roles) {
		t.Errorf("%d roles, want %d", len(l.Items), len(pack.Roles))
	}
	if l := o.ask(t, at+"@"+pack.Edition+"/duties", http.StatusOK); len(l.Items) != len(pack.Duties) || l.Next != nil {
		t.Errorf("%d duties, want %d", len(l.Items), len(pack.Duties))
	}

	// Page by page comes the same as at once.
	var ids []string
	for next := ""; ; {
		l := o.ask(t, at+"/duties?limit=2&after="+strings.NewReplacer("#", "%23").Replace(next), http.StatusOK)
		for _, d := range l.Items {
			ids = append(ids, d["id"].(string))
		}
		if l.Next == nil {
			break
		}
		next = *l.Next
	}
	for i, d := range pack.Duties {
		if len(ids) != len(pack.Duties) || ids[i] != d.ID {
			t.Fatalf("%q", ids)
		}
	}
	own := 0
	for _, r := range pack.Roles {
		l := o.ask(t, at+"/duties?role="+r.ID, http.StatusOK)
		own += len(l.Items)
		if len(l.Items) > len(pack.Duties) {
			t.Errorf("%s: %d", r.ID, len(l.Items))
		}
	}
	if own == 0 {
		t.Error("nobody has a duty")
	}
	for _, d := range o.ask(t, at+"/duties?kind=must-not", http.StatusOK).Items {
		if d["kind"] != "must-not" {
			t.Errorf("%v", d)
		}
	}
	for path, want := range map[string]int{
		"/regimes/nothing/duties": 404, "/regimes/nothing@1/clauses": 404, at + "@0/roles": 404,
		at + "/duties?kind=perhaps": 400, at + "/duties?role=nobody": 400, at + "/duties?document=x": 400, at + "/clauses?document=x": 400,
		at + "/clauses?after=x": 400, at + "/duties?q=1": 400, at + "/duties?chapter=nowhere": 200,
	} {
		o.ask(t, path, want)
	}
}
