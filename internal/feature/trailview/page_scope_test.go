package trailview_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
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
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/town"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
	packs "sekimori/regime"
)

const lines = `
unit 0000 市     body    kobe-city   -
unit 1000 港湾局 bureau  kobe-city   0000
unit 1100 港湾課 section kobe-city   1000
unit 1200 海岸課 section kobe-city   1000
unit 2100 情報課 section kobe-city   0000
unit 8000 教委   body    kobe-school -
unit 9001 東小   school  kobe-school 8000
post 局長 2 head
post 課長 4 head
post 校長 4 head
post 情報政策担当課長 4
post 係員 7
assign 港湾局長 1000 局長 main
assign 港湾課長 1100 課長 main
assign 港湾係員 1100 係員 main
assign 海岸課長 1200 課長 main
assign 政策課長 2100 情報政策担当課長 main
assign 監査役 2100 係員 main
assign 東校長 9001 校長 main
deputy kobe-city information-manager 1200 海岸課長 港湾課長
designate sekimori auditor b: 監査役
`

// office is a town whose trail is read by the people in it.
type office struct {
	world
	*town.Town
	gate *access.Gate
	name *string // of who reads
}

func openOffice(t *testing.T, engine db.Engine) *office {
	t.Helper()
	ctx := t.Context()
	schemas := []db.Schema{
		{Module: "trail", FS: trail.Schema()},
		{Module: "org", FS: org.Schema()},
		{Module: "access", FS: access.Schema()},
		{Module: "job", FS: job.Schema()},
		{Module: "trailview", FS: trailview.Schema()},
	}
	d := testkit.Open(t, testkit.DSN(t, engine, schemas), schemas)
	store, err := trail.OpenStore(ctx, d, t.TempDir())
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	set, err := regime.Load(packs.FS(), nil)
	if err != nil {
		t.Fatal(err)
	}
	rules := append(set.OrgRules(), access.Rules())
	tables := func(context.Context) ([]trail.Audited, error) {
		return append(org.Audited(), trailview.Audited()...), nil
	}
	o := &office{name: new(string), gate: access.NewGate(&org.Charts{}, func(context.Context, db.Reader) ([]org.Rules, error) { return rules, nil })}
	o.log = trail.New(d).With(store).Follow(trail.Things())
	if err := o.log.Begin(ctx, "cli:test"); err != nil {
		t.Fatal(err)
	}
	o.Town = town.Build(t, o.log, town.Lines(lines)...)
	o.Clock.Set(t, "2025-04-02T09:00:00+09:00")
	o.jobs = job.New(d, trailview.Job(o.log, tables))
	roles := map[string]string{}
	for _, r := range rules {
		for _, role := range r.Roles {
			roles[r.Regime+"/"+role.ID] = role.Title
		}
	}
	kind := func(title string, called ...string) feature.KindWords {
		return feature.KindWords{Title: title, Called: called, Columns: map[string]string{"name": "名称", "code": "コード"}, Href: func(string) string { return "/people/import/x" }, May: access.PeopleImport}
	}
	words := trailview.NewWords(trailview.Words(), feature.Words{
		Acts:  map[string]string{"test": "町をつくる", "code.put": "コードを置く"},
		Kinds: map[string]feature.KindWords{"unit": kind("組織"), "person": kind("職員"), "assignment": kind("発令", "person", "unit"), "code": kind("コード")},
		Names: func(ctx context.Context, r db.Reader, now db.Time, ids []string) (map[string]string, error) {
			return org.View{Now: now}.Names(ctx, r, ids)
		},
		Actors: func(_ context.Context, _ db.Reader, _ db.Time, words string) ([]string, error) {
			if x, ok := o.IDs["person "+words]; ok {
				return []string{access.PersonName(x)}, nil
			}
			return nil, nil
		},
		Roles: roles,
	})
	o.site, err = web.New(web.Config{
		Product: "関守", Parts: []web.Part{trailview.Module(trailview.New(o.log, o.jobs), words).Part}, Log: slog.New(slog.DiscardHandler), Ready: d.Check,
		Identify: func(*http.Request) (*access.Actor, error) { return o.actor(), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// as has somebody read; "" is a command.
func (o *office) as(name string) *access.Actor {
	*o.name = name
	return o.actor()
}

func (o *office) actor() (a *access.Actor) {
	if *o.name == "" {
		return access.NewProgram("cli:root")
	}
	if err := o.log.DB().View(o.Context(), func(r db.Reader) (err error) {
		a, err = o.gate.Person(o.Context(), r, o.ID("person", *o.name), db.At(o.Clock.Now()))
		return err
	}); err != nil {
		o.Fatal(err)
	}
	return a
}

// put writes a code of a unit by an act of somebody, on his authority there.
func (o *office) put(by string, c org.Code) org.Code {
	o.Helper()
	a := o.as(by)
	if err := o.log.Do(o.Context(), trail.Act{Actor: a.Name, Name: "code.put"}, func(tx *trail.Tx) error {
		if by != "" {
			if err := a.Authorize(o.Context(), tx, access.DeputyName, c.Home); err != nil {
				return err
			}
		}
		if c.ID == "" {
			c.Statement = org.AtOnce(tx).State(c.Home, o.Day("2025-04-01"), org.Open())
		}
		return org.Codes.Put(o.Context(), tx, c)
	}); err != nil {
		o.Fatal(err)
	}
	c.Version++
	return c
}

func scopeHas(t *testing.T, o *office, s access.Scope, home string) (has bool, err error) {
	t.Helper()
	err = o.log.DB().View(t.Context(), func(r db.Reader) (err error) {
		has, err = s.Has(t.Context(), r, home)
		return err
	})
	return has, err
}

// TestReadersSeeTheirTrail: acts, entries, counts, histories and receipts of things that are in the reader's scope now, and no
// others; the same in every way to them.
func TestReadersSeeTheirTrail(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			o := openOffice(t, engine)
			moved := o.put("港湾課長", org.Code{Statement: org.Statement{Row: trail.Row{Home: o.Home("1100")}}, Code: "移るもの"})
			moved.Home = o.Home("1200")
			o.put("", moved) // by a command, since it goes elsewhere
			o.put("港湾課長", org.Code{Statement: org.Statement{Row: trail.Row{Home: o.Home("1200")}}, Code: "代行の印"})
			o.put("", org.Code{Statement: org.Statement{Row: trail.Row{Home: "c:1"}}, Code: "秘密の事案"})
			if err := o.log.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			o.put("港湾課長", org.Code{Statement: org.Statement{Row: trail.Row{Home: o.Home("1100")}}, Code: "番号待ち"})
			o.put("", org.Code{Statement: org.Statement{Row: trail.Row{Home: "c:2"}}, Code: "秘密の別の事案"})

			type entry struct {
				Act     id.ID  `db:"act"`
				Kind    string `db:"kind"`
				Thing   string `db:"thing"`
				Version int64  `db:"version"`
				Home    string `db:"home"`
			}
			var all []entry
			if err := o.log.DB().View(t.Context(), func(r db.Reader) (err error) {
				all, err = db.List[entry](t.Context(), r, `select e.act, e.kind, e.thing, e.version, t.home from trail_entry e join trail_thing t on t.kind = e.kind and t.thing = e.thing order by e.seq`)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			status := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}
			for who, some := range map[string]int{"": 30, "監査役": 30, "政策課長": 20, "港湾局長": 10, "港湾課長": 5, "海岸課長": 3, "東校長": 3} {
				scope := o.as(who).Scope(access.TrailRead)
				acts, seen := map[id.ID]int{}, 0
				for _, e := range all {
					shown, err := scopeHas(t, o, scope, e.Home)
					if err != nil {
						t.Fatal(err)
					}
					if acts[e.Act] += 0; shown {
						acts[e.Act]++
						seen++
					}
					o.get(t, "/trail/thing/"+e.Kind+"/"+e.Thing, status[shown])
					o.get(t, fmt.Sprintf("/trail/receipt/%s/%d/%s", e.Kind, e.Version, e.Thing), status[shown])
				}
				if seen < some {
					t.Errorf("%q sees %d entries", who, seen)
				}
				list := o.page(t, "/trail")
				for act, n := range acts {
					o.get(t, "/trail/act/"+string(act), status[n > 0])
					if n > 1 && !strings.Contains(list, fmt.Sprintf("町をつくる %d件", n)) {
						t.Errorf("%q: the list does not count %d: %s", who, n, list)
					}
				}
				if got := strings.Contains(list, "番号待ち"); got != scope.Every() {
					t.Errorf("%q sees what has no number yet: %v", who, got)
				}
				if strings.Contains(list, "秘密") {
					t.Errorf("%q sees a closed case", who)
				}
				o.get(t, "/trail/state", status[scope.Body()])
				o.get(t, "/trail/checkpoint", status[scope.Body()])
				if got := strings.Contains(list, "証跡の状態と検証"); got != scope.Body() {
					t.Errorf("%q is led to the state: %v", who, got)
				}
				for _, e := range all {
					if seen, err := scopeHas(t, o, scope, e.Home); err != nil || !seen || e.Kind != "unit" {
						continue
					}
					if got := strings.Contains(o.page(t, "/trail/thing/unit/"+e.Thing), "いまの内容を見る"); got != o.actor().Can(access.PeopleImport) {
						t.Errorf("%q is led to a page: %v", who, got)
					}
				}
			}
			o.as("港湾係員")
			for _, path := range []string{"/trail", "/trail/thing/code/x", "/trail/state"} {
				o.get(t, path, http.StatusForbidden)
			}
		})
	}
}

// TestWhoDidItInWords: actors by name, on which authority and for whom, and found by name.
func TestWhoDidItInWords(t *testing.T) {
	t.Parallel()
	o := openOffice(t, db.SQLite)
	o.put("港湾課長", org.Code{Statement: org.Statement{Row: trail.Row{Home: o.Home("1100")}}, Code: "A"})
	o.put("港湾課長", org.Code{Statement: org.Statement{Row: trail.Row{Home: o.Home("1200")}}, Code: "B"})
	if err := o.log.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.as("監査役")
	for path, want := range map[string][2]string{
		"/trail":                                 {"コードを置く B コード 港湾課長", "person:"},
		"/trail?kind=code":                       {"港湾課長", "person:"},
		"/trail?actor=港湾課長":                      {"コードを置く", "町をつくる"},
		"/trail?actor=だれか":                       {"この条件に合う記録はありません。", "コードを置く"},
		"/trail?actor=" + o.as("港湾課長").Name:      {"コードを置く", "町をつくる"},
		"/trail?act=code.put&actor=海岸課長":         {"この条件に合う記録はありません。", "港湾課長 "},
		"/trail?actor=cli:jinji&kind=assignment": {"東校長 東小", "コードを置く"},
	} {
		o.as("監査役")
		text := webtest.Parse(t, o.get(t, path, http.StatusOK).Body.Bytes()).One(t, "#results").Text()
		if !strings.Contains(text, want[0]) || strings.Contains(text, want[1]) {
			t.Errorf("%s says not %q or %q: %s", path, want[0], want[1], text)
		}
	}
	var acts []id.ID
	if err := o.log.DB().View(t.Context(), func(r db.Reader) (err error) {
		acts, err = db.List[id.ID](t.Context(), r, `select id from trail_act where name = 'code.put' order by id`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	o.as("監査役")
	for i, want := range []string{"情報管理者（港湾課）", "情報管理者（海岸課）、海岸課長の代行"} {
		if text := o.page(t, "/trail/act/"+string(acts[i])); !strings.Contains(text, "どの立場で "+want) {
			t.Errorf("not %q: %s", want, text)
		}
	}
}
