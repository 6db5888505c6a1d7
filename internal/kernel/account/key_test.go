package account

import (
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/testkit"
)

// A key works for its owner alone, for what he gave it, until it is withdrawn or its day is over; what is stored opens nothing.
func TestKeys(t *testing.T) {
	t.Parallel()
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		ring, ctx := NewKeyring(w.log), t.Context()
		owner := access.NewProgram("person:1").Limited([]access.Permission{access.PeopleRead, access.TrailRead})
		owner.Account = w.account
		other := access.NewProgram("person:2")
		other.Account, _ = w.newAccount("suzuki", "somebody")

		_, err := ring.Make(ctx, owner, "", []access.Permission{access.PeopleImport, "nonsense"}, jpdate.New(2028, 1, 1))
		e, _ := err.(*errs.Error) //nolint:errorlint // the error itself is looked at
		if e == nil || e.Kind != errs.Invalid || len(e.Fields) != 4 {
			t.Fatalf("everything wrong: %v", err)
		}
		made, err := ring.Make(ctx, owner, "集計", []access.Permission{access.PeopleRead}, jpdate.New(2026, 11, 30))
		if err != nil {
			t.Fatal(err)
		}
		resolve := func(key string) (held HeldKey, err error) {
			err = d.View(ctx, func(r db.Reader) error {
				var a Account
				held, a, err = ring.Resolve(ctx, r, key)
				if err == nil && a.ID != w.account {
					t.Error("the key is of another account")
				}
				return err
			})
			return held, err
		}
		held, err := resolve(made)
		if err != nil || len(held.Permissions()) != 1 || held.Permissions()[0] != access.PeopleRead || held.UsedAt != "" {
			t.Fatalf("%v %+v", err, held)
		}
		if strings.Contains(string(held.Secret), made[len(keyPrefix):]) {
			t.Error("the key itself is stored")
		}
		for range 2 {
			if err := ring.Used(ctx, held); err != nil {
				t.Fatal(err)
			}
			held, _ = resolve(made)
		}
		if held.UsedAt != string(db.At(w.clock.Now())) {
			t.Errorf("used at %q", held.UsedAt)
		}
		for _, wrong := range []string{"", "skm_", made + "a", strings.ToUpper(made), strings.TrimPrefix(made, keyPrefix)} {
			if _, err := resolve(wrong); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		if err := ring.Withdraw(ctx, other, held.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("somebody else's key: %v", err)
		}
		second, err := ring.Make(ctx, owner, "二つ目", []access.Permission{access.TrailRead}, jpdate.New(2026, 11, 24))
		if err != nil {
			t.Fatal(err)
		}
		if err := ring.Withdraw(ctx, owner, held.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := resolve(made); errs.KindOf(err) != errs.NotFound {
			t.Errorf("withdrawn: %v", err)
		}
		if _, err := resolve(second); err != nil {
			t.Errorf("on its last day: %v", err)
		}
		w.clock.Add(15 * time.Hour) // midnight in Japan
		if _, err := resolve(second); errs.KindOf(err) != errs.NotFound {
			t.Errorf("after its last day: %v", err)
		}
	})
}
