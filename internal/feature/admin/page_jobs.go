package admin

import (
	"context"
	"net/url"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/job"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

const jobsHref = "/admin/jobs"

func jobHref(of id.ID) string { return jobsHref + "/" + url.PathEscape(string(of)) }

// manyDone is how many jobs that are done a page lists.
const manyDone = 50

func jobState(s job.State) ui.Item {
	return ui.Item{
		Text: map[job.State]string{job.Waiting: "待っています", job.Running: "実行中", job.Done: "済み", job.Stopped: "停止"}[s],
		Tone: map[job.State]ui.Tone{job.Waiting: ui.Info, job.Running: ui.Info, job.Done: ui.Good, job.Stopped: ui.Bad}[s],
	}
}

func (p pages) jobs(ctx context.Context, r *web.Request) (board, error) {
	v := board{Page: r.Page("自動処理", home())}
	v.Lead = "画面の裏で行う処理です。続けて失敗したものは停止し、だれかがやり直すまで動きません。"
	err := p.o.read(ctx, func(reader db.Reader) error {
		v.Parts = nil
		for _, x := range []struct {
			caption, empty string
			states         []job.State
		}{
			{"停止したもの", "停止したものはありません。", []job.State{job.Stopped}},
			{"動いているもの・待っているもの", "ありません。", []job.State{job.Running, job.Waiting}},
			{"済んだもの（新しいものから" + ui.Figure(manyDone) + "件まで）", "ありません。", []job.State{job.Done}},
		} {
			list, err := p.o.Jobs.List(ctx, reader, x.states...)
			if err != nil {
				return err
			}
			t := ui.Table{Caption: x.caption, Stack: true, Empty: x.empty, Columns: []ui.Column{{Title: "処理", Head: true}, {Title: "状態", Keep: true}, {Title: "始めた時", Keep: true}, {Title: "回数", Number: true}, {Title: "経過"}}}
			for i, j := range list {
				if j.State == job.Done && i == manyDone {
					break
				}
				t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(j.Title, jobHref(j.ID)), {jobState(j.State)}, ui.Text(feature.Moment(j.CreatedAt)), ui.Text(ui.Figure(int(j.Tries))), course(j)}})
			}
			v.Parts = append(v.Parts, part{Table: t})
		}
		return nil
	})
	return v, err
}

// course is how a job goes or went, in words.
func course(j job.Job) ui.Cell {
	switch j.State {
	case job.Stopped:
		return ui.Text(j.Error, feature.Moment(j.EndedAt)+"に停止")
	case job.Done:
		return ui.Text(feature.Moment(j.EndedAt) + "に終了")
	case job.Running:
		return ui.Text(j.Note, ui.Progress{Done: int(j.Progress.Done), Total: int(j.Total)}.Words())
	case job.Waiting:
	}
	if j.Error != "" {
		return ui.Text("失敗したため、"+feature.Moment(j.DueAt)+"にやり直します", j.Error)
	}
	return nil
}

func (p pages) job(ctx context.Context, r *web.Request) (v board, err error) {
	err = p.o.read(ctx, func(reader db.Reader) error {
		j, err := p.o.Jobs.Get(ctx, reader, id.ID(r.Path("job")))
		if err != nil {
			return err
		}
		v = board{Page: r.Page(j.Title, home(), ui.Link{Text: "自動処理", Href: jobsHref})}
		v.Kicker = "自動処理"
		v.Facts.Items = []ui.Description{
			{Term: "状態", Cell: ui.Cell{jobState(j.State)}},
			{Term: "始めた時", Cell: ui.Text(feature.Moment(j.CreatedAt))},
			{Term: "回数", Cell: ui.Text(ui.Figure(int(j.Tries)))},
			{Term: "経過", Cell: course(j)},
			{Term: "対象", Cell: ui.Cell{{Text: j.Payload, Quiet: true}}},
			{Term: "識別子", Cell: ui.Cell{{Text: string(j.ID), Quiet: true}}},
		}
		if j.State != job.Stopped {
			return nil
		}
		v.Notices = []ui.Notice{{Tone: ui.Bad, Title: "この処理は停止しています", Lines: []string{j.Error}}}
		v.Parts = []part{{Doings: []doing{{Form: r.Form(ui.Form{Action: jobHref(j.ID) + "/retry", Buttons: act("やり直す", ui.Info)})}}}}
		return nil
	})
	return v, err
}

// retry has a stopped job begin anew: it does what was allowed when it was begun, and works everything out again.
func (p pages) retry(ctx context.Context, r *web.Request, _ none) (web.Next, error) {
	of := id.ID(r.Path("job"))
	err := p.s.log.DB().Update(ctx, func(tx *db.Tx) error {
		if !r.Actor().Can(access.JobManage) {
			return access.Refused(access.JobManage)
		}
		return p.o.Jobs.Retry(ctx, tx, of)
	})
	return web.Next{Href: jobHref(of), Said: "やり直しを始めます。"}, err
}
