package register_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// hallTeams are so many teams of one section that its head sees more homes than are looked through one by one.
const hallTeams = 210

// crowd is the house with a bureau of many teams, and with a unit that has gone into another.
func crowd() string {
	var b strings.Builder
	for line := range strings.Lines(lines) {
		if strings.HasPrefix(line, "unit 1200 ") {
			b.WriteString("unit 1300 旧書庫 section kodama 1000 2020-04-01..2025-03-31\n")
			line = "unit 1200 書庫 section kodama 1000 after 1300\n"
		}
		b.WriteString(line)
	}
	b.WriteString("unit 3000 大広間 section kodama 2000\nassign 広間長 3000 室長 main\nassign 書庫員 1200 係員 main\n")
	for i := range hallTeams {
		fmt.Fprintf(&b, "unit T%03d 広間%d係 team kodama 3000\n", i, i)
	}
	return b.String()
}

// exhibit is an entry as the oracle knows it.
type exhibit struct {
	register.Entry
	at   string // code of its unit or system, b: or c:
	data register.Data
}

// hall is the register in memory: what the oracle knows.
type hall struct {
	*house
	dice   *rand.Rand
	all    []exhibit
	sees   map[string]func(at string) bool // by actor, written down by hand
	closed string
}

func openHall(t *testing.T, d *db.DB, entries int) *hall {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	h := &hall{house: found(t, trail.New(d), t.TempDir(), crowd()), dice: rand.New(rand.NewPCG(seed, 0))}
	h.adopt(h.library.Offered().Packs[0])
	h.closed = access.CaseHome(id.New(d.Now()))
	among := func(codes ...string) func(string) bool {
		return func(at string) bool { return slices.Contains(codes, at) }
	}
	h.sees = map[string]func(string) bool{
		"受付員":     among("1100", "1110", "S1"),
		"夜間員":     among("1100", "1110", "S1"),
		"受付長":     among("1100", "1110", "S1"),
		"東部長":     among("1000"),
		"書庫員":     among("1200", "1300"),
		"書庫長":     among("1200", "1300", "c:"),
		"分館長":     among("2100"),
		"広間長":     func(at string) bool { return at == "3000" || strings.HasPrefix(at, "T") },
		"館長":      func(at string) bool { return at != "c:" },
		"分館員":     func(at string) bool { return at != "c:" },
		"program": func(at string) bool { return at != "c:" },
	}
	var book *register.Book
	h.view(func(r db.Reader) error {
		shelf, err := h.library.Shelf(h.Context(), r, jpdate.Today(d.Now()))
		book, _ = shelf.Book("kodama", "sample")
		return err
	})
	h.Do(trail.Act{}, func(tx *trail.Tx) error {
		h.all = nil
		grant := access.Grant{ID: id.New(tx.Now), Row: trail.Row{Home: h.closed}, Person: h.ID("person", "書庫長"), Opens: h.closed, From: h.Day("2025-04-01"), Until: h.Day("2025-04-30"), Decision: "こ第2号"}
		if err := access.Grants.Put(h.Context(), tx, grant); err != nil {
			return err
		}
		rows := make([]register.Entry, entries)
		for i := range rows {
			x := h.exhibit(tx, i)
			rows[i], h.all = x.Entry, append(h.all, x)
		}
		return book.Table.Put(h.Context(), tx, rows...)
	})
	return h
}

// one of some.
func one[T any](dice *rand.Rand, of ...T) T { return of[dice.IntN(len(of))] }

