package disk_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
)

// A deletion that Badger forgot when it tidied up is not missed after a close.
func TestADeletionIsNotMissed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "db")
	db := filledBadger(t, dir)
	for range 3 {
		set(t, db, "deleted", "x")
		if err := db.Update(func(txn *badger.Txn) error { return txn.Delete([]byte("deleted")) }); err != nil {
			t.Fatal(err)
		}
		keys(t, db) // what nobody reads at an older version may go
		if err := disk.Acknowledge(db); err != nil {
			t.Fatal(err)
		}
		if err := disk.CloseBadger(db); err != nil {
			t.Fatal(err)
		}
		var err error
		if db, err = disk.OpenBadger(disk.Badger(dir)); err != nil {
			t.Fatal(err)
		}
		if disk.Missing(db) {
			t.Fatal("something is missed after a clean close")
		}
	}
	_ = db.Close()
}

// What a kill left is whole, or what is missing is told.
func TestMissing(t *testing.T) {
	live := filepath.Join(t.TempDir(), "db")
	db := filledBadger(t, live)
	defer db.Close()
	if err := disk.Acknowledge(db); err != nil {
		t.Fatal(err)
	}
	for _, flip := range []bool{false, true} {
		dir := filepath.Join(t.TempDir(), "db")
		if err := os.CopyFS(dir, os.DirFS(live)); err != nil {
			t.Fatal(err)
		}
		if flip {
			logs, _ := filepath.Glob(filepath.Join(dir, "*.mem"))
			b, err := os.ReadFile(logs[0])
			if err != nil {
				t.Fatal(err)
			}
			b[len(bytes.TrimRight(b, "\x00"))-3] ^= 1 // of the last record
			if err := os.WriteFile(logs[0], b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		k, err := disk.OpenBadger(disk.Badger(dir))
		if err != nil {
			t.Fatal(err)
		}
		if disk.Missing(k) != flip || (keys(t, k) == 50) == flip {
			t.Errorf("flipped %v: %d keys, missing %v", flip, keys(t, k), disk.Missing(k))
		}
		_ = k.Close()
	}
}
