package people

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// peopleView lists people by their reading.
type peopleView struct {
	web.Page
	Form    ui.SearchForm
	Results peopleResults
}

type peopleResults struct {
	Day   string
	Kana  ui.Tabs
	Table ui.Table
	Pager ui.Pager
}

// perPage is how many people, or seats, one page of a list shows.
const perPage = 100

func (p pages) people(ctx context.Context, r *web.Request) (peopleView, error) {
	d, find, unit, kana := p.asOf(r), r.Query("q"), r.Query("unit"), r.Query("kana")
	v := peopleView{Page: r.Page("職員")}
	v.Form = d.form("/people",
		ui.Field{Name: "q", Label: "氏名、カナ、職員番号", Help: "一部でも可", Value: find},
		ui.Field{Name: "unit", Label: "所属", Help: "コードか名称、下を含む", Value: unit})
	err := p.d.on(ctx, r.Actor(), d.Date, func(s snapshot) error {
		v.Results = peopleResults{Day: d.words()}
		v.Lead = "名前を選ぶと、経歴と、担う役割、代行者が分かります。"
		if !s.people.Every() {
			v.Lead += "あなたが見られる職員だけが並びます。"
		}
		q := org.PeopleQuery{Find: find, Limit: perPage, After: org.Cursor{Kana: kana}}
		caption := "職員（五十音順）"
		if unit != "" {
			u, ok := s.unitNamed(unit)
			if !ok {
				v.Form.Fields[1].Error = "この日に「" + unit + "」という組織はありません。"
				return nil
			}
			q.Units = s.chart.Tree.Subtree(u.Unit)
			caption = u.Name + "と下の組織の職員（五十音順）"
		}
		if after := r.Query("after"); after != "" {
			last, err := s.seenPerson(ctx, id.ID(after))
			if err != nil {
				return err
			}
			q.After = org.Cursor{Kana: last.Kana, Person: last.Person}
		}
		list, next, err := s.find(ctx, s.narrow(q))
		if err != nil {
			return err
		}
		if v.Results.Table, err = s.peopleTable(ctx, d, caption, list); err != nil {
			return err
		}
		if find == "" {
			v.Results.Kana = kanaTabs(d, unit, kana)
		}
		if next != (org.Cursor{}) {
			v.Results.Pager = ui.Pager{Label: "職員", Swap: "results", Next: d.href("/people", "q", find, "unit", unit, "kana", kana, "after", string(next.Person))}
		}
		return nil
	})
	return v, err
}

// kanaTabs lead to where a row of the syllabary begins.
func kanaTabs(d asOf, unit, current string) ui.Tabs {
	t := ui.Tabs{Label: "五十音", Swap: "results", Links: []ui.Link{{Text: "はじめ", Href: d.href("/people", "unit", unit), Current: current == ""}}}
	for _, k := range "カサタナハマヤラワ" {
		t.Links = append(t.Links, ui.Link{Text: string(k), Href: d.href("/people", "unit", unit, "kana", string(k)), Current: current == string(k)})
	}
	return t
}

// peopleTable lists people with where they work.
func (s snapshot) peopleTable(ctx context.Context, d asOf, caption string, list []org.Person) (ui.Table, error) {
	t := ui.Table{Caption: caption, Stack: true, Empty: "この日に、条件に合う職員はいません。表記が違っても読みの一部でさがせます。退職した人は、在職していた日を「この日の状態」に入れてさがします。", Columns: []ui.Column{
		{Title: "氏名", Head: true}, {Title: "職員番号", Keep: true}, {Title: "所属と職"}, {Title: "任用区分", Keep: true}, {Title: "担う役割"},
	}}
	ids := make([]id.ID, len(list))
	for i, x := range list {
		ids[i] = x.Person
	}
	assigned, err1 := s.AssignmentsOf(ctx, s, ids...)
	posts, err2 := s.postsByID(ctx)
	for _, x := range list {
		name := ui.Cell{{Text: x.Name, Href: d.personHref(x.Person)}, {Text: x.Kana, Quiet: true}}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, ui.Text(x.Number), s.works(d, posts, assigned, x.Person), ui.Text(x.Employment.Title()), s.rolesOf(d, x.Person)}})
	}
	return t, errors.Join(err1, err2)
}

