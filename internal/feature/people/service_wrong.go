package people

import (
	"context"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Wrong is somebody who was taken to bear a post that, as an import says, was not his: from when to when, and what he did.
type Wrong struct {
	Person       id.ID
	Number, Name string
	Unit, Post   string // in words
	From, To     db.Time
	Deeds        []Deed
}

// Deed is an act in the trail.
type Deed struct {
	Act             id.ID
	At              db.Time
	Name, Authority string
	Kind, Thing     string // the first that it changed
	Things          int
}

// Meanwhile lists who was taken for the bearer of a post until an import corrected it, and what each of them has done in that
// time; before it is applied, what the import would correct.
func (s *Service) Meanwhile(ctx context.Context, by *access.Actor, upload id.ID) (list []Wrong, err error) {
	u, err := s.Get(ctx, by, upload)
	if err != nil {
		return nil, err
	}
	var lines []*Line // none where the plan only knows names
	if u.State != Applied {
		if lines, _, err = s.lines(u); err != nil {
			return nil, err
		}
	}
	err = s.log.DB().View(ctx, func(r db.Reader) error {
		list = nil
		p, err := s.plan(ctx, r, s.now(), by.Name, u, u.choice().Others, lines)
		if err != nil {
			return err
		}
		closed, stated := p.reassigned(u.ID)
		if u.State == Applied {
			if closed, stated, err = org.AssignmentsBy(ctx, r, u.ID); err != nil {
				return err
			}
		}
		for _, a := range wrongs(closed, stated, db.At(p.now)) {
			w := p.wrong(a)
			if w.Deeds, err = s.deeds(ctx, r, by, w); err != nil {
				return err
			}
			list = append(list, w)
		}
		return nil
	})
	return list, err
}

// reassigned are the assignments that an import would close and those that it would state.
func (p *plan) reassigned(batch id.ID) (closed, stated []org.Assignment) {
	for _, a := range p.assignments.changes(db.At(p.now), batch) {
		if a.Batch == batch {
			stated = append(stated, a)
		} else {
			closed = append(closed, a)
		}
	}
	return closed, stated
}

// wrong puts into words who was taken for what.
func (p *plan) wrong(a org.Assignment) Wrong {
	w := Wrong{Person: a.Person, From: a.Opens, To: a.Closes}
	if s := p.people.last(a.Person, nil); s != nil {
		w.Name, w.Number = s.row.Name, s.row.Number
	}
	if s := p.units.last(a.Unit, nil); s != nil {
		w.Unit = s.row.Name
	}
	if s := p.posts.last(a.Post, nil); s != nil {
		w.Post = s.row.Title
	}
	return w
}

// wrongs tells of which statements that were known it is now said that they did not hold on days gone by. Opens and Closes of
// what comes back are the time in which one was wrong.
func wrongs(closed, stated []org.Assignment, now db.Time) []org.Assignment {
	var list []org.Assignment
	slices.SortFunc(stated, func(a, b org.Assignment) int { return a.From.Compare(b.From) })
	for _, a := range closed {
		day := a.From
		for _, b := range stated {
			if a.Person == b.Person && a.Unit == b.Unit && a.Post == b.Post && a.Manner == b.Manner && !b.From.After(day) && !b.Until.Before(day) {
				day = b.Until.AddDays(1) // it is said again up to there
			}
		}
		a.Closes = min(a.Closes, now)
		if day.IsZero() || day.After(a.Until) { // all of it is
			continue
		}
		a.Opens = max(a.Opens, db.At(day.Start()))
		if a.Until != org.Open() {
			a.Closes = min(a.Closes, db.At(a.Until.AddDays(1).Start()))
		}
		if a.Opens < a.Closes {
			list = append(list, a)
		}
	}
	return list
}

// deeds are the acts of a person in a time, oldest first.
func (s *Service) deeds(ctx context.Context, r db.Reader, by *access.Actor, w Wrong) ([]Deed, error) {
	batches, err := org.Sight(ctx, r, by.Name, db.At(s.now()))
	if err != nil {
		return nil, err
	}
	seen := trail.Seen{Now: db.At(s.now())}
	for _, batch := range batches {
		seen.Seals = append(seen.Seals, org.Seal(batch))
	}
	seen = by.Scope(access.TrailRead).Trail(r, seen)
	entries, _, err := s.log.Search(ctx, r, trail.Query{Actor: access.PersonName(w.Person), From: w.From, To: w.To, Limit: 5000}, seen)
	var deeds []Deed
	for _, e := range slices.Backward(entries) {
		if n := len(deeds); n > 0 && deeds[n-1].Act == e.Act {
			deeds[n-1].Things++
			continue
		}
		deeds = append(deeds, Deed{Act: e.Act, At: e.At, Name: e.Name, Authority: e.Authority, Kind: e.Kind, Thing: e.Thing, Things: 1})
	}
	return deeds, err
}
