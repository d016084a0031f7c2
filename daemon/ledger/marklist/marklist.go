// Package marklist is My Blacklist as a list to look through: filtered, sorted,
// counted, a page at a time.
//
// It may import daemon/ledger and shared. It is a table in memory, made at the
// first question, kept current by what the ledger tells, and dropped when nobody
// asks any more; nothing of it is written anywhere. It holds names and notes, and
// never logs them. Who is marked is for the ledger to say: of a page it knows only
// the ids.
package marklist

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"blackmark/daemon/ledger"
)

// idle is how long the table is kept without a question.
const idle = 5 * time.Minute

// Limits of one page.
const (
	DefaultLimit = 50
	MaxLimit     = 100
)

// Config is what a list stands on.
type Config struct {
	Ledger *ledger.Ledger
	// Stores names the store of each order, empty where it is not known. nil means
	// that none is known.
	Stores func([]ledger.Order) ([]string, error)
	// Shared gives the ids of the marks that are at the cloud, and a version of them;
	// where that is the one that is had already, it may give no ids. nil means that
	// none is there.
	Shared func(have uint64) (ids map[string]bool, version uint64, err error)
	Idle   time.Duration // for how long the table is kept without a question; 0 means five minutes
	Log    *slog.Logger  // nil means none
}

// List is My Blacklist to look through. Its methods may be called from several
// goroutines.
type List struct {
	config Config

	mu     sync.Mutex
	closed bool
	now    *making // the table, or the one that is being made; nil: none

	working sync.WaitGroup
	stop    context.CancelFunc
	ctx     context.Context
}

// making is a table that may not be there yet.
type making struct {
	done   chan struct{} // closed when table or err is there
	table  *table
	err    error
	sync   chan chan bool // asks the keeper to take in what was told so far, and whether it could
	ended  chan struct{}  // closed when the keeper has left the table
	askers int            // who ask just now; guarded by List.mu
	asked  time.Time      // when the last one asked; guarded by List.mu
}

// New makes a list. It reads nothing before it is asked.
func New(c Config) *List {
	if c.Idle == 0 {
		c.Idle = idle
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	l := &List{config: c}
	l.ctx, l.stop = context.WithCancel(context.Background())
	return l
}

// Close drops the table and waits for what keeps it.
func (l *List) Close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.stop()
	l.working.Wait()
}

// current gives the table as it is after everything that was acknowledged before.
// Without wait it gives nil where one has yet to be made, and begins to make it.
func (l *List) current(ctx context.Context, wait bool) (*table, error) {
	for {
		m, err := l.begin()
		if err != nil {
			return nil, err
		}
		t, again, err := m.follow(ctx, wait)
		l.finish(m)
		if !again {
			return t, err
		}
	}
}

// follow waits for the table. again tells that it was left just now.
func (m *making) follow(ctx context.Context, wait bool) (t *table, again bool, err error) {
	if !wait {
		select {
		case <-m.done:
		default:
			return nil, false, nil
		}
	}
	select {
	case <-m.done:
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	if m.err != nil {
		return nil, false, m.err
	}
	current := make(chan bool, 1)
	select {
	case m.sync <- current:
		return m.table, !<-current, nil
	case <-m.ended:
		return nil, true, nil
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

// begin gives what is there, or begins to make it.
func (l *List) begin() (*making, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, ledger.ErrClosed
	}
	if l.now == nil {
		m := &making{done: make(chan struct{}), sync: make(chan chan bool), ended: make(chan struct{})}
		l.now = m
		l.working.Go(func() { l.keep(m) })
	}
	l.now.askers++
	return l.now, nil
}

func (l *List) finish(m *making) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m.askers--
	m.asked = time.Now()
}

// keep makes a table and keeps it current until nobody asks any more, or the
// ledger tells more than can be followed.
func (l *List) keep(m *making) {
	defer close(m.ended)
	defer l.leave(m)
	changes, stop := l.config.Ledger.Subscribe()
	defer stop()
	m.table, m.err = l.read()
	close(m.done)
	if m.err != nil {
		return
	}
	timer := time.NewTimer(l.config.Idle)
	defer timer.Stop()
	for {
		select {
		case change, open := <-changes:
			if !open || l.take(m.table, change) != nil {
				return
			}
		case current := <-m.sync:
			gone := l.takeAll(m.table, changes)
			if gone {
				l.leave(m)
			}
			current <- !gone
			if gone {
				return
			}
		case <-timer.C:
			rest := l.rest(m)
			if rest <= 0 {
				return
			}
			timer.Reset(rest)
		case <-l.ctx.Done():
			return
		}
	}
}

// rest is for how long a table is still kept. One that is not is left.
func (l *List) rest(m *making) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.askers > 0 {
		return l.config.Idle
	}
	rest := l.config.Idle - time.Since(m.asked)
	if rest <= 0 && l.now == m {
		l.now = nil
	}
	return rest
}

// leave makes the next question begin anew.
func (l *List) leave(m *making) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now == m {
		l.now = nil
	}
}

// takeAll takes in what waits; gone tells that it cannot be followed any more.
func (l *List) takeAll(t *table, changes <-chan ledger.Change) (gone bool) {
	for {
		select {
		case change, open := <-changes:
			if !open || l.take(t, change) != nil {
				return true
			}
		default:
			return false
		}
	}
}
