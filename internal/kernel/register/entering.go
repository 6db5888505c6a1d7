package register

import (
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
)

// Entering is what comes with a form beside its fields.
type Entering struct {
	// When is あった日時 as somebody has written it; "" for now, and in a change for what stood there. Happened is the same as a time.
	When     string
	Happened time.Time
	// Source is from where the entry comes (see Entry.Source); SourceSelf says that nobody enters it for another. "" leaves it as it is.
	Source string
	For    string // for whom it is entered, as somebody has written it: a 職員番号
	Note   string
	// Fields are what a move asks for besides (Desk.Arriving).
	Fields  Input
	Uploads map[string][]Data // files that were kept (Keep), by field
}

// Places of a form beside its fields, as faults name them. No field has such a name: there is a hyphen in it.
const (
	AtWhen   = "happened-at"
	AtSource = "entered-from"
	AtFor    = "for-person"
)

// Where entries come from, beside the places.
const (
	SourceSelf      = "self" // never stored
	SourcePaper     = "paper"
	SourceTelephone = "telephone"
	SourceImport    = "import"
)

// oldest is how many years ago something may have happened that is entered now: what is older is a slip of the era or the year.
const oldest = 10

// AsksWhen says that forms of the kind ask when it happened: what logs tell, and what is entered later by another or at a place, has
// a time of its own.
func (f Form) AsksWhen() bool { return f.Volume == Log || f.Proxy || f.Place }

// ByProxy says that an entry comes from somebody who has entered it for another.
func ByProxy(source string) bool { return source == SourcePaper || source == SourceTelephone }

// SaySource is from where an entry was entered, in words; "" where its own people did.
func SaySource(stored string) string {
	switch {
	case stored == SourcePaper:
		return "紙から代わりに記入"
	case stored == SourceTelephone:
		return "電話を受けて代わりに記入"
	case stored == SourceImport:
		return "取込"
	case strings.HasPrefix(stored, "place:"):
		return "所属端末から記入"
	}
	return stored
}

// enter writes into an entry when it happened, from where it comes and for whom it is entered; what stood there is in it.
func (d *Desk) enter(e *Entry, with Entering, faults *errs.Faults) error {
	was := *e
	if e.Version == 0 {
		was.Source, was.For, e.Source = "", "", ""
	}
	d.happen(e, with, faults)
	switch {
	case d.by.Class == access.Place:
		e.Source = d.by.Name
		d.chosen(e, with.For, faults)
	case ByProxy(with.Source), with.For != "" && with.Source != SourceSelf:
		d.proxy(e, was, with, faults)
	case with.Source == SourceSelf:
		e.Source, e.For = "", ""
	case with.Source != "":
		e.Source = with.Source
	case e.For == "":
		e.Source = "" // its own people have changed what was imported
	}
	return d.names.err
}

// happen reads when it happened.
func (d *Desk) happen(e *Entry, with Entering, faults *errs.Faults) {
	at := with.Happened
	if text.Fold(with.When) != "" && strings.TrimSpace(with.When) != d.SayWhen(*e) {
		value, problem := readMoment(with.When)
		if problem != "" {
			faults.Add(AtWhen, "%s", problem)
			return
		}
		at = moment(value)
	}
	switch {
	case at.IsZero():
		return
	case at.After(d.Now):
		faults.Add(AtWhen, "これからの日時です。あったことの日時を書いてください。")
	case jpdate.Today(at).Before(d.Today.AddMonths(-12 * oldest)):
		faults.Add(AtWhen, "%d年より前の日時です。元号と年を確かめてください。", oldest)
	}
	e.Happened = db.At(at)
}

// moment is the time of a datetime as it is stored.
func moment(stored any) time.Time {
	s, _ := stored.(string)
	day, clock, _ := strings.Cut(s, "T")
	d, err := jpdate.Parse(day)
	at, err2 := time.Parse("15:04", clock)
	if err != nil || err2 != nil {
		return time.Time{}
	}
	return d.Start().Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
}

// SayWhen is when an entry happened, in words.
func (d *Desk) SayWhen(e Entry) string { return jpdate.Moment(e.Happened.Time()) }

// Apart says that an entry was not entered in the minute in which it happened, for kinds that ask for it.
func (d *Desk) Apart(e Entry) bool {
	return d.AsksWhen() && d.SayWhen(e) != jpdate.Moment(e.Entered.Time())
}

// proxy reads for whom an entry is entered, and from what.
func (d *Desk) proxy(e *Entry, was Entry, with Entering, faults *errs.Faults) {
	if !d.Form.Proxy {
		faults.Add(AtSource, "「%s」では、代わりの記入はできません。", d.Kind.Title)
		return
	}
	if with.Source != "" {
		e.Source = with.Source
	}
	if !ByProxy(e.Source) {
		faults.Add(AtSource, "だれかの代わりに記入するときは、紙からか電話でかを選んでください。")
	}
	if was.Version == 0 && e.Source == SourcePaper && text.Fold(with.When) == "" && with.Happened.IsZero() {
		faults.Add(AtWhen, "紙に書かれた日時を書いてください。")
	}
	words := strings.TrimSpace(with.For)
	person := Field{Type: TypePerson}
	switch {
	case words == "" && was.For == "":
		faults.Add(AtFor, "だれの代わりに記入するか、職員番号で書いてください。")
		return
	case words == "", was.For != "" && (words == string(was.For) || words == strings.TrimSpace(d.names.Written(person, string(was.For)))):
		return // who stood there may be out of the writer's scope by now
	}
	found, problem := d.names.Find(person, words)
	if problem != "" {
		faults.Add(AtFor, "%s", problem)
		return
	}
	whom, _ := found.(string)
	if e.For = id.ID(whom); e.For == d.by.Person.Person {
		faults.Add(AtFor, "自分の分は、代わりの記入ではありません。")
	}
}
