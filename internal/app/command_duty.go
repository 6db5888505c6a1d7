package app

import (
	"sekimori/internal/kernel/cond"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/regime"
)

type dutyListCommand struct {
	Regime   string `required:"" placeholder:"R" help:"id か id@版"`
	Document string `placeholder:"D" help:"この文書だけ"`
	Chapter  string `placeholder:"N" help:"この章だけ"`
}

type dutyRow struct {
	ID      string          `json:"id"`
	Clause  string          `json:"clause"`
	Part    int             `json:"part"`
	Kind    duty.Kind       `json:"kind"`
	Who     []string        `json:"who"`
	Label   string          `json:"who_label"`
	Named   string          `json:"named"`
	Assumed *duty.Assumed   `json:"assumed"`
	Duty    string          `json:"duty"`
	When    *cond.Condition `json:"when"`
	Check   *duty.Check     `json:"check"`
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
	rows := []dutyRow{}
	for _, d := range p.Within(f) {
		rows = append(rows, dutyRow{d.ID, d.Clause, d.Part, d.Kind, d.Who, d.Label, d.Named, d.Assumed, d.Duty, d.When, d.Check})
	}
	if c.flags.JSON {
		return c.json(rows)
	}
	for _, d := range rows {
		c.line("%s\t%s\t%s", d.ID, d.Label, d.Duty)
	}
	return nil
}
