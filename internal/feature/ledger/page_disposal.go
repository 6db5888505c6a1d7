package ledger

import (
	"context"
	"fmt"
	"net/url"

	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// disposalsView says how long the entries of a register are kept, shows what is over its time and draws up lists of it.
type disposalsView struct {
	web.Page
	Facts    ui.DescriptionList
	Due      ui.Table // owners
	Ask      ui.SearchForm
	Proposal ui.Table
	Notes    ui.Notice
	All      []ui.Link
	Draft    ui.Form
	Lists    ui.Table
}

func disposalsHref(b *register.Book) string { return href(b) + "/disposal" }

func disposalHref(b *register.Book, list id.ID) string {
	return disposalsHref(b) + "/" + string(list)
}

func (p pages) disposals(ctx context.Context, r *web.Request) (disposalsView, error) {
	var v disposalsView
	err := p.view(ctx, r, func(d *register.Desk) error {
		v = disposalsView{Page: r.Page("保存期間と廃棄", way(d)...)}
		v.Kicker = d.Kind.Title
		v.Lead = "保存期間が満了した" + d.Entry + "を一覧にし、決裁を受けてから廃棄します。いつ、だれが、どの決裁で廃棄したかは残ります。"
		v.Facts.Items = keptFor(d)
		var err error
		if v.Lists, err = disposalsTable(d); err != nil {
			return err
		}
		if !d.Drafts() {
			return nil
		}
		return v.proposing(d, r)
	})
	return v, err
}

// keptFor says how long entries are kept, and from when that counts.
func keptFor(d *register.Desk) []ui.Description {
	x, ok := d.Retention()
	if !ok {
		return []ui.Description{{Term: "保存期間", Cell: ui.Text("定められていません")}}
	}
	span := d.Shelf.Span(d.Book, x.Setting)
	words := ui.Cell{{Text: span.Words()}, {Text: "決裁 " + span.Number, Quiet: true}}
	if span.Number == "" {
		words = ui.Cell{{Text: span.Words() + "（提案の値。標準運用値の決裁がすむまで廃棄できません）"}}
	}
	from := "記録した出来事の日の翌年度4月1日"
	if x.From != "" {
		from = "「" + d.State(x.From) + "」になった日の翌年度4月1日"
	}
	items := []ui.Description{{Term: "保存期間", Cell: words}, {Term: "起算", Cell: ui.Text(from)}}
	if x.Class != "" {
		items = append(items, ui.Description{Term: "文書の分類", Cell: ui.Text(x.Class)})
	}
	return items
}

// dueAsked reads what a list shall name: whose, as of which day, and of a log between which days.
func dueAsked(r *web.Request, today jpdate.Date) (q register.Due, fields []ui.Field) {
	q = register.Due{Home: r.Query("home"), On: today}
	day := func(name, label string, to *jpdate.Date) ui.Field {
		f := ui.Field{Type: ui.Date, Name: name, Label: label, Value: r.Query(name)}
		if f.Value == "" {
			return f
		}
		on, err := jpdate.Parse(f.Value)
		if err != nil {
			f.Error = label + "を「R8.4.1」や「2026-04-01」のように入力してください。"
			return f
		}
		*to = on
		return f
	}
	return q, []ui.Field{day("on", "いつ現在", &q.On), day("from", "この日からの記録", &q.From), day("to", "この日までの記録", &q.To)}
}

// proposing shows whose time is over, and of one owner what.
func (v *disposalsView) proposing(d *register.Desk, r *web.Request) error {
	kept, ok := d.Retention()
	if !ok {
		return nil
	}
	q, days := dueAsked(r, d.Today)
	if days[0].Value == "" {
		days[0].Value = q.On.Wareki()
	}
	if kept.From != "" {
		days = days[:1]
	}
	v.Ask = ui.SearchForm{Action: disposalsHref(d.Book), Submit: "一覧の案を見る", Fields: append([]ui.Field{{Name: "home", Label: "所管", Value: q.Home}}, days...)}
	wrong := len(v.Ask.Faults()) > 0
	if wrong {
		q.On = d.Today
	}
	homes, err := d.DueHomes(q.On)
	if err != nil {
		return err
	}
	v.Due = ui.Table{Caption: fmt.Sprintf("%s現在で、満了した%sがある所管", q.On.Wareki(), d.Entry), Stack: true, Empty: "保存期間が満了した" + d.Entry + "はありません。", Columns: []ui.Column{{Title: "所管", Head: true}, {Title: "すること"}}}
	whose := &v.Ask.Fields[0]
	for _, home := range homes {
		whose.Options = append(whose.Options, ui.Option{Value: home, Text: place(d, home)})
		at := url.Values{"home": {home}, "on": {q.On.String()}}
		v.Due.Rows = append(v.Due.Rows, ui.Row{Cells: []ui.Cell{ui.Text(place(d, home)), ui.Anchor("一覧の案を見る", disposalsHref(d.Book)+"?"+at.Encode())}})
	}
	whole, err := d.MayDraft(trail.Body)
	if kept.From != "" && whole && len(homes) > 1 {
		whose.Options = append(whose.Options, ui.Option{Value: trail.Body, Text: "すべての所管"})
	}
	if len(whose.Options) == 0 {
		v.Ask.Fields = v.Ask.Fields[1:] // another day may have some
	}
	if q.Home == "" || wrong || err != nil {
		return err
	}
	return v.proposal(d, r, q)
}

// proposal shows what a list would name now, and asks for it to be drawn up.
func (v *disposalsView) proposal(d *register.Desk, r *web.Request, q register.Due) error {
	x, err := d.Preview(q)
	if err != nil {
		return err
	}
	at := url.Values{"home": {q.Home}, "on": {q.On.String()}, "from": {q.From.String()}, "to": {q.To.String()}}
	here := disposalsHref(d.Book) + "?" + at.Encode()
	v.Proposal, v.All = linesTable(d, x.Lines, lined{all: r.Query("all") != "", here: here + "&", linked: true})
	v.Proposal.Caption = "一覧の案（" + ui.Figure(x.Entries) + "件）" + v.Proposal.Caption
	v.Proposal.Empty = "一覧に載せるものはありません。"
	v.Notes = ui.Notice{Tone: ui.Info, Title: "載せていないもの"}
	note := func(n int, words string) {
		if n > 0 {
			v.Notes.Lines = append(v.Notes.Lines, fmt.Sprintf(words, n))
		}
	}
	note(x.Extended, "%d件は、保存が延長されています。")
	note(x.Referred, "%d件は、ほかの記録が指しているか、直す行が保留になっています。")
	if x.More {
		v.Notes.Lines = append(v.Notes.Lines, "一度に載せられる数を超えたものがあります。この一覧を廃棄した後に、続きの一覧を作ってください。")
	}
	if len(v.Notes.Lines) == 0 {
		v.Notes = ui.Notice{}
	}
	if len(x.Lines) == 0 {
		return nil
	}
	v.Draft = r.Form(ui.Form{Action: here, Buttons: ui.Buttons("廃棄予定一覧を作る", ""), Fields: []ui.Field{
		{Type: ui.Hidden, Name: "home", Value: q.Home},
		{Type: ui.Hidden, Name: "on", Value: q.On.String()},
		{Type: ui.Hidden, Name: "from", Value: q.From.String()},
		{Type: ui.Hidden, Name: "to", Value: q.To.String()},
		{Type: ui.Hidden, Name: "sum", Value: x.Sum},
		{Name: "title", Label: "件名", Required: true, Wide: true, Value: fmt.Sprintf("%sの廃棄について（%s、%s現在）", d.Kind.Title, place(d, q.Home), q.On.Wareki())},
	}})
	return nil
}

// disposalsTable lists the lists that there are.
func disposalsTable(d *register.Desk) (ui.Table, error) {
	t := ui.Table{Caption: "廃棄予定一覧", Stack: true, Empty: "一覧はまだありません。", Columns: []ui.Column{
		{Title: "件名", Head: true}, {Title: "所管"}, {Title: "作った日", Keep: true}, {Title: "件数", Number: true}, {Title: "状態", Keep: true}, {Title: "決裁番号"},
	}}
	list, err := d.Disposals(false)
	for _, x := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.Anchor(x.Title, disposalHref(d.Book, x.ID)), ui.Text(place(d, x.Home)), ui.Text(jpdate.Today(x.At.Time()).Wareki()), ui.Text(ui.Figure(x.Entries)), disposalState(x.State), ui.Text(x.Number),
		}})
	}
	return t, err
}

