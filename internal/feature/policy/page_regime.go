package policy

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// regimeView is every page of one regime that is a row of tables.
type regimeView struct {
	web.Page
	Sides  ui.Tabs
	Import ui.Notice
	Note   ui.Notice
	Facts  ui.DescriptionList
	Tables []ui.Table
}

// side makes the handler of one page of a regime from what fills it.
func (p pages) side(side, title string, fill func(*Book, *regimeView)) func(context.Context, *web.Request) (regimeView, error) {
	return func(ctx context.Context, r *web.Request) (regimeView, error) {
		b, err := p.book(ctx, r)
		if err != nil {
			return regimeView{}, err
		}
		v := regimeView{Sides: sides(b, side)}
		if side == "" {
			v.Page = r.Page(b.Title, ui.Link{Text: "規程", Href: "/policy"})
		} else {
			v.Page = r.Page(title, above(b)...)
			v.Kicker = b.Title
		}
		fill(b, &v)
		return v, nil
	}
}

// overview is the first page of a regime; only it also names imported texts of other editions.
func (p pages) overview(ctx context.Context, r *web.Request) (regimeView, error) {
	v, err := p.side("", "", overview)(ctx, r)
	if err != nil {
		return v, err
	}
	id, _, _ := strings.Cut(r.Path("regime"), "@")
	texts, err := p.s.Editions(ctx, id)
	if err != nil {
		return v, err
	}
	var cell ui.Cell
	for _, t := range texts {
		cell = append(cell, ui.Item{Text: "第" + t.Edition + "版（" + jpdate.Today(t.ImportedAt.Time()).Wareki() + "に取込み）"}, ui.Item{Text: "SHA-256 " + t.Sum, Quiet: true})
	}
	if len(cell) > 0 {
		v.Facts.Items = append(v.Facts.Items, ui.Description{Term: "取り込んだ本文", Cell: cell})
	}
	return v, nil
}

func overview(b *Book, v *regimeView) {
	v.Import = howToImport(b)
	card := b.card()
	v.Facts = card.Facts
	v.Facts.Items = append(v.Facts.Items, ui.Description{Term: "パックの検証値", Cell: ui.Cell{{Text: "SHA-256 " + b.Hash, Quiet: true}}})
	v.Tables = append(v.Tables, card.Documents)
	for _, d := range b.Documents {
		if len(d.History) == 0 {
			continue
		}
		t := ui.Table{Caption: "改訂の履歴: " + d.Title, Columns: []ui.Column{{Title: "版", Head: true, Keep: true}, {Title: "施行", Keep: true}, {Title: "決裁", Keep: true}, {Title: "理由"}}}
		for _, h := range slices.Backward(d.History) {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text("第" + h.Edition + "版"), ui.Text(h.Effective.Wareki()), ui.Text(h.Decided.Wareki()), ui.Text(h.Why)}})
		}
		v.Tables = append(v.Tables, t)
	}
}

func rolesSide(b *Book, v *regimeView) {
	t := ui.Table{Caption: "役割", Stack: true, Columns: []ui.Column{
		{Title: "役割", Head: true}, {Title: "条項", Keep: true}, {Title: "単位", Keep: true}, {Title: "だれが務めるか"}, {Title: "代わりに務める者"}, {Title: "義務", Number: true},
	}}
	for _, r := range b.Roles {
		name := ui.Cell{{Text: r.Title, Href: roleHref(b, r.ID)}}
		if r.Short != "" {
			name = append(name, ui.Item{Text: "略称 " + r.Short, Quiet: true})
		}
		if r.Privileged {
			name = append(name, ui.Item{Text: "特権を持つ", Tone: ui.Warn})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			name, {clauseItem(b, r.Clause)}, ui.Text(r.Scope.Title()), ui.Text(b.holders(r)...), b.deputies(r), ui.Text(strconv.Itoa(len(b.DutiesFor(r.ID)))),
		}})
	}
	s := ui.Table{Caption: "スロット（共通の定義が使う呼び名）", Stack: true, Columns: []ui.Column{{Title: "呼び名", Head: true}, {Title: "この版での役割"}}}
	for _, x := range b.Slots {
		bound := ui.Text(b.roleNames(x.Roles)...)
		if x.None != "" {
			bound = ui.Text("置かない（" + x.None + "）")
		}
		s.Rows = append(s.Rows, ui.Row{Cells: []ui.Cell{ui.Text(x.Title), bound}})
	}
	v.Tables = []ui.Table{t, s}
}

