// Package feed tells any number of subscribers what changed.
//
// It may import the standard library alone. It never waits for a subscriber: one
// that does not keep up is either dropped, or told once that all may have changed.
package feed

import "sync"

// Feed is what subscribers hear. Its methods may be called from several goroutines.
type Feed[T any] struct {
	buffer int
	all    *T // what stands for every change; nil if such a one is dropped

	mu     sync.Mutex
	list   map[chan T]struct{}
	closed bool
}

// New makes a feed whose subscribers are dropped once they are more than buffer
// changes behind: their channel is closed, and they have to ask for everything anew.
func New[T any](buffer int) *Feed[T] {
	return &Feed[T]{buffer: buffer, list: map[chan T]struct{}{}}
}

// NewLossy makes a feed whose subscribers lose single changes once they are more
// than buffer behind, and are told all instead.
func NewLossy[T any](buffer int, all T) *Feed[T] {
	f := New[T](buffer)
	f.all = &all
	return f
}

// Subscribe gives every change from now on. The channel is closed when the feed is.
// stop may be called at any time, and more than once.
func (f *Feed[T]) Subscribe() (ch <-chan T, stop func()) {
	c := make(chan T, f.buffer)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		close(c)
		return c, func() {}
	}
	f.list[c] = struct{}{}
	return c, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.drop(c)
	}
}

// Publish tells every subscriber, in this order.
func (f *Feed[T]) Publish(changes ...T) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.list {
		for _, change := range changes {
			select {
			case c <- change:
				continue
			default:
			}
			if f.all == nil {
				f.drop(c)
			} else {
				empty(c)
				c <- *f.all
			}
			break
		}
	}
}

// empty takes out what nobody heard yet. Nobody else fills the channel meanwhile.
func empty[T any](c chan T) {
	for {
		select {
		case <-c:
		default:
			return
		}
	}
}

func (f *Feed[T]) drop(c chan T) {
	if _, ok := f.list[c]; ok {
		delete(f.list, c)
		close(c)
	}
}

// Close ends the feed for all, and for those who come later.
func (f *Feed[T]) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for c := range f.list {
		f.drop(c)
	}
}
