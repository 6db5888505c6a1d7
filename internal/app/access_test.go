package app_test

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/app"
	"sekimori/internal/feature/signin"
	"sekimori/internal/kernel/access"
	"sekimori/internal/testkit"
	"sekimori/internal/web"
)

// classes are the columns of doc/access.golden.
func classes() []string {
	return []string{own, deputy, sibling, above, below, otherRegime, named, place, signedOut}
}

// asked is one route or operation of the program.
type askedRoute struct {
	method, pattern string
	permission      access.Permission
	operation       bool
}

func (a askedRoute) String() string { return a.method + " " + a.pattern }

// askedRoutes lists every route and operation, those that only read first: a post may end the sessions of who sends it.
func askedRoutes(a *app.App) []askedRoute {
	var all []askedRoute
	for _, m := range a.Modules() {
		for _, r := range m.Part.Routes {
			all = append(all, askedRoute{r.Method, r.Pattern, r.Permission, false})
		}
		for _, o := range m.Part.Operations {
			all = append(all, askedRoute{o.Method, web.API + o.Path, o.Permission, true})
		}
	}
	all = append(all, askedRoute{http.MethodGet, web.API + "/openapi.json", access.Member, true})
	slices.SortStableFunc(all, func(a, b askedRoute) int { return cmp.Compare(a.method, b.method) })
	return all
}

// ask sends a request for a route as one of a class, and gives the status. A post has an empty form, and a session of its own,
// since it may end it.
func (w *accessTown) ask(server *httptest.Server, route askedRoute, class string) int {
	w.t.Helper()
	path := route.pattern
	if route.method == http.MethodPost && strings.Contains(path, "{recovery}") { // the one before may be decided
		w.parts["{recovery}"] = w.recovery()
	}
	for part, is := range w.parts {
		path = strings.ReplaceAll(path, part, is)
	}
	if strings.Contains(path, "{") {
		w.t.Fatalf("nothing stands for a part of %s", path)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), route.method, server.URL+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if route.method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if cookie := w.cookie(class, route.method == http.MethodPost); cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode
}

// accessTable is the status of each class by route.
type accessTable map[string][]string

// line is a line of the golden.
func line(route string, status []string) string {
	return strings.TrimRight(fmt.Sprintf("%-62s %s", route, columns(status)), " ")
}

func columns(words []string) string {
	var b strings.Builder
	for i, class := range classes() {
		fmt.Fprintf(&b, "%-*s ", max(len(class), 3), words[i])
	}
	return strings.TrimRight(b.String(), " ")
}

// goldenAccess reads doc/access.golden.
func goldenAccess(t *testing.T) accessTable {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testkit.Root(t), "doc", "access.golden"))
	if err != nil {
		t.Fatal(err)
	}
	table := accessTable{}
	for i, l := range strings.Split(string(text), "\n") {
		words := strings.Fields(l)
		switch {
		case l == "" || strings.HasPrefix(l, "#"):
		case len(words) != len(classes())+2 || table[words[0]+" "+words[1]] != nil:
			t.Fatalf("access.golden:%d: %q", i+1, l)
		default:
			table[words[0]+" "+words[1]] = words[2:]
		}
	}
	return table
}

// differences are the lines that would have to be put into the golden, and those that would have to go.
func (golden accessTable) differences(now accessTable) []string {
	var lines []string
	for _, route := range slices.Sorted(maps.Keys(now)) {
		if !slices.Equal(golden[route], now[route]) {
			lines = append(lines, "+ "+line(route, now[route]))
		}
	}
	for _, route := range slices.Sorted(maps.Keys(golden)) {
		if now[route] == nil {
			lines = append(lines, "- "+line(route, golden[route]))
		}
	}
	return lines
}