// exhibit makes up an entry, most of them with few different values, so that there are many of each.
func (h *hall) exhibit(tx *trail.Tx, i int) exhibit {
	dice := h.dice
	at := one(dice, "1000", "1100", "1100", "1110", "1200", "1300", "2100", "2100", "3000", fmt.Sprintf("T%03d", dice.IntN(hallTeams)), fmt.Sprintf("T%03d", dice.IntN(hallTeams)), "S1", "b:", "c:")
	x := exhibit{at: at, data: register.Data{"name": one(dice, "巻貝", "ﾏｷｶﾞｲ", "Ａ", "a", "b", "髙", "高", "𠮷", strings.Repeat("長", 40)+"い", strings.Repeat("長", 40)+"く", "100%", "_", "あ\tい")}}
	x.Home = h.closed
	if at != "c:" {
		x.Home = h.Home(at)
	}
	x.ID, x.Number, x.State, x.Pack = id.New(tx.Now), fmt.Sprintf("令和7-見本-%06d", i+1), one(dice, "shown", "stored", "stored", "stored", "gone"), h.library.Offered().Packs[0].Hash
	x.Happened, x.Entered = db.At(tx.Now), db.At(tx.Now)
	x.data["desk"], x.data["fragile"] = x.Home, one(dice, "no", "no", "yes")
	some := func(field string, value any) {
		if dice.IntN(4) > 0 {
			x.data[field] = value
		}
	}
	some("grade", register.Class{"secrecy": one(dice, "0", "1", "2", "3", "4")})
	some("pieces", one(dice, int64(0), 2, 10, 9, 9999, -3))
	some("got_on", one(dice, "2024-12-31", "2025-01-01", "1999-04-01"))
	some("seen_at", one(dice, "2025-01-01T09:05", "2025-01-01T10:00"))
	some("lent", register.Class{"from": one(dice, "2025-01-01", "2024-01-01"), "to": "2025-12-31"})
	some("stuff", one(dice, "stone", "shell", "wood"))
	some("marks", one(dice, []string{"rare"}, []string{"rare", "broken"}, []string{"copy"}, []string{"broken", "copy"}))
	if dice.IntN(100) == 0 {
		x.data["giver"] = "山田"
	}
	some("keeper", string(h.ID("person", one(dice, "受付員", "分館員"))))
	if n := len(h.all); n > 0 && dice.IntN(3) == 0 {
		x.data["original"] = string(h.all[dice.IntN(n)].ID)
	}
	if dice.IntN(5) == 0 {
		x.data["proof"] = []register.Data{{register.FileSum: fmt.Sprintf("%064x", i), register.FileName: "貝.jpg", register.FileSize: int64(1), register.FileMedia: "image/jpeg"}}
	}
	public, personal := register.Data{}, register.Data{}
	for field, value := range x.data {
		if field == "giver" {
			personal[field] = value
		} else {
			public[field] = value
		}
	}
	x.Data = h.json(public)
	if len(personal) > 0 {
		x.Personal = h.json(personal)
	}
	return x
}

func (h *house) json(data register.Data) trail.JSON {
	h.Helper()
	text, err := canon.Marshal(data)
	if err != nil {
		h.Fatal(err)
	}
	return trail.JSON(text)
}

// compare orders two values of a field: what is empty comes first.
func compare(field string, a, b any) int {
	if a == nil || b == nil {
		return cmp.Compare(fmt.Sprint(a != nil), fmt.Sprint(b != nil))
	}
	switch a := a.(type) {
	case int64:
		return cmp.Compare(a, b.(int64))
	case register.Class:
		part := "secrecy"
		if field == "lent" {
			part = "from"
		}
		return cmp.Compare(a[part], b.(register.Class)[part])
	case []string:
		place := func(marks []string) (s string) {
			for _, m := range []string{"rare", "broken", "copy"} {
				if slices.Contains(marks, m) {
					s += "," + m
				}
			}
			return s
		}
		return cmp.Compare(place(a), place(b.([]string)))
	}
	x, y := a.(string), b.(string)
	if options := map[string][]string{"stuff": {"stone", "shell", "wood"}, "care": {"little", "much"}}[field]; options != nil {
		return cmp.Compare(slices.Index(options, x), slices.Index(options, y))
	}
	if field == "name" || field == "giver" {
		x, y = text.Fold(x), text.Fold(y)
		x, y = x[:min(120, len(x))], y[:min(120, len(y))] // of characters of three bytes, or shorter
	}
	return cmp.Compare(x, y)
}

// asked is a question of the oracle: a query, and of what it holds.
type asked struct {
	register.Query
	says  string
	holds []func(x exhibit) bool
}

