package people

import (
	"encoding/json"
	"io"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// State is where a set of files is in its life.
type State string

// The states.
const (
	Ready     State = "ready"     // handed in: it can be looked at and applied
	Queued    State = "queued"    // confirmed: a job applies it
	Applied   State = "applied"   // its statements stand
	Undoing   State = "undoing"   // a job undoes it
	Undone    State = "undone"    // taken back before its day
	Corrected State = "corrected" // undone by an import of its own, since its day had come
	Dropped   State = "dropped"   // never applied
)

// Title is the state in words.
func (s State) Title() string {
	return map[State]string{Ready: "確認待ち", Queued: "取り込み中", Applied: "取り込み済み", Undoing: "取り消し中", Undone: "取り消し済み", Corrected: "訂正済み", Dropped: "取り下げ"}[s]
}

// Source is a file that somebody hands in.
type Source struct {
	Name string
	Data io.Reader
}

// Stored is a file that was handed in.
type Stored struct {
	Name string   `json:"name"`
	Sum  file.Sum `json:"sum"`
	Size int64    `json:"size"`
}

// Options are what is asked of an import when its files are handed in. The zero value is the usual import.
type Options struct {
	Title     string
	Opens     db.Time     // publication; zero: when the first day of the import begins that lies ahead, else at once
	RosterOn  jpdate.Date // of complete lists that bear no date
	Covers    string      // code of the unit that complete lists are about; "": the bodies that occur in them
	HeldLimit int         // more per cent of bad rows stop the import; 0: 2
	Whole     bool        // one bad row stops it
	Operators []string    // actors who see it before its publication, beside the one who hands it in
}

// Choice is what the person who applies an import has confirmed.
type Choice struct {
	Leavers int      // so many leave because a complete list does not name them
	Same    int      // so many are taken for people who left under another number
	Others  []string // numbers of those who are somebody else
}

// Upload is a set of files and what became of it. Once it is applied it is the batch of the same id.
type Upload struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Title     string      `db:"title"`
	State     State       `db:"state"`
	Files     string      `db:"files"` // see Stored
	At        db.Time     `db:"at"`
	By        string      `db:"by_actor"`
	Operators string      `db:"operators"`
	Wished    string      `db:"wished"` // a db.Time, or ""
	RosterOn  jpdate.Date `db:"roster_on"`
	Covers    string      `db:"covers"`
	HeldLimit int         `db:"held_limit"`
	Whole     bool        `db:"whole"`
	Leavers   int         `db:"leavers"`
	Same      int         `db:"same"`
	Others    string      `db:"others"`
	Confirmed string      `db:"confirmed"`
	Job       id.ID       `db:"job"`
	Trouble   string      `db:"trouble"`
	Rows      int         `db:"row_count"`
	Opens     string      `db:"opens"`  // a db.Time, or "" before it is applied
	Sealed    string      `db:"sealed"` // a db.Time, or "": until then acts on it are closed
	Note      string      `db:"note"`
}

// Sources lists the files.
func (u Upload) Sources() []Stored {
	var list []Stored
	_ = json.Unmarshal([]byte(u.Files), &list) // it was written by us
	return list
}

// choice is what was confirmed when it was queued.
func (u Upload) choice() Choice {
	return Choice{Leavers: u.Leavers, Same: u.Same, Others: strings.Fields(u.Others)}
}

// batch is the upload as kernel/org knows it.
func (u Upload) batch(opens db.Time, effective jpdate.Date) org.Batch {
	return org.Batch{
		ID: u.ID, Row: trail.Row{Home: org.BodyHome}, Title: u.Title, Effective: effective, Opens: opens,
		Operators: strings.Join(u.operators(), " "), State: org.Applied,
	}
}

func (u Upload) operators() []string {
	return append([]string{u.By}, slices.DeleteFunc(strings.Fields(u.Operators), func(a string) bool { return a == u.By })...)
}

// sees says whether an actor may know of it: its operators, and everybody from its publication on. What was never published
// stays with the operators.
func (u Upload) sees(actor string, now db.Time) bool {
	published := slices.Contains([]State{Applied, Undoing, Corrected}, u.State) && db.Time(u.Opens) <= now
	return published || slices.Contains(u.operators(), actor)
}

