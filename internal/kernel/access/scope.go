package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Scope is the homes in which somebody has a permission.
type Scope struct {
	every bool     // all but closed ones
	body  bool     // what belongs to no part, and people who work nowhere any more
	units []string // ids of units: their homes, and the homes of the people who work there
	homes []string // of those units and of the systems that they own, and of seats of systems
	open  []string // closed homes
	view  org.View
	other []org.View // see On
}

// Scope is where he has a permission.
func (a *Actor) Scope(p Permission) Scope {
	s := Scope{}
	if !a.Can(p) || p.Door() {
		return s
	}
	if a.Class == Program {
		return Scope{every: true}
	}
	s.view, s.open = a.Chart.View, a.granted
	units, homes := map[id.ID]bool{}, map[string]bool{}
	for _, h := range a.Authorities {
		if may(h, p) {
			s.reach(a.Chart, h, units, homes)
		}
	}
	if s.every {
		return Scope{every: true, open: a.granted}
	}
	for unit := range units {
		s.units = append(s.units, string(unit))
		homes[org.UnitHome(unit)] = true
	}
	for home := range homes {
		s.homes = append(s.homes, home)
	}
	slices.Sort(s.units)
	slices.Sort(s.homes)
	return s
}

// Here is what a place may work with: what is of its unit, and who works there or in a team of it. It reaches nothing for whoever is
// no place.
func (a *Actor) Here() Scope {
	s := Scope{}
	if !a.Can(Terminal) {
		return s
	}
	s.view, s.homes = a.Chart.View, []string{org.UnitHome(a.Unit)}
	units := []id.ID{a.Unit}
	for i := 0; i < len(units); i++ {
		s.units = append(s.units, string(units[i]))
		for _, u := range a.Chart.Tree.Below(units[i]) {
			if u.Kind == org.KindTeam {
				units = append(units, u.Unit)
			}
		}
	}
	slices.Sort(s.units)
	return s
}

// reach adds what one authority reaches.
func (s *Scope) reach(c *org.Chart, h org.Holding, units map[id.ID]bool, homes map[string]bool) {
	if h.Regime == BuiltIn {
		s.every = true
		return
	}
	if h.Home == trail.Body {
		s.body = true
	}
	reached, systems := c.Reach(h)
	for _, unit := range reached {
		units[unit] = true
	}
	for _, system := range systems {
		homes[org.SystemHome(system)] = true
	}
}

// Empty says that the scope reaches nothing.
func (s Scope) Empty() bool {
	return !s.every && !s.body && len(s.homes) == 0 && len(s.open) == 0
}

// Every says that the scope reaches everything but what is closed.
func (s Scope) Every() bool { return s.every }

// Body says that the scope reaches what belongs to the body as a whole.
func (s Scope) Body() bool { return s.every || s.body }

// Few says that the scope reaches no more people than work in some units.
func (s Scope) Few() bool { return !s.every && !s.body }

// Key is the same for scopes that reach the same, as long as nobody writes.
func (s Scope) Key() string {
	sum := sha256.New()
	_, _ = fmt.Fprintln(sum, s.every, s.body, s.homes, s.open, s.view.On, len(s.other)) // a hash takes everything
	for _, v := range s.other {
		_, _ = fmt.Fprintln(sum, v.On)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Homes lists the homes that the scope reaches one by one; it is the whole scope where neither Every nor Body is true and people
// do not matter.
func (s Scope) Homes() []string { return slices.Concat(s.homes, s.open) }

// Units lists the units that the scope reaches; nil where Every is true.
func (s Scope) Units() []id.ID {
	list := make([]id.ID, len(s.units))
	for i, u := range s.units {
		list[i] = id.ID(u)
	}
	return list
}

// On is the scope as what shows another day uses it: it also reaches who works in its units on that day.
func (s Scope) On(v org.View) Scope {
	if v.On != s.view.On {
		s.other = []org.View{v}
	}
	return s
}

// Reaches says whether a unit is one of those that the scope reaches.
func (s Scope) Reaches(unit id.ID) bool {
	_, ok := slices.BinarySearch(s.units, string(unit))
	return ok || s.every
}

// Has says whether the scope reaches a home. For people it reads where they work now.
func (s Scope) Has(ctx context.Context, r db.Reader, home string) (bool, error) {
	seen, err := s.Seen(ctx, r, home)
	return seen[home], err
}

// Seen says which of some homes the scope reaches.
func (s Scope) Seen(ctx context.Context, r db.Reader, homes ...string) (map[string]bool, error) {
	seen := map[string]bool{}
	var people []id.ID
	for _, home := range homes {
		person, is := org.PersonOfHome(home)
		switch {
		case strings.HasPrefix(home, closed):
			seen[home] = slices.Contains(s.open, home)
		case s.every, home == trail.Body && s.body:
			seen[home] = true
		case is && !s.Empty():
			people = append(people, person)
		case !is:
			_, seen[home] = slices.BinarySearch(s.homes, home)
		}
	}
	if len(people) == 0 {
		return seen, nil
	}
	works := map[id.ID]bool{} // now
	for i, v := range append([]org.View{s.view}, s.other...) {
		work, err := v.AssignmentsOf(ctx, r, people...)
		if err != nil {
			return nil, err
		}
		for _, a := range work {
			works[a.Person] = works[a.Person] || i == 0
			if s.Reaches(a.Unit) {
				seen[org.PersonHome(a.Person)] = true
			}
		}
	}
	for _, p := range people {
		if !works[p] && s.body {
			seen[org.PersonHome(p)] = true
		}
	}
	return seen, nil
}

// closed is how the home of a closed case begins.
const closed = "c:"

// CaseHome is the home of what belongs to a closed case.
func CaseHome(of id.ID) string { return closed + string(of) }

// Require gives the authority on which he may do something to what has a home. Forbidden where he may do it nowhere; NotFound
// where the home is out of his scope, since then it is not for him to know that there is anything.
func (a *Actor) Require(ctx context.Context, r db.Reader, p Permission, home string) (Authority, error) {
	if !a.Can(p) {
		return Authority{}, Refused(p)
	}
	if ok, err := a.Scope(p).Has(ctx, r, home); err != nil || !ok {
		if err == nil {
			err = errs.New(errs.NotFound, "お探しのものはないか、あなたの権限の範囲の外にあります。")
		}
		return Authority{}, err
	}
	return a.on(ctx, r, p, home)
}

// on is the authority that reaches a home: the first, by himself before as a deputy.
func (a *Actor) on(ctx context.Context, r db.Reader, p Permission, home string) (Authority, error) {
	var first Authority
	for _, deputy := range []bool{false, true} {
		for _, h := range a.Authorities {
			if !may(h, p) || (h.As == org.AsDeputy) != deputy {
				continue
			}
			if first.Holding.Role.ID == "" {
				first = Authority{h}
			}
			one := *a
			one.Authorities, one.granted = []org.Holding{h}, nil
			if ok, err := one.Scope(p).Has(ctx, r, home); err != nil || ok {
				return Authority{h}, err
			}
		}
	}
	return first, nil // a grant reaches it, or a program acts
}

// Refused is what somebody is told who has a permission nowhere.
func Refused(p Permission) error {
	return errs.New(errs.Forbidden, "「%s」の権限がありません。必要なときは、所属長か運用管理者に相談してください。", p.Title())
}

// Authorize is Require within the act that it permits: the trail keeps the authority.
func (a *Actor) Authorize(ctx context.Context, tx *trail.Tx, p Permission, home string) error {
	as, err := a.Require(ctx, tx, p, home)
	if err == nil {
		tx.As(as.String())
	}
	return err
}
