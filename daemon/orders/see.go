package orders

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// touchEvery is how exact LastSeen is: a page that is reloaded writes nothing.
const touchEvery = time.Hour

// See remembers the orders of a page. The answers have the order of the list;
// one that cannot be kept says why and stops no other.
func (s *Store) See(ctx context.Context, list []Sighting) ([]Seen, error) {
	p, err := s.Take(ctx, list)
	if err != nil {
		return nil, err
	}
	if err := p.Stored(); err != nil {
		return nil, err
	}
	return p.Seen, nil
}

// look merges sightings into what is known. It gives also the orders whose keys are
// others now, and the keys that now stand for many buyers.
func (s *Store) look(w *writer, list []Sighting) (seen []Seen, changed []Ref, shared []buyer.Key, err error) {
	seen = make([]Seen, len(list))
	now := s.cfg.Now().UTC().Round(0)
	for i, sighting := range list {
		clean, problems, err := sighting.clean(now)
		if err != nil {
			seen[i] = Seen{Problems: []*problem.Error{problem.Of(err)}}
			continue
		}
		if err := w.next(); err != nil {
			return nil, nil, nil, err
		}
		before, after, err := w.see(clean, now)
		if err != nil {
			return nil, nil, nil, err
		}
		fresh, err := w.count(before, after)
		if err != nil {
			return nil, nil, nil, err
		}
		related, err := w.relate(before, after, now)
		if err != nil {
			return nil, nil, nil, err
		}
		shared = append(shared, fresh...)
		order := s.given(after, fresh...)
		seen[i] = Seen{Order: order, Changed: !sameNames(s.given(before), order), Related: append(related, fresh...), Problems: problems}
		if seen[i].Changed {
			changed = append(changed, clean.ref())
		}
	}
	return seen, changed, shared, nil
}

// see merges a sighting into its order and remembers what changed.
func (w *writer) see(now Sighting, at time.Time) (before, after record, err error) {
	before, found, err := w.order(now.ref())
	if err != nil {
		return before, after, err
	}
	after = before
	if !found {
		after.Sighting, after.FirstSeen = Sighting{Marketplace: now.Marketplace, Region: now.Region, Number: now.Number}, at
	}
	after.Sighting = mergeFacts(after.Sighting, now)
	after.learn(now.Keys, now.Source)
	after.Source = now.Source
	if slices.ContainsFunc(after.Graded, func(g graded) bool { return g.Source == FromDefinition }) {
		after.Source = FromDefinition
	}
	if found && !after.differs(before) && at.Sub(before.LastSeen) < touchEvery {
		w.hand.orders[now.ref()] = before
		return before, before, nil
	}
	after.LastSeen = at
	if !found {
		w.meta.Orders++
	}
	w.remember(after)
	return before, after, nil
}

// learn merges keys. A conflict stays until a definition settles one between
// sweeps: between definitions only a person can.
func (r *record) learn(keys []buyer.Key, source string) {
	if len(keys) == 0 {
		return
	}
	if r.Conflict {
		defined := slices.ContainsFunc(r.Graded, func(g graded) bool { return g.Source == FromDefinition })
		if source == FromSweep || defined {
			return
		}
		r.Conflict, r.Graded, r.Rival = false, grade(keys, source), nil
		return
	}
	merged, conflict := mergeKeys(r.Graded, keys, source)
	if conflict {
		r.Conflict, r.Rival = true, keys
		return
	}
	r.Graded = merged
}

func (r record) differs(o record) bool {
	return r.Conflict != o.Conflict || !slices.Equal(r.Graded, o.Graded) || !sameFacts(r.Sighting, o.Sighting)
}

func sameFacts(a, b Sighting) bool {
	return a.Name == b.Name && a.Store == b.Store && a.Status == b.Status && a.Country == b.Country &&
		a.Site == b.Site && a.Currency == b.Currency && a.Source == b.Source &&
		equal(a.TotalMinor, b.TotalMinor) && sameTime(a.PlacedAt, b.PlacedAt)
}

