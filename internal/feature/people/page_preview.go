package people

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// maxLines is how many rows each list of a preview shows.
const maxLines = 500

// showPreview tells what an import comes to, everything that is wrong with it, and asks whether it shall be so.
func (p pages) showPreview(ctx context.Context, r *web.Request, u Upload, b *uploadBody) error {
	others := actors(r.Query("others"))
	v, err := p.s.Preview(ctx, r.Actor(), u.ID, others...)
	if err != nil {
		return err
	}
	if today := p.d.today().String(); slices.ContainsFunc(v.Days, func(c Count) bool { return c.Title < today }) { // it corrects
		wrong, err := p.s.Meanwhile(ctx, r.Actor(), u.ID)
		if err != nil {
			return err
		}
		if b.Meanwhile, err = p.meanwhileTable(ctx, r.Actor(), wrong); err != nil {
			return err
		}
	}
	b.Steps = importSteps(1)
	b.Notices = previewNotices(v)
	b.Stats = previewStats(v)
	b.Held = faultTable("取り込めない行（"+ui.Figure(v.HeldRows)+"行）", v, v.Held)
	b.Means = meaning(v)
	if len(v.Absent) > 0 {
		t, err := p.absentTable(ctx, r.Actor(), v.Absent)
		if err != nil {
			return err
		}
		b.Means = append(b.Means, t)
	}
	if len(v.Warnings) > 0 {
		b.Means = append(b.Means, faultTable("気を付けること", v, v.Warnings))
	}
	b.Facts.Items = append(b.Facts.Items, ui.Description{Term: "読み取った内容", Cell: contents(v)})
	if len(v.Proposals) > 0 {
		b.Same = sameAs(u, v, others)
	}
	if v.Stop == "" && !v.Nothing {
		b.Confirm = r.Form(confirmForm(u, v, others))
	}
	b.Drop = r.Form(ui.Form{
		Action: uploadHref(u.ID) + "/drop", Fields: []ui.Field{{Name: "why", Label: "取り下げる理由", Wide: true}},
		Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "取り下げる", Quiet: true}}},
	})
	return nil
}

func previewNotices(v *Preview) []ui.Notice {
	var list []ui.Notice
	if v.Upload.Trouble != "" {
		list = append(list, ui.Notice{Tone: ui.Bad, Title: "前回は取り込めませんでした", Lines: strings.Split(v.Upload.Trouble, "\n")})
	}
	switch {
	case v.Stop != "":
		list = append(list, ui.Notice{Tone: ui.Bad, Title: "このままでは取り込めません", Lines: []string{v.Stop, "下の表の誤りを直したファイルを、もう一度送ってください。"}, Links: []ui.Link{{Text: "ファイルを送り直す", Href: "/people/import"}}})
	case v.Nothing:
		list = append(list, ui.Notice{Tone: ui.Info, Title: "変わることはありません", Lines: []string{"すべて取り込み済みの内容です。"}})
	default:
		n := ui.Notice{Tone: ui.Info, Title: "まだ何も変わっていません", Lines: []string{"内容を確かめて、下の「この内容で取り込む」を押すと取り込みます。" + inJapan(v.Opens) + "に公表されます。"}}
		if v.HeldRows > 0 {
			n.Lines = append(n.Lines, "誤りのある"+ui.Figure(v.HeldRows)+"行は保留となり、取り込んだ後で1行ずつ直せます。")
		}
		list = append(list, n)
	}
	return list
}

// previewStats are the numbers: what the rows are, then what they lead to.
func previewStats(v *Preview) ui.Stats {
	var s ui.Stats
	for _, c := range v.Counts {
		tile := ui.Stat{Number: ui.Figure(c.N), Unit: "行", Label: c.Title}
		if c.ID == "held" {
			tile.Href, tile.Badge = "#held", ui.Badge{Text: "要確認", Tone: ui.Bad}
		}
		s.Items = append(s.Items, tile)
	}
	for _, x := range []struct {
		n            int
		unit, label  string
		anchor, todo string
	}{
		{len(v.Absent), "人", "名簿になく退職・転出", "#list-absent", "人数の確認"},
		{len(v.Proposals), "人", "前と同じ人", "#list-same", "人数の確認"},
		{len(v.Vacant), "席", "空席になる役割", "#list-vacant", "要対応"},
		{len(v.Filled), "席", "埋まる空席", "#list-filled", ""},
		{len(v.Lapses), "人", "失効する代行者", "#list-lapses", "要対応"},
		{len(v.Units), "件", "できる・なくなる組織", "#list-units", ""},
	} {
		if x.n > 0 {
			tile := ui.Stat{Number: ui.Figure(x.n), Unit: x.unit, Label: x.label, Href: x.anchor}
			if x.todo != "" {
				tile.Badge = ui.Badge{Text: x.todo, Tone: ui.Warn}
			}
			s.Items = append(s.Items, tile)
		}
	}
	return s
}

