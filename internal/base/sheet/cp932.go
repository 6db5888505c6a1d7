package sheet

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
)

// The library's table lacks the 1,880 外字 of Windows, F040–F9FC, which are U+E000–E757.
const (
	gaijiFirst = 0xe000
	gaijiLast  = 0xe757
	gaijiCells = 188 // to a first byte
)

// fromCP932 decodes; fault is the offset of the first byte that means nothing, or -1.
func fromCP932(line []byte) (s string, fault int) {
	all, err := japanese.ShiftJIS.NewDecoder().Bytes(line)
	s = string(all)
	if err == nil && !strings.Contains(s, "\ufffd") && !strings.Contains(s, "\u0080") {
		return s, -1
	}
	var b strings.Builder
	for i := 0; i < len(line); {
		size := 1
		if c := line[i]; c >= 0x81 && c < 0xa0 || c >= 0xe0 && c < 0xfd {
			size = min(2, len(line)-i)
		}
		r := gaiji(line[i : i+size])
		if r == 0 {
			one, _ := japanese.ShiftJIS.NewDecoder().Bytes(line[i : i+size])
			r, _ = utf8.DecodeRune(one)
			if r == utf8.RuneError || r == 0x80 {
				return "", i
			}
		}
		b.WriteRune(r)
		i += size
	}
	return b.String(), -1
}

func gaiji(pair []byte) rune {
	if len(pair) < 2 || pair[0] < 0xf0 || pair[0] > 0xf9 {
		return 0
	}
	trail := rune(pair[1])
	if trail < 0x40 || trail == 0x7f || trail > 0xfc {
		return 0
	}
	if trail > 0x7f {
		trail--
	}
	return gaijiFirst + rune(pair[0]-0xf0)*gaijiCells + trail - 0x40
}

// sameInJIS are characters whose code in JIS Windows reads as another one of Unicode; the two look alike.
var sameInJIS = strings.NewReplacer("〜", "～", "−", "－", "‖", "∥", "—", "―", "¢", "￠", "£", "￡", "¬", "￢")

// toCP932 encodes; what has no code there becomes 〓 and is given to lost. Of a variation selector only itself is lost.
func toCP932(s string, lost func(string)) []byte {
	s = sameInJIS.Replace(s)
	e := japanese.ShiftJIS.NewEncoder()
	if all, err := e.Bytes([]byte(s)); err == nil {
		return all
	}
	var out []byte
	before := ""
	for _, r := range s {
		one, err := e.Bytes([]byte(string(r)))
		switch {
		case err == nil:
			out = append(out, one...)
		case r >= gaijiFirst && r <= gaijiLast:
			n := r - gaijiFirst
			trail := n%gaijiCells + 0x40
			if trail >= 0x7f {
				trail++
			}
			out = append(out, byte(0xf0+n/gaijiCells), byte(trail))
		case unicode.Is(unicode.Variation_Selector, r):
			lost(before + string(r))
		default:
			lost(string(r))
			out = append(out, 0x81, 0xac) // 〓
		}
		before = string(r)
	}
	return out
}

// InCP932 is what comes back of a text from a file in Shift_JIS: with 〓 in place of what it has no code for.
func InCP932(s string) string {
	back, _ := fromCP932(toCP932(s, func(string) {}))
	return back
}
