package ledger

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// movesView lists the owners that there are no more and the plans by which their entries move, and begins a plan.
type movesView struct {
	web.Page
	Ended ui.Table
	Ask   string
	Form  ui.Form
	Plans ui.Table
}

// mostOffered is how many owners are offered while one is written.
const mostOffered = 50

func (p pages) moves(ctx context.Context, r *web.Request) (movesView, error) {
	var v movesView
	err := p.view(ctx, r, func(d *register.Desk) error {
		v = movesView{Page: r.Page("所管の引継ぎ", way(d)...)}
		v.Kicker, v.Lead = d.Kind.Title, "廃止や分割などで所管が変わる"+d.Entry+"を、案にして決裁を受け、まとめて移します。"
		owners, err := d.PlanOwners()
		if err != nil {
			return err
		}
		v.Ended = endedTable(d, owners)
		v.Ask = fmt.Sprintf("所管の一部の業務だけを移すときも、ここで案を作ります。案を適用するまで、%sは動きません。", d.Entry)
		v.Form = r.Form(draftForm(d, owners, r.Query("from")))
		v.Plans, err = plansTable(d)
		return err
	})
	return v, err
}

// place is what a home is called.
func place(d *register.Desk, home string) string {
	return d.Names().Called(register.Field{Type: register.TypeScope}, home)
}

// endedTable lists the owners that there are no more.
func endedTable(d *register.Desk, owners []register.PlanOwner) ui.Table {
	t := ui.Table{Caption: "廃止された所管", Stack: true, Empty: "廃止された所管に残っている" + d.Entry + "はありません。", Columns: []ui.Column{
		{Title: "所管", Head: true}, {Title: "件数", Number: true}, {Title: "引き継いだ組織"}, {Title: "すること"},
	}}
	for _, o := range owners {
		if !o.Ended {
			continue
		}
		var heirs, do ui.Cell
		for _, u := range d.Heirs(o.Home) {
			heirs = append(heirs, ui.Item{Text: u.Name})
		}
		if heirs == nil {
			heirs = ui.Cell{{Text: "記録されていません", Quiet: true}}
		}
		for _, x := range o.Drafts {
			do = append(do, ui.Item{Text: x.Made.Wareki() + "の案を見る", Href: planHref(d.Book, x.ID)})
		}
		do = append(do, ui.Item{Text: "案を作る", Href: href(d.Book) + "/move?" + url.Values{"from": {o.Home}}.Encode()})
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(place(d, o.Home)), ui.Text(ui.Figure(o.Entries)), heirs, do}})
	}
	return t
}

// draftForm asks whose entries go to whom. What was chosen in the list is chosen here.
func draftForm(d *register.Desk, owners []register.PlanOwner, from string) ui.Form {
	f := ui.Form{Action: href(d.Book) + "/move", Buttons: ui.Buttons("案を作る", "")}
	source := ui.Field{Name: "from", Label: "いまの所管", Help: "コードか名称。廃止された所管は、上の表から選びます", Required: true}
	to := ui.Field{Name: "to", Label: "引継ぎ先", Help: "コードか名称。空けておくと、引き継いだ組織が一つならそこへ、分割されたときは次の画面で分けます"}
	for i, o := range owners {
		switch {
		case o.Home == from:
			source.Options = []ui.Option{{Value: o.Home, Text: fmt.Sprintf("%s　%d件", place(d, o.Home), o.Entries)}}
			source.Value, source.Help = o.Home, ""
			for _, u := range d.Heirs(o.Home) {
				to.Suggestions = append(to.Suggestions, u.Code+" "+u.Name)
			}
		case !o.Ended && i < mostOffered && source.Options == nil:
			source.Suggestions = append(source.Suggestions, d.Names().Written(register.Field{Type: register.TypeScope}, o.Home))
		}
	}
	f.Fields = []ui.Field{source, to, {Name: "note", Label: "移す理由", Help: "例：組織改正（令和8年4月1日）による", Wide: true}}
	return f
}

