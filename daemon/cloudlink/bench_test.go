package cloudlink_test

import (
	"testing"

	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// BenchmarkLookup looks up a page of 100 buyers, all checked, ten of them on the
// list: what joining adds to an answer.
func BenchmarkLookup(b *testing.B) {
	const page, listed = 100, 10
	c := newClock()
	y := newSky(b, c, friends())
	s, w := newSeller(b, c), newSeller(b, c)
	s.join(y)
	w.join(y)
	for i := range listed {
		w.shares("80123456789012"+digits(i), "returns", stock(i))
	}
	w.drained()
	s.synced(y)
	lists := make([][]buyer.Key, page)
	for i := range lists {
		lists[i] = []buyer.Key{stock(i)}
	}
	s.eventually("all are checked", func() bool {
		c.move(1)
		shown := 0
		for _, o := range s.link.Lookup("", "", lists) {
			if o.State == wire.OthersChecked {
				shown++
			}
		}
		return shown == page
	})
	for b.Loop() {
		s.link.Lookup("", "", lists)
	}
}
