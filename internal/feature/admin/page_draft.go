package admin

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// draftView asks for all values of a draft at once.
type draftView struct {
	web.Page
	Day          ui.SearchForm
	Form         ui.Form
	First, Pairs []ui.Field // of the form: about the draft; and of each setting its value and the reason
}

// reason begins the name of the field with the reason for the value of a setting, whose own field bears its key.
const reason = "reason."

func (p pages) drafting(ctx context.Context, r *web.Request) (draftView, error) {
	v := draftView{Page: r.Page("標準運用値の案を作る", ui.Link{Text: "標準運用値", Href: settingsHref})}
	v.Lead = "すべての設定を1件の起案にまとめます。決まっている値と、まだのものには関守の提案が入っています。"
	day, err := p.day(r)
	if err != nil {
		return v, errs.New(errs.NotFound, "「%s」は日付として読めません。", r.Query("on"))
	}
	v.Day = ui.SearchForm{
		Action: settingsHref + "/draft", Submit: "この日の設定にする", Fields: []ui.Field{{Type: ui.Date, Name: "on", Label: "この日から適用する案", Value: day.Wareki(), Help: "規程の版によって、決める設定が変わります"}},
	}
	list, err := p.s.On(ctx, day)
	if err != nil {
		return v, err
	}
	before, title, err := p.copied(ctx, r)
	if err != nil {
		return v, err
	}
	v.Form = r.Form(ui.Form{
		Action: settingsHref + "/draft?" + url.Values{"on": {day.String()}}.Encode(), Buttons: ui.Buttons("案を作る", settingsHref),
		Fields: append([]ui.Field{
			{Name: "title", Label: "件名", Value: title, Required: true, Wide: true},
			{Type: ui.Date, Name: "from_on", Label: "施行する日", Value: day.Wareki(), Required: true},
			ownerField(list, before),
			{Type: ui.Check, Name: "all", Label: "値の変わらない設定も、案に含める"},
		}, settingFields(list, before)...),
	})
	v.First, v.Pairs = v.Form.Fields[:4], v.Form.Fields[4:]
	return v, nil
}

// copied is what an earlier draft asked for, by key, where the new one begins with it, and the title.
func (p pages) copied(ctx context.Context, r *web.Request) (map[string]setting.Line, string, error) {
	lines := map[string]setting.Line{}
	title := "標準運用値を定めることについて"
	draft := r.Query("copy")
	if draft == "" {
		return lines, title, nil
	}
	err := p.s.log.DB().View(ctx, func(reader db.Reader) error {
		d, err := setting.DraftOf(ctx, reader, id.ID(draft))
		if err != nil {
			return errs.Wrap(err, errs.NotFound, "この案はありません。")
		}
		paper, err := d.Paper()
		title = d.Title
		for _, l := range paper.Lines {
			lines[l.Owner+"."+l.ID] = l
		}
		return err
	})
	return lines, title, err
}

// ownerField asks whose settings the draft is about: all, or those of the draft that it begins with.
func ownerField(list []Setting, before map[string]setting.Line) ui.Field {
	f := ui.Field{Type: ui.Checks, Name: "owner", Label: "案に含める規程", Help: "決める人が規程によって違うときは、案を分けます", Required: true}
	for _, x := range list {
		if !slices.ContainsFunc(f.Options, func(o ui.Option) bool { return o.Value == x.Owner }) {
			f.Options = append(f.Options, ui.Option{Value: x.Owner, Text: x.Policy})
		}
		if _, was := before[x.Key()]; (was || len(before) == 0) && !slices.Contains(f.Values, x.Owner) {
			f.Values = append(f.Values, x.Owner)
		}
	}
	return f
}

// settingFields asks for each setting and why.
func settingFields(list []Setting, before map[string]setting.Line) []ui.Field {
	var fields []ui.Field
	owner := ""
	for _, x := range list {
		f := ui.Field{Name: x.Key(), Label: x.Title, Value: x.Text, Help: help(x), Required: x.Unit != setting.Lines}
		if x.Owner != owner {
			owner, f.Heading = x.Owner, x.Policy
		}
		old, known := before[x.Key()]
		if known && old.Unit == x.Unit {
			f.Value = old.Value
		}
		switch x.Unit {
		case setting.Many:
			f.Type, f.Values, f.Value = ui.Checks, strings.Split(f.Value, "\n"), ""
			for _, o := range x.Options {
				f.Options = append(f.Options, ui.Option{Value: o.ID, Text: o.Title})
			}
		case setting.Lines:
			f.Type = ui.Area
		default:
			f.Type = ui.Number
			f.Label += "（" + x.Unit.Title() + "）"
		}
		fields = append(fields, f, ui.Field{Name: reason + x.Key(), Label: "理由・備考（" + x.Title + "）", Value: old.Reason, Wide: true})
	}
	return fields
}

// help says what a setting is now, what we propose and which values there are.
func help(x Setting) string {
	var parts []string
	switch x.State {
	case setting.InForce:
		parts = append(parts, "現在は"+x.String()+"（決裁 "+x.Decision.Number+"）")
	case setting.Outdated:
		parts = append(parts, "以前の決裁 "+x.Decision.Number+" の値は使えず、未決定です")
	case setting.Proposed:
		parts = append(parts, "未決定")
	}
	for _, c := range x.Coming {
		parts = append(parts, c.From.Wareki()+"から"+x.Words(c.Value)+"（決裁 "+c.Number+"）")
	}
	parts = append(parts, "関守の提案は"+x.Words(x.Proposal))
	if words := x.Range(); words != "" {
		parts = append(parts, words)
	}
	if x.Note != "" {
		parts = append(parts, x.Note)
	}
	return strings.Join(parts, "。") + "。"
}

// draftInput is what the form sends: fields of settings bear their keys.
type draftInput struct {
	Title   string              `form:"title"`
	From    jpdate.Date         `form:"from_on"`
	Owners  []string            `form:"owner,required"`
	All     bool                `form:"all"`
	Reasons map[string][]string `form:"reason.*"`
	Values  map[string][]string `form:"*"`
}

func (p pages) propose(ctx context.Context, r *web.Request, in draftInput) (web.Next, error) {
	wishes := map[string]setting.Wish{}
	for key, why := range in.Reasons { // the reason is always sent; of boxes none may be ticked
		wishes[key] = setting.Wish{Value: in.Values[key], Reason: strings.Join(why, "\n")}
	}
	made, err := p.s.Propose(ctx, r.Actor(), setting.Proposal{Title: in.Title, From: in.From, Owners: in.Owners, All: in.All, Wishes: wishes})
	return web.Next{Href: draftHref(string(made.ID)), Said: "案を作りました。印刷して回議するか、決裁権者に見てもらってください。"}, err
}