// act is an act on the upload, closed until its publication where that lies ahead.
func (u Upload) act(by, name string, opens, now db.Time) trail.Act {
	act := trail.Act{Actor: by, Name: name, Detail: map[string]any{"upload": string(u.ID), "files": u.Sources()}}
	if opens > now {
		act.Seal, act.Opens = org.Seal(u.ID), opens
	}
	return act
}

// HoldState is where a held row is in its life.
type HoldState string

// The states of a held row.
const (
	HoldOpen    HoldState = "open"
	HoldApplied HoldState = "applied" // corrected, and then applied
	HoldDropped HoldState = "dropped"
)

// Title is the state in words.
func (s HoldState) Title() string {
	return map[HoldState]string{HoldOpen: "保留中", HoldApplied: "訂正して取り込み済み", HoldDropped: "取り下げ"}[s]
}

// Hold is a row that was left out of an import because something is wrong with it.
type Hold struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Upload id.ID     `db:"upload"`
	Form   Form      `db:"form"`
	File   string    `db:"file"`
	Place  string    `db:"place"`
	State  HoldState `db:"state"`
	Reason string    `db:"reason"`
	Text   string    `db:"cells" trail:"personal"`  // see Cells
	Wrong  string    `db:"faults" trail:"personal"` // see Faults
}

// Cells is the row by column of its form.
func (h Hold) Cells() map[string]string {
	cells := map[string]string{}
	_ = json.Unmarshal([]byte(h.Text), &cells) // it was written by us
	return cells
}

// Faults is what is wrong with the row.
func (h Hold) Faults() []Fault {
	var faults []Fault
	_ = json.Unmarshal([]byte(h.Wrong), &faults) // it was written by us
	return faults
}

// holdOf keeps a row that is held.
func holdOf(upload, hold id.ID, l *Line) (Hold, error) {
	cells, err := json.Marshal(l.Cells())
	if err != nil {
		return Hold{}, err
	}
	faults, err := json.Marshal(l.faults)
	return Hold{
		ID: hold, Row: trail.Row{Home: org.BodyHome}, Upload: upload, Form: l.Form, File: l.File, Place: l.where(""), State: HoldOpen,
		Text: string(cells), Wrong: string(faults),
	}, err
}

// Count is a number of rows.
type Count struct {
	ID    string // an outcome, or held; "" where the title says all
	Title string
	N     int
}

// Seat is a role in one place, as an import changes it.
type Seat struct {
	Regime, Role, Kind, Code, Name string
	Was, Is                        string // the holder in words, "" where nobody holds it
}

// Lapse is a deputy whose giver will no longer hold the role.
type Lapse struct {
	Regime, Role, Place, Giver, Deputy string
	Until                              jpdate.Date // acts provisionally until that day; unknown: not at all
}

// UnitChange is a unit that begins or ends.
type UnitChange struct {
	Code, Name string
	New        bool
	Day        jpdate.Date // its first or last
}

// Preview is what an import comes to, and whether it may be applied.
type Preview struct {
	Upload    Upload
	Tables    []Table
	Rows      int
	Counts    []Count // rows by outcome, and those that are held; none is 0
	Words     []Count // rows by 発令区分
	Days      []Count // changes by the first day on which something is different
	Held      []Fault // what is wrong, in the order of the files
	HeldRows  int
	Warnings  []Fault
	Absent    []Absent
	Unlisted  int // 兼務 and the like that complete lists no longer name
	Proposals []Proposal
	Units     []UnitChange
	Vacant    []Seat // seats that become empty
	Filled    []Seat // seats that were empty and no longer are
	Lapses    []Lapse
	Effective jpdate.Date // the first day ahead; of what is past the last one
	Opens     db.Time
	Nothing   bool   // everything is so already
	Stop      string // why it cannot be applied, "" if it can once its counts are confirmed
}

// Confirmed is the choice that confirms what the preview shows.
func (p *Preview) Confirmed(others ...string) Choice {
	c := Choice{Leavers: len(p.Absent), Others: others}
	for _, x := range p.Proposals {
		if x.Confirmed {
			c.Same++
		}
	}
	return c
}