// cutOff says in a table that the rest of its rows is left out.
func cutOff(t ui.Table, all int) ui.Table {
	if all > len(t.Rows) {
		t.Caption += "。先頭の" + ui.Figure(len(t.Rows)) + "件を示します"
	}
	return t
}

// faultTable lists what is wrong by cell.
func faultTable(caption string, v *Preview, faults []Fault) ui.Table {
	t := ui.Table{Caption: caption, Stack: true, Empty: "誤りのある行はありません。", Columns: []ui.Column{{Title: "ファイル", Head: true}, {Title: "ところ", Keep: true}, {Title: "列", Keep: true}, {Title: "内容"}}}
	for _, f := range faults[:min(len(faults), maxLines)] {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(f.File), ui.Text(f.Where), ui.Text(columnTitle(v.Tables, f)), ui.Text(f.Message)}})
	}
	return cutOff(t, len(faults))
}

// columnTitle is the title of the column of a fault.
func columnTitle(tables []Table, f Fault) string {
	for _, t := range tables {
		if title := t.Form.titleOf(f.Column); title != "" && strings.HasPrefix(t.File, f.File) {
			return title
		}
	}
	return ""
}

// contents are the forms that the files turned out to be, and the 発令区分 in them.
func contents(v *Preview) ui.Cell {
	var cell ui.Cell
	for _, t := range v.Tables {
		cell = append(cell, ui.Item{Text: t.File + "　" + t.Form.Title() + "　" + ui.Figure(t.Rows) + "行"})
	}
	var words []string
	for _, c := range v.Words {
		words = append(words, c.Title+" "+ui.Figure(c.N))
	}
	if len(words) > 0 {
		cell = append(cell, ui.Item{Text: strings.Join(words, "、"), Quiet: true})
	}
	return cell
}

// meaning is what an import leads to.
func meaning(v *Preview) []ui.Table {
	var all []ui.Table
	add := func(t ui.Table, n int) {
		if n > 0 {
			all = append(all, cutOff(t, n))
		}
	}
	add(seatTable("空席になる役割", "いま担う人", "vacant", v.Vacant, func(s Seat) string { return s.Was }), len(v.Vacant))
	add(seatTable("埋まる空席", "これから担う人", "filled", v.Filled, func(s Seat) string { return s.Is }), len(v.Filled))
	lapses := ui.Table{Caption: "失効する代行者", Stack: true, Columns: []ui.Column{{Title: "代行者", Head: true}, {Title: "役割"}, {Title: "どこの"}, {Title: "指名した人"}, {Title: "いつまで"}}}
	for i, x := range v.Lapses[:min(len(v.Lapses), maxLines)] {
		until := ui.Cell{{Text: "すぐ失効", Tone: ui.Warn}}
		if !x.Until.IsZero() {
			until = ui.Cell{{Text: "暫定", Tone: ui.Warn}, {Text: x.Until.Wareki() + "まで"}}
		}
		lapses.Rows = append(lapses.Rows, ui.Row{ID: anchor("lapses", i), Cells: []ui.Cell{ui.Text(x.Deputy), ui.Text(x.Role), ui.Text(x.Place), ui.Text(x.Giver), until}})
	}
	add(lapses, len(v.Lapses))
	units := ui.Table{Caption: "できる・なくなる組織", Stack: true, Columns: []ui.Column{{Title: "組織", Head: true}, {Title: "コード", Keep: true}, {Title: "いつ"}}}
	for i, x := range v.Units[:min(len(v.Units), maxLines)] {
		what := ui.Cell{{Text: x.Name, Mark: ui.Removed}}
		when := x.Day.Wareki() + "まで"
		if x.New {
			what[0].Mark, when = ui.Added, x.Day.Wareki()+"から"
		}
		units.Rows = append(units.Rows, ui.Row{ID: anchor("units", i), Cells: []ui.Cell{what, ui.Text(x.Code), ui.Text(when)}})
	}
	add(units, len(v.Units))
	if len(v.Days) > 1 {
		days := ui.Table{Caption: "日ごとの変更", Stack: true, Columns: []ui.Column{{Title: "日", Head: true}, {Title: "件数", Number: true}}}
		for _, c := range v.Days {
			days.Rows = append(days.Rows, ui.Row{Cells: []ui.Cell{ui.Text(inWords("from_on", c.Title)), ui.Text(ui.Figure(c.N))}})
		}
		add(days, len(v.Days))
	}
	return all
}

// anchor is the id of the first row of a list, "" for the others.
func anchor(name string, row int) string {
	if row > 0 {
		return ""
	}
	return "list-" + name
}

func seatTable(caption, who, name string, seats []Seat, of func(Seat) string) ui.Table {
	t := ui.Table{Caption: caption, Stack: true, Columns: []ui.Column{{Title: "どこの", Head: true}, {Title: "役割"}, {Title: who}}}
	for i, x := range seats[:min(len(seats), maxLines)] {
		t.Rows = append(t.Rows, ui.Row{ID: anchor(name, i), Cells: []ui.Cell{{{Text: x.Name}, {Text: x.Code, Quiet: true}}, ui.Text(x.Role), ui.Text(of(x))}})
	}
	return t
}

