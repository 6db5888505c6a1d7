package register

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/sheet"
	"sekimori/internal/base/text"
)

// line is a row on its way into the register.
type line struct {
	*opened
	at         sheet.Record
	lost       string            // the place of a row of a table that belongs to no row
	raw, words map[string]string // by column: as it stands there, and as it is meant
	ditto      []errs.Field
	subs       map[string][]*subline
	answered   map[string]bool

	old      *Entry // nil for a new one
	said     Data   // what it says today
	base     Data   // what it said when it was exported, nil where that is today, or nobody knows
	stale    bool   // it has changed since
	key      string // by which a new one would be found again
	in       Input
	state    string
	happened time.Time
	data     Data
	home     string
	outcome  Outcome
	number   string
	faults   errs.Faults // by cell
	notes    []errs.Field
}

// where is the cell of a leaf.
func (l *line) where(path string) string {
	if l.lost != "" {
		return l.lost
	}
	field, rest, _ := strings.Cut(path, ".")
	number, column, _ := strings.Cut(rest, ".")
	if n, err := strconv.Atoi(number); err == nil && n < len(l.subs[field]) {
		return l.subs[field][n].where(column)
	}
	return l.prefix + l.at.Where(path)
}

func (l *line) fault(path, format string, args ...any) {
	l.faults.Add(l.where(path), format, args...)
}

// chunk works out what becomes of some rows. What they name and what is there of them is looked up at once.
func (x *intake) chunk(o *opened, lines []*line) error {
	if len(lines) == 0 {
		return nil
	}
	if err := x.findEntries(lines); err != nil {
		return err
	}
	if err := x.findKeyed(lines); err != nil {
		return err
	}
	var said []Data
	w := wanted{map[string]bool{}, map[string]map[string]bool{}}
	for _, l := range lines {
		if l.old != nil {
			data, err := l.old.Read()
			if err != nil {
				return err
			}
			l.said = data
			said = append(said, data)
		}
		for i := range o.columns {
			x.say.names.want(&w, &o.columns[i].Field, l.words[o.columns[i].Path])
		}
		for _, t := range x.within {
			for _, s := range l.subs[t.ID] {
				for i := range t.Fields {
					x.say.names.want(&w, &t.Fields[i], s.words[t.Fields[i].ID])
				}
			}
		}
	}
	x.say.names.prefetch(x.Fields, said...)
	x.say.names.look(w)
	if x.names.err != nil {
		return x.names.err
	}
	for _, l := range lines {
		if err := x.read(l); err != nil {
			return err
		}
	}
	if err := x.classify(lines); err != nil {
		return err
	}
	for _, l := range lines {
		if err := x.judge(l); err != nil {
			return err
		}
		if err := x.done(l); err != nil {
			return err
		}
	}
	return x.names.err
}

// read reads a row: of an entry that is there only the cells that say something else than it does.
func (x *intake) read(l *line) error {
	if l.faults.Len() > 0 {
		return nil
	}
	l.in, l.state = Input{}, x.first()
	if l.old != nil {
		l.state = l.old.State
		if err := x.readBase(l); err != nil {
			return err
		}
	}
	for i := range l.columns {
		if c := &l.columns[i]; c.table == "" {
			x.answer(l, c)
		}
	}
	for _, t := range x.within {
		if l.answered[t.ID] {
			x.answerTable(l, t)
		}
	}
	for _, d := range l.ditto {
		field, _, _ := strings.Cut(d.Where, ".")
		if _, asked := l.in[d.Where]; asked || l.in[field] != nil {
			l.fault(d.Where, "%s", d.Message)
		}
	}
	if owner := x.Edition.Owner; l.old == nil && owner != "" && l.SheetFile.Owner != "" && strings.TrimSpace(strings.Join(l.in[owner], "")) == "" {
		l.in[owner] = []string{x.ownerWords(l.SheetFile.Owner)}
	}
	if l.old != nil && len(l.in) == 0 {
		l.data = l.said
		return nil
	}
	r := x.reading(l.said, l.state)
	r.Names = x.say.names
	var faults errs.Faults
	l.data = x.Read(l.in, r, &faults)
	for _, f := range faults.List() {
		l.fault(f.Where, "%s", f.Message)
	}
	x.unasked(l)
	return nil
}

