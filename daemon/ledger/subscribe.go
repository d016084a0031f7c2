package ledger

import "sync"

// subscriberBuffer is how many changes a subscriber may be behind before it
// is dropped: ten batches.
const subscriberBuffer = 10 * MaxBatch

type subscribers struct {
	mu     sync.Mutex
	list   map[chan Change]struct{}
	closed bool
}

// Subscribe gives every change from now on. A subscriber that falls too far
// behind is dropped: its channel is closed, and it should look everything up
// again and subscribe anew. So it is when the ledger closes. stop may be
// called at any time, and more than once.
func (l *Ledger) Subscribe() (ch <-chan Change, stop func()) {
	s := &l.subscribers
	c := make(chan Change, subscriberBuffer)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		close(c)
		return c, func() {}
	}
	if s.list == nil {
		s.list = map[chan Change]struct{}{}
	}
	s.list[c] = struct{}{}
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.drop(c)
	}
}

func (s *subscribers) publish(list []Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.list {
		for _, change := range list {
			select {
			case c <- change:
				continue
			default:
			}
			s.drop(c)
			break
		}
	}
}

func (s *subscribers) drop(c chan Change) {
	if _, ok := s.list[c]; ok {
		delete(s.list, c)
		close(c)
	}
}

func (s *subscribers) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for c := range s.list {
		s.drop(c)
	}
}
