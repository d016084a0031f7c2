package disk_test

import (
	"os"
	"path/filepath"
	"testing"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
)

// A process that was killed while Badger made or deleted a log leaves an empty
// file: the database opens all the same, and with all it had.
func TestOpenBadgerBesideAnEmptyLog(t *testing.T) {
	for _, empty := range []string{"00007.mem", "000007.vlog"} {
		t.Run(empty, func(t *testing.T) {
			dir := t.TempDir()
			db, err := disk.OpenBadger(disk.Badger(dir))
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Update(func(txn *badger.Txn) error { return txn.Set([]byte("key"), []byte("value")) }); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, empty), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			// The control: Badger alone refuses, else OpenBadger is not needed any more.
			if db, err := badger.Open(disk.Badger(dir)); err == nil {
				_ = db.Close()
				t.Fatal("Badger opens by itself: disk.OpenBadger can go")
			}
			if err := os.WriteFile(filepath.Join(dir, empty), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if db, err = disk.OpenBadger(disk.Badger(dir)); err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			err = db.View(func(txn *badger.Txn) error { _, err := txn.Get([]byte("key")); return err })
			if err != nil {
				t.Error("what was stored is gone:", err)
			}
		})
	}
}
