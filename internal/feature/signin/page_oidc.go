package signin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"sekimori/internal/base/errs"
	"sekimori/internal/web"
)

// Provider leads people to the office's identity provider and back (OpenID Connect, authorization code with PKCE). It is asked
// when somebody wants to come in that way and not before: while it is out of reach everything else goes on. It is safe for
// concurrent use.
type Provider struct {
	options ProviderOptions
	sealer  sealer
	client  *http.Client

	mu     sync.Mutex
	found  *discovered
	failed time.Time // when it was last out of reach
}

// discovered is what the provider says about itself; it is kept until the process ends.
type discovered struct {
	*oidc.Provider
	style oauth2.AuthStyle
}

// How long the provider is waited for: one answer of it, and the time in which nobody else tries after it was out of reach.
const (
	answerTime = 5 * time.Second
	retryAfter = 5 * time.Second
)

// NewProvider checks the options; it asks nobody.
func NewProvider(o ProviderOptions) (*Provider, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	sealer, err := newSealer(o.Key)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: answerTime, ResponseHeaderTimeout: answerTime, MaxIdleConns: 10, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
	}
	client := &http.Client{Transport: bounded{transport}, Timeout: answerTime, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // the addresses are those that the provider gives
	}}
	return &Provider{options: o, sealer: sealer, client: client}, nil
}

// Title is what the way in is called.
func (p *Provider) Title() string { return p.options.Title }

// discover asks the provider for its addresses and keys, once.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	now := p.options.Now()
	if now.Sub(p.failed).Abs() < retryAfter {
		return nil, unreachable(errors.New("signin: the provider was out of reach a moment ago"))
	}
	// Whoever is the first asks for all: he may go away.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.options.Issuer)
	if err != nil {
		p.failed = p.options.Now()
		return nil, unreachable(err)
	}
	var says struct {
		Methods  []string `json:"token_endpoint_auth_methods_supported"`
		Keys     string   `json:"jwks_uri"`
		UserInfo string   `json:"userinfo_endpoint"`
	}
	if err := found.Claims(&says); err != nil {
		return nil, unreachable(err)
	}
	for _, at := range []string{found.Endpoint().AuthURL, found.Endpoint().TokenURL, says.Keys, says.UserInfo} {
		if at != "" && !private(at) {
			p.failed = p.options.Now()
			return nil, unreachable(fmt.Errorf("signin: the provider would be asked in the open at %q", at))
		}
	}
	p.found = &discovered{found, oauth2.AuthStyleInHeader}
	if p.options.Secret == nil || len(says.Methods) > 0 && !slices.Contains(says.Methods, "client_secret_basic") {
		p.found.style = oauth2.AuthStyleInParams
	}
	return p.found, nil
}

// bounded reads answers up to what any of the provider's takes.
type bounded struct{ http.RoundTripper }

const maxAnswer = 1 << 20

// RoundTrip sends a request.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Body = http.MaxBytesReader(nil, answer.Body, maxAnswer)
	}
	return answer, err
}

// config is how we speak with the provider for one site. It registered the address under which people come back.
func (p *Provider) config(found *discovered, site string) (*oauth2.Config, error) {
	secret := ""
	if p.options.Secret != nil {
		var err error
		if secret, err = p.options.Secret(); err != nil {
			return nil, err
		}
	}
	at := found.Endpoint()
	at.AuthStyle = found.style
	return &oauth2.Config{ClientID: p.options.ClientID, ClientSecret: secret, Endpoint: at, RedirectURL: site + pathBack, Scopes: append([]string{oidc.ScopeOpenID}, p.options.Scopes...)}, nil
}

// Addresses of the way to the provider and back.
const (
	pathAway = "/signin/oidc"
	pathBack = "/signin/oidc/back"
)

// flowCookie holds the flow. It is sent along when the provider sends the browser back.
const flowCookie = "sekimori-oidc"

func (p *Provider) cookie(c web.Client, value string, seconds int) *http.Cookie {
	name := flowCookie
	if c.Secure {
		name = "__Host-" + name
	}
	return &http.Cookie{ //nolint:gosec // Secure where there is TLS; on this machine alone there is none
		Name: name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.Secure,
	}
}

