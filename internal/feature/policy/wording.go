package policy

import (
	"fmt"
	"strings"

	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/regime"
)

// roleNames names roles by their short titles.
func (b *Book) roleNames(ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		r, _ := b.Role(id)
		out[i] = r.Name()
	}
	return out
}

// when says when a duty applies and until when; each line is one thing.
func (b *Book) when(d duty.Duty) []string {
	var out []string
	if d.When != nil && d.Check != nil {
		out = append(out, b.Meaning(*d.When, d.Check.Target)+"のとき")
	}
	if d.Every != nil {
		out = append(out, b.every(*d.Every))
	}
	if d.Check != nil && d.Check.Every != nil {
		out = append(out, b.every(*d.Check.Every))
	}
	if d.By != nil {
		out = append(out, "対象が生じてから"+b.span(*d.By)+"以内")
	}
	return out
}

func (b *Book) every(e duty.Every) string {
	switch {
	case e.Once:
		return "一度"
	case e.Case:
		return "そのつど"
	case e.Setting != "":
		return b.setting(e.Setting) + "ごと"
	case e.FiscalYear == 1:
		return "毎年度"
	}
	return fmt.Sprintf("毎年度%d回", e.FiscalYear)
}

func (b *Book) span(s duty.Span) string {
	switch {
	case s.Setting != "":
		return b.setting(s.Setting)
	case s.Days > 0:
		return fmt.Sprintf("%d日", s.Days)
	case s.Months > 0:
		return fmt.Sprintf("%dか月", s.Months)
	}
	return fmt.Sprintf("%d年度", s.FiscalYear)
}

// setting names a setting; its value is a proposal until the body has decided, and is shown
// with the settings alone.
func (b *Book) setting(id string) string {
	s, _ := b.Setting(id)
	return "「" + s.Title + "」"
}

// target names what a check is about.
func (b *Book) target(id string) string {
	if title, ok := b.titles[id]; ok {
		return title
	}
	return id
}

// titlesOf names everything of a pack that a check can be about.
func titlesOf(p *regime.Pack) map[string]string {
	out := map[string]string{}
	for _, x := range p.Planned {
		out[x.ID] = x.Title
	}
	for _, x := range p.Registers {
		out[x.ID] = x.Title
	}
	for _, x := range p.Requests {
		out[x.ID] = x.Title
	}
	for _, x := range p.Papers {
		out[x.ID] = x.Title
	}
	for _, x := range p.Questions {
		out[x.ID] = x.Title
	}
	for _, x := range p.Roles {
		out[x.ID] = x.Title
	}
	return out
}

// shown says which record shows that the duty is kept.
func (b *Book) shown(d duty.Duty) string {
	c := d.Check
	if c == nil {
		return ""
	}
	name := "「" + b.target(c.Target) + "」"
	switch c.Kind {
	case duty.Appointment:
		return name + "が欠けずに置かれている"
	case duty.Register:
		return "台帳" + name + b.asked(*c)
	case duty.Periodic:
		return "記録" + name + "が期間ごとにある" + b.each(*c)
	case duty.Request:
		return "申請" + name + "が" + b.until(*c) + b.asked(*c)
	case duty.Permit:
		if c.Log != "" {
			return "記録簿「" + b.target(c.Log) + "」の行がどれも許可" + name + "の範囲にある"
		}
		return "許可" + name + "が有効である"
	case duty.Document:
		if c.Reviewed != "" {
			return "文書" + name + "が有効で、" + b.setting(c.Reviewed) + "ごとに見直されている"
		}
		return "文書" + name + "が有効である"
	case duty.Report:
		return "報告" + name + "がすべての宛先に届いている"
	case duty.Question:
		return "点検の質問" + name + "に「" + map[string]string{"yes": "はい", "no": "いいえ"}[c.Answer] + "」と答える（" + b.setting(c.Within) + "ごと" + b.each(*c) + "）"
	case duty.Acknowledged:
		return "全員が" + name + "の今の版を読んで確認している"
	case duty.Enforced:
		return "システムが守らせる（" + b.target(c.Target) + "）"
	}
	return name
}

// asked says what the entries must hold.
func (b *Book) asked(c duty.Check) string {
	var out []string
	if len(c.Has) > 0 {
		titles := make([]string, len(c.Has))
		for i, id := range c.Has {
			titles[i] = b.FieldTitle(c.Target, id)
		}
		out = append(out, strings.Join(titles, "・")+"が記入されている")
	}
	if c.Is != nil {
		out = append(out, b.Meaning(*c.Is, c.Target))
	}
	if c.Fresh != nil {
		out = append(out, b.FieldTitle(c.Target, c.Fresh.Field)+"が"+b.setting(c.Fresh.Within)+"以内である")
	}
	if c.Confirmed {
		out = append(out, "確認が済んでいる")
	}
	if c.Each != "" {
		out = append(out, fmt.Sprintf("%sに%d件以上ある", c.Each.Title(), max(c.Least, 1)))
	}
	if len(out) == 0 {
		if c.Kind == duty.Register {
			return "に記録がある"
		}
		return ""
	}
	if c.Kind == duty.Register {
		return "で、" + strings.Join(out, "、")
	}
	return "、" + strings.Join(out, "、")
}

func (b *Book) each(c duty.Check) string {
	if c.Each == "" {
		return ""
	}
	return "、" + c.Each.Title()
}

// until says how far a case must go.
func (b *Book) until(c duty.Check) string {
	stage := map[string]string{"decided": "決裁を終えている", "recorded": "処理の記録まで済んでいる", "returned": "返却まで済んでいる"}[c.Until]
	if stage == "" {
		stage = "出されている"
	}
	if c.Before != "" {
		return b.FieldTitle(c.Target, c.Before) + "より前に" + stage
	}
	return stage
}
