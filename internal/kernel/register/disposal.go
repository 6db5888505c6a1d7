package register

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// How much one list holds: what one act destroys.
const (
	MaxDisposed     = 1000 // lines
	MaxDisposedRows = 5000 // entries of a log, in as many lines as they need
)

// Kinds of lists, of what they name and of extensions in the trail.
const (
	DisposalKind     = "register-disposal"
	DisposalLineKind = "register-disposal-line"
	ExtensionKind    = "register-extension"
)

// Disposal is a list of records whose time is over (廃棄予定一覧). It is drawn up, decided by somebody else and carried out, or withdrawn;
// carried out it stays as the proof of what was destroyed, and by which decision (廃棄簿). It names no person's data.
//
// Records are kept and destroyed as the public record rules say: kobe-city/standard:4.3/ア, 4.4, kobe-school/standard:4.2.10, 4.2.11.
type Disposal struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Register string        `db:"register"` // REGIME.KIND
	Title    string        `db:"title"`
	Class    string        `db:"class"`
	Setting  string        `db:"setting"`
	Span     string        `db:"span"` // how long they are kept, in words, as the setting said
	AsOf     jpdate.Date   `db:"as_of"`
	Entries  int           `db:"entries"` // that are, or were, to be destroyed
	Sum      string        `db:"sum"`     // SHA-256 of what the paper lists
	By       string        `db:"by_actor"`
	At       db.Time       `db:"at"`
	State    DisposalState `db:"state"`
	Number   string        `db:"decision"` // of the body's decision (決裁)
	On       jpdate.Date   `db:"decided_on"`
	Decider  string        `db:"decider"` // actor
	DoneAt   string        `db:"done_at"` // a db.Time, "" until it is carried out
	DoneBy   string        `db:"done_by"`
	Why      string        `db:"why"` // of a withdrawal
}

// DisposalState says what became of a list.
type DisposalState string

// The states.
const (
	DisposalDraft     DisposalState = "draft"
	DisposalDecided   DisposalState = "decided"
	DisposalDone      DisposalState = "done"
	DisposalWithdrawn DisposalState = "withdrawn"
)

// Title is the state in words, "" if it is none.
func (s DisposalState) Title() string {
	return map[DisposalState]string{DisposalDraft: "決裁待ち", DisposalDecided: "決裁済み（廃棄待ち）", DisposalDone: "廃棄済み", DisposalWithdrawn: "取下げ"}[s]
}

// Open says that the list is not at its end.
func (s DisposalState) Open() bool { return s == DisposalDraft || s == DisposalDecided }

// DisposalLine is what a list names: an entry, or entries of a log of one owner that follow each other on one day.
type DisposalLine struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	List     id.ID       `db:"list"`
	Register string      `db:"register"`
	Place    int         `db:"place"`
	Entry    id.ID       `db:"entry"` // "" for those of a log
	At       int64       `db:"at"`    // version of the entry
	Number   string      `db:"number"`
	Title    string      `db:"title"` // by what is not of a person
	Owner    string      `db:"owner"` // as it was called
	Ended    jpdate.Date `db:"ended_on"`
	Until    jpdate.Date `db:"until"`
	FromAt   string      `db:"from_at"` // of a log: from the first to the last
	FromID   id.ID       `db:"from_id"`
	ToAt     string      `db:"to_at"`
	ToID     id.ID       `db:"to_id"`
	Entries  int         `db:"entries"`
	Sum      string      `db:"sum"` // of their ids and versions
	State    string      `db:"state"`
	Reason   string      `db:"reason"`
}

// The states of a line.
const (
	lineListed  = "listed"
	lineKept    = "kept" // taken out, with a reason
	lineGone    = "gone"
	lineDropped = "dropped" // with its list
)

// Listed says that the line is to be destroyed.
func (l DisposalLine) Listed() bool { return l.State == lineListed }

