package register_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// newest is an entry as it is now.
func (h *house) newest(kind string, entry id.ID) (e register.Entry) {
	h.Helper()
	by := h.actor("program")
	h.view(func(r db.Reader) error {
		d, err := h.desk.Open(h.Context(), r, by, "kodama", kind)
		if err == nil {
			e, err = d.Get(entry)
		}
		return err
	})
	return e
}

// TestWhenItHappened is read in people's spellings, held to what can be, and corrected where entries are changed.
func TestWhenItHappened(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		h.Clock.Set(t, "2025-04-02T09:00:30+09:00")
		visit := func(when string) (register.Entry, error) {
			return h.desk.Add(t.Context(), h.actor("受付員"), "kodama", "visit", in("place 1100", "purpose 閲覧"), register.Entering{When: when})
		}
		for _, c := range []struct {
			when, want string // the time, or the fault
		}{
			{"", "2025-04-02T00:00:30"},
			{"　", "2025-04-02T00:00:30"},
			{"R7.4.1 21:05", "2025-04-01T12:05:00"},
			{"令和７年４月２日　９時", "2025-04-02T00:00:00"},
			{"令和7年4月2日 9:00", "2025-04-02T00:00:30"}, // the minute that the form shows
			{"2015-04-02 0:00", "2015-04-01T15:00:00"},
			{"2025-04-02 9:01", "これから"},
			{"2015-04-01 23:59", "10年より前"},
			{"昭和63年4月1日 9:00", "10年より前"},
			{"きのう", "日時"},
			{"2025-04-01", "日時として読めません"},
		} {
			e, err := visit(c.when)
			if err != nil {
				if got := faults(err); !slices.Equal(got, []string{register.AtWhen}) || !strings.Contains(said(err), c.want) {
					t.Errorf("%q: %v %v, want %q", c.when, got, said(err), c.want)
				}
				continue
			}
			if got := e.Happened.Time().Format("2006-01-02T15:04:05"); got != c.want {
				t.Errorf("%q: %s, want %s", c.when, got, c.want)
			}
		}
		if _, err := h.desk.Add(t.Context(), h.actor("受付員"), "kodama", "visit", in("place 1100", "purpose x"), register.Entering{Happened: h.Clock.Now().Add(time.Hour)}); !slices.Equal(faults(err), []string{register.AtWhen}) {
			t.Errorf("a time to come: %v", err)
		}

		e, err := h.desk.Add(t.Context(), h.actor("受付員"), "kodama", "sample", sample(), register.Entering{When: "R7.4.1 8:00"})
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		change := func(version int64, when string, words ...string) register.Entry {
			t.Helper()
			got, err := h.desk.Change(t.Context(), h.actor("受付長"), "kodama", "sample", e.ID, version, in(words...), register.Entering{When: when})
			if err != nil {
				t.Fatal(errs.Message(err))
			}
			return got
		}
		if got := change(1, "令和7年4月1日 8:00"); got.Version != 1 {
			t.Errorf("nothing was changed: version %d", got.Version)
		}
		if got := change(1, "令和7年4月1日 7:30"); got.Version != 2 || got.Happened != "2025-03-31T22:30:00.000000Z" {
			t.Errorf("%d %s", got.Version, got.Happened)
		}
		if got := change(2, "", "name 二枚貝"); got.Version != 3 || got.Happened != "2025-03-31T22:30:00.000000Z" {
			t.Errorf("%d %s", got.Version, got.Happened)
		}
		h.open("受付員", func(d *register.Desk) {
			history, err := d.History(h.Log, e.ID, 10)
			if err != nil || len(history) != 3 || !slices.Contains(history[1].Said, register.Change{Title: "あった日時", Before: "令和7年4月1日 8:00", After: "令和7年4月1日 7:30"}) {
				t.Errorf("%v %v", history, err)
			}
		})
		h.verified()
	})
}

// said is everything that is wrong, in words.
func said(err error) string {
	var words []string
	if e, ok := errors.AsType[*errs.Error](err); ok {
		for _, f := range e.Fields {
			words = append(words, f.Message)
		}
	}
	return strings.Join(words, "\n")
}

