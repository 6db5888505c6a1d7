// Package errs is the one error type that crosses the layers: a kind that callers act on,
// a message for people (Japanese), the cause for the log, and all faulty fields at once.
// It guarantees that what a user sees is only Message and Fields, never the cause.
// It knows nothing of HTTP, exit codes or languages.
package errs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind says what a caller can do about an error.
type Kind int

// The kinds. Internal is the kind of every error that this package did not make.
const (
	Internal        Kind = iota // a fault of ours; the log has the cause
	Invalid                     // the input is wrong; the user can correct it
	NotFound                    // there is no such thing, or not for this actor
	Conflict                    // somebody else was faster, or the state does not allow it
	Forbidden                   // the actor may see the thing but not do this
	Unauthenticated             // nobody is signed in
	Unavailable                 // try again later: busy, migrating, disk full
	TooMany                     // too often from there: try again after Error.Retry
)

// Error is an error with a message for people.
type Error struct {
	Kind    Kind
	Message string  // Japanese, says what is wrong and what to do
	Fields  []Field // everything that is wrong, in the order of the form or file
	Cause   error   // for the log; may be nil

	Retry time.Duration // after which trying again can help; 0 where nobody knows
}

// Field is one fault inside a form or file.
type Field struct {
	Where   string // name of the form field, or file:line:column
	Message string // Japanese
}

// Error is for logs: message, fields and cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Where, f.Message)
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with a message for people.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an error of a kind whose cause goes to the log only.
func Wrap(cause error, kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// Later makes an error of kind TooMany that says after how long trying again can help.
func Later(retry time.Duration, format string, args ...any) *Error {
	return &Error{Kind: TooMany, Message: fmt.Sprintf(format, args...), Retry: retry}
}

// KindOf returns the kind of the outermost Error in err's chain, Internal if there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Message returns what a person may read: the message, then one line per field.
func Message(err error) string {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return "内部エラーが発生しました。ログを確認してください。"
	}
	lines := []string{e.Message}
	for _, f := range e.Fields {
		if f.Where == "" {
			lines = append(lines, f.Message)
			continue
		}
		lines = append(lines, f.Where+": "+f.Message)
	}
	return strings.Join(lines, "\n")
}

// Faults collects everything that is wrong with one input. The zero value is ready.
type Faults struct{ fields []Field }

// Add notes one fault.
func (f *Faults) Add(where, format string, args ...any) {
	f.fields = append(f.fields, Field{Where: where, Message: fmt.Sprintf(format, args...)})
}

// At says whether a fault was noted at one of the places.
func (f *Faults) At(is func(where string) bool) bool {
	return slices.ContainsFunc(f.fields, func(x Field) bool { return is(x.Where) })
}

// List is every fault noted.
func (f *Faults) List() []Field { return f.fields }

// Len is the number of faults noted.
func (f *Faults) Len() int { return len(f.fields) }

// Err is nil when nothing was noted, else an Invalid error with message and every fault.
func (f *Faults) Err(format string, args ...any) error {
	if len(f.fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Message: fmt.Sprintf(format, args...), Fields: f.fields}
}
