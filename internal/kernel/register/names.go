package register

import (
	"context"
	"errors"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
)

// names are the names that an actor may know, looked up as they are asked for.
type names struct {
	ctx   context.Context
	r     db.Reader
	by    *access.Actor
	chart *org.Chart
	shelf *Shelf
	book  *Book

	people map[string]string
	things map[string]string
	err    error // the first that looking up ended in
}

// Called implements Names.
func (n *names) Called(f Field, called string) string {
	switch f.Type { //nolint:exhaustive // the others have no ids
	case TypeUnit:
		return n.place(org.UnitHome(id.ID(called)))
	case TypeScope:
		return n.place(called)
	case TypeRoleHolder:
		if rules, ok := n.chart.Rules(n.book.Regime); ok {
			if role, ok := rules.Role(called); ok {
				return role.Title
			}
		}
	case TypePerson:
		n.load(map[string]bool{called: true}, nil)
		return n.people[called]
	case TypeRef:
		n.load(nil, map[string]map[string]bool{n.refers(f): {called: true}})
		return n.things[n.refers(f)+" "+called]
	}
	return called
}

// refers is the name of the register that a field refers to.
func (n *names) refers(f Field) string { return n.book.Regime + "." + f.To }

// place is what a home is called: a unit, a system, or the body as a whole.
func (n *names) place(home string) string {
	if unit, ok := org.UnitOf(home); ok {
		u, there := n.chart.Tree.Last(unit)
		if _, now := n.chart.Tree.Unit(unit); there && !now {
			return u.Name + "（廃止）"
		}
		return u.Name
	}
	if system, ok := org.SystemOf(home); ok {
		s, _ := n.chart.System(system)
		return s.Name
	}
	return WholeBody
}

// WholeBody is what the scope of the body as a whole is called.
const WholeBody = "全体"

// Hidden stands in place of what the reader may not know.
const Hidden = "（権限の範囲外）"

// prefetch looks up everything that some entries name in some fields, at once.
func (n *names) prefetch(fields []Field, entries ...Data) {
	people, things := map[string]bool{}, map[string]map[string]bool{}
	n.gather(fields, entries, people, things)
	n.load(people, things)
}

func (n *names) gather(fields []Field, entries []Data, people map[string]bool, things map[string]map[string]bool) {
	for _, f := range fields {
		for _, data := range entries {
			switch f.Type { //nolint:exhaustive // the others need no look-up
			case TypePerson:
				for _, x := range data.List(f.ID) {
					people[x] = true
				}
			case TypeRef:
				to := n.refers(f)
				if things[to] == nil {
					things[to] = map[string]bool{}
				}
				for _, x := range data.List(f.ID) {
					things[to][x] = true
				}
			case TypeRows:
				n.gather(f.Fields, data.Rows(f.ID), people, things)
			}
		}
	}
}

// load looks up people, and things by the name of their register, that are not known yet.
func (n *names) load(people map[string]bool, things map[string]map[string]bool) {
	var ask []string
	for p := range people {
		if _, known := n.people[p]; !known {
			ask = append(ask, p)
		}
	}
	if len(ask) > 0 && n.err == nil {
		found, err := n.chart.View.Names(n.ctx, n.r, ask)
		n.err = err
		for _, p := range ask {
			n.people[p] = found[p]
		}
	}
	for to, set := range things {
		ask = nil
		for x := range set {
			if _, known := n.things[to+" "+x]; !known {
				ask = append(ask, x)
			}
		}
		if len(ask) > 0 && n.err == nil {
			n.loadThings(to, ask)
		}
	}
}

// loadThings looks up entries of a register; of those out of the actor's scope no more is said than that they are.
func (n *names) loadThings(to string, ask []string) {
	for _, x := range ask {
		n.things[to+" "+x] = Hidden
	}
	b, ok := n.shelf.Named(to)
	if !ok {
		return
	}
	entries, err := b.entries(n.ctx, n.r, ask)
	if err != nil {
		n.err = err
		return
	}
	homes := make([]string, len(entries))
	for i, e := range entries {
		homes[i] = e.Home
	}
	seen, err := n.naming(b).Seen(n.ctx, n.r, homes...)
	if err != nil {
		n.err = err
		return
	}
	for _, e := range entries {
		if seen[e.Home] {
			n.things[to+" "+string(e.ID)] = b.Title(e)
		}
	}
}

// naming is where the entries of a register are that the actor may name: those that he sees, and at a place those of its unit, whose
// numbers stand on the things there.
func (n *names) naming(b *Book) access.Scope {
	if n.by.Class == access.Place {
		return n.by.Here()
	}
	return b.seeing(n.by)
}

// Title is what people call an entry: its number and its first listed text.
func (b *Book) Title(e Entry) string {
	data, err := e.Read()
	if err != nil {
		return e.Number
	}
	for _, f := range b.Fields {
		if s := data.Text(f.ID); f.Type == TypeText && f.List && s != "" && !f.Restricted {
			return strings.TrimSpace(e.Number + " " + s)
		}
	}
	return e.Number
}

