package cloud_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"blackmark/daemon/cloud"
	"blackmark/shared/wire"
)

// The test binary runs itself as the server that is killed.
const childDir = "BLACKMARK_TEST_CLOUD_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, serveUntilKilled(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func serveUntilKilled(dir string) error {
	s := friends()
	s.Interval = 1 // so that it publishes while it is killed
	server, err := cloud.Open(cloud.Config{Dir: dir, Addr: "127.0.0.1:0", Settings: s})
	if err != nil {
		return err
	}
	fmt.Println(server.Address())
	return server.Serve(context.Background())
}

// spawn starts the server as a process and gives its address.
func spawn(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^$")
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = cmd.Wait()
		t.Fatalf("the server did not start: %v\n%s", err, stderr.String())
	}
	return cmd, strings.TrimSpace(line)
}

// A thousand reports or more, every request delivered at least twice, and the server
// killed ten times while they come: it holds each once, and what it acknowledged
// it never forgot.
func TestKilledWhileSharing(t *testing.T) {
	st := &stage{t: t, dir: t.TempDir(), clock: &clock{now: time.Now()}}
	cmd, address := spawn(t, st.dir)
	var invited cloud.Invited
	st.do("invite", cloud.InviteQuery{Uses: 1, Days: 1}, &invited)
	i := parse(t, invited.Invitation)
	s := client(t, address, i.Root, time.Now)
	s.must(s.join(i.Token))
	var shares []wire.Share
	for range 1000 {
		shares = append(shares, s.report(madeUp(), "returns"))
	}

	kills, acked := 0, map[string]wire.ShareOutcome{}
	killed := make(chan struct{}) // closed once the process is dead
	arm := func() {
		dead, victim := make(chan struct{}), cmd
		killed = dead
		time.AfterFunc(time.Duration(1+rand.IntN(25))*time.Millisecond, func() {
			_ = victim.Process.Kill()
			_ = victim.Wait()
			close(dead)
		})
	}
	arm()
	for sent := 0; sent < len(shares) || kills < 10; {
		if sent == len(shares) {
			shares = append(shares, s.report(madeUp(), "returns"))
		}
		batch := shares[sent:min(sent+5, len(shares))]
		whole := true
		for range 2 {
			var out wire.ShareOutcomes
			if err := s.call(http.MethodPost, "/v1/shares", wire.SharesBody{Shares: batch}, &out); err != nil {
				whole = false
				break
			}
			for _, o := range out.Outcomes {
				if before, known := acked[o.ID]; o.Code != "" || known && before != o {
					t.Fatalf("acknowledged %+v, then %+v", before, o)
				}
				acked[o.ID] = o
			}
		}
		if whole {
			sent += len(batch)
			continue
		}
		<-killed // nothing else ends a request
		kills++
		cmd, address = spawn(t, st.dir)
		again := client(t, address, s.root, time.Now)
		again.joined, again.device, again.epoch = s.joined, s.device, 1
		s = again
		if kills < 10 {
			arm()
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()

	st.log = &bytes.Buffer{}
	st.start(friends())
	t.Cleanup(st.stop)
	s = s.at(st)
	st.publish()
	st.do("verify", struct{}{}, &struct{}{})
	rows := 0
	st.records(func(key, _ []byte) {
		if key[0] == 'r' {
			rows++
		}
	})
	list := s.list()
	if rows != len(shares) || int(list.Header().Count) != len(shares) {
		t.Errorf("%d reports and %d buyers of %d", rows, list.Header().Count, len(shares))
	}
	for entry := range list.All() {
		if entry.Counts[0] != 1 {
			t.Errorf("a buyer has %v", entry.Counts)
		}
	}
}
