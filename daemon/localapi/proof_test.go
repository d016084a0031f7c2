package localapi_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"blackmark/daemon/localapi"
	"blackmark/daemon/localapi/socket"
	"blackmark/shared/wire"
)

// recorder keeps every byte that came.
type recorder struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *recorder) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *recorder) bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return bytes.Clone(r.text.Bytes())
}

// holds tells whether a secret was sent, in any usual writing.
func (r *recorder) holds(secret []byte) bool {
	all := r.bytes()
	forms := [][]byte{
		secret, []byte(hex.EncodeToString(secret)), []byte(strings.ToUpper(hex.EncodeToString(secret))),
		[]byte(base64.RawURLEncoding.EncodeToString(secret)), []byte(base64.RawStdEncoding.EncodeToString(secret)),
	}
	for _, form := range forms {
		if bytes.Contains(all, form) {
			return true
		}
	}
	return false
}

// listener is a port of another program.
func listener(t *testing.T, serve func(net.Conn)) (net.Listener, int) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return l, l.Addr().(*net.TCPAddr).Port
}

// A relay forwards from its own port to the daemon, and makes the names in
// the stream fit. It must not bring any proof through.
func TestRelayGetsNoProofAccepted(t *testing.T) {
	for _, rewrites := range []struct {
		name string
		body bool // in messages too, not in Host alone
	}{{"host", false}, {"host and messages", true}} {
		t.Run(rewrites.name, func(t *testing.T) {
			s := newStage(t)
			b := s.paired(chromium)
			answers := &recorder{}
			l, port := listener(t, func(client net.Conn) {
				defer client.Close()
				daemon, err := net.Dial("tcp4", s.server.Address())
				if err != nil {
					return
				}
				defer daemon.Close()
				go func() {
					_, _ = io.Copy(client, io.TeeReader(daemon, answers))
					_ = client.Close()
				}()
				forward(client, daemon, client.LocalAddr().String(), s.server.Address(), rewrites.body)
			})
			address := l.Addr().String()

			if _, err := localapi.Dial(t.Context(), []int{port}, s.key); !errors.Is(err, localapi.ErrNotOurs) {
				t.Errorf("the command line took the relay for the daemon: %v", err)
			}
			conn, err := socket.Dial(t.Context(), address, wire.SocketPath, b.origin)
			s.ok(err)
			defer conn.Close()
			var challenge wire.Challenge
			s.ok(conn.ReadInto(&challenge))
			prove, _ := b.prove(challenge.Nonce, address)
			s.ok(conn.Write(prove))
			if data, err := conn.Read(); err == nil {
				if kind, _ := head(data); kind != "failed" || codeOf(failedOf(data)) != "proof_refused" {
					t.Errorf("the browser got %s through the relay", data)
				}
			}
			if all := answers.bytes(); bytes.Contains(all, []byte("welcome")) || !bytes.Contains(all, []byte("challenge")) {
				t.Errorf("through the relay the daemon said %q", all)
			}
			// The control: the same two, without the relay.
			s.line()
			s.joined(b)
		})
	}
}

// forward passes a client's bytes on. Frames of a client are masked, so the
// messages in them are rewritten frame by frame.
func forward(client, daemon net.Conn, from, to string, inMessages bool) {
	buffer := make([]byte, 64<<10)
	first := true
	for {
		n, err := client.Read(buffer)
		if err != nil {
			_ = daemon.Close()
			return
		}
		data := bytes.Clone(buffer[:n])
		switch {
		case first:
			data = bytes.ReplaceAll(data, []byte(from), []byte(to))
			first = false
		case inMessages:
			data = rewriteFrame(data, from, to)
		}
		_, _ = daemon.Write(data)
	}
}

// rewriteFrame rewrites a short masked text frame (RFC 6455, section 5.2)
// whose length does not change by it.
func rewriteFrame(frame []byte, from, to string) []byte {
	if len(frame) < 8 || frame[1]&0x7f != 126 || len(from) != len(to) {
		return frame
	}
	mask, payload := frame[4:8], frame[8:]
	for i := range payload {
		payload[i] ^= mask[i%4]
	}
	payload = bytes.ReplaceAll(payload, []byte(from), []byte(to))
	for i := range payload {
		payload[i] ^= mask[i%4]
	}
	return append(frame[:8:8], payload...)
}

