package trailview_test

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
	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/feature/trailview"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

func words() feature.Words {
	return trailview.NewWords(trailview.Words(), feature.Words{
		Acts: map[string]string{"unit.make": "課を置く", "unit.rename": "課の名を改める"},
		Kinds: map[string]feature.KindWords{"unit": {
			Title: "組織", Columns: map[string]string{"name": "名称", "code": "組織コード"}, Href: func(thing string) string { return "/org/unit/" + thing },
		}},
		Names: func(context.Context, db.Reader, db.Time, []string) (map[string]string, error) { return nil, nil },
	})
}

// world is the feature on a database with a unit that was renamed, and with an act that is closed until later.
type world struct {
	site  http.Handler
	log   *trail.Log
	jobs  *job.Queue
	clock *testkit.Clock
	unit  string // the id of its statement
}

func open(t *testing.T, engine db.Engine) world {
	t.Helper()
	ctx := t.Context()
	schemas := []db.Schema{
		{Module: "trail", FS: trail.Schema()}, {Module: "org", FS: org.Schema()}, {Module: "job", FS: job.Schema()}, {Module: "trailview", FS: trailview.Schema()},
	}
	d := testkit.Open(t, testkit.DSN(t, engine, schemas), schemas)
	w := world{clock: testkit.NewClock(t, "2026-03-20T09:00:00+09:00")}
	d.Now = w.clock.Now
	store, err := trail.OpenStore(ctx, d, t.TempDir())
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	tables := func(context.Context) ([]trail.Audited, error) {
		return append(org.Audited(), trailview.Audited()...), nil
	}
	w.log = trail.New(d).With(store).Follow(trail.Things())
	if err := w.log.Begin(ctx, "cli:test"); err != nil {
		t.Fatal(err)
	}
	w.jobs = job.New(d, trailview.Job(w.log, tables))
	put := func(act trail.Act, make func(tx *trail.Tx) org.Unit) {
		t.Helper()
		if err := w.log.Do(ctx, act, func(tx *trail.Tx) error { return org.Units.Put(ctx, tx, make(tx)) }); err != nil {
			t.Fatal(err)
		}
	}
	var made org.Unit
	put(trail.Act{Actor: "cli:test", Name: "unit.make", Note: "新年度のため"}, func(tx *trail.Tx) org.Unit {
		made = org.Unit{Statement: org.AtOnce(tx).State(org.BodyHome, org.Open(), org.Open()), Unit: id.New(tx.Now), Name: "港湾課", Code: "0101", Kind: org.KindSection}
		return made
	})
	made.Version, made.Name = 1, "みなと<課>"
	put(trail.Act{Actor: "cli:test", Name: "unit.rename"}, func(*trail.Tx) org.Unit { return made })
	put(trail.Act{Actor: "cli:test", Name: "unit.make", Seal: "batch:1", Opens: db.At(w.clock.Now().AddDate(0, 0, 12))}, func(tx *trail.Tx) org.Unit {
		return org.Unit{Statement: org.AtOnce(tx).State(org.BodyHome, org.Open(), org.Open()), Unit: id.New(tx.Now), Name: "内緒課", Kind: org.KindSection}
	})
	if err := w.log.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	w.unit = string(made.ID)
	w.site, err = web.New(web.Config{
		Product: "関守", Parts: []web.Part{trailview.Module(trailview.New(w.log, w.jobs), words()).Part}, Log: slog.New(slog.DiscardHandler), Ready: d.Check,
		Identify: func(*http.Request) (*access.Actor, error) { return access.NewProgram("local:clerk"), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w world) get(t *testing.T, path string, want int) *httptest.ResponseRecorder {
	t.Helper()
	answer := httptest.NewRecorder()
	w.site.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+path, nil))
	if answer.Code != want {
		t.Fatalf("%s: %d, want %d: %s", path, answer.Code, want, answer.Body)
	}
	return answer
}

func (w world) page(t *testing.T, path string) string {
	t.Helper()
	answer := w.get(t, path, http.StatusOK)
	webtest.Rules(t, answer.Body.Bytes())
	return webtest.Parse(t, answer.Body.Bytes()).Text()
}

func TestTemplatesFitTheirViews(t *testing.T) {
	t.Parallel()
	webtest.Parts(t, trailview.Module(trailview.New(trail.New(nil), nil), words()).Part)
}

func TestActsAndHistories(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			w := open(t, engine)
			contains := func(path string, wanted ...string) {
				t.Helper()
				text := w.page(t, path)
				for _, want := range wanted {
					if !strings.Contains(text, want) {
						t.Errorf("%s does not say %q: %s", path, want, text)
					}
				}
			}
			contains("/trail", "課の名を改める", "みなと<課>", "コマンド（test）", "令和8年3月20日 09:00:00")
			contains("/trail?kind=unit", "みなと<課>", "港湾課", "第2版")
			contains("/trail?act=unit.make", "課を置く")
			contains("/trail?from=R8.3.21", "この条件に合う記録はありません。")
			contains("/trail?from=きのう", "「きのう」は日付として読めません")
			contains("/trail/thing/unit/"+w.unit, "組織", "名称", "港湾課", "みなと<課>", "第1版", "第2版", "受領証を受け取る", "いまの内容を見る")
			for _, path := range []string{"/trail/thing/unit/nobody", "/trail/thing/nothing/" + w.unit, "/trail/act/nobody", "/trail/receipt/unit/3/" + w.unit, "/trail/receipt/unit/x/" + w.unit} {
				w.get(t, path, http.StatusNotFound)
			}
			receipt := w.get(t, "/trail/receipt/unit/2/"+w.unit, http.StatusOK)
			if _, err := trail.ParseReceipt(receipt.Body.String()); err != nil || !strings.Contains(receipt.Header().Get("Content-Disposition"), "attachment") {
				t.Errorf("%v %v", err, receipt.Header())
			}
			if note := w.get(t, "/trail/checkpoint", http.StatusOK).Body.String(); !strings.HasPrefix(note, "sekimori/") {
				t.Errorf("checkpoint %q", note)
			}
		})
	}
}

