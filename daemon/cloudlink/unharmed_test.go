package cloudlink_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What was shared and taken back leaves deletions, which Badger forgets when it
// tidies up. Nothing is missing then: neither after a clean close nor after a kill.
func TestDeletionsAreNoLoss(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.join(y)
	m := s.shares("8012345678901201", "returns", ali("90000001"))
	c.move(2 * time.Minute)
	s.drained()
	s.cancel(m.ID)
	s.drained()
	for range 2 {
		s.restart()
		if p := s.state().Problem; p != nil {
			t.Fatalf("after a clean close: %v", p)
		}
	}
	// As a kill leaves it: the files are copied while they are used. What says up to
	// where all is there is read first, for a write may come between two files.
	cloud := filepath.Join(s.dir, "cloud")
	killed := filepath.Join(t.TempDir(), "cloud")
	witness := filepath.Join("reports", "ACKNOWLEDGED")
	acknowledged, err := os.ReadFile(filepath.Join(cloud, witness))
	if !errors.Is(err, fs.ErrNotExist) { // nothing was written since the clean close
		s.ok(err)
	}
	s.ok(os.CopyFS(killed, os.DirFS(cloud)))
	s.ok(os.WriteFile(filepath.Join(killed, witness), acknowledged, 0o600))
	s.stop()
	s.ok(os.RemoveAll(cloud))
	s.ok(os.Rename(killed, cloud))
	s.open()
	if p := s.state().Problem; p != nil {
		t.Fatalf("after a kill: %v", p)
	}
}
