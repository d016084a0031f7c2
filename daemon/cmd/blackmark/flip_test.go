package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/cloud"
	"blackmark/daemon/disk"
	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/daemon/settings"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// How many bytes are flipped, one after the other, in a folder that was closed and
// in one whose daemon was killed.
const (
	flips     = 200
	longFlips = 5000
)

// holding is all that a data folder answers.
type holding struct {
	Marks   []ledger.Mark
	Found   []ledger.Match // by every key
	Orders  []orders.Order
	Reports int // shared
	Muted   int
	Sharing wire.SharingSettings
	Device  string
	Clients []settings.Client
	Unread  error // why device or browsers are not told
}

func keyOf(i int) buyer.Key {
	return buyer.Key{Marketplace: "aliexpress", Kind: "ali_id", ID: fmt.Sprint(90_000_000 + i)}
}

const sampleBuyers = 40

func hold(t *testing.T, m *Main) (h holding) {
	t.Helper()
	page, err := m.ledger.List(ledger.Query{Limit: ledger.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	h.Marks = page.Marks
	var lists [][]buyer.Key
	for i := range sampleBuyers {
		lists = append(lists, []buyer.Key{keyOf(i)})
	}
	if h.Found, err = m.ledger.FindAll(lists); err != nil {
		t.Fatal(err)
	}
	err = m.orders.Each(t.Context(), func(o orders.Order) bool { h.Orders = append(h.Orders, o); return true })
	if err != nil {
		h.Orders = nil // what does not read is not there
	}
	slices.SortFunc(h.Orders, func(a, b orders.Order) int { return strings.Compare(a.Number, b.Number) })
	state, err := m.cloud.State()
	if err != nil {
		t.Fatal(err)
	}
	h.Reports, h.Muted, h.Sharing = state.Shared, state.Muted, state.Settings
	var unknown, unpaired error
	h.Device, unknown = m.folder.DeviceID()
	h.Clients, unpaired = m.folder.Clients()
	h.Unread = errors.Join(unknown, unpaired)
	return h
}

// lived makes a data folder that was used: marks, some replaced and cancelled,
// orders, a browser, a cloud that was joined. It is given as a clean close and as
// a kill leave it.
func lived(t *testing.T) (closed, killed string, want holding) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	invitation := friendsCloud(t, ctx)
	closed, killed = filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "data")
	m, err := NewMain(Config{Dir: closed, Ports: []int{0}, MinFree: 1 << 20, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	running, end := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- m.Run(running) }()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range sampleBuyers {
		_, err := m.orders.See(ctx, []orders.Sighting{{Marketplace: "aliexpress", Number: fmt.Sprint(8_012_345_678_900_000 + i),
			Keys: []buyer.Key{keyOf(i)}, Name: "Made Up", Source: orders.FromDefinition}})
		must(err)
	}
	must(m.cloud.Join(ctx, invitation))
	must(m.cloud.Set(wire.SharingSettings{Delay: 0, Threshold: 1}))
	for i := range sampleBuyers {
		n := ledger.NewMark{ID: sampleID(), Keys: []buyer.Key{keyOf(i % 30)}, Reason: "returns", Name: "Made Up",
			Note: fmt.Sprintf("note %d", i), Via: ledger.ViaClick}
		list, err := m.ledger.Mark(ctx, []ledger.NewMark{n})
		must(err)
		if i%8 == 7 {
			_, err = m.ledger.Cancel(ctx, []ledger.NewCancel{{ID: sampleID(), Mark: list[0].Mark.ID}})
			must(err)
		}
	}
	must(m.cloud.Share(ctx, wire.ShareQuery{}))
	must(m.cloud.Mute(wire.MuteQuery{Keys: []buyer.Key{keyOf(39)}, On: true}))
	_, err = m.folder.DeviceID()
	must(err)
	must(m.folder.AddClient(settings.Client{ID: "one", Origin: origin, Browser: "Sample Browser", Secret: make([]byte, 32)}))
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		state, err := m.cloud.State()
		must(err)
		if state.Shared > 10 && state.Outbox == 0 && !m.ledger.Health().Rebuilding {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it never settles: %+v", state)
		}
	}
	end()
	must(<-done)
	want = hold(t, m)
	copyFolder(t, closed, killed)
	must(m.Close())
	return closed, killed, want
}

func sampleID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// friendsCloud serves a cloud for friends and gives an invitation to it.
func friendsCloud(t *testing.T, ctx context.Context) string {
	t.Helper()
	return invited(t, friendsFolder(t, ctx))
}

// friendsFolder serves a cloud for friends and names its folder.
func friendsFolder(t *testing.T, ctx context.Context) string {
	t.Helper()
	s := cloud.DefaultSettings()
	s.Quorum, s.AgeDays, s.BranchCap, s.Interval = 1, 0, 0, 1
	dir := filepath.Join(t.TempDir(), "cloud")
	server, err := cloud.Open(cloud.Config{Dir: dir, Addr: "127.0.0.1:0", Settings: s})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(dir, "api", "operator.json")); err == nil {
			return dir
		}
		if time.Now().After(deadline) {
			t.Fatal("the cloud never opens its door")
		}
	}
}

