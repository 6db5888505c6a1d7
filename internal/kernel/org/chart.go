package org

import (
	"cmp"
	"slices"
	"sync"

	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
)

// Chart is everything that decides who holds which role, as one View has it. It does not change, and is safe for concurrent use.
type Chart struct {
	View View
	Tree *Tree

	rules   []Rules
	scopes  map[id.ID]Scope // by unit
	systems []System        // of the day, by code
	last    map[id.ID]System
	posts   map[id.ID]Post
	people  map[id.ID]Who

	heads        map[id.ID][]bearer  // by unit
	borne        map[id.ID][]bearer  // by person
	titled       map[string][]bearer // by folded title of the post
	placed       map[place][]bearer
	designations designated
	acting       designated // of who acts for holders
	deputies     map[seat][]Deputy
	deputySeats  []seat
	assigned     map[id.ID]bool // those of the deputies and of the designated who are assigned to anything

	seen func() survey // made when it is first asked for
}

// Who is a person as lists name him.
type Who struct {
	ID     id.ID  `db:"person"`
	Number string `db:"number"`
	Name   string `db:"name"`
}

// bearer is an assignment to a post that decides about roles.
type bearer struct {
	Person id.ID       `db:"person"`
	Unit   id.ID       `db:"unit"`
	Post   id.ID       `db:"post"`
	Manner Manner      `db:"manner"`
	From   jpdate.Date `db:"from_on"`
	Until  jpdate.Date `db:"until_on"`
}

type place struct{ unit, post id.ID }

// seat is a role in one place.
type seat struct{ regime, role, home string }

// designated is designations by their seat; those of units that have ended by where their matters are now.
type designated struct{ own, inherited map[seat][]Designation }

func newDesignated() designated {
	return designated{map[seat][]Designation{}, map[seat][]Designation{}}
}

// As is how somebody holds a role.
type As string

// The ways of holding.
const (
	AsHolder     As = "holder"     // 本務, 心得
	AsConcurrent As = "concurrent" // 兼務, 併任, 事務取扱
	AsDeputy     As = "deputy"     // 代行
)

// Title is the way in words.
func (a As) Title() string {
	return map[As]string{AsHolder: "本務", AsConcurrent: "兼務", AsDeputy: "代行"}[a]
}

// Holding says that somebody holds a role in one place; without Person, that the seat is vacant.
type Holding struct {
	Regime string
	Role   Role
	Home   string // of the seat: b:, u:UNIT, s:SYSTEM
	Person *Who
	As     As
	Manner Manner // of the assignment that it follows from, "" for a deputy
	For    *Who   // of a deputy: the holder; nil where the seat is empty
	Post   string // title of the post that it follows from, "" where it follows from none
	// From and Until are the days of what it follows from.
	From, Until jpdate.Date
	// Provisional: the holder who named the deputy has left.
	Provisional bool
}

// Vacant says whether nobody holds the seat.
func (h Holding) Vacant() bool { return h.Person == nil }

// Place is a seat's place in words.
type Place struct{ Kind, Code, Name string }

// Place tells what a home is; the body bears the name of the regime's root.
func (c *Chart) Place(regime, home string) Place {
	if unit, ok := UnitOf(home); ok {
		u, _ := c.Tree.Last(unit)
		return Place{string(u.Kind), u.Code, u.Name}
	}
	if system, ok := SystemOf(home); ok {
		s := c.last[system]
		return Place{string(ScopeSystem), s.Code, s.Name}
	}
	p := Place{Kind: string(ScopeBody)}
	_, ruled := c.Rules(regime)
	for _, u := range c.Tree.Below("") {
		if u.Regime == regime || !ruled {
			p.Code, p.Name = u.Code, u.Name
			break
		}
	}
	return p
}

// Systems lists the business systems of the day by code.
func (c *Chart) Systems() []System { return c.systems }

