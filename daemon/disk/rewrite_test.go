package disk_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
)

func filledBadger(t *testing.T, dir string) *badger.DB {
	t.Helper()
	db, err := disk.OpenBadger(disk.Badger(dir))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		set(t, db, fmt.Sprintf("key %02d", i), "kept")
	}
	return db
}

func set(t *testing.T, db *badger.DB, key, value string) {
	t.Helper()
	if err := db.Update(func(txn *badger.Txn) error { return txn.Set([]byte(key), []byte(value)) }); err != nil {
		t.Fatal(err)
	}
}

func keys(t *testing.T, db *badger.DB) (n int) {
	t.Helper()
	err := db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func inBytes(t *testing.T, dir, text string) bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}

// What was deleted stays in Badger's files until the database is written anew.
func TestRewriteLeavesNothingDeleted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "db")
	db := filledBadger(t, dir)
	set(t, db, "deleted", "a secret that was deleted")
	if err := db.Update(func(txn *badger.Txn) error { return txn.Delete([]byte("deleted")) }); err != nil {
		t.Fatal(err)
	}
	if !inBytes(t, dir, "a secret that was deleted") {
		t.Fatal("the control: Badger forgets by itself")
	}
	if err := disk.CopyBadger(db); err != nil {
		t.Fatal(err)
	}
	db, err := disk.SwapBadger(db)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if inBytes(t, dir, "a secret that was deleted") || keys(t, db) != 50 {
		t.Errorf("%d keys, or the secret, are there", keys(t, db))
	}
}

// A process that ends in the middle of a swap leaves one of both, whole.
func TestSwapInterrupted(t *testing.T) {
	t.Cleanup(func() { disk.SetFault(nil) })
	for n := 1; ; n++ {
		dir := filepath.Join(t.TempDir(), "db")
		db := filledBadger(t, dir)
		if err := disk.CopyBadger(db); err != nil {
			t.Fatal(err)
		}
		// Every step from the n-th on fails: the process is gone.
		steps := 0
		disk.SetFault(func(disk.Step, string) error {
			if steps++; steps >= n {
				return errors.New("ended")
			}
			return nil
		})
		db, err := disk.SwapBadger(db)
		disk.SetFault(nil)
		if err == nil {
			_ = db.Close()
			if n < 5 {
				t.Fatalf("only %d steps", n-1)
			}
			return
		}
		if db == nil {
			if db, err = disk.OpenBadger(disk.Badger(dir)); err != nil {
				t.Fatalf("step %d: %v", n, err)
			}
		}
		if keys(t, db) != 50 {
			t.Errorf("step %d: %d keys", n, keys(t, db))
		}
		_ = db.Close()
		if beside, _ := filepath.Glob(dir + ".*"); len(beside) > 0 {
			t.Errorf("step %d: left %v", n, beside)
		}
	}
}

// A closed database that was changed is not opened; Badger alone opens it, and
// has lost keys without a word.
func TestSeal(t *testing.T) {
	made := filepath.Join(t.TempDir(), "db")
	db := filledBadger(t, made)
	if err := disk.CloseBadger(db); err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile(filepath.Join(made, "MANIFEST"))
	if err != nil {
		t.Fatal(err)
	}
	lost, ended := 0, 0
	for bit := range 8 * len(manifest) {
		at := bit / 8
		dir := filepath.Join(t.TempDir(), "db")
		if err := os.CopyFS(dir, os.DirFS(made)); err != nil {
			t.Fatal(err)
		}
		b := bytes.Clone(manifest)
		b[at] ^= 1 << (bit % 8)
		if err := os.WriteFile(filepath.Join(dir, "MANIFEST"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if db, err := disk.OpenBadger(disk.Badger(dir)); !errors.Is(err, disk.ErrSeal) {
			_ = db.Close()
			t.Fatalf("byte %d: %v", at, err)
		}
		// The control.
		db, err := badger.Open(disk.Badger(dir))
		if err != nil {
			ended++
			continue
		}
		if keys(t, db) < 50 {
			lost++
		}
		_ = db.Close()
	}
	if lost == 0 {
		t.Errorf("Badger loses nothing by itself (%d refused): the seal can go", ended)
	}
	t.Logf("of %d flipped bits in the manifest Badger alone refuses %d and loses keys over %d", 8*len(manifest), ended, lost)
	// A seal that does not check itself is no reason to refuse.
	seal := filepath.Join(made, "SEALED")
	if err := os.WriteFile(seal, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if db, err = disk.OpenBadger(disk.Badger(made)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(seal); err == nil {
		t.Error("an open database is sealed")
	}
	_ = db.Close()
}
