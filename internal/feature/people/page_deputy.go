package people

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// deputyTable lists the deputies whom a person has named and for whom he was named, of the seats whose deputies are the reader's
// matter.
func (s snapshot) deputyTable(ctx context.Context, d asOf, person id.ID) (ui.Table, error) {
	t := ui.Table{Caption: "代行者の指名", Stack: true, Columns: []ui.Column{
		{Title: "役割", Head: true}, {Title: "どこの"}, {Title: "指名した人"}, {Title: "代行する人"}, {Title: "期間"}, {Title: "状態", Keep: true}, {Title: "手続", Keep: true},
	}}
	all, err := s.DeputiesOf(ctx, s, person)
	if err != nil {
		return t, err
	}
	var list []org.Deputy
	scope := s.by.Scope(access.DeputyName)
	for _, x := range all {
		seen, err := scope.Has(ctx, s, x.Scope)
		if err != nil {
			return t, err
		}
		if seen {
			list = append(list, x)
		}
		if err := s.meet(ctx, x.Giver, x.Person); err != nil {
			return t, err
		}
	}
	named := s.chart.Deputies()
	for _, x := range list {
		giver, err1 := s.name(ctx, x.Giver)
		deputy, err2 := s.name(ctx, x.Person)
		if err := errors.Join(err1, err2); err != nil {
			return t, err
		}
		state := ui.Cell{{Text: "失効", Tone: ui.Neutral}, {Text: "指名した人か代行する人が、この日にはその立場にありません", Quiet: true}}
		if i := slices.IndexFunc(named, func(n org.Named) bool { return n.ID == x.ID }); i >= 0 {
			switch named[i].State {
			case org.Acts:
				state = ui.Cell{{Text: "有効", Tone: ui.Good}}
			case org.Provisional:
				state = ui.Cell{{Text: "暫定", Tone: ui.Warn}, {Text: named[i].Until.Wareki() + "まで", Quiet: true}}
			case org.Lapsed:
			}
		}
		var end ui.Cell
		if may, err := s.names(ctx, HeldRole{x.Regime, x.Role, x.Scope}); err != nil {
			return t, err
		} else if may && !x.Until.Before(d.today) {
			end = ui.Anchor("終える", "/deputies/"+string(x.ID))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.Anchor(s.roleTitle(x.Regime, x.Role), d.roleHref(x.Regime, x.Role)), d.place(s.chart, x.Regime, x.Scope),
			{s.who(d, giver)},
			{s.who(d, deputy)},
			ui.Text(span(x.From, x.Until)), state, end,
		}})
	}
	return t, nil
}

func (s snapshot) roleTitle(regime, role string) string {
	rules, _ := s.chart.Rules(regime)
	if r, ok := rules.Role(role); ok {
		return r.Title
	}
	return role
}

// name is what a person is called, also before and after the days on which he is one of ours.
func (s snapshot) name(ctx context.Context, person id.ID) (org.Who, error) {
	past, err := s.PersonHistory(ctx, s, person)
	if err != nil || len(past) == 0 {
		return org.Who{ID: person}, err
	}
	x, _ := describing(past, asOf{Date: s.On})
	return org.Who{ID: person, Number: x.Number, Name: x.Name}, nil
}

