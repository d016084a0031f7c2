package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// On small disks that fill up the daemon lives, refuses with 507, keeps every mark
// and every order that it acknowledged, starts on the full disk, and goes on when
// there is space again. It needs the right to mount a small disk.
func TestFullDisks(t *testing.T) {
	for _, size := range []int{8, 16, 32} { // MiB
		t.Run(fmt.Sprint(size, "MiB"), func(t *testing.T) { fillDisk(t, size<<20) })
	}
}

// The control: a daemon that does not look at the free space dies on a full disk.
func TestFullDiskControl(t *testing.T) {
	f := onSmallDisk(t, 8<<20)
	f.minFree = 1
	f.start()
	for n := 1; n < 400; n++ {
		if _, err := fmt.Fprintln(f.ask, n); err != nil {
			return
		}
		if _, err := f.answers.ReadBytes('\n'); err != nil {
			return
		}
	}
	t.Error("it lives: nothing has to look at the free space")
}

// onSmallDisk is a daemon, not started yet, on a disk of its own.
func onSmallDisk(t *testing.T, size int) *full {
	t.Helper()
	mount := t.TempDir()
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", size)); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: a full disk; it needs root to mount one: %v", err)
	}
	// Detached: a store that was left open on the full disk still holds it.
	t.Cleanup(func() { _ = syscall.Unmount(mount, syscall.MNT_DETACH) })
	f := &full{doomed: newDoomed(t), t: t, ballast: filepath.Join(mount, "ballast"), minFree: size / 3,
		marks: map[string]bool{}, orders: map[string]bool{}}
	f.data = filepath.Join(mount, "data")
	self, err := os.Executable()
	f.must(err)
	f.program = filepath.Join(t.TempDir(), "cramped")
	f.must(os.Symlink(self, f.program))
	return f
}

func fillDisk(t *testing.T, size int) {
	f := onSmallDisk(t, size)
	f.must(os.WriteFile(f.ballast, make([]byte, size/4), 0o600))
	f.start()
	for n := 0; ; n++ {
		if n == 400 {
			t.Fatal("the disk does not fill up")
		}
		sightErr, markErr := f.see(n), f.mark(n)
		if sightErr == nil && markErr == nil {
			continue
		}
		f.refused(sightErr)
		f.refused(markErr)
		if sightErr != nil && markErr != nil {
			break
		}
	}
	if len(f.marks) == 0 || len(f.orders) == 0 {
		t.Fatalf("%d marks and %d orders were taken: the disk was full from the beginning", len(f.marks), len(f.orders))
	}
	f.whole()
	// Somebody else takes the rest, to the last byte.
	rest := f.ballast + "-of-somebody"
	_ = os.WriteFile(rest, make([]byte, size), 0o600)
	f.refused(f.mark(1000))
	f.refused(f.see(1000))
	if len(f.list(t)) != len(f.marks) {
		t.Fatal("marks are missing on the full disk")
	}
	f.stop()
	f.start()
	f.refused(f.mark(1001))
	f.refused(f.see(1001))
	if len(f.list(t)) != len(f.marks) {
		t.Fatal("marks are missing after a start on the full disk")
	}
	f.stop()
	f.must(os.Remove(rest))
	f.must(os.Remove(f.ballast))
	f.start()
	f.whole()
	f.must(f.see(1002))
	f.must(f.mark(1002))
	f.stop()
	f.start()
	f.whole()
	f.stop()
	t.Logf("%d marks and %d orders", len(f.marks), len(f.orders))
}

// full is a daemon on a small disk, in a process of its own, because Badger ends
// the process that meets a full disk; and what it acknowledged.
type full struct {
	*doomed
	t       *testing.T
	ballast string
	minFree int
	ask     io.Writer
	answers *bufio.Reader
	marks   map[string]bool // by the buyer's id
	orders  map[string]bool // by number
}

func init() { programs["cramped"] = cramped }

