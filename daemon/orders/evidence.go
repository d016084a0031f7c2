package orders

import (
	"slices"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
)

// enoughOrders is how many different orders have to name both of two keys where
// no one object did.
const enoughOrders = 2

// maxKin is how many keys one key is remembered beside. One that stands beside
// so many others is a program's or a shop's own, and says nothing of buyers.
const maxKin = 8

// Evidence is what orders say of two keys of different kinds.
type Evidence struct {
	Key    buyer.Key
	Other  buyer.Key
	Object bool      // one object that a definition knows named both
	Orders int       // on how many orders both stand
	Joined time.Time // since when it is enough to hold them for one buyer's; zero: it is not
	Last   time.Time // when the newest order was placed that names both
}

// kin is what is stored of a key and another one.
type kin struct {
	Other   buyer.Key `json:"other"`
	Objects int       `json:"objects,omitempty"` // orders on which one object named both
	Orders  int       `json:"orders"`            // all orders that name both
	Joined  time.Time `json:"joined,omitzero"`
	Last    time.Time `json:"last,omitzero"`
}

func (k kin) enough() bool { return k.Objects > 0 || k.Orders >= enoughOrders }

func kinKey(k buyer.Key) string { return kinPrefix + k.String() }

// pair is two keys that one order names.
type pair struct {
	a, b   buyer.Key
	object bool
}

// pairs are what a record says of its keys. Those of a conflict say nothing, and
// those that a sweep guessed to be one object's count as two objects' do.
func (r record) pairs() []pair {
	if r.Conflict {
		return nil
	}
	var list []pair
	for i, a := range r.Graded {
		for _, b := range r.Graded[i+1:] {
			if sameKind(a.Key, b.Key) || !knownLife(a.Key) || !knownLife(b.Key) {
				continue
			}
			list = append(list, pair{a.Key, b.Key,
				a.Group == b.Group && a.Source == FromDefinition && b.Source == FromDefinition})
		}
	}
	return list
}

func knownLife(k buyer.Key) bool {
	m, err := marketplace.Find(k.Marketplace)
	if err != nil {
		return false
	}
	kind, ok := m.Kind(k.Kind)
	return ok && kind.Life != marketplace.LifeUnknown
}

// relate keeps what orders say of keys as it is after a change. It returns the
// keys of which something else holds now.
func (w *writer) relate(before, after record, at time.Time) (changed []buyer.Key, err error) {
	was, is := before.pairs(), after.pairs()
	for _, p := range was {
		if slices.Contains(is, p) {
			continue
		}
		if changed, err = w.relateBoth(changed, p, -1, at, time.Time{}); err != nil {
			return nil, err
		}
	}
	for _, p := range is {
		if slices.Contains(was, p) {
			continue
		}
		if changed, err = w.relateBoth(changed, p, +1, at, after.when()); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

func (w *writer) relateBoth(changed []buyer.Key, p pair, by int, at, placed time.Time) ([]buyer.Key, error) {
	for _, side := range []pair{p, {p.b, p.a, p.object}} {
		another, err := w.relateOne(side, by, at, placed)
		if err != nil {
			return nil, err
		}
		if another && !slices.Contains(changed, side.a) {
			changed = append(changed, side.a)
		}
	}
	return changed, nil
}

func (w *writer) relateOne(p pair, by int, at, placed time.Time) (changed bool, err error) {
	known, err := w.kinOf(p.a)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(known.list, func(k kin) bool { return k.Other == p.b })
	if i < 0 {
		if by < 0 || len(known.list) >= maxKin {
			return false, nil
		}
		known.list, i = append(known.list, kin{Other: p.b}), len(known.list)
	}
	known.changed = true
	k := &known.list[i]
	was := *k
	k.Orders += by
	if p.object {
		k.Objects = max(k.Objects+by, 0)
	}
	if placed.After(k.Last) {
		k.Last = placed
	}
	switch {
	case !k.enough():
		k.Joined = time.Time{}
	case k.Joined.IsZero():
		k.Joined = at
	}
	changed = was.Joined != k.Joined || was.Orders == 0 || k.Orders <= 0
	if k.Orders <= 0 {
		known.list = slices.Delete(known.list, i, i+1)
	}
	return changed, nil
}

// Evidence gives what orders say of these keys, which must be canonical, and
// others. It leaves out what says nothing: keys that stand for many buyers, keys
// beside too many others, and a key that stands beside two permanent ids of one
// kind with every one of these.
func (s *Store) Evidence(keys []buyer.Key) ([]Evidence, error) {
	var list []Evidence
	err := s.view(func(v *view) error {
		read := map[buyer.Key]kinship{} // a buyer's keys stand beside each other
		kinOf := func(k buyer.Key) (kinship, error) {
			known, found := read[k]
			if found {
				return known, nil
			}
			var err error
			known.list, known.says, err = s.kinOf(v, k)
			read[k] = known
			return known, err
		}
		for _, k := range keys {
			ours, err := kinOf(k)
			if err != nil {
				return err
			}
			mine := ours.list
			for _, one := range mine {
				others, err := kinOf(one.Other)
				if err != nil {
					return err
				}
				theirs, says := others.list, others.says
				if !says || ambiguous(mine, one.Other) || ambiguous(theirs, k) {
					continue
				}
				list = append(list, Evidence{Key: k, Other: one.Other, Object: one.Objects > 0,
					Orders: one.Orders, Joined: one.Joined, Last: one.Last})
			}
		}
		return nil
	})
	return list, err
}

// kinship is what kinOf gives.
type kinship struct {
	list []kin
	says bool
}

// kinOf is what is stored of a key, and whether that says anything.
func (s *Store) kinOf(v *view, k buyer.Key) (list []kin, says bool, err error) {
	if s.isShared(k) {
		return nil, false, nil
	}
	if _, err := getJSON(v.txn, kinKey(k), &list); err != nil || len(list) >= maxKin {
		return nil, false, err
	}
	return slices.DeleteFunc(list, func(one kin) bool { return s.isShared(one.Other) }), true, nil
}

// ambiguous tells whether a key stands beside another permanent id of the same
// kind too.
func ambiguous(list []kin, other buyer.Key) bool {
	return other.Permanent() && slices.ContainsFunc(list, func(k kin) bool {
		return k.Other != other && sameKind(k.Other, other)
	})
}
