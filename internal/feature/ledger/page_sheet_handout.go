package ledger

import (
	"context"
	"io"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// handoutsView gives out workbooks, and lists what was given out.
type handoutsView struct {
	web.Page
	Form ui.Form
	None ui.Notice
	List ui.Table
}

// blankLines is how many empty lines a workbook has unless somebody wants others.
const blankLines = "20"

func (p pages) handouts(ctx context.Context, r *web.Request) (handoutsView, error) {
	var v handoutsView
	err := p.reading(ctx, r, func(reader db.Reader, d *register.Desk) error {
		v = handoutsView{Page: r.Page("配布・回収", way(d)...)}
		v.Kicker, v.Lead = d.Kind.Title, "組織ごとの Excel を配り、書き直して戻してもらいます。戻った表は「ファイルから取り込む」で受け取ります。"
		if d.Writing().Empty() {
			return d.Refused("配る")
		}
		groups, err := handingUnits(d)
		if err != nil {
			return err
		}
		if len(groups) == 0 {
			v.None = ui.Notice{Tone: ui.Info, Title: "配れる組織がありません", Lines: []string{"記録のある組織にだけ配れます。"}}
		} else {
			v.Form = r.Form(handingForm(d, groups))
		}
		list, err := p.sheets.batchesSeen(ctx, reader, d)
		if err != nil {
			return err
		}
		names, err := actorNames(ctx, reader, d, func(yield func(string)) {
			for _, b := range list {
				yield(b.By)
			}
		})
		v.List = batchTable(list, names)
		return err
	})
	return v, err
}

// handingGroup is some units below one.
type handingGroup struct {
	title string
	units []ui.Option
}

// handingUnits are the units that have entries and for which the reader may write, by what is below the body.
func handingUnits(d *register.Desk) ([]handingGroup, error) {
	owners, err := d.Owners()
	if err != nil {
		return nil, err
	}
	var groups []handingGroup
	scope := d.Writing()
	for _, o := range owners {
		unit, ok := org.UnitOf(o.Home)
		u, there := d.Chart.Tree.Unit(unit)
		if !ok || !there || o.Entries == 0 || !scope.Reaches(unit) {
			continue
		}
		path := d.Chart.Tree.Path(unit)
		above := path[min(1, len(path)-1)].Name
		i := slices.IndexFunc(groups, func(g handingGroup) bool { return g.title == above })
		if i < 0 {
			i = len(groups)
			groups = append(groups, handingGroup{title: above})
		}
		groups[i].units = append(groups[i].units, ui.Option{Value: string(unit), Text: u.Code + " " + u.Name + "（" + ui.Figure(o.Entries) + "件）"})
	}
	for i := range groups {
		slices.SortFunc(groups[i].units, func(a, b ui.Option) int { return strings.Compare(a.Text, b.Text) })
	}
	return groups, nil
}

func handingForm(d *register.Desk, groups []handingGroup) ui.Form {
	f := ui.Form{Action: href(d.Book) + "/handouts", Buttons: ui.Buttons("表を作る", "")}
	n := 0
	for _, g := range groups {
		n += len(g.units)
	}
	f.Fields = append(f.Fields, ui.Field{Type: ui.Check, Name: "all", Label: "下の" + ui.Figure(n) + "の組織すべてに配る"})
	for i, g := range groups {
		in := ui.Field{Type: ui.Checks, Name: "units", Label: g.title, Beside: true, Options: g.units}
		if i > 0 {
			in.Name = "units." + ui.Figure(i)
		}
		f.Fields = append(f.Fields, in)
	}
	f.Fields = append(f.Fields,
		ui.Field{Type: ui.Number, Name: "blank", Label: "空の行", Help: "新しく書き足すための行", Value: blankLines},
		ui.Field{Name: "note", Label: "覚え書き", Help: "例：令和8年度の棚卸", Wide: true})
	return f
}

type handingInput struct {
	All   bool                `form:"all"`
	First []string            `form:"units"`
	Units map[string][]string `form:"units.*"`
	Blank int                 `form:"blank"`
	Note  string              `form:"note"`
}

func (p pages) handOut(ctx context.Context, r *web.Request, in handingInput) (web.Next, error) {
	var units []id.ID
	if err := p.view(ctx, r, func(d *register.Desk) error {
		if d.Writing().Empty() {
			return d.Refused("配る")
		}
		groups, err := handingUnits(d)
		for _, g := range groups {
			for _, u := range g.units {
				chosen := in.All || slices.Contains(in.First, u.Value)
				for _, some := range in.Units {
					chosen = chosen || slices.Contains(some, u.Value)
				}
				if chosen {
					units = append(units, id.ID(u.Value))
				}
			}
		}
		return err
	}); err != nil {
		return web.Next{}, err
	}
	batch, err := p.sheets.GiveOut(ctx, r.Actor(), r.Path("regime"), r.Path("book"), units, in.Blank, in.Note)
	return web.Next{Href: bookHref(r) + "/handouts/" + string(batch), Said: "表を作っています。"}, err
}

func batchHref(b Batch) string { return bookPath(b.Register) + "/handouts/" + string(b.ID) }

func batchItem(state string) ui.Item {
	switch state {
	case BatchQueued:
		return ui.Item{Text: "作っています", Tone: ui.Info}
	case BatchFailed:
		return ui.Item{Text: "作れませんでした", Tone: ui.Bad}
	}
	return ui.Item{Text: "できました", Tone: ui.Good}
}

func batchTable(list []Batch, names map[string]string) ui.Table {
	t := ui.Table{Caption: "これまでの配布（新しい順）", Stack: true, Empty: "まだ配っていません。", Columns: []ui.Column{{Title: "配布", Head: true}, {Title: "状態", Keep: true}, {Title: "組織", Number: true}, {Title: "配った人"}}}
	for _, b := range list {
		name := feature.Moment(b.At)
		if b.Note != "" {
			name = b.Note + "（" + name + "）"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(name, batchHref(b)), {batchItem(b.State)}, ui.Text(ui.Figure(len(b.units()))), ui.Text(feature.Actor(b.By, names))}})
	}
	return t
}

