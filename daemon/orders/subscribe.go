package orders

import "sync"

// subscriberBuffer is how many changes a subscriber may be behind before it
// is dropped.
const subscriberBuffer = 2 * MaxSightings

type subscribers struct {
	mu     sync.Mutex
	list   map[chan Changed]struct{}
	closed bool
}

// Subscribe gives every order whose keys are others from now on. A subscriber
// that falls too far behind is dropped: its channel is closed, and it should
// ask for its orders again and subscribe anew. So it is when the store closes.
// stop may be called at any time, and more than once.
func (s *Store) Subscribe() (ch <-chan Changed, stop func()) {
	subs := &s.subscribers
	c := make(chan Changed, subscriberBuffer)
	subs.mu.Lock()
	defer subs.mu.Unlock()
	if subs.closed {
		close(c)
		return c, func() {}
	}
	if subs.list == nil {
		subs.list = map[chan Changed]struct{}{}
	}
	subs.list[c] = struct{}{}
	return c, func() {
		subs.mu.Lock()
		defer subs.mu.Unlock()
		subs.drop(c)
	}
}

func (s *subscribers) publish(list []Changed) {
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

func (s *subscribers) drop(c chan Changed) {
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
