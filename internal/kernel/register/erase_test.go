package register_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// finds are the things of a kind that words find, as far as an actor reaches.
func (h *house) finds(actor, kind, words string) (things []string) {
	h.Helper()
	by := h.actor(actor)
	h.view(func(r db.Reader) error {
		hits, _, err := search.Find(h.Context(), r, search.Query{Kinds: []string{kind}, Text: words, Scope: by.Among("kodama", []string{"librarian", "chief-librarian", "anyone"}).Scope("ledger.read"), Limit: 100})
		for _, x := range hits {
			things = append(things, x.Thing)
		}
		return err
	})
	slices.Sort(things)
	return things
}

func (h *house) settle() {
	h.Helper()
	if err := h.Log.Settle(h.Context()); err != nil {
		h.Fatal(err)
	}
}

// TestErasureByLaw: what is of a person is gone from the row, all versions, what lists compare and the search, and all still verifies.
func TestErasureByLaw(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		next := second(t)
		h.offers(next)
		e := h.add("受付員", sample("name 貝", "giver 鬼怒川", "note 覚え"))
		other := h.add("受付員", sample("name 石", "giver 渡良瀬"))
		change := func(version int64, words ...string) {
			t.Helper()
			if _, err := h.desk.Change(t.Context(), h.actor("受付長"), "kodama", "sample", e.ID, version, in(words...), register.Entering{}); err != nil {
				t.Fatal(err)
			}
		}
		change(1, "giver 鬼怒川二")
		h.decide(next, "2025-04-01", "こ第2号") // which knows no giver
		change(2, "name 貝殻", "origin 海")
		h.settle()
		if got := h.finds("受付員", "kodama.sample", "渡良"); !slices.Equal(got, []string{string(other.ID)}) {
			t.Errorf("before: %v", got)
		}
		if n, err := h.Log.Erase(t.Context(), trail.Act{Actor: "cli:test", Name: "erase"}, h.audited(), erasure(e.ID)); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		h.settle()
		h.view(func(r db.Reader) error {
			for _, query := range []string{
				`select coalesce(string_agg(public || personal, ' '), '') from trail_entry`,
				`select coalesce(string_agg(data || personal || k_giver || k_name, ' '), '') from register_kodama_sample`,
			} {
				left, err := db.Get[string](t.Context(), r, query)
				if err != nil {
					return err
				}
				if strings.Contains(left, "鬼怒") || !strings.Contains(left, "渡良") || !strings.Contains(left, "貝殻") {
					t.Error(left)
				}
			}
			shelf, err := h.library.Shelf(t.Context(), r, jpdate.Today(d.Now()))
			if err != nil {
				return err
			}
			b, _ := shelf.Book("kodama", "sample")
			row, err := b.Get(t.Context(), r, e.ID)
			if row.Version != 4 || row.Personal != "" {
				t.Errorf("%+v", row)
			}
			return err
		})
		for words, want := range map[string][]string{"鬼怒": nil, "貝殻": {string(e.ID)}, "渡良": nil} { // the second edition does not search for givers, but what was written before it was
			if got := h.finds("受付員", "kodama.sample", words); words != "渡良" && !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", words, got, want)
			}
		}
		h.verified()
		change(4, "name 貝がら")
		h.verified()
	})
}

// TestATableOfPeopleCanBeErased: a table in an entry is of a person where any of its columns is.
func TestATableOfPeopleCanBeErased(t *testing.T) {
	t.Parallel()
	f := register.Form{Fields: []register.Field{
		{ID: "users", Type: register.TypeRows, Fields: []register.Field{{ID: "who", Type: register.TypeText, Disclosure: "personal"}, {ID: "right", Type: register.TypeText}}},
		{ID: "name", Type: register.TypeText, Disclosure: "public"},
	}}
	var e register.Entry
	said := register.Data{"name": "共有", "users": []register.Data{{"who": "山田", "right": "読む"}}, "unheard": "x"}
	if err := register.Encode(&e, f, said); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(e.Data), "山田") || !strings.Contains(string(e.Personal), "山田") || !strings.Contains(string(e.Data), "unheard") {
		t.Error(e.Data, e.Personal)
	}
	if back, err := e.Read(); err != nil || !back.Same(said) {
		t.Error(back, err)
	}
}

// TestTamperedEntriesAreFound: any value of any column that was changed by SQL is found and named.
func TestTamperedEntriesAreFound(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, modules())
			h := build(t, testkit.Open(t, dsn, modules()))
			h.add("受付員", sample("name い", "giver 山田", "pieces 3", "marks 稀少", "grade.secrecy 2", "got_on R7.4.1", "seen_at R7.4.1 9時", "lent.from R7.4.1", "lent.to R7.4.2", "stuff 貝", "risks x", "risks.0.what a", "risks.0.harm 1", "risks.0.odds 1"))
			h.add("受付員", sample("name ろ"))
			h.settle()
			h.verified()
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			x := testkit.NewTamper(t, dsn, seed)
			flipped := map[string]bool{}
			for range 90 {
				c := x.Flip(t, []string{"register_kodama_sample"})
				flipped[c.Column] = true
				report, err := h.Log.Verify(t.Context(), h.audited(), trail.Anchors{})
				if err != nil {
					t.Fatal(c, err)
				}
				named := slices.ContainsFunc(report.Findings, func(f trail.Finding) bool {
					own, _, _ := strings.Cut(f.Column, ".")
					return f.Table == "register_kodama_sample" && (own == c.Column || f.Column == "" || c.Column == "id" || c.Column == "version")
				})
				if report.OK || !named {
					t.Errorf("%s: %v", c, report.Findings)
				}
				c.Undo(t)
			}
			for _, set := range []string{`data = data || ' '`, `personal = '{}' || personal`, `data = '{}'`, `data = ''`, `data = 'null'`, `k_pieces = ''`, `data = replace(data, '"name"', '"desk"')`} {
				if n := x.Exec(t, `update register_kodama_sample set `+set+` where number = '令和7-見本-000001'`); n != 1 {
					t.Fatal(n)
				}
				report, err := h.Log.Verify(t.Context(), h.audited(), trail.Anchors{})
				if err != nil || report.OK {
					t.Errorf("%s: %v %v", set, report.Findings, err)
				}
				h.restoreRow(t, x)
			}
			h.verified()
			if len(flipped) < 15 {
				t.Error(fmt.Sprint("too few columns: ", flipped))
			}
			x.Exec(t, `delete from register_kodama_sample where number = '令和7-見本-000002'`)
			if report, err := h.Log.Verify(t.Context(), h.audited(), trail.Anchors{}); err != nil || report.OK {
				t.Errorf("a row less: %v", err)
			}
		})
	}
}

// restoreRow puts the columns of the first entry back to what its newest version says.
func (h *house) restoreRow(t *testing.T, x *testkit.Tamper) {
	t.Helper()
	var e register.Entry
	var keys string
	h.view(func(r db.Reader) error {
		shelf, err := h.library.Shelf(t.Context(), r, jpdate.Today(h.Log.DB().Now()))
		if err != nil {
			return err
		}
		b, _ := shelf.Book("kodama", "sample")
		thing, err := db.Get[string](t.Context(), r, `select id from register_kodama_sample where number = '令和7-見本-000001'`)
		if err != nil {
			return err
		}
		keys = b.Key("pieces", int64(3))
		e, err = b.Table.At(t.Context(), r, thing, 1)
		return err
	})
	x.Exec(t, `update register_kodama_sample set data = $1, personal = $2, k_pieces = $3 where id = $4`, string(e.Data), string(e.Personal), keys, string(e.ID))
}