// batchView is what was given out at once: who has handed it back, and who has not.
type batchView struct {
	web.Page
	Batch batchBody
}

type batchBody struct {
	Notices  []ui.Notice
	Progress ui.Progress
	Again    ui.Form
	Links    []ui.Link
	Stats    ui.Stats
	Missing  ui.Table
	Returned ui.Table
	Facts    ui.DescriptionList
}

func (p pages) handout(ctx context.Context, r *web.Request) (batchView, error) {
	var v batchView
	err := p.log.DB().View(ctx, func(reader db.Reader) error {
		b, d, err := p.batch(ctx, reader, r)
		if err != nil {
			return err
		}
		v = batchView{Page: r.Page("配布・回収　"+jpdate.Today(b.At.Time()).Wareki(), append(way(d), ui.Link{Text: "配布・回収", Href: href(d.Book) + "/handouts"})...)}
		v.Kicker, v.Lead = d.Kind.Title, b.Note
		names, err := actorNames(ctx, reader, d, func(yield func(string)) { yield(b.By) })
		if err != nil {
			return err
		}
		v.Batch.Facts.Items = []ui.Description{
			{Term: "状態", Cell: ui.Cell{batchItem(b.State)}}, {Term: "配った人", Cell: ui.Text(feature.Actor(b.By, names))}, {Term: "日時", Cell: ui.Text(feature.Moment(b.At))}, {Term: "空の行", Cell: ui.Text(ui.Figure(b.Blank))},
		}
		switch b.State {
		case BatchQueued:
			return p.showMaking(ctx, reader, b, &v)
		case BatchFailed:
			v.Batch.Notices = []ui.Notice{{Tone: ui.Bad, Title: "表を作れませんでした", Lines: lines(b.Trouble), Links: []ui.Link{{Text: "もう一度選ぶ", Href: href(d.Book) + "/handouts"}}}}
			return nil
		}
		return p.showGiven(ctx, reader, d, b, &v.Batch)
	})
	return v, err
}

// batch is the one that the address names, of the register that it names.
func (p pages) batch(ctx context.Context, reader db.Reader, r *web.Request) (Batch, *register.Desk, error) {
	b, d, err := p.sheets.seenBatch(ctx, reader, r.Actor(), id.ID(r.Path("batch")))
	if err == nil && b.Register != r.Path("regime")+"."+r.Path("book") {
		err = db.ErrNotFound
	}
	if errs.KindOf(err) == errs.NotFound {
		err = errs.Wrap(err, errs.NotFound, "この配布はないか、あなたの権限の範囲の外にあります。")
	}
	return b, d, err
}

