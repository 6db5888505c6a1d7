package ledger

import (
	"cmp"
	"context"
	"fmt"
	"net/url"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// moveView is a plan as it is printed (起案の添付), and what can be done with it.
type moveView struct {
	web.Page
	Alarm    ui.Notice // what keeps anybody from applying it
	Facts    ui.DescriptionList
	Sums     ui.Table
	Lists    []ui.Table // what goes, or has gone, where
	All      []ui.Link  // to the whole lists
	Receipt  string
	Waits    ui.Notice // for the receipt
	Refusal  ui.Notice // why it is not for the reader to apply it
	Apply    ui.Form
	Like     ui.SearchForm
	Give     ui.Form
	Undo     ui.Form
	Withdraw ui.Form
	Links    []ui.Link
}

// firstLines is how many entries of each target are shown, where not all are asked for.
const firstLines = 50

func (p pages) plan(ctx context.Context, r *web.Request) (moveView, error) {
	var v moveView
	err := p.log.DB().View(ctx, func(reader db.Reader) error {
		d, err := p.s.Open(ctx, reader, r.Actor(), r.Path("regime"), r.Path("book"))
		if err != nil {
			return err
		}
		x, err := d.Plan(id.ID(r.Path("plan")))
		if err != nil {
			return err
		}
		v = moveView{Page: r.Page(place(d, x.Home)+"の"+d.Entry+"の引継ぎ", append(way(d), ui.Link{Text: "所管の引継ぎ", Href: href(d.Book) + "/move"})...)}
		v.Kicker = d.Kind.Title
		if len(x.Faults) > 0 {
			v.Alarm = ui.Notice{Tone: ui.Bad, Title: "このままでは適用できません", Lines: x.Faults}
		}
		names, err := planNames(d, x)
		if err != nil {
			return err
		}
		v.Facts.Items = planFacts(d, x, names)
		if err := v.lists(d, x, r.Query("all") != ""); err != nil {
			return err
		}
		v.Links = append(trailLink(r, register.PlanKind, x.ID), ui.Link{Text: "所管の引継ぎの一覧", Href: href(d.Book) + "/move"})
		if err := v.forms(d, r, x); err != nil {
			return err
		}
		v.Receipt, v.Waits, err = p.receipt(ctx, reader, register.PlanKind, x.ID, x.Version)
		return err
	})
	return v, err
}

// receipt is what a paper bears so that it can be held against the trail; waits says that there is none yet.
func (p pages) receipt(ctx context.Context, r db.Reader, kind string, thing id.ID, version int64) (text string, waits ui.Notice, err error) {
	receipt, err := p.log.Receipt(ctx, r, kind, string(thing), version)
	if errs.KindOf(err) == errs.Unavailable { // the last version has no number yet
		return "", ui.Notice{Tone: ui.Info, Title: "証跡の受領証は、まもなく付きます", Lines: []string{"この画面を開き直してから印刷すると、紙に受領証が載ります。"}}, nil
	}
	if err != nil {
		return "", ui.Notice{}, err
	}
	return receipt.String(), ui.Notice{}, nil
}

// orBlank is some words, or a place to be filled in by hand.
func orBlank(words string) ui.Cell {
	return ui.Text(cmp.Or(words, "＿＿＿＿＿＿＿＿＿＿＿＿"))
}

// planFacts are the particulars of a plan, as a paper that goes round begins.
func planFacts(d *register.Desk, x register.PlanSheet, names func(string) string) []ui.Description {
	items := []ui.Description{
		{Term: "伺い", Cell: ui.Text("次のとおり、" + d.Entry + "の所管を移してよろしいか。")},
		{Term: "起案", Cell: ui.Text(x.Made.Wareki() + "　" + names(x.By))},
		{Term: "状態", Cell: planState(x.State)},
		{Term: "いまの所管", Cell: ui.Text(place(d, x.Home))},
		{Term: "理由", Cell: ui.Text(cmp.Or(x.Note, "（書かれていません）"))},
		{Term: "決裁番号", Cell: orBlank(x.Number)},
		{Term: "決裁日", Cell: orBlank(x.Decided.Wareki())},
	}
	if x.Applier != "" {
		items[3].Term = "もとの所管"
		items = append(items, ui.Description{Term: "適用", Cell: ui.Text(x.Applied.Wareki() + "　" + names(x.Applier))})
	}
	if x.Ender != "" {
		items = append(items, ui.Description{Term: x.State.Title(), Cell: ui.Text(x.Ended.Wareki()+"　"+names(x.Ender), x.Why)})
	}
	return append(items, ui.Description{Term: "検証値", Cell: ui.Cell{{Text: x.Sum}, {Text: "（SHA-256）", Quiet: true}}})
}

// lists shows for each target how many entries, of which classes, and which.
func (v *moveView) lists(d *register.Desk, x register.PlanSheet, all bool) error {
	v.Sums = ui.Table{Caption: "引継ぎ先ごとの件数", Stack: true, Columns: []ui.Column{{Title: "引継ぎ先", Head: true}, {Title: "件数", Number: true}, {Title: "分類"}, {Title: "確かめること"}}}
	total := 0
	for _, part := range x.Parts {
		n := len(part.Entries) + part.Unseen
		classes, err := d.ClassTotals(part.Entries)
		if err != nil {
			return err
		}
		total += n
		v.Sums.Rows = append(v.Sums.Rows, ui.Row{Cells: []ui.Cell{ui.Text(place(d, part.Target)), ui.Text(ui.Figure(n)), ui.Text(classes...), partNotes(x, part)}})
		title := place(d, part.Target) + map[register.PlanState]string{
			register.PlanDraft: "へ移すもの", register.PlanApplied: "へ移したもの", register.PlanUndone: "から戻したもの", register.PlanWithdrawn: "へ移そうとしたもの",
		}[x.State]
		if err := v.entries(d, x, title, part.Entries, all); err != nil {
			return err
		}
		title = "所管がほかに変わっていたもの（移しません）"
		switch x.State { //nolint:exhaustive // of a withdrawn one nothing moves either
		case register.PlanApplied:
			title = place(d, part.Target) + "へ移した後に、所管がほかに変わったもの"
		case register.PlanUndone:
			title = place(d, part.Target) + "へ移した後に所管がほかに変わり、そのままにしたもの"
		}
		if err := v.entries(d, x, title, part.Gone, all); err != nil {
			return err
		}
	}
	if len(x.Rest) > 0 {
		classes, err := d.ClassTotals(x.Rest)
		if err != nil {
			return err
		}
		v.Sums.Rows = append(v.Sums.Rows, ui.Row{Cells: []ui.Cell{ui.Text("引継ぎ先なし"), ui.Text(ui.Figure(len(x.Rest))), ui.Text(classes...), ui.Text("いまの所管に残ります")}})
		if err := v.entries(d, x, "引継ぎ先が決まっていないもの", x.Rest, all); err != nil {
			return err
		}
	}
	v.Sums.Caption += fmt.Sprintf("（移すもの%s件）", ui.Figure(total))
	if x.State != register.PlanDraft {
		v.Sums.Caption = "引継ぎ先ごとの件数"
	}
	return nil
}

// partNotes is what somebody should look at before he decides.
func partNotes(x register.PlanSheet, part register.PlanPart) ui.Cell {
	var c ui.Cell
	for _, f := range part.Faults {
		c = append(c, ui.Item{Text: f, Tone: ui.Bad})
	}
	say := func(n int, words string) {
		if n > 0 {
			c = append(c, ui.Item{Text: fmt.Sprintf(words, n)})
		}
	}
	say(part.Changed, "%d件は、案に入れた後に直されています（いまの内容で移します）")
	switch x.State {
	case register.PlanDraft, register.PlanWithdrawn:
		say(len(part.Gone), "ほかに%d件は、所管がほかに変わっています（移しません）")
		say(part.Unseen, "%d件は、あなたの権限の範囲の外にあります")
	case register.PlanApplied:
		say(part.Left, "%d件は、適用したときに所管がほかに変わっていたため、移していません")
		say(len(part.Gone)+part.Unseen, "%d件は、その後に所管が変わっています（元に戻しません）")
	case register.PlanUndone:
		say(len(part.Gone), "%d件は、所管がほかに変わっていたため、そのままです")
		say(part.Unseen, "%d件は、あなたの権限の範囲の外にあります")
	}
	return c
}

// entries shows a list of entries: the first of them, or all where that was asked for.
func (v *moveView) entries(d *register.Desk, x register.PlanSheet, title string, entries []register.Entry, all bool) error {
	if len(entries) == 0 {
		return nil
	}
	shown := entries
	caption := fmt.Sprintf("%s（%s件）", title, ui.Figure(len(entries)))
	if len(entries) > firstLines && !all {
		shown = entries[:firstLines]
		caption = fmt.Sprintf("%s（%s件のうち%d件）", title, ui.Figure(len(entries)), firstLines)
		v.All = []ui.Link{{Text: "すべての行を示す（印刷するとき）", Href: planHref(d.Book, x.ID) + "?all=1"}}
	}
	t, err := table(d, shown)
	t.Caption = caption
	v.Lists = append(v.Lists, t)
	return err
}

// forms asks what shall become of a plan, as far as it is for the reader to say.
func (v *moveView) forms(d *register.Desk, r *web.Request, x register.PlanSheet) error {
	base := planHref(d.Book, x.ID)
	seen := ui.Field{Type: ui.Hidden, Name: "seen", Value: x.Sum}
	why := func(label string) ui.Field { return ui.Field{Name: "why", Label: label, Required: true, Wide: true} }
	if x.Undoes {
		v.Undo = r.Form(ui.Form{Action: base + "/undo", Fields: []ui.Field{why("元に戻す理由")}, Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "元に戻す", Tone: ui.Bad}}}})
	}
	if x.State != register.PlanDraft {
		return nil
	}
	if x.Refusal != "" {
		v.Refusal = ui.Notice{Tone: ui.Info, Title: x.Refusal}
	} else if len(x.Faults) == 0 {
		v.Apply = r.Form(ui.Form{Action: base + "/apply", Buttons: ui.Buttons("決裁のとおり移す", ""), Fields: []ui.Field{
			seen,
			{Name: "number", Label: "決裁番号", Required: true},
			{Type: ui.Date, Name: "decided_on", Label: "決裁日", Required: true},
			ui.Sure("決裁された紙の検証値が、この画面のものと同じです"),
		}})
	}
	if !x.Edits {
		return nil
	}
	v.Withdraw = r.Form(ui.Form{Action: base + "/withdraw", Fields: []ui.Field{seen, why("取り下げる理由")}, Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "取り下げる", Tone: ui.Bad}}}})
	return v.giving(d, r, x)
}

