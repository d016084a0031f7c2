package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/ledger"
	"blackmark/daemon/ledger/journal"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// filled is a ledger with marks, replaced and cancelled ones, and what it answers.
func filled(t *testing.T, c ledger.Config) (*ledger.Ledger, []ledger.Mark) {
	t.Helper()
	l := open(t, c)
	var batch []ledger.NewMark
	for i := range 60 {
		n := mark(user(i), username("made-up-"+string(rune('a'+i%26))+string(rune('a'+i/26))))
		n.Name = "买家"
		batch = append(batch, n)
	}
	if _, err := l.Mark(context.Background(), batch); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		must(t, l, mark(user(i)), ledger.Replaced)
		cancel(t, l, ledger.NewCancel{ID: id(), Keys: []buyer.Key{user(20 + i)}})
	}
	return l, all(t, l)
}

// answers checks that a ledger says exactly what is wanted, in every way.
func answers(t *testing.T, l *ledger.Ledger, want []ledger.Mark) {
	t.Helper()
	if diff := cmp.Diff(want, all(t, l)); diff != "" {
		t.Fatalf("the list:\n%s", diff)
	}
	if c := l.Counts(); c.Buyers != len(want) || c.PerMarketplace["shopee"] != len(want) {
		t.Fatalf("counts %+v, want %d", c, len(want))
	}
	for _, m := range want {
		got, err := l.Get(m.ID)
		if err != nil || !cmp.Equal(m, got) {
			t.Fatalf("get: %v", err)
		}
		for _, k := range m.Keys {
			if f := find(t, l, k); f.Mark == nil || f.Mark.ID != m.ID {
				t.Fatalf("%s does not find its mark", k.Kind)
			}
		}
	}
	for i := range 10 {
		if f := find(t, l, user(20+i)); f.Mark != nil {
			t.Fatal("a cancelled mark came back")
		}
	}
}

func TestIndexIsBuiltAgain(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, dir string){
		"deleted":         func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "index")) },
		"no marker":       func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "index.marker")) },
		"a broken marker": func(t *testing.T, dir string) { write(t, filepath.Join(dir, "index.marker"), []byte("{")) },
		"all but journal": func(t *testing.T, dir string) { keepOnly(t, dir, "journal") },
		"an empty index": func(t *testing.T, dir string) {
			remove(t, filepath.Join(dir, "index"))
			mkdir(t, filepath.Join(dir, "index"))
		},
		"a half built one": func(t *testing.T, dir string) {
			mkdir(t, filepath.Join(dir, "index.new"))
			remove(t, filepath.Join(dir, "index.marker"))
		},
		"a flipped byte": func(t *testing.T, dir string) {
			tables, _ := filepath.Glob(filepath.Join(dir, "index", "*.sst"))
			if len(tables) == 0 {
				t.Fatal("there is no table to spoil")
			}
			b := content(t, tables[0])
			b[len(b)/4] ^= 1
			write(t, tables[0], b)
		},
		"a lost table": func(t *testing.T, dir string) {
			tables, _ := filepath.Glob(filepath.Join(dir, "index", "*.sst"))
			remove(t, tables[0])
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := config(t.TempDir())
			l, want := filled(t, c)
			answers(t, l, want) // from memory or index, whichever is there
			settled(t, l)
			answers(t, l, want)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			spoil(t, c.Dir)
			l = open(t, c)
			answers(t, l, want) // at once
			more := must(t, l, mark(user(500)), ledger.Marked)
			want = append([]ledger.Mark{more}, want...)
			settled(t, l)
			answers(t, l, want)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l = open(t, c)
			if l.Health().Rebuilding {
				t.Fatal("it was built again after a clean close")
			}
			answers(t, l, want)
		})
	}
}

// An index that was closed clean, then left behind by its journal, or ahead
// of it, is not believed.
func TestIndexOfAnotherMoment(t *testing.T) {
	c := config(t.TempDir())
	l, want := filled(t, c)
	settled(t, l)
	_ = l.Close()
	old := t.TempDir()
	if err := os.CopyFS(filepath.Join(old, "index"), os.DirFS(filepath.Join(c.Dir, "index"))); err != nil {
		t.Fatal(err)
	}
	marker := content(t, filepath.Join(c.Dir, "index.marker"))
	l = open(t, c)
	more := must(t, l, mark(user(500)), ledger.Marked)
	_ = l.Close()
	remove(t, filepath.Join(c.Dir, "index"))
	if err := os.CopyFS(filepath.Join(c.Dir, "index"), os.DirFS(filepath.Join(old, "index"))); err != nil {
		t.Fatal(err)
	}
	for _, m := range [][]byte{nil, marker} { // the new marker, then the old one
		if m != nil {
			_ = l.Close()
			remove(t, filepath.Join(c.Dir, "index"))
			if err := os.CopyFS(filepath.Join(c.Dir, "index"), os.DirFS(filepath.Join(old, "index"))); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(c.Dir, "index.marker"), m)
		}
		l = open(t, c)
		answers(t, l, append([]ledger.Mark{more}, want...))
		settled(t, l)
	}
}

