package setting

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/trail"
)

// Draft is a draft (起案) of values that are decided together, and what became of it. What stands on its paper never changes.
type Draft struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Title   string     `db:"title"`
	By      string     `db:"by_actor"`
	At      db.Time    `db:"at"`
	Content string     `db:"content"` // a Paper in canonical JSON
	Sum     string     `db:"sum"`     // SHA-256 of Content in hex
	State   DraftState `db:"state"`
	// Of an adopted one:
	Number    string      `db:"decision"`
	On        jpdate.Date `db:"decided_on"`
	From      jpdate.Date `db:"from_on"`
	Elsewhere bool        `db:"elsewhere"` // decided outside Sekimori and recorded here
	Decider   string      `db:"decider"`   // actor who decided, or recorded the decision
	Why       string      `db:"why"`       // of a withdrawal
}

// DraftState says what became of a draft.
type DraftState string

// The states.
const (
	Open      DraftState = "open"
	Adopted   DraftState = "adopted"
	Withdrawn DraftState = "withdrawn"
)

// Title is the state in words, "" if it is none.
func (s DraftState) Title() string {
	return map[DraftState]string{Open: "決裁待ち", Adopted: "決裁済み", Withdrawn: "取下げ"}[s]
}

// Paper is everything that a draft asks to be decided, in the words in which it is printed.
type Paper struct {
	Title string      `json:"title"`
	Made  jpdate.Date `json:"made"`
	From  jpdate.Date `json:"from"` // from which day the values are to be in force
	Lines []Line      `json:"lines"`
}

// Line is one setting on a paper.
type Line struct {
	Owner   string  `json:"owner"`
	Policy  string  `json:"policy"`
	ID      string  `json:"id"`
	Title   string  `json:"title"`
	Unit    Unit    `json:"unit"`
	Current string  `json:"current"` // in words; "" where nothing was decided
	Number  string  `json:"number"`  // of the decision that Current comes from
	Value   string  `json:"value"`
	Words   string  `json:"words"` // Value as people read it
	Ours    bool    `json:"ours"`  // Value is what Sekimori proposes
	Basis   []Basis `json:"basis"`
	Reason  string  `json:"reason"`
	Note    string  `json:"note"`
	Since   id.ID   `json:"since"` // the decision that was entered last when the paper was made, "" for none
}

// Owners lists whose settings stand on the paper.
func (p Paper) Owners() []string {
	var owners []string
	for _, l := range p.Lines {
		if !slices.Contains(owners, l.Owner) {
			owners = append(owners, l.Owner)
		}
	}
	return owners
}

func (l Line) key() string { return l.Owner + "." + l.ID }

// Paper reads what the draft asks for. It is a Conflict where that is no longer what the sum was taken of.
func (d Draft) Paper() (Paper, error) {
	var p Paper
	if sum := sha256.Sum256([]byte(d.Content)); hex.EncodeToString(sum[:]) != d.Sum {
		return p, errs.New(errs.Conflict, "この案の内容は、作られたときの検証値と合いません。証跡の検証で確かめてください。")
	}
	err := json.Unmarshal([]byte(d.Content), &p)
	return p, err
}

// Wish is the value that somebody would have for one setting.
type Wish struct {
	Value  []string // as Declaration.Parse reads it
	Reason string
}

// Proposal is what a draft is made of.
type Proposal struct {
	By     string // actor
	Title  string
	From   jpdate.Date     // first day
	Wishes map[string]Wish // by key. What is not there stays as it is
	// Owners are whose settings the paper is about; nil for all. Wishes about others are passed over.
	Owners []string
	// All puts on the paper also what has the value that is asked for already. Else there is what is undecided or changes.
	All  bool
	Rest Rest
}

// about says whether the paper is about the settings of an owner.
func (p Proposal) about(owner string) bool {
	return p.Owners == nil || slices.Contains(p.Owners, owner)
}

// Rest says what becomes of a setting that was never decided and that nobody has a wish about.
type Rest int

