package cloudlink_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"blackmark/daemon/cloud"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// Before the seller joins there is nothing: no file, no folder, no answer.
func TestNothingJoinedCostsNothing(t *testing.T) {
	c := newClock()
	s := newSeller(t, c)
	s.sold("8012345678901201", ali("90000001"))
	if got := s.link.Lookup("", "", [][]buyer.Key{{ali("90000001")}}); got != nil {
		t.Errorf("%+v", got)
	}
	if state := s.state(); state.State != wire.NotJoined || state.Settings.Delay != 60 || state.Settings.Threshold != 1 || len(state.Settings.Auto) != 0 {
		t.Errorf("%+v", state)
	}
	if err := s.link.Share(ctx, wire.ShareQuery{}); codeOf(err) != "sharing_off" {
		t.Errorf("sharing gives %v", err)
	}
	if err := s.link.Leave(ctx); codeOf(err) != "sharing_off" {
		t.Errorf("leaving gives %v", err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "cloud")); err == nil {
		t.Error("there is a folder already")
	}
}

// A buyer who is not checked yet says why, and is checked by himself as soon as
// that can be.
func TestWhyABuyerWaits(t *testing.T) {
	key := ali("90000001")
	why := func(s *seller, want wire.OthersWhy) {
		t.Helper()
		s.eventually("it says "+string(want), func() bool {
			o := s.others(key)
			return o.State == wire.OthersPending && o.Why == want
		})
	}
	checked := func(s *seller) {
		t.Helper()
		s.eventually("he is checked", func() bool { return s.others(key).State == wire.OthersChecked })
	}

	t.Run("queued", func(t *testing.T) {
		c := newClock()
		y := newSky(t, c, friends())
		s := newSeller(t, c)
		s.join(y)
		s.synced(y)
		release := make(chan struct{})
		y.wire.meddle.Store(meddler(func(path string, body []byte) []byte {
			if path == "/v1/evaluate" {
				<-release
			}
			return body
		}))
		why(s, wire.WhyQueued)
		changes, stop := s.link.Subscribe()
		defer stop()
		close(release)
		select {
		case <-changes:
		case <-time.After(patience):
			t.Error("nobody was told that he is checked")
		}
		checked(s)
	})
	t.Run("no list", func(t *testing.T) {
		c := newClock()
		y := newSky(t, c, friends())
		release := make(chan struct{})
		y.wire.meddle.Store(meddler(func(path string, body []byte) []byte {
			if path == "/list/manifest" {
				<-release
			}
			return body
		}))
		s := newSeller(t, c)
		s.join(y)
		if o := s.others(key); o.State != wire.OthersPending || o.Why != wire.WhyNoList {
			t.Errorf("%+v", o)
		}
		close(release)
		checked(s)
	})
	t.Run("unreachable", func(t *testing.T) {
		c := newClock()
		y := newSky(t, c, friends())
		s := newSeller(t, c)
		s.join(y)
		s.synced(y)
		y.wire.behind.Store("")
		why(s, wire.WhyUnreachable)
		if p := s.state().Problem; p == nil || p.Code != "cloud_unreachable" {
			t.Errorf("the problem is %v", p)
		}
		y.wire.behind.Store(y.server.Address())
		checked(s)
		s.eventually("the problem is gone", func() bool { return s.state().Problem == nil })
	})
	t.Run("quota", func(t *testing.T) {
		c := newClock()
		set := friends()
		set.Evaluations, set.Grant = 16, 16
		y := newSky(t, c, set)
		s := newSeller(t, c)
		for i := range 40 {
			s.sold("80123456789012"+digits(i), ali("910000"+digits(i)))
		}
		s.join(y)
		s.synced(y)
		// The quota is kept for who is on screen: history takes none of it.
		if n := s.state().Checked; n != 0 {
			t.Errorf("%d of the history were checked", n)
		}
		checked(s)
		s.others(ali("90000002"))
		s.eventually("a second is checked", func() bool { return s.others(ali("90000002")).State == wire.OthersChecked })
		key = ali("90000003")
		why(s, wire.WhyQuota)
		if p := s.state().Problem; p == nil || p.Code != "evaluations_spent" || p.Hint == "" {
			t.Errorf("the problem is %v", p)
		}
		if got := s.others(ali("90000002")); got.State != wire.OthersChecked {
			t.Errorf("who was checked before: %+v", got)
		}
		c.move(day)
		y.publish()
		checked(s)
		key = ali("90000001")
	})
	t.Run("suspended", func(t *testing.T) {
		c := newClock()
		y := newSky(t, c, friends())
		s := newSeller(t, c)
		s.join(y)
		s.synced(y)
		suspend := func(on bool) {
			var accounts []cloud.AccountState
			y.operate("accounts", struct{}{}, &accounts)
			y.operate("change", cloud.AccountChange{Account: accounts[0].Account, Suspended: &on}, &struct{}{})
		}
		suspend(true)
		why(s, wire.WhySuspended)
		if p := s.state().Problem; p == nil || p.Code != "account_suspended" {
			t.Errorf("the problem is %v", p)
		}
		suspend(false)
		c.move(2 * time.Minute)
		checked(s)
	})
	t.Run("the list is old", func(t *testing.T) {
		c := newClock()
		y := newSky(t, c, friends())
		s, w := newSeller(t, c), newSeller(t, c)
		s.join(y)
		w.join(y)
		w.shares("8012345678901201", "returns", key)
		w.drained()
		s.synced(y)
		checked(s)
		y.wire.behind.Store("")
		c.move(13 * day)
		if o := s.others(key); o.State != wire.OthersChecked || o.Total != 1 {
			t.Errorf("after 13 days: %+v", o)
		}
		c.move(2 * day)
		if o := s.others(key); o.State != wire.OthersPending || o.Why != wire.WhyListOld || o.Total != 0 {
			t.Errorf("after 15 days: %+v", o)
		}
		s.restart()
		if o := s.others(key); o.Why != wire.WhyListOld {
			t.Errorf("after a restart: %+v", o)
		}
		y.wire.behind.Store(y.server.Address())
		s.synced(y)
		checked(s)
	})
	t.Run("never", func(t *testing.T) {
		c := newClock()
		y := newSky(t, c, friends())
		s := newSeller(t, c)
		s.join(y)
		s.synced(y)
		mail := buyer.Key{Marketplace: "amazon", Kind: "proxy_email", ID: "abcdef0123456@marketplace.amazon.com"}
		if o := s.others(mail); o.State != wire.OthersNever {
			t.Errorf("%+v", o)
		}
	})
}

