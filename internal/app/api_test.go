package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sekimori/internal/app"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	village "sekimori/internal/testkit/town"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

// villagers are a small city and a school, with somebody of each class of actors.
const villagers = `
unit 0000 市     body    kobe-city   -
unit 1000 港湾局 bureau  kobe-city   0000
unit 1100 港湾課 section kobe-city   1000
unit 1110 管理係 team    kobe-city   1100
unit 1200 海岸課 section kobe-city   1000
unit 8000 教委   body    kobe-school -
unit 9001 東小   school  kobe-school 8000
system S1 台帳 1110 kobe-city
post 局長 2 head
post 課長 4 head
post 校長 4 head
post 係員 7
post 情報化統括責任者 1
assign 係員 1110 係員 main
assign 局長 1000 局長 main
assign 課長 1100 課長 main
assign 代行 1110 係員 main
assign 隣人 1200 係員 main
assign 校長 9001 校長 main
assign 最高 0000 情報化統括責任者 main
assign 監査 1200 係員 main
deputy kobe-city information-manager 1100 課長 代行
designate sekimori auditor b: 監査
`

// asking is the API of the village as its actors see it.
type asking struct {
	*village.Town
	spec webtest.Spec
	site http.Handler
	gate *access.Gate
}

func programs(t *testing.T, d *db.DB) *asking {
	t.Helper()
	ctx, set := t.Context(), shipped(t)
	a := app.Assemble(d, nil, set)
	store, err := trail.OpenStore(ctx, d, t.TempDir())
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	d.Now = testkit.NewClock(t, "2025-04-01T00:00:00+09:00").Now
	if err := a.Log.With(store).Begin(ctx, "system:test"); err != nil {
		t.Fatal(err)
	}
	w := &asking{Town: village.Build(t, a.Log, village.Lines(villagers)...)}
	w.Clock.Set(t, "2025-04-02T09:00:00+09:00")
	if err := a.Log.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	rules := append(set.OrgRules(), access.Rules())
	w.gate = access.NewGate(&org.Charts{}, func(context.Context, db.Reader) ([]org.Rules, error) { return rules, nil })
	var parts []web.Part
	for _, m := range a.Modules() {
		parts = append(parts, m.Part)
	}
	description, err := web.OpenAPI(parts...)
	if err != nil {
		t.Fatal(err)
	}
	w.spec = webtest.ReadSpec(t, description)
	w.site, err = web.New(web.Config{Parts: parts, Log: slog.New(slog.DiscardHandler), Ready: d.Check, Identify: func(r *http.Request) (*access.Actor, error) {
		return w.actor(r.Context(), r.Header.Get("Test-Actor")), nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// actors are who asks: people, and others by what they are.
func actors() []string {
	return []string{"課長", "代行", "係員", "隣人", "局長", "校長", "最高", "監査", "キー", "途中", "端末", "未入場"}
}

func (w *asking) actor(ctx context.Context, name string) (a *access.Actor) {
	w.Helper()
	err := w.Log.DB().View(ctx, func(r db.Reader) (err error) {
		now := db.At(w.Clock.Now())
		switch name {
		case "未入場":
			a = access.Visitor()
		case "端末":
			a, err = w.gate.Place(ctx, r, "1", w.ID("unit", "1100"), now)
		case "キー": // of the chief's, who may do more
			if a, err = w.gate.Person(ctx, r, w.ID("person", "課長"), now); err == nil {
				a = a.Limited([]access.Permission{access.OrgRead})
			}
		case "途中":
			if a, err = w.gate.Person(ctx, r, w.ID("person", "課長"), now); err == nil {
				a.Pending = "second factor"
			}
		default:
			a, err = w.gate.Person(ctx, r, w.ID("person", name), now)
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return a
}

func (w *asking) get(as, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(w.Context(), http.MethodGet, "http://127.0.0.1"+web.API+path, nil)
	r.Header.Set("Test-Actor", as)
	answer := httptest.NewRecorder()
	w.site.ServeHTTP(answer, r)
	return answer
}

// parts are what stands for each part of a path: all about the section of the chief, and the person who works in its team.
func (w *asking) parts() map[string]string {
	w.Helper()
	unit, act := "", ""
	err := w.Log.DB().View(w.Context(), func(r db.Reader) error {
		past, err := (org.View{On: w.Day("2025-04-02"), Now: db.At(w.Clock.Now())}).UnitHistory(w.Context(), r, w.ID("unit", "1100"))
		if err != nil {
			return err
		}
		unit = string(past[0].ID)
		versions, err := w.Log.History(w.Context(), r, "unit", unit, 0, 1, trail.Seen{Now: db.At(w.Clock.Now())})
		if err == nil {
			act = string(versions[0].Act)
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return map[string]string{
		"{regime}": "kobe-city", "{role}": "information-manager", "{code}": "1100", "{number}": w.number("係員"), "{kind}": "unit", "{thing}": unit, "{act}": act,
	}
}

func (w *asking) number(name string) string {
	w.Helper()
	var list struct{ Items []struct{ Number string } }
	if err := json.Unmarshal(w.get("監査", "/people?q="+url.QueryEscape(name)).Body.Bytes(), &list); err != nil || len(list.Items) != 1 {
		w.Fatalf("%s: %v %v", name, list, err)
	}
	return list.Items[0].Number
}

// TestWhoMayAskWhat walks all operations as one of each class of actors. What is new here is judged in review.
func TestWhoMayAskWhat(t *testing.T) {
	t.Parallel()
	testkit.Each(t, app.Schemas(), func(t *testing.T, d *db.DB) {
		w := programs(t, d)
		table := "操作 | " + strings.Join(actors(), " | ") + "\n"
		var patterns []string
		for pattern := range w.spec.Paths {
			patterns = append(patterns, pattern)
		}
		slices.Sort(patterns)
		parts := w.parts()
		for _, pattern := range patterns {
			path := pattern
			for part, is := range parts {
				path = strings.ReplaceAll(path, part, url.PathEscape(is))
			}
			if strings.Contains(path, "{") {
				t.Fatalf("nothing stands for a part of %s", path)
			}
			table += pattern
			for _, as := range actors() {
				answer := w.get(as, path)
				w.spec.Conforms(t, path, answer)
				table += fmt.Sprintf(" | %d", answer.Code)
			}
			table += "\n"
		}
		testkit.Golden(t, filepath.Join("testdata", "api-access.txt"), table)
	})
}

// TestAnyQueryIsAnswered: whatever a program sends, it is told what is wrong, and never that the fault is ours.
func TestAnyQueryIsAnswered(t *testing.T) {
	t.Parallel()
	testkit.Each(t, app.Schemas(), func(t *testing.T, d *db.DB) {
		w := programs(t, d)
		parts := w.parts()
		var patterns []string
		for pattern := range w.spec.Paths {
			patterns = append(patterns, pattern)
		}
		slices.Sort(patterns)
		odd := []string{
			"", " ", "0", "-1", "1", "200", "9223372036854775807", "9223372036854775808", "1e3", "%", "_", "'", `"`, "\\", "!", "港湾", "ﾐﾅﾄ", "𠮷", "🚢",
			"2025-04-01", "R7.4.1", "9999-12-31", "0000-00-00", "0001-01-01", "--", "a b", "a/b", "..", "null", "true", "\t", "\n", "\x7f", "\u202e", strings.Repeat("長", 99),
			parts["{thing}"], parts["{act}"], string(w.ID("unit", "1100")), string(w.ID("person", "隣人")), "kobe-city", "kobe-city@5.5", "information-manager", "1100", "S1", "unit", "person",
		}
		value := rapid.OneOf(rapid.SampledFrom(odd), rapid.StringN(0, 40, 200))
		for _, pattern := range patterns {
			rapid.Check(t, func(r *rapid.T) { w.anything(r, pattern, parts, value) })
		}
	})
}

// anything asks one operation for anything.
func (w *asking) anything(r *rapid.T, pattern string, parts map[string]string, value *rapid.Generator[string]) {
	path := regexp.MustCompile(`\{\w+\}`).ReplaceAllStringFunc(pattern, func(part string) string {
		if rapid.Bool().Draw(r, "true "+part) {
			return url.PathEscape(parts[part])
		}
		return url.PathEscape(value.Draw(r, part))
	})
	query := url.Values{}
	for _, p := range w.spec.Paths[pattern]["get"].Parameters {
		if p.In == "query" && rapid.Bool().Draw(r, "with "+p.Name) {
			query.Set(p.Name, value.Draw(r, p.Name))
			if p.Name == "limit" && rapid.Bool().Draw(r, "true limit") {
				query.Set(p.Name, "2")
			}
		}
	}
	as := rapid.SampledFrom([]string{"最高", "課長", "監査"}).Draw(r, "as")
	answer := w.get(as, path+"?"+query.Encode())
	switch answer.Code {
	case http.StatusOK, http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound:
		if strings.HasPrefix(answer.Header().Get("Content-Type"), "application/") {
			return
		}
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect: // a path that is not clean
		return
	}
	r.Fatalf("%s asks %s?%s: %d %s", as, path, query.Encode(), answer.Code, answer.Body)
}

// TestEveryOperationCanBeRead: whoever writes a program finds in Japanese what each operation and each parameter is, and no
// operation is missing.
func TestEveryOperationCanBeRead(t *testing.T) {
	t.Parallel()
	described := webtest.ReadSpec(t, golden(t, "openapi.json"))
	japanese := regexp.MustCompile(`[\p{Hiragana}\p{Katakana}\p{Han}]`)
	operations := 1 // the description itself
	for _, m := range app.Assemble(nil, nil, shipped(t)).Modules() {
		for _, o := range m.Part.Operations {
			operations++
			d, ok := described.Paths[o.Path][strings.ToLower(o.Method)]
			if !ok {
				t.Errorf("%s is not described", o.Path)
			}
			words := map[string]string{"summary": d.Summary, "description": d.Description}
			for _, p := range d.Parameters {
				words[p.Name] = p.Description
			}
			for what, says := range words {
				if !japanese.MatchString(says) {
					t.Errorf("%s: %s is %q", o.Path, what, says)
				}
			}
		}
	}
	if len(described.Paths) != operations {
		t.Errorf("%d operations are described, there are %d", len(described.Paths), operations)
	}
}

// TestKeysOfPeople: a key is made by its owner, does on the running site no more than it was made for, and nothing once it was
// withdrawn, its owner's account is suspended, or its last day is over.
func TestKeysOfPeople(t *testing.T) {
	t.Parallel()
	w, ctx := openTown(t), t.Context()
	number := w.holder("information-manager")
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/", nil)
	r.Header.Set("Cookie", w.enter(number))
	owner, err := w.Doors.Identify(r)
	if err != nil {
		t.Fatal(err)
	}
	today := jpdate.Today(w.DB.Now())
	keys := make([]string, 3)
	for i := range keys {
		if keys[i], err = w.Doors.Keys.Make(ctx, owner, "集計", []access.Permission{access.OrgRead, access.PeopleRead}, today.AddDays(i)); err != nil {
			t.Fatal(errs.Message(err))
		}
	}
	ask := func(key, path string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1"+path, nil)
		r.Header.Set("Authorization", "Bearer "+key)
		answer := httptest.NewRecorder()
		w.site.ServeHTTP(answer, r)
		return answer
	}
	wants := func(when, key string, want int) {
		t.Helper()
		if answer := ask(key, web.API+"/me"); answer.Code != want {
			t.Errorf("%s: %d %s, want %d", when, answer.Code, answer.Body, want)
		}
	}
	var me struct {
		Keyed       bool
		Person      struct{ Number string }
		Permissions []struct{ ID access.Permission }
	}
	if err := json.Unmarshal(ask(keys[0], web.API+"/me").Body.Bytes(), &me); err != nil || !me.Keyed || me.Person.Number != number || len(me.Permissions) != 2 {
		t.Errorf("%v %+v", err, me)
	}
	for path, want := range map[string]int{
		web.API + "/people": 200, web.API + "/units": 200, web.API + "/regimes": 403, web.API + "/trail/acts": 403, web.API + "/people/" + w.holder("school-information-manager"): 404,
		"/people": 303, "/account": 303, "/org": 303, // on pages a key is nothing
	} {
		if answer := ask(keys[0], path); answer.Code != want || want == http.StatusSeeOther && !strings.HasPrefix(answer.Header().Get("Location"), "/signin") {
			t.Errorf("%s: %d, want %d", path, answer.Code, want)
		}
	}
	wants("a wrong key", keys[0][:len(keys[0])-1]+"!", http.StatusUnauthorized) // no key ends so
	if answer := w.get(number, web.API+"/me"); answer.Code != http.StatusOK || strings.Contains(answer.Body.String(), `"keyed":true`) {
		t.Errorf("by the session: %d", answer.Code)
	}

	held, err := view(t, w.App, func(r db.Reader) ([]account.HeldKey, error) { return w.Doors.Keys.List(ctx, r, owner.Account) })
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range held {
		if k.ExpiresAt == db.At(today.AddDays(2).Start()) {
			if err := w.Doors.Keys.Withdraw(ctx, owner, k.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	wants("the withdrawn one", keys[1], http.StatusUnauthorized)
	wants("the one of today", keys[0], http.StatusOK)
	wants("the last", keys[2], http.StatusOK)
	w.DB.Now = func() time.Time { return today.AddDays(1).Start() }
	wants("the one of yesterday", keys[0], http.StatusUnauthorized)
	wants("the last on the next day", keys[2], http.StatusOK)
	if err := w.Accounts.Suspend(ctx, access.NewProgram("cli:test"), owner.Account, "調査"); err != nil {
		t.Fatal(errs.Message(err))
	}
	wants("of a suspended account", keys[2], http.StatusUnauthorized)
}

func view[T any](t *testing.T, a *app.App, fn func(r db.Reader) (T, error)) (v T, err error) {
	t.Helper()
	err = a.DB.View(t.Context(), func(r db.Reader) (err error) {
		v, err = fn(r)
		return err
	})
	return v, err
}

// TestExamplesWork tries each example of doc/api.md in the village, as somebody who sees everything.
func TestExamplesWork(t *testing.T) {
	t.Parallel()
	schemas := app.Schemas()
	w := programs(t, testkit.Open(t, testkit.DSN(t, db.SQLite, schemas), schemas))
	values := map[string]string{"SITE": "", "UNIT": w.parts()["{thing}"], "NUMBER": w.number("係員")}
	example := regexp.MustCompile(`(?m)^curl -s -H "Authorization: Bearer \$KEY" (-G --data-urlencode "(\w+)=([^"]*)" )?"([^"]*)"$`)
	text := string(golden(t, "api.md"))
	found := example.FindAllStringSubmatch(text, -1)
	for _, x := range found {
		path, ok := strings.CutPrefix(os.Expand(x[4], func(name string) string { return values[name] }), web.API)
		if x[1] != "" {
			path += "?" + url.Values{x[2]: {x[3]}}.Encode()
		}
		answer := w.get("最高", path)
		w.spec.Conforms(t, path, answer)
		if !ok || answer.Code != http.StatusOK || strings.Contains(answer.Body.String(), `"items":[]`) {
			t.Errorf("%s: %d %s", x[0], answer.Code, answer.Body)
		}
	}
	if n := strings.Count(text, "curl -s"); n != len(found) || n == 0 {
		t.Errorf("%d examples, of which %d can be tried", n, len(found))
	}
}

func golden(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(testkit.Root(t), "doc", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