// giving asks which entries go where: all that match, or single ones of them.
func (v *moveView) giving(d *register.Desk, r *web.Request, x register.PlanSheet) error {
	base := planHref(d.Book, x.ID)
	like, values, form := likeAsked(d, r, x)
	v.Like = form
	if len(form.Faults()) > 0 {
		return nil
	}
	entries, targets, err := d.Here(x, like)
	if err != nil || len(entries) == 0 {
		return err
	}
	which := ui.Field{Type: ui.Radio, Name: "which", Label: "分けるもの", Required: true, Beside: true, Value: "some", Options: []ui.Option{
		{Value: "some", Text: "下で選んだもの"}, {Value: "all", Text: fmt.Sprintf("この条件に合うものすべて（%s件）", ui.Figure(len(entries)))},
	}}
	chosen := ui.Field{Type: ui.Checks, Name: "chosen", Label: d.Entry}
	if len(entries) > firstLines {
		chosen.Help = fmt.Sprintf("初めの%d件です。条件を加えると、ほかのものを選べます", firstLines)
	}
	for _, e := range entries[:min(len(entries), firstLines)] {
		now := "引継ぎ先なし"
		if t := targets[e.ID]; t != "" {
			now = place(d, t)
		}
		chosen.Options = append(chosen.Options, ui.Option{Value: string(e.ID), Text: d.Book.Title(e) + " → " + now})
	}
	to := ui.Field{Name: "to", Label: "引継ぎ先", Help: "コードか名称。空けておくと、引継ぎ先なしにします"}
	offered := map[string]bool{}
	offer := func(words string) {
		if !offered[words] {
			offered[words] = true
			to.Suggestions = append(to.Suggestions, words)
		}
	}
	for _, u := range d.Heirs(x.Home) {
		offer(u.Code + " " + u.Name)
	}
	for _, part := range x.Parts {
		offer(d.Names().Written(register.Field{Type: register.TypeScope}, part.Target))
	}
	v.Give = r.Form(ui.Form{Action: base + "/lines?" + values.Encode(), Buttons: ui.Buttons("案を変える", ""), Fields: []ui.Field{
		{Type: ui.Hidden, Name: "seen", Value: x.Sum}, which, chosen, to, {Name: "note", Label: "移す理由", Value: x.Note, Wide: true},
	}})
	return nil
}

