package people

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web/ui"
)

// tasks are what the holder of a role has to do about it: to name a deputy or to confirm the one that his predecessor named, to fill
// what is vacant below him; and, for who takes in personnel files, the rows that are held.
func (p pages) tasks(ctx context.Context, r db.Reader, actor *access.Actor) ([]feature.Task, error) {
	if actor.Chart == nil {
		return nil, nil
	}
	tasks := append(deputyTasks(actor), vacancyTasks(actor)...)
	if !actor.Can(access.PeopleImport) {
		return tasks, nil
	}
	all, err := p.s.listed(ctx, r, actor)
	for _, u := range all {
		if u.Held > 0 {
			tasks = append(tasks, feature.Task{Do: "保留の行を片付ける", About: u.Title + "（" + ui.Figure(u.Held) + "行）", Href: uploadHref(u.ID)})
		}
	}
	return tasks, err
}

// deputyTasks are about the seats of somebody for which he names who acts for him.
func deputyTasks(actor *access.Actor) []feature.Task {
	var tasks []feature.Task
	for _, h := range actor.Authorities {
		if h.As == org.AsDeputy || h.Role.Deputy == nil || h.Role.Deputy.NamedBy == "" || len(h.Role.OneOf) > 0 || h.Person.ID != actor.Person.Person {
			continue
		}
		task := feature.Task{
			Do: "代行者を指名する", About: h.Role.Title + "（" + actor.Chart.Place(h.Regime, h.Home).Name + "）",
			Href: "/people/" + string(actor.Person.Person) + "#deputy", Regime: h.Regime, Clause: h.Role.Deputy.Clause,
		}
		named := false
		for _, o := range actor.Chart.Holders(h.Regime, h.Role.ID, h.Home) {
			if o.As != org.AsDeputy || o.Vacant() {
				continue
			}
			if named = true; o.Provisional {
				task.Do, task.Due, named = "前任者が指名した代行者（"+o.Person.Name+"）を確かめ、指名し直す", o.Until, false
			}
		}
		if !named {
			tasks = append(tasks, task)
		}
	}
	return tasks
}

// fewVacancies is up to how many vacant seats are named one by one.
const fewVacancies = 5

// vacancyTasks are about the seats that nobody holds in what somebody answers for.
func vacancyTasks(actor *access.Actor) []feature.Task {
	below := map[string]bool{}
	for _, h := range actor.Authorities {
		if len(h.Role.Everyone) > 0 || len(h.Role.OneOf) > 0 {
			continue
		}
		units, systems := actor.Chart.Reach(h)
		for _, unit := range units {
			below[h.Regime+" "+org.UnitHome(unit)] = true
		}
		for _, system := range systems {
			below[h.Regime+" "+org.SystemHome(system)] = true
		}
		if h.Home == org.BodyHome {
			below[h.Regime+" "+org.BodyHome] = true
		}
	}
	var tasks []feature.Task
	for _, v := range actor.Chart.Vacancies() {
		if below[v.Regime+" "+v.Home] {
			tasks = append(tasks, feature.Task{
				Do: "空席を埋める", About: v.Role.Title + "（" + actor.Chart.Place(v.Regime, v.Home).Name + "）",
				Href: "/roles/" + v.Regime + "/" + v.Role.ID, Regime: v.Regime, Clause: v.Role.Clause,
			})
		}
	}
	if len(tasks) > fewVacancies {
		return []feature.Task{{Do: "空席を埋める", About: ui.Figure(len(tasks)) + "の役割", Href: "/vacancies"}}
	}
	return tasks
}

// figures tell how people and roles stand.
func (p pages) figures(ctx context.Context, r db.Reader, actor *access.Actor) ([]ui.Stat, error) {
	stats := []ui.Stat{{Number: ui.Figure(len(actor.Chart.Vacancies())), Unit: "席", Label: "担う人のいない役割", Href: "/vacancies"}}
	if !actor.Can(access.PeopleImport) {
		return stats, nil
	}
	held := 0
	all, err := p.s.listed(ctx, r, actor)
	for _, u := range all {
		held += u.Held
	}
	return append(stats, ui.Stat{Number: ui.Figure(held), Unit: "行", Label: "人事異動の保留", Href: "/people/import"}), err
}
