package main

import (
	"crypto/rand"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"sekimori/internal/app"
	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// How many come in, and how many of them at once: each address and person is another. At 9,000 an hour 200 come in 80 seconds.
const (
	signIns = 200
	crowd   = 50
)

// signInRows are about coming in by a password: time, and the memory that hashing takes.
func (b *bench) signInRows(engine db.Engine) []row {
	return []row{{
		name: fmt.Sprintf("%d sign-ins, %d at once", signIns, crowd) + on(engine), once: true, within: 80 * time.Second,
		prepare: func() (pair, error) { return b.signingIn(engine) },
	}}
}

func (b *bench) signingIn(engine db.Engine) (pair, error) {
	a, err := b.open(engine, b.set)
	if err != nil {
		return pair{}, err
	}
	doors := account.New(a.Log, account.Options{})
	invited, err := b.staff(a, doors)
	if err != nil {
		return pair{}, err
	}
	var next atomic.Int64
	comes := func() error {
		i := next.Add(1)
		who := invited[i%crowd]
		_, err := doors.SignIn(b.ctx, account.Credentials{
			Login: who.Account.Login, Password: who.Password, Visit: account.Visit{Address: fmt.Sprintf("10.0.%d.%d", i/250, i%250), Agent: "bench"},
		})
		return err
	}
	salt := make([]byte, 16)
	rand.Read(salt) // never fails since Go 1.24
	return pair{
		floor: "as many hashes alone, two at once",
		base: func(*testing.B) error {
			return together(2, signIns, func() error {
				argon2.IDKey([]byte("password"), salt, 2, 19<<10, 1, 32)
				return nil
			})
		},
		ours: func(*testing.B) error { return together(crowd, signIns, comes) },
		end:  a.DB.Close,
	}, nil
}

// staff gives people work and accounts.
func (b *bench) staff(a *app.App, doors *account.Service) ([]account.Invited, error) {
	var list []account.Invitation
	if err := a.Log.Do(b.ctx, trail.Act{Actor: by, Name: "bench"}, func(tx *trail.Tx) error {
		list = nil
		at, unit, post, today := org.AtOnce(tx), id.New(tx.Now), id.New(tx.Now), jpdate.Today(tx.Now)
		for i := range crowd {
			p := person(tx.Now, fmt.Sprint(i))
			if err := org.People.Put(b.ctx, tx, p); err != nil {
				return err
			}
			if err := org.Assignments.Put(b.ctx, tx, org.Assignment{
				Statement: at.State(org.UnitHome(unit), today, org.Open()), Person: p.Person, Unit: unit, Post: post, Manner: org.Main,
			}); err != nil {
				return err
			}
			list = append(list, account.Invitation{Person: p.Person, Login: fmt.Sprintf("staff%03d", i), Password: true})
		}
		return nil
	}); err != nil {
		return nil, err
	}
	return doors.Invite(b.ctx, access.NewProgram(by), list...)
}