// filter adds a condition on a field, of any kind.
func (q *asked) filter(dice *rand.Rand, b *register.Book, field string, values []any) {
	f := register.Filter{Field: field}
	holds := func(x exhibit) bool { return x.data[field] == nil }
	switch kind := dice.IntN(5); {
	case kind == 0: // empty
	case kind == 1 && field == "marks":
		f.Option = one(dice, "rare", "broken", "copy", "ra_e", "%", "RARE")
		holds = func(x exhibit) bool {
			marks, _ := x.data[field].([]string)
			return slices.Contains(marks, f.Option)
		}
	case kind < 3:
		var some []any
		for range 1 + dice.IntN(3) {
			v := values[dice.IntN(len(values))]
			some, f.Keys = append(some, v), append(f.Keys, b.Key(field, v))
		}
		holds = func(x exhibit) bool {
			return x.data[field] != nil && slices.ContainsFunc(some, func(v any) bool { return compare(field, x.data[field], v) == 0 })
		}
	default:
		from, to := values[dice.IntN(len(values))], values[dice.IntN(len(values))]
		if side := dice.IntN(3); side == 0 {
			from = nil
		} else if side == 1 {
			to = nil
		}
		if from != nil {
			f.From = b.Key(field, from)
		}
		if to != nil {
			f.To = b.Key(field, to)
		}
		holds = func(x exhibit) bool {
			v := x.data[field]
			return v != nil && (from == nil || compare(field, v, from) >= 0) && (to == nil || compare(field, v, to) <= 0)
		}
	}
	q.Filters, q.holds = append(q.Filters, f), append(q.holds, holds)
}

var sorts = []string{"", "name", "desk", "grade", "pieces", "got_on", "seen_at", "lent", "stuff", "marks", "fragile", "giver", "keeper", "worst", "care"}

// ask makes up a question. plain has no conditions.
func (h *hall) ask(b *register.Book, plain bool) asked {
	dice := h.dice
	q := asked{Query: register.Query{Sort: one(dice, sorts...), Down: dice.IntN(2) == 0}}
	if plain {
		return q
	}
	if dice.IntN(3) == 0 {
		q.State = one(dice, "shown", "stored", "gone", "none")
		q.holds = append(q.holds, func(x exhibit) bool { return x.State == q.State })
	}
	for range dice.IntN(3) {
		field := one(dice, sorts[1:13]...)
		var values []any
		for range 6 {
			if v := h.all[dice.IntN(len(h.all))].data[field]; v != nil {
				values = append(values, v)
			}
		}
		if len(values) > 0 {
			q.filter(dice, b, field, values)
		}
	}
	q.says = fmt.Sprintf("%+v", q.Query)
	return q
}

// answer is what the oracle says: the ids in their order.
func (h *hall) answer(actor string, q asked) []id.ID {
	var list []exhibit
	for _, x := range h.all {
		if h.sees[actor](x.at) && !slices.ContainsFunc(q.holds, func(is func(exhibit) bool) bool { return !is(x) }) {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b exhibit) int {
		if q.Sort == "" {
			return -cmp.Compare(a.ID, b.ID)
		}
		c := cmp.Or(compare(q.Sort, a.data[q.Sort], b.data[q.Sort]), cmp.Compare(a.ID, b.ID))
		if q.Down {
			return -c
		}
		return c
	})
	found := make([]id.ID, len(list))
	for i, x := range list {
		found[i] = x.ID
	}
	return found
}

// pages goes through all pages of a question.
func (h *hall) pages(d *register.Desk, q asked) []id.ID {
	h.Helper()
	var found []id.ID
	for {
		entries, next, err := d.List(q.Query)
		if err != nil {
			h.Fatal(q.says, err)
		}
		if len(entries) > q.Limit || next != nil && len(entries) < q.Limit {
			h.Fatalf("%s: a page of %d for %d", q.says, len(entries), q.Limit)
		}
		found = append(found, ids(entries)...)
		if next == nil {
			return found
		}
		if at, err := d.CursorOf(next.ID, q.Query); err != nil || at.ID != next.ID || q.Sort != "" && at.Key != next.Key {
			h.Fatalf("%s: a page ends at %v, which is at %v: %v", q.says, next, at, err)
		}
		q.After = next
	}
}

func (h *hall) check(actor string, plain bool) {
	h.Helper()
	h.open(actor, func(d *register.Desk) {
		q := h.ask(d.Book, plain)
		want := h.answer(actor, q)
		q.Limit = 1 + h.dice.IntN(9) + len(want)/(1+h.dice.IntN(7))
		if got := h.pages(d, q); !slices.Equal(got, want) {
			h.Errorf("%s asks %s by %s down %v, %d a page: %d, want %d; first difference at %d", actor, q.says, q.Sort, q.Down, q.Limit, len(got), len(want), differs(got, want))
		}
		for range 5 {
			x := h.all[h.dice.IntN(len(h.all))]
			if got := register.Matches(d.Book, x.Entry, q.Query); got != !slices.ContainsFunc(q.holds, func(is func(exhibit) bool) bool { return !is(x) }) {
				h.Errorf("%s in memory: %v of %v", q.says, got, x.data)
			}
		}
		if n, err := d.Count(q.Query); err != nil || n != min(len(want), register.CountLimit) {
			h.Errorf("%s asks %s: counts %d, want %d: %v", actor, q.says, n, len(want), err)
		}
	})
}