// likeAsked reads to what the entries of a draft are narrowed, and makes the form that asks for it.
func likeAsked(d *register.Desk, r *web.Request, x register.PlanSheet) (register.Like, url.Values, ui.SearchForm) {
	c, form := asked(d, r)
	like := register.Like{Query: c.Query, Words: c.words, Target: r.Query("at")}
	c.values.Del("sort")
	form.Action, form.Swap, form.Submit, form.Clear = planHref(d.Book, x.ID), "", "この条件のものを分ける", ""
	fields := form.Fields
	form.Fields = nil
	for _, f := range fields {
		if f.Name != "sort" && f.Name != "by."+d.Owner {
			form.Fields = append(form.Fields, f)
		}
	}
	at := ui.Field{Name: "at", Label: "案の引継ぎ先", Value: like.Target, Options: []ui.Option{{Text: "すべて"}, {Value: register.NoTarget, Text: "引継ぎ先なし"}}}
	for _, part := range x.Parts {
		at.Options = append(at.Options, ui.Option{Value: part.Target, Text: place(d, part.Target)})
	}
	form.Fields = append(form.Fields, at)
	if like.Target != "" {
		c.values.Set("at", like.Target)
	}
	if len(c.values) > 0 {
		form.Clear = form.Action
	}
	return like, c.values, form
}

