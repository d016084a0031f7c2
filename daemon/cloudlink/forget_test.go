package cloudlink_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// traces names the files of the link that hold a text.
func (s *seller) traces(text string) (files []string) {
	s.t.Helper()
	s.ok(filepath.WalkDir(filepath.Join(s.dir, "cloud"), func(path string, d fs.DirEntry, err error) error {
		var data []byte
		if err == nil && !d.IsDir() {
			data, err = os.ReadFile(path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a list on its way, or a store that is written anew
		}
		if bytes.Contains(data, []byte(text)) {
			files = append(files, strings.TrimPrefix(path, s.dir))
		}
		return err
	}))
	return files
}

// A buyer is forgotten while the cloud is away: what is left says only which tags
// have to be withdrawn, and they are, after a restart, when the cloud is back.
func TestForget(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.join(y)
	his, another := ali("90000001"), ali("90000002")
	m := s.shares("8012345678901201", "returns", his)
	s.shares("8012345678901202", "returns", another)
	c.move(2 * time.Minute)
	s.drained()
	s.ok(s.link.Mute(wire.MuteQuery{Keys: []buyer.Key{his}, On: true}))
	if got := s.traces(his.ID); len(got) < 3 { // tags, reports, muted
		t.Fatalf("the control finds him in %v alone", got)
	}
	if shared, err := s.link.Forget([]buyer.Key{his}, true); err != nil || !shared {
		t.Fatalf("a dry run: %v %v", shared, err)
	}
	y.wire.meddle.Store(meddler(deaf))
	if shared, err := s.link.Forget([]buyer.Key{his}, false); err != nil || !shared {
		t.Fatalf("%v %v", shared, err)
	}
	s.cancel(m.ID) // ledger and orders forget him too
	_, err := s.orders.Forget(t.Context(), []buyer.Key{his}, false)
	s.ok(err)
	gone := func() {
		t.Helper()
		if got := s.traces(his.ID); len(got) > 0 {
			t.Fatalf("he is still in %v", got)
		}
		if s.state().Muted != 0 {
			t.Error("he is still muted")
		}
	}
	gone()
	list, err := s.link.List(wire.ListQuery{Marketplace: "aliexpress"})
	if s.ok(err); len(list.Marks) != 1 || list.Marks[0].Keys[0] != another {
		t.Errorf("shown as shared: %+v", list.Marks)
	}
	s.restart()
	gone()
	y.wire.meddle.Store(meddler(nil))
	s.drained()
	if n := y.reports(); n != 1 {
		t.Errorf("the cloud holds %d reports", n)
	}
	gone()
	if shared, err := s.link.Forget([]buyer.Key{his}, false); err != nil || shared {
		t.Errorf("again: %v %v", shared, err)
	}
}

func TestForgetWithoutACloud(t *testing.T) {
	s := newSeller(t, newClock())
	if shared, err := s.link.Forget([]buyer.Key{ali("90000001")}, false); err != nil || shared {
		t.Errorf("%v %v", shared, err)
	}
}
