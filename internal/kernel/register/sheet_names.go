package register

import (
	"strings"

	"sekimori/internal/base/id"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
)

// sheetNames are names as sheets write and read them: with the code or number by which they are found again. What was looked up once
// is remembered, and what many rows name is looked up at once.
type sheetNames struct {
	d     *Desk
	said  map[string]string // by what is named and its id
	found map[string]finding
}

type finding struct {
	id      any
	problem string
}

func (d *Desk) sheetNames() *sheetNames {
	return &sheetNames{d, map[string]string{}, map[string]finding{}}
}

// among says what ids and words of a field are names of.
func (n *sheetNames) among(f Field) string {
	if f.Type == TypeRef {
		return "ref " + n.d.names.refers(f)
	}
	return string(f.Type)
}

// say is how a sheet writes an id.
func (n *sheetNames) say(f Field, v string) string {
	key := n.among(f) + " " + v
	if s, known := n.said[key]; known {
		return s
	}
	s := ""
	switch f.Type { //nolint:exhaustive // the others have no ids
	case TypeUnit, TypeScope, TypeRoleHolder:
		s = n.sayPlace(f, v)
	case TypePerson, TypeRef:
		n.prefetch([]Field{f}, Data{f.ID: v})
		s = n.said[key]
	}
	n.said[key] = s
	return s
}

// sayPlace is the code and the name of a unit or system where they lead back to it, else what people call it.
func (n *sheetNames) sayPlace(f Field, v string) string {
	unit := id.ID(v)
	if f.Type == TypeScope {
		unit, _ = org.UnitOf(v)
	}
	var tries []string
	if u, ok := n.d.Chart.Tree.Unit(unit); ok {
		tries = append(tries, strings.TrimSpace(u.Code+" "+u.Name))
	}
	if system, ok := org.SystemOf(v); ok && f.Type == TypeScope {
		if s, ok := n.d.Chart.System(system); ok {
			tries = append(tries, strings.TrimSpace(s.Code+" "+s.Name))
		}
	}
	called := n.d.names.Called(f, v)
	for _, words := range append(tries, called, v) {
		if back, problem := n.d.names.Find(f, words); problem == "" && back == v {
			return words
		}
	}
	return called
}

// prefetch looks up what entries name in some fields.
func (n *sheetNames) prefetch(fields []Field, entries ...Data) {
	people, things := map[string]bool{}, map[string]map[string]bool{}
	n.d.names.gather(fields, entries, people, things)
	n.sayPeople(people)
	for to, set := range things {
		n.sayThings(to, set)
	}
}

// sayPeople gives people their numbers, where the reader may see them.
func (n *sheetNames) sayPeople(people map[string]bool) {
	var ask []string
	for p := range people {
		if _, known := n.said[string(TypePerson)+" "+p]; !known {
			ask = append(ask, p)
		}
	}
	if len(ask) == 0 || n.d.names.err != nil {
		return
	}
	n.d.names.load(people, nil)
	for _, p := range ask {
		n.said[string(TypePerson)+" "+p] = n.d.names.people[p]
	}
	for _, p := range n.seen(nil, ask) {
		n.said[string(TypePerson)+" "+string(p.Person)] = strings.TrimSpace(p.Number + " " + p.Name)
	}
}

// seen are those of some people, by number or id, whom the reader may see.
func (n *sheetNames) seen(numbers, people []string) []org.Person {
	found, err := n.d.Chart.View.Identified(n.d.ctx, n.d.r, numbers, people)
	homes := make([]string, len(found))
	for i, p := range found {
		homes[i] = org.PersonHome(p.Person)
	}
	if err == nil && len(found) > 0 {
		may, failed := n.d.by.Scope(access.PeopleRead).Seen(n.d.ctx, n.d.r, homes...)
		if err = failed; err == nil {
			var list []org.Person
			for i, p := range found {
				if may[homes[i]] {
					list = append(list, p)
				}
			}
			return list
		}
	}
	n.fail(err)
	return nil
}

func (n *sheetNames) fail(err error) {
	if n.d.names.err == nil {
		n.d.names.err = err
	}
}

