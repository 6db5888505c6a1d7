package people

import (
	"cmp"
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

// unitView is everything about one unit on a day.
type unitView struct {
	web.Page
	Form    ui.SearchForm
	Results unitResults
}

type unitResults struct {
	Day     string
	Away    ui.Notice // it is none of the day
	Facts   ui.DescriptionList
	Roles   []ui.Table
	People  ui.Table
	More    ui.Link // the rest of the people
	Below   ui.Table
	Systems ui.Table
	History ui.Timeline
}

func (p pages) unit(ctx context.Context, r *web.Request) (unitView, error) {
	d, unit := p.asOf(r), id.ID(r.Path("unit"))
	var v unitView
	err := p.d.on(ctx, r.Actor(), d.Date, func(s snapshot) error {
		if stated, err := s.UnitStated(ctx, s, unit); err != nil || stated != "" { // the trail knows statements
			if unit = stated; err != nil {
				return err
			}
		}
		past, err := s.UnitHistory(ctx, s, unit)
		if err != nil {
			return err
		}
		if len(past) == 0 {
			return errs.New(errs.NotFound, "この組織はありません。")
		}
		u, there := s.chart.Tree.Unit(unit)
		if !there {
			u = nearest(past, d.Date)
		}
		path := []ui.Link{{Text: "組織", Href: d.href("/org")}}
		for _, above := range s.chart.Tree.Path(u.Parent) {
			path = append(path, ui.Link{Text: above.Name, Href: d.unitHref(above.Unit)})
		}
		v = unitView{Page: r.Page(u.Name, path...), Form: d.form("/org/unit/" + url.PathEscape(string(unit)))}
		v.Kicker = u.Kind.Title()
		v.Results, err = s.unitResults(ctx, d, u, there, past)
		return err
	})
	return v, err
}

// nearest is the statement that is nearest to a day on which none holds: the last before it, else the first.
func nearest(past []org.Unit, day jpdate.Date) org.Unit {
	last := past[0]
	for _, u := range past {
		if u.From.Before(day) {
			last = u
		}
	}
	return last
}

func (s snapshot) unitResults(ctx context.Context, d asOf, u org.Unit, there bool, past []org.Unit) (unitResults, error) {
	v := unitResults{Day: d.words()}
	var err error
	if v.History, err = s.unitHistory(ctx, past); err != nil {
		return v, err
	}
	if v.Facts, err = s.unitFacts(ctx, d, u, past); err != nil {
		return v, err
	}
	if !there {
		v.Away = s.awayUnit(d, u)
		return v, nil
	}
	h, err := s.heads(ctx)
	if err != nil {
		return v, err
	}
	if v.Roles, err = s.unitRoles(ctx, d, u); err != nil {
		return v, err
	}
	if v.People, v.More, err = s.unitPeople(ctx, d, u, h); err != nil {
		return v, err
	}
	if v.Below, err = s.unitTable(ctx, d, h, "下の組織", s.chart.Tree.Below(u.Unit)); err != nil {
		return v, err
	}
	var owned []org.System
	for _, x := range s.chart.Systems() {
		if s.chart.Tree.Now(x.Owner) == u.Unit {
			owned = append(owned, x)
		}
	}
	v.Systems, err = s.systemTable(ctx, d, "所管する業務システム", owned)
	return v, err
}

// awayUnit says that a unit is none of the day, and where its matters are.
func (s snapshot) awayUnit(d asOf, u org.Unit) ui.Notice {
	n := ui.Notice{Tone: ui.Info, Title: u.Name + "は、この日にはありません", Lines: []string{"ある期間: " + span(u.From, u.Until)}}
	shown := d
	if shown.Date = u.Until; u.From.After(d.Date) {
		shown.Date = u.From
	}
	n.Links = []ui.Link{{Text: shown.Wareki() + "の状態を見る", Href: shown.unitHref(u.Unit)}}
	if now, ok := s.chart.Tree.Unit(s.chart.Tree.Now(u.Unit)); ok {
		n.Lines = append(n.Lines, "事務は"+now.Name+"が引き継いでいます。")
		n.Links = append(n.Links, ui.Link{Text: now.Name + "を見る", Href: d.unitHref(now.Unit)})
	}
	return n
}

func (s snapshot) unitFacts(ctx context.Context, d asOf, u org.Unit, past []org.Unit) (ui.DescriptionList, error) {
	var l ui.DescriptionList
	add := func(term string, c ui.Cell) {
		if len(c) > 0 {
			l.Items = append(l.Items, ui.Description{Term: term, Cell: c})
		}
	}
	add("組織コード", ui.Text(u.Code))
	if u.Short != "" {
		add("略称", ui.Text(u.Short))
	}
	if way := d.way(s.chart.Tree, u.Parent); way != "" {
		add("上位の組織", ui.Text(way))
	}
	add("適用される規程", ui.Anchor(s.regimeTitle(u.Regime), s.to(access.PolicyRead, "/regime/"+url.PathEscape(u.Regime))))
	add("ある期間", ui.Text(span(past[0].From, past[len(past)-1].Until)))
	var before, after ui.Cell
	for unit := range strings.FieldsSeq(u.Predecessors) {
		if old, ok := s.chart.Tree.Last(id.ID(unit)); ok {
			before = append(before, d.unit(old), ui.Item{Text: span(old.From, old.Until), Quiet: true})
		}
	}
	for _, x := range s.chart.Tree.Units() {
		if slices.Contains(strings.Fields(x.Predecessors), string(u.Unit)) {
			after = append(after, d.unit(x), ui.Item{Text: span(x.From, x.Until), Quiet: true})
		}
	}
	add("前身", before)
	add("後継", after)
	codes, err := s.Codes(ctx, s, u.Unit)
	var list ui.Cell
	for _, c := range codes {
		list = append(list, ui.Item{Text: codeTitle(c.System) + "　" + c.Code})
	}
	add("外部コード", list)
	return l, err
}

// codeTitle is what a system of codes is called.
func codeTitle(system string) string {
	for title, is := range codeSystems() {
		if is == system {
			return title
		}
	}
	return system
}

// unitRoles says who holds the roles for a unit: those of its own policy, and those of others that have a seat here.
func (s snapshot) unitRoles(ctx context.Context, d asOf, u org.Unit) ([]ui.Table, error) {
	home := org.UnitHome(u.Unit)
	var all []ui.Table
	for _, p := range s.packs {
		var held [][]org.Holding
		for _, role := range nearestFirst(p.Roles) {
			var own []org.Holding
			for _, h := range s.chart.Holders(p.ID, role.ID, home) {
				if p.ID == u.Regime || h.Home == home {
					own = append(own, h)
				}
			}
			if len(own) > 0 {
				held = append(held, own)
			}
		}
		if err := s.meetHolders(ctx, held...); err != nil {
			return nil, err
		}
		t := ui.Table{Caption: "役割を担う人（" + p.Title + "）", Stack: true, Columns: []ui.Column{
			{Title: "役割", Head: true}, {Title: "担う人"}, {Title: "どこの"}, {Title: "条項", Keep: true},
		}}
		for _, list := range held {
			var who, where ui.Cell
			for _, h := range list {
				who, where = append(who, s.holder(d, h)...), d.place(s.chart, p.ID, h.Home)
			}
			role := list[0].Role
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(role.Title, d.roleHref(p.ID, role.ID)), who, where, s.clause(p.ID, role.Clause)}})
		}
		if len(t.Rows) > 0 {
			all = append(all, t)
		}
	}
	return all, nil
}

