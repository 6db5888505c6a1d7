package ledger

import (
	"context"
	"io"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// importView is one import in whatever state it is: being read, to be confirmed, under way, or done.
type importView struct {
	web.Page
	Import importBody
}

type importBody struct {
	Steps    ui.Steps
	Notices  []ui.Notice
	Progress ui.Progress
	Stats    ui.Stats
	Faults   ui.Table
	Changes  ui.Table
	Files    ui.Table
	Heads    []ui.Table
	Notes    ui.Table
	Map      ui.Form
	MapOpen  bool
	Confirm  ui.Form
	Again    ui.Form
	Links    []ui.Link
	Facts    ui.DescriptionList
	Drop     ui.Form
}

func (p pages) importing(ctx context.Context, r *web.Request) (importView, error) {
	var v importView
	named, err := p.named(ctx, r)
	if err != nil {
		return v, notThere(err)
	}
	err = p.log.DB().View(ctx, func(reader db.Reader) error {
		u, d, err := p.sheets.seen(ctx, reader, r.Actor(), named.ID)
		if err != nil {
			return notThere(err)
		}
		v = importView{Page: r.Page(u.Title, append(way(d), ui.Link{Text: "ファイルから取り込む", Href: href(d.Book) + "/import"})...)}
		v.Kicker = d.Kind.Title
		names, err := actorNames(ctx, reader, d, func(yield func(string)) { yield(u.By); yield(u.Confirmed) })
		if err != nil {
			return err
		}
		v.Import.Facts = importFacts(u, names, r.Actor().Can(access.TrailRead))
		switch u.State {
		case Open:
			return p.showOpen(ctx, r, reader, d, u, &v)
		case Queued:
			return p.showQueued(ctx, reader, u, &v)
		case Applied:
			v.Import.Steps = importSteps(4)
			return p.showApplied(r, d, u, &v.Import)
		case Dropped:
			v.Import.Notices = []ui.Notice{{Tone: ui.Info, Title: "取り下げました", Lines: lines(u.Note)}}
		}
		return nil
	})
	return v, err
}

// notThere says in words that there is no such thing, or not for this reader.
func notThere(err error) error {
	if errs.KindOf(err) == errs.NotFound {
		return errs.Wrap(err, errs.NotFound, "この取り込みはないか、あなたの権限の範囲の外にあります。")
	}
	return err
}

func lines(words string) []string {
	return slices.DeleteFunc(strings.Split(words, "\n"), func(s string) bool { return s == "" })
}

func importFacts(u Upload, names map[string]string, proof bool) ui.DescriptionList {
	var l ui.DescriptionList
	add := func(term string, c ui.Cell) { l.Items = append(l.Items, ui.Description{Term: term, Cell: c}) }
	add("状態", ui.Cell{stateItem(u.State)})
	var files ui.Cell
	for _, f := range u.Sources() {
		files = append(files, ui.Item{Text: f.Name + "（" + size(f.Size) + "）"})
	}
	add("送られたファイル", files)
	add("受付", ui.Cell{{Text: feature.Moment(u.At)}, {Text: feature.Actor(u.By, names), Quiet: true}})
	if u.Confirmed != "" {
		add("確かめた人", ui.Text(feature.Actor(u.Confirmed, names)))
	}
	if proof {
		add("証跡", ui.Anchor("この取り込みの記録を見る", "/trail/thing/ledger-upload/"+string(u.ID)))
	}
	return l
}

// size is how large a file is.
func size(bytes int64) string {
	if bytes < 1<<20 {
		return ui.Figure(int((bytes+1023)>>10)) + "KB"
	}
	return ui.Figure(int((bytes+1<<20-1)>>20)) + "MB"
}

// jobOf is the job of an upload or a batch, as people see it.
func (p pages) jobOf(ctx context.Context, r db.Reader, of id.ID) (job.Job, error) {
	return p.sheets.Jobs.Get(ctx, r, of)
}

// refresh is after how many seconds a page under way shows itself anew.
const refresh = 2

// showOpen shows what an upload comes to, once that is known.
func (p pages) showOpen(ctx context.Context, r *web.Request, reader db.Reader, d *register.Desk, u Upload, v *importView) error {
	b := &v.Import
	b.Steps = importSteps(1)
	b.Drop = r.Form(ui.Form{
		Action: importHref(u) + "/drop", Fields: []ui.Field{{Name: "why", Label: "取り下げる理由", Wide: true}},
		Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "取り下げる", Quiet: true}}},
	})
	if u.Trouble != "" {
		b.Notices = append(b.Notices, ui.Notice{Tone: ui.Bad, Title: "前回は取り込めませんでした。台帳は何も変わっていません。", Lines: lines(u.Trouble)})
	}
	seen, err := readPreview(ctx, reader, u.ID)
	if err != nil {
		return err
	}
	check := ui.Form{Action: importHref(u) + "/check", Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "もう一度確かめる", Quiet: true}}}}
	if !seen.done() {
		j, err := p.jobOf(ctx, reader, seen.Job)
		if err != nil {
			return err
		}
		if j.State == job.Stopped {
			b.Notices, b.Again = append(b.Notices, ui.Notice{Tone: ui.Bad, Title: "途中で止まりました", Lines: lines(j.Error)}), check
			return nil
		}
		v.Refresh = refresh
		b.Progress = ui.Progress{Label: "ファイルを確かめています", Unit: "行", Done: int(j.Progress.Done), Total: int(j.Progress.Total)}
		b.Notices = append(b.Notices, ui.Notice{Tone: ui.Info, Title: "台帳はまだ何も変わっていません", Lines: []string{"ファイルが多いときは、しばらくかかります。この画面を閉じても続きます。"}})
		return nil
	}
	s, err := seen.shown()
	if err != nil {
		return err
	}
	if seen.By != r.Actor().Name {
		if s != nil {
			b.Stats = previewStats(s)
			for i := range b.Stats.Items {
				b.Stats.Items[i].Href = "" // what they lead to is not shown
			}
		}
		b.Notices = append(b.Notices, ui.Notice{Tone: ui.Info, Title: "ほかの人が確かめたものです", Lines: []string{"人によって見られる記録が違うので、件数だけを示します。取り込むには、自分で確かめてください。"}})
		check.Buttons.Buttons[0].Text = "自分で確かめる"
		b.Again = check
		return nil
	}
	form, err := mappingForm(d, u, mappingOf(seen.Mapping), s)
	if err != nil {
		return err
	}
	b.Map, b.Again = r.Form(form), check
	if seen.Fault != "" {
		b.MapOpen = true
		b.Notices = append(b.Notices, ui.Notice{Tone: ui.Bad, Title: "このままでは読めません", Lines: lines(seen.Fault)})
		return nil
	}
	p.showPreview(r, d, u, s, b)
	return nil
}

