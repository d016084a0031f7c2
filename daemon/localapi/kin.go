package localapi

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
)

// link joins a key to those of a buyer, or asks whether it is his.
type link struct {
	key     buyer.Key
	through buyer.Key // of the buyer
	seller  bool      // he said so, of every step on the way
	joined  time.Time // since when what was seen is enough; zero: it is not
	last    time.Time // when both were last one buyer's
}

// kin is a buyer's own keys and what is joined to them, or may be.
type kin struct {
	own   []buyer.Key // without those that the seller split from the first
	links []link      // joined; a link goes through own keys and those before it
	asked []link      // one order alone says so
}

// touched is every key whose change may change the answer.
func (k kin) touched() []buyer.Key {
	keys := slices.Clone(k.own)
	for _, l := range append(k.links[:len(k.links):len(k.links)], k.asked...) {
		if !slices.Contains(keys, l.key) {
			keys = append(keys, l.key)
		}
	}
	return keys
}

// said is what the seller and orders say of keys: read for all buyers of a page at
// once, and of no key twice. A key of which was read is there, even if with nothing.
type said struct {
	s         *Server
	decisions map[buyer.Key][]ledger.Decision
	evidence  map[buyer.Key][]orders.Evidence
}

func (s *Server) newSaid() *said {
	return &said{s: s, decisions: map[buyer.Key][]ledger.Decision{}, evidence: map[buyer.Key][]orders.Evidence{}}
}

// read reads at once what kinOf begins with, for each of some buyers.
func (a *said) read(buyers [][]buyer.Key) error {
	var all, open []buyer.Key
	for _, keys := range buyers {
		all = append(all, keys...)
		if !full(keys) {
			open = append(open, keys...)
		}
	}
	if err := a.decide(all); err != nil {
		return err
	}
	return a.see(open)
}

// decide reads what the seller said of keys.
func (a *said) decide(keys []buyer.Key) error {
	keys = unread(a.decisions, keys)
	if len(keys) == 0 {
		return nil
	}
	list, err := a.s.config.Ledger.Decisions(keys)
	for _, d := range list {
		a.decisions[d.Key] = append(a.decisions[d.Key], d)
	}
	return err
}

// see reads what orders say of keys.
func (a *said) see(keys []buyer.Key) error {
	keys = unread(a.evidence, keys)
	if len(keys) == 0 {
		return nil
	}
	list, err := a.s.config.Orders.Evidence(keys)
	for _, e := range list {
		a.evidence[e.Key] = append(a.evidence[e.Key], e)
	}
	return err
}

// unread are the keys that are not in what was read, and puts them there.
func unread[T any](read map[buyer.Key][]T, keys []buyer.Key) []buyer.Key {
	var list []buyer.Key
	for _, k := range keys {
		if _, found := read[k]; !found {
			read[k] = nil
			list = append(list, k)
		}
	}
	return list
}

// full tells whether a buyer has a key of every kind of his marketplace, so that
// nothing can be joined to him.
func full(keys []buyer.Key) bool {
	if len(keys) == 0 {
		return true
	}
	m, err := marketplace.Find(keys[0].Marketplace)
	return err == nil && len(keys) >= len(m.Kinds)
}

