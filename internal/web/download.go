package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"time"

	"sekimori/internal/kernel/access"
)

// Attachment is a file for the person's machine. Write writes it piece by piece.
type Attachment struct {
	Name  string // with its extension; Japanese is welcome
	Media string // "text/csv; charset=utf-8"
	Write func(io.Writer) error
}

// Download makes the route of a file. It is never shown in the browser and never held in
// memory as a whole. An error before the first 32 KB is answered as on any page; after that
// the transfer breaks off, so that half a file is never taken for a whole one.
func Download(pattern string, permission access.Permission, open func(context.Context, *Request) (Attachment, error)) Route {
	return Route{Method: http.MethodGet, Pattern: pattern, Permission: permission, View: reflect.TypeFor[Attachment](), open: open}
}

// pieceSize is how much is held back until the first byte goes out.
const pieceSize = 32 << 10

// gives answers a Download.
func (s *site) gives(route Route) answering {
	return func(w http.ResponseWriter, r *http.Request, actor *access.Actor) error {
		file, err := route.open(r.Context(), s.request(r, actor))
		if err != nil {
			return err
		}
		defer patient(w)()
		to := &started{ResponseWriter: w, file: file}
		if r.Method != http.MethodHead {
			pieces := bufio.NewWriterSize(to, pieceSize)
			if err = file.Write(pieces); err == nil {
				err = pieces.Flush()
			}
		}
		switch {
		case err == nil:
			to.start()
		case to.begun && r.Context().Err() == nil:
			s.Log.ErrorContext(r.Context(), "download broke off", slog.String("pattern", r.Pattern), slog.Any("error", err))
			fallthrough
		case to.begun:
			panic(http.ErrAbortHandler) //nolint:forbidigo // the server closes the connection
		}
		return err
	}
}

// started sends the headers before the first piece and not earlier.
type started struct {
	http.ResponseWriter
	file  Attachment
	begun bool
}

func (s *started) start() {
	if s.begun {
		return
	}
	s.begun = true
	h := s.Header()
	h.Set("Content-Type", s.file.Media)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(s.file.Name)}))
	h.Set("Cache-Control", "no-store")
	s.WriteHeader(http.StatusOK)
}

func (s *started) Write(b []byte) (int, error) {
	s.start()
	return s.ResponseWriter.Write(b)
}

// fileName replaces what Windows does not take in the name of a file.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`\/:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
}

// patience is how long a large file may travel.
const patience = 15 * time.Minute

// patient gives a large body the time that a slow line needs, in place of the limits that
// Serve has for pages, until stop.
func patient(w http.ResponseWriter) (stop func()) {
	c := http.NewResponseController(w)
	limit := func(at time.Time) {
		_ = errors.Join(c.SetReadDeadline(at), c.SetWriteDeadline(at)) // a test's recorder has none
	}
	limit(time.Time{})
	end := time.AfterFunc(patience, func() { limit(time.Unix(1, 0)) })
	return func() { end.Stop() }
}
