package orders_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/disk"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
)

// reading is what a page or the store says of orders and buyers.
type reading struct {
	Orders []orders.Order
	Found  []bool
	Counts []int
}

func readFrom(t *testing.T, from interface {
	GetAll(refs []orders.Ref) ([]orders.Order, []bool, error)
	CountAll(buyers [][]buyer.Key) ([]int, error)
}, refs []orders.Ref, buyers [][]buyer.Key) (is reading) {
	t.Helper()
	var err1, err2 error
	is.Orders, is.Found, err1 = from.GetAll(refs)
	is.Counts, err2 = from.CountAll(buyers)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	return is
}

func take(t *testing.T, s *orders.Store, page ...orders.Sighting) *orders.Page {
	t.Helper()
	p, err := s.Take(context.Background(), page)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func refsOf(page []orders.Sighting) (refs []orders.Ref) {
	for _, one := range page {
		refs = append(refs, orders.Ref{Marketplace: one.Marketplace, Region: one.Region, Number: one.Number})
	}
	return refs
}

// storingHeld makes every commit wait, and then end with what is sent.
func storingHeld(t *testing.T) chan<- error {
	t.Helper()
	goOn := make(chan error)
	disk.SetFault(func(step disk.Step, _ string) error {
		if step == disk.Commit {
			return <-goOn
		}
		return nil
	})
	t.Cleanup(func() { disk.SetFault(nil) })
	return goOn
}

// Pages come, of buyers who are known and who are not, with names that went to others
// and one that stands on the orders of all. Before a page is stored it says what the
// store says of it afterwards, and so does one that reads all of it from the disk.
func TestAPageSaysWhatIsStored(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 8))
	c := &clock{start}
	dir := t.TempDir()
	s := open(t, orders.Config{Dir: dir, Now: c.now})
	conflicts, most, fresh := 0, 0, 100
	for step := range 150 {
		var page []orders.Sighting
		for range 1 + r.IntN(12) {
			page = append(page, randomSighting(r))
		}
		// Buyers of whom nothing is known, on one order or two.
		for range r.IntN(4) {
			fresh++
			for range 1 + r.IntN(2) {
				one := sight(1000+fresh*2+r.IntN(2), orders.FromDefinition, user(fresh), username(fmt.Sprint("new-", fresh)))
				page = append(page, one)
			}
			// Now and then another of them is on it too.
			if r.IntN(3) == 0 {
				other := page[len(page)-1]
				other.Keys = []buyer.Key{user(10_000 + fresh)}
				page = append(page, other)
			}
		}
		if step%5 == 0 {
			page = page[max(0, len(page)-2):] // all of it may be at hand
		}
		refs := refsOf(page)
		var buyers [][]buyer.Key
		for _, one := range page {
			buyers = append(buyers, one.Keys)
		}
		p := take(t, s, page...)
		before := readFrom(t, p, refs, buyers)
		if err := p.Stored(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, readFrom(t, s, refs, buyers)); diff != "" {
			t.Fatalf("step %d: stored is not what the page said:\n%s", step, diff)
		}
		if step%10 == 9 {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, orders.Config{Dir: dir, Now: c.now})
		}
		stored(t, s)
		if diff := cmp.Diff(before, readFrom(t, s, refs, buyers)); diff != "" {
			t.Fatalf("step %d: what is on the disk is not what the page said:\n%s", step, diff)
		}
		if step%30 == 29 {
			if _, err := s.Forget(context.Background(), []buyer.Key{user(r.IntN(8))}, false); err != nil {
				t.Fatal(err)
			}
		}
		for i, o := range before.Orders {
			most = max(most, before.Counts[i])
			if o.Conflict {
				conflicts++
			}
		}
		c.at = c.at.Add(time.Duration(r.IntN(90)) * time.Minute)
	}
	if shared, err := s.Refused(username("everybody")); err != nil || !shared || most < 3 || conflicts == 0 {
		t.Fatalf("the steps prove little: shared %v, at most %d orders, %d conflicts, %v", shared, most, conflicts, err)
	}
}

