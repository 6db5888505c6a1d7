package register

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
)

// Retention is how long entries of a kind are kept as records (公文書), once they have come to their end.
type Retention struct {
	Class   string // 分類; "" where the pack names none
	Setting string
	From    string // the state from which they are kept for the record only; "" from the day on which they happened
}

// Retention is what the kind declares: by record, else by keep. ok is false where it declares neither.
func (k Kind) Retention() (Retention, bool) {
	x := Retention{}
	if k.Keep != nil {
		x.Setting, x.From = k.Keep.For, k.Keep.From
	}
	if k.Record != nil && k.Record.Retention != "" {
		x.Class, x.Setting, x.From = k.Record.Class, k.Record.Retention, cmp.Or(k.Record.From, x.From)
	}
	if n := len(k.States); n == 0 || k.Volume == Log {
		x.From = "" // what is never brought into another state is at its end when it has happened
	} else if k.State(x.From) == "" {
		x.From = k.States[n-1].ID // closed
	}
	return x, x.Setting != ""
}

// came brings an entry into a state, and notes the day where from then on it is kept for the record only.
func (d *Desk) came(e *Entry, state string) {
	if e.State == state && e.Version > 0 {
		return
	}
	e.State, e.Ended = state, jpdate.Date{}
	if x, ok := d.Retention(); ok && x.From != "" && x.From == state {
		e.Ended = d.Today
	}
}

// EndedOn is the day from which the time of an entry runs; zero where it does not run. Of an entry that came to its state before that day
// was noted, it is that of its last version: never too early.
func (b *Book) EndedOn(e Entry) jpdate.Date {
	x, ok := b.Retention()
	switch {
	case !ok || x.From != "" && x.From != e.State:
		return jpdate.Date{}
	case x.From == "":
		return jpdate.Today(e.Happened.Time())
	case e.Ended.IsZero():
		return jpdate.Today(e.Entered.Time())
	}
	return e.Ended
}

// Span is the value of a setting of the regime of a book; zero where it is no time.
func (s *Shelf) Span(b *Book, setting string) Span {
	if s.span == nil {
		return Span{}
	}
	return s.span(b.Regime, setting)
}

// Until is the last day on which what ended on a day is kept (満了日): the years of the setting count from the next 1 April (翌年度4月1日).
// ok is false where nothing says how long.
func (s *Shelf) Until(b *Book, ended jpdate.Date) (jpdate.Date, bool) {
	x, ok := b.Retention()
	span := s.Span(b, x.Setting)
	if !ok || ended.IsZero() || span.Months == 0 && span.Days == 0 {
		return jpdate.Date{}, false
	}
	return (jpdate.FiscalYearOf(ended) + 1).First().AddMonths(span.Months).AddDays(span.Days - 1), true
}

// earliest is a fiscal year before which no record of a register ends.
const earliest = 1900

// over is the day before which an entry must have ended so that its time is over on a day. ok is false where that is never.
func (s *Shelf) over(b *Book, on jpdate.Date) (jpdate.Date, bool) {
	for year := jpdate.FiscalYearOf(on); year > earliest; year-- {
		until, ok := s.Until(b, year.First())
		if !ok {
			return jpdate.Date{}, false
		}
		if until.Before(on) {
			return (year + 1).First(), true
		}
	}
	return jpdate.Date{}, false
}

// Keeping is how long one entry is kept, as its page shows it.
type Keeping struct {
	Retention
	Ended, Until jpdate.Date // zero while its time does not run
	Span         Span
	Extensions   []Extension // in force
}

// Keeping is how long an entry that the reader sees is kept. ok is false where the kind declares nothing about it.
func (d *Desk) Keeping(e Entry) (k Keeping, ok bool, err error) {
	if k.Retention, ok = d.Retention(); !ok {
		return k, false, nil
	}
	k.Span, k.Ended = d.Shelf.Span(d.Book, k.Setting), d.EndedOn(e)
	k.Until, _ = d.Shelf.Until(d.Book, k.Ended)
	all, err := extensionsOf(d.ctx, d.r, d.Name, e.Home, []string{string(e.ID)})
	for _, x := range all {
		if x.holds(d.Today) && x.over(e) {
			k.Extensions = append(k.Extensions, x)
		}
	}
	return k, true, err
}

// Words are a span as people read it.
func (s Span) Words() string {
	var words []string
	if years := s.Months / 12; years > 0 {
		words = append(words, fmt.Sprintf("%d年", years))
	}
	if months := s.Months % 12; months > 0 {
		words = append(words, fmt.Sprintf("%dか月", months))
	}
	if s.Days > 0 {
		words = append(words, fmt.Sprintf("%d日", s.Days))
	}
	return strings.Join(words, "")
}

// referred says which of some entries something refers to that is not among them itself, of whatever register and in whosever scope. What
// names only itself, or others of the same list, goes with them.
func (b *Book) referred(ctx context.Context, r db.Reader, shelf *Shelf, entries []string) (map[string]bool, error) {
	links, err := linksToAny(ctx, r, b.Name, entries)
	if err != nil {
		return nil, err
	}
	among := map[string]bool{}
	for _, e := range entries {
		among[e] = true
	}
	held := map[string]bool{}
	inside := map[string][]string{} // by who refers, what it refers to
	for _, l := range links {
		if l.FromKind == b.Name && among[string(l.From)] {
			inside[string(l.From)] = append(inside[string(l.From)], string(l.To))
			continue
		}
		names, err := shelf.names(ctx, r, l)
		if err != nil {
			return nil, err
		}
		held[string(l.To)] = held[string(l.To)] || names
	}
	for again := true; again; { // what one that stays refers to stays
		again = false
		for from, to := range inside {
			for _, x := range to {
				if held[from] && !held[x] {
					held[x], again = true, true
				}
			}
		}
	}
	return held, nil
}

// names says whether a link still holds: the row decides. Of a kind that is none of a register the link is believed.
func (s *Shelf) names(ctx context.Context, r db.Reader, l link) (bool, error) {
	b, ok := s.Ever(l.FromKind)
	if !ok {
		return true, nil
	}
	entries, err := b.entries(ctx, r, []string{string(l.From)})
	if err != nil || len(entries) == 0 {
		return false, err
	}
	said, err := entries[0].Read()
	return said.names(l.Field, string(l.To)), err
}
