package paper

import "strings"

// Kinsoku after JIS X 4051, with what stands in registers besides: units, prolonged sounds, small kana of half width.
const (
	noStart = "、。，．・：；？！‼⁇⁈⁉゛゜ヽヾゝゞ々〻ー’”）〕］｝〉》」』】〙〗〟»）｠｡､･｣ﾞﾟｰ,.:;?!)]}%°′″℃％‰¢￠〜～‐゠–" +
		"ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿｧｨｩｪｫｬｭｮｯ\u3099\u309a"
	noEnd  = "‘“（〔［｛〈《「『【〘〖〝«｟｢([{￥¥＄$￡£＃#№"
	joined = "…‥―—" // two of the same are one sign
)

// wrap breaks a text into lines of at most max (1/1000 of the size). It breaks at newlines, at spaces, which then go, and
// between characters where kinsoku allows; a word of the alphabet or a number is broken only where it fills a line alone.
// A character wider than max has a line for itself.
func wrap(text string, f *face, limit int) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		for {
			n := fits(line, f, limit)
			if n == len(line) {
				lines = append(lines, line)
				break
			}
			lines = append(lines, strings.TrimRight(line[:n], spaces))
			if line = strings.TrimLeft(line[n:], spaces); line == "" {
				break
			}
		}
	}
	return lines
}

const spaces = " \u00a0\u3000"

// fits is the number of bytes that go on one line. Spaces at its end may stand out.
func fits(line string, f *face, limit int) int {
	sum, end := 0, 0 // end is the last place where the line may break
	var before rune
	for i, r := range line {
		if i > 0 && breaks(before, r) {
			end = i
		}
		sum += int(f.shape(r).width)
		if sum > limit && i > 0 && !isSpace(r) {
			if end > 0 {
				return end
			}
			return i
		}
		before = r
	}
	return len(line)
}

// breaks says whether a line may end between two characters.
func breaks(a, b rune) bool {
	switch {
	case isSpace(b):
		return false
	case isSpace(a):
		return true
	case strings.ContainsRune(noEnd, a), strings.ContainsRune(noStart, b), a == b && strings.ContainsRune(joined, a):
		return false
	default:
		return !inWord(a) || !inWord(b)
	}
}

func isSpace(r rune) bool { return strings.ContainsRune(spaces, r) }

// inWord: Latin, Greek, Cyrillic, digits and what stands between them.
func inWord(r rune) bool { return r > ' ' && r < 0x590 }

// widest is the width of the longest line of a text that is not wrapped, in 1/1000 of the size.
func widest(text string, f *face) int {
	most := 0
	for line := range strings.SplitSeq(text, "\n") {
		most = max(most, f.width(line))
	}
	return most
}