// cramped is the daemon with another limit of free space: cramped FOLDER
// BYTES. What pages show comes as numbers over its standard input: n is a page of a
// hundred orders, 0 asks for all orders. It ends when that is closed.
func cramped() {
	complain := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	terminal := &terminal{env: os.Getenv}
	ports, err := terminal.ports()
	complain(err)
	minFree, err := strconv.Atoi(os.Args[2])
	complain(err)
	m, err := NewMain(Config{Dir: os.Args[1], Ports: ports, MinFree: uint64(minFree), Log: slog.New(slog.DiscardHandler)})
	complain(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	out := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		n, err := strconv.Atoi(lines.Text())
		complain(err)
		if n == 0 {
			var all []string
			complain(m.orders.Each(ctx, func(o orders.Order) bool { all = append(all, o.Number); return true }))
			complain(out.Encode(all))
			continue
		}
		_, err = m.orders.See(ctx, sightings(n))
		complain(out.Encode(problem.Of(err)))
	}
	cancel()
	complain(<-done)
	complain(m.Close())
}

func sightings(n int) (list []orders.Sighting) {
	for i := range 100 {
		list = append(list, orders.Sighting{Marketplace: "aliexpress", Number: fmt.Sprint(8_012_345_600_000_000 + n*100 + i),
			Keys: []buyer.Key{keyOf(n*100 + i)}, Name: "Made Up", Source: orders.FromDefinition})
	}
	return list
}

func (f *full) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *full) start() {
	f.t.Helper()
	f.process = exec.Command(f.program, f.data, fmt.Sprint(f.minFree))
	f.process.Env = append(os.Environ(), portsVariable+"="+f.portList)
	f.process.Stderr = f.stderr
	in, err := f.process.StdinPipe()
	f.must(err)
	out, err := f.process.StdoutPipe()
	f.must(err)
	f.must(f.process.Start())
	f.ask, f.answers = in, bufio.NewReader(out)
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		call, err := f.dial(f.t.Context())
		if err == nil {
			call.Close()
			return
		}
		if time.Now().After(end) {
			f.t.Fatalf("the daemon does not answer: %v", err)
		}
	}
}

func (f *full) stop() {
	f.t.Helper()
	f.must(f.ask.(io.Closer).Close())
	err := f.process.Wait()
	f.process = nil
	f.must(err)
}

// said sends a number and reads the answer.
func (f *full) said(n int, into any) {
	f.t.Helper()
	_, err := fmt.Fprintln(f.ask, n)
	f.must(err)
	line, err := f.answers.ReadBytes('\n')
	if err != nil {
		f.t.Fatalf("the daemon died: %v", err)
	}
	f.must(json.Unmarshal(line, into))
}

// refused checks that an error is the one of a full disk, if it is one.
func (f *full) refused(err error) {
	f.t.Helper()
	if p := problem.Of(err); err != nil && (p.Status() != 507 || p.Hint == "") {
		f.t.Fatalf("want 507 and what to do, got %v", err)
	}
}

// mark marks ten buyers through the door, with notes of 3 KB.
func (f *full) mark(n int) error {
	f.t.Helper()
	call, err := f.dial(f.t.Context())
	f.must(err)
	defer call.Close()
	var body wire.MarksBody
	for i := range 10 {
		body.Marks = append(body.Marks, wire.NewMark{ID: sampleID(), Keys: []buyer.Key{keyOf(n*10 + i)}, Reason: "returns",
			Note: strings.Repeat("字", ledger.MaxNote), Via: wire.ByLine})
	}
	var answer wire.OutcomesBody
	if err := call.Post(f.t.Context(), "/v1/marks", body, &answer); err != nil {
		return err
	}
	for i, o := range answer.Outcomes {
		if o.Result != wire.ResultMarked {
			f.t.Fatalf("%+v", o)
		}
		f.marks[body.Marks[i].Keys[0].ID] = true
	}
	return nil
}

func (f *full) see(n int) error {
	f.t.Helper()
	var refusal *problem.Error
	if f.said(n+1, &refusal); refusal != nil {
		return refusal
	}
	for _, o := range sightings(n + 1) {
		f.orders[o.Number] = true
	}
	return nil
}

// whole checks that all that was acknowledged is there.
func (f *full) whole() {
	f.t.Helper()
	there := map[string]bool{}
	for _, m := range f.list(f.t) {
		there[m.Keys[0].ID] = true
	}
	for id := range f.marks {
		if !there[id] {
			f.t.Fatal("an acknowledged mark is lost")
		}
	}
	var all []string
	f.said(0, &all)
	for number := range f.orders {
		if !slices.Contains(all, number) {
			f.t.Fatalf("of %d acknowledged orders %d are there", len(f.orders), len(all))
		}
	}
}
