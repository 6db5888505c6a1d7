package admin

import (
	"context"
	"errors"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/job"
	"sekimori/internal/web/ui"
)

// tasks are what those who run Sekimori have to do: to confirm that somebody is he, to see to what has stopped, and to
// have settings decided.
func (p pages) tasks(ctx context.Context, r db.Reader, actor *access.Actor) ([]feature.Task, error) {
	if actor.Chart == nil {
		return nil, nil
	}
	var tasks []feature.Task
	if actor.Can(access.AccountConfirm) {
		list, of, called, err := p.o.recoveries(ctx, r, actor)
		if err != nil {
			return nil, err
		}
		for _, x := range list {
			if confirms(actor, x, of[x.Account]) {
				tasks = append(tasks, feature.Task{Do: "本人確認の再登録を、認めるか断る", About: called[x.Account], Href: recoveryHref(x.ID), Due: jpdate.Today(x.Expires.Time())})
			}
		}
	}
	if actor.Can(access.JobManage) {
		list, err := p.o.Jobs.List(ctx, r, job.Stopped)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			tasks = append(tasks, feature.Task{Do: "停止した自動処理をやり直す", About: ui.Figure(len(list)) + "件", Href: jobsHref})
		}
	}
	if actor.Can(access.SettingDraft) {
		n, err := p.open(ctx, r)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			tasks = append(tasks, feature.Task{Do: "標準運用値を決める案を作る", About: "決まっていない設定" + ui.Figure(n) + "件", Href: settingsHref})
		}
	}
	return tasks, nil
}

// open counts the settings that are not decided today.
func (p pages) open(ctx context.Context, r db.Reader) (n int, err error) {
	list, err := p.s.on(ctx, r, p.s.today())
	for _, x := range list {
		if !x.Decided() {
			n++
		}
	}
	return n, err
}

// figures tell what is undecided, what has stopped, and who has more rights than a password alone should open.
func (p pages) figures(ctx context.Context, r db.Reader, actor *access.Actor) ([]ui.Stat, error) {
	if actor.Chart == nil {
		return nil, nil
	}
	n, err1 := p.open(ctx, r)
	stopped, err2 := p.o.Jobs.List(ctx, r, job.Stopped)
	bare, err3 := p.o.bare(ctx, r, actor.Chart)
	jobs := ui.Stat{Number: ui.Figure(len(stopped)), Unit: "件", Label: "停止した自動処理"}
	if actor.Can(access.JobManage) {
		jobs.Href = jobsHref
	}
	return []ui.Stat{
		{Number: ui.Figure(n), Unit: "件", Label: "決まっていない標準運用値", Href: settingsHref},
		{Number: ui.Figure(len(bare)), Unit: "人", Label: "特権のある利用者で、二つ目の確認のない人"},
		jobs,
	}, errors.Join(err1, err2, err3)
}
