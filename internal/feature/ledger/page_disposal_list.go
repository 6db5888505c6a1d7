package ledger

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// disposalView is one list as it is printed (起案の添付), and what can be done with it.
type disposalView struct {
	web.Page
	Alarm    ui.Notice // lines of which something has changed
	Facts    ui.DescriptionList
	Lines    ui.Table
	All      []ui.Link // to the whole list
	Receipt  string
	Waits    ui.Notice // for the receipt
	Refusal  ui.Notice // why the reader may not decide it
	Decide   ui.Form
	Carry    ui.Form
	Keep     ui.Form
	Withdraw ui.Form
	Links    []ui.Link
}

func (p pages) disposal(ctx context.Context, r *web.Request) (disposalView, error) {
	var v disposalView
	err := p.log.DB().View(ctx, func(reader db.Reader) error {
		d, err := p.s.Open(ctx, reader, r.Actor(), r.Path("regime"), r.Path("book"))
		if err != nil {
			return err
		}
		x, lines, err := d.Disposal(id.ID(r.Path("list")))
		if err != nil {
			return err
		}
		v = disposalView{Page: r.Page(x.Title, append(way(d), ui.Link{Text: "保存期間と廃棄", Href: disposalsHref(d.Book)})...)}
		v.Kicker = d.Kind.Title + "　廃棄予定一覧"
		var troubles map[id.ID]string
		if x.State.Open() {
			if troubles, err = d.Troubles(lines, d.Due(x)); err != nil {
				return err
			}
		}
		if n := len(troubles); n > 0 {
			v.Alarm = ui.Notice{Tone: ui.Bad, Title: fmt.Sprintf("%d行が、一覧を作ったときと変わりました", n), Lines: []string{"このままでは廃棄できません。その行を理由を書いて外すか、一覧を取り下げて作り直してください。"}}
		}
		names, err := d.Who(slices.DeleteFunc([]string{x.By, x.Decider, x.DoneBy}, func(a string) bool { return a == "" })...)
		if err != nil {
			return err
		}
		v.Facts.Items = disposalFacts(d, x, func(actor string) string { return feature.Actor(actor, names) })
		v.Lines, v.All = linesTable(d, lines, lined{all: r.Query("all") != "", here: disposalHref(d.Book, x.ID) + "?", linked: x.State.Open(), troubles: troubles})
		v.Lines.Caption = "廃棄する記録" + v.Lines.Caption
		v.Links = append(trailLink(r, register.DisposalKind, x.ID), ui.Link{Text: "保存期間と廃棄", Href: disposalsHref(d.Book)})
		if err := v.forms(d, r, x, lines, troubles); err != nil {
			return err
		}
		v.Receipt, v.Waits, err = p.receipt(ctx, reader, register.DisposalKind, x.ID, x.Version)
		return err
	})
	return v, err
}

// disposalFacts are the particulars of a list, as a paper that goes round begins.
func disposalFacts(d *register.Desk, x register.Disposal, names func(string) string) []ui.Description {
	items := []ui.Description{
		{Term: "伺い", Cell: ui.Text("次の記録は、保存期間が満了したので、廃棄してよろしいか。")},
		{Term: "起案", Cell: ui.Text(jpdate.Today(x.At.Time()).Wareki() + "　" + names(x.By))},
		{Term: "状態", Cell: disposalState(x.State)},
		{Term: "所管", Cell: ui.Text(place(d, x.Home))},
		{Term: "保存期間", Cell: ui.Text(x.Span + "（" + x.AsOf.Wareki() + "現在で満了したもの）")},
		{Term: "件数", Cell: ui.Text(ui.Figure(x.Entries) + "件")},
		{Term: "決裁番号", Cell: orBlank(x.Number)},
		{Term: "決裁日", Cell: orBlank(x.On.Wareki())},
	}
	if x.Class != "" {
		items = slices.Insert(items, 4, ui.Description{Term: "文書の分類", Cell: ui.Text(x.Class)})
	}
	if x.Decider != "" {
		items = append(items, ui.Description{Term: "決裁を記録した人", Cell: ui.Text(names(x.Decider))})
	}
	if x.DoneAt != "" {
		items = append(items, ui.Description{Term: "廃棄", Cell: ui.Text(feature.Moment(x.DoneAt) + "　" + names(x.DoneBy))})
	}
	if x.Why != "" {
		items = append(items, ui.Description{Term: "取り下げた理由", Cell: ui.Text(x.Why)})
	}
	return append(items, ui.Description{Term: "検証値", Cell: ui.Cell{{Text: x.Sum}, {Text: "（SHA-256）", Quiet: true}}})
}