// Written implements Names: a code or a number stands before the name.
func (n *names) Written(f Field, called string) string {
	unit, isUnit := org.UnitOf(called)
	system, isSystem := org.SystemOf(called)
	switch {
	case f.Type == TypeUnit, f.Type == TypeScope && isUnit:
		if f.Type == TypeUnit {
			unit = id.ID(called)
		}
		if u, ok := n.chart.Tree.Unit(unit); ok {
			return u.Code + " " + u.Name
		}
		return called
	case f.Type == TypeScope && isSystem:
		if s, ok := n.chart.System(system); ok {
			return s.Code + " " + s.Name
		}
		return called
	case f.Type == TypePerson:
		p, err := n.chart.View.Person(n.ctx, n.r, id.ID(called))
		if err != nil {
			return called
		}
		return p.Number + " " + p.Name
	case f.Type == TypeRef:
		if title := n.Called(f, called); title != Hidden {
			return title
		}
		return called
	}
	return n.Called(f, called)
}

// Find implements Names.
func (n *names) Find(f Field, words string) (any, string) {
	words = strings.TrimSpace(words)
	first := firstWord(words)
	switch f.Type { //nolint:exhaustive // the others have no ids
	case TypeUnit:
		if unit, ok := n.unit(words, first); ok {
			return string(unit), ""
		}
		return nil, "その組織はありません。組織コードか、正式な名称で書いてください。"
	case TypeScope:
		return n.findScope(words, first)
	case TypeRoleHolder:
		rules, _ := n.chart.Rules(n.book.Regime)
		for _, r := range rules.Roles {
			if r.ID == words || text.Fold(r.Title) == text.Fold(words) || r.Short != "" && r.Short == words {
				return r.ID, ""
			}
		}
		return nil, "その役割はありません。"
	case TypePerson:
		return n.findPerson(first)
	case TypeRef:
		return n.findThing(f, first)
	}
	return nil, "この項目は名前では書けません。"
}

// firstWord is words up to a space: a code or a number may be followed by what it is called.
func firstWord(words string) string {
	if i := strings.IndexAny(words, " 　"); i >= 0 {
		return words[:i]
	}
	return words
}

func (n *names) unit(words, first string) (id.ID, bool) {
	if u, ok := n.chart.Tree.Last(id.ID(words)); ok { // by id an abolished one too: it stood there before
		return u.Unit, true
	}
	if u, ok := n.chart.Tree.ByCode(first); ok {
		return u.Unit, true
	}
	found := id.ID("")
	for _, u := range n.chart.Tree.Units() {
		if text.Fold(u.Name) == text.Fold(words) || u.Short != "" && text.Fold(u.Short) == text.Fold(words) {
			if found != "" {
				return "", false // two of one name: the code tells them apart
			}
			found = u.Unit
		}
	}
	return found, found != ""
}

func (n *names) findScope(words, first string) (any, string) {
	if unit, ok := org.UnitOf(words); ok {
		words = string(unit)
	}
	if unit, ok := n.unit(words, first); ok {
		return org.UnitHome(unit), ""
	}
	for _, s := range n.chart.Systems() {
		if words == org.SystemHome(s.System) || s.Code == first || text.Fold(s.Name) == text.Fold(words) {
			return org.SystemHome(s.System), ""
		}
	}
	if words == org.BodyHome || words == WholeBody {
		return org.BodyHome, ""
	}
	return nil, "その組織もシステムもありません。コードか、正式な名称で書いてください。"
}

// findPerson finds somebody whom the actor may see.
func (n *names) findPerson(words string) (any, string) {
	const unknown = "その職員は見つかりません。職員番号で書いてください。"
	people, err := n.chart.View.Numbered(n.ctx, n.r, words)
	if err == nil && len(people) == 0 {
		if p, err := id.Parse(words); err == nil {
			person, err := n.chart.View.Person(n.ctx, n.r, p)
			if err == nil {
				people = append(people, person)
			} else if !errors.Is(err, db.ErrNotFound) {
				n.err = err
			}
		}
	}
	if err != nil || len(people) == 0 {
		n.err = errors.Join(n.err, err)
		return nil, unknown
	}
	among := n.by.Scope(access.PeopleRead)
	if n.by.Class == access.Place {
		among = n.by.Here()
	}
	ok, err := among.Has(n.ctx, n.r, org.PersonHome(people[0].Person))
	if n.err = errors.Join(n.err, err); err != nil || !ok {
		return nil, unknown
	}
	n.people[string(people[0].Person)] = people[0].Name
	return string(people[0].Person), ""
}

// findThing finds an entry of another register, or of the same, that the actor may see.
func (n *names) findThing(f Field, words string) (any, string) {
	b, ok := n.shelf.Named(n.refers(f))
	if !ok {
		return nil, "その台帳はありません。"
	}
	unknown := "その" + b.Entry + "は見つかりません。番号（例：令和8-" + b.Kind.Number + "-000123）で書いてください。"
	entries, err := b.byNumber(n.ctx, n.r, words)
	if narrow := text.NFKC(words); err == nil && len(entries) == 0 && narrow != words {
		entries, err = b.byNumber(n.ctx, n.r, narrow)
	}
	if x, bad := id.Parse(words); err == nil && len(entries) == 0 && bad == nil {
		entries, err = b.entries(n.ctx, n.r, []string{string(x)})
	}
	if err != nil || len(entries) == 0 {
		n.err = errors.Join(n.err, err)
		return nil, unknown
	}
	ok, err = n.naming(b).Has(n.ctx, n.r, entries[0].Home)
	if n.err = errors.Join(n.err, err); err != nil || !ok {
		return nil, unknown
	}
	return string(entries[0].ID), ""
}
