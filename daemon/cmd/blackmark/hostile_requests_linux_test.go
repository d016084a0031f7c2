package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"blackmark/daemon/localapi/socket"
	"blackmark/shared/wire"
)

// TestMalformedRequests sends ten thousand requests that nobody meant, half of
// them with a token that opens every door.
func TestMalformedRequests(t *testing.T) {
	const each = 5_000
	b := besiege(t, func(b *besieged) { b.sendRequests(1, 1_500, ""); b.sendRequests(1, 1_500, b.token()) })
	token := b.token()
	var both sync.WaitGroup
	both.Go(func() { b.sendRequests(2, each, "") })
	both.Go(func() { b.sendRequests(3, each, token) })
	both.Wait()
	b.over(fmt.Sprintf("%d malformed requests", 2*each))
}

// token is the command line's own, as it travels.
func (b *besieged) token() string {
	b.t.Helper()
	w, err := b.proved()
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = w.Close() })
	return w.token
}

// misshapen is a request that no program of ours sends. A token stands in
// those that have one.
func misshapen(random *rand.Rand, address, token string) string {
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	path := pick("/v1/status", "/v1/marks", "/v1/marks/list", "/v1/marks/cancel", "/v1/buyers/report", "/v1/pairing",
		"/v1/clients/revoke", "/v1/sharing", "/v1/sharing/join", "/v1/uploads", wire.SocketPath, wire.PairPath, "/", "/debug/pprof/")
	head := "Host: " + address + "\r\n"
	if token != "" {
		head += "Authorization: Bearer " + token + "\r\n"
	}
	post := func(kind, body string) string {
		return fmt.Sprintf("POST %s HTTP/1.1\r\n%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", path, head, kind, len(body), body)
	}
	switch random.IntN(16) {
	case 0:
		return pick("GET", "PUT", "PATCH", "OPTIONS", "CONNECT", "TRACE", "get", "G\x00T", "") + " " + path + pick(" HTTP/1.1", " HTTP/1.0", " HTTP/9.9", " HTTP/2.0", "", " ") + "\r\n" + head + "\r\n"
	case 1:
		return "GET " + pick(path+"?a=1", path+"#x", path+"%00", "/.."+path, "/"+path, path+"/", "http://"+address+path, "*", strings.Repeat("/x", 4000)) + " HTTP/1.1\r\n" + head + "\r\n"
	case 2:
		return "GET " + path + " HTTP/1.1\r\n" + head + pick("Host: "+address, "X\x00: y", "X y: z", ": z", "X: "+strings.Repeat("y", 20_000), " folded: x", "Content-Length: -1", "Content-Length: 1e3", "Transfer-Encoding: gzip") + "\r\n\r\n"
	case 3:
		return post("application/json", strings.Repeat(pick("[", `{"a":`), 1+random.IntN(9000)))
	case 4:
		return post("application/json", pick("null", "7", `""`, "[]", "true", "{}{}", "", "\xff\xfe", `{"marks":null}`, `{"marks":[null]}`, `{"keys":[{"marketplace":null}]}`, `{"limit":1e99}`, `{"limit":-1}`, `{"id":{}}`))
	case 5:
		return post(pick("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=utf-16", "application/json, text/plain", ""), "{}")
	case 6:
		return post("application/json", `{"marks":[{"note":"`+strings.Repeat("x", 60_000+random.IntN(10_000))+`"}]}`)
	case 7:
		return "POST " + path + " HTTP/1.1\r\n" + head + "Content-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/status HTTP/1.1\r\n" + head + "\r\n"
	case 8:
		return "POST " + path + " HTTP/1.1\r\n" + head + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + pick("zz\r\n{}\r\n", "-1\r\n", "ffffffffffffffff1\r\n{}", "2;"+strings.Repeat("x", 5000)+"\r\n{}\r\n0\r\n\r\n", "2\r\n{}0\r\n\r\n", "0\r\nX: y\r\n\r\n")
	case 9:
		return "POST " + path + " HTTP/1.1\r\n" + head + "Content-Type: application/json\r\nContent-Length: " + pick("1073741824", "9223372036854775807", "99999999999999999999", "10") + "\r\n\r\n{"
	case 10:
		return "POST " + path + " HTTP/1.1\r\n" + head + "Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b"
	case 11:
		return "GET " + wire.SocketPath + " HTTP/1.1\r\n" + head + "Connection: Upgrade\r\nUpgrade: " + pick("websocket", "h2c", "websocket, h2c") + "\r\nSec-WebSocket-Version: " + pick("13", "8", "x") + "\r\nSec-WebSocket-Key: " + pick("", "x", strings.Repeat("A", 4000)) + "\r\n\r\n"
	case 12:
		return pick("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00", "SSH-2.0-x\r\n", "\r\n\r\n\r\n", "\x00", "EHLO x\r\n")
	case 13:
		b := make([]byte, random.IntN(200))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return string(b)
	case 14:
		return "POST " + path + " HTTP/1.1\r\n" + head + "Origin: " + pick("null", "https://page.example", "chrome-extension://"+strings.Repeat("p", 32), "") + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
	}
	return "GET " + path + " HTTP/1.1\r\nHost: " + pick("localhost", "127.0.0.1", "page.example", "[::1]", address+".", "") + "\r\n\r\n"
}

