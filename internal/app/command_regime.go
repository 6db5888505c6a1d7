package app

import (
	"strings"

	"sekimori/internal/base/text"
	"sekimori/internal/feature/policy"
	"sekimori/internal/kernel/approval"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/register"
)

type checkCommand struct {
	Regime   string `placeholder:"R" help:"id か id@版。省くと本文の題名から決める"`
	Text     string `placeholder:"FILE" help:"公表された本文（UTF-8）"`
	Document string `placeholder:"D" help:"この文書だけ"`
	Chapter  string `placeholder:"N" help:"この章だけ"`
}

// Run compares packs with the text; without text it checks the pack alone.
func (k *checkCommand) Run(c *console) error {
	set, err := c.regimes()
	if err != nil {
		return err
	}
	var data []byte
	if k.Text != "" {
		if data, err = readFile(k.Text); err != nil {
			return err
		}
	}
	packs := set.Newest()
	switch {
	case k.Regime != "":
		p, err := set.Find(k.Regime)
		if err != nil {
			return err
		}
		packs = []*regime.Pack{p}
	case data != nil:
		content, err := text.DecodeUTF8(data)
		if err != nil {
			return err
		}
		p, err := set.ByText([]byte(content))
		if err != nil {
			return err
		}
		packs = []*regime.Pack{p}
	}
	results := make([]regime.Coverage, len(packs))
	for i, p := range packs {
		if results[i], err = cover(p, data, regime.Filter{Document: k.Document, Chapter: k.Chapter}); err != nil {
			return err
		}
	}
	return c.coverage(results)
}

func cover(p *regime.Pack, data []byte, f regime.Filter) (regime.Coverage, error) {
	if err := p.Check(f); err != nil {
		return regime.Coverage{}, err
	}
	if data == nil {
		return p.Cover(nil, f), nil
	}
	t, err := clause.Parse(data, p.Specs())
	if err != nil {
		return regime.Coverage{}, err
	}
	return p.Cover(t, f), nil
}

// coverage prints one value for one pack, a list for several.
func (c *console) coverage(results []regime.Coverage) error {
	open := 0
	for _, r := range results {
		open += len(r.Open)
		if !c.flags.JSON {
			c.line("%s@%s: 義務のある条項 %d、義務でない理由のある条項 %d、残り %d", r.Regime, r.Edition, r.Covered, r.NotADuty, len(r.Open))
			for _, o := range r.Open {
				c.line("  %s\t%s", o.Clause, o.Reason.Title())
			}
		}
	}
	if c.flags.JSON {
		var v any = results
		if len(results) == 1 {
			v = results[0]
		}
		if err := c.json(v); err != nil {
			return err
		}
	}
	if open > 0 {
		return errOpen
	}
	return nil
}

type showCommand struct {
	Regime string `arg:"" help:"id か id@版"`
	Sort   string `arg:"" name:"type" help:"register か request"`
	Kind   string `arg:"" help:"種類の id"`
	Origin bool   `help:"各行の出所（ファイルと行）を添える"`
}

// Run prints one expanded kind.
func (k *showCommand) Run(c *console) error {
	p, err := c.pack(k.Regime)
	if err != nil {
		return err
	}
	shown, err := p.Show(k.Sort, k.Kind, k.Origin)
	if err != nil {
		return err
	}
	c.line("%s", strings.TrimSuffix(shown, "\n"))
	return nil
}

type rolesCommand struct {
	Regime string `required:"" placeholder:"R" help:"id か id@版"`
}

// Run lists the roles.
func (k *rolesCommand) Run(c *console) error {
	p, err := c.pack(k.Regime)
	if err != nil {
		return err
	}
	if c.flags.JSON {
		return c.json(policy.RoleRows(p.Roles))
	}
	for _, r := range p.Roles {
		c.line("%s\t%s\t%s\t%s", r.ID, r.Name(), r.Scope.Title(), r.Clause)
	}
	return nil
}

type kindsCommand struct {
	Regime string `required:"" placeholder:"R" help:"id か id@版"`
}

type kindRow struct {
	ID     string     `json:"id"`
	Type   string     `json:"type"`
	Title  string     `json:"title"`
	Grade  string     `json:"grade"`
	Fields []fieldRow `json:"fields"`
	Duties []string   `json:"duties"`
}

type fieldRow struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Type     string `json:"type"`
	Required bool   `json:"required"`
}

// Run lists the declared kinds and which duties they serve.
func (k *kindsCommand) Run(c *console) error {
	p, err := c.pack(k.Regime)
	if err != nil {
		return err
	}
	rows := []kindRow{}
	for _, r := range p.Registers {
		rows = append(rows, kindRow{r.ID, "register", r.Title, "", fieldRows(r.Fields), p.Serves(r.ID)})
	}
	for _, r := range p.Requests {
		row := kindRow{r.ID, "request", r.Title, string(r.Grade), fieldRows(requestFields(r)), p.Serves(r.ID)}
		if r.Permit() {
			row.Type = "permit"
		}
		rows = append(rows, row)
	}
	if c.flags.JSON {
		return c.json(rows)
	}
	for _, r := range rows {
		c.line("%s\t%s\t%s\t項目 %d\t義務 %d", r.Type, r.ID, r.Title, len(r.Fields), len(r.Duties))
	}
	return nil
}

// requestFields are the fields asked at first and those recorded afterwards.
func requestFields(r approval.Request) []register.Field {
	if r.After == nil {
		return r.Fields
	}
	return append(r.Fields[:len(r.Fields):len(r.Fields)], r.After.Fields...)
}

func fieldRows(fields []register.Field) []fieldRow {
	out := make([]fieldRow, len(fields))
	for i, f := range fields {
		out[i] = fieldRow{f.ID, f.Title, string(f.Type), f.Required}
	}
	return out
}
