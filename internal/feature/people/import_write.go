package people

import (
	"context"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// writes is what a plan writes.
type writes struct {
	units        []org.Unit
	codes        []org.Code
	systems      []org.System
	posts        []org.Post
	people       []org.Person
	assignments  []org.Assignment
	designations []org.Designation
}

func (p *plan) writes(batch id.ID, opens db.Time) writes {
	return writes{
		p.units.changes(opens, batch), p.codes.changes(opens, batch), p.systems.changes(opens, batch), p.posts.changes(opens, batch),
		p.people.changes(opens, batch), p.assignments.changes(opens, batch), p.designations.changes(opens, batch),
	}
}

func (w writes) size() int {
	return len(w.units) + len(w.codes) + len(w.systems) + len(w.posts) + len(w.people) + len(w.assignments) + len(w.designations)
}

// put writes everything and tells how much is done.
func (w writes) put(ctx context.Context, tx *trail.Tx, done func(int)) error {
	n := 0
	count := func(more int) { n += more; done(n) }
	for _, err := range []func() error{
		func() error { return put(ctx, tx, org.Units, w.units, count) },
		func() error { return put(ctx, tx, org.Codes, w.codes, count) },
		func() error { return put(ctx, tx, org.Systems, w.systems, count) },
		func() error { return put(ctx, tx, org.Posts, w.posts, count) },
		func() error { return put(ctx, tx, org.People, w.people, count) },
		func() error { return put(ctx, tx, org.Assignments, w.assignments, count) },
		func() error { return put(ctx, tx, org.Designations, w.designations, count) },
	} {
		if err := err(); err != nil {
			return err
		}
	}
	return nil
}

func put[T any](ctx context.Context, tx *trail.Tx, t org.Table[T], rows []T, count func(int)) error {
	for some := range slices.Chunk(rows, 1000) {
		if err := t.Put(ctx, tx, some...); err != nil {
			return err
		}
		count(len(some))
	}
	return nil
}

// deciding leaves out what decides about no role: the assignments to other posts and the people who have no others. named are
// the people who are deputies or have some.
func (w writes) deciding(p *plan, named map[id.ID]bool) writes {
	titles := map[string]bool{}
	for _, rules := range p.rules {
		for _, r := range rules.Roles {
			titles[text.Fold(r.HeldBy.Post)] = true
			if r.Deputy != nil {
				titles[text.Fold(r.Deputy.Post)] = true
			}
		}
	}
	posts := map[id.ID]bool{}
	for _, s := range p.posts.all {
		if s.row.Head || s.row.Title != "" && titles[text.Fold(s.row.Title)] {
			posts[s.row.Post] = true
		}
	}
	for _, s := range p.designations.all {
		posts[s.row.Post] = true
		named[s.row.Person] = true
	}
	w.assignments = slices.DeleteFunc(w.assignments, func(a org.Assignment) bool { return !posts[a.Post] && !named[a.Person] })
	for _, a := range w.assignments {
		named[a.Person] = true
	}
	w.people = slices.DeleteFunc(w.people, func(x org.Person) bool { return !named[x.Person] })
	return w
}
