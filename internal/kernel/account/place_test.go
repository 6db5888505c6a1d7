package account

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
)

// counter gives a unit a place with one terminal.
func (h *house) counter(unit string) (Account, Terminal, string) {
	h.Helper()
	a, err := h.a.InvitePlace(h.Context(), h.root, h.ID("unit", unit), "窓口 "+unit)
	h.must(err)
	code, _, err := h.a.AddTerminal(h.Context(), h.root, a.ID, "1階 東")
	h.must(err)
	device, terminal, err := h.b.BindTerminal(h.Context(), code, Visit{Address: hers})
	h.must(err)
	return a, terminal, device
}

func (h *house) pin(a Account) string {
	return query(h, func(r db.Reader) (string, error) { return h.a.PIN(h.Context(), r, h.root, a.ID, h.a.Today()) })
}

func TestPlaces(t *testing.T) {
	each(t, func(h *house) {
		a, terminal, device := h.counter("0110")
		if a.Home != h.Home("0110") || a.Actor() != "place:"+string(a.ID) {
			h.Errorf("%+v", a)
		}
		pin := h.pin(a)
		if !regexp.MustCompile(`^\d{6}$`).MatchString(pin) {
			h.Errorf("%q", pin)
		}
		in, err := h.b.SignInPlace(h.Context(), device, pin[:3]+" "+pin[3:], Visit{Address: hers})
		h.must(err)
		if in.Session.How != ByTerminal || in.Session.Terminal != terminal.ID || in.Session.Pending != "" || in.Account.Kind != Place {
			h.Errorf("%+v", in)
		}
		// It lasts for the day, used or not, and no longer; the next day has another number.
		h.Clock.Set(t, "2025-06-02T23:59:59+09:00")
		h.signedIn(in.Token)
		h.Clock.Set(t, "2025-06-03T00:00:00+09:00")
		h.out("the next day", in.Token, "時間がたった")
		if h.pin(a) == pin {
			h.Error("two days have one number")
		}
		_, err = h.a.SignInPlace(h.Context(), device, pin, Visit{Address: hers})
		h.refused("yesterday's number", err, errs.Invalid, "今日の番号")
		_, err = h.a.SignInPlace(h.Context(), newToken(), h.pin(a), Visit{Address: hers})
		h.refused("another device", err, errs.Forbidden, "登録されていません")
		_, err = h.a.SignIn(h.Context(), Credentials{Login: a.Login, Password: h.pin(a), Visit: Visit{Address: hers}})
		h.refused("by the other door", err, errs.Invalid, "違います")

		// A second terminal; one is withdrawn, the other stays.
		code, _, err := h.a.AddTerminal(h.Context(), h.root, a.ID, "2階")
		h.must(err)
		second, _, err := h.a.BindTerminal(h.Context(), strings.ToLower(code[:5]+"-"+code[5:]), Visit{Address: hers})
		h.must(err)
		one, err1 := h.a.SignInPlace(h.Context(), device, h.pin(a), Visit{})
		two, err2 := h.a.SignInPlace(h.Context(), second, h.pin(a), Visit{})
		h.must(err1)
		h.must(err2)
		h.must(h.b.WithdrawTerminal(h.Context(), h.root, terminal.ID))
		h.out("withdrawn", one.Token, "取り消されました")
		h.signedIn(two.Token)
		_, err = h.a.SignInPlace(h.Context(), device, h.pin(a), Visit{})
		h.refused("withdrawn", err, errs.Forbidden, "登録されていません")
		err = h.b.WithdrawTerminal(h.Context(), h.root, terminal.ID)
		h.refused("twice", err, errs.Conflict, "もう取り消されて")
		old := h.pin(a)
		h.must(h.b.RenewPlace(h.Context(), h.root, a.ID))
		h.out("renewed", two.Token, "取り消されました")
		if h.pin(a) == old {
			h.Error("the number stays")
		}
		in, err = h.a.SignInPlace(h.Context(), second, h.pin(a), Visit{})
		h.must(err)
		h.must(h.a.Close(h.Context(), h.root, a.ID, "廃止"))
		h.out("closed", in.Token, "取り消されました")
		h.secretsAreNotInTheTrail(device, second, code)
		h.verified()
	})
}