// deputyForm asks whom a holder names for one of his roles; ok is false where he has no such role, or naming is not for the reader.
// The first who could be named is chosen already.
func (s snapshot) deputyForm(ctx context.Context, d asOf, x org.Person) (f ui.Form, ok bool, err error) {
	var roles []ui.Option
	var chosen []string
	var units []id.ID
	for _, h := range s.chart.Authorities(x.Person) {
		if h.As == org.AsDeputy || h.Role.Deputy == nil || h.Role.Deputy.NamedBy == "" || len(h.Role.OneOf) > 0 {
			continue
		}
		may, err := s.names(ctx, HeldRole{h.Regime, h.Role.ID, h.Home})
		if err != nil {
			return f, false, err
		}
		if !may {
			continue
		}
		roles = append(roles, ui.Option{Value: seatValue(h.Regime, h.Role.ID, h.Home), Text: h.Role.Title + "（" + s.chart.Place(h.Regime, h.Home).Name + "）"})
		if !slices.ContainsFunc(s.chart.Holders(h.Regime, h.Role.ID, h.Home), func(o org.Holding) bool { return o.As == org.AsDeputy && !o.Vacant() }) {
			chosen = append(chosen, roles[len(roles)-1].Value)
		}
		if unit, isUnit := org.UnitOf(h.Home); isUnit {
			units = append(units, s.chart.Tree.Subtree(unit)...)
		}
		if system, isSystem := org.SystemOf(h.Home); isSystem {
			owner, _ := s.chart.System(system)
			units = append(units, s.chart.Tree.Subtree(s.chart.Tree.Now(owner.Owner))...)
		}
	}
	if len(roles) == 0 || d.Before(d.today) {
		return f, false, nil
	}
	people, err := s.candidates(ctx, x.Person, units)
	if err != nil {
		return f, false, err
	}
	number := ui.Field{Name: "number", Label: "職員番号", Help: "代行者にする人の職員番号", Required: true}
	f = ui.Form{Action: d.href("/people/" + string(x.Person)), Buttons: ui.Buttons("代行者に指名する", "")}
	f.Fields = []ui.Field{{Type: ui.Checks, Name: "role", Label: "役割", Help: "代行者のいない役割が選んであります", Options: roles, Values: chosen, Required: true}}
	if len(people) > 0 {
		f.Fields = append(f.Fields, ui.Field{Name: "person", Label: "代行者にする人", Options: people, Value: people[0].Value})
		number.Label, number.Help, number.Required = "一覧にない人の職員番号", "入力すると、上の選択に代えてこの人を指名します", false
	}
	f.Fields = append(f.Fields, number,
		ui.Field{Type: ui.Date, Name: "from_on", Label: "この日から", Value: d.Wareki(), Required: true},
		ui.Field{Type: ui.Date, Name: "until_on", Label: "この日まで", Help: "空けておくと、期限を定めません"})
	return f, true, nil
}

// maxCandidates is how many people a form offers.
const maxCandidates = 50

// candidates are the people below a holder, in the units of his roles or, for those of the body, in his own: the highest first.
func (s snapshot) candidates(ctx context.Context, holder id.ID, units []id.ID) ([]ui.Option, error) {
	own, err := s.AssignmentsOf(ctx, s, holder)
	if err != nil {
		return nil, err
	}
	if len(units) == 0 {
		for _, a := range own {
			units = append(units, a.Unit)
		}
	}
	assigned, err1 := s.AssignmentsIn(ctx, s, units...)
	posts, err2 := s.postsByID(ctx)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if err := s.meet(ctx, working(assigned)...); err != nil {
		return nil, err
	}
	slices.SortStableFunc(assigned, func(a, b org.Assignment) int { return byRank(posts[a.Post], posts[b.Post]) })
	var list []ui.Option
	for _, a := range assigned {
		if a.Person == holder || !s.opens(a.Person) || len(list) == maxCandidates || slices.ContainsFunc(list, func(o ui.Option) bool { return o.Value == string(a.Person) }) {
			continue
		}
		who, err := s.name(ctx, a.Person)
		if err != nil {
			return nil, err
		}
		list = append(list, ui.Option{Value: string(a.Person), Text: who.Name + "（" + s.unitName(a.Unit) + " " + posts[a.Post].Title + "）"})
	}
	return list, nil
}

// working are the people of assignments.
func working(list []org.Assignment) []id.ID {
	people := make([]id.ID, len(list))
	for i, a := range list {
		people[i] = a.Person
	}
	return people
}

