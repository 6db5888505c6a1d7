package trailview

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
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
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// pages answers requests.
type pages struct {
	s     *Service
	words dictionary
}

const perPage = 50

func actHref(act id.ID) string { return "/trail/act/" + string(act) }

func thingHref(kind, thing string) string { return "/trail/thing/" + address(kind, thing) }

// address is kind and thing as a path; the thing's own slashes stay.
func address(kind, thing string) string {
	parts := strings.Split(thing, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return url.PathEscape(kind) + "/" + strings.Join(parts, "/")
}

// seen is what a reader may see: of what is in his scope now, what has come to its hour and was not taken back before.
func (p pages) seen(ctx context.Context, r db.Reader, by *access.Actor) (trail.Seen, error) {
	withheld, err := org.Withheld(ctx, r)
	return by.Scope(access.TrailRead).Trail(r, trail.Seen{Now: db.At(p.s.log.DB().Now()), Withheld: withheld}), err
}

// mayBody makes sure that what is of the whole trail is a reader's matter.
func mayBody(ctx context.Context, r db.Reader, by *access.Actor) error {
	_, err := by.Require(ctx, r, access.TrailRead, trail.Body)
	return err
}

// searchView lists acts by what they touched.
type searchView struct {
	web.Page
	State   string // the page about the trail as a whole, "" for who does not see that
	Form    ui.SearchForm
	Results resultsView
}

type resultsView struct {
	Table ui.Table
	Pager ui.Pager
}

func (p pages) search(ctx context.Context, r *web.Request) (searchView, error) {
	v := searchView{Page: r.Page("証跡"), Form: p.form(r)}
	v.Lead = "だれが、いつ、何をしたか。記録は消したり書き換えたりできず、変えられれば検証で分かります。"
	if scope := r.Actor().Scope(access.TrailRead); scope.Body() {
		v.State = "/trail/state"
	} else {
		v.Lead += "あなたの権限の範囲にあるものの記録だけが並びます。"
	}
	q := trail.Query{Kind: r.Query("kind"), Name: r.Query("act"), Limit: perPage}
	var ok bool
	if q.From, q.To, ok = period(&v.Form); !ok {
		return v, nil
	}
	err := p.s.log.DB().View(ctx, func(reader db.Reader) (err error) {
		if q.Actors, err = p.actors(ctx, reader, r.Query("actor")); err != nil {
			return err
		}
		if q.Kind == "" {
			v.Results, err = p.acts(ctx, reader, r, q)
		} else {
			v.Results, err = p.entries(ctx, reader, r, q, "見つかった記録（新しい順）")
		}
		return err
	})
	v.Results.Table.Empty = "この条件に合う記録はありません。"
	return v, err
}

// actors are those whom somebody means: one as the trail names him, or people by number or name. nil for everybody.
func (p pages) actors(ctx context.Context, reader db.Reader, words string) ([]string, error) {
	switch {
	case words == "":
		return nil, nil
	case strings.Contains(words, ":"):
		return []string{words}, nil
	}
	return p.words.Actors(ctx, reader, db.At(p.s.log.DB().Now()), words)
}

const conditions = "kind act actor from to"

// acts lists acts, each in one line however much it did.
func (p pages) acts(ctx context.Context, reader db.Reader, r *web.Request, q trail.Query) (resultsView, error) {
	seen, err := p.seen(ctx, reader, r.Actor())
	if err != nil {
		return resultsView{}, err
	}
	deeds, next, err := p.s.log.Acts(ctx, reader, q, id.ID(r.Query("after")), seen)
	if err != nil {
		return resultsView{}, err
	}
	var texts []string
	for _, d := range deeds {
		texts = append(texts, d.Public, d.Actor)
	}
	names, err := p.words.Names(ctx, reader, seen.Now, ids(texts...))
	if err != nil {
		return resultsView{}, err
	}
	t := ui.Table{Caption: "したこと（新しい順）", Stack: true, Columns: []ui.Column{
		{Title: "日時", Keep: true}, {Title: "したこと", Head: true}, {Title: "対象"}, {Title: "だれが"},
	}}
	for _, d := range deeds {
		about := ui.Cell{{Text: ui.Figure(int(d.Entries)) + "件", Href: actHref(d.ID)}}
		if d.Many {
			about[0].Text += "以上"
		}
		if d.Entries == 1 {
			about = ui.Cell{
				{Text: p.words.label(d.Kind, d.Thing, d.Public, d.Personal, names), Href: thingHref(d.Kind, d.Thing)},
				{Text: p.words.kind(d.Kind), Quiet: true},
			}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(moment(d.At)), ui.Anchor(p.words.act(d.Name), actHref(d.ID)), about, ui.Text(feature.Actor(d.Actor, names))}})
	}
	return resultsView{t, ui.Pager{Label: "証跡", Swap: "results", Next: following(r, conditions, string(next))}}, nil
}

