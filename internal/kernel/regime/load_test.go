package regime_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/tiny"
)

func load(t *testing.T, root fs.FS) *regime.Pack {
	t.Helper()
	set, err := regime.Load(root, nil)
	if err != nil {
		t.Fatalf("load: %s", errs.Message(err))
	}
	return set.Packs[0]
}

// changed is the tiny regime with some files replaced, or taken away where the text is "".
func changed(t *testing.T, files map[string]string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(tiny.Regimes(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tiny.Regimes(), name)
		out[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if text == "" {
			delete(out, name)
			continue
		}
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func original(t *testing.T, name string) string {
	t.Helper()
	data, err := fs.ReadFile(tiny.Regimes(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTinyRegimeLoads(t *testing.T) {
	t.Parallel()
	p := load(t, tiny.Regimes())
	if len(p.Clauses) != 14 || len(p.Duties) != 5 || len(p.Registers) != 2 || len(p.Requests) != 1 {
		t.Fatalf("clauses %d, duties %d, registers %d, requests %d", len(p.Clauses), len(p.Duties), len(p.Registers), len(p.Requests))
	}
	got := p.DutiesOf("2/2")[0]
	if got.ID != "kodama/rules:2/2" || got.Label != "館長" || got.Per != org.ScopeBody || got.Planned {
		t.Errorf("duty of 2/2: %+v", got)
	}
	if diff := cmp.Diff([]string{"chief-librarian"}, got.Who); diff != "" {
		t.Errorf("the slot is not resolved: %s", diff)
	}
	if got := p.Requests[0].Start; !cmp.Equal(got, []string{"desk-people"}) {
		t.Errorf("start: %v", got)
	}
	if got := p.Serves("outing"); !cmp.Equal(got, []string{"kodama/rules:4/1", "kodama/rules:4/2"}) {
		t.Errorf("outing serves %v", got)
	}
}

func TestExtendsRestatesAppendsPutsAndDrops(t *testing.T) {
	t.Parallel()
	p := load(t, tiny.Regimes())
	r := p.Requests[0]
	ids := func(fs []string, more ...string) []string { return append(fs, more...) }
	var fields, after []string
	for _, f := range r.Fields {
		fields = ids(fields, f.ID)
	}
	for _, f := range r.After.Fields {
		after = ids(after, f.ID)
	}
	if diff := cmp.Diff([]string{"going_to", "carrier", "leaves_on"}, fields); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"left_on", "back_on"}, after); diff != "" {
		t.Error(diff)
	}
	if f, _ := r.Field("going_to"); f.Title != "行き先（住所）" {
		t.Errorf("going_to was not restated: %q", f.Title)
	}
	if len(r.After.By) != 1 || r.After.Within != "record-check" {
		t.Errorf("the keys of after that are not given must stay: %+v", r.After)
	}
}

func TestShowMeansTheSame(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"register record", "request outing"} {
		sort, id, _ := strings.Cut(kind, " ")
		p := load(t, tiny.Regimes())
		shown, err := p.Show(sort, id, false)
		if err != nil {
			t.Fatal(err)
		}
		again := load(t, changed(t, map[string]string{"kodama/1.0/" + sort + "s/" + id + ".yaml": shown}))
		if p.Hash != again.Hash {
			t.Errorf("%s: what is shown does not load as the same kind:\n%s", kind, shown)
		}
		testkit.Golden(t, "testdata/show_"+sort+".golden", mustShow(t, p, sort, id))
	}
}

func TestASlotOfSeveralRolesIsBoundToAll(t *testing.T) {
	t.Parallel()
	both := strings.Replace(original(t, "kodama/1.0/roles.yaml"), "head: [chief-librarian]", "head: [chief-librarian, librarian]", 1)
	paper := strings.Replace(original(t, "kodama/1.0/documents.yaml"), "decide: head", "decide: chief-librarian", 1)
	files := map[string]string{"kodama/1.0/roles.yaml": both, "kodama/1.0/documents.yaml": paper}
	p := load(t, changed(t, files))
	want := []string{"chief-librarian", "librarian"}
	if got := p.Requests[0].Route[0].Roles; !cmp.Equal(got, want) {
		t.Errorf("route: %v", got)
	}
	if got := p.Registers[0].Confirm.By; !cmp.Equal(got, want) {
		t.Errorf("confirm: %v", got)
	}
	for _, kind := range []string{"register record", "request outing"} {
		sort, id, _ := strings.Cut(kind, " ")
		shown, err := p.Show(sort, id, false)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(shown, "custodian") || strings.Contains(shown, " head") {
			t.Errorf("a slot is shown:\n%s", shown)
		}
		files["kodama/1.0/"+sort+"s/"+id+".yaml"] = shown
	}
	if again := load(t, changed(t, files)); again.Hash != p.Hash {
		t.Error("what is shown does not load as the same kinds")
	}
}

func mustShow(t *testing.T, p *regime.Pack, sort, id string) string {
	t.Helper()
	shown, err := p.Show(sort, id, true)
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

func TestHashChangesWithAnyFile(t *testing.T) {
	t.Parallel()
	before := load(t, tiny.Regimes()).Hash
	for name, from := range map[string][2]string{
		"kodama/1.0/duties/rules.yaml":    {"年に一度", "年に二度"},
		"common/registers/record.yaml":    {"保管中", "保管"},
		"common/settings.yaml":            {"proposal: 12", "proposal: 6"},
		"kodama/1.0/roles.yaml":           {"privileged: true", "privileged: false"},
		"kodama/1.0/checklists/desk.yaml": {"口にして", "話して"},
	} {
		text := strings.Replace(original(t, name), from[0], from[1], 1)
		if after := load(t, changed(t, map[string]string{name: text})).Hash; after == before {
			t.Errorf("%s was changed and the hash is the same", name)
		}
	}
}

func TestDutyJSONIsAsInThePack(t *testing.T) {
	t.Parallel()
	p := load(t, tiny.Regimes())
	got, err := json.Marshal(map[string]any{"when": p.DutiesOf("4/1")[0].When, "check": p.DutiesOf("4/1")[0].Check})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"check":{"before":"left_on","kind":"request","target":"outing","until":"decided"},"when":{"term":"guarded"}}`
	if string(got) != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestMeaningIsASentence(t *testing.T) {
	t.Parallel()
	p := load(t, tiny.Regimes())
	d := p.DutiesOf("4/1")[0]
	if got := p.Meaning(*d.When, d.Check.Target); got != "秘匿が3以上" {
		t.Errorf("got %q", got)
	}
	d = p.DutiesOf("3/2")[0]
	if got := p.Meaning(*d.When, d.Check.Target); got != "状態が「保管中」" {
		t.Errorf("got %q", got)
	}
}

func TestEditionsAreOrderedByNumber(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for name, f := range maps.All(changed(t, nil)) {
		if rest, ok := strings.CutPrefix(name, "kodama/1.0/"); ok {
			for _, e := range []string{"1.10", "1.9"} {
				files["kodama/"+e+"/"+rest] = strings.ReplaceAll(string(f.Data), `edition: "1.0"`, `edition: "`+e+`"`)
			}
		}
	}
	set, err := regime.Load(changed(t, files), nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	if p, err := set.Find("kodama"); err != nil || p.Edition != "1.10" {
		t.Errorf("newest: %v, %v", p, err)
	}
	if p, err := set.Find("kodama@1.9"); err != nil || p.Edition != "1.9" {
		t.Errorf("exact: %v, %v", p, err)
	}
	if _, err := set.Find("kodama@2"); errs.KindOf(err) != errs.Invalid {
		t.Errorf("unknown edition: %v", err)
	}
	if got := len(set.Newest()); got != 1 {
		t.Errorf("newest of one regime: %d", got)
	}
}

func TestCoverageOfTheTinyText(t *testing.T) {
	t.Parallel()
	p := load(t, tiny.Regimes())
	text, err := clause.Parse(tiny.Text, p.Specs())
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	got := p.Cover(text, regime.Filter{})
	if diff := cmp.Diff([]regime.Open{}, got.Open); diff != "" || got.Covered != 5 || got.NotADuty != 1 {
		t.Errorf("covered %d, not a duty %d, open %s", got.Covered, got.NotADuty, diff)
	}

	bare := load(t, changed(t, map[string]string{"kodama/1.0/duties/rules.yaml": ""}))
	got = bare.Cover(text, regime.Filter{Chapter: "4"})
	want := []regime.Open{{Clause: "4/1", Reason: regime.NoDuty}, {Clause: "4/2", Reason: regime.NoDuty}, {Clause: "4/3", Reason: regime.NoDuty}}
	if diff := cmp.Diff(want, got.Open); diff != "" {
		t.Error(diff)
	}
}

func TestCoverageReasons(t *testing.T) {
	t.Parallel()
	withLead := load(t, changed(t, map[string]string{
		"kodama/1.0/duties/rules.yaml": "",
		"kodama/1.0/not-a-duty.yaml": `- {clause: "4/2", reason: lead}
- {clause: "4/1", reason: principle, by: "4/3"}
- {clause: "4/3", reason: repeats, of: "2/2"}
`,
		"kodama/1.0/clauses.yaml": original(t, "kodama/1.0/clauses.yaml") + `- {id: "5"}` + "\n",
	}))
	text, err := clause.Parse(tiny.Text, withLead.Specs())
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	got := withLead.Cover(text, regime.Filter{Document: "rules"})
	want := []regime.Open{
		{Clause: "2/2", Reason: regime.NoDuty},
		{Clause: "3/1", Reason: regime.NoDuty},
		{Clause: "3/2", Reason: regime.NoDuty},
		{Clause: "4/1", Reason: regime.Unresolved},
		{Clause: "4/2", Reason: regime.LeadItemOpen},
		{Clause: "4/3", Reason: regime.Unresolved},
		{Clause: "5", Reason: regime.TextMissing},
	}
	if diff := cmp.Diff(want, got.Open); diff != "" {
		t.Error(diff)
	}
	fewer := load(t, changed(t, map[string]string{
		"kodama/1.0/clauses.yaml": strings.Replace(original(t, "kodama/1.0/clauses.yaml"), `- {id: "1", title: 目的}`+"\n", "", 1),
	}))
	if got := fewer.Cover(text, regime.Filter{}).Open; !cmp.Equal(got, []regime.Open{{Clause: "1", Reason: regime.NoSuchClause}}) {
		t.Errorf("a clause of the text that the pack lacks: %v", got)
	}
	if err := withLead.Check(regime.Filter{Document: "other"}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("unknown document: %v", err)
	}
}
