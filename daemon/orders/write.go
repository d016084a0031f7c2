package orders

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
	"blackmark/shared/buyer"
)

// maxTogether is how many orders are changed in one transaction. Badger takes 15
// hundredths of a table in memory, 1.2 MiB: an order with its keys and what is known
// of them has at most 12 KB.
const maxTogether = 100

// writer changes the store: at hand at first, then in its transaction, then on the
// disk. A transaction that has enough orders is followed by another, which begins
// between two orders: so a crash leaves none half counted, and a key of which there
// are no stats stands on no order and beside no other key.
type writer struct {
	s       *Store
	txn     *badger.Txn
	meta    meta
	orders  int  // changed since the transaction began
	changed bool // something was put into it

	hand  hand
	stats map[buyer.Key]*tallied
	kin   map[buyer.Key]*related

	// What is at hand only.
	remembered []Ref
	moves      []move
}

// hand is what a write has at hand of the store as it leaves it.
type hand struct {
	orders map[Ref]record      // those that it remembered
	buyers map[buyer.Key][]Ref // the orders of keys that stood on none before it
}

// tallied is the stats of a key, and whether they are others than in the transaction.
type tallied struct {
	stats
	changed bool
}

// related is the kin of a key, and whether they are others than in the transaction.
type related struct {
	list    []kin
	changed bool
}

// move puts an order under a buyer's key, or takes it away from there.
type move struct {
	key  buyer.Key
	ref  Ref
	away bool
}

// write runs fn as the one writer, after a look at the free space.
func (s *Store) write(fn func(*writer) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writeLocked(fn)
}

// writeLocked is write for who is the one writer already.
func (s *Store) writeLocked(fn func(*writer) error) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	w, err := s.begin()
	if err != nil {
		return err
	}
	defer w.discard()
	if err := fn(w); err != nil {
		return err
	}
	return s.finish(w)
}

// begin begins a write, for the one writer, who holds closing.
func (s *Store) begin() (*writer, error) {
	if s.closed {
		return nil, ErrClosed
	}
	if err := disk.CheckFree(s.cfg.Dir, s.cfg.MinFree); err != nil {
		return nil, err
	}
	if err := disk.Try(disk.Write, s.cfg.Dir); err != nil {
		return nil, err
	}
	s.latest.Store(nil)
	return &writer{
		s: s, txn: s.db.NewTransaction(true), meta: *s.meta.Load(),
		hand:  hand{orders: map[Ref]record{}, buyers: map[buyer.Key][]Ref{}},
		stats: map[buyer.Key]*tallied{}, kin: map[buyer.Key]*related{},
	}, nil
}

func (w *writer) discard() { w.txn.Discard() }

// same tells whether nothing changed that is not stored.
func (w *writer) same() bool { return !w.changed && len(w.remembered) == 0 }

// finish stores what a write changed.
func (s *Store) finish(w *writer) error {
	if err := w.commit(); err != nil {
		return err
	}
	s.latest.Store(&w.hand)
	return nil
}

// commit stores what changed until now.
func (w *writer) commit() error {
	if err := w.flush(); err != nil || !w.changed {
		return err
	}
	if err := w.putJSON(metaKey, w.meta); err != nil {
		return err
	}
	if err := disk.Try(disk.Commit, w.s.cfg.Dir); err != nil {
		return err
	}
	if err := w.txn.Commit(); err != nil {
		return fmt.Errorf("write the order history: %w", err)
	}
	now := w.meta
	w.s.meta.Store(&now)
	if err := disk.Acknowledge(w.s.db); err != nil {
		w.s.cfg.Log.Warn("it could not be noted how much of the order history was saved", "error", err)
	}
	return nil
}

// next is called before each order that is changed.
func (w *writer) next() error {
	if w.orders++; w.orders <= maxTogether {
		return nil
	}
	if err := w.commit(); err != nil {
		return err
	}
	w.txn.Discard()
	w.txn, w.orders, w.changed = w.s.db.NewTransaction(true), 1, false
	return nil
}

// order is what is known of an order.
func (w *writer) order(ref Ref) (rec record, found bool, err error) {
	if rec, found = w.hand.orders[ref]; found {
		return rec, true, nil
	}
	found, err = getJSON(w.txn, ref.key(), &rec)
	return rec, found, err
}

// remember has an order be as it is now.
func (w *writer) remember(rec record) {
	w.hand.orders[rec.ref()] = rec
	w.remembered = append(w.remembered, rec.ref())
}

// statsOf is what is known of a key, for who may change it.
func (w *writer) statsOf(k buyer.Key) (*tallied, error) {
	if st := w.stats[k]; st != nil {
		return st, nil
	}
	st := &tallied{}
	found, err := getJSON(w.txn, statsKey(k), &st.stats)
	if err != nil {
		return nil, err
	}
	if !found {
		w.hand.buyers[k] = nil
	}
	w.stats[k] = st
	return st, nil
}

// kinOf is what orders say of a key, for who may change it.
func (w *writer) kinOf(k buyer.Key) (*related, error) {
	if r := w.kin[k]; r != nil {
		return r, nil
	}
	r := &related{}
	if _, unknown := w.hand.buyers[k]; !unknown {
		if _, err := getJSON(w.txn, kinKey(k), &r.list); err != nil {
			return nil, err
		}
	}
	w.kin[k] = r
	return r, nil
}

// move puts an order under a key, or takes it away from there.
func (w *writer) move(m move) {
	w.moves = append(w.moves, m)
	if refs, all := w.hand.buyers[m.key]; all {
		refs = slices.DeleteFunc(refs, func(r Ref) bool { return r == m.ref })
		if !m.away {
			refs = append(refs, m.ref)
		}
		w.hand.buyers[m.key] = refs
	}
}

// flush puts what is at hand only into the transaction.
func (w *writer) flush() error {
	for _, ref := range w.remembered {
		if err := w.putJSON(ref.key(), w.hand.orders[ref]); err != nil {
			return err
		}
	}
	for _, m := range w.moves {
		value := []byte{}
		if m.away {
			value = nil
		}
		if err := w.put(buyerOrderKey(m.key, m.ref), value); err != nil {
			return err
		}
	}
	w.remembered, w.moves = nil, nil
	for k, st := range w.stats {
		if !st.changed {
			continue
		}
		st.changed = false
		if err := w.putUnless(st.none(), statsKey(k), st.stats); err != nil {
			return err
		}
	}
	for k, r := range w.kin {
		if !r.changed {
			continue
		}
		r.changed = false
		if err := w.putUnless(len(r.list) == 0, kinKey(k), r.list); err != nil {
			return err
		}
	}
	return nil
}

// putUnless writes a value, or removes the key where there is none.
func (w *writer) putUnless(none bool, key string, value any) error {
	if none {
		return w.put(key, nil)
	}
	return w.putJSON(key, value)
}

func (w *writer) putJSON(key string, value any) error {
	b, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return w.put(key, b)
}

// put writes a value; nil removes the key.
func (w *writer) put(key string, value []byte) error {
	w.changed = true
	set := func() error {
		if value == nil {
			return w.txn.Delete([]byte(key))
		}
		return w.txn.Set([]byte(key), value)
	}
	err := set()
	if errors.Is(err, badger.ErrTxnTooBig) {
		if err = w.txn.Commit(); err != nil {
			return fmt.Errorf("write the order history: %w", err)
		}
		w.txn = w.s.db.NewTransaction(true)
		err = set()
	}
	return err
}