// Away leads the browser to the provider; next is where it shall go at last.
func (p *Provider) Away(ctx context.Context, r *web.Request) (web.Next, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return web.Next{}, err
	}
	config, err := p.config(found, r.Site())
	if err != nil {
		return web.Next{}, err
	}
	f := newFlow(r.Site(), r.Query("next"), p.options.Now())
	sealed, err := p.sealer.seal(f)
	if err != nil {
		return web.Next{}, err
	}
	to := config.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier))
	return web.Next{Away: to, Cookies: []*http.Cookie{p.cookie(r.Client(), sealed, int(patience.Seconds()))}}, nil
}

// Back takes what the provider sent by the browser, and lets in whom it names. The flow is over, however it ends.
func (p *Provider) Back(ctx context.Context, r *web.Request, in func(context.Context, Known) (web.Next, error)) (web.Next, error) {
	over := p.cookie(r.Client(), "", -1)
	known, err := p.known(ctx, r, r.Cookie(over.Name))
	if err != nil {
		return web.Next{Cookies: []*http.Cookie{over}}, err
	}
	next, err := in(ctx, known)
	next.Cookies = append(next.Cookies, over)
	return next, err
}

// known asks the provider for whom the code of an answer stands.
func (p *Provider) known(ctx context.Context, r *web.Request, sealed string) (Known, error) {
	f, err := p.sealer.open(sealed)
	if err != nil {
		return Known{}, errLost
	}
	code, err := f.expect(r.Values(), p.options.Issuer, r.Site(), p.options.Now())
	if err != nil {
		return Known{}, err
	}
	found, err := p.discover(ctx)
	if err != nil {
		return Known{}, err
	}
	config, err := p.config(found, r.Site())
	if err != nil {
		return Known{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return Known{}, failedExchange(err)
	}
	said, err := p.said(ctx, found, token, f.Nonce)
	if err != nil {
		return Known{}, err
	}
	known := Known{Number: said.number(p.options.Claim), Factor: said.factor(p.options.Factors), Next: f.Next}
	if known.Number == "" {
		return Known{}, errs.New(errs.Forbidden, "認証基盤から職員番号が渡されませんでした。利用者IDとパスワードでサインインしてください。情報システムの担当に「クレーム %s がない」と知らせてください。", p.options.Claim)
	}
	return known, nil
}

// failedExchange tells a code that the provider refuses from a provider that does not answer.
func failedExchange(err error) error {
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refusal.Response.StatusCode < http.StatusInternalServerError {
		return unproven(err)
	}
	return unreachable(err)
}

// said is what the provider says of the person: in the ID token, and where the claim is not in it, on its page about him.
func (p *Provider) said(ctx context.Context, found *discovered, token *oauth2.Token, nonce string) (claims, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return nil, unproven(errors.New("signin: no ID token"))
	}
	verifier := found.Verifier(&oidc.Config{ClientID: p.options.ClientID, Now: p.options.Now})
	proof, err := verifier.Verify(ctx, raw)
	if err != nil {
		return nil, unproven(err)
	}
	said := claims{}
	if err := proof.Claims(&said); err != nil {
		return nil, unproven(err)
	}
	switch {
	case proof.Nonce != nonce:
		return nil, unproven(errors.New("signin: nonce of another sign-in"))
	case said.party() != "" && said.party() != p.options.ClientID, len(proof.Audience) > 1 && said.party() == "":
		return nil, unproven(fmt.Errorf("signin: ID token for %q", said.party()))
	case said.number(p.options.Claim) != "" || found.UserInfoEndpoint() == "":
		return said, nil
	}
	more, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, unreachable(err)
	}
	about := claims{}
	if err := more.Claims(&about); err != nil || more.Subject != proof.Subject {
		return nil, unproven(errors.New("signin: the page about the person is about another"))
	}
	said[p.options.Claim] = about[p.options.Claim] // the rest was not signed
	return said, nil
}