// works is where a person works, the main post first.
func (s snapshot) works(d asOf, posts map[id.ID]org.Post, assigned []org.Assignment, person id.ID) ui.Cell {
	var cell ui.Cell
	for _, a := range assigned {
		if a.Person != person {
			continue
		}
		words := strings.TrimSpace(s.unitName(a.Unit) + " " + posts[a.Post].Title)
		if a.Manner != org.Main {
			words += "（" + a.Manner.Title() + "）"
		}
		cell = append(cell, ui.Item{Text: words, Href: d.unitHref(a.Unit)})
	}
	if len(cell) == 0 {
		return ui.Cell{{Text: "所属なし", Tone: ui.Warn}}
	}
	return cell
}

// personView is everything about one person on a day.
type personView struct {
	web.Page
	Form    ui.SearchForm
	Results personResults
	Name    ui.Form // names a deputy
	Ask     bool    // he holds a role for which he may name one
}

type personResults struct {
	Day      string
	Away     ui.Notice
	Facts    ui.DescriptionList
	Roles    ui.Table
	Deputies ui.Table
	History  ui.Table
}

func (p pages) person(ctx context.Context, r *web.Request) (personView, error) {
	d, person := p.asOf(r), id.ID(r.Path("person"))
	var v personView
	err := p.d.on(ctx, r.Actor(), d.Date, func(s snapshot) error {
		v = personView{}
		if stated, err := s.PersonStated(ctx, s, person); err != nil || stated != "" { // the trail knows statements
			if person = stated; err != nil {
				return err
			}
		}
		past, err1 := s.PersonHistory(ctx, s, person)
		career, err2 := s.AssignmentHistory(ctx, s, person)
		seen, err3 := s.sees(ctx, person)
		if err := errors.Join(err1, err2, err3); err != nil {
			return err
		}
		if len(past) == 0 || !seen {
			return noSuchPerson()
		}
		x, there := describing(past, d)
		whole, err := s.by.Scope(access.PeopleRead).Has(ctx, s, org.PersonHome(person))
		if err != nil {
			return err
		}
		if !whole { // he is seen for what he was here on that day
			past = []org.Person{x}
			career = slices.DeleteFunc(career, func(a org.Assignment) bool { return !s.people.Reaches(a.Unit) })
		}
		v = personView{Page: r.Page(x.Name, ui.Link{Text: "職員", Href: d.href("/people")}), Form: d.form("/people/" + string(person))}
		if !whole {
			v.Form.Clear = "" // today he is nobody here
		}
		v.Kicker = x.Kana
		v.Results, err1 = s.personResults(ctx, d, x, past, career)
		if !there {
			v.Results.Away = awayPerson(d, x)
			return err1
		}
		v.Results.Roles = s.roleTable(d, x)
		v.Results.Deputies, err2 = s.deputyTable(ctx, d, person)
		f, ok, err3 := s.deputyForm(ctx, d, x)
		v.Ask, v.Name = ok, r.Form(f)
		return errors.Join(err1, err2, err3)
	})
	return v, err
}

func noSuchPerson() error {
	return errs.New(errs.NotFound, "この職員はいないか、あなたの権限の範囲の外です。")
}

// personResults are the particulars and the career of a person.
func (s snapshot) personResults(ctx context.Context, d asOf, x org.Person, past []org.Person, career []org.Assignment) (personResults, error) {
	v := personResults{Day: d.words(), Facts: personFacts(past)}
	proof, err1 := s.proves(ctx, "証跡で変更を見る", "person", x.Statement)
	v.Facts.Items = append(v.Facts.Items, ui.Description{Term: "在職", Cell: append(ui.Text(span(past[0].From, past[len(past)-1].Until)), proof...)})
	if href := s.to(access.PeopleImport, "/people/import/enter?person="+url.QueryEscape(string(x.Person))); href != "" && d.Date == d.today && !x.From.After(d.Date) && !x.Until.Before(d.Date) {
		v.Facts.Items = append(v.Facts.Items, ui.Description{Term: "発令", Cell: ui.Cell{{Text: "発令を入力する", Href: href}, {Text: "1件だけの異動や、過ぎた発令の訂正", Quiet: true}}})
	}
	posts, err2 := s.PostTitles(ctx, s)
	var err3 error
	v.History, err3 = s.career(ctx, d, posts, career)
	return v, errors.Join(err1, err2, err3)
}

// describing is the statement about a person that holds on a day, else the one that is nearest.
func describing(past []org.Person, d asOf) (x org.Person, there bool) {
	x = past[0]
	for _, p := range past {
		if !p.From.After(d.Date) {
			x = p
		}
	}
	return x, !x.From.After(d.Date) && !x.Until.Before(d.Date)
}