// entries lists entries one by one.
func (p pages) entries(ctx context.Context, reader db.Reader, r *web.Request, q trail.Query, caption string) (resultsView, error) {
	q.After, _ = strconv.ParseInt(r.Query("after"), 10, 64) // what is no number is the first page
	seen, err := p.seen(ctx, reader, r.Actor())
	if err != nil {
		return resultsView{}, err
	}
	list, next, err := p.s.log.Search(ctx, reader, q, seen)
	if err != nil {
		return resultsView{}, err
	}
	var texts []string
	for _, e := range list {
		texts = append(texts, e.Public, e.Actor)
	}
	names, err := p.words.Names(ctx, reader, seen.Now, ids(texts...))
	if err != nil {
		return resultsView{}, err
	}
	after := ""
	if next > 0 {
		after = strconv.FormatInt(next, 10)
	}
	return resultsView{p.table(caption, list, names), ui.Pager{Label: caption, Swap: "results", Next: following(r, conditions, after)}}, nil
}

// following is the address of the next page with the conditions of this one, "" where nothing follows.
func following(r *web.Request, conditions, next string) string {
	if next == "" {
		return ""
	}
	query := url.Values{"after": {next}}
	for _, name := range strings.Fields(conditions) {
		if value := r.Query(name); value != "" {
			query.Set(name, value)
		}
	}
	return "?" + query.Encode()
}

func (p pages) form(r *web.Request) ui.SearchForm {
	options := func(all string, words map[string]string) []ui.Option {
		list := []ui.Option{{Value: "", Text: all}}
		for _, key := range slices.SortedFunc(maps.Keys(words), func(a, b string) int { return cmp.Or(cmp.Compare(words[a], words[b]), cmp.Compare(a, b)) }) {
			list = append(list, ui.Option{Value: key, Text: words[key]})
		}
		return list
	}
	kinds := map[string]string{}
	for kind, w := range p.words.Kinds {
		kinds[kind] = w.Title
	}
	return ui.SearchForm{
		Action: "/trail", Swap: "results", Clear: "/trail",
		Fields: []ui.Field{
			{Name: "act", Label: "したこと", Help: "操作の種類", Value: r.Query("act"), Options: options("すべて", p.words.Acts)},
			{Name: "kind", Label: "対象", Help: "選ぶと1件ずつ並びます", Value: r.Query("kind"), Options: options("すべて", kinds)},
			{Name: "actor", Label: "だれが", Value: r.Query("actor"), Help: "氏名か職員番号。例：鈴木、cli:root"},
			{Type: ui.Date, Name: "from", Label: "この日から", Value: r.Query("from"), Help: "例：R8.4.1"},
			{Type: ui.Date, Name: "to", Label: "この日まで", Value: r.Query("to"), Help: "例：R9.3.31"},
		},
	}
}

// period reads the dates of the form; what cannot be read is marked there.
func period(f *ui.SearchForm) (from, to db.Time, ok bool) {
	ok = true
	read := func(name string, days int) db.Time {
		for i := range f.Fields {
			field := &f.Fields[i]
			if field.Name != name || field.Value == "" {
				continue
			}
			day, err := jpdate.Parse(field.Value)
			if err != nil {
				field.Error, ok = errs.Message(err), false
				return ""
			}
			return db.At(day.AddDays(days).Start())
		}
		return ""
	}
	from, to = read("from", 0), read("to", 1)
	return from, to, ok
}

