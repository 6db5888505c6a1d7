package account

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
)

// The limits of what goes wrong (kobe-city/standard:8.2.5, kobe-school/standard:7.2.8). They slow down who guesses, and never
// shut out an owner: each wrong try is a debt that is paid off by time alone, and who is too deep in debt waits.
const (
	// From one address ten tries may be wrong within a quarter of an hour; then one each 90 seconds, 960 a day. Nobody mistypes
	// ten times, and a password that keeps the rule survives a hundred million.
	netTries = 10
	netPays  = 90 * time.Second

	// For one account 200 tries a day may be wrong, wherever they come from. Then the password alone is not enough from an address
	// that its owner has never used: he gives his second factor, or waits for a minute if he has none.
	accountTries = 200
	accountPays  = 24 * time.Hour / accountTries
	waiting      = time.Minute
	waitKept     = 10 * time.Minute // who does not come back for so long waits anew

	// On a terminal the day's number may be wrong ten times, then once each five minutes: in a day one of 5,000 numbers in a
	// million is tried.
	placePays = 5 * time.Minute
)

// debts are the kinds of counters in account_try.
const (
	ofNet      = "net"      // wrong tries from an address
	ofPair     = "pair"     // from a shared address for one account
	ofAccount  = "account"  // for one account
	ofWait     = "wait"     // until_at is when somebody may try who has to wait
	ofTerminal = "terminal" // wrong numbers on a terminal
	ofFactor   = "factor"   // wrong second factors for one account, and, with the address, from there
)

// debt is one counter.
type debt struct {
	Kind    string  `db:"kind"`
	Subject string  `db:"subject"`
	Until   db.Time `db:"until_at"` // when it is paid off
	Tries   int64   `db:"tries"`    // since the last that went well
	At      db.Time `db:"at"`       // of the last
}

// wait is how long somebody waits who may be in debt for so many tries; 0 for not at all.
func (d debt) wait(now time.Time, tries int, pays time.Duration) time.Duration {
	if d.Until == "" {
		return 0
	}
	return max(0, d.Until.Time().Sub(now)-time.Duration(tries-1)*pays)
}

// more is the debt with one more wrong try.
func (d debt) more(now time.Time, pays time.Duration) debt {
	until := now
	if d.Until != "" && d.Until.Time().After(now) {
		until = d.Until.Time()
	}
	d.Until, d.Tries, d.At = db.At(until.Add(pays)), d.Tries+1, db.At(now)
	return d
}

// origin is where a request comes from.
type origin struct {
	address string // as it is shown
	net     string // as it is counted: an IPv6 address by its /64, which one machine has to itself
	shared  bool
}

// from reads an address. What is none counts as one.
func from(address string, shared []netip.Prefix) origin {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return origin{address: cut(address, 60), net: "?"}
	}
	a = a.Unmap().WithZone("")
	o := origin{address: a.String(), net: a.String()}
	if a.Is6() {
		p, _ := a.Prefix(64) // 64 bits are fewer than 128
		o.net = p.String()
	}
	for _, p := range shared {
		o.shared = o.shared || p.Contains(a)
	}
	return o
}

// counter is where wrong tries from an origin are counted.
func (o origin) counter(subject string) debt {
	if o.shared {
		return debt{Kind: ofPair, Subject: o.net + " " + subject}
	}
	return debt{Kind: ofNet, Subject: o.net}
}

// subjectOf is an account as it is counted; a login that nobody has is counted as well, so that nobody learns of that.
func subjectOf(a Account, login string) string {
	if a.ID != "" {
		return string(a.ID)
	}
	return "login:" + hexSum(fold(login))
}

// tally is what is owed by who tries to come in now.
type tally struct {
	from, account, turn debt
	slow                bool // the account is under attack and the address is not one of its owner's
}

// weigh finds out whether somebody must wait: TooMany, and then for the first time where book is true.
func (s *Service) weigh(ctx context.Context, r db.Reader, now time.Time, o origin, a Account, login string) (t tally, book bool, err error) {
	subject := subjectOf(a, login)
	t = tally{from: o.counter(subject), account: debt{Kind: ofAccount, Subject: subject}, turn: debt{Kind: ofWait, Subject: subject + " " + o.net}}
	if err := fill(ctx, r, &t.from, &t.account, &t.turn); err != nil {
		return t, false, err
	}
	if wait := t.from.wait(now, netTries, netPays); wait > 0 {
		return t, false, tooMany(wait, "続けて違ったため、ここからのサインインをしばらく止めています。")
	}
	if t.account.wait(now, accountTries, accountPays) == 0 {
		return t, false, nil
	}
	if a.ID != "" {
		known, err := knownFrom(ctx, r, a.ID, o.net)
		if err != nil || known {
			return t, false, err
		}
		asked, err := s.enrolled(ctx, r, a)
		if err != nil || asked {
			return t, false, err
		}
	}
	t.slow = true
	const why = "この利用者へのサインインの失敗が続いています。利用者を守るため、初めての場所からは1分お待ちいただきます。"
	due := t.turn.Until
	switch {
	case due == "" || due.Time().Add(waitKept).Before(now):
		return t, true, tooMany(waiting, why)
	case due.Time().After(now):
		return t, false, tooMany(due.Time().Sub(now), why)
	}
	return t, false, nil
}

func tooMany(wait time.Duration, why string) error {
	return errs.Later(wait, "%s%sたってから、もう一度お試しください。", why, span(wait))
}

// span is a time in words, rounded up.
func span(d time.Duration) string {
	if seconds := (d + time.Second - 1) / time.Second; seconds < 100 {
		return fmt.Sprintf("%d秒", seconds)
	}
	return fmt.Sprintf("%d分", (d+time.Minute-1)/time.Minute)
}

// wrong books a wrong try.
func (t tally) wrong(ctx context.Context, tx *db.Tx) error {
	list := []debt{t.from.more(tx.Now, netPays), t.account.more(tx.Now, accountPays)}
	if t.slow {
		list = append(list, t.next(tx.Now))
	}
	return putDebts(ctx, tx, list...)
}

// next lets who has to wait come in a minute.
func (t tally) next(now time.Time) debt {
	t.turn.Until, t.turn.At = db.At(now.Add(waiting)), db.At(now)
	return t.turn
}

// right forgets how many tries were wrong before; what is owed stays, or else an attacker would pay by signing in himself.
func (t tally) right(ctx context.Context, tx *db.Tx) error {
	if t.account.Tries == 0 {
		return nil
	}
	t.account.Tries = 0
	return putDebts(ctx, tx, t.account)
}

// enter takes one of the places in which tries from an origin are judged at once; leave gives it back. So nobody fills the
// queue of all, nor has more guesses judged than he may have wrong.
func (s *Service) enter(counter debt) (leave func(), err error) {
	key := counter.Kind + " " + counter.Subject
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trying[key] >= netTries {
		return nil, tooMany(time.Second, "同じところから一度に多くのサインインがありました。")
	}
	s.trying[key]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.trying[key]--; s.trying[key] == 0 {
			delete(s.trying, key)
		}
	}, nil
}

// cut is the beginning of a text, at most n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
