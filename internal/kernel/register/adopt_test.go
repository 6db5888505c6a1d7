package register_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/tiny"
)

// edition is the tiny regime as another edition, with other words in its files; a file of "" is dropped.
func edition(t *testing.T, number string, files map[string][]string) *regime.Pack {
	t.Helper()
	set, err := regime.Load(tiny.Regimes(), nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	tree := fstest.MapFS{}
	for name, text := range set.Packs[0].Files {
		text = strings.ReplaceAll(text, `edition: "1.0"`, `edition: "`+number+`"`)
		other, changed := files[strings.TrimPrefix(name, "kodama/1.0/")]
		if changed && len(other) == 0 || strings.Contains(name, "/examples/") { // what they say is of the first edition
			continue
		}
		for i := 0; i < len(other); i += 2 {
			if strings.Count(text, other[i]) != 1 {
				t.Fatalf("%s does not say %q once", name, other[i])
			}
			text = strings.Replace(text, other[i], other[i+1], 1)
		}
		tree[strings.Replace(name, "kodama/1.0/", "kodama/"+number+"/", 1)] = &fstest.MapFile{Data: []byte(text)}
	}
	next, err := regime.Load(tree, nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	return next.Packs[0]
}

// second lists the room and where things come from, asks no longer for the giver, the pieces and the mail, and has other options;
// what was seen is to be read under record.
func second(t *testing.T) *regime.Pack {
	t.Helper()
	return edition(t, "1.1", map[string][]string{
		"registers/sample.yaml": {
			"{id: room, title: 置き場の部署, type: unit}", "{id: room, title: 置き場の部署, type: unit, list: true}",
			"  - {id: giver, title: 寄贈者, type: text, disclosure: personal, list: true, search: true}\n", "  - {id: origin, title: 来た所, type: choice, list: true, options: {sea: 海, hill: 山}}\n",
			"  - {id: pieces, title: 点数, type: number, unit: 点, min: 0, max: 9999, list: true}\n", "",
			"options: {rare: 稀少, broken: 破損, copy: 複製}", "options: {copy: 複製, broken: 破損, fake: 贋物}",
			"{id: parts, title: 入っている見本, type: ref, to: sample, many: true", "{id: parts, title: 入っている見本, type: ref, to: sample, many: true, list: true",
			"  - {id: mail, title: 連絡先, type: e-mail}\n", "",
			"title: 最後に見た日時, type: datetime, list: true", "title: 最後に見た日時, type: datetime, restricted: true",
		},
		"classes.yaml": {`levels: ["0", "1", "2", "3", "4"]`, `levels: ["0", "1", "9", "3", "4"]`},
	})
}

// offers has the program offer further editions.
func (h *house) offers(packs ...*regime.Pack) {
	h.library = regime.NewLibrary(h.library.Offered().With(&regime.Set{Packs: packs}), nil)
}

func (h *house) decide(p *regime.Pack, effective, number string) {
	h.Helper()
	day := h.Day(effective)
	if _, err := h.library.Activate(h.Context(), h.Log, access.NewProgram("cli:test"), p, regime.Decision{Effective: day, Decided: h.Day("2025-04-01"), Number: number}); err != nil {
		h.Fatal(errs.Message(err))
	}
}

// listed are the names of the entries of a question, in their order.
func (h *house) listed(d *register.Desk, q register.Query) (names []string) {
	h.Helper()
	q.Limit = 100
	entries, _, err := d.List(q)
	if err != nil {
		h.Error(err)
	}
	for _, e := range entries {
		data, err := e.Read()
		if err != nil {
			h.Error(err)
		}
		names = append(names, data.Text("name"))
	}
	return names
}

func (h *house) expect(what string, got []string, want ...string) {
	h.Helper()
	if !slices.Equal(got, want) {
		h.Errorf("%s: %v, want %v", what, got, want)
	}
}

// TestAnotherEdition: what was written under one edition is read, listed and changed under the next, and says what it said.
func TestAnotherEdition(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		next := second(t)
		h.offers(next)
		first := h.add("受付員", sample("name い", "room 1110", "giver 山田", "pieces 3", "marks 稀少、破損", "grade.secrecy 3", "mail a@example.jp", "seen_at R7.4.1 9:05"))
		h.add("受付員", sample("name ろ", "room 1100", "marks 複製", "parts "+first.Number, "grade.secrecy 4"))
		h.add("受付員", sample("name は", "marks 稀少"))

		h.decide(next, "2025-05-01", "こ第2号")
		h.verified()
		h.open("受付員", func(d *register.Desk) { // until then the first edition holds
			if d.Edition.Edition != "1.0" {
				t.Errorf("%s is in force before its day", d.Edition.Edition)
			}
			h.expect("by pieces, before", h.listed(d, register.Query{Sort: "pieces", Down: true, Filters: []register.Filter{{Field: "pieces", From: d.Key("pieces", int64(1))}}}), "い")
			h.expect("rare, before", h.listed(d, register.Query{Sort: "name", Filters: []register.Filter{{Field: "giver"}}}), "は", "ろ")
			if _, _, err := d.List(register.Query{Sort: "room", Limit: 1}); err == nil {
				t.Error("sorted by what is not listed yet")
			}
		})
		h.add("受付員", sample("name に", "giver 川田"))
		h.Clock.Set(t, "2025-05-01T09:00:00+09:00")

		h.open("受付員", func(d *register.Desk) {
			if d.Edition.Edition != "1.1" {
				t.Errorf("%s is in force", d.Edition.Edition)
			}
			for _, field := range []string{"pieces", "giver", "seen_at"} {
				if _, _, err := d.List(register.Query{Sort: field, Limit: 1}); err == nil {
					t.Errorf("sorted by %s, which is listed no longer", field)
				}
				if _, err := d.Count(register.Query{Filters: []register.Filter{{Field: field, From: "0"}}}); err == nil {
					t.Errorf("filtered by %s, which is listed no longer", field)
				}
			}
			h.expect("by room", h.listed(d, register.Query{Sort: "room", Filters: []register.Filter{{Field: "room", Keys: []string{d.Key("room", string(h.ID("unit", "1110")))}}}}), "い")
			h.expect("without room", h.listed(d, register.Query{Sort: "name", Filters: []register.Filter{{Field: "room"}}}), "に", "は")
			h.expect("copies", h.listed(d, register.Query{Filters: []register.Filter{{Field: "marks", Option: "copy"}}}), "ろ")
			h.expect("broken", h.listed(d, register.Query{Filters: []register.Filter{{Field: "marks", Option: "broken"}}}), "い")
			h.expect("by grade", h.listed(d, register.Query{Sort: "grade", Down: true, Filters: []register.Filter{{Field: "grade", From: d.Key("grade", register.Class{"secrecy": "0"})}}}), "ろ", "い")
			parts, _ := d.Field("parts")
			by, problem := d.FilterBy(parts, first.Number)
			h.expect("what has it as a part"+problem, h.listed(d, register.Query{Filters: []register.Filter{by}}), "ろ")
		})
		changed, err := h.desk.Change(t.Context(), h.actor("受付長"), "kodama", "sample", first.ID, 1, in("origin 海", "name い二"), register.Entering{})
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		data, err := changed.Read()
		if err != nil {
			t.Fatal(err)
		}
		if data.Text("giver") != "山田" || data["pieces"] != int64(3) || data.Text("mail") != "a@example.jp" || !slices.Equal(data["marks"].([]string), []string{"rare", "broken"}) || data.Text("seen_at") == "" || changed.Pack != next.Hash {
			t.Errorf("a change lost something: %v", data)
		}
		if !strings.Contains(string(changed.Personal), "山田") || strings.Contains(string(changed.Data), "山田") {
			t.Errorf("what is of a person stands in public: %s %s", changed.Data, changed.Personal)
		}
		h.verified()

		// The first comes back, and the second again.
		h.decide(h.library.Offered().Packs[0], "2025-05-01", "こ第3号")
		h.open("受付員", func(d *register.Desk) {
			h.expect("by pieces, again", h.listed(d, register.Query{Sort: "pieces", Filters: []register.Filter{{Field: "pieces", From: d.Key("pieces", int64(1))}}}), "い二")
			h.expect("rare, again", h.listed(d, register.Query{Sort: "name", Filters: []register.Filter{{Field: "marks", Option: "rare"}}}), "い二", "は")
			h.expect("by grade, again", h.listed(d, register.Query{Sort: "grade", Filters: []register.Filter{{Field: "grade", From: d.Key("grade", register.Class{"secrecy": "2"})}}}), "い二", "ろ")
		})
		h.verified()
		h.decide(next, "2025-05-01", "こ第4号")
		h.decide(next, "2025-05-01", "こ第5号") // which changes nothing
		h.verified()
		h.library = regime.NewLibrary(&regime.Set{}, nil) // a program that brings neither
		h.open("受付員", func(d *register.Desk) {
			h.expect("read by another program", h.listed(d, register.Query{Sort: "room", Filters: []register.Filter{{Field: "origin", Keys: []string{d.Key("origin", "sea")}}}}), "い二")
		})
		h.add("受付員", sample("name ほ", "origin 山"))
		h.verified()
	})
}

