package app

import (
	"sekimori/internal/feature/policy"
	"sekimori/internal/kernel/regime"
)

type dutyListCommand struct {
	Regime   string `required:"" placeholder:"R" help:"id か id@版"`
	Document string `placeholder:"D" help:"この文書だけ"`
	Chapter  string `placeholder:"N" help:"この章だけ"`
}

// Run lists duties in document order.
func (k *dutyListCommand) Run(c *console) error {
	p, err := c.pack(k.Regime)
	if err != nil {
		return err
	}
	f := regime.Filter{Document: k.Document, Chapter: k.Chapter}
	if err := p.Check(f); err != nil {
		return err
	}
	rows := []policy.DutyRow{}
	for _, d := range p.Within(f) {
		rows = append(rows, policy.RowOf(d))
	}
	if c.flags.JSON {
		return c.json(rows)
	}
	for _, d := range rows {
		c.line("%s\t%s\t%s", d.ID, d.Label, d.Duty)
	}
	return nil
}