// StateTitle is the state of the line in words.
func (l DisposalLine) StateTitle() string {
	return map[string]string{lineListed: "廃棄予定", lineKept: "延長", lineGone: "廃棄済み", lineDropped: "取下げ"}[l.State]
}

// has says whether a line of a log stands for an entry.
func (l DisposalLine) has(e Entry) bool {
	return l.Entry == "" && l.Home == e.Home && within(e, l.FromAt, l.FromID, l.ToAt, l.ToID)
}

// within says whether an entry lies between two of its log.
func within(e Entry, fromAt string, fromID id.ID, toAt string, toID id.ID) bool {
	first := cmp.Or(cmp.Compare(string(e.Happened), fromAt), cmp.Compare(e.ID, fromID))
	last := cmp.Or(cmp.Compare(string(e.Happened), toAt), cmp.Compare(e.ID, toID))
	return first >= 0 && last <= 0
}

// Due asks for what is to be listed.
type Due struct {
	Home     string      // whose; trail.Body for those of all owners, but of a log for those of the body alone
	On       jpdate.Date // as of which day
	From, To jpdate.Date // of a log: the days on which they happened; zero for no bound
}

// Proposal is what a list drawn up now would name.
type Proposal struct {
	Lines    []DisposalLine
	Entries  int
	More     bool // there is more than one list holds
	Extended int  // how many of those looked at are kept longer
	Referred int  // how many something else refers to, or wait for a correction
	Sum      string
	Span     Span
}

// Disposals lists the lists of the register that the reader may see, the newest first: all, or those that are not at their end.
func (d *Desk) Disposals(open bool) ([]Disposal, error) {
	return disposalsOf(d.ctx, d.r, d.Name, d.Seeing(), open, MaxDisposed)
}

// Disposal reads a list that the reader may see, with its lines. NotFound else.
func (d *Desk) Disposal(list id.ID) (Disposal, []DisposalLine, error) {
	x, err := readDisposal(d.ctx, d.r, d.Name, list)
	if errors.Is(err, db.ErrNotFound) {
		return x, nil, unseen()
	}
	if err != nil {
		return x, nil, err
	}
	if ok, err := d.Seeing().Has(d.ctx, d.r, x.Home); err != nil || !ok {
		return Disposal{}, nil, cmp.Or(err, unseen())
	}
	lines, err := linesOf(d.ctx, d.r, x.ID)
	return x, lines, err
}

// heads is the actor with the roles that he holds for the body as a whole, among those that the register names (統括する者).
func (d *Desk) heads() *access.Actor {
	by := *d.by.Among(d.Regime, slices.Concat(d.See, d.Edition.Change, d.ConfirmBy))
	by.Authorities = slices.DeleteFunc(slices.Clone(by.Authorities), func(h org.Holding) bool { return h.Home != trail.Body })
	return &by
}

// deciders are the ways in which the reader may decide: by a role that changes entries of the owner, or as a head of the body.
func (d *Desk) deciders() []*access.Actor {
	return []*access.Actor{d.by.Among(d.Regime, d.Edition.Change), d.heads()}
}

// drafters are the ways in which he may draw up lists: who writes entries may.
func (d *Desk) drafters() []*access.Actor {
	return append(d.deciders(), d.by.Among(d.Regime, d.Edition.Add))
}

// as finds the authority by which one of some ways reaches a home; ok is false where none does.
func (d *Desk) as(ways []*access.Actor, home string) (access.Authority, bool, error) {
	for _, by := range ways {
		ok, err := by.Scope(access.LedgerWrite).Has(d.ctx, d.r, home)
		if err != nil {
			return access.Authority{}, false, err
		}
		if ok {
			as, err := by.Require(d.ctx, d.r, access.LedgerWrite, home)
			return as, err == nil, err
		}
	}
	return access.Authority{}, false, nil
}