// table lists entries.
func (p pages) table(caption string, entries []trail.Entry, names map[string]string) ui.Table {
	t := ui.Table{Caption: caption, Stack: true, Columns: []ui.Column{
		{Title: "日時", Keep: true}, {Title: "したこと"}, {Title: "対象", Head: true}, {Title: "だれが"}, {Title: "番号", Number: true},
	}}
	for _, e := range entries {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.Text(moment(e.At)), ui.Anchor(p.words.act(e.Name), actHref(e.Act)), p.thingCell(e, names), ui.Text(feature.Actor(e.Actor, names)), ui.Text(place(e)),
		}})
	}
	return t
}

func (p pages) thingCell(e trail.Entry, names map[string]string) ui.Cell {
	cell := ui.Cell{{Text: p.words.label(e.Kind, e.Thing, e.Public, e.Personal, names), Href: thingHref(e.Kind, e.Thing)}, {Text: p.words.kind(e.Kind) + "　第" + strconv.FormatInt(e.Version, 10) + "版", Quiet: true}}
	if e.Gone {
		cell = append(cell, ui.Item{Text: "取消し", Tone: ui.Warn})
	}
	return cell
}

// place is the entry's number in the tree.
func place(e trail.Entry) string {
	if e.Seq == nil {
		return "番号待ち"
	}
	return ui.Figure(int(*e.Seq))
}

// actView is one act with what it left.
type actView struct {
	web.Page
	Facts   ui.DescriptionList
	Results resultsView
}

func (p pages) act(ctx context.Context, r *web.Request) (actView, error) {
	act := id.ID(r.Path("act"))
	var v actView
	err := p.s.log.DB().View(ctx, func(reader db.Reader) error {
		seen, err := p.seen(ctx, reader, r.Actor())
		if err != nil {
			return err
		}
		first, _, err := p.s.log.Search(ctx, reader, trail.Query{Act: act, Limit: 1}, seen)
		if err != nil {
			return err
		}
		if len(first) == 0 {
			return errs.New(errs.NotFound, "この記録はないか、あなたの権限の範囲の外にあるか、まだ番号が付いていません。少し待って開き直してください。")
		}
		names, err := p.words.Names(ctx, reader, seen.Now, ids(first[0].Actor, first[0].Authority))
		if err != nil {
			return err
		}
		v.Page = r.Page(p.words.act(first[0].Name), ui.Link{Text: "証跡", Href: "/trail"})
		v.Facts.Items = p.actFacts(first[0], names)
		v.Results, err = p.entries(ctx, reader, r, trail.Query{Act: act, Limit: perPage}, "この操作が残した記録")
		return err
	})
	return v, err
}

func (p pages) actFacts(e trail.Entry, names map[string]string) []ui.Description {
	note := ui.Text(e.Note)
	if e.NoteErased {
		note = ui.Cell{{Text: "（消去済み）", Quiet: true}}
	}
	items := []ui.Description{
		{Term: "日時", Cell: ui.Text(moment(e.At))},
		{Term: "だれが", Cell: ui.Cell{{Text: feature.Actor(e.Actor, names)}, {Text: e.Actor, Quiet: true}}},
	}
	if e.Authority != "" {
		items = append(items, ui.Description{Term: "どの立場で", Cell: ui.Text(p.words.Authority(e.Authority, names))})
	}
	if e.Note != "" || e.NoteErased {
		items = append(items, ui.Description{Term: "書き添え", Cell: note})
	}
	detail := map[string]any{}
	_ = json.Unmarshal([]byte(e.Detail), &detail) // what cannot be read is not shown
	var lines ui.Cell
	for _, key := range slices.Sorted(maps.Keys(detail)) {
		value, _ := json.Marshal(detail[key]) // it came from JSON
		lines = append(lines, ui.Item{Text: key + ": " + strings.Trim(string(value), `"`)})
	}
	if len(lines) > 0 {
		items = append(items, ui.Description{Term: "内容", Cell: lines})
	}
	return append(items, ui.Description{Term: "識別子", Cell: ui.Cell{{Text: string(e.Act), Quiet: true}}})
}

