package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// office is a door in a body of two sections, whose heads confirm recoveries, and two operators.
type office struct {
	*door
	people  map[string]id.ID
	reissue int // passwords that were issued
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	w := &office{people: map[string]id.ID{}}
	o := factorSite()
	o.Reissue = func(context.Context, *trail.Tx, Account) (string, error) {
		w.reissue++
		return "temporary", nil
	}
	w.door = newDoor(t, d, o)
	ctx := t.Context()
	if err := w.log.Do(ctx, trail.Act{Actor: "cli:test", Name: "test"}, func(tx *trail.Tx) error {
		c, from := org.AtOnce(tx), jpdate.New(2026, 4, 1)
		state := func(home string) org.Statement { return c.State(home, from, org.Open()) }
		units := map[string]id.ID{}
		for _, code := range []string{"city", "tax", "library"} {
			unit := org.Unit{Unit: id.New(tx.Now), Code: code, Name: code, Kind: org.KindSection, Regime: "r", Parent: units["city"]}
			if code == "city" {
				unit.Kind = org.KindBody
			}
			unit.Statement, units[code] = state(org.UnitHome(unit.Unit)), unit.Unit
			if err := org.Units.Put(ctx, tx, unit); err != nil {
				return err
			}
		}
		posts := map[string]id.ID{}
		for i, title := range []string{"head", "clerk"} {
			post := org.Post{Statement: state(org.BodyHome), Post: id.New(tx.Now), Code: title, Title: title, Rank: i + 1, Head: i == 0}
			posts[title] = post.Post
			if err := org.Posts.Put(ctx, tx, post); err != nil {
				return err
			}
		}
		for _, p := range [][3]string{
			{"tanaka", "tax", "clerk"}, {"suzuki", "tax", "head"}, {"honda", "library", "head"}, {"abe", "city", "clerk"}, {"baba", "city", "clerk"},
		} {
			person := org.Person{Statement: state(org.BodyHome), Person: id.New(tx.Now), Number: p[0], Employment: "regular", Name: p[0]}
			w.people[p[0]] = person.Person
			a := org.Assignment{Statement: state(org.UnitHome(units[p[1]])), Person: person.Person, Unit: units[p[1]], Post: posts[p[2]], Manner: org.Main}
			if err := org.People.Put(ctx, tx, person); err != nil {
				return err
			}
			if err := org.Assignments.Put(ctx, tx, a); err != nil {
				return err
			}
			if p[1] == "city" {
				d := org.Designation{Statement: state(org.BodyHome), Regime: access.BuiltIn, Role: access.Operator, Scope: org.BodyHome, Person: person.Person}
				if err := org.Designations.Put(ctx, tx, d); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	w.account, w.owner = w.newAccount("tanaka2", w.people["tanaka"])
	return w
}

// as is somebody as he is now.
func (w *office) as(name string) (a *access.Actor) {
	w.Helper()
	gate := access.NewGate(&org.Charts{}, func(context.Context, db.Reader) ([]org.Rules, error) {
		return []org.Rules{access.Rules(), {Regime: "r", Hash: "1", Roles: []org.Role{{
			ID: "manager", Title: "情報管理者", Scope: org.ScopeSection, HeldBy: org.HeldBy{HeadOf: "section"}, May: []string{string(access.AccountConfirm)},
		}}}}, nil
	})
	if err := w.db.View(w.Context(), func(r db.Reader) (err error) {
		a, err = gate.Person(w.Context(), r, w.people[name], db.At(w.clock.Now()))
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return a
}

func (w *office) ask(name string) (Recovery, error) {
	return w.AskRecovery(w.Context(), w.as(name), w.account, "電話を水に落とした。窓口に来て、顔と職員証で確かめた。")
}

func (w *office) asked(name string) id.ID {
	w.Helper()
	r, err := w.ask(name)
	if err != nil {
		w.Fatal(err)
	}
	return r.ID
}

func (w *office) confirm(name string, recovery id.ID) error {
	_, err := w.ConfirmRecovery(w.Context(), w.as(name), recovery)
	return err
}

func (w *office) open(name string) (n int) {
	w.Helper()
	if err := w.db.View(w.Context(), func(r db.Reader) error {
		list, err := w.Recoveries(w.Context(), r, w.as(name))
		n = len(list)
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return n
}

func TestRecoveryTakesTwo(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newOffice(t, d)
		key, _ := w.enrol("電話")
		if _, err := w.PrintList(t.Context(), w.owner, w.account, "番号表"); err != nil {
			t.Fatal(err)
		}
		_, err := w.AskRecovery(t.Context(), w.as("abe"), w.account, "")
		w.want("without a reason", err, errs.Invalid)
		_, err = w.ask("suzuki")
		w.want("by who only confirms", err, errs.Forbidden)
		_, err = w.ask("tanaka")
		w.want("by himself", err, errs.Forbidden)
		r := w.asked("abe")
		_, err = w.ask("baba")
		w.want("while it is asked", err, errs.Conflict)
		for name, want := range map[string]int{"abe": 1, "baba": 1, "suzuki": 1, "honda": 0, "tanaka": 0} {
			if got := w.open(name); got != want {
				t.Errorf("%s sees %d requests, want %d", name, got, want)
			}
		}
		w.want("by who asked", w.confirm("abe", r), errs.Forbidden)
		w.want("by himself", w.confirm("tanaka", r), errs.Forbidden)
		w.want("by the head of another section", w.confirm("honda", r), errs.NotFound)
		w.right("until then his factors count", w.try(TOTP, w.code(key, 0)))
		if w.reissue != 0 || len(w.list()) != 2 {
			t.Errorf("%d passwords, %d factors", w.reissue, len(w.list()))
		}
		options, err := w.BeginPasskey(t.Context(), w.owner, w.account, "session-1")
		if err != nil {
			t.Fatal(err)
		}
		password, err := w.ConfirmRecovery(t.Context(), w.as("suzuki"), r)
		if err != nil || password != "temporary" || w.reissue == 0 || len(w.list()) != 0 {
			t.Errorf("%q, %d passwords, %d factors: %v", password, w.reissue, len(w.list()), err)
		}
		w.clock.Add(time.Minute)
		w.wrong("afterwards none counts", w.try(TOTP, w.code(key, 0)))
		_, err = w.ConfirmPasskey(t.Context(), w.owner, w.account, "session-1", "キー", newAuthenticator().create(t, options))
		w.want("what was begun before", err, errs.Invalid)
		w.want("twice", w.confirm("baba", r), errs.Conflict)
		w.want("refused afterwards", w.RefuseRecovery(t.Context(), w.as("baba"), r), errs.Conflict)
		if n := w.open("abe"); n != 0 {
			t.Errorf("%d open requests", n)
		}
		w.trail(r)
	})
}

// trail looks for both names in the trail, and that everything was one act.
func (w *office) trail(recovery id.ID) {
	w.Helper()
	if err := w.db.View(w.Context(), func(r db.Reader) error {
		acts, _, err := w.log.Acts(w.Context(), r, trail.Query{Limit: 50}, "", trail.Seen{})
		if err != nil {
			return err
		}
		got := map[string]trail.Deed{}
		for _, a := range acts {
			if strings.HasPrefix(a.Name, "account.recovery.") {
				got[a.Name] = a
			}
		}
		ask, confirm := got["account.recovery.ask"], got["account.recovery.confirm"]
		if ask.Actor != access.PersonName(w.people["abe"]) || confirm.Actor != access.PersonName(w.people["suzuki"]) || confirm.Entries != 3 || len(got) != 2 {
			w.Errorf("%+v", got)
		}
		if ask.Authority == "" || confirm.Authority == "" {
			w.Errorf("on which authority? %q %q", ask.Authority, confirm.Authority)
		}
		list, err := w.RecoveriesOf(w.Context(), r, w.owner, w.account)
		if err == nil && (len(list) != 1 || list[0].ID != recovery || list[0].AskedBy != ask.Actor || list[0].DecidedBy != confirm.Actor || list[0].State != Confirmed) {
			w.Errorf("%+v", list)
		}
		return err
	}); err != nil {
		w.Error(err)
	}
}

func TestRecoveryIsRefusedOrExpires(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newOffice(t, d)
		w.enrol("電話")
		refuse := func(name string, r id.ID) error { return w.RefuseRecovery(t.Context(), w.as(name), r) }
		r := w.asked("abe")
		w.want("by the head of another section", refuse("honda", r), errs.NotFound)
		w.right("by the head", refuse("suzuki", r))
		w.want("confirmed afterwards", w.confirm("baba", r), errs.Conflict)
		w.right("by the owner", refuse("tanaka", w.asked("abe")))
		w.right("taken back by who asked", refuse("abe", w.asked("abe")))
		r = w.asked("abe")
		w.clock.Add(deciding)
		w.want("confirmed too late", w.confirm("suzuki", r), errs.Conflict)
		w.want("refused too late", refuse("suzuki", r), errs.Conflict)
		if n := w.open("suzuki"); n != 0 {
			t.Errorf("%d open requests", n)
		}
		w.right("asked anew, an operator confirms", w.confirm("baba", w.asked("abe")))
		if err := d.View(t.Context(), func(rd db.Reader) error {
			list, err := recoveriesOf(t.Context(), rd, w.account)
			var states []RecoveryState
			for _, x := range list {
				states = append(states, x.State)
			}
			if !slices.Equal(states, []RecoveryState{Confirmed, Expired, Refused, Refused, Refused}) {
				t.Errorf("states %v", states)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		_, err := w.AskRecovery(t.Context(), w.as("abe"), "none", "理由")
		w.want("no account", err, errs.NotFound)
		w.want("no request", w.confirm("abe", "none"), errs.NotFound)
		if _, err := w.AskRecovery(t.Context(), access.NewProgram("cli:root"), w.account, "誰もいない"); err != nil {
			t.Errorf("a command asks: %v", err)
		}
	})
}

// TestConfirmedByTwoAtOnce: of two who decide at once one does.
func TestConfirmedByTwoAtOnce(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newOffice(t, d)
		w.enrol("電話")
		r := w.asked("abe")
		deciders := []*access.Actor{w.as("baba"), w.as("suzuki")}
		outcomes := make(chan error, 2)
		w.options.Reissue = func(context.Context, *trail.Tx, Account) (string, error) { return "x", nil } // called by two
		for _, by := range deciders {
			go func() {
				_, err := w.ConfirmRecovery(context.WithoutCancel(t.Context()), by, r)
				outcomes <- err
			}()
		}
		one, two := <-outcomes, <-outcomes
		if (one == nil) == (two == nil) || errs.KindOf(errors.Join(one, two)) != errs.Conflict {
			t.Errorf("%v and %v", one, two)
		}
	})
}