// showPreview shows what an upload comes to, everything that is wrong with it, and asks whether it shall be so.
func (p pages) showPreview(r *web.Request, d *register.Desk, u Upload, s *shownPreview, b *importBody) {
	b.Stats = previewStats(s)
	b.Faults = faultTable(s)
	b.Changes = changeTable(s)
	b.Files, b.Heads = fileTable(s), headTables(d, s)
	b.Notes = noteTable(s)
	b.Links = []ui.Link{{Text: "すべての行の結果（Excel）", Href: importHref(u) + "/result"}}
	_, missing := s.titles()
	b.MapOpen = len(missing) > 0 || s.New+s.Changed+s.Same == 0 || r.Typed("how") != nil
	back := slices.ContainsFunc(s.Files, func(f shownFile) bool { return f.Handout })
	n := ui.Notice{Tone: ui.Info, Title: "台帳はまだ何も変わっていません", Lines: []string{"内容を確かめて、下の「取り込む」で取り込みます。"}}
	switch {
	case s.New+s.Changed+s.Faulty == 0 && !back:
		b.Notices = append(b.Notices, ui.Notice{Tone: ui.Info, Title: "変わるものはありません", Lines: []string{"すべての行が、台帳と同じ内容です。"}})
		return
	case s.New+s.Changed+s.Faulty == 0:
		n.Lines = []string{"すべての行が、台帳と同じ内容です。取り込むと、配布した表が戻ったことになります。"}
	case len(missing) > 0:
		n = ui.Notice{Tone: ui.Warn, Title: "新しい行に必要な列がありません", Lines: []string{strings.Join(unique(missing), "、"), "「ファイルの読み方」で、どの列にあたるかを選べます。"}}
	}
	b.Notices = append(b.Notices, n)
	b.Confirm = r.Form(applyForm(u, s))
}

