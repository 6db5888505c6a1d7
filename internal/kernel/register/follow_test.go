package register_test

import (
	"fmt"
	"slices"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
	"sekimori/internal/testkit"
)

// links lists what names an entry of the samples.
func (h *house) links(entry id.ID) (all []string) {
	h.Helper()
	h.view(func(r db.Reader) (err error) {
		all, err = register.LinksTo(h.Context(), r, "kodama.sample", entry)
		return err
	})
	return all
}

// TestWordsInEntriesAreFound in what is searched, within the scope, once the follower has come to them.
func TestWordsInEntriesAreFound(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		next := edition(t, "1.1", map[string][]string{"registers/sample.yaml": {"title: 覚え, type: long, search: true", "title: 覚え, type: long, restricted: true"}})
		h.offers(next)
		near := h.add("受付員", sample("name 巻貝の殻", "note 棚の奥", "giver 鬼怒川", "price 77777", "phone 078-111-2222", "how_to_carry 両手"))
		h.add("分館長", sample("desk 2100", "name 巻貝の身", "note 棚の奥"))
		if got := h.finds("受付員", "kodama.sample", "巻貝"); got != nil {
			t.Errorf("before the follower: %v", got)
		}
		h.settle()
		only := []string{string(near.ID)}
		for words, want := range map[string][]string{"巻貝": only, "棚の 奥": only, "鬼怒": only, near.Number: only, "77777": nil, "078": nil, "巻貝の身": nil, "貝殻": nil} {
			if got := h.finds("受付員", "kodama.sample", words); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", words, got, want)
			}
		}
		if got := h.finds("館長", "kodama.sample", "巻貝"); len(got) != 2 {
			t.Errorf("the head of the house finds %v", got)
		}
		if _, err := h.desk.Change(t.Context(), h.actor("受付長"), "kodama", "sample", near.ID, 1, in("name 石", "note "), register.Entering{}); err != nil {
			t.Fatal(errs.Message(err))
		}
		h.settle()
		if a, b := h.finds("受付員", "kodama.sample", "巻貝"), h.finds("受付員", "kodama.sample", "石"); a != nil || !slices.Equal(b, only) {
			t.Errorf("after a change: %v %v", a, b)
		}
		if err := h.Log.Rebuild(t.Context(), search.Name); err != nil {
			t.Fatal(err)
		}
		h.settle()
		if got := h.finds("館長", "kodama.sample", "棚の奥"); len(got) != 1 {
			t.Errorf("made anew: %v", got)
		}
		// An edition that has the notes read under record only takes them out of the search.
		h.decide(next, "2025-04-01", "こ第2号")
		if err := h.index.Begin(t.Context(), h.Log); err != nil {
			t.Fatal(err)
		}
		h.settle()
		if a, b := h.finds("館長", "kodama.sample", "棚の奥"), h.finds("館長", "kodama.sample", "巻貝の身"); a != nil || len(b) != 1 {
			t.Errorf("under the next edition: %v %v", a, b)
		}
	})
}

// TestWhatNamesWhat is known once the follower has come to it, and made anew it is the same.
func TestWhatNamesWhat(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		shell := h.add("受付員", sample("name 貝"))
		copied := h.add("受付員", sample("name 写し", "original "+shell.Number, "marks 複製", "parts "+shell.Number+"、"+string(shell.ID)))
		visit, err := h.desk.Add(t.Context(), h.actor("受付員"), "kodama", "visit", register.Input{"place": {"1100"}, "purpose": {"閲覧"}, "looked_at": {shell.Number, copied.Number}}, register.Entering{})
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		h.settle()
		want := []string{"kodama.visit " + string(visit.ID) + " looked_at", "kodama.sample " + string(copied.ID) + " original", "kodama.sample " + string(copied.ID) + " parts"}
		same := func(what string, want ...string) {
			t.Helper()
			got := h.links(shell.ID)
			slices.Sort(got)
			if slices.Sort(want); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		same("made", want...)
		for range 2 {
			if err := h.Log.Rebuild(t.Context(), "links"); err != nil {
				t.Fatal(err)
			}
			h.settle()
			same("made anew", want...)
		}
		if _, err := h.desk.Change(t.Context(), h.actor("受付長"), "kodama", "sample", copied.ID, 1, in("original ", "marks 稀少"), register.Entering{}); err != nil {
			t.Fatal(errs.Message(err))
		}
		h.settle()
		same("named no longer", "kodama.visit "+string(visit.ID)+" looked_at")
	})
}

// TestLinksOfTables: the columns of a table name things too, but for those that are read under record.
func TestLinksOfTables(t *testing.T) {
	t.Parallel()
	ref := register.Field{ID: "part", Title: "もの", Type: register.TypeRef, To: "sample"}
	veiled := ref
	veiled.ID, veiled.Restricted = "secret", true
	word := register.Field{ID: "what", Title: "何", Type: register.TypeText}
	f := register.Field{ID: "parts", Type: register.TypeRows, Fields: []register.Field{word, ref, veiled}}
	if got := register.References([]register.Field{word, veiled, f}); len(got) != 1 || got[0].ID != "parts" {
		t.Error(got)
	}
	price := register.Field{ID: "price", Title: "値", Type: register.TypeNumber, Restricted: true}
	f.Fields = []register.Field{word, price}
	if said := f.Say([]register.Data{{"what": "貝", "price": int64(9)}}, register.Classes{}, nil); said != "何：貝" {
		t.Error(said)
	}
}