// nearestFirst are the roles that units and the body have, those with the narrowest scope first.
func nearestFirst(roles []org.Role) []org.Role {
	var list []org.Role
	for _, scope := range []org.Scope{org.ScopeSection, org.ScopeSchool, org.ScopeBureau, org.ScopeBody} {
		for _, r := range roles {
			if r.Scope == scope {
				list = append(list, r)
			}
		}
	}
	return list
}

// maxPeople is how many people the page of a unit shows.
const maxPeople = 100

// unitPeople are the people who work in a unit and whom the reader sees, the highest post first.
func (s snapshot) unitPeople(ctx context.Context, d asOf, u org.Unit, h heads) (ui.Table, ui.Link, error) {
	t := ui.Table{Caption: "職員", Stack: true, Empty: "この組織に直接所属する職員はいません。", Columns: []ui.Column{
		{Title: "氏名", Head: true}, {Title: "職"}, {Title: "職員番号", Keep: true}, {Title: "任用区分", Keep: true}, {Title: "担う役割"},
	}}
	var more ui.Link
	list, next, err := s.People(ctx, s, s.narrow(org.PeopleQuery{Units: []id.ID{u.Unit}, Limit: maxPeople}))
	if err != nil {
		return t, more, err
	}
	if len(list) == 0 && !s.people.Reaches(u.Unit) {
		t.Empty = "この組織の職員は、あなたの権限の範囲の外です。"
	}
	by := map[id.ID]org.Person{}
	for _, x := range list {
		by[x.Person] = x
	}
	assigned, err1 := s.AssignmentsIn(ctx, s, u.Unit)
	posts, err2 := s.postsByID(ctx)
	if err := errors.Join(err1, err2); err != nil {
		return t, more, err
	}
	assigned = slices.DeleteFunc(assigned, func(a org.Assignment) bool { _, ok := by[a.Person]; return !ok })
	slices.SortStableFunc(assigned, func(a, b org.Assignment) int {
		return cmp.Or(byRank(posts[a.Post], posts[b.Post]), cmp.Compare(by[a.Person].Kana, by[b.Person].Kana))
	})
	for _, a := range assigned {
		x := by[a.Person]
		name := ui.Cell{{Text: x.Name, Href: d.personHref(x.Person)}}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, postCell(posts, a), ui.Text(x.Number), ui.Text(x.Employment.Title()), s.rolesOf(d, x.Person)}})
	}
	switch {
	case next != org.Cursor{}:
		more = ui.Link{Text: "この組織の職員をすべて見る", Href: s.to(access.PeopleRead, d.href("/people", "unit", u.Code))}
	case h.below[u.Unit] > h.in[u.Unit]:
		more = ui.Link{Text: "下の組織を含む職員（" + ui.Figure(h.below[u.Unit]) + "人）を見る", Href: s.to(access.PeopleRead, d.href("/people", "unit", u.Code))}
	}
	return t, more, nil
}

