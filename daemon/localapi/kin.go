package localapi

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
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
// once, and of no key twice.
type said struct {
	s         *Server
	read      map[buyer.Key]bool
	decisions map[buyer.Key][]ledger.Decision
	evidence  map[buyer.Key][]orders.Evidence
}

func (s *Server) newSaid() *said {
	return &said{s: s, read: map[buyer.Key]bool{},
		decisions: map[buyer.Key][]ledger.Decision{}, evidence: map[buyer.Key][]orders.Evidence{}}
}

// of reads what is said of keys.
func (a *said) of(keys ...buyer.Key) error {
	var unread []buyer.Key
	for _, k := range keys {
		if !a.read[k] {
			a.read[k] = true
			unread = append(unread, k)
		}
	}
	if len(unread) == 0 {
		return nil
	}
	decisions, err := a.s.config.Ledger.Decisions(unread)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		a.decisions[d.Key] = append(a.decisions[d.Key], d)
	}
	evidence, err := a.s.config.Orders.Evidence(unread)
	for _, e := range evidence {
		a.evidence[e.Key] = append(a.evidence[e.Key], e)
	}
	return err
}

// joined are the keys that something joins to those of which was read.
func (a *said) joined() []buyer.Key {
	var keys []buyer.Key
	for _, list := range a.decisions {
		for _, d := range list {
			if d.Joined {
				keys = append(keys, d.Other)
			}
		}
	}
	for _, list := range a.evidence {
		for _, e := range list {
			if !e.Joined.IsZero() {
				keys = append(keys, e.Other)
			}
		}
	}
	return keys
}

// kinOf finds what belongs to a buyer with these keys, which are canonical and
// one of a kind. What the seller said goes before what was seen, an object before
// orders, and what is newer before what is older. Nothing gives a buyer two keys
// of one kind, a key that he was split from, or one that stands for many people.
func (a *said) kinOf(keys []buyer.Key, barred ...buyer.Key) (kin, error) {
	var k kin
	f := finding{said: a, barred: barred}
	if err := f.read(keys...); err != nil {
		return k, err
	}
	for _, one := range keys {
		if !f.splitFrom(k.own, one) {
			k.own = append(k.own, one)
		}
	}
	set := slices.Clone(k.own)
	for {
		best, found := f.best(set, k.links)
		if !found {
			break
		}
		if err := f.read(best.key); err != nil {
			return k, err
		}
		refused, err := a.s.config.Orders.Refused(best.key)
		if err != nil {
			return k, err
		}
		if refused || f.splitFrom(set, best.key) {
			f.barred = append(f.barred, best.key)
			continue
		}
		k.links = append(k.links, best)
		set = append(set, best.key)
	}
	for _, e := range f.evidence {
		if e.Joined.IsZero() && slices.Contains(set, e.Key) && f.open(set, e.Other) && !f.splitFrom(set, e.Other) {
			k.asked = append(k.asked, link{key: e.Other, through: e.Key, last: e.Last})
		}
	}
	return k, nil
}

// finding is what is said of one buyer's keys.
type finding struct {
	said      *said
	barred    []buyer.Key
	decisions []ledger.Decision
	evidence  []orders.Evidence
}

func (f *finding) read(keys ...buyer.Key) error {
	if err := f.said.of(keys...); err != nil {
		return err
	}
	for _, k := range keys {
		f.decisions = append(f.decisions, f.said.decisions[k]...)
		f.evidence = append(f.evidence, f.said.evidence[k]...)
	}
	return nil
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
