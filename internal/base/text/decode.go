package text

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"sekimori/internal/base/errs"

	"golang.org/x/text/encoding/japanese"
)

const bom = "\ufeff"

// DecodeUTF8 gives the text of a UTF-8 file as it is. Only a byte order mark at the start is left out of the result; data
// is not touched, so a caller who keeps originals keeps data. Refused with errs.Invalid, naming line and byte of the first
// fault: bytes that are not UTF-8, NUL, and control characters except tab, line feed and carriage return. The message says
// what the file seems to be instead (UTF-16, Shift_JIS). U+FFFD is text like any other: somebody may have written it.
func DecodeUTF8(data []byte) (string, error) {
	s := strings.TrimPrefix(string(data), bom)
	skipped := len(data) - len(s)
	for i, r := range s {
		broken := r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd")
		if broken || unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' {
			return "", fault(data, skipped+i, broken)
		}
	}
	return s, nil
}

// fault describes the byte at offset at; lines and bytes count from 1, as editors do.
func fault(data []byte, at int, broken bool) error {
	line := bytes.Count(data[:at], []byte("\n")) + 1
	column := at - bytes.LastIndexByte(data[:at], '\n')
	what := "UTF-8 として読めないバイト"
	if !broken {
		what = "使えない制御文字"
	}
	r, _ := utf8.DecodeRune(data[at:])
	if broken {
		r = rune(data[at])
	}
	return errs.New(errs.Invalid, "%d行目の%dバイト目に%s（%02X）があります。%s", line, column, what, r, guess(data, broken))
}

// guess says what the file may be instead and what to do about it.
func guess(data []byte, broken bool) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")), halfNUL(data):
		return "UTF-16 のようです。UTF-8 で保存し直してください。"
	case broken && isCP932(data):
		return "Shift_JIS（CP932）のようです。UTF-8 で保存し直してください。"
	case broken:
		return "UTF-8 で保存し直してください。"
	default:
		return "この文字を取り除いてください。"
	}
}

// halfNUL finds UTF-16 without a mark: its line ends and ASCII have a NUL in every pair of bytes, always on the same side.
func halfNUL(data []byte) bool {
	var side [2]int
	for i, b := range data {
		if b == 0 {
			side[i%2]++
		}
	}
	most, least := max(side[0], side[1]), min(side[0], side[1])
	return len(data)%2 == 0 && most > 1 && most*20 >= len(data) && least*10 <= most
}

// isCP932 says whether all of it decodes; the decoder marks what it cannot read with U+FFFD and no error.
func isCP932(data []byte) bool {
	s, err := japanese.ShiftJIS.NewDecoder().Bytes(data)
	return err == nil && !bytes.ContainsRune(s, utf8.RuneError) && !bytes.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r'
	})
}
