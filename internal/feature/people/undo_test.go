package people

import (
	"context"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// tables is every row of kernel/org that is not a batch, in every column but the version.
type tables struct {
	state
	deputies []org.Deputy
}

func (o *office) tables() tables {
	o.t.Helper()
	var all tables
	if err := o.d.View(o.t.Context(), func(r db.Reader) error {
		s, err := readState(o.t.Context(), r, "") // also what has closed
		if err != nil {
			return err
		}
		all.state = *s
		all.deputies, err = db.List[org.Deputy](o.t.Context(), r, `select `+org.Deputies.Columns()+` from org_deputy order by id`)
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
	unversioned(all.units, func(x *org.Unit) *org.Statement { return &x.Statement })
	unversioned(all.codes, func(x *org.Code) *org.Statement { return &x.Statement })
	unversioned(all.systems, func(x *org.System) *org.Statement { return &x.Statement })
	unversioned(all.posts, func(x *org.Post) *org.Statement { return &x.Statement })
	unversioned(all.people, func(x *org.Person) *org.Statement { return &x.Statement })
	unversioned(all.assignments, func(x *org.Assignment) *org.Statement { return &x.Statement })
	unversioned(all.designations, func(x *org.Designation) *org.Statement { return &x.Statement })
	unversioned(all.deputies, func(x *org.Deputy) *org.Statement { return &x.Statement })
	return all
}

func unversioned[T any](rows []T, head func(*T) *org.Statement) {
	for i := range rows {
		head(&rows[i]).Version = 0
	}
}

func (o *office) compare(what string, want, got tables) {
	o.t.Helper()
	if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(tables{}, state{}, org.Statement{})); diff != "" {
		o.t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

// everything is an import of all forms: it changes a row of every table.
func everything() []Source {
	return []Source{
		source("組織.csv", "組織コード,組織名,略称,上位組織コード,種別,規程,開始日,終了日,前身組織コード,並び順",
			"0130,新港課,新港,0100,課,,2026-04-01,,0120,3", "0120,,,,,,,2026-03-31,,", "0110,港務第一課,,0100,課,,2026-04-01,,,"),
		source("職.csv", "職コード,職名,職位,所属長,開始日,終了日", "021,担当課長,3,,2026-04-01,", "010,港湾局長,1,○,2026-04-01,"),
		source("コード.csv", "組織コード,体系,コード,開始日", "0130,人事,H130,2026-04-01", "0110,財務,F1,2026-04-01"),
		source("発令.csv", append(april[:1:1], "R8.4.1,000003,,,,昇任,H130,021,", "R8.4.1,000001,,,,事務取扱,0130,010,", "R8.4.1,000003,,,,兼務解除,,,", "R8.3.31,000002,,,,退職,,,",
			"R8.4.1,000009,佐藤 九,サトウ ク,正規,採用,0110,020,")...),
		source("システム.csv", "システムコード,システム名,所管組織コード,開始日", "S1,入港届システム,0130,2026-04-01"),
		source("指定.csv", "規程,役割,対象,組織コード,職コード,職員番号,決裁番号,開始日", "tiny,保管者,0130,0130,021,,港務第12号,2026-04-01", "tiny,主管者,S1,,,000001,港務第13号,2026-04-01"),
	}
}

// TestUndoRestoresEveryRow takes back an import of all forms on the day before it holds.
func TestUndoRestoresEveryRow(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		before := o.tables()
		upload := o.imports("person:hr", Options{HeldLimit: 50}, everything()...)
		held, err := o.Holds(t.Context(), access.NewProgram("person:hr"), upload)
		if err != nil || len(held) != 0 {
			t.Fatalf("%v: held %+v", err, held)
		}
		after := o.tables()
		for what, changed := range map[string]bool{
			"unit": len(after.units) > len(before.units), "code": len(after.codes) > len(before.codes), "system": len(after.systems) > len(before.systems),
			"post": len(after.posts) > len(before.posts), "person": len(after.people) > len(before.people),
			"assignment": len(after.assignments) > len(before.assignments), "designation": len(after.designations) > len(before.designations),
		} {
			if !changed {
				t.Errorf("the import states no %s", what)
			}
		}
		o.clock.Set(t, "2026-03-31T23:00:00+09:00")
		if err := o.Undo(t.Context(), access.NewProgram("person:hr"), upload, ""); errs.KindOf(err) != errs.Invalid {
			t.Errorf("undo without a reason: %v", err)
		}
		if err := o.Undo(t.Context(), access.NewProgram("person:other"), upload, "誤り"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("undo by another: %v", err)
		}
		if err := o.Undo(t.Context(), access.NewProgram("person:hr"), upload, "誤り"); err != nil {
			t.Fatal(err)
		}
		o.work()
		if u, err := o.Get(t.Context(), access.NewProgram("person:hr"), upload); err != nil || u.State != Undone {
			t.Errorf("%v: %s %s", err, u.State, u.Trouble)
		}
		o.compare("after the undo", before, o.tables())
		o.verify()

		again := o.imports("person:hr", Options{HeldLimit: 50}, everything()...)
		later := o.imports("person:hr", Options{}, source("発令.csv", append(april[:1:1], "R8.5.1,000009,,,,異動,0130,021,")...))
		if err := o.Undo(t.Context(), access.NewProgram("person:hr"), again, "誤り"); err != nil {
			t.Fatal(err)
		}
		o.work()
		if u, err := o.Get(t.Context(), access.NewProgram("person:hr"), again); err != nil || u.State != Applied || !strings.Contains(u.Trouble, "後の") {
			t.Errorf("undone under a later one: %v %s %s", err, u.State, u.Trouble)
		}
		for _, x := range []id.ID{later, again} {
			if err := o.Undo(t.Context(), access.NewProgram("person:hr"), x, "誤り"); err != nil {
				t.Fatal(err)
			}
			o.work()
		}
		o.compare("after both were undone", before, o.tables())
	})
}

// verify has the trail say that all is as it was written.
func (o *office) verify() {
	o.t.Helper()
	if err := o.log.Settle(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	report, err := o.log.Verify(o.t.Context(), audited(), trail.Anchors{})
	if err != nil || !report.OK || report.Unsequenced != 0 {
		o.t.Errorf("%v: %+v", err, report)
	}
}

func audited() []trail.Audited {
	return append(Tables(), org.Units, org.Codes, org.Systems, org.Posts, org.People, org.Assignments, org.Designations, org.Deputies, org.Batches)
}

// TestUndoAfterItsDayIsACorrection: what an import stated was true for a while; what is undone then keeps its history.
func TestUndoAfterItsDayIsACorrection(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		upload := o.imports("person:hr", Options{}, source("発令.csv", april...))
		o.clock.Set(t, "2026-04-02T10:00:00+09:00")
		if err := o.Undo(t.Context(), access.NewProgram("person:other"), upload, "ファイルの取り違え"); err != nil {
			t.Fatal(err)
		}
		o.work()
		o.check("on 1 April, as known now", o.seats("person:x", firstApril), base)
		o.clock.Set(t, "2026-04-02T09:59:59+09:00")
		o.check("on 1 April, as known before", o.seats("person:x", firstApril), with(aprilOut, aprilIn))
		o.verify()
	})
}

// TestCorrectionAfterItsDay: somebody was in the wrong post for two days and decided something.
func TestCorrectionAfterItsDay(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.imports("person:hr", Options{}, source("発令.csv", april...))
		person := o.person("000002")
		decides := func(at, title string) {
			t.Helper()
			o.clock.Set(t, at)
			act := trail.Act{Actor: "person:" + string(person), Authority: "保管者 岸壁課", Name: "test.decide"}
			if err := o.log.Do(t.Context(), act, func(tx *trail.Tx) error {
				made := Upload{ID: id.New(tx.Now), Row: trail.Row{Home: org.BodyHome}, Title: title, State: Dropped, Files: "[]", At: db.At(tx.Now), By: "x", HeldLimit: 2}
				return uploads.Put(t.Context(), tx, made)
			}); err != nil {
				t.Fatal(err)
			}
		}
		decides("2026-03-31T10:00:00+09:00", "まだ前の職")
		decides("2026-04-01T10:00:00+09:00", "誤った職で")
		o.clock.Set(t, "2026-04-02T10:00:00+09:00")
		if err := o.log.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		correction, err := o.Enter(t.Context(), access.NewProgram("person:hr"), Orders, []map[string]string{
			{"on": "2026-04-01", "number": "000002", "order": "異動", "unit": "0110", "post": "020"},
		}, Options{Title: "訂正"})
		if err != nil {
			t.Fatal(err)
		}
		check := func(when string) {
			t.Helper()
			list, err := o.Meanwhile(t.Context(), access.NewProgram("person:hr"), correction)
			if err != nil || len(list) != 1 {
				t.Fatalf("%s: %v %+v", when, err, list)
			}
			w := list[0]
			if w.Number != "000002" || w.Unit != "岸壁課" || w.Post != "課長" || w.From != "2026-03-31T15:00:00.000000Z" || w.To != "2026-04-02T01:00:00.000000Z" {
				t.Errorf("%s: %+v", when, w)
			}
			if len(w.Deeds) != 1 || w.Deeds[0].Name != "test.decide" || w.Deeds[0].Authority != "保管者 岸壁課" || w.Deeds[0].At != "2026-04-01T01:00:00.000000Z" {
				t.Errorf("%s: deeds %+v", when, w.Deeds)
			}
		}
		check("before it is applied")
		o.apply("person:hr", correction)
		check("after it is applied")
		o.check("on 1 April, as known now", o.seats("person:x", firstApril), with(aprilOut[:1], aprilIn[1:]))
		o.check("on 31 March", o.seats("person:x", jpdate.New(2026, 3, 31)), base)
		o.clock.Set(t, "2026-04-02T09:00:00+09:00")
		o.check("on 1 April, as known before", o.seats("person:x", firstApril), with(aprilOut, aprilIn))
		o.verify()
	})
}

