package policy_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/policy"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/tiny"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

// opened is the feature on a new database, as the program would open it.
type opened struct {
	*policy.Service
	log  *trail.Log
	site http.Handler
}

func open(t *testing.T, set *regime.Set) opened {
	t.Helper()
	schemas := []db.Schema{{Module: "trail", FS: trail.Schema()}, {Module: "clause", FS: clause.Schema()}, {Module: "setting", FS: setting.Schema()}, {Module: "regime", FS: regime.Schema()}}
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, schemas), schemas)
	log := trail.New(d)
	s := policy.New(log, regime.NewLibrary(set, nil))
	site, err := web.New(web.Config{
		Product: "関守", Parts: []web.Part{policy.Module(s).Part}, Log: slog.New(slog.DiscardHandler), Ready: d.Check,
		Identify: func(*http.Request) (*access.Actor, error) { return access.NewProgram("local:reader"), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return opened{s, log, site}
}

// imports takes in the text of the tiny regime.
func (o opened) imports(t *testing.T) {
	t.Helper()
	packs, err := o.Packs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Import(t.Context(), access.NewProgram("cli:test"), packs[0], tiny.Text, false); err != nil {
		t.Fatal(errs.Message(err))
	}
}

func tinySet(t *testing.T) *regime.Set {
	t.Helper()
	set, err := regime.Load(tiny.Regimes(), nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	return set
}

func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+path, nil))
	return w
}

// page gets a page that must be there and keep the rules of every page.
func page(t *testing.T, h http.Handler, path string) webtest.Node {
	t.Helper()
	w := get(t, h, path)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d", path, w.Code)
	}
	webtest.Rules(t, w.Body.Bytes())
	return webtest.Parse(t, w.Body.Bytes())
}

func TestTemplatesFitTheirViews(t *testing.T) {
	t.Parallel()
	webtest.Parts(t, policy.Module(policy.New(trail.New(nil), regime.NewLibrary(tinySet(t), nil))).Part)
}

func TestEveryPageOfTheTinyRegime(t *testing.T) {
	t.Parallel()
	a := open(t, tinySet(t))
	h := a.site
	paths := []string{
		"/policy", "/regime/kodama", "/regime/kodama/roles", "/regime/kodama/classes", "/regime/kodama/settings", "/regime/kodama/kinds", "/regime/kodama/defects",
		"/document/kodama/rules/4", "/clause/kodama/rules:4/2", "/duties", "/duties/kodama", "/duties/kodama/anyone", "/search", "/search?q=館長",
	}
	for _, path := range paths {
		page(t, h, path)
	}
	a.imports(t)
	for _, path := range paths {
		page(t, h, path)
	}
	for _, path := range []string{"/regime/nix", "/document/kodama/rules/99", "/document/kodama/nix/1", "/clause/kodama/rules:9/9", "/clause/kodama/nix", "/duties/kodama/nix", "/nix"} {
		if w := get(t, h, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, w.Code)
		}
	}
}

func TestAClauseShowsItsDutiesAndAfterTheImportItsText(t *testing.T) {
	t.Parallel()
	a := open(t, tinySet(t))
	h := a.site
	before := page(t, h, "/document/kodama/rules/4").Text()
	for _, want := range []string{
		"第4条第1項", "等級の高い利用記録を持ち出す前に、館長の許可を得る", "秘匿が3以上のとき", "持ち出した日より前に決裁を終えている", "主語がない",
		"まだ取り込まれていません", "持ち出した者", "はい",
	} {
		if !strings.Contains(before, want) {
			t.Errorf("before the import %q is missing", want)
		}
	}
	a.imports(t)
	after := page(t, h, "/document/kodama/rules/4")
	if got := after.Text(); strings.Contains(got, "まだ取り込まれていません") || !strings.Contains(got, "だれも、借りた人の名前を館の外で話してはならない。") {
		t.Error("after the import the text is not there, or the notice still is")
	}
	one := page(t, h, "/clause/kodama/rules:4/2")
	if got := one.Text(); !strings.Contains(got, "kodama/rules:4/2") || !strings.Contains(got, "第4条第2項第1号") {
		t.Errorf("the page of a clause lacks its id or what stands below it: %s", got)
	}
}

