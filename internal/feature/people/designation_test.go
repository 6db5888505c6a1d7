package people

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
	"sekimori/internal/testkit"
)

// TestDesignationsOfHoldersAndDeputies: who holds a role and who acts for him are designated each for themselves.
func TestDesignationsOfHoldersAndDeputies(t *testing.T) {
	t.Parallel()
	const head = "規程,役割,対象,職員番号,立場,開始日"
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.imports("person:hr", Options{}, source("指定.csv", head, "tiny,総括者,団体,000001,本人,2026-01-01", "tiny,総括者,団体,000002,代理,2026-01-01"))
		second := o.imports("person:hr", Options{}, source("指定.csv", head, "tiny,総括者,団体,000003,代理,2026-02-01"))
		seats := func(day jpdate.Date) (got []string) {
			if err := d.View(t.Context(), func(r db.Reader) error {
				c, err := org.LoadChart(t.Context(), r, org.View{On: day, Now: db.At(d.Now())}, rules())
				for _, h := range c.Holders("tiny", "chief", org.BodyHome) {
					got = append(got, h.Person.Number+" "+h.As.Title())
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return got
		}
		is := func(day jpdate.Date, want ...string) {
			t.Helper()
			if diff := gocmp.Diff(want, seats(day)); diff != "" {
				t.Errorf("%s (-want +got)\n%s", day, diff)
			}
		}
		is(jpdate.New(2026, 1, 15), "000001 本務", "000002 代行")
		is(jpdate.New(2026, 2, 15), "000001 本務", "000003 代行")
		if state, trouble := o.undoes("person:hr", second); state != Corrected {
			t.Errorf("%s: %s", state, trouble)
		}
		is(jpdate.New(2026, 2, 15), "000001 本務", "000002 代行")
		o.verify()
	})
}
