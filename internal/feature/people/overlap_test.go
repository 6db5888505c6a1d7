package people

import (
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

const (
	orderHead       = "発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール"
	unitHead        = "組織コード,組織名,上位組織コード,種別,開始日,終了日"
	designationHead = "規程,役割,対象,組織コード,職コード,職員番号,決裁番号,開始日"
)

// undoes asks for an import to be undone and says what became of that.
func (o *office) undoes(by string, upload id.ID) (State, string) {
	o.t.Helper()
	if err := o.Undo(o.t.Context(), access.NewProgram(by), upload, "誤り"); err != nil {
		o.t.Fatal(errs.Message(err))
	}
	o.work()
	u, err := o.Get(o.t.Context(), access.NewProgram(by), upload)
	if err != nil {
		o.t.Fatal(err)
	}
	return u.State, u.Trouble
}

// held previews a file and says which of its rows are held, and why.
func (o *office) held(by string, s Source) []string {
	o.t.Helper()
	upload, err := o.Upload(o.t.Context(), access.NewProgram(by), []Source{s}, Options{HeldLimit: 100})
	if err != nil {
		o.t.Fatal(errs.Message(err))
	}
	var why []string
	for _, f := range o.preview(by, upload).Held {
		why = append(why, f.Message)
	}
	return why
}

// TestAHandedInFileIsClosedUntilItsDay, however the file says which day that is.
func TestAHandedInFileIsClosedUntilItsDay(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		entries := func(upload id.ID) (n int) {
			t.Helper()
			if err := o.log.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := d.View(t.Context(), func(r db.Reader) error {
				list, err := o.log.History(t.Context(), r, "people-upload", string(upload), 0, 10, trail.Seen{Now: db.At(d.Now())})
				n = len(list)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for name, c := range map[string]struct {
			source  Source
			options Options
		}{
			"a day for the whole list": {source("名簿.csv", "職員番号,氏名,氏名カナ,任用区分,所属コード,職コード,メール", "000001,髙橋 一郎,タカハシ イチロウ,正規,0100,010,"), Options{RosterOn: firstApril}},
			"a last day alone":         {source("廃止.csv", unitHead, "0120,,,,,2026-03-31"), Options{}},
			"leaving":                  {source("退職.csv", orderHead, "R8.3.31,000001,,,,退職,,,"), Options{}},
		} {
			o.clock.Set(t, "2026-03-24T09:00:00+09:00")
			upload, err := o.Upload(t.Context(), access.NewProgram("person:hr"), []Source{c.source}, c.options)
			if err != nil {
				t.Fatal(err)
			}
			for at, want := range map[string]int{"2026-03-24T09:00:00+09:00": 0, "2026-03-31T23:59:59+09:00": 0, "2026-04-01T00:00:00+09:00": 1} {
				o.clock.Set(t, at)
				if got := entries(upload); got != want {
					t.Errorf("%s: at %s the trail shows %d entries, want %d", name, at, got, want)
				}
			}
		}
	})
}

// TestWhoComesBackStandsOnTheLeaving: the one who left under one import and comes back by another is not there twice, neither
// before both are known nor when the first is undone.
func TestWhoComesBackStandsOnTheLeaving(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		before := o.tables()
		left := o.imports("person:hr", Options{}, source("退職.csv", orderHead, "R8.3.31,000002,,,,退職,,,"))
		back := o.imports("person:hr", Options{Opens: "2026-03-25T00:00:00.000000Z"}, source("採用.csv", orderHead, "R8.4.1,000002,山﨑 二郎,ヤマサキ ジロウ,再任用,採用,0110,030,"))
		if u, err := o.Get(t.Context(), access.NewProgram("person:hr"), back); err != nil || u.Opens != "2026-03-31T15:00:00.000000Z" {
			t.Errorf("%v: known before the leaving, at %s", err, u.Opens)
		}
		if state, trouble := o.undoes("person:hr", left); state != Applied || !strings.Contains(trouble, "後の") {
			t.Errorf("undone beneath: %s %s", state, trouble)
		}
		for _, upload := range []id.ID{back, left} {
			if state, trouble := o.undoes("person:hr", upload); state != Undone {
				t.Errorf("%s: %s", state, trouble)
			}
		}
		o.compare("after both were undone", before, o.tables())
	})
}

