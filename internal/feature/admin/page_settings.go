package admin

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// pages answers requests.
type pages struct {
	s *Settings
	o Office
}

const settingsHref = "/admin/settings"

// settingsView lists what the body has decided and what not.
type settingsView struct {
	web.Page
	Day    ui.SearchForm
	Open   ui.Notice
	Tables []ui.Table
	Drafts ui.Table
	Links  []ui.Link
}

func (p pages) settings(ctx context.Context, r *web.Request) (settingsView, error) {
	v := settingsView{Page: r.Page("標準運用値", home())}
	v.Lead = "規程が定めていないところを、団体が決裁で決める値です。決まるまでは関守の提案で動き、規程の定めではありません。"
	v.Day = ui.SearchForm{Action: settingsHref, Submit: "この日の値を見る", Clear: settingsHref, Fields: []ui.Field{{Type: ui.Date, Name: "on", Label: "日", Value: r.Query("on")}}}
	day, err := p.day(r)
	if err != nil {
		v.Day.Fields[0].Error, day = errs.Message(err), p.s.today()
	}
	list, err := p.s.On(ctx, day)
	if err != nil {
		return v, err
	}
	v.Tables = settingTables(list)
	v.Open = undecided(list, day, r.Actor().Can(access.SettingDraft))
	if r.Actor().Can(access.TrailRead) {
		v.Links = []ui.Link{{Text: "これまでの決裁の記録（証跡）", Href: "/trail?kind=setting-value"}}
	}
	v.Drafts, err = p.draftTable(ctx)
	return v, err
}

// day is the day that a page is about: today unless it says another.
func (p pages) day(r *web.Request) (jpdate.Date, error) {
	if on := r.Query("on"); on != "" {
		return jpdate.Parse(on)
	}
	return p.s.today(), nil
}

// undecided says how much is still to be decided.
func undecided(list []Setting, day jpdate.Date, drafts bool) ui.Notice {
	n := 0
	for _, x := range list {
		if !x.Decided() {
			n++
		}
	}
	notice := ui.Notice{Tone: ui.Good, Title: day.Wareki() + "の標準運用値は、すべて決まっています"}
	if n > 0 {
		notice = ui.Notice{
			Tone: ui.Warn, Title: "決まっていない設定が" + ui.Figure(n) + "件あります（全" + ui.Figure(len(list)) + "件、" + day.Wareki() + "）",
			Lines: []string{"「提案」とある値は、関守が示すものです。1件の起案で、まとめて決められます。"},
		}
	}
	if drafts {
		notice.Links = []ui.Link{{Text: "案を作る", Href: settingsHref + "/draft?" + url.Values{"on": {day.String()}}.Encode()}}
	}
	return notice
}

// settingTables has a table for each owner, what is undecided first.
func settingTables(list []Setting) []ui.Table {
	var tables []ui.Table
	owner := ""
	for _, first := range list {
		if first.Owner == owner {
			continue
		}
		owner = first.Owner
		t := ui.Table{Caption: first.Policy, Stack: true, Columns: []ui.Column{{Title: "設定", Head: true}, {Title: "値"}, {Title: "決裁"}, {Title: "根拠"}}}
		for _, decided := range []bool{false, true} {
			for _, x := range list {
				if x.Owner == owner && x.Decided() == decided {
					t.Rows = append(t.Rows, x.row())
				}
			}
		}
		tables = append(tables, t)
	}
	return tables
}

