package marklist

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// MaxFacets is how many values of one column are given.
const MaxFacets = 50

// Facet is one value of a column, and how many marks have it.
type Facet struct {
	Value string
	Count int
}

// Facets are the values of the columns that can be filtered by, the most frequent
// first, at most MaxFacets each. Each column is counted under the rest of the
// filter, without what that says of the column itself. An empty value stands for
// marks without one: no store known, and made by the master account.
type Facets struct {
	Marketplaces, Reasons, Stores, By, Via []Facet
}

// Facets counts what a filter can be narrowed or widened to.
func (l *List) Facets(ctx context.Context, f Filter) (Facets, error) {
	t, err := l.current(ctx, true)
	if err != nil {
		return Facets{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := l.learnShared(t, f); err != nil {
		return Facets{}, err
	}
	test := t.test(f)
	columns := []struct {
		part   int
		words  *words
		value  func(*row) uint16
		counts []int
	}{
		{missesMarketplace, &t.marketplaces, func(r *row) uint16 { return r.marketplace }, nil},
		{missesReason, &t.reasons, func(r *row) uint16 { return r.reason }, nil},
		{missesStore, &t.stores, func(r *row) uint16 { return r.store }, nil},
		{missesBy, &t.by, func(r *row) uint16 { return r.by }, nil},
		{missesVia, &t.vias, func(r *row) uint16 { return r.via }, nil},
	}
	for i := range columns {
		columns[i].counts = make([]int, len(columns[i].words.list)+1)
	}
	for i := range t.rows {
		r := &t.rows[i]
		if r.gone {
			continue
		}
		missed := test.misses(r)
		for _, c := range columns {
			if missed&^c.part == 0 {
				c.counts[min(int(c.value(r)), len(c.counts)-1)]++
			}
		}
	}
	var facets Facets
	for i, to := range []*[]Facet{&facets.Marketplaces, &facets.Reasons, &facets.Stores, &facets.By, &facets.Via} {
		*to = facetsOf(columns[i].words, columns[i].counts)
	}
	return facets, nil
}

// facetsOf are the values that were counted.
func facetsOf(w *words, counts []int) []Facet {
	list := []Facet{}
	for n, word := range w.list {
		if counts[n] > 0 {
			list = append(list, Facet{word, counts[n]})
		}
	}
	slices.SortFunc(list, func(a, b Facet) int {
		if c := cmp.Compare(b.Count, a.Count); c != 0 {
			return c
		}
		return strings.Compare(a.Value, b.Value)
	})
	return list[:min(len(list), MaxFacets)]
}
