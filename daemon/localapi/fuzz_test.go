package localapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"blackmark/daemon/localapi/socket"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// FuzzMessage says anything on a proved socket. It is answered by its own
// answer or a problem, and the socket serves on; what is too large ends it.
func FuzzMessage(f *testing.F) {
	s := newStage(f)
	b := s.paired(chromium)
	p := s.joined(b)
	f.Add([]byte(`{"type":"watch","id":3,"page":"p","site":"x","rows":[{"row":"1"}]}`))
	f.Fuzz(func(t *testing.T, message []byte) {
		if len(message) > wire.MaxFrame {
			return // TestOversizedFrames
		}
		s.clock.move(time.Minute) // the lookups of a minute are no part of this
		answer := ask(t, p, message)
		var said struct {
			Type    string         `json:"type"`
			Problem *problem.Error `json:"problem"`
		}
		if err := json.Unmarshal(answer, &said); err != nil {
			t.Fatalf("%q got %q", message, answer)
		}
		switch said.Type {
		case "failed":
			if said.Problem == nil || said.Problem.Kind == problem.Internal || said.Problem.Hint == "" {
				t.Fatalf("%q got %q", message, answer)
			}
		case "answers", "outcomes", "done":
			if !json.Valid(message) {
				t.Fatalf("%q was done", message)
			}
		default:
			t.Fatalf("%q got %q", message, answer)
		}
		if kind, id := head(ask(t, p, []byte(`{"type":"unwatch","id":9007199254740991,"page":"p"}`))); kind != "done" || id != 9007199254740991 {
			t.Fatalf("after %q a good message got %s %d", message, kind, id)
		}
		sane(t, s)
	})
}

// FuzzHandshake sends anything on the two sockets before the proof: nothing
// but a challenge and a problem comes back, and the socket ends.
func FuzzHandshake(f *testing.F) {
	s := newStage(f)
	s.paired(chromium)
	s.openWindow()
	f.Add([]byte(`{"type":"prove","version":1}`), false)
	f.Fuzz(func(t *testing.T, message []byte, pairing bool) {
		path := wire.SocketPath
		if pairing {
			path = wire.PairPath
		}
		conn, err := socket.Dial(t.Context(), s.server.Address(), path, chromium)
		if err != nil {
			if pairing {
				s.openWindow() // its tries are used up
				return
			}
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.Limit(time.Now().Add(patience))
		var challenge wire.Challenge
		if err := conn.ReadInto(&challenge); err != nil {
			t.Fatal(err)
		}
		if conn.WriteText(message) != nil {
			return
		}
		if answer, err := conn.Read(); err == nil {
			if problem.Of(failedOf(answer)).Kind == problem.Internal {
				t.Fatalf("%q got %q", message, answer)
			}
			_, err = conn.Read()
			if err == nil {
				t.Fatalf("after %q was refused the socket says more", message)
			}
		}
		sane(t, s)
	})
}

// FuzzFrames sends any bytes as frames of a socket, before the proof: the
// daemon closes, and says nothing that only a proved client hears.
func FuzzFrames(f *testing.F) {
	s := newStage(f)
	f.Add([]byte{0x81, 0x82, 0, 0, 0, 0, '{', '}'})
	f.Fuzz(func(t *testing.T, frames []byte) {
		conn, err := net.Dial("tcp4", s.server.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		upgrade := request("SOCKET", "", "Host: "+s.server.Address()+"\r\n", nil, "")
		if _, err := conn.Write(append([]byte(upgrade), frames...)); err != nil {
			return
		}
		// Half closed: the daemon need not wait for more.
		_ = conn.(*net.TCPConn).CloseWrite()
		heard, err := io.ReadAll(conn)
		if err, slow := err.(net.Error); slow && err.Timeout() {
			t.Fatalf("%x: the daemon waits", frames)
		}
		if bytes.Contains(heard, []byte("welcome")) || bytes.Contains(heard, []byte(`"token"`)) {
			t.Fatalf("%x got %q", frames, heard)
		}
		sane(t, s)
	})
}

// FuzzRequest sends any bytes to the door: without a token nothing is ever
// answered but the opening of a socket, which proves nothing.
func FuzzRequest(f *testing.F) {
	s := newStage(f)
	host := "Host: HOST\r\n"
	f.Add([]byte("GET /v1/status HTTP/1.1\r\n" + host + "\r\n"))
	f.Fuzz(func(t *testing.T, bytes []byte) {
		conn, err := net.Dial("tcp4", s.server.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		text := strings.ReplaceAll(string(bytes), "HOST", s.server.Address())
		if _, err := io.WriteString(conn, text); err != nil {
			return
		}
		_ = conn.(*net.TCPConn).CloseWrite()
		heard, err := io.ReadAll(conn)
		if err, slow := err.(net.Error); slow && err.Timeout() {
			t.Fatalf("%q: the daemon waits", text)
		}
		if len(heard) > 0 && !strings.HasPrefix(string(heard), "HTTP/1.1 101 ") {
			t.Fatalf("%q got %q", text, heard)
		}
		sane(t, s)
	})
}

// FuzzBody posts any body to every door, with a token that opens them all: an
// answer of 200, or a problem that is the sender's and not the daemon's.
func FuzzBody(f *testing.F) {
	s := newStage(f)
	token := s.lineToken()
	var paths []string
	for _, door := range s.server.Routes() {
		if door.Method == "POST" && door.Path != "/v1/uploads" {
			paths = append(paths, door.Path)
		}
	}
	if len(paths) < 10 {
		f.Fatalf("only %d doors", len(paths))
	}
	f.Add([]byte(`{"limit":1}`), uint8(0))
	f.Fuzz(func(t *testing.T, body []byte, which uint8) {
		path := paths[int(which)%len(paths)]
		answer := raw(t, s.server.Address(), fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
			"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, s.server.Address(), token, len(body), body))
		status, text, _ := bytes.Cut(answer, []byte("\r\n"))
		switch {
		case bytes.HasPrefix(status, []byte("HTTP/1.1 2")):
		case bytes.HasPrefix(status, []byte("HTTP/1.1 4")), bytes.HasPrefix(status, []byte("HTTP/1.1 503")):
			if !bytes.Contains(text, []byte(`"hint"`)) {
				t.Fatalf("%s %q got %q", path, body, answer)
			}
		default:
			t.Fatalf("%s %q got %q", path, body, answer)
		}
		sane(t, s)
	})
}

// ask sends a message and waits for its answer; pushes are left out.
func ask(t *testing.T, p *peer, message []byte) []byte {
	t.Helper()
	if err := p.conn.WriteText(message); err != nil {
		t.Fatal(err)
	}
	for {
		select {
		case data, open := <-p.read:
			if !open {
				t.Fatalf("%q ended the socket", message)
			}
			if kind, id := head(data); id != 0 || kind == "failed" {
				return data
			}
		case <-time.After(patience):
			t.Fatalf("%q got no answer", message)
		}
	}
}

// sane fails when the daemon logged that something of its own broke.
func sane(t *testing.T, s *stage) {
	t.Helper()
	if log := s.log.take(); strings.Contains(log, "level=ERROR") {
		t.Fatal(log)
	}
}

// take gives what was logged since the last time.
func (l *logged) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.text.Reset()
	return l.text.String()
}
