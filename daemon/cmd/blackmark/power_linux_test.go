package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"blackmark/daemon/disk/faulty"
)

// How often the power is cut, in the long form that many series on new disks; and
// how often in the control, where nothing is flushed and something must be lost.
const (
	powerRounds     = 40
	longPowerSeries = 13
	controlRounds   = 8
)

func init() { programs[lyingProgram] = onLyingDisk }

// TestPowerCut cuts the power under a daemon at work: its data stands on a file
// system in an image, and at a random moment the daemon is stopped and the image
// copied as it is. What the daemon had not flushed by then is not in the copy. The
// daemon starts on the copy, everything acknowledged must be there, and the next
// cut is of that copy, so that scars of many cuts add up.
func TestPowerCut(t *testing.T) {
	series := 1
	if long() {
		series = longPowerSeries
	}
	for _, kind := range []string{"ext4", "xfs"} {
		t.Run(kind, func(t *testing.T) {
			for n := range series {
				cutOften(t, kind, uint64(n))
			}
		})
	}
}

func cutOften(t *testing.T, kind string, seed uint64) {
	t.Helper()
	image := faulty.NewImage(t, kind, imageSize)
	d := newDoomed(t)
	d.data = filepath.Join(image.Mount(t), "data")
	book, random := newBook(), rand.New(rand.NewPCG(40, seed))
	starts := []time.Duration{d.start(t)}
	acknowledged := 0
	for round := range powerRounds {
		load := d.load(t, book, 4)
		load.until(time.Duration(5+random.IntN(250)) * time.Millisecond)
		image = d.cutPower(t, image)
		acknowledged += load.wait(t)
		starts = append(starts, d.start(t))
		d.settle(t, book, fmt.Sprintf("cut %d", round))
	}
	d.kill(t)
	image.Unmount(t)
	if acknowledged < powerRounds {
		t.Errorf("only %d requests were acknowledged in %d rounds: this is no load", acknowledged, powerRounds)
	}
	slices.Sort(starts)
	t.Logf("%d power cuts on %s: %d requests acknowledged, %d marks and %d cancels, none lost, none twice; start to answer: median %v, longest %v",
		powerRounds, kind, acknowledged, len(book.standing), len(book.cancelled), starts[len(starts)/2], starts[len(starts)-1])
}

// TestPowerCutControl is the same on a disk that says it has flushed and has not.
// Marks must be lost there, or TestPowerCut would not see a daemon that forgets to
// flush.
func TestPowerCutControl(t *testing.T) {
	honest := newDoomed(t)
	image := faulty.NewImage(t, "ext4", imageSize)
	honest.data = filepath.Join(image.Mount(t), "data")
	book := newBook()
	honest.start(t)
	honest.settle(t, book, "at first")
	honest.kill(t)
	image.Unmount(t)

	random := rand.New(rand.NewPCG(8, 2026))
	lost, acknowledged := 0, 0
	for range controlRounds {
		d := newDoomed(t)
		lying := filepath.Join(filepath.Dir(d.program), lyingProgram)
		if err := os.Symlink(d.program, lying); err != nil {
			t.Fatal(err)
		}
		d.program = lying
		image, book := image.Copy(t), newBook()
		d.data = filepath.Join(image.Mount(t), "data")
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
		image.Unmount(t)
	}
	t.Logf("%d power cuts on a disk that does not flush: marks were lost %d times, %d requests acknowledged", controlRounds, lost, acknowledged)
	if lost == 0 {
		t.Error("nothing was ever lost on a disk that does not flush: the power cut cuts nothing, this test is broken")
	}
}

// imageSize leaves a daemon more than it wants to stay free.
const imageSize = 600 << 20

// cutPower leaves the daemon with the image that a power cut leaves.
func (d *doomed) cutPower(t *testing.T, i *faulty.Image) *faulty.Image {
	t.Helper()
	kept := i.CutPower(t, d.process.Process, func() { d.kill(t) })
	d.data = filepath.Join(kept.Mount(t), filepath.Base(d.data))
	return kept
}

// lyingProgram is the daemon on a disk that flushes nothing and says it did.
const lyingProgram = "blackmark-on-a-lying-disk"

func onLyingDisk() {
	if err := faulty.FlushNothing(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	main()
}
