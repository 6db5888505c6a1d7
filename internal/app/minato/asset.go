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
	type owner struct {
		book *register.Book
		home string
		all  []register.Input
	}
	var owners []owner
	var roll dice = 7
	err := p.Log.DB().View(ctx, func(r db.Reader) error {
		owners = nil
		shelf, err := p.Ledgers.Shelf(ctx, r)
		if err != nil {
			return err
		}
		for _, b := range shelf.Books() {
			d, err := p.Ledgers.Open(ctx, r, builder(), b.Regime, b.Kind.ID)
			if err != nil {
				return err
			}
			f, groups, ok := d.Offered()
			if !ok || d.Owner == "" {
				continue
			}
			there, err := d.Owners()
			if err != nil {
				return err
			}
			has := map[string]bool{}
			for _, x := range there {
				has[x.Home] = true
			}
			for _, u := range d.Chart.Tree.Units() {
				home := org.UnitHome(u.Unit)
				if u.Regime != b.Regime || has[home] || u.Kind != org.KindSection && u.Kind != org.KindSchool {
					continue
				}
				owners = append(owners, owner{b, home, some(&roll, f, d.Owner, home, groups, o.Assets)})
			}
		}
		return nil
	})
	if err != nil {
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