// sendRequests sends n requests. Without a token no byte of an answer may come
// but the opening of a socket; with one an answer is no mistake of the daemon.
func (b *besieged) sendRequests(seed uint64, n int, token string) {
	random := rand.New(rand.NewPCG(seed, 8))
	for i := range n {
		request := misshapen(random, b.address, token)
		heard, err := b.say(request, true)
		status, _, _ := strings.Cut(string(heard), "\r\n")
		switch {
		case err != nil:
			b.t.Errorf("request %d, %.80q: %v", i, request, err)
			return
		case len(heard) == 0, strings.HasPrefix(status, "HTTP/1.1 101 "):
		case token == "":
			b.t.Errorf("request %d: a stranger's %.200q got %.200q", i, request, heard)
			return
		case len(status) > 9 && strings.Contains("24", status[9:10]): // HTTP/1.1 200
		case strings.HasPrefix(status, "HTTP/1.1 503") && bytes.Contains(heard, []byte(`"hint"`)):
		default:
			b.t.Errorf("request %d: %.200q got %.200q", i, request, heard)
			return
		}
	}
}

// say sends bytes and gives all that comes back. Who sends half a request must
// end his side, or the daemon waits for the rest.
func (b *besieged) say(request string, ends bool) ([]byte, error) {
	conn, err := net.Dial("tcp4", b.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, request); err != nil {
		return nil, nil // cut off while it spoke
	}
	if ends {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	heard, err := io.ReadAll(conn)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return nil, errors.New("the daemon waits")
	}
	return heard, nil
}

// TestSlowAndHugeClients: callers that send a byte at a time, announce more than
// there is, never end, or only stand there, many at once. The good client works
// on, new callers get in, and those are cut off who have proved nothing.
func TestSlowAndHugeClients(t *testing.T) {
	crowd := 2_000
	if os.Getenv("BLACKMARK_TEST_LONG") != "" {
		crowd = 10_000
	}
	b := besiege(t, func(b *besieged) { b.crowd(200); b.drip(2) })
	token := b.token()
	var all sync.WaitGroup
	all.Go(func() { b.drip(30) })
	all.Go(func() { b.flood(token) })
	all.Go(func() { b.crowd(crowd) })
	all.Wait()
	b.over(fmt.Sprintf("slow, huge and %d silent callers", crowd))
}

// drip opens n of each kind of slow caller, has them send a byte at a time, and
// waits until the daemon has cut all of them off who have proved nothing.
func (b *besieged) drip(n int) {
	opening := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", wire.SocketPath, b.address)
	kinds := [][2]string{ // what is sent at once, and then byte by byte
		{"", "GET /v1/status HTTP/1.1\r\nHost: " + b.address + strings.Repeat("\r\nX: y", 1000)},
		{"GET /v1/status HTTP/1.1\r\nHost: " + b.address + "\r\n", strings.Repeat("X: y\r\n", 1000)},
		{opening, string(frame(0x81, bytes.Repeat([]byte(" "), 60_000)))},
		{opening, strings.Repeat(string(frame(0x89, nil)), 1000)}, // pings, and never a proof
		{opening, ""},
	}
	var cut sync.WaitGroup
	for range n {
		for _, kind := range kinds {
			cut.Go(func() {
				conn, err := net.Dial("tcp4", b.address)
				if err != nil {
					b.t.Error(err)
					return
				}
				defer conn.Close()
				end := time.Now().Add(10 * wire.HandshakeLimit * time.Millisecond)
				_ = conn.SetDeadline(end)
				_, _ = io.WriteString(conn, kind[0])
				gone := make(chan error, 1)
				go func() {
					_, err := io.Copy(io.Discard, conn)
					gone <- err
				}()
				slow := time.NewTicker(100 * time.Millisecond)
				defer slow.Stop()
				for rest := kind[1]; ; {
					select {
					case err := <-gone:
						if time.Now().After(end) {
							b.t.Errorf("who sends %.40q slowly may stay: %v", kind[0]+kind[1], err)
						}
						return
					case <-slow.C:
						if rest != "" {
							_, _ = io.WriteString(conn, rest[:1])
							rest = rest[1:]
						}
					}
				}
			})
		}
	}
	cut.Wait()
}

