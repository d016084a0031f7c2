package disk

import (
	"os"
	"sync/atomic"
)

// Step is something that a disk can fail at.
type Step string

// The steps at which a fault can be set.
const (
	Create Step = "create" // of a file
	Write  Step = "write"  // to a file, or to a database
	Sync   Step = "sync"   // of a file
	Move   Step = "move"   // of a file or folder to another name
	Settle Step = "settle" // of a folder: its names are flushed
	Load   Step = "load"   // opening a database
	Commit Step = "commit" // what a database was given is stored
)

var fault atomic.Pointer[func(Step, string) error]

// SetFault makes steps on a disk fail, for tests: before each of them f is asked,
// with the path, and its error takes the step's place. Nil lets all succeed.
func SetFault(f func(Step, string) error) {
	if f == nil {
		fault.Store(nil)
		return
	}
	fault.Store(&f)
}

// Try gives the fault that was set for a step, or nil. Rooms that write by other
// means than this package's ask it before they do.
func Try(step Step, path string) error {
	if f := fault.Load(); f != nil {
		return (*f)(step, path)
	}
	return nil
}

// Rename gives a file or folder another name. It stays only after SyncDir.
func Rename(from, to string) error {
	if err := Try(Move, to); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// SyncDir flushes a folder, so that a file made or renamed in it stays.
func SyncDir(dir string) error {
	if err := Try(Settle, dir); err != nil {
		return err
	}
	return syncDir(dir)
}