// sayThings gives entries of a register their numbers, where the reader may see them.
func (n *sheetNames) sayThings(to string, set map[string]bool) {
	var ask []string
	for x := range set {
		if _, known := n.said["ref "+to+" "+x]; !known {
			ask = append(ask, x)
			n.said["ref "+to+" "+x] = Hidden
		}
	}
	b, ok := n.d.Shelf.Named(to)
	if !ok || len(ask) == 0 {
		return
	}
	entries, err := b.entries(n.d.ctx, n.d.r, ask)
	if err == nil {
		entries, err = n.visible(b, entries)
	}
	n.fail(err)
	for _, e := range entries {
		words := e.Number
		if words == "" {
			words = string(e.ID)
		}
		n.said["ref "+to+" "+string(e.ID)] = words
	}
}

// visible are those entries of a register that the reader may see.
func (n *sheetNames) visible(b *Book, entries []Entry) ([]Entry, error) {
	homes := make([]string, len(entries))
	for i, e := range entries {
		homes[i] = e.Home
	}
	seen, err := b.seeing(n.d.by).Seen(n.d.ctx, n.d.r, homes...)
	var list []Entry
	for _, e := range entries {
		if seen[e.Home] {
			list = append(list, e)
		}
	}
	return list, err
}

// wanted is what words in many cells may name: looked up at once, before each cell is read.
type wanted struct {
	people map[string]bool            // first words of cells
	things map[string]map[string]bool // by register
}

// want notes the words of a cell.
func (n *sheetNames) want(w *wanted, f *Field, words string) {
	if f.Type != TypePerson && f.Type != TypeRef || strings.TrimSpace(words) == "" {
		return
	}
	parts := []string{words}
	if f.Many {
		parts = strings.FieldsFunc(words, separates)
	}
	for _, part := range parts {
		part = strings.TrimSpace(part)
		if _, known := n.found[n.among(*f)+"\x00"+part]; known || part == "" {
			continue
		}
		if f.Type == TypePerson {
			w.people[firstWord(part)] = true
			continue
		}
		to := n.d.names.refers(*f)
		if w.things[to] == nil {
			w.things[to] = map[string]bool{}
		}
		w.things[to][firstWord(part)] = true
	}
}

// look finds what is wanted. What it does not find is looked for again, by itself, when its cell is read: there it is said why.
func (n *sheetNames) look(w wanted) {
	if len(w.people) > 0 {
		for _, p := range n.seen(sortedWords(w.people), nil) {
			key := string(TypePerson) + "\x00" + p.Number
			if _, twice := n.found[key]; !twice {
				n.found[key] = finding{string(p.Person), ""}
				n.said[string(TypePerson)+" "+string(p.Person)] = strings.TrimSpace(p.Number + " " + p.Name)
			}
		}
	}
	for to, set := range w.things {
		b, ok := n.d.Shelf.Named(to)
		if !ok {
			continue
		}
		entries, err := b.numbered(n.d.ctx, n.d.r, sortedWords(set))
		if err == nil {
			entries, err = n.visible(b, entries)
		}
		n.fail(err)
		for _, e := range entries {
			n.found["ref "+to+"\x00"+e.Number] = finding{string(e.ID), ""}
			n.said["ref "+to+" "+string(e.ID)] = e.Number
		}
	}
}

// Find implements Names.
func (n *sheetNames) Find(f Field, words string) (any, string) {
	words = strings.TrimSpace(words)
	key := n.among(f) + "\x00" + words
	if x, known := n.found[key]; known {
		return x.id, x.problem
	}
	if f.Type == TypePerson || f.Type == TypeRef {
		if x, known := n.found[n.among(f)+"\x00"+firstWord(words)]; known && x.problem == "" {
			return x.id, ""
		}
	}
	v, problem := n.d.names.Find(f, words)
	n.found[key] = finding{v, problem}
	return v, problem
}

// Called implements Names.
func (n *sheetNames) Called(f Field, called string) string { return n.say(f, called) }

func titleKey(title string) string { return strings.ReplaceAll(text.Fold(title), " ", "") }

// Written implements Names: cells say what they read.
func (n *sheetNames) Written(f Field, called string) string { return n.say(f, called) }