func TestTornTail(t *testing.T) {
	c := config(t.TempDir())
	l, want := filled(t, c)
	settled(t, l)
	_ = l.Close()
	path := filepath.Join(c.Dir, "journal")
	write(t, path, append(content(t, path), "\x90\x01\x00\x00half a record"...))
	l = open(t, c)
	if h := l.Health(); h.ReadOnly || h.Torn != 1 {
		t.Fatalf("%+v", h)
	}
	answers(t, l, want)
	must(t, l, mark(user(500)), ledger.Marked)
}

// Whatever happens to the journal, no mark is missing without a word.
func TestDamagedJournal(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(b []byte) []byte
		clean bool // the index was closed, so it still knows all
		lost  int  // how many marks at most may be missing, told
	}{
		"a flipped bit in the middle":           {func(b []byte) []byte { b[len(b)/3] ^= 4; return b }, false, 1},
		"a flipped bit, the index is there":     {func(b []byte) []byte { b[len(b)/3] ^= 4; return b }, true, 0},
		"the last record gone":                  {func(b []byte) []byte { return b[:len(b)-100] }, false, 1},
		"the last record gone, the index there": {func(b []byte) []byte { return b[:len(b)-100] }, true, 0},
		"the header":                            {func(b []byte) []byte { b[3] ^= 4; return b }, false, math.MaxInt},
		"the header, the index is there":        {func(b []byte) []byte { b[3] ^= 4; return b }, true, 0},
		"nothing left":                          {func(b []byte) []byte { return nil }, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			config := config(t.TempDir())
			l, want := filled(t, config)
			want = append([]ledger.Mark{must(t, l, mark(user(300)), ledger.Marked)}, want...)
			settled(t, l)
			_ = l.Close()
			if !c.clean {
				remove(t, filepath.Join(config.Dir, "index.marker"))
			}
			path := filepath.Join(config.Dir, "journal")
			spoiled := c.spoil(content(t, path))
			write(t, path, spoiled)
			for range 2 { // it does not heal, or get worse, by starting again
				l = open(t, config)
				h := l.Health()
				if !h.ReadOnly || h.Problem == nil || h.Problem.Kind != problem.Damaged || h.Problem.Hint == "" {
					t.Fatalf("damage was not told: %+v", h)
				}
				got := all(t, l)
				if len(want)-len(got) > c.lost {
					t.Errorf("%d of %d marks are shown", len(got), len(want))
				}
				if _, err := l.Mark(context.Background(), []ledger.NewMark{mark(user(900))}); problem.Of(err).Kind != problem.Damaged {
					t.Errorf("a mark on a damaged journal: %v", err)
				}
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(content(t, path), spoiled) {
					t.Fatal("the damaged file was changed")
				}
			}
		})
	}
}

// A tail that was acknowledged and is gone is damage even after a kill, when
// no marker stands.
func TestSeenTailIsMissed(t *testing.T) {
	c := config(t.TempDir())
	l, _ := filled(t, c)
	settled(t, l)
	saved := t.TempDir()
	if err := os.CopyFS(saved, os.DirFS(c.Dir)); err != nil { // as a kill leaves it
		t.Fatal(err)
	}
	path := filepath.Join(saved, "journal")
	b := content(t, path)
	write(t, path, b[:len(b)-100])
	l = open(t, config(saved))
	if h := l.Health(); !h.ReadOnly || h.Torn != 0 {
		t.Fatalf("a lost tail was taken for a torn one: %+v", h)
	}
	// Control: without the note of what was seen the same file is a torn one.
	control := t.TempDir()
	write(t, filepath.Join(control, "journal"), b[:len(b)-100])
	l = open(t, config(control))
	if h := l.Health(); h.ReadOnly || h.Torn != 1 {
		t.Fatalf("the control does not show the difference: %+v", h)
	}
}