type giveInput struct {
	Seen   string   `form:"seen"`
	Which  string   `form:"which"`
	Chosen []string `form:"chosen"`
	To     string   `form:"to"`
	Note   string   `form:"note"`
}

func (p pages) give(ctx context.Context, r *web.Request, in giveInput) (web.Next, error) {
	giving := register.Giving{Seen: in.Seen, Note: in.Note, To: in.To, All: in.Which == "all"}
	for _, c := range in.Chosen {
		giving.Only = append(giving.Only, id.ID(c))
	}
	plan := id.ID(r.Path("plan"))
	if err := p.view(ctx, r, func(d *register.Desk) error { // what the address narrows to means the same in the act
		x, err := d.Plan(plan)
		giving.Like, _, _ = likeAsked(d, r, x)
		return err
	}); err != nil {
		return web.Next{}, err
	}
	n, err := p.s.ChangePlan(ctx, r.Actor(), r.Path("regime"), r.Path("book"), plan, giving)
	return web.Next{Href: thisPlan(r), Said: fmt.Sprintf("案を変えました（%d件）。", n)}, err
}

func thisPlan(r *web.Request) string { return bookHref(r) + "/move/" + url.PathEscape(r.Path("plan")) }

type applyInput struct {
	Seen   string      `form:"seen"`
	Number string      `form:"number"`
	On     jpdate.Date `form:"decided_on"`
	Sure   bool        `form:"sure,required"`
}

func (p pages) apply(ctx context.Context, r *web.Request, in applyInput) (web.Next, error) {
	n, err := p.s.ApplyPlan(ctx, r.Actor(), r.Path("regime"), r.Path("book"), id.ID(r.Path("plan")), register.Deciding{Seen: in.Seen, Number: in.Number, On: in.On})
	return web.Next{Href: thisPlan(r), Said: fmt.Sprintf("決裁 %s のとおり、%d件の所管を移しました。", in.Number, n)}, err
}

type undoInput struct {
	Why string `form:"why"`
}

func (p pages) undo(ctx context.Context, r *web.Request, in undoInput) (web.Next, error) {
	back, left, err := p.s.UndoPlan(ctx, r.Actor(), r.Path("regime"), r.Path("book"), id.ID(r.Path("plan")), in.Why)
	said := fmt.Sprintf("%d件を元の所管に戻しました。", back)
	if left > 0 {
		said += fmt.Sprintf("%d件は所管がほかに変わっているため、そのままです。", left)
	}
	return web.Next{Href: thisPlan(r), Said: said}, err
}

type withdrawInput struct {
	Seen string `form:"seen"`
	Why  string `form:"why"`
}

func (p pages) withdraw(ctx context.Context, r *web.Request, in withdrawInput) (web.Next, error) {
	err := p.s.WithdrawPlan(ctx, r.Actor(), r.Path("regime"), r.Path("book"), id.ID(r.Path("plan")), in.Seen, in.Why)
	return web.Next{Href: thisPlan(r), Said: "案を取り下げました。"}, err
}
