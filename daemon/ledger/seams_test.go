package ledger_test

import (
	"context"
	"testing"

	"blackmark/daemon/disk"
	"blackmark/daemon/ledger"
)

// Every step on the disk of a day's work fails once: opening, marks, cancels, an
// index that is built, closing. What was acknowledged is there after a restart,
// what was not is there at most as it was asked, and the restart is clean.
func TestEveryStepFailsOnce(t *testing.T) {
	t.Cleanup(func() { disk.SetFault(nil) })
	run := func(t *testing.T, fails int) int {
		c := config(t.TempDir())
		l := open(t, c)
		kept := must(t, l, mark(user(1000)), ledger.Marked)
		settled(t, l)
		_ = l.Close()

		f := &failing{at: fails}
		f.begin(t, c.Dir)
		tried, stands, unsure := map[string]bool{kept.ID: true}, map[string]bool{kept.ID: true}, map[string]bool{}
		for day := range 2 {
			l, err := ledger.Open(c.WithFile(f.open))
			if err != nil {
				continue // it refuses to start: nothing is acknowledged
			}
			for i := range 4 {
				n := mark(user(day*10 + i))
				tried[n.ID] = true
				if list, err := l.Mark(context.Background(), []ledger.NewMark{n}); err == nil && list[0].State == ledger.Marked {
					stands[n.ID] = true
				}
				if i != 2 || !stands[n.ID] {
					continue
				}
				delete(stands, n.ID)
				_, err := l.Cancel(context.Background(), []ledger.NewCancel{{ID: id(), Mark: n.ID}})
				unsure[n.ID] = err != nil
			}
			_ = l.Close()
		}
		steps := f.end()
		for range 2 {
			l := open(t, c)
			if h := l.Health(); h.ReadOnly {
				t.Fatalf("step %d: after a restart: %+v", fails, h)
			}
			there := map[string]bool{}
			for _, m := range all(t, l) {
				there[m.ID] = true
				if !tried[m.ID] {
					t.Fatalf("step %d: a mark that nobody made", fails)
				}
			}
			for n := range stands {
				if !there[n] {
					t.Fatalf("step %d: an acknowledged mark is lost", fails)
				}
			}
			for n, may := range unsure {
				if there[n] && !may {
					t.Fatalf("step %d: a cancelled mark came back", fails)
				}
			}
			must(t, l, mark(user(2000+fails%1000)), ledger.Marked)
			tried[all(t, l)[0].ID] = true
			// Another of the same buyer in the second turn.
			if _, err := l.Cancel(context.Background(), []ledger.NewCancel{{ID: id(), Mark: all(t, l)[0].ID}}); err != nil {
				t.Fatal(err)
			}
			settled(t, l)
			_ = l.Close()
		}
		return steps
	}
	steps := run(t, 1<<30)
	if steps < 25 {
		t.Fatalf("only %d steps were seen", steps)
	}
	for n := 1; n <= steps; n++ {
		run(t, n)
	}
	t.Logf("%d steps failed, one after the other", steps)
}
