package cloudlink_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// The whole way: one seller shares a mark, another sees "?", with real servers on
// both ends; then it is withdrawn.
func TestTheWholeWay(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	one, two := newSeller(t, c), newSeller(t, c)
	if got := one.others(ali("90000001")); got.State != wire.OthersOff {
		t.Fatalf("before joining: %+v", got)
	}
	one.join(y)
	two.join(y)
	mark := one.shares("8012345678901234", "extortion", ali("90000001"))
	one.drained()
	if n := y.reports(); n != 1 {
		t.Fatalf("the cloud holds %d reports", n)
	}
	one.synced(y)
	two.synced(y)

	want := wire.Others{State: wire.OthersChecked, Counts: map[string]int{"extortion": 1}, Total: 1, Recent: wire.RecentMonth, Shown: true}
	two.eventually("the buyer is checked", func() bool { return two.others(ali("90000001")).State == wire.OthersChecked })
	if diff := cmp.Diff(want, two.others(ali("90000001"))); diff != "" {
		t.Errorf("what the other seller sees (-want +got):\n%s", diff)
	}
	if got := one.others(ali("90000001")); got.Total != 0 || got.State != wire.OthersChecked {
		t.Errorf("the seller himself sees %+v", got)
	}

	one.ok(one.link.Withdraw(wire.WithdrawQuery{Mark: mark.ID}))
	one.drained()
	if n := y.reports(); n != 0 {
		t.Fatalf("after the withdrawal the cloud holds %d reports", n)
	}
	one.synced(y)
	two.synced(y)
	for _, s := range []*seller{one, two} {
		if got := s.others(ali("90000001")); got.Total != 0 || got.State != wire.OthersChecked {
			t.Errorf("after the withdrawal: %+v", got)
		}
	}
}

// What becomes due while a request is under way is looked at right after it, and
// not when the next look is due by itself.
func TestAskedWhileSending(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.join(y)
	s.shares("8012345678901301", "returns", ali("90000001"))
	s.sold("8012345678901302", ali("90000002"))
	later := s.mark(ledger.NewMark{Keys: []buyer.Key{ali("90000002")}, Reason: "extortion"})
	s.others(ali("90000002"))
	s.eventually("the tags are known", func() bool { return s.state().Checked == 2 })

	held, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	y.wire.meddle.Store(meddler(func(path string, body []byte) []byte {
		if path == "/v1/shares" {
			once.Do(func() {
				close(held)
				<-release
			})
		}
		return body
	}))
	tries := 0
	s.eventually("the first one is on its way", func() bool {
		if tries++; tries%100 == 1 { // a round that had begun before waits for the clock again
			c.move(2 * time.Minute)
		}
		select {
		case <-held:
			return true
		default:
			return false
		}
	})
	s.ok(s.link.Share(t.Context(), wire.ShareQuery{Mark: later.ID}))
	close(release)
	s.eventually("the later one is sent, and the clock stands still", func() bool {
		state := s.state()
		return state.Outbox == 0 && state.Shared == 2
	})
}
