package minato

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
)

// ledgers fills the registers that offer examples: each section and school has some of the things that the edition says many have, and
// every second of them has confirmed its list.
func (p Program) ledgers(ctx context.Context, o Options) error {
	if p.Ledgers == nil || o.Assets == 0 {
		return nil
	}
	var owners []owner
	if err := p.Log.DB().View(ctx, func(r db.Reader) error {
		owners = nil
		desks, err := p.Ledgers.All(ctx, r, builder())
		if err != nil {
			return err
		}
		var roll dice = 7
		for _, d := range desks {
			some, err := lacking(d, &roll, o.Assets)
			if err != nil {
				return err
			}
			owners = append(owners, some...)
		}
		return nil
	}); err != nil {
		return err
	}
	for i, x := range owners {
		if _, err := p.Ledgers.AddAll(ctx, builder(), x.book.Regime, x.book.Kind.ID, x.all, func(int) string { return "" }); err != nil {
			return err
		}
		if i%2 == 1 || x.book.Kind.Confirm == nil {
			continue
		}
		if err := p.confirm(ctx, x.book, x.home); err != nil {
			return err
		}
	}
	return nil
}

// owner is somebody who gets entries in a register.
type owner struct {
	book *register.Book
	home string
	all  []register.Input
}

// lacking are the sections and schools without entries in a register that offers examples, each with what it gets.
func lacking(d *register.Desk, roll *dice, n int) ([]owner, error) {
	f, groups, ok := d.Offered()
	if !ok || d.Owner == "" {
		return nil, nil
	}
	there, err := d.Owners()
	has := map[string]bool{}
	for _, x := range there {
		has[x.Home] = true
	}
	var list []owner
	for _, u := range d.Chart.Tree.Units() {
		home := org.UnitHome(u.Unit)
		if u.Regime == d.Regime && !has[home] && (u.Kind == org.KindSection || u.Kind == org.KindSchool) {
			list = append(list, owner{d.Book, home, some(roll, f, d.Owner, home, groups, n)})
		}
	}
	return list, err
}

// some are entries of so many examples, some of each group in turn.
func some(roll *dice, f register.Field, ownerField, home string, groups []register.ExampleGroup, n int) []register.Input {
	var list []register.Input
	taken := map[string]bool{}
	for tries := 0; len(list) < n && tries < 20*n; tries++ {
		g := groups[min(len(list)/4+roll.under(2), len(groups)-1)]
		if tries > 10*n {
			g = groups[roll.under(len(groups))]
		}
		name := g.Names[roll.under(len(g.Names))]
		if taken[name] {
			continue
		}
		taken[name] = true
		in := register.Input{f.ID: {name}, ownerField: {home}}
		for path, words := range g.Set {
			in[path] = words
		}
		list = append(list, in)
	}
	return list
}

// confirm confirms the list of an owner as it is.
func (p Program) confirm(ctx context.Context, b *register.Book, home string) error {
	var mark string
	if err := p.Log.DB().View(ctx, func(r db.Reader) error {
		d, err := p.Ledgers.Open(ctx, r, builder(), b.Regime, b.Kind.ID)
		if err != nil {
			return err
		}
		c, err := d.Confirming(home)
		mark = c.Mark
		return err
	}); err != nil {
		return err
	}
	_, err := p.Ledgers.Confirm(ctx, builder(), b.Regime, b.Kind.ID, home, mark, "")
	return err
}