// TestAKindThatIsGone is on no shelf; what was entered is still verified, and its history can be read.
func TestAKindThatIsGone(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		next := edition(t, "1.1", map[string][]string{
			"registers/sample.yaml": nil, "registers/visit.yaml": {"\n  - {id: looked_at, title: 見たもの, type: ref, to: sample, many: true}", ""},
		})
		h.offers(next)
		e := h.add("受付員", sample("giver 山田"))
		h.decide(next, "2025-04-01", "こ第2号")
		if _, err := h.desk.Add(t.Context(), h.actor("受付員"), "kodama", "sample", sample(), register.Entering{}); errs.KindOf(err) != errs.NotFound {
			t.Error(err)
		}
		if err := h.Log.Settle(t.Context()); err != nil {
			t.Error(err)
		}
		h.view(func(r db.Reader) error {
			shelf, err := h.library.Shelf(t.Context(), r, jpdate.Today(h.Clock.Now()))
			if err != nil {
				return err
			}
			if _, ok := shelf.Book("kodama", "sample"); ok || len(shelf.Books()) != 2 {
				t.Error("it is on the shelf")
			}
			b, ok := shelf.Ever("kodama.sample")
			if !ok {
				t.Fatal("nobody knows it")
			}
			old, err := b.Table.At(t.Context(), r, string(e.ID), 1)
			if err != nil {
				return err
			}
			data, err := old.Read()
			if name, _ := b.Under(old.Pack).Field("name"); data.Text("giver") != "山田" || name.Title != "名称" {
				t.Error(data, name)
			}
			return err
		})
		h.verified()
		tables := h.audited()
		n, err := h.Log.Erase(t.Context(), trail.Act{Actor: "cli:test", Name: "erase"}, tables, erasure(e.ID))
		if err != nil || n != 1 {
			t.Error(n, err)
		}
		h.verified()
	})
}

