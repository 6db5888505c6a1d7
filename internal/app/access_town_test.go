package app_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/app"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/ledger"
	"sekimori/internal/feature/people"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
)

// The classes of actors, seen from one section: the objects that stand in the addresses are all its own.
const (
	own         = "own"     // its chief
	deputy      = "deputy"  // who acts for him
	sibling     = "sibling" // the chief of a section beside it
	above       = "above"   // the head of its bureau
	below       = "below"   // a clerk in it
	otherRegime = "other-regime"
	named       = "named" // an operator, who has his role by name
	place       = "place" // a terminal of it
	signedOut   = "signed-out"
)

// accessTown is みなと市 with one of each class of actors.
type accessTown struct {
	*fullTown
	section id.ID
	people  map[string]org.Person // by class
	parts   map[string]string     // what stands for a part of a path
	device  string                // of the terminal
	account id.ID                 // of the place
	open    string                // cookie of the terminal's session
	comer   id.ID                 // account of somebody who has just come to the section
}

func openAccessTown(t *testing.T) *accessTown {
	t.Helper()
	return openAccessTownIn(t, app.Place{DB: "sqlite:" + filepath.Join(t.TempDir(), "sekimori.db")})
}

func openAccessTownIn(t *testing.T, at app.Place) *accessTown {
	t.Helper()
	w := &accessTown{fullTown: openTownIn(t, at), people: map[string]org.Person{}}
	d := w.chart.Deputies()[0]
	unit, ok := org.UnitOf(d.Scope)
	if !ok {
		t.Fatalf("the deputy is none of a section: %v", d)
	}
	w.section = unit
	w.people[own], w.people[deputy] = w.who(d.Giver), w.who(d.Person)
	path := w.chart.Tree.Path(unit)
	for _, h := range w.chart.All(d.Regime, d.Role) {
		at, _ := org.UnitOf(h.Home)
		if !h.Vacant() && h.As != org.AsDeputy && at != unit && slices.Contains(w.units(at), path[1].Unit) && len(w.chart.Authorities(h.Person.ID)) == 1 {
			w.people[sibling] = w.who(h.Person.ID)
			break
		}
	}
	w.people[above] = w.who(w.chart.Holders(d.Regime, "information-head", d.Scope)[0].Person.ID)
	w.people[below] = w.who(w.clerk(unit))
	w.people[otherRegime], w.people[named] = w.numbered(w.holder("school-information-manager")), w.numbered(w.holder(access.Operator))
	for _, class := range []string{own, deputy, sibling, above, below, otherRegime, named} {
		if w.people[class].Number == "" {
			t.Fatalf("there is nobody for %s", class)
		}
	}
	w.bind()
	w.fill(d.Deputy)
	return w
}

func (w *fullTown) who(person id.ID) org.Person {
	i := slices.IndexFunc(w.staff, func(p org.Person) bool { return p.Person == person })
	if i < 0 {
		w.t.Fatalf("%s is nobody of the day", person)
	}
	return w.staff[i]
}

func (w *fullTown) numbered(number string) org.Person {
	return w.staff[slices.IndexFunc(w.staff, func(p org.Person) bool { return p.Number == number })]
}

// units is a unit with all above it.
func (w *fullTown) units(unit id.ID) []id.ID {
	var all []id.ID
	for _, u := range w.chart.Tree.Path(unit) {
		all = append(all, u.Unit)
	}
	return all
}

// clerk is somebody who works in a unit or below and holds no role of his own.
func (w *fullTown) clerk(unit id.ID) (clerk id.ID) {
	w.view(func(r db.Reader) error {
		work, err := w.chart.View.AssignmentsIn(w.t.Context(), r, w.chart.Tree.Subtree(unit)...)
		for _, a := range work {
			if a.Manner == org.Main && len(w.chart.Authorities(a.Person)) == 0 {
				clerk = a.Person
			}
		}
		return err
	})
	return clerk
}

func (w *fullTown) view(fn func(r db.Reader) error) {
	w.t.Helper()
	if err := w.DB.View(w.t.Context(), fn); err != nil {
		w.t.Fatal(errs.Message(err))
	}
}

