package admin

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// paperView is a draft as it is printed, and what can be done with it.
type paperView struct {
	web.Page
	Alarm    ui.Notice
	Facts    ui.DescriptionList
	Table    ui.Table
	Receipt  string
	Waits    ui.Notice // for the receipt
	Refusal  ui.Notice // why the reader may not decide
	Adopt    ui.Form
	Record   ui.Form
	Withdraw ui.Form
	Links    []ui.Link
}

func (p pages) paper(ctx context.Context, r *web.Request) (v paperView, err error) {
	err = p.s.log.DB().View(ctx, func(reader db.Reader) error {
		d, err := setting.DraftOf(ctx, reader, id.ID(r.Path("draft")))
		if err != nil {
			return errs.Wrap(err, errs.NotFound, "この案はありません。")
		}
		v = paperView{Page: r.Page(d.Title, ui.Link{Text: "標準運用値", Href: settingsHref})}
		v.Kicker = "起案"
		v.Links = []ui.Link{
			{Text: "この案の経過（証跡）", Href: "/trail/thing/" + setting.DraftKind + "/" + string(d.ID)},
			{Text: "この案をもとに、新しい案を作る", Href: settingsHref + "/draft?" + url.Values{"copy": {string(d.ID)}}.Encode()},
		}
		x, err := d.Paper()
		if errs.KindOf(err) == errs.Conflict {
			v.Alarm = ui.Notice{Tone: ui.Bad, Title: errs.Message(err)}
			return nil
		}
		names, also := p.who(ctx, reader, d.By, d.Decider)
		if err := errors.Join(err, also); err != nil {
			return err
		}
		v.Facts.Items = paperFacts(d, x, names)
		v.Table = lineTable(x)
		p.forms(&v, r, d, x)
		receipt, err := p.s.log.Receipt(ctx, reader, setting.DraftKind, string(d.ID), 1)
		switch errs.KindOf(err) {
		case errs.Unavailable:
			v.Waits = ui.Notice{Tone: ui.Info, Title: "証跡の受領証は、まもなく付きます", Lines: []string{"この画面を開き直してから印刷すると、紙に受領証が載ります。"}}
			return nil
		default:
			v.Receipt = receipt.String()
			return err
		}
	})
	return v, err
}

// blank is a place to be filled in by hand.
const blank = "＿＿＿＿＿＿＿＿＿＿＿＿"

func paperFacts(d setting.Draft, x setting.Paper, names map[string]string) []ui.Description {
	number, on, from := blank, blank, x.From.Wareki()+"（案）"
	if d.State == setting.Adopted {
		number, on, from = d.Number, d.On.Wareki(), d.From.Wareki()
	}
	items := []ui.Description{
		{Term: "伺い", Cell: ui.Text("次のとおり標準運用値を定めてよろしいか。")},
		{Term: "起案", Cell: ui.Text(x.Made.Wareki() + "　" + names[d.By])},
		{Term: "状態", Cell: ui.Cell{stateItem(d.State)}},
		{Term: "決裁番号", Cell: ui.Text(number)},
		{Term: "決裁日", Cell: ui.Text(on)},
		{Term: "施行日", Cell: ui.Text(from)},
	}
	switch {
	case d.State == setting.Withdrawn:
		items = append(items, ui.Description{Term: "取下げの理由", Cell: ui.Text(d.Why)})
	case d.State == setting.Adopted && d.Elsewhere:
		items = append(items, ui.Description{Term: "決裁を記録した人", Cell: ui.Text(names[d.Decider])})
	case d.State == setting.Adopted:
		items = append(items, ui.Description{Term: "決めた人", Cell: ui.Text(names[d.Decider])})
	}
	return append(items, ui.Description{Term: "検証値", Cell: ui.Cell{{Text: d.Sum}, {Text: "（SHA-256）", Quiet: true}}})
}

// lineTable is what the paper asks for, in one table.
func lineTable(x setting.Paper) ui.Table {
	t := ui.Table{Caption: "標準運用値（" + ui.Figure(len(x.Lines)) + "件）", Stack: true, Columns: []ui.Column{
		{Title: "規程"}, {Title: "項目", Head: true}, {Title: "現在"}, {Title: "案"}, {Title: "根拠"}, {Title: "備考"},
	}}
	owner := ""
	for _, l := range x.Lines {
		policy := l.Policy
		if l.Owner == owner {
			policy = "〃"
		}
		owner = l.Owner
		now := ui.Cell{{Text: "未決定", Quiet: true}}
		if l.Number != "" {
			now = append(ui.Text(strings.Split(l.Current, "、")...), ui.Item{Text: "決裁 " + l.Number, Quiet: true})
		}
		if l.Number != "" && l.Current == l.Words {
			now = append(now, ui.Item{Text: "変更なし", Quiet: true})
		}
		basis := basisCell(l.Basis)
		if l.Ours {
			basis = append(basis, ui.Item{Text: "値は提案"})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(policy), ui.Text(l.Title), now, ui.Text(strings.Split(l.Words, "、")...), basis, ui.Text(nonEmpty(l.Reason, l.Note)...)}})
	}
	return t
}