func disposalState(s register.DisposalState) ui.Cell {
	tone := ui.Neutral
	switch s {
	case register.DisposalDraft, register.DisposalDecided:
		tone = ui.Warn
	case register.DisposalDone:
		tone = ui.Good
	case register.DisposalWithdrawn:
	}
	return ui.Cell{{Text: s.Title(), Tone: tone}}
}

type draftDisposalInput struct {
	Home  string      `form:"home"`
	On    jpdate.Date `form:"on"`
	From  jpdate.Date `form:"from"`
	To    jpdate.Date `form:"to"`
	Sum   string      `form:"sum"`
	Title string      `form:"title"`
}

func (p pages) draftDisposal(ctx context.Context, r *web.Request, in draftDisposalInput) (web.Next, error) {
	due := register.Due{Home: in.Home, On: in.On, From: in.From, To: in.To}
	made, err := p.s.DraftDisposal(ctx, r.Actor(), r.Path("regime"), r.Path("book"), register.Drafting{Due: due, Title: in.Title, Sum: in.Sum})
	return web.Next{Href: bookHref(r) + "/disposal/" + string(made.ID), Said: "廃棄予定一覧を作りました。印刷して決裁を受けてください。"}, err
}

// fewDue is for how many owners the first page looks whether anything is left to be listed.
const fewDue = 10

