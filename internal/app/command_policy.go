package app

import (
	"encoding/json"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/feature/policy"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/regime"
)

// regimes loads the packs that the flags name.
func (c *console) regimes() (*regime.Set, error) { return LoadRegimes(c.flags.Regimes) }

// pack finds one edition.
func (c *console) pack(name string) (*regime.Pack, error) {
	set, err := c.regimes()
	if err != nil {
		return nil, err
	}
	return set.Find(name)
}

// open opens the program on the database that the flags name.
func (c *console) open() (*App, error) { return c.openAt(Place{DB: c.flags.DB, Store: c.flags.Store}) }

// look opens it only to read.
func (c *console) look() (*App, error) { return c.openAt(Place{DB: c.flags.DB, Look: true}) }

func (c *console) openAt(at Place) (*App, error) {
	set, err := c.regimes()
	if err != nil {
		return nil, err
	}
	return Open(c.ctx, at, set)
}

// close ends the use of the program after a command; what it could not number or sign the next one does.
func (c *console) close(a *App) {
	if err := a.Close(); err != nil {
		c.say("記録は残りましたが、番号付けか署名を終えられませんでした。次に関守が動くときに行います: %s", errs.Message(err))
	}
}

// with runs fn on the opened program and the edition named.
func (c *console) with(name string, fn func(*App, *regime.Pack) error) error {
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	p, err := a.Library.Offered().Find(name)
	if err != nil {
		return err
	}
	return fn(a, p)
}

type importCommand struct {
	Regime string `required:"" placeholder:"R" help:"id か id@版"`
	File   string `arg:"" help:"公表された本文（UTF-8のテキスト）"`
	DryRun bool   `help:"調べるだけで、何も書かない"`
}

type importResult struct {
	Regime    string        `json:"regime"`
	Edition   string        `json:"edition"`
	Imported  bool          `json:"imported"`
	Documents []documentRow `json:"documents"`
	Defects   []defectRow   `json:"defects"`
	Missing   []string      `json:"missing"`
}

type documentRow struct {
	ID            string `json:"id"`
	Title         string `json:"title"`
	Edition       string `json:"edition"`
	Effective     string `json:"effective"`
	Clauses       int    `json:"clauses"`
	DutyClauses   int    `json:"duty_clauses"`
	DutySentences int    `json:"duty_sentences"`
}

type defectRow struct {
	Line   int    `json:"line"`
	Kind   string `json:"kind"`
	Clause string `json:"clause"`
	Text   string `json:"text"`
	Note   string `json:"note"`
}

// Run takes in the official text of a regime.
func (k *importCommand) Run(c *console) error {
	data, err := readFile(k.File)
	if err != nil {
		return err
	}
	return c.with(k.Regime, func(a *App, p *regime.Pack) error {
		r, err := a.Policy.Import(c.ctx, c.actor(), p, data, k.DryRun)
		if err != nil {
			return err
		}
		return c.imported(r, k.DryRun)
	})
}

func (c *console) imported(r clause.Result, dryRun bool) error {
	out := importResult{Regime: r.Regime, Edition: r.Edition, Imported: r.Imported, Documents: []documentRow{}, Defects: []defectRow{}, Missing: []string{}}
	for _, d := range r.Documents {
		out.Documents = append(out.Documents, documentRow{d.ID, d.Title, d.Edition, d.Effective.String(), d.Clauses, d.DutyClauses, d.DutySentences})
	}
	for _, d := range r.Defects {
		out.Defects = append(out.Defects, defectRow{d.Line, string(d.Kind), d.Clause, d.Text, d.Note})
	}
	out.Missing = append(out.Missing, r.Missing...)
	switch {
	case dryRun:
		c.say("調べただけで、何も書いていません。")
	case r.Imported:
		c.say("%s 第%s版を取り込みました。", r.Regime, r.Edition)
	default:
		c.say("%s 第%s版は、同じ内容で既に取り込まれています。", r.Regime, r.Edition)
	}
	if c.flags.JSON {
		return c.json(out)
	}
	for _, d := range out.Documents {
		c.line("%s\t%s\t条項 %d\t義務を述べる条項 %d（文 %d）", d.ID, d.Title, d.Clauses, d.DutyClauses, d.DutySentences)
	}
	for _, d := range out.Defects {
		c.line("%d行\t%s\t%s\t%s\t%s", d.Line, d.Kind, d.Clause, strings.ReplaceAll(d.Text, "\n", " "), d.Note)
	}
	for _, m := range out.Missing {
		c.line("パックにあって本文にない条項\t%s", m)
	}
	return nil
}

