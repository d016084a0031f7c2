package ledger_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// imported is a mark of an import.
func imported(of string, keys ...buyer.Key) ledger.NewMark {
	n := mark(keys...)
	n.Via, n.Import, n.Reason = ledger.ViaImport, of, "unpaid"
	return n
}

func undo(t *testing.T, l *ledger.Ledger, n ledger.NewUndo) string {
	t.Helper()
	list, err := l.Undo(context.Background(), []ledger.NewUndo{n})
	if err != nil {
		t.Fatalf("undo: %v", err)
	}
	return list[0].State
}

// same compares marks but for their ids and places in the journal.
var same = cmpopts.IgnoreFields(ledger.Mark{}, "ID", "Seq")

func TestImportLeavesAloneWhatItNeedNotChange(t *testing.T) {
	l := open(t, config(t.TempDir()))
	mine := mark(user(1))
	mine.Name, mine.Note = "Made Up", "by hand"
	must(t, l, mine, ledger.Marked)
	records := l.Health().Records
	absent := imported(id(), user(1))
	absent.IfAbsent = true
	must(t, l, absent, ledger.Already)
	equal := mine
	equal.ID, equal.Import, equal.Via = id(), id(), ledger.ViaImport
	must(t, l, equal, ledger.Already)
	if got := l.Health().Records; got != records {
		t.Errorf("what changed nothing was written down: %d records, were %d", got, records)
	}
	of := id()
	must(t, l, imported(of, user(1)), ledger.Replaced)
	again := imported(of, user(1))
	again.Reason = "extortion"
	if m := must(t, l, again, ledger.Already); m.Reason != "unpaid" || m.Import != of {
		t.Errorf("the second row of the file counts: %+v", m)
	}
	must(t, l, imported(id(), user(1)), ledger.Already) // another file that says the same
}

func TestImportKeepsTheDayOfAMark(t *testing.T) {
	dir := t.TempDir()
	l := open(t, config(dir))
	n := imported(id(), user(1))
	n.Made = time.Date(2019, 5, 6, 7, 8, 9, 0, time.FixedZone("", 3600))
	m := must(t, l, n, ledger.Marked)
	if want := n.Made.UTC(); !m.At.Equal(want) || m.At.Location() != time.UTC {
		t.Errorf("made at %v, want %v", m.At, want)
	}
	late := imported(id(), user(2))
	late.Made = time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC)
	if m := must(t, l, late, ledger.Marked); m.At.Year() != 2026 {
		t.Errorf("a day to come was taken: %v", m.At)
	}
	early := imported(id(), user(3))
	early.Made = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if o := one(t, l, early); o.State != ledger.Refused || o.Problem.Code != "made_early" {
		t.Errorf("the first day of a spreadsheet: %+v", o)
	}
	before := all(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, all(t, open(t, config(dir)))); diff != "" {
		t.Error(diff)
	}
}

func TestUndoOfAnImport(t *testing.T) {
	dir := t.TempDir()
	l := open(t, config(dir))
	old := mark(user(2), username("made_up"))
	old.Name, old.Note, old.By, old.Echo = "Made Up", "by hand", "member", true
	old.Order = &ledger.Order{Marketplace: "shopee", Region: "br", Number: "260101ABCDEFGH"}
	was := must(t, l, old, ledger.Marked)
	of := id()
	fresh := must(t, l, imported(of, user(1)), ledger.Marked)
	over := must(t, l, imported(of, user(2)), ledger.Replaced)
	changed := must(t, l, imported(of, user(3)), ledger.Marked)
	gone := must(t, l, imported(of, user(4)), ledger.Marked)
	mine := must(t, l, mark(user(3)), ledger.Replaced)
	cancel(t, l, ledger.NewCancel{ID: id(), Mark: gone.ID})
	if err := l.Close(); err != nil { // an undo need not come in the same run
		t.Fatal(err)
	}
	l = open(t, config(dir))
	changes, stop := l.Subscribe()
	defer stop()
	undos := []ledger.NewUndo{{id(), fresh.ID}, {id(), over.ID}, {id(), changed.ID}, {id(), gone.ID}, {id(), id()}}
	want := []string{ledger.UndoneNow, ledger.UndoneNow, ledger.ChangedSince, ledger.AbsentAlready, ledger.AbsentAlready}
	for range 2 { // the same again changes nothing
		for i, n := range undos {
			if got := undo(t, l, n); got != want[i] {
				t.Errorf("undo %d: %s, want %s", i, got, want[i])
			}
		}
		if diff := cmp.Diff([]ledger.Mark{was, mine}, all(t, l), same); diff != "" {
			t.Errorf("what stands (+) is not what stood (-):\n%s", diff)
		}
	}
	if c := <-changes; c.Mark != nil || !cmp.Equal(c.Keys, fresh.Keys) {
		t.Errorf("told of the mark that went: %+v", c)
	}
	if c := <-changes; c.Mark == nil || c.Mark.Note != old.Note {
		t.Errorf("told of the mark that came back: %+v", c)
	}
	if n := l.Counts().Buyers; n != 2 {
		t.Errorf("%d buyers are counted", n)
	}
}