// Drafts says whether the reader may draw up lists at all.
func (d *Desk) Drafts() bool {
	return slices.ContainsFunc(d.drafters(), func(by *access.Actor) bool { return !by.Scope(access.LedgerWrite).Empty() })
}

// MayDraft says whether the reader may draw up lists for an owner.
func (d *Desk) MayDraft(home string) (bool, error) {
	_, ok, err := d.as(d.drafters(), home)
	return ok, err
}

// MayExtend says whether the reader may keep what an owner has beyond its time.
func (d *Desk) MayExtend(home string) (bool, error) {
	_, ok, err := d.as(d.deciders(), home)
	return ok, err
}

// MayAct says whether the reader may take lines out of a list, withdraw it and, once it is decided, carry it out.
func (d *Desk) MayAct(x Disposal) (bool, error) {
	_, ok, err := d.as(d.ways(x), x.Home)
	return ok && x.State.Open(), err
}

// ways are those in which somebody may do something with a list: as who may draw it up while it is a draft, else as who may decide it.
func (d *Desk) ways(x Disposal) []*access.Actor {
	if x.State == DisposalDecided {
		return d.deciders()
	}
	return d.drafters()
}

// MayDecide says why the reader may not decide a draft, "" if he may.
func (d *Desk) MayDecide(x Disposal) (why string, err error) {
	as, ok, err := d.as(d.deciders(), x.Home)
	switch {
	case err != nil:
	case !ok:
		why = errs.Message(d.refusedDisposal("決める"))
	default:
		if err := d.drafted(x, as); err != nil {
			why = errs.Message(err)
		}
	}
	return why, err
}

// drafted refuses who has drawn up a list himself, and who stands in for him: nobody decides what he drafted.
func (d *Desk) drafted(x Disposal, as access.Authority) error {
	for_ := ""
	if h := as.Holding; h.As == org.AsDeputy && h.For != nil {
		for_ = access.PersonName(h.For.ID)
	}
	if x.By == d.by.Name || x.By == for_ {
		return errs.New(errs.Forbidden, "一覧を作った人と、その代行者は、その廃棄を決めることができません。ほかの決裁権者が決めてください。")
	}
	return nil
}

// refusedDisposal is what somebody is told who may not do something with a list that he sees.
func (d *Desk) refusedDisposal(what string) error {
	return errs.New(errs.Forbidden, "「%s」の記録の廃棄を%s権限がありません。必要なときは、所属長に相談してください。", d.Kind.Title, what)
}

// DueHomes are the owners for which the reader may draw up lists and of whom entries are over their time on a day, as they are called.
func (d *Desk) DueHomes(on jpdate.Date) ([]string, error) {
	before, ok := d.Shelf.over(d.Book, on)
	if !ok {
		return nil, nil
	}
	ask := map[string]bool{}
	for _, by := range d.drafters() {
		scope := by.Scope(access.LedgerWrite)
		for _, home := range scope.Homes() {
			ask[home] = true
		}
		if scope.Body() {
			ask[trail.Body] = true
		}
		if scope.Every() {
			for _, u := range d.Chart.Tree.Units() {
				ask[org.UnitHome(u.Unit)] = true
			}
			for _, s := range d.Chart.Systems() {
				ask[org.SystemHome(s.System)] = true
			}
		}
	}
	homes, err := d.dueHomes(d.ctx, d.r, sortedWords(ask), before)
	slices.SortFunc(homes, func(a, b string) int { return strings.Compare(d.names.place(a), d.names.place(b)) })
	return homes, err
}

