package web

import (
	"net"
	"net/http"
	"slices"
	"sync"
)

// room is a listener with room for so many connections. Where it is full the connection that
// has been idle for longest makes way, so that browsers that keep theirs for the next page do
// not keep anybody out; where none is idle the next one waits.
type room struct {
	net.Listener
	free   chan struct{} // one for each connection that may come in
	closed chan struct{}
	once   sync.Once

	mu      sync.Mutex
	idle    []net.Conn // longest first
	waiting bool       // the next that becomes idle makes way
}

func newRoom(ln net.Listener, size int) *room {
	r := &room{Listener: ln, free: make(chan struct{}, size), closed: make(chan struct{})}
	for range size {
		r.free <- struct{}{}
	}
	return r
}

// Accept takes in a connection once there is room for it.
func (r *room) Accept() (net.Conn, error) {
	c, err := r.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if err := r.wait(); err != nil {
		_ = c.Close() // nothing was said yet
		return nil, err
	}
	return &guest{Conn: c, leave: sync.OnceFunc(func() { r.free <- struct{}{} })}, nil
}

func (r *room) wait() error {
	select {
	case <-r.free:
		return nil
	default:
	}
	r.makeRoom()
	select {
	case <-r.free:
		r.mu.Lock()
		defer r.mu.Unlock()
		r.waiting = false
		return nil
	case <-r.closed:
		return net.ErrClosed
	}
}

// Close ends Accept as well where it waits for room.
func (r *room) Close() error {
	r.once.Do(func() { close(r.closed) })
	return r.Listener.Close()
}

// makeRoom closes the connection that has been idle for longest.
func (r *room) makeRoom() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.idle) == 0 {
		r.waiting = true
		return
	}
	go leave(r.idle[0])
	r.idle = r.idle[1:]
}

// state keeps the list of idle connections.
func (r *room) state(c net.Conn, s http.ConnState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.Index(r.idle, c); i >= 0 {
		r.idle = slices.Delete(r.idle, i, i+1)
	}
	switch {
	case s != http.StateIdle:
	case r.waiting:
		r.waiting = false
		go leave(c)
	default:
		r.idle = append(r.idle, c)
	}
}

// leave closes a connection. Over TLS it says so to the other side, who may not listen.
func leave(c net.Conn) { _ = c.Close() } // it may have been closed already

// guest is a connection that gives its place back when it is closed.
type guest struct {
	net.Conn
	leave func()
}

// Close closes the connection.
func (g *guest) Close() error {
	defer g.leave()
	return g.Conn.Close()
}
