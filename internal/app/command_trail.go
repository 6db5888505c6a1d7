package app

import (
	"fmt"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

type verifyCommand struct {
	Checkpoint []string `placeholder:"FILE" help:"別の場所に保管していた署名付きの控え（チェックポイント）とも比べる"`
	Receipt    []string `placeholder:"FILE" help:"受領証（印刷物や出力にあるもの）とも比べる"`
}

// Run verifies the whole trail in one snapshot.
func (k *verifyCommand) Run(c *console) error {
	at := Place{DB: c.flags.DB, Store: c.flags.Store, Look: true}
	anchors, err := trail.AnchorsIn(at.store()) // if the store is here
	if err != nil {
		c.say("%s を読めないため、フォルダーの鍵や最後に署名した控えとは比べません。", at.store())
	}
	for files, into := range map[*[]string]*[]trail.Anchor{&k.Checkpoint: &anchors.Checkpoints, &k.Receipt: &anchors.Receipts} {
		for _, name := range *files {
			data, err := readFile(name)
			if err != nil {
				return err
			}
			*into = append(*into, trail.Anchor{Name: name, Text: string(data)})
		}
	}
	a, err := c.openAt(at)
	if err != nil {
		return err
	}
	defer c.close(a)
	tables, err := a.Audited(c.ctx)
	if err != nil {
		return err
	}
	report, err := a.Log.Verify(c.ctx, tables, anchors)
	if err != nil {
		return err
	}
	if c.flags.JSON {
		err = c.json(report)
	} else {
		for _, f := range report.Findings {
			c.line("%s", f)
		}
	}
	if err != nil {
		return err
	}
	if !report.OK {
		c.say("異常が見つかりました（%d件）。データベースを止めずに、いまの状態の控えを取ってから調べてください。", len(report.Findings)+report.More)
		return errOpen
	}
	c.say("異常はありません。記録 %d 件（うち番号待ち %d 件）、根 %s", report.Checked, report.Unsequenced, report.Root)
	return nil
}

type statusCommand struct{}

type statusResult struct {
	Epoch       int64            `json:"epoch"`
	Size        int64            `json:"size"`
	Root        string           `json:"root"`
	Unsequenced int64            `json:"unsequenced"`
	Oldest      *db.Time         `json:"oldest"`
	Late        bool             `json:"late"`
	Checkpoint  *checkpointRow   `json:"checkpoint"`
	Followers   map[string]int64 `json:"followers_behind"`
}

type checkpointRow struct {
	Epoch int64   `json:"epoch"`
	Size  int64   `json:"size"`
	At    db.Time `json:"at"`
}

// Run says how the trail stands; 1 where entries wait for their numbers for too long.
func (*statusCommand) Run(c *console) error {
	a, err := c.look()
	if err != nil {
		return err
	}
	defer c.close(a)
	s, err := a.Log.Status(c.ctx)
	if err != nil {
		return err
	}
	out := statusResult{Epoch: s.Epoch, Size: s.Size, Root: fmt.Sprintf("%x", s.Root[:]), Unsequenced: s.Pending, Late: s.Late, Followers: map[string]int64{}}
	if s.Oldest != "" {
		out.Oldest = &s.Oldest
	}
	if s.Checkpoint.Size > 0 {
		out.Checkpoint = &checkpointRow{s.Checkpoint.Epoch, s.Checkpoint.Size, s.Checkpoint.At}
	}
	for _, f := range s.Followers {
		out.Followers[f.Name] = f.Behind
	}
	switch {
	case c.flags.JSON:
		err = c.json(out)
	default:
		c.line("期\t%d\n番号の付いた記録\t%d\n番号を待つ記録\t%d\n根\t%s", out.Epoch, out.Size, out.Unsequenced, out.Root)
		if out.Checkpoint != nil {
			c.line("最後の署名\t%d 件まで（%s）", out.Checkpoint.Size, out.Checkpoint.At)
		}
	}
	if err == nil && s.Late {
		c.say("番号を待つ記録が1分以上たまっています。関守のサーバが動いているか確かめてください。")
		return errOpen
	}
	return err
}

type checkpointCommand struct{}

// Run signs the present head and prints the checkpoint, for somebody else to keep.
func (*checkpointCommand) Run(c *console) error {
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	if err := a.Log.Settle(c.ctx); err != nil {
		return err
	}
	s, err := a.Log.Status(c.ctx)
	if err != nil {
		return err
	}
	if s.Checkpoint.Size == 0 {
		return errs.New(errs.NotFound, "署名する記録がまだありません。")
	}
	if c.flags.JSON {
		return c.json(map[string]any{"epoch": s.Checkpoint.Epoch, "size": s.Checkpoint.Size, "at": s.Checkpoint.At, "note": s.Checkpoint.Note})
	}
	_, err = fmt.Fprint(c.out, s.Checkpoint.Note)
	return err
}

type epochCommand struct {
	Why      string `required:"" placeholder:"TEXT" help:"何が起きたか。証跡に残る"`
	Lost     string `placeholder:"FILE" help:"失われた状態の控え（チェックポイント）。フォルダーに残っていれば省く"`
	NewStore bool   `help:"フォルダーが失われたので、空のフォルダーと新しい鍵で続ける"`
}

// Run opens an epoch after the trail could not go on from what was signed last.
func (k *epochCommand) Run(c *console) error {
	lost := ""
	if k.Lost != "" {
		data, err := readFile(k.Lost)
		if err != nil {
			return err
		}
		lost = string(data)
	}
	at := Place{DB: c.flags.DB, Store: c.flags.Store, Look: true}
	a, err := c.openAt(at)
	if err != nil {
		return err
	}
	defer c.close(a)
	open := trail.OpenStore
	if k.NewStore {
		open = trail.ReplaceStore
	}
	if a.store, err = open(c.ctx, a.DB, at.store()); err != nil {
		return err
	}
	opened, err := a.Log.With(a.store).OpenEpoch(c.ctx, c.actor().Name, k.Why, lost)
	if err != nil {
		return err
	}
	c.say("証跡の第%d期を開きました。これより前の %d 件はそのまま残っています。", opened.Number, opened.Size)
	if c.flags.JSON {
		return c.json(map[string]any{"epoch": opened.Number, "from": opened.Size, "lost": opened.Lost})
	}
	return nil
}

type rebuildCommand struct {
	Follower string `arg:"" help:"索引の名前（trail status が示すもの）"`
}

// Run has a follower begin again.
func (k *rebuildCommand) Run(c *console) error {
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	if err := a.Log.Rebuild(c.ctx, k.Follower); err != nil {
		return err
	}
	c.say("索引「%s」を最初から作り直します。終わるまで、検索に出ないものがあります。", k.Follower)
	return nil
}

type receiptCommand struct {
	Kind    string `arg:"" help:"対象の種類（unit、person など）"`
	Thing   string `arg:"" help:"対象の識別子"`
	Version int64  `help:"何番目の版か。省くと最新"`
}

// Run prints the receipt of one version of a thing.
func (k *receiptCommand) Run(c *console) error {
	a, err := c.look()
	if err != nil {
		return err
	}
	defer c.close(a)
	var receipt trail.Receipt
	err = a.DB.View(c.ctx, func(r db.Reader) error {
		before := k.Version // what is closed yet has no receipt either: it would say that there is something
		if before > 0 {
			before++
		}
		withheld, err := org.Withheld(c.ctx, r)
		if err != nil {
			return err
		}
		seen := c.actor().Scope(access.TrailRead).Trail(r, trail.Seen{Now: db.At(a.DB.Now()), Withheld: withheld})
		newest, err := a.Log.History(c.ctx, r, k.Kind, k.Thing, before, 1, seen)
		if err != nil {
			return err
		}
		if len(newest) == 0 || k.Version > 0 && newest[0].Version != k.Version {
			return errs.New(errs.NotFound, "%s %s の記録はありません（種類は %v）。", k.Kind, k.Thing, kinds())
		}
		receipt, err = a.Log.Receipt(c.ctx, r, k.Kind, k.Thing, newest[0].Version)
		return err
	})
	if err != nil {
		return err
	}
	if c.flags.JSON {
		return c.json(map[string]any{
			"store": receipt.Store, "epoch": receipt.Epoch, "size": receipt.Size, "root": fmt.Sprintf("%x", receipt.Root[:]),
			"index": receipt.Index, "leaf": fmt.Sprintf("%x", receipt.Leaf[:]),
		})
	}
	_, err = fmt.Fprint(c.out, receipt)
	return err
}

// kinds are the kinds of things under the trail.
func kinds() []string {
	var names []string
	for _, t := range Audited() {
		names = append(names, t.Kind())
	}
	slices.Sort(names)
	return names
}
