package trailview

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// stateView says how the trail stands, and whether it is as it was written.
type stateView struct {
	web.Page
	Alarm    ui.Notice
	Stats    ui.Stats
	Facts    ui.DescriptionList
	Form     ui.Form
	Progress progressView
}

// progressView is what changes while a verification runs.
type progressView struct {
	Bars   []ui.Progress
	Failed ui.Notice
	Checks ui.Table
}

// askForm has no fields: the button is all.
type askForm struct{}

func (p pages) state(ctx context.Context, r *web.Request) (stateView, error) {
	is, err := p.s.state(ctx, r.Actor())
	if err != nil {
		return stateView{}, err
	}
	names := map[string]string{}
	if err := p.s.log.DB().View(ctx, func(reader db.Reader) (err error) {
		var texts []string
		for _, c := range is.checks {
			texts = append(texts, c.Actor)
		}
		names, err = p.words.Names(ctx, reader, db.At(p.s.log.DB().Now()), ids(texts...))
		return err
	}); err != nil {
		return stateView{}, err
	}
	v := stateView{Page: r.Page("証跡の状態と検証", ui.Link{Text: "証跡", Href: "/trail"})}
	v.Lead = "証跡は、記録を1件加えるたびに全体のハッシュが変わる木になっています。検証は、すべての記録と台帳の行を最初から計算し直して比べます。"
	if r.Actor().Scope(access.TrailVerify).Body() {
		v.Form = r.Form(ui.Form{Buttons: ui.Buttons("いま検証する", "")})
	}
	v.Alarm = alarm(is.status)
	v.Stats.Items = []ui.Stat{
		{Number: ui.Figure(int(is.status.Size)), Unit: "件", Label: "番号の付いた記録"},
		{Number: ui.Figure(int(is.status.Pending)), Unit: "件", Label: "番号を待つ記録"},
		{Number: strconv.FormatInt(is.status.Epoch, 10), Label: "期"},
	}
	v.Facts.Items = facts(is.status)
	for _, j := range is.running {
		if j.State == job.Stopped {
			v.Progress.Failed = ui.Notice{Tone: ui.Bad, Title: "検証が途中で止まりました", Lines: []string{j.Error}}
			continue
		}
		v.Refresh = 2
		v.Progress.Bars = append(v.Progress.Bars, ui.Progress{Label: "検証しています", Done: int(j.Progress.Done), Total: int(j.Progress.Total)})
	}
	v.Progress.Checks = checkTable(is.checks, names)
	return v, nil
}

// alarm says that entries wait too long for their numbers.
func alarm(s trail.Status) ui.Notice {
	if !s.Late {
		return ui.Notice{}
	}
	return ui.Notice{Tone: ui.Bad, Title: "番号を待つ記録が1分以上たまっています", Lines: []string{
		"最も古いものは " + moment(s.Oldest) + " の記録です。関守のサーバが動いているか、運用管理者に確かめてください。記録そのものは失われていません。",
	}}
}

func facts(s trail.Status) []ui.Description {
	items := []ui.Description{{Term: "根のハッシュ", Cell: ui.Cell{{Text: fmt.Sprintf("%x", s.Root[:])}}}}
	signed := ui.Cell{{Text: "まだありません", Quiet: true}}
	if s.Checkpoint.Size > 0 {
		signed = ui.Cell{
			{Text: moment(s.Checkpoint.At) + "（" + ui.Figure(int(s.Checkpoint.Size)) + "件まで）"},
			{Text: "署名付きの控え（チェックポイント）を受け取る", Href: "/trail/checkpoint"},
			{Text: "月に一度、この控えを別の場所に保管してください。あとで検証に使うと、それ以前の改変がすべて分かります。", Quiet: true},
		}
	}
	items = append(items, ui.Description{Term: "最後の署名", Cell: signed})
	for _, f := range s.Followers {
		state := "最新"
		if f.Behind > 0 {
			state = ui.Figure(int(f.Behind)) + "件遅れ"
		}
		items = append(items, ui.Description{Term: "追随する索引「" + f.Name + "」", Cell: ui.Text(state)})
	}
	return items
}

func checkTable(checks []Check, names map[string]string) ui.Table {
	t := ui.Table{Caption: "これまでの検証", Stack: true, Empty: "まだ一度も検証していません。", Columns: []ui.Column{
		{Title: "日時", Head: true, Keep: true}, {Title: "結果", Keep: true}, {Title: "調べた記録", Number: true}, {Title: "だれが"}, {Title: "見つかったもの"},
	}}
	for _, c := range checks {
		result := ui.Item{Text: "異常なし", Tone: ui.Good}
		if !c.OK {
			result = ui.Item{Text: "異常あり", Tone: ui.Bad}
		}
		var found []string
		_ = json.Unmarshal([]byte(c.Findings), &found) // what this program wrote
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.Text(moment(c.At)), {result}, ui.Text(ui.Figure(int(c.Checked))), ui.Text(feature.Actor(c.Actor, names)), ui.Text(found...),
		}})
	}
	return t
}

func (p pages) verify(ctx context.Context, r *web.Request, _ askForm) (web.Next, error) {
	err := p.s.Ask(ctx, r.Actor())
	return web.Next{Href: "/trail/state", Said: "検証を始めました。終わるとこの画面に結果が出ます。"}, err
}

// receipt is the receipt of one version, for those who may see it.
func (p pages) receipt(ctx context.Context, r *web.Request) (web.Attachment, error) {
	kind, thing := r.Path("kind"), r.Path("thing")
	version, err := strconv.ParseInt(r.Path("version"), 10, 64)
	if err != nil {
		return web.Attachment{}, errs.New(errs.NotFound, "この記録はありません。")
	}
	var receipt trail.Receipt
	err = p.s.log.DB().View(ctx, func(reader db.Reader) error {
		open, err := p.seen(ctx, reader, r.Actor())
		if err != nil {
			return err
		}
		seen, err := p.s.log.History(ctx, reader, kind, thing, version+1, 1, open)
		if err != nil {
			return err
		}
		if len(seen) == 0 || seen[0].Version != version {
			return errs.New(errs.NotFound, "この記録はありません。")
		}
		receipt, err = p.s.log.Receipt(ctx, reader, kind, thing, version)
		return err
	})
	return text("受領証-"+kind+"-"+strconv.FormatInt(version, 10)+".txt", receipt.String()), err
}

// checkpoint is the last signed head, for somebody else to keep.
func (p pages) checkpoint(ctx context.Context, r *web.Request) (web.Attachment, error) {
	if err := p.s.log.DB().View(ctx, func(reader db.Reader) error { return mayBody(ctx, reader, r.Actor()) }); err != nil {
		return web.Attachment{}, err
	}
	status, err := p.s.log.Status(ctx)
	if err != nil {
		return web.Attachment{}, err
	}
	if status.Checkpoint.Size == 0 {
		return web.Attachment{}, errs.New(errs.NotFound, "署名された控えはまだありません。")
	}
	return text(fmt.Sprintf("checkpoint-%d-%d.txt", status.Checkpoint.Epoch, status.Checkpoint.Size), status.Checkpoint.Note), nil
}

func text(name, content string) web.Attachment {
	return web.Attachment{Name: name, Media: "text/plain; charset=utf-8", Write: func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	}}
}
