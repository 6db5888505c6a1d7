package policy

import (
	"context"
	"strconv"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// dutiesView lists the roles of every regime with the number of their duties.
type dutiesView struct {
	web.Page
	Tables []ui.Table
}

func (p pages) duties(ctx context.Context, r *web.Request) (dutiesView, error) {
	v := dutiesView{Page: r.Page("役割ごとの義務")}
	v.Lead = "役割を選ぶと、その役割が行うことが条項の順に並びます。"
	packs, err := p.s.Packs(ctx)
	if err != nil {
		return v, err
	}
	if name := r.Path("regime"); name != "" {
		b, err := p.book(ctx, r)
		if err != nil {
			return v, err
		}
		v.Page = r.Page("役割ごとの義務", above(b)...)
		v.Kicker, packs = b.Title, []*regime.Pack{b.Pack}
	}
	for _, pack := range packs {
		b, err := p.s.Book(ctx, pack.ID+"@"+pack.Edition)
		if err != nil {
			return v, err
		}
		v.Tables = append(v.Tables, b.roleTable())
	}
	return v, nil
}

func (b *Book) roleTable() ui.Table {
	t := ui.Table{Caption: b.Title, Columns: []ui.Column{{Title: "役割", Head: true}, {Title: "義務", Number: true}, {Title: "うち未対応", Number: true}}}
	for _, r := range b.Roles {
		all, unsupported := dutyCount(b.DutiesFor(r.ID))
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(r.Title, roleHref(b, r.ID)), ui.Text(strconv.Itoa(all)), ui.Text(strconv.Itoa(unsupported))}})
	}
	return t
}

// roleView is what one role has to do.
type roleView struct {
	web.Page
	Facts  ui.DescriptionList
	Duties ui.Table
}

func (p pages) role(ctx context.Context, r *web.Request) (roleView, error) {
	b, err := p.book(ctx, r)
	if err != nil {
		return roleView{}, err
	}
	role, ok := b.Role(r.Path("role"))
	if !ok {
		return roleView{}, errs.New(errs.NotFound, "この役割はありません。")
	}
	v := roleView{Page: r.Page(role.Title+"の義務", above(b, ui.Link{Text: "役割ごとの義務", Href: "/duties/" + b.ID})...)}
	v.Kicker = b.Title
	v.Facts.Items = []ui.Description{{Term: "だれが務めるか", Cell: ui.Text(b.holders(role)...)}}
	if d := b.deputies(role); len(d) > 0 {
		v.Facts.Items = append(v.Facts.Items, ui.Description{Term: "代わりに務める者", Cell: d})
	}
	v.Duties = b.dutyTable("義務", b.DutiesFor(role.ID))
	return v, nil
}

func (b *Book) dutyTable(caption string, duties []duty.Duty) ui.Table {
	t := ui.Table{Caption: caption + "（" + strconv.Itoa(len(duties)) + "件）", Stack: true, Empty: "この役割の義務は、まだありません。", Columns: []ui.Column{
		{Title: "条項", Keep: true}, {Title: "行うこと", Head: true}, {Title: "いつ"}, {Title: "示し方"},
	}}
	for _, d := range duties {
		what := ui.Cell{{Text: d.Duty}}
		if d.Kind != duty.Must {
			what = append(what, ui.Item{Text: d.Kind.Title(), Tone: kindTone(d.Kind)})
		}
		if len(d.Who) == 0 {
			what = append(what, ui.Item{Text: "想定: " + d.Assumed.Why, Quiet: true})
		}
		shown := ui.Text(b.shown(d))
		if s := statusBadge(d); s.Text != "" {
			shown = append(shown, ui.Item{Text: s.Text, Tone: s.Tone})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{clauseItem(b, d.Clause)}, what, ui.Text(b.when(d)...), shown}})
	}
	return t
}