func unique(words []string) []string {
	var list []string
	for _, w := range words {
		if !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}

func applyForm(u Upload, s *shownPreview) ui.Form {
	f := ui.Form{Action: importHref(u), Buttons: ui.Buttons("取り込む", bookPath(u.Register)+"/import")}
	sure := "内容を確かめました"
	if s.Faulty > 0 {
		f.Fields = append(f.Fields, ui.Field{Type: ui.Radio, Name: "hold", Label: "誤りのある" + ui.Figure(s.Faulty) + "件をどうするか", Required: true, Options: []ui.Option{
			{Value: holdNone, Text: "全部正しいときだけ取り込む（直して送り直す）"}, {Value: holdRest, Text: "誤りのある行を保留にして取り込む"},
		}})
	}
	f.Fields = append(f.Fields, ui.Sure(sure), ui.Field{Type: ui.Hidden, Name: "sum", Value: s.Sum})
	return f
}

func previewStats(s *shownPreview) ui.Stats {
	var list ui.Stats
	for _, x := range []struct {
		n    int
		o    register.Outcome
		href string
	}{{s.New, register.RowNew, "#changes"}, {s.Changed, register.RowChanged, "#changes"}, {s.Same, register.RowSame, ""}, {s.Faulty, register.RowFaulty, "#faults-found"}} {
		tile := ui.Stat{Number: ui.Figure(x.n), Unit: "行", Label: x.o.Title()}
		if x.n > 0 {
			tile.Href = x.href
		}
		if x.o == register.RowFaulty && x.n > 0 {
			tile.Badge = ui.Badge{Text: "要確認", Tone: ui.Bad}
		}
		list.Items = append(list.Items, tile)
	}
	if len(s.Files) > 1 {
		list.Items = append(list.Items, ui.Stat{Number: ui.Figure(len(s.Files)), Unit: "個", Label: "ファイル"})
	}
	return list
}

// faultTable lists what is wrong by file, sheet and cell.
func faultTable(s *shownPreview) ui.Table {
	if s.FaultCount == 0 {
		return ui.Table{}
	}
	t := ui.Table{Caption: "誤り", Stack: true, Columns: []ui.Column{{Title: "ところ", Head: true}, {Title: "内容"}}}
	for i, f := range s.Faults {
		row := ui.Row{Cells: []ui.Cell{ui.Text(f.Where), ui.Text(f.Message)}}
		if i == 0 {
			row.ID = "faults-found"
		}
		t.Rows = append(t.Rows, row)
	}
	if s.FaultCount > len(s.Faults) {
		t.Caption += "（" + ui.Figure(s.FaultCount) + "件のうち、先頭の" + ui.Figure(len(s.Faults)) + "件。すべては結果の Excel にあります）"
	}
	return t
}

func noteTable(s *shownPreview) ui.Table {
	if s.NoteCount == 0 {
		return ui.Table{}
	}
	t := ui.Table{Caption: "気を付けること", Stack: true, Columns: []ui.Column{{Title: "ところ", Head: true}, {Title: "内容"}}}
	for _, f := range s.Notes {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(f.Where), ui.Text(f.Message)}})
	}
	return cutOff(t, s.NoteCount)
}

// changeTable lists the first rows that would be new or changed, with what they say before and after.
func changeTable(s *shownPreview) ui.Table {
	if s.New+s.Changed == 0 {
		return ui.Table{}
	}
	t := ui.Table{Caption: "新規と変更", Stack: true, Columns: []ui.Column{{Title: "行", Head: true}, {Title: "", Keep: true}, {Title: "記録"}, {Title: "前 → 後"}}}
	t.Columns[1].Title = "結果"
	for i, l := range s.Changes {
		tone := ui.Info
		if l.Outcome == register.RowNew {
			tone = ui.Good
		}
		where := ui.Cell{{Text: l.Where}}
		if l.File != "" {
			where = append(where, ui.Item{Text: l.File, Quiet: true})
		}
		what := ui.Cell{{Text: l.Title}}
		if l.Number != "" {
			what = append(what, ui.Item{Text: l.Number, Quiet: true})
		}
		row := ui.Row{Cells: []ui.Cell{where, {{Text: l.Outcome.Title(), Tone: tone}}, what, changeCell(l)}}
		if i == 0 {
			row.ID = "changes"
		}
		t.Rows = append(t.Rows, row)
	}
	return cutOff(t, s.New+s.Changed)
}

