package register_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit/tiny"
	"sekimori/internal/testkit/town"
)

func modules() []db.Schema {
	return []db.Schema{
		{Module: "trail", FS: trail.Schema()},
		{Module: "org", FS: org.Schema()},
		{Module: "access", FS: access.Schema()},
		{Module: "search", FS: search.Schema()},
		{Module: "setting", FS: setting.Schema()},
		{Module: "regime", FS: regime.Schema()},
		{Module: "register", FS: register.Schema()},
	}
}

const lines = `
unit 0000 図書館   body     kodama -
unit 1000 東部     bureau   kodama 0000
unit 1100 受付係室 section  kodama 1000
unit 1110 夜間係   team     kodama 1100
unit 1200 書庫     section  kodama 1000
unit 2000 西部     bureau   kodama 0000
unit 2100 分館     section  kodama 2000
system S1 目録 1100 kodama
post 館長 1 head
post 部長 2 head
post 室長 4 head
post 係員 7
assign 館長 0000 館長 main
assign 東部長 1000 部長 main
assign 受付長 1100 室長 main
assign 受付員 1100 係員 main
assign 夜間員 1110 係員 main
assign 書庫長 1200 室長 main
assign 分館長 2100 室長 main
assign 分館員 2100 係員 main
designate sekimori auditor b: 分館員
`

// house is the library of Kodama, whose edition is adopted.
type house struct {
	*town.Town
	library *regime.Library // of the program, which may come to offer more
	gate    *access.Gate
	charts  *org.Charts
	desk    *register.Service
	index   *search.Index
}

// rules are what the policy in force says about roles, and Sekimori about its own.
func (h *house) rules(ctx context.Context, r db.Reader) ([]org.Rules, error) {
	set, err := h.library.InForce(ctx, r, jpdate.Today(h.Log.DB().Now()))
	if err != nil {
		return nil, err
	}
	return append(set.OrgRules(), access.Rules()), nil
}

func build(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := found(t, trail.New(d), t.TempDir(), lines)
	h.adopt(h.library.Offered().Packs[0])
	return h
}

// found is a house of some lines over a log, which has adopted nothing yet.
func found(t *testing.T, log *trail.Log, dir, lines string) *house {
	t.Helper()
	offered, err := regime.Load(tiny.Regimes(), nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	h := over(t, log, dir, offered)
	h.Town = town.Build(t, log, town.Lines(lines)...)
	return h
}

// over is a house over a log of which the town is built already, or not yet.
func over(t *testing.T, log *trail.Log, dir string, offered *regime.Set) *house {
	t.Helper()
	d := log.DB()
	h := &house{Town: &town.Town{TB: t, Log: log}, library: regime.NewLibrary(offered, nil), charts: &org.Charts{}}
	h.index = search.New().Beside(register.Found(h.shelf, func() time.Time { return d.Now() }))
	files, err := file.In(dir)
	if err != nil {
		t.Fatal(err)
	}
	log.Follow(trail.Things(), h.index.Follower(), register.Links(h.shelf), register.Attached(h.shelf, d, files))
	h.gate = access.NewGate(h.charts, h.rules)
	h.desk = register.New(log, files, h.shelf, func(ctx context.Context, r db.Reader) (*org.Chart, error) {
		rules, err := h.rules(ctx, r)
		if err != nil {
			return nil, err
		}
		now := d.Now()
		return h.charts.At(ctx, r, org.View{On: jpdate.Today(now), Now: db.At(now)}, rules)
	})
	return h
}

func (h *house) adopt(p *regime.Pack) {
	h.Helper()
	today := jpdate.Today(h.Log.DB().Now())
	if _, err := h.library.Activate(h.Context(), h.Log, access.NewProgram("cli:test"), p, regime.Decision{Effective: today, Decided: today, Number: "こ第1号"}); err != nil {
		h.Fatal(errs.Message(err))
	}
}

func (h *house) shelf(ctx context.Context, r db.Reader, on jpdate.Date) (*register.Shelf, error) {
	return h.library.Shelf(ctx, r, on)
}

// actor is somebody by name, as he may act now.
func (h *house) actor(name string) *access.Actor {
	h.Helper()
	if name == "program" {
		return access.NewProgram("cli:test")
	}
	var a *access.Actor
	h.view(func(r db.Reader) (err error) {
		a, err = h.gate.Person(h.Context(), r, h.ID("person", name), db.At(h.Log.DB().Now()))
		return err
	})
	return a
}

func (h *house) view(fn func(r db.Reader) error) {
	h.Helper()
	if err := h.Log.DB().View(h.Context(), fn); err != nil {
		h.Fatal(err)
	}
}

// open gives the samples to somebody.
func (h *house) open(name string, fn func(d *register.Desk)) {
	h.Helper()
	by := h.actor(name)
	h.view(func(r db.Reader) error {
		d, err := h.desk.Open(h.Context(), r, by, "kodama", "sample")
		if err == nil {
			fn(d)
		}
		return err
	})
}

// in makes an input of words: "name 貝", "marks rare,broken", several of them.
func in(words ...string) register.Input {
	x := register.Input{}
	for _, w := range words {
		path, value, _ := strings.Cut(w, " ")
		x[path] = []string{value}
	}
	return x
}

// sample is an input that lacks nothing, with what is said besides.
func sample(words ...string) register.Input {
	return in(append([]string{"name 巻貝", "desk 1100", "fragile no"}, words...)...)
}

func (h *house) add(name string, x register.Input) register.Entry {
	h.Helper()
	e, err := h.desk.Add(h.Context(), h.actor(name), "kodama", "sample", x, register.Entering{})
	if err != nil {
		h.Fatal(errs.Message(err))
	}
	return e
}

// faults are the places that an error names, sorted.
func faults(err error) []string {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		return nil
	}
	var where []string
	for _, f := range e.Fields {
		where = append(where, f.Where)
	}
	slices.Sort(where)
	return where
}

// verified checks the whole trail with the registers.
func (h *house) verified() {
	h.Helper()
	if report, err := h.Log.Verify(h.Context(), h.audited(), trail.Anchors{}); err != nil || !report.OK {
		h.Errorf("verify: %v %v", err, report.Findings)
	}
}