// System finds a system, also one that has ended.
func (c *Chart) System(system id.ID) (System, bool) {
	s, ok := c.last[system]
	return s, ok
}

// Rules finds what a regime says about its roles.
func (c *Chart) Rules(regime string) (Rules, bool) {
	i := slices.IndexFunc(c.rules, func(r Rules) bool { return r.Regime == regime })
	if i < 0 {
		return Rules{}, false
	}
	return c.rules[i], true
}

// Holders says who holds a role for what has a home, climbing from there to the place that has the seat: from system to owner,
// to the units above, to the body. First come holders, then deputies; a seat with neither gives one Holding that is vacant.
// Nothing comes where no place above has such a seat, and for roles of everyone. A collective is held by its members whose seat
// is nearest, and then bears its own name.
func (c *Chart) Holders(regime, role, home string) []Holding {
	rules, ok := c.Rules(regime)
	if !ok {
		return nil
	}
	r, _ := rules.Role(role)
	members := []Role{r}
	if len(r.OneOf) > 0 {
		members = nil
		for _, m := range r.OneOf {
			if member, ok := rules.Role(m); ok {
				members = append(members, member)
			}
		}
	}
	for _, at := range c.chain(home) {
		var found []Holding
		for _, m := range members {
			if c.sits(rules, m, at) {
				found = append(found, c.seated(rules, m, at)...)
			}
		}
		if len(found) > 0 {
			return as(r, found)
		}
	}
	return nil
}

// All says who holds a role in every place that must have it.
func (c *Chart) All(regime, role string) []Holding {
	rules, _ := c.Rules(regime)
	r, ok := rules.Role(role)
	if !ok {
		return nil
	}
	var all []Holding
	for _, m := range r.OneOf {
		all = append(all, c.All(regime, m)...)
	}
	for _, home := range c.seats(rules, r) {
		all = append(all, c.seated(rules, r, home)...)
	}
	return as(r, all)
}

// as gives holdings the name of the role that was asked for: a collective's, where its members hold it.
func as(r Role, list []Holding) []Holding {
	for i := range list {
		list[i].Role = r
	}
	return list
}

// Vacancies lists the seats of all regimes that nobody holds, neither by himself nor as a deputy.
func (c *Chart) Vacancies() []Holding { return c.seen().vacant }

// Authorities lists the seats that a person holds or is deputy of; where a role is member of a collective that comes as well.
func (c *Chart) Authorities(person id.ID) []Holding { return c.seen().by[person] }

// survey is what comes of looking at every seat once.
type survey struct {
	by     map[id.ID][]Holding
	vacant []Holding
}

func (c *Chart) survey() survey {
	s := survey{by: map[id.ID][]Holding{}}
	for _, rules := range c.rules {
		for _, r := range rules.Roles {
			for _, h := range c.All(rules.Regime, r.ID) {
				switch {
				case !h.Vacant():
					s.by[h.Person.ID] = append(s.by[h.Person.ID], h)
				case len(r.OneOf) == 0 && !r.Named:
					s.vacant = append(s.vacant, h)
				}
			}
		}
	}
	return s
}

// chain lists the homes from one upwards: a system, its owner, the units above, the body.
func (c *Chart) chain(home string) []string {
	var chain []string
	unit, _ := UnitOf(home)
	if system, ok := SystemOf(home); ok {
		chain = append(chain, home)
		unit = c.last[system].Owner
	}
	for _, u := range slices.Backward(c.Tree.Path(c.Tree.Now(unit))) {
		chain = append(chain, UnitHome(u.Unit))
	}
	return append(chain, BodyHome)
}

// sits says whether a role has a seat in just this place.
func (c *Chart) sits(rules Rules, r Role, home string) bool {
	if r.Scope == "" {
		return false
	}
	if len(on(c.View.On, c.designations.own[seat{rules.Regime, r.ID, home}])) > 0 {
		return true
	}
	if unit, ok := UnitOf(home); ok {
		return c.scopes[unit] == r.Scope
	}
	_, system := SystemOf(home)
	return system && r.Scope == ScopeSystem || home == BodyHome && r.Scope == ScopeBody
}

