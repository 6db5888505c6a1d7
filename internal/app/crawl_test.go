package app_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/app"
	"sekimori/internal/app/minato"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web/webtest"
)

// TestEveryLinkLeadsSomewhere follows every link of the site as people of all kinds: whatever a page offers, its reader may open.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	town := openTown(t)
	common := map[string]bool{} // pages that are the same for everybody, each asked for once
	clauses := 0
	for _, role := range []string{"security-manager", "information-manager", "school-information-manager", access.Operator, access.Auditor, ""} {
		who := town.holder(role)
		seen := map[string]string{"/": "", "/account": "", "/signin/enroll": ""} // path to the page that leads there
		for queue := []string{"/", "/account", "/signin/enroll"}; len(queue) > 0; queue = queue[1:] {
			path := queue[0]
			if everybodys(path) {
				if common[path] {
					continue
				}
				common[path] = true
			}
			w := town.get(who, path)
			if w.Code != http.StatusOK {
				t.Errorf("%s %s, linked from %s: %d", role, path, seen[path], w.Code)
				continue
			}
			if strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
				continue
			}
			for _, link := range webtest.Parse(t, w.Body.Bytes()).All("a") {
				to, _, _ := strings.Cut(link.Attr("href"), "#")
				if _, known := seen[to]; !known && strings.HasPrefix(to, "/") && (everybodys(to) || len(seen) < most) {
					seen[to] = path
					queue = append(queue, to)
				}
			}
		}
	}
	for _, p := range town.Library.Offered().Packs {
		clauses += len(p.Clauses)
	}
	if len(common) < clauses {
		t.Errorf("%d pages are linked, fewer than the %d clauses", len(common), clauses)
	}
}

// most is how many addresses of his own are tried as one person; there are as many pages of people as people.
const most = 300

// everybodys says whether a page is the same for all who may read it.
func everybodys(path string) bool {
	return strings.HasPrefix(path, "/clause/") || strings.HasPrefix(path, "/document/") || strings.HasPrefix(path, "/duties/")
}

// fullTown is みなと市 with its doors.
type fullTown struct {
	*app.App
	t     *testing.T
	site  http.Handler
	chart *org.Chart
	staff []org.Person
	in    map[string]string // cookies of those who have come in, by number
}

func openTown(t *testing.T) *fullTown {
	t.Helper()
	return openTownIn(t, app.Place{DB: "sqlite:" + filepath.Join(t.TempDir(), "sekimori.db")})
}

func openTownIn(t *testing.T, at app.Place) *fullTown {
	t.Helper()
	a, err := app.Open(t.Context(), at, shipped(t))
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	t.Cleanup(func() { _ = a.Close() }) // the folder goes with the test
	today := jpdate.Today(a.DB.Now())
	if err := minato.Build(t.Context(), minato.Program{Log: a.Log, Library: a.Library, People: a.People, Ledgers: a.Ledgers}, minato.Options{Assets: 2, Size: minato.Small, Today: today}); err != nil {
		t.Fatal(errs.Message(err))
	}
	if err := a.Log.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := &fullTown{App: a, t: t, in: map[string]string{}}
	if w.site, err = a.Handler("みなと市"); err != nil {
		t.Fatal(err)
	}
	err = a.DB.View(t.Context(), func(r db.Reader) error {
		set, err := a.Library.InForce(t.Context(), r, today)
		if err != nil {
			return err
		}
		v := org.View{On: today, Now: db.At(a.DB.Now())}
		if w.chart, err = org.LoadChart(t.Context(), r, v, append(set.OrgRules(), access.Rules())); err != nil {
			return err
		}
		w.staff, _, err = v.People(t.Context(), r, org.PeopleQuery{Limit: 1000})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// holder is the number of somebody who holds a role himself; of somebody who holds none for "".
func (w *fullTown) holder(role string) string {
	w.t.Helper()
	for _, p := range w.staff {
		held := w.chart.Authorities(p.Person)
		if role == "" && len(held) == 0 || slices.ContainsFunc(held, func(h org.Holding) bool { return h.Role.ID == role && h.As != org.AsDeputy }) {
			return p.Number
		}
	}
	w.t.Fatalf("nobody holds %q", role)
	return ""
}

// enter lets somebody in by the office's own door, with a second factor, and gives his cookie.
func (w *fullTown) enter(number string) string {
	w.t.Helper()
	if w.in[number] == "" {
		w.in[number] = w.come(number)
	}
	return w.in[number]
}

// come lets somebody in anew.
func (w *fullTown) come(number string) string {
	w.t.Helper()
	in, err := w.Accounts.SignInKnown(w.t.Context(), account.Known{Number: number, How: account.ByOIDC, Factor: true, Visit: account.Visit{Address: "127.0.0.1"}})
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
	if err := w.Log.Settle(w.t.Context()); err != nil { // coming in may have made him an account
		w.t.Fatal(err)
	}
	return "sekimori=" + in.Token
}

func (w *fullTown) get(number, path string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://127.0.0.1"+path, nil)
	r.Header.Set("Cookie", w.enter(number))
	answer := httptest.NewRecorder()
	w.site.ServeHTTP(answer, r)
	return answer
}