// holders says who holds a role.
func (b *Book) holders(r org.Role) []string {
	h := r.HeldBy
	switch {
	case h.Post != "":
		return []string{h.Post}
	case h.HeadOf == "owner":
		return []string{"所管する組織の長"}
	case h.HeadOf != "":
		return []string{map[string]string{"bureau": "局室区等の長", "section": "課の長", "school": "学校園の長"}[h.HeadOf]}
	case h.Role != "":
		who := b.roleNames([]string{h.Role})[0]
		if h.Of == "owner" {
			who = "所管する組織の" + who
		}
		return []string{who}
	case len(r.OneOf) > 0:
		return append([]string{"次の役割の総称"}, b.roleNames(r.OneOf)...)
	}
	return []string{"該当する職員等の全員"}
}

func (b *Book) deputies(r org.Role) ui.Cell {
	d := r.Deputy
	if d == nil {
		return nil
	}
	var c ui.Cell
	switch {
	case d.Post != "":
		c = ui.Text(d.Post)
	case d.Role != "":
		c = ui.Text(b.roleNames([]string{d.Role})...)
	case d.NamedBy != "":
		c = ui.Text("本人が指名する者")
	}
	if d.Clause != "" {
		c = append(c, clauseItem(b, d.Clause))
	}
	return c
}

func classesSide(b *Book, v *regimeView) {
	axes := ui.Table{Caption: "分類の軸と段（低い順）", Columns: []ui.Column{{Title: "軸", Head: true}, {Title: "段"}}}
	for _, a := range b.Axes {
		axes.Rows = append(axes.Rows, ui.Row{Cells: []ui.Cell{ui.Text(a.Title), ui.Text(strings.Join(a.Levels, " ＜ "))}})
	}
	v.Tables = append(v.Tables, axes)
	if o := b.Overall; o != nil {
		t := ui.Table{Caption: o.Title + "（いずれかの軸が達した最も高い行）", Columns: []ui.Column{{Title: o.Title, Head: true}}}
		for _, a := range b.Axes {
			t.Columns = append(t.Columns, ui.Column{Title: a.Title})
		}
		for _, row := range o.Rows {
			cells := []ui.Cell{ui.Text(row.Level)}
			for _, a := range b.Axes {
				at := row.Axes[a.ID]
				if at == "" {
					at = "（達しない）"
				}
				cells = append(cells, ui.Text(at))
			}
			t.Rows = append(t.Rows, ui.Row{Cells: cells})
		}
		v.Tables = append(v.Tables, t)
	}
	terms := ui.Table{Caption: "分類にかかわる呼び名", Stack: true, Columns: []ui.Column{{Title: "呼び名", Head: true}, {Title: "意味"}, {Title: "条項", Keep: true}}}
	for _, x := range b.Terms {
		terms.Rows = append(terms.Rows, ui.Row{Cells: []ui.Cell{ui.Text(x.Title), ui.Text(b.Meaning(x.Is, "")), {clauseItem(b, x.Clause)}}})
	}
	v.Tables = append(v.Tables, terms)
}

// settings shows what the edition leaves open, with what the body has decided about it for today.
func (p pages) settings(ctx context.Context, r *web.Request) (regimeView, error) {
	values, today, err := p.s.Values(ctx)
	if err != nil {
		return regimeView{}, err
	}
	return p.side("settings", "設定", func(b *Book, v *regimeView) { settingsSide(b, v, values, today) })(ctx, r)
}

func settingsSide(b *Book, v *regimeView, values setting.Values, today jpdate.Date) {
	t := ui.Table{Caption: "設定（標準運用値）", Stack: true, Columns: []ui.Column{{Title: "設定", Head: true}, {Title: "値", Keep: true}, {Title: "決裁"}, {Title: "この値で期限が決まる義務"}}}
	open := 0
	for _, s := range b.Settings {
		d := b.Declare(s)
		value := values.At(d, today)
		is, decision := ui.Text(value.String()), ui.Cell{{Text: "まだ決まっていません", Quiet: true}}
		if value.Decided() {
			decision = ui.Cell{{Text: value.Decision.Number}, {Text: value.Decision.On.Wareki() + "決裁、" + value.Decision.From.Wareki() + "施行", Quiet: true}}
		} else {
			open++
			is = append(is, ui.Item{Text: "提案", Tone: ui.Warn})
		}
		for _, c := range values.Coming(d, today) {
			decision = append(decision, ui.Item{Text: c.From.Wareki() + "から" + d.Words(c.Value) + "（決裁 " + c.Number + "）", Quiet: true})
		}
		name := ui.Text(s.Title)
		if s.Note != "" {
			name = append(name, ui.Item{Text: s.Note, Quiet: true})
		}
		t.Rows = append(t.Rows, ui.Row{ID: s.ID, Cells: []ui.Cell{name, is, decision, b.usesCell(s.ID)}})
	}
	v.Tables = []ui.Table{t}
	if open > 0 {
		v.Note = ui.Notice{Tone: ui.Info, Title: "「提案」とある値は、団体がまだ決めていません（" + ui.Figure(open) + "件）", Lines: []string{
			"規程が期限や間隔を定めていないところを、団体が決める値です。団体が決めるまでは関守の提案を示します。規程の定めではありません。",
		}}
	}
}

