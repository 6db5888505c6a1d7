package policy

import (
	"context"
	"strings"
	"sync"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
)

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	log     *trail.Log
	db      *db.DB
	library *regime.Library
	decided setting.Memory

	mu    sync.Mutex
	books map[string]*Book // by pack hash and hash of the imported bytes
}

// New makes the service over the packs that are in force or offered, and the database of imported texts.
func New(log *trail.Log, library *regime.Library) *Service {
	return &Service{log: log, db: log.DB(), library: library, books: map[string]*Book{}}
}

// Packs returns one edition of every regime: the one in force today, else the newest that is offered.
func (s *Service) Packs(ctx context.Context) (packs []*regime.Pack, err error) {
	err = s.db.View(ctx, func(r db.Reader) error {
		set, err := s.inForce(ctx, r)
		if err == nil {
			packs = set.Packs
		}
		return err
	})
	return packs, err
}

// Values is what the body has decided about settings, and today.
func (s *Service) Values(ctx context.Context) (values setting.Values, today jpdate.Date, err error) {
	err = s.db.View(ctx, func(r db.Reader) error {
		values, err = s.decided.Values(ctx, r)
		return err
	})
	return values, jpdate.Today(s.db.Now()), err
}

func (s *Service) inForce(ctx context.Context, r db.Reader) (*regime.Set, error) {
	return s.library.InForce(ctx, r, jpdate.Today(s.db.Now()))
}

// find gives the edition named: of R the one of Packs, of R@edition that one, whether it is in force or only offered.
func (s *Service) find(ctx context.Context, r db.Reader, name string) (*regime.Pack, error) {
	set, err := s.inForce(ctx, r)
	if err != nil {
		return nil, err
	}
	if p, err := set.Find(name); err == nil {
		return p, nil
	}
	return s.library.Offered().Find(name)
}

// Book returns the edition named R or R@edition with its imported text. The text is asked for
// each time, since another process may have imported one; the book is built once.
func (s *Service) Book(ctx context.Context, name string) (*Book, error) {
	var book *Book
	err := s.db.View(ctx, func(r db.Reader) error {
		p, err := s.find(ctx, r, name)
		if err != nil {
			return err
		}
		sum, err := clause.Sum(ctx, r, p.ID, p.Edition)
		if err != nil {
			return err
		}
		if book = s.cached(p.Hash + sum); book != nil {
			return nil
		}
		var t *clause.Text
		if sum != "" {
			if t, err = clause.Load(ctx, r, p.ID, p.Edition); err != nil {
				return err
			}
		}
		book = NewBook(p, t)
		s.keep(p.Hash+sum, book)
		return nil
	})
	return book, err
}

// BookOf is Book also for an edition that has an imported text and no pack: its clauses beside
// the duties of the newest pack of the regime.
func (s *Service) BookOf(ctx context.Context, name string) (*Book, error) {
	b, err := s.Book(ctx, name)
	id, edition, exact := strings.Cut(name, "@")
	if err == nil || !exact {
		return b, err
	}
	var book *Book
	failed := s.db.View(ctx, func(r db.Reader) error {
		p, unknown := s.find(ctx, r, id)
		if unknown != nil {
			return err
		}
		t, err := clause.Load(ctx, r, id, edition)
		if err == nil {
			book = NewBook(p, t)
		}
		return err
	})
	return book, failed
}

func (s *Service) cached(key string) *Book {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.books[key]
}

// keep remembers a book. A text is imported once an edition, so the map stays as small as the
// number of editions, plus one for each before its text came.
func (s *Service) keep(key string, b *Book) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.books[key] = b
}

// Import takes in the official text of the pack's regime, as an act of by.
func (s *Service) Import(ctx context.Context, by *access.Actor, p *regime.Pack, data []byte, dryRun bool) (clause.Result, error) {
	if !by.Can(access.PolicyImport) {
		return clause.Result{}, access.Refused(access.PolicyImport)
	}
	refs := make([]string, len(p.Clauses))
	for i, c := range p.Clauses {
		refs[i] = c.Document + ":" + c.ID
	}
	return clause.Import(ctx, s.log, by.Name, clause.Package{
		Regime: p.ID, Edition: p.Edition, Specs: p.Specs(), Clauses: refs, Known: p.Defects,
	}, data, dryRun)
}

// Editions lists the imported texts of a regime, the first imported first.
func (s *Service) Editions(ctx context.Context, id string) (out []clause.Edition, err error) {
	err = s.db.View(ctx, func(r db.Reader) error {
		out, err = clause.Editions(ctx, r, id)
		return err
	})
	return out, err
}

// Changed is one clause with other words, and the duties that stand on it.
type Changed struct {
	Clause string
	Duties []string
}

// Diff compares two imported editions of the regime of p: clauses as packs name them.
func (s *Service) Diff(ctx context.Context, p *regime.Pack, from, to string) (added, removed []string, changed []Changed, err error) {
	err = s.db.View(ctx, func(r db.Reader) error {
		before, err := clause.Load(ctx, r, p.ID, from)
		if err != nil {
			return err
		}
		after, err := clause.Load(ctx, r, p.ID, to)
		if err != nil {
			return err
		}
		d := clause.Diff(before, after)
		added, removed, changed = refs(p, d.Added), refs(p, d.Removed), nil
		for _, ref := range refs(p, d.Changed) {
			c := Changed{Clause: ref}
			for _, x := range p.DutiesOf(ref) {
				c.Duties = append(c.Duties, x.ID)
			}
			changed = append(changed, c)
		}
		return nil
	})
	return added, removed, changed, err
}

// refs names clauses of the text (document:clause) as packs do.
func refs(p *regime.Pack, ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = p.Ref(p.Resolve(id))
	}
	return out
}
