package cloudlink_test

import (
	"bytes"
	"context"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// The doors of a cloud whose answers a daemon reads as JSON. The list has fuzz
// targets of its own, in shared/cloudlist.
var answeredDoors = []string{"/v1/trust", "/v1/join", "/v1/account", "/v1/evaluate", "/v1/shares", "/v1/withdrawals"}

// FuzzAnswer answers a daemon with anything, at each door: it goes on, says what is
// wrong with the cloud, and takes nothing for a fault of its own.
func FuzzAnswer(f *testing.F) {
	c := newClock()
	y := newSky(f, c, friends())
	invitation := y.invitation()
	s, stranger := newSeller(f, c), newSeller(f, c)
	s.join(y)
	var seen sync.Map // real answers, by door
	y.wire.meddle.Store(meddler(func(path string, body []byte) []byte {
		seen.LoadOrStore(path, bytes.Clone(body))
		return body
	}))
	s.shares("8012345678901200", "returns", stock(0))
	s.drained()
	s.ok(s.link.Withdraw(wire.WithdrawQuery{All: true}))
	s.drained()
	newSeller(f, c).join(y)
	for i, door := range answeredDoors {
		if body, answered := seen.Load(door); answered {
			f.Add(body.([]byte), uint8(i))
		} else if door != "/v1/account" { // asked for now and then only
			f.Fatalf("nobody asked at %s: this shows nothing", door)
		}
	}
	f.Add([]byte(`{"weighs_from":"2026-03-02T00:00:00Z","evaluations":{"left":18446744073709551615}}`), uint8(2))
	f.Add([]byte(`null`), uint8(3))

	base, made := f.TempDir(), 0
	f.Fuzz(func(t *testing.T, answer []byte, which uint8) {
		s.t, stranger.t, y.t = t, t, t // what is asked of f ends here
		door := answeredDoors[int(which)%len(answeredDoors)]
		var met atomic.Int64
		y.wire.meddle.Store(meddler(func(path string, body []byte) []byte {
			if path != door {
				return body
			}
			met.Add(1)
			return bytes.Clone(answer)
		}))
		defer y.wire.meddle.Store(meddler(nil))
		if door == "/v1/trust" || door == "/v1/join" {
			if err := stranger.link.Join(context.Background(), invitation); err != nil && problem.Of(err).Kind == problem.Internal {
				t.Errorf("%s, %q: %v", door, answer, err)
			} else if err == nil {
				stranger.stop()
				made++
				stranger.dir = filepath.Join(base, strconv.Itoa(made))
				stranger.open()
			}
			return
		}
		made++
		key := stock(made)
		s.sold(strconv.Itoa(8_012_345_000_000_000+made), key)
		m := s.mark(ledger.NewMark{Keys: []buyer.Key{key}})
		_ = s.link.Share(context.Background(), wire.ShareQuery{Mark: m.ID})
		if door == "/v1/withdrawals" {
			_ = s.link.Withdraw(wire.WithdrawQuery{All: true})
		}
		// Not every door is asked at each turn of the clock.
		for end := time.Now().Add(200 * time.Millisecond); met.Load() == 0 && time.Now().Before(end); time.Sleep(time.Millisecond) {
			c.move(time.Minute)
			s.others(key)
		}
		state, err := s.link.State()
		if err != nil {
			t.Fatalf("%s, %q: %v", door, answer, err)
		}
		if p := state.Problem; p != nil && p.Kind == problem.Internal {
			t.Errorf("%s, %q: %v", door, answer, p)
		}
		if state.Shared > made+1 {
			t.Errorf("%s, %q: %d are shared of %d", door, answer, state.Shared, made+1)
		}
	})
}