func awayPerson(d asOf, x org.Person) ui.Notice {
	n := ui.Notice{Tone: ui.Info, Title: x.Name + "さんは、この日に在職していません", Lines: []string{"在職: " + span(x.From, x.Until)}}
	shown := d
	if shown.Date = x.Until; x.From.After(d.Date) {
		shown.Date = x.From
	}
	n.Links = []ui.Link{{Text: shown.Wareki() + "の状態を見る", Href: shown.personHref(x.Person)}}
	return n
}

// personFacts are a person's particulars; what has changed through time is shown with its days.
func personFacts(past []org.Person) ui.DescriptionList {
	var l ui.DescriptionList
	add := func(term string, of func(org.Person) string) {
		type period struct {
			value string
			span  string
		}
		var all []period
		begun := past[0].From
		for i, p := range past {
			if i+1 < len(past) && of(past[i+1]) == of(p) && past[i+1].From == p.Until.AddDays(1) {
				continue
			}
			all = append(all, period{of(p), span(begun, p.Until)})
			if i+1 < len(past) {
				begun = past[i+1].From
			}
		}
		if len(all) == 1 {
			if all[0].value != "" {
				l.Items = append(l.Items, ui.Description{Term: term, Cell: ui.Text(all[0].value)})
			}
			return
		}
		var cell ui.Cell
		for _, p := range slices.Backward(all) {
			cell = append(cell, ui.Item{Text: p.value}, ui.Item{Text: p.span, Quiet: true})
		}
		l.Items = append(l.Items, ui.Description{Term: term, Cell: cell})
	}
	add("職員番号", func(p org.Person) string { return p.Number })
	add("氏名", func(p org.Person) string { return p.Name })
	add("任用区分", func(p org.Person) string { return p.Employment.Title() })
	add("メール", func(p org.Person) string { return p.Mail })
	return l
}

// roleTable lists the roles that a person holds or acts in.
func (s snapshot) roleTable(d asOf, x org.Person) ui.Table {
	t := ui.Table{Caption: "担う役割", Stack: true, Empty: "この日に担う役割はありません。", Columns: []ui.Column{
		{Title: "役割", Head: true}, {Title: "どこの"}, {Title: "立場"}, {Title: "期間"}, {Title: "条項", Keep: true},
	}}
	for _, h := range s.chart.Authorities(x.Person) {
		as := ui.Text(h.As.Title())
		if words := bearing(h); words != "" {
			as = append(as, ui.Item{Text: words, Quiet: true})
		}
		if h.As == org.AsDeputy {
			as[0].Tone = ui.Info
		}
		if h.Provisional {
			as = append(as, ui.Item{Text: "暫定", Tone: ui.Warn})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{{Text: h.Role.Title, Href: d.roleHref(h.Regime, h.Role.ID)}, {Text: s.regimeTitle(h.Regime), Quiet: true}},
			d.place(s.chart, h.Regime, h.Home), as, ui.Text(span(h.From, h.Until)), s.clause(h.Regime, h.Role.Clause),
		}})
	}
	return t
}

// career lists the posts of a person, the last first.
func (s snapshot) career(ctx context.Context, d asOf, posts map[id.ID]string, all []org.Assignment) (ui.Table, error) {
	t := ui.Table{Caption: "経歴（新しい順）", Stack: true, Empty: "記録はありません。", Columns: []ui.Column{
		{Title: "期間", Keep: true}, {Title: "所属", Head: true}, {Title: "職"}, {Title: "区分", Keep: true},
	}}
	if s.by.Can(access.TrailRead) {
		t.Columns = append(t.Columns, ui.Column{Title: "証跡", Keep: true})
	}
	for _, a := range slices.Backward(all) {
		days := ui.Text(span(a.From, a.Until))
		switch {
		case a.From.After(d.Date):
			days = append(days, ui.Item{Text: "これから", Tone: ui.Info})
		case !a.Until.Before(d.Date):
			days = append(days, ui.Item{Text: "この日", Tone: ui.Good})
		}
		unit := ui.Cell{{Text: s.unitName(a.Unit), Href: d.unitHref(a.Unit)}}
		if unit[0].Text == "" { // it begins after this day
			at := d
			at.Date = a.From
			unit = ui.Anchor("この日より後に置かれる組織", at.unitHref(a.Unit))
		}
		proof, err := s.proves(ctx, "変更を見る", "assignment", a.Statement)
		if err != nil {
			return t, err
		}
		cells := []ui.Cell{days, unit, ui.Text(posts[a.Post]), ui.Text(a.Manner.Title()), proof}
		t.Rows = append(t.Rows, ui.Row{Cells: cells[:len(t.Columns)]})
	}
	return t, nil
}
