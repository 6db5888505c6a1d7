package register_test

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/cond"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/register"
	"sekimori/internal/testkit/tiny"
)

// samples is the register as its edition declares it, without any database.
func samples(t *testing.T) *register.Edition {
	t.Helper()
	set, err := regime.Load(tiny.Regimes(), nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	for _, e := range set.Packs[0].Books() {
		if e.Kind.ID == "sample" {
			return e
		}
	}
	t.Fatal("no samples")
	return nil
}

// read reads a form without names, and gives the places where something is wrong.
func read(e *register.Edition, old register.Data, x register.Input, uploads map[string][]register.Data) (register.Data, []string) {
	var wrong errs.Faults
	data := e.Read(x, register.Reading{Old: old, State: "shown", Today: jpdate.New(2025, 4, 1), Uploads: uploads}, &wrong)
	return data, faults(wrong.Err("x"))
}

// TestSpellings: what people write is read, or it is said why not.
func TestSpellings(t *testing.T) {
	t.Parallel()
	e := samples(t)
	min3 := 3
	for _, c := range []struct {
		field, words string
		want         any // nil where it is refused
	}{
		{"name", "　かい　の標本 ", "　かい　の標本 "},
		{"name", strings.Repeat("あ", 500), strings.Repeat("あ", 500)},
		{"name", strings.Repeat("葛\U000E0100", 500), strings.Repeat("葛\U000E0100", 500)},
		{"name", strings.Repeat("あ", 501), nil},
		{"name", "一\n二", nil},
		{"name", "一\r二", nil},
		{"name", "一\u2028二", nil},
		{"name", "一\x00二", nil},
		{"name", "一\x1b二", nil},
		{"name", "一\xff", nil},
		{"note", "一\r\n\t二", "一\r\n\t二"},
		{"note", strings.Repeat("あ", 10_000), strings.Repeat("あ", 10_000)},
		{"note", strings.Repeat("あ", 10_001), nil},
		{"note", "\x00", nil},
		{"pieces", "１，２００", int64(1200)},
		{"pieces", " 1,200 点 ", int64(1200)},
		{"pieces", "1200点", int64(1200)},
		{"pieces", "0", int64(0)},
		{"pieces", "-1", nil},
		{"pieces", "−1", nil},
		{"pieces", "9999", int64(9999)},
		{"pieces", "10000", nil},
		{"pieces", "1.5", nil},
		{"pieces", "十", nil},
		{"pieces", "99999999999999999999", nil},
		{"got_on", "令和7年4月1日", "2025-04-01"},
		{"got_on", "R7.4.1", "2025-04-01"},
		{"got_on", "２０２５／４／１", "2025-04-01"},
		{"got_on", "平成31年4月30日", "2019-04-30"},
		{"got_on", "令和7年2月29日", nil},
		{"got_on", "きのう", nil},
		{"seen_at", "令和7年4月1日 9:05", "2025-04-01T09:05"},
		{"seen_at", "2025-04-01T09:05", "2025-04-01T09:05"},
		{"seen_at", "2025-04-01 09:05:00", "2025-04-01T09:05"},
		{"seen_at", "令和7年4月1日　１４時５分", "2025-04-01T14:05"},
		{"seen_at", "R7.4.1 14時", "2025-04-01T14:00"},
		{"seen_at", "令和7年4月1日14時30分", "2025-04-01T14:30"},
		{"seen_at", "2025-04-01 24:00", nil},
		{"seen_at", "2025-04-01 9:60", nil},
		{"seen_at", "2025-04-01", nil},
		{"seen_at", "9:05", nil},
		{"stuff", "貝", "shell"},
		{"stuff", "shell", "shell"},
		{"stuff", "ＳＨＥＬＬ", "shell"},
		{"stuff", "鉄", nil},
		{"fragile", "○", "yes"},
		{"fragile", "〇", "yes"},
		{"fragile", "◯", "yes"},
		{"fragile", "有", "yes"},
		{"fragile", "はい", "yes"},
		{"fragile", "×", "no"},
		{"fragile", "無", "no"},
		{"fragile", "いいえ", "no"},
		{"fragile", "たぶん", nil},
		{"host", "192.0.2.1", "192.0.2.1"},
		{"host", "１９２．０．２．０／２４", "192.0.2.0/24"},
		{"host", "2001:DB8::1", "2001:db8::1"},
		{"host", "300.0.0.1", nil},
		{"host", "192.0.2.1-9", nil},
		{"mail", "name@example.lg.jp", "name@example.lg.jp"},
		{"mail", "ｎａｍｅ＠example.lg.jp", "name@example.lg.jp"},
		{"mail", "山田 <name@example.lg.jp>", nil},
		{"mail", "name", nil},
		{"mail", strings.Repeat("a", 600) + "@example.jp", nil},
		{"page", "https://example.jp/貝?a=b", "https://example.jp/%E8%B2%9D?a=b"},
		{"page", "javascript:alert(1)", nil},
		{"page", "//example.jp", nil},
		{"page", "https:///x", nil},
		{"page", "https://example.jp/" + strings.Repeat("a", 600), nil},
		{"phone", "０７８－０００－００００", "078-000-0000"},
		{"phone", "(078)000-0000 内線1234", nil},
		{"phone", "078-000-0000 内線1234", "078-000-0000 内線1234"},
		{"phone", "内線 1234", "内線 1234"},
		{"phone", "いつでも", nil},
		{"firm", "123456789012", nil},
		{"firm", "1234567890123", nil},
	} {
		data, wrong := read(e, nil, register.Input{c.field: {c.words}}, nil)
		wrong = slices.DeleteFunc(wrong, func(at string) bool { return at != c.field })
		if got := data[c.field]; !reflect.DeepEqual(got, c.want) || (len(wrong) == 1) != (c.want == nil) {
			t.Errorf("%s %.40q: %v %v, want %v", c.field, c.words, got, wrong, c.want)
		}
	}
	if v, problem := register.Reads(register.Field{Type: register.TypeNumber, Min: &min3}, "2", nil); v != nil || problem != "3以上の数にしてください。" {
		t.Error(v, problem)
	}
}

// TestTheCheckFigureOfACorporateNumber is 9 less the remainder by 9 of the weighted sum of the other twelve: as the tax agency says.
func TestTheCheckFigureOfACorporateNumber(t *testing.T) {
	t.Parallel()
	f := register.Field{Type: register.TypeCorporateNumber}
	for _, good := range []string{"7000012050002", "7-0000-1205-0002", "７００００１２０５０００２", "8000020130001"} { // 国税庁, 東京都
		if v, problem := register.Reads(f, good, nil); v == nil || problem != "" {
			t.Errorf("%s: %v %s", good, v, problem)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		rest := fmt.Sprintf("%012d", rapid.Int64Range(0, 999_999_999_999).Draw(rt, "rest"))
		sum := 0
		for n := 1; n <= 12; n++ { // Pn is the n-th figure from the right, Qn is 1 where n is odd, else 2
			p, _ := strconv.Atoi(rest[12-n : 13-n])
			sum += p * (2 - n%2)
		}
		for figure := range 10 {
			v, _ := register.Reads(f, strconv.Itoa(figure)+rest, nil)
			if (v != nil) != (figure == 9-sum%9) {
				rt.Fatalf("%d%s: %v", figure, rest, v)
			}
		}
	})
}

// TestWhatIsNotAnsweredStays: a form may say some leaves only; one without words is emptied.
func TestWhatIsNotAnsweredStays(t *testing.T) {
	t.Parallel()
	e := samples(t)
	old := register.Data{
		"name": "巻貝", "desk": "u:1", "fragile": "no", "pieces": int64(3), "marks": []string{"rare"}, "lent": register.Class{"from": "2025-04-01", "to": "2025-04-30"},
		"grade": register.Class{"secrecy": "3"}, "unheard": "of an edition before", "risks": []register.Data{{"what": "x", "harm": int64(1), "odds": int64(1)}},
		"proof": []register.Data{{"sum": "a", "name": "a.jpg"}, {"sum": "b", "name": "b.jpg"}},
	}
	before := fmt.Sprint(old)
	more := map[string][]register.Data{"proof": {{"sum": "c", "name": "c.jpg"}}}
	for name, c := range map[string]struct {
		x       register.Input
		uploads map[string][]register.Data
		want    map[string]any
		wrong   []string
	}{
		"nothing":            {register.Input{}, nil, map[string]any{}, nil},
		"another":            {in("name 二枚貝"), nil, map[string]any{"name": "二枚貝"}, nil},
		"emptied":            {in("pieces ", "marks ", "grade.secrecy ", "lent.from ", "lent.to "), nil, map[string]any{"pieces": nil, "marks": nil, "grade": nil, "lent": nil}, nil},
		"emptied by no word": {register.Input{"pieces": nil, "risks": nil, "proof": nil}, nil, map[string]any{"pieces": nil, "risks": nil, "proof": nil}, nil},
		"invisible":          {in("pieces \u200b"), nil, map[string]any{"pieces": nil}, nil},
		"half a period":      {in("lent.to 2025-05-31"), nil, map[string]any{"lent": register.Class{"from": "2025-04-01", "to": "2025-05-31"}}, nil},
		"half is emptied":    {in("lent.to "), nil, nil, []string{"lent.to"}},
		"half is wrong":      {in("lent.to いつか"), nil, nil, []string{"lent.to"}},
		"backwards":          {in("lent.to 2025-03-31"), nil, nil, []string{"lent.to"}},
		"what is required":   {in("name "), nil, nil, []string{"name"}},
		"two for one":        {register.Input{"stuff": {"貝", "石"}}, nil, nil, []string{"stuff"}},
		"two levels":         {register.Input{"grade.secrecy": {"1", "0"}}, nil, nil, []string{"grade.secrecy"}},
		"a level by title":   {in("grade.secrecy 秘匿２"), nil, map[string]any{"grade": register.Class{"secrecy": "2"}}, nil},
		"several":            {register.Input{"marks": {"複製", "破損、稀少;copy"}}, nil, map[string]any{"marks": []string{"rare", "broken", "copy"}}, nil},
		"one of them wrong":  {in("marks 稀少、古い"), nil, nil, []string{"marks"}},
		"a file less":        {in("proof b"), nil, map[string]any{"proof": []register.Data{{"sum": "b", "name": "b.jpg"}}}, nil},
		"nobody's file":      {in("proof z"), nil, map[string]any{"proof": nil}, nil},
		"a file more":        {register.Input{}, more, map[string]any{"proof": []register.Data{{"sum": "a", "name": "a.jpg"}, {"sum": "b", "name": "b.jpg"}, {"sum": "c", "name": "c.jpg"}}}, nil},
		"rows of no column":  {in("risks.0.what y"), nil, map[string]any{}, nil}, // nobody said that they are answered
		"a field of nobody":  {in("unheard x", "nix y", "worst 9"), nil, map[string]any{}, nil},
	} {
		got, wrong := read(e, old, c.x, c.uploads)
		if !slices.Equal(wrong, c.wrong) {
			t.Errorf("%s: wrong at %v, want %v", name, wrong, c.wrong)
			continue
		}
		if c.want == nil {
			continue
		}
		want := old.Clone()
		for field, value := range c.want {
			if want[field] = value; value == nil {
				delete(want, field)
			}
		}
		for _, derived := range []string{"worst", "worries", "care"} {
			delete(got, derived)
		}
		for _, row := range got.Rows("risks") {
			delete(row, "size")
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\nwant %v", name, got, want)
		}
		if fmt.Sprint(old) != before {
			t.Fatalf("%s: what stood there was changed", name)
		}
	}
}

// TestFieldsThatAreAskedSometimes are kept and wanted only then, and nothing is wrong with them else.
func TestFieldsThatAreAskedSometimes(t *testing.T) {
	t.Parallel()
	e := samples(t)
	base := []string{"name x", "desk 1100"}
	for name, c := range map[string]struct {
		words []string
		old   register.Data
		want  any
		wrong []string
	}{
		"asked and said":          {[]string{"fragile yes", "how_to_carry 両手で"}, nil, "両手で", nil},
		"asked and not said":      {[]string{"fragile yes"}, nil, nil, []string{"how_to_carry"}},
		"asked and wrong":         {[]string{"fragile yes", "how_to_carry 一\n二"}, nil, nil, []string{"how_to_carry"}},
		"not asked and said":      {[]string{"fragile no", "how_to_carry 両手で"}, nil, nil, nil},
		"not asked and wrong":     {[]string{"fragile no", "how_to_carry 一\n二"}, nil, nil, nil},
		"no longer asked":         {[]string{"fragile no"}, register.Data{"how_to_carry": "両手で"}, nil, nil},
		"asked as before":         {[]string{"fragile yes"}, register.Data{"how_to_carry": "両手で"}, "両手で", nil},
		"asked by what is wrong":  {[]string{"fragile たぶん", "how_to_carry 両手で"}, nil, nil, []string{"fragile"}},
		"asked by what was there": {[]string{"how_to_carry 片手で"}, register.Data{"fragile": "yes"}, "片手で", nil},
	} {
		x := in(c.words...)
		old := register.Data{"name": "x", "desk": "u:1"}
		for field, value := range c.old {
			old[field] = value
		}
		for _, w := range base[:1] {
			x["name"] = []string{strings.TrimPrefix(w, "name ")}
		}
		got, wrong := read(e, old, x, nil)
		if got["how_to_carry"] != c.want || !slices.Equal(wrong, c.wrong) {
			t.Errorf("%s: %v, wrong at %v; want %v, %v", name, got["how_to_carry"], wrong, c.want, c.wrong)
		}
	}
}

// TestWhatIsWorkedOut follows from what is said, and conditions may speak of it.
func TestWhatIsWorkedOut(t *testing.T) {
	t.Parallel()
	e := samples(t)
	atLeast := cond.Condition{Field: "worst", Op: cond.AtLeast, Value: cond.Value{Literals: []string{"5"}}}
	e.Fields = append(slices.Clone(e.Fields), register.Field{ID: "plan", Title: "手だて", Type: register.TypeText, Required: true, When: &atLeast})
	e.Vocabulary.Fields["worst"] = cond.Field{Title: "いちばん", Sort: cond.Number}
	for name, c := range map[string]struct {
		words []string
		want  string // worst, worries, care
		wrong []string
	}{
		"nothing":        {nil, "<nil> 0 <nil>", nil},
		"a little":       {[]string{"risks x", "risks.0.what a", "risks.0.harm 1", "risks.0.odds 1"}, "2 1 little", nil},
		"much":           {[]string{"risks x", "risks.7.what a", "risks.7.harm 3", "risks.7.odds 3", "risks.1.what b", "risks.1.harm 1", "risks.1.odds 1", "plan しまう"}, "6 2 much", nil},
		"much, no plan":  {[]string{"risks x", "risks.0.what a", "risks.0.harm 3", "risks.0.odds 3"}, "6 1 much", []string{"plan"}},
		"of wood":        {[]string{"stuff wood"}, "<nil> 0 much", nil},
		"of stone":       {[]string{"stuff stone"}, "<nil> 0 <nil>", nil},
		"half a row":     {[]string{"risks x", "risks.0.what a", "risks.0.harm 3"}, "<nil> 1 <nil>", []string{"risks.0.odds"}},
		"a row of blank": {[]string{"risks x", "risks.0.what  ", "risks.0.harm "}, "<nil> 0 <nil>", nil},
		"nobody's words": {[]string{"worst 9", "worries 9", "care much", "risks x", "risks.0.what a", "risks.0.harm 1", "risks.0.odds 1", "risks.0.size 6"}, "2 1 little", nil},
	} {
		got, wrong := read(e, register.Data{"name": "x", "desk": "u:1", "fragile": "no"}, in(c.words...), nil)
		if said := fmt.Sprintf("%v %v %v", got["worst"], got["worries"], got["care"]); said != c.want || !slices.Equal(wrong, c.wrong) {
			t.Errorf("%s: %s, wrong at %v; want %s, %v", name, said, wrong, c.want, c.wrong)
		}
		if plan := got.Text("plan"); name == "much" && plan != "しまう" {
			t.Errorf("%s: the plan is %q", name, plan)
		}
	}
}

// TestHowManyRows: a hundred, and no more.
func TestHowManyRows(t *testing.T) {
	t.Parallel()
	e := samples(t)
	for n, wrong := range map[int][]string{register.MaxRows: nil, register.MaxRows + 1: {"risks"}} {
		x := in("risks x")
		for i := range n {
			x[fmt.Sprintf("risks.%d.what", i)], x[fmt.Sprintf("risks.%d.harm", i)], x[fmt.Sprintf("risks.%d.odds", i)] = []string{strconv.Itoa(i)}, []string{"1"}, []string{"1"}
		}
		got, at := read(e, register.Data{"name": "x", "desk": "u:1", "fragile": "no"}, x, nil)
		if !slices.Equal(at, wrong) || wrong == nil && (len(got.Rows("risks")) != n || got.Rows("risks")[10].Text("what") != "10") {
			t.Errorf("%d rows: %v", n, at)
		}
	}
}

// TestHalfAClass: of two axes both are chosen or none.
func TestHalfAClass(t *testing.T) {
	t.Parallel()
	e := &register.Edition{Kind: register.Kind{Form: register.Form{Fields: []register.Field{{ID: "grade", Title: "等級", Type: register.TypeClass, Required: true}}}}, Classes: axes()}
	for name, c := range map[string]struct {
		words []string
		want  register.Class
		wrong []string
	}{
		"both":    {[]string{"grade.a 高", "grade.b 低"}, register.Class{"a": "高", "b": "低"}, nil},
		"one":     {[]string{"grade.a 高"}, nil, []string{"grade.b"}},
		"other":   {[]string{"grade.a ", "grade.b 低"}, nil, []string{"grade.a"}},
		"none":    {[]string{"grade.a ", "grade.b "}, nil, []string{"grade.a"}},
		"unheard": {[]string{"grade.a 超", "grade.b 低"}, nil, []string{"grade.a"}},
	} {
		got, wrong := read(e, nil, in(c.words...), nil)
		if !slices.Equal(wrong, c.wrong) || c.wrong == nil && !reflect.DeepEqual(got.Class("grade"), c.want) {
			t.Errorf("%s: %v, wrong at %v", name, got, wrong)
		}
	}
}

// TestWhatIsReadSaysTheSameAgain: a value as it is said is read as the value, where the type has one spelling of it.
func TestWhatIsReadSaysTheSameAgain(t *testing.T) {
	t.Parallel()
	for _, x := range types() {
		if x.field.Many || slices.Contains([]register.Type{register.TypePeriod, register.TypeClass, register.TypeLong, register.TypeText, register.TypeScope}, x.field.Type) {
			continue
		}
		rapid.Check(t, func(rt *rapid.T) {
			value := x.value.Draw(rt, "value")
			if n, ok := value.(int64); ok && (n > 1<<49-1 || n < -1<<49) {
				return
			}
			said := x.field.Say(value, register.Classes{}, nil)
			if got, problem := register.Reads(x.field, said, nil); got != value {
				rt.Fatalf("%s: %v is said %s and read %v: %s", x.field.Type, value, said, got, problem)
			}
		})
	}
}