func differs(a, b []id.ID) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// tries looks for one entry in every other way.
func (h *hall) tries(actor string, x exhibit) {
	h.Helper()
	visible := h.sees[actor](x.at)
	h.open(actor, func(d *register.Desk) {
		if _, err := d.Get(x.ID); (err == nil) != visible {
			h.Errorf("%s gets what is at %s: %v", actor, x.at, err)
		}
		original, _ := d.Field("original")
		for _, words := range []string{x.Number, x.Number + " 巻貝", string(x.ID)} {
			if got, problem := d.Names().Find(original, words); visible && got != string(x.ID) || !visible && (got != nil || problem == "") {
				h.Errorf("%s finds %s at %s by %s: %v %s", actor, x.ID, x.at, words, got, problem)
			}
		}
		if said := d.Say(original, register.Data{"original": string(x.ID)}); (said == register.Hidden) == visible || !visible && strings.Contains(said, x.Number) {
			h.Errorf("%s is told %s of what is at %s", actor, said, x.at)
		}
	})
	for _, file := range x.data.Rows("proof") {
		_, _, err := h.desk.File(h.Context(), h.actor(actor), "kodama", "sample", x.ID, file.Text(register.FileSum))
		if (err == nil) != visible {
			h.Errorf("%s opens a file of what is at %s: %v", actor, x.at, err)
		}
	}
}

func (h *hall) actors() []string {
	var names []string
	for name := range h.sees {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// TestListsAreWhatTheOracleSays: whoever asks whatever gets, page by page, what the rule gives him, in the order of values.
func TestListsAreWhatTheOracleSays(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := openHall(t, d, 700)
		for _, actor := range h.actors() {
			for i := range 25 {
				h.check(actor, i%5 == 0)
			}
			for range 30 {
				h.tries(actor, h.all[h.dice.IntN(len(h.all))])
			}
		}
	})
}

// TestManyMatchesAreWalkedInOrder: where so many match that they are looked for in the order of the list, it is the same list.
func TestManyMatchesAreWalkedInOrder(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := openHall(t, d, 9000)
		for i := range h.all { // the filter that many match
			if h.all[i].data["name"] == nil {
				t.Fatal("an entry without a name")
			}
		}
		for _, c := range []struct{ actor, sort string }{{"館長", ""}, {"館長", "pieces"}, {"分館員", "grade"}, {"広間長", "name"}, {"受付長", "marks"}, {"受付長", ""}, {"program", "got_on"}} {
			h.open(c.actor, func(d *register.Desk) {
				down := h.dice.IntN(2) == 0
				q := asked{Query: register.Query{Sort: c.sort, Down: down, Filters: []register.Filter{{Field: "name", From: " "}}}, says: "all that have a name"}
				want := h.answer(c.actor, q)
				q.Limit = 1 + len(want)/5
				if got := h.pages(d, q); !slices.Equal(got, want) || len(want) <= 1000 {
					t.Errorf("%s by %s down %v: %d, want %d; first difference at %d", c.actor, c.sort, down, len(got), len(want), differs(got, want))
				}
				if n, err := d.Count(q.Query); err != nil || n != register.CountLimit {
					t.Errorf("%s counts %d: %v", c.actor, n, err)
				}
			})
			h.check(c.actor, false)
		}
	})
}

// TestPeopleAreFoundWithinTheScope: who may not be seen is not named.
func TestPeopleAreFoundWithinTheScope(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		h.open("受付員", func(d *register.Desk) {
			keeper, _ := d.Field("keeper")
			for name, sees := range map[string]bool{"受付員": true, "夜間員": true, "分館員": false, "館長": false} {
				p := string(h.ID("person", name))
				if got, problem := d.Names().Find(keeper, p); (got == p) != sees || (problem == "") != sees {
					t.Errorf("%s: %v %s", name, got, problem)
				}
			}
		})
	})
}

func ids(entries []register.Entry) []id.ID {
	list := make([]id.ID, len(entries))
	for i, e := range entries {
		list[i] = e.ID
	}
	return list
}
