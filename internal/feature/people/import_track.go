package people

import (
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// statement is a row of kernel/org while an import is worked out.
type statement[T comparable] struct {
	row    T
	stored bool // it stands in the database
	closed bool // the import closes it, or has taken back what it had stated itself
}

// track is all statements of one table that still stand, by what they are about. What it is told changes it in memory;
// changes gives what is to be written.
type track[T comparable] struct {
	now   time.Time // for ids
	head  func(*T) *org.Statement
	about func(T) id.ID
	all   []*statement[T]
	by    map[id.ID][]*statement[T]
	after db.Time // the latest publication of what was built on
}

func newTrack[T comparable](now time.Time, about func(T) id.ID, head func(*T) *org.Statement) *track[T] {
	return &track[T]{now: now, about: about, head: head, by: map[id.ID][]*statement[T]{}}
}

func (t *track[T]) dated(s *statement[T]) *org.Dated { return &t.head(&s.row).Dated }

func (t *track[T]) add(s *statement[T]) {
	t.all = append(t.all, s)
	subject := t.about(s.row)
	t.by[subject] = append(t.by[subject], s)
}

// load takes in a stored statement.
func (t *track[T]) load(row T) { t.add(&statement[T]{row: row, stored: true}) }

// on is the statement about a subject that holds on a day, nil if there is none. like chooses among several, nil takes any.
func (t *track[T]) on(subject id.ID, day jpdate.Date, like func(T) bool) *statement[T] {
	for _, s := range t.by[subject] {
		if d := t.dated(s); !s.closed && !d.From.After(day) && !d.Until.Before(day) && (like == nil || like(s.row)) {
			t.built(s)
			return s
		}
	}
	return nil
}

// built notes that something stands on a statement, and so cannot be known before it.
func (t *track[T]) built(s *statement[T]) {
	if opens := t.dated(s).Opens; s.stored && opens > t.after {
		t.after = opens
	}
}

// last is the statement about a subject that ends last.
func (t *track[T]) last(subject id.ID, like func(T) bool) *statement[T] {
	var found *statement[T]
	for _, s := range t.by[subject] {
		if !s.closed && (like == nil || like(s.row)) && (found == nil || t.dated(s).Until.After(t.dated(found).Until)) {
			found = s
		}
	}
	return found
}

// set states row from a day on, until what was to come after it. The statement of that day gives way. It is false, and
// nothing happens, when that one says the same already.
func (t *track[T]) set(row T, from jpdate.Date, like func(T) bool) bool {
	until := org.Open()
	if s := t.on(t.about(row), from, like); s != nil {
		if t.same(s.row, row) {
			return false
		}
		until = t.dated(s).Until
		t.cut(s, from.AddDays(-1))
	} else {
		for _, s := range t.by[t.about(row)] {
			if s.closed || like != nil && !like(s.row) {
				continue
			}
			t.built(s) // that it ends before, or begins after
			if d := t.dated(s); d.From.After(from) && !d.From.After(until) {
				until = d.From.AddDays(-1)
			}
		}
	}
	t.state(row, from, until)
	return true
}

// end has nothing about a subject hold after a day. It says how many statements it ended.
func (t *track[T]) end(subject id.ID, last jpdate.Date, like func(T) bool) int {
	n := 0
	for _, s := range t.by[subject] {
		if !s.closed && t.dated(s).Until.After(last) && (like == nil || like(s.row)) {
			t.cut(s, last)
			n++
		}
	}
	return n
}

// cut lets a statement hold to a day, and not at all when it begins later.
func (t *track[T]) cut(s *statement[T], last jpdate.Date) {
	t.built(s)
	d := t.dated(s)
	switch {
	case d.From.After(last):
		s.closed = true
	case s.stored:
		s.closed = true
		t.state(s.row, d.From, last)
	default:
		d.Until = last
	}
}

// state adds a statement of the import's own.
func (t *track[T]) state(row T, from, until jpdate.Date) {
	h := t.head(&row)
	*h = org.Statement{ID: id.New(t.now), Row: trail.Row{Home: h.Home}, Dated: org.Dated{From: from, Until: until}}
	t.add(&statement[T]{row: row})
}

// same says whether two rows state the same, whenever they do.
func (t *track[T]) same(a, b T) bool {
	*t.head(&a), *t.head(&b) = org.Statement{}, org.Statement{}
	return a == b
}

// changes is what must be written: what the batch closes, and what it states, known from opens on.
func (t *track[T]) changes(opens db.Time, batch id.ID) []T {
	var rows []T
	for _, s := range t.all {
		d := t.dated(s)
		switch {
		case s.stored && s.closed:
			d.Closes, d.ClosedBy = opens, batch
		case !s.stored && !s.closed:
			d.Opens, d.Closes, d.Batch = opens, org.Forever, batch
		default:
			continue
		}
		rows = append(rows, s.row)
	}
	return rows
}
