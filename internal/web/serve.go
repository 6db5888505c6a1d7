package web

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// grace is how long answers under way may take once the process is asked to end.
const grace = 10 * time.Second

// Server says how requests are received. The zero value speaks plain HTTP within the limits
// that every site has.
type Server struct {
	TLS *tls.Config // nil for plain HTTP

	// What one request and all connections together may take; 0 is the default. A Download and
	// a Post of large files have more time than Read and Write.
	Header, Read, Write, Idle time.Duration
	Connections               int
}

// Defaults of Server.
const (
	headerTime  = 5 * time.Second
	readTime    = 30 * time.Second
	writeTime   = 60 * time.Second
	idleTime    = 2 * time.Minute
	connections = 2000
	streams     = 100 // requests at once in one connection of HTTP/2
)

// Serve answers requests on ln until ctx ends, then lets those under way finish, for at most
// ten seconds. It is nil after an end that was asked for.
func (s Server) Serve(ctx context.Context, ln net.Listener, h http.Handler) error {
	room := newRoom(ln, cmp.Or(s.Connections, connections))
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: cmp.Or(s.Header, headerTime),
		ReadTimeout:       cmp.Or(s.Read, readTime),
		WriteTimeout:      cmp.Or(s.Write, writeTime),
		IdleTimeout:       cmp.Or(s.Idle, idleTime),
		MaxHeaderBytes:    maxHeader,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: streams, WriteByteTimeout: cmp.Or(s.Write, writeTime)},
		ConnState:         room.state,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	ended := make(chan error, 1)
	go func() {
		if s.TLS == nil {
			ended <- server.Serve(room)
			return
		}
		server.TLSConfig = s.TLS
		ended <- server.ServeTLS(room, "", "")
	}()
	select {
	case err := <-ended:
		return fmt.Errorf("web: serve: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := server.Shutdown(last)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if err != nil {
		return fmt.Errorf("web: shutdown: %w", err)
	}
	return nil
}