// TestTheFloorOfAClass is the highest class of what is named.
func TestTheFloorOfAClass(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		low, high := h.add("受付員", sample("grade.secrecy 1")), h.add("受付員", sample("grade.secrecy 3"))
		plain := h.add("受付員", sample())
		parts := func(of ...register.Entry) (words []string) {
			for _, e := range of {
				words = append(words, e.Number)
			}
			return words
		}
		for name, c := range map[string]struct {
			parts []string
			grade string
			want  string
			wrong []string
		}{
			"empty is filled":    {parts(low, high), "", "3", nil},
			"lower is refused":   {parts(low, high), "2", "", []string{"grade.secrecy"}},
			"as high is kept":    {parts(low, high), "3", "3", nil},
			"higher is kept":     {parts(low), "4", "4", nil},
			"of one that has no": {parts(plain), "", "", nil},
			"of nothing":         {nil, "0", "0", nil},
		} {
			x := sample("marks 複製", "grade.secrecy "+c.grade)
			x["parts"] = c.parts
			e, err := h.desk.Add(t.Context(), h.actor("受付員"), "kodama", "sample", x, register.Entering{})
			data, _ := e.Read()
			if !slices.Equal(faults(err), c.wrong) || data.Class("grade")["secrecy"] != c.want {
				t.Errorf("%s: %v %v", name, data.Class("grade"), err)
			}
		}
		x := sample("grade.secrecy 0")
		x["parts"] = parts(high) // which are not asked for, so they hold up nothing
		if e := h.add("受付員", x); e.ID == "" {
			t.Error("nothing was added")
		}
	})
}

// TestWhatOneMayNotSeeCanStay: who changes an entry that names what is out of his sight may leave that as it is, but name nothing new.
func TestWhatOneMayNotSeeCanStay(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		far := h.add("分館長", sample("desk 2100", "name 遠い貝、赤い", "grade.secrecy 3"))
		other := h.add("分館長", sample("desk 2100", "name 別の貝"))
		e := h.add("program", sample("marks 複製", "parts "+far.Number, "original "+string(far.ID), "keeper "+string(h.ID("person", "分館員"))))
		h.open("受付長", func(d *register.Desk) {
			data, err := e.Read()
			if err != nil {
				t.Fatal(err)
			}
			for _, field := range []string{"original", "parts"} {
				f, _ := d.Field(field)
				if said := d.Say(f, data); said != register.Hidden {
					t.Errorf("%s: %s", field, said)
				}
			}
			if err := d.Known(data); err != nil {
				t.Error(err)
			}
		})
		change := func(version int64, words ...string) []string {
			t.Helper()
			_, err := h.desk.Change(t.Context(), h.actor("受付長"), "kodama", "sample", e.ID, version, in(words...), register.Entering{})
			if errs.KindOf(err) != errs.Invalid && err != nil {
				t.Error(err)
			}
			return faults(err)
		}
		stays := []string{"parts " + string(far.ID), "original " + string(far.ID), "keeper " + string(h.ID("person", "分館員")), "note x"}
		if wrong := change(1, stays...); wrong != nil {
			t.Errorf("what stays is wrong: %v", wrong)
		}
		h.open("受付長", func(d *register.Desk) { // a form shows it, and sends it back
			data, err := e.Read()
			if err != nil {
				t.Fatal(err)
			}
			for _, field := range []string{"keeper", "original", "parts", "desk"} {
				f, _ := d.Field(field)
				var wrong errs.Faults
				back := d.Read(register.Input{field: {d.Written(f, data[field])}}, register.Reading{Old: data, State: "shown", Names: d.Names(), Today: d.Today}, &wrong)
				if wrong.Len() > 0 || !back.Same(data) {
					t.Errorf("%s: %s is read back as %v: %v", field, d.Written(f, data[field]), back[field], wrong.List())
				}
			}
		})
		for _, words := range []string{"original " + string(other.ID), "original " + other.Number, "parts " + string(far.ID) + "、" + string(other.ID), "original " + far.Number} {
			if wrong := change(2, words); len(wrong) != 1 {
				t.Errorf("%s: %v", words, wrong)
			}
		}
		if wrong := change(2, "parts "); wrong != nil {
			t.Errorf("taking it out is wrong: %v", wrong)
		}
		h.verified()
	})
}

// TestAFormSendsBackWhatItShows: whatever an entry says, its form without a change changes nothing.
func TestAFormSendsBackWhatItShows(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		near := h.add("受付員", sample("name 貝、その一; 二,三"))
		other := h.add("受付員", sample("name 殻"))
		e := h.add("受付員", sample("name 全部", "pieces 3", "got_on R7.4.1", "seen_at R7.4.1 9:05", "stuff 貝", "marks 複製、稀少", "keeper "+string(h.ID("person", "夜間員")), "room 1110", "role 司書",
			"original "+near.Number, "parts "+near.Number+"、"+other.Number, "host 10.0.0.0/8", "mail a@example.jp", "page https://example.jp/", "phone 内線 12", "firm 7000012050002", "price 5", "desk S1"))
		h.open("受付長", func(d *register.Desk) {
			data, err := e.Read()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range d.Fields {
				if f.Derived != nil || f.Type == register.TypeClass || f.Type == register.TypePeriod || f.Type == register.TypeRows || f.Type == register.TypeFile {
					continue
				}
				var wrong errs.Faults
				old := data.Clone() // as if nothing had stood there
				delete(old, f.ID)
				back := d.Read(register.Input{f.ID: {d.Written(f, data[f.ID])}}, register.Reading{Old: old, State: "shown", Names: d.Names(), Today: d.Today}, &wrong)
				if fmt.Sprint(back[f.ID]) != fmt.Sprint(data[f.ID]) {
					t.Errorf("%s: %v is written %s and read %v: %v", f.ID, data[f.ID], d.Written(f, data[f.ID]), back[f.ID], wrong.List())
				}
			}
		})
	})
}
