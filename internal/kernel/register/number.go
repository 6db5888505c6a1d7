package register

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
)

// Numbers are drawn in a transaction of their own (store.go), one by one as long as they are asked for now and then: what is drawn and
// not used when the process ends is a 欠番. When one draw follows another without a pause, each takes twice as many as the one before.
const (
	mostDrawn = 64
	noPause   = 100 * time.Millisecond
)

// drawer holds the numbers that this process has drawn and not used, by series.
type drawer struct {
	mu   sync.Mutex
	held map[string]*held
}

// held is the numbers of one series and year.
type held struct {
	drawing sync.Mutex // one draws, and the others take of what he has drawn; never waited for within an act, which may be what he waits for

	mu   sync.Mutex // of the following
	year jpdate.FiscalYear
	left []int // ascending
	many int   // were drawn together last
	at   time.Time
}

// of gives what is held of a series.
func (d *drawer) of(series string) *held {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.held == nil {
		d.held = map[string]*held{}
	}
	if d.held[series] == nil {
		d.held[series] = &held{}
	}
	return d.held[series]
}

// numbering is one number that an act takes, however often it is run.
type numbering struct {
	s      *Service
	series string
	year   jpdate.FiscalYear
	n      int // 0 for none yet
}

// errNone is what an act ends in that needs a number where none is held: it is run again when some were drawn. So what is wrong draws
// no number.
var errNone = errors.New("register: no number is held")

// take gives the number of the act. A series without a name has none.
func (x *numbering) take(series string) (string, error) {
	if series == "" {
		return "", nil
	}
	if x.n == 0 {
		x.series, x.year = series, jpdate.FiscalYearOf(jpdate.Today(x.s.log.DB().Now()))
		h := x.s.drawer.of(series)
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.year != x.year || len(h.left) == 0 {
			return "", errNone
		}
		x.n, h.left = h.left[0], h.left[1:]
	}
	return numbered(x.year, series, x.n), nil
}

// back gives back what was taken.
func (x *numbering) back() {
	if x.n == 0 {
		return
	}
	h := x.s.drawer.of(x.series)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.year == x.year {
		h.left = append(h.left, x.n)
		slices.Sort(h.left)
	}
	x.n = 0
}

// draw draws numbers where none are held. It is not for within an act.
func (x *numbering) draw(ctx context.Context) error {
	h := x.s.drawer.of(x.series)
	h.drawing.Lock()
	defer h.drawing.Unlock()
	many := h.wanted(x.year, x.s.log.DB().Now())
	if many == 0 {
		return nil
	}
	first, err := x.s.drawn(ctx, x.series, x.year, many)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for n := range many {
		h.left = append(h.left, first+n)
	}
	slices.Sort(h.left) // one may have been given back meanwhile
	h.at, h.many = x.s.log.DB().Now(), many
	return nil
}

// wanted is how many are to be drawn.
func (h *held) wanted(year jpdate.FiscalYear, now time.Time) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.year != year {
		h.year, h.left, h.many = year, nil, 0
	}
	pause := now.Sub(h.at)
	switch {
	case len(h.left) > 0:
		return 0
	case pause > 0 && pause < noPause:
		return max(1, min(2*h.many, mostDrawn))
	}
	return 1
}

// drawn takes n numbers and gives the first.
func (s *Service) drawn(ctx context.Context, series string, year jpdate.FiscalYear, n int) (first int, err error) {
	err = s.log.DB().UpdateAlone(ctx, "register number "+series, func(tx *db.Tx) (err error) {
		first, err = draw(ctx, tx, series, int(year), n)
		return err
	})
	return first, err
}

// numbered is a number as people write it: 令和8-資産-000123.
func numbered(year jpdate.FiscalYear, series string, n int) string {
	return fmt.Sprintf("%s-%s-%06d", strings.TrimSuffix(year.Wareki(), "年度"), series, n)
}

// draw takes n numbers that follow each other, for an act that makes many entries.
func (s *Service) draw(ctx context.Context, series string, n int) ([]string, error) {
	numbers := make([]string, n)
	if series == "" || n == 0 {
		return numbers, nil
	}
	year := jpdate.FiscalYearOf(jpdate.Today(s.log.DB().Now()))
	first, err := s.drawn(ctx, series, year, n)
	for i := range numbers {
		numbers[i] = numbered(year, series, first+i)
	}
	return numbers, err
}