// usesCell names the duties in which a setting stands.
func (b *Book) usesCell(setting string) ui.Cell {
	var uses ui.Cell
	for _, d := range b.Uses(setting) {
		item := clauseItem(b, d.Clause)
		item.Text += " " + d.Duty
		uses = append(uses, item)
	}
	switch {
	case setting == b.Provisional:
		uses = append(uses, ui.Item{Text: "代行者がいつまで務めるかを決める", Quiet: true})
	case len(uses) == 0:
		uses = ui.Cell{{Text: "台帳や申請の定義で使う", Quiet: true}}
	}
	return uses
}

func kindsSide(b *Book, v *regimeView) {
	for _, k := range b.Registers {
		v.Tables = append(v.Tables, b.fieldTable("台帳", k.Title, k.Fields))
	}
	for _, r := range b.Requests {
		fields := r.Fields
		if r.After != nil {
			fields = slices.Concat(fields, r.After.Fields)
		}
		v.Tables = append(v.Tables, b.fieldTable("申請", r.Title, fields))
	}
	t := ui.Table{Caption: "まだない記録（義務が名指しするもの）", Stack: true, Columns: []ui.Column{{Title: "名前", Head: true}, {Title: "示す義務"}}}
	for _, x := range b.Planned {
		var duties ui.Cell
		for _, d := range b.Duties {
			if d.Check != nil && (d.Check.Target == x.ID || d.Check.Log == x.ID) {
				item := clauseItem(b, d.Clause)
				item.Text += " " + d.Duty
				duties = append(duties, item)
			}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(x.Title), duties}})
	}
	v.Tables = append(v.Tables, t)
}

func (b *Book) fieldTable(sort, title string, fields []register.Field) ui.Table {
	t := ui.Table{Caption: sort + "「" + title + "」の項目", Stack: true, Columns: []ui.Column{{Title: "項目", Head: true}, {Title: "必須", Keep: true}, {Title: "選択肢"}}}
	for _, f := range fields {
		required := ""
		if f.Required {
			required = "必須"
		}
		if f.Required && f.When != nil {
			required = "条件により必須"
		}
		var options ui.Cell
		for _, o := range f.Options {
			options = append(options, ui.Item{Text: o.Title})
		}
		for _, x := range f.Fields {
			options = append(options, ui.Item{Text: x.Title})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(f.Title), ui.Text(required), options}})
	}
	return t
}

func defectsSide(b *Book, v *regimeView) {
	t := ui.Table{Caption: "読む人にしか分からない欠陥（パックが挙げるもの）", Stack: true, Columns: []ui.Column{
		{Title: "条項", Head: true, Keep: true}, {Title: "行", Number: true}, {Title: "種類", Keep: true}, {Title: "語句"}, {Title: "説明"}, {Title: "読み方"},
	}}
	var lines []clause.Defect // of the declared ones, in their order
	if b.Text != nil {
		lines = clause.Find(b.Text, b.Defects)
	}
	for i, k := range b.Defects {
		at := ""
		if lines != nil {
			at = strconv.Itoa(lines[i].Line)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{clauseItem(b, k.Clause)}, ui.Text(at), ui.Text(k.Kind.Title()), ui.Text(k.Words), ui.Text(k.Note), ui.Text(k.Reading)}})
	}
	v.Tables = []ui.Table{t}
	if b.Text == nil {
		v.Import = howToImport(b)
		return
	}
	seen := ui.Table{Caption: "取込みで見つかった欠陥（全" + strconv.Itoa(len(b.Text.Defects)) + "件）", Stack: true, Columns: []ui.Column{
		{Title: "行", Number: true}, {Title: "種類", Keep: true}, {Title: "条項", Keep: true}, {Title: "原文"}, {Title: "説明"},
	}}
	for _, d := range b.Text.Defects {
		seen.Rows = append(seen.Rows, ui.Row{Cells: []ui.Cell{ui.Text(strconv.Itoa(d.Line)), ui.Text(d.Kind.Title()), {clauseItem(b, d.Clause)}, ui.Text(d.Text), ui.Text(d.Note)}})
	}
	v.Tables = append(v.Tables, seen)
}

// line names a line of the imported file.
func line(n int) string { return strconv.Itoa(n) + "行目" }
