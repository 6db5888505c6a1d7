package app

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"sekimori/internal/base/errs"
	"sekimori/internal/web"
)

// frontFlags say how people on other machines reach the server.
type frontFlags struct {
	Host []string `name:"host" env:"SEKIMORI_HOST" placeholder:"NAME" help:"ブラウザーで開くときのサーバの名前。この端末の外から使うときは必ず指定する。何度でも書ける"`

	TLSCert string `name:"tls-cert" env:"SEKIMORI_TLS_CERT" placeholder:"FILE" help:"サーバの証明書（PEM。中間CAも続けて入れる）。書き換えれば再起動なしに読み直す"`
	TLSKey  string `name:"tls-key" env:"SEKIMORI_TLS_KEY" placeholder:"FILE" help:"その秘密鍵（PEM、パスフレーズなし）"`

	TrustedProxy []string `name:"trusted-proxy" env:"SEKIMORI_TRUSTED_PROXY" placeholder:"CIDR" help:"前に立つプロキシのアドレス。ここから来た X-Forwarded-For、-Proto、-Host だけを信じる。何度でも書ける"`

	IdentityHeader            string `name:"identity-header" env:"SEKIMORI_IDENTITY_HEADER" placeholder:"NAME" help:"プロキシが認証した人の職員番号を入れるヘッダー"`
	IdentityCertificateHeader string `name:"identity-certificate-header" env:"SEKIMORI_IDENTITY_CERTIFICATE_HEADER" placeholder:"NAME" help:"プロキシが検証したクライアント証明書のサブジェクトを入れるヘッダー"`
	IdentityAttribute         string `name:"identity-attribute" env:"SEKIMORI_IDENTITY_ATTRIBUTE" default:"CN" placeholder:"NAME" help:"そのサブジェクトのうち職員番号である属性。CN か serialNumber"`
}

// front is what the flags mean.
type front struct {
	web.Front
	hosts       []string
	certificate *certificate // nil where the server speaks no TLS itself
}

// read checks the flags together with the address that is listened on.
func (f *frontFlags) read(address string) (front, error) {
	inside, err := local(address)
	if err != nil {
		return front{}, err
	}
	var out front
	if out.Proxies, err = proxies(f.TrustedProxy); err != nil {
		return front{}, err
	}
	if out.hosts, err = hosts(f.Host); err != nil {
		return front{}, err
	}
	if out.Identity, err = f.identity(); err != nil {
		return front{}, err
	}
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return front{}, errs.New(errs.Invalid, "--tls-cert と --tls-key は一緒に指定してください")
	}
	out.Encrypted = f.TLSCert != "" || len(out.Proxies) > 0
	switch {
	case inside:
	case !out.Encrypted:
		return front{}, errs.New(errs.Invalid, "%s はこの端末の外からも届くアドレスです。暗号化せずには使えません。--tls-cert と --tls-key で証明書を指定するか、--trusted-proxy で前に立つプロキシを指定してください", address)
	case len(out.hosts) == 0:
		return front{}, errs.New(errs.Invalid, "--host で、ブラウザーで開くときのサーバの名前を指定してください（--host sekimori.example.lg.jp）")
	}
	if f.TLSCert != "" {
		if out.certificate, err = openCertificate(f.TLSCert, f.TLSKey); err != nil {
			return front{}, err
		}
	}
	return out, nil
}

// local reports whether an address can be reached from this machine alone.
func local(address string) (bool, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false, errs.Wrap(err, errs.Invalid, "待ち受けるアドレス %s は「127.0.0.1:8080」の形で書いてください", address)
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback(), nil
}

// proxies reads addresses with or without the length of a prefix. What names half the network names nobody.
func proxies(list []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			var a netip.Addr
			if a, err = netip.ParseAddr(s); err == nil {
				p = netip.PrefixFrom(a, a.BitLen())
			}
		}
		if err != nil || p.Addr().Is4In6() {
			return nil, errs.New(errs.Invalid, "--trusted-proxy %s は「10.1.2.3」か「10.1.2.0/24」の形で書いてください", s)
		}
		if least := map[bool]int{true: 8, false: 16}[p.Addr().Is4()]; p.Bits() < least {
			return nil, errs.New(errs.Invalid, "--trusted-proxy %s は広すぎます。プロキシだけを指定してください", s)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

func hosts(list []string) ([]string, error) {
	var all []string
	for _, s := range list {
		name := strings.ToLower(strings.Trim(s, "[]"))
		if name == "" || strings.ContainsAny(name, "/ *@") || strings.Contains(name, ":") && net.ParseIP(name) == nil {
			return nil, errs.New(errs.Invalid, "--host %s は、ポートや https:// を付けずに名前だけを書いてください", s)
		}
		all = append(all, name)
	}
	return all, nil
}

// identity is off unless a flag asks for it, and then only for named proxies.
func (f *frontFlags) identity() (web.Identity, error) {
	header := cmp.Or(f.IdentityHeader, f.IdentityCertificateHeader)
	switch {
	case header == "":
		return web.Identity{}, nil
	case f.IdentityHeader != "" && f.IdentityCertificateHeader != "":
		return web.Identity{}, errs.New(errs.Invalid, "--identity-header と --identity-certificate-header は、どちらか一方を指定してください")
	case len(f.TrustedProxy) == 0:
		return web.Identity{}, errs.New(errs.Invalid, "ヘッダーで示された人を信じるには、そのヘッダーを付けるプロキシを --trusted-proxy で指定してください。指定がなければ、だれでも他人になりすませます")
	case !headerName(header):
		return web.Identity{}, errs.New(errs.Invalid, "ヘッダーの名前 %s は使えません。X-Staff-Number のように、ほかに使われない名前を付けてください", header)
	}
	if f.IdentityHeader != "" {
		return web.Identity{Header: header}, nil
	}
	if f.IdentityAttribute == "" || strings.ContainsAny(f.IdentityAttribute, " =,+") {
		return web.Identity{}, errs.New(errs.Invalid, "--identity-attribute は CN か serialNumber のように、サブジェクトの属性の名前を書いてください")
	}
	return web.Identity{Header: header, Attribute: f.IdentityAttribute}, nil
}

// headerName refuses names that browsers or proxies use for something else.
func headerName(name string) bool {
	lower := strings.ToLower(name)
	taken := []string{"host", "cookie", "authorization", "origin", "referer", "user-agent", "accept", "connection", "content-type", "content-length", "forwarded", "via"}
	return !slices.Contains(taken, lower) && !strings.HasPrefix(lower, "x-forwarded-") && !strings.HasPrefix(lower, "sec-") &&
		!strings.ContainsFunc(lower, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' })
}

// url is what people open, as far as the server knows it: behind a proxy its port is the proxy's.
func (f front) url(at net.Addr) string {
	_, port, _ := net.SplitHostPort(at.String())
	switch {
	case f.certificate != nil && (len(f.hosts) == 0 || f.hosts[0] == "localhost"):
		return "https://" + at.String()
	case f.certificate != nil && port != "443":
		return "https://" + net.JoinHostPort(f.hosts[0], port)
	case len(f.hosts) > 0:
		return "https://" + f.hosts[0] + "（待受けは " + at.String() + "）"
	}
	return "http://" + at.String()
}

// doubts is what the operator should know before people complain.
func (f front) doubts(now time.Time) []string {
	if f.certificate == nil {
		return nil
	}
	return f.certificate.doubts(f.hosts, now)
}
