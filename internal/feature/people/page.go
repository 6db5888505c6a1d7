package people

import (
	"net/url"
	"slices"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// pages answers requests.
type pages struct {
	s *Service
	d *Directory
}

// asOf is the day whose state a page shows, today unless its address names another.
type asOf struct {
	jpdate.Date
	today jpdate.Date
	typed string
	fault string // why the day that was typed cannot be read; then it is today
}

func (p pages) asOf(r *web.Request) asOf {
	d := asOf{today: p.d.today(), typed: r.Query("on")}
	d.Date = d.today
	if d.typed == "" {
		return d
	}
	on, err := jpdate.Parse(d.typed)
	if err != nil {
		d.fault = errs.Message(err)
		return d
	}
	d.Date = on
	return d
}

// field asks for the day.
func (d asOf) field() ui.Field {
	f := ui.Field{Type: ui.Date, Name: "on", Label: "この日の状態", Help: "例：R8.4.1、2026-04-01", Value: d.Wareki(), Error: d.fault}
	if d.fault != "" {
		f.Value = d.typed
	}
	return f
}

// form asks for the day and whatever else a page can be narrowed to. The answer is a whole page: its title and the way to it are
// those of the day, too.
func (d asOf) form(path string, fields ...ui.Field) ui.SearchForm {
	f := ui.SearchForm{Action: path, Submit: "表示", Fields: append(fields, d.field())}
	if d.Date != d.today || slices.ContainsFunc(fields, func(f ui.Field) bool { return f.Value != "" }) {
		f.Clear = path
	}
	return f
}

// words say which day is shown.
func (d asOf) words() string {
	words := d.Wareki() + "（" + string([]rune("日月火水木金土")[d.Weekday()]) + "）"
	switch {
	case d.After(d.today):
		return words + "の状態（いま公表されている異動まで）"
	case d.Before(d.today):
		return words + "の状態"
	}
	return words + "、今日の状態"
}

// href is an address with the day, and other parameters in pairs; empty ones are left out.
func (d asOf) href(path string, pairs ...string) string {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	if d.Date != d.today {
		query.Set("on", d.String())
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

func (d asOf) unitHref(unit id.ID) string { return d.href("/org/unit/" + url.PathEscape(string(unit))) }

func (d asOf) personHref(person id.ID) string {
	return d.href("/people/" + url.PathEscape(string(person)))
}

func (d asOf) roleHref(regime, role string) string {
	return d.href("/roles/" + url.PathEscape(regime) + "/" + url.PathEscape(role))
}

// unit is a link to a unit.
func (d asOf) unit(u org.Unit) ui.Item { return ui.Item{Text: u.Name, Href: d.unitHref(u.Unit)} }

// way is a unit below what it stands under, from the root.
func (d asOf) way(t *org.Tree, unit id.ID) string {
	var names []string
	for _, u := range t.Path(unit) {
		names = append(names, u.Name)
	}
	return strings.Join(names, " › ")
}

// place is a link to where a seat is.
func (d asOf) place(c *org.Chart, regime, home string) ui.Cell {
	p := c.Place(regime, home)
	if unit, ok := org.UnitOf(home); ok {
		return ui.Anchor(p.Name, d.unitHref(unit))
	}
	if system, ok := org.SystemOf(home); ok {
		return ui.Anchor(p.Name, d.href("/systems")+"#"+string(system))
	}
	return ui.Cell{{Text: p.Name}, {Text: org.ScopeBody.Title(), Quiet: true}}
}

// holder is who holds a seat and as what.
func (s snapshot) holder(d asOf, h org.Holding) ui.Cell {
	if h.Vacant() {
		return ui.Cell{{Text: "空席", Tone: ui.Bad}}
	}
	cell := ui.Cell{s.who(d, *h.Person)}
	if words := bearing(h); words != "" {
		cell = append(cell, ui.Item{Text: words, Quiet: true})
	}
	if h.Provisional {
		cell = append(cell, ui.Item{Text: "暫定", Tone: ui.Warn})
	}
	return cell
}

// bearing says by which post and as what somebody holds a seat.
func bearing(h org.Holding) string {
	words := h.Post
	switch {
	case h.As == org.AsDeputy && h.For != nil:
		words = strings.TrimSpace(words + " " + h.For.Name + "の代行")
	case h.As == org.AsDeputy:
		words = strings.TrimSpace(words + " 代行")
	case h.Manner != "" && h.Manner != org.Main:
		words += "（" + h.Manner.Title() + "）"
	}
	return words
}

// span is from when until when something holds.
func span(from, until jpdate.Date) string {
	words := from.Wareki() + "から"
	if until != org.Open() && !until.IsZero() {
		words += until.Wareki() + "まで"
	}
	return words
}

// regimeTitle is what a regime is called.
func (s snapshot) regimeTitle(id string) string {
	if rules, ok := s.chart.Rules(id); ok {
		return rules.Title
	}
	return id
}

// clause is a link to where a regime names something, nothing where it does not.
func (s snapshot) clause(regimeID, ref string) ui.Cell {
	p, ok := s.pack(regimeID)
	if !ok || ref == "" {
		return nil
	}
	return ui.Anchor(ref, s.to(access.PolicyRead, feature.ClauseHref(p, ref)))
}

// trailHref is the history of one statement as the trail has it.
func trailHref(kind string, statement id.ID) string {
	return "/trail/thing/" + kind + "/" + string(statement)
}

// orgTabs lead between what the organisation consists of.
func (d asOf) orgTabs(current string) ui.Tabs {
	return d.tabs("組織", current, [][2]string{{"/org", "組織"}, {"/posts", "職"}, {"/systems", "業務システム"}})
}

// roleTabs lead between who holds roles and who is missing.
func (d asOf) roleTabs(current string) ui.Tabs {
	return d.tabs("役割", current, [][2]string{{"/roles", "役割を担う人"}, {"/vacancies", "空席"}})
}

func (d asOf) tabs(label, current string, links [][2]string) ui.Tabs {
	t := ui.Tabs{Label: label}
	for _, l := range links {
		t.Links = append(t.Links, ui.Link{Text: l[1], Href: d.href(l[0]), Current: l[0] == current})
	}
	return t
}