func erasure(entry id.ID) trail.Erasure {
	return trail.Erasure{Kind: "kodama.sample", Thing: string(entry), Part: trail.PartPersonal, Ground: "個人情報の消去の請求", Clause: "law:1"}
}

// TestDefineMakesWhatLacks: on a database of an earlier program, which had adopted an edition and no tables, and again.
func TestDefineMakesWhatLacks(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, modules())
			h := build(t, testkit.Open(t, dsn, modules()))
			h.add("受付員", sample("name い", "pieces 3"))
			before := tableOf(t, h.Log.DB())
			testkit.Golden(t, "testdata/sample."+string(engine)+".sql", before)
			for range 2 {
				if err := h.library.Define(t.Context(), h.Log.DB()); err != nil {
					t.Fatal(err)
				}
			}
			if tableOf(t, h.Log.DB()) != before {
				t.Error("defined again it is another table")
			}
			x := testkit.NewTamper(t, dsn, 1)
			x.Exec(t, `drop index register_kodama_sample__k_pieces_id`)
			x.Exec(t, `drop index register_kodama_sample__home_k_pieces_id`)
			x.Exec(t, `alter table register_kodama_sample drop column k_pieces`)
			x.Exec(t, `drop table register_kodama_visit`)
			if err := h.library.Define(t.Context(), h.Log.DB()); err != nil {
				t.Fatal(err)
			}
			h.open("受付員", func(d *register.Desk) {
				h.expect("what lacked a column", h.listed(d, register.Query{Sort: "pieces", Filters: []register.Filter{{Field: "pieces", Keys: []string{d.Key("pieces", int64(3))}}}}), "い")
			})
			h.verified()
		})
	}
}

// tableOf is the definition of the samples.
func tableOf(t *testing.T, d *db.DB) string {
	t.Helper()
	var parts []string
	for part := range strings.SplitSeq(testkit.Schema(t, d), "\n\n") {
		if strings.Contains(part, "register_kodama_sample") {
			parts = append(parts, strings.TrimSpace(part))
		}
	}
	return strings.Join(parts, "\n\n") + "\n"
}

// TestNoEditionAtAll: a body that has decided nothing has no registers, and no tables of any.
func TestNoEditionAtAll(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := found(t, trail.New(d), t.TempDir(), lines)
		if err := h.library.Define(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if _, err := h.desk.Add(t.Context(), h.actor("受付員"), "kodama", "sample", sample(), register.Entering{}); errs.KindOf(err) != errs.NotFound {
			t.Error(err)
		}
		if strings.Contains(testkit.Schema(t, d), "register_kodama") {
			t.Error("there is a table")
		}
		h.verified()
	})
}

func (h *house) audited() (tables []trail.Audited) {
	h.Helper()
	h.view(func(r db.Reader) error {
		shelf, err := h.library.Shelf(h.Context(), r, jpdate.Today(h.Log.DB().Now()))
		if err == nil {
			tables = slices.Concat(org.Audited(), access.Audited(), setting.Audited(), regime.Audited(), register.Audited(), shelf.Audited())
		}
		return err
	})
	return tables
}