// A squatter holds the first port and wants whatever it can get.
func TestSquatterGetsNoSecret(t *testing.T) {
	s := newStage(t)
	squatters := map[string]func(net.Conn, *recorder){
		"hangs up": func(c net.Conn, _ *recorder) { _ = c.Close() },
		"asks for a login": func(c net.Conn, r *recorder) {
			go func() { _, _ = io.Copy(r, c) }()
			_, _ = io.WriteString(c, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n")
		},
		"sends elsewhere": func(c net.Conn, r *recorder) {
			go func() { _, _ = io.Copy(r, c) }()
			_, _ = io.WriteString(c, "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
		},
	}
	for name, squat := range squatters {
		t.Run(name, func(t *testing.T) {
			got := &recorder{}
			_, port := listener(t, func(c net.Conn) { squat(c, got) })
			s.checkSquatted(t, port, got)
		})
	}
	for name, answer := range map[string]func(wire.Prove) any{
		"echoes the proof": func(p wire.Prove) any {
			return wire.Welcome{Type: "welcome", Version: wire.Version, Proof: p.Proof, Token: "x"}
		},
		"makes one up": func(wire.Prove) any {
			return wire.Welcome{Type: "welcome", Version: wire.Version, Proof: strings.Repeat("A", 43)}
		},
		"leaves it out":      func(wire.Prove) any { return wire.Welcome{Type: "welcome", Version: wire.Version} },
		"says it is done":    func(wire.Prove) any { return wire.Done{Type: "done"} },
		"asks for the token": func(wire.Prove) any { return map[string]string{"type": "token?"} },
	} {
		t.Run(name, func(t *testing.T) {
			got := &recorder{}
			server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_ = r.Header.Write(got)
				conn, err := socket.Upgrade(w, r)
				if err != nil {
					return
				}
				defer conn.Close()
				_ = conn.Write(wire.Challenge{Type: "challenge", Version: wire.Version, Nonce: wire.NewNonce()})
				var prove wire.Prove
				for i := range 3 {
					data, err := conn.Read()
					if err != nil {
						return
					}
					_, _ = got.Write(data)
					if i == 0 {
						_ = json.Unmarshal(data, &prove)
						_ = conn.Write(answer(prove))
					}
				}
			})}
			l, err := net.Listen("tcp4", "127.0.0.1:0")
			s.ok(err)
			go func() { _ = server.Serve(l) }()
			t.Cleanup(func() { _ = server.Close() })
			s.checkSquatted(t, l.Addr().(*net.TCPAddr).Port, got)
		})
	}
}

// checkSquatted dials past a squatter and looks at what it got.
func (s *stage) checkSquatted(t *testing.T, port int, got *recorder) {
	t.Helper()
	call, err := localapi.Dial(t.Context(), []int{port, s.port()}, s.key)
	if err != nil {
		t.Fatal("the daemon behind the squatter was not found:", err)
	}
	defer call.Close()
	var status wire.Status
	if err := call.Get(t.Context(), "/v1/status", &status); err != nil || status.Address != s.server.Address() {
		t.Errorf("it is not the daemon that answers: %q, %v", status.Address, err)
	}
	if got.holds(s.key) || bytes.Contains(got.bytes(), []byte("Bearer ")) || bytes.Contains(got.bytes(), []byte("Authorization")) {
		t.Errorf("the squatter got a secret: %q", got.bytes())
	}
	if _, err := localapi.Dial(t.Context(), []int{port}, s.key); !errors.Is(err, localapi.ErrNotOurs) {
		t.Errorf("alone the squatter is taken for %v", err)
	}
}

// The control of the squatter's test: a client that sends its bearer first is
// caught by the same look.
func TestSquatterTestCatchesABearer(t *testing.T) {
	secret := []byte("0123456789abcdef0123456789abcdef")
	got := &recorder{}
	l, _ := listener(t, func(c net.Conn) { _, _ = io.Copy(got, c) })
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.Addr().String()+"/v1/status", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+hex.EncodeToString(secret))
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
		}
	}()
	for end := time.Now().Add(patience); !got.holds(secret); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a bearer passes unseen")
		}
	}
	cancel()
	<-asked
}

