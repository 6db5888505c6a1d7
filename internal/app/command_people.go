package app

import (
	"bytes"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/people"
	"sekimori/internal/kernel/job"
)

type peopleImportCommand struct {
	Files     []string `arg:"" help:"組織、職、発令、名簿などの CSV か Excel。まとめて1回の異動になる"`
	Title     string   `placeholder:"TEXT" help:"件名"`
	Opens     string   `placeholder:"TIME" help:"公表日時（2026-04-01、2026-04-01 09:00）。省くと、この先の最初の発令日の0時"`
	RosterOn  string   `placeholder:"DATE" help:"基準日の列がない名簿の基準日"`
	Covers    string   `placeholder:"CODE" help:"名簿が載せる範囲（組織コード）。省くと、名簿に出てくる団体"`
	HeldLimit int      `default:"2" placeholder:"N" help:"誤りのある行がこの％を超えたら取り込まない"`
	Whole     bool     `help:"誤りが1行でもあれば取り込まない"`
	Operator  []string `placeholder:"NUMBER" help:"公表前に見てよい人（職員番号か、証跡に出る名前）"`
	Leavers   int      `placeholder:"N" help:"名簿にないため退職・転出とする人数の確認"`
	Same      int      `placeholder:"N" help:"前の職員番号の人と同じ人とする人数の確認"`
	Other     []string `placeholder:"NO" help:"同じ人ではない人の職員番号"`
	DryRun    bool     `help:"どうなるかを示すだけで、何も書かない"`
}

type peopleImportResult struct {
	Batch     *id.ID             `json:"batch"`
	Applied   bool               `json:"applied"`
	Rows      int                `json:"rows"`
	Counts    map[string]int     `json:"counts"`
	Orders    map[string]int     `json:"orders"`
	Held      int                `json:"held"`
	Errors    []people.Fault     `json:"errors"`
	Warnings  []people.Fault     `json:"warnings"`
	Effective string             `json:"effective"`
	Opens     string             `json:"opens"`
	Units     []unitRow          `json:"units"`
	Vacant    []seatRow          `json:"vacant"`
	Filled    []seatRow          `json:"filled"`
	Lapses    []lapseRow         `json:"lapses"`
	Leavers   []people.PersonRow `json:"leavers"`
	Same      []sameRow          `json:"same"`
	Stop      string             `json:"stop"`
}

type unitRow struct {
	Code string `json:"code"`
	Name string `json:"name"`
	New  bool   `json:"new"`
	Day  string `json:"day"`
}

type seatRow struct {
	Regime string          `json:"regime"`
	Role   string          `json:"role"`
	Scope  people.PlaceRow `json:"scope"`
	Was    string          `json:"was"`
	Is     string          `json:"is"`
}

type lapseRow struct {
	Regime string `json:"regime"`
	Role   string `json:"role"`
	Place  string `json:"place"`
	Giver  string `json:"giver"`
	Deputy string `json:"deputy"`
	Until  string `json:"until"`
}

type sameRow struct {
	Number    string `json:"number"`
	Old       string `json:"old"`
	Name      string `json:"name"`
	Confirmed bool   `json:"confirmed"`
}

// Run takes in personnel files, and applies them when the preview is what was confirmed.
func (k *peopleImportCommand) Run(c *console) error {
	options, err := k.options()
	if err != nil {
		return err
	}
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	sources, err := k.sources()
	if err != nil {
		return err
	}
	p, err := a.People.DryRun(c.ctx, c.actor(), sources, options, k.Other...)
	if err != nil {
		return err
	}
	out := resultOf(p)
	var batch id.ID
	refused := p.Allows(people.Choice{Leavers: k.Leavers, Same: k.Same, Others: k.Other})
	switch {
	case k.DryRun:
		c.say("調べただけで、何も書いていません。")
		if p.Stop != "" {
			refused = errs.New(errs.Invalid, "%s", p.Stop)
		} else {
			refused = nil
		}
	case p.Nothing:
		c.say("すべて取り込み済みの内容です。変更はありません。")
		refused = nil
	case refused == nil:
		if batch, err = k.apply(c, a, options); err != nil {
			return err
		}
		out.Batch, out.Applied = &batch, true
	}
	return errors.Join(c.peopleImported(p, out), refused)
}

