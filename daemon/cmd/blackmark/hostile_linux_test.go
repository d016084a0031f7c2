package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"blackmark/daemon/localapi/socket"
	"blackmark/daemon/settings"
	"blackmark/shared/wire"
)

// What the daemon's memory may grow by under attack, and be at all, in bytes:
// the first is promised, the second is the bar of a daemon that rests.
const (
	mostGrowth = 10 << 20
	mostMemory = 64 << 20
)

// besieged is a daemon under attack, and a good client whom nobody may keep
// from his work.
type besieged struct {
	*doomed
	t       *testing.T
	address string
	key     []byte
	log     *logFile
	warm    atomic.Bool  // base is known: from now on the good client keeps his pace
	base    int64        // the most resident memory at work and in a rehearsal, in bytes
	peak    atomic.Int64 // the most so far
	answers atomic.Int64 // that the good client got
	slowest atomic.Int64 // of them, in nanoseconds
	end     func()
}

// logFile keeps what a program writes.
type logFile struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logFile) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logFile) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// besiege starts a daemon and the good client's work. The attack is rehearsed
// before its memory counts: what the collector leaves standing between two of
// its rounds goes up and down by several MiB, and is no growth. What is lost
// with every message shows in the ten thousand that follow.
func besiege(t *testing.T, rehearse func(*besieged)) *besieged {
	t.Helper()
	b := &besieged{doomed: newDoomed(t), t: t, log: &logFile{}}
	b.stderr = b.log
	b.doomed.start(t)
	call, err := b.dial(t.Context())
	if err == nil {
		b.address = call.Address()
		call.Close()
		b.key, err = settings.ReadLocalKey(b.data)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var working sync.WaitGroup
	working.Go(func() { b.work(ctx) })
	b.end = sync.OnceFunc(func() { cancel(); working.Wait() })
	t.Cleanup(b.end)
	working.Go(func() {
		for ctx.Err() == nil {
			b.peak.Store(max(b.peak.Load(), b.resident()))
			select {
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	b.progress("before the attack", 4000)
	rehearse(b)
	b.base = b.peak.Load()
	b.warm.Store(true)
	b.slowest.Store(0)
	return b
}

// atWork is how often the good client asks at the most: what he marks stays, and
// must not be counted as growth under attack.
const atWork = 2 * time.Millisecond

// work asks and marks over one socket until ctx ends, and gets every answer.
func (b *besieged) work(ctx context.Context) {
	conn, err := b.prove()
	if err != nil {
		b.t.Errorf("the good client: %v", err)
		return
	}
	defer conn.Close()
	next := 0
	pace := time.NewTicker(atWork)
	defer pace.Stop()
	for id := int64(1); ctx.Err() == nil; id++ {
		if b.warm.Load() {
			<-pace.C
		}
		var message any = wire.Watch{Type: "watch", ID: id, Page: fmt.Sprint("p", id%200), Site: "x", Rows: []wire.Row{{Row: "r",
			Sighting: wire.Sighting{Keys: newMarks(&next, 1)[0].Keys, Source: wire.FromDefinition}}}}
		want := "answers"
		if id%10 == 0 {
			message, want = wire.MarkBuyers{Type: "mark", ID: id, Marks: newMarks(&next, 1)}, "outcomes"
		}
		began := time.Now()
		_ = conn.Limit(began.Add(patience))
		err := conn.Write(message)
		for err == nil {
			var data []byte
			if data, err = conn.Read(); err == nil && bytes.Contains(data, fmt.Appendf(nil, `"id":%d,`, id)) {
				if !bytes.Contains(data, []byte(want)) {
					err = fmt.Errorf("got %s", data)
				}
				break
			}
		}
		if err != nil {
			b.t.Errorf("the good client's message %d: %v", id, err)
			return
		}
		b.slowest.Store(max(b.slowest.Load(), int64(time.Since(began))))
		b.answers.Add(1)
	}
}

// progress waits until the good client has had n more answers.
func (b *besieged) progress(when string, n int64) {
	b.t.Helper()
	from := b.answers.Load()
	for end := time.Now().Add(patience); b.answers.Load() < from+n; time.Sleep(time.Millisecond) {
		if time.Now().After(end) || b.t.Failed() {
			b.t.Fatalf("%s: the good client got %d answers of %d", when, b.answers.Load()-from, n)
		}
	}
}

// over ends the siege: the daemon lives, has not grown, nothing in it broke,
// and a new caller is served.
func (b *besieged) over(what string) {
	b.t.Helper()
	b.progress("after the attack", 20)
	var status wire.Status
	call, err := b.dial(b.t.Context())
	if err == nil {
		err = call.Get(b.t.Context(), "/v1/status", &status)
		call.Close()
	}
	if err != nil {
		b.t.Errorf("after the attack a new caller is not served: %v", err)
	}
	b.end()
	now := b.resident()
	if grown := max(b.peak.Load(), now) - b.base; grown > mostGrowth {
		b.t.Errorf("the daemon grew by %.1f MiB at the most", mib(grown))
	}
	if most := b.peak.Load(); most > mostMemory {
		b.t.Errorf("the daemon has %.1f MiB", mib(most))
	}
	for line := range strings.Lines(b.log.String()) {
		if strings.Contains(line, "panic") || strings.Contains(line, "level=ERROR") || strings.Contains(line, "goroutine ") {
			b.t.Errorf("the daemon says: %s", line)
		}
	}
	b.t.Logf("%s: memory %.1f MiB before, %+.1f MiB at the most, %+.1f MiB after; the good client had %d answers, the slowest after %s",
		what, mib(b.base), mib(b.peak.Load()-b.base), mib(now-b.base), b.answers.Load(), time.Duration(b.slowest.Load()).Round(time.Millisecond))
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }

// resident is the daemon's resident memory without files that are mapped.
func (b *besieged) resident() int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.process.Process.Pid))
	if err != nil {
		b.t.Error(err)
		return 0
	}
	_, after, found := strings.Cut(string(data), "RssAnon:")
	fields := strings.Fields(after)
	if !found || len(fields) == 0 {
		b.t.Error("no RssAnon")
		return 0
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		b.t.Error(err)
	}
	return kib << 10
}

// prove opens a socket as the command line does, and keeps it.
func (b *besieged) prove() (*socket.Conn, error) {
	conn, err := socket.Dial(context.Background(), b.address, wire.SocketPath, "")
	if err != nil {
		return nil, err
	}
	_ = conn.Limit(time.Now().Add(patience))
	var challenge wire.Challenge
	var welcome wire.Welcome
	err = conn.ReadInto(&challenge)
	if err == nil {
		err = conn.Write(b.proof(challenge.Nonce))
	}
	if err == nil {
		err = conn.ReadInto(&welcome)
	}
	if err == nil && welcome.Type != "welcome" {
		err = errors.New("no welcome")
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, conn.Limit(time.Time{})
}

func (b *besieged) proof(nonce string) wire.Prove {
	t := wire.Transcript{Purpose: wire.ForSocket, DaemonNonce: nonce, ClientNonce: wire.NewNonce(),
		Client: wire.LocalClient, Version: wire.Version, Address: b.address}
	return wire.Prove{Type: "prove", Version: wire.Version, Client: wire.LocalClient, Nonce: t.ClientNonce,
		Address: b.address, Proof: wire.Proof(b.key, wire.ClientSide, t)}
}

// wired is a WebSocket whose frames are made by hand.
type wired struct {
	*net.TCPConn
	read  *bufio.Reader
	token string // of a proved one
}

// upgrade opens a socket and reads the challenge.
func (b *besieged) upgrade() (*wired, []byte, error) {
	conn, err := net.Dial("tcp4", b.address)
	if err != nil {
		return nil, nil, err
	}
	w := &wired{TCPConn: conn.(*net.TCPConn), read: bufio.NewReader(conn)}
	_ = w.SetDeadline(time.Now().Add(patience))
	_, err = fmt.Fprintf(w, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", wire.SocketPath, b.address)
	if err == nil {
		var response *http.Response
		if response, err = http.ReadResponse(w.read, nil); err == nil && response.StatusCode != http.StatusSwitchingProtocols {
			err = errors.New(response.Status)
		}
	}
	if err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	challenge, err := w.message()
	return w, challenge, err
}

// proved opens a socket by hand and proves itself.
func (b *besieged) proved() (*wired, error) {
	w, data, err := b.upgrade()
	if err != nil {
		return nil, err
	}
	var challenge wire.Challenge
	if err = socket.Decode(data, &challenge); err == nil {
		_, err = w.Write(frame(0x81, mustJSON(b.proof(challenge.Nonce))))
	}
	if err == nil {
		data, err = w.message()
	}
	var welcome wire.Welcome
	if err == nil {
		err = socket.Decode(data, &welcome)
	}
	w.token = welcome.Token
	return w, err
}

// message reads one frame of the daemon's that is text.
func (w *wired) message() ([]byte, error) {
	for {
		var head [2]byte
		if _, err := io.ReadFull(w.read, head[:]); err != nil {
			return nil, err
		}
		size := uint64(head[1])
		switch size {
		case 126:
			var n [2]byte
			if _, err := io.ReadFull(w.read, n[:]); err != nil {
				return nil, err
			}
			size = uint64(binary.BigEndian.Uint16(n[:]))
		case 127:
			var n [8]byte
			if _, err := io.ReadFull(w.read, n[:]); err != nil {
				return nil, err
			}
			size = binary.BigEndian.Uint64(n[:])
		}
		data := make([]byte, size)
		if _, err := io.ReadFull(w.read, data); err != nil {
			return nil, err
		}
		if head[0] == 0x81 {
			return data, nil
		}
	}
}

// frame is a masked frame of a client; the first byte is as given.
func frame(first byte, payload []byte) []byte {
	f := []byte{first}
	switch n := len(payload); {
	case n < 126:
		f = append(f, 0x80|byte(n))
	case n < 1<<16:
		f = binary.BigEndian.AppendUint16(append(f, 0xfe), uint16(n))
	default:
		f = binary.BigEndian.AppendUint64(append(f, 0xff), uint64(n))
	}
	mask := [4]byte{0x5a, 0xa5, 0x0f, 0xf0}
	f = append(f, mask[:]...)
	for i, c := range payload {
		f = append(f, c^mask[i%4])
	}
	return f
}

// malformed is one attack with frames, and whether the socket may go on after it.
func malformed(random *rand.Rand) (frames []byte, ends bool) {
	text := func(s string) []byte { return frame(0x81, []byte(s)) }
	switch random.IntN(18) {
	case 0: // reserved bits
		return frame(0x81|byte(1+random.IntN(7))<<4, []byte(`{}`)), true
	case 1: // opcodes that do not exist
		return frame([]byte{0x83, 0x84, 0x87, 0x8b, 0x8f}[random.IntN(5)], []byte(`{}`)), true
	case 2: // not masked
		return append([]byte{0x81, 0x02}, "{}"...), true
	case 3: // half a mask
		return []byte{0x81, 0x82, 1, 2}, true
	case 4: // a continuation of nothing
		return frame(0x80, []byte(`{}`)), true
	case 5: // two beginnings
		return append(frame(0x01, []byte(`{`)), frame(0x81, []byte(`}`))...), true
	case 6: // a control frame in parts, or too long
		if random.IntN(2) == 0 {
			return frame(0x09, nil), true
		}
		return frame(0x89, bytes.Repeat([]byte("x"), 126+random.IntN(200))), true
	case 7: // a gigabyte and more is announced
		return append(binary.BigEndian.AppendUint64([]byte{0x81, 0xff}, 1<<(30+random.IntN(34))), 1, 2, 3, 4), true
	case 8: // a close of another kind
		return frame(0x88, [][]byte{{3}, {3, 236}, {0, 0}, {3, 232, 0xff, 0xfe}}[random.IntN(4)]), true
	case 9: // too large
		return frame(0x81, bytes.Repeat([]byte("["), wire.MaxFrame+1)), true
	case 10: // any bytes
		b := make([]byte, 2+random.IntN(40))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b, true
	case 11: // not UTF-8, also split over fragments
		if random.IntN(2) == 0 {
			return frame(0x81, []byte("{\"type\":\"watch\",\"id\":1,\"page\":\"\xc3\x28\"}")), false
		}
		return append(frame(0x01, []byte("{\"type\":\"\xe2\x82")), frame(0x80, []byte(`"}`))...), false
	case 12: // binary
		return frame(0x82, []byte{0, 1, 2}), false
	case 13: // deep
		nested := strings.Repeat([]string{"[", `{"a":`}[random.IntN(2)], 100+random.IntN(30_000))
		return text(nested[:min(len(nested), wire.MaxFrame)]), false
	case 14: // wrong types
		value := []string{"null", "[]", "{}", "7", "1e999", `"x"`, "true", "-9223372036854775809"}
		pick := func() string { return value[random.IntN(len(value))] }
		return text(fmt.Sprintf(`{"type":%s,"id":%s,"page":%s,"rows":%s,"marks":%s}`,
			[]string{`"watch"`, `"mark"`, `"seen"`, `"cancel"`, `"unwatch"`, pick()}[random.IntN(6)], pick(), pick(), pick(), pick())), false
	case 15: // what belongs to another moment
		return text([]string{`{"type":"prove","version":1}`, `{"type":"welcome","id":1}`, `{"type":"challenge","id":2}`,
			`{"type":"pair","id":3}`, `{"type":"answers","id":4}`}[random.IntN(5)]), false
	case 16: // many fragments
		f := frame(0x01, []byte("{"))
		for range random.IntN(500) {
			f = append(f, frame(0x00, nil)...)
		}
		return append(f, frame(0x80, []byte("}"))...), false
	}
	return text(`{"type":"mark","id":1,"marks":[{"id":"` + strings.Repeat("z", random.IntN(60_000)) + `"}]}`), false
}

// TestMalformedFrames sends ten thousand frames that break the rules of
// WebSocket, of JSON or of the protocol, half of them before the proof.
func TestMalformedFrames(t *testing.T) {
	const each = 5_000
	b := besiege(t, func(b *besieged) { b.sendFrames(1, 1_000); b.sendProvedFrames(1, 1_000) })
	var both sync.WaitGroup
	both.Go(func() { b.sendFrames(2, each) })
	both.Go(func() { b.sendProvedFrames(3, each) })
	both.Wait()
	b.over(fmt.Sprintf("%d malformed frames", 2*each))
}

// sendFrames sends n attacks on sockets that have proved nothing: each ends it.
func (b *besieged) sendFrames(seed uint64, n int) {
	random := rand.New(rand.NewPCG(seed, 6))
	for i := range n {
		w, _, err := b.upgrade()
		if err != nil {
			b.t.Errorf("attack %d: the door is shut: %v", i, err)
			return
		}
		frames, _ := malformed(random)
		_, _ = w.Write(frames)
		_ = w.CloseWrite()
		heard, err := io.ReadAll(w.read)
		_ = w.Close()
		if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
			b.t.Errorf("attack %d: the daemon waits after %.60q", i, frames)
			return
		}
		if bytes.Contains(heard, []byte(`"welcome"`)) || bytes.Contains(heard, []byte("panic")) {
			b.t.Errorf("attack %d: %q got %q", i, frames, heard)
			return
		}
	}
}

// sendProvedFrames sends n attacks on sockets that have proved themselves: a
// message that is wrong is answered, a frame that is wrong ends the socket.
func (b *besieged) sendProvedFrames(seed uint64, n int) {
	random := rand.New(rand.NewPCG(seed, 7))
	var w *wired
	for i := range n {
		if w == nil {
			var err error
			if w, err = b.proved(); err != nil {
				b.t.Errorf("attack %d: the door is shut: %v", i, err)
				return
			}
		}
		frames, ends := malformed(random)
		_ = w.SetDeadline(time.Now().Add(patience))
		_, _ = w.Write(frames)
		if ends {
			_ = w.CloseWrite()
			if _, err := io.Copy(io.Discard, w.read); err != nil {
				if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
					b.t.Errorf("attack %d: the daemon waits after %.60q", i, frames)
					return
				}
			}
			_ = w.Close()
			w = nil
			continue
		}
		answer, err := w.message()
		if err != nil || !bytes.Contains(answer, []byte(`"hint"`)) && !bytes.Contains(answer, []byte(`"done"`)) {
			b.t.Errorf("attack %d: %.60q got %.200q, %v", i, frames, answer, err)
			return
		}
	}
	if w != nil {
		_ = w.Close()
	}
}

func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
