package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
)

func TestInvitations(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		list, err := h.a.Invite(ctx, h.root, Invitation{Person: h.ID("person", "佐藤"), Password: true}, Invitation{Person: h.ID("person", "田中"), Login: " h.tanaka "})
		h.must(err)
		number := query(h, func(r db.Reader) (org.Person, error) {
			return view(h.Clock.Now()).Person(ctx, r, h.ID("person", "佐藤"))
		}).Number
		if list[0].Account.Login != number || list[0].Password == "" || list[1].Account.Login != "h.tanaka" || list[1].Password != "" || list[1].Until != "" {
			h.Errorf("%+v", list)
		}
		if p := query(h, func(r db.Reader) (PasswordState, error) { return h.a.Password(ctx, r, list[0].Account) }); !p.Has || !p.Temporary || p.Expires != string(list[0].Until) {
			h.Errorf("%+v", p)
		}
		if p := query(h, func(r db.Reader) (PasswordState, error) { return h.a.Password(ctx, r, list[1].Account) }); p.Has {
			h.Errorf("%+v", p)
		}
		for what, c := range map[string]struct {
			Invitation
			kind errs.Kind
			word string
		}{
			"again":            {Invitation{Person: h.ID("person", "田中")}, errs.Conflict, "もう登録されて"},
			"a taken login":    {Invitation{Person: h.ID("person", "山田"), Login: "Ｈ.Tanaka"}, errs.Conflict, "ほかの利用者"},
			"a blank in it":    {Invitation{Person: h.ID("person", "山田"), Login: "a b"}, errs.Invalid, "空白"},
			"a long one":       {Invitation{Person: h.ID("person", "山田"), Login: strings.Repeat("a", 61)}, errs.Invalid, "60文字"},
			"works nowhere":    {Invitation{Person: h.ID("person", "高橋")}, errs.Invalid, "所属していない"},
			"nobody":           {Invitation{Person: id.New(h.Clock.Now())}, errs.Invalid, "所属していない"},
			"one good as well": {Invitation{Person: h.ID("person", "高橋"), Login: "x"}, errs.Invalid, "所属していない"},
		} {
			_, err := h.a.Invite(ctx, h.root, Invitation{Person: h.ID("person", "山田"), Login: "yamada-ok"}, c.Invitation)
			if what == "a taken login" || strings.HasPrefix(what, "a ") {
				_, err = h.a.Invite(ctx, h.root, c.Invitation)
			}
			h.refused(what, err, c.kind, c.word)
		}
		if n := query(h, func(r db.Reader) (int, error) { return db.Get[int](ctx, r, `select count(*) from account`) }); n != 2 {
			h.Errorf("%d accounts: all or none is invited", n)
		}
		h.must(h.a.Rename(ctx, h.root, list[1].Account.ID, "hanako"))
		err = h.a.Rename(ctx, h.root, list[1].Account.ID, number)
		h.refused("a taken login", err, errs.Conflict, "ほかの利用者")
		h.must(h.a.Rename(ctx, h.root, list[1].Account.ID, "hanako")) // nothing to do
		h.must(h.a.Close(ctx, h.root, list[1].Account.ID, "退職"))
		if _, err := h.a.Invite(ctx, h.root, Invitation{Person: h.ID("person", "山田"), Login: "hanako"}); err != nil {
			h.Errorf("the login of a closed account is free: %v", err)
		}
		_, err = h.a.Invite(ctx, h.root, Invitation{Person: h.ID("person", "田中"), Login: "hanako"})
		h.refused("his old login", err, errs.Conflict, "ほかの利用者")
		want := []string{"account.invite", "account.rename", "account.close", "account.invite"}
		if got := h.acts(); !slices.Equal(got, []string{want[0] + " by cli:root", want[1] + " by cli:root", want[2] + " by cli:root", want[3] + " by cli:root"}) {
			h.Errorf("acts %v", got)
		}
		h.verified()
	})
}