// apply does what the dry run has shown.
func (k *peopleImportCommand) apply(c *console, a *App, options people.Options) (id.ID, error) {
	sources, err := k.sources()
	if err != nil {
		return "", err
	}
	batch, err := a.People.Upload(c.ctx, c.actor(), sources, options)
	if err != nil {
		return "", err
	}
	if err := a.People.Apply(c.ctx, c.actor(), batch, people.Choice{Leavers: k.Leavers, Same: k.Same, Others: k.Other}); err != nil {
		return "", err
	}
	return batch, c.finish(a, batch)
}

func (k *peopleImportCommand) options() (people.Options, error) {
	o := people.Options{Title: k.Title, Covers: k.Covers, HeldLimit: k.HeldLimit, Whole: k.Whole, Operators: k.Operator}
	var faults errs.Faults
	var err error
	if k.RosterOn != "" {
		if o.RosterOn, err = jpdate.Parse(k.RosterOn); err != nil {
			faults.Add("--roster-on", "%s", errs.Message(err))
		}
	}
	if k.Opens != "" {
		if o.Opens, err = moment(k.Opens); err != nil {
			faults.Add("--opens", "%s", errs.Message(err))
		}
	}
	return o, faults.Err("日付を読めません。")
}

// moment reads a day, or a day and a time of day in Japan.
func moment(s string) (db.Time, error) {
	date, clock, timed := strings.Cut(strings.Replace(strings.TrimSpace(s), "T", " ", 1), " ")
	day, err := jpdate.Parse(date)
	if err != nil {
		return "", err
	}
	var since time.Duration
	if timed {
		t, err := time.Parse("15:04", clock)
		if err != nil {
			return "", errs.New(errs.Invalid, "「%s」は時刻として読めません。09:00 のように書いてください。", clock)
		}
		since = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	}
	return db.At(day.Start().Add(since)), nil
}

func (k *peopleImportCommand) sources() ([]people.Source, error) {
	var sources []people.Source
	for _, name := range k.Files {
		data, err := readFile(name)
		if err != nil {
			return nil, err
		}
		sources = append(sources, people.Source{Name: filepath.Base(name), Data: bytes.NewReader(data)})
	}
	return sources, nil
}