// flood announces a gigabyte and sends without end, with a proof and without.
func (b *besieged) flood(token string) {
	head := "POST /v1/marks HTTP/1.1\r\nHost: " + b.address + "\r\nContent-Type: application/json\r\n"
	bearer := "Authorization: Bearer " + token + "\r\n"
	megabyte := strings.Repeat("x", 1<<20)
	for range 5 {
		for _, one := range []string{
			head + "Content-Length: 1073741824\r\n\r\n", head + bearer + "Content-Length: 1073741824\r\n\r\n",
			head + "Transfer-Encoding: chunked\r\n\r\n", head + bearer + "Transfer-Encoding: chunked\r\n\r\n",
			strings.Replace(head, "application/json", "application/octet-stream\r\nX-Kind: body", 1) + bearer + "Content-Length: 1073741824\r\n\r\n",
		} {
			conn, err := net.Dial("tcp4", b.address)
			if err != nil {
				b.t.Error(err)
				return
			}
			_ = conn.SetDeadline(time.Now().Add(patience))
			_, err = io.WriteString(conn, one)
			sent := 0
			for ; err == nil && sent < 1<<10; sent++ {
				_, err = io.WriteString(conn, "100000\r\n"+megabyte+"\r\n")
			}
			var timeout net.Error
			if err == nil || errors.As(err, &timeout) && timeout.Timeout() {
				b.t.Errorf("%d MiB were taken of %.100q", sent, one)
			}
			_ = conn.Close()
		}
		w, err := b.proved()
		if err != nil {
			b.t.Error(err)
			return
		}
		_, _ = w.Write([]byte{0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4})
		if _, err = io.Copy(io.Discard, w.read); err != nil {
			var timeout net.Error
			if errors.As(err, &timeout) && timeout.Timeout() {
				b.t.Error("it waits for a gigabyte of a frame")
			}
		}
		_ = w.Close()
	}
}

// crowd opens n connections that say nothing and stay; half of them ask for a
// socket first. While they stand there a new caller is served.
func (b *besieged) crowd(n int) {
	var open []net.Conn
	defer func() {
		for _, conn := range open {
			_ = conn.Close()
		}
	}()
	for i := range n {
		conn, err := net.Dial("tcp4", b.address)
		if err != nil {
			b.t.Errorf("connection %d: %v", i, err)
			return
		}
		open = append(open, conn)
		if i%2 == 0 {
			_, _ = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
				"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", wire.SocketPath, b.address)
		}
		if i%500 == 499 {
			b.progress(fmt.Sprintf("with %d connections", i+1), 5)
		}
	}
	call, err := b.dial(b.t.Context())
	if err != nil {
		b.t.Errorf("beside %d silent callers a new one is not served: %v", n, err)
		return
	}
	call.Close()
}

// TestReplay sends a thousand handshakes and a thousand requests again that were
// recorded on the way: no proof is taken twice, no mark is made twice, and after
// a restart no token opens anything.
func TestReplay(t *testing.T) {
	const n = 1_000
	b := besiege(t, func(*besieged) {})
	next := 1_000_000
	var proofs [][]byte
	var requests []string
	for range n {
		w, data, err := b.upgrade()
		if err != nil {
			t.Fatal(err)
		}
		var challenge wire.Challenge
		if err := socket.Decode(data, &challenge); err != nil {
			t.Fatal(err)
		}
		proof := frame(0x81, mustJSON(b.proof(challenge.Nonce)))
		if _, err = w.Write(proof); err == nil {
			data, err = w.message()
		}
		if err != nil || !bytes.Contains(data, []byte("welcome")) {
			t.Fatalf("the control: a fresh proof got %s, %v", data, err)
		}
		_ = w.Close()
		proofs = append(proofs, proof)
		body := mustJSON(wire.MarksBody{Marks: newMarks(&next, 1)})
		requests = append(requests, fmt.Sprintf("POST /v1/marks HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer TOKEN\r\n"+
			"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", b.address, len(body), body))
	}
	accepted := 0
	for _, proof := range proofs {
		w, _, err := b.upgrade()
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Write(proof)
		data, err2 := w.message()
		if err != nil || err2 == nil && bytes.Contains(data, []byte("welcome")) {
			accepted++
		}
		_ = w.Close()
	}
	if accepted > 0 {
		t.Errorf("%d of %d proofs were taken twice", accepted, n)
	}
	post := func(request, token string) string {
		heard, err := b.say(strings.Replace(request, "TOKEN", token, 1), false)
		if err != nil {
			t.Fatal(err)
		}
		return string(heard)
	}
	token := b.token()
	for _, request := range requests {
		if got := post(request, token); !strings.Contains(got, `"marked"`) {
			t.Fatalf("the control: a fresh request got %s", got)
		}
	}
	var before, after wire.Status
	status := func(into *wire.Status) {
		call, err := b.dial(t.Context())
		if err == nil {
			err = call.Get(t.Context(), "/v1/status", into)
			call.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b.end() // the good client marks too
	status(&before)
	for _, request := range requests {
		if got := post(request, token); !strings.Contains(got, " 200 ") {
			t.Fatalf("sent again, a request got %s", got)
		}
	}
	status(&after)
	if before.Records != after.Records || before.Buyers != after.Buyers {
		t.Errorf("replayed requests made %d records of %d", after.Records, before.Records)
	}
	b.kill(t)
	b.doomed.start(t)
	opened := 0
	for _, request := range requests {
		if post(request, token) != "" {
			opened++
		}
	}
	if opened > 0 {
		t.Errorf("after a restart %d recorded requests were answered", opened)
	}
	t.Logf("%d proofs and %d requests sent again: 0 taken twice, 0 answered after a restart", len(proofs), 2*len(requests))
}
