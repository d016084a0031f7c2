package cloudlink_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"blackmark/daemon/cloud"
	"blackmark/daemon/cloudlink"
	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/cloudlist"
	"blackmark/shared/wire"
)

// TestMain lets this program be a cloud server or a daemon that a test kills.
func TestMain(m *testing.M) {
	var err error
	switch os.Getenv("CLOUDLINK_TEST_ROLE") {
	case "cloud":
		err = runCloud()
	case "daemon":
		err = runDaemon()
	default:
		os.Exit(m.Run())
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// childPlan is what a child has to know.
type childPlan struct {
	Dir, Advertise, Ready string
	Now                   time.Time
	Settings              cloud.Settings
	Pace                  cloudlink.Pace
}

func readPlan() (p childPlan, err error) {
	err = json.Unmarshal([]byte(os.Getenv("CLOUDLINK_TEST_PLAN")), &p)
	return p, err
}

func (p childPlan) now() time.Time { return p.Now }

func runCloud() error {
	p, err := readPlan()
	if err != nil {
		return err
	}
	server, err := cloud.Open(cloud.Config{Dir: p.Dir, Addr: "127.0.0.1:0", Advertise: p.Advertise, Settings: p.Settings, Now: p.now})
	if err != nil {
		return err
	}
	if err := os.WriteFile(p.Ready+".new", []byte(server.Address()), 0o600); err != nil {
		return err
	}
	if err := os.Rename(p.Ready+".new", p.Ready); err != nil {
		return err
	}
	return server.Serve(context.Background())
}

func runDaemon() error {
	p, err := readPlan()
	if err != nil {
		return err
	}
	history, err := orders.Open(orders.Config{Dir: filepath.Join(p.Dir, "orders"), Now: p.now, MinFree: 1})
	if err != nil {
		return err
	}
	marks, err := ledger.Open(ledger.Config{Dir: filepath.Join(p.Dir, "ledger"), Now: p.now, MinFree: 1})
	if err != nil {
		return err
	}
	link, err := cloudlink.Open(cloudlink.Config{Dir: filepath.Join(p.Dir, "cloud"), Ledger: marks, Orders: history,
		MinFree: 1, Now: p.now, Pace: p.Pace, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		return err
	}
	return link.Run(context.Background())
}

// child is a process that can be killed.
type child struct{ process *exec.Cmd }

func startChild(t *testing.T, role string, p childPlan) *child {
	t.Helper()
	plan, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{exec.Command(os.Args[0])}
	c.process.Env = append(os.Environ(), "CLOUDLINK_TEST_ROLE="+role, "CLOUDLINK_TEST_PLAN="+string(plan))
	c.process.Stderr = os.Stderr
	if err := c.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	return c
}

func (c *child) kill() {
	if c.process == nil {
		return
	}
	_ = c.process.Process.Kill()
	_ = c.process.Wait() // it says that it was killed
	c.process = nil
}

// A thousand marks made offline; then both ends are killed ten times while they
// drain, and every request is delivered twice. In the end the cloud holds each
// once.
func TestKilledWhileTheOutboxDrains(t *testing.T) {
	const marks, kills = 1000, 10
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.stockUp(marks)
	s.join(y)
	s.ok(s.link.Share(ctx, wire.ShareQuery{}))
	s.stop()
	y.stop()
	c.move(2 * time.Minute)
	y.wire.twice.Store(true)

	ready := filepath.Join(t.TempDir(), "address")
	for round := range kills {
		_ = os.Remove(ready)
		server := startChild(t, "cloud", childPlan{Dir: y.dir, Advertise: y.wire.address, Ready: ready, Now: c.now(), Settings: y.set})
		var address []byte
		s.eventually("the cloud is up", func() bool { address, _ = os.ReadFile(ready); return len(address) > 0 })
		// The first rounds end among evaluations, the others among reports; before
		// the request arrives, or after it and before its answer does.
		path, left := "/v1/evaluate", 2+round
		if round >= 4 {
			path, left = "/v1/shares", 1+round%2
		}
		done := make(chan struct{})
		daemon := startChild(t, "daemon", childPlan{Dir: s.dir, Now: c.now(), Pace: s.pace})
		var once sync.Mutex
		killed := false
		strike := func(at string) bool {
			once.Lock()
			defer once.Unlock()
			if at != path || killed {
				return killed
			}
			if left--; left == 0 {
				killed = true
				daemon.kill()
				server.kill()
				close(done)
			}
			return killed
		}
		if round%3 == 0 {
			y.wire.body.Store(bodyWatcher(func(at string, _ []byte) { strike(at) }))
		} else {
			y.wire.meddle.Store(meddler(func(at string, body []byte) []byte {
				if strike(at) {
					return nil
				}
				return body
			}))
		}
		y.wire.open(y.dir, string(address))
		select {
		case <-done:
		case <-time.After(patience):
			daemon.kill()
			s.open()
			state := s.state()
			t.Fatalf("round %d never came to its end: %d requests to go, %+v, problem %v", round, left, state, state.Problem)
		}
		y.wire.behind.Store("")
		y.wire.body.Store(bodyWatcher(nil))
		y.wire.meddle.Store(meddler(nil))
	}
	y.start()
	s.open()
	s.eventually("all is sent", func() bool { state := s.state(); return state.Outbox == 0 && state.Shared == marks })
	y.wire.twice.Store(false)
	if n := y.reports(); n != marks {
		t.Errorf("the cloud holds %d reports of %d", n, marks)
	}
	y.publish()
	if n, most := y.counted(); n != marks || most != 1 {
		t.Errorf("the list has %d buyers, one of them %d times", n, most)
	}
	s.synced(y)
	for i := range marks {
		if got := s.others(stock(i)); got.State != wire.OthersChecked || got.Total != 0 {
			t.Fatalf("of buyer %d the seller sees %+v", i, got)
		}
	}
}

// counted is how many buyers the published list has, and the largest count.
func (y *sky) counted() (buyers, most int) {
	y.t.Helper()
	data, err := os.ReadFile(filepath.Join(y.dir, "public", "manifest"))
	if err != nil {
		y.t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	var m cloudlist.Manifest
	if err := json.Unmarshal([]byte(line), &m); err != nil {
		y.t.Fatal(err)
	}
	for _, e := range m.Lists {
		data, err := os.ReadFile(filepath.Join(y.dir, "public", e.Snapshot.String()))
		if err != nil {
			y.t.Fatal(err)
		}
		list, err := cloudlist.Open(data)
		if err != nil {
			y.t.Fatal(err)
		}
		for entry := range list.All() {
			buyers++
			sum := 0
			for _, n := range entry.Counts {
				sum += int(n)
			}
			most = max(most, sum)
		}
	}
	return buyers, most
}
