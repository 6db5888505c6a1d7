package people

import (
	"context"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/sheet"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// rolesView lists the roles of all regimes with how many seats are taken.
type rolesView struct {
	web.Page
	Sides   ui.Tabs
	Form    ui.SearchForm
	Results rolesResults
}

type rolesResults struct {
	Day    string
	Tables []ui.Table
	Pager  ui.Pager
	Files  []ui.Link
}

func (p pages) roles(ctx context.Context, r *web.Request) (rolesView, error) {
	d := p.asOf(r)
	v := rolesView{Page: r.Page("役割を担う人"), Sides: d.roleTabs("/roles"), Form: d.form("/roles")}
	v.Lead = "規程が定める役割を、この日にだれが担うか。職と所属長と指定から自動で決まります。"
	err := p.d.on(ctx, r.Actor(), d.Date, func(s snapshot) error {
		v.Results = rolesResults{Day: d.words(), Files: d.files("", "")}
		for _, x := range s.packs {
			table, err := s.rolesOfRegime(ctx, d, x.ID, x.Title, x.Roles)
			if err != nil {
				return err
			}
			v.Results.Tables = append(v.Results.Tables, table)
		}
		own := access.Rules()
		table, err := s.rolesOfRegime(ctx, d, own.Regime, own.Title+"を動かす役割（規程にはないもの）", own.Roles)
		v.Results.Tables = append(v.Results.Tables, table)
		return err
	})
	return v, err
}

func (s snapshot) rolesOfRegime(ctx context.Context, d asOf, regime, title string, roles []org.Role) (ui.Table, error) {
	t := ui.Table{Caption: title, Stack: true, Columns: []ui.Column{
		{Title: "役割", Head: true}, {Title: "担う人"}, {Title: "席", Number: true}, {Title: "空席", Number: true}, {Title: "代行者", Number: true}, {Title: "条項", Keep: true},
	}}
	for _, role := range roles {
		if role.Scope == "" {
			continue // of everyone, or a collective
		}
		all := s.chart.All(regime, role.ID)
		if role.Scope == org.ScopeBody {
			if err := s.meetHolders(ctx, all); err != nil {
				return t, err
			}
		}
		seats, vacant, deputies := map[string]bool{}, 0, 0
		var who ui.Cell
		for _, h := range all {
			seats[h.Home] = true
			switch {
			case h.Vacant():
				vacant++
			case h.As == org.AsDeputy:
				deputies++
			}
			if role.Scope == org.ScopeBody {
				who = append(who, s.holder(d, h)...)
			}
		}
		if role.Scope != org.ScopeBody {
			who = ui.Anchor(role.Scope.Title()+"の一覧", d.roleHref(regime, role.ID))
		}
		empty := some(vacant)
		if vacant > 0 {
			empty[0].Tone = ui.Bad
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.Anchor(role.Title, d.roleHref(regime, role.ID)), who, ui.Text(ui.Figure(len(seats))), empty, some(deputies), s.clause(regime, role.Clause),
		}})
	}
	return t, nil
}

// some is a number in a list, nothing for none.
func some(n int) ui.Cell {
	if n == 0 {
		return nil
	}
	return ui.Text(ui.Figure(n))
}

// files lead to the holders as files.
func (d asOf) files(regime, role string) []ui.Link {
	return []ui.Link{
		{Text: "Excel", Href: d.href("/roles/download/xlsx", "regime", regime, "role", role)},
		{Text: "CSV", Href: d.href("/roles/download/csv", "regime", regime, "role", role)},
	}
}

// roleView lists who holds one role.
type roleView struct {
	web.Page
	Form    ui.SearchForm
	Facts   ui.DescriptionList
	Results rolesResults
}

