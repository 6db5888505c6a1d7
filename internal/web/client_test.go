package web_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"

	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
)

// arrival is a request with what the page that answered it knew of its client.
type arrival struct {
	status int
	client web.Client
	answer *httptest.ResponseRecorder
}

// come sends a request from an address through a front; headers come in pairs.
func come(t *testing.T, c web.Config, from string, headers ...string) arrival {
	t.Helper()
	type view struct{ web.Page }
	var got arrival
	c.Parts = []web.Part{{
		Pages: fstest.MapFS{"page/here.html": {Data: []byte(`{{define "main"}}{{end}}`)}},
		Routes: []web.Route{web.Get("/here", access.PolicyRead, "here", func(_ context.Context, r *web.Request) (view, error) {
			got.client = r.Client()
			return view{Page: r.Page("ここ")}, nil
		})},
	}}
	c.Hosts = []string{"sekimori.example.lg.jp"}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/here", nil)
	r.Host, r.RemoteAddr = "sekimori.example.lg.jp", from
	for i := 0; i < len(headers); i += 2 {
		switch headers[i] {
		case "TLS":
			r.TLS = &tls.ConnectionState{}
		case "Host":
			r.Host = headers[i+1]
		case "Path":
			r.URL.Path = headers[i+1]
		default:
			r.Header.Add(headers[i], headers[i+1])
		}
	}
	got.answer = httptest.NewRecorder()
	open(t, c).ServeHTTP(got.answer, r)
	got.status = got.answer.Code
	return got
}

