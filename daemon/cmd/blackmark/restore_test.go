package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"blackmark/daemon/cloud"
	"blackmark/daemon/cloudlink"
	"blackmark/daemon/disk"
	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// What was put on marketplaces' lists, and imports with their undo, are in a backup:
// another computer has them after the restore. Where something is known of the lists
// already, that stays: it is what stands there now.
func TestRestoreBringsListsAndImports(t *testing.T) {
	first := openShop(t, filepath.Join(t.TempDir(), "data"))
	name := buyer.Key{Marketplace: "ebay", Kind: "username", ID: "made_up.one"}
	_, err := first.natives.Plan("ebay", []buyer.Key{name}, false)
	first.ok(err)
	table := "marketplace,kind,id,reason\naliexpress,ali_id,90000077,returns\n"
	run, err := first.transfers.Import(strings.NewReader(table), func(bool) {}, wire.ImportQuery{Format: "csv"})
	first.ok(err)
	first.eventually("the import is done", func() bool {
		i, err := first.transfers.Status(run.ID)
		return err == nil && i.State == wire.ImportDone
	})
	made, err := first.Take(t.Context())
	first.ok(err)
	write, err := first.Save(wire.BackupRead{Name: made.Name, Plain: true})
	first.ok(err)
	var file bytes.Buffer
	first.ok(write(&file))
	first.stop()

	for _, known := range []bool{false, true} {
		dir := filepath.Join(t.TempDir(), "data")
		other := openShop(t, dir)
		if known {
			_, err := other.natives.Plan("ebay", []buyer.Key{{Marketplace: "ebay", Kind: "username", ID: "made_up.two"}}, false)
			other.ok(err)
		}
		adopted, err := other.Adopt(bytes.NewReader(file.Bytes()), "")
		other.ok(err)
		_, err = other.Restore(t.Context(), wire.RestoreQuery{Backup: adopted.Name})
		other.ok(err)
		other.stop()
		again := openShop(t, dir)
		var there []string
		again.natives.Each(func(n wire.Native) { there = append(there, n.Key.ID) })
		want := "made_up.one"
		if known {
			want = "made_up.two"
		}
		if len(there) != 1 || there[0] != want {
			t.Errorf("known %v: on lists: %v", known, there)
		}
		if i, err := again.transfers.Status(run.ID); err != nil || i.Marked != 1 {
			t.Errorf("known %v: the import: %+v, %v", known, i, err)
		}
		again.stop()
	}
}

// shop is a seller's daemon in this process.
type shop struct {
	*Main
	t    *testing.T
	stop func()
}

