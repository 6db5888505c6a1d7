package people

import (
	"context"
	"errors"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// uploadView is one import in whatever state it is: to be looked at and confirmed, under way, or done.
type uploadView struct {
	web.Page
	Import uploadBody
}

type uploadBody struct {
	Steps     ui.Steps
	Notices   []ui.Notice
	Progress  ui.Progress
	Stats     ui.Stats
	Means     []ui.Table // what it means
	Held      ui.Table   // rows that cannot be applied as they are
	Same      sameView
	Confirm   ui.Form
	Again     ui.Form
	Holds     ui.Table
	Meanwhile ui.Table
	Facts     ui.DescriptionList
	Operators ui.Form
	Drop      ui.Form
	Undo      ui.Form
}

// sameView is who is taken for somebody who left under another number, and who of them is not.
type sameView struct {
	Table ui.Table
	Form  ui.SearchForm
}

func (p pages) importing(ctx context.Context, r *web.Request) (uploadView, error) {
	u, err := p.s.Get(ctx, r.Actor(), id.ID(r.Path("upload")))
	if err != nil {
		return uploadView{}, notThere(err, "この人事異動はないか、まだ公表されていません。")
	}
	v := uploadView{Page: r.Page(u.Title, ui.Link{Text: "人事異動", Href: "/people/import"})}
	v.Kicker = "人事異動"
	calls, err := p.s.call(ctx, u.operators()...)
	if err != nil {
		return v, err
	}
	v.Import.Facts = uploadFacts(u, calls, r.Actor().Scope(access.TrailRead).Body())
	v.Import.Operators = r.Form(operatorsForm(u, calls))
	switch u.State {
	case Ready:
		err = p.showPreview(ctx, r, u, &v.Import)
	case Queued, Undoing:
		v.Refresh = 2
		err = p.showProgress(ctx, u, &v)
	case Applied:
		err = p.showApplied(ctx, r, u, &v.Import)
	case Undone, Corrected, Dropped:
		v.Import.Operators = ui.Form{}
		v.Import.Notices = []ui.Notice{{Tone: ui.Info, Title: u.State.Title(), Lines: []string{u.Note}}}
	}
	return v, err
}

func uploadFacts(u Upload, calls map[string]called, proof bool) ui.DescriptionList {
	var l ui.DescriptionList
	add := func(term string, c ui.Cell) { l.Items = append(l.Items, ui.Description{Term: term, Cell: c}) }
	add("状態", ui.Cell{stateItem(u.State)})
	var files ui.Cell
	for _, f := range u.Sources() {
		files = append(files, ui.Item{Text: f.Name})
	}
	if len(files) > 0 {
		add("ファイル", append(files, ui.Item{Text: "合わせて" + ui.Figure(u.Rows) + "行", Quiet: true}))
	}
	add("受付", ui.Cell{{Text: inJapan(u.At)}, {Text: calls[u.By].words, Quiet: true}})
	if u.Opens != "" {
		add("公表", ui.Text(inJapan(db.Time(u.Opens))))
	}
	if u.Operators != "" {
		var who ui.Cell
		for _, actor := range strings.Fields(u.Operators) {
			who = append(who, ui.Item{Text: calls[actor].words})
		}
		add("公表前に見てよい人", who)
	}
	if proof {
		add("証跡", ui.Anchor("この取り込みの記録を見る", trailHref("people-upload", u.ID)))
	}
	return l
}

// showProgress tells how far the job of an import is.
func (p pages) showProgress(ctx context.Context, u Upload, v *uploadView) error {
	v.Import.Steps, v.Import.Operators = importSteps(2), ui.Form{}
	var j job.Job
	err := p.s.log.DB().View(ctx, func(r db.Reader) (err error) {
		j, err = p.s.Jobs.Get(ctx, r, u.Job)
		return err
	})
	if j.State == job.Stopped {
		v.Refresh = 0
		v.Import.Notices = []ui.Notice{{Tone: ui.Bad, Title: "途中で止まりました", Lines: []string{j.Error, "何も変わっていません。原因を取り除いてから、もう一度行えます。"}}}
		v.Import.Again = ui.Form{Action: uploadHref(u.ID) + "/again", Buttons: ui.Buttons("もう一度行う", "")}
		return err
	}
	v.Import.Progress = ui.Progress{Label: u.State.Title() + "です", Done: int(j.Progress.Done), Total: int(j.Progress.Total)}
	v.Import.Notices = []ui.Notice{{Tone: ui.Info, Title: "この画面を閉じても続きます", Lines: []string{"すべて終わるか、何も変わらないかのどちらかです。途中の状態は、だれにも見えません。"}}}
	return err
}

// showApplied tells what became of an import and what is left to do.
func (p pages) showApplied(ctx context.Context, r *web.Request, u Upload, b *uploadBody) error {
	holds, err1 := p.s.Holds(ctx, r.Actor(), u.ID)
	corrects, err2 := p.corrects(ctx, r.Actor(), u)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if corrects || r.Query("meanwhile") != "" {
		wrong, err := p.s.Meanwhile(ctx, r.Actor(), u.ID)
		if err != nil {
			return err
		}
		if b.Meanwhile, err = p.meanwhileTable(ctx, r.Actor(), wrong); err != nil {
			return err
		}
	} else { // it takes long, and of an ordinary import there is nothing to tell
		b.Facts.Items = append(b.Facts.Items, ui.Description{Term: "過ぎた日の訂正", Cell: ui.Anchor("訂正されるまでの間の手続を調べる", uploadHref(u.ID)+"?meanwhile=1")})
	}
	open := 0
	for _, h := range holds {
		if h.State == HoldOpen {
			open++
		}
	}
	done := ui.Notice{Tone: ui.Good, Title: "取り込みました"}
	if db.Time(u.Opens) > db.At(p.s.log.DB().Now()) {
		done.Lines = append(done.Lines, inJapan(db.Time(u.Opens))+"に公表されます。それまでは、送った人と「公表前に見てよい人」のほかには見えません。")
	}
	b.Steps = importSteps(4)
	if open > 0 {
		b.Steps = importSteps(3)
		done.Lines = append(done.Lines, "保留の行が"+ui.Figure(open)+"行あります。「直す」から1行ずつ片付けてください。直した行は、すぐこの人事異動に加わります。")
	}
	b.Notices = []ui.Notice{done}
	if u.Trouble != "" {
		b.Notices = append(b.Notices, ui.Notice{Tone: ui.Bad, Title: "取り消せませんでした", Lines: strings.Split(u.Trouble, "\n")})
	}
	if len(holds) > 0 {
		b.Holds = holdTable(holds)
	}
	b.Undo = r.Form(ui.Form{
		Action:  uploadHref(u.ID) + "/undo",
		Fields:  []ui.Field{{Type: ui.Area, Name: "reason", Label: "取り消す理由", Required: true}, ui.Sure("この人事異動をすべて取り消すことを確かめました")},
		Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "人事異動を取り消す", Tone: ui.Bad}}},
	})
	return nil
}

