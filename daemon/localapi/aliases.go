package localapi

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
	"blackmark/shared/wire"
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

// kinOf finds what belongs to a buyer with these keys, which are canonical and
// one of a kind. What the seller said goes before what was seen, an object before
// orders, and what is newer before what is older. Nothing gives a buyer two keys
// of one kind, a key that he was split from, or one that stands for many people.
func (s *Server) kinOf(keys []buyer.Key, barred ...buyer.Key) (kin, error) {
	var k kin
	f := finding{s: s, barred: barred}
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
		refused, err := s.config.Orders.Refused(best.key)
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

// finding is what was read of keys on the way.
type finding struct {
	s         *Server
	barred    []buyer.Key
	decisions []ledger.Decision
	evidence  []orders.Evidence
}

func (f *finding) read(keys ...buyer.Key) error {
	decisions, err := f.s.config.Ledger.Decisions(keys)
	if err != nil {
		return err
	}
	evidence, err := f.s.config.Orders.Evidence(keys)
	f.decisions = append(f.decisions, decisions...)
	f.evidence = append(f.evidence, evidence...)
	return err
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

// whole is a buyer with all of his keys, and the mark on one of them.
type whole struct {
	own   []buyer.Key
	links []link
	keys  []buyer.Key // all, the strongest kind first
	match ledger.Match
	maybe *wire.Maybe
}

func makeWhole(k kin, only func(link) bool) whole {
	w := whole{own: k.own, keys: slices.Clone(k.own)}
	for _, l := range k.links {
		if only(l) {
			w.links = append(w.links, l)
			w.keys = append(w.keys, l.key)
		}
	}
	slices.SortStableFunc(w.keys, func(a, b buyer.Key) int { return cmp.Compare(rank(a), rank(b)) })
	return w
}

// wholeAll joins what belongs to each of some buyers. What was seen joins a
// marked key to an unmarked buyer only where it was seen before the mark: else a
// page could turn a row black, and the seller is asked.
func (s *Server) wholeAll(ids []identity) ([]whole, error) {
	list := make([]whole, len(ids))
	told := make([][]buyer.Key, len(ids))
	for i, id := range ids {
		list[i] = makeWhole(id.kin, func(l link) bool { return l.seller })
		told[i] = list[i].keys
	}
	matches, err := s.config.Ledger.FindAll(told)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		list[i].match = matches[i]
		if matches[i].Mark != nil {
			all := makeWhole(id.kin, func(link) bool { return true })
			all.match = matches[i]
			list[i] = all
			continue
		}
		if len(id.kin.links) == len(list[i].links) && len(id.kin.asked) == 0 {
			continue
		}
		if list[i], err = s.wholeUnmarked(id.kin); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// wholeUnmarked is a buyer who is marked under no key that the seller knows for
// his.
func (s *Server) wholeUnmarked(k kin) (whole, error) {
	var maybe *wire.Maybe
	var barred []buyer.Key
	for again := true; again; {
		again = false
		for _, l := range k.links {
			if l.seller {
				continue
			}
			mark, err := s.markOn(k.own, l.key)
			if err != nil {
				return whole{}, err
			}
			if mark == nil {
				continue
			}
			since, err := s.config.Ledger.Since(mark.ID)
			if err != nil {
				return whole{}, err
			}
			if since.After(l.joined) {
				continue
			}
			if maybe == nil {
				maybe = &wire.Maybe{Key: s.asking(k, l), Other: l.key, Mark: wireMark(*mark)}
			}
			barred = append(barred, l.key)
			if k, err = s.kinOf(k.own, barred...); err != nil {
				return whole{}, err
			}
			again = true
			break
		}
	}
	w := makeWhole(k, func(link) bool { return true })
	matches, err := s.config.Ledger.FindAll([][]buyer.Key{w.keys})
	if err != nil {
		return whole{}, err
	}
	if w.match = matches[0]; w.match.Mark != nil {
		return w, nil
	}
	w.maybe = maybe
	for _, l := range k.asked {
		if w.maybe != nil {
			break
		}
		mark, err := s.markOn(w.keys, l.key)
		if err != nil {
			return whole{}, err
		}
		if mark != nil {
			w.maybe = &wire.Maybe{Key: s.asking(k, l), Other: l.key, Mark: wireMark(*mark)}
		}
	}
	return w, nil
}

// asking is the key of the buyer that a question is about: where it goes through
// one that is joined itself, his own first one, if that is of another kind.
func (s *Server) asking(k kin, l link) buyer.Key {
	if slices.Contains(k.own, l.through) || k.own[0].Kind == l.key.Kind {
		return l.through
	}
	return k.own[0]
}

// markOn is the mark that is found by a key beside those of a buyer; nil: none.
func (s *Server) markOn(keys []buyer.Key, k buyer.Key) (*ledger.Mark, error) {
	matches, err := s.config.Ledger.FindAll([][]buyer.Key{append(keys[:len(keys):len(keys)], k)})
	if err != nil {
		return nil, err
	}
	if m := matches[0].Mark; m != nil && slices.Contains(m.Keys, k) {
		return m, nil
	}
	return nil, nil
}

// rank is the place of a key's kind among those of its marketplace.
func rank(k buyer.Key) int {
	m, err := marketplace.Find(k.Marketplace)
	if err != nil {
		return 0
	}
	return slices.IndexFunc(m.Kinds, func(kind marketplace.Kind) bool { return kind.Kind == k.Kind })
}

// toMark is the keys by which a buyer is to be marked. Without are those that only
// pages joined to him; joined says that marks on several of them are one buyer's.
func (s *Server) toMark(n wire.NewMark) (keys, without []buyer.Key, joined bool, err error) {
	if keys, err = s.keysOf(n.Keys, n.Order); err != nil || len(keys) < 2 || len(keys) > wire.MaxKeys {
		return keys, nil, false, err
	}
	var good []buyer.Key
	for _, k := range keys {
		c, err := buyer.Canonical(k)
		if err != nil {
			return keys, nil, false, nil // the ledger says what is wrong with it
		}
		good = append(good, c)
	}
	first, err := s.kinOf(good[:1])
	if err != nil {
		return nil, nil, false, err
	}
	for _, k := range good[1:] {
		if !slices.ContainsFunc(first.links, func(l link) bool { return l.key == k }) {
			return keys, nil, false, nil
		}
	}
	if n.Order == nil {
		return keys, nil, true, nil
	}
	ids, _, err := s.identifyAll([]wire.Sighting{{Order: n.Order, Keys: good}})
	if err != nil {
		return nil, nil, false, err
	}
	for _, k := range good {
		if !slices.Contains(ids[0].kin.own, k) &&
			slices.ContainsFunc(ids[0].kin.links, func(l link) bool { return !l.seller && l.key == k }) {
			without = append(without, k)
		}
	}
	return keys, without, true, nil
}

// alsoMarked is every key of the buyer whose mark is to be taken away.
func (s *Server) alsoMarked(n ledger.NewCancel) ([]buyer.Key, error) {
	keys := n.Keys
	if n.Mark != "" {
		mark, err := s.config.Ledger.Get(n.Mark)
		if err != nil {
			return nil, nil // the ledger says that there is none
		}
		keys = mark.Keys
	}
	var good []buyer.Key
	for _, k := range keys {
		if c, err := buyer.Canonical(k); err == nil {
			good = append(good, c)
		}
	}
	all, err := s.withJoined(good)
	if err != nil || len(all) == len(good) {
		return nil, err
	}
	return all, nil
}

// withJoined is keys and all that is joined to them.
func (s *Server) withJoined(keys []buyer.Key) ([]buyer.Key, error) {
	all := slices.Clone(keys)
	for _, k := range keys {
		related, err := s.kinOf([]buyer.Key{k})
		if err != nil {
			return nil, err
		}
		for _, l := range related.links {
			if !slices.Contains(all, l.key) {
				all = append(all, l.key)
			}
		}
	}
	return all, nil
}

// decide keeps what the seller says of two keys.
func (s *Server) decide(ctx context.Context, q wire.AliasQuery, joined bool) (wire.Aliases, error) {
	err := s.config.Ledger.Decide(ctx, ledger.NewDecision{ID: q.ID, Key: q.Key, Other: q.Other, Joined: joined})
	if err != nil {
		return wire.Aliases{}, err
	}
	return s.aliases([]buyer.Key{q.Key, q.Other})
}

// aliases is all that touches a buyer.
func (s *Server) aliases(keys []buyer.Key) (wire.Aliases, error) {
	if len(keys) > wire.MaxKeys {
		return wire.Aliases{}, errKeys.In("keys")
	}
	var good []buyer.Key
	for _, k := range keys {
		c, err := buyer.Canonical(k)
		if err != nil {
			return wire.Aliases{}, err
		}
		good = append(good, c)
	}
	all, err := s.withJoined(good)
	if err != nil {
		return wire.Aliases{}, err
	}
	list, err := s.aliasList(all)
	if list == nil {
		list = []wire.Alias{}
	}
	return wire.Aliases{Keys: all, Aliases: list}, err
}

// aliasList is what is known of some keys and others, each pair once.
func (s *Server) aliasList(keys []buyer.Key) ([]wire.Alias, error) {
	var list []wire.Alias
	add := func(a wire.Alias) {
		if !slices.ContainsFunc(list, func(o wire.Alias) bool {
			return o.Key == a.Key && o.Other == a.Other || o.Key == a.Other && o.Other == a.Key
		}) {
			list = append(list, a)
		}
	}
	decisions, err := s.config.Ledger.Decisions(keys)
	if err != nil {
		return nil, err
	}
	for _, d := range decisions {
		add(wire.Alias{Key: d.Key, Other: d.Other, Joined: d.Joined, Basis: wire.BySeller, At: stamp(d.At)})
	}
	evidence, err := s.config.Orders.Evidence(keys)
	if err != nil {
		return nil, err
	}
	for _, e := range evidence {
		basis := wire.ByOrder
		switch {
		case e.Object:
			basis = wire.ByObject
		case !e.Joined.IsZero():
			basis = wire.ByOrders
		}
		joined := !e.Joined.IsZero() && slices.Contains(keys, e.Key) && slices.Contains(keys, e.Other)
		add(wire.Alias{Key: e.Key, Other: e.Other, Joined: joined, Basis: basis, Orders: e.Orders})
	}
	return list, nil
}

// aliasOperations are the part of the HTTP API that shared/wire/identity.go lists.
func (s *Server) aliasOperations(api huma.API) {
	everyone := []Caller{Extension, Local}
	route(s, api, operation{http.MethodPost, "/v1/buyers/join", "join-buyers", "Two identifiers are one buyer's", everyone},
		func(ctx context.Context, i *in[wire.AliasQuery]) (wire.Aliases, error) {
			return s.decide(ctx, i.Body, true)
		})
	route(s, api, operation{http.MethodPost, "/v1/buyers/split", "split-buyers", "Two identifiers are not one buyer's", everyone},
		func(ctx context.Context, i *in[wire.AliasQuery]) (wire.Aliases, error) {
			return s.decide(ctx, i.Body, false)
		})
	route(s, api, operation{http.MethodPost, "/v1/buyers/aliases", "aliases", "What is joined to a buyer, and why", everyone},
		func(_ context.Context, i *in[wire.AliasesQuery]) (wire.Aliases, error) { return s.aliases(i.Body.Keys) })
}
