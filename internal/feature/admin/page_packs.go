package admin

import (
	"context"
	"net/url"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

const packsHref = "/admin/packs"

func packHref(p *regime.Pack) string {
	return packsHref + "/" + url.PathEscape(p.ID) + "/" + url.PathEscape(p.Edition)
}

func packName(p *regime.Pack) string { return p.Title + "　第" + p.Edition + "版" }

// decidedFor finds by which decision a pack is in force on a day; false where nothing was decided.
func decidedFor(all []regime.Activation, p *regime.Pack, on jpdate.Date) (regime.Activation, bool) {
	i := slices.IndexFunc(all, func(a regime.Activation) bool { return a.Regime == p.ID && !a.Effective.After(on) })
	if i < 0 || all[i].Sum != p.Hash {
		return regime.Activation{}, false
	}
	return all[i], true
}

func (p pages) packs(ctx context.Context, r *web.Request) (board, error) {
	v := board{Page: r.Page("規程の版", home())}
	v.Lead = "関守は、団体が決裁で採用した規程の版に従って動きます。決裁のない規程は、関守が示す最新の版で動きます。"
	err := p.o.read(ctx, func(reader db.Reader) error {
		today := p.s.today()
		set, err := p.o.Library.InForce(ctx, reader, today)
		if err != nil {
			return err
		}
		all, err := regime.Activations(ctx, reader, "")
		if err != nil {
			return err
		}
		now := ui.Table{Caption: "適用中", Stack: true, Columns: []ui.Column{{Title: "規程", Head: true}, {Title: "版", Keep: true}, {Title: "適用", Keep: true}, {Title: "決裁"}}}
		for _, x := range set.Packs {
			from, number := ui.Cell{{Text: "決裁なし", Tone: ui.Warn}}, ui.Cell(nil)
			if a, ok := decidedFor(all, x, today); ok {
				from, number = ui.Text(a.Effective.Wareki()+"から"), ui.Text(a.Decision, a.Decided.Wareki()+"決裁")
			}
			now.Rows = append(now.Rows, ui.Row{Cells: []ui.Cell{ui.Text(x.Title), ui.Text("第" + x.Edition + "版"), from, number}})
		}
		offered := ui.Table{Caption: "関守が備える版", Stack: true, Columns: []ui.Column{{Title: "規程", Head: true}, {Title: "状態", Keep: true}}}
		for _, x := range p.o.Library.Offered().Packs {
			state := ui.Item{Text: "適用していません", Quiet: true}
			if slices.ContainsFunc(set.Packs, func(y *regime.Pack) bool { return y.Hash == x.Hash }) {
				state = ui.Item{Text: "適用中", Tone: ui.Good}
			}
			offered.Rows = append(offered.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(packName(x), packHref(x)), {state}}})
		}
		past := ui.Table{Caption: "これまでの決裁", Stack: true, Empty: "まだありません。", Columns: []ui.Column{{Title: "規程", Head: true}, {Title: "版", Keep: true}, {Title: "適用の日", Keep: true}, {Title: "決裁"}}}
		titles := map[string]string{}
		for _, x := range append(slices.Clone(p.o.Library.Offered().Packs), set.Packs...) {
			titles[x.ID] = x.Title
		}
		for _, a := range all {
			past.Rows = append(past.Rows, ui.Row{Cells: []ui.Cell{ui.Text(titles[a.Regime]), ui.Text("第" + a.Edition + "版"), ui.Text(a.Effective.Wareki()), ui.Text(a.Decision, a.Decided.Wareki()+"決裁")}})
		}
		v.Parts = []part{{Table: now}, {Table: offered}, {Table: past}}
		return nil
	})
	return v, err
}

// offered finds the pack that a page is about.
func (p pages) offered(r *web.Request) (*regime.Pack, error) {
	for _, x := range p.o.Library.Offered().Packs {
		if x.ID == r.Path("regime") && x.Edition == r.Path("edition") {
			return x, nil
		}
	}
	return nil, db.ErrNotFound
}