// corrects says whether all that an import states had begun before it was published.
func (p pages) corrects(ctx context.Context, by *access.Actor, u Upload) (bool, error) {
	var batches []org.Batch
	err := p.s.log.DB().View(ctx, func(r db.Reader) (err error) {
		v := org.View{Now: db.At(p.s.log.DB().Now())}
		if v.Batches, err = org.Sight(ctx, r, by.Name, v.Now); err == nil {
			batches, err = org.ListBatches(ctx, r, v)
		}
		return err
	})
	return slices.ContainsFunc(batches, func(b org.Batch) bool { return b.ID == u.ID && b.Effective.Before(jpdate.Today(b.Opens.Time())) }), err
}

// holdTable lists held rows, those that wait first.
func holdTable(holds []Hold) ui.Table {
	t := ui.Table{Caption: "保留の行", Stack: true, Columns: []ui.Column{{Title: "行", Head: true}, {Title: "内容"}, {Title: "誤り"}, {Title: "状態", Keep: true}, {Title: "手続", Keep: true}}}
	var settled []ui.Row
	for _, h := range holds {
		row := ui.Row{ID: "hold-" + string(h.ID), Cells: []ui.Cell{{{Text: h.File}, {Text: h.Place, Quiet: true}}, ui.Text(rowWords(h)), nil, {{Text: h.State.Title(), Tone: ui.Neutral}}, nil}}
		for _, f := range h.Faults() {
			row.Cells[2] = append(row.Cells[2], ui.Item{Text: f.Message})
		}
		if h.State != HoldOpen {
			if h.Reason != "" {
				row.Cells[3] = append(row.Cells[3], ui.Item{Text: h.Reason, Quiet: true})
			}
			settled = append(settled, row)
			continue
		}
		row.Cells[3][0].Tone, row.Cells[4] = ui.Warn, ui.Anchor("直す", holdHref(h))
		t.Rows = append(t.Rows, row)
	}
	t.Rows = append(t.Rows, settled...)
	return t
}