// readBase reads what an entry said in the version that the row was exported from, if it has changed since.
func (x *intake) readBase(l *line) error {
	words := strings.TrimSpace(l.words[PathVersion])
	if words == "" || l.words[PathEntry] == "" {
		return nil
	}
	version, ok := versionOf(words)
	if !ok || version > l.old.Version {
		l.fault(PathVersion, "「記録の版」が正しくありません。書き出したときの値に戻してください。")
		return nil
	}
	if l.stale = version < l.old.Version; !l.stale {
		return nil
	}
	e, err := x.Table.At(x.ctx, x.r, string(l.old.ID), version)
	if errors.Is(err, db.ErrNotFound) || errs.KindOf(err) == errs.NotFound {
		return nil // erased: then nobody can say who has changed what
	}
	if err != nil {
		return err
	}
	if l.base, err = e.Read(); err == nil {
		l.base[PathState] = e.State
	}
	return err
}

// versionOf reads the version that an export has written.
func versionOf(words string) (version int64, ok bool) {
	version, err := strconv.ParseInt(words, 10, 64)
	return version, err == nil && version > 0
}

// answer takes the cell of a column, if it says something else than the entry does.
func (x *intake) answer(l *line, c *SheetColumn) {
	words := l.words[c.Path]
	switch {
	case c.Path == PathState:
		x.answerState(l, c, words)
		return
	case c.Path == PathHappened && l.old == nil:
		x.answerHappened(l, c, words)
		return
	case strings.HasPrefix(c.Path, "@"):
		return
	case l.old == nil && c.Field.Type == TypeFile && strings.TrimSpace(words) != "":
		l.notes = append(l.notes, errs.Field{Where: l.where(c.Path), Message: "ファイルは表からは取り込みません。記録の画面で加えてください。"})
		return
	case l.old == nil && !c.ReadOnly():
		if strings.TrimSpace(words) != "" {
			l.in[c.Path] = []string{words}
		}
		return
	case l.old == nil:
		return
	case c.Field.Restricted:
		if strings.TrimSpace(words) != "" {
			l.notes = append(l.notes, errs.Field{Where: l.where(c.Path), Message: "閲覧を記録する項目なので、表からは変えません。記録の画面で変えてください。"})
		}
		return
	}
	today := func(s saying) string { return s.cell(c, *l.old, l.said, 0) }
	if x.says(l, c, today) {
		return
	}
	if c.ReadOnly() {
		if c.Field.Type == TypeFile {
			l.notes = append(l.notes, errs.Field{Where: l.where(c.Path), Message: "ファイルは表からは変えません。記録の画面で変えてください。"})
		}
		return
	}
	if x.untouched(l, c, func(data Data) func(saying) string {
		return func(s saying) string { return s.cell(c, *l.old, data, 0) }
	}) {
		return
	}
	l.in[c.Path] = []string{words}
}

// says says whether a cell is what an export writes, in any of the styles.
func (x *intake) says(l *line, c *SheetColumn, cell func(saying) string) bool {
	same := func(s string) bool {
		if l.lossy {
			s = sheet.InCP932(s)
		}
		return s == l.raw[c.Path] || s == l.words[c.Path] || strings.TrimSpace(s) == "" && strings.TrimSpace(l.words[c.Path]) == ""
	}
	return same(cell(x.say)) || dated(c.Field.Type) && same(cell(x.say.as(StyleWareki)))
}

// dated says that the styles write the field differently.
func dated(t Type) bool { return t == TypeDate || t == TypeDatetime }

// untouched says, of a cell that is not what the entry says today, that it is what the entry said when it was exported: then somebody
// else has changed it, and the row does not. Where both have changed it, that is a fault.
func (x *intake) untouched(l *line, c *SheetColumn, cell func(Data) func(saying) string) bool {
	if !l.stale || x.Overwrite {
		return false
	}
	today := cell(l.said)(x.say)
	if l.base != nil {
		if x.says(l, c, cell(l.base)) {
			return true
		}
		if cell(l.base)(x.say) == today {
			return false
		}
	}
	l.fault(c.Path, "書き出したあとに、ほかの人が「%s」に変えています。どちらが正しいか確かめて、いまの値を書くか、記録の画面で変えてください。", short(today))
	return true
}

func (x *intake) answerState(l *line, c *SheetColumn, words string) {
	words = strings.TrimSpace(words)
	if words == "" || l.old != nil && (words == x.State(l.old.State) || words == l.old.State) {
		return
	}
	if l.old != nil && x.untouched(l, c, func(data Data) func(saying) string {
		return func(saying) string {
			if state, ok := data[PathState].(string); ok {
				return x.State(state)
			}
			return x.State(l.old.State)
		}
	}) {
		return
	}
	for _, s := range x.States {
		if text.Fold(s.Title) == text.Fold(words) || s.ID == words {
			l.state = s.ID
			return
		}
	}
	var titles []string
	for _, s := range x.States {
		titles = append(titles, s.Title)
	}
	l.fault(PathState, "「%s」という状態はありません。%s のどれかにしてください。", short(words), strings.Join(titles, "、"))
}

