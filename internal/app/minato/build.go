package minato

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/people"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
)

// Actor is who did everything in the town before anybody looked.
const Actor = "system:minato"

func builder() *access.Actor { return access.NewProgram(Actor) }

// Program is what the town is built with.
type Program struct {
	Log     *trail.Log
	Library *regime.Library
	People  *people.Service
	Ledgers *register.Service // nil for a town without registers
}

// Options say which town is wanted.
type Options struct {
	Size  Size
	Today jpdate.Date // its fiscal year decides all dates
	// Folder is where next year's personnel change is put, for somebody to hand in; "" for nowhere.
	Folder string
	// Assets is how many entries each section and school has in each register that offers examples.
	Assets int
}

// Build makes the town in an empty database, through the services and step by step, so that what was broken off goes on. A
// database that has the town, or anything else that was imported, is left as it is.
func Build(ctx context.Context, p Program, o Options) error {
	uploads, err := p.People.List(ctx, builder())
	if err != nil {
		return err
	}
	town, err := Generate(o.Size, o.Today)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(uploads, func(u people.Listed) bool {
		return !slices.ContainsFunc(town.Past, func(r Round) bool { return r.Title == u.Title })
	}) {
		return nil
	}
	if err := p.adopt(ctx, town); err != nil {
		return err
	}
	for _, round := range town.Past {
		if err := p.take(ctx, round, uploads); err != nil {
			return fmt.Errorf("minato: %s: %w", round.Title, err)
		}
	}
	if err := p.name(ctx, town); err != nil {
		return err
	}
	if err := p.ledgers(ctx, o); err != nil {
		return fmt.Errorf("minato: registers: %w", err)
	}
	return town.Next.put(o.Folder)
}

// adopt decides on the policies under which the town's units live.
func (p Program) adopt(ctx context.Context, t Town) error {
	first := t.Past[0].Effective
	for i, pack := range p.Library.Offered().Newest() {
		if !slices.Contains(t.Regimes, pack.ID) {
			continue
		}
		d := regime.Decision{Effective: first, Decided: first.AddDays(-7), Number: fmt.Sprintf("み情第%d号", 90+i)}
		if _, err := p.Library.Activate(ctx, p.Log, builder(), pack, d); err != nil {
			return err
		}
	}
	return nil
}

// take imports what is not imported yet. A row with a fault stops it.
func (p Program) take(ctx context.Context, r Round, uploads []people.Listed) error {
	upload := id.ID("")
	for _, u := range uploads {
		if u.Title == r.Title {
			upload = u.ID
		}
	}
	if upload == "" {
		var sources []people.Source
		for _, f := range r.Files {
			sources = append(sources, people.Source{Name: f.Name, Data: bytes.NewReader(f.Data)})
		}
		var err error
		if upload, err = p.People.Upload(ctx, builder(), sources, people.Options{Title: r.Title, Whole: true}); err != nil {
			return err
		}
	}
	u, err := p.People.Get(ctx, builder(), upload)
	if err == nil && u.State == people.Ready {
		err = p.People.Apply(ctx, builder(), upload, people.Choice{}) // nobody leaves
	}
	if err == nil && u.State != people.Applied {
		err = p.People.Jobs.RunDue(ctx)
	}
	if err != nil {
		return err
	}
	if u, err = p.People.Get(ctx, builder(), upload); err == nil && u.State != people.Applied {
		err = errors.New(string(u.State) + " " + u.Trouble)
	}
	return err
}

// name has the holder of a role name his deputy.
func (p Program) name(ctx context.Context, t Town) error {
	d, day := t.Deputy, t.Past[1].Effective
	return p.Log.Do(ctx, trail.Act{Actor: Actor, Name: "deputy.name"}, func(tx *trail.Tx) error {
		set, err := p.Library.InForce(ctx, tx, day)
		if err != nil {
			return err
		}
		v := org.View{On: day, Now: db.At(tx.Now)}
		chart, err := org.LoadChart(ctx, tx, v, set.OrgRules())
		if err != nil {
			return err
		}
		if len(chart.Deputies()) > 0 {
			return nil
		}
		unit, ok := chart.Tree.ByCode(d.Unit)
		giver, err1 := one(ctx, tx, v, unit.Unit, d.Giver)
		deputy, err2 := one(ctx, tx, v, unit.Unit, d.Person)
		if err := errors.Join(err1, err2); err != nil || !ok {
			return fmt.Errorf("minato: deputy in %s: %w", d.Unit, err)
		}
		scope := org.UnitHome(unit.Unit)
		return org.NameDeputy(ctx, tx, chart, org.Deputy{
			Statement: org.AtOnce(tx).State(scope, day, org.Open()), Regime: d.Regime, Role: d.Role, Scope: scope, Giver: giver, Person: deputy,
		})
	})
}

// one finds somebody in a unit by number.
func one(ctx context.Context, r db.Reader, v org.View, unit id.ID, number string) (id.ID, error) {
	list, _, err := v.People(ctx, r, org.PeopleQuery{Units: []id.ID{unit}, Find: number, Limit: 1})
	if err == nil && len(list) == 0 {
		err = errors.New("nobody has the number " + number)
	}
	if err != nil {
		return "", err
	}
	return list[0].Person, nil
}

// put writes the files of a round into a folder of its title.
func (r Round) put(folder string) error {
	if folder == "" {
		return nil
	}
	dir := filepath.Join(folder, r.Title)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, f := range r.Files {
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(f.Name, "/", "-")), f.Data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