// Leaving leaves nothing at the cloud, whatever is in between, and the tokens and
// lists are gone from this machine.
func TestLeave(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.join(y)
	for i := range 20 {
		s.shares("80123456789012"+digits(i), "returns", ali("900000"+digits(i)))
	}
	s.ok(s.link.Mute(wire.MuteQuery{Keys: []buyer.Key{ali("90000050")}, On: true}))
	s.drained()
	s.synced(y)
	if n := y.reports(); n != 20 {
		t.Fatalf("the cloud holds %d reports", n)
	}
	y.wire.behind.Store("") // nobody answers when he leaves
	s.ok(s.link.Leave(ctx))
	if got := s.others(ali("90000001")); got.State != wire.OthersOff {
		t.Errorf("while leaving: %+v", got)
	}
	if err := s.link.Share(ctx, wire.ShareQuery{}); codeOf(err) != "sharing_leaving" {
		t.Errorf("sharing while leaving gives %v", err)
	}
	s.restart()
	if state := s.state(); state.State != wire.IsLeaving {
		t.Fatalf("after a restart: %+v", state)
	}
	y.wire.behind.Store(y.server.Address())
	lost := 0
	y.wire.meddle.Store(meddler(func(path string, body []byte) []byte {
		if path == "/v1/leave" && lost == 0 {
			lost++ // it is done, and the answer is lost
			return nil
		}
		return body
	}))
	s.eventually("it is left", func() bool { return s.state().State == wire.NotJoined })
	if n := y.reports(); n != 0 || lost == 0 {
		t.Errorf("the cloud holds %d reports; %d answers were lost", n, lost)
	}
	var accounts []cloud.AccountState
	y.operate("accounts", struct{}{}, &accounts)
	if len(accounts) != 0 {
		t.Errorf("%d accounts are left", len(accounts))
	}
	s.eventually("nothing is left behind here", func() bool {
		entries, err := os.ReadDir(filepath.Join(s.dir, "cloud"))
		s.ok(err)
		return len(entries) == 1 && entries[0].Name() == "muted.json"
	})
	// He can come back, with nothing shared and the mute still there.
	s.join(y)
	if state := s.state(); state.Shared != 0 || state.Muted != 1 || state.Problem != nil {
		t.Errorf("%+v", state)
	}
	s.drained()
	if n := y.reports(); n != 0 {
		t.Errorf("%d reports came back by themselves", n)
	}
}

// Nothing in a log, and nothing on the wire, names a buyer or a secret.
func TestNothingIsTold(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s, w := newSeller(t, c), newSeller(t, c)
	var wireText logged // two daemons speak
	y.wire.body.Store(bodyWatcher(func(_ string, body []byte) { _, _ = wireText.Write(append(bytes.Clone(body), '\n')) }))
	s.join(y)
	w.join(y)
	key := ali("90000001")
	mark := s.shares("8012345678901201", "returns", key)
	s.drained()
	w.synced(y)
	w.others(key)
	w.eventually("he is checked", func() bool { return w.others(key).Total == 1 })
	y.wire.behind.Store("")
	c.move(time.Hour)
	s.eventually("there is trouble", func() bool { return s.state().Problem != nil })
	y.wire.behind.Store(y.server.Address())
	s.ok(s.link.Withdraw(wire.WithdrawQuery{All: true}))
	s.drained()

	data, err := os.ReadFile(filepath.Join(s.dir, "cloud", "membership.json"))
	s.ok(err)
	var member struct{ Device string }
	s.ok(json.Unmarshal(data, &member))
	var tags []string
	for line := range strings.Lines(wireText.String()) {
		var body wire.SharesBody
		if json.Unmarshal([]byte(line), &body) == nil {
			for _, one := range body.Shares {
				tags = append(tags, one.Tag)
			}
		}
	}
	if len(tags) == 0 || len(member.Device) < 40 {
		t.Fatal("there is no tag or no token to look for: this test shows nothing")
	}
	logs := s.log.String() + w.log.String()
	for _, secret := range append(tags, key.ID, mark.ID, "8012345678901201", member.Device) {
		if strings.Contains(logs, secret) {
			t.Errorf("a log holds %q", secret)
		}
	}
	sent := wireText.String()
	for _, secret := range []string{key.ID, mark.ID, "8012345678901201", hex.EncodeToString([]byte(key.ID))} {
		if strings.Contains(sent, secret) {
			t.Errorf("the wire carried %q", secret)
		}
	}
	err = filepath.WalkDir(filepath.Join(s.dir, "cloud"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.Contains(path, "/tags/") || strings.Contains(path, "/reports/") {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the rights %v", e.Name(), info.Mode().Perm())
		}
		return err
	})
	s.ok(err)
}
