package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"blackmark/daemon/commandline"
	"blackmark/daemon/disk/faulty"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// How often the power is cut; and how often in the control, where nothing is
// flushed and something must be lost.
const powerRounds, longPowerRounds, controlRounds = 12, 200, 4

// imageSize leaves a server more than it wants to stay free.
const imageSize = 600 << 20

func init() { programs[lyingProgram] = onLyingDisk }

// TestPowerCut cuts the power under the server while sellers share; the next cut
// is of what the one before left. Nothing that was acknowledged is lost, and what
// a cut tears is not taken for damage.
func TestPowerCut(t *testing.T) {
	for _, kind := range []string{"ext4", "xfs"} {
		t.Run(kind, func(t *testing.T) {
			rounds := powerRounds
			if long() {
				rounds = longPowerRounds
			}
			image := faulty.NewImage(t, kind, imageSize)
			d := newDoomed(t, "blackmark-cloud", filepath.Join(image.Mount(t), "data"))
			b, random := newBook(), rand.New(rand.NewPCG(12, 2026))
			starts := []time.Duration{d.start(t)}
			sellers := d.join(t, 4)
			for round := range rounds {
				load := d.load(sellers, b)
				<-time.After(time.Duration(5+random.IntN(300)) * time.Millisecond) // a moment, whatever happens in it
				image = d.cutPower(t, image)
				load.Wait()
				starts = append(starts, d.start(t))
				d.settle(t, b, fmt.Sprintf("cut %d", round))
			}
			d.run(t, "verify")
			d.kill(t)
			image.Unmount(t)
			if b.told < rounds {
				t.Errorf("only %d requests were acknowledged in %d rounds: this is no load", b.told, rounds)
			}
			slices.Sort(starts)
			t.Logf("%d power cuts on %s: %d requests acknowledged, %d reports and %d withdrawals, none lost, none twice; start to answer: median %v, longest %v",
				rounds, kind, b.told, len(b.standing), len(b.gone), starts[len(starts)/2], starts[len(starts)-1])
		})
	}
}

// TestPowerCutControl is the same on a disk that says it has flushed and has not.
// Reports must be lost there, or the store not open, or TestPowerCut would not see
// a server that forgets to flush.
func TestPowerCutControl(t *testing.T) {
	image := faulty.NewImage(t, "ext4", imageSize)
	honest := newDoomed(t, "blackmark-cloud", filepath.Join(image.Mount(t), "data"))
	honest.start(t)
	sellers := honest.join(t, 4)
	honest.kill(t)
	image.Unmount(t)
	lost, refused, told := 0, 0, 0
	for range controlRounds {
		image, b := image.Copy(t), newBook()
		d := newDoomed(t, lyingProgram, filepath.Join(image.Mount(t), "data"))
		d.start(t)
		load := d.load(sellers, b)
		<-time.After(300 * time.Millisecond)
		image = d.cutPower(t, image)
		load.Wait()
		told += b.told
		if _, err := d.tryStart(); err != nil {
			refused++
			continue
		}
		if b.differs(d.reports(t)) != "" {
			lost++
		}
		d.kill(t)
		image.Unmount(t)
	}
	t.Logf("%d power cuts on a disk that does not flush: reports were lost %d times, the store was refused %d times; %d requests acknowledged",
		controlRounds, lost, refused, told)
	if lost+refused == 0 {
		t.Error("nothing was ever lost on a disk that does not flush: the power cut cuts nothing, this test is broken")
	}
}

// cutPower leaves the server with the image that a power cut leaves.
func (d *doomed) cutPower(t *testing.T, i *faulty.Image) *faulty.Image {
	t.Helper()
	kept := i.CutPower(t, d.process.Process, func() { d.kill(t) })
	d.data = filepath.Join(kept.Mount(t), filepath.Base(d.data))
	return kept
}

// lyingProgram is the server on a disk that flushes nothing and says it did.
const lyingProgram = "blackmark-cloud-on-a-lying-disk"

