package cloudlink_test

import (
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"blackmark/daemon/cloud"
	"blackmark/shared/wire"
)

// An invitation is not lost with the answer to it: the same machine asks again,
// also after a restart, and has the account that the cloud made the first time. A
// stranger who finds the spent invitation is refused.
func TestJoinAgainAfterALostAnswer(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s, stranger := newSeller(t, c), newSeller(t, c)
	invitation, other := y.invitation(), y.invitation()
	accounts := func() (all []cloud.AccountState) {
		y.operate("accounts", struct{}{}, &all)
		return all
	}
	var asked atomic.Int64
	y.wire.saw.Store(watcher(func(r *http.Request) {
		if r.URL.Path == "/v1/join" {
			asked.Add(1)
		}
	}))
	y.wire.meddle.Store(meddler(func(path string, body []byte) []byte {
		if path == "/v1/join" {
			return nil
		}
		return body
	}))
	for range 2 {
		if err := s.link.Join(t.Context(), invitation); codeOf(err) != "join_unanswered" {
			t.Fatalf("without an answer: %v", err)
		}
		s.restart()
	}
	made := accounts()
	if len(made) != 1 || asked.Load() < 2 {
		t.Fatalf("%d accounts after %d requests whose answers were lost", len(made), asked.Load())
	}
	if state := s.state(); state.State != wire.NotJoined {
		t.Fatalf("without an answer: %+v", state)
	}
	y.wire.meddle.Store(meddler(nil))
	if err := stranger.link.Join(t.Context(), invitation); codeOf(err) != "invitation_used" {
		t.Errorf("a stranger with the spent invitation: %v", err)
	}
	s.ok(s.link.Join(t.Context(), invitation))
	s.synced(y)
	if now := accounts(); len(now) != 1 || now[0].Account != made[0].Account {
		t.Errorf("accounts %+v, and before %+v", now, made)
	}
	if got := s.state().Account; got == nil || got.Account != made[0].Account {
		t.Errorf("this machine is %+v", got)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "cloud", "joining.json")); !os.IsNotExist(err) {
		t.Errorf("what joining was repeated with is still there: %v", err)
	}
	// What was kept is for one machine and one membership: the next is another.
	s.ok(stranger.link.Join(t.Context(), other))
	if now := accounts(); len(now) != 2 {
		t.Errorf("%d accounts", len(now))
	}
}
