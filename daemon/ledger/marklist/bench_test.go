package marklist_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/ledger/marklist"
)

const many = 100_000

// BenchmarkFind is a page of 100 out of 100,000 marks by each kind of question,
// beside the same page read by the ids of its marks.
func BenchmarkFind(b *testing.B) {
	s := newStage(b, time.Hour)
	ctx := context.Background()
	for n := 0; n < many; n += ledger.MaxBatch {
		batch := make([]ledger.NewMark, ledger.MaxBatch)
		for i := range batch {
			batch[i] = s.invented(n + i)
			batch[i].Name = strings.TrimSpace(fmt.Sprintf("%s %d", batch[i].Name, s.random.IntN(many)))
		}
		if _, err := s.ledger.Mark(ctx, batch); err != nil {
			b.Fatal(err)
		}
	}
	for s.ledger.Health().Rebuilding {
		time.Sleep(10 * time.Millisecond)
	}
	yes := true
	s.shared = map[string]bool{}
	for i, m := range s.standing() {
		s.shared[m.ID] = i%3 == 0
	}
	s.version.Add(1)
	half, err := s.list.Find(ctx, marklist.Query{Sort: marklist.Name, Limit: 100})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("reference", func(b *testing.B) {
		known := ids(half.Marks)
		for b.Loop() {
			if marks, err := s.ledger.Marks(known); err != nil || len(marks) != 100 {
				b.Fatal(len(marks), err)
			}
		}
	})
	for _, c := range []struct {
		name  string
		query marklist.Query
	}{
		{"newest", marklist.Query{}},
		{"name", marklist.Query{Sort: marklist.Name}},
		{"text", marklist.Query{Filter: marklist.Filter{Text: "sample twice 42"}, Sort: marklist.Name}},
		{"nothing", marklist.Query{Filter: marklist.Filter{Text: "nobody has this"}, Sort: marklist.Reason}},
		{"filters", marklist.Query{Filter: marklist.Filter{Text: "e", Marketplace: "aliexpress", Reasons: reasons[:2], Via: []string{ledger.ViaClick},
			Since: s.now.Add(-100_000 * time.Hour), Shared: &yes}, Sort: marklist.Made}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.query.Limit = 100
			for b.Loop() {
				if _, err := s.list.Find(ctx, c.query); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	// Something was marked since the last question: it is merged in.
	b.Run("changed", func(b *testing.B) {
		for n := many; b.Loop(); n++ {
			b.StopTimer()
			s.mark(s.invented(n))
			b.StartTimer()
			if _, err := s.list.Find(ctx, marklist.Query{Filter: marklist.Filter{Text: "sample"}, Sort: marklist.Name, Limit: 100}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("facets", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.list.Facets(ctx, marklist.Filter{Text: "sample"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	// The first question of all, which makes the table.
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			list := marklist.New(marklist.Config{Ledger: s.ledger})
			if _, err := list.Find(ctx, marklist.Query{Sort: marklist.Name, Limit: 100}); err != nil {
				b.Fatal(err)
			}
			list.Close()
		}
	})
}
