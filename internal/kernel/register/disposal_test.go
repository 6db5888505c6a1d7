package register_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// keeper is the library where records are destroyed.
type keeper struct {
	*house
	dir string // the store
}

// keeping builds it; how long samples are kept is decided: five years.
func keeping(t *testing.T, d *db.DB) *keeper {
	t.Helper()
	dir := t.TempDir()
	store, err := trail.OpenStore(t.Context(), d, dir)
	if err != nil {
		t.Fatal(err)
	}
	log := trail.New(d).With(store)
	k := &keeper{found(t, log, dir, lines), dir}
	if err := log.Begin(t.Context(), "cli:test"); err != nil {
		t.Fatal(err)
	}
	k.adopt(k.library.Offered().Packs[0])
	k.years(5, "館総第1号")
	return k
}

// years decides how long samples are kept, from today on.
func (k *keeper) years(n int, number string) {
	k.Helper()
	today := jpdate.Today(k.Clock.Now())
	k.Do(trail.Act{}, func(tx *trail.Tx) error {
		set, err := k.library.InForce(k.Context(), tx, today)
		if err != nil {
			return err
		}
		_, err = setting.Enter(k.Context(), tx, set.Settings(nil), setting.Proposal{
			By: "cli:test", Title: "保存期間", From: today, Rest: setting.RestLeftOut, Wishes: map[string]setting.Wish{"kodama.record-check": {Value: []string{fmt.Sprint(12 * n)}}},
		}, setting.Decision{By: "cli:test", Elsewhere: true, Number: number, On: today, From: today})
		return err
	})
}

// gone adds a sample and takes it off the books, on the day of the clock.
func (k *keeper) gone(words ...string) register.Entry {
	k.Helper()
	e := k.add("受付員", sample(words...))
	k.move(e.ID, 1, "gone")
	return k.entry(e.ID)
}

func (k *keeper) move(entry id.ID, version int64, state string) {
	k.Helper()
	if err := k.desk.Move(k.Context(), k.actor("受付長"), "kodama", "sample", entry, version, state, register.Entering{}); err != nil {
		k.Fatal(errs.Message(err))
	}
}

// entry reads a sample as 受付長 sees it; zero where there is none.
func (k *keeper) entry(entry id.ID) (e register.Entry) {
	k.Helper()
	k.open("受付長", func(d *register.Desk) {
		var err error
		if e, err = d.Get(entry); err != nil && errs.KindOf(err) != errs.NotFound {
			k.Fatal(err)
		}
	})
	return e
}

func (k *keeper) home() string { return "u:" + string(k.ID("unit", "1100")) }

// proposed is what a list of the desk would name on a day.
func (k *keeper) proposed(who, home, on string) (p register.Proposal) {
	k.Helper()
	k.open(who, func(d *register.Desk) {
		var err error
		if p, err = d.Preview(register.Due{Home: home, On: k.Day(on)}); err != nil {
			k.Fatal(errs.Message(err))
		}
	})
	return p
}

func titles(lines []register.DisposalLine) (all string) {
	for _, l := range lines {
		all += l.Title + " "
	}
	return strings.TrimSpace(all)
}

// draft draws up a list of the desk as of a day.
func (k *keeper) draft(who, on string) register.Disposal {
	k.Helper()
	due := register.Due{Home: k.home(), On: k.Day(on)}
	x, err := k.desk.DraftDisposal(k.Context(), k.actor(who), "kodama", "sample", register.Drafting{Due: due, Title: "廃棄について", Sum: k.proposed(who, due.Home, on).Sum})
	if err != nil {
		k.Fatal(errs.Message(err))
	}
	return x
}

func (k *keeper) list(list id.ID) (x register.Disposal, lines []register.DisposalLine) {
	k.Helper()
	k.open("受付長", func(d *register.Desk) {
		var err error
		if x, lines, err = d.Disposal(list); err != nil {
			k.Fatal(errs.Message(err))
		}
	})
	return x, lines
}

// ruling is the body's decision about a list, of today.
func (k *keeper) ruling(list id.ID) register.Ruling {
	x, _ := k.list(list)
	return register.Ruling{Sum: x.Sum[:8], Number: "館総第9号", On: jpdate.Today(k.Clock.Now())}
}

func (k *keeper) decides(who string, list id.ID) error {
	return k.desk.DecideDisposal(k.Context(), k.actor(who), "kodama", "sample", list, k.ruling(list))
}

