package localapi

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
	"blackmark/shared/wire"
)

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
	lists := make([][]buyer.Key, len(ids))
	for i, id := range ids {
		lists[i] = makeWhole(id.kin, func(l link) bool { return l.seller }).keys
	}
	seen := make([]int, len(ids)+1) // where the lists of what was seen begin, of each
	for i, id := range ids {
		seen[i] = len(lists)
		lists = append(lists, id.kin.seen()...)
	}
	seen[len(ids)] = len(lists)
	matches, err := s.config.Ledger.FindAll(lists)
	if err != nil {
		return nil, err
	}
	marked := func(m ledger.Match) bool { return m.Mark != nil }
	for i, id := range ids {
		if !marked(matches[i]) && slices.ContainsFunc(matches[seen[i]:seen[i+1]], marked) {
			if list[i], err = s.wholeUnmarked(id.kin); err != nil {
				return nil, err
			}
			continue
		}
		list[i] = makeWhole(id.kin, func(link) bool { return true })
		list[i].match = matches[i]
	}
	return list, nil
}

// seen are the lists of keys under which a buyer may be marked by what was seen
// alone; none where nothing was.
func (k kin) seen() [][]buyer.Key {
	var lists [][]buyer.Key
	for _, l := range k.links {
		if !l.seller {
			lists = append(lists, with(k.own, l.key))
		}
	}
	if len(lists) == 0 && len(k.asked) == 0 {
		return nil
	}
	all := makeWhole(k, func(link) bool { return true }).keys
	lists = append(lists, all)
	for _, l := range k.asked {
		lists = append(lists, with(all, l.key))
	}
	return lists
}

// with is keys and one more.
func with(keys []buyer.Key, k buyer.Key) []buyer.Key { return append(keys[:len(keys):len(keys)], k) }

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
			if k, err = s.newSaid().kinOf(k.own, barred...); err != nil {
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
	matches, err := s.config.Ledger.FindAll([][]buyer.Key{with(keys, k)})
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

// toMark is whom a mark means.
type toMark struct {
	keys    []buyer.Key // as they were asked, or those of the order's buyer
	own     []buyer.Key // of these, without what the seller joined; empty: all
	without []buyer.Key // of these, what only pages joined
	joined  bool        // marks on several of them are one buyer's
}

// toMark finds the keys by which a buyer is to be marked.
func (s *Server) toMark(n wire.NewMark) (whom toMark, err error) {
	keys, err := s.keysOf(n.Keys, n.Order)
	whom.keys = keys
	if err != nil || len(keys) < 2 || len(keys) > wire.MaxKeys {
		return whom, err
	}
	var good []buyer.Key
	for _, k := range keys {
		c, err := buyer.Canonical(k)
		if err != nil {
			return whom, nil // the ledger says what is wrong with it
		}
		good = append(good, c)
	}
	first, err := s.newSaid().kinOf(good[:1])
	if err != nil {
		return whom, err
	}
	for _, k := range good[1:] {
		if !slices.ContainsFunc(first.links, func(l link) bool { return l.key == k }) {
			return whom, nil
		}
	}
	whom.joined = true
	near := first
	if n.Order != nil {
		ids, _, err := s.identifyAll(s.config.Orders, []shown{read(wire.Sighting{Order: n.Order, Keys: good})})
		if err != nil {
			return whom, err
		}
		near = ids[0].kin
	}
	for _, k := range good {
		switch {
		case !slices.ContainsFunc(near.links, func(l link) bool { return l.key == k }):
			whom.own = append(whom.own, k)
		case n.Order != nil && !slices.ContainsFunc(near.links, func(l link) bool { return l.seller && l.key == k }):
			whom.without = append(whom.without, k)
		}
	}
	return whom, nil
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

// withJoined is keys, which are one buyer's, and all that is joined to them. A name
// that went to somebody else does not lead to him: his permanent id says who he is.
func (s *Server) withJoined(keys []buyer.Key) ([]buyer.Key, error) {
	all, said := slices.Clone(keys), s.newSaid()
	for _, k := range keys {
		related, err := said.kinOf([]buyer.Key{k})
		if err != nil {
			return nil, err
		}
		for _, l := range related.links {
			if !slices.Contains(all, l.key) && !slices.ContainsFunc(all, func(o buyer.Key) bool {
				return o.Kind == l.key.Kind && o.Permanent()
			}) {
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
