package cloudlink_test

import (
	"testing"
	"time"

	"blackmark/daemon/cloudlink"
	"blackmark/shared/wire"
)

// A cloud that was away for an hour is found a minute after it came back, and not
// when a pause is over that grew with every try.
func TestTheCloudIsBackAfterAnHour(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	y.publish()
	s.usualPauses()
	s.join(y)
	s.shares("8012345678901401", "returns", ali("90000001"))
	y.stop()
	for range 60 {
		before := y.wire.requests.Load()
		c.move(time.Minute)
		s.eventually("it is tried every minute", func() bool { return y.wire.requests.Load() > before })
	}
	y.start()
	c.move(time.Minute)
	s.eventually("what waited is sent", func() bool {
		state := s.state()
		return state.Outbox == 0 && state.Shared == 1
	})
}

// A seller who asks to share does not wait for a pause: the cloud is tried at once.
func TestAskedWhileAway(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	y.publish()
	s.usualPauses()
	s.join(y)
	s.eventually("the list is here", func() bool { return len(s.state().Lists) > 0 })
	y.stop()
	s.shares("8012345678901402", "returns", ali("90000001"))
	for range 8 {
		before := y.wire.requests.Load()
		c.move(time.Minute)
		s.eventually("it is tried every minute", func() bool { return y.wire.requests.Load() > before })
	}
	y.start()
	s.ok(s.link.Share(ctx, wire.ShareQuery{}))
	s.eventually("it is sent, and the clock stands still", func() bool {
		state := s.state()
		return state.Outbox == 0 && state.Shared == 1
	})
}

// usualPauses has the seller's link pause after failures as a seller's does.
func (s *seller) usualPauses() {
	s.t.Helper()
	usual := cloudlink.Pace{Poll: s.pace.Poll, Request: s.pace.Request, Background: s.pace.Background}
	s.pace = usual
	s.restart()
}
