package signin

import (
	"context"
	"net/http"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/web"
)

// nowhere is what is left to do of somebody who works nowhere any more: nothing, until he is assigned again.
const nowhere account.Pending = "nowhere"

// Step is the page of what is left to do.
func Step(a *access.Actor) string {
	return map[account.Pending]string{
		account.ChangePassword: "/signin/password", account.GiveFactor: "/signin/factor", account.EnrolFactor: "/signin/enroll", nowhere: "/signin/ended",
	}[account.Pending(a.Pending)]
}

// The cookie of a session. With TLS its name makes the browser refuse it from anywhere else; on this machine alone there may be
// none, and some browsers keep no Secure cookie then.
const (
	secureCookie = "__Host-sekimori"
	openCookie   = "sekimori"
)

func cookieName(c web.Client) string {
	if c.Secure {
		return secureCookie
	}
	return openCookie
}

func cookie(c web.Client, token string) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure where there is TLS; serve refuses to go without it off this machine
		Name: cookieName(c), Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.Secure,
	}
}

// Identify finds out who sends a request: by the cookie of his session or, to the API, by a key of his.
func (d *Doors) Identify(r *http.Request) (*access.Actor, error) {
	var actor *access.Actor
	ctx := r.Context()
	err := d.log.DB().View(ctx, func(reader db.Reader) (err error) {
		if key := web.Key(r); key != "" {
			actor, err = d.byKey(ctx, reader, key)
			return err
		}
		cookie, err := r.Cookie(cookieName(web.ClientOf(r)))
		if err != nil {
			actor = access.Visitor()
			return nil //nolint:nilerr // he has not signed in
		}
		actor, err = d.bySession(ctx, reader, cookie.Value, web.ClientOf(r))
		return err
	})
	return actor, err
}

// bySession is who holds a session. One that has ended is of nobody; so is one that a named proxy has opened, where the proxy says
// that somebody else sits there now, or nobody: the next person at a shared PC, or who has taken the cookie away.
func (d *Doors) bySession(ctx context.Context, r db.Reader, token string, from web.Client) (*access.Actor, error) {
	s, a, err := d.Accounts.Resolve(ctx, r, token)
	if errs.KindOf(err) == errs.Unauthenticated {
		return access.Visitor(), nil
	}
	if err != nil {
		return nil, err
	}
	if d.log.DB().Now().Sub(s.UsedAt.Time()) >= time.Minute {
		d.later(func(ctx context.Context) error { return d.Accounts.Touch(ctx, s) })
	}
	var actor *access.Actor
	if a.Kind == account.Place {
		actor, err = d.gate.Place(ctx, r, a.ID, a.Unit, db.At(d.log.DB().Now()))
	} else {
		actor, err = d.person(ctx, r, a)
	}
	if err != nil {
		return nil, err
	}
	if s.How == account.ByProxy && (from.Identity == "" || text.NFKC(from.Identity) != text.NFKC(actor.Person.Number)) {
		return access.Visitor(), nil
	}
	actor.Session, actor.Account = s.ID, a.ID
	if a.Kind == account.Person && actor.Pending == "" {
		var next account.Pending
		next, err = d.pending(ctx, r, actor, s)
		actor.Pending = string(next)
	}
	return actor, err
}

// session is that of whoever asks.
func (p pages) session(ctx context.Context, r *web.Request) (s account.Session, err error) {
	err = p.d.log.DB().View(ctx, func(reader db.Reader) error {
		s, _, err = p.d.Accounts.Resolve(ctx, reader, p.token(r))
		return err
	})
	return s, err
}

func (p pages) token(r *web.Request) string { return r.Cookie(cookieName(r.Client())) }

func (p pages) visit(r *web.Request) account.Visit {
	return account.Visit{Address: r.Client().Address.String(), Agent: r.Agent(), Replaces: p.token(r)}
}