func TestCodesOfTerminals(t *testing.T) {
	each(t, func(h *house) {
		a, _, _ := h.counter("0110")
		code, waiting, err := h.a.AddTerminal(h.Context(), h.root, a.ID, "窓口")
		h.must(err)
		h.Clock.Add(codeCounts)
		_, _, err = h.a.BindTerminal(h.Context(), code, Visit{Address: hers})
		h.refused("after half an hour", err, errs.Invalid, "期限（30分）")
		code, _, err = h.a.AddTerminal(h.Context(), h.root, a.ID, "窓口")
		h.must(err)
		_, _, err = h.a.BindTerminal(h.Context(), code, Visit{Address: hers})
		h.must(err)
		_, _, err = h.b.BindTerminal(h.Context(), code, Visit{Address: hers})
		h.refused("twice", err, errs.Invalid, "登録コードが違う")
		_, err = h.a.SignInPlace(h.Context(), code, h.pin(a), Visit{})
		h.refused("a code is no device", err, errs.Forbidden, "登録されていません")
		for range netTries {
			_, _, err = h.a.BindTerminal(h.Context(), "AAAAABBBBB", Visit{Address: theirs})
			h.refused("a guess", err, errs.Invalid, "登録コードが違う")
		}
		_, _, err = h.a.BindTerminal(h.Context(), "AAAAABBBBB", Visit{Address: theirs})
		h.refused("the eleventh", err, errs.TooMany, "90秒")
		list := query(h, func(r db.Reader) ([]Terminal, error) { return h.a.Terminals(h.Context(), r, a.ID) })
		if len(list) != 3 || list[0].State != Bound || list[1].ID != waiting.ID || list[1].State != Waiting {
			h.Errorf("%+v", list)
		}
	})
}

func TestNumbersOfPlacesAreNotGuessed(t *testing.T) {
	each(t, func(h *house) {
		a, _, device := h.counter("0110")
		wrong := func() string { return fmt.Sprintf("%06d", (1+must(h.pin(a)))%1_000_000) }
		for range netTries {
			_, err := h.a.SignInPlace(h.Context(), device, wrong(), Visit{Address: hers})
			h.refused("a guess", err, errs.Invalid, "今日の番号")
		}
		_, err := h.b.SignInPlace(h.Context(), device, h.pin(a), Visit{Address: theirs})
		h.refused("the right one, too late", err, errs.TooMany, "5分")
		h.Clock.Add(placePays)
		_, err = h.b.SignInPlace(h.Context(), device, h.pin(a), Visit{Address: theirs})
		h.must(err)
		for _, number := range []string{"", "12345", "1234567", "abcdef"} {
			if _, err := h.a.SignInPlace(h.Context(), device, number, Visit{}); err == nil {
				h.Errorf("%q is a number", number)
			}
			h.Clock.Add(placePays)
		}
	})
}

func must(number string) (n int) {
	_, _ = fmt.Sscan(strings.TrimLeft(number, "0")+" ", &n)
	return n
}

func TestPlacesEndWithTheirUnit(t *testing.T) {
	each(t, func(h *house) {
		a, _, device := h.counter("0120")
		h.Clock.Set(t, "2025-07-31T23:00:00+09:00")
		_, err := h.a.SignInPlace(h.Context(), device, h.pin(a), Visit{})
		h.must(err)
		h.Clock.Set(t, "2025-08-01T00:00:00+09:00")
		_, err = h.a.SignInPlace(h.Context(), device, h.pin(a), Visit{})
		h.refused("an abolished unit", err, errs.Forbidden, "所属がない")
		_, err = h.a.InvitePlace(h.Context(), h.root, h.ID("unit", "0120"), "窓口")
		h.refused("an abolished unit", err, errs.Conflict, "ありません")
	})
}

func TestWhoManagesPlaces(t *testing.T) {
	each(t, func(h *house) {
		a, terminal, _ := h.counter("0110")
		clerk, chief := h.person("田中"), h.person("佐藤", access.PlaceManage)
		for name, do := range map[string]func(by *access.Actor) error{
			"invite": func(by *access.Actor) error {
				_, err := h.a.InvitePlace(h.Context(), by, h.ID("unit", "0110"), "別の窓口")
				return err
			},
			"add": func(by *access.Actor) error {
				_, _, err := h.a.AddTerminal(h.Context(), by, a.ID, "窓口")
				return err
			},
			"renew": func(by *access.Actor) error { return h.a.RenewPlace(h.Context(), by, a.ID) },
			"see": func(by *access.Actor) error {
				return h.d.View(h.Context(), func(r db.Reader) error {
					_, err := h.a.PIN(h.Context(), r, by, a.ID, jpdate.New(2025, 6, 2))
					return err
				})
			},
			"withdraw": func(by *access.Actor) error { return h.a.WithdrawTerminal(h.Context(), by, terminal.ID) },
			"suspend":  func(by *access.Actor) error { return h.a.Suspend(h.Context(), by, a.ID, "") },
		} {
			h.refused(name, do(clerk), errs.Forbidden, "権限がありません")
			if name == "suspend" {
				continue
			}
			h.must(do(chief))
		}
		h.must(h.a.Suspend(h.Context(), chief, a.ID, "紛失"))
		_, _, err := h.a.AddTerminal(h.Context(), chief, a.ID, "窓口")
		h.refused("a suspended place", err, errs.Conflict, "使われている")
		_, err = h.a.ResetPassword(h.Context(), chief, a.ID, "")
		h.refused("a place has no password", err, errs.Conflict, "パスワードがありません")
		_, err = h.a.InvitePlace(h.Context(), chief, h.ID("unit", "0110"), "窓口 ０１１０")
		h.refused("the same label", err, errs.Conflict, "ほかの利用者")
	})
}
