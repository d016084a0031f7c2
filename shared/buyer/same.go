package buyer

import (
	"slices"

	"blackmark/shared/problem"
)

// ErrWhich says that a name that changes hands means more than one buyer.
var ErrWhich = problem.New(problem.Conflict, "buyer_which",
	"more than one buyer bore this name",
	"name the buyer by an identifier that stays with him, as his id, or by one of his orders")

// Same tells whether two lists of keys are one buyer's. A permanent key in both
// decides; one that changes hands counts only where no permanent keys of one
// kind differ.
func Same(a, b []Key) bool {
	shared := false
	for _, k := range a {
		if slices.Contains(b, k) {
			if k.Permanent() {
				return true
			}
			shared = true
		}
	}
	return shared && !contradict(a, b)
}

func contradict(a, b []Key) bool {
	for _, x := range a {
		for _, y := range b {
			if x.Marketplace == y.Marketplace && x.Region == y.Region && x.Kind == y.Kind && x.ID != y.ID && x.Permanent() {
				return true
			}
		}
	}
	return false
}

// Together is all keys of the buyer who bears the asked ones: the lists each
// name one buyer, and those of the same one are followed from key to key. It
// returns ErrWhich where the asked keys all change hands and lists that hold them
// name different buyers.
func Together(asked []Key, lists [][]Key) ([]Key, error) {
	keys := slices.Clone(asked)
	add := func(fits func(list []Key) bool) (added bool) {
		for _, list := range lists {
			if !fits(list) {
				continue
			}
			for _, k := range list {
				if !slices.Contains(keys, k) {
					keys, added = append(keys, k), true
				}
			}
		}
		return added
	}
	// A permanent key is followed first: it says whose the changing ones are.
	for add(func(list []Key) bool {
		return slices.ContainsFunc(list, func(k Key) bool { return k.Permanent() && slices.Contains(keys, k) })
	}) || add(func(list []Key) bool { return Same(list, keys) }) {
	}
	if slices.ContainsFunc(asked, Key.Permanent) {
		return keys, nil
	}
	for _, list := range lists {
		if !Same(list, keys) && slices.ContainsFunc(list, func(k Key) bool { return slices.Contains(asked, k) }) {
			return nil, ErrWhich
		}
	}
	return keys, nil
}

// Divide is lists of which none holds both of two keys: one that did is two, each
// without one of them.
func Divide(lists [][]Key, a, b Key) [][]Key {
	var divided [][]Key
	for _, list := range lists {
		if !slices.Contains(list, a) || !slices.Contains(list, b) {
			divided = append(divided, list)
			continue
		}
		for _, gone := range []Key{b, a} {
			divided = append(divided, slices.DeleteFunc(slices.Clone(list), func(k Key) bool { return k == gone }))
		}
	}
	return divided
}
