package ledger

import (
	"context"
	"net/url"

	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// keeping adds to an entry's page how long it is kept, and what makes that longer or ends it.
func (v *entryView) keeping(d *register.Desk, r *web.Request, e register.Entry) error {
	keep, ok, err := d.Keeping(e)
	if err != nil || !ok {
		return err
	}
	v.Facts.Items = append(v.Facts.Items, ui.Description{Term: "保存期間", Cell: keptUntil(d, keep)})
	if may, err := d.MayExtend(e.Home); err != nil || !may {
		return err
	}
	base := entryHref(d.Book, e)
	v.Extend = r.Form(ui.Form{Action: base + "/extend", Buttons: ui.Buttons("保存を延長する", ""), Fields: extending()})
	lift := ui.Field{Type: ui.Radio, Name: "extension", Label: "解く延長", Required: true}
	for _, x := range keep.Extensions {
		lift.Options = append(lift.Options, ui.Option{Value: string(x.ID), Text: extension(x)})
	}
	if len(lift.Options) == 1 {
		lift.Value = lift.Options[0].Value
	}
	if lift.Options != nil {
		v.Lift = r.Form(ui.Form{Action: base + "/lift", Buttons: ui.Buttons("延長を解く", ""), Fields: []ui.Field{lift}})
	}
	return nil
}

// keptUntil says until when an entry is kept.
func keptUntil(d *register.Desk, k register.Keeping) ui.Cell {
	c := ui.Text(k.Span.Words() + "（「" + d.State(k.From) + "」になった日の翌年度4月1日から）")
	switch {
	case !k.Until.IsZero():
		c = ui.Text(k.Until.Wareki() + "まで")
	case k.From == "":
		c = ui.Text("定められていません")
	}
	for _, x := range k.Extensions {
		c = append(c, ui.Item{Text: extension(x)})
	}
	return c
}

// extension is one in words.
func extension(x register.Extension) string {
	if x.Until.IsZero() {
		return "延長中：" + x.Reason
	}
	return x.Until.Wareki() + "まで延長：" + x.Reason
}

func thisEntry(r *web.Request) string {
	return bookHref(r) + "/entry/" + url.PathEscape(r.Path("entry"))
}

type extendInput struct {
	Reason string      `form:"extension_reason"`
	Until  jpdate.Date `form:"extension_until"`
}

func (p pages) extend(ctx context.Context, r *web.Request, in extendInput) (web.Next, error) {
	err := p.s.Extend(ctx, r.Actor(), r.Path("regime"), r.Path("book"), id.ID(r.Path("entry")), register.Extending(in))
	return web.Next{Href: thisEntry(r), Said: "保存を延長しました。延長を解くまで、または期限まで、廃棄予定一覧に載りません。"}, err
}

type liftInput struct {
	Extension string `form:"extension,required"`
}

func (p pages) lift(ctx context.Context, r *web.Request, in liftInput) (web.Next, error) {
	err := p.s.Lift(ctx, r.Actor(), r.Path("regime"), r.Path("book"), id.ID(in.Extension))
	return web.Next{Href: thisEntry(r), Said: "延長を解きました。"}, err
}