func (p pages) role(ctx context.Context, r *web.Request) (roleView, error) {
	d, unit := p.asOf(r), r.Query("unit")
	var v roleView
	err := p.d.on(ctx, r.Actor(), d.Date, func(s snapshot) error {
		rules, known := s.chart.Rules(r.Path("regime"))
		if !known {
			return errs.New(errs.NotFound, "この規程は、この日に適用されていません。")
		}
		role, known := rules.Role(r.Path("role"))
		if !known {
			return errs.New(errs.NotFound, "この役割はありません。")
		}
		path := "/roles/" + url.PathEscape(rules.Regime) + "/" + url.PathEscape(role.ID)
		v = roleView{Page: r.Page(role.Title, ui.Link{Text: "役割を担う人", Href: d.href("/roles")}), Form: d.form(path)}
		v.Kicker = rules.Title
		v.Facts = s.roleFacts(rules.Regime, role)
		v.Results = rolesResults{Day: d.words()}
		if len(role.Everyone) > 0 {
			return nil
		}
		v.Results.Files = d.files(rules.Regime, role.ID)
		all := s.chart.All(rules.Regime, role.ID)
		if role.Scope != org.ScopeBody {
			v.Form.Fields = append([]ui.Field{{Name: "unit", Label: "組織", Help: "コードか名称、下を含む", Value: unit}}, v.Form.Fields...)
			var ok bool
			if all, ok = s.under(all, unit); !ok {
				v.Form.Fields[0].Error = "この日に「" + unit + "」という組織はありません。"
				return nil
			}
		}
		first, _ := strconv.Atoi(r.Query("after")) // what is no number is the first page
		first = max(0, min(first, len(all)))
		last := min(first+perPage, len(all))
		if err := s.meetHolders(ctx, all[first:last]); err != nil {
			return err
		}
		v.Results.Tables = []ui.Table{s.holderTable(d, "担う人（"+ui.Figure(len(all))+"行）", all[first:last])}
		if last < len(all) {
			v.Results.Pager = ui.Pager{Label: "担う人", Swap: "results", Next: d.href(path, "unit", unit, "after", strconv.Itoa(last))}
		}
		return nil
	})
	return v, err
}

// under keeps the seats in a unit and all below it, with the systems that they own.
func (s snapshot) under(all []org.Holding, unit string) ([]org.Holding, bool) {
	if unit == "" {
		return all, true
	}
	top, ok := s.unitNamed(unit)
	if !ok {
		return nil, false
	}
	below := map[id.ID]bool{}
	for _, u := range s.chart.Tree.Subtree(top.Unit) {
		below[u] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(h org.Holding) bool {
		at, _ := org.UnitOf(h.Home)
		if system, is := org.SystemOf(h.Home); is {
			x, _ := s.chart.System(system)
			at = s.chart.Tree.Now(x.Owner)
		}
		return !below[at]
	}), true
}

func (s snapshot) roleFacts(regime string, role org.Role) ui.DescriptionList {
	l := ui.DescriptionList{Items: []ui.Description{{Term: "だれが担うか", Cell: ui.Text(s.rule(regime, role)...)}}}
	if role.Clause != "" {
		l.Items = append(l.Items, ui.Description{Term: "条項", Cell: s.clause(regime, role.Clause)})
	}
	if _, known := s.pack(regime); !known {
		return l // of Sekimori itself: no policy asks anything of it
	}
	if href := s.to(access.DutyRead, "/duties/"+url.PathEscape(regime)+"/"+url.PathEscape(role.ID)); href != "" {
		l.Items = append(l.Items, ui.Description{Term: "義務", Cell: ui.Anchor("この役割の義務を見る", href)})
	}
	return l
}

// rule says in words how a role's holders and deputies follow.
func (s snapshot) rule(regime string, role org.Role) []string {
	var lines []string
	switch h := role.HeldBy; {
	case len(role.Everyone) > 0:
		words := "次の任用区分の職員の全員: "
		for i, e := range role.Everyone {
			if i > 0 {
				words += "、"
			}
			words += e.Title()
		}
		lines = append(lines, words)
	case role.Named:
		lines = append(lines, "決裁によって任命された人")
	case len(role.OneOf) > 0:
		words := "次の役割をまとめた呼び方: "
		for i, m := range role.OneOf {
			if i > 0 {
				words += "、"
			}
			words += s.roleTitle(regime, m)
		}
		lines = append(lines, words)
	case h.Post != "":
		lines = append(lines, role.Scope.Title()+"に、「"+h.Post+"」の職にある人")
	case h.HeadOf == "owner":
		lines = append(lines, role.Scope.Title()+"に、所管する組織の長")
	case h.HeadOf != "":
		lines = append(lines, role.Scope.Title()+"に、その組織の長")
	case h.Of == "owner":
		lines = append(lines, role.Scope.Title()+"に、所管する組織の「"+s.roleTitle(regime, h.Role)+"」")
	case h.Role != "":
		lines = append(lines, role.Scope.Title()+"に、「"+s.roleTitle(regime, h.Role)+"」である人")
	}
	switch d := role.Deputy; {
	case d == nil:
	case d.NamedBy != "":
		lines = append(lines, "代行者は本人が指名します（職員の画面から）。")
	case d.Post != "":
		lines = append(lines, "代行するのは「"+d.Post+"」の職にある人です。")
	case d.Role != "":
		lines = append(lines, "代行するのは「"+s.roleTitle(regime, d.Role)+"」です。")
	}
	if len(role.Everyone) == 0 && len(role.OneOf) == 0 {
		lines = append(lines, "指定（組織ごとの決裁）があれば、そちらが優先します。")
	}
	return lines
}

