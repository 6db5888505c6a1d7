package people

import (
	"cmp"
	"context"

	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web/ui"
)

// reader is who looks at a snapshot, and how far he sees.
type reader struct {
	by     *access.Actor
	people access.Scope   // whom he sees; on the snapshot's day also who works in his scope on it
	proof  access.Scope   // whose history he sees
	met    map[id.ID]bool // those of the people on the page whom he sees
}

func newReader(by *access.Actor, v org.View) reader {
	return reader{by: by, people: by.Scope(access.PeopleRead).On(v), proof: by.Scope(access.TrailRead), met: map[id.ID]bool{}}
}

// manyUnits is about where walking through all people in their order, or asking the index, gives a page sooner than reading all
// whom one sees.
const manyUnits = 60

// narrow keeps of a query for people those whom the reader sees.
func (s snapshot) narrow(q org.PeopleQuery) org.PeopleQuery {
	switch {
	case s.people.Every():
	case s.people.Few() && len(s.people.Units()) < manyUnits:
		q.Few = func(args *[]any) string { return s.people.People(s, args) }
	default:
		q.Where = s.where
	}
	return q
}

// where is the condition that a reader sees the people of a column of homes.
func (s snapshot) where(args *[]any, column string) string { return s.people.Where(s, args, column) }

// sees says whether the reader sees a person, and his page.
func (s snapshot) sees(ctx context.Context, person id.ID) (bool, error) {
	return s.people.Has(ctx, s, org.PersonHome(person))
}

// among is the people whom the reader sees, as a query.
func (s snapshot) among() org.Among {
	if s.people.Every() {
		return nil
	}
	return func(args *[]any) string { return s.people.People(s, args) }
}

// meet finds out which of some people the reader sees: names of the others lead nowhere.
func (s snapshot) meet(ctx context.Context, people ...id.ID) error {
	if s.people.Every() || len(people) == 0 {
		return nil
	}
	homes := make([]string, len(people))
	for i, person := range people {
		homes[i] = org.PersonHome(person)
	}
	seen, err := s.people.Seen(ctx, s, homes...)
	for i, person := range people {
		s.met[person] = s.met[person] || seen[homes[i]]
	}
	return err
}

// meetHolders is meet for who holds something.
func (s snapshot) meetHolders(ctx context.Context, lists ...[]org.Holding) error {
	var people []id.ID
	for _, list := range lists {
		for _, h := range list {
			if !h.Vacant() {
				people = append(people, h.Person.ID)
			}
		}
	}
	return s.meet(ctx, people...)
}

// opens says whether a person who was met is one whom the reader sees.
func (s snapshot) opens(person id.ID) bool { return s.people.Every() || s.met[person] }

// who names a person, with a link for who sees him; of a person who is not one of the day any more, the number is what is known.
func (s snapshot) who(d asOf, w org.Who) ui.Item {
	item := ui.Item{Text: cmp.Or(w.Name, "（氏名なし）")}
	if s.opens(w.ID) {
		item = ui.Item{Text: cmp.Or(w.Name, w.Number, "（氏名なし）"), Href: d.personHref(w.ID)}
	}
	return item
}

// number is a person's number, "" for who does not see him.
func (s snapshot) number(w org.Who) string {
	if s.opens(w.ID) {
		return w.Number
	}
	return ""
}

// to is where a link leads, "" for who may not go there.
func (r reader) to(p access.Permission, href string) string {
	if r.by.Can(p) {
		return href
	}
	return ""
}

// links are those that lead somewhere.
func links(all ...ui.Link) []ui.Link {
	var list []ui.Link
	for _, l := range all {
		if l.Href != "" {
			list = append(list, l)
		}
	}
	return list
}

// proves is a link to the history of a statement whose home the reader's scope reaches; nothing where it does not.
func (s snapshot) proves(ctx context.Context, words, kind string, statement org.Statement) (ui.Cell, error) {
	ok, err := s.proof.Has(ctx, s, statement.Home)
	if err != nil || !ok {
		return nil, err
	}
	return ui.Cell{{Text: words, Href: trailHref(kind, statement.ID), Quiet: true}}, nil
}
