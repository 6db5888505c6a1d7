package org

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/text"
)

// Sight is the batches that an actor may see before their time: those of which he is a named operator.
func Sight(ctx context.Context, r db.Reader, actor string, now db.Time) ([]id.ID, error) {
	ahead, err := db.List[Batch](ctx, r, `select `+Batches.Columns()+` from org_batch where opens > $1 and state = $2 order by opens, id`, now, Applied)
	var seen []id.ID
	for _, b := range ahead {
		if slices.Contains(strings.Fields(b.Operators), actor) {
			seen = append(seen, b.ID)
		}
	}
	return seen, err
}

// known is the condition that a statement may be known at the moment of the view and nothing has taken its place; alias is ""
// or that of the table with its dot.
func (v View) known(args *[]any, alias string) string {
	*args = append(*args, v.Now)
	now := fmt.Sprintf("$%d", len(*args))
	if len(v.Batches) == 0 {
		return fmt.Sprintf("%[1]sopens <= %[2]s and %[1]scloses > %[2]s", alias, now)
	}
	return fmt.Sprintf("(%[1]sopens <= %[2]s or %[1]sbatch in %[3]s) and %[1]scloses > %[2]s and %[1]sclosed_by not in %[4]s",
		alias, now, db.In(args, v.Batches), db.In(args, v.Batches))
}

// seen is the condition that a statement is known and holds on the day.
func (v View) seen(args *[]any, alias string) string {
	*args = append(*args, v.On)
	on := fmt.Sprintf("$%d", len(*args))
	return fmt.Sprintf("%[1]sfrom_on <= %[2]s and %[1]suntil_on >= %[2]s and %[3]s", alias, on, v.known(args, alias))
}

// Seen is the condition that a statement of this package may be known and holds on the day; alias is "" or that of its table with
// the dot. args get what it compares with.
func (v View) Seen(args *[]any, alias string) string { return v.seen(args, alias) }

// now reads what holds on the day; where and its args come before the view's.
func now[T any, P row[T]](ctx context.Context, r db.Reader, v View, t Table[T], where, order string, args ...any) ([]T, error) {
	list, err := db.List[T](ctx, r, `select `+t.Columns()+` from `+t.Name()+` where `+where+` and `+v.seen(&args, "")+` order by `+order, args...)
	return veiled[T, P](list), err
}

// Stated reads of some statements those that may be known and hold on the day, in no order.
func Stated[T any, P row[T]](ctx context.Context, r db.Reader, v View, t Table[T], statements []string) ([]T, error) {
	var args []any
	return now[T, P](ctx, r, v, t, `id in `+db.Among(r, &args, statements), `id`, args...)
}

// always reads what holds on any day.
func always[T any, P row[T]](ctx context.Context, r db.Reader, v View, t Table[T], where string, args ...any) ([]T, error) {
	list, err := db.List[T](ctx, r, `select `+t.Columns()+` from `+t.Name()+` where `+where+` and `+v.known(&args, "")+` order by from_on, id`, args...)
	return veiled[T, P](list), err
}

// veiled takes from statements that are seen what somebody will do with them later: a batch out of sight closes them, and made a
// version of its own. So whoever changes such a statement meets a Conflict, as when somebody else was faster.
func veiled[T any, P row[T]](list []T) []T {
	for i := range list {
		if s := P(&list[i]).statement(); s.Closes != Forever {
			s.Closes, s.ClosedBy = Forever, ""
			s.Version--
		}
	}
	return list
}

// Tree reads the units.
func (v View) Tree(ctx context.Context, r db.Reader) (*Tree, error) {
	begun, err := always(ctx, r, v, Units, `from_on <= $1`, v.On)
	return newTree(begun, v.On), err
}

// UnitHistory reads every statement about a unit, the earliest day first.
func (v View) UnitHistory(ctx context.Context, r db.Reader, unit id.ID) ([]Unit, error) {
	return always(ctx, r, v, Units, `unit = $1`, unit)
}

// Codes reads the codes under which other systems know a unit.
func (v View) Codes(ctx context.Context, r db.Reader, unit id.ID) ([]Code, error) {
	return now(ctx, r, v, Codes, `unit = $1`, `system, code`, unit)
}

// Coded reads all codes of one system, such as hr or finance.
func (v View) Coded(ctx context.Context, r db.Reader, system string) ([]Code, error) {
	return now(ctx, r, v, Codes, `system = $1`, `code, unit`, system)
}