func openShop(t *testing.T, dir string) *shop {
	t.Helper()
	m, err := NewMain(Config{Dir: dir, Ports: []int{0}, MinFree: 1 << 20, Log: slog.New(slog.DiscardHandler),
		Pace: cloudlink.Pace{Sync: time.Second, Background: time.Second, Rejudge: time.Second, Poll: 20 * time.Millisecond, MaxBackoff: time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	s := &shop{Main: m, t: t}
	closed := false
	s.stop = func() {
		if closed {
			return
		}
		closed = true
		cancel()
		s.ok(<-done)
		s.ok(m.Close())
	}
	t.Cleanup(s.stop)
	return s
}

func (s *shop) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// marks sells to a buyer and marks him. It gives the id of the mark.
func (s *shop) marks(i int, reason string) string {
	s.t.Helper()
	_, err := s.orders.See(s.t.Context(), []orders.Sighting{{Marketplace: "aliexpress", Number: fmt.Sprint(8_012_345_678_900_000 + i),
		Keys: []buyer.Key{keyOf(i)}, Name: "Made Up", Source: orders.FromDefinition}})
	s.ok(err)
	outcomes, err := s.ledger.Mark(s.t.Context(), []ledger.NewMark{{ID: newID(), Keys: []buyer.Key{keyOf(i)}, Reason: reason, Via: ledger.ViaCLI}})
	s.ok(err)
	if outcomes[0].Problem != nil {
		s.t.Fatal(outcomes[0].Problem)
	}
	return outcomes[0].Mark.ID
}

func (s *shop) shares(mark string) {
	s.t.Helper()
	s.ok(s.cloud.Share(s.t.Context(), wire.ShareQuery{Mark: mark}))
}

func (s *shop) eventually(what string, holds func() bool) {
	s.t.Helper()
	for end := time.Now().Add(5 * patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			state, err := s.cloud.State()
			s.t.Fatalf("never: %s; %+v %v %v", what, state, state.Problem, err)
		}
	}
}

// drained waits until n marks are shared and nothing waits.
func (s *shop) drained(n int) {
	s.t.Helper()
	s.eventually(fmt.Sprint(n, " marks are shared"), func() bool {
		state, err := s.cloud.State()
		return err == nil && state.Shared == n && state.Outbox == 0
	})
}

func (s *shop) marked() (ids []string) {
	s.t.Helper()
	s.ok(s.ledger.Each(s.t.Context(), func(m ledger.Mark) error {
		ids = append(ids, m.Keys[0].ID+" "+m.Reason)
		return nil
	}))
	slices.Sort(ids)
	return ids
}

// A backup is restored on a second machine while the first goes on. No id is given
// twice, and the cloud counts the account once, whoever of both told it.
func TestRestoredCopyGoesOnBesideTheFirst(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	sky := friendsFolder(t, ctx)
	reports := func() (n int) {
		var stats cloud.ServerStats
		operate(t, sky, "stats", struct{}{}, &stats)
		for _, l := range stats.Lists {
			n += l.Reports
		}
		return n
	}
	first := openShop(t, filepath.Join(t.TempDir(), "one"))
	first.ok(first.cloud.Join(t.Context(), invited(t, sky)))
	first.ok(first.cloud.Set(wire.SharingSettings{Delay: 0, Threshold: 1}))
	ids := map[string]bool{}
	for i := range 3 {
		id := first.marks(i, "returns")
		ids[id] = true
		first.shares(id)
	}
	first.drained(3)
	made, err := first.Take(t.Context())
	first.ok(err)
	file, err := os.ReadFile(filepath.Join(first.config.Dir, backupsDir, made.Name))
	first.ok(err)

	dir := filepath.Join(t.TempDir(), "two")
	empty := openShop(t, dir)
	deviceBefore, err := empty.folder.DeviceID()
	empty.ok(err)
	taken, err := empty.Adopt(bytes.NewReader(file), "")
	empty.ok(err)
	r, err := empty.Restore(t.Context(), wire.RestoreQuery{Backup: taken.Name})
	if err != nil || !r.Restored || r.Now != 0 || r.Then != 3 || r.Gained != 3 || r.Lost != 0 {
		t.Fatalf("%+v %v", r, err)
	}
	empty.stop()
	second := openShop(t, dir)
	if got := second.marked(); !slices.Equal(got, first.marked()) {
		t.Fatalf("%v", got)
	}
	one, err := first.folder.DeviceID()
	first.ok(err)
	two, err := second.folder.DeviceID()
	second.ok(err)
	if one == two || two == deviceBefore {
		t.Error("the restored copy has the device id of another")
	}
	if first.ledger.Head().ID == second.ledger.Head().ID || first.ledger.Head().Chain == second.ledger.Head().Chain {
		t.Error("two journals pass for one")
	}

	// Both go on, on a buyer each of their own and on one that both know.
	for i, s := range []*shop{first, second} {
		fresh := s.marks(10+i, "unpaid")
		again := s.marks(0, []string{"extortion", "harassment"}[i])
		for _, id := range []string{fresh, again} {
			if ids[id] {
				t.Error("an id was given twice")
			}
			ids[id] = true
		}
		s.shares(fresh)
	}
	first.drained(4)
	second.drained(4)
	if n := reports(); n != 5 {
		t.Errorf("the cloud holds %d reports of one account on 5 buyers", n)
	}

	// What a third seller sees; and the control: his own report is one more.
	other := openShop(t, filepath.Join(t.TempDir(), "three"))
	other.ok(other.cloud.Join(t.Context(), invited(t, sky)))
	other.ok(other.cloud.Set(wire.SharingSettings{Delay: 0, Threshold: 1}))
	for _, i := range []int{0, 1, 2, 10, 11} {
		other.eventually(fmt.Sprint("buyer ", i, " is counted once"), func() bool {
			all := other.cloud.Lookup("", "", [][]buyer.Key{{keyOf(i)}})
			return len(all) == 1 && all[0].State == wire.OthersChecked && all[0].Total == 1
		})
	}
	other.shares(other.marks(1, "unpaid"))
	other.drained(1)
	if n := reports(); n != 6 {
		t.Errorf("the control: with another seller's there are %d reports", n)
	}
	first.eventually("the first sees the other, and not itself or its copy", func() bool {
		all := first.cloud.Lookup("", "", [][]buyer.Key{{keyOf(1)}, {keyOf(2)}})
		return len(all) == 2 && all[0].State == wire.OthersChecked && all[0].Total == 1 && all[1].Total == 0
	})
}

// On the same machine: what is shared and is not in the backup is taken back from
// the cloud, and what is marked anew is shared by itself again.
func TestRestoreTakesBackWhatItDoesNotHold(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	sky := friendsFolder(t, ctx)
	dir := filepath.Join(t.TempDir(), "data")
	s := openShop(t, dir)
	s.ok(s.cloud.Join(t.Context(), invited(t, sky)))
	s.ok(s.cloud.Set(wire.SharingSettings{Delay: 0, Threshold: 1, Auto: []string{"unpaid"}}))
	s.shares(s.marks(0, "returns"))
	s.drained(1)
	made, err := s.Take(t.Context())
	s.ok(err)
	for i := 1; i < 4; i++ {
		s.shares(s.marks(i, "returns"))
	}
	s.drained(4)
	r, err := s.Restore(t.Context(), wire.RestoreQuery{Backup: made.Name})
	if err != nil || r.Lost != 3 || r.Gained != 0 {
		t.Fatalf("%+v %v", r, err)
	}
	s.stop()
	s = openShop(t, dir)
	s.drained(1)
	s.marks(20, "unpaid")
	s.drained(2)
}

// before and after are the two states between which a restore goes.
func restorable(t *testing.T) (dir, name string, before, after []string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	s := openShop(t, dir)
	for i := range 4 {
		s.marks(i, "returns")
	}
	made, err := s.Take(t.Context())
	s.ok(err)
	after = s.marked()
	s.marks(2, "unpaid")
	s.marks(7, "unpaid")
	before = s.marked()
	s.stop()
	return dir, made.Name, before, after
}

// Every step on the disk that puts the new data in the place of the old fails in
// turn (every fifth, unless BLACKMARK_TEST_LONG is set), and all after it. The next start finds one of both, whole, and can write.
func TestRestoreCutShortAtEveryStep(t *testing.T) {
	from, name, before, after := restorable(t)
	ended := errors.New("the process ended")
	seen := map[string]int{}
	stride := 5
	if os.Getenv("BLACKMARK_TEST_LONG") != "" {
		stride = 1
	}
	for n := 0; n < 200; n += stride {
		dir := filepath.Join(t.TempDir(), "data")
		copyFolder(t, from, dir)
		s := openShop(t, dir)
		steps := 0
		disk.SetFault(func(_ disk.Step, path string) error {
			// What is made on the stage, and the stores' own work, has other tests.
			where, err := filepath.Rel(dir, path)
			inside := strings.Split(filepath.ToSlash(where), "/")
			if err != nil || len(inside) > 2 || len(inside) == 2 && !strings.HasPrefix(inside[0], "before-") {
				return nil
			}
			if steps++; steps > n {
				return ended
			}
			return nil
		})
		r, err := s.Restore(t.Context(), wire.RestoreQuery{Backup: name})
		disk.SetFault(nil)
		s.stop()
		s = openShop(t, dir)
		got := s.marked()
		switch {
		case slices.Equal(got, before):
			seen["before"]++
		case slices.Equal(got, after):
			seen["after"]++
		default:
			t.Fatalf("step %d: neither the old nor the new list: %v", n, got)
		}
		if r.Restored && !slices.Equal(got, after) {
			t.Fatalf("step %d: it was said to be restored", n)
		}
		s.marks(30, "returns")
		s.stop()
		if err == nil {
			break
		}
	}
	if seen["before"] < 1 || seen["after"] < 2 {
		t.Errorf("%v: this test shows little", seen)
	}
}

// The daemon is killed at any moment of a restore.
func TestKilledDuringRestore(t *testing.T) {
	rounds := 8
	if os.Getenv("BLACKMARK_TEST_LONG") != "" {
		rounds = 100
	}
	from, name, before, after := restorable(t)
	random := rand.New(rand.NewPCG(7, 2026))
	seen := map[string]int{}
	for round := range rounds {
		d := newDoomed(t)
		copyFolder(t, from, d.data)
		d.start(t)
		began := make(chan struct{})
		go func() {
			call, err := d.dial(context.Background())
			close(began)
			if err != nil {
				return
			}
			defer call.Close()
			_ = call.Post(context.Background(), "/v1/restore", wire.RestoreQuery{Backup: name}, &wire.Restore{})
		}()
		<-began
		<-time.After(time.Duration(random.IntN(1200)) * time.Millisecond) // some moment of it
		d.kill(t)
		d.start(t)
		var got []string
		for _, m := range d.list(t) {
			got = append(got, m.Keys[0].ID+" "+m.Reason)
		}
		slices.Sort(got)
		switch {
		case slices.Equal(got, before):
			seen["before"]++
		case slices.Equal(got, after):
			seen["after"]++
		default:
			t.Fatalf("round %d: neither the old nor the new list: %v", round, got)
		}
		d.kill(t)
	}
	t.Logf("killed %d times: %v", rounds, seen)
}

// A file goes in and out through the daemon's door, encrypted and plain.
func TestBackupThroughTheDoor(t *testing.T) {
	from, name, _, after := restorable(t)
	d := newDoomed(t)
	copyFolder(t, from, d.data)
	d.start(t)
	call, err := d.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer call.Close()
	want, err := os.ReadFile(filepath.Join(d.data, backupsDir, name))
	if err != nil {
		t.Fatal(err)
	}
	var plain, sealed bytes.Buffer
	if err := call.Download(t.Context(), "/v1/backups/read", wire.BackupRead{Name: name, Plain: true}, &plain); err != nil || !bytes.Equal(plain.Bytes(), want) {
		t.Fatalf("%d bytes, %v", plain.Len(), err)
	}
	const phrase = "four made-up words here"
	if err := call.Download(t.Context(), "/v1/backups/read", wire.BackupRead{Name: name, Passphrase: phrase}, &sealed); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		q    wire.BackupRead
		want string
	}{
		{wire.BackupRead{Name: name}, "backup_plain_or_passphrase"},
		{wire.BackupRead{Name: name, Passphrase: "short"}, "passphrase_short"},
		{wire.BackupRead{Name: "../local.key", Plain: true}, "backup_unknown"},
	} {
		if err := call.Download(t.Context(), "/v1/backups/read", c.q, &plain); err == nil || !strings.Contains(fmt.Sprintf("%#v", err), c.want) {
			t.Errorf("%+v: %v", c.q, err)
		}
	}
	file, err := call.Upload(t.Context(), bytes.NewReader(sealed.Bytes()), int64(sealed.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var r wire.Restore
	err = call.Post(t.Context(), "/v1/restore", wire.RestoreQuery{Upload: file.ID, Passphrase: "another phrase"}, &r)
	if err == nil || !strings.Contains(err.Error(), "does not open this file") {
		t.Fatal(err)
	}
	if err := call.Post(t.Context(), "/v1/restore", wire.RestoreQuery{Upload: file.ID, Passphrase: phrase}, &r); err != nil || !r.Restored || r.Backup.Name != name {
		t.Fatalf("%+v %v", r, err)
	}
	var got []string
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		again, err := d.dial(t.Context())
		if err == nil {
			again.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the daemon does not come back:", err)
		}
	}
	for _, m := range d.list(t) {
		got = append(got, m.Keys[0].ID+" "+m.Reason)
	}
	if slices.Sort(got); !slices.Equal(got, after) {
		t.Errorf("%v", got)
	}
}
