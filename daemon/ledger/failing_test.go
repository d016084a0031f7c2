package ledger_test

import (
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"blackmark/daemon/disk"
	"blackmark/daemon/ledger/journal"
)

var errFailing = errors.New("this disk fails")

// failing counts what is asked of a disk and fails at the n-th.
type failing struct {
	mu    sync.Mutex
	at    int // 0: never
	count int
	on    bool
	look  func(disk.Step, string) error // asked before every step, or nil
	hold  string                        // steps on paths with this prefix wait until the end
	ended chan struct{}
}

// begin counts the steps under a folder from now on.
func (f *failing) begin(t *testing.T, dir string) {
	t.Helper()
	f.mu.Lock()
	f.on, f.ended = true, make(chan struct{})
	f.mu.Unlock()
	disk.SetFault(func(step disk.Step, path string) error {
		if !strings.HasPrefix(path, dir) {
			return nil
		}
		if f.hold != "" && strings.HasPrefix(path, f.hold) {
			<-f.ended
		}
		return f.step(step, path)
	})
}

// end stops counting and tells how many steps there were.
func (f *failing) end() int {
	disk.SetFault(nil)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on = false
	close(f.ended)
	return f.count
}

func (f *failing) step(step disk.Step, path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.on {
		return nil
	}
	f.count++
	if f.look != nil {
		return f.look(step, path)
	}
	if f.count == f.at {
		return errFailing
	}
	return nil
}

// open opens the journal's file so that its steps are counted too.
func (f *failing) open(path string) (journal.File, int64, error) {
	if err := f.step(disk.Load, path); err != nil {
		return nil, 0, err
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	return &failingFile{file, f, path}, info.Size(), err
}

type failingFile struct {
	*os.File
	f    *failing
	path string
}

// WriteAt writes half of it before it fails.
func (f *failingFile) WriteAt(b []byte, at int64) (int, error) {
	if err := f.f.step(disk.Write, f.path); err != nil {
		n, _ := f.File.WriteAt(b[:len(b)/2], at)
		return n, err
	}
	return f.File.WriteAt(b, at)
}

func (f *failingFile) Sync() error {
	if err := f.f.step(disk.Sync, f.path); err != nil {
		return err
	}
	return f.File.Sync()
}

func (f *failingFile) Truncate(size int64) error {
	if err := f.f.step("truncate", f.path); err != nil {
		return err
	}
	return f.File.Truncate(size)
}