// Preview works out what a list would name. Forbidden for who may not draw it up.
func (d *Desk) Preview(q Due) (p Proposal, err error) {
	if _, ok := d.Retention(); !ok {
		return p, errs.New(errs.Invalid, "「%s」には、保存期間の定めがありません。", d.Kind.Title)
	}
	if ok, err := d.MayDraft(q.Home); err != nil || !ok {
		return p, cmp.Or(err, d.refusedDisposal("案にする"))
	}
	x, _ := d.Retention()
	p.Span = d.Shelf.Span(d.Book, x.Setting)
	most := MaxDisposed
	if x.From == "" {
		most = MaxDisposedRows
	}
	if err := d.gather(&p, q, most); err != nil {
		return p, err
	}
	for i := range p.Lines {
		p.Lines[i].Place = i + 1
		p.Entries += p.Lines[i].Entries
	}
	p.Sum, err = d.sumOf(q.Home, q.On, p.Span.Words(), p.Lines)
	return p, cmp.Or(err, d.names.err)
}

// AnyDue says whether a list of an owner drawn up today would name anything.
func (d *Desk) AnyDue(home string) (bool, error) {
	p := Proposal{}
	err := d.gather(&p, Due{Home: home, On: d.Today}, 1)
	return len(p.Lines) > 0, err
}

// sumOf is the SHA-256 of what the paper of a list says.
func (d *Desk) sumOf(home string, on jpdate.Date, span string, lines []DisposalLine) (string, error) {
	rows := [][]string{}
	for _, l := range lines {
		rows = append(rows, []string{
			string(l.Entry), fmt.Sprint(l.At), l.Home, l.Number, l.Title, l.Ended.String(), l.Until.String(), l.FromAt, string(l.FromID), l.ToAt, string(l.ToID), fmt.Sprint(l.Entries), l.Sum,
		})
	}
	x, _ := d.Retention()
	text, err := canon.Marshal(map[string]any{"register": d.Name, "home": home, "as_of": on.String(), "class": x.Class, "setting": x.Setting, "span": span, "lines": rows})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

// gather reads what is due, in batches, until a list is full.
func (d *Desk) gather(p *Proposal, q Due, most int) error {
	before, ok := d.Shelf.over(d.Book, q.On)
	if !ok {
		return nil
	}
	x, _ := d.Retention()
	ask := due{home: q.Home, before: before, limit: max(most, atOnce)}
	if x.From == "" {
		ask.from, ask.to = q.From, q.To
	} else if q.Home == trail.Body {
		ask.home = ""
	}
	n := 0
	for {
		entries, err := d.dueEntries(d.ctx, d.r, ask)
		if err != nil || len(entries) == 0 {
			return err
		}
		free, err := d.free(p, entries, q.On)
		if err != nil {
			return err
		}
		for i, e := range entries {
			if !free[i] {
				continue
			}
			if n == most || !d.put(p, e, i > 0 && free[i-1]) {
				p.More = true
				return nil
			}
			n++
		}
		last := entries[len(entries)-1]
		ask.after = Cursor{string(last.Happened), last.ID}
		if len(entries) < ask.limit {
			return nil
		}
	}
}

// free says which of some entries may be listed: those that nothing keeps.
func (d *Desk) free(p *Proposal, entries []Entry, on jpdate.Date) ([]bool, error) {
	kept, err := d.keeps(entries, on)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(entries))
	homes := map[string]bool{}
	for i, e := range entries {
		ids[i], homes[e.Home] = string(e.ID), true
	}
	already, err := listedAlready(d.ctx, d.r, ids)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, by := range d.drafters() {
		some, err := by.Scope(access.LedgerWrite).Seen(d.ctx, d.r, sortedWords(homes)...)
		if err != nil {
			return nil, err
		}
		for home, ok := range some {
			seen[home] = seen[home] || ok
		}
	}
	listed := map[string][]DisposalLine{}
	if x, _ := d.Retention(); x.From == "" {
		for home := range homes {
			if listed[home], err = rangesListed(d.ctx, d.r, d.Name, home); err != nil {
				return nil, err
			}
		}
	}
	free := make([]bool, len(entries))
	for i, e := range entries {
		switch why := kept[e.ID]; {
		case !seen[e.Home], already[string(e.ID)], slices.ContainsFunc(listed[e.Home], func(l DisposalLine) bool { return l.has(e) }):
		case why == becauseExtended:
			p.Extended++
		case why != "":
			p.Referred++
		default:
			free[i] = true
		}
	}
	return free, nil
}

