package people

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// holdView asks for what is right in a row that was held.
type holdView struct {
	web.Page
	Notice ui.Notice
	Form   ui.Form
	Drop   ui.Form
}

func holdHref(h Hold) string { return uploadHref(h.Upload) + "/hold/" + string(h.ID) }

func (p pages) hold(ctx context.Context, r *web.Request) (holdView, error) {
	h, u, err := p.s.GetHold(ctx, r.Actor(), id.ID(r.Path("hold")))
	if err == nil && string(u.ID) != r.Path("upload") {
		err = db.ErrNotFound
	}
	if err != nil {
		return holdView{}, notThere(err, "この行はないか、まだ公表されていません。")
	}
	v := holdView{Page: r.Page("保留の行を直す", ui.Link{Text: "人事異動", Href: "/people/import"}, ui.Link{Text: u.Title, Href: uploadHref(u.ID)})}
	v.Kicker = h.File + "　" + h.Place
	if h.State != HoldOpen {
		v.Notice = ui.Notice{Tone: ui.Info, Title: h.State.Title(), Links: []ui.Link{{Text: "人事異動に戻る", Href: uploadHref(u.ID)}}}
		if h.Reason != "" {
			v.Notice.Lines = []string{h.Reason}
		}
		return v, nil
	}
	fields, whole := cellFields(h.Form, h.Cells(), h.Faults(), !v.Failed)
	if !v.Failed && len(whole) > 0 {
		v.Notice = ui.Notice{Tone: ui.Warn, Title: "この行は保留されています", Lines: whole}
	}
	wrong := func(f ui.Field) bool {
		return slices.ContainsFunc(h.Faults(), func(x Fault) bool { return x.Column == f.Name })
	}
	if err := p.offer(ctx, r.Actor(), h.Form, h.Cells(), fields, wrong); err != nil {
		return v, err
	}
	v.Form = r.Form(ui.Form{Action: holdHref(h), Fields: fields, Buttons: ui.Buttons("直して取り込む", uploadHref(u.ID))})
	v.Drop = r.Form(ui.Form{
		Action: holdHref(h) + "/drop", Fields: []ui.Field{{Name: "reason", Label: "取り込まない理由", Wide: true, Required: true}},
		Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "この行は取り込まない", Quiet: true}}},
	})
	return v, nil
}

// notThere says in words that there is no such thing, or not for this actor.
func notThere(err error, words string) error {
	if errors.Is(err, db.ErrNotFound) {
		return errs.Wrap(err, errs.NotFound, "%s", words)
	}
	return err
}

// cellFields ask for the cells of a row, those that are wrong first; what is wrong with the row as a whole comes apart. Where the
// form is shown again, it says itself what is wrong by then.
func cellFields(form Form, cells map[string]string, faults []Fault, say bool) (fields []ui.Field, whole []string) {
	wrong := map[string]string{}
	for _, x := range faults {
		if form.titleOf(x.Column) == "" {
			whole = append(whole, x.Message)
		}
		wrong[x.Column] += x.Message
	}
	var rest []ui.Field
	for _, c := range form.Columns() {
		f := ui.Field{Name: c.ID, Label: c.Titles[0], Value: cells[c.ID], Options: cellOptions(form, c.ID, cells[c.ID])}
		if wrong[c.ID] == "" {
			rest = append(rest, f)
			continue
		}
		if say {
			f.Error = wrong[c.ID]
		}
		fields = append(fields, f)
	}
	return append(fields, rest...), whole
}