// lined says how lines are listed.
type lined struct {
	all      bool             // all of them, not just the first
	here     string           // address of the page, with a "?"
	linked   bool             // the entries are still there
	troubles map[id.ID]string // by line, what has changed
}

// linesTable lists lines: the first of them, or all where that was asked for. Its caption says where that is not all.
func linesTable(d *register.Desk, lines []register.DisposalLine, how lined) (t ui.Table, all []ui.Link) {
	t = ui.Table{Stack: true, Columns: []ui.Column{
		{Title: "番号", Head: true, Keep: true}, {Title: d.Entry}, {Title: "所管"}, {Title: "完結した日", Keep: true}, {Title: "満了日", Keep: true}, {Title: "件数", Number: true}, {Title: "扱い"},
	}}
	if len(lines) > firstLines && !how.all {
		t.Caption = fmt.Sprintf("（%s行のうち%d行）", ui.Figure(len(lines)), firstLines)
		all = []ui.Link{{Text: "すべての行を示す（印刷するとき）", Href: how.here + "all=1"}}
		lines = lines[:firstLines]
	}
	for _, l := range lines {
		what := l.StateTitle()
		if l.Reason != "" {
			what += "：" + l.Reason
		} else if why := how.troubles[l.ID]; why != "" {
			what = "要確認：" + why
		}
		title := ui.Text(l.Title)
		if how.linked && l.Entry != "" {
			title = ui.Anchor(l.Title, entryHref(d.Book, register.Entry{ID: l.Entry}))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(l.Number), title, ui.Text(l.Owner), ui.Text(l.Ended.Wareki()), ui.Text(l.Until.Wareki()), ui.Text(ui.Figure(l.Entries)), ui.Text(what)}})
	}
	return t, all
}

// forms asks what shall become of a list, as far as it is for the reader to say.
func (v *disposalView) forms(d *register.Desk, r *web.Request, x register.Disposal, lines []register.DisposalLine, troubles map[id.ID]string) error {
	base := disposalHref(d.Book, x.ID)
	if x.State == register.DisposalDraft {
		why, err := d.MayDecide(x)
		if err != nil {
			return err
		}
		switch {
		case why != "":
			v.Refusal = ui.Notice{Tone: ui.Info, Title: why}
		case len(troubles) == 0:
			v.Decide = r.Form(ui.Form{Action: base + "/decide", Buttons: ui.Buttons("決裁を記録する", ""), Fields: []ui.Field{
				{Name: "number", Label: "決裁番号", Required: true},
				{Type: ui.Date, Name: "decided_on", Label: "決裁日", Required: true},
				{Name: "sum", Label: "検証値の初めの8文字", Help: "決裁された紙に印刷されたもの", Required: true},
			}})
		}
	}
	may, err := d.MayAct(x)
	if err != nil || !may {
		return err
	}
	switch {
	case x.State != register.DisposalDecided || len(troubles) > 0 || x.Entries == 0:
	case d.Due(x).After(d.Today):
		v.Refusal = ui.Notice{Tone: ui.Info, Title: "廃棄できるのは、" + x.AsOf.Wareki() + "からです"}
	default:
		v.Carry = r.Form(ui.Form{Action: base + "/carry", Fields: []ui.Field{ui.Sure("紙の記録と写しも廃棄する用意ができ、元に戻せないことを確かめました")}, Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: fmt.Sprintf("%s件を廃棄する", ui.Figure(x.Entries)), Tone: ui.Bad}}}})
	}
	v.Withdraw = r.Form(ui.Form{Action: base + "/withdraw", Fields: []ui.Field{{Name: "why", Label: "取り下げる理由", Required: true, Wide: true}}, Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "取り下げる", Tone: ui.Bad}}}})
	v.Keep = r.Form(keepForm(base, lines, troubles, r.Query("all") != ""))
	return nil
}

