package ledger

import (
	"blackmark/shared/buyer"
)

// hit is a live mark that some looked-up keys match.
type hit struct {
	entry     *entry
	permanent bool
}

// matches returns the live marks that the keys match, those by a permanent
// key first, each in the order of the keys.
//
// A permanent key decides. A key that can change hands counts only where the
// mark and the looked-up buyer do not both have a permanent key of one kind
// with different ids: then the name went to somebody else. The mark has the
// permanent key too that the seller joined to the name. A mark stays with its
// first key: one that the seller split from that finds it no more.
func matches(v getter, keys []buyer.Key) ([]hit, error) {
	var permanent, changing []hit
	found := map[string]bool{}
	collect := func(wantPermanent bool) error {
		for _, k := range keys {
			if k.Permanent() != wantPermanent {
				continue
			}
			ids, err := v.get(buyerKey(k))
			if err != nil {
				return err
			}
			for ; len(ids) >= idSize; ids = ids[idSize:] {
				id := string(ids[:idSize])
				if found[id] {
					continue
				}
				e, err := getEntry(v, id)
				if err != nil {
					return err
				}
				if e == nil || !e.live {
					continue
				}
				if k != e.Keys[0] {
					if apart, err := split(v, e.Keys[0], k); err != nil {
						return err
					} else if apart {
						continue
					}
				}
				if wantPermanent {
					permanent = append(permanent, hit{e, true})
					found[id] = true
					continue
				}
				his, err := joinedTo(v, k)
				if err != nil {
					return err
				}
				if contradict(e.Keys, keys) || contradict(his, keys) {
					continue
				}
				changing = append(changing, hit{e, false})
				found[id] = true
			}
		}
		return nil
	}
	if err := collect(true); err != nil {
		return nil, err
	}
	if err := collect(false); err != nil {
		return nil, err
	}
	return append(permanent, changing...), nil
}

// joinedTo are the keys that the seller joined to one.
func joinedTo(v getter, k buyer.Key) ([]buyer.Key, error) {
	list, err := decisionsOn(v, k)
	var keys []buyer.Key
	for _, d := range list {
		if d.Joined {
			keys = append(keys, d.Other)
		}
	}
	return keys, err
}

// contradict tells whether two lists of keys cannot be one buyer: both name a
// permanent id of one kind, and the ids differ.
func contradict(a, b []buyer.Key) bool {
	for _, x := range a {
		for _, y := range b {
			if sameKind(x, y) && x.ID != y.ID && x.Permanent() {
				return true
			}
		}
	}
	return false
}

func sameKind(x, y buyer.Key) bool {
	return x.Marketplace == y.Marketplace && x.Region == y.Region && x.Kind == y.Kind
}

// best is the answer among the hits: one by a permanent key, else the newest.
func best(hits []hit) Match {
	var chosen *hit
	for i := range hits {
		h := &hits[i]
		if h.permanent {
			return Match{Mark: h.entry.mark(), By: ByPermanent}
		}
		if chosen == nil || h.entry.rank() > chosen.entry.rank() {
			chosen = h
		}
	}
	if chosen == nil {
		return Match{}
	}
	return Match{Mark: chosen.entry.mark(), By: ByChanges}
}

// Find looks one buyer up. Any of his keys will do; they need not be
// canonical, and what can never be a key matches nobody. The error is that of
// the first key where none of them can be one.
func (l *Ledger) Find(keys []buyer.Key) (Match, error) {
	good, err := canonical(keys)
	if len(good) == 0 && err != nil {
		return Match{}, err
	}
	var m Match
	err = l.read(func(v view) error {
		hits, err := matches(v, good)
		m = best(hits)
		return err
	})
	return m, err
}

// FindAll looks up the buyers of a page as they are at one moment. The
// answers have the order of the lists; what can never be a key matches nobody.
func (l *Ledger) FindAll(lists [][]buyer.Key) ([]Match, error) {
	answers := make([]Match, len(lists))
	err := l.read(func(v view) error {
		for i, keys := range lists {
			good, _ := canonical(keys)
			hits, err := matches(v, good)
			if err != nil {
				return err
			}
			answers[i] = best(hits)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answers, nil
}

// canonical returns the keys that can be keys, and why the first other cannot.
func canonical(keys []buyer.Key) (good []buyer.Key, first error) {
	for _, k := range keys {
		c, err := buyer.Canonical(k)
		switch {
		case err == nil:
			good = append(good, c)
		case first == nil:
			first = err
		}
	}
	return good, first
}
