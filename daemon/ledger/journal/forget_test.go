package journal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/ledger/journal"
)

// A forgotten payload is gone from the file; sequences, chain, count and sum stay,
// and the journal goes on. It is forgotten in a later forgetting too.
func TestForget(t *testing.T) {
	file, _ := written(t, 9)
	path := place(t, file)
	j, _ := open(t, path, journal.Seen{}, small)
	before := j.Head()
	gone := func(seq uint64) bool { return seq == 2 || seq == 9 }
	if err := j.Forget(gone); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, j.Head()); diff != "" {
		t.Fatalf("without a note the head is the same:\n%s", diff)
	}
	if err := j.Forget(func(seq uint64) bool { return seq == 4 }, []byte("a note")); err != nil {
		t.Fatal(err)
	}
	if seq, err := j.Append([]byte("the next")); err != nil || seq != 11 {
		t.Fatalf("%d %v", seq, err)
	}
	now, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"1 " + payload(1), "2 ", "3 " + payload(3), "4 ", "5 " + payload(5), "6 " + payload(6),
		"7 " + payload(7), "8 " + payload(8), "9 ", "10 a note", "11 the next"}
	for _, seq := range []int{2, 4, 9} {
		if !bytes.Contains(file, []byte(payload(seq))) || bytes.Contains(now, []byte(payload(seq))) {
			t.Errorf("payload %d is in the file", seq)
		}
	}
	if diff := cmp.Diff(want, read(t, j)); diff != "" {
		t.Error(diff)
	}
	head := j.Head()
	_ = j.Close()
	j, report := open(t, path, journal.Seen{ID: head.ID, Seq: head.Seq}, small)
	if report.Damage != nil || j.Head() != head || !cmp.Equal(want, read(t, j)) {
		t.Errorf("opened again: %+v", report)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left beside: %v", left)
	}
	// What an interrupted forgetting left is removed: it is a copy.
	_ = j.Close()
	if err := os.WriteFile(path+".new", now, 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, path, journal.Seen{}, small)
	if _, err := os.Stat(path + ".new"); err == nil {
		t.Error("the copy is still there")
	}
}
