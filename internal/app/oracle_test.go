package app_test

import (
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sekimori/internal/app"
	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/testkit"
	"sekimori/internal/web/ui"
	"sekimori/internal/web/webtest"
)

// census is the whole town in memory: what the oracle knows.
type census struct {
	*fullTown
	work  []org.Assignment // of the day
	rules []org.Rules
}

// reaches says whether a role reaches who works in a unit: what access decides, written down anew.
func (c *census) reaches(h org.Holding, unit id.ID) bool {
	u, there := c.chart.Tree.Unit(c.chart.Tree.Now(unit))
	if !there || u.Regime != h.Regime {
		return false
	}
	at, isUnit := org.UnitOf(h.Home)
	switch {
	case h.Home == org.BodyHome:
		return true
	case !isUnit:
		return false // a system has no people
	}
	return slices.Contains(c.units(u.Unit), at)
}

// office is the section or school of a unit: what its teams belong to.
func (c *census) office(unit id.ID) id.ID {
	path := c.chart.Tree.Path(c.chart.Tree.Now(unit))
	for len(path) > 1 && path[len(path)-1].Kind == org.KindTeam {
		path = path[:len(path)-1]
	}
	return path[len(path)-1].Unit
}

// seen says whom somebody sees by a permission: those who work where one of his roles reaches; for roles of everyone those of his own
// office; for a role of the body also who works nowhere; for the roles of Sekimori all.
func (c *census) seen(p org.Person, permission access.Permission) map[id.ID]bool {
	all := map[id.ID]bool{}
	may := func(r org.Role) bool { return slices.Contains(r.May, string(permission)) }
	busy := map[id.ID]bool{}
	for _, a := range c.work {
		busy[a.Person] = true
	}
	for _, h := range c.chart.Authorities(p.Person) {
		if !may(h.Role) {
			continue
		}
		for _, x := range c.staff {
			all[x.Person] = all[x.Person] || h.Regime == access.BuiltIn || h.Home == org.BodyHome && !busy[x.Person]
		}
		for _, a := range c.work {
			all[a.Person] = all[a.Person] || c.reaches(h, a.Unit)
		}
	}
	for _, mine := range c.work {
		u, there := c.chart.Tree.Unit(c.chart.Tree.Now(mine.Unit))
		if mine.Person != p.Person || !there {
			continue
		}
		for _, rules := range c.rules {
			for _, r := range rules.Roles {
				if rules.Regime != u.Regime || !slices.Contains(r.Everyone, p.Employment) || !may(r) {
					continue
				}
				for _, a := range c.work {
					all[a.Person] = all[a.Person] || c.office(a.Unit) == c.office(mine.Unit)
				}
			}
		}
	}
	for person, is := range all {
		if !is {
			delete(all, person)
		}
	}
	return all
}

func takeCensus(w *fullTown) *census {
	c := &census{fullTown: w}
	w.view(func(r db.Reader) error {
		var units []id.ID
		for _, u := range w.chart.Tree.Units() {
			units = append(units, u.Unit)
		}
		set, err := w.Library.InForce(w.t.Context(), r, w.chart.View.On)
		if err != nil {
			return err
		}
		c.rules = set.OrgRules()
		c.work, err = w.chart.View.AssignmentsIn(w.t.Context(), r, units...)
		return err
	})
	return c
}

// TestTwentyPeopleSeeWhatTheOracleSays: on both engines, whom somebody finds in all lists, searches, counts, files, operations, pages
// and in the trail are just those whom the rule gives him, worked out from the whole town.
func TestTwentyPeopleSeeWhatTheOracleSays(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			c := takeCensus(openTownIn(t, app.Place{DB: testkit.DSN(t, engine, app.Schemas()), Store: filepath.Join(t.TempDir(), "store")}))
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			dice := rand.New(rand.NewPCG(seed, 0))
			holders := slices.DeleteFunc(slices.Clone(c.staff), func(p org.Person) bool { return len(c.chart.Authorities(p.Person)) == 0 })
			for i := range 20 { // half of them hold a role
				among := c.staff
				if i%2 == 0 {
					among = holders
				}
				who := &witness{census: c, dice: dice, p: among[dice.IntN(len(among))]}
				if who.p.Employment == "" || !slices.ContainsFunc(c.work, func(a org.Assignment) bool { return a.Person == who.p.Person }) {
					continue
				}
				who.testify()
			}
		})
	}
}

