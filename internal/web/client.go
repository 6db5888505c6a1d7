package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"sekimori/internal/base/errs"
)

// Client is where a request comes from. It is made once for each, before anything else is
// looked at.
type Client struct {
	// Address is that of the person's machine, or of the outermost machine that is not a named
	// proxy. It is not valid only where there is no network (tests).
	Address netip.Addr
	// Secure says that the person's machine spoke TLS, with us or with a named proxy.
	Secure bool
	// Identity is the 職員番号 that a named proxy vouches for, "" if none does. Nobody is signed
	// in by it alone.
	Identity string
}

// Front says which machines stand in front of the site and what they are believed. The zero
// value believes nobody.
type Front struct {
	// Proxies are the machines whose X-Forwarded-For, -Proto and -Host, and identity, are read.
	Proxies []netip.Prefix
	// Encrypted refuses what came over the network in the open.
	Encrypted bool
	// Identity is how a proxy says who sits at the PC; the zero value is that none does.
	Identity Identity
}

// ClientOf is where a request of this site comes from.
func ClientOf(r *http.Request) Client {
	c, _ := r.Context().Value(clientKey{}).(Client)
	return c
}

// errOpen tells the operator what the person on the page cannot put right.
var errOpen = errors.New("web: neither TLS nor a named proxy that says X-Forwarded-Proto: https")

// Client is where the request comes from.
func (r *Request) Client() Client { return ClientOf(r.http) }

// Site is this site as the person's browser asked for it: https://sekimori.example.lg.jp.
func (r *Request) Site() string {
	if r.Client().Secure {
		return "https://" + r.http.Host
	}
	return "http://" + r.http.Host
}

// Values are the parameters of the address, as they came: what an identity provider says through the browser.
func (r *Request) Values() url.Values { return r.query }

type clientKey struct{}

// arrive finds where a request comes from and lets the rest of the site see the name under
// which the person's browser asked for it.
func (s *site) arrive(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	c, host, err := s.Front.client(r)
	if err != nil {
		s.Log.WarnContext(r.Context(), "request refused at the front", slog.String("peer", r.RemoteAddr), slog.Any("error", err))
		return r, err
	}
	if c.Secure {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000") // a year, this name alone
	}
	r = r.WithContext(context.WithValue(r.Context(), clientKey{}, c))
	if host != "" {
		r.Host = host
	}
	return r, nil
}

// client reads the headers of a named proxy. host is the name that it was asked for, "" to
// take the request's own.
func (f Front) client(r *http.Request) (c Client, host string, err error) {
	peer := address(r.RemoteAddr)
	c = Client{Address: peer, Secure: r.TLS != nil}
	open := !c.Secure && !peer.IsLoopback()
	if f.trusts(peer) {
		c.Address = f.outermost(peer, r.Header.Values("X-Forwarded-For"))
		// Several values come from proxies in a row: every one of them must have been asked by TLS.
		if schemes := list(r.Header.Values("X-Forwarded-Proto")); len(schemes) > 0 {
			c.Secure = true
			for _, s := range schemes {
				c.Secure = c.Secure && strings.EqualFold(s, "https")
			}
			open = !c.Secure
		}
		// The proxy that is nearest writes last, the person's machine may write first.
		if hosts := list(r.Header.Values("X-Forwarded-Host")); len(hosts) > 0 {
			host = hosts[len(hosts)-1]
		}
		if c.Identity, err = f.Identity.read(r.Header); err != nil {
			return c, "", err
		}
	}
	if f.Encrypted && open && !probe(r) {
		return c, "", errs.Wrap(errOpen, errs.Forbidden, "暗号化されていない接続では利用できません。「https://」で始まるアドレスを開いてください。")
	}
	return c, host, nil
}

func (f Front) trusts(a netip.Addr) bool {
	for _, p := range f.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// outermost is the rightmost address that no named proxy has: what stands left of it was
// written by a stranger. Where a proxy passed on what is no address, it speaks for itself.
func (f Front) outermost(peer netip.Addr, forwarded []string) netip.Addr {
	at, hops := peer, list(forwarded)
	for i := len(hops) - 1; i >= 0 && f.trusts(at); i-- {
		next := address(hops[i])
		if !next.IsValid() {
			break
		}
		at = next
	}
	return at
}

// list is the values of a header that may be given in one line or in several.
func list(lines []string) []string {
	var all []string
	for _, line := range lines {
		for v := range strings.SplitSeq(line, ",") {
			if v = strings.TrimSpace(v); v != "" {
				all = append(all, v)
			}
		}
	}
	return all
}

// address reads an address with or without a port; one machine has one spelling.
func address(s string) netip.Addr {
	if a, err := netip.ParseAddrPort(s); err == nil {
		return plain(a.Addr())
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return plain(a)
}

func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// probe reports whether a request only asks if the process lives.
func probe(r *http.Request) bool { return r.URL.Path == "/healthz" || r.URL.Path == "/readyz" }
