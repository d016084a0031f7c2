package cloud_test

import (
	"bytes"
	"crypto/tls"
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

	"blackmark/daemon/cloud"
	"blackmark/shared/wire"
)

// TestHostileRequests sends ten thousand requests that nobody meant to a server
// in a process of its own, over TLS, and beside them callers that are slow, that
// announce a gigabyte, or only stand there. An account is served throughout.
func TestHostileRequests(t *testing.T) {
	const each = 5_000
	st := &stage{t: t, dir: t.TempDir(), clock: &clock{now: time.Now()}}
	cmd, address := spawn(t, st.dir)
	var invited cloud.Invited
	st.do("invite", cloud.InviteQuery{Uses: 1, Days: 1}, &invited)
	i := parse(t, invited.Invitation)
	s := client(t, address, i.Root, time.Now)
	s.must(s.join(i.Token))

	var peak, answers atomic.Int64
	ended := make(chan struct{})
	var working sync.WaitGroup
	working.Go(func() { // the good account
		for {
			select {
			case <-ended:
				return
			case <-time.After(20 * time.Millisecond):
			}
			peak.Store(max(peak.Load(), resident(t, cmd.Process.Pid)))
			var account wire.Account
			if err := s.call(http.MethodGet, "/v1/account", nil, &account); err != nil && codeOf(err) != "requests_often" {
				t.Errorf("the good account: %v", err)
				return
			}
			answers.Add(1)
		}
	})
	attack := func(seed uint64, n int) {
		var all sync.WaitGroup
		all.Go(func() { sendRequests(t, address, seed, n, "") })
		all.Go(func() { sendRequests(t, address, seed+1, n, s.device) })
		all.Wait()
	}
	attack(1, 1_000)
	base, before := peak.Load(), answers.Load()
	attack(3, each)
	requests := peak.Load() - base
	crowd(t, address, 2_000, func() {
		// While they stand there, another is served.
		var trust wire.Trust
		other := &seller{t: t, url: s.url, http: blindClient(t)}
		if err := other.call(http.MethodGet, "/v1/trust", nil, &trust); err != nil {
			t.Errorf("beside a crowd: %v", err)
		}
	})
	close(ended)
	working.Wait()
	all := peak.Load() - base
	// Two thousand connections hold what TLS needs to begin, and no more.
	if requests > 10<<20 || all > 32<<20 {
		t.Errorf("the server grew by %d KiB under requests, %d KiB in all", requests>>10, all>>10)
	}
	if answers.Load()-before < 20 {
		t.Errorf("the good account had %d answers", answers.Load()-before)
	}
	t.Logf("%d requests, 2000 connections: memory %d KiB before, %+d KiB under requests, %+d KiB in all; the good account had %d answers",
		2*each, base>>10, requests>>10, all>>10, answers.Load()-before)
}

// resident is a process's memory in bytes without files that are mapped.
func resident(t *testing.T, pid int) int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, after, found := strings.Cut(string(data), "RssAnon:")
	if fields := strings.Fields(after); err == nil && found && len(fields) > 0 {
		if kib, err := strconv.ParseInt(fields[0], 10, 64); err == nil {
			return kib << 10
		}
	}
	t.Errorf("no memory of process %d: %v", pid, err)
	return 0
}

