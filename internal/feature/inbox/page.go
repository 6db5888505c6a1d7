package inbox

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// pages answers requests.
type pages struct {
	db       *db.DB
	library  *regime.Library
	features []feature.Module
}

// view is the first page.
type view struct {
	web.Page
	Tasks   ui.Table
	State   ui.Stats // how the whole stands, for those who look after it
	Roles   ui.Table
	Regimes []regimeView
}

// regimeView is what one policy asks of somebody, chapter by chapter.
type regimeView struct {
	Title    string
	Count    string
	Chapters []chapterView
}

type chapterView struct {
	Title string
	Count string
	Table ui.Table
}

func (p pages) inbox(ctx context.Context, r *web.Request) (view, error) {
	v := view{Page: r.Page("いま行うこと")}
	err := p.db.View(ctx, func(reader db.Reader) error {
		today := jpdate.Today(p.db.Now())
		set, err := p.library.InForce(ctx, reader, today)
		if err != nil {
			return err
		}
		actor := r.Actor()
		v.Lead = today.Wareki() + "（" + string([]rune("日月火水木金土")[today.Weekday()]) + "）　" + works(actor)
		v.Roles, v.Regimes = roles(set, actor), duties(set, actor)
		tasks, stats, err := p.gather(ctx, reader, actor)
		v.Tasks, v.State.Items = tasksTable(set, today, tasks), stats
		return err
	})
	return v, err
}

// gather asks every feature.
func (p pages) gather(ctx context.Context, r db.Reader, actor *access.Actor) (tasks []feature.Task, stats []ui.Stat, err error) {
	for _, f := range p.features {
		if f.Tasks != nil {
			some, err := f.Tasks(ctx, r, actor)
			if err != nil {
				return nil, nil, err
			}
			tasks = append(tasks, some...)
		}
		if f.Figures != nil && actor.Can(access.StateRead) {
			some, err := f.Figures(ctx, r, actor)
			if err != nil {
				return nil, nil, err
			}
			stats = append(stats, some...)
		}
	}
	return tasks, stats, nil
}

// works is who somebody is: where he works and on which post.
func works(actor *access.Actor) string {
	var words []string
	for _, a := range actor.Assignments {
		u, _ := actor.Chart.Tree.Last(a.Unit)
		word := u.Name
		if a.Manner != org.Main {
			word += "（" + a.Manner.Title() + "）"
		}
		words = append(words, word)
	}
	return strings.Join(append([]string{actor.Person.Name}, words...), "　")
}

// tasksTable lists what is to be done: what is late, then by day, then what has none.
func tasksTable(set *regime.Set, today jpdate.Date, tasks []feature.Task) ui.Table {
	slices.SortStableFunc(tasks, func(a, b feature.Task) int { return cmp.Compare(due(a), due(b)) })
	t := ui.Table{Caption: "いま行うこと", Stack: true, Empty: "いま行うことはありません。", Columns: []ui.Column{
		{Title: "行うこと", Head: true}, {Title: "対象"}, {Title: "いつまで", Keep: true}, {Title: "条項", Keep: true},
	}}
	for _, x := range tasks {
		day := ui.Cell{}
		if !x.Due.IsZero() {
			day = ui.Text(x.Due.Wareki())
			if x.Due.Before(today) || x.Late {
				day = append(day, ui.Item{Text: "期限超過", Tone: ui.Bad})
			}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(x.Do, x.Href), ui.Text(x.About), day, clause(set, x.Regime, x.Clause)}})
	}
	return t
}

func due(t feature.Task) string {
	if t.Due.IsZero() {
		return "9999"
	}
	return t.Due.String()
}

