package localapi

import (
	"context"
	"sync"

	"blackmark/daemon/ledger"
	"blackmark/daemon/localapi/socket"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
)

// sessions are the open sockets: all of them, and those that proved
// themselves.
type sessions struct {
	mu     sync.Mutex
	closed bool
	conns  map[*socket.Conn]bool
	proved map[*session]bool
}

func newSessions() *sessions {
	return &sessions{conns: map[*socket.Conn]bool{}, proved: map[*session]bool{}}
}

// enter takes a socket in; false when the door is closing.
func (s *sessions) enter(conn *socket.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.conns[conn] = true
	return true
}

func (s *sessions) leave(conn *socket.Conn) {
	conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
}

// add takes a proved session in; false when there are too many.
func (s *sessions) add(one *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := 0
	for other := range s.proved {
		if other.client.id == one.client.id {
			own++
		}
	}
	if s.closed || own >= MaxClientSockets || len(s.proved) >= MaxSockets {
		return false
	}
	s.proved[one] = true
	return true
}

func (s *sessions) remove(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.proved, one)
}

// all is the sessions now.
func (s *sessions) all() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*session, 0, len(s.proved))
	for one := range s.proved {
		list = append(list, one)
	}
	return list
}

func (s *sessions) each(do func(*session)) {
	for _, one := range s.all() {
		do(one)
	}
}

// connected tells whether a client has a socket open.
func (s *sessions) connected(id string) bool {
	for _, one := range s.all() {
		if one.client.id == id {
			return true
		}
	}
	return false
}

// closeOf closes the sockets of one client.
func (s *sessions) closeOf(id string) {
	for _, one := range s.all() {
		if one.client.id == id {
			one.conn.Close()
		}
	}
}

// closeAll closes every socket and lets no more in.
func (s *sessions) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for conn := range s.conns {
		conn.Close()
	}
}

// follow passes changes of marks and of orders' buyers on to the sessions
// until ctx ends.
func (s *Server) follow(ctx context.Context) {
	s.working.Go(func() {
		attend(ctx, s.config.Ledger.Subscribe, func(change ledger.Change) {
			s.sessions.each(func(one *session) { one.board.marksChanged(change.Keys) })
		}, s.allChanged)
	})
	s.working.Go(func() {
		attend(ctx, s.config.Orders.Subscribe, func(change orders.Changed) {
			s.sessions.each(func(one *session) { one.board.orderChanged(change) })
		}, s.allChanged)
	})
	if s.config.Sharing == nil {
		return
	}
	s.working.Go(func() {
		attend(ctx, s.config.Sharing.Subscribe, func(keys []buyer.Key) {
			if len(keys) == 0 {
				s.allChanged()
				return
			}
			s.sessions.each(func(one *session) { one.board.marksChanged(keys) })
		}, s.allChanged)
	})
}

func (s *Server) allChanged() { s.sessions.each(func(one *session) { one.board.allChanged() }) }

// attend hands changes to tell until ctx ends. A subscriber that fell behind
// is dropped by the other side: it subscribes anew, and missed says that
// anything may have changed. A subscription that ends before it gave anything
// is that of a store that was closed.
func attend[T any](ctx context.Context, subscribe func() (<-chan T, func()), tell func(T), missed func()) {
	for {
		changes, stop := subscribe()
		gave := false
		for open := true; open; {
			var change T
			select {
			case <-ctx.Done():
				stop()
				return
			case change, open = <-changes:
				if open {
					gave = true
					tell(change)
				}
			}
		}
		stop()
		if !gave {
			return
		}
		missed()
	}
}
