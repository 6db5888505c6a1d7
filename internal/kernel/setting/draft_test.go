package setting_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

func schemas() []db.Schema {
	return []db.Schema{{Module: "trail", FS: trail.Schema()}, {Module: "setting", FS: setting.Schema()}}
}

// The settings of a made-up body.
func declared() []setting.Declaration {
	own := func(d setting.Declaration) setting.Declaration {
		d.Owner, d.Policy = "shima", "島の規程"
		return d
	}
	return []setting.Declaration{
		own(setting.Declaration{ID: "oil", Title: "油を替える間隔", Unit: setting.Months, Min: 1, Max: 24, Proposal: "12"}),
		own(setting.Declaration{ID: "log", Title: "日誌の保存", Unit: setting.Years, Min: 1, Max: 100, Proposal: "5"}),
		{
			Owner: setting.Program, Policy: "関守", ID: "ways", Title: "合図", Unit: setting.Many, Min: 1, Proposal: "flag",
			Options: []setting.Option{{ID: "flag", Title: "旗"}, {ID: "lamp", Title: "灯火"}},
		},
	}
}

// body is a body on 1 March 2026.
type body struct {
	*testing.T
	log      *trail.Log
	clock    *testkit.Clock
	declared []setting.Declaration
}

func each(t *testing.T, test func(b *body)) {
	testkit.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		clock := testkit.NewClock(t, "2026-03-01T09:00:00+09:00")
		d.Now = clock.Now
		test(&body{t, trail.New(d), clock, declared()})
	})
}

func (b *body) do(fn func(ctx context.Context, tx *trail.Tx) error) error {
	return b.log.Do(b.Context(), trail.Act{Actor: "cli:test", Name: "setting.test"}, func(tx *trail.Tx) error { return fn(b.Context(), tx) })
}

// asks makes a draft by somebody; pairs are keys and values.
func (b *body) asks(by string, pairs ...string) (made setting.Draft, err error) {
	p := setting.Proposal{By: by, Title: "標準運用値", From: jpdate.New(2026, 4, 1), Wishes: map[string]setting.Wish{}}
	for i := 0; i < len(pairs); i += 2 {
		p.Wishes[pairs[i]] = setting.Wish{Value: []string{pairs[i+1]}, Reason: "話し合って決めた"}
	}
	err = b.do(func(ctx context.Context, tx *trail.Tx) error {
		made, err = setting.Propose(ctx, tx, b.declared, p)
		return err
	})
	return made, err
}

func (b *body) asked(by string, pairs ...string) setting.Draft {
	b.Helper()
	made, err := b.asks(by, pairs...)
	if err != nil {
		b.Fatal(errs.Message(err))
	}
	return made
}

func (b *body) decides(draft id.ID, d setting.Decision) (x setting.Draft, err error) {
	err = b.do(func(ctx context.Context, tx *trail.Tx) error {
		x, err = setting.Decide(ctx, tx, b.declared, draft, d)
		return err
	})
	return x, err
}

func (b *body) decided(draft setting.Draft, number string, on, from jpdate.Date) {
	b.Helper()
	if _, err := b.decides(draft.ID, setting.Decision{By: draft.By, Sum: draft.Sum[:8], From: from, Elsewhere: true, Number: number, On: on}); err != nil {
		b.Fatal(errs.Message(err))
	}
}

