package ledger_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/ledger"
	"blackmark/shared/problem"
)

func change(t *testing.T, l *ledger.Ledger, n ledger.NewChange) ledger.Outcome {
	t.Helper()
	done, err := l.Change(context.Background(), []ledger.NewChange{n})
	if err != nil {
		t.Fatal(err)
	}
	return done[0]
}

func TestChange(t *testing.T) {
	dir := t.TempDir()
	l := open(t, config(dir))
	asked := mark(user(1), username("sample"))
	asked.Name, asked.Note, asked.Made = "Sample Person", "as it was", time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	old := must(t, l, asked, ledger.Marked)
	other := must(t, l, mark(user(2)), ledger.Marked)

	note := "  as it is "
	n := ledger.NewChange{ID: id(), Mark: old.ID, Reason: "unpaid", Note: &note}
	got := change(t, l, n)
	if got.State != ledger.Replaced {
		t.Fatalf("%+v", got)
	}
	want := old
	want.ID, want.Reason, want.Note, want.Seq = n.ID, "unpaid", "as it is", 3
	if diff := cmp.Diff(want, *got.Mark); diff != "" {
		t.Error(diff)
	}
	if again := change(t, l, n); !cmp.Equal(again, got) {
		t.Errorf("sent again: %s", cmp.Diff(got, again))
	}
	if l.Counts().Buyers != 2 || l.Health().Records != 3 {
		t.Errorf("%d buyers in %d records", l.Counts().Buyers, l.Health().Records)
	}

	empty := ""
	if got := change(t, l, ledger.NewChange{ID: id(), Mark: n.ID, Note: &empty}); got.State != ledger.Replaced || got.Mark.Note != "" || got.Mark.Reason != "unpaid" {
		t.Errorf("the note stays: %+v", got)
	}
	same := ledger.NewChange{ID: id(), Mark: other.ID, Reason: other.Reason}
	for range 2 {
		if got := change(t, l, same); got.State != ledger.Already || got.Mark.ID != other.ID {
			t.Errorf("nothing to change: %+v", got)
		}
	}
	reused := n
	reused.Reason = "other"
	for _, c := range []struct {
		n    ledger.NewChange
		want *problem.Error
	}{
		{reused, ledger.ErrIDReused},
		{ledger.NewChange{ID: "x", Mark: other.ID, Reason: "other"}, ledger.ErrID},
		{ledger.NewChange{ID: id(), Mark: "x", Reason: "other"}, ledger.ErrID},
		{ledger.NewChange{ID: id(), Mark: old.ID, Reason: "other"}, ledger.ErrNoMark}, // another took its place
		{ledger.NewChange{ID: id(), Mark: id(), Reason: "other"}, ledger.ErrNoMark},
		{ledger.NewChange{ID: id(), Mark: other.ID}, ledger.ErrChangeEmpty},
	} {
		if got := change(t, l, c.n); got.State != ledger.Refused || got.Problem.Code != c.want.Code {
			t.Errorf("%+v: %+v, want %s", c.n, got, c.want.Code)
		}
	}
	if got := change(t, l, ledger.NewChange{ID: id(), Mark: other.ID, Reason: "no such"}); got.Problem == nil || got.Problem.Code != "reason_unknown" {
		t.Errorf("an unknown reason: %+v", got)
	}

	// What was acknowledged is there after a start.
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, config(dir))
	if again := change(t, l, n); !cmp.Equal(again, got) {
		t.Errorf("sent again after a start: %s", cmp.Diff(got, again))
	}
}

// A mark that the seller changed is his own: undoing its import leaves it.
func TestChangedIsNoImportsAnyMore(t *testing.T) {
	l := open(t, config(t.TempDir()))
	imported := mark(user(1))
	imported.Import, imported.Via = id(), ledger.ViaImport
	made := must(t, l, imported, ledger.Marked)
	changed := change(t, l, ledger.NewChange{ID: id(), Mark: made.ID, Reason: "unpaid"})
	if changed.State != ledger.Replaced || changed.Mark.Import != "" {
		t.Fatalf("%+v", changed)
	}
	undone, err := l.Undo(context.Background(), []ledger.NewUndo{{ID: id(), Mark: made.ID}})
	if err != nil || undone[0].State != ledger.ChangedSince {
		t.Errorf("undone: %+v %v", undone, err)
	}
	if _, err := l.Get(changed.Mark.ID); err != nil {
		t.Errorf("the change is gone: %v", err)
	}
}