// sendRequests sends n requests over TLS, each on a connection that is kept
// while the server keeps it. No answer is a mistake of the server, and who has
// no token learns nothing that is not public.
func sendRequests(t *testing.T, address string, seed uint64, n int, token string) {
	random := rand.New(rand.NewPCG(seed, 9))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	for i := range n {
		conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, SessionTicketsDisabled: true})
		if err != nil {
			t.Errorf("request %d: %v", i, err)
			return
		}
		path := pick("/v1/join", "/v1/account", "/v1/evaluate", "/v1/shares", "/v1/withdrawals", "/v1/leave/", "/v1/invitations",
			"/relay/evaluate", "/relay/cut", "/operator/stats", "/list/"+strings.Repeat("0", 64), "/list/../../root.key", "/debug/pprof/", "/")
		head := "Host: " + address + "\r\n"
		if token != "" {
			head += "Authorization: Bearer " + token + "\r\n"
		}
		body := pick("null", "7", "[]", "{}{}", "\xff\xfe", `{"shares":null}`, `{"shares":[null]}`, `{"blinded":[{}]}`, `{"epoch":1e99}`, `{"token":[]}`,
			strings.Repeat(pick("[", `{"a":`), 5000), `{"shares":[{"id":"`+strings.Repeat("x", 60_000+random.IntN(10_000))+`"}]}`)
		var request string
		switch random.IntN(8) {
		case 0:
			request = pick("GET", "PUT", "CONNECT", "G\x00T", "") + " " + path + pick(" HTTP/1.1", " HTTP/9.9", "") + "\r\n" + head + "\r\n"
		case 1:
			request = "GET " + pick(path+"?a="+token, path+"%00", "//"+path, "*", strings.Repeat("/x", 9000)) + " HTTP/1.1\r\n" + head + "\r\n"
		case 2:
			request = "POST " + path + " HTTP/1.1\r\n" + head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/account HTTP/1.1\r\n\r\n"
		case 3:
			request = "POST " + path + " HTTP/1.1\r\n" + head + "Content-Length: " + pick("1073741824", "99999999999999999999", "-1") + "\r\n\r\n{"
		case 4:
			request = "POST " + path + " HTTP/1.1\r\n" + head + "Transfer-Encoding: chunked\r\n\r\n" + pick("zz\r\n{}\r\n", "ffffffffffffffff1\r\n{}", "2\r\n{}0\r\n\r\n")
		case 5:
			b := make([]byte, random.IntN(200))
			for i := range b {
				b[i] = byte(random.Uint32())
			}
			request = string(b)
		default:
			request = fmt.Sprintf("POST %s HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s", path, head, len(body), body)
		}
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
		_, _ = io.WriteString(conn, request)
		_ = conn.CloseWrite()
		heard, err := io.ReadAll(conn)
		_ = conn.Close()
		var timeout net.Error
		switch {
		case errors.As(err, &timeout) && timeout.Timeout():
			t.Errorf("request %d: the server waits after %.80q", i, request)
			return
		case bytes.Contains(heard, []byte("HTTP/1.1 500")) || bytes.Contains(heard, []byte("panic")):
			t.Errorf("request %d: %.200q got %.300q", i, request, heard)
			return
		case token == "" && bytes.Contains(heard, []byte(" 200 ")):
			t.Errorf("request %d: a stranger's %.200q got %.300q", i, request, heard)
			return
		}
	}
}

// crowd opens n connections that say nothing, or half of a greeting of TLS, and
// keeps them while something is done.
func crowd(t *testing.T, address string, n int, while func()) {
	var open []net.Conn
	for i := range n {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Errorf("connection %d: %v", i, err)
			break
		}
		open = append(open, conn)
		if i%2 == 0 {
			_, _ = conn.Write([]byte{0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3})
		}
	}
	while()
	for _, conn := range open {
		_ = conn.Close()
	}
}

// TestReplayAtTheCloud sends a thousand recorded requests of an account again,
// twice: every buyer is counted once, an invitation makes one account, and after
// the account left none of them is taken.
func TestReplayAtTheCloud(t *testing.T) {
	settings := friends()
	settings.SharesDay, settings.SharesMax, settings.Requests = 5_000, 5_000, 1<<20
	st := open(t, settings)
	i := st.invitation(1)
	s := st.join(i)
	joined := s.joined
	var requests [][]byte
	for range 1_000 {
		body, err := json.Marshal(wire.SharesBody{Shares: []wire.Share{s.report(madeUp(), "returns")}})
		s.must(err)
		requests = append(requests, body)
	}
	send := func(body []byte) int {
		status, _ := post(t, s.http, s.url+"/v1/shares", s.device, body)
		return status
	}
	for range 3 {
		for n, body := range requests {
			if status := send(body); status != http.StatusOK {
				t.Fatalf("request %d: %d", n, status)
			}
		}
	}
	st.publish()
	if got := s.list().Header().Count; got != 1_000 {
		t.Errorf("%d buyers of 1000", got)
	}
	for entry := range s.list().All() {
		if entry.Counts[0] != 1 {
			t.Fatalf("a buyer was counted %d times", entry.Counts[0])
		}
	}
	s.must(s.joinAgain(i.Token))
	if s.joined != joined {
		t.Error("the same joining made another account")
	}
	thief := *s
	if err := thief.join(i.Token); codeOf(err) != "invitation_used" {
		t.Errorf("an invitation was used twice: %v", err)
	}
	s.must(s.call(http.MethodPost, "/v1/leave", struct{}{}, &struct{}{}))
	taken := 0
	for _, body := range requests {
		if send(body) == http.StatusOK {
			taken++
		}
	}
	if taken > 0 {
		t.Errorf("after leaving %d recorded requests were taken", taken)
	}
	st.publish()
	if got := s.list().Header().Count; got != 0 {
		t.Errorf("after leaving %d buyers are published", got)
	}
}