// pack compares a pack with the one in force, and lets it be adopted.
func (p pages) pack(ctx context.Context, r *web.Request) (board, error) {
	x, err := p.offered(r)
	if err != nil {
		return board{}, err
	}
	v := board{Page: r.Page(packName(x), home(), ui.Link{Text: "規程の版", Href: packsHref})}
	v.Kicker = "関守が備える版"
	err = p.o.read(ctx, func(reader db.Reader) error {
		today := p.s.today()
		set, err := p.o.Library.InForce(ctx, reader, today)
		if err != nil {
			return err
		}
		all, err := regime.Activations(ctx, reader, x.ID)
		if err != nil {
			return err
		}
		var from *regime.Pack // in force by a decision
		if i := slices.IndexFunc(set.Packs, func(y *regime.Pack) bool { return y.ID == x.ID }); i >= 0 {
			if _, ok := decidedFor(all, set.Packs[i], today); ok {
				from = set.Packs[i]
			}
		}
		v.Facts.Items = []ui.Description{
			{Term: "義務", Cell: ui.Text(ui.Figure(len(x.Duties)) + "件")},
			{Term: "役割", Cell: ui.Text(ui.Figure(len(x.Roles)) + "件")},
			{Term: "検証値", Cell: ui.Cell{{Text: x.Hash, Quiet: true}}},
		}
		switch {
		case from == nil:
			v.Notices = []ui.Notice{{Tone: ui.Warn, Title: "この規程の版は、まだどれも決裁で採用されていません"}}
			v.Parts = nil
		case from.Hash == x.Hash:
			a, _ := decidedFor(all, x, today)
			v.Notices = []ui.Notice{{Tone: ui.Good, Title: a.Effective.Wareki() + "から適用しています", Lines: []string{"決裁 " + a.Decision + "（" + a.Decided.Wareki() + "）"}}}
			v.Parts = nil
			return nil
		default:
			v.Parts = changed(from, x)
		}
		if _, ok := regime.Adopts(r.Actor(), x.ID); ok {
			v.Parts = append(v.Parts, part{Title: "この版を適用する", Words: []string{"団体の決裁で採用が決まった版を、その番号と日付で記録します。適用の日から、義務・役割・記録の種類がこの版のものになります。"}, Doings: []doing{{Form: r.Form(activateForm(x, today))}}})
		}
		return nil
	})
	return v, err
}

// changed says what differs between the pack in force and another.
func changed(from, to *regime.Pack) []part {
	c := regime.Compare(from, to)
	t := ui.Table{Caption: "適用中の第" + from.Edition + "版から変わるもの", Columns: []ui.Column{{Title: "何が", Head: true}, {Title: "増える", Number: true}, {Title: "なくなる", Number: true}, {Title: "変わる", Number: true}}}
	row := func(what string, figures ...string) {
		r := ui.Row{Cells: []ui.Cell{ui.Text(what)}}
		for _, f := range figures {
			r.Cells = append(r.Cells, ui.Text(f))
		}
		t.Rows = append(t.Rows, r)
	}
	row("義務", ui.Figure(len(c.Added)), ui.Figure(len(c.Removed)), ui.Figure(len(c.Changed)))
	row("記録と申請の種類", ui.Figure(len(c.KindsAdded)), ui.Figure(len(c.KindsGone)), "－")
	row("役割", ui.Figure(len(c.RolesAdded)), ui.Figure(len(c.RolesGone)), "－")
	duties := ui.Table{Caption: "義務の違い", Stack: true, Empty: "義務は変わりません。", Columns: []ui.Column{{Title: "条項", Keep: true}, {Title: "行うこと", Head: true}, {Title: "違い", Keep: true}}}
	for _, x := range []struct {
		pack *regime.Pack
		ids  []string
		word ui.Item
	}{{to, c.Added, ui.Item{Text: "増える", Tone: ui.Good}}, {from, c.Removed, ui.Item{Text: "なくなる", Tone: ui.Bad}}, {to, c.Changed, ui.Item{Text: "変わる", Tone: ui.Info}}} {
		for _, d := range x.pack.Duties {
			if slices.Contains(x.ids, d.ID) {
				duties.Rows = append(duties.Rows, ui.Row{Cells: []ui.Cell{ui.Text(d.Clause), ui.Text(d.Duty), {x.word}}})
			}
		}
	}
	return []part{{Table: t}, {Table: duties}}
}

func activateForm(x *regime.Pack, today jpdate.Date) ui.Form {
	return ui.Form{Action: packHref(x) + "/activate", Fields: []ui.Field{
		{Name: "decision", Label: "決裁の番号", Required: true},
		{Type: ui.Date, Name: "decided", Label: "決裁の日", Value: today.Wareki(), Required: true},
		{Type: ui.Date, Name: "effective", Label: "適用する日", Required: true},
		{Name: "note", Label: "備考", Wide: true},
		ui.Sure("上の違いを確かめました"),
	}, Buttons: act("この版を適用する", ui.Bad)}
}

type activateInput struct {
	Decision  string      `form:"decision,required"`
	Decided   jpdate.Date `form:"decided,required"`
	Effective jpdate.Date `form:"effective,required"`
	Note      string      `form:"note"`
	Sure      bool        `form:"sure,required"`
}

func (p pages) activate(ctx context.Context, r *web.Request, in activateInput) (web.Next, error) {
	x, err := p.offered(r)
	if err != nil {
		return web.Next{}, err
	}
	made, err := p.o.Library.Activate(ctx, p.s.log, r.Actor(), x, regime.Decision{Effective: in.Effective, Decided: in.Decided, Number: in.Decision, Note: in.Note})
	return web.Next{Href: packsHref, Said: "第" + x.Edition + "版を" + made.Effective.Wareki() + "から適用します（決裁 " + made.Decision + "）。"}, err
}