// kinOf finds what belongs to a buyer with these keys, which are canonical and
// one of a kind. What the seller said goes before what was seen, an object before
// orders, and what is newer before what is older. Nothing gives a buyer two keys
// of one kind, a key that he was split from, one that the seller joined to another
// of his kind, or one that stands for many people.
func (a *said) kinOf(keys []buyer.Key, barred ...buyer.Key) (kin, error) {
	var k kin
	if err := a.decide(keys); err != nil {
		return k, err
	}
	f := finding{barred: barred}
	for _, one := range keys {
		f.decisions = append(f.decisions, a.decisions[one]...)
	}
	for _, one := range keys {
		if !f.splitFrom(k.own, one) {
			k.own = append(k.own, one)
		}
	}
	set := slices.Clone(k.own)
	if full(set) {
		return k, nil
	}
	if err := a.see(set); err != nil {
		return k, err
	}
	for _, one := range set {
		f.evidence = append(f.evidence, a.evidence[one]...)
	}
	for {
		best, found := f.best(set, k.links)
		if !found {
			break
		}
		refused, err := a.s.config.Orders.Refused(best.key)
		if err = errors.Join(err, a.decide([]buyer.Key{best.key})); err != nil {
			return k, err
		}
		if refused || f.splitFrom(set, best.key) || a.taken(set, best.key) {
			f.barred = append(f.barred, best.key)
			continue
		}
		k.links = append(k.links, best)
		set = append(set, best.key)
		if full(set) {
			return k, nil
		}
		if err := errors.Join(a.decide(set), a.see(set)); err != nil {
			return k, err
		}
		f.decisions = append(f.decisions, a.decisions[best.key]...)
		f.evidence = append(f.evidence, a.evidence[best.key]...)
	}
	for _, e := range f.evidence {
		if !e.Joined.IsZero() || !slices.Contains(set, e.Key) || !f.open(set, e.Other) || f.splitFrom(set, e.Other) {
			continue
		}
		if err := a.decide([]buyer.Key{e.Other}); err != nil {
			return k, err
		}
		if !a.taken(set, e.Other) {
			k.asked = append(k.asked, link{key: e.Other, through: e.Key, last: e.Last})
		}
	}
	return k, nil
}

// taken tells whether the seller joined a key, of which decisions were read, to
// another one of a kind that a set has: that other one is whose it is.
func (a *said) taken(set []buyer.Key, k buyer.Key) bool {
	return slices.ContainsFunc(a.decisions[k], func(d ledger.Decision) bool {
		return d.Joined && slices.ContainsFunc(set, func(o buyer.Key) bool { return o.Kind == d.Other.Kind && o != d.Other })
	})
}

// finding is what is said of one buyer's keys.
type finding struct {
	barred    []buyer.Key
	decisions []ledger.Decision
	evidence  []orders.Evidence
}

// splitFrom tells whether the seller split a key from one of a set. All decisions
// on the keys of the set have been read.
func (f *finding) splitFrom(set []buyer.Key, k buyer.Key) bool {
	return slices.ContainsFunc(f.decisions, func(d ledger.Decision) bool {
		return !d.Joined && d.Other == k && slices.Contains(set, d.Key)
	})
}

// open tells whether a key may be added to a set.
func (f *finding) open(set []buyer.Key, k buyer.Key) bool {
	return !slices.Contains(f.barred, k) && !slices.ContainsFunc(set, func(o buyer.Key) bool {
		return o.Kind == k.Kind || o.Marketplace != k.Marketplace || o.Region != k.Region
	})
}

// best is the strongest link to a key that may be added.
func (f *finding) best(set []buyer.Key, links []link) (link, bool) {
	type choice struct {
		link
		object bool
	}
	var choices []choice
	add := func(c choice) {
		if slices.Contains(set, c.through) && f.open(set, c.key) {
			choices = append(choices, c)
		}
	}
	for _, d := range f.decisions {
		if d.Joined {
			add(choice{link{key: d.Other, through: d.Key, seller: true, last: d.At}, false})
		}
	}
	for _, e := range f.evidence {
		if !e.Joined.IsZero() {
			add(choice{link{key: e.Other, through: e.Key, joined: e.Joined, last: e.Last}, e.Object})
		}
	}
	if len(choices) == 0 {
		return link{}, false
	}
	first := func(a, b bool) int {
		switch {
		case a == b:
			return 0
		case a:
			return -1
		}
		return 1
	}
	best := slices.MinFunc(choices, func(a, b choice) int {
		return cmp.Or(first(a.seller, b.seller), first(a.object, b.object), b.last.Compare(a.last),
			strings.Compare(a.key.String(), b.key.String()))
	}).link
	// A way is as sure, as old and as fresh as its weakest step.
	for _, l := range links {
		if l.key != best.through {
			continue
		}
		best.seller = best.seller && l.seller
		if l.joined.After(best.joined) {
			best.joined = l.joined
		}
		if l.last.Before(best.last) {
			best.last = l.last
		}
		if !l.through.Permanent() {
			best.through = l.through // a name on the way is what can change hands
		}
	}
	return best, true
}