// roles lists as what somebody acts, and for whom.
func roles(set *regime.Set, actor *access.Actor) ui.Table {
	t := ui.Table{Caption: "私の役割", Stack: true, Empty: "いま担う役割はありません。", Columns: []ui.Column{
		{Title: "役割", Head: true}, {Title: "どこの"}, {Title: "立場"}, {Title: "期間"}, {Title: "義務", Number: true}, {Title: "条項", Keep: true},
	}}
	for _, h := range actor.Authorities {
		as := ui.Text(h.As.Title())
		if h.As == org.AsDeputy {
			as[0].Tone = ui.Info
			if h.For != nil {
				as = append(as, ui.Item{Text: h.For.Name + "の代行", Quiet: true})
			}
		}
		if h.Provisional {
			as = append(as, ui.Item{Text: "暫定", Tone: ui.Warn})
		}
		span := h.From.Wareki() + "から"
		if h.Until != org.Open() {
			span += h.Until.Wareki() + "まで"
		}
		name, count := ui.Text(h.Role.Title), ui.Cell{}
		if pack, ok := find(set, h.Regime); ok {
			href := "/duties/" + url.PathEscape(h.Regime) + "/" + url.PathEscape(h.Role.ID)
			name = append(name, ui.Item{Text: pack.Title, Quiet: true})
			count = ui.Anchor(ui.Figure(len(pack.DutiesFor(h.Role.ID))), href)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, ui.Text(actor.Chart.Place(h.Regime, h.Home).Name), as, ui.Text(span), count, clause(set, h.Regime, h.Role.Clause)}})
	}
	return t
}

// duties are what each policy asks of somebody by any of his roles.
func duties(set *regime.Set, actor *access.Actor) []regimeView {
	var all []regimeView
	for _, pack := range set.Packs {
		mine := map[string]ui.Cell{} // by duty: as what
		for _, h := range actor.Authorities {
			if h.Regime != pack.ID {
				continue
			}
			for _, d := range pack.DutiesFor(h.Role.ID) {
				if !slices.ContainsFunc(mine[d.ID], func(i ui.Item) bool { return i.Text == h.Role.Name() }) {
					mine[d.ID] = append(mine[d.ID], ui.Item{Text: h.Role.Name(), Quiet: true})
				}
			}
		}
		if len(mine) == 0 {
			continue
		}
		v := regimeView{Title: pack.Title, Count: ui.Figure(len(mine))}
		last := ""
		for _, d := range pack.Duties {
			if mine[d.ID] == nil {
				continue
			}
			document, number, title := pack.Chapter(d.Clause)
			if at := document + ":" + number; at != last {
				v.Chapters, last = append(v.Chapters, chapterView{Title: strings.TrimSpace(number + " " + title), Table: chapterTable()}), at
			}
			chapter := &v.Chapters[len(v.Chapters)-1]
			what := ui.Text(d.Duty)
			if d.Kind != duty.Must {
				what = append(what, ui.Item{Text: d.Kind.Title(), Tone: ui.Neutral})
			}
			chapter.Table.Rows = append(chapter.Table.Rows, ui.Row{Cells: []ui.Cell{clause(set, pack.ID, d.Clause), what, mine[d.ID]}})
		}
		for i := range v.Chapters {
			v.Chapters[i].Count = ui.Figure(len(v.Chapters[i].Table.Rows))
		}
		all = append(all, v)
	}
	return all
}

func chapterTable() ui.Table {
	return ui.Table{Stack: true, Columns: []ui.Column{{Title: "条項", Keep: true}, {Title: "行うこと", Head: true}, {Title: "どの役割で"}}}
}

func find(set *regime.Set, id string) (*regime.Pack, bool) {
	i := slices.IndexFunc(set.Packs, func(p *regime.Pack) bool { return p.ID == id })
	if i < 0 {
		return nil, false
	}
	return set.Packs[i], true
}

// clause is a link to what asks for something.
func clause(set *regime.Set, id, ref string) ui.Cell {
	pack, ok := find(set, id)
	if !ok || ref == "" {
		return nil
	}
	return ui.Anchor(ref, feature.ClauseHref(pack, ref))
}
