package orders_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
)

// stored makes the next reading one of what is stored: it takes away what the store
// has at hand of the newest page.
func stored(t *testing.T, s *orders.Store) { see(t, s) }

// randomSighting is of one of sixty orders, by a few buyers who exchange names, and a
// name that is on the orders of all.
func randomSighting(r *rand.Rand) orders.Sighting {
	n := r.IntN(60)
	one := sight(n, orders.FromDefinition)
	if r.IntN(4) == 0 {
		one.Source = orders.FromSweep
	}
	whose := n % 8
	if r.IntN(40) == 0 {
		whose = r.IntN(8)
	}
	if r.IntN(3) > 0 {
		one.Keys = append(one.Keys, user(whose))
	}
	switch {
	case n%2 == 0 && r.IntN(3) > 0:
		one.Keys = append(one.Keys, username("everybody"))
	case n%2 == 1 && r.IntN(3) > 0:
		one.Keys = append(one.Keys, username(string(rune('a'+(whose+r.IntN(8)/7)%6))+"-name"))
	}
	one.Name = fmt.Sprintf("Sample %c", 'A'+r.IntN(8))
	if r.IntN(3) == 0 {
		at := start.Add(time.Duration(r.IntN(9000)) * time.Second)
		total := int64(r.IntN(5000))
		one.PlacedAt, one.TotalMinor, one.Currency = &at, &total, "BRL"
	}
	return one
}

// randomBuyers are lists of keys as rows name buyers, sound or not.
func randomBuyers(r *rand.Rand) [][]buyer.Key {
	lists := make([][]buyer.Key, 40)
	for i := range lists {
		for range r.IntN(4) {
			lists[i] = append(lists[i], []buyer.Key{
				user(r.IntN(9)), username(string(rune('a'+r.IntN(7))) + "-name"), username("everybody"),
				key("user_id", "not an id"), key("user_id", fmt.Sprintf(" %d ", 900000000+r.IntN(9))),
			}[r.IntN(5)])
		}
	}
	return lists
}

// Pages of all kinds come, buyers are forgotten and old orders go. After each step, a
// count of many buyers is that of each alone, and what the store has at hand of a page
// is what it stored.
func TestAPageIsReadAsItsRowsAre(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 3))
	c := &clock{start}
	s := open(t, orders.Config{Dir: t.TempDir(), Now: c.now})
	var refs []orders.Ref
	for i := range 61 {
		refs = append(refs, orders.Ref{Marketplace: "shopee", Region: "br", Number: number(i)})
	}
	type reading struct {
		Orders []orders.Order
		Found  []bool
		Counts []int
	}
	read := func(buyers [][]buyer.Key) (is reading) {
		t.Helper()
		var err1, err2 error
		is.Orders, is.Found, err1 = s.GetAll(refs)
		is.Counts, err2 = s.CountAll(buyers)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for i, keys := range buyers {
			_, n, err := s.OfBuyer(keys, 1)
			if err != nil || n != is.Counts[i] {
				t.Fatalf("%d orders of %v counted among others, %d alone; %v", is.Counts[i], keys, n, err)
			}
		}
		return is
	}
	most, conflicts := 0, 0
	for step := range 150 {
		switch {
		case step%50 == 49:
			if _, err := s.Forget(context.Background(), []buyer.Key{user(r.IntN(8))}, false); err != nil {
				t.Fatal(err)
			}
		case step%40 == 39:
			c.at = c.at.Add(orders.DefaultRetention - 5*time.Hour)
			if _, err := s.Prune(context.Background()); err != nil {
				t.Fatal(err)
			}
		default:
			var page []orders.Sighting
			for range 1 + r.IntN(12) {
				page = append(page, randomSighting(r))
			}
			see(t, s, page...)
			c.at = c.at.Add(time.Duration(r.IntN(90)) * time.Minute)
		}
		buyers := randomBuyers(r)
		atHand := read(buyers)
		stored(t, s)
		if diff := cmp.Diff(read(buyers), atHand); diff != "" {
			t.Fatalf("step %d: at hand is not what is stored:\n%s", step, diff)
		}
		for i, n := range atHand.Counts {
			most = max(most, n)
			if i < len(atHand.Orders) && atHand.Orders[i].Conflict {
				conflicts++
			}
		}
	}
	shared, err := s.Refused(username("everybody"))
	if _, known := s.Counts(); err != nil || !shared || most < 3 || conflicts == 0 || known == 0 {
		t.Fatalf("the steps prove little: shared %v, at most %d orders, %d conflicts, %d buyers, %v", shared, most, conflicts, known, err)
	}
}