// value is a setting on a day in words, with the number of its decision or 提案.
func (b *body) value(key string, on jpdate.Date) string {
	b.Helper()
	d, ok := setting.Find(b.declared, key)
	if !ok {
		b.Fatalf("no setting %s", key)
	}
	var v setting.Value
	err := b.log.DB().View(b.Context(), func(r db.Reader) (err error) {
		v, err = setting.At(b.Context(), r, d, on)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	if v.Decided() {
		return v.String() + " " + v.Decision.Number
	}
	return v.String() + " " + string(v.State)
}

func (b *body) is(key string, on jpdate.Date, want string) {
	b.Helper()
	if got := b.value(key, on); got != want {
		b.Errorf("%s on %v: %s, want %s", key, on, got, want)
	}
}

var (
	today = jpdate.New(2026, 3, 1)
	april = jpdate.New(2026, 4, 1)
)

// Everything that was never decided stands on the first paper, and comes into force as a whole, on its day.
func TestADraftIsDecidedAsAWhole(t *testing.T) {
	t.Parallel()
	each(t, func(b *body) {
		b.is("shima.oil", april, "12か月 proposed")
		draft := b.asked("person:a", "shima.oil", "６", "shima.log", "5", "sekimori.ways", "lamp flag")
		paper, err := draft.Paper()
		if err != nil || len(paper.Lines) != 3 {
			b.Fatalf("%+v: %v", paper, err)
		}
		if l := paper.Lines[0]; l.Words != "6か月" || l.Ours || l.Current != "" || l.Reason != "話し合って決めた" || l.Policy != "島の規程" {
			b.Errorf("%+v", l)
		}
		if !paper.Lines[1].Ours || paper.Lines[2].Words != "旗、灯火" {
			b.Errorf("%+v", paper.Lines[1:])
		}
		b.is("shima.oil", april, "12か月 proposed")
		b.decided(draft, "デ第1号", today, april)
		b.is("shima.oil", jpdate.New(2026, 3, 31), "12か月 proposed")
		b.is("shima.oil", april, "6か月 デ第1号")
		b.is("shima.log", april, "5年 デ第1号")
		b.is("sekimori.ways", april, "旗、灯火 デ第1号")

		next := b.asked("person:a", "shima.oil", "3")
		paper, err = next.Paper()
		if err != nil || len(paper.Lines) != 1 || paper.Lines[0].Note != "令和8年4月1日から6か月（決裁 デ第1号）" {
			b.Errorf("what is decided and stays is on the paper, or the coming value is not: %+v %v", paper, err)
		}
		if _, err := b.asks("person:a", "shima.oil", "6"); errs.KindOf(err) != errs.Invalid {
			b.Errorf("nothing changes, and still there is a paper: %v", err)
		}
	})
}

func TestEverythingThatIsWrongComesAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(b *body) {
		_, err := b.asks("person:a", "shima.oil", "25", "shima.nix", "1", "sekimori.ways", "")
		message := errs.Message(err)
		for _, want := range []string{"shima.oil: 1か月から24か月まで", "shima.nix: ", "sekimori.ways: 1個以上", "shima.log: まだ決まっていません"} {
			if !strings.Contains(message, want) {
				b.Errorf("%q does not say %q", message, want)
			}
		}
		draft := b.asked("person:a", "shima.oil", "24", "shima.log", "1", "sekimori.ways", "flag")
		_, err = b.decides(draft.ID, setting.Decision{By: "person:a", Sum: "0000000", Elsewhere: true, On: jpdate.New(2026, 3, 2)})
		message = errs.Message(err)
		for _, want := range []string{"sum: ", "number: ", "decided_on: ", "from_on: "} {
			if !strings.Contains(message, want) {
				b.Errorf("%q does not say %q", message, want)
			}
		}
		_, err = b.decides(draft.ID, setting.Decision{By: "person:a", Sum: "00000000", Elsewhere: true, Number: "1", On: today, From: jpdate.New(2026, 2, 1)})
		if message = errs.Message(err); !strings.Contains(message, "検証値と合いません") || !strings.Contains(message, "より前です") {
			b.Error(message)
		}
		err = b.do(func(ctx context.Context, tx *trail.Tx) error {
			_, err := setting.Enter(ctx, tx, b.declared, setting.Proposal{Wishes: map[string]setting.Wish{"shima.oil": {Value: []string{"0"}}}, Rest: setting.RestOurs}, setting.Decision{Elsewhere: true, On: today})
			return err
		})
		message = errs.Message(err)
		for _, want := range []string{"title: ", "shima.oil: ", "number: ", "from_on: "} {
			if strings.Count(message, want) != 1 {
				b.Errorf("%q says %q %d times", message, want, strings.Count(message, want))
			}
		}
		b.is("shima.oil", april, "12か月 proposed")
	})
}