func changeCell(l shownLine) ui.Cell {
	var c ui.Cell
	for _, x := range l.Changes {
		words := x.Title + "：" + or(x.New)
		if l.Outcome == register.RowChanged {
			words = x.Title + "：" + or(x.Old) + " → " + or(x.New)
		}
		c = append(c, ui.Item{Text: words})
		if x.Given != "" {
			c = append(c, ui.Item{Text: "渡したときは" + or(x.Given), Quiet: true})
		}
	}
	return c
}

// mostFiles is how many files a preview lists, those first that somebody should look at.
const mostFiles = 200

func fileTable(s *shownPreview) ui.Table {
	t := ui.Table{Caption: "読んだファイル", Stack: true, Columns: []ui.Column{
		{Title: "ファイル", Head: true}, {Title: "シート"}, {Title: "所管"}, {Title: "新規", Number: true}, {Title: "変更", Number: true}, {Title: "同じ", Number: true}, {Title: "保留", Number: true}, {Title: "気付いたこと"},
	}}
	files := slices.Clone(s.Files)
	slices.SortStableFunc(files, func(a, b shownFile) int { return rank(a) - rank(b) })
	for _, f := range files[:min(len(files), mostFiles)] {
		var words ui.Cell
		if f.Fault != "" {
			words = append(words, ui.Item{Text: "読めません", Tone: ui.Bad}, ui.Item{Text: f.Fault})
		}
		if f.Handout {
			words = append(words, ui.Item{Text: "配布した表", Tone: ui.Info})
		}
		if f.Untouched {
			words = append(words, ui.Item{Text: "渡したときのまま", Tone: ui.Neutral})
		}
		if len(f.Gone) > 0 {
			words = append(words, ui.Item{Text: "渡したのに、なくなっている行：" + strings.Join(f.Gone, "、") + "（台帳からは消しません）"})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.Text(f.Name), ui.Text(f.Sheet), ui.Text(f.Owner), ui.Text(ui.Figure(f.New)), ui.Text(ui.Figure(f.Changed)), ui.Text(ui.Figure(f.Same)), ui.Text(ui.Figure(f.Faulty)), words,
		}})
	}
	return cutOff(t, len(files))
}

func rank(f shownFile) int {
	switch {
	case f.Fault != "":
		return 0
	case f.Faulty > 0 || len(f.Gone) > 0:
		return 1
	}
	return 2
}

// mostHeads is how many different headings are shown.
const mostHeads = 5

// headTables say how the headings of the files were understood, one for each that is different.
func headTables(d *register.Desk, s *shownPreview) []ui.Table {
	titles := map[string]string{}
	for _, c := range d.SheetColumns() {
		titles[c.Path] = c.Title
	}
	var list []ui.Table
	for _, f := range s.Forms[:min(len(s.Forms), mostHeads)] {
		t := ui.Table{Caption: "見出しの読み方　" + f.First, Stack: true, Columns: []ui.Column{{Title: "ファイルの列", Head: true}, {Title: "セル", Keep: true}, {Title: "台帳の項目"}}}
		if f.Files > 1 {
			t.Caption += " など" + ui.Figure(f.Files) + "個"
		}
		for _, h := range f.Headings {
			as := ui.Cell{{Text: "使いません", Tone: ui.Neutral}}
			if h.Path != "" {
				as = ui.Text(columnName(d, titles, h.Path))
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(h.Title), ui.Text(h.Where), as}})
		}
		for _, m := range f.Missing {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{{Text: "ありません", Tone: ui.Warn}}, nil, ui.Text(m)}})
		}
		list = append(list, t)
	}
	return list
}