// byRank puts the higher post first, posts without a rank last.
func byRank(a, b org.Post) int {
	return cmp.Or(cmp.Compare(uint(a.Rank)-1, uint(b.Rank)-1), cmp.Compare(a.Code, b.Code))
}

// postCell is the post of an assignment and how it is borne.
func postCell(posts map[id.ID]org.Post, a org.Assignment) ui.Cell {
	cell := ui.Text(posts[a.Post].Title)
	if a.Manner != org.Main {
		cell = append(cell, ui.Item{Text: a.Manner.Title(), Tone: ui.Neutral})
	}
	return cell
}

// rolesOf are the roles of a person, those of one name once.
func (s snapshot) rolesOf(d asOf, person id.ID) ui.Cell {
	var cell ui.Cell
	for _, h := range s.chart.Authorities(person) {
		item := ui.Item{Text: h.Role.Name(), Href: d.roleHref(h.Regime, h.Role.ID)}
		if h.As == org.AsDeputy {
			item.Text += "（代行）"
		}
		if !slices.Contains(cell, item) {
			cell = append(cell, item)
		}
	}
	return cell
}

// unitHistory tells what became of a unit, the last first.
func (s snapshot) unitHistory(ctx context.Context, past []org.Unit) (ui.Timeline, error) {
	var t ui.Timeline
	for i, u := range slices.Backward(past) {
		proof, err := s.proves(ctx, "証跡を見る", "unit", u.Statement)
		if err != nil {
			return t, err
		}
		v := ui.Version{When: u.From.Wareki(), What: "内容が変わった", Notes: proof}
		before := org.Unit{}
		switch {
		case i == 0 || past[i-1].Until.AddDays(1) != u.From:
			v.What = "置かれた"
		default:
			before = past[i-1]
		}
		for _, c := range []ui.Change{
			{Name: "名称", Before: before.Name, After: u.Name},
			{Name: "組織コード", Before: before.Code, After: u.Code},
			{Name: "種別", Before: before.Kind.Title(), After: u.Kind.Title()},
			{Name: "上位の組織", Before: s.unitName(before.Parent), After: s.unitName(u.Parent)},
			{Name: "規程", Before: s.regimeTitle(before.Regime), After: s.regimeTitle(u.Regime)},
		} {
			if c.Before != c.After && len(past) > 1 {
				v.Changes = append(v.Changes, c)
			}
		}
		if u.Until != org.Open() && (i == len(past)-1 || past[i+1].From != u.Until.AddDays(1)) {
			t.Versions = append(t.Versions, ui.Version{When: u.Until.Wareki(), What: "廃止された（この日まで）", Notes: proof})
		}
		t.Versions = append(t.Versions, v)
	}
	return t, nil
}

func (s snapshot) unitName(unit id.ID) string {
	u, _ := s.chart.Tree.Last(unit)
	return u.Name
}
