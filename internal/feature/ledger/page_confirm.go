package ledger

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// confirmsView lists the owners whose entries the reader sees, with how far their confirmation has come.
type confirmsView struct {
	web.Page
	Stats ui.Stats
	Table ui.Table
}

func (p pages) confirms(ctx context.Context, r *web.Request) (confirmsView, error) {
	var v confirmsView
	err := p.view(ctx, r, func(d *register.Desk) error {
		v = confirmsView{Page: r.Page("棚卸", way(d)...)}
		v.Kicker = d.Kind.Title
		v.Table = ui.Table{Caption: "所管ごとの棚卸", Stack: true, Empty: "棚卸をする" + d.Entry + "はありません。", Columns: []ui.Column{
			{Title: "所管", Head: true}, {Title: "件数", Number: true}, {Title: "確かめていないもの", Number: true}, {Title: "状態", Keep: true},
		}}
		owners, err := d.Owners()
		if err != nil {
			return err
		}
		due := 0
		for _, o := range owners {
			state := ui.Cell{{Text: "済", Tone: ui.Good}}
			if o.Due > 0 {
				state, due = ui.Cell{{Text: "これから", Tone: ui.Warn}}, due+1
			}
			v.Table.Rows = append(v.Table.Rows, ui.Row{Cells: []ui.Cell{
				ui.Anchor(d.Names().Called(register.Field{Type: register.TypeScope}, o.Home), confirmHref(d, o.Home)),
				ui.Text(ui.Figure(o.Entries)), ui.Text(ui.Figure(o.Due)), state,
			}})
		}
		v.Stats.Items = []ui.Stat{{Number: ui.Figure(len(owners) - due), Unit: "所管", Label: "済んだ"}, {Number: ui.Figure(due), Unit: "所管", Label: "これから"}}
		return nil
	})
	return v, err
}

// confirmed puts the day of the last confirmation in place of the state, which is that of what is kept up.
func confirmed(d *register.Desk, t *ui.Table, entries []register.Entry) {
	if len(d.States) > 0 {
		t.Columns = t.Columns[:len(t.Columns)-1]
	}
	t.Columns = append(t.Columns, ui.Column{Title: "前の棚卸", Keep: true})
	for i, e := range entries {
		if n := len(t.Rows[i].Cells); len(d.States) > 0 {
			t.Rows[i].Cells = t.Rows[i].Cells[:n-1]
		}
		t.Rows[i].Cells = append(t.Rows[i].Cells, ui.Text(e.Confirmed.Wareki()))
	}
}

func confirmHref(d *register.Desk, home string) string {
	return href(d.Book) + "/confirm/" + url.PathEscape(home)
}

// confirmView is the sheet of one owner (棚卸シート).
type confirmView struct {
	web.Page
	Doubts ui.Table // lines that look as if they had changed
	Class  ui.Form  // of the lines without one
	Sheet  ui.Table
	Ask    string
	Papers papers
	Form   ui.Form
}

func (p pages) confirming(ctx context.Context, r *web.Request) (confirmView, error) {
	var v confirmView
	home := r.Path("home")
	err := p.view(ctx, r, func(d *register.Desk) error {
		c, err := d.Confirming(home)
		if err != nil {
			return err
		}
		owner := d.Names().Called(register.Field{Type: register.TypeScope}, home)
		v = confirmView{Page: r.Page(owner+"の棚卸シート", append(way(d), ui.Link{Text: "棚卸", Href: href(d.Book) + "/confirm"})...)}
		v.Kicker, v.Lead = d.Kind.Title, fmt.Sprintf("%s現在　%d件", d.Today.Wareki(), len(c.Entries))
		if v.Sheet, err = table(d, c.Entries); err != nil {
			return err
		}
		v.Papers = p.confirmPapers(d, home)
		v.Sheet.Caption = "すべての" + d.Entry
		confirmed(d, &v.Sheet, c.Entries)
		v.Doubts, err = doubtful(d, c.Entries)
		if err != nil {
			return err
		}
		if v.Class, err = classForm(r, d, home, c.Entries); err != nil {
			return err
		}
		may, err := d.May(d.ConfirmBy, home)
		if err != nil || !may || len(c.Entries) == 0 {
			return err
		}
		v.Ask = "すべての行が実際と合っていれば、まとめて確かめたことにします。違う行は、先に番号を選んで直してください。"
		v.Form = r.Form(ui.Form{Fields: []ui.Field{
			{Name: "note", Label: "覚え書き", Help: "書かなくてもかまいません", Wide: true}, {Type: ui.Hidden, Name: "mark", Value: c.Mark},
		}, Buttons: ui.Buttons(fmt.Sprintf("全%d件、変わりなし", len(c.Entries)), "")})
		return nil
	})
	return v, err
}

