//go:build unix

package settings_test

import (
	"errors"
	"fmt"
	"testing"

	"blackmark/daemon/disk"
	"blackmark/daemon/settings"
)

// Every step on the disk fails once while the key, the device's id and browsers
// are written: what was acknowledged is there afterwards, and nothing is half there.
func TestEveryStepFailsOnce(t *testing.T) {
	t.Cleanup(func() { disk.SetFault(nil) })
	run := func(t *testing.T, fails int) (steps int) {
		dir := t.TempDir()
		disk.SetFault(func(disk.Step, string) error {
			if steps++; steps == fails {
				return errors.New("this disk fails")
			}
			return nil
		})
		var key []byte
		var device string
		paired := map[string]bool{}
		if f, err := settings.Open(dir); err == nil {
			if k, err := f.LocalKey(); err == nil {
				key = k
			}
			if id, err := f.DeviceID(); err == nil {
				device = id
			}
			for i := range 3 {
				id := fmt.Sprint(i)
				if f.AddClient(settings.Client{ID: id, Secret: []byte("secret")}) == nil {
					paired[id] = true
				}
			}
			_ = f.RemoveClient("0") // refused, he may be gone all the same: nobody was told
			delete(paired, "0")
			_ = f.Close()
		}
		disk.SetFault(nil)
		f := open(t, dir)
		defer f.Close()
		if k, err := f.LocalKey(); err != nil || key != nil && string(k) != string(key) {
			t.Fatalf("step %d: the key is another: %v", fails, err)
		}
		if id, err := f.DeviceID(); err != nil || device != "" && id != device {
			t.Fatalf("step %d: the device is another: %v", fails, err)
		}
		list, err := f.Clients()
		if err != nil {
			t.Fatalf("step %d: %v", fails, err)
		}
		there := map[string]bool{}
		for _, c := range list {
			there[c.ID] = true
		}
		for id := range paired {
			if !there[id] {
				t.Fatalf("step %d: browser %s is gone", fails, id)
			}
		}
		return steps
	}
	steps := run(t, 1<<30)
	if steps < 20 {
		t.Fatalf("only %d steps were seen", steps)
	}
	for n := 1; n <= steps; n++ {
		run(t, n)
	}
	t.Logf("%d steps failed, one after the other", steps)
}
