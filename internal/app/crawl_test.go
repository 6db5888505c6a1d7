package app_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"sekimori/internal/app"
	"sekimori/internal/base/errs"
	"sekimori/internal/web/webtest"
)

// TestEveryLinkLeadsSomewhere follows every link of the site with the shipped packs.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	a, err := app.Open(t.Context(), app.Place{DB: "sqlite:" + filepath.Join(t.TempDir(), "sekimori.db")}, shipped(t))
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	t.Cleanup(func() { _ = a.Close() }) // the folder goes with the test
	h, err := a.Handler("みなと市")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{"/": ""} // path to the page that leads there
	for queue := []string{"/"}; len(queue) > 0; queue = queue[1:] {
		path := queue[0]
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+path, nil))
		if w.Code != http.StatusOK {
			t.Errorf("%s, linked from %s: %d", path, seen[path], w.Code)
			continue
		}
		for _, link := range webtest.Parse(t, w.Body.Bytes()).All("a") {
			to, _, _ := strings.Cut(link.Attr("href"), "#")
			if _, known := seen[to]; !known && strings.HasPrefix(to, "/") {
				seen[to] = path
				queue = append(queue, to)
			}
		}
	}
	clauses := 0
	for _, p := range a.Library.Offered().Packs {
		clauses += len(p.Clauses)
	}
	if len(seen) < clauses {
		t.Errorf("%d pages are linked, fewer than the %d clauses", len(seen), clauses)
	}
}
