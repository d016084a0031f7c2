package cloudlink_test

import (
	"encoding/json"
	"os"
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

// Many imported marks: what is known survives restarts, and none is lost or
// doubled. A thousand, and five thousand where the half minute of slow hashes is
// asked for.
func TestManyImportedMarks(t *testing.T) {
	marks := 1000
	if os.Getenv("BLACKMARK_TEST_MANY") != "" {
		marks = 5000
	}
	t.Logf("%d marks", marks)
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.stockUp(marks)
	s.join(y)
	s.ok(s.link.Share(ctx, wire.ShareQuery{}))
	last := 0
	for range 3 {
		goal := last + marks/5
		s.eventually("it goes on", func() bool { return s.state().Checked >= goal })
		last = s.state().Checked
		s.restart()
		if n := s.state().Checked; n < last-64 {
			t.Errorf("after a restart %d are known of %d", n, last)
		}
	}
	for end := time.Now().Add(3 * time.Minute); s.state().Shared < marks; time.Sleep(50 * time.Millisecond) {
		c.move(2 * time.Minute)
		if time.Now().After(end) {
			t.Fatalf("%+v", s.state())
		}
	}
	if n := y.reports(); n != marks {
		t.Errorf("the cloud holds %d reports", n)
	}
}
