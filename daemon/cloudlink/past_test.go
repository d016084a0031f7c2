package cloudlink_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// past is what was confirmed, as words.
func (s *seller) past(before time.Time) []string {
	s.t.Helper()
	words := []string{}
	s.ok(s.link.Past(before, func(at time.Time, mark string, withdrawn bool, keys []buyer.Key, reason string) bool {
		what := "shared "
		if withdrawn {
			what = "withdrawn "
		}
		words = append(words, what+keys[0].ID+" "+reason)
		return true
	}))
	return words
}

// What the cloud confirmed is remembered, over restarts, once each, and of one who
// is forgotten nothing is.
func TestPast(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	if ids, _, err := s.link.SharedMarks(0); err != nil || len(ids) > 0 || len(s.past(time.Time{})) > 0 {
		t.Errorf("before joining: %v %v", ids, err)
	}
	s.join(y)
	one := s.shares("8012345678901201", "returns", ali("90000001"))
	c.move(2 * time.Minute)
	s.drained()
	first := c.now()
	c.move(time.Hour)
	two := s.shares("8012345678901202", "unpaid", ali("90000002"))
	c.move(2 * time.Minute)
	s.drained()
	ids, version, err := s.link.SharedMarks(0)
	if err != nil || !cmp.Equal(ids, map[string]bool{one.ID: true, two.ID: true}) {
		t.Errorf("shared: %v %v", ids, err)
	}
	if ids, same, err := s.link.SharedMarks(version); err != nil || ids != nil || same != version {
		t.Errorf("nothing changed: %v %d %v", ids, same, err)
	}
	if since := s.link.SharedSince([]string{one.ID, newID(), two.ID}); !since[0].Equal(first) || !since[1].IsZero() || !since[2].Equal(c.now()) {
		t.Errorf("shared since %v", since)
	}
	c.move(time.Hour)
	s.ok(s.link.Withdraw(wire.WithdrawQuery{Mark: one.ID}))
	s.drained()
	if ids, now, err := s.link.SharedMarks(version); err != nil || now == version || !cmp.Equal(ids, map[string]bool{two.ID: true}) {
		t.Errorf("after a withdrawal: %v %v", ids, err)
	}
	s.restart()
	want := []string{"withdrawn 90000001 returns", "shared 90000002 unpaid", "shared 90000001 returns"}
	if diff := cmp.Diff(want, s.past(time.Time{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want[2:], s.past(first)); diff != "" {
		t.Errorf("not later than the first:\n%s", diff)
	}
	_, err = s.link.Forget([]buyer.Key{ali("90000001")}, false)
	s.ok(err)
	if diff := cmp.Diff(want[1:2], s.past(time.Time{})); diff != "" {
		t.Errorf("after forgetting:\n%s", diff)
	}
}

// Peek tells the same as Lookup and has nobody line up.
func TestPeekQueuesNobody(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	if s.link.Peek([][]buyer.Key{{ali("90000001")}}) != nil {
		t.Error("something is known without a cloud")
	}
	s.join(y)
	before := s.state().Unchecked
	if got := s.link.Peek([][]buyer.Key{{ali("90000001")}}); len(got) != 1 || got[0].State != wire.OthersPending {
		t.Errorf("%+v", got)
	}
	if after := s.state().Unchecked; after != before {
		t.Errorf("%d wait, %d waited", after, before)
	}
}
