package signin

import (
	"context"
	"log/slog"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Doors is how people come in. It is safe for concurrent use.
type Doors struct {
	Accounts *account.Service
	Factors  *account.Factors
	Keys     *account.Keyring
	// Provider leads to the office's identity provider and back; nil where there is none.
	Provider *Provider

	log  *trail.Log
	gate *access.Gate

	notes chan func(context.Context) error // what Run writes down
}

// manyNotes is how many may wait for Run.
const manyNotes = 1000

// New makes the doors.
func New(log *trail.Log, gate *access.Gate, accounts *account.Service, factors *account.Factors) *Doors {
	return &Doors{Accounts: accounts, Factors: factors, Keys: account.NewKeyring(log), log: log, gate: gate, notes: make(chan func(context.Context) error, manyNotes)}
}

// person is who an account belongs to. In the grace after his last assignment there is nothing that he can do.
func (d *Doors) person(ctx context.Context, r db.Reader, a account.Account) (*access.Actor, error) {
	actor, err := d.gate.Person(ctx, r, a.Person, db.At(d.log.DB().Now()))
	if errs.KindOf(err) == errs.NotFound {
		return &access.Actor{Class: access.Person, Name: a.Actor(), Pending: string(nowhere), Person: org.Person{Person: a.Person}}, nil
	}
	if err == nil && len(actor.Assignments) == 0 {
		actor.Pending = string(nowhere)
	}
	return actor, err
}

// pending is what somebody has to do before anything else. What his roles ask for is asked at each request, so whoever comes to
// such a role is asked then.
func (d *Doors) pending(ctx context.Context, r db.Reader, a *access.Actor, s account.Session) (account.Pending, error) {
	if next := s.Next(); next != "" || s.Factor || !account.FactorRequired(a) {
		return next, nil
	}
	kinds, err := d.Factors.Usable(ctx, r, s.Account)
	if len(kinds) > 0 {
		return account.GiveFactor, err
	}
	return account.EnrolFactor, err
}

// byKey is who uses a key: its owner, with no more than the key is for.
func (d *Doors) byKey(ctx context.Context, r db.Reader, key string) (*access.Actor, error) {
	k, a, err := d.Keys.Resolve(ctx, r, key)
	if errs.KindOf(err) == errs.NotFound {
		return nil, errs.New(errs.Unauthenticated, "このキーは使えません。期限が過ぎたか、取り消されています。")
	}
	if err != nil {
		return nil, err
	}
	actor, err := d.person(ctx, r, a)
	if err != nil {
		return nil, err
	}
	d.later(func(ctx context.Context) error { return d.Keys.Used(ctx, k) })
	return actor.Limited(k.Permissions()), nil
}

// later has something small written down soon, so that no page waits for it. Where too much waits it is left out: the next request
// brings it again.
func (d *Doors) later(write func(context.Context) error) {
	select {
	case d.notes <- write:
	default:
	}
}

// Run writes down, until ctx ends, when sessions and keys were used last.
func (d *Doors) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case write := <-d.notes:
			if err := write(ctx); err != nil && ctx.Err() == nil {
				slog.WarnContext(ctx, "last use of a session", slog.Any("error", err))
			}
		}
	}
}