func (x Setting) row() ui.Row {
	name := ui.Text(x.Title)
	if x.Note != "" {
		name = append(name, ui.Item{Text: x.Note, Quiet: true})
	}
	value, decision := ui.Text(x.Words(x.Text)), ui.Cell(nil)
	switch x.State {
	case setting.InForce:
		decision = ui.Cell{
			{Text: x.Decision.Number, Href: draftHref(string(x.Decision.Draft))},
			{Text: x.Decision.On.Wareki() + "決裁、" + x.Decision.From.Wareki() + "施行", Quiet: true},
		}
	case setting.Outdated:
		value = append(value, ui.Item{Text: "提案", Tone: ui.Warn})
		decision = ui.Cell{{Text: "以前の決裁 " + x.Decision.Number + " の値は、設定の定めが変わったため使えません", Quiet: true}}
	case setting.Proposed:
		value = append(value, ui.Item{Text: "提案", Tone: ui.Warn})
	}
	if words := x.Range(); words != "" {
		value = append(value, ui.Item{Text: words, Quiet: true})
	}
	for _, c := range x.Coming {
		decision = append(decision, ui.Item{Text: c.From.Wareki() + "から" + x.Words(c.Value) + "（決裁 " + c.Number + "）", Href: draftHref(string(c.Draft))})
	}
	return ui.Row{ID: x.Key(), Cells: []ui.Cell{name, value, decision, basisCell(x.Basis)}}
}

// shownBases is how many clauses a table names; a setting of every yearly check has dozens.
const shownBases = 2

// basisCell names the clauses that leave a value open.
func basisCell(bases []setting.Basis) ui.Cell {
	var cell ui.Cell
	for i, b := range bases {
		if i == shownBases && len(bases) > shownBases+1 {
			return append(cell, ui.Item{Text: "ほか" + strconv.Itoa(len(bases)-i) + "条項", Quiet: true})
		}
		cell = append(cell, ui.Item{Text: b.Text, Href: clauseHref(b.Clause)})
		if b.Note != "" {
			cell = append(cell, ui.Item{Text: b.Note, Quiet: true})
		}
	}
	return cell
}

// clauseHref is the page of a clause by its full name, REGIME/DOCUMENT:CLAUSE.
func clauseHref(clause string) string {
	parts := strings.Split(clause, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return "/clause/" + strings.Join(parts, "/")
}

func (p pages) draftTable(ctx context.Context) (t ui.Table, err error) {
	t = ui.Table{Caption: "案", Stack: true, Empty: "案はまだありません。", Columns: []ui.Column{
		{Title: "件名", Head: true}, {Title: "状態", Keep: true}, {Title: "作成", Keep: true}, {Title: "作った人"}, {Title: "決裁"},
	}}
	err = p.s.log.DB().View(ctx, func(r db.Reader) error {
		drafts, err := setting.Drafts(ctx, r)
		if err != nil {
			return err
		}
		var actors []string
		for _, d := range drafts {
			actors = append(actors, d.By)
		}
		names, err := p.who(ctx, r, actors...)
		if err != nil {
			return err
		}
		t.Rows = nil
		for _, d := range drafts {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
				ui.Anchor(d.Title, draftHref(string(d.ID))), {stateItem(d.State)}, ui.Text(jpdate.Today(d.At.Time()).Wareki()), ui.Text(names[d.By]), ui.Text(d.Number),
			}})
		}
		return nil
	})
	return t, err
}

func stateItem(s setting.DraftState) ui.Item {
	return ui.Item{Text: s.Title(), Tone: map[setting.DraftState]ui.Tone{setting.Open: ui.Info, setting.Adopted: ui.Good, setting.Withdrawn: ui.Neutral}[s]}
}

// who is how people call actors.
func (p pages) who(ctx context.Context, r db.Reader, actors ...string) (map[string]string, error) {
	called := map[string]string{}
	var people []string
	for _, a := range actors {
		kind, rest, _ := strings.Cut(a, ":")
		called[a] = a
		switch kind {
		case "cli":
			called[a] = "コマンド（" + rest + "）"
		case "local":
			called[a] = "この端末（" + rest + "）"
		}
		if person, ok := access.PersonOf(a); ok {
			people = append(people, string(person))
		}
	}
	if len(people) == 0 {
		return called, nil
	}
	names, err := org.View{Now: db.At(p.s.log.DB().Now())}.Names(ctx, r, people)
	for _, person := range people {
		if name := names[person]; name != "" {
			called["person:"+person] = name
		}
	}
	return called, err
}
