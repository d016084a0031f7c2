package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// How often the power is cut; and how often in the control, where nothing is
// flushed and something must be lost.
const (
	powerRounds     = 40
	longPowerRounds = 500
	controlRounds   = 8
)

func init() { programs[lyingProgram] = onLyingDisk }

// TestPowerCut cuts the power under a daemon at work: its data stands on a file
// system in an image, and at a random moment the daemon is stopped and the image
// copied as it is. What the daemon had not flushed by then is not in the copy. The
// daemon starts on the copy, everything acknowledged must be there, and the next
// cut is of that copy, so that scars of many cuts add up.
func TestPowerCut(t *testing.T) {
	for _, kind := range []string{"ext4", "xfs"} {
		t.Run(kind, func(t *testing.T) {
			rounds := powerRounds
			if long() {
				rounds = longPowerRounds
			}
			d := newDoomed(t)
			image := newImage(t, kind)
			d.data = filepath.Join(image.mount(t), "data")
			book, random := newBook(), rand.New(rand.NewPCG(40, 2026))
			starts := []time.Duration{d.start(t)}
			acknowledged := 0
			for round := range rounds {
				load := d.load(t, book, 4)
				load.until(time.Duration(5+random.IntN(250)) * time.Millisecond)
				image = d.cutPower(t, image)
				acknowledged += load.wait(t)
				starts = append(starts, d.start(t))
				d.settle(t, book, fmt.Sprintf("cut %d", round))
			}
			d.kill(t)
			image.unmount(t)
			if acknowledged < rounds {
				t.Errorf("only %d requests were acknowledged in %d rounds: this is no load", acknowledged, rounds)
			}
			slices.Sort(starts)
			t.Logf("%d power cuts on %s: %d requests acknowledged, %d marks and %d cancels, none lost, none twice; start to answer: median %v, longest %v",
				rounds, kind, acknowledged, len(book.standing), len(book.cancelled), starts[len(starts)/2], starts[len(starts)-1])
		})
	}
}

// TestPowerCutControl is the same on a disk that says it has flushed and has not.
// Marks must be lost there, or TestPowerCut would not see a daemon that forgets to
// flush.
func TestPowerCutControl(t *testing.T) {
	honest := newDoomed(t)
	image := newImage(t, "ext4")
	honest.data = filepath.Join(image.mount(t), "data")
	book := newBook()
	honest.start(t)
	honest.settle(t, book, "at first")
	honest.kill(t)
	image.unmount(t)

	random := rand.New(rand.NewPCG(8, 2026))
	lost, acknowledged := 0, 0
	for range controlRounds {
		d := newDoomed(t)
		lying := filepath.Join(filepath.Dir(d.program), lyingProgram)
		if err := os.Symlink(d.program, lying); err != nil {
			t.Fatal(err)
		}
		d.program = lying
		image, book := image.copy(t), newBook()
		d.data = filepath.Join(image.mount(t), "data")
		d.start(t)
		load := d.load(t, book, 4)
		load.until(time.Duration(200+random.IntN(250)) * time.Millisecond)
		image = d.cutPower(t, image)
		acknowledged += load.wait(t)
		d.start(t)
		if book.differs(d.list(t)) != "" {
			lost++
		}
		d.kill(t)
		image.unmount(t)
	}
	t.Logf("%d power cuts on a disk that does not flush: marks were lost %d times, %d requests acknowledged", controlRounds, lost, acknowledged)
	if lost == 0 {
		t.Error("nothing was ever lost on a disk that does not flush: the power cut cuts nothing, this test is broken")
	}
}

// cutPower leaves the daemon with an image as a power cut would leave it.
func (d *doomed) cutPower(t *testing.T, i *image) *image {
	t.Helper()
	pid := d.process.Process.Pid
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// What it said before it stood still it had flushed before the copy begins.
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("the daemon does not stand still: %v %v", status, err)
	}
	after := i.copy(t)
	d.kill(t)
	i.unmount(t)
	i.remove(t)
	d.data = filepath.Join(after.mount(t), filepath.Base(d.data))
	return after
}

// image is a file that holds a file system.
type image struct{ file, at string }

// imageSize leaves a daemon more than it wants to stay free.
const imageSize = 600 << 20

func newImage(t *testing.T, kind string) *image {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("SKIPPED, NOT TESTED: a power cut; it needs root to mount an image")
	}
	maker, err := exec.LookPath("mkfs." + kind)
	if err != nil {
		t.Skipf("SKIPPED, NOT TESTED: a power cut on %s; there is no mkfs.%s", kind, kind)
	}
	i := &image{file: filepath.Join(t.TempDir(), "disk.image")}
	f, err := os.Create(i.file)
	if err == nil {
		err = errors.Join(f.Truncate(imageSize), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	must(t, maker, "-q", i.file)
	// A container may be root and have no loop devices.
	if text, err := exec.Command("mount", "-o", "loop", i.file, t.TempDir()).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: a power cut on %s; the image cannot be mounted: %s", kind, text)
	}
	must(t, "umount", i.file)
	return i
}

// mount gives the folder in which the image is seen.
func (i *image) mount(t *testing.T) string {
	t.Helper()
	i.at = t.TempDir()
	must(t, "mount", "-o", "loop", i.file, i.at)
	at := i.at
	t.Cleanup(func() { _ = syscall.Unmount(at, syscall.MNT_DETACH) }) // where the test ended early
	return i.at
}

func (i *image) unmount(t *testing.T) {
	t.Helper()
	must(t, "umount", i.at)
}

// copy copies the image as the disk holds it now.
func (i *image) copy(t *testing.T) *image {
	t.Helper()
	c := &image{file: filepath.Join(t.TempDir(), "disk.image")}
	must(t, "cp", "--sparse=always", i.file, c.file)
	return c
}

func (i *image) remove(t *testing.T) {
	t.Helper()
	if err := os.Remove(i.file); err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, name string, args ...string) {
	t.Helper()
	if text, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, text)
	}
}

// lyingProgram is the daemon on a disk that flushes nothing and says it did.
const lyingProgram = "blackmark-on-a-lying-disk"

func onLyingDisk() {
	if err := flushNothing(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	main()
}

// flushNothing has the kernel answer every request of this process to flush with
// success, and do nothing: a filter of system calls, so that the daemon is the one
// that sellers run.
func flushNothing() error {
	const (
		load, equal, give = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
		succeed           = unix.SECCOMP_RET_ERRNO // with no error
	)
	calls := []uint32{syscall.SYS_FSYNC, syscall.SYS_FDATASYNC, syscall.SYS_MSYNC, syscall.SYS_SYNC_FILE_RANGE}
	program := []unix.SockFilter{{Code: load}} // the number of the call
	for n, call := range calls {
		program = append(program, unix.SockFilter{Code: equal, Jt: uint8(len(calls) - n), K: call})
	}
	program = append(program, unix.SockFilter{Code: give, K: unix.SECCOMP_RET_ALLOW}, unix.SockFilter{Code: give, K: succeed})
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	if _, _, errno := syscall.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&filter))); errno != 0 {
		return fmt.Errorf("the filter is refused: %w", errno)
	}
	return nil
}
