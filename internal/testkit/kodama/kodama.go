// Package kodama is the library of Kodama for tests: the tiny regime adopted in a small town, with registers that hold fields of every
// type and people of every role. It is imported by tests only.
package kodama

import (
	"context"
	"slices"
	"strings"
	"testing"

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
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/tiny"
	"sekimori/internal/testkit/town"
)

// Modules are the schemas that it needs.
func Modules() []db.Schema {
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

// Lines are the people and units of the library.
const Lines = `
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

// House is the library, whose edition is adopted.
type House struct {
	*town.Town
	Library *regime.Library
	Gate    *access.Gate
	Desk    *register.Service
	Files   *file.Store
	Store   string // the folder of Files

	charts *org.Charts
}

// Rules are what the policy in force says about roles, and Sekimori about its own.
func (h *House) Rules(ctx context.Context, r db.Reader) ([]org.Rules, error) {
	set, err := h.Library.InForce(ctx, r, jpdate.Today(h.Clock.Now()))
	if err != nil {
		return nil, err
	}
	return append(set.OrgRules(), access.Rules()), nil
}

// Build makes it in a database with Modules, as of 1 April 2025.
func Build(t testing.TB, d *db.DB) *House {
	t.Helper()
	h, offered := furnished(t, d, t.TempDir(), func(log *trail.Log) *town.Town { return town.Build(t, log, town.Lines(Lines)...) })
	h.Adopt(offered.Packs[0])
	return h
}

// Reopen is a library that was built in a database, with the folder of its files, for another process; at is the time there.
func Reopen(t testing.TB, d *db.DB, store, at string) *House {
	t.Helper()
	h, _ := furnished(t, d, store, func(log *trail.Log) *town.Town {
		w := &town.Town{TB: t, Log: log, Clock: testkit.NewClock(t, at)}
		d.Now = w.Clock.Now
		return w
	})
	return h
}

// furnished is the library in a town.
func furnished(t testing.TB, d *db.DB, store string, in func(log *trail.Log) *town.Town) (*House, *regime.Set) {
	t.Helper()
	offered, err := regime.Load(tiny.Regimes(), nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	h := &House{Library: regime.NewLibrary(offered, nil), Store: store, charts: &org.Charts{}}
	index := search.New().Beside(register.Found(h.Library.Shelf, d.Now))
	if h.Files, err = file.In(store); err != nil {
		t.Fatal(err)
	}
	log := trail.New(d).Follow(trail.Things(), index.Follower(), register.Links(h.Library.Shelf), register.Attached(h.Library.Shelf, d, h.Files))
	h.Town = in(log)
	h.Gate = access.NewGate(h.charts, h.Rules)
	h.Desk = register.New(log, h.Files, h.Library.Shelf, func(ctx context.Context, r db.Reader) (*org.Chart, error) {
		rules, err := h.Rules(ctx, r)
		if err != nil {
			return nil, err
		}
		now := h.Clock.Now()
		return h.charts.At(ctx, r, org.View{On: jpdate.Today(now), Now: db.At(now)}, rules)
	})
	return h, offered
}

// Adopt adopts an edition from today on.
func (h *House) Adopt(p *regime.Pack) {
	h.Helper()
	today := jpdate.Today(h.Clock.Now())
	if _, err := h.Library.Activate(h.Context(), h.Log, access.NewProgram("cli:test"), p, regime.Decision{Effective: today, Decided: today, Number: "こ第1号"}); err != nil {
		h.Fatal(errs.Message(err))
	}
}

// Actor is somebody by name, as he may act now.
func (h *House) Actor(name string) *access.Actor {
	h.Helper()
	if name == "program" {
		return access.NewProgram("cli:test")
	}
	var a *access.Actor
	h.View(func(r db.Reader) (err error) {
		a, err = h.Gate.Person(h.Context(), r, h.ID("person", name), db.At(h.Clock.Now()))
		return err
	})
	return a
}

// View reads.
func (h *House) View(fn func(r db.Reader) error) {
	h.Helper()
	if err := h.Log.DB().View(h.Context(), fn); err != nil {
		h.Fatal(err)
	}
}

// Sample is an entry of the register of samples that lacks nothing, with what is said besides: "name 貝", "marks rare,broken".
func Sample(words ...string) register.Input {
	x := register.Input{}
	for _, w := range append([]string{"name 巻貝", "desk 1100", "fragile no"}, words...) {
		path, value, _ := strings.Cut(w, " ")
		x[path] = []string{value}
	}
	return x
}

// Add adds a sample as somebody.
func (h *House) Add(name string, x register.Input) register.Entry {
	h.Helper()
	e, err := h.Desk.Add(h.Context(), h.Actor(name), "kodama", "sample", x, register.Entering{})
	if err != nil {
		h.Fatal(errs.Message(err))
	}
	return e
}

// Audited are the audited tables of Modules.
func Audited() []trail.Audited {
	return slices.Concat(org.Audited(), access.Audited(), setting.Audited(), regime.Audited(), register.Audited())
}
