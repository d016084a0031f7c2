package cloudlist_test

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// BenchmarkLookup looks 100 buyers up among a million, 10 of whom are on the list;
// its reference is a binary search in the bare tags, which take 8 MB of memory
// and tell nothing but that they are there.
func BenchmarkLookup(b *testing.B) {
	rng := rand.New(rand.NewPCG(31, 1))
	all := entries(rng, 1_000_000)
	l := open(b, write(b, header(len(all), 1), all))
	// Many pages, so that no page finds its buckets in the processor's cache because
	// it was just there.
	pages := make([][]uint64, 256)
	for p := range pages {
		for i := range 100 {
			tag := rng.Uint64()
			if i < 10 {
				tag = all[rng.IntN(len(all))].Tag
			}
			pages[p] = append(pages[p], tag)
		}
	}
	b.Run("reference", func(b *testing.B) {
		tags := make([]uint64, len(all))
		for i := range all {
			tags[i] = all[i].Tag
		}
		for page := 0; b.Loop(); page++ {
			found := 0
			for _, tag := range pages[page%len(pages)] {
				if _, ok := slices.BinarySearch(tags, tag); ok {
					found++
				}
			}
			if found < 10 {
				b.Fatal("not found")
			}
		}
	})
	b.Run("hits=10", func(b *testing.B) {
		for page := 0; b.Loop(); page++ {
			if found := l.FindAll(pages[page%len(pages)]); len(found) < 10 {
				b.Fatal("not found")
			}
		}
	})
}

// BenchmarkWire is how many bytes a million buyers take where they are published,
// and what a day adds on which one in a hundred comes and as many go.
func BenchmarkWire(b *testing.B) {
	d := makeDay(b)
	for _, file := range []struct {
		name string
		data []byte
	}{{"list", d.first}, {"delta", d.churn}, {"busy", d.busy}} {
		b.Run(file.name, func(b *testing.B) {
			for b.Loop() {
			}
			b.ReportMetric(float64(len(file.data)), "bytes")
		})
	}
}
