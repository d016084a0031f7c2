package ledger_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"blackmark/daemon/ledger"
	"blackmark/shared/problem"
)

// On a disk that really fills up the process lives, says so, and keeps all
// that it acknowledged. It needs the right to mount a small disk.
func TestDiskReallyFull(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=96m,mode=0700"); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: a full disk; it needs root to mount one: %v", err)
	}
	// Detached: an index that was left open on the full disk still holds it.
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	ballast := filepath.Join(disk, "ballast")
	write(t, ballast, make([]byte, 36<<20))
	c := ledger.Config{Dir: filepath.Join(disk, "ledger"), MinFree: 32 << 20, Now: clock()}
	l := open(t, c)
	settled(t, l)
	acked, refused := map[string]bool{}, false
	for n := 0; !refused && n < 200; n++ {
		var batch []ledger.NewMark
		for i := range ledger.MaxBatch {
			m := mark(user(n*ledger.MaxBatch + i))
			m.Note = strings.Repeat("字", ledger.MaxNote)
			batch = append(batch, m)
		}
		outcomes, err := l.Mark(context.Background(), batch)
		if err != nil {
			if refused = problem.Of(err).Kind == problem.NoSpace; !refused {
				t.Fatal(err)
			}
		}
		for _, o := range outcomes {
			acked[o.ID] = true
		}
	}
	if !refused || len(acked) == 0 {
		t.Fatalf("%d marks, refused %v: the disk did not fill up", len(acked), refused)
	}
	// Somebody else takes the rest.
	_ = os.WriteFile(filepath.Join(disk, "other"), make([]byte, 40<<20), 0o600)
	check := func(l *ledger.Ledger) {
		t.Helper()
		if got := l.Counts().Buyers; got != len(acked) {
			t.Fatalf("%d buyers, %d were acknowledged", got, len(acked))
		}
		for id := range acked {
			if _, err := l.Get(id); err != nil {
				t.Fatalf("an acknowledged mark is lost: %v", err)
			}
		}
	}
	check(l)
	_ = l.Close()
	l = open(t, c)
	check(l)
	if h := l.Health(); !h.ReadOnly || h.Problem.Kind != problem.NoSpace {
		t.Fatalf("%+v", h)
	}
	_ = l.Close()
	remove(t, ballast)
	remove(t, filepath.Join(disk, "other"))
	l = open(t, c)
	check(l)
	must(t, l, mark(user(1<<20)), ledger.Marked)
}