func planHref(b *register.Book, plan id.ID) string { return href(b) + "/move/" + string(plan) }

// plansTable lists the plans of which the reader answers for a side.
func plansTable(d *register.Desk) (ui.Table, error) {
	t := ui.Table{Caption: "引継ぎの案", Stack: true, Empty: "案はまだありません。", Columns: []ui.Column{
		{Title: "いまの所管", Head: true}, {Title: "作った日", Keep: true}, {Title: "状態", Keep: true}, {Title: "決裁番号"}, {Title: "理由"},
	}}
	list, err := d.Plans()
	for _, x := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.Anchor(place(d, x.Home), planHref(d.Book, x.ID)), ui.Text(x.Made.Wareki()), planState(x.State), ui.Text(x.Number), ui.Text(x.Note),
		}})
	}
	return t, err
}

func planState(s register.PlanState) ui.Cell {
	tone := ui.Neutral
	switch s {
	case register.PlanDraft:
		tone = ui.Warn
	case register.PlanApplied:
		tone = ui.Good
	case register.PlanUndone, register.PlanWithdrawn:
	}
	return ui.Cell{{Text: s.Title(), Tone: tone}}
}

type draftInput struct {
	From string `form:"from,required"`
	To   string `form:"to"`
	Note string `form:"note"`
}

func (p pages) draft(ctx context.Context, r *web.Request, in draftInput) (web.Next, error) {
	made, err := p.s.DraftPlan(ctx, r.Actor(), r.Path("regime"), r.Path("book"), in.From, in.To, in.Note)
	return web.Next{Href: bookHref(r) + "/move/" + string(made.ID), Said: "案を作りました。内容を確かめ、印刷して決裁を受けてください。"}, err
}

// takeovers are the tasks of a register: what units that there are no more have left behind.
func takeovers(d *register.Desk, few bool) ([]feature.Task, error) {
	if !d.Movable() || d.Moving().Empty() {
		return nil, nil
	}
	owners, err := d.Abandoned()
	if err != nil || len(owners) == 0 {
		return nil, err
	}
	do := "廃止された所管の" + d.Entry + "を引き継ぐ"
	if !few { // who answers for the whole body has the list of all
		n := 0
		for _, o := range owners {
			n += o.Entries
		}
		return []feature.Task{{Do: do, About: fmt.Sprintf("%d所管　%s %d件", len(owners), d.Kind.Title, n), Href: href(d.Book) + "/move"}}, nil
	}
	var list []feature.Task
	for _, o := range owners {
		t := feature.Task{Do: do, About: fmt.Sprintf("%s　%s %d件", place(d, o.Home), d.Kind.Title, o.Entries), Href: href(d.Book) + "/move?" + url.Values{"from": {o.Home}}.Encode()}
		if len(o.Drafts) > 0 {
			t.Href = planHref(d.Book, o.Drafts[0].ID)
		}
		list = append(list, t)
	}
	return list, nil
}

// moveLinks lead to the plans for whom may move entries.
func moveLinks(d *register.Desk) []ui.Link {
	if !d.Movable() || d.Moving().Empty() {
		return nil
	}
	return []ui.Link{{Text: "所管の引継ぎ", Href: href(d.Book) + "/move"}}
}

// trailLink leads to what has become of a paper, for whom may read it.
func trailLink(r *web.Request, kind string, thing id.ID) []ui.Link {
	if !r.Actor().Can(access.TrailRead) {
		return nil
	}
	return []ui.Link{{Text: "この案の経過（証跡）", Href: "/trail/thing/" + kind + "/" + string(thing)}}
}

// names are the people who have to do with a plan.
func planNames(d *register.Desk, x register.PlanSheet) (func(actor string) string, error) {
	names, err := d.Who(slices.DeleteFunc([]string{x.By, x.Applier, x.Ender}, func(a string) bool { return a == "" })...)
	return func(actor string) string { return feature.Actor(actor, names) }, err
}