// Nobody decides what he or the one for whom he acts has drafted; decided here, it gets a number where none is given.
func TestDecidedHere(t *testing.T) {
	t.Parallel()
	each(t, func(b *body) {
		draft := b.asked("person:a", "shima.oil", "6", "shima.log", "5", "sekimori.ways", "flag")
		for _, d := range []setting.Decision{{By: "person:a"}, {By: "person:b", For: "person:a"}} {
			d.Sum, d.From = draft.Sum, april
			if _, err := b.decides(draft.ID, d); errs.KindOf(err) != errs.Forbidden {
				b.Errorf("%+v: %v", d, err)
			}
		}
		x, err := b.decides(draft.ID, setting.Decision{By: "person:b", Sum: draft.Sum, From: april})
		if err != nil || x.Number != "標準運用値 令和7年度第1号" || x.On != today || x.State != setting.Adopted {
			b.Fatalf("%+v %v", x, err)
		}
		if _, err := b.decides(draft.ID, setting.Decision{By: "person:b", Sum: draft.Sum, From: april}); errs.KindOf(err) != errs.Conflict {
			b.Errorf("twice: %v", err)
		}
		b.is("shima.oil", april, "6か月 標準運用値 令和7年度第1号")
		again := b.asked("person:a", "shima.oil", "9")
		if x, err := b.decides(again.ID, setting.Decision{By: "person:b", Sum: again.Sum, From: april}); err != nil || x.Number != "標準運用値 令和7年度第2号" {
			b.Errorf("%s %v", x.Number, err)
		}
		b.is("shima.oil", april, "9か月 標準運用値 令和7年度第2号")
	})
}

// Of two drafts about one setting the second cannot be decided as it stands; of the body's own decisions the later one counts.
func TestTwoDraftsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(b *body) {
		all := []string{"shima.oil", "6", "shima.log", "5", "sekimori.ways", "flag"}
		first, second, third := b.asked("person:a", all...), b.asked("person:b", all...), b.asked("person:c", "shima.oil", "7", "shima.log", "5", "sekimori.ways", "flag")
		b.decided(first, "デ第1号", today, april)
		_, err := b.decides(second.ID, setting.Decision{By: "person:z", Sum: second.Sum, From: april})
		if errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Message(err), "油を替える間隔（決裁 デ第1号）") {
			b.Errorf("%v", err)
		}
		early := setting.Decision{By: "person:c", Sum: third.Sum, Elsewhere: true, Number: "デ第0号", On: today.AddDays(-1), From: april}
		if _, err := b.decides(third.ID, early); errs.KindOf(err) != errs.Conflict {
			b.Errorf("what was decided before takes the place of what was decided after: %v", err)
		}
		b.decided(third, "デ第2号", today, april)
		b.is("shima.oil", april, "7か月 デ第2号")

		err = b.do(func(ctx context.Context, tx *trail.Tx) error {
			_, err := setting.Withdraw(ctx, tx, second.ID, " ")
			return err
		})
		if errs.KindOf(err) != errs.Invalid {
			b.Errorf("without a reason: %v", err)
		}
		err = b.do(func(ctx context.Context, tx *trail.Tx) error {
			_, err := setting.Withdraw(ctx, tx, second.ID, "別の案で決まった")
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := b.decides(second.ID, early); errs.KindOf(err) != errs.Conflict {
			b.Errorf("a withdrawn draft: %v", err)
		}
	})
}

// Two who decide at the same moment: one of two drafts, and one number each.
func TestTwoWhoDecideAtTheSameMoment(t *testing.T) {
	t.Parallel()
	each(t, func(b *body) {
		all := []string{"shima.oil", "6", "shima.log", "5", "sekimori.ways", "flag"}
		drafts := []setting.Draft{b.asked("person:a", all...), b.asked("person:b", all...)}
		errors := make([]error, len(drafts))
		var group sync.WaitGroup
		for i, d := range drafts {
			group.Go(func() { _, errors[i] = b.decides(d.ID, setting.Decision{By: "person:z", Sum: d.Sum, From: april}) })
		}
		group.Wait()
		if (errors[0] == nil) == (errors[1] == nil) || errs.KindOf(errors[0]) != errs.Conflict && errs.KindOf(errors[1]) != errs.Conflict {
			b.Errorf("%v, %v", errors[0], errors[1])
		}
		b.is("shima.oil", april, "6か月 標準運用値 令和7年度第1号")
	})
}

