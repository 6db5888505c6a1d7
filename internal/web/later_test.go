package web

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"sekimori/internal/base/errs"
)

func TestWhenToTryAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err             error
		status, seconds int
	}{
		{errs.Later(90*time.Second, "しばらくお待ちください。"), http.StatusTooManyRequests, 90},
		{errs.Later(1500*time.Millisecond, "しばらくお待ちください。"), http.StatusTooManyRequests, 2},
		{errs.New(errs.TooMany, "しばらくお待ちください。"), http.StatusTooManyRequests, 30},
		{errs.New(errs.Unavailable, "混み合っています。"), http.StatusServiceUnavailable, 30},
		{errs.New(errs.Invalid, "誤りがあります。"), http.StatusBadRequest, 0},
		{errors.New("broken"), http.StatusInternalServerError, 0},
	} {
		if code := status(c.err); code != c.status || retryAfter(code, c.err) != c.seconds || titles()[code] == "" {
			t.Errorf("%v: %d after %d s, titled %q", c.err, code, retryAfter(code, c.err), titles()[code])
		}
	}
}