// bind makes the place of the section and binds its terminal.
func (w *accessTown) bind() {
	w.t.Helper()
	by, visit := access.NewProgram("cli:test"), account.Visit{Address: "127.0.0.1"}
	a, err := w.Accounts.InvitePlace(w.t.Context(), by, w.section, "窓口")
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
	secret, _, err := w.Accounts.AddTerminal(w.t.Context(), by, a.ID, "窓口1番")
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
	if w.device, _, err = w.Accounts.BindTerminal(w.t.Context(), secret, visit); err != nil {
		w.t.Fatal(errs.Message(err))
	}
	w.account = a.ID
}

// cookie is that of a session of a class: always the same, or a new one.
func (w *accessTown) cookie(class string, fresh bool) string {
	w.t.Helper()
	switch {
	case class == signedOut:
		return ""
	case class == place && (fresh || w.open == ""):
		number := ""
		w.view(func(r db.Reader) (err error) {
			number, err = w.Accounts.PIN(w.t.Context(), r, access.NewProgram("cli:test"), w.account, jpdate.Today(w.DB.Now()))
			return err
		})
		in, err := w.Accounts.SignInPlace(w.t.Context(), w.device, number, account.Visit{Address: "127.0.0.1"})
		if err != nil {
			w.t.Fatal(errs.Message(err))
		}
		w.open = "sekimori=" + in.Token // the terminal has no other
		return w.open
	case class == place:
		return w.open
	case fresh:
		return w.come(w.people[class].Number)
	}
	return w.enter(w.people[class].Number)
}

// fill finds what stands for each part of a path: all about the section.
func (w *accessTown) fill(d org.Deputy) {
	w.t.Helper()
	unit, _ := w.chart.Tree.Unit(w.section)
	clerk := w.people[below]
	upload, hold := w.held(unit)
	w.parts = map[string]string{
		"{$}": "", "{regime}": d.Regime, "{role}": d.Role, "{unit}": string(w.section), "{code}": unit.Code, "{person}": string(clerk.Person), "{number}": clerk.Number,
		"{deputy}": string(d.Statement.ID), "{document}": "standard", "{chapter}": "4", "{clause...}": "standard:4.2", "{format}": "csv", "{upload}": string(upload), "{hold}": string(hold), "{draft}": w.draft(), "{kind}": "person", "{version}": "1",
		"{thing...}": string(clerk.Statement.ID), "{thing}": string(clerk.Statement.ID),
	}
	w.parts["{edition}"] = w.edition(d.Regime)
	w.parts["{style}"] = "data"
	w.parts["{import}"], w.parts["{held}"], w.parts["{batch}"] = w.sheets(d.Regime)
	w.parts["{place}"], w.parts["{job}"] = w.otherPlace(), w.job()
	w.parts["{account}"] = string(w.invite())
	w.parts["{recovery}"] = w.recovery()
	w.parts["{book}"], w.parts["{entry}"], w.parts["{home}"], w.parts["{sum}"] = "asset", string(w.asset(d.Regime)), org.UnitHome(w.section), strings.Repeat("0", 64)
	w.parts["{plan}"], w.parts["{list}"] = w.plan(d.Regime), w.disposal(d.Regime)
	w.view(func(r db.Reader) error {
		versions, err := w.Log.History(w.t.Context(), r, "person", w.parts["{thing}"], 0, 1, trail.Seen{Now: db.At(w.DB.Now())})
		if err == nil {
			w.parts["{act}"] = string(versions[0].Act)
		}
		return err
	})
}

// edition is the one of a regime that the program offers.
func (w *accessTown) edition(regime string) string {
	w.t.Helper()
	p, err := w.Library.Offered().Find(regime)
	if err != nil {
		w.t.Fatal(err)
	}
	return p.Edition
}