func (k *keeper) carriesOut(who string, list id.ID) (int, error) {
	return k.desk.CarryOut(k.Context(), k.actor(who), "kodama", "sample", list)
}

// done draws up, decides and carries out a list, and lets followers follow.
func (k *keeper) done(on string) register.Disposal {
	k.Helper()
	x := k.draft("受付員", on)
	if err := k.decides("受付長", x.ID); err != nil {
		k.Fatal(errs.Message(err))
	}
	if n, err := k.carriesOut("受付長", x.ID); err != nil || n != x.Entries {
		k.Fatal(n, errs.Message(err))
	}
	k.settle()
	x, _ = k.list(x.ID)
	return x
}

// TestRetentionCountsFromTheNextApril: by the day on which an entry came to its end, and by nothing else.
func TestRetentionCountsFromTheNextApril(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		k := keeping(t, d)
		for _, c := range []struct{ at, name, until string }{
			{"2025-04-01T00:00:00+09:00", "い", "2031-03-31"},
			{"2026-03-31T23:59:59+09:00", "ろ", "2031-03-31"},
			{"2026-04-01T00:00:00+09:00", "は", "2032-03-31"},
		} {
			k.Clock.Set(t, c.at)
			e := k.gone("name " + c.name)
			k.open("受付員", func(d *register.Desk) {
				keep, ok, err := d.Keeping(e)
				if err != nil || !ok || keep.Until.String() != c.until || keep.Class != "見本" || keep.Span.Number != "館総第1号" {
					t.Errorf("%s: %+v %v", c.name, keep, err)
				}
			})
		}
		k.add("受付員", sample("name に")) // on show
		moved := k.gone("name ほ")
		k.move(moved.ID, 2, "shown")
		if e := k.entry(moved.ID); !e.Ended.IsZero() {
			t.Error("an entry that is on show again has ended on", e.Ended)
		}
		k.Clock.Set(t, "2030-05-01T09:00:00+09:00")
		k.move(moved.ID, 3, "gone")
		k.settle()
		for on, want := range map[string]string{"2031-03-31": "", "2031-04-01": "い ろ", "2032-03-31": "い ろ", "2032-04-01": "い ろ は", "2036-04-01": "い ろ は ほ"} {
			if got := titles(k.proposed("受付員", k.home(), on).Lines); got != want && !(on == "2036-04-01" && len(strings.Fields(got)) == 4) {
				t.Errorf("on %s: %q, want %q", on, got, want)
			}
		}
		for who, want := range map[string]string{"館長": "い ろ", "受付長": "", "書庫長": ""} { // the whole body is for its heads
			k.open(who, func(d *register.Desk) {
				p, err := d.Preview(register.Due{Home: trail.Body, On: k.Day("2031-04-01")})
				if got := titles(p.Lines); got != want || (err == nil) != (want != "") {
					t.Errorf("%s for the body: %q %v", who, got, err)
				}
			})
		}
		k.Clock.Set(t, "2031-04-01T09:00:00+09:00")
		k.years(10, "館総第2号")
		if got := titles(k.proposed("受付員", k.home(), "2031-04-01").Lines); got != "" {
			t.Errorf("with ten years: %q", got)
		}
		k.verified()
	})
}

// TestAnEntryFromBeforeTheColumnIsNotTooEarly: what came to its end before that day was noted counts from its last version.
func TestAnEntryFromBeforeTheColumnIsNotTooEarly(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		k := keeping(t, d)
		e := k.gone("name い")
		k.open("受付員", func(d *register.Desk) {
			old := e
			old.Ended, old.Entered = jpdate.Date{}, db.At(time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC))
			if got := d.EndedOn(old).String() + " " + d.EndedOn(e).String(); got != "2027-06-01 2025-04-01" {
				t.Error(got)
			}
		})
	})
}