// Two orders always change together, and one of them is seen alone between: who reads
// both meanwhile never has one of before and one of after.
func TestOrdersAreReadAtOneMoment(t *testing.T) {
	s := open(t, orders.Config{Dir: t.TempDir()})
	page := func(n int) []orders.Sighting {
		list := []orders.Sighting{sight(1, orders.FromDefinition, user(1)), sight(2, orders.FromDefinition, user(1))}
		for i := range list {
			list[i].Name = fmt.Sprint("Sample ", n)
		}
		return list
	}
	see(t, s, page(0)...)
	done := make(chan struct{})
	var reading sync.WaitGroup
	for range 2 {
		reading.Go(func() {
			refs := []orders.Ref{{Marketplace: "shopee", Region: "br", Number: number(1)}, {Marketplace: "shopee", Region: "br", Number: number(2)}}
			for {
				list, _, err := s.GetAll(refs)
				if err != nil || list[0].Name != list[1].Name {
					t.Errorf("%q beside %q, %v", list[0].Name, list[1].Name, err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for n := range 400 {
		see(t, s, page(n)...)
		see(t, s, page(n)[n%2])
	}
	close(done)
	reading.Wait()
}

// What is read after a version was asked for holds the changes that are told with it.
func TestAVersionHoldsItsChanges(t *testing.T) {
	s := open(t, orders.Config{Dir: t.TempDir()})
	changes, stop := s.Subscribe()
	defer stop()
	if s.Version() != 0 {
		t.Fatalf("it begins at %d", s.Version())
	}
	see(t, s, sight(1, orders.FromDefinition), sight(2, orders.FromDefinition, user(2)))
	first := s.Version()
	see(t, s, sight(2, orders.FromDefinition, user(2)))
	if got := <-changes; got.Number != number(2) || got.Version != first || s.Version() != first {
		t.Fatalf("told %+v; the version is %d, and was %d", got, s.Version(), first)
	}
	see(t, s, sight(1, orders.FromDefinition, user(1)))
	if got := <-changes; got.Number != number(1) || got.Version <= first || got.Version != s.Version() {
		t.Fatalf("told %+v; the version is %d, and was %d", got, s.Version(), first)
	}
}

// A page that is reloaded writes nothing, until it was not seen for an hour.
func TestAPageSeenAgainWritesNothing(t *testing.T) {
	c := &clock{start}
	dir := t.TempDir()
	s := open(t, orders.Config{Dir: dir, Now: c.now})
	written := func() []byte {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, "ACKNOWLEDGED"))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	page := []orders.Sighting{sight(1, orders.FromDefinition, user(1)), sight(2, orders.FromDefinition)}
	see(t, s, page...)
	before := written()
	c.at = c.at.Add(time.Minute)
	if got := see(t, s, page...); got[0].Changed || len(got[0].Order.Keys) != 1 || !bytes.Equal(before, written()) {
		t.Errorf("seen again: %+v; written %v", got[0], !bytes.Equal(before, written()))
	}
	c.at = c.at.Add(time.Hour)
	see(t, s, page...)
	if bytes.Equal(before, written()) {
		t.Error("after an hour nothing was written")
	}
	if last := get(t, s, 1).LastSeen; !last.Equal(c.at) {
		t.Errorf("last seen at %v, not %v", last, c.at)
	}
}