func TestProofsAreRefused(t *testing.T) {
	s := newStage(t)
	b, other := s.paired(chromium), s.paired(firefox)
	var used wire.Prove
	cases := map[string]func(nonce string) any{
		"another secret": func(n string) any {
			p, _ := browser{b.id, b.origin, other.secret}.prove(n, s.server.Address())
			return p
		},
		"another client's name": func(n string) any { p, _ := b.prove(n, s.server.Address()); p.Client = other.id; return p },
		"another browser from this origin": func(n string) any {
			p, _ := browser{other.id, b.origin, other.secret}.prove(n, s.server.Address())
			return p
		},
		"nobody's name": func(n string) any {
			p, _ := b.prove(n, s.server.Address())
			p.Client = strings.Repeat("0", 32)
			return p
		},
		"the command line's": func(n string) any {
			p, _ := browser{wire.LocalClient, b.origin, s.key}.prove(n, s.server.Address())
			return p
		},
		"another address":  func(n string) any { p, _ := b.prove(n, "127.0.0.1:1"); return p },
		"an old nonce":     func(string) any { p, _ := b.prove(wire.NewNonce(), s.server.Address()); return p },
		"a short nonce":    func(n string) any { p, _ := b.prove(n, s.server.Address()); p.Nonce = "AAAA"; return p },
		"an empty proof":   func(n string) any { p, _ := b.prove(n, s.server.Address()); p.Proof = ""; return p },
		"a replayed frame": func(string) any { return used },
		"no proof at all":  func(string) any { return wire.Watch{Type: "watch", ID: 1, Page: "p"} },
		"an unknown field": func(string) any { return map[string]any{"type": "prove", "admin": true} },
		"another version":  func(n string) any { p, _ := b.prove(n, s.server.Address()); p.Version = 2; return p },
		"the daemon's side": func(n string) any {
			p, transcript := b.prove(n, s.server.Address())
			p.Proof = wire.Proof(b.secret, wire.DaemonSide, transcript)
			return p
		},
	}
	attempt := func(make func(nonce string) any) []byte {
		conn, err := socket.Dial(t.Context(), s.server.Address(), wire.SocketPath, b.origin)
		s.ok(err)
		defer conn.Close()
		var challenge wire.Challenge
		s.ok(conn.ReadInto(&challenge))
		s.ok(conn.Write(make(challenge.Nonce)))
		data, err := conn.Read()
		s.ok(err)
		return data
	}
	// The control, and the frame to replay.
	data := attempt(func(n string) any { used, _ = b.prove(n, s.server.Address()); return used })
	if kind, _ := head(data); kind != "welcome" {
		t.Fatalf("the true proof got %s", data)
	}
	for name, make := range cases {
		t.Run(name, func(t *testing.T) {
			data := attempt(make)
			if kind, _ := head(data); kind != "failed" {
				t.Errorf("got %s", data)
			}
		})
	}
}

func TestSlowRequestIsCutOff(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, part := range []string{"", "GET", "GET /v1/status HTTP/1.1\r\nHost: " + s.server.Address()} {
		if got := raw(t, s.server.Address(), part); len(got) > 0 {
			t.Errorf("%q got %q", part, got)
		}
	}
}

func TestSilentSocketIsCutOff(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := s.paired(chromium)
	conn, err := socket.Dial(t.Context(), s.server.Address(), wire.SocketPath, b.origin)
	s.ok(err)
	defer conn.Close()
	_ = conn.Limit(time.Now().Add(10 * wire.HandshakeLimit * time.Millisecond))
	var challenge wire.Challenge
	s.ok(conn.ReadInto(&challenge))
	for {
		if _, err := conn.Read(); err != nil {
			var timeout net.Error
			if errors.As(err, &timeout) && timeout.Timeout() {
				t.Error("who says nothing may stay")
			}
			return
		}
	}
}

func TestCrowdOfSilentCallersKeepsNobodyOut(t *testing.T) {
	s := newStage(t)
	b := s.paired(chromium)
	var crowd []net.Conn
	for range 500 {
		conn, err := net.Dial("tcp4", s.server.Address())
		s.ok(err)
		defer conn.Close()
		crowd = append(crowd, conn)
	}
	// The oldest gave way, before the limit for a request's head (3 s).
	_ = crowd[0].SetReadDeadline(time.Now().Add(2500 * time.Millisecond))
	var timeout net.Error
	if _, err := crowd[0].Read(make([]byte, 1)); errors.As(err, &timeout) && timeout.Timeout() {
		t.Error("all of a crowd are kept")
	}
	if answers := s.joined(b).watch("p", wire.Row{Row: "1", Sighting: wire.Sighting{Order: aliOrder("81234567890123")}}); len(answers) != 1 {
		t.Errorf("answers: %v", answers)
	}
}

func TestSocketsOfOneClientAreCounted(t *testing.T) {
	s := newStage(t)
	b := s.paired(chromium)
	var first *peer
	for i := range localapi.MaxClientSockets {
		p := s.joined(b)
		if i == 0 {
			first = p
		}
	}
	if _, err := s.join(b); codeOf(err) != "too_many_sockets" {
		t.Fatalf("one socket more: %v", err)
	}
	s.joined(s.paired(firefox)) // others still come in
	first.conn.Close()
	s.eventually("a place is free again", func() bool { _, err := s.join(b); return err == nil })
}

func (s *stage) eventually(what string, holds func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatal("never:", what)
		}
	}
}

func TestTokensEnd(t *testing.T) {
	s := newStage(t)
	token := s.lineToken()
	status := func() int {
		return len(raw(t, s.server.Address(), request("GET", "/v1/status", "Host: "+s.server.Address()+"\r\n", nil, token)))
	}
	if status() == 0 {
		t.Fatal("a fresh token is refused")
	}
	s.clock.move(time.Hour)
	if n := status(); n != 0 {
		t.Errorf("an hour later the token still opens: %d bytes", n)
	}
}
