package people

import (
	"context"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// SetOperators says who else sees an import before its publication: people by their number, or actors as the trail names them.
func (s *Service) SetOperators(ctx context.Context, by *access.Actor, upload id.ID, operators []string) error {
	u, err := s.Get(ctx, by, upload)
	if err != nil {
		return err
	}
	return s.do(ctx, by, "people.operators", u, func(tx *trail.Tx) error {
		if u, err = s.seen(ctx, tx, by, upload); err != nil {
			return err
		}
		operators, err := s.named(ctx, tx, operators)
		if err != nil {
			return err
		}
		u.Operators = strings.Join(operators, " ")
		if u.State == Applied {
			batch, err := org.ReadBatch(ctx, tx, u.ID)
			if err != nil {
				return err
			}
			batch.Operators = strings.Join(u.operators(), " ")
			if err := org.Batches.Put(ctx, tx, batch); err != nil {
				return err
			}
		}
		return uploads.Put(ctx, tx, u)
	})
}

// named are actors as the trail names them: who is meant by a number, if not named so already.
func (s *Service) named(ctx context.Context, r db.Reader, words []string) ([]string, error) {
	v := org.View{On: jpdate.Today(s.now()), Now: db.At(s.now())}
	var actors []string
	var faults errs.Faults
	for _, word := range words {
		if kind, _, named := strings.Cut(word, ":"); named {
			if !slices.Contains([]string{"person", "cli", "local"}, kind) {
				faults.Add("operators", "「%s」は職員番号でも、証跡に出る名前でもありません。", word)
			}
			actors = append(actors, word)
			continue
		}
		list, err := v.Numbered(ctx, r, word)
		if err == nil && len(list) == 0 {
			list, err = v.Numbered(ctx, r, strings.ToUpper(text.Fold(word)))
		}
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			faults.Add("operators", "職員番号 %s の人はいません。", word)
			continue
		}
		actors = append(actors, access.PersonName(list[0].Person))
	}
	slices.Sort(actors)
	return slices.Compact(actors), faults.Err("公表前に見てよい人に誤りがあります。")
}

// called is an actor as people read him, and as they type him.
type called struct{ words, typed string }

// call gives what actors are called.
func (s *Service) call(ctx context.Context, actors ...string) (map[string]called, error) {
	calls := map[string]called{}
	err := s.log.DB().View(ctx, func(r db.Reader) error {
		for _, actor := range actors {
			person, is := access.PersonOf(actor)
			if _, known := calls[actor]; known {
				continue
			}
			calls[actor] = called{feature.Actor(actor, nil), actor}
			if !is {
				continue
			}
			past, err := org.View{Now: db.At(s.now())}.PersonHistory(ctx, r, person)
			if err != nil {
				return err
			}
			if len(past) > 0 {
				x := past[len(past)-1]
				calls[actor] = called{x.Name + "（" + x.Number + "）", x.Number}
			}
		}
		return nil
	})
	return calls, err
}
