package cloudlink_test

import (
	"encoding/json"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// history notes n orders of n buyers, the first fresh of them of yesterday, the
// others of a year ago.
func (s *seller) history(n, fresh int) {
	s.t.Helper()
	var seen []orders.Sighting
	for i := range n {
		placed := s.clock.now().Add(-365 * day)
		if i < fresh {
			placed = s.clock.now().Add(-day)
		}
		seen = append(seen, orders.Sighting{Marketplace: "aliexpress", Number: strconv.Itoa(8_000_000_000_000_000 + i),
			Keys: []buyer.Key{stock(i)}, PlacedAt: &placed, Source: orders.FromDefinition})
	}
	_, err := s.orders.See(ctx, seen)
	s.ok(err)
}

// The whole history is checked by itself, in batches that are padded with what
// has to be checked anyway; progress survives a restart.
func TestHistoryIsCheckedByItself(t *testing.T) {
	const buyers = 300
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.history(buyers, 10)
	var asked atomic.Int64
	y.wire.body.Store(bodyWatcher(func(path string, body []byte) {
		var q wire.EvaluateQuery
		if path == "/v1/evaluate" && json.Unmarshal(body, &q) == nil {
			asked.Add(int64(len(q.Blinded)))
		}
	}))
	s.join(y)
	s.eventually("some are checked", func() bool { return s.state().Checked > 0 })
	s.restart()
	c.move(2 * time.Minute)
	tries := 0
	s.eventually("all are checked", func() bool {
		if tries++; tries%100 == 0 {
			c.move(2 * time.Minute)
		}
		return s.state().Checked == buyers
	})
	if n := asked.Load(); n > buyers+3*wire.MinEvaluate+128 { // what was on its way at the restart is asked again
		t.Errorf("%d buyers took %d evaluations", buyers, n)
	}
	if n := s.state().Unchecked; n != 0 {
		t.Errorf("%d are said to wait", n)
	}
	// A new order's buyer follows by himself.
	s.sold("8012345678901299", ali("90000099"))
	s.eventually("the new one is checked", func() bool {
		if tries++; tries%100 == 0 {
			c.move(2 * time.Minute)
		}
		return s.state().Checked == buyers+1
	})
}

// Where there are not enough evaluations, fresh orders come before old ones, and
// some are kept for rows on screen.
func TestFreshOrdersComeFirst(t *testing.T) {
	c := newClock()
	set := friends()
	set.Evaluations, set.Grant = 0, 256+16
	y := newSky(t, c, set)
	s := newSeller(t, c)
	s.history(100, 20)
	s.join(y)
	s.synced(y)
	s.eventually("the spare ones are used", func() bool { return s.state().Account.Evaluations <= 256 })
	c.move(2 * time.Minute)
	s.synced(y)
	state := s.state()
	if state.Account.Evaluations < 256-112 || state.Checked == 0 {
		t.Errorf("%+v", state.Account)
	}
	fresh := 0
	for i := range 20 {
		if s.others(stock(i)).State == wire.OthersChecked {
			fresh++
		}
	}
	if fresh < min(20, state.Checked) {
		t.Errorf("%d of %d checked are fresh", fresh, state.Checked)
	}
}

// Five thousand imported marks. Both ends are restarted while they are checked and
// shared, and every request is delivered twice: what is known never goes back by
// more than was on its way, and the cloud holds each mark once.
func TestManyImportedMarks(t *testing.T) {
	const marks, rounds = 5000, 6
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.stockUp(marks)
	s.join(y)
	y.wire.twice.Store(true)
	s.ok(s.link.Share(ctx, wire.ShareQuery{}))
	checked, shared, held := 0, 0, 0
	at := func(when string) {
		t.Helper()
		state := s.state()
		if state.Checked < checked || state.Shared < shared {
			t.Errorf("%s %d are checked of %d and %d shared of %d", when, state.Checked, checked, state.Shared, shared)
		}
		checked, shared = state.Checked, state.Shared
		now := y.reports()
		if now < held || now < shared || now > marks {
			t.Errorf("%s the cloud holds %d, and %d before; %d are confirmed", when, now, held, shared)
		}
		held = now
	}
	// Shares wait for their time at first: half of the rounds end among the checks.
	for round := range rounds {
		goal := min(marks, checked+marks/rounds)
		if round == rounds/2 {
			c.move(2 * time.Minute)
		}
		s.progress(c, "the checks go on", func() bool { return s.state().Checked >= goal })
		at("before the restart")
		s.stop()
		y.stop()
		y.start()
		s.open()
		at("after the restart")
	}
	for _, goal := range []int{marks / 2, marks} {
		s.progress(c, "the shares go on", func() bool { return s.state().Shared >= goal })
		at("while it drains")
		s.restart()
		at("after a restart")
	}
	if held != marks || shared != marks {
		t.Errorf("the cloud holds %d reports, %d are confirmed", held, shared)
	}
	y.wire.twice.Store(false)
	y.publish()
	if n, most := y.counted(); n != marks || most != 1 {
		t.Errorf("the list has %d buyers, one of them %d times", n, most)
	}
}

// progress is eventually for work that takes a while: the clock goes on, and it
// has failed when for long nothing was checked or shared any more.
func (s *seller) progress(c *clock, what string, holds func() bool) {
	s.t.Helper()
	const long = 2 * patience // a batch of slow hashes on a machine that has much else to do
	last, end := -1, time.Now().Add(long)
	for tries := 0; !holds(); tries++ {
		if tries%10 == 9 {
			c.move(2 * time.Minute)
		}
		state := s.state()
		if now := state.Checked + state.Shared; now != last {
			last, end = now, time.Now().Add(long)
		}
		if time.Now().After(end) {
			s.t.Fatalf("never: %s: %+v, problem %v", what, state, state.Problem)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
