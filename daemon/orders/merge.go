package orders

import (
	"slices"

	"blackmark/shared/buyer"
)

// graded is a key and how well it is known. Keys of one group were named
// together: each by an object that named another of them too. Group 0 named the
// order's buyer first. One order alone does not tell that two groups are one
// buyer, so that a page that names somebody else gives the buyer no second name.
type graded struct {
	Key    buyer.Key `json:"key"`
	Source string    `json:"source"`
	Group  int       `json:"group,omitempty"`
}

func sameKind(a, b buyer.Key) bool {
	return a.Marketplace == b.Marketplace && a.Region == b.Region && a.Kind == b.Kind
}

// mergeKeys joins what an order was known by with what a page now says. The
// order of the rules:
//
//   - a sweep that contradicts a definition is ignored; a definition that
//     contradicts a sweep takes its place;
//   - two of the same grade that contradict each other are a conflict, unless
//     they agree on a permanent key: then a name was changed;
//   - a sweep adds a key only beside one that it shares with what is known,
//     because only then one object on a page named both.
func mergeKeys(old []graded, keys []buyer.Key, source string) (merged []graded, conflict bool) {
	switch {
	case len(keys) == 0:
		return old, false
	case len(old) == 0:
		return grade(keys, source), false
	}
	same := relate(old, keys, func(o graded) bool { return o.Source == source })
	other := relate(old, keys, func(o graded) bool { return o.Source != source })
	shared := same.shared || other.shared
	switch {
	case source == FromSweep && other.any && (other.contradict || !shared):
		return old, false
	case source == FromSweep && !shared && !same.contradict:
		return old, false
	case source == FromDefinition && !same.any && (other.contradict || !shared):
		return grade(keys, source), false
	case same.contradict && !(same.renamed && same.permanent):
		return old, true
	}
	return union(old, keys, source), false
}

// relation is how some known keys stand to new ones.
type relation struct {
	any        bool // there are such known keys
	shared     bool // they have a key in common
	permanent  bool // it is a permanent one
	contradict bool // they name different ids of one kind
	renamed    bool // only of kinds that can change
}

func relate(old []graded, keys []buyer.Key, which func(graded) bool) relation {
	r := relation{renamed: true}
	for _, o := range old {
		if !which(o) {
			continue
		}
		r.any = true
		for _, k := range keys {
			switch {
			case o.Key == k:
				r.shared = true
				r.permanent = r.permanent || k.Permanent()
			case sameKind(o.Key, k):
				r.contradict = true
				r.renamed = r.renamed && !k.Permanent()
			}
		}
	}
	return r
}

// union is the new keys and those of the old that they do not replace. What a
// definition once confirmed stays confirmed. The new keys are one group with
// those that they share a key with; but what a sweep guesses is tied to nothing
// that a definition knows.
func union(old []graded, keys []buyer.Key, source string) []graded {
	all := grade(keys, source)
	group, touched := groupOf(old, keys)
	next, _ := groupOf(old, nil)
	if source == FromSweep && slices.ContainsFunc(old, func(o graded) bool { return o.Source == FromDefinition }) {
		group, touched = next, nil
	}
	for i := range all {
		all[i].Group = group
		if at := slices.IndexFunc(old, func(o graded) bool { return o.Key == all[i].Key }); at >= 0 && touched == nil {
			all[i].Group = old[at].Group
		}
	}
	for _, o := range old {
		switch {
		case !slices.Contains(touched, o.Group):
		case source == FromDefinition && o.Source == FromSweep:
			o.Group = next
		default:
			o.Group = group
		}
		i := slices.IndexFunc(all, func(a graded) bool { return sameKind(a.Key, o.Key) })
		switch {
		case i < 0:
			all = append(all, o)
		case all[i].Key == o.Key && o.Source == FromDefinition:
			all[i].Source = FromDefinition
		}
	}
	slices.SortStableFunc(all, func(a, b graded) int {
		switch {
		case a.Key.Permanent() == b.Key.Permanent():
			return 0
		case a.Key.Permanent():
			return -1
		}
		return 1
	})
	return all
}

// groupOf is the group of keys beside those that are known, and the known groups
// that become one with it.
func groupOf(old []graded, keys []buyer.Key) (group int, touched []int) {
	next := 0
	for _, o := range old {
		next = max(next, o.Group+1)
		if slices.Contains(keys, o.Key) && !slices.Contains(touched, o.Group) {
			touched = append(touched, o.Group)
		}
	}
	if len(touched) == 0 {
		return next, nil
	}
	return slices.Min(touched), touched
}

func grade(keys []buyer.Key, source string) []graded {
	list := make([]graded, len(keys))
	for i, k := range keys {
		list[i] = graded{Key: k, Source: source}
	}
	return list
}

// mergeFacts fills in what a page now says. A sweep only fills what is
// empty, and a masked name never takes the place of a whole one.
func mergeFacts(old, now Sighting) Sighting {
	weak := now.Source == FromSweep
	old.Name = newer(old.Name, now.Name, weak || old.Name != "" && buyer.Masked(now.Name))
	old.Store = newer(old.Store, now.Store, weak)
	old.Status = newer(old.Status, now.Status, weak)
	old.Country = newer(old.Country, now.Country, weak)
	old.Site = newer(old.Site, now.Site, weak)
	if now.Currency != "" && (old.Currency == "" || !weak) {
		old.Currency, old.TotalMinor = now.Currency, now.TotalMinor
	}
	if now.PlacedAt != nil && (old.PlacedAt == nil || !weak) {
		old.PlacedAt = now.PlacedAt
	}
	return old
}

func newer(old, now string, onlyFill bool) string {
	if now == "" || onlyFill && old != "" {
		return old
	}
	return now
}
