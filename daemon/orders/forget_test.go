package orders_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"blackmark/daemon/disk"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// traces counts the files under a folder that hold a text.
func traces(t *testing.T, dir, text string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(text)) {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// shop is a history of sixty orders; three of them are of the buyer to forget, and
// of one more pages disagree.
func shop(t *testing.T, s *orders.Store) (his []buyer.Key) {
	t.Helper()
	his = []buyer.Key{user(7), username("sample_first"), username("sample_second")}
	var list []orders.Sighting
	for i := range 60 {
		one := sight(i, orders.FromDefinition, user(100+i%20))
		one.Name = "Nobody Real"
		list = append(list, one)
	}
	see(t, s, list...)
	for i, keys := range [][]buyer.Key{{his[0], his[1]}, {his[0], his[2]}, {his[2]}} {
		one := sight(100+i, orders.FromDefinition, keys...)
		one.Name = "Sample Somebody"
		see(t, s, one)
	}
	see(t, s, sight(200, orders.FromDefinition, user(100)))
	if got := see(t, s, sight(200, orders.FromDefinition, his[0])); !got[0].Order.Conflict {
		t.Fatalf("%+v", got)
	}
	return his
}

// Orders of which no page named the buyer can show a name: it is found, whatever its
// case and spaces; orders of known buyers with that name stay, and other ones too.
func TestForgetNameless(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "orders")
	s := open(t, orders.Config{Dir: dir})
	for i, name := range []string{"Sample  Somebody", "sample somebody", "Nobody Real", "Sample Somebody"} {
		one := sight(i, orders.FromDefinition)
		if one.Name = name; i == 3 {
			one.Keys = []buyer.Key{user(1)}
		}
		see(t, s, one)
	}
	if n, err := s.ForgetNameless(t.Context(), "", nil, false); err != nil || n != 0 {
		t.Fatalf("without a name: %d %v", n, err)
	}
	for _, dryRun := range []bool{true, false} {
		if n, err := s.ForgetNameless(t.Context(), " Sample somebody", nil, dryRun); err != nil || n != 2 {
			t.Fatalf("dry run %v: %d %v", dryRun, n, err)
		}
	}
	for i, want := range []bool{false, false, true, true} {
		if _, found, err := s.Get("shopee", "br", number(i)); err != nil || found != want {
			t.Errorf("order %d: %v %v", i, found, err)
		}
	}
	if n := traces(t, dir, number(0)); n > 0 {
		t.Errorf("the order stands in %d files", n)
	}
	known := orders.Ref{Marketplace: "shopee", Region: "br", Number: number(3)}
	if n, err := s.ForgetNameless(t.Context(), "", &known, false); err != nil || n != 0 {
		t.Errorf("an order of a known buyer: %d %v", n, err)
	}
	lone := orders.Ref{Marketplace: "shopee", Region: "br", Number: number(2)}
	if n, err := s.ForgetNameless(t.Context(), "", &lone, false); err != nil || n != 1 {
		t.Errorf("one order: %d %v", n, err)
	}
}

func TestForget(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "orders")
	s := open(t, orders.Config{Dir: dir})
	his := shop(t, s)
	if traces(t, dir, "Sample Somebody") == 0 || traces(t, dir, "sample_first") == 0 {
		t.Fatal("the control does not find him")
	}
	keys, err := s.Aliases([]buyer.Key{his[1]}, undivided)
	if err != nil || len(keys) != 3 {
		t.Fatalf("%v %v", keys, err)
	}
	if n, err := s.Forget(context.Background(), keys, true); err != nil || n != 4 {
		t.Fatalf("a dry run: %d %v", n, err)
	}
	if n, err := s.Forget(context.Background(), keys, false); err != nil || n != 4 {
		t.Fatalf("%d %v", n, err)
	}
	check := func(s *orders.Store) {
		t.Helper()
		for _, text := range []string{"Sample Somebody", "sample_first", "sample_second", user(7).ID, number(100), number(200)} {
			if n := traces(t, dir, text); n > 0 {
				t.Errorf("%s stands in %d files", text, n)
			}
		}
		if _, total, err := s.OfBuyer(keys, 9); err != nil || total != 0 {
			t.Errorf("%d orders %v", total, err)
		}
		if n, buyers := s.Counts(); n != 60 || buyers != 20 {
			t.Errorf("%d orders of %d buyers are left", n, buyers)
		}
		if _, total, err := s.OfBuyer([]buyer.Key{user(100)}, 9); err != nil || total != 3 {
			t.Errorf("somebody else has %d orders %v", total, err)
		}
	}
	check(s)
	_ = s.Close()
	s = open(t, orders.Config{Dir: dir})
	check(s)
	see(t, s, sight(300, orders.FromDefinition, his[0]))
	if _, err := s.Aliases([]buyer.Key{username("nobody_bears_it")}, undivided); err != nil {
		t.Error(err)
	}
}

// Whatever fails while the store is written anew, the others' orders are all
// there afterwards, and asked again he goes.
func TestForgetOnAFailingDisk(t *testing.T) {
	t.Cleanup(func() { disk.SetFault(nil) })
	run := func(t *testing.T, fails int) (steps int) {
		dir := filepath.Join(t.TempDir(), "orders")
		s := open(t, orders.Config{Dir: dir})
		his := shop(t, s)
		disk.SetFault(func(disk.Step, string) error {
			if steps++; steps == fails {
				return errors.New("this disk fails")
			}
			return nil
		})
		_, err := s.Forget(context.Background(), his, false)
		disk.SetFault(nil)
		if (err == nil) != (steps < fails) {
			t.Fatalf("step %d: %v", fails, err)
		}
		_ = s.Close()
		s = open(t, orders.Config{Dir: dir})
		if _, err := s.Forget(context.Background(), his, false); err != nil {
			t.Fatal(err)
		}
		if n, _ := s.Counts(); n != 60 {
			t.Fatalf("step %d: %d orders are left", fails, n)
		}
		if traces(t, dir, "Sample Somebody")+traces(t, dir, user(7).ID) > 0 {
			t.Fatalf("step %d: he is still there", fails)
		}
		if aside, _ := filepath.Glob(dir + ".*"); len(aside) > 0 {
			t.Fatalf("step %d: left beside: %v", fails, aside)
		}
		return steps
	}
	steps := run(t, 1<<30)
	for n := 1; n <= steps; n++ {
		run(t, n)
	}
	t.Logf("%d steps failed, one after the other", steps)
}

func TestForgetOnAFullDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "orders")
	s := open(t, orders.Config{Dir: dir})
	his := shop(t, s)
	_ = s.Close()
	s = open(t, orders.Config{Dir: dir, MinFree: 1 << 62})
	if _, err := s.Forget(context.Background(), his, true); problem.Of(err).Kind != problem.NoSpace {
		t.Errorf("the history is closed, and nobody says so: %v", err)
	}
}

func undivided(lists [][]buyer.Key) ([][]buyer.Key, error) { return lists, nil }