// scopesOf is the scope of each unit that is one; a division that stands under no bureau stands for one.
func scopesOf(t *Tree) map[id.ID]Scope {
	scopes := map[id.ID]Scope{}
	for _, u := range t.Units() {
		switch u.Kind {
		case KindBureau:
			scopes[u.Unit] = ScopeBureau
		case KindSection:
			scopes[u.Unit] = ScopeSection
		case KindSchool:
			scopes[u.Unit] = ScopeSchool
		case KindDivision:
			if !slices.ContainsFunc(t.Path(u.Unit), func(above Unit) bool { return above.Kind == KindBureau }) {
				scopes[u.Unit] = ScopeBureau
			}
		case KindBody, KindTeam:
		}
	}
	return scopes
}

// seats lists the places in which a role must exist.
func (c *Chart) seats(rules Rules, r Role) []string {
	var homes []string
	if c.sits(rules, r, BodyHome) {
		homes = append(homes, BodyHome)
	}
	for _, u := range c.Tree.Units() {
		if home := UnitHome(u.Unit); u.Regime == rules.Regime && c.sits(rules, r, home) {
			homes = append(homes, home)
		}
	}
	for _, s := range c.systems {
		if home := SystemHome(s.System); s.Regime == rules.Regime && c.sits(rules, r, home) {
			homes = append(homes, home)
		}
	}
	return homes
}

// arrange builds what is looked up from what was loaded.
func (c *Chart) arrange(bearers []bearer, designations []Designation, deputies []Deputy) {
	slices.SortStableFunc(bearers, func(a, b bearer) int {
		return cmp.Or(cmp.Compare(b.Manner.as(), a.Manner.as()), cmp.Compare(c.posts[a.Post].Rank, c.posts[b.Post].Rank),
			cmp.Compare(c.people[a.Person].Number, c.people[b.Person].Number), cmp.Compare(a.Person, b.Person))
	})
	c.scopes = scopesOf(c.Tree)
	c.heads, c.borne, c.titled, c.placed = map[id.ID][]bearer{}, map[id.ID][]bearer{}, map[string][]bearer{}, map[place][]bearer{}
	for _, b := range bearers {
		c.borne[b.Person] = append(c.borne[b.Person], b)
		post := c.posts[b.Post]
		if post.Head {
			c.heads[b.Unit] = append(c.heads[b.Unit], b)
		}
		title := text.Fold(post.Title)
		c.titled[title] = append(c.titled[title], b)
		at := place{b.Unit, b.Post}
		c.placed[at] = append(c.placed[at], b)
	}
	c.designations, c.acting, c.deputies = newDesignated(), newDesignated(), map[seat][]Deputy{}
	for _, d := range designations {
		to := c.designations
		if d.Deputy {
			to = c.acting
		}
		at := seat{d.Regime, d.Role, d.Scope}
		unit, isUnit := UnitOf(d.Scope)
		_, there := c.Tree.Unit(unit)
		if isUnit && !there {
			at.home = UnitHome(c.Tree.Now(unit))
			to.inherited[at] = append(to.inherited[at], d)
			continue
		}
		to.own[at] = append(to.own[at], d)
	}
	for _, d := range deputies {
		at := seat{d.Regime, d.Role, d.Scope}
		if c.deputies[at] == nil {
			c.deputySeats = append(c.deputySeats, at)
		}
		c.deputies[at] = append(c.deputies[at], d)
	}
	c.seen = sync.OnceValue(c.survey)
}

func (m Manner) as() As {
	switch m {
	case Main, Probation:
		return AsHolder
	case Concurrent, Acting, Joint:
		return AsConcurrent
	}
	return AsDeputy
}
