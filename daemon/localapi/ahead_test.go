package localapi_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/disk"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// A page is answered before its orders are stored. Pages name buyers who are known,
// marked, new, mistaken for another, and one name that all bear: each is answered as
// whoever asks once it is stored, and the daemon after a restart.
func TestAPageIsAnsweredAsItIsStored(t *testing.T) {
	s := newStage(t)
	b := s.paired(chromium)
	p, other := s.joined(b), s.joined(b)
	r := rand.New(rand.NewPCG(3, 33))
	id := func(n int) buyer.Key { return ebayID(fmt.Sprint("sample+", n)) }
	name := func(n int) buyer.Key { return ebayName(fmt.Sprint("sample_", n)) }
	for n := range 12 {
		p.mark(newMark([]buyer.Key{id(n * 3), name(n * 5)}[n%2]))
	}
	states, counted, number := map[wire.State]int{}, 0, 0
	for round := range 40 {
		var rows []wire.Row
		add := func(order int, keys ...buyer.Key) {
			row := wire.Row{Row: fmt.Sprint(len(rows)), Sighting: of(ebayOrder(order), keys...)}
			row.Name = fmt.Sprint("Sample ", r.IntN(9))
			rows = append(rows, row)
		}
		for range 8 + r.IntN(8) {
			number++
			order, whose := number, r.IntN(40)
			if r.IntN(3) == 0 {
				order = 1 + r.IntN(number) // on a page before, or on this one
			}
			if r.IntN(2) == 0 {
				whose = 1000 + number // nobody knows him
			}
			switch r.IntN(8) {
			case 0:
				add(order)
			case 1:
				add(order, name(whose))
			case 2:
				add(order, id(whose))
			case 3:
				add(order, id(whose), ebayName("everybody"))
			case 4:
				add(order, id(whose), name(whose))
				add(order, id(whose+1))
			default:
				add(order, id(whose), name(whose))
			}
		}
		page := fmt.Sprint("page ", round)
		answers := p.watch(page, rows...)
		if diff := cmp.Diff(other.watch(page, rows...), answers); diff != "" {
			t.Fatalf("round %d: asked afterwards it is another:\n%s", round, diff)
		}
		if round%8 == 7 {
			s.restart()
			p, other = s.joined(b), s.joined(b)
			if diff := cmp.Diff(p.watch(page, rows...), answers); diff != "" {
				t.Fatalf("round %d: after a restart it is another:\n%s", round, diff)
			}
		}
		for _, a := range answers {
			states[a.State]++
			counted = max(counted, a.Orders)
		}
		s.clock.move(time.Duration(r.IntN(20*24)) * time.Hour)
	}
	shared, err := s.orders.Refused(ebayName("everybody"))
	if err != nil || !shared || len(states) < 4 || counted < 3 {
		t.Errorf("the rows prove little: %v, at most %d orders, shared %v, %v", states, counted, shared, err)
	}
}

// Rows whose orders could not be stored are answered once more, as they are without:
// the history has the first of them under a marked buyer, the page names another.
func TestRowsThatCannotBeStoredAreAnsweredAnew(t *testing.T) {
	s := newStage(t)
	b := s.paired(chromium)
	p, other := s.joined(b), s.joined(b)
	p.mark(newMark(ebayID("sample+marked")))
	row := func(keys ...buyer.Key) wire.Row { return wire.Row{Row: "r", Sighting: of(ebayOrder(1), keys...)} }
	if a := p.watch("before", row(ebayID("sample+marked"))); a[0].State != wire.Black {
		t.Fatalf("%+v", a)
	}
	answered := make(chan struct{})
	disk.SetFault(func(step disk.Step, path string) error {
		if step != disk.Commit || filepath.Base(path) != "orders" {
			return nil
		}
		<-answered // the answer does not wait for it
		return errors.New("this disk fails")
	})
	defer disk.SetFault(nil)
	new := wire.Row{Row: "n", Sighting: of(ebayOrder(2), ebayID("sample+new"), ebayName("new"))}
	a := p.watch("page", row(ebayID("sample+other")), new)
	close(answered)
	if a[0].State != wire.Unidentified || a[0].Why != wire.Contradiction || a[1].Orders != 1 {
		t.Fatalf("%+v", a)
	}
	for told := map[string]wire.Answer{}; told["r"].State != wire.Black || told["n"].State != wire.Clear || told["n"].Orders != 0; {
		push := p.pushed()
		for _, a := range push.Answers {
			if push.Page == "page" {
				told[a.Row] = a
			}
		}
	}
	// The session goes on, and so does every other.
	for _, one := range []*peer{p, other} {
		if a := one.watch("after", row()); a[0].State != wire.Black {
			t.Errorf("%+v", a)
		}
	}
	disk.SetFault(nil)
	if a := other.watch("later", row(ebayID("sample+other"))); a[0].Why != wire.Contradiction {
		t.Errorf("%+v", a)
	}
}
