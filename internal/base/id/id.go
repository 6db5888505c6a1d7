// Package id makes and reads the identifiers of everything that is stored: UUIDv7 (RFC 9562) as lower-case text.
// It guarantees that ids made later by this process sort later as text, also within one microsecond and when the clock
// goes back, so that rows inserted in order stay in order. Ids of different processes are only roughly in order of time.
// It does not know what an id names; human numbers (令和8-持出-000123) are somebody else's.
package id

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"regexp"
	"sync/atomic"
	"time"

	"sekimori/internal/base/errs"
)

// ID is a UUIDv7 in its canonical text form, 36 characters. The zero value names nothing.
type ID string

// clock is the last time given out: milliseconds in the upper 48 bits, the fraction of the millisecond in the lower 12
// (RFC 9562 section 6.2, method 3). It is the one variable of the process outside app: ids of two stores must not meet.
var clock atomic.Uint64

// New makes an id for something that comes into being now.
func New(now time.Time) ID {
	t := tick(now)
	var b [16]byte
	rand.Read(b[8:]) // never fails since Go 1.24
	binary.BigEndian.PutUint64(b[:8], t>>12<<16|0x7000|t&0xfff)
	b[8] = b[8]&0x3f | 0x80
	return ID(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}

// tick is now in units of 1/4096 ms, or one more than the last tick if that is later.
func tick(now time.Time) uint64 {
	at := uint64(max(now.UnixMilli(), 0))<<12 | uint64(now.Nanosecond()%1e6)<<12/1e6
	for {
		last := clock.Load()
		next := max(at, last+1)
		if clock.CompareAndSwap(last, next) {
			return next
		}
	}
}

// First is the lowest id of what comes into being at a time or later.
func First(at time.Time) ID {
	ms := max(at.UnixMilli(), 0)
	return ID(fmt.Sprintf("%08x-%04x-7000-8000-000000000000", ms>>16, ms&0xffff))
}

var form = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// Parse accepts exactly what New makes; one thing has one spelling. The error is errs.Invalid.
func Parse(s string) (ID, error) {
	if !form.MatchString(s) {
		return "", errs.New(errs.Invalid, "識別子の形が正しくありません。")
	}
	return ID(s), nil
}
