package faulty

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// Image is a file that holds a file system: what its disk would hold if the power
// failed now is what stands in the file, and can be copied.
type Image struct{ file, at string }

// NewImage makes an image of so many bytes with a new file system of a kind,
// "ext4" or "xfs", or skips the test. Its file is sparse.
func NewImage(t *testing.T, kind string, bytes int64) *Image {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("SKIPPED, NOT TESTED: a power cut; it needs root to mount an image")
	}
	maker, err := exec.LookPath("mkfs." + kind)
	if err != nil {
		t.Skipf("SKIPPED, NOT TESTED: a power cut on %s; there is no mkfs.%s", kind, kind)
	}
	i := &Image{file: filepath.Join(t.TempDir(), "disk.image")}
	f, err := os.Create(i.file)
	if err == nil {
		err = errors.Join(f.Truncate(bytes), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	run(t, maker, "-q", i.file)
	// A container may be root and have no loop devices.
	if text, err := exec.Command("mount", "-o", "loop", i.file, t.TempDir()).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: a power cut on %s; the image cannot be mounted: %s", kind, text)
	}
	run(t, "umount", i.file)
	return i
}

// Mount gives the folder in which the file system is seen.
func (i *Image) Mount(t *testing.T) string {
	t.Helper()
	at := t.TempDir()
	i.at = at
	run(t, "mount", "-o", "loop", i.file, at)
	t.Cleanup(func() { _ = syscall.Unmount(at, syscall.MNT_DETACH) }) // where the test ended early
	return at
}

// Unmount is a clean end: all that was written is in the image.
func (i *Image) Unmount(t *testing.T) {
	t.Helper()
	run(t, "umount", i.at)
}

// Copy copies the image as it is now.
func (i *Image) Copy(t *testing.T) *Image {
	t.Helper()
	c := &Image{file: filepath.Join(t.TempDir(), "disk.image")}
	run(t, "cp", "--sparse=always", i.file, c.file)
	return c
}

// CutPower stops the process where it stands, keeps what the disk under it holds
// at that moment, and ends the process by end. It gives what was kept; the image
// itself is gone. Whatever the process said before, it said before the cut.
func (i *Image) CutPower(t *testing.T, process *os.Process, end func()) *Image {
	t.Helper()
	if err := process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("the process does not stand still: %v %v", status, err)
	}
	kept := i.Copy(t)
	end()
	i.Unmount(t)
	if err := os.Remove(i.file); err != nil {
		t.Fatal(err)
	}
	return kept
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if text, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, text)
	}
}
