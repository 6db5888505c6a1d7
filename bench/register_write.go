package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/register"
)

// creating compares entries that somebody adds by the service, until all have their numbers in the trail and are signed, with inserting
// their rows into the same table. The form is that of a whole entry; what the screen adds is not in it.
func (l *ledger) creating(n int) (pair, error) {
	clerk, home, err := l.clerk()
	if err != nil {
		return pair{}, err
	}
	random := rand.New(rand.NewPCG(8, 8)) // the same entries every time
	form := l.form(l.said(random, home))
	add := func() error {
		_, err := l.Ledgers.Add(l.b.ctx, clerk, l.book.Regime, l.book.Kind.ID, form, register.Entering{})
		return shown(err)
	}
	if err := add(); err != nil {
		return pair{}, err
	}
	bare, err := l.bare(home)
	if err != nil {
		return pair{}, err
	}
	return pair{
		floor: "the bare insert of the row",
		base:  clients(n, bare),
		ours: func(tb *testing.B) error {
			return l.b.running(l.App, func() error {
				if err := l.Log.Settle(l.b.ctx); err != nil {
					return err
				}
				tb.ResetTimer()
				if err := clients(n, add)(tb); err != nil {
					return err
				}
				err := l.Log.Settle(l.b.ctx)
				tb.StopTimer()
				return err
			})
		},
	}, nil
}

// clerk is somebody who works in a section, the last that has a head, as he is when he has come in.
func (l *ledger) clerk() (clerk *access.Actor, home string, err error) {
	err = l.DB.View(l.b.ctx, func(r db.Reader) error {
		for _, h := range slices.Backward(l.chart.All(l.book.Regime, l.keeping().ID)) {
			if h.Vacant() {
				continue
			}
			home = h.Home
			clerk, err = l.Gate.Person(l.b.ctx, r, h.Person.ID, db.At(l.DB.Now()))
			return err
		}
		return errors.New("nobody keeps the register")
	})
	return clerk, home, err
}

// form is how somebody enters what an entry says.
func (l *ledger) form(said register.Data) register.Input {
	in := register.Input{}
	for field, value := range said {
		switch v := value.(type) {
		case string:
			in[field] = []string{v}
		case []string:
			in[field] = v
		case register.Class:
			for axis, level := range v {
				in[field+"."+axis] = []string{level}
			}
		}
	}
	return in
}

// bare inserts the row of an entry that was added last by somebody of a home, again and again.
func (l *ledger) bare(home string) (func() error, error) {
	names := append(strings.Split(l.book.Table.Columns(), ", "), l.keys()...)
	var last []any
	if err := l.DB.View(l.b.ctx, func(r db.Reader) error {
		return db.Raw(l.b.ctx, r, `select `+strings.Join(names, ", ")+` from `+l.book.Table.Name()+` where home = $1 order by id desc limit 1`, []any{home}, func(row []any) error {
			last = append(last, row...)
			return nil
		})
	}); err != nil {
		return nil, err
	}
	if len(last) != len(names) {
		return nil, fmt.Errorf("no entry of %s", home)
	}
	into := l.book.Table.Name() + ` (` + strings.Join(names, ", ") + `)`
	return func() error {
		return l.DB.Update(l.b.ctx, func(tx *db.Tx) error {
			row := append([]any{}, last...)
			for i, name := range names {
				switch name {
				case "id":
					row[i] = id.New(tx.Now)
				case "number":
					row[i] = string(id.New(tx.Now))
				}
			}
			return insertBare(l.b.ctx, tx, into, [][]any{row})
		})
	}, nil
}
