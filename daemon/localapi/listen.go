package localapi

import (
	"container/list"
	"context"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
)

// listen takes the first free port.
func listen(ports []int) (*doorListener, error) {
	var last error
	for _, port := range ports {
		// "tcp4" and a literal address: a name could be another address.
		l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return &doorListener{Listener: l, waiting: list.New()}, nil
		}
		last = err
	}
	return nil, ErrPorts.Because(last)
}

// doorListener hands out connections that are dumb until the gate lets them
// speak, and keeps few that have proved nothing.
type doorListener struct {
	net.Listener

	mu      sync.Mutex
	waiting *list.List // of *doorConn, the oldest first
}

// Accept waits for a connection. One too many closes the oldest of those that
// have proved nothing: a crowd of silent callers keeps nobody out for long.
func (l *doorListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &doorConn{Conn: conn, listener: l}
	l.mu.Lock()
	c.place = l.waiting.PushBack(c)
	var oldest *doorConn
	if l.waiting.Len() > maxUnproven {
		oldest = l.waiting.Remove(l.waiting.Front()).(*doorConn)
		oldest.place = nil
	}
	l.mu.Unlock()
	if oldest != nil {
		_ = oldest.Close()
	}
	return c, nil
}

// doorConn writes nothing before speak was called. What net/http answers by
// itself to a request it cannot read is so never sent: who is refused gets no
// byte, as from a port where nobody listens.
type doorConn struct {
	net.Conn
	listener *doorListener
	place    *list.Element // in the listener's list; guarded by its mutex
	speaks   atomic.Bool
}

// Write passes on what may be said, and swallows the rest.
func (c *doorConn) Write(b []byte) (int, error) {
	if !c.speaks.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// Close ends the connection.
func (c *doorConn) Close() error {
	c.proved()
	return c.Conn.Close()
}

// speak lets the connection write.
func (c *doorConn) speak() { c.speaks.Store(true) }

// proved takes the connection out of those that give way.
func (c *doorConn) proved() {
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	if c.place != nil {
		c.listener.waiting.Remove(c.place)
		c.place = nil
	}
}

type connKey struct{}

// keepConn makes a request's connection known to the gate.
func keepConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

func connOf(ctx context.Context) *doorConn {
	c, _ := ctx.Value(connKey{}).(*doorConn)
	return c
}
