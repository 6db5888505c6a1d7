package people

import (
	"context"
	"slices"
	"strconv"

	"sekimori/internal/kernel/org"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// listView is a list beside the units: the posts, the business systems.
type listView struct {
	web.Page
	Sides   ui.Tabs
	Form    ui.SearchForm
	Results listResults
}

type listResults struct {
	Day   string
	Table ui.Table
}

func (p pages) posts(ctx context.Context, r *web.Request) (listView, error) {
	d := p.asOf(r)
	v := listView{Page: r.Page("職", ui.Link{Text: "組織", Href: d.href("/org")}), Sides: d.orgTabs("/posts"), Form: d.form("/posts")}
	err := p.d.on(ctx, r.Actor(), d.Date, func(s snapshot) error {
		list, err := s.Posts(ctx, s)
		if err != nil {
			return err
		}
		h, err := s.heads(ctx)
		v.Results = listResults{d.words(), postTable(list, h)}
		v.Lead = "職員が発令される職。「所属長」の職にある人が、その組織の長として役割を担います。"
		if !s.people.Every() {
			v.Lead += "人数は、あなたが見られる職員のものです。"
		}
		return err
	})
	return v, err
}

func postTable(list []org.Post, h heads) ui.Table {
	t := ui.Table{Caption: "職（" + ui.Figure(len(list)) + "件）", Stack: true, Empty: "この日の職は登録されていません。「職」のファイルを取り込むと、ここに並びます。", Columns: []ui.Column{
		{Title: "職名", Head: true}, {Title: "職コード", Keep: true}, {Title: "職位", Number: true}, {Title: "所属長", Keep: true}, {Title: "本務の人", Number: true}, {Title: "兼務など", Number: true},
	}}
	slices.SortStableFunc(list, byRank)
	for _, x := range list {
		rank, head := ui.Cell(nil), ui.Cell(nil)
		if x.Rank > 0 {
			rank = ui.Text(strconv.Itoa(x.Rank))
		}
		if x.Head {
			head = ui.Text("所属長")
		}
		t.Rows = append(t.Rows, ui.Row{ID: string(x.Post), Cells: []ui.Cell{
			{{Text: x.Title}}, ui.Text(x.Code), rank, head, some(h.on[x.Post]), some(h.besides[x.Post]),
		}})
	}
	return t
}

func (p pages) systems(ctx context.Context, r *web.Request) (listView, error) {
	d := p.asOf(r)
	v := listView{Page: r.Page("業務システム", ui.Link{Text: "組織", Href: d.href("/org")}), Sides: d.orgTabs("/systems"), Form: d.form("/systems")}
	v.Lead = "どの組織が所管し、だれが責任を持つか。"
	err := p.d.on(ctx, r.Actor(), d.Date, func(s snapshot) error {
		table, err := s.systemTable(ctx, d, "業務システム", s.chart.Systems())
		v.Results = listResults{d.words(), table}
		return err
	})
	return v, err
}

// systemTable lists business systems with who answers for each.
func (s snapshot) systemTable(ctx context.Context, d asOf, caption string, systems []org.System) (ui.Table, error) {
	t := ui.Table{Caption: caption, Stack: true, Empty: "業務システムは登録されていません。「業務システム」のファイルを取り込むと、ここに並びます。", Columns: []ui.Column{
		{Title: "業務システム", Head: true}, {Title: "コード", Keep: true}, {Title: "所管"}, {Title: "担う人"},
	}}
	answer := make([][]org.Holding, len(systems))
	for i, x := range systems {
		rules, _ := s.chart.Rules(x.Regime)
		for _, role := range rules.Roles {
			if role.Scope == org.ScopeSystem {
				answer[i] = append(answer[i], s.chart.Holders(x.Regime, role.ID, org.SystemHome(x.System))...)
			}
		}
	}
	err := s.meetHolders(ctx, answer...)
	for i, x := range systems {
		owner := ui.Cell{{Text: "所管なし", Tone: ui.Warn}}
		if u, ok := s.chart.Tree.Unit(s.chart.Tree.Now(x.Owner)); ok {
			owner = ui.Cell{d.unit(u)}
		}
		var who ui.Cell
		for _, h := range answer[i] {
			item := ui.Item{Text: "空席", Tone: ui.Bad}
			if !h.Vacant() {
				item = s.who(d, *h.Person)
			}
			who = append(who, item, ui.Item{Text: h.Role.Title, Quiet: true})
		}
		t.Rows = append(t.Rows, ui.Row{ID: string(x.System), Cells: []ui.Cell{{{Text: x.Name}}, ui.Text(x.Code), owner, who}})
	}
	return t, err
}
