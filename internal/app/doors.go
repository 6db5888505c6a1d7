package app

import (
	"cmp"
	"context"
	"net"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/signin"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/web"
)

// factorKey is the file of the store with which the keys of second factors are sealed.
const factorKey = "factor.key"

// admit makes the doors of the program: who comes in how, and what he may do then.
func (a *App) admit() {
	a.Gate = access.NewGate(&a.charts, a.rules)
	a.Accounts = account.New(a.Log, account.Options{Terms: a.terms, Privileged: a.privileged})
	a.Doors = signin.New(a.Log, a.Gate, a.Accounts, nil)
}

// furnish gives the doors their second factors: sealed with the key of the store, and passkeys for a site, if it has one.
func (a *App) furnish(issuer string, key []byte, site string, origins []string) error {
	factors, err := account.NewFactors(a.Log, account.FactorOptions{
		Key: key, Issuer: issuer, Site: site, Origins: origins, Allowed: a.allowed, Reissue: a.Accounts.Reissue,
	})
	if err != nil {
		return err
	}
	a.Accounts.UseFactors(factors)
	a.Doors.Factors = factors
	return nil
}

// furnished gives the doors what a server has: passkeys for its name, and the office's identity provider.
func (a *App) furnished(body, listen string, f front, o signin.ProviderOptions) error {
	key, err := a.store.Secret(factorKey)
	if err != nil {
		return err
	}
	var site string
	var origins []string
	_, port, _ := net.SplitHostPort(listen) // it was read before
	for _, host := range f.hosts {
		if net.ParseIP(host) != nil {
			continue // passkeys are for names
		}
		site = cmp.Or(site, host)
		if host == site || strings.HasSuffix(host, "."+site) {
			origins = append(origins, "https://"+host, "https://"+net.JoinHostPort(host, port))
		}
	}
	if err := a.furnish(strings.TrimSpace(body+" 関守"), key, site, origins); err != nil || o.Issuer == "" {
		return err
	}
	if o.Key, err = a.store.Secret("oidc.key"); err != nil {
		return err
	}
	o.Now = a.DB.Now
	a.Doors.Provider, err = signin.NewProvider(o)
	return err
}

// privileged says whether somebody bears a role that asks for a second factor now.
func (a *App) privileged(ctx context.Context, r db.Reader, of account.Account) (bool, error) {
	actor, err := a.Gate.Person(ctx, r, of.Person, db.At(a.DB.Now()))
	if errs.KindOf(err) == errs.NotFound {
		return false, nil // he works nowhere
	}
	return err == nil && account.FactorRequired(actor), err
}

func (a *App) terms(ctx context.Context, r db.Reader) (account.Terms, error) {
	values, err := a.settings.Values(ctx, r)
	return account.TermsOf(values, jpdate.Today(a.DB.Now())), err
}

func (a *App) allowed(ctx context.Context, r db.Reader) ([]account.FactorKind, error) {
	values, err := a.settings.Values(ctx, r)
	return account.FactorsOf(values, jpdate.Today(a.DB.Now())), err
}

// me is what the head of each page says about who reads it.
func me(actor *access.Actor) web.Me {
	if actor.Class == access.Place {
		return web.Me{Name: "所属端末"}
	}
	if actor.Class != access.Person {
		return web.Me{}
	}
	m := web.Me{Name: actor.Person.Name, SignOut: "/signout"}
	if actor.Pending == "" {
		m.Account = "/account"
	}
	var units []string
	for _, w := range actor.Assignments {
		if u, ok := actor.Chart.Tree.Last(w.Unit); ok {
			units = append(units, u.Name)
		}
	}
	m.Note = strings.Join(units, "、")
	return m
}
