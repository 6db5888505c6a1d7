package canon

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type inner struct {
	B string `json:"b"`
}

type outer struct {
	inner
	*Named
	Skip    string            `json:"-"`
	Empty   []string          `json:"empty,omitempty"`
	Zero    time.Time         `json:"zero,omitzero"`
	Nil     []string          `json:"nil"`
	Map     map[string]string `json:"map"`
	Plain   int
	Pointer *int `json:"pointer"`
	hidden  string
}

// Named is embedded by pointer.
type Named struct {
	A uint8 `json:"a"`
}

type upper string

func (u upper) MarshalText() ([]byte, error) { return []byte(strings.ToUpper(string(u))), nil }

func TestMarshal(t *testing.T) {
	t.Parallel()
	seven := 7
	for name, c := range map[string]struct {
		in   any
		want string
	}{
		"string":           {"関所", `"関所"`},
		"escapes":          {"\"\\/\b\t\n\f\r\x00\x1f\x7f<>&\u2028", `"\"\\/\b\t\n\f\r\u0000\u001f` + "\x7f<>&\u2028" + `"`},
		"beyond the BMP":   {"𠮷\U000E0100", "\"𠮷\U000E0100\""},
		"not normalised":   {"か\u3099", "\"か\u3099\""}, // RFC 8785 section 3.1: data is kept as is
		"true":             {true, "true"},
		"largest":          {int64(safe), "9007199254740991"},
		"smallest":         {int64(-safe), "-9007199254740991"},
		"unsigned":         {uint8(255), "255"},
		"number":           {json.Number("-12"), "-12"},
		"list":             {[]any{1, "a", []int{}}, `[1,"a",[]]`},
		"nil list":         {[]string(nil), "[]"},
		"nil map":          {map[string]int(nil), "{}"},
		"text marshaler":   {[]upper{"a"}, `["A"]`},
		"raw":              {json.RawMessage(` {"b": [1, {"z":2,"y":"\u3042"}], "a":{}} `), `{"a":{},"b":[1,{"y":"あ","z":2}]}`},
		"struct":           {outer{inner: inner{"x"}, Named: &Named{1}, Skip: "s", Pointer: &seven, hidden: "h"}, `{"Plain":0,"a":1,"b":"x","map":{},"nil":[],"pointer":7}`},
		"nil embedded":     {outer{Pointer: &seven}, `{"Plain":0,"b":"","map":{},"nil":[],"pointer":7}`},
		"rfc 3.2.3 keys":   {map[string]any{"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}, "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"\u00f6\":7,\"\u20ac\":1,\"\U0001f600\":5,\"\ufb33\":3}"},
		"prefix comes 1st": {map[string]int{"ab": 1, "a": 2, "": 3}, `{"":3,"a":2,"ab":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Marshal(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMarshalRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   any
		want string // part of the error
	}{
		"nil":               {nil, "null"},
		"nil inside":        {map[string]any{"a": []any{nil}}, "$.a[0]: null"},
		"nil pointer":       {outer{}, "$.pointer: null"},
		"float":             {map[string]any{"x": 1.0}, "$.x: float64"},
		"float32":           {float32(2), "float32"},
		"not a number":      {math.NaN(), "float64"},
		"number with a dot": {json.Number("1.0"), "plain integer"},
		"exponent":          {json.Number("1e3"), "plain integer"},
		"leading zero":      {json.Number("007"), "plain integer"},
		"minus zero":        {json.Number("-0"), "plain integer"},
		"number too large":  {json.Number("9007199254740992"), "plain integer"},
		"too large":         {int64(safe + 1), "not exact"},
		"too small":         {int64(-safe - 1), "not exact"},
		"unsigned large":    {uint64(math.MaxUint64), "not exact"},
		"bad UTF-8":         {"a\xff", "UTF-8"},
		"surrogate":         {"\xed\xa0\x80", "UTF-8"},
		"bad key":           {map[string]int{"\xff": 1}, "UTF-8"},
		"bytes":             {[]byte("x"), "[]uint8"},
		"int keys":          {map[int]int{1: 1}, "keys"},
		"func":              {func() {}, "func()"},
		"raw float":         {json.RawMessage(`{"a":1.5}`), "$.a"},
		"raw null":          {json.RawMessage(`[null]`), "$[0]: null"},
		"raw key twice":     {json.RawMessage(`{"a":1,"a":1}`), `"a" twice`},
		"raw two values":    {json.RawMessage(`1 2`), "more than one"},
		"raw unfinished":    {json.RawMessage(`{"a":[1`), "canon"},
		"raw bad UTF-8":     {json.RawMessage("\"\xff\""), "UTF-8"},
		"struct key twice": {struct {
			inner
			B2 int `json:"b"`
		}{}, `"b" twice`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Marshal(c.in)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %s, %v; want an error with %q", got, err, c.want)
			}
		})
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	// printf '{"a":1,"b":"関"}' | sha256sum
	const want = "0bc339d032a194b2fdef601ffd2c395295a90338074c8a8a63cc1496ff007441"
	got, err := Hash(map[string]any{"b": "関", "a": 1})
	if err != nil || got != want {
		t.Errorf("Hash = %s, %v; want %s", got, err, want)
	}
	if _, err := Hash(1.5); err == nil {
		t.Error("a float has a hash")
	}
}

// values draws what a trail entry may hold: text, integers, booleans, lists and objects.
func values(depth int) *rapid.Generator[any] {
	leaf := rapid.OneOf(
		rapid.String().AsAny(),
		rapid.Bool().AsAny(),
		rapid.Int64Range(-safe, safe).AsAny(),
	)
	if depth == 0 {
		return leaf
	}
	return rapid.OneOf(
		leaf,
		rapid.SliceOfN(values(depth-1), 0, 4).AsAny(),
		rapid.MapOfN(rapid.String(), values(depth-1), 0, 4).AsAny(),
	)
}

// What is written is JSON of the same value, and canonicalises to itself whatever the order and spelling it arrives in.
func TestMarshalIsCanonical(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := values(3).Draw(t, "value")
		text, err := Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		other, err := json.MarshalIndent(v, "", "  ") // sorted by UTF-8, HTML escaped, spaced
		if err != nil {
			t.Fatal(err)
		}
		again, err := Marshal(json.RawMessage(other))
		if err != nil || string(again) != string(text) {
			t.Fatalf("%s became %s, %v", text, again, err)
		}
		var x, y any
		if err := json.Unmarshal(text, &x); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(other, &y); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(x, y) {
			t.Fatalf("%s is not %s", text, other)
		}
	})
}

func TestCompareIsByCodeUnit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.String().Draw(t, "x"), rapid.String().Draw(t, "y")
		want := 0
		a, b := utf16.Encode([]rune(x)), utf16.Encode([]rune(y))
		for i := 0; want == 0 && i < max(len(a), len(b)); i++ {
			switch {
			case i == len(a), i < len(b) && a[i] < b[i]:
				want = -1
			case i == len(b), a[i] > b[i]:
				want = 1
			}
		}
		if got := compare(x, y); got != want {
			t.Fatalf("compare(%q, %q) = %d, want %d", x, y, got, want)
		}
	})
}
