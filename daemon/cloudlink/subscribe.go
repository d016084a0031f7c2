package cloudlink

import (
	"sync"

	"blackmark/shared/buyer"
)

// subscriberBuffer is how many changes a subscriber may be behind before he is
// told once that all may have changed.
const subscriberBuffer = 256

// subscribers are those who want to know of which buyers the reports may be
// others now.
type subscribers struct {
	mu     sync.Mutex
	list   map[chan []buyer.Key]struct{}
	closed bool
}

// Subscribe gives the keys of buyers whose Others may be another from now on;
// an empty list means all buyers. The channel is closed when the link closes.
// stop may be called at any time, and more than once.
func (l *Link) Subscribe() (ch <-chan []buyer.Key, stop func()) {
	s := &l.subscribers
	c := make(chan []buyer.Key, subscriberBuffer)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		close(c)
		return c, func() {}
	}
	if s.list == nil {
		s.list = map[chan []buyer.Key]struct{}{}
	}
	s.list[c] = struct{}{}
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.drop(c)
	}
}

// publish never waits: a subscriber who is behind loses the single changes and
// is told of all instead.
func (s *subscribers) publish(keys []buyer.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.list {
		select {
		case c <- keys:
			continue
		default:
		}
		for range cap(c) {
			select {
			case <-c:
				continue
			default:
			}
			break
		}
		c <- nil
	}
}

func (s *subscribers) drop(c chan []buyer.Key) {
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
