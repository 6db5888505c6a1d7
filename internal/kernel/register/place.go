package register

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// AtPlace gives a register to a place, which may add entries of its unit and see those that were added there today: nothing else.
// NotFound where the register is none that places write in.
func (s *Service) AtPlace(ctx context.Context, r db.Reader, by *access.Actor, regime, kind string) (*Desk, error) {
	if !by.Can(access.Terminal) {
		return nil, errs.New(errs.Forbidden, "所属端末だけの画面です。")
	}
	d, err := s.take(ctx, r, by, regime, kind)
	if err == nil && !d.AtPlaces() {
		err = errs.New(errs.NotFound, "この台帳には、所属端末から記入できません。")
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// AtPlaces says that places may add entries: whose they are is their unit.
func (k Kind) AtPlaces() bool { return k.Place && k.Owner != "" }

// AddAtPlace makes an entry of the unit of a place, for somebody who works there (Entering.For, by id). The error is Invalid with
// every fault by leaf.
func (s *Service) AddAtPlace(ctx context.Context, by *access.Actor, regime, kind string, in Input, with Entering) (Entry, error) {
	act := trail.Act{Actor: by.Name, Name: "register.place", Detail: map[string]string{"register": regime + "." + kind}}
	with.Note = ""
	return s.add(ctx, act, func(tx *trail.Tx) (*Desk, error) { return s.AtPlace(ctx, tx, by, regime, kind) }, in, with)
}

// here is what a form says with the owner that it cannot but have.
func (d *Desk) here(in Input) Input {
	if d.by.Class != access.Place {
		return in
	}
	own := Input{}
	for path, words := range in {
		own[path] = words
	}
	own[d.Owner] = []string{string(d.by.Unit)}
	return own
}

// chosen reads who has chosen himself at a place.
func (d *Desk) chosen(e *Entry, words string, faults *errs.Faults) {
	if words == "" {
		faults.Add(AtFor, "記入する人を選んでください。")
		return
	}
	found, problem := d.names.Find(Field{Type: TypePerson}, words)
	if problem != "" {
		faults.Add(AtFor, "この所属の人から選んでください。")
		return
	}
	whom, _ := found.(string)
	e.For = id.ID(whom)
}

// mostWorking is how many people of a unit are offered at its place.
const mostWorking = 500

// Working are the people who work in the unit of the place, by how their names are read.
func (d *Desk) Working() ([]org.Person, error) {
	people, _, err := d.Chart.View.People(d.ctx, d.r, org.PeopleQuery{Units: d.by.Here().Units(), Limit: mostWorking})
	return people, err
}

// mostToday is how many entries of today a place shows.
const mostToday = 50

// AddedHere are the entries that were added at this place today and not changed since, the newest first.
func (d *Desk) AddedHere() ([]Entry, error) {
	return d.addedAt(d.ctx, d.r, org.UnitHome(d.by.Unit), d.by.Name, jpdate.Today(d.Now).Start(), mostToday)
}