// Why an entry whose time is over is kept.
const (
	becauseExtended = "保存が延長されています。"
	becauseReferred = "ほかの記録がこれを指しています。"
	becauseWaiting  = "この記録を直す保留の行が残っています。"
)

// keeps says what keeps some entries on a day, by id, though their time is over.
func (d *Desk) keeps(entries []Entry, on jpdate.Date) (map[id.ID]string, error) {
	ids := make([]string, len(entries))
	byHome := map[string][]string{}
	for i, e := range entries {
		ids[i] = string(e.ID)
		byHome[e.Home] = append(byHome[e.Home], ids[i])
	}
	kept := map[id.ID]string{}
	referred, err := d.referred(d.ctx, d.r, d.Shelf, ids)
	if err != nil {
		return nil, err
	}
	for e, is := range referred {
		if is {
			kept[id.ID(e)] = becauseReferred
		}
	}
	waiting, err := holdsOf(d.ctx, d.r, d.Name, ids)
	if err != nil {
		return nil, err
	}
	for _, h := range waiting {
		if h.State == HoldOpen {
			kept[h.Entry] = becauseWaiting
		}
	}
	for home, some := range byHome {
		held, err := extensionsOf(d.ctx, d.r, d.Name, home, some)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Home == home && slices.ContainsFunc(held, func(x Extension) bool { return x.holds(on) && x.over(e) }) {
				kept[e.ID] = becauseExtended
			}
		}
	}
	return kept, nil
}

// put adds an entry to the lines; of a log to the last line where it follows on the same day. It gives whether there was room.
func (d *Desk) put(p *Proposal, e Entry, follows bool) bool {
	ended := d.EndedOn(e)
	until, _ := d.Shelf.Until(d.Book, ended)
	x, _ := d.Retention()
	if n := len(p.Lines); x.From == "" && follows && n > 0 && p.Lines[n-1].Home == e.Home && p.Lines[n-1].Ended == ended {
		l := &p.Lines[n-1]
		l.ToAt, l.ToID = string(e.Happened), e.ID
		l.Entries++
		l.Sum = chained(l.Sum, e)
		l.Title = fmt.Sprintf("%sの%s %d件", ended.Wareki(), d.Entry, l.Entries)
		return true
	}
	if len(p.Lines) == MaxDisposed {
		return false
	}
	l := DisposalLine{
		Row: trail.Row{Home: e.Home}, Register: d.Name, Entry: e.ID, At: e.Version, Number: e.Number, Title: d.impersonal(e), Owner: d.names.place(e.Home),
		Ended: ended, Until: until, Entries: 1, Sum: chained("", e), State: lineListed,
	}
	if x.From == "" {
		l.Entry, l.At, l.Number, l.Title = "", 0, "", fmt.Sprintf("%sの%s 1件", ended.Wareki(), d.Entry)
		l.FromAt, l.FromID, l.ToAt, l.ToID = string(e.Happened), e.ID, string(e.Happened), e.ID
	}
	p.Lines = append(p.Lines, l)
	return true
}

// chained is a sum over entries one after the other.
func chained(before string, e Entry) string {
	sum := sha256.Sum256([]byte(before + "\n" + string(e.ID) + " " + fmt.Sprint(e.Version)))
	return hex.EncodeToString(sum[:])
}

// impersonal is what an entry is called by what is not of a person: the proof of its destruction stays.
func (b *Book) impersonal(e Entry) string {
	data, err := decode(e.Data)
	if err != nil {
		return ""
	}
	for _, f := range b.Fields {
		if s := data.Text(f.ID); f.Type == TypeText && f.List && s != "" && !f.Restricted && !f.Personal() {
			return s
		}
	}
	return ""
}
