package trail_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// forger has the database's password, but neither the key nor what others hold.
type forger struct {
	*testkit.Tamper
	l     *trail.Log
	saved []string
}

// save keeps all tables as they are, for back.
func (f *forger) save(t testing.TB) {
	t.Helper()
	f.saved = f.Tables()
	for _, table := range f.saved {
		f.Exec(t, `create table saved_`+table+` as select * from `+table)
	}
}

// back restores what was saved: an old copy of the database.
func (f *forger) back(t testing.TB) {
	t.Helper()
	for _, table := range f.saved {
		f.Exec(t, `delete from `+table)
		f.Exec(t, `insert into `+table+` select * from saved_`+table)
		f.Exec(t, `drop table saved_`+table)
	}
}

// rebuild makes a tree over all entries as they are now, as the sequencer would, and forgets what was signed.
func (f *forger) rebuild(t testing.TB) {
	t.Helper()
	f.Exec(t, `update trail_entry set seq = null`)
	f.Exec(t, `delete from trail_tile`)
	f.Exec(t, `delete from trail_thing`)
	f.Exec(t, `delete from trail_follower`)
	f.Exec(t, `delete from trail_checkpoint`)
	f.Exec(t, `update trail_head set size = 0, root = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'`)
	if err := trail.New(f.l.DB()).Follow(trail.Things()).Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// held is what somebody else keeps of the log as it is: its last checkpoint, and the receipt of the first version of a thing.
func held(t testing.TB, l *trail.Log, kind, thing string) (checkpoint, receipt trail.Anchor) {
	t.Helper()
	status, err := l.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var r trail.Receipt
	if err := l.DB().View(t.Context(), func(reader db.Reader) (err error) {
		r, err = l.Receipt(t.Context(), reader, kind, thing, 1)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return trail.Anchor{Name: "witness.txt", Text: status.Checkpoint.Note}, trail.Anchor{Name: "printed.txt", Text: "令和8年度 台帳\n\n" + r.String() + "\n以上"}
}

// pick reads one value.
func pick[T any](t testing.TB, l *trail.Log, query string) (value T) {
	t.Helper()
	if err := l.DB().View(t.Context(), func(r db.Reader) (err error) {
		value, err = db.Get[T](t.Context(), r, query)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return value
}

// TestVerifyFindsForgeries changes more than one value at a time. Each is undone by a copy.
func TestVerifyFindsForgeries(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, world())
			f := &forger{Tamper: testkit.NewTamper(t, dsn, 1), l: begin(t, testkit.Open(t, dsn, world()))}
			live(t, f.l)
			changed := pick[string](t, f.l, `select thing from trail_entry where kind = 'thing' and version = 2 and not gone order by seq limit 1`)
			single := pick[string](t, f.l, `select id from made_thing where version = 1 order by id desc limit 1`)
			act := pick[string](t, f.l, `select act from trail_entry where kind = 'thing' and version = 2 and not gone order by seq limit 1`)
			checkpoint, receipt := held(t, f.l, "thing", single)
			none, both := trail.Anchors{}, trail.Anchors{Checkpoints: []trail.Anchor{checkpoint}, Receipts: []trail.Anchor{receipt}}
			if report := verify(t, f.l, both); !report.OK {
				t.Fatalf("before any change: %v", report.Findings)
			}
			own, err := f.l.Anchors()
			if report := verify(t, f.l, own); err != nil || !report.OK || len(own.Keys) != 1 || len(own.Checkpoints) != 1 {
				t.Fatalf("against its own store: %v %v", err, report.Findings)
			}
			last := pick[int64](t, f.l, `select max(seq) from trail_entry`)
			removed := pick[string](t, f.l, `select max(thing) from trail_entry where gone`)
			for _, c := range []struct {
				name    string
				change  func()
				anchors trail.Anchors
				want    string // the thing named, or a word of the reason
			}{
				{"entry deleted", func() { f.Exec(t, `delete from trail_entry where kind = 'thing' and thing = $1`, single) }, none, single},
				{"older entry deleted", func() {
					f.Exec(t, `delete from trail_entry where kind = 'thing' and thing = $1 and version = 1`, changed)
				}, none, changed},
				{"last entry deleted", func() { f.Exec(t, `delete from trail_entry where seq = $1`, last) }, none, "この番号の記録がありません"},
				{"act deleted", func() { f.Exec(t, `delete from trail_act where id = $1`, act) }, none, act},
				{"act added", func() {
					f.Exec(t, `insert into trail_act (id, at, actor, authority, name, seal, opens, detail, note, note_salt, note_hash)
						select 'made up', at, actor, authority, name, seal, opens, detail, '', '', '' from trail_act where id = $1`, act)
				}, none, "made up"},
				{"act moved in time", func() { f.Exec(t, `update trail_act set at = '2020-04-01T00:00:00.000000Z' where id = $1`, act) }, none, changed},
				{"entry added with the next number", func() {
					f.Exec(t, `insert into trail_entry select act, 999, $2, kind, 'made up', version, home, gone, public, public_salt, public_hash, personal, personal_salt, personal_hash
						from trail_entry where kind = 'thing' and thing = $1 and version = 1`, changed, last+1)
				}, none, "made up"},
				{"numbers swapped", func() {
					f.Exec(t, `update trail_entry set seq = 1000000 where seq = 3`)
					f.Exec(t, `update trail_entry set seq = 3 where seq = 4`)
					f.Exec(t, `update trail_entry set seq = 4 where seq = 1000000`)
				}, none, pick[string](t, f.l, `select thing from trail_entry where seq = 4`)},
				{"number taken away", func() { f.Exec(t, `update trail_entry set seq = null where kind = 'thing' and thing = $1`, single) }, none, single},
				{"row deleted", func() { f.Exec(t, `delete from made_thing where id = $1`, single) }, none, single},
				{"row of a composite key deleted", func() { f.Exec(t, `delete from made_share where thing = $1 and number = 1`, changed) }, none, changed + "/1"},
				{"row added", func() {
					f.Exec(t, `insert into made_thing (id, version, home, name, owner, big, count) select 'made up', version, home, name, owner, big, count from made_thing where id = $1`, single)
				}, none, "made up"},
				{"one row deleted, another added", func() { f.Exec(t, `update made_thing set id = 'made up' where id = $1`, single) }, none, single},
				{"row set back to its version before", func() {
					f.Exec(t, `update made_thing set version = 1, name = '前の名' where id = $1`, changed)
				}, none, changed},
				{"row of a removed thing", func() {
					f.Exec(t, `insert into made_thing (id, version, home, name, owner, big, count)
						select (select max(thing) from trail_entry where gone), 2, home, name, owner, big, count from made_thing where id = $1`, single)
				}, none, pick[string](t, f.l, `select max(thing) from trail_entry where gone`)},
				{"personal part blanked", func() {
					f.Exec(t, `update trail_entry set personal = '', personal_salt = '' where kind = 'thing' and thing = $1 and version = 1`, pick[string](t, f.l,
						`select thing from trail_entry e where version = 1 and personal <> '' and exists (select 1 from trail_entry n where n.kind = e.kind and n.thing = e.thing and n.version = 2) limit 1`))
				}, none, "消去の記録なしに"},
				{"note blanked", func() { f.Exec(t, `update trail_act set note = '', note_salt = '' where id = $1`, act) }, none, act},
				{"erasure reaches further", func() { f.Exec(t, `update trail_erasure set through = through + 1 where thing = $1`, changed) }, none, "erasure"},
				{"public part moved into its salt", func() {
					f.Exec(t, `update trail_entry set public_salt = public_salt || public, public = '' where kind = 'thing' and thing = $1 and version = 1`, changed)
				}, none, changed},
				{"salt moved into its public part", func() {
					f.Exec(t, `update trail_entry set public = public_salt || public, public_salt = '' where kind = 'thing' and thing = $1 and version = 1`, changed)
				}, none, changed},
				{"personal part moved into its salt", func() {
					f.Exec(t, `update trail_entry set personal_salt = personal_salt || personal, personal = '' where seq = 2`)
				}, none, "列 personal"},
				{"note moved into its salt", func() { f.Exec(t, `update trail_act set note_salt = note_salt || note, note = '' where id = $1`, act) }, none, act},
				{"a removed thing in place of another", func() {
					f.Exec(t, `delete from made_thing where id = $1`, single)
					f.Exec(t, `insert into made_thing (id, version, home, name, owner, big, count) values ($1, 1, 'u:0', $2, '髙橋', $3, 21)`, removed, "台帳 \"21\"\t", false)
				}, none, single},
				{"entry of the kind ''", func() {
					f.Exec(t, `insert into trail_act select 'made up', at, actor, authority, name, seal, opens, detail, '', '', '' from trail_act where id = $1`, act)
					f.Exec(t, `insert into trail_entry select 'made up', 0, null, '', 'x', 1, home, gone, public, public_salt, public_hash, personal, personal_salt, personal_hash
						from trail_entry where kind = 'thing' and thing = $1 and version = 1`, single)
				}, none, "この種類の記録を持つ表はありません"},
				{"the largest number", func() { f.Exec(t, `update trail_entry set seq = 9223372036854775807 where seq = $1`, last) }, none, "番号が続いていません"},
				{"entry of a kind without a table", func() { f.Exec(t, `update trail_entry set kind = 'made up' where seq = $1`, last) }, none, "made up"},
				{"checkpoint of another", func() {
					f.Exec(t, `insert into trail_checkpoint select epoch, size + 1, root, at, note from trail_checkpoint where size = 1`)
				}, none, "1/2"},
				{"tile added", func() {
					f.Exec(t, `insert into trail_tile select 5, 0, hashes from trail_tile where level = 0 and number = 0`)
				}, none, "5/0"},
				{"tile added far away", func() {
					f.Exec(t, `insert into trail_tile select 0, 72057594037927936, hashes from trail_tile where level = 0 and number = 0`)
				}, none, "0/72057594037927936"},
				{"tile deleted", func() { f.Exec(t, `delete from trail_tile where level = 0 and number = 0`) }, none, "0/0"},
				{"head goes back", func() { f.Exec(t, `update trail_head set size = size - 1`) }, none, "trail_head"},
				{"follower ahead", func() { f.Exec(t, `update trail_follower set position = position + 1`) }, none, "things"},
				{"thing not kept", func() { f.Exec(t, `delete from trail_thing where thing = $1 and kind = 'thing'`, single) }, none, single},
				{"an epoch opened with another key", func() {
					store, err := trail.ReplaceStore(t.Context(), f.l.DB(), t.TempDir())
					if err != nil {
						t.Fatal(err)
					}
					if _, err := trail.New(f.l.DB()).With(store).OpenEpoch(t.Context(), "cli:test", "復元", ""); err != nil {
						t.Fatal(err)
					}
				}, own, "key.pub の鍵で開かれたものではありません"},
				{"everything rewritten, the key of the epoch too", func() {
					f.Exec(t, `update trail_act set actor = 'somebody else' where id = $1`, act)
					f.rebuild(t)
				}, both, "witness.txt"},
				{"everything rewritten, held against a receipt", func() {
					f.Exec(t, `update trail_act set actor = 'somebody else' where id = $1`, act)
					f.rebuild(t)
				}, trail.Anchors{Receipts: both.Receipts}, "printed.txt"},
			} {
				f.save(t)
				c.change()
				report := verify(t, f.l, c.anchors)
				if report.OK || !slices.ContainsFunc(report.Findings, func(found trail.Finding) bool { return strings.Contains(found.String(), c.want) }) {
					t.Errorf("%s: nothing says %q: %v", c.name, c.want, report.Findings)
				}
				f.back(t)
			}
			if report := verify(t, f.l, both); !report.OK {
				t.Fatalf("after all is undone: %v", report.Findings)
			}
		})
	}
}

// TestWhatNobodyHoldsCanBeRewritten is the limit that doc/trail.md states: without what others hold, and what lies beside the
// key, whoever owns the database can write another history, or an older one. With it they are found.
func TestWhatNobodyHoldsCanBeRewritten(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, world())
			f := &forger{Tamper: testkit.NewTamper(t, dsn, 1), l: begin(t, testkit.Open(t, dsn, world()))}
			early, _ := held(t, f.l, "epoch", "1")
			f.save(t)
			live(t, f.l)
			late, receipt := held(t, f.l, "thing", pick[string](t, f.l, `select max(thing) from trail_entry where kind = 'thing'`))
			f.back(t)
			for _, c := range []struct {
				name    string
				anchors trail.Anchors
				want    string
			}{
				{"nothing held", trail.Anchors{}, ""},
				{"the checkpoint of then", trail.Anchors{Checkpoints: []trail.Anchor{early}}, ""},
				{"a later checkpoint", trail.Anchors{Checkpoints: []trail.Anchor{early, late}}, "末尾の記録が失われています"},
				{"a later receipt", trail.Anchors{Receipts: []trail.Anchor{receipt}}, "末尾の記録が失われています"},
				{"a checkpoint that was changed", trail.Anchors{Checkpoints: []trail.Anchor{{Name: "x", Text: strings.Replace(early.Text, "\n1\n", "\n2\n", 1)}}}, "署名が"},
				{"a checkpoint of another database", trail.Anchors{Checkpoints: []trail.Anchor{{Name: "x", Text: strings.Replace(early.Text, "sekimori/", "sekimori/x", 1)}}}, "別のデータベース"},
				{"no checkpoint at all", trail.Anchors{Checkpoints: []trail.Anchor{{Name: "x", Text: "はい"}}}, "x"},
				{"no receipt at all", trail.Anchors{Receipts: []trail.Anchor{{Name: "x", Text: "はい"}}}, "受領証の形"},
			} {
				report := verify(t, f.l, c.anchors)
				if report.OK != (c.want == "") || !strings.Contains(fmt.Sprint(report.Findings), c.want) {
					t.Errorf("%s: %v, want %q", c.name, report.Findings, c.want)
				}
			}
			// The log goes on in an epoch that says what was lost; what was lost stays a finding for who holds it.
			if _, err := f.l.OpenEpoch(t.Context(), "cli:test", "古い控えからの復元", ""); err != nil {
				t.Fatal(err)
			}
			live(t, f.l)
			if report := verify(t, f.l, trail.Anchors{Checkpoints: []trail.Anchor{early}}); !report.OK {
				t.Errorf("in the new epoch: %v", report.Findings)
			}
			if report := verify(t, f.l, trail.Anchors{Checkpoints: []trail.Anchor{late}}); report.OK || !strings.Contains(report.FirstBad.Reason, "第2期は大きさ 1 から") {
				t.Errorf("in the new epoch, with what was lost: %v", report.Findings)
			}
		})
	}
}