// columnName is what a column of the files is read as.
func columnName(d *register.Desk, titles map[string]string, path string) string {
	if titles[path] != "" {
		return titles[path]
	}
	field, rest, _ := strings.Cut(path, ".")
	f, ok := d.Field(field)
	if !ok {
		return "行を見分ける番号" // of the sheets of tables inside entries
	}
	row, column, _ := strings.Cut(rest, ".")
	for _, c := range f.Fields {
		if c.ID == column {
			return f.Title + row + " " + c.Title
		}
	}
	return f.Title + "（表からは変えません）"
}

// showQueued tells how far the job of an import is.
func (p pages) showQueued(ctx context.Context, r db.Reader, u Upload, v *importView) error {
	v.Import.Steps = importSteps(2)
	j, err := p.jobOf(ctx, r, u.Job)
	if err != nil {
		return err
	}
	if j.State == job.Stopped {
		v.Import.Notices = []ui.Notice{{Tone: ui.Bad, Title: "途中で止まりました", Lines: append(lines(j.Error), "台帳は何も変わっていません。原因を取り除いてから、もう一度行えます。")}}
		v.Import.Again = ui.Form{Action: importHref(u) + "/again", Buttons: ui.Buttons("もう一度行う", "")}
		return nil
	}
	v.Refresh = refresh
	v.Import.Progress = ui.Progress{Label: "取り込んでいます", Unit: "行", Done: int(j.Progress.Done), Total: int(j.Progress.Total)}
	v.Import.Notices = []ui.Notice{{Tone: ui.Info, Title: "この画面を閉じても続きます", Lines: []string{"すべて終わるか、何も変わらないかのどちらかです。途中の状態は、だれにも見えません。"}}}
	return nil
}

// showApplied tells what became of an import and what is left to do.
func (p pages) showApplied(r *web.Request, d *register.Desk, u Upload, b *importBody) error {
	waiting, err := d.HeldRows()
	if err != nil {
		return err
	}
	open := 0
	for _, h := range waiting {
		if h.Import == u.Act {
			open++
		}
	}
	done := ui.Notice{Tone: ui.Good, Title: "取り込みました", Lines: []string{"新規" + ui.Figure(u.New) + "件、変更" + ui.Figure(u.Changed) + "件、保留" + ui.Figure(u.Faulty) + "件"}}
	b.Links = append(b.Links, ui.Link{Text: d.Kind.Title + "を見る", Href: href(d.Book)})
	if open > 0 {
		b.Steps = importSteps(3)
		done.Lines = append(done.Lines, "保留の行が"+ui.Figure(open)+"件あります。")
		b.Links = append(b.Links, ui.Link{Text: "この取り込みの保留を片付ける", Href: href(d.Book) + "/holds?import=" + string(u.ID)})
	}
	if u.Confirmed == r.Actor().Name {
		b.Links = append(b.Links, ui.Link{Text: "結果のファイル（Excel）", Href: importHref(u) + "/result"})
	}
	if r.Actor().Can(access.TrailRead) {
		b.Links = append(b.Links, ui.Link{Text: "証跡", Href: "/trail/act/" + string(u.Act)})
	}
	b.Notices = []ui.Notice{done}
	return nil
}

// result gives the rows of an import with what became, or would become, of each: to him on whose authority that was found out.
func (p pages) result(ctx context.Context, r *web.Request) (web.Attachment, error) {
	u, err := p.named(ctx, r)
	if err != nil {
		return web.Attachment{}, notThere(err)
	}
	sum, by := u.Result, u.Confirmed
	if u.State != Applied {
		if err := p.log.DB().View(ctx, func(reader db.Reader) error {
			seen, err := readPreview(ctx, reader, u.ID)
			sum, by = seen.Result, seen.By
			return err
		}); err != nil {
			return web.Attachment{}, err
		}
	}
	if sum == "" || by != r.Actor().Name {
		return web.Attachment{}, errs.New(errs.NotFound, "結果のファイルはないか、あなたが確かめたものではありません。")
	}
	name := windowsName("取り込みの結果_" + strings.TrimSuffix(strings.TrimSuffix(u.Title, ".xlsx"), ".zip"))
	return web.Attachment{Name: shortened(name, mostFileName) + ".xlsx", Media: fileFormats()[0].media, Write: func(w io.Writer) error {
		return p.sheets.copied(w, sum)
	}}, nil
}