// person finds somebody by number.
func (o *office) person(number string) id.ID {
	o.t.Helper()
	var p *plan
	if err := o.d.View(o.t.Context(), func(r db.Reader) (err error) {
		p, err = o.plan(context.Background(), r, o.now(), "person:hr", Upload{}, nil, nil)
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
	return p.personBy[key(number)][0]
}

// What was undone before its hour does not come out when that comes: nothing that nobody else had heard of is worth telling.
func TestWhatIsUndoneBeforeItsHourStaysClosed(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		ctx, o := t.Context(), newOffice(t, d)
		upload := o.imports("person:hr", Options{HeldLimit: 50}, everything()...)
		if err := o.Undo(ctx, access.NewProgram("person:hr"), upload, "誤り"); err != nil {
			t.Fatal(err)
		}
		o.work()
		o.clock.Set(t, "2026-04-02T09:00:00+09:00")
		if err := o.log.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		err := d.View(ctx, func(r db.Reader) error {
			withheld, err := org.Withheld(ctx, r)
			if err != nil {
				return err
			}
			about := func(seen trail.Seen) (n int) {
				t.Helper()
				acts, _, err := o.log.Acts(ctx, r, trail.Query{Actor: "person:hr", Limit: 1000}, "", seen)
				if err != nil {
					t.Fatal(err)
				}
				return len(acts)
			}
			now := db.At(o.clock.Now())
			if open, shown, held := about(trail.Seen{Now: now}), about(trail.Seen{Now: now, Withheld: withheld}), about(trail.Seen{Now: now, Withheld: withheld, Seals: withheld}); shown != 0 || open == 0 || held != open {
				t.Errorf("%d acts, of which others see %d and the operators %d", open, shown, held)
			}
			batches, err := org.ListBatches(ctx, r, org.View{On: jpdate.New(2026, 4, 2), Now: now})
			for _, b := range batches {
				if b.ID == upload {
					t.Errorf("the batch is listed: %+v", b)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		o.verify()
	})
}

// A job that stopped for good, here since its files could not be read, is tried again when somebody says so.
func TestAStoppedImportIsTriedAgain(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, modules()), modules())
	ctx, o := t.Context(), newOffice(t, d)
	upload, err := o.Upload(ctx, access.NewProgram("person:hr"), everything(), Options{HeldLimit: 50})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Again(ctx, access.NewProgram("person:hr"), upload); errs.KindOf(err) != errs.Conflict {
		t.Errorf("again before it was begun: %v", err)
	}
	if err := o.Apply(ctx, access.NewProgram("person:hr"), upload, o.preview("person:hr", upload).Confirmed()); err != nil {
		t.Fatal(err)
	}
	whole := o.files
	if o.files, err = file.In(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if err := o.Jobs.RunDue(ctx); err != nil {
		t.Fatal(err)
	}
	if u, err := o.Get(ctx, access.NewProgram("person:hr"), upload); err != nil || u.State != Queued {
		t.Errorf("%v: %s", err, u.State)
	}
	if err := o.Again(ctx, access.NewProgram("person:other"), upload); errs.KindOf(err) != errs.NotFound {
		t.Errorf("again by another: %v", err)
	}
	o.files = whole
	if err := o.Again(ctx, access.NewProgram("person:hr"), upload); err != nil {
		t.Fatal(err)
	}
	o.work()
	if u, err := o.Get(ctx, access.NewProgram("person:hr"), upload); err != nil || u.State != Applied {
		t.Errorf("%v: %s %s", err, u.State, u.Trouble)
	}
}