// TestUndoOfTwoImports takes the later one back first, then the earlier one.
func TestUndoOfTwoImports(t *testing.T) {
	l := open(t, config(t.TempDir()))
	was := must(t, l, mark(user(1)), ledger.Marked)
	first := must(t, l, imported(id(), user(1)), ledger.Replaced)
	other := imported(id(), user(1))
	other.Reason = "extortion"
	second := must(t, l, other, ledger.Replaced)
	if got := undo(t, l, ledger.NewUndo{ID: id(), Mark: second.ID}); got != ledger.UndoneNow {
		t.Fatal(got)
	}
	if diff := cmp.Diff([]ledger.Mark{first}, all(t, l), same); diff != "" {
		t.Error(diff)
	}
	if got := undo(t, l, ledger.NewUndo{ID: id(), Mark: first.ID}); got != ledger.UndoneNow {
		t.Fatal(got)
	}
	if diff := cmp.Diff([]ledger.Mark{was}, all(t, l), same); diff != "" {
		t.Error(diff)
	}
}

// TestRehearsal compares what a rehearsal says with what then happens.
func TestRehearsal(t *testing.T) {
	l := open(t, config(t.TempDir()))
	must(t, l, mark(user(1)), ledger.Marked)
	must(t, l, mark(user(2), username("sample_a")), ledger.Marked)
	must(t, l, mark(user(3)), ledger.Marked)
	of := id()
	rows := []ledger.NewMark{
		imported(of, user(1)), imported(of, user(9)), imported(of, user(9)), imported(of, user(3), username("sample_a")),
		imported(of, username("*")), imported(of, username("sample_b")), imported(of, user(8), username("sample_b")), imported(of),
	}
	before := all(t, l)
	r := l.Rehearse()
	var said, done []string
	for _, n := range rows { // one call each: what was decided before counts
		list, err := r.Mark([]ledger.NewMark{n})
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, list[0].State)
	}
	if diff := cmp.Diff(before, all(t, l)); diff != "" {
		t.Fatalf("a rehearsal changed something:\n%s", diff)
	}
	for _, n := range rows {
		done = append(done, one(t, l, n).State)
	}
	if diff := cmp.Diff(said, done); diff != "" {
		t.Errorf("what was said (-) is not what happened (+):\n%s", diff)
	}
	if said[1] != ledger.Marked || said[2] != ledger.Already {
		t.Errorf("a buyer who is named twice: %v", said)
	}
}

func TestEach(t *testing.T) {
	l := open(t, config(t.TempDir()))
	var want []ledger.Mark
	for i := range 1200 {
		want = append(want, must(t, l, mark(user(i)), ledger.Marked))
	}
	cancel(t, l, ledger.NewCancel{ID: id(), Mark: want[0].ID})
	want = want[1:]
	settled(t, l)
	var got []ledger.Mark
	err := l.Each(t.Context(), func(m ledger.Mark) error {
		if len(got) == 0 { // what comes now changes nothing, and hinders nobody
			must(t, l, mark(user(1100)), ledger.Replaced)
			cancel(t, l, ledger.NewCancel{ID: id(), Mark: want[900].ID})
			must(t, l, mark(user(5000)), ledger.Marked)
		}
		got = append(got, m)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	stop := errors.New("stop")
	if err := l.Each(t.Context(), func(ledger.Mark) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("it went on: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Each(ended, func(ledger.Mark) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("it gave marks to nobody: %v", err)
	}
}

func TestUndoIsRefused(t *testing.T) {
	l := open(t, config(t.TempDir()))
	if _, err := l.Undo(t.Context(), make([]ledger.NewUndo, ledger.MaxBatch+1)); problem.Of(err).Code != "batch_size" {
		t.Error(err)
	}
	if _, err := l.Undo(t.Context(), []ledger.NewUndo{{"x", "y"}}); problem.Of(err).Code != "mark_id" {
		t.Error(err)
	}
	n := imported("not an id", user(1))
	if o := one(t, l, n); o.State != ledger.Refused || o.Problem.Field != "import" {
		t.Errorf("%+v", o)
	}
}
