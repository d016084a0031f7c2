package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/disk"
	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// traces tells in which files of a folder one of the texts stands, in any case.
func traces(t *testing.T, dir string, texts ...string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		var b []byte
		if err == nil && !d.IsDir() {
			b, err = os.ReadFile(path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // an index that is being built
		}
		b = bytes.ToLower(b)
		for _, text := range texts {
			if bytes.Contains(b, []byte(strings.ToLower(text))) {
				files = append(files, filepath.Base(path))
				break
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// somebody is a buyer who was marked, renamed, marked anew and cancelled, beside
// sixty others.
type somebody struct {
	keys    []buyer.Key
	texts   []string
	mark    ledger.NewMark // the last one
	cancel  ledger.NewCancel
	records int
}

func withSomebody(t *testing.T, l *ledger.Ledger) somebody {
	t.Helper()
	s := somebody{keys: []buyer.Key{user(777000), username("sample_first"), username("sample_second")},
		texts: []string{"900777000", "sample_first", "sample_second", "Sample Somebody", "a note on somebody"}}
	first := mark(s.keys[0], s.keys[1])
	first.Name, first.Note = "Sample Somebody", "a note on somebody"
	must(t, l, first, ledger.Marked)
	s.mark = mark(s.keys[0], s.keys[2])
	s.mark.Note = "a note on somebody, again"
	must(t, l, s.mark, ledger.Replaced)
	again := mark(s.keys[2])
	again.IfAbsent = true
	must(t, l, again, ledger.Already)
	s.cancel = ledger.NewCancel{ID: id(), Keys: []buyer.Key{s.keys[2]}}
	if c := cancel(t, l, s.cancel); c.State != ledger.CancelledNow {
		t.Fatalf("%+v", c)
	}
	if c := cancel(t, l, ledger.NewCancel{ID: id(), Keys: s.keys[:1]}); c.State != ledger.AbsentAlready {
		t.Fatalf("%+v", c)
	}
	must(t, l, mark(s.keys[0], s.keys[2]), ledger.Marked)
	s.records = 6
	return s
}

func TestForget(t *testing.T) {
	c := config(t.TempDir())
	l, want := filled(t, c)
	s := withSomebody(t, l)
	settled(t, l)
	_ = l.Close()
	write(t, filepath.Join(c.Dir, "journal"), append(content(t, filepath.Join(c.Dir, "journal")), "\x90\x01\x00\x00 half of 900777000"...))
	l = open(t, c)
	// The control: he is in the journal, the index and what was torn off.
	if got := traces(t, c.Dir, s.texts...); len(got) < 3 {
		t.Fatalf("he is found in %v alone", got)
	}
	keys, err := l.Aliases([]buyer.Key{s.keys[1]})
	if err != nil || len(keys) != 3 {
		t.Fatalf("aliases %v %v", keys, err)
	}
	before := content(t, filepath.Join(c.Dir, "journal"))
	if n, err := l.Forget(context.Background(), keys, true); err != nil || n != s.records {
		t.Fatalf("a dry run: %d %v", n, err)
	}
	if !bytes.Equal(before, content(t, filepath.Join(c.Dir, "journal"))) {
		t.Fatal("a dry run wrote")
	}
	changes, stop := l.Subscribe()
	defer stop()
	if n, err := l.Forget(context.Background(), keys, false); err != nil || n != s.records {
		t.Fatalf("%d %v", n, err)
	}
	if change := <-changes; change.Mark != nil || !cmp.Equal(change.Keys, []buyer.Key{s.keys[0], s.keys[2]}) {
		t.Errorf("told %+v", change)
	}
	check := func(l *ledger.Ledger) {
		t.Helper()
		if got := traces(t, c.Dir, s.texts...); len(got) != 0 {
			t.Fatalf("he is still in %v", got)
		}
		if got := traces(t, c.Dir, s.mark.ID, s.cancel.ID); len(got) != 0 {
			t.Fatalf("the ids of his entries are still in %v", got)
		}
		if h := l.Health(); h.ReadOnly || h.Torn != 0 {
			t.Fatalf("%+v", h)
		}
		answers(t, l, want)
		for _, k := range s.keys {
			if find(t, l, k).Mark != nil {
				t.Fatal("he is found")
			}
		}
		// Old requests mark nobody, and say why.
		o := one(t, l, s.mark)
		if o.State != ledger.Refused || !errors.Is(o.Problem, ledger.ErrForgotten) {
			t.Fatalf("an old mark: %+v", o)
		}
		if c := cancel(t, l, s.cancel); c.State != ledger.AbsentAlready {
			t.Fatalf("an old cancel: %+v", c)
		}
	}
	check(l)
	settled(t, l)
	check(l)
	_ = l.Close()
	check(open(t, c))
	for _, spoil := range []string{"index.marker", "journal.seen"} {
		l = open(t, c)
		_ = l.Close()
		remove(t, filepath.Join(c.Dir, spoil))
		l = open(t, c)
		check(l)
		settled(t, l)
		check(l)
		_ = l.Close()
	}
	// A new decision marks him anew.
	l = open(t, c)
	must(t, l, mark(s.keys[0]), ledger.Marked)
	if n, err := l.Forget(context.Background(), []buyer.Key{user(424242)}, false); err != nil || n != 0 {
		t.Errorf("nobody knows him: %d %v", n, err)
	}
}

// Somebody else who bears the name now is not forgotten with him, and a name that
// two bore does not say who is meant.
func TestForgetHimAlone(t *testing.T) {
	l := open(t, config(t.TempDir()))
	must(t, l, mark(user(1), username("passed_on")), ledger.Marked)
	must(t, l, mark(user(2), username("passed_on")), ledger.Marked)
	if _, err := l.Aliases([]buyer.Key{username("passed_on")}); !errors.Is(err, buyer.ErrWhich) {
		t.Errorf("%v", err)
	}
	keys, err := l.Aliases([]buyer.Key{user(1)})
	if err != nil || len(keys) != 2 {
		t.Fatalf("%v %v", keys, err)
	}
	if n, err := l.Forget(context.Background(), keys, false); err != nil || n != 1 {
		t.Fatalf("%d %v", n, err)
	}
	if find(t, l, user(2)).Mark == nil || find(t, l, user(1)).Mark != nil {
		t.Error("the wrong one was forgotten")
	}
}

func TestForgetIsRefused(t *testing.T) {
	c := config(t.TempDir())
	l, _ := filled(t, c)
	s := withSomebody(t, l)
	settled(t, l)
	_ = l.Close()
	full := c
	full.MinFree = 1 << 62
	l = open(t, full)
	if _, err := l.Forget(context.Background(), s.keys, false); problem.Of(err).Kind != problem.NoSpace {
		t.Errorf("on a full disk: %v", err)
	}
	_ = l.Close()
	if _, err := l.Forget(context.Background(), s.keys, false); !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("after closing: %v", err)
	}
	path := filepath.Join(c.Dir, "journal")
	b := content(t, path)
	b[len(b)/2] ^= 1
	write(t, path, b)
	l = open(t, c)
	if _, err := l.Forget(context.Background(), s.keys, false); problem.Of(err).Kind != problem.Damaged {
		t.Errorf("in a damaged journal: %v", err)
	}
	if !bytes.Equal(b, content(t, path)) {
		t.Error("the damaged journal was changed")
	}
}

// Whatever step of the disk fails while a buyer is forgotten: he is there or gone,
// nobody else is touched, and a restart is clean. Asked again, he goes.
func TestForgetOnAFailingDisk(t *testing.T) {
	t.Cleanup(func() { disk.SetFault(nil) })
	run := func(t *testing.T, fails int) (steps int) {
		c := config(t.TempDir())
		// The new index is built in the background; its steps are not Forget's.
		f := &failing{at: fails, hold: filepath.Join(c.Dir, "index")}
		l, want := filled(t, c)
		s := withSomebody(t, l)
		settled(t, l)
		_ = l.Close()
		l = open(t, c.WithFile(f.open))
		f.begin(t, c.Dir)
		n, err := l.Forget(context.Background(), s.keys, false)
		steps = f.end()
		if (err == nil) != (n == s.records) || (fails > steps) != (err == nil) {
			t.Fatalf("%d records, %v", n, err)
		}
		more := mark(user(500))
		if list, err := l.Mark(context.Background(), []ledger.NewMark{more}); err == nil {
			want = append([]ledger.Mark{*list[0].Mark}, want...)
		}
		_ = l.Close()
		l = open(t, c)
		if h := l.Health(); h.ReadOnly || h.Torn != 0 {
			t.Fatalf("after a restart: %+v", h)
		}
		if _, err := l.Forget(context.Background(), s.keys, false); err != nil {
			t.Fatal(err)
		}
		settled(t, l)
		answers(t, l, want)
		if got := traces(t, c.Dir, s.texts...); len(got) != 0 {
			t.Fatalf("he is still in %v", got)
		}
		return steps
	}
	steps := run(t, 1<<30)
	if steps < 8 {
		t.Fatalf("only %d steps were seen", steps)
	}
	for n := 1; n <= steps; n++ {
		run(t, n)
	}
	t.Logf("%d steps failed, one after the other", steps)
}

// A process that ends at any step leaves the old journal or the new one. What it
// leaves is looked at by copying the folder at every step.
func TestForgetKilled(t *testing.T) {
	c := config(t.TempDir())
	l, want := filled(t, c)
	s := withSomebody(t, l)
	settled(t, l)
	var copies []string
	look := func(disk.Step, string) error {
		to := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(to, os.DirFS(c.Dir)); err != nil {
			return err
		}
		copies = append(copies, to)
		return nil
	}
	t.Cleanup(func() { disk.SetFault(nil) })
	f := &failing{look: look, hold: filepath.Join(c.Dir, "index")}
	_ = l.Close()
	l = open(t, c.WithFile(f.open))
	f.begin(t, c.Dir)
	if _, err := l.Forget(context.Background(), s.keys, false); err != nil {
		t.Fatal(err)
	}
	f.end()
	_ = l.Close()
	old, gone := 0, 0
	for _, dir := range copies {
		k := config(dir)
		l := open(t, k)
		if h := l.Health(); h.ReadOnly {
			t.Fatalf("%+v", h)
		}
		settled(t, l)
		if find(t, l, s.keys[0]).Mark != nil {
			old++
			if _, err := l.Forget(context.Background(), s.keys, false); err != nil {
				t.Fatal(err)
			}
			settled(t, l)
		} else {
			gone++
		}
		answers(t, l, want)
		_ = l.Close()
		if got := traces(t, dir, s.texts...); len(got) != 0 {
			t.Fatalf("he is still in %v", got)
		}
	}
	if old == 0 || gone == 0 {
		t.Errorf("%d times the old journal, %d times the new one", old, gone)
	}
	t.Logf("ended at %d places: %d times the old journal, %d times the new one", len(copies), old, gone)
}