// mostClassed is how many lines without a class are asked for at once.
const mostClassed = 20

// classForm asks for the class of the lines that have none, for those who decide on it.
func classForm(r *web.Request, d *register.Desk, home string, entries []register.Entry) (ui.Form, error) {
	f, ok := d.Field(d.ClassField())
	may, err := d.May(d.Edition.Change, home)
	if err != nil || !ok || !may {
		return ui.Form{}, err
	}
	form := ui.Form{Action: confirmHref(d, home) + "/class", Buttons: ui.Buttons("選んだ分類にする", "")}
	n := 0
	for _, e := range entries {
		said, err := e.Read()
		if err != nil {
			return form, err
		}
		if len(said.Class(f.ID)) > 0 || n == mostClassed {
			continue
		}
		n++
		some := sheet{Desk: d}.class(f, ui.Field{})
		for i := range some {
			some[i].Name = classed + string(e.ID) + strings.TrimPrefix(some[i].Name, written+f.ID)
		}
		some[0].Heading, some[0].Help = d.Book.Title(e), questions(d, said)
		form.Fields = append(form.Fields, some...)
		form.Fields = append(form.Fields, ui.Field{Type: ui.Hidden, Name: "version." + string(e.ID), Value: decimal(e.Version)})
	}
	if n == 0 {
		return ui.Form{}, nil
	}
	return r.Form(form), nil
}

// classed begins the names of the inputs for the class of an entry.
const classed = "class."

// questions are what is asked while an entry has no class: fields whose condition is that it is empty.
func questions(d *register.Desk, said register.Data) string {
	var words []string
	for _, f := range d.Fields {
		if f.When != nil && f.When.Field == d.ClassField() && said[f.ID] != nil {
			words = append(words, f.Title+"："+d.Say(f, said))
		}
	}
	return strings.Join(words, "　")
}

type classesForm struct {
	Levels   map[string][]string `form:"class.*"` // by ENTRY.AXIS
	Versions map[string][]string `form:"version.*"`
}

func (p pages) classify(ctx context.Context, r *web.Request, in classesForm) (web.Next, error) {
	field := ""
	if err := p.view(ctx, r, func(d *register.Desk) error {
		field = d.ClassField()
		_, err := d.Confirming(r.Path("home"))
		return err
	}); err != nil {
		return web.Next{}, err
	}
	var chosen []register.Chosen
	for entry, version := range in.Versions {
		n, err := strconv.ParseInt(strings.Join(version, ""), 10, 64)
		if err != nil {
			return web.Next{}, errs.New(errs.Invalid, "送られたものを読めません。画面を開き直してください。")
		}
		one := register.Input{}
		for path, level := range in.Levels {
			if axis, ok := strings.CutPrefix(path, entry+"."); ok && strings.Join(level, "") != "" {
				one[field+"."+axis] = level
			}
		}
		if len(one) > 0 {
			chosen = append(chosen, register.Chosen{ID: id.ID(entry), Version: n, In: one})
		}
	}
	n, err := p.s.ChangeAll(ctx, r.Actor(), r.Path("regime"), r.Path("book"), chosen, nil, "")
	return web.Next{Href: bookHref(r) + "/confirm/" + url.PathEscape(r.Path("home")), Said: fmt.Sprintf("%d件の分類を決めました。", n)}, err
}