type clausesCommand struct {
	Regime   string `required:"" placeholder:"R" help:"id か id@版"`
	Document string `placeholder:"D" help:"この文書だけ"`
	Chapter  string `placeholder:"N" help:"この章だけ"`
}

// Run lists the clauses of an edition, with its text where it has been imported.
func (k *clausesCommand) Run(c *console) error {
	a, err := c.look()
	if err != nil {
		return err
	}
	defer c.close(a)
	b, err := a.Policy.BookOf(c.ctx, k.Regime)
	if err != nil {
		return err
	}
	f := regime.Filter{Document: k.Document, Chapter: k.Chapter}
	if err := b.Check(f); err != nil {
		return err
	}
	rows := []policy.ClauseRow{}
	for _, e := range b.Entries {
		if b.Has(f, e.Document, e.ID) {
			rows = append(rows, e.Row())
		}
	}
	if b.Text == nil {
		c.say("本文は取り込まれていません。sekimori policy import --regime %s ファイル名", b.ID)
	}
	if c.flags.JSON {
		return c.json(rows)
	}
	for _, r := range rows {
		c.line("%s\t%s\t%s", r.Document, r.ID, r.Heading)
	}
	return nil
}

type diffCommand struct {
	Regime string `required:"" placeholder:"R" help:"id か id@版"`
	From   string `arg:"" help:"前の版"`
	To     string `arg:"" help:"後の版"`
}

type diffResult struct {
	Added   []string     `json:"added"`
	Removed []string     `json:"removed"`
	Changed []changedRow `json:"changed"`
}

type changedRow struct {
	ID     string   `json:"id"`
	Duties []string `json:"duties"`
}

// Run compares two imported editions.
func (k *diffCommand) Run(c *console) error {
	return c.with(k.Regime, func(a *App, p *regime.Pack) error {
		added, removed, changed, err := a.Policy.Diff(c.ctx, p, k.From, k.To)
		if err != nil {
			return err
		}
		out := diffResult{Added: append([]string{}, added...), Removed: append([]string{}, removed...), Changed: []changedRow{}}
		for _, x := range changed {
			out.Changed = append(out.Changed, changedRow{x.Clause, append([]string{}, x.Duties...)})
		}
		if c.flags.JSON {
			return c.json(out)
		}
		for _, id := range out.Added {
			c.line("加わった\t%s", id)
		}
		for _, id := range out.Removed {
			c.line("なくなった\t%s", id)
		}
		for _, x := range out.Changed {
			c.line("変わった\t%s\t%s", x.ID, strings.Join(x.Duties, " "))
		}
		return nil
	})
}

type outlineCommand struct {
	Regime string `required:"" placeholder:"R" help:"id か id@版（題名と形だけを使う）"`
	File   string `arg:"" help:"公表された本文（UTF-8のテキスト）"`
}

// Run prints the clauses of a text as a clauses.yaml.
func (k *outlineCommand) Run(c *console) error {
	data, err := readFile(k.File)
	if err != nil {
		return err
	}
	p, err := c.pack(k.Regime)
	if err != nil {
		return err
	}
	t, err := clause.Parse(data, p.Specs())
	if err != nil {
		return err
	}
	for _, h := range clause.Outline(t) {
		ref := quote(p.Ref(p.Resolve(h.ID)))
		if h.Title == "" {
			c.line("- {id: %s}", ref)
			continue
		}
		c.line("- {id: %s, title: %s}", ref, quote(h.Title))
	}
	return nil
}

// quote writes a string as YAML and JSON both read it.
func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}