// TestStates: what does not fit the state of an account is a Conflict.
func TestStates(t *testing.T) {
	each(t, func(h *house) {
		ctx, a := h.Context(), h.settle("田中")
		acts := map[string]func(by *access.Actor) error{
			"suspend": func(by *access.Actor) error { return h.a.Suspend(ctx, by, a.ID, "調査のため") },
			"resume":  func(by *access.Actor) error { return h.a.Resume(ctx, by, a.ID, "") },
			"close":   func(by *access.Actor) error { return h.a.Close(ctx, by, a.ID, "") },
			"reset":   func(by *access.Actor) error { _, err := h.a.ResetPassword(ctx, by, a.ID, ""); return err },
			"rename":  func(by *access.Actor) error { return h.a.Rename(ctx, by, a.ID, "other"+string(a.ID)) },
			"end":     func(by *access.Actor) error { return h.a.EndSessions(ctx, by, a.ID, "") },
		}
		clerk, own := h.person("佐藤"), h.person("田中", access.AccountManage)
		for name, do := range acts {
			h.refused(name, do(clerk), errs.Forbidden, "権限がありません")
		}
		h.refused("suspend himself", acts["suspend"](own), errs.Conflict, "自分自身")
		h.refused("close himself", acts["close"](own), errs.Conflict, "自分自身")
		for _, step := range []struct {
			does  string
			state State
			not   string
		}{
			{"rename", Active, "resume"},
			{"reset", Active, "resume"},
			{"end", Active, "resume"},
			{"suspend", Suspended, "suspend"},
			{"reset", Suspended, "suspend"},
			{"resume", Active, "resume"},
			{"suspend", Suspended, "suspend"},
			{"close", Closed, "suspend resume close reset rename"},
		} {
			h.must(acts[step.does](h.root))
			if now := query(h, func(r db.Reader) (Account, error) { return Get(ctx, r, a.ID) }); now.State != step.state {
				h.Fatalf("%s: %s", step.does, now.State)
			}
			for not := range strings.FieldsSeq(step.not) {
				if err := acts[not](h.root); errs.KindOf(err) != errs.Conflict {
					h.Errorf("%s after %s: %v", not, step.does, err)
				}
			}
		}
		if err := h.a.Suspend(ctx, h.root, id.New(h.Clock.Now()), ""); !errors.Is(err, db.ErrNotFound) {
			h.Errorf("no such account: %v", err)
		}
		note := query(h, func(r db.Reader) (string, error) {
			return db.Get[string](ctx, r, `select max(note) from trail_act where name = 'account.suspend'`)
		})
		if note != "調査のため" {
			h.Errorf("the act says %q", note)
		}
		h.verified()
	})
}