// thingView is the history of one thing.
type thingView struct {
	web.Page
	Facts   ui.DescriptionList
	History historyView
}

type historyView struct {
	Timeline ui.Timeline
	Pager    ui.Pager
}

func (p pages) thing(ctx context.Context, r *web.Request) (thingView, error) {
	kind, thing := r.Path("kind"), r.Path("thing")
	before, _ := strconv.ParseInt(r.Query("after"), 10, 64) // what is no number is the first page
	var (
		versions []trail.Version
		names    map[string]string
	)
	err := p.s.log.DB().View(ctx, func(reader db.Reader) (err error) {
		seen, err := p.seen(ctx, reader, r.Actor())
		if err != nil {
			return err
		}
		if versions, err = p.s.log.History(ctx, reader, kind, thing, before, perPage, seen); err != nil {
			return err
		}
		var texts []string
		for _, x := range versions {
			texts = append(texts, x.Public, x.Actor)
		}
		names, err = p.words.Names(ctx, reader, seen.Now, ids(texts...))
		return err
	})
	if err != nil {
		return thingView{}, err
	}
	if len(versions) == 0 {
		return thingView{}, errs.New(errs.NotFound, "この記録はないか、あなたの権限の範囲の外にあります。")
	}
	newest := versions[0]
	v := thingView{Page: r.Page(p.words.label(kind, thing, newest.Public, newest.Personal, names), ui.Link{Text: "証跡", Href: "/trail"})}
	v.Kicker = p.words.kind(kind)
	if is := p.words.Kinds[kind]; is.Href != nil && (is.May == "" || r.Actor().Can(is.May)) {
		href := is.Href
		v.Facts.Items = append(v.Facts.Items, ui.Description{Term: "画面", Cell: ui.Anchor("いまの内容を見る", href(thing))})
	}
	v.Facts.Items = append(v.Facts.Items, ui.Description{Term: "識別子", Cell: ui.Cell{{Text: thing, Quiet: true}}})
	for _, x := range versions {
		v.History.Timeline.Versions = append(v.History.Timeline.Versions, p.version(x, names))
	}
	if last := versions[len(versions)-1]; len(versions) == perPage && last.Version > 1 {
		v.History.Pager = ui.Pager{Label: "履歴", Swap: "history", Next: following(r, "", strconv.FormatInt(last.Version, 10))}
	}
	return v, nil
}

func (p pages) version(x trail.Version, names map[string]string) ui.Version {
	v := ui.Version{
		ID: "v" + strconv.FormatInt(x.Version, 10), When: moment(x.At), Who: feature.Actor(x.Actor, names), Href: actHref(x.Act),
		What: "第" + strconv.FormatInt(x.Version, 10) + "版　" + p.words.act(x.Name),
		Notes: ui.Cell{
			{Text: "番号 " + place(x.Entry), Quiet: true},
			{Text: "受領証を受け取る", Href: "/trail/receipt/" + url.PathEscape(x.Kind) + "/" + strconv.FormatInt(x.Version, 10) + "/" + strings.TrimPrefix(address("", x.Thing), "/"), Quiet: true},
		},
	}
	if x.Seq == nil {
		v.Notes = v.Notes[:1]
	}
	if x.Gone {
		v.Notes = append(v.Notes, ui.Item{Text: "取消し", Tone: ui.Warn})
	}
	if x.PersonalErased {
		v.Notes = append(v.Notes, ui.Item{Text: "個人情報は消去済み", Tone: ui.Neutral})
	}
	for _, c := range x.Changes {
		change := ui.Change{Name: p.words.column(x.Kind, c.Column), Before: p.words.value(x.Kind, c.Column, c.Old, names), After: p.words.value(x.Kind, c.Column, c.New, names)}
		if change.Name != "" && change.Before != change.After { // a first version has nothing to say of what is empty
			v.Changes = append(v.Changes, change)
		}
	}
	return v
}
