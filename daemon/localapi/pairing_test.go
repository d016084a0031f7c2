package localapi_test

import (
	"encoding/hex"
	"strconv"
	"strings"
	"sync"
	"testing"

	"blackmark/daemon/localapi/pairing"
	"blackmark/shared/wire"
)

func TestPairing(t *testing.T) {
	s := newStage(t)
	if _, err := s.pair(chromium, wire.NewCode()); err == nil {
		t.Fatal("a browser was paired while nobody was pairing")
	}
	code := s.openWindow()
	b, err := s.pair(firefox, code)
	s.ok(err)
	s.joined(b)
	if _, err := s.pair(chromium, code); err == nil {
		t.Error("a code was used twice")
	}
	for _, origin := range []string{"https://evil.example", "null", "chrome-extension://short", firefox + "/", chromium + "x", "moz-extension://" + strings.Repeat("z", 36)} {
		code := s.openWindow()
		if _, err := s.pair(origin, code); err == nil {
			t.Errorf("%s was paired", origin)
		}
	}
	s.openWindow()
	s.clock.move(pairing.Length)
	if _, err := s.pair(chromium, code); err == nil {
		t.Error("the window stays open for ever")
	}
	var window wire.Pairing
	s.ok(s.line().Get(t.Context(), "/v1/pairing", &window))
	if window.Open || window.Code != "" {
		t.Errorf("the window says %+v", window)
	}
}

func TestPairingByGuessing(t *testing.T) {
	s := newStage(t)
	code := s.openWindow()
	var evaluated sync.Map
	var guesses sync.WaitGroup
	for i := range 40 {
		guesses.Go(func() {
			_, err := s.pair(chromium, wire.NewCode())
			if err == nil {
				t.Error("a guess was right")
			} else if codeOf(err) == "pairing_code_wrong" {
				evaluated.Store(i, true)
			}
		})
	}
	guesses.Wait()
	n := 0
	evaluated.Range(func(any, any) bool { n++; return true })
	if n != pairing.MaxTries {
		t.Errorf("%d guesses were evaluated, want %d", n, pairing.MaxTries)
	}
	if _, err := s.pair(chromium, code); err == nil {
		t.Error("the right code works after the window closed")
	}
}

func TestRevoke(t *testing.T) {
	s := newStage(t)
	b, other := s.paired(chromium), s.paired(firefox)
	p, stays := s.joined(b), s.joined(other)
	s.ok(s.line().Post(t.Context(), "/v1/clients/revoke", wire.RevokeQuery{ID: b.id}, nil))
	p.closed()
	if got := raw(t, s.server.Address(), request("GET", "/v1/status", "Host: "+s.server.Address()+"\r\n", nil, p.token)); len(got) > 0 {
		t.Errorf("the token of a revoked browser opens: %q", got)
	}
	if _, err := s.join(b); err == nil {
		t.Error("a revoked browser came back")
	}
	stays.watch("p", wire.Row{Row: "1"})
	if err := s.line().Post(t.Context(), "/v1/clients/revoke", wire.RevokeQuery{ID: b.id}, nil); codeOf(err) != "client_unknown" {
		t.Errorf("revoked twice: %v", err)
	}
}

// A browser ends the pairing of another one, and its own.
func TestRevokeByABrowser(t *testing.T) {
	s := newStage(t)
	b, other := s.paired(chromium), s.paired(firefox)
	p, gone := s.joined(b), s.joined(other)
	for _, c := range []struct {
		id     string
		closes *peer
	}{{other.id, gone}, {b.id, p}} {
		body := `{"id":"` + c.id + `"}`
		got := string(raw(t, s.server.Address(), "POST /v1/clients/revoke HTTP/1.1\r\nHost: "+s.server.Address()+"\r\nOrigin: "+chromium+
			"\r\nAuthorization: Bearer "+p.token+"\r\nContent-Type: application/json\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body))
		if !strings.HasPrefix(got, "HTTP/1.1 20") {
			t.Fatalf("answered %q", got)
		}
		c.closes.closed()
	}
	for _, one := range []browser{b, other} {
		if _, err := s.join(one); err == nil {
			t.Error("a revoked browser came back")
		}
	}
}

func TestRestartKeepsPairings(t *testing.T) {
	s := newStage(t)
	b := s.paired(chromium)
	p := s.joined(b)
	p.mark(newMark(shopee("900000001")))
	old := p.token
	s.restart()
	if got := raw(t, s.server.Address(), request("GET", "/v1/status", "Host: "+s.server.Address()+"\r\n", nil, old)); len(got) > 0 {
		t.Errorf("a token outlived its daemon: %q", got)
	}
	answers := s.joined(b).watch("p", wire.Row{Row: "1", Sighting: sighting(shopee("900000001"))})
	if answers[0].State != wire.Black {
		t.Errorf("after a restart the buyer is %s", answers[0].State)
	}
}

func TestSecretsStayOutOfTheLog(t *testing.T) {
	s := newStage(t)
	code := s.openWindow()
	b, err := s.pair(chromium, code)
	s.ok(err)
	p := s.joined(b)
	mark := newMark(shopee("900000042"))
	mark.Name, mark.Note = "Sample Person", "a private note"
	p.mark(mark)
	p.say(wire.MarkBuyers{Type: "mark", ID: 2, Marks: []wire.NewMark{{ID: "bad", Note: "a private note"}}})
	_, _ = s.pair(chromium, wire.NewCode())
	s.stop()
	log := s.log.String()
	for _, secret := range []string{code, p.token, "900000042", "Sample Person", "private", b.id, hex.EncodeToString(b.secret), hex.EncodeToString(s.key)} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
	if !strings.Contains(log, "a browser was paired") {
		t.Error("the log holds nothing at all")
	}
}
