package app

import (
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/people"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
)

type holdersCommand struct {
	Role   string `required:"" placeholder:"ROLE" help:"役割の id"`
	Unit   string `xor:"of" placeholder:"CODE" help:"この組織について（組織コード）"`
	System string `xor:"of" placeholder:"CODE" help:"このシステムについて（システムコード）"`
	At     string `placeholder:"DATE" help:"この日（省くと今日）"`
}

// Run says who holds a role on a day, as far as the one who asks may know it.
func (k *holdersCommand) Run(c *console) error {
	a, err := c.look()
	if err != nil {
		return err
	}
	defer c.close(a)
	now := a.DB.Now()
	day := jpdate.Today(now)
	if k.At != "" {
		if day, err = jpdate.Parse(k.At); err != nil {
			return errs.Wrap(err, errs.Invalid, "--at: %s", errs.Message(err))
		}
	}
	var rows []people.HolderRow
	err = a.DB.View(c.ctx, func(r db.Reader) error {
		set, err := a.Library.InForce(c.ctx, r, day)
		if err != nil {
			return err
		}
		v := org.View{On: day, Now: db.At(now)}
		if v.Batches, err = org.Sight(c.ctx, r, c.actor().Name, v.Now); err != nil {
			return err
		}
		rules := append(set.OrgRules(), access.Rules())
		chart, err := org.LoadChart(c.ctx, r, v, rules)
		if err != nil {
			return err
		}
		rows, err = k.holders(chart, slices.Clone(rules))
		return err
	})
	if err != nil {
		return err
	}
	if c.flags.JSON {
		return c.json(rows)
	}
	for _, h := range rows {
		who := "（欠員）"
		if h.Holder != nil {
			who = strings.TrimSpace(h.Holder.Code+" "+h.Holder.Name) + "（" + strings.TrimSpace(h.As.Title()+" "+h.Post) + "）"
		}
		c.line("%s\t%s\t%s", h.Title, strings.TrimSpace(h.Scope.Code+" "+h.Scope.Name), who)
	}
	return nil
}

// holders asks every regime that has the role; with a unit or system its own one alone, if that has it.
func (k *holdersCommand) holders(c *org.Chart, rules []org.Rules) ([]people.HolderRow, error) {
	rules = slices.DeleteFunc(rules, func(x org.Rules) bool { _, ok := x.Role(k.Role); return !ok })
	if len(rules) == 0 {
		return nil, errs.New(errs.Invalid, "役割 %s はありません。sekimori regime roles --regime R で確かめてください。", k.Role)
	}
	home, regime, err := k.home(c)
	if err != nil {
		return nil, err
	}
	if own := slices.IndexFunc(rules, func(x org.Rules) bool { return x.Regime == regime }); own >= 0 {
		rules = rules[own : own+1]
	}
	rows := []people.HolderRow{}
	for _, x := range rules {
		found := c.All(x.Regime, k.Role)
		if home != "" {
			found = c.Holders(x.Regime, k.Role, home)
		}
		for _, h := range found {
			rows = append(rows, people.HolderRowOf(c, h, func(w org.Who) string { return w.Number }))
		}
	}
	return rows, nil
}

// home is that of the unit or system which the flags name, with its regime; "" for none.
func (k *holdersCommand) home(c *org.Chart) (home, regime string, err error) {
	switch {
	case k.Unit != "":
		u, ok := c.Tree.ByCode(k.Unit)
		if !ok {
			return "", "", errs.New(errs.Invalid, "組織 %s は、%s にはありません。", k.Unit, c.View.On.Wareki())
		}
		return org.UnitHome(u.Unit), u.Regime, nil
	case k.System != "":
		i := slices.IndexFunc(c.Systems(), func(s org.System) bool { return s.Code == k.System })
		if i < 0 {
			return "", "", errs.New(errs.Invalid, "システム %s は、%s にはありません。", k.System, c.View.On.Wareki())
		}
		return org.SystemHome(c.Systems()[i].System), c.Systems()[i].Regime, nil
	}
	return "", "", nil
}