// rowWords are the cells of a row that say most.
func rowWords(h Hold) string {
	cells := h.Cells()
	var words []string
	for _, c := range h.Form.Columns() {
		if v := cells[c.ID]; v != "" && len(words) < 6 {
			words = append(words, v)
		}
	}
	return strings.Join(words, "　")
}

// meanwhileTable lists who was taken to bear a post that was not his, and what he did, as far as that is in the reader's scope.
func (p pages) meanwhileTable(ctx context.Context, by *access.Actor, wrong []Wrong) (t ui.Table, err error) {
	err = p.d.on(ctx, by, p.d.today(), func(s snapshot) error {
		var people []id.ID
		for _, w := range wrong {
			people = append(people, w.Person)
		}
		err := s.meet(ctx, people...)
		t = s.meanwhileTable(wrong)
		return err
	})
	return t, err
}

func (s snapshot) meanwhileTable(wrong []Wrong) ui.Table {
	t := ui.Table{Caption: "訂正されるまでの間の手続", Stack: true, Empty: "誤って職を担っていた人はいません。", Columns: []ui.Column{{Title: "誤って担っていた人", Head: true}, {Title: "所属と職"}, {Title: "間"}, {Title: "その間の手続"}}}
	acts := words(&regime.Set{}).Acts
	for _, w := range wrong {
		var deeds ui.Cell
		for _, d := range w.Deeds {
			name := d.Name
			if title := acts[d.Name]; title != "" {
				name = title
			}
			deeds = append(deeds, ui.Item{Text: inJapan(d.At) + " " + name, Href: "/trail/act/" + string(d.Act)})
		}
		if len(deeds) == 0 {
			deeds = ui.Cell{{Text: "ありません", Quiet: true}}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{s.who(asOf{Date: s.On, today: s.On}, org.Who{ID: w.Person, Name: w.Name, Number: w.Number}), {Text: w.Number, Quiet: true}},
			ui.Text(strings.TrimSpace(w.Unit + " " + w.Post)),
			ui.Text(inJapan(w.From)+"から", inJapan(w.To)+"まで"), deeds,
		}})
	}
	return t
}

func operatorsForm(u Upload, calls map[string]called) ui.Form {
	var typed []string
	for _, actor := range strings.Fields(u.Operators) {
		typed = append(typed, calls[actor].typed)
	}
	return ui.Form{Action: uploadHref(u.ID) + "/operators", Fields: []ui.Field{{
		Type: ui.Area, Name: "operators", Label: "公表前に見てよい人", Value: strings.Join(typed, "\n"), Help: "職員番号を1行に1人。送った本人（" + calls[u.By].words + "）は書かなくても見られます",
	}}, Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "見てよい人を決める", Quiet: true}}}}
}

func (p pages) setOperators(ctx context.Context, r *web.Request, in struct {
	Operators string `form:"operators"`
},
) (web.Next, error) {
	upload := id.ID(r.Path("upload"))
	err := p.s.SetOperators(ctx, r.Actor(), upload, actors(in.Operators))
	return web.Next{Href: uploadHref(upload), Said: "公表前に見てよい人を決めました。"}, err
}

func (p pages) drop(ctx context.Context, r *web.Request, in struct {
	Why string `form:"why"`
},
) (web.Next, error) {
	upload := id.ID(r.Path("upload"))
	return web.Next{Href: "/people/import", Said: "人事異動を取り下げました。何も変わっていません。"}, p.s.Drop(ctx, r.Actor(), upload, in.Why)
}

func (p pages) again(ctx context.Context, r *web.Request, _ struct{}) (web.Next, error) {
	upload := id.ID(r.Path("upload"))
	return web.Next{Href: uploadHref(upload), Said: "もう一度始めました。"}, p.s.Again(ctx, r.Actor(), upload)
}

func (p pages) undo(ctx context.Context, r *web.Request, in struct {
	Reason string `form:"reason,required"`
	Sure   bool   `form:"sure,required"`
},
) (web.Next, error) {
	upload := id.ID(r.Path("upload"))
	return web.Next{Href: uploadHref(upload), Said: "取り消しを始めました。"}, p.s.Undo(ctx, r.Actor(), upload, in.Reason)
}