// keepForm asks which lines are taken out; those of which something has changed come first and are chosen.
func keepForm(base string, lines []register.DisposalLine, troubles map[id.ID]string, all bool) ui.Form {
	chosen := ui.Field{Type: ui.Checks, Name: "line", Label: "外す行", Required: true}
	var changed, rest []ui.Option
	for _, l := range lines {
		if !l.Listed() {
			continue
		}
		o := ui.Option{Value: string(l.ID), Text: fmt.Sprintf("%d　%s %s", l.Place, l.Number, l.Title)}
		if why := troubles[l.ID]; why != "" {
			o.Text += "：" + why
			changed, chosen.Values = append(changed, o), append(chosen.Values, o.Value)
		} else {
			rest = append(rest, o)
		}
	}
	if len(rest) > firstLines && !all {
		rest = rest[:firstLines]
		chosen.Help = "すべての行を示すと、ほかの行も選べます"
	}
	if chosen.Options = slices.Concat(changed, rest); len(chosen.Options) == 0 {
		return ui.Form{}
	}
	return ui.Form{Action: base + "/keep", Buttons: ui.Buttons("選んだ行を外す", ""), Fields: append([]ui.Field{chosen}, extending()...)}
}

// extending asks why, and how long, something is kept beyond its time.
func extending() []ui.Field {
	return []ui.Field{
		{Name: "extension_reason", Label: "延長する理由", Help: "例：訴訟、監査、開示請求の対象", Required: true, Wide: true},
		{Type: ui.Date, Name: "extension_until", Label: "いつまで", Help: "この日まで延長します。空けておくと、延長を解くまで保存します"},
	}
}

type keepInput struct {
	Lines  []string    `form:"line"`
	Reason string      `form:"extension_reason"`
	Until  jpdate.Date `form:"extension_until"`
}

func thisDisposal(r *web.Request) string {
	return bookHref(r) + "/disposal/" + url.PathEscape(r.Path("list"))
}

func (p pages) keepLines(ctx context.Context, r *web.Request, in keepInput) (web.Next, error) {
	var out []id.ID
	for _, l := range in.Lines {
		out = append(out, id.ID(l))
	}
	n, err := p.s.TakeOut(ctx, r.Actor(), r.Path("regime"), r.Path("book"), id.ID(r.Path("list")), out, register.Extending{Reason: in.Reason, Until: in.Until})
	return web.Next{Href: thisDisposal(r), Said: fmt.Sprintf("%d件を一覧から外し、保存を延長しました。", n)}, err
}

type decideInput struct {
	Sum    string      `form:"sum"`
	Number string      `form:"number"`
	On     jpdate.Date `form:"decided_on"`
}

func (p pages) decideDisposal(ctx context.Context, r *web.Request, in decideInput) (web.Next, error) {
	err := p.s.DecideDisposal(ctx, r.Actor(), r.Path("regime"), r.Path("book"), id.ID(r.Path("list")), register.Ruling(in))
	return web.Next{Href: thisDisposal(r), Said: "決裁を記録しました。廃棄を行うと、一覧の記録が消えます。"}, err
}

func (p pages) withdrawDisposal(ctx context.Context, r *web.Request, in undoInput) (web.Next, error) {
	err := p.s.WithdrawDisposal(ctx, r.Actor(), r.Path("regime"), r.Path("book"), id.ID(r.Path("list")), in.Why)
	return web.Next{Href: thisDisposal(r), Said: "一覧を取り下げました。"}, err
}

type carryInput struct {
	Sure bool `form:"sure,required"`
}

func (p pages) carryOut(ctx context.Context, r *web.Request, _ carryInput) (web.Next, error) {
	n, err := p.s.CarryOut(ctx, r.Actor(), r.Path("regime"), r.Path("book"), id.ID(r.Path("list")))
	return web.Next{Href: thisDisposal(r), Said: fmt.Sprintf("%d件を廃棄しました。この一覧は、廃棄の記録として残ります。", n)}, err
}