// absentTable lists who leaves because a complete list does not name them.
func (p pages) absentTable(ctx context.Context, by *access.Actor, absent []Absent) (ui.Table, error) {
	t := ui.Table{Caption: "名簿になく、退職・転出になる人（" + ui.Figure(len(absent)) + "人）", Stack: true, Columns: []ui.Column{{Title: "氏名", Head: true}, {Title: "職員番号", Keep: true}, {Title: "いまの所属と職"}, {Title: "最後の日"}}}
	err := p.d.on(ctx, by, p.d.today(), func(s snapshot) error {
		some := absent[:min(len(absent), maxLines)]
		var people []id.ID
		for _, x := range some {
			people = append(people, x.Person)
		}
		posts, err1 := s.PostTitles(ctx, s)
		err2 := s.meet(ctx, people...)
		t.Rows = nil
		for i, x := range some {
			name := ui.Item{Text: x.Name}
			if s.opens(x.Person) {
				name.Href = s.to(access.PeopleRead, "/people/"+string(x.Person))
			}
			t.Rows = append(t.Rows, ui.Row{ID: anchor("absent", i), Cells: []ui.Cell{
				{name, {Text: x.Kana, Quiet: true}}, ui.Text(x.Number), ui.Text(strings.TrimSpace(s.unitName(x.Unit) + " " + posts[x.Post])), ui.Text(x.Last.Wareki()),
			}})
		}
		return errors.Join(err1, err2)
	})
	return cutOff(t, len(absent)), err
}

// sameAs lists who is taken for somebody who left, and asks who is not.
func sameAs(u Upload, v *Preview, others []string) sameView {
	t := ui.Table{Caption: "前の職員番号の人と同じ人とみなす人（" + ui.Figure(len(v.Proposals)) + "人）", Stack: true, Columns: []ui.Column{{Title: "氏名", Head: true}, {Title: "新しい番号", Keep: true}, {Title: "前の番号", Keep: true}, {Title: "退職した日"}, {Title: "扱い", Keep: true}}}
	for i, x := range v.Proposals[:min(len(v.Proposals), maxLines)] {
		as := ui.Cell{{Text: "同じ人", Tone: ui.Info}}
		if !x.Confirmed {
			as = ui.Cell{{Text: "別の人", Tone: ui.Neutral}}
		}
		t.Rows = append(t.Rows, ui.Row{ID: anchor("same", i), Cells: []ui.Cell{ui.Text(x.Name), ui.Text(x.Number), ui.Text(x.Old), ui.Text(x.Left.Wareki()), as}})
	}
	return sameView{cutOff(t, len(v.Proposals)), ui.SearchForm{
		Action: uploadHref(u.ID), Submit: "別の人とする", Fields: []ui.Field{{Name: "others", Label: "同じ人ではない人の新しい番号", Help: "空白で区切っていくつでも", Value: strings.Join(others, " "), Wide: true}},
	}}
}

// confirmForm asks for what only a person can know: that so many really leave, and that so many are who they seem to be.
func confirmForm(u Upload, v *Preview, others []string) ui.Form {
	query := ""
	if len(others) > 0 {
		query = "?" + url.Values{"others": {strings.Join(others, " ")}}.Encode()
	}
	f := ui.Form{Action: uploadHref(u.ID) + query, Buttons: ui.Buttons("この内容で取り込む", "/people/import")}
	shown := v.Confirmed(others...)
	if shown.Leavers > 0 {
		f.Fields = append(f.Fields, ui.Field{Type: ui.Number, Name: "leavers", Label: "名簿になく退職・転出になる人数", Help: "上の表の人数と、人事の資料の人数を比べて、その人数を入れてください", Required: true})
	}
	if shown.Same > 0 {
		f.Fields = append(f.Fields, ui.Field{Type: ui.Number, Name: "same", Label: "前と同じ人とみなす人数", Help: "別の人を除いた人数を入れてください", Required: true})
	}
	sure := "内容を確かめました"
	if v.HeldRows > 0 {
		sure = "内容と、" + ui.Figure(v.HeldRows) + "行が保留になることを確かめました"
	}
	f.Fields = append(f.Fields, ui.Sure(sure), ui.Field{Type: ui.Hidden, Name: "others", Value: strings.Join(others, " ")})
	return f
}

func (p pages) confirm(ctx context.Context, r *web.Request, in struct {
	Leavers int    `form:"leavers"`
	Same    int    `form:"same"`
	Others  string `form:"others"`
	Sure    bool   `form:"sure,required"`
},
) (web.Next, error) {
	upload := id.ID(r.Path("upload"))
	err := p.s.Apply(ctx, r.Actor(), upload, Choice{Leavers: in.Leavers, Same: in.Same, Others: actors(in.Others)})
	return web.Next{Href: uploadHref(upload), Said: "取り込みを始めました。"}, err
}