// TestEveryRouteAnswersEachClassAsTheGoldenSays sends a request to every route of the running program as one of each class of actors.
// doc/access.golden is changed by hand alone, since each change is a decision about who sees what.
func TestEveryRouteAnswersEachClassAsTheGoldenSays(t *testing.T) {
	t.Parallel()
	w := openAccessTown(t)
	server := httptest.NewServer(w.site)
	t.Cleanup(server.Close)
	now := accessTable{}
	for _, route := range askedRoutes(w.App) {
		var status []string
		for _, class := range classes() {
			status = append(status, fmt.Sprint(w.ask(server, route, class)))
		}
		now[route.String()] = status
	}
	if diff := goldenAccess(t).differences(now); len(diff) > 0 {
		t.Errorf("doc/access.golden differs from what the server answers; where that is right, change it by hand:\n  %s\n%s", line("", classes()), strings.Join(diff, "\n"))
	}
}

// TestNoPermissionCanBeLeftOutUnseen makes a copy of the program whose every page asks for no permission, and compares it route by
// route with the golden: whichever of them lost its permission alone, the test above would fail.
func TestNoPermissionCanBeLeftOutUnseen(t *testing.T) {
	t.Parallel()
	w := openAccessTown(t)
	golden := goldenAccess(t)
	loose := func(page, operation access.Permission) (*httptest.Server, error) {
		c := web.Config{Product: "関守", Body: "みなと市", Log: slog.New(slog.DiscardHandler), Ready: w.DB.Check, Identify: w.Doors.Identify, SignIn: "/signin", Step: signin.Step}
		for _, m := range w.Modules() {
			part := m.Part
			part.Routes, part.Operations = slices.Clone(part.Routes), slices.Clone(part.Operations)
			for i := range part.Routes {
				part.Routes[i].Permission = page
			}
			for i := range part.Operations {
				part.Operations[i].Permission = operation
			}
			c.Parts = append(c.Parts, part)
		}
		h, err := web.New(c)
		if err != nil {
			return nil, err
		}
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return server, nil
	}
	for _, p := range []access.Permission{"", access.Anyone, access.Entering} { // an operation always asks who it is
		if _, err := loose(access.Anyone, p); err == nil {
			t.Errorf("the API is built with %q for a permission", p)
		}
	}
	if _, err := loose("", access.Member); err == nil {
		t.Error("pages are built without a permission")
	}
	server, err := loose(access.Anyone, access.Member)
	if err != nil {
		t.Fatal(err)
	}
	asBefore := map[string]string{ // what answers the same without its permission, and why
		"POST /account/factors/withdraw": "the page that says what is wrong with the form shows one's own account, and refuses who has none",
		"GET /api/v1/trail/checkpoint":   "what gives it asks for the permission again, for the whole body",
		"POST /account/keys/withdraw":    "the page that says what is wrong with the form shows one's own account, and refuses who has none",
	}
	for _, route := range askedRoutes(w.App) {
		if route.permission == access.Anyone || route.permission == access.Member {
			continue // there is nothing to leave out
		}
		if route.operation && everyonesPermission(w, route.permission) {
			continue // and here nothing is lost: everybody has it who can ask the API at all
		}
		if golden[route.String()] == nil {
			t.Errorf("%s is not in the golden", route)
			continue
		}
		now := maps.Clone(golden)
		for i, class := range slices.Backward(classes()) {
			now[route.String()] = slices.Clone(golden[route.String()])
			now[route.String()][i] = fmt.Sprint(w.ask(server, route, class))
			if len(golden.differences(now)) > 0 {
				break
			}
		}
		why, same := asBefore[route.String()]
		if (len(golden.differences(now)) == 0) != same {
			t.Errorf("without %s, %s answers all classes as before: %v, %q", route.permission, route, !same, why)
		}
	}
}

// everyonesPermission says whether each person of the town has a permission by a role of everyone.
func everyonesPermission(w *accessTown, p access.Permission) bool {
	for _, pack := range w.Library.Offered().Packs {
		for _, r := range pack.Roles {
			if len(r.Everyone) > 0 && !slices.Contains(r.May, string(p)) {
				return false
			}
		}
	}
	return true
}
