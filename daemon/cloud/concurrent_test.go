package cloud_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"blackmark/shared/cloudlist"
	"blackmark/shared/tag"
	"blackmark/shared/wire"
)

// Reports come while lists are published one after the other. Every list holds
// exactly those that were acknowledged with its version or an earlier one.
func TestAcknowledgedVersionIsExact(t *testing.T) {
	settings := friends()
	settings.Requests = 1 << 20
	st := open(t, settings)
	type acked struct {
		tag  tag.Tag
		from uint64
	}
	var mu sync.Mutex
	var all []acked
	var stop atomic.Bool
	var sharing sync.WaitGroup
	for range 4 {
		s := st.member()
		sharing.Go(func() {
			for !stop.Load() {
				target := madeUp()
				var out wire.ShareOutcomes
				body := wire.SharesBody{Shares: []wire.Share{s.report(target, "returns")}}
				if err := s.call(http.MethodPost, "/v1/shares", body, &out); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				all = append(all, acked{target, out.Outcomes[0].From})
				mu.Unlock()
			}
		})
	}
	reader := st.member()
	var lists []*cloudlist.List
	for range 25 {
		st.publish()
		lists = append(lists, reader.list())
	}
	stop.Store(true)
	sharing.Wait()
	st.publish()
	lists = append(lists, reader.list())
	if last := lists[len(lists)-1].Header().Count; len(all) < 50 || int(last) != len(all) {
		t.Fatalf("%d reports, %d on the last list", len(all), last)
	}
	for _, list := range lists {
		for _, a := range all {
			_, listed := list.Find(a.tag.Short())
			if want := a.from <= list.Header().Version; listed != want {
				t.Fatalf("acknowledged from version %d, and in version %d: %v", a.from, list.Header().Version, listed)
			}
		}
	}
}

// An account that leaves while another of its requests is on the way leaves
// nothing all the same.
func TestLeaveWhileSharing(t *testing.T) {
	settings := friends()
	settings.Requests = 1 << 20
	st := open(t, settings)
	for range 8 {
		s := st.member()
		var sharing sync.WaitGroup
		started := make(chan struct{}, 4)
		for range 4 {
			sharing.Go(func() {
				for n := 0; ; n++ {
					var shares []wire.Share
					for range 20 {
						shares = append(shares, s.report(madeUp(), "returns"))
					}
					if n == 1 {
						started <- struct{}{}
					}
					err := s.call(http.MethodPost, "/v1/shares", wire.SharesBody{Shares: shares}, &struct{}{})
					if err != nil {
						if code := codeOf(err); code != "device_unknown" {
							t.Error(code)
						}
						return
					}
				}
			})
		}
		<-started
		s.must(s.call(http.MethodPost, "/v1/leave", struct{}{}, &struct{}{}))
		sharing.Wait()
	}
	st.do("verify", struct{}{}, &struct{}{})
	st.publish()
	st.records(func(key, _ []byte) {
		switch key[0] {
		case 'r', 'a', 'k', 'q', 'l', 'u':
			t.Errorf("left behind in table %q", key[0])
		}
	})
}
