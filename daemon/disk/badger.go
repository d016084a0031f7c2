package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// Badger is the options for a small index on a seller's computer: tens of
// megabytes of memory and disk, where the defaults map two gigabytes.
//
// Checksums are verified when a table is opened and in no other mode: the
// others answer from flipped bytes, hide keys, or end the process. OpenBadger
// does it itself where it can.
// SyncWrites is off: what is stored here is either rebuilt from a journal
// that is flushed, or may be lost; and msync is not a promise on every system.
func Badger(dir string) badger.Options {
	return badger.DefaultOptions(dir).
		WithLogger(nil).
		WithSyncWrites(false).
		WithMemTableSize(8 << 20).
		WithNumMemtables(2).
		WithNumLevelZeroTables(2).
		WithNumLevelZeroTablesStall(4).
		WithBaseTableSize(8 << 20).
		WithValueLogFileSize(16 << 20).
		WithValueThreshold(64 << 10).
		WithNumCompactors(2). // one is refused
		WithNumGoroutines(2).
		WithCompression(options.None).
		WithBlockCacheSize(0). // only valid without compression and encryption
		WithIndexCacheSize(8 << 20).
		WithChecksumVerificationMode(options.OnTableRead).
		WithMetricsEnabled(false).
		WithDetectConflicts(false). // one writer
		WithCompactL0OnClose(true)
}

// OpenBadger opens a database that may have been killed. While Badger makes a log
// or deletes one there is a moment in which the file is empty; a process that ends
// then leaves it behind, and Badger refuses to open beside it for ever. Such a file
// holds nothing: it was not written to yet, or all of it is in a table. One that
// was closed by CloseBadger and is not as it was left is not opened.
//
// An error is ErrDamaged where the files do not hold together; ErrHeld and
// ErrUnopened say nothing of them.
func OpenBadger(o badger.Options) (*badger.DB, error) {
	if !o.InMemory {
		if err := prepare(&o); err != nil {
			return nil, unopened(err)
		}
	}
	return openFree(o)
}

// prepare brings the files of a database to a state that Badger can judge.
func prepare(o *badger.Options) error {
	if err := Try(Load, o.Dir); err != nil {
		return err
	}
	if err := finishSwap(o.Dir); err != nil {
		return err
	}
	if err := breakSeal(o.Dir); err != nil {
		return err
	}
	if err := checkManifest(o.Dir); err != nil {
		return err
	}
	if err := checkTables(o); err != nil {
		return err
	}
	for _, dir := range []string{o.Dir, o.ValueDir} {
		if err := removeEmptyLogs(dir); err != nil {
			return err
		}
	}
	return nil
}

func removeEmptyLogs(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if kind := filepath.Ext(e.Name()); kind != ".mem" && kind != ".vlog" {
			continue
		}
		info, err := e.Info()
		if err == nil && info.Size() == 0 {
			err = os.Remove(filepath.Join(dir, e.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
