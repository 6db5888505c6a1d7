package account

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
)

// Terms is what the body decides about signing in.
type Terms struct {
	Idle      time.Duration // a session ends when it is not used for so long; some minutes at least
	Absolute  time.Duration // and at the latest after so long
	Temporary time.Duration // for so long a temporary password can be used
	Interval  int           // months after which who has privileges changes his password; 0 for never
	Grace     int           // days after somebody's last assignment before his account is closed
	Join      bool          // who is known by another door and works here gets an account by coming in
	// Shared are addresses behind which many people sit, such as the proxy of a ward office: wrong tries from there count for each
	// account by itself.
	Shared []netip.Prefix
}

// Defaults are the terms where nothing was decided. Six months: kobe-city/standard:8.2.6エ.
func Defaults() Terms {
	return Terms{Idle: 30 * time.Minute, Absolute: 12 * time.Hour, Temporary: 7 * 24 * time.Hour, Interval: 6, Grace: 30, Join: true}
}

// Options is what the service must be told.
type Options struct {
	// Terms are those of this moment (TermsOf); nil for Defaults.
	Terms func(ctx context.Context, r db.Reader) (Terms, error)
	// Privileged says whether an account's owner needs a second factor and the stricter rules for passwords; nil for nobody.
	Privileged func(ctx context.Context, r db.Reader, a Account) (bool, error)
	// Factors are the second factors; nil where nobody has any.
	Factors *Factors
}

// Service holds the use cases of accounts. It is safe for concurrent use.
type Service struct {
	log     *trail.Log
	d       *db.DB
	options Options
	rule    Rule
	hasher  *hasher

	mu     sync.Mutex
	trying map[string]int // tries that are being judged, by where they come from
}

// New makes the service.
func New(log *trail.Log, o Options) *Service {
	s := &Service{log: log, d: log.DB(), options: o, rule: NewRule(), hasher: newHasher(costNow), trying: map[string]int{}}
	if o.Factors != nil {
		s.UseFactors(o.Factors)
	}
	return s
}

// UseFactors names the second factors where they are made after the service. It is called before either is used.
func (s *Service) UseFactors(f *Factors) {
	f.hasher = s.hasher // one memory for all
	s.options.Factors = f
}

func (s *Service) terms(ctx context.Context, r db.Reader) (Terms, error) {
	if s.options.Terms == nil {
		return Defaults(), nil
	}
	return s.options.Terms(ctx, r)
}

func (s *Service) privileged(ctx context.Context, r db.Reader, a Account) (bool, error) {
	if s.options.Privileged == nil || a.Kind != Person {
		return false, nil
	}
	return s.options.Privileged(ctx, r, a)
}

// enrolled says whether an account's owner can give a second factor.
func (s *Service) enrolled(ctx context.Context, r db.Reader, a Account) (bool, error) {
	if s.options.Factors == nil || a.Kind != Person {
		return false, nil
	}
	usable, err := s.options.Factors.Usable(ctx, r, a.ID)
	return len(usable) > 0, err
}

// view is what may be known at a moment, of its day.
func view(now time.Time) org.View { return org.View{On: jpdate.Today(now), Now: db.At(now)} }

// TermsOf are the terms that follow from what the body has decided, on a day.
func TermsOf(v setting.Values, on jpdate.Date) Terms {
	is := func(d setting.Declaration) setting.Value { return v.At(d, on) }
	t := Defaults()
	t.Idle = time.Duration(is(IdleTimeout()).Int()) * time.Minute
	t.Absolute = time.Duration(is(SessionLength()).Int()) * time.Hour
	t.Temporary = time.Duration(is(TemporaryPassword()).Int()) * 24 * time.Hour
	t.Interval, t.Grace = is(PrivilegedPassword()).Int(), is(GraceDays()).Int()
	for _, line := range is(SharedAddresses()).List() {
		if p, err := netip.ParsePrefix(line); err == nil { // they were read when they were decided
			t.Shared = append(t.Shared, p)
		}
	}
	return t
}
