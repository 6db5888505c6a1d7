package signin

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/web/ui"
)

// fewCodes is when somebody is told that his printed list comes to its end.
const fewCodes = 5

// tasks are what somebody has to do about his own way in, before it is closed to him.
func (p pages) tasks(ctx context.Context, r db.Reader, actor *access.Actor) ([]feature.Task, error) {
	if actor.Account == "" {
		return nil, nil
	}
	held, err := p.d.Factors.List(ctx, r, actor, actor.Account)
	var tasks []feature.Task
	for _, h := range held {
		switch {
		case h.Lost:
			tasks = append(tasks, feature.Task{Do: "二つ目の確認を登録し直す", About: h.Label, Href: "/signin/enroll"})
		case h.Kind == account.Printed && h.Left <= fewCodes:
			tasks = append(tasks, feature.Task{Do: "番号表を作り直す", About: "残り" + ui.Figure(h.Left) + "回", Href: "/signin/enroll"})
		}
	}
	return tasks, err
}
