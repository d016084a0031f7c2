package orders_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"blackmark/daemon/disk"
	"blackmark/daemon/orders"
)

// A history that another process still holds, or that the system does not let us
// read, is not taken for damaged: it is waited for, or told, and stays in its place.
func TestHeldIsNotDamaged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "orders")
	s := open(t, orders.Config{Dir: dir})
	see(t, s, sight(1, orders.FromDefinition, user(1)))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	holder, err := os.Open(dir)
	if err == nil {
		err = unix.Flock(int(holder.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	if err != nil {
		t.Fatal(err)
	}
	attempts := 0
	disk.SetFault(func(step disk.Step, _ string) error {
		if step != disk.Load {
			return nil
		}
		if attempts++; attempts == 1 {
			return unix.EMFILE
		} else if attempts == 4 {
			_ = holder.Close()
		}
		return nil
	})
	t.Cleanup(func() { disk.SetFault(nil) })
	if _, err := orders.Open(orders.Config{Dir: dir, MinFree: 1}); !errors.Is(err, disk.ErrUnopened) {
		t.Errorf("without handles: %v", err)
	}
	s = open(t, orders.Config{Dir: dir})
	if n, _ := s.Counts(); n != 1 || attempts < 4 {
		t.Errorf("%d orders after %d attempts", n, attempts)
	}
	if aside, _ := filepath.Glob(dir + ".damaged-*"); len(aside) > 0 {
		t.Errorf("it was moved aside: %v", aside)
	}
}