// sheets are a file that the section's chief has sent and not confirmed, a row of another that is held, and workbooks that he gave out.
func (w *accessTown) sheets(regime string) (upload, held, batch string) {
	w.t.Helper()
	ctx := w.t.Context()
	var chief *access.Actor
	w.view(func(r db.Reader) (err error) {
		chief, err = w.Gate.Person(ctx, r, w.people[own].Person, db.At(w.DB.Now()))
		return err
	})
	unit, _ := w.chart.Tree.Unit(w.section)
	file := []byte("名称,所管,形態,保管場所,個人情報\n" + "よい行," + unit.Code + ",紙,書庫,なし\n" + "わるい行," + unit.Code + ",石,書庫,なし\n")
	sent, err1 := w.Sheets.Upload(ctx, chief, regime, "asset", "", []ledger.Sent{{Name: "台帳.csv", Size: int64(len(file)), ReaderAt: bytes.NewReader(file)}})
	given, err2 := w.Sheets.GiveOut(ctx, chief, regime, "asset", []id.ID{w.section}, 0, "")
	sources := []register.Source{register.FromBytes("台帳.csv", file)}
	p, err3 := w.Ledgers.Preview(ctx, chief, regime, "asset", sources, register.Mapping{}, nil)
	if err := errors.Join(err1, err2, err3); err != nil {
		w.t.Fatal(errs.Message(err), err)
	}
	_, err1 = w.Ledgers.Import(ctx, chief, regime, "asset", sources, register.Mapping{}, p.Confirmed(), register.Importing{Hold: true})
	holds, err2 := w.Ledgers.Holds(ctx, chief, regime, "asset")
	err3 = w.Jobs.RunDue(ctx)
	if err := errors.Join(err1, err2, err3); err != nil || len(holds) != 1 {
		w.t.Fatalf("%d rows are held: %v", len(holds), err)
	}
	return string(sent), string(holds[0].ID), string(given)
}

// asset is an information asset of the section.
func (w *accessTown) asset(regime string) id.ID {
	w.t.Helper()
	e, err := w.Ledgers.Add(w.t.Context(), access.NewProgram("cli:test"), regime, "asset", register.Input{
		"name": {"見本の資産"}, "custody": {org.UnitHome(w.section)}, "form": {"paper"}, "place": {"書庫"}, "personal": {"none"},
	}, register.Entering{})
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
	return e.ID
}

// plan is a draft by which what the section has goes to the one beside it.
func (w *accessTown) plan(regime string) string {
	w.t.Helper()
	work := ""
	w.view(func(r db.Reader) error {
		list, err := w.chart.View.AssignmentsOf(w.t.Context(), r, w.people[sibling].Person)
		for _, a := range list {
			work = org.UnitHome(a.Unit)
		}
		return err
	})
	p, err := w.Ledgers.DraftPlan(w.t.Context(), access.NewProgram("cli:test"), regime, "asset", org.UnitHome(w.section), work, "見本")
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
	return string(p.ID)
}

// disposal is a draft of what of the section will be over its time in some years.
func (w *accessTown) disposal(regime string) string {
	w.t.Helper()
	by, due := access.NewProgram("cli:test"), register.Due{Home: org.UnitHome(w.section), On: jpdate.Today(w.DB.Now()).AddMonths(12 * 40)}
	var sum string
	old := w.asset(regime)
	err1 := w.Ledgers.Move(w.t.Context(), by, regime, "asset", old, 1, "ended", register.Entering{})
	w.view(func(r db.Reader) error {
		desk, err := w.Ledgers.Open(w.t.Context(), r, by, regime, "asset")
		if err != nil {
			return err
		}
		p, err := desk.Preview(due)
		sum = p.Sum
		return err
	})
	x, err2 := w.Ledgers.DraftDisposal(w.t.Context(), by, regime, "asset", register.Drafting{Due: due, Title: "見本の廃棄", Sum: sum})
	if err := errors.Join(err1, err2); err != nil {
		w.t.Fatal(errs.Message(err), err)
	}
	return string(x.ID)
}

// otherPlace is a place of the section beside the one that is signed in, since somebody may end it.
func (w *accessTown) otherPlace() string {
	w.t.Helper()
	a, err := w.Accounts.InvitePlace(w.t.Context(), access.NewProgram("cli:test"), w.section, "別の窓口")
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
	return string(a.ID)
}

