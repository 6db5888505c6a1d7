package app

import (
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/admin"
	"sekimori/internal/kernel/setting"
)

type settingListCommand struct {
	On string `placeholder:"DATE" help:"この日の値（省くと今日）"`
}

// Run lists every setting with what it is on a day.
func (k *settingListCommand) Run(c *console) error {
	a, err := c.look()
	if err != nil {
		return err
	}
	defer c.close(a)
	day := jpdate.Today(a.DB.Now())
	if k.On != "" {
		if day, err = jpdate.Parse(k.On); err != nil {
			return errs.Wrap(err, errs.Invalid, "--on: %s", errs.Message(err))
		}
	}
	list, err := a.Settings.On(c.ctx, day)
	if err != nil {
		return err
	}
	rows := make([]admin.SettingRow, len(list))
	for i, x := range list {
		rows[i] = x.Row()
	}
	if c.flags.JSON {
		return c.json(rows)
	}
	for _, x := range list {
		state := map[setting.State]string{setting.Proposed: "提案", setting.Outdated: "提案（以前の決裁の値は使えない）", setting.InForce: "決裁 " + x.Decision.Number + "（" + x.Decision.From.Wareki() + "から）"}[x.State]
		c.line("%s\t%s\t%s\t%s", x.Key(), x.Title, x.String(), state)
	}
	return nil
}

type settingDecideCommand struct {
	Number string   `required:"" placeholder:"NO" help:"団体の決裁の番号"`
	Date   string   `required:"" placeholder:"DATE" help:"決裁の日"`
	From   string   `required:"" placeholder:"DATE" help:"施行する日"`
	Title  string   `placeholder:"TEXT" default:"標準運用値" help:"件名"`
	Only   bool     `help:"書いた設定だけを決める。省くと、まだ決まっていない設定も関守の提案のとおり決める"`
	Values []string `arg:"" optional:"" name:"ID=VALUE" help:"設定と値。一覧の値は , で区切る。id は sekimori setting list で確かめる"`
}

type settingDecideResult struct {
	Draft  string       `json:"draft"`
	Sum    string       `json:"sum"`
	Number string       `json:"number"`
	Date   string       `json:"date"`
	From   string       `json:"from"`
	Values []settingSet `json:"values"`
}

type settingSet struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// Run records what the body has decided, all of it or nothing.
func (k *settingDecideCommand) Run(c *console) error {
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	p, d, err := k.read(c, a)
	if err != nil {
		return err
	}
	draft, err := a.Settings.Enter(c.ctx, c.actor(), p, d)
	if err != nil {
		return err
	}
	paper, err := draft.Paper()
	if err != nil {
		return err
	}
	out := settingDecideResult{Draft: string(draft.ID), Sum: draft.Sum, Number: draft.Number, Date: draft.On.String(), From: draft.From.String(), Values: []settingSet{}}
	for _, l := range paper.Lines {
		out.Values = append(out.Values, settingSet{l.Owner + "." + l.ID, l.Value})
	}
	c.say("%d件の設定を、決裁 %s のとおり %s から適用します。", len(paper.Lines), draft.Number, draft.From.Wareki())
	if c.flags.JSON {
		return c.json(out)
	}
	for _, l := range paper.Lines {
		c.line("%s.%s\t%s\t%s", l.Owner, l.ID, l.Title, l.Words)
	}
	return nil
}

// read takes the command line apart; every fault at once.
func (k *settingDecideCommand) read(c *console, a *App) (setting.Proposal, setting.Decision, error) {
	p := setting.Proposal{Title: k.Title, Wishes: map[string]setting.Wish{}, Rest: setting.RestOurs}
	if k.Only {
		p.Rest = setting.RestLeftOut
	}
	d := setting.Decision{Number: k.Number}
	var faults errs.Faults
	for _, x := range []struct {
		flag, text string
		into       *jpdate.Date
	}{{"--date", k.Date, &d.On}, {"--from", k.From, &d.From}} {
		read, err := jpdate.Parse(x.text)
		if err != nil {
			faults.Add(x.flag, "%s", errs.Message(err))
		}
		*x.into = read
	}
	declared, err := a.Settings.On(c.ctx, d.From)
	if err != nil {
		return p, d, err
	}
	for _, word := range k.Values {
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			faults.Add(word, "「ID=値」の形で書いてください。")
			continue
		}
		x, fault := settingNamed(declared, name)
		if _, twice := p.Wishes[x.Key()]; fault == "" && twice {
			fault = "2度書かれています。"
		}
		if fault != "" {
			faults.Add(name, "%s", fault)
			continue
		}
		wish := setting.Wish{Value: []string{value}}
		if !x.Unit.Whole() {
			wish.Value = strings.Split(value, ",")
		}
		p.Wishes[x.Key()] = wish
	}
	return p, d, faults.Err("この内容では決められません。")
}

// settingNamed finds the setting that a name means: its key, or its id where no other has the same. Else it says what is wrong.
func settingNamed(declared []admin.Setting, name string) (found admin.Setting, fault string) {
	var keys []string
	for _, d := range declared {
		if d.Key() == name || d.ID == name {
			found = d
			keys = append(keys, d.Key())
		}
	}
	switch len(keys) {
	case 0:
		return found, "この設定はありません。sekimori setting list で確かめてください。"
	case 1:
		return found, ""
	}
	return found, "同じ名前の設定がいくつかあります（" + strings.Join(keys, "、") + "）。"
}