// witness is one who looks at everything.
type witness struct {
	*census
	dice   *rand.Rand
	p      org.Person
	sees   map[id.ID]bool
	proves map[id.ID]bool
}

func (w *witness) testify() {
	w.sees, w.proves = w.seen(w.p, access.PeopleRead), w.seen(w.p, access.TrailRead)
	w.t.Logf("%s sees %d people, and the history of %d", w.p.Number, len(w.sees), len(w.proves))
	w.lists()
	w.operations()
	w.file()
	for range 10 {
		w.tries(w.staff[w.dice.IntN(len(w.staff))])
	}
	w.pages()
}

// met checks what was found against the oracle: each of them is seen, and where it is all, nobody is missing.
func (w *witness) met(where string, found map[id.ID]bool, all bool) {
	w.t.Helper()
	for person := range found {
		if !w.sees[person] {
			w.t.Errorf("%s (%s) sees %s in %s, and must not", w.p.Name, w.p.Number, person, where)
		}
	}
	if all && len(found) < len(w.sees) {
		w.t.Errorf("%s (%s) sees %d people in %s, and must see %d", w.p.Name, w.p.Number, len(found), where, len(w.sees))
	}
}

var personLink = regexp.MustCompile(`^/people/([0-9a-f-]{36})(\?|$)`)

// on gives the people to whom a page leads, and where its list goes on.
func (w *witness) on(path string) (found map[id.ID]bool, next string) {
	w.t.Helper()
	answer := w.get(w.p.Number, path)
	if answer.Code != http.StatusOK {
		w.t.Fatalf("%s %s: %d", w.p.Number, path, answer.Code)
	}
	found = map[id.ID]bool{}
	for _, link := range webtest.Parse(w.t, answer.Body.Bytes()).All("a") {
		href := link.Attr("href")
		if m := personLink.FindStringSubmatch(href); m != nil {
			found[id.ID(m[1])] = true
		}
		if strings.HasPrefix(href, "/people?") && strings.Contains(href, "after=") {
			next = href
		}
	}
	return found, next
}

// lists goes through the list of people, from the beginning and from each row of the syllabary.
func (w *witness) lists() {
	w.t.Helper()
	all := map[id.ID]bool{}
	for path := "/people"; path != ""; {
		found, next := w.on(path)
		for person := range found {
			all[person] = true
		}
		path = next
	}
	w.met("/people", all, true)
	for _, kana := range "カサタナハマヤラワ" {
		found, _ := w.on("/people?kana=" + url.QueryEscape(string(kana)))
		w.met("/people?kana", found, false)
	}
}

// operations asks the API.
func (w *witness) operations() {
	w.t.Helper()
	all := map[id.ID]bool{}
	for after := ""; ; {
		var page struct {
			Items []struct{ ID, Number string }
			Next  *string
		}
		answer := w.get(w.p.Number, "/api/v1/people?limit=150&after="+url.QueryEscape(after))
		if err := json.Unmarshal(answer.Body.Bytes(), &page); err != nil || answer.Code != http.StatusOK {
			w.t.Fatal(answer.Code, err)
		}
		for _, x := range page.Items {
			all[id.ID(x.ID)] = true
		}
		if page.Next == nil {
			break
		}
		after = *page.Next
	}
	w.met("/api/v1/people", all, true)
	for _, rules := range w.rules {
		for _, r := range rules.Roles {
			var page struct {
				Items []struct{ Holder *struct{ Number string } }
			}
			answer := w.get(w.p.Number, "/api/v1/roles/"+rules.Regime+"/"+r.ID+"/holders?limit=200")
			if err := json.Unmarshal(answer.Body.Bytes(), &page); err != nil || answer.Code != http.StatusOK {
				w.t.Fatal(answer.Code, err)
			}
			found := map[id.ID]bool{}
			for _, x := range page.Items {
				if x.Holder != nil && x.Holder.Number != "" {
					found[w.numbered(x.Holder.Number).Person] = true
				}
			}
			w.met("the holders of "+r.ID, found, false)
		}
	}
}

// file reads the numbers in the file of who holds what.
func (w *witness) file() {
	w.t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.get(w.p.Number, "/roles/download/csv").Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 2 {
		w.t.Fatal(rows, err)
	}
	found := map[id.ID]bool{}
	for _, row := range rows[1:] {
		if row[7] != "" {
			found[w.numbered(row[7]).Person] = true
		}
	}
	w.met("the file of roles", found, false)
}