// What bears a seal is nowhere before its hour, and everywhere from it on.
func TestSealedActsAreClosedUntilTheirHour(t *testing.T) {
	t.Parallel()
	w := open(t, db.SQLite)
	for _, path := range []string{"/trail", "/trail?kind=unit", "/trail?act=unit.make", "/trail?actor=cli:test"} {
		if text := w.page(t, path); strings.Contains(text, "内緒課") {
			t.Errorf("%s gives it away", path)
		}
	}
	w.clock.Set(t, "2026-04-01T09:00:00+09:00")
	for _, path := range []string{"/trail", "/trail?kind=unit"} {
		if text := w.page(t, path); !strings.Contains(text, "内緒課") {
			t.Errorf("%s still hides it", path)
		}
	}
}

// A verification is asked for on the screen, done by a job, and its result stands there and in the trail.
func TestVerification(t *testing.T) {
	t.Parallel()
	w := open(t, db.SQLite)
	if text := w.page(t, "/trail/state"); !strings.Contains(text, "まだ一度も検証していません") {
		t.Error(text)
	}
	answer := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/trail/state", strings.NewReader(url.Values{}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w.site.ServeHTTP(answer, r)
	if answer.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", answer.Code, answer.Body)
	}
	if text := w.page(t, "/trail/state"); !strings.Contains(text, "検証しています") {
		t.Error(text)
	}
	if err := w.jobs.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.log.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text := w.page(t, "/trail/state"); !strings.Contains(text, "異常なし") || !strings.Contains(text, "この端末（clerk）") {
		t.Error(text)
	}
	if text := w.page(t, "/trail"); !strings.Contains(text, "証跡を検証する") {
		t.Error(text)
	}
}