// TestEnteredForAnother: by whom, for whom, from what; it stays with the entry until somebody says otherwise.
func TestEnteredForAnother(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		whom := func(name string) string { return string(h.ID("person", name)) }
		add := func(kind string, x register.Input, with register.Entering) (register.Entry, error) {
			return h.desk.Add(t.Context(), h.actor("受付員"), "kodama", kind, x, with)
		}
		for name, c := range map[string]struct {
			with register.Entering
			want []string
		}{
			"for nobody":           {register.Entering{Source: register.SourceTelephone}, []string{register.AtFor}},
			"from nothing":         {register.Entering{For: whom("夜間員")}, []string{register.AtSource}},
			"paper without a time": {register.Entering{Source: register.SourcePaper, For: whom("夜間員")}, []string{register.AtWhen}},
			"out of sight":         {register.Entering{Source: register.SourceTelephone, For: whom("分館長")}, []string{register.AtFor}},
			"himself":              {register.Entering{Source: register.SourceTelephone, For: whom("受付員")}, []string{register.AtFor}},
			"nobody known":         {register.Entering{Source: register.SourceTelephone, For: "99999"}, []string{register.AtFor}},
		} {
			if _, err := add("sample", sample(), c.with); !slices.Equal(faults(err), c.want) {
				t.Errorf("%s: %v, want %v", name, faults(err), c.want)
			}
		}
		if _, err := add("visit", in("place 1100", "purpose x"), register.Entering{Source: register.SourceTelephone, For: whom("夜間員")}); !slices.Equal(faults(err), []string{register.AtSource}) {
			t.Errorf("a kind that knows no proxies: %v", err)
		}
		e, err := add("sample", sample(), register.Entering{Source: register.SourcePaper, For: whom("夜間員"), When: "R7.3.31 17:00"})
		if err != nil || e.Source != "paper" || string(e.For) != whom("夜間員") {
			t.Fatal(e, errs.Message(err))
		}
		h.open("受付長", func(d *register.Desk) {
			history, err := d.History(h.Log, e.ID, 10)
			if err != nil || len(history) != 1 || !slices.Contains(history[0].Said, register.Change{Title: "だれの分", After: "夜間員"}) || !slices.Contains(history[0].Said, register.Change{Title: "記入の元", After: "紙から代わりに記入"}) {
				t.Errorf("%v %v", history, err)
			}
			if register.Writer(history) != h.actor("受付員").Name {
				t.Errorf("written by %s", register.Writer(history))
			}
		})
		// Who it was entered for leaves the section; the entry can be changed as it stands.
		h.Do(trail.Act{}, func(tx *trail.Tx) error {
			return h.State(tx, org.AtOnce(tx), h.Day("2025-04-01"), "assign 夜間員 2100 係員 concurrent")
		})
		by := h.actor("受付長")
		change := func(version int64, with register.Entering, words ...string) register.Entry {
			t.Helper()
			got, err := h.desk.Change(t.Context(), by, "kodama", "sample", e.ID, version, in(words...), with)
			if err != nil {
				t.Fatal(errs.Message(err))
			}
			return got
		}
		if got := change(1, register.Entering{}, "name 二枚貝"); got.Source != "paper" || string(got.For) != whom("夜間員") {
			t.Errorf("lost: %+v", got)
		}
		if got := change(2, register.Entering{Source: register.SourceTelephone, For: whom("夜間員")}); got.Version != 3 || got.Source != "telephone" {
			t.Errorf("%+v", got)
		}
		if n, err := h.desk.ChangeAll(t.Context(), by, "kodama", "sample", []register.Chosen{{ID: e.ID, Version: 3}}, in("stuff 貝"), ""); n != 1 || err != nil {
			t.Error(n, err)
		}
		if got := h.newest("sample", e.ID); got.Source != "telephone" || string(got.For) != whom("夜間員") {
			t.Errorf("lost with others: %+v", got)
		}
		if got := change(4, register.Entering{Source: register.SourceSelf}); got.Version != 5 || got.Source != "" || got.For != "" {
			t.Errorf("%+v", got)
		}
		h.verified()
	})
}