// The ways.
const (
	RestAsked   Rest = iota // it is a fault: the paper shall leave nothing open
	RestOurs                // it is what Sekimori proposes
	RestLeftOut             // it stays undecided
)

// Propose makes a draft; declared is every setting there is on the first day. Everything that is wrong comes at once, under the
// key of its setting.
func Propose(ctx context.Context, tx *trail.Tx, declared []Declaration, p Proposal) (Draft, error) {
	held, err := Load(ctx, tx)
	if err != nil {
		return Draft{}, err
	}
	var faults errs.Faults
	today := jpdate.Today(tx.Now)
	paper := Paper{Title: strings.TrimSpace(p.Title), Made: today, From: p.From, Lines: []Line{}}
	if paper.Title == "" {
		faults.Add("title", "件名を入力してください。")
	}
	if p.From.IsZero() {
		faults.Add("from_on", "施行する日を入力してください。")
	}
	for key := range p.Wishes {
		owner, _, _ := strings.Cut(key, ".")
		if _, ok := Find(declared, key); !ok && p.about(owner) {
			faults.Add(key, "「%s」という設定は、%sにはありません。", key, p.From.Wareki())
		}
	}
	for _, d := range declared {
		if _, wished := p.Wishes[d.Key()]; !p.about(d.Owner) || !wished && p.Rest == RestLeftOut && !p.All {
			continue
		}
		line, err := held.line(d, p, today)
		switch {
		case err != nil:
			faults.Add(d.Key(), "%s", errs.Message(err))
		case p.All || line.Value != held.At(d, p.From).Text || !held.At(d, p.From).Decided():
			paper.Lines = append(paper.Lines, line)
		}
	}
	if faults.Len() == 0 && len(paper.Lines) == 0 {
		faults.Add("", "変わる値がありません。値を変えるか、すべての設定を案に含めてください。")
	}
	if err := faults.Err("この内容では案を作れません。"); err != nil {
		return Draft{}, err
	}
	content, err := canon.Marshal(paper)
	if err != nil {
		return Draft{}, err
	}
	sum := sha256.Sum256(content)
	made := Draft{
		ID: id.New(tx.Now), Row: trail.Row{Home: trail.Body}, Title: paper.Title, By: p.By, At: db.At(tx.Now),
		Content: string(content), Sum: hex.EncodeToString(sum[:]), State: Open,
	}
	return made, drafts.Put(ctx, tx, made)
}

// line is a setting as the paper of a draft shows it.
func (v Values) line(d Declaration, p Proposal, today jpdate.Date) (Line, error) {
	now, then := v.At(d, today), v.At(d, p.From)
	l := Line{
		Owner: d.Owner, Policy: d.Policy, ID: d.ID, Title: d.Title, Unit: d.Unit, Value: then.Text, Basis: append([]Basis{}, d.Basis...),
		Reason: strings.TrimSpace(p.Wishes[d.Key()].Reason), Since: v.last(d.Key()).ID,
	}
	wish, ok := p.Wishes[d.Key()]
	if !ok && !then.Decided() && p.Rest != RestOurs {
		return l, errs.New(errs.Invalid, "まだ決まっていません。値を入力してください。")
	}
	if ok {
		read, err := d.Parse(wish.Value...)
		if err != nil {
			return l, err
		}
		l.Value = read
	}
	l.Words, l.Ours = d.Words(l.Value), l.Value == d.Proposal
	var notes []string
	if now.Decided() {
		l.Current, l.Number = now.String(), now.Decision.Number
	}
	if then.State == Outdated {
		notes = append(notes, "以前の決裁（"+then.Decision.Number+"）の値は、設定の定めが変わったため使えません。")
	}
	for _, c := range v.Coming(d, today) {
		notes = append(notes, fmt.Sprintf("%sから%s（決裁 %s）", c.From.Wareki(), d.Words(c.Value), c.Number))
	}
	l.Note = strings.Join(notes, "\n")
	return l, nil
}