// TestDisposalIsDecidedBySomebodyElse: what is wrong with a decision comes at once, nobody decides what he drafted, and it is decided once.
func TestDisposalIsDecidedBySomebodyElse(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		k := keeping(t, d)
		k.gone("name い")
		k.gone("name ろ")
		k.Clock.Set(t, "2031-04-01T09:00:00+09:00")
		k.settle()
		if _, err := k.desk.DraftDisposal(t.Context(), k.actor("受付員"), "kodama", "sample", register.Drafting{Due: register.Due{Home: k.home(), On: k.Day("2031-04-01")}, Title: "x", Sum: "another"}); errs.KindOf(err) != errs.Conflict {
			t.Error("another preview:", err)
		}
		x := k.draft("受付長", "2031-04-01")
		if got := titles(k.proposed("受付員", k.home(), "2031-04-01").Lines); got != "" {
			t.Errorf("proposed though listed: %q", got)
		}
		for who, want := range map[string]string{"受付長": "forbidden", "受付員": "forbidden", "夜間員": "forbidden", "書庫長": "unseen", "分館員": "forbidden"} {
			if got := did(k.desk.DecideDisposal(t.Context(), k.actor(who), "kodama", "sample", x.ID, k.ruling(x.ID))); got != want {
				t.Errorf("%s decides: %s, want %s", who, got, want)
			}
		}
		err := k.desk.DecideDisposal(t.Context(), k.actor("館長"), "kodama", "sample", x.ID, register.Ruling{Sum: "00000000", On: k.Day("2031-04-02")})
		if got := faults(err); !slices.Equal(got, []string{"decided_on", "number", "sum"}) {
			t.Error(got, err)
		}
		if _, err := k.carriesOut("館長", x.ID); errs.KindOf(err) != errs.Conflict {
			t.Error("carried out undecided:", err)
		}
		if err := k.decides("館長", x.ID); err != nil {
			t.Fatal(errs.Message(err))
		}
		if err := k.decides("館長", x.ID); errs.KindOf(err) != errs.Conflict {
			t.Error("decided twice:", err)
		}
		if _, err := k.carriesOut("受付員", x.ID); errs.KindOf(err) != errs.Forbidden {
			t.Error("carried out by a clerk:", err)
		}
		if n, err := k.carriesOut("受付長", x.ID); err != nil || n != 2 {
			t.Error(n, errs.Message(err))
		}
		if _, err := k.carriesOut("受付長", x.ID); errs.KindOf(err) != errs.Conflict {
			t.Error("carried out twice:", err)
		}
		if done, lines := k.list(x.ID); done.State != register.DisposalDone || done.Number != "館総第9号" || titles(lines) != "い ろ" && titles(lines) != "ろ い" {
			t.Errorf("%+v %v", done, lines)
		}
		k.verified()
	})
}

// TestADeputyDoesNotDecideForWhoDrafted.
func TestADeputyDoesNotDecideForWhoDrafted(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		k := keeping(t, d)
		k.Do(trail.Act{}, func(tx *trail.Tx) error {
			return k.State(tx, org.AtOnce(tx), k.Day("2025-04-01"), "person 代理員 regular", "assign 代理員 1200 係員 main", "deputy kodama librarian 1100 受付長 代理員")
		})
		k.gone("name い")
		k.Clock.Set(t, "2031-04-01T09:00:00+09:00")
		x := k.draft("受付長", "2031-04-01")
		if err := k.decides("代理員", x.ID); errs.KindOf(err) != errs.Forbidden {
			t.Error(err)
		}
		if err := k.desk.WithdrawDisposal(t.Context(), k.actor("受付員"), "kodama", "sample", x.ID, " "); !slices.Equal(faults(err), []string{"why"}) {
			t.Error(err)
		}
		if err := k.desk.WithdrawDisposal(t.Context(), k.actor("受付員"), "kodama", "sample", x.ID, "作り直す"); err != nil {
			t.Error(errs.Message(err))
		}
		x = k.draft("受付員", "2031-04-01")
		if err := k.decides("代理員", x.ID); err != nil {
			t.Error(errs.Message(err))
		}
		k.verified()
	})
}