func (x *intake) answerHappened(l *line, c *SheetColumn, words string) {
	if strings.TrimSpace(words) == "" {
		return
	}
	v, problem := c.Field.reads(words, nil)
	if problem != "" {
		f := c.Field
		f.Type = TypeDate // a day will do
		v, _ = f.reads(words, nil)
		if day, ok := v.(string); ok {
			v, problem = day+"T00:00", ""
		}
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", fmt.Sprint(v), x.Today.Start().Location())
	if problem != "" || err != nil {
		l.fault(PathHappened, "%s", problem)
		return
	}
	l.happened = at
}

// answerTable takes the rows of a table inside an entry, if they say something else than the entry does: all of them or none.
func (x *intake) answerTable(l *line, t *Field) {
	if l.old != nil {
		same := func(data Data) bool { return x.saysTable(l, t, data.Rows(t.ID)) }
		if same(l.said) || l.base != nil && !x.Overwrite && same(l.base) {
			return
		}
		if l.stale && !x.Overwrite && (l.base == nil || !Data{t.ID: l.base[t.ID]}.Same(Data{t.ID: l.said[t.ID]})) {
			l.fault(t.ID, "「%s」は、書き出したあとにほかの人が変えています。どちらが正しいか確かめて、記録の画面で変えてください。", t.Title)
			return
		}
	}
	if l.old == nil && len(l.subs[t.ID]) == 0 {
		return
	}
	l.in[t.ID] = []string{"x"}
	for n, s := range l.subs[t.ID] {
		for _, c := range t.Fields {
			if c.Derived != nil || c.Type == TypeFile {
				continue
			}
			path := fmt.Sprintf("%s.%d.%s", t.ID, n, c.ID)
			l.in[path] = []string{s.words[c.ID]}
			if s.faults[c.ID] != "" {
				l.fault(path, "%s", s.faults[c.ID])
			}
		}
	}
}

func (x *intake) saysTable(l *line, t *Field, rows []Data) bool {
	if len(rows) != len(l.subs[t.ID]) {
		return false
	}
	for i, s := range l.subs[t.ID] {
		cells := &line{opened: l.opened, raw: s.raw, words: s.words}
		for _, f := range t.Fields {
			c := &SheetColumn{Path: f.ID, Field: f, root: f}
			if _, there := s.raw[f.ID]; there && !c.ReadOnly() && !x.says(cells, c, func(say saying) string { return say.leaf(c, rows[i]) }) {
				return false
			}
		}
	}
	return true
}

// unasked notes what a row says and the entry does not keep, because its condition does not hold.
func (x *intake) unasked(l *line) {
	for i := range l.columns {
		c := &l.columns[i]
		if c.root.When == nil || len(l.in[c.Path]) == 0 || strings.TrimSpace(l.in[c.Path][0]) == "" {
			continue
		}
		where := l.where(c.Path)
		if _, kept := l.data[c.root.ID]; !kept && !l.faults.At(func(at string) bool { return at == where }) {
			l.notes = append(l.notes, errs.Field{Where: where, Message: fmt.Sprintf("「%s」は、ほかの項目の答えから要らないので、取り込みません。", c.root.Title)})
		}
	}
}

// classify holds the classes of rows to those of what they name, which are read at once.
func (x *intake) classify(lines []*line) error {
	for _, f := range x.Fields {
		if f.Type != TypeClass || f.Floor == "" {
			continue
		}
		ids := map[string]bool{}
		for _, l := range lines {
			for _, named := range l.data.List(f.Floor) {
				ids[named] = true
			}
		}
		if err := x.knowClasses(f.Floor, sortedWords(ids)); err != nil {
			return err
		}
	}
	for _, l := range lines {
		if len(l.in) == 0 {
			continue
		}
		var faults errs.Faults
		if err := x.floor(l.data, &faults); err != nil {
			return err
		}
		for _, f := range faults.List() {
			l.fault(f.Where, "%s", f.Message)
		}
	}
	return nil
}

// judge says what becomes of a row, and whether its reader may have it so.
func (x *intake) judge(l *line) error {
	if l.old == nil {
		return x.judgeNew(l)
	}
	l.home = l.old.Home
	if l.faults.Len() > 0 {
		return nil
	}
	if l.state == l.old.State && l.data.Same(l.said) {
		l.outcome = RowSame
		return nil
	}
	l.outcome, l.home = RowChanged, x.home(l.data)
	if x.Volume == Log {
		l.fault(PathEntry, "記録簿に書いたものは変えられません。誤りは、訂正の行を加えてください。")
		return nil
	}
	ok, err := x.mayChange(l.old.Home)
	if err == nil && !ok {
		l.fault(PathEntry, "この%sを変える権限がありません。", x.Entry)
	}
	if err == nil && l.home != l.old.Home {
		err = x.judgeOwner(l)
	}
	return err
}

func (x *intake) judgeNew(l *line) error {
	l.home = x.home(l.data)
	if l.faults.Len() > 0 || l.lost != "" {
		return nil
	}
	l.outcome = RowNew
	if err := x.judgeOwner(l); err != nil {
		return err
	}
	if l.state != x.first() {
		ok, err := x.mayChange(l.home)
		if err != nil {
			return err
		}
		if !ok {
			l.fault(PathState, "新しく加える行の状態は「%s」です。ほかの状態にする権限がありません。", x.State(x.first()))
		}
	}
	if first, twice := x.keyed[l.key]; twice && l.key != "" {
		l.fault(x.Key, "同じ内容の行が%sにもあります。どちらかを消してください。", first)
	} else if l.key != "" {
		x.keyed[l.key] = l.prefix + l.at.Row.Where(-1)
	}
	return nil
}

func (x *intake) judgeOwner(l *line) error {
	ok, err := x.mayAdd(l.home)
	if err == nil && !ok {
		l.fault(x.Edition.Owner, "この所管の%sを加える権限がありません。", x.Entry)
	}
	return err
}

// done counts a row and gives it on.
func (x *intake) done(l *line) error {
	if l.faults.Len() > 0 {
		l.outcome = RowFaulty
	}
	x.n++
	count := func(n map[Outcome]*int) { *n[l.outcome]++ }
	x.out.Rows, l.Rows = x.out.Rows+1, l.Rows+1
	count(map[Outcome]*int{RowNew: &x.out.New, RowChanged: &x.out.Changed, RowSame: &x.out.Same, RowFaulty: &x.out.Faulty})
	count(map[Outcome]*int{RowNew: &l.opened.New, RowChanged: &l.opened.Changed, RowSame: &l.opened.Same, RowFaulty: &l.opened.Faulty})
	for _, f := range l.faults.List() {
		x.fault(f)
	}
	version := int64(0)
	entry := id.ID("")
	if l.old != nil {
		entry, version = l.old.ID, l.old.Version
	}
	x.note("%s %s %d %s", l.outcome, entry, version, l.home)
	if x.take != nil {
		if err := x.take(l); err != nil {
			return err
		}
	}
	if x.each == nil {
		return nil
	}
	return x.each(x.shown(l))
}

// shown is a row as people see it.
func (x *intake) shown(l *line) Line {
	s := Line{N: x.n, Where: l.lost, Outcome: l.outcome, Number: l.number, Faults: l.faults.List(), Notes: l.notes, headings: l.headings, cells: l.at.Row.Cells}
	if x.several {
		s.File = l.Name
	}
	if l.lost == "" {
		s.Where = l.at.Row.Where(-1)
	}
	made := Entry{}
	if l.old != nil {
		s.Entry, s.Number, made = l.old.ID, l.old.Number, *l.old
	}
	if l.data != nil && made.write(x.Form, l.data) == nil {
		s.Title = strings.TrimSpace(strings.TrimPrefix(x.Book.Title(made), made.Number))
	}
	if l.outcome != RowNew && l.outcome != RowChanged {
		return s
	}
	for _, f := range x.Fields {
		if f.Restricted {
			continue
		}
		c := FieldChange{Title: f.Title, Old: f.Say(l.said[f.ID], x.Classes, x.say.names), New: f.Say(l.data[f.ID], x.Classes, x.say.names)}
		if c.Old == c.New {
			continue
		}
		if l.base != nil {
			if given := f.Say(l.base[f.ID], x.Classes, x.say.names); given != c.Old {
				c.Given = given
			}
		}
		s.Changes = append(s.Changes, c)
	}
	if l.old != nil && l.state != l.old.State {
		s.Changes = append(s.Changes, FieldChange{Title: "状態", Old: x.State(l.old.State), New: x.State(l.state)})
	}
	return s
}