// place is the account of a place of a unit.
func (h *house) place(unit string) *access.Actor {
	h.Helper()
	var a *access.Actor
	account := id.New(h.Log.DB().Now())
	h.view(func(r db.Reader) (err error) {
		a, err = h.gate.Place(h.Context(), r, account, h.ID("unit", unit), db.At(h.Log.DB().Now()))
		return err
	})
	return a
}

// TestAPlaceAddsForItsUnit and nothing else: whose it is and who may be chosen follow from where it stands.
func TestAPlaceAddsForItsUnit(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		whom := func(name string) string { return string(h.ID("person", name)) }
		desk := h.place("1100")
		with := register.Entering{For: whom("夜間員")}
		e, err := h.desk.AddAtPlace(t.Context(), desk, "kodama", "visit", in("place 2100", "purpose 閲覧"), with)
		if err != nil || e.Home != h.Home("1100") || e.Source != desk.Name || e.For != h.ID("person", "夜間員") || e.Number == "" {
			t.Fatal(e, errs.Message(err))
		}
		h.view(func(r db.Reader) error {
			actor, err := db.Get[string](t.Context(), r, `select actor from trail_act where name = 'register.place'`)
			if actor != desk.Name {
				t.Errorf("the trail names %s", actor)
			}
			return err
		})
		for name, c := range map[string]struct {
			at   *access.Actor
			kind string
			with register.Entering
			want string // a fault, or what did says
		}{
			"nobody":              {desk, "visit", register.Entering{}, register.AtFor},
			"somebody else's":     {desk, "visit", register.Entering{For: whom("書庫長")}, register.AtFor},
			"a time to come":      {desk, "visit", register.Entering{For: whom("受付員"), When: "2099-01-01 0:00"}, register.AtWhen},
			"no kind of places":   {desk, "record", with, "unseen"},
			"no kind at all":      {desk, "nothing", with, "unseen"},
			"a person":            {h.actor("受付長"), "visit", with, "forbidden"},
			"a program":           {h.actor("program"), "visit", with, "forbidden"},
			"nobody who signs in": {access.Visitor(), "visit", with, "forbidden"},
		} {
			_, err := h.desk.AddAtPlace(t.Context(), c.at, "kodama", c.kind, in("purpose 閲覧"), c.with)
			if got := faults(err); did(err) != c.want && !slices.Equal(got, []string{c.want}) {
				t.Errorf("%s: %v %v, want %s", name, did(err), got, c.want)
			}
		}
		// A thing is named by the number on it where it is of the unit.
		own, far := h.add("受付員", sample()), h.add("分館長", sample("desk 2100"))
		if _, err := h.desk.AddAtPlace(t.Context(), desk, "kodama", "visit", in("purpose 閲覧", "looked_at "+far.Number), with); !slices.Equal(faults(err), []string{"looked_at"}) {
			t.Errorf("a thing of another unit: %v", err)
		}
		second, err := h.desk.AddAtPlace(t.Context(), desk, "kodama", "visit", in("purpose 閲覧", "looked_at "+own.Number), with)
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		third, err := h.desk.AddAtPlace(t.Context(), desk, "kodama", "sample", in("name 貝", "fragile no", "keeper "+whom("受付員")), with)
		if err != nil || third.Home != h.Home("1100") {
			t.Fatal(third, errs.Message(err))
		}
		if _, err := h.desk.AddAtPlace(t.Context(), desk, "kodama", "sample", in("name 貝", "fragile no", "keeper "+whom("書庫長")), with); !slices.Equal(faults(err), []string{"keeper"}) {
			t.Errorf("a person of another unit in a field: %v", err)
		}
		// Its list is that of this place, of today.
		today := func(at *access.Actor, kind string) []id.ID {
			t.Helper()
			var list []register.Entry
			h.view(func(r db.Reader) error {
				d, err := h.desk.AtPlace(t.Context(), r, at, "kodama", kind)
				if err == nil {
					list, err = d.AddedHere()
				}
				return err
			})
			return ids(list)
		}
		if got := today(desk, "visit"); !slices.Equal(got, []id.ID{second.ID, e.ID}) {
			t.Errorf("%v", got)
		}
		if got := slices.Concat(today(h.place("1100"), "visit"), today(h.place("1200"), "visit")); len(got) != 0 {
			t.Errorf("another place lists %v", got)
		}
		if got := today(desk, "sample"); !slices.Equal(got, []id.ID{third.ID}) {
			t.Errorf("%v", got)
		}
		changed, err := h.desk.Change(t.Context(), h.actor("受付長"), "kodama", "sample", third.ID, 1, in("name 赤貝"), register.Entering{})
		if err != nil || changed.Source != desk.Name || changed.For != third.For {
			t.Errorf("%+v %v", changed, err)
		}
		if got := today(desk, "sample"); len(got) != 0 {
			t.Errorf("what somebody has changed is listed: %v", got)
		}
		h.view(func(r db.Reader) error {
			d, err := h.desk.AtPlace(t.Context(), r, desk, "kodama", "visit")
			if err != nil {
				return err
			}
			people, err := d.Working()
			var names []string
			for _, p := range people {
				names = append(names, p.Name)
			}
			slices.Sort(names)
			if want := []string{"受付員", "受付長", "夜間員"}; !slices.Equal(names, slices.Sorted(slices.Values(want))) {
				t.Errorf("%v work there", names)
			}
			if _, err := d.Get(e.ID); did(err) != "unseen" {
				t.Errorf("a place reads an entry: %v", err)
			}
			return err
		})
		h.Clock.Set(t, "2025-04-02T00:00:00+09:00")
		if got := today(desk, "visit"); len(got) != 0 {
			t.Errorf("tomorrow it lists %v", got)
		}
		h.verified()
	})
}

