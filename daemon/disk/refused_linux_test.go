package disk_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	badger "github.com/dgraph-io/badger/v4"
	"golang.org/x/sys/unix"

	"blackmark/daemon/disk"
)

const (
	handlesVariable = "BLACKMARK_TEST_HANDLES"
	dirVariable     = "BLACKMARK_TEST_DATABASE"
)

// The test's own program opens a database with few handles when it is asked to.
func TestMain(m *testing.M) {
	if n, err := strconv.ParseUint(os.Getenv(handlesVariable), 10, 64); err == nil {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: n, Max: n}); err != nil {
			panic(err)
		}
		fmt.Println(judgement(os.Getenv(dirVariable)))
		return
	}
	os.Exit(m.Run())
}

func judgement(dir string) string {
	_, err := disk.OpenBadger(disk.Badger(dir))
	switch {
	case err == nil:
		return "opened"
	case errors.Is(err, disk.ErrDamaged):
		return "damaged: " + err.Error()
	case errors.Is(err, disk.ErrUnopened):
		return "refused"
	}
	return "something else: " + err.Error()
}

// database makes a database of so many keys, closed or as a kill leaves it.
func database(t *testing.T, dir string, keys int, closed bool) {
	t.Helper()
	live := filepath.Join(t.TempDir(), "database")
	db, err := disk.OpenBadger(disk.Badger(live))
	for half := range 2 {
		if err == nil {
			err = db.Update(func(txn *badger.Txn) error {
				for i := range keys / 2 {
					if err := txn.Set(fmt.Appendf(nil, "key %d", half*keys/2+i), make([]byte, 100)); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if half == 0 && err == nil { // a table beside the log
			if err = disk.CloseBadger(db); err == nil {
				db, err = disk.OpenBadger(disk.Badger(live))
			}
		}
	}
	if err == nil && closed {
		err = disk.CloseBadger(db)
	}
	if err == nil {
		err = os.CopyFS(dir, os.DirFS(live))
	}
	if err == nil && !closed {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func keysOf(t *testing.T, dir string) (n int) {
	t.Helper()
	db, err := disk.OpenBadger(disk.Badger(dir))
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			n++
		}
		return nil
	})
	if err = errors.Join(err, disk.CloseBadger(db)); err != nil {
		t.Fatal(err)
	}
	return n
}

// hold takes the lock of a database as a process does that was just killed.
func hold(t *testing.T, dir string) (release func()) {
	t.Helper()
	f, err := os.Open(dir)
	if err == nil {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() { _ = f.Close() }
}

// A lock that is held is waited for.
func TestOpenWaitsForALock(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "database")
	database(t, dir, 10, true)
	release := hold(t, dir)
	loads := 0
	disk.SetFault(func(step disk.Step, _ string) error {
		if step == disk.Load {
			if loads++; loads == 3 {
				release()
			}
		}
		return nil
	})
	defer disk.SetFault(nil)
	if n := keysOf(t, dir); n != 10 || loads < 3 {
		t.Errorf("%d keys after %d attempts", n, loads)
	}
}

// A lock that stays held is told, and is no damage.
func TestOpenGivesUpOnALock(t *testing.T) {
	if os.Getenv("BLACKMARK_TEST_LONG") == "" {
		t.Skip("the long form, which waits ten seconds: BLACKMARK_TEST_LONG=1")
	}
	dir := filepath.Join(t.TempDir(), "database")
	database(t, dir, 10, true)
	defer hold(t, dir)()
	began := time.Now()
	if _, err := disk.OpenBadger(disk.Badger(dir)); !errors.Is(err, disk.ErrHeld) || errors.Is(err, disk.ErrDamaged) {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
}

// Whatever number of files a process may still open, a whole database is never
// called damaged, and all of it is there for the next one.
func TestFewHandles(t *testing.T) {
	const keys = 2000
	for _, closed := range []bool{true, false} {
		said := map[string]int{}
		for _, n := range []int{6, 10, 11, 12, 13, 14, 15, 16, 64} {
			dir := filepath.Join(t.TempDir(), "database")
			database(t, dir, keys, closed)
			limit := 3 * time.Second // Badger may wait for ever
			if n == 64 {             // enough of them
				limit = time.Minute
			}
			ctx, cancel := context.WithTimeout(context.Background(), limit)
			c := exec.CommandContext(ctx, os.Args[0])
			c.Env = append(os.Environ(), fmt.Sprintf("%s=%d", handlesVariable, n), dirVariable+"="+dir)
			out, err := c.Output()
			cancel()
			word := strings.TrimSpace(string(out))
			if err != nil {
				word = "ended" // on some of these Badger ends the process, or waits until there are more
			}
			said[word]++
			if word != "opened" && word != "refused" && word != "ended" {
				t.Errorf("%d handles, closed %v: %s", n, closed, word)
			}
			if there := keysOf(t, dir); there != keys {
				t.Errorf("%d handles, closed %v: %d of %d keys afterwards", n, closed, there, keys)
			}
		}
		if said["opened"] == 0 || said["refused"] == 0 {
			t.Errorf("this shows nothing: %v", said)
		}
		t.Logf("closed %v: %v", closed, said)
	}
}

// A changed byte anywhere in a table, its lengths among them, does not end the
// process: the database is damaged, closed or killed.
func TestChangedTable(t *testing.T) {
	for _, sealed := range []bool{true, false} {
		dir := filepath.Join(t.TempDir(), "database")
		database(t, dir, 200, true)
		if !sealed {
			if err := os.Remove(filepath.Join(dir, "SEALED")); err != nil {
				t.Fatal(err)
			}
		}
		tables, err := filepath.Glob(filepath.Join(dir, "*.sst"))
		if err != nil || len(tables) == 0 {
			t.Fatal(tables, err)
		}
		sample, err := os.ReadFile(tables[0])
		if err != nil {
			t.Fatal(err)
		}
		kept := filepath.Join(t.TempDir(), "kept")
		if err := os.CopyFS(kept, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		damaged, changed := 0, 0
		change := func(at int, bit byte) {
			dir := filepath.Join(t.TempDir(), "database")
			err := os.CopyFS(dir, os.DirFS(kept))
			data := slices.Clone(sample)
			data[at] ^= bit
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, filepath.Base(tables[0])), data, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			changed++
			db, err := disk.OpenBadger(disk.Badger(dir))
			switch {
			case err == nil:
				_ = db.Close()
			case errors.Is(err, disk.ErrDamaged):
				damaged++
			default:
				t.Errorf("sealed %v, byte %d: %v", sealed, at, err)
			}
		}
		step := 2003
		if os.Getenv("BLACKMARK_TEST_LONG") != "" {
			step = 1
		}
		for at := 0; at < len(sample); at += step {
			change(at, 0x80)
		}
		// The ends of the first blocks: number of entries, checksum, its length.
		for at := len(sample) - 24; at < len(sample); at++ {
			change(at, 0x40)
		}
		for end := 4096; end < min(len(sample), 2*4096); end++ {
			if binary.BigEndian.Uint32(sample[end-4:end]) == 6 && sample[end-10] == 0x10 { // a checksum of six bytes
				for at := end - 14; at < end; at++ {
					change(at, 0x80)
				}
			}
		}
		if damaged != changed {
			t.Errorf("sealed %v: %d of %d changes were noticed", sealed, damaged, changed)
		}
		t.Logf("sealed %v: %d changes", sealed, changed)
	}
}

// The control: files that are cut off, or gone, are damage wherever they do not
// open; none is taken for a refusal of the system.
func TestDamageIsNoRefusal(t *testing.T) {
	damaged := 0
	for _, closed := range []bool{true, false} {
		sample := filepath.Join(t.TempDir(), "database")
		database(t, sample, 2000, closed)
		files, err := os.ReadDir(sample)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			for _, part := range []int64{-1, 0, 50} { // per cent that are left; none: the file is gone
				dir := filepath.Join(t.TempDir(), "database")
				err := os.CopyFS(dir, os.DirFS(sample))
				path := filepath.Join(dir, file.Name())
				if err == nil && part < 0 {
					err = os.Remove(path)
				} else if err == nil {
					var info os.FileInfo
					if info, err = os.Stat(path); err == nil {
						err = os.Truncate(path, info.Size()*part/100)
					}
				}
				if err != nil {
					t.Fatal(err)
				}
				db, err := disk.OpenBadger(disk.Badger(dir))
				switch {
				case err == nil:
					_ = db.Close()
				case errors.Is(err, disk.ErrDamaged):
					damaged++
				default:
					t.Errorf("closed %v, %d %% of %s: %v", closed, part, file.Name(), err)
				}
			}
		}
	}
	if damaged == 0 {
		t.Error("nothing was damaged: this shows nothing")
	}
	t.Logf("%d times damaged", damaged)
}
