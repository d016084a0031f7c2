package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A disk that is nearly full, and one that may only be read. It needs the right
// to mount a small disk.
func TestDoctorFindsABadDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=64m,mode=0700"); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: a full disk and a disk for reading alone; it needs root to mount one: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	dir := filepath.Join(disk, "data")
	keptFolder(t, dir, time.Now())
	found, _ := doctorOf(t, dir)
	if f := found["disk"]; f.OK || !strings.Contains(f.Message, "nothing more is saved") {
		t.Errorf("nearly full: %+v", f)
	}
	if f := found["folder"]; !f.OK {
		t.Errorf("before it may only be read: %+v", f)
	}
	if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	found, _ = doctorOf(t, dir)
	if f := found["folder"]; f.OK || !strings.Contains(f.Message, "read-only file system") {
		t.Errorf("for reading alone: %+v", f)
	}
	if f := found["journal"]; !f.OK {
		t.Errorf("the journal can still be read: %+v", f)
	}
}
