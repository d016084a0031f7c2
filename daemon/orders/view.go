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
	txn    *badger.Txn      // nil: there is nothing but what is at hand
	hand   hand             // of the newest write, where nothing was written since
	buyers *badger.Iterator // over the orders of buyers: dear to make, cheap to move; nil until it is needed
	beyond bool             // something was asked that is not at hand, without a transaction
}

// view gives fn the store as it is at one moment, with all of every page that was
// taken before.
func (s *Store) view(fn func(*view) error) error {
	if p := s.storing.Load(); p != nil {
		<-p.done
	}
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
			v.hand = *latest
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
	if rec, found = v.hand.orders[ref]; found {
		return rec, true, nil
	}
	if v.txn == nil {
		v.beyond = true
		return rec, false, nil
	}
	found, err = getJSON(v.txn, ref.key(), &rec)
	return rec, found, err
}

// has tells whether an order is stored, without reading it.
func (v *view) has(ref Ref) (bool, error) {
	if _, found := v.hand.orders[ref]; found {
		return true, nil
	}
	if v.txn == nil {
		v.beyond = true
		return false, nil
	}
	_, err := v.txn.Get([]byte(ref.key()))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the order history: %w", err)
	}
	return true, nil
}

// count counts the orders of a buyer.
func (v *view) count(keys []buyer.Key) (n int, err error) {
	permanent := 0
	for _, k := range keys {
		if k.Permanent() {
			permanent++
		}
	}
	for _, one := range v.standings(keys) {
		var his bool
		if one.permanent == permanent {
			// An order names one key of a kind: one with all that are permanent of his
			// names nobody else by those kinds.
			his, err = v.has(one.ref)
		} else {
			var rec record
			rec, his, err = v.order(one.ref)
			his = his && !somebodyElse(rec.keys(), keys)
		}
		if err != nil {
			return 0, err
		}
		if his {
			n++
		}
	}
	return n, nil
}

// standing is an order on which keys of a buyer stand.
type standing struct {
	ref       Ref
	permanent int // how many of them are permanent
}

// standings are the orders on which any of a buyer's keys, which differ, stands.
func (v *view) standings(keys []buyer.Key) []standing {
	var list []standing
	places := map[Ref]int{}
	for _, k := range keys {
		by := 0
		if k.Permanent() {
			by = 1
		}
		v.eachRef(k, func(ref Ref) {
			if at, listed := places[ref]; listed {
				list[at].permanent += by
				return
			}
			if len(keys) > 1 {
				places[ref] = len(list)
			}
			list = append(list, standing{ref, by})
		})
	}
	return list
}

// eachRef names the orders on which a key stands.
func (v *view) eachRef(k buyer.Key, do func(Ref)) {
	if refs, all := v.hand.buyers[k]; all {
		for _, ref := range refs {
			do(ref)
		}
		return
	}
	if v.txn == nil {
		v.beyond = true
		return
	}
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
