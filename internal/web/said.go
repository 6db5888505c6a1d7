package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// What was done is said on the next page, once. It travels in a cookie: in the address it
// would be said again by every reload, bookmark and copied link. The words themselves travel,
// not a key, since they count ("37行を保留にしました"); a sum under a key of this process keeps
// others (a neighbour under the same domain may plant cookies) from putting words into our
// mouth, and binds them to the page they are for. A process that did not write them, or has
// started anew, stays silent: what was done is on the page in any case.
const (
	saidCookie = "sekimori-said"
	maxSaid    = 300 // characters; a cookie holds 4 KB
)

func (s *site) say(w http.ResponseWriter, r *http.Request, path, words string) {
	if long := []rune(words); len(long) > maxSaid {
		words = string(long[:maxSaid-1]) + "…"
	}
	sealed := append(s.seal(path, words), words...)
	http.SetCookie(w, said(r, base64.RawURLEncoding.EncodeToString(sealed), 60))
}

// said makes the cookie; a negative age takes it back.
func said(r *http.Request, value string, seconds int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure where there is TLS; on this machine alone there is none
		Name: saidCookie, Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: ClientOf(r).Secure,
	}
}

// hear is what the page of this request has to say, "" if nothing.
func (s *site) hear(r *http.Request) string {
	c, err := r.Cookie(saidCookie)
	if err != nil || r.Header.Get("Sekimori-Swap") != "" { // an element alone has no place for it
		return ""
	}
	sealed, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(sealed) < sha256.Size {
		return ""
	}
	words := string(sealed[sha256.Size:])
	if !hmac.Equal(sealed[:sha256.Size], s.seal(r.URL.Path, words)) {
		return ""
	}
	return words
}

func (s *site) seal(path, words string) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(strings.Join([]string{path, words}, "\x00"))) // neither holds a NUL
	return h.Sum(nil)
}