// Another edition may measure a setting otherwise, or have it no more: then what was decided is not read as something else.
func TestASettingWhosePackWasReplaced(t *testing.T) {
	t.Parallel()
	each(t, func(b *body) {
		all := []string{"shima.oil", "6", "shima.log", "5", "sekimori.ways", "flag"}
		draft := b.asked("person:a", all...)
		b.decided(draft, "デ第1号", today, april)
		open := b.asked("person:a", "shima.oil", "18", "shima.log", "7")

		b.declared[0].Max = 12
		b.is("shima.oil", april, "6か月 デ第1号")
		b.declared[0].Title = "油の交換"
		b.declared[1].Unit, b.declared[1].Proposal = setting.Months, "60"
		b.is("shima.log", april, "60か月 outdated")
		_, err := b.decides(open.ID, setting.Decision{By: "person:z", Sum: open.Sum, From: april})
		if errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Message(err), "油を替える間隔、日誌の保存") {
			b.Errorf("%v", err)
		}
		anew := b.asked("person:a", "shima.log", "72")
		paper, err := anew.Paper()
		if err != nil || len(paper.Lines) != 1 || !strings.Contains(paper.Lines[0].Note, "以前の決裁") {
			b.Errorf("%+v %v", paper.Lines, err)
		}
		b.decided(anew, "デ第2号", today, april)
		b.is("shima.log", april, "72か月 デ第2号")
		b.declared = b.declared[1:]
		if _, err := b.asks("person:a", "shima.oil", "6"); errs.KindOf(err) != errs.Invalid {
			b.Errorf("a setting that is no more: %v", err)
		}
	})
}

// A process that remembers sees a decision of another at once, and nothing of one that was undone.
func TestMemory(t *testing.T) {
	t.Parallel()
	each(t, func(b *body) {
		var m setting.Memory
		oil := b.declared[0]
		at := func(r db.Reader) string {
			values, err := m.Values(b.Context(), r)
			if err != nil {
				b.Fatal(err)
			}
			return values.At(oil, april).Text
		}
		look := func() (text string) {
			err := b.log.DB().View(b.Context(), func(r db.Reader) error {
				text = at(r)
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			return text
		}
		enter := func(value string, undo error) {
			err := b.do(func(ctx context.Context, tx *trail.Tx) error {
				_, err := setting.Enter(ctx, tx, b.declared,
					setting.Proposal{By: "cli:x", Title: "t", From: april, Wishes: map[string]setting.Wish{"shima.oil": {Value: []string{value}}}, Rest: setting.RestLeftOut},
					setting.Decision{By: "cli:x", Elsewhere: true, Number: value, On: today, From: april})
				if err != nil {
					return err
				}
				if got := at(tx); got != value {
					b.Errorf("its own transaction sees %s", got)
				}
				return undo
			})
			if !errors.Is(err, undo) {
				b.Fatal(err)
			}
		}
		if got := look(); got != "12" {
			b.Error(got)
		}
		enter("3", errors.New("undone"))
		if got := look(); got != "12" {
			b.Errorf("what was undone is remembered: %s", got)
		}
		enter("4", nil)
		if got := look(); got != "4" {
			b.Errorf("%s", got)
		}
		enter("5", nil)
		if got := look(); got != "5" {
			b.Errorf("%s", got)
		}
	})
}

func TestAPaperThatWasTamperedWith(t *testing.T) {
	t.Parallel()
	each(t, func(b *body) {
		draft := b.asked("person:a", "shima.oil", "6", "shima.log", "5", "sekimori.ways", "flag")
		err := b.log.DB().Update(b.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(b.Context(), `update setting_draft set content = replace(content, '"6"', '"8"')`)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := b.decides(draft.ID, setting.Decision{By: "person:z", Sum: draft.Sum, From: april}); errs.KindOf(err) != errs.Conflict {
			b.Errorf("%v", err)
		}
		b.is("shima.oil", april, "12か月 proposed")
	})
}