func (p pages) showMaking(ctx context.Context, reader db.Reader, b Batch, v *batchView) error {
	j, err := p.jobOf(ctx, reader, b.Job)
	if err != nil {
		return err
	}
	if j.State == job.Stopped {
		v.Batch.Notices = []ui.Notice{{Tone: ui.Bad, Title: "途中で止まりました", Lines: lines(j.Error)}}
		v.Batch.Again = ui.Form{Action: batchHref(b) + "/again", Buttons: ui.Buttons("もう一度行う", "")}
		return nil
	}
	v.Refresh = refresh
	v.Batch.Progress = ui.Progress{Label: "表を作っています", Done: int(j.Progress.Done), Total: int(j.Progress.Total)}
	return nil
}

func (p pages) showGiven(ctx context.Context, reader db.Reader, d *register.Desk, b Batch, body *batchBody) error {
	list, err := d.Handouts(b.Batch)
	if err != nil {
		return err
	}
	whole, err := p.sheets.Whole(ctx, reader, d, b)
	if err != nil {
		return err
	}
	if whole {
		body.Links = append(body.Links, ui.Link{Text: "配る表（ZIP、" + size(b.Size) + "）", Href: batchHref(b) + "/zip"})
	}
	body.Links = append(body.Links, ui.Link{Text: "戻った表を受け取る", Href: href(d.Book) + "/import"})
	columns := []ui.Column{{Title: "組織", Head: true}, {Title: "コード", Keep: true}, {Title: "渡した件数", Number: true}}
	body.Missing = ui.Table{Caption: "まだ戻っていない組織", Stack: true, Empty: "すべて戻りました。", Columns: columns}
	body.Returned = ui.Table{Caption: "戻った組織", Stack: true, Empty: "まだ一つも戻っていません。", Columns: append(slices.Clone(columns), ui.Column{Title: "戻った日時"})}
	for _, h := range list {
		unit, _ := org.UnitOf(h.Home)
		u, _ := d.Chart.Tree.Unit(unit)
		row := ui.Row{Cells: []ui.Cell{ui.Text(ownerName(d, h.Home)), ui.Text(u.Code), ui.Text(ui.Figure(h.Entries))}}
		if h.Returned == "" {
			body.Missing.Rows = append(body.Missing.Rows, row)
			continue
		}
		row.Cells = append(row.Cells, ui.Text(feature.Moment(h.Returned)))
		body.Returned.Rows = append(body.Returned.Rows, row)
	}
	missing := ui.Stat{Number: ui.Figure(len(body.Missing.Rows)), Unit: "組織", Label: "まだ"}
	if len(body.Missing.Rows) > 0 {
		missing.Badge = ui.Badge{Text: "催促", Tone: ui.Warn}
	}
	body.Stats.Items = []ui.Stat{{Number: ui.Figure(len(list)), Unit: "組織", Label: "配った"}, {Number: ui.Figure(len(body.Returned.Rows)), Unit: "組織", Label: "戻った"}, missing}
	return nil
}

func (p pages) againHandout(ctx context.Context, r *web.Request, _ struct{}) (web.Next, error) {
	var b Batch
	if err := p.log.DB().View(ctx, func(reader db.Reader) (err error) {
		b, _, err = p.batch(ctx, reader, r)
		return err
	}); err != nil {
		return web.Next{}, err
	}
	return web.Next{Href: batchHref(b), Said: "もう一度始めました。"}, p.sheets.AgainBatch(ctx, r.Actor(), b.ID)
}

// handoutZip gives the workbooks to who may have all of them.
func (p pages) handoutZip(ctx context.Context, r *web.Request) (web.Attachment, error) {
	var made web.Attachment
	err := p.log.DB().View(ctx, func(reader db.Reader) error {
		b, d, err := p.batch(ctx, reader, r)
		if err != nil {
			return err
		}
		whole, err := p.sheets.Whole(ctx, reader, d, b)
		if err != nil {
			return err
		}
		if b.State != BatchGiven || !whole {
			return errs.New(errs.NotFound, "配る表はまだないか、あなたの権限の範囲の外の組織のものが入っています。")
		}
		name := fileName("", d.Kind.Title+"_配布", jpdate.Today(b.At.Time()))
		made = web.Attachment{Name: name + ".zip", Media: "application/zip", Write: func(w io.Writer) error { return p.sheets.copied(w, b.File) }}
		return nil
	})
	return made, err
}