// mostDoubts is how many lines are shown first.
const mostDoubts = 5

// doubtful lists the lines that look as if somebody should look at them, with why.
func doubtful(d *register.Desk, entries []register.Entry) (ui.Table, error) {
	t := ui.Table{Caption: "先に見る行", Stack: true, Columns: []ui.Column{{Title: "番号", Head: true, Keep: true}, {Title: d.Entry}, {Title: "なぜ"}}}
	doubts, err := d.Doubts(entries)
	if err != nil || len(doubts) == 0 {
		return ui.Table{}, err
	}
	if n := len(doubts); n > mostDoubts {
		t.Caption = fmt.Sprintf("先に見る行（%d件のうち%d件）", n, mostDoubts)
	}
	for _, x := range doubts[:min(len(doubts), mostDoubts)] {
		var why ui.Cell
		for _, w := range x.Why {
			why = append(why, ui.Item{Text: w})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(x.Number, entryHref(d.Book, x.Entry)), ui.Text(d.Call(x.Said, x.Entry)), why}})
	}
	return t, nil
}

type confirmForm struct {
	Mark string `form:"mark"`
	Note string `form:"note"`
}

func (p pages) confirm(ctx context.Context, r *web.Request, in confirmForm) (web.Next, error) {
	n, err := p.s.Confirm(ctx, r.Actor(), r.Path("regime"), r.Path("book"), r.Path("home"), in.Mark, in.Note)
	return web.Next{Href: bookHref(r) + "/confirm/" + url.PathEscape(r.Path("home")), Said: fmt.Sprintf("%d件を確かめました。", n)}, err
}

// tasks are the confirmations that are due for those who make them, what waits for a class, and what units that there are no more have
// left behind.
func (p pages) tasks(ctx context.Context, r db.Reader, by *access.Actor) ([]feature.Task, error) {
	if !by.Can(access.LedgerWrite) {
		return nil, nil
	}
	desks, err := p.s.All(ctx, r, by)
	if err != nil {
		return nil, err
	}
	var list []feature.Task
	for _, d := range desks {
		own, err := confirmations(d, by)
		if err != nil {
			return nil, err
		}
		left, err := takeovers(d, d.Moving().Few())
		if err != nil {
			return nil, err
		}
		over, err := disposalTasks(d)
		if err != nil {
			return nil, err
		}
		list = slices.Concat(list, own, left, over)
	}
	return list, nil
}

// confirmations are what is to be confirmed or to get a class.
func confirmations(d *register.Desk, by *access.Actor) ([]feature.Task, error) {
	scope := by.Among(d.Regime, d.ConfirmBy).Scope(access.LedgerWrite)
	if d.Kind.Confirm == nil || scope.Empty() || !scope.Few() {
		return nil, nil // who answers for the whole body sees them on the page of confirmations
	}
	owners, err := d.Owners()
	if err != nil {
		return nil, err
	}
	var list []feature.Task
	for _, o := range owners {
		may := slices.Contains(scope.Homes(), o.Home)
		name := place(d, o.Home)
		if may && o.Unclassified > 0 {
			asked, _ := d.Wants(d.ClassField())
			list = append(list, feature.Task{Regime: d.Regime, Clause: asked.Clause, Do: "分類を決める", About: fmt.Sprintf("%s　%s %d件", name, d.Kind.Title, o.Unclassified), Href: href(d.Book) + "?" + url.Values{"by." + d.ClassField(): {"-"}}.Encode()})
		}
		if may && o.Due > 0 {
			asked, _ := d.Wants("")
			list = append(list, feature.Task{Regime: d.Regime, Clause: asked.Clause, Do: "棚卸をする", About: fmt.Sprintf("%s　%s %d件", name, d.Kind.Title, o.Entries), Href: confirmHref(d, o.Home), Due: o.By, Late: o.By != (jpdate.Date{}) && o.By.Before(d.Today)})
		}
	}
	return list, nil
}
