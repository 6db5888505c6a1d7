package people

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/trail"
)

// Directory says who is where and who holds what on a day, as far as the reader may know it: what an import states is not there
// before its publication, for its operators neither (the pages of the import are theirs). It also lets holders of roles name
// deputies. It is safe for concurrent use.
type Directory struct {
	log     *trail.Log
	library *regime.Library
	charts  *org.Charts
	index   *search.Index

	mu      sync.Mutex
	counted map[counting]heads // what was asked for last
}

// NewDirectory makes a directory by the roles of the packs that are in force and of Sekimori itself. charts are those of the whole
// program, so that each is made once.
func NewDirectory(log *trail.Log, library *regime.Library, charts *org.Charts, index *search.Index) *Directory {
	return &Directory{log: log, library: library, charts: charts, index: index, counted: map[counting]heads{}}
}

// today is the day in Japan.
func (d *Directory) today() jpdate.Date { return jpdate.Today(d.log.DB().Now()) }

// snapshot is the organisation of one day, within one read of the database.
type snapshot struct {
	db.Reader
	org.View
	reader
	chart *org.Chart
	packs []*regime.Pack
	d     *Directory
}

// on reads the organisation of a day for somebody; fn may be called again, so it begins anew each time.
func (d *Directory) on(ctx context.Context, by *access.Actor, day jpdate.Date, fn func(s snapshot) error) error {
	return d.log.DB().View(ctx, func(r db.Reader) error {
		s, err := d.snapshot(ctx, r, by, day)
		if err != nil {
			return err
		}
		return fn(s)
	})
}

func (d *Directory) snapshot(ctx context.Context, r db.Reader, by *access.Actor, day jpdate.Date) (snapshot, error) {
	set, err := d.library.InForce(ctx, r, day)
	if err != nil {
		return snapshot{}, err
	}
	s := snapshot{Reader: r, View: org.View{On: day, Now: db.At(d.log.DB().Now())}, packs: set.Packs, d: d}
	s.reader = newReader(by, s.View)
	s.chart, err = d.charts.At(ctx, r, s.View, append(set.OrgRules(), access.Rules()))
	return s, err
}

// pack finds the pack of a regime.
func (s snapshot) pack(id string) (*regime.Pack, bool) {
	i := slices.IndexFunc(s.packs, func(p *regime.Pack) bool { return p.ID == id })
	if i < 0 {
		return nil, false
	}
	return s.packs[i], true
}

// unitNamed finds a unit of the day by its code or name, as somebody writes it.
func (s snapshot) unitNamed(words string) (org.Unit, bool) {
	if u, ok := s.chart.Tree.ByCode(strings.TrimSpace(words)); ok {
		return u, true
	}
	want := text.Fold(words)
	i := slices.IndexFunc(s.chart.Tree.Units(), func(u org.Unit) bool { return text.Fold(u.Name) == want || text.Fold(u.Code) == want })
	if i < 0 {
		return org.Unit{}, false
	}
	return s.chart.Tree.Units()[i], true
}

// postsByID are the posts of the day.
func (s snapshot) postsByID(ctx context.Context) (map[id.ID]org.Post, error) {
	list, err := s.Posts(ctx, s)
	posts := map[id.ID]org.Post{}
	for _, p := range list {
		posts[p.Post] = p
	}
	return posts, err
}

// counting is what numbers are remembered for: the organisation as it is, and how far somebody sees.
type counting struct {
	chart *org.Chart
	scope string
}

// heads counts the people whom a reader sees.
type heads struct {
	all         int           // people of the day
	in          map[id.ID]int // by the unit of their main post
	below       map[id.ID]int // the same with all units below it
	on, besides map[id.ID]int // by post: as their main one, and beside it
	vacancies   int           // seats that nobody holds
	vacant      map[id.ID]int // those by unit
	vacantBelow map[id.ID]int // those by unit with all units below it
}

// heads counts the people and vacant seats of the day; once for as long as the chart stays the same, since that is as long as
// nobody has written.
func (s snapshot) heads(ctx context.Context) (heads, error) {
	what := counting{s.chart, s.people.Key()}
	s.d.mu.Lock()
	h, known := s.d.counted[what]
	s.d.mu.Unlock()
	if known {
		return h, nil
	}
	h, err := s.count(ctx)
	if err != nil {
		return h, err
	}
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	if len(s.d.counted) >= maxCounted {
		clear(s.d.counted)
	}
	s.d.counted[what] = h
	return h, nil
}

// maxCounted is how often numbers are remembered: those of a city take 200 KB.
const maxCounted = 32

func (s snapshot) count(ctx context.Context) (heads, error) {
	all, err1 := s.CountPeople(ctx, s, s.among())
	borne, err2 := s.CountBorne(ctx, s, s.among())
	h := heads{all: all, in: map[id.ID]int{}, below: map[id.ID]int{}, on: map[id.ID]int{}, besides: map[id.ID]int{}, vacant: map[id.ID]int{}, vacantBelow: map[id.ID]int{}}
	for _, b := range borne {
		if b.Manner == org.Main || b.Manner == org.Probation { // each person has one of these
			h.in[b.Unit] += b.N
			h.on[b.Post] += b.N
		} else {
			h.besides[b.Post] += b.N
		}
	}
	for _, v := range s.chart.Vacancies() {
		h.vacancies++
		if unit, ok := org.UnitOf(v.Home); ok {
			h.vacant[unit]++
		}
	}
	for _, u := range slices.Backward(s.chart.Tree.Units()) {
		h.below[u.Unit] += h.in[u.Unit]
		h.vacantBelow[u.Unit] += h.vacant[u.Unit]
		if above := s.parent(u.Unit); above != "" {
			h.below[above] += h.below[u.Unit]
			h.vacantBelow[above] += h.vacantBelow[u.Unit]
		}
	}
	return h, errors.Join(err1, err2)
}

// parent is what a unit of the day stands under, "" for a body.
func (s snapshot) parent(unit id.ID) id.ID {
	if path := s.chart.Tree.Path(unit); len(path) > 1 {
		return path[len(path)-2].Unit
	}
	return ""
}
