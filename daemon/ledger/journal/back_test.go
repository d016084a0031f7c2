package journal_test

import (
	"fmt"
	"testing"

	"blackmark/daemon/ledger/journal"
)

// back reads all records from the end.
func back(t *testing.T, j *journal.Journal) []string {
	t.Helper()
	var all []string
	for before := uint64(journal.Last); ; {
		records, err := j.Before(before)
		if err != nil {
			t.Fatal(err)
		}
		if len(records) == 0 {
			return all
		}
		for _, r := range records {
			if r.Seq >= before {
				t.Fatalf("%d comes before %d", r.Seq, before)
			}
			before = r.Seq
			all = append(all, fmt.Sprintf("%d %s", r.Seq, r.Payload))
		}
	}
}

// forth reads all records as Read gives them, the last first.
func forth(t *testing.T, j *journal.Journal) []string {
	t.Helper()
	var all []string
	err := j.Read(func(seq uint64, payload []byte) error {
		all = append([]string{fmt.Sprintf("%d %s", seq, payload)}, all...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What is read from the end is what is read from the beginning, however much was
// written between two looks.
func TestBefore(t *testing.T) {
	j, _ := open(t, t.TempDir()+"/journal", journal.Seen{}, journal.Options{MinFree: 1})
	same := func(when string) {
		t.Helper()
		got, want := back(t, j), forth(t, j)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%s: %d records read back, %d forth", when, len(got), len(want))
		}
	}
	same("empty")
	n := 0
	for _, more := range []int{1, 254, 1, 1, 255, 256, 257, 3} {
		var payloads [][]byte
		for range more {
			n++
			payloads = append(payloads, fmt.Appendf(nil, "entry %d", n))
		}
		if _, err := j.Append(payloads...); err != nil {
			t.Fatal(err)
		}
		same(fmt.Sprint("after ", n))
	}
	if err := j.Forget(func(seq uint64) bool { return seq%7 == 0 }, []byte("a note")); err != nil {
		t.Fatal(err)
	}
	same("after forgetting")
	if _, err := j.Append([]byte("the last")); err != nil {
		t.Fatal(err)
	}
	same("at the end")
	some, err := j.Before(3)
	if err != nil || len(some) != 2 || some[0].Seq != 2 {
		t.Errorf("before 3: %v, %v", some, err)
	}
}
