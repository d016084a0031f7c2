package faulty

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Small is a disk of so many bytes, really: nothing more goes on it. It skips the
// test where none can be mounted.
type Small struct{ Dir string }

// NewSmall mounts one until the test ends.
func NewSmall(t *testing.T, size string) *Small {
	t.Helper()
	s := &Small{t.TempDir()}
	if err := syscall.Mount("tmpfs", s.Dir, "tmpfs", 0, "mode=0700,size="+size); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: a full disk; it needs root to mount one: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(s.Dir, syscall.MNT_DETACH) })
	return s
}

// Leave lets somebody else take space until so many bytes are free.
func (s *Small) Leave(t *testing.T, bytes int64) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(s.Dir, "ballast"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	chunk := make([]byte, 256<<10)
	for {
		var at syscall.Statfs_t
		if err := syscall.Statfs(s.Dir, &at); err != nil {
			t.Fatal(err)
		}
		over := int64(at.Bavail)*at.Bsize - bytes
		if over <= 0 {
			return
		}
		if _, err := f.Write(chunk[:min(over, int64(len(chunk)))]); errors.Is(err, syscall.ENOSPC) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// Free gives back what Leave took.
func (s *Small) Free(t *testing.T) {
	t.Helper()
	if err := os.Remove(filepath.Join(s.Dir, "ballast")); err != nil {
		t.Fatal(err)
	}
}
