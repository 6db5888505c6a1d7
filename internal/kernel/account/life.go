package account

import (
	"context"
	"slices"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// LifeState is whether an account may be used on a day, as far as that follows from where its person works or whether its unit
// exists (kobe-city/standard:8.2.1イ, kobe-school/standard:7.2.2).
type LifeState string

// The states.
const (
	Live  LifeState = "live"
	Ahead LifeState = "ahead" // its person begins later
	Grace LifeState = "grace" // its person works nowhere any more: it can do nothing, and goes on when he is assigned again
	Ended LifeState = "ended" // to be closed
)

// Life is the state of an account on a day.
type Life struct {
	State LifeState
	Last  jpdate.Date // the last day of work, while it is over
	Until jpdate.Date // the last day of the grace; of Ahead the first day of work
}

// days are those on which something holds.
type days struct{ from, until jpdate.Date }

// lifeOf finds the state on a day. made is the day from which an account exists whose person never worked.
func lifeOf(spans []days, made, on jpdate.Date, grace int) Life {
	last, next := jpdate.Date{}, jpdate.Date{}
	for _, d := range spans {
		switch {
		case d.until.Before(d.from): // it never held
		case d.from.After(on):
			if next.IsZero() || d.from.Before(next) {
				next = d.from
			}
		case !d.until.Before(on):
			return Life{State: Live}
		case d.until.After(last):
			last = d.until
		}
	}
	if last.IsZero() {
		last = made
	}
	until := last.AddDays(grace)
	switch {
	case !next.IsZero():
		return Life{State: Ahead, Last: last, Until: next}
	case !until.Before(on):
		return Life{State: Grace, Last: last, Until: until}
	}
	return Life{State: Ended, Last: last, Until: until}
}

// Life tells whether an account may be used on a day, as far as may be known now.
func (s *Service) Life(ctx context.Context, r db.Reader, a Account, on jpdate.Date) (Life, error) {
	st, err := s.terms(ctx, r)
	if err != nil {
		return Life{}, err
	}
	return life(ctx, r, org.View{On: on, Now: db.At(s.d.Now())}, a, st.Grace)
}

func life(ctx context.Context, r db.Reader, v org.View, a Account, grace int) (Life, error) {
	made := jpdate.Today(a.MadeAt.Time())
	if a.Kind == Place {
		units, err := v.UnitHistory(ctx, r, a.Unit)
		return lifeOf(spans(units, func(u org.Unit) days { return days{u.From, u.Until} }), made, v.On, grace), err
	}
	work, err := v.AssignmentHistory(ctx, r, a.Person)
	return lifeOf(spans(work, worked), made, v.On, grace), err
}

func worked(a org.Assignment) days { return days{a.From, a.Until} }

func spans[T any](list []T, of func(T) days) []days {
	all := make([]days, len(list))
	for i, x := range list {
		all[i] = of(x)
	}
	return all
}

// barred says why an account may not be used: Forbidden. What it tells is for who has shown that he is its owner.
func barred(a Account, l Life) error {
	if a.State != Active {
		return errs.New(errs.Forbidden, "この利用者は停止されています。使えるようにするには、所属長か運用管理者に相談してください。")
	}
	switch l.State {
	case Ahead:
		return errs.New(errs.Forbidden, "%sから使えます。その日になってから、もう一度サインインしてください。", l.Until.Wareki())
	case Grace:
		return errs.New(errs.Forbidden, "%sで所属がなくなったため、いまは何もできません。異動や任用の手続きが済めば、%sまでは同じ利用者のまま使えるようになります。所属長か人事の担当に尋ねてください。", l.Last.Wareki(), l.Until.Wareki())
	case Ended:
		return errs.New(errs.Forbidden, "所属がないため使えません。異動や任用の手続きについて、所属長か人事の担当に尋ねてください。")
	case Live:
	}
	return nil
}

// Lapsed lists the accounts of people that are to be closed on a day, since the grace after their person's last assignment is
// over.
func (s *Service) Lapsed(ctx context.Context, r db.Reader, on jpdate.Date) ([]Account, error) {
	st, err := s.terms(ctx, r)
	if err != nil {
		return nil, err
	}
	all, err := openAccounts(ctx, r, Person)
	if err != nil {
		return nil, err
	}
	v := org.View{On: on, Now: db.At(s.d.Now())}
	var lapsed []Account
	for some := range slices.Chunk(all, 500) {
		people := make([]id.ID, len(some))
		for i, a := range some {
			people[i] = a.Person
		}
		work, err := v.AssignmentHistory(ctx, r, people...)
		if err != nil {
			return nil, err
		}
		of := map[id.ID][]days{}
		for _, w := range work {
			of[w.Person] = append(of[w.Person], worked(w))
		}
		for _, a := range some {
			if lifeOf(of[a.Person], jpdate.Today(a.MadeAt.Time()), on, st.Grace).State == Ended {
				lapsed = append(lapsed, a)
			}
		}
	}
	return lapsed, nil
}

// CloseLapsed closes the accounts that are to be closed today, in one act, and says which they were. It is done once a day by the
// program, or by whoever manages the accounts of the whole body.
func (s *Service) CloseLapsed(ctx context.Context, by *access.Actor) (closed []Account, err error) {
	if err := s.d.View(ctx, func(r db.Reader) (err error) { // nobody waits for it on the many days on which there is nothing to do
		if _, err := by.Require(ctx, r, access.AccountManage, trail.Body); err != nil {
			return err
		}
		closed, err = s.Lapsed(ctx, r, jpdate.Today(s.d.Now()))
		return err
	}); err != nil || len(closed) == 0 {
		return nil, err
	}
	return closed, s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.lapse"}, func(tx *trail.Tx) error {
		if err := by.Authorize(ctx, tx, access.AccountManage, trail.Body); err != nil {
			return err
		}
		var err error
		if closed, err = s.Lapsed(ctx, tx, jpdate.Today(tx.Now)); err != nil {
			return err
		}
		for i := range closed {
			if closed[i], err = s.shut(ctx, tx, closed[i], Closed, WhyStopped); err != nil {
				return err
			}
		}
		return nil
	})
}

// shut gives an account a state and ends its sessions.
func (s *Service) shut(ctx context.Context, tx *trail.Tx, a Account, state State, why Why) (Account, error) {
	a.State, a.OutAt = state, string(db.At(tx.Now))
	if err := Accounts.Put(ctx, tx, a); err != nil {
		return a, err
	}
	a.Version++
	return a, endSessions(ctx, tx.Plain(), a.ID, "", why, db.At(tx.Now))
}

// monthsAgo is a moment some months before another.
func monthsAgo(now time.Time, n int) db.Time { return db.At(now.AddDate(0, -n, 0)) }