// operate asks a cloud what its operator may.
func operate(t *testing.T, dir, command string, in, out any) {
	t.Helper()
	operator, err := cloud.OpenOperator(cloud.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer operator.Close()
	if err := operator.Do(t.Context(), command, in, out); err != nil {
		t.Fatal(err)
	}
}

func invited(t *testing.T, dir string) string {
	t.Helper()
	var made cloud.Invited
	operate(t, dir, "invite", cloud.InviteQuery{Uses: 1, Days: 1}, &made)
	return made.Invitation
}

// files are those of a folder that hold anything, without locks.
func files(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "lock" || d.Name() == "LOCK" {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Size() > 0 {
			name, _ := filepath.Rel(dir, path)
			list = append(list, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// used is how long a file is without the zeros that Badger puts behind its logs.
func used(b []byte) int { return len(bytes.TrimRight(b, "\x00")) }

// quickDir is a folder in memory where there is one: what is flushed is of no
// matter here, and a busy disk takes minutes for it.
func quickDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "blackmark-flip-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// copyFolder copies a data folder, and leaves holes where a file ends in zeros.
func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(from, path)
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		}
		b, err := os.ReadFile(path)
		if err == nil {
			write(t, filepath.Join(to, name), b)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	err := os.WriteFile(path, b[:used(b)], 0o600)
	if err == nil {
		err = os.Truncate(path, int64(len(b)))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestFlippedByte flips one byte at many places of all files. Every time the whole
// data answers, or a refusal names the file and what to do: never fewer marks, and
// never others, without a word. Orders and what is shared may be lost, but are told.
func TestFlippedByte(t *testing.T) {
	closed, killed, want := lived(t)
	n := flips
	if long() {
		n = longFlips
	}
	for name, dir := range map[string]string{"closed": closed, "killed": killed} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random := mathrand.New(mathrand.NewPCG(3, 2026))
			all := files(t, dir)
			sum := map[string]int{}
			for i := range n / 2 {
				file := all[i%len(all)]
				sum[flipOne(t, dir, file, random, want)]++
			}
			if sum["whole"] == 0 || sum["refused"]+sum["read-only"] == 0 {
				t.Errorf("%v: some must answer, and some must refuse", sum)
			}
			t.Logf("%d bytes in %d files: %v", n/2, len(all), sum)
		})
	}
}

func flipOne(t *testing.T, from, file string, random *mathrand.Rand, want holding) string {
	t.Helper()
	dir := filepath.Join(quickDir(t), "data")
	copyFolder(t, from, dir)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, file)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	end := max(1, used(b))
	at, bit := random.IntN(end), byte(1)<<random.IntN(8)
	if random.IntN(4) == 0 {
		at = end - 1 - random.IntN(min(end, 24)) // ends are where lengths stand
	}
	b[at] ^= bit
	write(t, path, b)
	where := fmt.Sprintf("%s, byte %d, bit %08b", file, at, bit)
	var log bytes.Buffer
	m, err := NewMain(Config{Dir: dir, Ports: []int{0}, MinFree: 1 << 20, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		var p *problem.Error
		if !errors.As(err, &p) || p.Hint == "" || !strings.Contains(p.Message, filepath.Base(file)) {
			t.Errorf("%s: the refusal names no file, or no remedy: %v", where, err)
		}
		return "refused"
	}
	defer m.Close()
	got := hold(t, m)
	told := func(word string) bool { return strings.Contains(log.String(), word) }
	outcome := "whole"
	if !cmp.Equal(want.Orders, got.Orders) {
		outcome = "orders lost"
		if !told("the order history") {
			t.Errorf("%s: %d of %d orders, and not a word\n%s", where, len(got.Orders), len(want.Orders), log.String())
		}
	}
	if got.Device != want.Device || !cmp.Equal(want.Clients, got.Clients) {
		outcome = "browsers refused"
		if p := problem.Of(got.Unread); got.Unread == nil || p.Hint == "" || !strings.Contains(p.Message, filepath.Base(file)) {
			t.Errorf("%s: another device or other browsers, and %v", where, got.Unread)
		}
	}
	if got.Reports != want.Reports || got.Muted != want.Muted || !cmp.Equal(want.Sharing, got.Sharing) {
		outcome = "sharing refused"
		if state, err := m.cloud.State(); err == nil && state.Problem == nil {
			t.Errorf("%s: %d of %d are shared, %d muted, and not a word\n%s", where, got.Reports, want.Reports, got.Muted, log.String())
		}
	}
	h := m.ledger.Health()
	if cmp.Equal(want.Marks, got.Marks) && cmp.Equal(want.Found, got.Found) && !h.ReadOnly {
		return outcome
	}
	if !h.ReadOnly || h.Problem == nil || h.Problem.Hint == "" || !strings.Contains(h.Problem.Message, filepath.Base(file)) {
		t.Errorf("%s: %d of %d marks, and the ledger is %+v", where, len(got.Marks), len(want.Marks), h)
	}
	return "read-only"
}

// The control: Badger alone answers from a log with a flipped byte, with fewer
// marks and no error.
func TestFlippedByteControl(t *testing.T) {
	_, killed, _ := lived(t)
	dir := filepath.Join(killed, "ledger", "index")
	logs, err := filepath.Glob(filepath.Join(dir, "*.mem"))
	if err != nil || len(logs) == 0 {
		t.Fatalf("a killed index has no log: %v", err)
	}
	count := func() (n int) {
		db, err := badger.Open(disk.Badger(dir))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		_ = db.View(func(txn *badger.Txn) error {
			it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte("i/")})
			defer it.Close()
			for it.Rewind(); it.Valid(); it.Next() {
				n++
			}
			return nil
		})
		return n
	}
	path := logs[0]
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[used(b)/2] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if n := count(); n > sampleBuyers {
		t.Errorf("Badger alone still answers all %d: what guards the marks is not needed", n)
	}
}