// TestWhatChangesIsNotDestroyed: an entry that is changed, referred to, or kept longer by a new setting, and one that is taken out.
func TestWhatChangesIsNotDestroyed(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		k := keeping(t, d)
		changed, referred, extended, rest := k.gone("name い"), k.gone("name ろ"), k.gone("name は"), k.gone("name に")
		k.Clock.Set(t, "2031-04-01T09:00:00+09:00")
		k.settle()
		x := k.draft("受付員", "2031-04-01")
		out := func(who, reason string, until jpdate.Date, titles ...string) error {
			_, lines := k.list(x.ID)
			var ids []id.ID
			for _, l := range lines {
				if slices.Contains(titles, l.Title) {
					ids = append(ids, l.ID)
				}
			}
			_, err := k.desk.TakeOut(t.Context(), k.actor(who), "kodama", "sample", x.ID, ids, register.Extending{Reason: reason, Until: until})
			return err
		}
		if err := out("受付員", "", k.Day("2031-03-01")); !slices.Equal(faults(err), []string{"extension_reason", "extension_until", "line"}) {
			t.Error(err)
		}
		if err := out("受付員", "係争中", k.Day("2032-03-31"), "は"); err != nil {
			t.Fatal(errs.Message(err))
		}
		if _, err := k.desk.Change(t.Context(), k.actor("受付長"), "kodama", "sample", changed.ID, 2, in("note 直した"), register.Entering{}); err != nil {
			t.Fatal(errs.Message(err))
		}
		pointing := k.add("受付員", sample("name ほ", "original "+referred.Number))
		k.settle()
		err := k.decides("受付長", x.ID)
		if errs.KindOf(err) != errs.Conflict || len(faults(err)) != 2 {
			t.Errorf("decided though two lines changed: %v %v", err, faults(err))
		}
		if err := out("受付員", "内容が変わった", jpdate.Date{}, "い"); err != nil {
			t.Fatal(errs.Message(err))
		}
		if _, err := k.desk.Change(t.Context(), k.actor("受付長"), "kodama", "sample", pointing.ID, 1, in("original "), register.Entering{}); err != nil {
			t.Fatal(errs.Message(err))
		}
		k.settle()
		if err := k.decides("受付長", x.ID); err != nil {
			t.Fatal(errs.Message(err))
		}
		k.years(10, "館総第2号") // by which nothing is over any more
		if _, err := k.carriesOut("受付長", x.ID); errs.KindOf(err) != errs.Conflict || len(faults(err)) != 2 {
			t.Error("carried out before its time:", err)
		}
		k.Clock.Set(t, "2031-04-02T09:00:00+09:00")
		k.years(5, "館総第3号")
		if err := out("受付員", "まだ使う", jpdate.Date{}, "ろ"); errs.KindOf(err) != errs.Forbidden {
			t.Error("a clerk takes out of a decided list:", err)
		}
		if err := out("受付長", "まだ使う", jpdate.Date{}, "ろ"); err != nil {
			t.Fatal(errs.Message(err))
		}
		if n, err := k.carriesOut("受付長", x.ID); err != nil || n != 1 {
			t.Fatal(n, errs.Message(err))
		}
		for e, there := range map[id.ID]bool{changed.ID: true, referred.ID: true, extended.ID: true, rest.ID: false} {
			if (k.entry(e).ID != "") != there {
				t.Errorf("%s: %v", e, !there)
			}
		}
		k.settle()
		p := k.proposed("受付員", k.home(), "2032-03-31")
		if len(p.Lines) != 0 || p.Extended != 3 {
			t.Errorf("%+v", p)
		}
		if got := titles(k.proposed("受付員", k.home(), "2032-04-01").Lines); got != "は" { // whose extension has a last day
			t.Error(got)
		}
		lifted, kept := id.ID(""), k.entry(referred.ID)
		k.open("受付長", func(d *register.Desk) {
			keep, _, err := d.Keeping(kept)
			if err != nil || len(keep.Extensions) != 1 || keep.Extensions[0].Reason != "まだ使う" {
				t.Fatalf("%+v %v", keep, err)
			}
			lifted = keep.Extensions[0].ID
		})
		for _, want := range []string{"yes", "conflict"} {
			err := k.desk.Lift(t.Context(), k.actor("受付長"), "kodama", "sample", lifted)
			if got := did(err); (got == "yes") != (want == "yes") || err != nil && errs.KindOf(err) != errs.Conflict {
				t.Error(got)
			}
		}
		k.verified()
	})
}

