package people

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/testkit"
)

var cityRows = flag.Int("people.rows", 2000, "people in the tests of large imports")

// city is files of n people in as many units as such a city has, as it was on 1 April 2020.
func city(n int) []Source {
	var units, posts, orders strings.Builder
	units.WriteString("組織コード,組織名,上位組織コード,種別,規程,開始日\nC0000,大きな市,,団体,tiny,2020-04-01\n")
	sections := citySections(n)
	for i := range sections {
		if i%56 == 0 {
			fmt.Fprintf(&units, "B%04d,第%d局,C0000,局室区等,,2020-04-01\n", i/56, i/56)
		}
		fmt.Fprintf(&units, "S%04d,第%d課,B%04d,課,,2020-04-01\n", i, i, i/56)
	}
	posts.WriteString("職コード,職名,職位,所属長,開始日\n10,局長,1,○,2020-04-01\n20,課長,2,○,2020-04-01\n30,係員,9,,2020-04-01\n")
	orders.WriteString("発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール\n")
	for i := range n {
		post := 30
		if i < sections {
			post = 20
		}
		fmt.Fprintf(&orders, "2020-04-01,%06d,姓%d 名%d,セイ%d メイ%d,正規,採用,S%04d,%d,p%d@example.jp\n", i, i, i, i, i, i%sections, post, i)
	}
	return []Source{
		{"組織.csv", strings.NewReader(units.String())}, {"職.csv", strings.NewReader(posts.String())}, {"発令.csv", strings.NewReader(orders.String())},
	}
}

func citySections(n int) int { return max(n/18, 2) }

// cityApril is a row for each of n people on 1 April 2026: of each nine six move, one leaves, one bears one post more, and one
// comes.
func cityApril(n int) Source {
	var b strings.Builder
	b.WriteString("発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール\n")
	sections := citySections(n)
	for i := range n {
		section, post := (i+1)%sections, 30
		if i < sections {
			post = 20
		}
		switch i % 9 {
		default:
			fmt.Fprintf(&b, "R8.4.1,%06d,姓%d 名%d,セイ%d メイ%d,正規,異動,S%04d,%d,\n", i, i, i, i, i, section, post)
		case 6:
			fmt.Fprintf(&b, "R8.3.31,%06d,,,,退職,,,\n", i)
		case 7:
			fmt.Fprintf(&b, "R8.4.1,%06d,,,,兼務,S%04d,30,\n", i, section)
		case 8:
			fmt.Fprintf(&b, "R8.4.1,9%05d,新%d 人%d,シン%d ヒト%d,正規,採用,S%04d,30,n%d@example.jp\n", i, i, i, i, i, section, i)
		}
	}
	return Source{"発令.csv", strings.NewReader(b.String())}
}

// TestLargeImport measures a year's change; with -people.rows=33000 it is that of a large city.
func TestLargeImport(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		took := func(what string, began time.Time) time.Time {
			t.Logf("%-8s %-40s %6.2f s", d.Engine(), what, time.Since(began).Seconds())
			return time.Now()
		}
		at := time.Now()
		first, err := o.Upload(t.Context(), access.NewProgram("person:hr"), city(*cityRows), Options{})
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		at = took("files of all people taken in", at)
		p := o.preview("person:hr", first)
		if p.HeldRows > 0 {
			t.Fatalf("%+v", p.Held[:1])
		}
		at = took("dry run of all people as new", at)
		o.apply("person:hr", first)
		at = took("dry run and applied", at)
		upload, err := o.Upload(t.Context(), access.NewProgram("person:hr"), []Source{cityApril(*cityRows)}, Options{})
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		at = took("file of 1 April taken in", at)
		p = o.preview("person:hr", upload)
		if p.HeldRows > 0 || p.Rows != *cityRows {
			t.Fatalf("%d rows, %+v", p.Rows, p.Held[:1])
		}
		at = took(fmt.Sprintf("dry run, %d seats become vacant", len(p.Vacant)), at)
		if err := o.Apply(t.Context(), access.NewProgram("person:hr"), upload, p.Confirmed()); err != nil {
			t.Fatal(errs.Message(err))
		}
		at = took("confirmed", at)
		o.work()
		at = took("applied", at)
		again := o.preview("person:hr", upload)
		if !again.Nothing {
			t.Errorf("the same again: %v", again.Counts)
		}
		at = took("dry run of the same again", at)
		if err := o.Undo(t.Context(), access.NewProgram("person:hr"), upload, "誤り"); err != nil {
			t.Fatal(errs.Message(err))
		}
		o.work()
		took("undone", at)
		if u, err := o.Get(t.Context(), access.NewProgram("person:hr"), upload); err != nil || u.State != Undone {
			t.Errorf("%v %s %s", err, u.State, u.Trouble)
		}
	})
}
