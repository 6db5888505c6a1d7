package people

import (
	"context"
	"slices"
	"strconv"

	"sekimori/internal/base/id"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// orgView shows the units of a day as a tree, or those that were looked for.
type orgView struct {
	web.Page
	Sides   ui.Tabs
	Form    ui.SearchForm
	Results orgResults
}

type orgResults struct {
	Day   string
	Stats ui.Stats
	Tree  ui.Tree
	Found foundView
	Start ui.Notice // where there is nothing yet
}

// foundView is what a search found; without a caption nothing was looked for.
type foundView struct {
	Said  string
	Table ui.Table
}

func (p pages) org(ctx context.Context, r *web.Request) (orgView, error) {
	d, query := p.asOf(r), r.Query("q")
	v := orgView{Page: r.Page("組織"), Sides: d.orgTabs("/org")}
	v.Lead = "団体と局、課、学校園。名前を選ぶと、だれがいて、だれが役割を担い、いつ何が変わったかが分かります。"
	v.Form = d.form("/org", ui.Field{Name: "q", Label: "組織をさがす", Help: "名称の一部か組織コード", Value: query, Wide: true})
	err := p.d.on(ctx, r.Actor(), d.Date, func(s snapshot) error {
		h, err := s.heads(ctx)
		if err != nil {
			return err
		}
		v.Results = orgResults{Day: d.words()}
		if len(s.chart.Tree.Units()) == 0 {
			v.Results.Start = s.nothingYet(d)
			return nil
		}
		v.Results.Stats = s.orgStats(d, h)
		if query != "" {
			v.Results.Found, err = s.unitsFound(ctx, d, h, query)
			return err
		}
		v.Results.Tree = ui.Tree{Label: "組織の木", Branches: s.branches(d, h, "")}
		return nil
	})
	return v, err
}

// nothingYet says how the organisation comes in.
func (s snapshot) nothingYet(d asOf) ui.Notice {
	n := ui.Notice{Tone: ui.Info, Title: "この日の組織は登録されていません", Lines: []string{"組織、職、職員のファイルをまとめて取り込むと、ここに並びます。"}}
	n.Links = links(ui.Link{Text: "ファイルを取り込む", Href: s.to(access.PeopleImport, "/people/import")})
	if d.Date != d.today {
		n.Links = append(n.Links, ui.Link{Text: "今日の状態を見る", Href: "/org"})
	}
	return n
}

func (s snapshot) orgStats(d asOf, h heads) ui.Stats {
	seats := ui.Stat{Number: ui.Figure(h.vacancies), Unit: "席", Label: "空席の役割", Href: d.href("/vacancies")}
	if h.vacancies > 0 {
		seats.Badge = ui.Badge{Text: "要対応", Tone: ui.Bad}
	}
	staff := ui.Stat{Number: ui.Figure(h.all), Unit: "人", Label: "職員", Href: s.to(access.PeopleRead, d.href("/people"))}
	if !s.people.Every() {
		staff.Label = "あなたが見られる職員"
	}
	return ui.Stats{Items: []ui.Stat{
		{Number: ui.Figure(len(s.chart.Tree.Units())), Unit: "組織", Label: "いまある組織", Href: d.href("/org") + "#tree"},
		staff,
		{Number: ui.Figure(len(s.chart.Systems())), Unit: "件", Label: "業務システム", Href: d.href("/systems")},
		seats,
	}}
}

// branches are the units below one; bodies and bureaus are open.
func (s snapshot) branches(d asOf, h heads, under id.ID) []ui.Branch {
	var all []ui.Branch
	for _, u := range s.chart.Tree.Below(under) {
		b := ui.Branch{Name: d.unit(u), Open: u.Kind == org.KindBody || u.Kind == org.KindBureau, Branches: s.branches(d, h, u.Unit)}
		if people := s.staff(h, u); people != "" {
			b.Notes = ui.Cell{{Text: people + "人", Quiet: true}}
		}
		n := h.vacantBelow[u.Unit]
		if b.Open {
			n = h.vacant[u.Unit]
		}
		if n > 0 {
			b.Notes = append(b.Notes, ui.Item{Text: "空席" + strconv.Itoa(n), Tone: ui.Bad})
		}
		all = append(all, b)
	}
	return all
}

// staff is how many people work in a unit and below it, "" where the reader sees none of them: how many there are is not for him.
func (s snapshot) staff(h heads, u org.Unit) string {
	if n := h.below[u.Unit]; n > 0 || s.people.Reaches(u.Unit) {
		return ui.Figure(n)
	}
	return ""
}

// maxFound is how many units a search shows.
const maxFound = 200

func (s snapshot) unitsFound(ctx context.Context, d asOf, h heads, query string) (foundView, error) {
	var units []org.Unit
	for _, u := range s.chart.Tree.Units() {
		if text.Contains(text.Fold(u.Name+" "+u.Short+" "+u.Code), query) {
			units = append(units, u)
		}
	}
	found := len(units)
	t, err := s.unitTable(ctx, d, h, "見つかった組織", units[:min(found, maxFound)])
	said := "「" + query + "」に合う組織は" + strconv.Itoa(found) + "件です。"
	if found > maxFound {
		said += "先頭の" + strconv.Itoa(maxFound) + "件を示します。"
	}
	if found == 0 {
		said += "略称や組織コードでもさがせます。廃止された組織は、あった日を「この日の状態」に入れてさがします。"
	}
	return foundView{said, t}, err
}

// unitTable lists units with who leads them and how many people work there.
func (s snapshot) unitTable(ctx context.Context, d asOf, h heads, caption string, units []org.Unit) (ui.Table, error) {
	t := ui.Table{Caption: caption, Stack: true, Columns: []ui.Column{
		{Title: "組織", Head: true}, {Title: "コード", Keep: true}, {Title: "種別", Keep: true}, {Title: "所属長"}, {Title: "人数", Number: true},
	}}
	heads := make([][]org.Holding, len(units))
	for i, u := range units {
		heads[i] = s.leads(u)
	}
	err := s.meetHolders(ctx, heads...)
	for i, u := range units {
		name := ui.Cell{d.unit(u)}
		if way := d.way(s.chart.Tree, u.Parent); way != "" {
			name = append(name, ui.Item{Text: way, Quiet: true})
		}
		var who ui.Cell
		for _, h := range heads[i] {
			item := ui.Item{Text: "空席", Tone: ui.Bad}
			if !h.Vacant() {
				item = s.who(d, *h.Person)
			}
			who = append(who, item)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, ui.Text(u.Code), ui.Text(u.Kind.Title()), who, ui.Text(s.staff(h, u))}})
	}
	return t, err
}

// leads is who holds the roles that the head of a unit holds, each person once.
func (s snapshot) leads(u org.Unit) []org.Holding {
	rules, _ := s.chart.Rules(u.Regime)
	var list []org.Holding
	var named []id.ID
	for _, r := range rules.Roles {
		if r.HeldBy.HeadOf == "" || r.HeldBy.HeadOf == "owner" {
			continue
		}
		for _, h := range s.chart.Holders(u.Regime, r.ID, org.UnitHome(u.Unit)) {
			switch {
			case h.Home != org.UnitHome(u.Unit) || h.As == org.AsDeputy && !h.Vacant():
			case h.Vacant():
				list = append(list, h)
			case !slices.Contains(named, h.Person.ID):
				named = append(named, h.Person.ID)
				list = append(list, h)
			}
		}
	}
	return list
}
