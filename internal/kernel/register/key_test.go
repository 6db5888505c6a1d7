package register_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/cond"
	"sekimori/internal/kernel/register"
	"sekimori/internal/testkit"
)

// axes classify in two ways, with a level over both.
func axes() register.Classes {
	levels := []string{"低", "中", "高"}
	return register.Classes{
		Axes: []register.Axis{{ID: "a", Title: "甲", Levels: levels}, {ID: "b", Title: "乙", Levels: levels}},
		Overall: &register.Overall{ID: "all", Title: "総合", Levels: []string{"3", "2", "1"}, Rows: []register.OverallRow{
			{Level: "1", Axes: map[string]string{"a": "高"}}, {Level: "2", Axes: map[string]string{"a": "中", "b": "高"}}, {Level: "3", Axes: map[string]string{"a": "低", "b": "低"}},
		}},
	}
}

// ordered is a field type with values and their order, written down anew.
type ordered struct {
	field   register.Field
	value   *rapid.Generator[any]
	compare func(a, b any) int
}

func texts(a, b any) int { return cmp.Compare(a.(string), b.(string)) }

func folded(a, b any) int { return cmp.Compare(text.Fold(a.(string)), text.Fold(b.(string))) }

func any2[T any](g *rapid.Generator[T]) *rapid.Generator[any] {
	return rapid.Map(g, func(x T) any { return x })
}

func types() []ordered {
	day := rapid.Map(rapid.IntRange(-60000, 60000), func(n int) string { return jpdate.New(2000, 1, 1).AddDays(n).String() })
	moment := rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf("%sT%02d:%02d", day.Draw(t, "day"), rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"))
	})
	word := rapid.StringOfN(rapid.SampledFrom([]rune("aAｱアあ亜髙高𠮷 10-_%,~!葛\U000E0100é")), 1, 12, -1)
	options := []cond.Option{{ID: "z", Title: "一"}, {ID: "m", Title: "二"}, {ID: "a", Title: "三"}}
	level := rapid.SampledFrom([]string{"低", "中", "高"})
	c := axes()
	place := func(class any, axis string) int {
		return slices.Index(c.Axes[0].Levels, class.(register.Class)[axis])
	}
	overall := func(class any) int {
		switch a, b := place(class, "a"), place(class, "b"); {
		case a == 2:
			return 3
		case a == 1 || b == 2:
			return 2
		}
		return 1
	}
	addr := rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "six") {
			return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 15: rapid.Byte().Draw(t, "last")}).String()
		}
		a := netip.AddrFrom4([4]byte{10, rapid.Byte().Draw(t, "b"), 0, rapid.Byte().Draw(t, "d")})
		if rapid.Bool().Draw(t, "net") {
			return netip.PrefixFrom(a, rapid.IntRange(8, 32).Draw(t, "bits")).String()
		}
		return a.String()
	})
	return []ordered{
		{register.Field{Type: register.TypeText}, any2(word), folded},
		{register.Field{Type: register.TypeLong}, any2(word), folded},
		{register.Field{Type: register.TypeNumber}, any2(rapid.OneOf(rapid.Int64Range(-20, 20), rapid.Int64Range(-1<<52, 1<<52))), func(a, b any) int { return cmp.Compare(a.(int64), b.(int64)) }},
		{register.Field{Type: register.TypeDate}, any2(day), func(a, b any) int { return must(a).Compare(must(b)) }},
		{register.Field{Type: register.TypeDatetime}, any2(moment), texts},
		{register.Field{Type: register.TypePeriod}, rapid.Custom(func(t *rapid.T) any {
			return register.Class{register.From: day.Draw(t, "from"), register.To: "2999-12-31"}
		}), func(a, b any) int { return texts(a.(register.Class)[register.From], b.(register.Class)[register.From]) }},
		{register.Field{Type: register.TypeChoice, Options: options}, any2(rapid.SampledFrom([]string{"a", "m", "z"})), func(a, b any) int {
			at := func(v any) int {
				return slices.IndexFunc(options, func(o cond.Option) bool { return o.ID == v.(string) })
			}
			return cmp.Compare(at(a), at(b))
		}},
		{register.Field{Type: register.TypeChoice, Many: true, Options: options}, rapid.Custom(func(t *rapid.T) any {
			return slices.DeleteFunc([]string{"a", "m", "z"}, func(string) bool { return rapid.Bool().Draw(t, "out") })
		}), func(a, b any) int {
			key := func(v any) (s string) {
				for _, o := range options {
					if slices.Contains(v.([]string), o.ID) {
						s += o.ID
					}
				}
				return s
			}
			return cmp.Compare(key(a), key(b))
		}},
		{register.Field{Type: register.TypeYesNo}, any2(rapid.SampledFrom([]string{"no", "yes"})), texts},
		{register.Field{Type: register.TypeScope}, any2(rapid.SampledFrom([]string{"b:", "u:1", "s:1"})), texts},
		{register.Field{Type: register.TypeClass}, rapid.Custom(func(t *rapid.T) any {
			return register.Class{"a": level.Draw(t, "a"), "b": level.Draw(t, "b")}
		}), func(a, b any) int {
			return cmp.Or(cmp.Compare(overall(a), overall(b)), cmp.Compare(place(a, "a"), place(b, "a")), cmp.Compare(place(a, "b"), place(b, "b")))
		}},
		{register.Field{Type: register.TypeNetworkAddress}, any2(addr), func(a, b any) int {
			p := func(v any) (netip.Addr, int) {
				if x, err := netip.ParsePrefix(v.(string)); err == nil {
					return x.Addr(), x.Bits()
				}
				x, err := netip.ParseAddr(v.(string))
				if err != nil {
					return x, -2
				}
				return x, -1
			}
			x, n := p(a)
			y, m := p(b)
			return cmp.Or(x.Compare(y), cmp.Compare(n, m))
		}},
		{register.Field{Type: register.TypeEmail}, any2(rapid.SampledFrom([]string{"a@x.jp", "b@x.jp", "a@y.jp"})), texts},
	}
}