// offer lets units and posts be chosen in some of the fields of a row, instead of typing their codes, and says who has the name in
// the row. It knows what the actor may know before its time: it is he who imports it.
func (p pages) offer(ctx context.Context, by *access.Actor, form Form, cells map[string]string, fields []ui.Field, some func(ui.Field) bool) error {
	return p.s.log.DB().View(ctx, func(r db.Reader) error {
		v := org.View{On: p.d.today(), Now: db.At(p.s.log.DB().Now())}
		if on, err := jpdate.Parse(cells["on"]); err == nil {
			v.On = on
		}
		var err error
		if v.Batches, err = org.Sight(ctx, r, by.Name, v.Now); err != nil {
			return err
		}
		for i := range fields {
			f := &fields[i]
			if !some(*f) {
				continue
			}
			switch {
			case f.Name == "parent", f.Name == "owner", f.Name == "unit" && form != Units:
				f.Options, err = unitOptions(ctx, r, v, f.Value)
			case f.Name == "post" && form != Posts:
				f.Options, err = postOptions(ctx, r, v, f.Value)
			case f.Name == "number" && f.Error != "":
				f.Help, err = namesakes(ctx, r, v, cells["name"])
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func unitOptions(ctx context.Context, r db.Reader, v org.View, value string) ([]ui.Option, error) {
	tree, err := v.Tree(ctx, r)
	if err != nil {
		return nil, err
	}
	options := []ui.Option{{}}
	for _, u := range tree.Units() {
		options = append(options, ui.Option{Value: u.Code, Text: u.Name + "（" + u.Code + "）"})
	}
	return withValue(options, value), nil
}

func postOptions(ctx context.Context, r db.Reader, v org.View, value string) ([]ui.Option, error) {
	posts, err := v.Posts(ctx, r)
	slices.SortStableFunc(posts, byRank)
	options := []ui.Option{{}}
	for _, x := range posts {
		options = append(options, ui.Option{Value: x.Code, Text: x.Title + "（" + x.Code + "）"})
	}
	return withValue(options, value), err
}

// withValue keeps a value that is none of the options to be seen, so that nothing else is chosen unasked.
func withValue(options []ui.Option, value string) []ui.Option {
	if value == "" || slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == value }) {
		return options
	}
	return append([]ui.Option{{Value: value, Text: value}}, options...)
}

// namesakes are the numbers of those who have a name.
func namesakes(ctx context.Context, r db.Reader, v org.View, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	list, _, err := v.People(ctx, r, org.PeopleQuery{Find: name, Limit: 5})
	var words []string
	for _, x := range list {
		words = append(words, x.Number+"（"+x.Name+"）")
	}
	if len(words) == 0 {
		return "", err
	}
	return "同じ氏名の職員: " + strings.Join(words, "、"), err
}

// cellOptions are the words to choose from, nil where a cell is free. A word that is none of them stays to be seen.
func cellOptions(form Form, column, value string) []ui.Option {
	var list []string
	switch column {
	case "order":
		for _, o := range orders() {
			list = append(list, o.title)
		}
	case "employment":
		for _, e := range org.Employments() {
			list = append(list, e.Title())
		}
	case "manner":
		for _, m := range org.Manners() {
			list = append(list, m.Title())
		}
	case "kind":
		for _, k := range org.Kinds() {
			list = append(list, k.Title())
		}
	}
	if list == nil || form == Codes {
		return nil
	}
	options := []ui.Option{{}}
	for _, x := range list {
		options = append(options, ui.Option{Value: x, Text: x})
	}
	return withValue(options, value)
}

// cellsInput is any row of any form: each field is a column.
type cellsInput struct {
	On         string `form:"on"`
	Number     string `form:"number"`
	Name       string `form:"name"`
	Kana       string `form:"kana"`
	Employment string `form:"employment"`
	Order      string `form:"order"`
	Unit       string `form:"unit"`
	Post       string `form:"post"`
	Mail       string `form:"mail"`
	Old        string `form:"old"`
	Manner     string `form:"manner"`
	Short      string `form:"short"`
	Parent     string `form:"parent"`
	Kind       string `form:"kind"`
	Regime     string `form:"regime"`
	From       string `form:"from"`
	Until      string `form:"until"`
	Before     string `form:"before"`
	Place      string `form:"place"`
	Title      string `form:"title"`
	Rank       string `form:"rank"`
	Head       string `form:"head"`
	System     string `form:"system"`
	Code       string `form:"code"`
	Owner      string `form:"owner"`
	Role       string `form:"role"`
	Scope      string `form:"scope"`
	Decision   string `form:"decision"`
}

func (c cellsInput) cells() map[string]string {
	return map[string]string{
		"on": c.On, "number": c.Number, "name": c.Name, "kana": c.Kana, "employment": c.Employment, "order": c.Order, "unit": c.Unit, "post": c.Post, "mail": c.Mail, "old": c.Old,
		"manner": c.Manner, "short": c.Short, "parent": c.Parent, "kind": c.Kind, "regime": c.Regime, "from": c.From, "until": c.Until, "before": c.Before, "place": c.Place,
		"title": c.Title, "rank": c.Rank, "head": c.Head, "system": c.System, "code": c.Code, "owner": c.Owner, "role": c.Role, "scope": c.Scope, "decision": c.Decision,
	}
}

func (p pages) fixHold(ctx context.Context, r *web.Request, in cellsInput) (web.Next, error) {
	hold := id.ID(r.Path("hold"))
	if err := p.s.FixHold(ctx, r.Actor(), hold, in.cells()); err != nil {
		return web.Next{}, err
	}
	return p.nextHold(ctx, r, hold, "直した行を取り込みました。")
}

func (p pages) dropHold(ctx context.Context, r *web.Request, in struct {
	Reason string `form:"reason,required"`
},
) (web.Next, error) {
	hold := id.ID(r.Path("hold"))
	if err := p.s.DropHold(ctx, r.Actor(), hold, in.Reason); err != nil {
		return web.Next{}, err
	}
	return p.nextHold(ctx, r, hold, "この行は取り込まないことにしました。")
}

// nextHold leads on to the next row that is held, or back to the import when that was the last.
func (p pages) nextHold(ctx context.Context, r *web.Request, hold id.ID, said string) (web.Next, error) {
	h, u, err := p.s.GetHold(ctx, r.Actor(), hold)
	if err != nil {
		return web.Next{}, err
	}
	list, err := p.s.Holds(ctx, r.Actor(), u.ID)
	if err != nil {
		return web.Next{}, err
	}
	var next Hold // the first after this one, else the first of all
	open := 0
	for _, x := range list {
		if x.State != HoldOpen {
			continue
		}
		if open++; open == 1 || next.ID < h.ID && x.ID > h.ID {
			next = x
		}
	}
	if open == 0 {
		return web.Next{Href: uploadHref(u.ID), Said: said + "保留の行はもうありません。"}, nil
	}
	return web.Next{Href: holdHref(next), Said: said + "次の保留の行です（残り" + ui.Figure(open) + "行）。"}, nil
}

// enterView asks for one 発令 to be typed: an addition, or the correction of one that was wrong.
type enterView struct {
	web.Page
	Form ui.Form
}

func (p pages) enter(ctx context.Context, r *web.Request) (enterView, error) {
	v := enterView{Page: r.Page("発令を入力する", ui.Link{Text: "人事異動", Href: "/people/import"})}
	v.Lead = "1件だけの発令や、過ぎた日の発令の訂正に使います。送ると、何が変わるかを確かめる画面になります。"
	cells := map[string]string{"on": p.d.today().Wareki(), "order": "異動"}
	if person := id.ID(r.Query("person")); person != "" {
		if err := p.d.on(ctx, r.Actor(), p.d.today(), func(s snapshot) error { return s.cellsOf(ctx, person, cells) }); err != nil {
			return v, err
		}
	}
	fields, _ := cellFields(Orders, cells, nil, false)
	if err := p.offer(ctx, r.Actor(), Orders, cells, fields, func(ui.Field) bool { return true }); err != nil {
		return v, err
	}
	v.Form = r.Form(ui.Form{Action: "/people/import/enter", Fields: fields, Buttons: ui.Buttons("確かめる", "/people/import")})
	return v, nil
}

// cellsOf fills in what is known of a person.
func (s snapshot) cellsOf(ctx context.Context, person id.ID, cells map[string]string) error {
	x, err := s.Person(ctx, s, person)
	if err != nil {
		return err
	}
	if seen, err := s.sees(ctx, person); err != nil || !seen {
		return cmp.Or[error](err, noSuchPerson())
	}
	cells["number"], cells["name"], cells["kana"], cells["employment"], cells["mail"] = x.Number, x.Name, x.Kana, x.Employment.Title(), x.Mail
	assigned, err := s.AssignmentsOf(ctx, s, person)
	if err != nil || len(assigned) == 0 {
		return err
	}
	posts, err := s.postsByID(ctx)
	u, _ := s.chart.Tree.Unit(assigned[0].Unit)
	cells["unit"], cells["post"] = u.Code, posts[assigned[0].Post].Code
	return err
}

func (p pages) takeEntered(ctx context.Context, r *web.Request, in cellsInput) (web.Next, error) {
	if err := p.s.Check(ctx, r.Actor(), Orders, in.cells()); err != nil {
		return web.Next{}, err
	}
	day := in.On // and no name in the title: it could not be erased from the trail
	if on, err := jpdate.Parse(in.On); err == nil {
		day = on.Wareki()
	}
	title := strings.TrimSpace(in.Number + " " + in.Order + "（" + day + "）")
	upload, err := p.s.Enter(ctx, r.Actor(), Orders, []map[string]string{in.cells()}, Options{Title: title})
	return web.Next{Href: uploadHref(upload)}, err
}