// Systems reads the business systems by their code.
func (v View) Systems(ctx context.Context, r db.Reader) ([]System, error) {
	return now(ctx, r, v, Systems, `1 = 1`, `code, id`)
}

// SystemHistory reads every statement about a system.
func (v View) SystemHistory(ctx context.Context, r db.Reader, system id.ID) ([]System, error) {
	return always(ctx, r, v, Systems, `system = $1`, system)
}

// Posts reads the posts, the highest rank first.
func (v View) Posts(ctx context.Context, r db.Reader) ([]Post, error) {
	return now(ctx, r, v, Posts, `1 = 1`, `rank, code, id`)
}

// Person reads what somebody is on the day. NotFound where he is nobody then.
func (v View) Person(ctx context.Context, r db.Reader, person id.ID) (Person, error) {
	list, err := now(ctx, r, v, People, `person = $1`, `from_on desc, id`, person)
	if err == nil && len(list) == 0 {
		return Person{}, errs.Wrap(db.ErrNotFound, errs.NotFound, "この日に、その人は登録されていません。")
	}
	if err != nil {
		return Person{}, err
	}
	return list[0], nil
}

// PersonHistory reads every statement about a person.
func (v View) PersonHistory(ctx context.Context, r db.Reader, person id.ID) ([]Person, error) {
	return always(ctx, r, v, People, `person = $1`, person)
}

// EverStated reads all that was ever stated about the people of some statements and may be known at a moment, also what something
// else has taken the place of.
func EverStated(ctx context.Context, r db.Reader, now db.Time, statements []id.ID) ([]Person, error) {
	args := []any{now}
	list, err := db.List[Person](ctx, r, `select `+People.Columns()+` from org_person where opens <= $1 and person in
		(select person from org_person where opens <= $1 and id in `+db.In(&args, statements)+`) order by person, from_on, id`, args...)
	return veiled(list), err
}

// AssignmentHistory reads every assignment of some people, the earliest day first.
func (v View) AssignmentHistory(ctx context.Context, r db.Reader, people ...id.ID) ([]Assignment, error) {
	var args []any
	return always(ctx, r, v, Assignments, `person in `+db.In(&args, people), args...)
}

// Numbered reads who has a number on the day: one, unless something is wrong with the data.
func (v View) Numbered(ctx context.Context, r db.Reader, number string) ([]Person, error) {
	return now(ctx, r, v, People, `number = $1`, `from_on desc, id`, number)
}

// AssignmentsOf reads the assignments of some people.
func (v View) AssignmentsOf(ctx context.Context, r db.Reader, people ...id.ID) ([]Assignment, error) {
	var args []any
	return now(ctx, r, v, Assignments, `person in `+db.Among(r, &args, texts(people)), `person, case manner when 'main' then 0 else 1 end, id`, args...)
}

// AssignmentsIn reads the assignments to some units.
func (v View) AssignmentsIn(ctx context.Context, r db.Reader, units ...id.ID) ([]Assignment, error) {
	var args []any
	return now(ctx, r, v, Assignments, `unit in `+db.Among(r, &args, texts(units)), `unit, post, id`, args...)
}

func texts(ids []id.ID) []string {
	list := make([]string, len(ids))
	for i, x := range ids {
		list[i] = string(x)
	}
	return list
}

// Designations reads all designations.
func (v View) Designations(ctx context.Context, r db.Reader) ([]Designation, error) {
	return now(ctx, r, v, Designations, `1 = 1`, `regime, role, scope, id`)
}

// DesignationsOf reads the designations to the roles of a regime, of the day and of later ones.
func (v View) DesignationsOf(ctx context.Context, r db.Reader, regime string) ([]Designation, error) {
	return always(ctx, r, v, Designations, `regime = $1 and until_on >= $2`, regime, v.On)
}

// DeputiesOf reads the deputies that people have named and those that they are.
func (v View) DeputiesOf(ctx context.Context, r db.Reader, person id.ID) ([]Deputy, error) {
	return now(ctx, r, v, Deputies, `(giver = $1 or person = $1)`, `regime, role, scope, from_on, id`, person)
}

// ListBatches reads the batches that may be known, the latest publication first.
func ListBatches(ctx context.Context, r db.Reader, v View) ([]Batch, error) {
	args := []any{v.Now}
	return db.List[Batch](ctx, r, `select `+Batches.Columns()+` from org_batch where opens <= $1 or id in `+db.In(&args, v.Batches)+` order by opens desc, id desc`, args...)
}

