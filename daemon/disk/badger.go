package disk

import (
	badger "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// Badger is the options for a small index on a seller's computer: tens of
// megabytes of memory and disk, where the defaults map two gigabytes.
//
// Checksums are verified when a table is opened and in no other mode: the
// others answer from flipped bytes, hide keys, or end the process.
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