func prefixes(list ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, p := range list {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

func TestTheAddressIsTheRightmostThatIsNoProxy(t *testing.T) {
	t.Parallel()
	c := config(t)
	c.Front.Proxies = prefixes("10.0.0.1/32", "10.0.1.0/24", "fd00::/64", "127.0.0.0/8")
	for _, tt := range []struct {
		name, from string
		forwarded  []string
		want       string
	}{
		{"nobody in front", "192.0.2.7:4000", nil, "192.0.2.7"},
		{"spoofed from elsewhere", "192.0.2.7:4000", []string{"198.51.100.1"}, "192.0.2.7"},
		{"spoofed by a neighbour of the proxy", "10.0.0.2:4000", []string{"198.51.100.1"}, "10.0.0.2"},
		{"one proxy", "10.0.0.1:4000", []string{"198.51.100.1"}, "198.51.100.1"},
		{"written by the client, completed by the proxy", "10.0.0.1:4000", []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		{"in two lines", "10.0.0.1:4000", []string{"203.0.113.9", "198.51.100.1"}, "198.51.100.1"},
		{"two proxies", "10.0.0.1:4000", []string{"198.51.100.1, 10.0.1.9"}, "198.51.100.1"},
		{"a proxy in the words of the client", "10.0.0.1:4000", []string{"10.0.1.1, 198.51.100.1"}, "198.51.100.1"},
		{"the proxy says nothing", "10.0.0.1:4000", nil, "10.0.0.1"},
		{"proxies only", "10.0.0.1:4000", []string{"10.0.1.9, 10.0.1.8"}, "10.0.1.9"},
		{"no address", "10.0.0.1:4000", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		{"no address behind a proxy", "10.0.0.1:4000", []string{"198.51.100.1, _hidden, 10.0.1.9"}, "10.0.1.9"},
		{"with ports", "10.0.0.1:4000", []string{"198.51.100.1:555"}, "198.51.100.1"},
		{"version 6", "[fd00::1]:4000", []string{"[2001:db8::5]:555"}, "2001:db8::5"},
		{"version 6 in brackets", "[fd00::1]:4000", []string{"[2001:db8::5]"}, "2001:db8::5"},
		{"one machine, one spelling", "[::ffff:10.0.0.1]:4000", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"empty parts", "10.0.0.1:4000", []string{" , 198.51.100.1 ,"}, "198.51.100.1"},
		{"no network", "@", nil, "invalid IP"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var headers []string
			for _, f := range tt.forwarded {
				headers = append(headers, "X-Forwarded-For", f)
			}
			if got := come(t, c, tt.from, headers...); got.client.Address.String() != tt.want || got.status != 200 {
				t.Errorf("%d from %s, want %s", got.status, got.client.Address, tt.want)
			}
		})
	}
}

func TestWhetherTheRequestCameByTLS(t *testing.T) {
	t.Parallel()
	c := config(t)
	c.Front = web.Front{Proxies: prefixes("10.0.0.1/32", "127.0.0.1/32"), Encrypted: true}
	const proto = "X-Forwarded-Proto"
	for _, tt := range []struct {
		name, from string
		headers    []string
		status     int
		secure     bool
	}{
		{"TLS with us", "192.0.2.7:4000", []string{"TLS", ""}, 200, true},
		{"in the open", "192.0.2.7:4000", nil, 403, false},
		{"spoofed from elsewhere", "192.0.2.7:4000", []string{proto, "https"}, 403, false},
		{"TLS with the proxy", "10.0.0.1:4000", []string{proto, "https"}, 200, true},
		{"TLS with the proxy and with us", "10.0.0.1:4000", []string{"TLS", "", proto, "HTTPS"}, 200, true},
		{"the proxy was asked in the open", "10.0.0.1:4000", []string{proto, "http"}, 403, false},
		{"and asks us by TLS", "10.0.0.1:4000", []string{"TLS", "", proto, "http"}, 403, false},
		{"the proxy on this machine was asked in the open", "127.0.0.1:4000", []string{proto, "http"}, 403, false},
		{"one of two in the open", "10.0.0.1:4000", []string{proto, "https, http"}, 403, false},
		{"both by TLS", "10.0.0.1:4000", []string{proto, "https", proto, "https"}, 200, true},
		{"the proxy says nothing", "10.0.0.1:4000", nil, 403, false},
		{"this machine, directly", "127.0.0.1:4000", nil, 200, false},
		{"a probe", "192.0.2.7:4000", []string{"Path", "/healthz"}, 200, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := come(t, c, tt.from, tt.headers...)
			if got.status != tt.status || got.client.Secure != tt.secure {
				t.Errorf("status %d, secure %v; want %d, %v", got.status, got.client.Secure, tt.status, tt.secure)
			}
			if hsts := got.answer.Header().Get("Strict-Transport-Security"); (hsts != "") != tt.secure {
				t.Errorf("Strict-Transport-Security: %q", hsts)
			}
		})
	}
	if got := come(t, config(t), "192.0.2.7:4000"); got.status != 200 {
		t.Errorf("refused where nothing asks for TLS: %d", got.status)
	}
}

func TestTheNameThatAProxyWasAskedFor(t *testing.T) {
	t.Parallel()
	c := config(t)
	c.Front.Proxies = prefixes("10.0.0.1/32")
	const forwarded, name = "X-Forwarded-Host", "sekimori.example.lg.jp"
	for _, tt := range []struct {
		name, from string
		headers    []string
		status     int
	}{
		{"by the proxy", "10.0.0.1:1", []string{"Host", "upstream", forwarded, name}, 200},
		{"the nearest writes last", "10.0.0.1:1", []string{"Host", "upstream", forwarded, "evil.example, " + name}, 200},
		{"another name", "10.0.0.1:1", []string{forwarded, "evil.example"}, 421},
		{"from elsewhere", "192.0.2.7:1", []string{"Host", "upstream", forwarded, name}, 421},
		{"from elsewhere, passed over", "192.0.2.7:1", []string{forwarded, "evil.example"}, 200},
		{"of the same site", "10.0.0.1:1", []string{"Host", "upstream", forwarded, name, "Origin", "https://" + name}, 200},
	} {
		if got := come(t, c, tt.from, tt.headers...); got.status != tt.status {
			t.Errorf("%s: %d, want %d", tt.name, got.status, tt.status)
		}
	}
}

func TestWhoSitsAtThePC(t *testing.T) {
	t.Parallel()
	header := web.Identity{Header: "X-Staff-Number"}
	cn := web.Identity{Header: "X-Subject", Attribute: "CN"}
	serial := web.Identity{Header: "X-Subject", Attribute: "serialNumber"}
	const proxy, elsewhere = "10.0.0.1:1", "192.0.2.7:1"
	for _, tt := range []struct {
		name     string
		identity web.Identity
		from     string
		values   []string
		status   int
		want     string
	}{
		{"number", header, proxy, []string{" 100001 "}, 200, "100001"},
		{"spoofed from another address", header, elsewhere, []string{"100001"}, 200, ""},
		{"subject from another address", cn, elsewhere, []string{"CN=100001"}, 200, ""},
		{"twice from another address", header, elsewhere, []string{"100001", "100002"}, 200, ""},
		{"nobody", header, proxy, nil, 200, ""},
		{"empty", header, proxy, []string{""}, 200, ""},
		{"twice", header, proxy, []string{"100001", "100001"}, 400, ""},
		{"two in one", header, proxy, []string{"100001, 100002"}, 400, ""},
		{"long", header, proxy, []string{strings.Repeat("1", 65)}, 400, ""},
		{"not text", header, proxy, []string{"10\xff01"}, 400, ""},
		{"off", web.Identity{}, proxy, []string{"100001"}, 200, ""},
		{"nginx", cn, proxy, []string{"CN=100001,OU=Staff,O=Minato City,C=JP"}, 200, "100001"},
		{"with spaces", cn, proxy, []string{"CN = 100001 , O=Minato"}, 200, "100001"},
		{"other case, last", cn, proxy, []string{"C=JP,O=Minato,cn=100001"}, 200, "100001"},
		{"of several values", cn, proxy, []string{"CN=100001+serialNumber=77,O=Minato"}, 200, "100001"},
		{"serial number", serial, proxy, []string{"CN=Tanaka Taro+serialNumber=77,O=Minato"}, 200, "77"},
		{"by OID", serial, proxy, []string{"2.5.4.5=77,CN=x"}, 200, "77"},
		{"escaped", cn, proxy, []string{`O=Minato\, CN=1\3D2,CN=100001`}, 200, "100001"},
		{"escaped bytes", cn, proxy, []string{`CN=\E8\81\B7-1,C=JP`}, 200, "職-1"},
		{"equals sign in a value", cn, proxy, []string{`CN=a=b,C=JP`}, 200, "a=b"},
		{"other attributes only", serial, proxy, []string{"CN=100001,O=Minato"}, 200, ""},
		{"no certificate", cn, proxy, []string{""}, 200, ""},
		{"two in the header", cn, proxy, []string{"CN=100001", "CN=100002"}, 400, ""},
		{"two names", cn, proxy, []string{"CN=100001,CN=100002"}, 400, ""},
		{"two names, one by OID", cn, proxy, []string{"CN=100001,2.5.4.3=100002"}, 400, ""},
		{"two names in one part", cn, proxy, []string{"CN=100001+CN=100002"}, 400, ""},
		{"older form", cn, proxy, []string{"/C=JP/O=x/CN=100001"}, 400, ""},
		{"hexadecimal", cn, proxy, []string{"CN=#0c06313030303031"}, 400, ""},
		{"quotes", cn, proxy, []string{`CN="100001,CN=2"`}, 400, ""},
		{"cut off", cn, proxy, []string{"CN=100001,"}, 400, ""},
		{"broken escape", cn, proxy, []string{`CN=1\zz`}, 400, ""},
		{"escape at the end", cn, proxy, []string{`CN=1\`}, 400, ""},
		{"control characters", cn, proxy, []string{`CN=1\0A2`}, 400, ""},
		{"no subject", cn, proxy, []string{"100001"}, 400, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := config(t)
			c.Front = web.Front{Proxies: prefixes("10.0.0.1/32"), Identity: tt.identity}
			name := tt.identity.Header
			if name == "" {
				name = "X-Staff-Number"
			}
			var headers []string
			for _, v := range tt.values {
				headers = append(headers, name, v)
			}
			if got := come(t, c, tt.from, headers...); got.status != tt.status || got.client.Identity != tt.want {
				t.Errorf("status %d, %q; want %d, %q", got.status, got.client.Identity, tt.status, tt.want)
			}
		})
	}
}

func TestTheOperatorLearnsWhyAProxyIsRefused(t *testing.T) {
	t.Parallel()
	c := config(t)
	var log bytes.Buffer
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	c.Front = web.Front{Proxies: prefixes("10.0.0.1/32"), Encrypted: true}
	if got := come(t, c, "10.0.0.1:1"); got.status != 403 || !strings.Contains(got.answer.Body.String(), "https://") {
		t.Errorf("%d %s", got.status, got.answer.Body)
	}
	if !strings.Contains(log.String(), "X-Forwarded-Proto") || !strings.Contains(log.String(), "peer=10.0.0.1:1") {
		t.Errorf("log: %s", log.String())
	}
}