// TestNobodyChangesWhatASecretImportChanges: who may not know of it is told to ask, and learns no more.
func TestNobodyChangesWhatASecretImportChanges(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.imports("person:hr", Options{}, source("指定.csv", designationHead, "tiny,保管者,0110,,,000003,1,2026-03-01"), source("コード.csv", "組織コード,体系,コード,開始日", "0110,財務,F1,2026-03-01"))
		o.imports("person:a", Options{},
			source("組織.csv", unitHead, "0500,新課,0100,課,2026-04-01,"),
			source("コード.csv", "組織コード,体系,コード,開始日", "0110,財務,F2,2026-04-01"),
			source("指定.csv", designationHead, "tiny,保管者,0110,,,000001,2,2026-04-01"))
		for name, s := range map[string]Source{
			"a unit of the same code": source("組織.csv", unitHead, "0500,別の課,0100,課,2026-04-01,"),
			"another code":            source("コード.csv", "組織コード,体系,コード,開始日", "0110,財務,F3,2026-04-01"),
			"another designation":     source("指定.csv", designationHead, "tiny,保管者,0110,,,000002,3,2026-04-01"),
		} {
			if why := o.held("person:b", s); len(why) != 1 || !strings.Contains(why[0], "公表前の別の取り込み") {
				t.Errorf("%s: %v", name, why)
			}
		}
	})
}

func TestOneNewNumberHasOneMainPost(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		why := o.held("person:hr", source("採用.csv", orderHead, "R8.4.1,000077,新井 花,アライ ハナ,正規,採用,0110,030,", "R8.4.1,000077,新井 花,アライ ハナ,正規,採用,0120,030,"))
		if len(why) != 1 || !strings.Contains(why[0], "本務") {
			t.Errorf("held: %v", why)
		}
	})
}

// TestNothingIsUndoneBeneathOthers: a unit stays as long as another import has people in it, also once its day has come.
func TestNothingIsUndoneBeneathOthers(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		unit := o.imports("person:hr", Options{}, source("組織.csv", unitHead, "0500,新課,0100,課,2026-03-01,"))
		people := o.imports("person:hr", Options{}, source("採用.csv", orderHead, "R8.3.10,000077,新井 花,アライ ハナ,正規,採用,0500,020,"))
		if state, trouble := o.undoes("person:hr", unit); state != Applied || !strings.Contains(trouble, "後の") {
			t.Errorf("%s: %s", state, trouble)
		}
		for _, upload := range []id.ID{people, unit} {
			if state, trouble := o.undoes("person:hr", upload); state != Corrected {
				t.Errorf("%s: %s", state, trouble)
			}
		}
		o.check("after both were undone", o.seats("person:x", jpdate.New(2026, 3, 24)), base)
	})
}

// TestWhatWasKnownToHoldIsOnlyCorrected, even if the import has days that lie ahead.
func TestWhatWasKnownToHoldIsOnlyCorrected(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		upload := o.imports("person:hr", Options{Opens: "2026-03-01T00:00:00.000000Z"}, source("発令.csv", orderHead, "R8.3.10,000002,,,,異動,0120,020,", "R8.5.1,000003,,,,異動,0110,030,"))
		o.clock.Set(t, "2026-04-15T09:00:00+09:00")
		if state, trouble := o.undoes("person:hr", upload); state != Corrected {
			t.Errorf("%s: %s", state, trouble)
		}
		april := jpdate.New(2026, 4, 10)
		o.check("as known now", o.seats("person:x", april), base)
		o.clock.Set(t, "2026-04-10T09:00:00+09:00")
		if known := o.seats("person:x", april); !slices.Contains(known, "000002 main 0120 020") {
			t.Errorf("as known on 10 April: %v", known)
		}
	})
}

// TestTheSamePersonAsInAnEarlierImport left there, and comes under another number here.
func TestTheSamePersonAsInAnEarlierImport(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.imports("person:hr", Options{}, source("退職.csv", orderHead, "R8.3.31,800004,,,,退職,,,"))
		upload, err := o.Upload(t.Context(), access.NewProgram("person:hr"), []Source{source("採用.csv", orderHead, "R8.4.1,810004,田中 葉子,タナカ ヨウコ,会計年度任用,採用,0110,030,")}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if p := o.preview("person:hr", upload); len(p.Proposals) != 1 || p.Proposals[0].Old != "800004" {
			t.Errorf("proposals %+v, counts %v", p.Proposals, p.Counts)
		}
	})
}

func TestFileNamesAreText(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		for name, text := range map[string]bool{"\xff.csv": false, "a\x00b.csv": false, "../../発令.csv": true} {
			_, err := o.Upload(t.Context(), access.NewProgram("person:hr"), []Source{source(name, april...)}, Options{})
			if text && err != nil || !text && errs.KindOf(err) != errs.Invalid {
				t.Errorf("%q: %v", name, err)
			}
		}
	})
}
