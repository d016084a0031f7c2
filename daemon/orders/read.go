package orders

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"blackmark/shared/buyer"
)

// Get returns an order and whether it is known.
func (s *Store) Get(marketplace, region, number string) (Order, bool, error) {
	list, found, err := s.GetAll([]Ref{{marketplace, region, number}})
	if err != nil {
		return Order{}, false, err
	}
	return list[0], found[0], nil
}

// GetAll returns the orders of a page as they are at one moment, in the order
// of the refs. What can be no order is not found.
func (s *Store) GetAll(refs []Ref) (list []Order, found []bool, err error) {
	err = s.view(func(v *view) (err error) {
		list, found, err = s.orders(v, refs)
		return err
	})
	return list, found, err
}

func (s *Store) orders(v *view, refs []Ref) ([]Order, []bool, error) {
	list, found := make([]Order, len(refs)), make([]bool, len(refs))
	for i, r := range refs {
		clean, err := cleanRef(r.Marketplace, r.Region, r.Number)
		if err != nil {
			continue
		}
		var rec record
		if rec, found[i], err = v.order(clean); err != nil {
			return nil, nil, err
		}
		if found[i] {
			list[i] = s.given(rec)
		}
	}
	return list, found, nil
}

// OfBuyer returns the newest orders of a buyer, at most limit, and how many
// there are. An order that names another permanent id of the same kind is
// somebody else's, even where a changing name is the same.
func (s *Store) OfBuyer(keys []buyer.Key, limit int) ([]Order, int, error) {
	good := s.own(keys)
	var list []Order
	err := s.view(func(v *view) error {
		for _, one := range v.standings(good) {
			rec, found, err := v.order(one.ref)
			if err != nil {
				return err
			}
			if found && !somebodyElse(rec.keys(), good) {
				list = append(list, s.given(rec))
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	slices.SortFunc(list, func(a, b Order) int {
		if c := b.when().Compare(a.when()); c != 0 {
			return c
		}
		return strings.Compare(a.Number, b.Number)
	})
	total := len(list)
	return list[:min(total, max(limit, 0))], total, nil
}

// CountAll counts the orders of each of some buyers as they are at one moment, by
// the rules of OfBuyer.
func (s *Store) CountAll(buyers [][]buyer.Key) (counts []int, err error) {
	err = s.view(func(v *view) (err error) {
		counts, err = s.counts(v, buyers)
		return err
	})
	return counts, err
}

func (s *Store) counts(v *view, buyers [][]buyer.Key) ([]int, error) {
	counts := make([]int, len(buyers))
	for i, keys := range buyers {
		var err error
		if counts[i], err = v.count(s.own(keys)); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// own are those of a buyer's keys that are his alone, canonical, each once.
func (s *Store) own(keys []buyer.Key) []buyer.Key {
	var good []buyer.Key
	for _, k := range keys {
		if c, err := buyer.Canonical(k); err == nil && !s.isShared(c) && !slices.Contains(good, c) {
			good = append(good, c)
		}
	}
	return good
}

func (o Order) when() time.Time {
	if o.PlacedAt != nil {
		return *o.PlacedAt
	}
	return o.FirstSeen
}

func somebodyElse(a, b []buyer.Key) bool {
	for _, x := range a {
		for _, y := range b {
			if sameKind(x, y) && x.ID != y.ID && x.Permanent() {
				return true
			}
		}
	}
	return false
}

// Refused tells whether a key stands on so many orders with so many different
// names that it is no buyer's own. It never becomes one's own again.
func (s *Store) Refused(key buyer.Key) (bool, error) {
	c, err := buyer.Canonical(key)
	if err != nil {
		return false, err
	}
	return s.isShared(c), nil
}

func (s *Store) isShared(k buyer.Key) bool {
	s.sharedMu.RLock()
	defer s.sharedMu.RUnlock()
	return s.shared[k]
}

// Counts says how many orders and how many buyers are known.
func (s *Store) Counts() (orders, buyers int) {
	m := s.meta.Load()
	return m.Orders, m.Buyers
}

// pruneBatch is how many orders are forgotten before others may write again.
const pruneBatch = 500

// Prune forgets the orders that were not seen for longer than the retention.
func (s *Store) Prune(ctx context.Context) (removed int, err error) {
	limit := s.cfg.Now().Add(-s.cfg.Retention)
	var old []string
	err = s.view(func(v *view) error {
		return scan(v.txn, orderPrefix, func(key string, value []byte) error {
			var rec struct {
				LastSeen time.Time `json:"last_seen"`
			}
			if err := json.Unmarshal(value, &rec); err != nil {
				return err
			}
			if rec.LastSeen.Before(limit) {
				old = append(old, key)
			}
			return ctx.Err()
		})
	})
	for len(old) > 0 && err == nil {
		if err = ctx.Err(); err != nil {
			break
		}
		n := min(len(old), pruneBatch)
		var gone int
		err = s.write(func(w *writer) error {
			gone = 0
			for _, key := range old[:n] {
				forgotten, err := w.prune(key, limit)
				if err != nil {
					return err
				}
				if forgotten {
					gone++
				}
			}
			return nil
		})
		if err == nil {
			removed += gone
			old = old[n:]
		}
	}
	return removed, err
}

// prune removes an order unless it was seen again meanwhile.
func (w *writer) prune(key string, limit time.Time) (bool, error) {
	var rec record
	found, err := getJSON(w.txn, key, &rec)
	if err != nil || !found || !rec.LastSeen.Before(limit) {
		return false, err
	}
	if err := w.next(); err != nil {
		return false, err
	}
	return true, w.remove(key, rec)
}

// remove takes an order out of the store and out of what is counted.
func (w *writer) remove(key string, rec record) error {
	if _, err := w.count(rec, record{}); err != nil {
		return err
	}
	if _, err := w.relate(rec, record{}, time.Time{}); err != nil {
		return err
	}
	w.meta.Orders--
	return w.put(key, nil)
}