// TestReadingUnderRecord: what is shown has been recorded, with who and why; only keepers are shown it, and nothing else tells it.
func TestReadingUnderRecord(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		e, bare := h.add("受付員", sample("price 987654")), h.add("受付員", sample())
		looks := func() (n int) {
			h.view(func(r db.Reader) (err error) {
				n, err = db.Get[int](t.Context(), r, `select count(*) from register_look`)
				return err
			})
			return n
		}
		for name, want := range map[string]string{"受付員": "forbidden", "館長": "forbidden", "分館員": "forbidden", "書庫長": "unseen", "分館長": "unseen"} {
			if shown, err := h.desk.Look(t.Context(), h.actor(name), "kodama", "sample", e.ID, "点検"); did(err) != want || shown != nil {
				t.Errorf("%s: %v %v, want %s", name, shown, err, want)
			}
		}
		chief := h.actor("受付長")
		if _, err := h.desk.Look(t.Context(), chief.Limited([]access.Permission{access.LedgerRead, access.LedgerWrite}), "kodama", "sample", e.ID, "点検"); did(err) != "forbidden" {
			t.Errorf("with a key: %v", err)
		}
		for _, why := range []string{"", "　", strings.Repeat("あ", 501)} {
			if shown, err := h.desk.Look(t.Context(), chief, "kodama", "sample", e.ID, why); !slices.Equal(faults(err), []string{register.AtReason}) || shown != nil {
				t.Errorf("%q: %v %v", why, shown, err)
			}
		}
		if _, err := h.desk.Look(t.Context(), chief, "kodama", "sample", bare.ID, "点検"); did(err) != "invalid" {
			t.Errorf("nothing to be seen: %v", err)
		}
		if looks() != 0 {
			t.Error("what was refused is recorded as read")
		}
		shown, err := h.desk.Look(t.Context(), chief, "kodama", "sample", e.ID, " 保険の見積り ")
		if err != nil || !slices.Equal(shown, []register.Looked{{Title: "評価額", Said: "987654円"}}) || looks() != 1 {
			t.Fatal(shown, err, looks())
		}
		h.open("受付員", func(d *register.Desk) {
			list, err := d.LookedAt(e.ID)
			if err != nil || len(list) != 1 || list[0].Person != string(chief.Person.Person) || list[0].Reason != "保険の見積り" || list[0].Titles != "評価額" || list[0].Fields != `["price"]` || list[0].Home != h.Home("1100") {
				t.Errorf("%+v %v", list, err)
			}
			if others, err := d.LookedAt(bare.ID); len(others) != 0 || err != nil {
				t.Errorf("%v %v", others, err)
			}
			history, err := d.History(h.Log, e.ID, 10)
			if err != nil || len(history) != 1 {
				t.Errorf("a look is no version: %v %v", history, err)
			}
		})
		h.settle()
		h.verified()
	})
}