func TestDutiesOfARoleIncludeThoseOfItsCollective(t *testing.T) {
	t.Parallel()
	files := tinySet(t)
	b := policy.NewBook(files.Packs[0], nil)
	h := open(t, files).site
	if got := page(t, h, "/duties/kodama/librarian").Text(); !strings.Contains(got, "作った利用記録の等級を台帳に書く") || !strings.Contains(got, "課の長") {
		t.Errorf("the page of a role: %s", got)
	}
	if len(b.Duties) != 5 {
		t.Errorf("duties: %d", len(b.Duties))
	}
}

// TestSearchFindsWhatAScanFinds compares the search with reading every clause, over words of
// the texts themselves.
func TestSearchFindsWhatAScanFinds(t *testing.T) {
	t.Parallel()
	a := open(t, tinySet(t))
	a.imports(t)
	b, err := a.Book(t.Context(), "kodama")
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{"館長": 4, "台帳": 2, "館長　許可": 1, "kodama": 0, "４/２": 3, "４条第２項": 3, "": 0, "　": 0, "いない言葉": 0} {
		if got := b.Search(query); len(got) != want {
			t.Errorf("%q: %d clauses, want %d", query, len(got), want)
		}
	}
}

func TestSearchPageSaysHowManyAndRefusesLongQueries(t *testing.T) {
	t.Parallel()
	h := open(t, tinySet(t)).site
	if got := page(t, h, "/search?q=館長").One(t, "#results").Text(); !strings.Contains(got, "「館長」を含む条項は") {
		t.Errorf("results: %s", got)
	}
	if got := page(t, h, "/search?q="+strings.Repeat("あ", 101)).Text(); !strings.Contains(got, "100字まで") {
		t.Errorf("a long query: %s", got)
	}
	if got := page(t, h, "/search?q=%3Cscript%3E").Text(); !strings.Contains(got, "「<script>」を含む条項は0件") {
		t.Errorf("a query with markup: %s", got)
	}
}

// TestSettingsSayWhatIsDecided: a value is a proposal until the body has decided, then it bears number and day.
func TestSettingsSayWhatIsDecided(t *testing.T) {
	t.Parallel()
	set := tinySet(t)
	a := open(t, set)
	const path = "/regime/kodama/settings"
	before := page(t, a.site, path).Text()
	if !strings.Contains(before, "（2件）") || strings.Count(before, "まだ決まっていません") != 2 || !strings.Contains(before, "12か月 提案") {
		t.Errorf("before the decision: %s", before)
	}
	decide := func(key, value string, from jpdate.Date) {
		t.Helper()
		err := a.log.Do(t.Context(), trail.Act{Actor: "cli:test", Name: "setting.record"}, func(tx *trail.Tx) error {
			_, err := setting.Enter(t.Context(), tx, set.Settings(nil),
				setting.Proposal{By: "cli:test", Title: "標準運用値", From: from, Wishes: map[string]setting.Wish{key: {Value: []string{value}}}, Rest: setting.RestLeftOut},
				setting.Decision{By: "cli:test", Elsewhere: true, Number: "デ第7号", On: jpdate.New(2025, 3, 1), From: from})
			return err
		})
		if err != nil {
			t.Fatal(errs.Message(err))
		}
	}
	decide("kodama.rule-review", "6", jpdate.New(2025, 4, 1))
	decide("kodama.record-check", "3", jpdate.New(9000, 4, 1))
	after := page(t, a.site, path).Text()
	for _, want := range []string{"（1件）", "6か月 デ第7号 令和7年3月1日決裁、令和7年4月1日施行", "12か月 提案 まだ決まっていません", "から3か月（決裁 デ第7号）"} {
		if !strings.Contains(after, want) {
			t.Errorf("after the decision %q is missing: %s", want, after)
		}
	}
}
