package errs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/errs"
)

func TestPeopleSeeTheMessageAndNeverTheCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("dial tcp 10.0.0.1: refused")
	err := fmt.Errorf("open: %w", errs.Wrap(cause, errs.Unavailable, "%sに接続できません", "データベース"))
	if got := errs.Message(err); got != "データベースに接続できません" {
		t.Errorf("message %q", got)
	}
	if !strings.Contains(err.Error(), "refused") || !errors.Is(err, cause) {
		t.Error("the log lacks the cause")
	}
	if errs.KindOf(err) != errs.Unavailable {
		t.Errorf("kind %v", errs.KindOf(err))
	}
}

func TestAnUnknownErrorIsInternalAndSaysNothing(t *testing.T) {
	t.Parallel()
	err := errors.New("secret")
	if errs.KindOf(err) != errs.Internal || strings.Contains(errs.Message(err), "secret") {
		t.Errorf("%v: %s", errs.KindOf(err), errs.Message(err))
	}
}

func TestFaultsComeAllAtOnceInOrder(t *testing.T) {
	t.Parallel()
	var f errs.Faults
	if err := f.Err("誤りがあります"); err != nil {
		t.Errorf("no faults are no error: %v", err)
	}
	f.Add("a.yaml:1:2", "%s はありません", "x")
	f.Add("", "ほかにもあります")
	err := f.Err("%d件の誤りがあります", f.Len())
	if got, want := errs.Message(err), "2件の誤りがあります\na.yaml:1:2: x はありません\nほかにもあります"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if errs.KindOf(err) != errs.Invalid {
		t.Errorf("kind %v", errs.KindOf(err))
	}
}

func TestLaterSaysWhen(t *testing.T) {
	t.Parallel()
	err := errs.Later(90*time.Second, "%d回続けて違いました", 10)
	if errs.KindOf(err) != errs.TooMany || err.Retry != 90*time.Second || errs.Message(err) != "10回続けて違いました" {
		t.Errorf("%+v", err)
	}
}
