package app

import (
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/regime"
)

type activateCommand struct {
	Regime    string `required:"" placeholder:"R" help:"id か id@版"`
	Effective string `required:"" placeholder:"DATE" help:"適用する日（2026-04-01、令和8年4月1日）"`
	Decision  string `required:"" placeholder:"NO" help:"決裁の番号"`
	Decided   string `placeholder:"DATE" help:"決裁の日。省くと今日"`
	Note      string `placeholder:"TEXT" help:"理由など"`
	DryRun    bool   `help:"何が変わるかを示すだけで、何も書かない"`
}

type activateResult struct {
	Regime     string     `json:"regime"`
	Edition    string     `json:"edition"`
	Sum        string     `json:"sum"`
	Effective  string     `json:"effective"`
	Decided    string     `json:"decided"`
	Decision   string     `json:"decision"`
	Activated  bool       `json:"activated"`
	From       *string    `json:"from"`
	Duties     changedIDs `json:"duties"`
	KindsAdded []string   `json:"kinds_added"`
	KindsGone  []string   `json:"kinds_gone"`
	RolesAdded []string   `json:"roles_added"`
	RolesGone  []string   `json:"roles_gone"`
}

type changedIDs struct {
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
	Changed []string `json:"changed"`
}

// Run adopts a pack, or shows what adopting it would change.
func (k *activateCommand) Run(c *console) error {
	effective, decided, err := k.dates(c)
	if err != nil {
		return err
	}
	return c.with(k.Regime, func(a *App, p *regime.Pack) error {
		if decided.IsZero() {
			decided = jpdate.Today(a.DB.Now())
		}
		out := activateResult{Regime: p.ID, Edition: p.Edition, Sum: p.Hash, Effective: effective.String(), Decided: decided.String(), Decision: k.Decision}
		err := a.DB.View(c.ctx, func(r db.Reader) error {
			return out.compare(c, a, r, p, effective)
		})
		if err != nil {
			return err
		}
		if !k.DryRun {
			made, err := a.Library.Activate(c.ctx, a.Log, c.actor(), p, regime.Decision{Effective: effective, Decided: decided, Number: k.Decision, Note: k.Note})
			if err != nil {
				return err
			}
			out.Activated = made.Decision == k.Decision && made.Effective == effective
		}
		return c.activated(out, k.DryRun)
	})
}

// dates reads both dates; every fault at once.
func (k *activateCommand) dates(*console) (effective, decided jpdate.Date, err error) {
	var faults errs.Faults
	if effective, err = jpdate.Parse(k.Effective); err != nil {
		faults.Add("--effective", "%s", errs.Message(err))
	}
	if k.Decided != "" {
		if decided, err = jpdate.Parse(k.Decided); err != nil {
			faults.Add("--decided", "%s", errs.Message(err))
		}
	}
	return effective, decided, faults.Err("日付を読めません。")
}

// compare fills in what differs from the pack that was adopted before.
func (r *activateResult) compare(c *console, a *App, reader db.Reader, p *regime.Pack, on jpdate.Date) error {
	var from *regime.Pack
	decided, err := regime.Activations(c.ctx, reader, p.ID)
	if err != nil {
		return err
	}
	if len(decided) > 0 {
		set, err := a.Library.InForce(c.ctx, reader, on)
		if err != nil {
			return err
		}
		if from, err = set.Find(p.ID); err != nil {
			return err
		}
		r.From = &from.Edition
	}
	d := regime.Compare(from, p)
	list := func(ids []string) []string { return append([]string{}, ids...) } // [], not null
	r.Duties = changedIDs{list(d.Added), list(d.Removed), list(d.Changed)}
	r.KindsAdded, r.KindsGone, r.RolesAdded, r.RolesGone = list(d.KindsAdded), list(d.KindsGone), list(d.RolesAdded), list(d.RolesGone)
	return nil
}

func (c *console) activated(out activateResult, dryRun bool) error {
	switch {
	case dryRun:
		c.say("示しただけで、何も書いていません。")
	case out.Activated:
		c.say("%s 第%s版を %s から適用します（決裁 %s）。", out.Regime, out.Edition, out.Effective, out.Decision)
	default:
		c.say("%s 第%s版は、その日に既に適用されています。何も書いていません。", out.Regime, out.Edition)
	}
	if c.flags.JSON {
		return c.json(out)
	}
	c.line("義務\t増える %d\tなくなる %d\t変わる %d", len(out.Duties.Added), len(out.Duties.Removed), len(out.Duties.Changed))
	c.line("種類\t増える %d\tなくなる %d", len(out.KindsAdded), len(out.KindsGone))
	c.line("役割\t増える %d\tなくなる %d", len(out.RolesAdded), len(out.RolesGone))
	return nil
}

type activeCommand struct{}

type activeRow struct {
	Regime    string `json:"regime"`
	Edition   string `json:"edition"`
	Sum       string `json:"sum"`
	Effective string `json:"effective"`
	Decided   string `json:"decided"`
	Decision  string `json:"decision"`
	InForce   bool   `json:"in_force"`
}

// Run lists every decision, the last to take effect first.
func (*activeCommand) Run(c *console) error {
	a, err := c.look()
	if err != nil {
		return err
	}
	defer c.close(a)
	rows := []activeRow{}
	err = a.DB.View(c.ctx, func(r db.Reader) error {
		decided, err := regime.Activations(c.ctx, r, "")
		today, seen := jpdate.Today(a.DB.Now()), map[string]bool{}
		for _, d := range decided {
			now := !d.Effective.After(today) && !seen[d.Regime]
			seen[d.Regime] = seen[d.Regime] || now
			rows = append(rows, activeRow{d.Regime, d.Edition, d.Sum, d.Effective.String(), d.Decided.String(), d.Decision, now})
		}
		return err
	})
	if err != nil {
		return err
	}
	if c.flags.JSON {
		return c.json(rows)
	}
	for _, x := range rows {
		state := map[bool]string{true: "適用中", false: ""}[x.InForce]
		c.line("%s@%s\t%s から\t決裁 %s（%s）\t%s", x.Regime, x.Edition, x.Effective, x.Decision, x.Decided, state)
	}
	return nil
}
