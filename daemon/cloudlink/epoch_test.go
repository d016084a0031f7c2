package cloudlink_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"blackmark/daemon/cloud"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// rotate begins another epoch, as the operator does.
func (y *sky) rotate(erasures string) {
	y.t.Helper()
	config := cloud.Config{Dir: y.dir, Now: y.clock.now}
	root, err := cloud.ReadRootKey(filepath.Join(y.dir, "root.key"))
	if err != nil {
		y.t.Fatal(err)
	}
	o, err := cloud.OpenOperator(config)
	if err != nil {
		y.t.Fatal(err)
	}
	defer o.Close()
	if _, err := o.Rotate(ctx, config, root, erasures); err != nil {
		y.t.Fatal(err)
	}
}

// In another epoch every buyer has another tag: what is shared is sent again
// under it, what was known goes on being shown meanwhile, and own votes are
// subtracted in both.
func TestAnotherEpoch(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	one, two := newSeller(t, c), newSeller(t, c)
	one.join(y)
	two.join(y)
	key := ali("90000001")
	two.sold("8012345678901299", key)
	one.shares("8012345678901201", "returns", key)
	two.shares("8012345678901202", "extortion", key)
	one.drained()
	two.drained()
	one.synced(y)
	check := func(when string) {
		t.Helper()
		for s, want := range map[*seller]string{one: "extortion", two: "returns"} {
			s.eventually(when+": he is checked", func() bool { return s.others(key).State == wire.OthersChecked })
			if got := s.others(key); got.Total != 1 || got.Counts[want] != 1 {
				t.Errorf("%s: %+v, want one %s", when, got, want)
			}
		}
	}
	two.synced(y)
	check("before")
	erasures := filepath.Join(t.TempDir(), "erasures")
	y.rotate(erasures)
	c.move(2 * time.Minute)
	for _, s := range []*seller{one, two} {
		s.eventually("the epoch is followed", func() bool { a := s.state().Account; return a != nil && a.Epoch == 2 })
	}
	one.drained()
	two.drained()
	one.eventually("all is reported in both", func() bool { return y.reports() == 4 })
	check("beside each other")
	one.synced(y)
	two.synced(y)
	check("published in both")
	c.move(31 * day)
	y.publish()
	one.synced(y)
	two.synced(y)
	one.eventually("the old epoch is gone", func() bool { return y.reports() == 2 })
	check("afterwards")
	one.restart()
	check("after a restart")
	one.ok(one.link.Withdraw(wire.WithdrawQuery{All: true}))
	one.drained()
	if n := y.reports(); n != 1 {
		t.Errorf("after the withdrawal the cloud holds %d reports", n)
	}
}

// What does not open is told, and My Blacklist is not stopped by it.
func TestDamage(t *testing.T) {
	key := ali("90000001")
	stage := func(t *testing.T) (*sky, *seller, *seller) {
		c := newClock()
		y := newSky(t, c, friends())
		s, w := newSeller(t, c), newSeller(t, c)
		s.join(y)
		w.join(y)
		s.shares("8012345678901201", "returns", key)
		w.shares("8012345678901201", "unpaid", key)
		s.drained()
		w.drained()
		s.synced(y)
		s.eventually("he is checked", func() bool { return s.others(key).Total == 1 })
		s.stop()
		return y, s, w
	}
	spoil := func(t *testing.T, s *seller, folder string) {
		t.Helper()
		names, err := filepath.Glob(filepath.Join(s.dir, "cloud", folder, "MANIFEST"))
		s.ok(err)
		if len(names) != 1 {
			t.Fatal("there is nothing to spoil")
		}
		s.ok(os.WriteFile(names[0], []byte("spoilt"), 0o600))
	}
	t.Run("tags", func(t *testing.T) {
		_, s, _ := stage(t)
		spoil(t, s, "tags")
		s.open()
		s.eventually("he is checked anew", func() bool { return s.others(key).Total == 1 })
	})
	t.Run("reports", func(t *testing.T) {
		y, s, _ := stage(t)
		spoil(t, s, "reports")
		s.open()
		if got := s.others(key); got.State != wire.OthersPending || got.Why != wire.WhyRefused {
			t.Errorf("own votes are unknown, and the seller sees %+v", got)
		}
		if p := s.state().Problem; p == nil || p.Code != "sharing_record_damaged" {
			t.Errorf("the problem is %v", p)
		}
		s.ok(s.link.Leave(ctx))
		s.eventually("it is left", func() bool { return s.state().State == wire.NotJoined })
		if n := y.reports(); n != 1 {
			t.Errorf("the cloud holds %d reports", n)
		}
	})
	t.Run("lists", func(t *testing.T) {
		_, s, _ := stage(t)
		names, err := filepath.Glob(filepath.Join(s.dir, "cloud", "lists", "aliexpress-*.list"))
		s.ok(err)
		data, err := os.ReadFile(names[0])
		s.ok(err)
		data[len(data)/2] ^= 1
		s.ok(os.WriteFile(names[0], data, 0o600))
		s.open()
		s.eventually("it is fetched again", func() bool { return s.others(key).Total == 1 })
	})
	t.Run("membership", func(t *testing.T) {
		y, s, _ := stage(t)
		s.ok(os.WriteFile(filepath.Join(s.dir, "cloud", "membership.json"), []byte("{"), 0o600))
		s.open()
		if state := s.state(); state.State != wire.NotJoined || state.Problem == nil || state.Problem.Code != "sharing_file_damaged" {
			t.Errorf("%+v", state)
		}
		if err := s.link.Join(ctx, y.invitation()); codeOf(err) != "sharing_file_damaged" {
			t.Errorf("joining over it gives %v", err)
		}
		if got := s.link.Lookup("", "", [][]buyer.Key{{key}}); got != nil {
			t.Errorf("%+v", got)
		}
	})
}
