package ledger_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
)

// eventsOf is what History says, the last first, as words.
func eventsOf(t *testing.T, l *ledger.Ledger, before uint64) []string {
	t.Helper()
	words := []string{}
	err := l.History(before, func(e ledger.Event) bool {
		text := fmt.Sprintf("%d %s", e.Seq, e.What)
		if e.Mark != nil {
			text += " " + e.Mark.Keys[0].ID + " " + e.Mark.Reason
		}
		if e.Undone {
			text += " undone"
		}
		words = append(words, text)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return words
}

func TestHistory(t *testing.T) {
	l := open(t, config(t.TempDir()))
	if got := eventsOf(t, l, 0); len(got) > 0 {
		t.Errorf("of nothing: %q", got)
	}
	first := must(t, l, mark(user(1)), ledger.Marked) // 1
	must(t, l, mark(user(1)), ledger.Replaced)        // 2
	left := mark(user(1))
	left.IfAbsent = true
	must(t, l, left, ledger.Already)                                            // 3: nothing done
	cancel(t, l, ledger.NewCancel{ID: id(), Keys: []buyer.Key{user(1)}})        // 4
	cancel(t, l, ledger.NewCancel{ID: id(), Keys: []buyer.Key{user(1)}})        // 5: nothing done
	second := must(t, l, mark(user(2)), ledger.Marked)                          // 6
	change(t, l, ledger.NewChange{ID: id(), Mark: second.ID, Reason: "unpaid"}) // 7
	imported := mark(user(3))
	imported.Import, imported.Via = id(), ledger.ViaImport
	made := must(t, l, imported, ledger.Marked)                                                          // 8
	if _, err := l.Undo(context.Background(), []ledger.NewUndo{{ID: id(), Mark: made.ID}}); err != nil { // 9
		t.Fatal(err)
	}
	one, two, three := user(1).ID, user(2).ID, user(3).ID
	want := []string{
		"9 cancelled " + three + " returns undone", "8 marked " + three + " returns", "7 replaced " + two + " unpaid",
		"6 marked " + two + " returns", "4 cancelled " + one + " returns", "2 replaced " + one + " returns", "1 marked " + one + " returns",
	}
	if diff := cmp.Diff(want, eventsOf(t, l, 0)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want[4:], eventsOf(t, l, 6)); diff != "" {
		t.Error(diff)
	}

	past, err := l.OfBuyer([]buyer.Key{user(1)})
	if err != nil || len(past) != 2 {
		t.Fatalf("%+v %v", past, err)
	}
	if past[0].Replaced || past[0].Ended.IsZero() || !past[1].Replaced || past[1].ID != first.ID {
		t.Errorf("the course of a buyer: %+v", past)
	}
	if past, err = l.OfBuyer([]buyer.Key{user(2)}); err != nil || len(past) != 2 || !past[0].Ended.IsZero() || past[1].Ended.IsZero() {
		t.Errorf("the course of one who is marked: %+v %v", past, err)
	}

	// Who was forgotten is in no history; that somebody was, is.
	if _, err := l.Forget(context.Background(), []buyer.Key{user(1)}, false); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append([]string{"10 forgotten"}, want[:4]...), eventsOf(t, l, 0)); diff != "" {
		t.Error(diff)
	}
	if past, err := l.OfBuyer([]buyer.Key{user(1)}); err != nil || len(past) > 0 {
		t.Errorf("the course of one who was forgotten: %+v %v", past, err)
	}
}