// TestTablesOfBefore lack a column; they get it, and what stood in them is still what the trail says.
func TestTablesOfBefore(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, modules())
			h := build(t, testkit.Open(t, dsn, modules()))
			e := h.add("受付員", sample("name い"))
			testkit.NewTamper(t, dsn, 1).Exec(t, `alter table register_kodama_sample drop column for_person`)
			if err := h.library.Define(t.Context(), h.Log.DB()); err != nil {
				t.Fatal(err)
			}
			if got := h.newest("sample", e.ID); got.For != "" {
				t.Errorf("%+v", got)
			}
			h.verified()
		})
	}
}

// stateful is the tiny regime with fields that are asked in a state.
func stateful(t *testing.T) map[string][]string {
	t.Helper()
	return map[string][]string{"registers/sample.yaml": {
		"{id: phone, title: 電話, type: phone}", "{id: phone, title: 電話, type: phone, required: true, when: {state: stored}}",
		"{id: mail, title: 連絡先, type: e-mail}", "{id: mail, title: 連絡先, type: e-mail, when: {state: shown}}",
		"{id: page, title: 頁, type: url}", "{id: page, title: 頁, type: url, required: true}",
	}}
}

// TestMovingAsksWhatTheStateAsks: what is required there must be said, what is not asked there goes, and nothing else is in the way.
func TestMovingAsksWhatTheStateAsks(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		e := h.add("受付員", sample("mail a@example.lg.jp")) // without a page, which the next edition requires
		next := edition(t, "1.1", stateful(t))
		h.offers(next)
		h.decide(next, "2025-04-01", "こ第2号")
		move := func(version int64, state string, words ...string) error {
			return h.desk.Move(t.Context(), h.actor("受付長"), "kodama", "sample", e.ID, version, state, register.Entering{Fields: in(words...)})
		}
		if err := move(1, "stored"); !slices.Equal(faults(err), []string{"phone"}) {
			t.Errorf("%v %v", faults(err), err)
		}
		if err := move(1, "stored", "phone なし"); !slices.Equal(faults(err), []string{"phone"}) {
			t.Errorf("%v %v", faults(err), err)
		}
		if err := move(1, "stored", "phone 078-000-0000", "name 別の貝"); err != nil {
			t.Fatal(errs.Message(err))
		}
		got := h.newest("sample", e.ID)
		data, err := got.Read()
		if err != nil || data.Text("phone") != "078-000-0000" || data["mail"] != nil || data.Text("name") != "巻貝" || got.State != "stored" || got.Pack != next.Hash {
			t.Errorf("%v %+v %v", data, got, err)
		}
		if err := move(2, "gone"); err != nil {
			t.Fatal(errs.Message(err))
		}
		if data, err := h.newest("sample", e.ID).Read(); err != nil || data["phone"] != nil {
			t.Errorf("%v %v", data, err)
		}
		h.verified()
	})
}

// TestAVeilIsThereAtOnce: what an edition has put under record is found no longer, before the index is made anew.
func TestAVeilIsThereAtOnce(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		h.add("受付員", sample("note 須磨の蔵"))
		h.add("受付員", sample("name 須磨の貝"))
		h.settle()
		found := func(words string) (n int) {
			h.open("受付員", func(d *register.Desk) {
				list, _, err := d.Search(words, register.Query{Limit: 10}, search.Cursor{})
				if n = len(list); err != nil {
					t.Error(err)
				}
			})
			return n
		}
		if found("須磨") != 2 || found("蔵") != 1 {
			t.Fatal("not found before")
		}
		next := edition(t, "1.1", map[string][]string{"registers/sample.yaml": {"title: 覚え, type: long, search: true", "title: 覚え, type: long, restricted: true"}})
		h.offers(next)
		h.decide(next, "2025-04-01", "こ第2号")
		if found("須磨") != 1 || found("蔵") != 0 || found("貝") != 2 {
			t.Errorf("%d %d %d", found("須磨"), found("蔵"), found("貝"))
		}
	})
}