// While a page is being stored it answers; who asks the store waits, and then has it.
func TestAPageAnswersBeforeItIsStored(t *testing.T) {
	s := open(t, orders.Config{Dir: t.TempDir()})
	see(t, s, sight(1, orders.FromDefinition, user(1)))
	changes, stop := s.Subscribe()
	defer stop()
	storing := storingHeld(t)
	page := []orders.Sighting{sight(1, orders.FromDefinition, user(2)), sight(2, orders.FromDefinition, user(3), username("three"))}
	p := take(t, s, page...)
	is := readFrom(t, p, refsOf(page), [][]buyer.Key{page[1].Keys})
	if !is.Orders[0].Conflict || len(is.Orders[1].Keys) != 2 || is.Counts[0] != 1 {
		t.Fatalf("the page says %+v", is)
	}
	type answer struct {
		is  reading
		n   int
		err error
	}
	asked := make(chan answer)
	go func() {
		var a answer
		a.is.Orders, a.is.Found, a.err = s.GetAll(refsOf(page))
		_, a.n, _ = s.OfBuyer([]buyer.Key{user(3)}, 1)
		asked <- a
	}()
	select {
	case a := <-asked:
		t.Fatalf("who asked the store did not wait: %+v", a)
	case change := <-changes:
		t.Fatalf("told before it is stored: %+v", change)
	case <-time.After(50 * time.Millisecond):
	}
	storing <- nil
	if a := <-asked; a.err != nil || a.n != 1 || !cmp.Equal(a.is.Orders, is.Orders) {
		t.Errorf("stored is %+v", a)
	}
	if err := p.Stored(); err != nil {
		t.Fatal(err)
	}
	for range page {
		if change := <-changes; change.Version != s.Version() {
			t.Errorf("told %+v, of version %d", change, s.Version())
		}
	}
}

// A page that could not be stored leaves the store as it was, tells nobody, and stops
// no other page.
func TestAPageThatCannotBeStored(t *testing.T) {
	dir := t.TempDir()
	s := open(t, orders.Config{Dir: dir})
	see(t, s, sight(1, orders.FromDefinition, user(1)))
	changes, stop := s.Subscribe()
	defer stop()
	storing := storingHeld(t)
	page := []orders.Sighting{sight(1, orders.FromDefinition, user(2)), sight(2, orders.FromDefinition, user(3), username("three"))}
	p := take(t, s, page...)
	failed := s.Version()
	fails := errors.New("this disk fails")
	storing <- fails
	if err := p.Stored(); !errors.Is(err, fails) {
		t.Fatalf("stored: %v", err)
	}
	disk.SetFault(nil)
	check := func() {
		t.Helper()
		_, _, err := s.Get("shopee", "br", number(2))
		is := readFrom(t, s, refsOf(page), [][]buyer.Key{page[1].Keys, {user(1)}})
		if err != nil || is.Found[1] || is.Orders[0].Conflict || !cmp.Equal(is.Orders[0].Keys, []buyer.Key{user(1)}) || !cmp.Equal(is.Counts, []int{0, 1}) {
			t.Errorf("the store says %+v, %v", is, err)
		}
		evidence, err := s.Evidence(page[1].Keys)
		if orders, buyers := s.Counts(); err != nil || len(evidence) != 0 || orders != 1 || buyers != 1 {
			t.Errorf("evidence %v, %d orders, %d buyers, %v", evidence, orders, buyers, err)
		}
	}
	check()
	see(t, s, sight(3, orders.FromDefinition, user(4)))
	if change := <-changes; change.Number != number(3) || change.Version <= failed {
		t.Errorf("told %+v; the page that failed had version %d", change, failed)
	}
	if _, err := s.Forget(context.Background(), []buyer.Key{user(4)}, false); err != nil {
		t.Fatal(err)
	}
	check()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, orders.Config{Dir: dir})
	check()
}

// Who was told a version reads what is as new: a page that another one overtook does
// not answer from before it.
func TestAnOvertakenPageIsReadAnew(t *testing.T) {
	s := open(t, orders.Config{Dir: t.TempDir()})
	one := sight(1, orders.FromDefinition, user(1), username("one"))
	p := take(t, s, one)
	see(t, s, sight(1, orders.FromDefinition, user(2)), sight(2, orders.FromDefinition, one.Keys...))
	is := readFrom(t, p, refsOf([]orders.Sighting{one}), [][]buyer.Key{one.Keys})
	if !is.Orders[0].Conflict || is.Counts[0] != 1 {
		t.Errorf("the page says %+v", is)
	}
}

// More orders than go into one transaction are stored in several, and say the same.
func TestManyOrdersAtOnce(t *testing.T) {
	dir := t.TempDir()
	s := open(t, orders.Config{Dir: dir})
	var page []orders.Sighting
	for i := range orders.MaxSightings {
		page = append(page, sight(i, orders.FromDefinition, user(i%300), username(fmt.Sprint("name-", i%300))))
	}
	see(t, s, page...)
	stored(t, s)
	for range 2 {
		if orders, buyers := s.Counts(); orders != len(page) || buyers != 300 {
			t.Fatalf("%d orders, %d buyers", orders, buyers)
		}
		if is := readFrom(t, s, refsOf(page[:1]), [][]buyer.Key{page[0].Keys, page[299].Keys}); !cmp.Equal(is.Counts, []int{4, 3}) {
			t.Fatalf("counts %v", is.Counts)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, orders.Config{Dir: dir})
	}
	if gone, err := s.Forget(context.Background(), []buyer.Key{user(0)}, false); err != nil || gone != 4 {
		t.Fatalf("forgot %d, %v", gone, err)
	}
}