// Seal is what closes the acts of a batch until its publication (trail.Act.Seal).
func Seal(batch id.ID) string { return "batch:" + string(batch) }

// Withheld are the seals of batches that were taken back before anybody else knew of them: they stay closed (trail.Seen).
func Withheld(ctx context.Context, r db.Reader) ([]string, error) {
	batches, err := db.List[id.ID](ctx, r, `select id from org_batch where state = $1 and opens = $2 order by id`, Undone, Forever)
	seals := make([]string, len(batches))
	for i, b := range batches {
		seals[i] = Seal(b)
	}
	return seals, err
}

// PeopleQuery asks for people.
type PeopleQuery struct {
	Units []id.ID // who are assigned to one of these units; nil for all. A subtree is Tree.Subtree
	Find  string  // who have this in number, name or kana, in whatever spelling
	// Begins asks that number, name or kana begins so.
	Begins bool
	// Among is a query for the ids of the statements that can have it, in a column called value: an index gives them. nil for all.
	Among func(args *[]any) string
	// Where narrows to whom the reader may see: a condition on a column that holds homes of people. nil for everybody.
	Where func(args *[]any, column string) string
	// Few is, instead of Where, a query for the ids of all whom the reader may see, since they are few.
	Few   func(args *[]any) string
	After Cursor // the page after this; zero for the first
	Limit int
}

// Cursor is where a page of people ended.
type Cursor struct {
	Kana   string
	Person id.ID
}

// FindText is Person.Find: what a search for people looks through.
func FindText(number, name, kana string) string {
	return squeezed(number) + " " + squeezed(name) + " " + squeezed(kana)
}

// squeezed is folded text without spaces: people write names with and without.
func squeezed(s string) string { return strings.ReplaceAll(text.Fold(s), " ", "") }

// like is what finds words in Person.Find, with ! before what would be a sign.
func like(words string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(squeezed(words)) + "%"
}

// People reads a page of people by kana, and where the next page begins; the zero Cursor after the last.
func (v View) People(ctx context.Context, r db.Reader, q PeopleQuery) ([]Person, Cursor, error) {
	args := []any{q.After.Kana, q.After.Person, q.Limit + 1}
	from := `org_person p`
	where := `(p.kana, p.person) > ($1, $2) and ` + v.seen(&args, "p.")
	if find := squeezed(q.Find); find != "" {
		column, pattern := `p.find`, like(find)
		if q.Begins { // each of the three stands after a space
			column, pattern = `' ' || p.find`, "% "+pattern[1:]
		}
		args = append(args, pattern)
		where += fmt.Sprintf(` and %s like $%d escape '!'`, column, len(args))
	}
	in := func() string {
		return `a.unit in ` + db.Among(r, &args, texts(q.Units)) + ` and ` + v.seen(&args, "a.")
	}
	// SQLite joins in the order of a cross join; else it would walk through all people by kana.
	switch {
	case q.Among != nil:
		from = `(` + q.Among(&args) + `) m cross join org_person p`
		where += ` and p.id = m.value`
		if q.Few != nil {
			where += ` and p.person in (` + q.Few(&args) + `)`
		}
	case q.Few != nil:
		from = `(` + q.Few(&args) + `) m cross join org_person p`
		where += ` and p.person = m.person`
	case q.Units != nil:
		from = `(select distinct a.person from org_assignment a where ` + in() + `) m cross join org_person p`
		where += ` and p.person = m.person`
	}
	if q.Units != nil && (q.Among != nil || q.Few != nil) {
		where += ` and exists (select 1 from org_assignment a where a.person = p.person and ` + in() + `)`
	}
	if q.Where != nil {
		where += ` and ` + q.Where(&args, `('p:' || p.person)`)
	}
	list, err := db.List[Person](ctx, r, `select `+People.ColumnsOf("p")+` from `+from+` where `+where+` order by p.kana, p.person limit $3`, args...)
	list = veiled(list)
	if len(list) <= q.Limit {
		return list, Cursor{}, err
	}
	list = list[:q.Limit]
	last := list[q.Limit-1]
	return list, Cursor{last.Kana, last.Person}, err
}

// Identified reads who bears one of some numbers or is one of some people on the day.
func (v View) Identified(ctx context.Context, r db.Reader, numbers, people []string) ([]Person, error) {
	var args []any
	where := `(number in ` + db.Among(r, &args, numbers) + ` or person in ` + db.Among(r, &args, people) + `)`
	return now(ctx, r, v, People, where, `from_on desc, id`, args...)
}
