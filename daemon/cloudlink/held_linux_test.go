package cloudlink_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"blackmark/daemon/disk"
)

// What was shared is known nowhere else: a store that another process still holds,
// or that the system does not let us read, stays in its place.
func TestHeldIsNotDamaged(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.join(y)
	s.shares("8012345678901201", "returns", ali("90000001"))
	c.move(2 * time.Minute)
	s.drained()
	s.stop()
	cloud := filepath.Join(s.dir, "cloud")

	disk.SetFault(func(step disk.Step, path string) error {
		if step == disk.Load && filepath.Base(path) == "reports" {
			return unix.EMFILE
		}
		return nil
	})
	t.Cleanup(func() { disk.SetFault(nil) })
	s.open()
	if p := s.state().Problem; p == nil || p.Code != disk.ErrUnopened.Code {
		t.Errorf("without handles: %v", p)
	}
	s.stop()

	holder, err := os.Open(filepath.Join(cloud, "reports"))
	s.ok(err)
	s.ok(unix.Flock(int(holder.Fd()), unix.LOCK_EX|unix.LOCK_NB))
	attempts := 0
	disk.SetFault(func(step disk.Step, path string) error {
		if step == disk.Load && filepath.Base(path) == "reports" {
			if attempts++; attempts == 3 {
				_ = holder.Close()
			}
		}
		return nil
	})
	s.open()
	disk.SetFault(nil)
	if p := s.state().Problem; p != nil || attempts < 3 {
		t.Errorf("after %d attempts: %v", attempts, p)
	}
	if n := s.state().Shared; n != 1 {
		t.Errorf("%d marks are shared", n)
	}
	aside, err := filepath.Glob(filepath.Join(cloud, "*.damaged-*"))
	s.ok(err)
	if len(aside) > 0 {
		t.Errorf("moved aside: %v", aside)
	}
}