func must(v any) jpdate.Date {
	d, err := jpdate.Parse(v.(string))
	if err != nil {
		return jpdate.Date{}
	}
	return d
}

func sign(n int) int { return cmp.Compare(n, 0) }

// TestKeysAreOrderedAsValues in memory, and both engines order texts as memory does; nothing is the same as what is empty.
func TestKeysAreOrderedAsValues(t *testing.T) {
	t.Parallel()
	engines := map[db.Engine]*db.DB{}
	for _, engine := range testkit.Engines {
		engines[engine] = testkit.Open(t, testkit.DSN(t, engine, modules()), modules())
	}
	for _, x := range types() {
		t.Run(string(x.field.Type), func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			rapid.Check(t, func(rt *rapid.T) {
				a, b := x.value.Draw(rt, "a"), x.value.Draw(rt, "b")
				p, q := register.KeyOf(x.field, a, axes()), register.KeyOf(x.field, b, axes())
				if sign(cmp.Compare(p, q)) != sign(x.compare(a, b)) {
					rt.Fatalf("%v and %v have the keys %q and %q", a, b, p, q)
				}
				if many, ok := a.([]string); p == "" && (!ok || len(many) > 0) && (x.field.Type != register.TypeText && x.field.Type != register.TypeLong || text.Fold(a.(string)) != "") {
					rt.Fatalf("%v has no key", a)
				}
				seen[p], seen[q] = true, true
			})
			var keys []string
			for k := range seen {
				keys = append(keys, k)
			}
			slices.Sort(keys)
			for engine, d := range engines {
				if err := d.View(t.Context(), func(r db.Reader) error {
					var args []any
					got, err := db.List[string](t.Context(), r, `select value from `+db.Listed(r, &args, keys)+` x order by value`, args...)
					if !slices.Equal(got, keys) {
						t.Errorf("%s orders otherwise", engine)
					}
					return err
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestKeysAreShortAndWhole: a key of a text is cut between characters, and one of a list between values.
func TestKeysAreShortAndWhole(t *testing.T) {
	t.Parallel()
	long := register.KeyOf(register.Field{Type: register.TypeText}, "x"+strings.Repeat("𠮷", 300), register.Classes{})
	if len(long) > 120 || !strings.HasSuffix(long, "吉") {
		t.Errorf("%q", long)
	}
	var chosen []string
	var options []cond.Option
	for i := range register.MaxRows {
		chosen = append(chosen, fmt.Sprintf("0195ecb7-7185-739b-8dbc-482d47e1%04d", i))
		options = append(options, cond.Option{ID: fmt.Sprintf("option-%d", i)})
	}
	if key := register.KeyOf(register.Field{Type: register.TypeRef, Many: true}, chosen, register.Classes{}); len(key) > 2000 || !strings.HasSuffix(key, ",") || !strings.HasPrefix(key, ","+chosen[0]+","+chosen[1]+",") {
		t.Errorf("%d %q", len(key), key)
	}
	if key := register.KeyOf(register.Field{Type: register.TypeChoice, Many: true, Options: options}, []string{"option-99", "option-7"}, register.Classes{}); key != ",option-7,option-99," {
		t.Error(key)
	}
}
