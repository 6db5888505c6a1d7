package people

import (
	"context"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
)

// Copies is where people stand beside the statements about them that are to be erased.
type Copies struct {
	Statements []org.Person // the other statements about them that still name them
	Holds      []Hold       // held rows, whatever became of them
	Files      []Copied     // files that were handed in
}

// Copied is a file in which they stand.
type Copied struct {
	Stored
	Upload Upload
	Sure   bool // by their number; else somebody of their name stands there
}

// Copies looks for people beside some statements about them: whoever has one of their numbers or names. It reads every file that was
// ever handed in, but of imports that the actor may not know of yet.
func (s *Service) Copies(ctx context.Context, by *access.Actor, statements []id.ID) (c Copies, err error) {
	now := db.At(s.now())
	var seen []Upload
	var sought sought
	if err := s.log.DB().View(ctx, func(r db.Reader) error {
		c, seen = Copies{}, nil
		if _, err := by.Require(ctx, r, access.PeopleImport, org.BodyHome); err != nil {
			return err
		}
		stated, err := org.EverStated(ctx, r, now, statements)
		if err != nil || len(stated) == 0 {
			return err
		}
		sought = soughtOf(stated)
		c.Statements = slices.DeleteFunc(stated, func(p org.Person) bool { return p.Name == "" || slices.Contains(statements, p.ID) })
		all, err := allUploads(ctx, r)
		if err != nil {
			return err
		}
		for _, u := range all {
			if !u.sees(by.Name, now) && db.Time(u.Sealed) > now {
				continue
			}
			seen = append(seen, u)
			held, err := holdsOf(ctx, r, u.ID)
			if err != nil {
				return err
			}
			for _, h := range held {
				if is, _ := sought.in(lineFrom(h.Form, h.File, h.Place, h.Cells())); is {
					c.Holds = append(c.Holds, h)
				}
			}
		}
		return nil
	}); err != nil {
		return Copies{}, err
	}
	for _, u := range seen {
		files, err := s.copied(u, sought)
		if err != nil {
			return Copies{}, err
		}
		c.Files = append(c.Files, files...)
	}
	return c, nil
}

// copied are the files of an upload in which somebody stands.
func (s *Service) copied(u Upload, sought sought) (list []Copied, err error) {
	for _, stored := range u.Sources() {
		lines, _, err := s.linesIn(stored)
		if errs.KindOf(err) == errs.NotFound {
			continue // it was taken away
		}
		if err != nil {
			return nil, err
		}
		found := Copied{Stored: stored, Upload: u}
		some := false
		for _, l := range lines {
			is, sure := sought.in(l)
			some, found.Sure = some || is, found.Sure || sure
		}
		if some {
			list = append(list, found)
		}
	}
	return list, nil
}

// sought is people by their numbers and names, as they are compared.
type sought struct{ numbers, names map[string]bool }

func soughtOf(stated []org.Person) sought {
	x := sought{map[string]bool{}, map[string]bool{}}
	for _, p := range stated {
		x.numbers[key(p.Number)], x.names[key(p.Name)] = true, true
	}
	delete(x.numbers, "")
	delete(x.names, "")
	return x
}

// in says whether a row names one of them, and whether it does so by number.
func (x sought) in(l *Line) (is, sure bool) {
	sure = x.numbers[key(l.get("number"))] || x.numbers[key(l.get("old"))]
	named := slices.Contains([]Form{Orders, Roster}, l.Form) && x.names[key(l.get("name"))]
	return sure || named, sure
}