func equal[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

func sameTime(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }

// keys are those by which the order stands under its buyer.
func (r record) keys() []buyer.Key {
	if r.Conflict {
		return nil
	}
	keys := make([]buyer.Key, len(r.Graded))
	for i, g := range r.Graded {
		keys[i] = g.Key
	}
	return keys
}

// given is the order as it is shown: without keys that stand for many buyers.
func (s *Store) given(r record, alsoShared ...buyer.Key) Order {
	o := r.Order
	o.Keys, o.Apart = nil, nil
	if r.Conflict {
		return o
	}
	s.sharedMu.RLock()
	defer s.sharedMu.RUnlock()
	own := slices.DeleteFunc(slices.Clone(r.Graded), func(g graded) bool {
		return s.shared[g.Key] || slices.Contains(alsoShared, g.Key)
	})
	slices.SortStableFunc(own, func(a, b graded) int { return cmp.Compare(a.Group, b.Group) })
	for i, g := range own {
		switch {
		case g.Group == own[0].Group:
			o.Keys = append(o.Keys, g.Key)
		case g.Group != own[i-1].Group:
			o.Apart = append(o.Apart, []buyer.Key{g.Key})
		default:
			last := &o.Apart[len(o.Apart)-1]
			*last = append(*last, g.Key)
		}
	}
	return o
}

func sameNames(a, b Order) bool {
	return sameKeys(a.Keys, b.Keys) && slices.EqualFunc(a.Apart, b.Apart, sameKeys)
}

func sameKeys(a, b []buyer.Key) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(k buyer.Key) bool { return !slices.Contains(b, k) })
}

// count keeps the orders of each buyer and the stats of each key as they are
// after a change. It returns the keys that now stand for many buyers.
func (w *writer) count(before, after record) (shared []buyer.Key, err error) {
	was, is := before.keys(), after.keys()
	if slices.Equal(was, is) && before.Name == after.Name {
		return nil, nil
	}
	for i, k := range was {
		if _, err := w.tally(k, -1, i == 0, before.Name); err != nil {
			return nil, err
		}
		if !slices.Contains(is, k) {
			w.move(move{key: k, ref: before.ref(), away: true})
		}
	}
	for i, k := range is {
		fresh, err := w.tally(k, +1, i == 0, after.Name)
		if err != nil {
			return nil, err
		}
		if fresh {
			shared = append(shared, k)
		}
		if !slices.Contains(was, k) {
			w.move(move{key: k, ref: after.ref()})
		}
	}
	return shared, nil
}

// tally changes the stats of a key by one order. Names are kept as hashes: to
// count them is all they are for. A key that once stood for many buyers keeps
// standing for them, even when its orders are forgotten.
func (w *writer) tally(k buyer.Key, by int, primary bool, name string) (nowShared bool, err error) {
	st, err := w.statsOf(k)
	if err != nil {
		return false, err
	}
	st.changed = true
	had := st.Primary > 0
	st.Orders += by
	if primary {
		st.Primary += by
	}
	if h := nameHash(name); h != "" && !st.Shared {
		if st.Names == nil {
			st.Names = map[string]int{}
		}
		if st.Names[h] += by; st.Names[h] <= 0 {
			delete(st.Names, h)
		}
	}
	if !st.Shared && st.Orders >= SharedOrders && len(st.Names) >= SharedNames {
		st.Shared, st.Names, nowShared = true, nil, true
	}
	if has := st.Primary > 0; has != had {
		w.meta.Buyers += map[bool]int{true: 1, false: -1}[has]
	}
	if st.none() {
		st.stats = stats{}
	}
	return nowShared, nil
}

// nameHash is the same for names that differ in case and spaces alone, and
// empty for what is masked: masks hide, they do not tell people apart.
func nameHash(name string) string {
	name = strings.ToLower(strings.Join(strings.Fields(name), " "))
	if name == "" || buyer.Masked(name) {
		return ""
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:6])
}
