package cloudlink_test

import (
	"testing"
	"time"
)

// TestClockBesideTheClouds: the cloud dates its answers by the real clock, and
// the seller's stands on a day of its own.
func TestClockBesideTheClouds(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	if got := s.state().Ahead; got != 0 {
		t.Errorf("before any cloud was heard: %d", got)
	}
	s.join(y)
	want := int64(time.Until(c.now()).Seconds())
	const slack = 60 // seconds that this test may take
	s.eventually("the difference is known", func() bool {
		got := s.state().Ahead
		return got > want-slack && got < want+slack
	})
}
