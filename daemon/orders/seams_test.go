package orders_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"blackmark/daemon/disk"
	"blackmark/daemon/orders"
)

// Every step on the disk fails once while pages are remembered: an order that was
// acknowledged is there after a restart.
func TestEveryStepFailsOnce(t *testing.T) {
	t.Cleanup(func() { disk.SetFault(nil) })
	run := func(t *testing.T, fails int) (steps int) {
		dir := filepath.Join(t.TempDir(), "orders")
		s := open(t, orders.Config{Dir: dir})
		see(t, s, sight(1000, orders.FromDefinition, user(1)))
		_ = s.Close()
		kept := []int{1000}
		disk.SetFault(func(disk.Step, string) error {
			if steps++; steps == fails {
				return errors.New("this disk fails")
			}
			return nil
		})
		for day := range 2 {
			s, err := orders.Open(orders.Config{Dir: dir, MinFree: 1 << 20})
			if err != nil {
				continue
			}
			for i := range 3 {
				n := day*10 + i
				if _, err := s.See(context.Background(), []orders.Sighting{sight(n, orders.FromDefinition, user(n))}); err == nil {
					kept = append(kept, n)
				}
			}
			_ = s.Close()
		}
		disk.SetFault(nil)
		s = open(t, orders.Config{Dir: dir})
		defer s.Close()
		aside, _ := filepath.Glob(dir + ".damaged-*")
		for _, n := range kept {
			if _, found, err := s.Get("shopee", "br", number(n)); err != nil || !found && len(aside) == 0 {
				t.Errorf("step %d: order %d is lost, %v", fails, n, err)
			}
		}
		return steps
	}
	steps := run(t, 1<<30)
	for n := 1; n <= steps; n++ {
		run(t, n)
	}
	t.Logf("%d steps failed, one after the other", steps)
}