// tries looks for one person in every way.
func (w *witness) tries(x org.Person) {
	w.t.Helper()
	visible := w.sees[x.Person]
	is := func(way string, got, want bool) {
		w.t.Helper()
		if got != want {
			w.t.Errorf("%s (%s) finds %s (%s) by %s: %v, must be %v", w.p.Name, w.p.Number, x.Name, x.Number, way, got, want)
		}
	}
	opens := func(path string) bool { return w.get(w.p.Number, path).Code == http.StatusOK }
	is("his page", opens("/people/"+string(x.Person)), visible)
	is("the id of a statement", opens("/people/"+string(x.Statement.ID)), visible)
	is("the API", opens("/api/v1/people/"+url.PathEscape(x.Number)), visible)
	for _, find := range []string{x.Number, x.Name, x.Kana} {
		found, _ := w.on("/people?q=" + url.QueryEscape(find))
		is("search", found[x.Person], visible)
		w.met("search for "+find, found, false)
		w.met("/search", first(w.on("/search?q="+url.QueryEscape(find))), false)
		is("search of the API", strings.Contains(w.get(w.p.Number, "/api/v1/people?q="+url.QueryEscape(find)).Body.String(), string(x.Person)), visible)
	}
	is("the page after him", w.get(w.p.Number, "/people?after="+string(x.Person)).Code == http.StatusOK, visible)
	is("the trail", opens("/trail/thing/person/"+string(x.Statement.ID)), w.proves[x.Person])
	is("the API of the trail", opens("/api/v1/trail/things/person/"+string(x.Statement.ID)), w.proves[x.Person])
}

func first[A, B any](a A, _ B) A { return a }

// pages follows all that leads to people elsewhere, with what forms offer, and counts.
func (w *witness) pages() {
	w.t.Helper()
	paths := []string{"/", "/org", "/roles", "/vacancies", "/posts", "/systems"}
	for _, rules := range w.rules {
		for _, r := range rules.Roles {
			paths = append(paths, "/roles/"+rules.Regime+"/"+r.ID)
		}
	}
	units := w.chart.Tree.Units()
	for range 15 {
		paths = append(paths, "/org/unit/"+string(units[w.dice.IntN(len(units))].Unit))
	}
	for _, a := range w.work {
		if a.Person == w.p.Person {
			paths = append(paths, "/org/unit/"+string(a.Unit), "/org/unit/"+string(w.office(a.Unit)))
		}
	}
	for _, path := range paths {
		w.met(path, first(w.on(path)), false)
	}
	w.met("the form that names a deputy", w.offered(), false)
	w.counts()
}

// counts compares how many people the organisation and the posts are said to have.
func (w *witness) counts() {
	w.t.Helper()
	main := map[id.ID]bool{}
	for _, a := range w.work {
		if w.sees[a.Person] && (a.Manner == org.Main || a.Manner == org.Probation) {
			main[a.Person] = true
		}
	}
	stats := webtest.Parse(w.t, w.get(w.p.Number, "/org").Body.Bytes()).All(".stat-number")
	if len(stats) != 4 || strings.Trim(stats[1].Text(), " 人") != ui.Figure(len(w.sees)) {
		w.t.Errorf("%s: of %d people /org counts otherwise, among %d figures", w.p.Number, len(w.sees), len(stats))
	}
	n := 0
	for _, row := range webtest.Parse(w.t, w.get(w.p.Number, "/posts").Body.Bytes()).All("tr") {
		if cells := row.All("td"); len(cells) > 3 {
			on, _ := strconv.Atoi(strings.ReplaceAll(cells[len(cells)-2].Text(), ",", "")) // nothing is none
			n += on
		}
	}
	if n != len(main) {
		w.t.Errorf("%s: of %d people with a main post /posts counts %d", w.p.Number, len(main), n)
	}
}

// offered are the people whom the own page offers.
func (w *witness) offered() map[id.ID]bool {
	w.t.Helper()
	found := map[id.ID]bool{}
	for _, o := range webtest.Parse(w.t, w.get(w.p.Number, "/people/"+string(w.p.Person)).Body.Bytes()).All("option") {
		if slices.ContainsFunc(w.staff, func(x org.Person) bool { return string(x.Person) == o.Attr("value") }) {
			found[id.ID(o.Attr("value"))] = true
		}
	}
	return found
}