func TestNewerEntry(t *testing.T) {
	c := config(t.TempDir())
	if err := os.Chmod(c.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	j, _, err := journal.Open(filepath.Join(c.Dir, "journal"), journal.Seen{}, journal.Options{MinFree: 1})
	if err != nil {
		t.Fatal(err)
	}
	old := `{"format":1,"op":"mark","id":"` + id() + `","content":"x","at":"2026-01-02T03:04:05Z","keys":[{"marketplace":"shopee","region":"br","kind":"user_id","id":"900000001"}],"reason":"returns","via":"click"}`
	if _, err := j.Append([]byte(old), []byte(`{"format":2,"op":"vow"}`)); err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	l := open(t, c)
	if h := l.Health(); !h.ReadOnly || h.Problem.Code != "journal_entry_unknown" || h.Problem.Hint == "" {
		t.Fatalf("%+v", h)
	}
	if m := find(t, l, user(1)); m.Mark == nil {
		t.Fatal("what can be read is not shown")
	}
	if _, err := l.Mark(context.Background(), []ledger.NewMark{mark(user(2))}); err == nil {
		t.Fatal("it was written into a newer journal")
	}
}

func TestFullDisk(t *testing.T) {
	c := config(t.TempDir())
	l, want := filled(t, c)
	settled(t, l)
	_ = l.Close()
	full := c
	full.MinFree = 1 << 62
	l = open(t, full)
	answers(t, l, want)
	_, err := l.Mark(context.Background(), []ledger.NewMark{mark(user(500))})
	if p := problem.Of(err); p.Kind != problem.NoSpace || p.Status() != 507 || p.Hint == "" {
		t.Fatalf("a mark on a full disk: %v", err)
	}
	if h := l.Health(); !h.ReadOnly || h.Problem.Kind != problem.NoSpace {
		t.Fatalf("%+v", h)
	}
	if _, err := l.Mark(context.Background(), []ledger.NewMark{mark(username(""))}); err != nil {
		t.Fatalf("a mark that needs no space to be refused: %v", err)
	}
	_ = l.Close()
	l = open(t, c)
	answers(t, l, want)
	must(t, l, mark(user(500)), ledger.Marked)
}

// faulty is a journal's file whose flush fails when it is told to.
type faulty struct {
	*os.File
	mu   sync.Mutex
	fail bool
}

func (f *faulty) Sync() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail {
		f.fail = false // once is enough
		return errors.New("the disk failed")
	}
	return f.File.Sync()
}

func (f *faulty) open(path string) (journal.File, int64, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, 0, err
	}
	f.File = file
	info, err := file.Stat()
	return f, info.Size(), err
}

func TestFailedFlushIsFinal(t *testing.T) {
	f := &faulty{}
	c := config(t.TempDir())
	l, want := filled(t, c.WithFile(f.open))
	changes, stop := l.Subscribe()
	defer stop()
	f.mu.Lock()
	f.fail = true
	f.mu.Unlock()
	for range 3 {
		if _, err := l.Mark(context.Background(), []ledger.NewMark{mark(user(500))}); !errors.Is(err, journal.ErrFailed) {
			t.Fatalf("acknowledged after a failed flush: %v", err)
		}
	}
	answers(t, l, want)
	if find(t, l, user(500)).Mark != nil || len(changes) != 0 {
		t.Fatal("a mark that was not saved is shown")
	}
	if h := l.Health(); !h.ReadOnly || h.Problem.Code != "journal_write_failed" {
		t.Fatalf("%+v", h)
	}
	_ = l.Close()
	l = open(t, c)
	must(t, l, mark(user(501)), ledger.Marked)
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	c := config(filepath.Join(t.TempDir(), "ledger"))
	l, _ := filled(t, c)
	settled(t, l)
	_ = l.Close()
	for _, name := range []string{"journal", "journal.seen", "index.marker"} {
		info, err := os.Stat(filepath.Join(c.Dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
	for _, dir := range []string{c.Dir, filepath.Join(c.Dir, "index")} {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm() != fs.FileMode(0o700) {
			t.Errorf("%s: %v %v", dir, info.Mode(), err)
		}
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func keepOnly(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != name {
			remove(t, filepath.Join(dir, e.Name()))
		}
	}
}

func mkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// An index that fails at work is left for the journal, and built again.
func TestIndexFailsAtWork(t *testing.T) {
	c := config(t.TempDir())
	l, want := filled(t, c)
	settled(t, l)
	l.BreakIndex()
	until(t, "the journal answers", func() bool {
		_, err := l.Find([]buyer.Key{user(1)})
		if err != nil && !errors.Is(err, ledger.ErrIndex) {
			t.Fatal(err)
		}
		return err == nil
	})
	answers(t, l, want)
	want = append([]ledger.Mark{must(t, l, mark(user(500)), ledger.Marked)}, want...)
	settled(t, l)
	answers(t, l, want)
	_ = l.Close()
	l = open(t, c)
	if l.Health().Rebuilding {
		t.Fatal("it was not closed clean")
	}
	answers(t, l, want)
}

// It may fail under a write too, after the journal has it.
func TestIndexFailsUnderMarks(t *testing.T) {
	l, want := filled(t, config(t.TempDir()))
	settled(t, l)
	l.BreakIndex()
	until(t, "marks are taken again", func() bool {
		n := mark(user(500))
		list, err := l.Mark(context.Background(), []ledger.NewMark{n})
		if err == nil {
			want = append([]ledger.Mark{*list[0].Mark}, want...)
		}
		return err == nil
	})
	answers(t, l, want)
}