// TestWhatRefersGoesTogether: entries that name each other go on one list; what something outside names stays.
func TestWhatRefersGoesTogether(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		k := keeping(t, d)
		first := k.add("受付員", sample("name い"))
		second := k.add("受付員", sample("name ろ", "original "+first.Number))
		third := k.add("受付員", sample("name は"))
		k.add("受付員", sample("name に", "original "+third.Number))
		if _, err := k.desk.Change(t.Context(), k.actor("受付長"), "kodama", "sample", third.ID, 1, in("original "+first.Number), register.Entering{}); err != nil {
			t.Fatal(errs.Message(err))
		}
		for e, version := range map[id.ID]int64{first.ID: 1, second.ID: 1, third.ID: 2} {
			k.move(e, version, "gone")
		}
		k.Clock.Set(t, "2031-04-01T09:00:00+09:00")
		k.settle()
		if p := k.proposed("受付員", k.home(), "2031-04-01"); titles(p.Lines) != "ろ" || p.Referred != 2 { // に names は, which names い
			t.Errorf("%+v", p)
		}
	})
}

// TestDestroyedByLaw: rows, all that is of a person, what was found and linked, and files are gone; the trail verifies, the list stays, and
// what an older backup brings back is destroyed again.
func TestDestroyedByLaw(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		k := keeping(t, d)
		attach := func(name, content string) register.Entry {
			kept, err := k.desk.Keep(t.Context(), "写真.txt", "text/plain", strings.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			e, err := k.desk.Add(t.Context(), k.actor("受付員"), "kodama", "sample", sample("name "+name, "giver 鬼怒川"), register.Entering{Uploads: map[string][]register.Data{"proof": {kept}}})
			if err != nil {
				t.Fatal(errs.Message(err))
			}
			return e
		}
		own, shared, other := attach("い", "一枚"), attach("ろ", "二枚"), attach("は", "二枚")
		said, err := own.Read()
		if err != nil {
			t.Fatal(err)
		}
		sum := said.Rows("proof")[0].Text(register.FileSum)
		k.move(own.ID, 1, "gone")
		k.move(shared.ID, 1, "gone")
		k.Clock.Set(t, "2031-04-01T09:00:00+09:00")
		k.settle()
		files, err := file.In(k.dir)
		if err != nil {
			t.Fatal(err)
		}
		var archive bytes.Buffer
		if _, err := k.Log.Backup(t.Context(), files, &archive); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(k.dir, "files", sum[:2], sum)
		young := time.Date(2031, 4, 1, 12, 0, 0, 0, time.UTC)
		if err := os.Chtimes(path, young, young); err != nil { // as if the process died before it could delete it
			t.Fatal(err)
		}
		x := k.done("2031-04-01")
		if _, err := os.Stat(path); err != nil {
			t.Fatal(err)
		}
		k.Clock.Set(t, "2031-04-02T09:00:00+09:00")
		if n, err := register.SweepFiles(t.Context(), d, files); err != nil || n != 1 { // the next one starts
			t.Error(n, err)
		}
		if n, err := register.SweepFiles(t.Context(), d, files); err != nil || n != 0 {
			t.Error(n, err)
		}
		if kept := stored(t, files); len(kept) != 1 || kept[0] == sum {
			t.Errorf("files: %v", kept)
		}
		k.view(func(r db.Reader) error {
			left, err := db.Get[string](t.Context(), r, `select coalesce(string_agg(kind || ' ' || thing || ' ' || public || personal, ' '), '') from trail_entry where thing in ($1, $2) or kind like 'register-disposal%'`, own.ID, shared.ID)
			if strings.Contains(left, "鬼怒川") {
				t.Error(left)
			}
			return err
		})
		if k.entry(own.ID).ID != "" || k.entry(shared.ID).ID != "" || k.entry(other.ID).ID == "" {
			t.Error("the wrong ones are gone")
		}
		if got := k.finds("受付員", "kodama.sample", "鬼怒"); !slices.Equal(got, []string{string(other.ID)}) {
			t.Errorf("found: %v", got)
		}
		if done, lines := k.list(x.ID); done.Entries != 2 || len(lines) != 2 || lines[0].StateTitle() != "廃棄済み" {
			t.Errorf("%+v %+v", done, lines)
		}
		k.verified()
		k.destroyedAgain(t, archive.Bytes(), own.ID, other.ID, sum)
	})
}

func stored(t *testing.T, files *file.Store) (sums []string) {
	t.Helper()
	if err := files.Walk(func(sum string, _ int64) error { sums = append(sums, sum); return nil }); err != nil {
		t.Fatal(err)
	}
	return sums
}

