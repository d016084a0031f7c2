package ledger

import (
	"sort"
	"strings"
	"sync"
)

// changes is what a write does to a table; a nil value removes the key.
type changes map[string][]byte

// table is where marks are looked up: the index on disk, or memory while that
// is built. Keys and values are the same in both:
//
//	i/<id>         live (1 or 0), sequence, the journal's payload: every mark and cancel ever
//	k/<buyer key>  the ids of the live marks that hold the key, one after the other
//	t/<~sequence>  what a search looks at: id, marketplace, name and ids of a live mark; newest first
//	a/<buyer key>  what the seller said of this key and others
//	f/<hidden id>  1: the entry of this id was forgotten
//	meta           how far the table is, and its counts
type table interface {
	view() view
	write(changes) error
	close() error
}

// view is a table as it was at one moment.
type view interface {
	// get returns nil where there is no such key.
	get(key string) ([]byte, error)
	// scan gives the keys that begin with prefix and do not come before from,
	// in order, until fn says no. The value is valid only during the call.
	scan(prefix, from string, fn func(key string, value []byte) (more bool)) error
	done()
}

// memory is a table in memory.
type memory struct {
	mu   sync.RWMutex
	data map[string][]byte
	// late is what was written since the index began to be built, or nil.
	late []changes
	// watched says that late is kept.
	watched bool
}

func newMemory(c changes) *memory {
	for k, v := range c {
		if v == nil {
			delete(c, k)
		}
	}
	return &memory{data: c}
}

func (m *memory) view() view {
	m.mu.RLock()
	return memoryView{m}
}

func (m *memory) write(c changes) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, v := range c {
		if v == nil {
			delete(m.data, k)
		} else {
			m.data[k] = v
		}
	}
	if m.watched {
		m.late = append(m.late, c)
	}
	return nil
}

func (m *memory) close() error { return nil }

// watch copies the table and remembers from now on what is written.
func (m *memory) watch() changes {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := make(changes, len(m.data))
	for k, v := range m.data {
		c[k] = v
	}
	m.late, m.watched = nil, true
	return c
}

// unwatch returns what was written since watch.
func (m *memory) unwatch() []changes {
	m.mu.Lock()
	defer m.mu.Unlock()
	late := m.late
	m.late, m.watched = nil, false
	return late
}

type memoryView struct{ m *memory }

func (v memoryView) get(key string) ([]byte, error) { return v.m.data[key], nil }

func (v memoryView) scan(prefix, from string, fn func(string, []byte) bool) error {
	var keys []string
	for k := range v.m.data {
		if strings.HasPrefix(k, prefix) && k >= from {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	for _, k := range keys {
		if !fn(k, v.m.data[k]) {
			return nil
		}
	}
	return nil
}

func (v memoryView) done() { v.m.mu.RUnlock() }

// closedTable is there after Close.
type closedTable struct{}

func (closedTable) view() view          { return closedTable{} }
func (closedTable) write(changes) error { return ErrClosed }
func (closedTable) close() error        { return nil }
func (closedTable) done()               {}

func (closedTable) get(string) ([]byte, error) { return nil, ErrClosed }
func (closedTable) scan(string, string, func(string, []byte) bool) error {
	return ErrClosed
}
