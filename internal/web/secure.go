package web

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"sekimori/internal/base/errs"
)

// Limits of one request. Pages are asked for with short addresses; what is larger is a
// mistake or an attack.
const (
	maxBody   = 1 << 20 // where a route says nothing else
	maxHeader = 16 << 10
	maxURI    = 4 << 10
)

// secure sets what a browser must know before it looks at any answer: only files of this
// site, nothing inline, no frames, no guessing.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'", "font-src 'self'",
		"connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
	}, "; "))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// guard refuses what no page needs to see.
func (s *site) guard(r *http.Request) error {
	// Probes reach the machine by whatever name it has, and learn nothing but "ok".
	if !probe(r) && !slices.Contains(s.Hosts, hostname(r.Host)) {
		return &refused{status: http.StatusMisdirectedRequest, message: "このサイトは、この名前では利用できません。管理者が案内したアドレスを開いてください。"}
	}
	if len(r.URL.RequestURI()) > maxURI {
		return &refused{status: http.StatusRequestURITooLong, message: "アドレスが長すぎます。検索の言葉を短くしてください。"}
	}
	if !printable(r.URL.Path) || !validQuery(r.URL.RawQuery) {
		return errs.New(errs.Invalid, "アドレスに使えない文字があります。")
	}
	if err := s.origin.Check(r); err != nil {
		return errs.Wrap(err, errs.Forbidden, "ほかのサイトから送られた操作は受け付けません。このサイトの画面からやり直してください。")
	}
	return nil
}

// hostname is the name in a Host header without its port and brackets.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

func validQuery(raw string) bool {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return false
	}
	for key, vs := range values {
		for _, v := range append(vs, key) {
			if !printable(v) {
				return false
			}
		}
	}
	return true
}

// printable reports whether s is text a database can hold: UTF-8 without NUL.
func printable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