// TestAScopeOfAccounts: a chief manages the accounts of those who work in his section, and sees no others.
func TestAScopeOfAccounts(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		h.Do(trail.Act{}, func(tx *trail.Tx) error {
			return h.State(tx, org.AtOnce(tx), jpdate.New(2025, 6, 1), "assign 木村 0120 主事 main")
		})
		rules := []org.Rules{{Regime: "tiny", Hash: "1", Roles: []org.Role{{
			ID: "chief", Title: "課長", Scope: org.ScopeSection, HeldBy: org.HeldBy{Post: "課長"}, May: []string{string(access.AccountManage), string(access.PlaceManage)},
		}}}}
		gate := access.NewGate(&org.Charts{}, func(context.Context, db.Reader) ([]org.Rules, error) { return rules, nil })
		mine, theirs := h.settle("田中"), h.settle("木村")
		place, _, _ := h.counter("0110")
		h.counter("0120")
		for i := range 5 {
			h.Do(trail.Act{}, func(tx *trail.Tx) error {
				return h.State(tx, org.AtOnce(tx), jpdate.New(2025, 6, 1), fmt.Sprintf("assign 職員%d 0110 主事 main", i))
			})
			h.invite(fmt.Sprintf("職員%d", i))
		}
		chief := query(h, func(r db.Reader) (*access.Actor, error) {
			return gate.Person(ctx, r, h.ID("person", "佐藤"), db.At(h.Clock.Now()))
		})
		list := func(by *access.Actor, q Query) (logins []string) {
			for {
				var page []Account
				h.must(h.d.View(ctx, func(r db.Reader) (err error) {
					page, q.After, err = h.a.List(ctx, r, by, q)
					return err
				}))
				if len(page) > q.Limit {
					h.Fatalf("%d on a page of %d", len(page), q.Limit)
				}
				for _, a := range page {
					logins = append(logins, a.Login)
				}
				if q.After == "" {
					return logins
				}
			}
		}
		all := []string{"user-木村", "user-田中", "user-職員0", "user-職員1", "user-職員2", "user-職員3", "user-職員4", "窓口 0110", "窓口 0120"}
		own := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == "user-木村" || s == "窓口 0120" })
		for _, limit := range []int{1, 3, 100} {
			if got := list(h.root, Query{Limit: limit}); !slices.Equal(got, all) {
				h.Errorf("all: %v", got)
			}
			if got := list(chief, Query{Limit: limit}); !slices.Equal(got, own) {
				h.Errorf("the chief's: %v", got)
			}
		}
		if got := list(h.person("田中"), Query{Limit: 9}); got != nil {
			h.Errorf("a clerk's: %v", got)
		}
		if got := list(chief, Query{Limit: 9, Kind: Place}); !slices.Equal(got, []string{"窓口 0110"}) {
			h.Errorf("places: %v", got)
		}
		if got := list(chief, Query{Limit: 9, Find: "ＵＳＥＲ-職員3"}); !slices.Equal(got, []string{"user-職員3"}) {
			h.Errorf("found: %v", got)
		}
		h.must(h.a.Suspend(ctx, chief, mine.ID, ""))
		if got := list(chief, Query{Limit: 9, State: Suspended}); !slices.Equal(got, []string{"user-田中"}) {
			h.Errorf("suspended: %v", got)
		}
		h.refused("out of scope", h.a.Suspend(ctx, chief, theirs.ID, ""), errs.NotFound, "権限の範囲の外")
		for account, kind := range map[id.ID]errs.Kind{mine.ID: -1, place.ID: -1, theirs.ID: errs.NotFound} {
			err := h.d.View(ctx, func(r db.Reader) error { _, err := h.a.Managed(ctx, r, chief, account); return err })
			if kind < 0 && err != nil || kind >= 0 && errs.KindOf(err) != kind {
				h.Errorf("%v", err)
			}
		}
		_, err := h.a.CloseLapsed(ctx, chief)
		h.refused("of the whole body", err, errs.NotFound, "範囲の外")
		as := query(h, func(r db.Reader) (string, error) {
			return db.Get[string](ctx, r, `select max(authority) from trail_act where name = 'account.suspend'`)
		})
		if as != "tiny/chief "+h.Home("0110") {
			h.Errorf("on the authority %q", as)
		}
	})
}

func TestTermsAreDecided(t *testing.T) {
	t.Parallel()
	if got := TermsOf(setting.Values{}, jpdate.New(2026, 4, 1)); fmt.Sprint(got) != fmt.Sprint(Defaults()) {
		t.Errorf("%+v, want %+v", got, Defaults())
	}
}

// TestEverythingHasWords: acts, kinds and columns but secrets.
func TestEverythingHasWords(t *testing.T) {
	t.Parallel()
	for _, table := range Audited() {
		words := ColumnWords()[table.Kind()]
		if words == nil {
			words = FactorColumns()[table.Kind()]
		}
		if words[""] == "" {
			t.Errorf("%s has no word", table.Kind())
		}
	}
	for _, s := range []State{Active, Suspended, Closed} {
		if s.Title() == "" || ValueWords("state", string(s)) != s.Title() {
			t.Errorf("%s has no word", s)
		}
	}
	for _, s := range []TerminalState{Waiting, Bound, Withdrawn} {
		if s.Title() == "" || ValueWords("state", string(s)) != s.Title() {
			t.Errorf("%s has no word", s)
		}
	}
	if ValueWords("login", "active") != "active" || ValueWords("kind", "place") != "所属端末" || RuleInWords() == "" {
		t.Error("values are read wrongly")
	}
}
