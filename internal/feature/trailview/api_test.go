package trailview_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/feature/trailview"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

// asks asks the API and holds the answer to its description.
func (w world) asks(t *testing.T, path string, want int) map[string]any {
	t.Helper()
	answer := httptest.NewRecorder()
	w.site.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+web.API+path, nil))
	if answer.Code != want {
		t.Fatalf("%s: %d, want %d: %s", path, answer.Code, want, answer.Body)
	}
	description, err := web.OpenAPI(trailview.Module(trailview.New(trail.New(nil), nil), words()).Part)
	if err != nil {
		t.Fatal(err)
	}
	webtest.ReadSpec(t, description).Conforms(t, path, answer)
	var v map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// column is one value of each thing of a list, page by page.
func (w world) column(t *testing.T, path, name string) string {
	t.Helper()
	var all []string
	for next := ""; ; {
		v := w.asks(t, path+"limit=1&after="+url.QueryEscape(next), http.StatusOK)
		for _, item := range v["items"].([]any) {
			s, _ := item.(map[string]any)[name].(string)
			all = append(all, s)
		}
		if v["next"] == nil {
			return strings.Join(all, " ")
		}
		next = v["next"].(string)
	}
}

func TestOperations(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			w := open(t, engine)
			thing := "/trail/things/unit/" + w.unit
			for path, want := range map[string]string{
				"/trail/acts?":                               "unit.rename unit.make trail.epoch",
				"/trail/acts?act=unit.make&":                 "unit.make",
				"/trail/acts?actor=cli:test&from=R8.3.20&":   "unit.rename unit.make trail.epoch",
				"/trail/acts?actor=cli:nobody&":              "",
				"/trail/acts?from=2026-03-21&":               "",
				"/trail/acts?from=2026-03-20&to=2026-03-20&": "unit.rename unit.make trail.epoch",
				thing + "?": "unit.rename unit.make",
			} {
				if got := w.column(t, path, "name"); got != want {
					t.Errorf("%s: %q, want %q", path, got, want)
				}
			}
			versions := w.asks(t, thing, http.StatusOK)["items"].([]any)
			changes, _ := json.Marshal(versions[0].(map[string]any)["changes"])
			if !strings.Contains(string(changes), `"before":"港湾課"`) || strings.Contains(string(changes), "parent") {
				t.Errorf("%s", changes)
			}
			act := versions[0].(map[string]any)["act"].(string)
			if entries := w.asks(t, "/trail/acts/"+act, http.StatusOK)["items"].([]any); len(entries) != 1 || entries[0].(map[string]any)["thing"].(map[string]any)["label"] != "みなと<課>" {
				t.Errorf("%v", entries)
			}
			for _, version := range []string{"", "?version=1", "?version=2"} {
				r := w.asks(t, "/trail/receipts/unit/"+w.unit+version, http.StatusOK)
				if x, err := trail.ParseReceipt(r["text"].(string)); err != nil || float64(x.Index) != r["index"] || strings.TrimPrefix(version, "?version=") != "1" && r["version"] != 2.0 {
					t.Errorf("%v: %v", r, err)
				}
			}
			if note := w.asks(t, "/trail/checkpoint", http.StatusOK)["note"].(string); !strings.HasPrefix(note, "sekimori/") {
				t.Error(note)
			}
			for path, want := range map[string]int{
				"/trail/things/unit/nobody": 404, "/trail/things/nothing/" + w.unit: 404, "/trail/acts/nobody": 404, "/trail/receipts/unit/nobody": 404,
				"/trail/receipts/unit/" + w.unit + "?version=3": 404, "/trail/receipts/unit/" + w.unit + "?version=0": 400,
				"/trail/acts?from=x": 400, "/trail/acts?to=x": 400, thing + "?after=x": 400, thing + "?after=0": 400, "/trail/acts?kind=unit": 400,
			} {
				w.asks(t, path, want)
			}
		})
	}
}

// What bears a seal is nowhere in the API before its hour.
func TestSealedActsAreClosedToPrograms(t *testing.T) {
	t.Parallel()
	w := open(t, db.SQLite)
	if got := w.column(t, "/trail/acts?act=unit.make&", "name"); got != "unit.make" {
		t.Errorf("before: %q", got)
	}
	w.clock.Set(t, "2026-04-01T09:00:00+09:00")
	if got := w.column(t, "/trail/acts?act=unit.make&", "name"); got != "unit.make unit.make" {
		t.Errorf("after: %q", got)
	}
}