// finish works until the job of a batch has ended, here or in another process, and says how far it is.
func (c *console) finish(a *App, batch id.ID) error {
	said := ""
	for {
		if err := a.Jobs.RunDue(c.ctx); err != nil {
			return err
		}
		u, err := a.People.Get(c.ctx, c.actor(), batch)
		if err != nil {
			return err
		}
		if u.State != people.Queued && u.State != people.Undoing {
			if u.Trouble != "" {
				return errs.New(errs.Conflict, "%s", u.Trouble)
			}
			return nil
		}
		var j job.Job
		if err := a.DB.View(c.ctx, func(r db.Reader) (err error) {
			j, err = a.Jobs.Get(c.ctx, r, u.Job)
			return err
		}); err != nil {
			return err
		}
		if j.State == job.Stopped {
			return errs.New(errs.Unavailable, "処理が停止しました: %s", j.Error)
		}
		if j.Note != said {
			said = j.Note
			c.say("%s", said)
		}
		select {
		case <-c.ctx.Done():
			return c.ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
	}
}

func resultOf(p *people.Preview) peopleImportResult {
	out := peopleImportResult{
		Rows: p.Rows, Counts: map[string]int{}, Orders: map[string]int{}, Held: p.HeldRows, Errors: append([]people.Fault{}, p.Held...),
		Warnings: append([]people.Fault{}, p.Warnings...), Effective: p.Effective.String(), Opens: string(p.Opens), Stop: p.Stop,
		Units: []unitRow{}, Vacant: []seatRow{}, Filled: []seatRow{}, Lapses: []lapseRow{}, Leavers: []people.PersonRow{}, Same: []sameRow{},
	}
	for _, x := range p.Counts {
		out.Counts[x.ID] = x.N
	}
	for _, x := range p.Words {
		out.Orders[x.Title] = x.N
	}
	for _, x := range p.Units {
		out.Units = append(out.Units, unitRow{x.Code, x.Name, x.New, x.Day.String()})
	}
	for list, seats := range map[*[]seatRow][]people.Seat{&out.Vacant: p.Vacant, &out.Filled: p.Filled} {
		for _, x := range seats {
			*list = append(*list, seatRow{x.Regime, x.Role, people.PlaceRow{Kind: x.Kind, Code: x.Code, Name: x.Name}, x.Was, x.Is})
		}
	}
	for _, x := range p.Lapses {
		out.Lapses = append(out.Lapses, lapseRow{x.Regime, x.Role, x.Place, x.Giver, x.Deputy, x.Until.String()})
	}
	for _, x := range p.Absent {
		out.Leavers = append(out.Leavers, people.PersonRow{Code: x.Number, Name: x.Name})
	}
	for _, x := range p.Proposals {
		out.Same = append(out.Same, sameRow{x.Number, x.Old, x.Name, x.Confirmed})
	}
	return out
}

// peopleImported prints what an import comes to.
func (c *console) peopleImported(p *people.Preview, out peopleImportResult) error {
	if c.flags.JSON {
		return c.json(out)
	}
	for _, x := range p.Counts {
		c.line("%s\t%d", x.Title, x.N)
	}
	for _, x := range out.Units {
		c.line("%s\t%s %s\t%s", map[bool]string{true: "新設", false: "廃止"}[x.New], x.Code, x.Name, x.Day)
	}
	for _, x := range p.Vacant {
		c.line("欠員になる\t%s\t%s %s\t%s", x.Role, x.Code, x.Name, x.Was)
	}
	for _, x := range out.Lapses {
		c.line("代行が切れる\t%s\t%s\t%s（%sの指名）", x.Role, x.Place, x.Deputy, x.Giver)
	}
	for _, x := range out.Leavers {
		c.line("名簿にない\t%s %s", x.Code, x.Name)
	}
	for _, x := range out.Same {
		c.line("%s\t%s → %s\t%s", map[bool]string{true: "同じ人", false: "別の人"}[x.Confirmed], x.Old, x.Number, x.Name)
	}
	for _, f := range out.Errors {
		c.line("保留\t%s\t%s\t%s", f.File, f.Where, f.Message)
	}
	for _, f := range out.Warnings {
		c.line("注意\t%s\t%s\t%s", f.File, f.Where, f.Message)
	}
	if out.Applied {
		c.say("取り込みました（%s）。公表は %s です。", *out.Batch, jst(p.Opens))
	}
	return nil
}

// jst is a moment as people in Japan read it.
func jst(t db.Time) string {
	day := jpdate.Today(t.Time())
	return day.Wareki() + time.Time{}.Add(t.Time().Sub(day.Start())).Format("15時04分")
}

type batchesCommand struct{}

type batchRow struct {
	ID        id.ID    `json:"id"`
	Title     string   `json:"title"`
	State     string   `json:"state"`
	At        string   `json:"at"`
	By        string   `json:"by"`
	Operators []string `json:"operators"`
	Opens     *string  `json:"opens"`
	Rows      int      `json:"rows"`
	Held      int      `json:"held"`
	Files     []string `json:"files"`
	Trouble   string   `json:"trouble"`
}

// Run lists the imports that may be known, newest first.
func (k *batchesCommand) Run(c *console) error {
	a, err := c.look()
	if err != nil {
		return err
	}
	defer c.close(a)
	list, err := a.People.List(c.ctx, c.actor())
	if err != nil {
		return err
	}
	rows := []batchRow{}
	for _, u := range list {
		row := batchRow{
			ID: u.ID, Title: u.Title, State: string(u.State), At: string(u.At), By: u.By, Operators: append([]string{}, strings.Fields(u.Operators)...),
			Rows: u.Rows, Held: u.Held, Files: []string{}, Trouble: u.Trouble,
		}
		if u.Opens != "" {
			row.Opens = &u.Opens
		}
		for _, f := range u.Sources() {
			row.Files = append(row.Files, f.Name)
		}
		rows = append(rows, row)
	}
	if c.flags.JSON {
		return c.json(rows)
	}
	for i, r := range rows {
		c.line("%s\t%s\t%s\t%d行\t保留 %d\t%s", r.ID, list[i].State.Title(), r.Title, r.Rows, r.Held, r.By)
	}
	return nil
}

type holdsCommand struct {
	Batch string   `arg:"" optional:"" help:"取り込みの id。省くとすべて"`
	Fix   string   `placeholder:"ID" xor:"do" help:"この行を --set で直して取り込む"`
	Drop  string   `placeholder:"ID" xor:"do" help:"この行を取り下げる（--why に理由）"`
	Set   []string `placeholder:"COLUMN=TEXT" sep:"none" help:"直す列と内容（unit=0110）"`
	Why   string   `placeholder:"TEXT" help:"取り下げる理由"`
}

type holdRow struct {
	ID     id.ID             `json:"id"`
	Batch  id.ID             `json:"batch"`
	Form   people.Form       `json:"form"`
	File   string            `json:"file"`
	Where  string            `json:"where"`
	State  string            `json:"state"`
	Cells  map[string]string `json:"cells"`
	Errors []people.Fault    `json:"errors"`
}

// Run lists the rows that wait, or corrects or drops one. It exits 1 while rows wait.
func (k *holdsCommand) Run(c *console) error {
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	switch {
	case k.Fix != "":
		return k.fix(c, a)
	case k.Drop != "":
		return a.People.DropHold(c.ctx, c.actor(), id.ID(k.Drop), k.Why)
	}
	list, err := a.People.List(c.ctx, c.actor())
	if err != nil {
		return err
	}
	rows := []holdRow{}
	for _, u := range list {
		if k.Batch != "" && string(u.ID) != k.Batch || u.Held == 0 {
			continue
		}
		held, err := a.People.Holds(c.ctx, c.actor(), u.ID)
		if err != nil {
			return err
		}
		for _, h := range held {
			if h.State == people.HoldOpen {
				rows = append(rows, holdRow{h.ID, h.Upload, h.Form, h.File, h.Place, string(h.State), h.Cells(), h.Faults()})
			}
		}
	}
	if c.flags.JSON {
		err = c.json(rows)
	} else {
		for _, r := range rows {
			for _, f := range r.Errors {
				c.line("%s\t%s\t%s\t%s", r.ID, r.File, f.Where, f.Message)
			}
		}
	}
	if err == nil && len(rows) > 0 {
		err = errOpen
	}
	return err
}

func (k *holdsCommand) fix(c *console, a *App) error {
	h, _, err := a.People.GetHold(c.ctx, c.actor(), id.ID(k.Fix))
	if err != nil {
		return err
	}
	cells := h.Cells()
	for _, set := range k.Set {
		column, text, ok := strings.Cut(set, "=")
		if _, known := cells[column]; !ok || !known {
			return errs.New(errs.Invalid, "--set %s は使えません。列は %s です。", set, strings.Join(slices.Sorted(maps.Keys(cells)), "、"))
		}
		cells[column] = text
	}
	if err := a.People.FixHold(c.ctx, c.actor(), h.ID, cells); err != nil {
		return err
	}
	c.say("訂正して取り込みました。")
	return nil
}

type undoCommand struct {
	Batch string `arg:"" help:"取り込みの id"`
	Why   string `required:"" placeholder:"TEXT" help:"取り消す理由"`
}

// Run undoes an import: before its day wholly, afterwards by an import that corrects it.
func (k *undoCommand) Run(c *console) error {
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	if err := a.People.Undo(c.ctx, c.actor(), id.ID(k.Batch), k.Why); err != nil {
		return err
	}
	if err := c.finish(a, id.ID(k.Batch)); err != nil {
		return err
	}
	u, err := a.People.Get(c.ctx, c.actor(), id.ID(k.Batch))
	if err != nil {
		return err
	}
	if c.flags.JSON {
		return c.json(map[string]string{"batch": k.Batch, "state": string(u.State)})
	}
	c.say("%s", u.State.Title())
	return nil
}

type correctCommand struct {
	Number string `required:"" placeholder:"NO" help:"職員番号"`
	On     string `required:"" placeholder:"DATE" help:"正しい発令日"`
	Order  string `default:"異動" placeholder:"TEXT" help:"発令区分"`
	Unit   string `placeholder:"CODE" help:"正しい所属コード"`
	Post   string `placeholder:"CODE" help:"正しい職コード"`
	Why    string `required:"" placeholder:"TEXT" help:"訂正する理由"`
}

type correctResult struct {
	Batch id.ID      `json:"batch"`
	Wrong []wrongRow `json:"wrong"`
}

type wrongRow struct {
	Person people.PersonRow `json:"person"`
	Unit   string           `json:"unit"`
	Post   string           `json:"post"`
	From   string           `json:"from"`
	To     string           `json:"to"`
	Acts   []deedRow        `json:"acts"`
}

type deedRow struct {
	At        string `json:"at"`
	Name      string `json:"name"`
	Authority string `json:"authority"`
	Kind      string `json:"kind"`
	Thing     string `json:"thing"`
	Things    int    `json:"things"`
}

// Run says what was right for one person from a day gone by, and lists what was done meanwhile by who held the post wrongly.
func (k *correctCommand) Run(c *console) error {
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	rows := []map[string]string{{"number": k.Number, "on": k.On, "order": k.Order, "unit": k.Unit, "post": k.Post}}
	options := people.Options{Title: k.Why, Whole: true}
	typed, err := people.Typed(people.Orders, rows, k.Why)
	if err != nil {
		return err
	}
	p, err := a.People.DryRun(c.ctx, c.actor(), []people.Source{typed}, options)
	if err != nil {
		return err
	}
	var faults errs.Faults
	for _, f := range p.Held {
		faults.Add("--"+f.Column, "%s", f.Message)
	}
	if err := errors.Join(faults.Err("訂正できません。"), p.Allows(p.Confirmed())); err != nil {
		return err
	}
	batch, err := a.People.Enter(c.ctx, c.actor(), people.Orders, rows, options)
	if err != nil {
		return err
	}
	if err := a.People.Apply(c.ctx, c.actor(), batch, p.Confirmed()); err != nil {
		return err
	}
	if err := c.finish(a, batch); err != nil {
		return err
	}
	wrong, err := a.People.Meanwhile(c.ctx, c.actor(), batch)
	if err != nil {
		return err
	}
	return c.corrected(correctResult{Batch: batch}, wrong)
}

func (c *console) corrected(out correctResult, wrong []people.Wrong) error {
	out.Wrong = []wrongRow{}
	for _, w := range wrong {
		row := wrongRow{Person: people.PersonRow{Code: w.Number, Name: w.Name}, Unit: w.Unit, Post: w.Post, From: string(w.From), To: string(w.To), Acts: []deedRow{}}
		for _, d := range w.Deeds {
			row.Acts = append(row.Acts, deedRow{string(d.At), d.Name, d.Authority, d.Kind, d.Thing, d.Things})
		}
		out.Wrong = append(out.Wrong, row)
	}
	if c.flags.JSON {
		return c.json(out)
	}
	for _, w := range wrong {
		c.line("%s %s\t%s %s\t%s から %s まで", w.Number, w.Name, w.Unit, w.Post, jst(w.From), jst(w.To))
		for _, d := range w.Deeds {
			c.line("\t%s\t%s\t%s\t%s %s", jst(d.At), d.Name, d.Authority, d.Kind, d.Thing)
		}
	}
	return nil
}

type operatorsCommand struct {
	Batch  string   `arg:"" help:"取り込みの id"`
	Actors []string `arg:"" optional:"" help:"公表前に見てよい人（受け付けた人のほかに。職員番号か、証跡に出る名前）"`
}

// Run says who sees an import before its publication.
func (k *operatorsCommand) Run(c *console) error {
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	return a.People.SetOperators(c.ctx, c.actor(), id.ID(k.Batch), k.Actors)
}
