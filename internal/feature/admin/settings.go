package admin

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
)

// Declared reads every setting that there is on a day.
type Declared func(ctx context.Context, r db.Reader, on jpdate.Date) ([]setting.Declaration, error)

// Settings holds the use cases of settings. It is safe for concurrent use.
type Settings struct {
	log      *trail.Log
	declared Declared
	memory   setting.Memory
}

// NewSettings makes the use cases.
func NewSettings(log *trail.Log, declared Declared) *Settings {
	return &Settings{log: log, declared: declared}
}

func (s *Settings) today() jpdate.Date { return jpdate.Today(s.log.DB().Now()) }

// Setting is one setting on a day, with what is decided for later ones.
type Setting struct {
	setting.Value
	Coming []setting.Decided
}

// On lists every setting there is on a day.
func (s *Settings) On(ctx context.Context, on jpdate.Date) (list []Setting, err error) {
	err = s.log.DB().View(ctx, func(r db.Reader) error {
		list, err = s.on(ctx, r, on)
		return err
	})
	return list, err
}

func (s *Settings) on(ctx context.Context, r db.Reader, on jpdate.Date) ([]Setting, error) {
	declared, err := s.declared(ctx, r, on)
	if err != nil {
		return nil, err
	}
	values, err := s.memory.Values(ctx, r)
	if err != nil {
		return nil, err
	}
	list := make([]Setting, len(declared))
	for i, d := range declared {
		list[i] = Setting{values.At(d, on), values.Coming(d, on)}
	}
	return list, nil
}

// Propose makes a draft. It is Invalid with everything that is wrong, under title, from_on and the keys of settings.
func (s *Settings) Propose(ctx context.Context, by *access.Actor, p setting.Proposal) (made setting.Draft, err error) {
	p.By = by.Name
	err = s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "setting.draft"}, func(tx *trail.Tx) error {
		if err := by.Authorize(ctx, tx, access.SettingDraft, trail.Body); err != nil {
			return err
		}
		declared, err := s.declared(ctx, tx, p.From)
		if err != nil {
			return err
		}
		made, err = setting.Propose(ctx, tx, declared, p)
		return err
	})
	return made, err
}

// Adopt decides a draft here and now: see setting.Decide. Whoever does it must be permitted to under each of the policies on the
// paper, since the settings of a policy are decided by those whom it names.
func (s *Settings) Adopt(ctx context.Context, by *access.Actor, draft id.ID, d setting.Decision) (decided setting.Draft, err error) {
	d.By, d.Elsewhere = by.Name, false
	err = s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "setting.decide"}, func(tx *trail.Tx) error {
		as, err := by.Require(ctx, tx, access.SettingDecide, trail.Body)
		if err != nil {
			return err
		}
		x, err := setting.DraftOf(ctx, tx, draft)
		if err != nil {
			return errs.Wrap(err, errs.NotFound, "この案はありません。")
		}
		d := d
		if by.Class != access.Program {
			if as.Holding, err = deciding(by, x); err != nil {
				return err
			}
			if as.Holding.As == org.AsDeputy && as.Holding.For != nil {
				d.For = access.PersonName(as.Holding.For.ID)
			}
		}
		tx.As(as.String())
		decided, err = s.decide(ctx, tx, draft, d)
		return err
	})
	return decided, err
}

// deciding gives the authority on which somebody decides a draft: the first of those that he needs, but one of the maker's deputy
// before others, since that forbids it. Forbidden where he lacks one.
func deciding(by *access.Actor, x setting.Draft) (org.Holding, error) {
	p, err := x.Paper()
	if err != nil {
		return org.Holding{}, err
	}
	var used []org.Holding
	var lacks []string
	for _, owner := range p.Owners() {
		var own []org.Holding
		for _, h := range by.Authorities {
			if slices.Contains(h.Role.May, string(access.SettingDecide)) && (h.Regime == owner || owner == setting.Program) {
				own = append(own, h)
			}
		}
		slices.SortStableFunc(own, func(a, b org.Holding) int { return cmp.Compare(deputy(a), deputy(b)) })
		if len(own) == 0 {
			i := slices.IndexFunc(p.Lines, func(l setting.Line) bool { return l.Owner == owner })
			lacks = append(lacks, "「"+p.Lines[i].Policy+"」")
			continue
		}
		used = append(used, own[0])
	}
	if len(lacks) > 0 {
		return org.Holding{}, errs.New(errs.Forbidden, "%sの値は、その規程で決める役割の人が決めます。規程ごとに案を分けるか、団体の決裁の番号を記録してください。", strings.Join(lacks, ""))
	}
	i := slices.IndexFunc(used, func(h org.Holding) bool { return deputy(h) == 1 && h.For != nil && access.PersonName(h.For.ID) == x.By })
	return used[max(i, 0)], nil
}

func deputy(h org.Holding) int {
	if h.As == org.AsDeputy {
		return 1
	}
	return 0
}

// Record keeps what the body has decided about a draft in its own way.
func (s *Settings) Record(ctx context.Context, by *access.Actor, draft id.ID, d setting.Decision) (decided setting.Draft, err error) {
	d.By, d.Elsewhere = by.Name, true
	err = s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "setting.record"}, func(tx *trail.Tx) error {
		if err := by.Authorize(ctx, tx, access.SettingDraft, trail.Body); err != nil {
			return err
		}
		decided, err = s.decide(ctx, tx, draft, d)
		return err
	})
	return decided, err
}

func (s *Settings) decide(ctx context.Context, tx *trail.Tx, draft id.ID, d setting.Decision) (setting.Draft, error) {
	declared, err := s.declared(ctx, tx, d.From)
	if err != nil {
		return setting.Draft{}, err
	}
	return setting.Decide(ctx, tx, declared, draft, d)
}

// Enter records at once what the body has decided on a paper of its own: see setting.Enter.
func (s *Settings) Enter(ctx context.Context, by *access.Actor, p setting.Proposal, d setting.Decision) (decided setting.Draft, err error) {
	p.By, d.By, d.Elsewhere, p.From = by.Name, by.Name, true, d.From
	err = s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "setting.record"}, func(tx *trail.Tx) error {
		if err := by.Authorize(ctx, tx, access.SettingDraft, trail.Body); err != nil {
			return err
		}
		declared, err := s.declared(ctx, tx, d.From)
		if err != nil {
			return err
		}
		decided, err = setting.Enter(ctx, tx, declared, p, d)
		return err
	})
	return decided, err
}

// Withdraw ends an open draft undecided.
func (s *Settings) Withdraw(ctx context.Context, by *access.Actor, draft id.ID, why string) error {
	return s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "setting.withdraw"}, func(tx *trail.Tx) error {
		if err := by.Authorize(ctx, tx, access.SettingDraft, trail.Body); err != nil {
			return err
		}
		_, err := setting.Withdraw(ctx, tx, draft, why)
		return err
	})
}
