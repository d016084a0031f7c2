package orders

import (
	"errors"
	"fmt"
	"strings"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/shared/buyer"
)

// view is the store as it is at one moment.
type view struct {
	txn    *badger.Txn
	latest map[Ref]record   // what the newest write remembered, where nothing was written since
	buyers *badger.Iterator // over the orders of buyers: dear to make, cheap to move; nil until it is needed
}

// view gives fn the store as it is at one moment.
func (s *Store) view(fn func(*view) error) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return ErrClosed
	}
	latest := s.latest.Load()
	return s.db.View(func(txn *badger.Txn) error {
		v := &view{txn: txn}
		defer v.done()
		// A write takes it away before it changes anything, and every write leaves
		// another: what is there before and after the view begins is of its moment.
		if latest != nil && latest == s.latest.Load() {
			v.latest = *latest
		}
		return fn(v)
	})
}

func (v *view) done() {
	if v.buyers != nil {
		v.buyers.Close()
	}
}

// order is what is stored of an order.
func (v *view) order(ref Ref) (rec record, found bool, err error) {
	if rec, found = v.latest[ref]; found {
		return rec, true, nil
	}
	found, err = getJSON(v.txn, ref.key(), &rec)
	return rec, found, err
}

// isOf tells whether an order on which one of a buyer's keys stands is his.
func (v *view) isOf(ref Ref, keys []buyer.Key) (bool, error) {
	if _, known := v.latest[ref]; !known && len(keys) == 1 {
		// An order names one key of a kind: whom it names by his only key, it names
		// by no other.
		_, err := v.txn.Get([]byte(ref.key()))
		if errors.Is(err, badger.ErrKeyNotFound) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read the order history: %w", err)
		}
		return true, nil
	}
	rec, found, err := v.order(ref)
	return found && !somebodyElse(rec.keys(), keys), err
}

// refsOf names the orders on which any of a buyer's keys stands, each once.
func (v *view) refsOf(keys []buyer.Key) []Ref {
	var refs []Ref
	named := map[Ref]bool{}
	for _, k := range keys {
		v.eachRef(k, func(ref Ref) {
			if len(keys) > 1 {
				if named[ref] {
					return
				}
				named[ref] = true
			}
			refs = append(refs, ref)
		})
	}
	return refs
}

// eachRef names the orders on which a key stands.
func (v *view) eachRef(k buyer.Key, do func(Ref)) {
	if v.buyers == nil {
		opts := badger.DefaultIteratorOptions
		opts.Prefix = []byte(buyerPrefix)
		opts.PrefetchValues = false // the keys say all
		v.buyers = v.txn.NewIterator(opts)
	}
	prefix := []byte(buyerPrefix + k.String() + "\x00")
	for v.buyers.Seek(prefix); v.buyers.ValidForPrefix(prefix); v.buyers.Next() {
		marketplace, rest, _ := strings.Cut(string(v.buyers.Item().Key()[len(prefix):]), ":")
		region, number, _ := strings.Cut(rest, ":")
		do(Ref{marketplace, region, number})
	}
}