// job is one that waits: nothing runs in this town.
func (w *accessTown) job() (waiting string) {
	w.t.Helper()
	if err := w.Trail.Ask(w.t.Context(), access.NewProgram("cli:test")); err != nil {
		w.t.Fatal(errs.Message(err))
	}
	w.view(func(r db.Reader) error {
		jobs, err := w.Jobs.List(w.t.Context(), r, job.Waiting)
		for _, j := range jobs {
			waiting = string(j.ID)
		}
		return err
	})
	return waiting
}

// newcomer is the number of who comes to the section by the import.
const newcomer = "9999901"

// invite makes the account of the newcomer.
func (w *accessTown) invite() id.ID {
	w.t.Helper()
	var person id.ID
	w.view(func(r db.Reader) error {
		found, err := org.View{On: jpdate.Today(w.DB.Now()), Now: db.At(w.DB.Now())}.Numbered(w.t.Context(), r, newcomer)
		if err == nil {
			person = found[0].Person
		}
		return err
	})
	made, err := w.Accounts.Invite(w.t.Context(), access.NewProgram("cli:test"), account.Invitation{Person: person})
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
	w.comer = made[0].Account.ID
	return w.comer
}

// recovery is a request to recover the newcomer's second factors that nobody has decided.
func (w *accessTown) recovery() (open string) {
	w.t.Helper()
	by := access.NewProgram("cli:test")
	w.view(func(r db.Reader) error {
		all, err := w.Doors.Factors.RecoveriesOf(w.t.Context(), r, by, w.comer)
		for _, x := range all {
			if x.At(db.At(w.DB.Now())) == account.Asked {
				open = string(x.ID)
			}
		}
		return err
	})
	if open == "" {
		x, err := w.Doors.Factors.AskRecovery(w.t.Context(), by, w.comer, "電話を替えた")
		if err != nil {
			w.t.Fatal(errs.Message(err))
		}
		open = string(x.ID)
	}
	return open
}

// draft makes a draft of settings.
func (w *accessTown) draft() string {
	w.t.Helper()
	d, err := w.Settings.Propose(w.t.Context(), access.NewProgram("cli:test"), setting.Proposal{Title: "標準運用値", From: jpdate.Today(w.DB.Now()).AddDays(30), Rest: setting.RestOurs})
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
	return string(d.ID)
}

// held makes an import by which somebody comes to the section, with a row about the clerk that is held, since there is no such unit.
func (w *accessTown) held(unit org.Unit) (upload, hold id.ID) {
	w.t.Helper()
	by := access.NewProgram("cli:test")
	clerk := w.people[below]
	post := ""
	w.view(func(r db.Reader) error {
		posts, err := w.chart.View.Posts(w.t.Context(), r)
		work, err2 := w.chart.View.AssignmentsOf(w.t.Context(), r, clerk.Person)
		for _, p := range posts {
			if len(work) > 0 && p.Post == work[0].Post {
				post = p.Code
			}
		}
		return errors.Join(err, err2)
	})
	day := jpdate.Today(w.DB.Now()).String()
	file := "発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール\n" +
		strings.Join([]string{day, newcomer, "新見 来", "ニイミ ライ", "正規", "採用", unit.Code, post, ""}, ",") + "\n" +
		strings.Join([]string{day, clerk.Number, clerk.Name, clerk.Kana, clerk.Employment.Title(), "異動", "NOWHERE", post, ""}, ",") + "\n"
	upload, err := w.People.Upload(w.t.Context(), by, []people.Source{{Name: "発令.csv", Data: strings.NewReader(file)}}, people.Options{Title: "試しの発令", HeldLimit: 100})
	if err == nil {
		err = w.People.Apply(w.t.Context(), by, upload, people.Choice{})
	}
	if err == nil {
		err = w.Jobs.RunDue(w.t.Context())
	}
	if err != nil {
		w.t.Fatal(errs.Message(err))
	}
	holds, err := w.People.Holds(w.t.Context(), by, upload)
	if err != nil || len(holds) != 1 {
		w.t.Fatal(holds, errs.Message(err))
	}
	return upload, holds[0].ID
}