// disposalTasks are the tasks of a register: what of the own units is over its time, and lists that wait to be decided or carried out.
func disposalTasks(d *register.Desk) ([]feature.Task, error) {
	if _, ok := d.Retention(); !ok || !d.Drafts() {
		return nil, nil
	}
	var tasks []feature.Task
	open, err := d.Disposals(true)
	if err != nil {
		return nil, err
	}
	for _, x := range open {
		t := feature.Task{About: x.Title, Href: disposalHref(d.Book, x.ID)}
		may, err := d.MayAct(x)
		if x.State == register.DisposalDecided {
			t.Do = "決裁された廃棄を行う"
		} else {
			var why string
			t.Do = "廃棄予定一覧の決裁を記録する"
			why, err = d.MayDecide(x)
			may = why == ""
		}
		if err != nil {
			return nil, err
		}
		if may {
			tasks = append(tasks, t)
		}
	}
	if !d.Seeing().Few() { // who answers for the whole body is not asked to list what each unit has
		return tasks, nil
	}
	homes, err := d.DueHomes(d.Today)
	if err != nil {
		return nil, err
	}
	left := homes
	if len(homes) <= fewDue {
		left = nil
		for _, home := range homes {
			any, err := d.AnyDue(home)
			if err != nil {
				return nil, err
			}
			if any {
				left = append(left, home)
			}
		}
	}
	t := feature.Task{Do: "保存期間が満了した" + d.Entry + "の廃棄予定一覧を作る", About: fmt.Sprintf("%d所管　%s", len(left), d.Kind.Title), Href: disposalsHref(d.Book)}
	switch len(left) {
	case 0:
		return tasks, nil
	case 1:
		t.About = place(d, left[0]) + "　" + d.Kind.Title
		t.Href += "?" + url.Values{"home": left}.Encode()
	}
	return append(tasks, t), nil
}

// disposalLinks lead to how long entries are kept.
func disposalLinks(d *register.Desk) []ui.Link {
	if _, ok := d.Retention(); !ok {
		return nil
	}
	return []ui.Link{{Text: "保存期間と廃棄", Href: disposalsHref(d.Book)}}
}
