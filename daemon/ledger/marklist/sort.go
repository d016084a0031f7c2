package marklist

import (
	"cmp"
	"slices"
	"strings"
)

// Sort is an order of the list.
type Sort string

// The orders. Where two marks are equal, the one that came onto the list last
// comes first.
const (
	Newest      Sort = "newest" // came onto the list last; a clock that was once wrong moves nothing
	Oldest      Sort = "oldest"
	Made        Sort = "made" // by the date of the mark, which may be older than its import, the newest first
	Name        Sort = "name" // marks without a name come last
	Reason      Sort = "reason"
	Marketplace Sort = "marketplace"
)

// place is where a row stands in an order: all that Cursor needs to go on there,
// whatever came or went meanwhile.
type place struct {
	number int64
	word   string
	seq    uint64
}

// compare orders places.
func (p place) compare(q place) int {
	if c := cmp.Compare(p.number, q.number); c != 0 {
		return c
	}
	if c := strings.Compare(p.word, q.word); c != 0 {
		return c
	}
	return cmp.Compare(q.seq, p.seq)
}

// placeOf is where a row stands.
func (t *table) placeOf(s Sort, r *row) place {
	p := place{seq: r.seq}
	switch s {
	case Newest: // by seq alone
	case Oldest:
		p.number = int64(r.seq)
	case Made:
		p.number = -r.made
	case Name:
		if p.word = r.name(); p.word == "" {
			p.number = 1
		}
	case Reason:
		p.number = int64(r.reason)
	case Marketplace:
		p.word = t.marketplaces.word(r.marketplace)
	}
	return p
}

// order is the rows in one order, as far as they were there when it was made.
type order struct {
	rows []uint32
	upTo int // rows of the table that are in it
}

// in gives the rows in an order, those that are gone included. It is kept for the
// next time, and what came since is merged in. The caller holds mu.
func (t *table) in(s Sort) []uint32 {
	o := t.sorted[s]
	if o == nil {
		o = &order{}
		t.sorted[s] = o
	}
	if o.upTo == len(t.rows) {
		return o.rows
	}
	fresh := t.sortRows(s, o.upTo)
	o.rows, o.upTo = t.merge(s, o.rows, fresh), len(t.rows)
	return o.rows
}

// sortRows sorts the rows from a place of the table on.
func (t *table) sortRows(s Sort, from int) []uint32 {
	type item struct {
		place place
		head  uint64 // the first bytes of the word: most comparisons end there
		row   uint32
	}
	items := make([]item, 0, len(t.rows)-from)
	for i := from; i < len(t.rows); i++ {
		if t.rows[i].gone {
			continue
		}
		p := t.placeOf(s, &t.rows[i])
		items = append(items, item{p, head(p.word), uint32(i)})
	}
	slices.SortFunc(items, func(a, b item) int {
		if a.place.number == b.place.number && a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		return a.place.compare(b.place)
	})
	rows := make([]uint32, len(items))
	for i, item := range items {
		rows[i] = item.row
	}
	return rows
}

func head(word string) (n uint64) {
	for i := range 8 {
		n <<= 8
		if i < len(word) {
			n |= uint64(word[i])
		}
	}
	return n
}

// merge puts two sorted lists together, without what is gone.
func (t *table) merge(s Sort, a, b []uint32) []uint32 {
	if len(a) == 0 {
		return b
	}
	merged := make([]uint32, 0, len(a)+len(b))
	for _, next := range b {
		after := t.placeOf(s, &t.rows[next])
		for len(a) > 0 {
			r := &t.rows[a[0]]
			if !r.gone && t.placeOf(s, r).compare(after) > 0 {
				break
			}
			if !r.gone {
				merged = append(merged, a[0])
			}
			a = a[1:]
		}
		merged = append(merged, next)
	}
	for _, row := range a {
		if !t.rows[row].gone {
			merged = append(merged, row)
		}
	}
	return merged
}