// seatValue is a seat as the value of a field.
func seatValue(regime, role, home string) string { return regime + " " + role + " " + home }

// deputyInput is what the form sends.
type deputyInput struct {
	Roles  []string    `form:"role,required"`
	Person string      `form:"person"`
	Number string      `form:"number"`
	From   jpdate.Date `form:"from_on,required"`
	Until  jpdate.Date `form:"until_on"`
}

func (p pages) nameDeputy(ctx context.Context, r *web.Request, in deputyInput) (web.Next, error) {
	giver := id.ID(r.Path("person"))
	n := Naming{Giver: giver, Person: id.ID(in.Person), Number: in.Number, From: in.From, Until: in.Until}
	for _, value := range in.Roles {
		if seat := strings.SplitN(value, " ", 3); len(seat) == 3 {
			n.Roles = append(n.Roles, HeldRole{seat[0], seat[1], seat[2]})
		}
	}
	who, err := p.d.NameDeputy(ctx, r.Actor(), n)
	return web.Next{Href: "/people/" + url.PathEscape(string(giver)), Said: who.Name + "さんを代行者に指名しました。"}, err
}

// endView asks until when a deputy acts.
type endView struct {
	web.Page
	Facts ui.DescriptionList
	Form  ui.Form
}

type endInput struct {
	Last jpdate.Date `form:"last,required"`
}

func (p pages) deputy(ctx context.Context, r *web.Request) (endView, error) {
	d := asOf{Date: p.d.today(), today: p.d.today()}
	var v endView
	err := p.d.on(ctx, r.Actor(), d.Date, func(s snapshot) error {
		const none = "この代行者の指名はないか、既に終わっています。"
		x, err := s.OpenDeputy(ctx, s, id.ID(r.Path("deputy")))
		if err != nil {
			return errs.Wrap(err, errs.NotFound, none)
		}
		if _, err := mayName(ctx, s, s.by, HeldRole{x.Regime, x.Role, x.Scope}); errs.KindOf(err) == errs.NotFound {
			return errs.Wrap(err, errs.NotFound, none) // in the same words: whether there is one is not for everybody to know
		} else if err != nil {
			return err
		}
		if err := s.meet(ctx, x.Giver, x.Person); err != nil {
			return err
		}
		giver, err1 := s.name(ctx, x.Giver)
		deputy, err2 := s.name(ctx, x.Person)
		back := s.to(access.PeopleRead, s.who(d, giver).Href)
		v = endView{Page: r.Page("代行を終える", links(ui.Link{Text: "職員", Href: s.to(access.PeopleRead, "/people")}, ui.Link{Text: giver.Name, Href: back})...)}
		v.Facts.Items = []ui.Description{
			{Term: "役割", Cell: ui.Text(s.roleTitle(x.Regime, x.Role) + "（" + s.chart.Place(x.Regime, x.Scope).Name + "）")},
			{Term: "指名した人", Cell: ui.Cell{s.who(d, giver)}},
			{Term: "代行する人", Cell: ui.Cell{s.who(d, deputy)}},
			{Term: "期間", Cell: ui.Text(span(x.From, x.Until))},
		}
		v.Form = r.Form(ui.Form{
			Fields:  []ui.Field{{Type: ui.Date, Name: "last", Label: "この日まで代行する", Help: "今日から外すには、昨日の日付を入れます", Value: d.Wareki(), Required: true}},
			Buttons: ui.Buttons("代行を終える", back),
		})
		return errors.Join(err1, err2)
	})
	return v, err
}

func (p pages) endDeputy(ctx context.Context, r *web.Request, in endInput) (web.Next, error) {
	giver, err := p.d.EndDeputy(ctx, r.Actor(), id.ID(r.Path("deputy")), in.Last)
	return web.Next{Href: "/people/" + url.PathEscape(string(giver)), Said: "代行は" + in.Last.Wareki() + "までになりました。"}, err
}
