package ledger

import (
	"context"
	"slices"
	"strings"

	"sekimori/internal/base/id"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// lookForm asks why somebody wants to read what is read under record.
func lookForm(d *register.Desk, e register.Entry) ui.Form {
	return ui.Form{Action: entryHref(d.Book, e) + "/look", Buttons: ui.Buttons("表示する（閲覧を記録します）", ""), Fields: []ui.Field{
		{Name: register.AtReason, Label: "見る理由", Help: "だれが、いつ、なぜ見たかが、この記録の変更の履歴と証跡に残ります。", Required: true, Wide: true},
	}}
}

type lookInput struct {
	Reason string `form:"reason"`
}

// look shows once what is to be read under record, after the trail holds who reads it and why.
func (p pages) look(ctx context.Context, r *web.Request, in lookInput) (entryView, error) {
	shown, err := p.s.Look(ctx, r.Actor(), r.Path("regime"), r.Path("book"), id.ID(r.Path("entry")), in.Reason)
	if err != nil {
		return entryView{}, err
	}
	v, err := p.entry(ctx, r)
	for _, x := range shown {
		lines := slices.DeleteFunc(strings.Split(x.Said, "\n"), func(s string) bool { return s == "" })
		v.Looked.Items = append(v.Looked.Items, ui.Description{Term: x.Title, Cell: ui.Text(lines...)})
	}
	return v, err
}