// destroyedAgain restores a backup from before beside the store that has the list of erasures.
func (k *keeper) destroyedAgain(t *testing.T, archive []byte, gone, there id.ID, sum string) {
	t.Helper()
	d := testkit.Open(t, testkit.DSN(t, k.Log.DB().Engine(), nil), nil)
	d.Now = k.Clock.Now
	files, err := file.In(k.dir)
	if err != nil {
		t.Fatal(err)
	}
	again := &keeper{over(t, trail.New(d), k.dir, k.library.Offered()), k.dir}
	again.IDs, again.Clock = k.IDs, k.Clock
	target := trail.Target{
		DB: d, Schemas: modules(), Declared: register.Declared, Dir: k.dir, Files: files, Actor: "cli:test",
		Tables: func(context.Context) ([]trail.Audited, error) { return again.audited(), nil },
	}
	if done, err := target.Restore(t.Context(), bytes.NewReader(archive)); err != nil || done.Erased != 2 {
		t.Fatalf("%d erased again: %v", done.Erased, errs.Message(err))
	}
	if err := again.library.Define(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	again.settle()
	again.verified()
	if again.entry(gone).ID != "" || again.entry(there).ID == "" {
		t.Error("what was destroyed is back")
	}
	if slices.Contains(stored(t, files), sum) {
		t.Error("its file is back")
	}
	if got := again.finds("受付員", "kodama.sample", "鬼怒"); !slices.Equal(got, []string{string(there)}) {
		t.Errorf("found: %v", got)
	}
}

// TestLogsAreDestroyedByDay: entries of a log of one owner, day by day, as a list names them; one entered afterwards is a change.
func TestLogsAreDestroyedByDay(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		k := &keeper{house: found(t, trail.New(d), t.TempDir(), lines)}
		log := edition(t, "1.1", map[string][]string{"registers/sample.yaml": {"source: typed\n", "source: typed\nvolume: log\n"}})
		k.offers(log)
		k.adopt(log)
		k.years(5, "館総第1号")
		write := func(name, at string) register.Entry {
			happened, err := time.Parse(time.RFC3339, at)
			if err != nil {
				t.Fatal(err)
			}
			e, err := k.desk.Add(t.Context(), k.actor("受付員"), "kodama", "sample", sample("name "+name), register.Entering{Happened: happened})
			if err != nil {
				t.Fatal(errs.Message(err))
			}
			return e
		}
		k.Clock.Set(t, "2031-04-01T09:00:00+09:00")
		for i, at := range []string{"2025-04-01T09:00:00+09:00", "2025-04-01T10:00:00+09:00", "2025-04-02T09:00:00+09:00", "2026-03-31T23:00:00+09:00", "2026-04-01T00:00:00+09:00"} {
			write(fmt.Sprint(i), at)
		}
		p := k.proposed("受付員", k.home(), "2031-04-01")
		if got := titles(p.Lines); got != "令和7年4月1日の見本 2件 令和7年4月2日の見本 1件 令和8年3月31日の見本 1件" || p.Entries != 4 {
			t.Error(got, p.Entries)
		}
		x := k.draft("受付員", "2031-04-01")
		_, lines := k.list(x.ID)
		if _, err := k.desk.TakeOut(t.Context(), k.actor("受付員"), "kodama", "sample", x.ID, []id.ID{lines[1].ID}, register.Extending{Reason: "調査中"}); err != nil {
			t.Fatal(errs.Message(err))
		}
		if err := k.decides("受付長", x.ID); err != nil {
			t.Fatal(errs.Message(err))
		}
		late := write("late", "2025-04-01T09:30:00+09:00")
		if _, err := k.carriesOut("受付長", x.ID); errs.KindOf(err) != errs.Conflict || len(faults(err)) != 1 {
			t.Error(err)
		}
		if _, err := k.desk.TakeOut(t.Context(), k.actor("受付長"), "kodama", "sample", x.ID, []id.ID{lines[0].ID}, register.Extending{Reason: "増えた", Until: k.Day("2031-04-01")}); err != nil {
			t.Fatal(errs.Message(err))
		}
		if n, err := k.carriesOut("受付長", x.ID); err != nil || n != 1 {
			t.Error(n, errs.Message(err))
		}
		k.Clock.Set(t, "2031-04-02T09:00:00+09:00")
		if got := titles(k.proposed("受付員", k.home(), "2031-04-02").Lines); got != "令和7年4月1日の見本 3件" {
			t.Error(got)
		}
		if k.entry(late.ID).ID == "" {
			t.Error("the late one is gone")
		}
		k.settle()
		k.verified()
	})
}