func (s snapshot) holderTable(d asOf, caption string, all []org.Holding) ui.Table {
	t := ui.Table{Caption: caption, Stack: true, Empty: "この役割の席は、この日にはありません。", Columns: []ui.Column{
		{Title: "どこの", Head: true}, {Title: "担う人"}, {Title: "立場", Keep: true}, {Title: "期間"},
	}}
	for _, h := range all {
		row := []ui.Cell{d.place(s.chart, h.Regime, h.Home), s.holder(d, h), nil, nil}
		if unit, ok := org.UnitOf(h.Home); ok {
			row[0] = append(row[0], ui.Item{Text: d.way(s.chart.Tree, s.parent(unit)), Quiet: true})
		}
		if system, ok := org.SystemOf(h.Home); ok {
			x, _ := s.chart.System(system)
			row[0] = append(row[0], ui.Item{Text: d.way(s.chart.Tree, s.chart.Tree.Now(x.Owner)), Quiet: true})
		}
		if !h.Vacant() {
			row[2], row[3] = ui.Text(h.As.Title()), ui.Text(span(h.From, h.Until))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: row})
	}
	return t
}

// download gives the holders as a file: of one role, or of all.
func (p pages) download(ctx context.Context, r *web.Request) (web.Attachment, error) {
	d, regime, role := p.asOf(r), r.Query("regime"), r.Query("role")
	if d.fault != "" {
		return web.Attachment{}, errs.New(errs.Invalid, "%s", d.fault)
	}
	formats := map[string]sheet.Format{"csv": sheet.UTF8BOM, "xlsx": sheet.Excel}
	format, ok := formats[r.Path("format")]
	if !ok {
		return web.Attachment{}, errs.New(errs.NotFound, "この形式はありません。")
	}
	media := "text/csv; charset=utf-8"
	if format == sheet.Excel {
		media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	rows := [][]string{{"規程", "役割", "役割の名称", "対象の種別", "対象のコード", "対象の名称", "立場", "職員番号", "氏名", "職", "代行の相手", "開始日", "終了日"}}
	err := p.d.on(ctx, r.Actor(), d.Date, func(s snapshot) error {
		rows = rows[:1]
		for _, x := range s.packs {
			for _, one := range x.Roles {
				if (regime == "" || regime == x.ID) && (role == "" && one.Scope != "" || role == one.ID) {
					all := s.chart.All(x.ID, one.ID)
					if err := s.meetHolders(ctx, all); err != nil {
						return err
					}
					rows = append(rows, s.holderRows(all)...)
				}
			}
		}
		return nil
	})
	return web.Attachment{Name: "役割を担う人_" + d.String() + "." + r.Path("format"), Media: media, Write: func(w io.Writer) error {
		out := sheet.NewWriter(w, format, "役割を担う人")
		for _, row := range rows {
			if err := out.Row(row...); err != nil {
				return err
			}
		}
		return out.Close()
	}}, err
}

func (s snapshot) holderRows(all []org.Holding) [][]string {
	var rows [][]string
	for _, h := range all {
		place := s.chart.Place(h.Regime, h.Home)
		row := []string{h.Regime, h.Role.ID, h.Role.Title, scopeWord(place.Kind), place.Code, place.Name, "空席", "", "", "", "", "", ""}
		if !h.Vacant() {
			row[6], row[7], row[8], row[9], row[11] = h.As.Title(), s.number(*h.Person), h.Person.Name, h.Post, h.From.String()
			if h.For != nil {
				row[10] = h.For.Name
			}
			if h.Until != org.Open() {
				row[12] = h.Until.String()
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// scopeWord is the kind of a place in words.
func scopeWord(kind string) string {
	if kind == string(org.ScopeSystem) {
		return "業務システム"
	}
	return org.Kind(kind).Title()
}

// vacanciesView lists the seats that nobody holds.
type vacanciesView struct {
	web.Page
	Sides   ui.Tabs
	Form    ui.SearchForm
	Results vacancyResults
}

type vacancyResults struct {
	Day   string
	None  ui.Notice
	What  ui.Notice // to do about them
	Table ui.Table
}

func (p pages) vacancies(ctx context.Context, r *web.Request) (vacanciesView, error) {
	d := p.asOf(r)
	v := vacanciesView{Page: r.Page("空席"), Sides: d.roleTabs("/vacancies"), Form: d.form("/vacancies")}
	v.Lead = "規程が置くことを求める役割のうち、本人も代行者もいない席です。"
	err := p.d.on(ctx, r.Actor(), d.Date, func(s snapshot) error {
		v.Results = vacancyResults{Day: d.words()}
		all := s.chart.Vacancies()
		if len(s.chart.Tree.Units()) == 0 {
			v.Results.None = s.nothingYet(d)
			return nil
		}
		if len(all) == 0 {
			v.Results.None = ui.Notice{Tone: ui.Good, Title: "空席はありません", Lines: []string{"すべての役割に、本人か代行者がいます。"}}
			return nil
		}
		v.Results.What = ui.Notice{Tone: ui.Info, Title: "空席を埋めるには", Lines: []string{
			"人事異動の「発令」で所属長を置くか、「指定」のファイルで担う人を決めて取り込みます。取り込むと、この一覧から消えます。",
		}, Links: links(ui.Link{Text: "ファイルを取り込む", Href: s.to(access.PeopleImport, "/people/import")})}
		var err error
		v.Results.Table, err = s.vacancyTable(ctx, d, all)
		return err
	})
	return v, err
}

func (s snapshot) vacancyTable(ctx context.Context, d asOf, all []org.Holding) (ui.Table, error) {
	t := ui.Table{Caption: "空席（" + ui.Figure(len(all)) + "席）", Stack: true, Columns: []ui.Column{
		{Title: "どこの", Head: true}, {Title: "役割"}, {Title: "いつから"}, {Title: "上で担う人"}, {Title: "条項", Keep: true},
	}}
	var units []id.ID
	for _, h := range all {
		if unit, ok := org.UnitOf(h.Home); ok {
			units = append(units, unit)
		}
	}
	last, err1 := s.LastLed(ctx, s, units)
	above := make([][]org.Holding, len(all))
	for i, h := range all {
		above[i] = s.above(h)
	}
	err2 := s.meetHolders(ctx, above...)
	for i, h := range all {
		where := d.place(s.chart, h.Regime, h.Home)
		since := ui.Cell{{Text: "不明", Quiet: true}}
		if unit, ok := org.UnitOf(h.Home); ok {
			where = append(where, ui.Item{Text: d.way(s.chart.Tree, s.parent(unit)), Quiet: true})
			if h.Role.HeldBy.HeadOf != "" {
				since = ui.Text(s.emptySince(unit, last[unit]))
			}
		}
		var who ui.Cell
		if len(above[i]) > 0 {
			who = ui.Cell{s.who(d, *above[i][0].Person), {Text: above[i][0].Role.Title, Quiet: true}}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			where, {{Text: h.Role.Title, Href: d.roleHref(h.Regime, h.Role.ID)}, {Text: s.regimeTitle(h.Regime), Quiet: true}}, since, who, s.clause(h.Regime, h.Role.Clause),
		}})
	}
	return t, errors.Join(err1, err2)
}

// emptySince says since when nobody leads a unit.
func (s snapshot) emptySince(unit id.ID, last jpdate.Date) string {
	u, _ := s.chart.Tree.Unit(unit)
	if last.IsZero() || last.Before(u.From) {
		return u.From.Wareki() + "（はじめから）"
	}
	return last.AddDays(1).Wareki()
}

// above is who holds the nearest role whose scope is wider, and could act or appoint; nobody where there is nobody.
func (s snapshot) above(vacant org.Holding) []org.Holding {
	rules, _ := s.chart.Rules(vacant.Regime)
	scopes := org.Scopes()
	for _, scope := range slices.Backward(scopes) {
		if scope == vacant.Role.Scope || !scope.Contains(vacant.Role.Scope) {
			continue
		}
		for _, role := range rules.Roles {
			if role.Scope != scope || role.ID == vacant.Role.ID {
				continue
			}
			for _, h := range s.chart.Holders(vacant.Regime, role.ID, vacant.Home) {
				if !h.Vacant() {
					return []org.Holding{h}
				}
			}
		}
	}
	return nil
}
