package orders_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
)

// Each gives every order once, with its keys, and ends when it is told to.
func TestEach(t *testing.T) {
	s, err := orders.Open(orders.Config{Dir: t.TempDir(), MinFree: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var seen []orders.Sighting
	for i := range 50 {
		seen = append(seen, orders.Sighting{Marketplace: "aliexpress", Number: strconv.Itoa(8_000_000_000_000_000 + i),
			Keys:   []buyer.Key{{Marketplace: "aliexpress", Kind: "ali_id", ID: strconv.Itoa(90_000_000 + i)}},
			Source: orders.FromDefinition})
	}
	if _, err := s.See(context.Background(), seen); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	err = s.Each(context.Background(), func(o orders.Order) bool {
		got[o.Number] = o.Keys[0].ID
		return true
	})
	if err != nil || len(got) != len(seen) {
		t.Fatalf("%d orders, %v", len(got), err)
	}
	for _, one := range seen {
		if got[one.Number] != one.Keys[0].ID {
			t.Fatalf("order %s has the buyer %q", one.Number, got[one.Number])
		}
	}
	n := 0
	if err := s.Each(context.Background(), func(orders.Order) bool { n++; return n < 3 }); err != nil || n != 3 {
		t.Errorf("told to end it gave %d, %v", n, err)
	}
	ended, cancel := context.WithCancel(context.Background())
	n = 0
	err = s.Each(ended, func(orders.Order) bool { n++; cancel(); return true })
	if !errors.Is(err, context.Canceled) || n != 1 {
		t.Errorf("cancelled it gave %d, %v", n, err)
	}
}
