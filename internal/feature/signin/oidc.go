package signin

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"sekimori/internal/base/errs"
)

// ProviderOptions say which identity provider the office has (OpenID Connect), and what of its words is believed.
type ProviderOptions struct {
	Issuer   string
	ClientID string
	Secret   func() (string, error) // asked at each use, so that it can be changed; nil for a public client
	Claim    string                 // holds the 職員番号
	Scopes   []string               // besides openid
	Factors  []string               // values of amr or acr that count as a second factor
	Roots    *x509.CertPool         // nil for those of the system
	Title    string                 // what the way in is called on the page
	Key      []byte                 // 32 bytes that all processes of the database share
	Now      func() time.Time
}

// Known is whom the provider names.
type Known struct {
	Number string // 職員番号
	Factor bool   // he gave a second factor there
	Next   string // the address that he wanted, as he sent it
}

// Check says what is wrong with the options.
func (o ProviderOptions) Check() error {
	to, err := url.Parse(o.Issuer)
	switch {
	case err != nil || to.Host == "" || to.User != nil || to.RawQuery != "" || to.Fragment != "":
		return errs.New(errs.Invalid, "--oidc-issuer %s は「https://idp.example.lg.jp/…」の形で、認証基盤が示す issuer のとおりに書いてください", o.Issuer)
	case !private(o.Issuer):
		return errs.New(errs.Invalid, "--oidc-issuer は https:// で始まるものだけが使えます: %s", o.Issuer)
	case o.ClientID == "":
		return errs.New(errs.Invalid, "--oidc-client-id で、認証基盤に登録したクライアントIDを指定してください")
	case o.Claim == "":
		return errs.New(errs.Invalid, "--oidc-claim で、職員番号を持つクレームを指定してください")
	}
	if o.Secret != nil {
		_, err = o.Secret()
	}
	return err
}

// private reports whether an address is asked by TLS, or on this machine.
func private(address string) bool {
	to, err := url.Parse(address)
	return err == nil && (to.Scheme == "https" || to.Scheme == "http" && slices.Contains([]string{"127.0.0.1", "localhost", "::1"}, to.Hostname()))
}

// flow is what this browser has to bring back from the provider. It lies in a cookie, sealed with the key of the store, so that
// any process can go on with it and none keeps it.
type flow struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	Site     string    `json:"site"`
	Next     string    `json:"next"`
	Until    time.Time `json:"until"`
}

// patience is how long somebody may stay at the provider's pages.
const patience = 10 * time.Minute

// maxNext is the longest address that is kept over the way to the provider; a cookie holds 4 KB.
const maxNext = 1000

func newFlow(site, next string, now time.Time) flow {
	if len(next) > maxNext {
		next = ""
	}
	return flow{State: rand.Text(), Nonce: rand.Text(), Verifier: rand.Text() + rand.Text(), Site: site, Next: next, Until: now.Add(patience)}
}

// sealer keeps flows from being read or made by anybody else.
type sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) (sealer, error) {
	if len(key) != 32 {
		return sealer{}, fmt.Errorf("signin: a key of %d bytes", len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCM(block)
	return sealer{aead}, err
}

func (s sealer) seal(f flow) (string, error) {
	plain, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, s.aead.NonceSize())
	rand.Read(nonce) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, plain, []byte(flowCookie))), nil
}

func (s sealer) open(text string) (f flow, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(sealed) < s.aead.NonceSize() {
		return flow{}, errors.New("signin: no flow in the cookie")
	}
	plain, err := s.aead.Open(nil, sealed[:s.aead.NonceSize()], sealed[s.aead.NonceSize():], []byte(flowCookie))
	if err != nil {
		return flow{}, err
	}
	return f, json.Unmarshal(plain, &f)
}

// The ways in which it fails, in the words of who stands before the page.
var (
	errLost   = errs.New(errs.Invalid, "サインインの途中で時間が過ぎたか、別の画面でサインインを始め直しています。もう一度始めてください。")
	errDenied = errs.New(errs.Forbidden, "認証基盤でのサインインが取り消されました。もう一度始めるか、利用者IDとパスワードでサインインしてください。")
)

func unreachable(cause error) error {
	return errs.Wrap(cause, errs.Unavailable, "庁内の認証基盤につながりません。しばらくしてからもう一度始めるか、利用者IDとパスワードでサインインしてください。")
}

func unproven(cause error) error {
	return errs.Wrap(cause, errs.Forbidden, "認証基盤から届いた結果を確かめられませんでした。もう一度始めてください。続くときは、この画面の文と時刻を情報システムの担当に知らせてください。")
}

// expect compares what came back with what was sent away.
func (f flow) expect(query url.Values, issuer, site string, now time.Time) (code string, err error) {
	one := func(name string) (string, bool) { return query.Get(name), len(query[name]) == 1 }
	state, ok := one("state")
	if !ok || !hmac.Equal([]byte(state), []byte(f.State)) || !now.Before(f.Until) || f.Site != site {
		return "", errLost
	}
	if iss := query["iss"]; len(iss) > 0 && (len(iss) > 1 || iss[0] != issuer) { // RFC 9207
		return "", unproven(fmt.Errorf("signin: answer of the issuer %q", iss))
	}
	switch refusal, refused := one("error"); {
	case refusal == "access_denied":
		return "", errDenied
	case refused || query.Has("error"):
		return "", errs.Wrap(fmt.Errorf("signin: provider: %q %q", refusal, query.Get("error_description")), errs.Forbidden,
			"認証基盤がサインインを受け付けませんでした（%s）。この画面の文と時刻を情報システムの担当に知らせてください。急ぐときは、利用者IDとパスワードでサインインできます。", word(refusal))
	}
	code, ok = one("code")
	if !ok || code == "" {
		return "", errLost
	}
	return code, nil
}

// word keeps of a foreign text what fits into a sentence.
func word(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '_' || r == '-' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()[:min(b.Len(), 40)]
}

// claims are those of an ID token or of the provider's page about a person.
type claims map[string]json.RawMessage

// party is for whom an ID token was made (azp), "" where it does not say.
func (c claims) party() (id string) {
	_ = json.Unmarshal(c["azp"], &id) // what is no text names nobody
	return id
}

// number is the 職員番号 in a claim: text, or a whole number. "" where there is none.
func (c claims) number(claim string) string {
	var s string
	if json.Unmarshal(c[claim], &s) == nil {
		return strings.TrimSpace(s)
	}
	var n int64
	if json.Unmarshal(c[claim], &n) == nil && string(c[claim]) != "null" {
		return fmt.Sprint(n)
	}
	return ""
}

// factor reports whether the provider says that one of these ways was used.
func (c claims) factor(ways []string) bool {
	var amr []string
	var acr string
	_ = json.Unmarshal(c["amr"], &amr) // what is not said was not used
	_ = json.Unmarshal(c["acr"], &acr)
	return slices.ContainsFunc(append(amr, acr), func(w string) bool { return w != "" && slices.Contains(ways, w) })
}