func onLyingDisk() {
	if err := faulty.FlushNothing(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	main()
}

// TestDiskFull fills the server's disk, really: it says so, goes on answering, and
// takes reports again once there is space; killed while the disk was full, it
// starts once there is space and has everything.
func TestDiskFull(t *testing.T) {
	const mustStayFree = 256 << 20 // disk.DefaultMinFree
	for _, size := range []string{"300m", "420m"} {
		t.Run(size, func(t *testing.T) {
			disk := faulty.NewSmall(t, size)
			d := newDoomed(t, "blackmark-cloud", filepath.Join(disk.Dir, "data"))
			d.start(t)
			sellers := d.join(t, 1)
			door, b := d.dial(), newBook()
			defer func() { door.close() }()
			disk.Leave(t, mustStayFree+4<<20)
			fillUp(t, door, sellers[0], b)
			d.quiet(t)
			// Somebody else takes the rest, to the last byte.
			disk.Leave(t, 0)
			shares, tags := newShares(1)
			if err := door.share(sellers[0], shares); !isFull(err) {
				t.Fatalf("a report on a full disk: %v", err)
			}
			if err := door.withdraw(sellers[0], newID(), tags[0]); !isFull(err) {
				t.Fatalf("a withdrawal on a full disk: %v", err)
			}
			if text := d.run(t, "stats"); !strings.Contains(text, fmt.Sprintf("%d reports", len(b.standing))) {
				t.Errorf("on a full disk it counts: %s", text)
			}
			disk.Free(t)
			if err := door.share(sellers[0], shares); err != nil {
				t.Fatalf("with space again: %v", err)
			}
			b.standing[tags[0]] = sent{sellers[0], shares[0].ID}

			disk.Leave(t, 0)
			d.kill(t)
			if said, err := d.tryStart(); err == nil || !strings.Contains(said, `"code":"no_space"`) {
				t.Fatalf("a start on a full disk: %v, %s", err, said)
			}
			disk.Free(t)
			d.start(t)
			d.settle(t, b, "after a full disk")
			d.run(t, "verify")
			d.kill(t)
			t.Logf("%s: %d reports acknowledged before the disk was full, all there", size, len(b.standing))
		})
	}
	t.Run("32m", func(t *testing.T) {
		disk := faulty.NewSmall(t, "32m")
		d := newDoomed(t, "blackmark-cloud", filepath.Join(disk.Dir, "data"))
		said, err := d.tryStart()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != commandline.Damaged || !strings.Contains(said, `"code":"no_space"`) {
			t.Errorf("a start on a disk that is too small: %v, %s", err, said)
		}
	})
}

// quiet waits until the store has written its tables. Badger writes them through
// memory maps: a disk that somebody fills to the last byte meanwhile ends the
// process, and nothing of ours can keep it; what was acknowledged is in the log.
func (d *doomed) quiet(t *testing.T) {
	t.Helper()
	const looks = 20 // that show the same, one after the other
	last, same := "", 0
	for end := time.Now().Add(patience); same < looks; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the store goes on writing: %s", last)
		}
		now, logs := "", 0
		files, err := os.ReadDir(filepath.Join(d.data, "api", "store"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if now += f.Name() + " "; filepath.Ext(f.Name()) == ".mem" {
				logs++
			}
		}
		if same++; now != last || logs != 1 {
			last, same = now, 0
		}
	}
}

// fillUp reports until the server says that the disk is full.
func fillUp(t *testing.T, door *door, s *seller, b *book) {
	t.Helper()
	for range 2000 {
		shares, tags := newShares(wire.MaxShares)
		err := door.share(s, shares)
		if isFull(err) {
			if len(b.standing) == 0 {
				t.Fatal("it was full from the first")
			}
			return
		}
		if err != nil {
			t.Fatalf("not full, and refused: %v", err)
		}
		for i, one := range tags {
			b.standing[one] = sent{s, shares[i].ID}
		}
	}
	t.Fatal("the disk did not fill up")
}

func isFull(err error) bool {
	var p *problem.Error
	return errors.As(err, &p) && p.Kind == problem.NoSpace
}
