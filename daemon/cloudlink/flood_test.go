package cloudlink_test

import (
	"strconv"
	"sync/atomic"
	"testing"

	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// crowd are n buyers whom nobody but this test made up.
func crowd(from, n int) [][]buyer.Key {
	lists := make([][]buyer.Key, n)
	for i := range lists {
		lists[i] = []buyer.Key{ali(strconv.Itoa(from + i))}
	}
	return lists
}

// stateCounts counts buyers by what is said of them.
func stateCounts(all []wire.Others) map[string]int {
	counts := map[string]int{}
	for _, o := range all {
		counts[string(o.State)+string(o.Why)]++
	}
	return counts
}

// A page that makes 100,000 buyers up neither keeps another page waiting nor
// spends the day: a quarter of the evaluations is left for others. What it has to
// wait for says so, and has its turn the day after.
func TestFloodOfMadeUpBuyers(t *testing.T) {
	const quota, flooded, real = 320, 100_000, 20
	c := newClock()
	set := friends()
	set.Evaluations, set.Grant = quota, quota
	y := newSky(t, c, set)
	s := newSeller(t, c)
	known := ali("70000001")
	s.sold("8012345678901201", known)
	c.move(day) // he was seen yesterday
	s.join(y)
	s.synced(y)
	s.eventually("the history is checked", func() bool { return s.state().Checked == 1 })

	var evaluations atomic.Int64
	hold := make(chan struct{})
	y.wire.meddle.Store(meddler(func(path string, body []byte) []byte {
		if path == "/v1/evaluate" {
			evaluations.Add(1)
			<-hold
		}
		return body
	}))
	for i := 0; i < flooded; i += 1000 {
		// It loads itself anew now and then, and so is another page.
		s.link.Lookup("aliexpress", "evil"+strconv.Itoa(i/5000), crowd(100_000_000+i, 1000))
	}
	if n := s.state().Unchecked; n > 10*1000 {
		t.Errorf("of %d made-up buyers %d wait", flooded, n)
	}
	honest := func() map[string]int {
		return stateCounts(s.link.Lookup("ebay", "good", crowd(60_000_000, real)))
	}
	if got := honest(); got["pendingqueued"] != real {
		t.Fatalf("the other page: %v", got)
	}
	close(hold)
	s.eventually("the other page is checked", func() bool { return honest()["checked"] == real })
	if n := evaluations.Load(); n > 4 {
		t.Errorf("the other page waited for %d batches", n)
	}

	// The flood goes on until it gets nothing any more.
	evil := func() map[string]int {
		return stateCounts(s.link.Lookup("aliexpress", "evil", crowd(100_000_000, 1000)))
	}
	s.eventually("the flood waits for another day", func() bool { return evil()["pendingquota"] > 0 })
	if n := evil()["checked"]; n > quota {
		t.Errorf("%d of the flood were checked", n)
	}
	if p := s.state().Problem; p != nil {
		t.Errorf("the day is spent: %v", p)
	}
	// What is left serves other pages, and on the same site who bought before today.
	late := func() map[string]int { return stateCounts(s.link.Lookup("ebay", "late", crowd(61_000_000, 5))) }
	s.eventually("a page that comes late is checked", func() bool { return late()["checked"] == 5 })
	if o := s.others(known); o.State != wire.OthersChecked {
		t.Errorf("who bought before: %+v", o)
	}

	c.move(day)
	y.publish()
	s.eventually("the day after it goes on", func() bool { return evil()["pendingqueued"] > 0 })
}

// The control: buyers of the very page that floods are pushed out of the line, so
// it is the turns of pages and sites that serve the other one above.
func TestFloodOfMadeUpBuyersControl(t *testing.T) {
	const quota = 320
	c := newClock()
	set := friends()
	set.Evaluations, set.Grant = quota, quota
	y := newSky(t, c, set)
	s := newSeller(t, c)
	s.join(y)
	s.synced(y)
	hold, under := make(chan struct{}), make(chan struct{}, 64)
	y.wire.meddle.Store(meddler(func(path string, body []byte) []byte {
		if path == "/v1/evaluate" {
			under <- struct{}{}
			<-hold
		}
		return body
	}))
	s.link.Lookup("aliexpress", "evil", crowd(100_000_000, 1000))
	<-under // the first batch is taken: nobody whom the page shows later is in it
	s.link.Lookup("aliexpress", "evil", crowd(60_000_000, 20))
	for i := 1000; i < 20_000; i += 1000 {
		s.link.Lookup("aliexpress", "evil", crowd(100_000_000+i, 1000))
	}
	close(hold)
	s.eventually("the page waits for another day", func() bool {
		return stateCounts(s.link.Lookup("aliexpress", "evil", crowd(100_000_000, 1000)))["pendingquota"] > 0
	})
	if got := stateCounts(s.link.Lookup("aliexpress", "evil", crowd(60_000_000, 20))); got["checked"] > 0 {
		t.Errorf("of those who were pushed out: %v", got)
	}
}
