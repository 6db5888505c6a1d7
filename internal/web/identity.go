package web

import (
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"sekimori/internal/base/errs"
)

// Identity is how a named proxy says who sits at the PC: by a header that holds the 職員番号,
// or by one that holds the subject of the client certificate that it has verified.
type Identity struct {
	Header    string
	Attribute string // of the subject; "" where the header holds the 職員番号 itself
}

// maxIdentity is the longest 職員番号 that is taken.
const maxIdentity = 64

// errSubject is a subject that is not written as RFC 2253 has it, or names two people.
var errSubject = errors.New("web: subject of a certificate")

// read finds the 職員番号 in the headers of a named proxy, "" if it says nothing. What can be
// read in two ways is refused: a guess would let in somebody else.
func (i Identity) read(h http.Header) (string, error) {
	if i.Header == "" {
		return "", nil
	}
	values := h.Values(i.Header)
	if len(values) > 1 {
		return "", unreadableIdentity(errors.New("web: the header occurs twice"))
	}
	number := strings.TrimSpace(strings.Join(values, ""))
	if i.Attribute != "" && number != "" {
		var err error
		if number, err = attribute(number, i.Attribute); err != nil {
			return "", unreadableIdentity(err)
		}
	}
	if len(number) > maxIdentity || !utf8.ValidString(number) || strings.ContainsFunc(number, func(r rune) bool { return !unicode.IsPrint(r) || r == ',' }) {
		return "", unreadableIdentity(errors.New("web: no 職員番号"))
	}
	return number, nil
}

func unreadableIdentity(cause error) error {
	return errs.Wrap(cause, errs.Invalid, "前に立つ認証の装置から渡された職員番号を読めません。情報システムの担当に、この画面の文と時刻を知らせてください。")
}

// attribute gives the value of an attribute of a subject as nginx ($ssl_client_s_dn) and
// Apache (SSL_CLIENT_S_DN) write it, by RFC 2253: CN=100001,OU=職員,O=みなと市. It is "" where
// the subject has none, an error where it has two. The older form with slashes is refused,
// since a value may hold "/CN=".
func attribute(subject, name string) (string, error) {
	found, value := false, ""
	for rest := subject; rest != ""; {
		key, after, ok := strings.Cut(rest, "=")
		if key = strings.TrimSpace(key); !ok || !validAttribute(key) {
			return "", errSubject
		}
		v, tail, err := unescape(after)
		if err != nil {
			return "", err
		}
		if same(key, name) {
			if found {
				return "", errSubject
			}
			found, value = true, v
		}
		if rest = tail; rest == "" {
			break
		}
		if rest = rest[1:]; strings.TrimSpace(rest) == "" {
			return "", errSubject // ends with a comma
		}
	}
	return value, nil
}

// validAttribute: a name of letters and digits, or an OID.
func validAttribute(key string) bool {
	return key != "" && !strings.ContainsFunc(key, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-'
	})
}

// same reports whether two names stand for one attribute.
func same(a, b string) bool {
	canonical := func(s string) string {
		switch s = strings.ToLower(s); s {
		case "2.5.4.3", "commonname":
			return "cn"
		case "2.5.4.5":
			return "serialnumber"
		case "0.9.2342.19200300.100.1.1", "userid":
			return "uid"
		}
		return s
	}
	return canonical(a) == canonical(b)
}

// unescape reads a value up to the comma or plus that ends it, which stays in rest.
func unescape(s string) (value, rest string, err error) {
	s = strings.TrimLeft(s, " ")
	if strings.HasPrefix(s, "#") {
		return "", "", errSubject // DER in hex
	}
	var b []byte
	end := 0 // of what is not space at the end
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ',' || c == '+':
			return string(b[:end]), s[i:], nil
		case c == '\\' && i+1 < len(s) && strings.IndexByte(`,=+<>#;"\ `, s[i+1]) >= 0:
			b = append(b, s[i+1])
			i, end = i+1, len(b)
		case c == '\\':
			pair := s[i+1 : min(i+3, len(s))]
			raw, err := hex.DecodeString(pair)
			if err != nil || len(raw) != 1 {
				return "", "", errSubject
			}
			b = append(b, raw[0])
			i, end = i+2, len(b)
		case strings.IndexByte(`"<>;`, c) >= 0:
			return "", "", errSubject
		default:
			b = append(b, c)
			if c != ' ' {
				end = len(b)
			}
		}
	}
	return string(b[:end]), "", nil
}