func nonEmpty(texts ...string) []string {
	var lines []string
	for _, t := range texts {
		if t != "" {
			lines = append(lines, strings.Split(t, "\n")...)
		}
	}
	return lines
}

// forms asks what shall become of an open draft, as far as it is for the reader to say.
func (p pages) forms(v *paperView, r *web.Request, d setting.Draft, x setting.Paper) {
	if d.State != setting.Open {
		return
	}
	href := draftHref(string(d.ID))
	if refusal := notHis(r.Actor(), d); refusal != "" {
		v.Refusal = ui.Notice{Tone: ui.Info, Title: refusal}
	} else if r.Actor().Can(access.SettingDecide) {
		v.Adopt = r.Form(ui.Form{Action: href + "/adopt", Buttons: ui.Buttons("この案のとおり決める", ""), Fields: []ui.Field{
			{Type: ui.Hidden, Name: "adopt_sum", Value: d.Sum},
			{Type: ui.Date, Name: "adopt_from", Label: "施行する日", Value: max(x.From.String(), p.s.today().String()), Required: true},
			{Name: "adopt_number", Label: "決裁の番号", Help: "空けておくと、関守が番号を付けます"},
			ui.Sure("すべての値を確かめました"),
		}})
	}
	if !r.Actor().Can(access.SettingDraft) {
		return
	}
	v.Record = r.Form(ui.Form{Action: href + "/record", Buttons: ui.Buttons("決裁を記録する", ""), Fields: []ui.Field{
		{Name: "number", Label: "決裁番号", Required: true},
		{Type: ui.Date, Name: "decided_on", Label: "決裁日", Required: true},
		{Type: ui.Date, Name: "from_on", Label: "施行日", Value: x.From.Wareki(), Required: true},
		{Name: "sum", Label: "検証値の初めの" + strconv.Itoa(setting.Short) + "文字", Help: "決裁された紙に印刷されているもの", Required: true},
	}})
	v.Withdraw = r.Form(ui.Form{Action: href + "/withdraw", Fields: []ui.Field{{Name: "why", Label: "取り下げる理由", Required: true, Wide: true}}, Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "取り下げる", Tone: ui.Bad}}}})
}

// notHis says why somebody who decides settings may not decide this draft, "" if he may or decides none.
func notHis(by *access.Actor, d setting.Draft) string {
	switch {
	case !by.Can(access.SettingDecide):
		return ""
	case by.Name == d.By:
		return "自分が作った案は、ほかの人が決めます"
	case by.Class == access.Program:
		return ""
	}
	if _, err := deciding(by, d); err != nil {
		return errs.Message(err)
	}
	return ""
}

type adoptInput struct {
	Sum    string      `form:"adopt_sum"`
	From   jpdate.Date `form:"adopt_from"`
	Number string      `form:"adopt_number"`
	Sure   bool        `form:"sure,required"`
}

func (p pages) adopt(ctx context.Context, r *web.Request, in adoptInput) (web.Next, error) {
	d, err := p.s.Adopt(ctx, r.Actor(), id.ID(r.Path("draft")), setting.Decision{Sum: in.Sum, From: in.From, Number: in.Number})
	if wrong, ok := errors.AsType[*errs.Error](err); ok {
		fields := map[string]string{"sum": "adopt_sum", "from_on": "adopt_from", "number": "adopt_number"}
		for i, f := range wrong.Fields {
			if name := fields[f.Where]; name != "" {
				wrong.Fields[i].Where = name
			}
		}
	}
	return decided(d), err
}

type recordInput struct {
	Number string      `form:"number"`
	On     jpdate.Date `form:"decided_on"`
	From   jpdate.Date `form:"from_on"`
	Sum    string      `form:"sum"`
}

func (p pages) record(ctx context.Context, r *web.Request, in recordInput) (web.Next, error) {
	d, err := p.s.Record(ctx, r.Actor(), id.ID(r.Path("draft")), setting.Decision{Sum: in.Sum, From: in.From, Number: in.Number, On: in.On})
	return decided(d), err
}

func decided(d setting.Draft) web.Next {
	return web.Next{Href: draftHref(string(d.ID)), Said: "決裁 " + d.Number + " のとおり、" + d.From.Wareki() + "から適用します。"}
}

type withdrawInput struct {
	Why string `form:"why"`
}

func (p pages) withdraw(ctx context.Context, r *web.Request, in withdrawInput) (web.Next, error) {
	draft := r.Path("draft")
	err := p.s.Withdraw(ctx, r.Actor(), id.ID(draft), in.Why)
	return web.Next{Href: draftHref(draft), Said: "案を取り下げました。"}, err
}
