package localapi_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// clumsy is a cloud with a mistake in it.
type clumsy struct{ *neighbours }

func (c clumsy) Join(_ context.Context, invitation string) error { panic(invitation) }

func (c clumsy) Mute(wire.MuteQuery) error { return c.asked[7].(error) }

func (c clumsy) Lookup(string, string, [][]buyer.Key) []wire.Others { panic("900000001") }

// A mistake of ours ends the one request that met it, is logged with its place,
// and with nothing that a person entered.
func TestAPanicIsLoggedAndEndsOneRequest(t *testing.T) {
	s := &stage{t: t, dir: t.TempDir(), log: &logged{}, share: clumsy{newNeighbours()},
		clock: &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
	s.open()
	t.Cleanup(func() { s.stop() })
	b := s.paired(chromium)
	call := s.line()
	broke := 0
	expect := func(name, why string) {
		t.Helper()
		broke++
		s.eventually(name, func() bool { return strings.Count(s.log.String(), "a request broke") == broke })
		if log := s.log.String(); !strings.Contains(log, why) || !strings.Contains(log, "unbroken_test.go") {
			t.Errorf("%s: the log says neither what nor where: %s", name, log)
		}
	}
	if call.Post(t.Context(), "/v1/sharing/join", wire.InvitationQuery{Invitation: "secret-word"}, nil) == nil {
		t.Error("a broken request was answered")
	}
	expect("a call with a text", "a panic with a string")
	if call.Post(t.Context(), "/v1/sharing/mute", wire.MuteQuery{Keys: []buyer.Key{shopee("900000001")}}, nil) == nil {
		t.Error("a broken request was answered")
	}
	expect("a call of the runtime", "index out of range")
	p := s.joined(b)
	s.ok(p.conn.Write(wire.Watch{Type: "watch", ID: 1, Page: "p", Site: "x", Rows: []wire.Row{{Row: "r", Sighting: sighting(shopee("900000001"))}}}))
	p.closed()
	expect("a socket", "a panic with a string")
	for _, word := range []string{"secret-word", "900000001"} {
		if strings.Contains(s.log.String(), word) {
			t.Errorf("the log holds %s", word)
		}
	}
	// The control: who did not meet the mistake is served.
	var status wire.Status
	s.ok(s.line().Get(t.Context(), "/v1/status", &status))
}

// waiting is a cloud that does not answer.
type waiting struct {
	*neighbours
	asked chan bool
}

func (w waiting) Join(ctx context.Context, _ string) error {
	w.asked <- true
	<-ctx.Done()
	return ctx.Err()
}

// Who leaves in the middle of a request did not find a mistake of ours.
func TestWhoLeavesIsNoMistakeInTheLog(t *testing.T) {
	cloud := waiting{newNeighbours(), make(chan bool, 1)}
	s := &stage{t: t, dir: t.TempDir(), log: &logged{}, share: cloud,
		clock: &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
	s.open()
	t.Cleanup(func() { s.stop() })
	ctx, leave := context.WithCancel(t.Context())
	call := s.line()
	gone := make(chan error)
	go func() {
		gone <- call.Post(ctx, "/v1/sharing/join", wire.InvitationQuery{Invitation: "x"}, nil)
	}()
	<-cloud.asked
	leave()
	if <-gone == nil {
		t.Error("nobody answered, and yet there was an answer")
	}
	s.stop() // waits for what is being done
	if strings.Contains(s.log.String(), "level=ERROR") {
		t.Error(s.log.String())
	}
}
