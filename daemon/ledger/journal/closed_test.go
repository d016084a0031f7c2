package journal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"blackmark/daemon/ledger/journal"
)

// A journal whose head at its last close is known is opened by its checksums alone.
// Every changed byte, every record that is gone, and another head are found all the
// same, and the head is the one that hashes give.
func TestClosedJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, _, err := journal.Open(path, journal.Seen{}, journal.Options{MinFree: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if _, err := j.Append(fmt.Appendf(nil, "entry %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	closed := j.Head()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	sample, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	seen := journal.Seen{ID: closed.ID, Seq: closed.Seq, Closed: closed}
	look := func(content []byte, seen journal.Seen) (journal.Head, journal.Report) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		j, report, err := journal.Open(path, seen, journal.Options{MinFree: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer j.Close()
		return j.Head(), report
	}
	if head, report := look(sample, seen); head != closed || report.Damage != nil {
		t.Fatalf("%+v, %v", head, report.Damage)
	}
	for at := range sample {
		changed := append([]byte(nil), sample...)
		changed[at] ^= 1 << (at % 8)
		if _, report := look(changed, seen); report.Damage == nil {
			t.Errorf("byte %d was changed, and not a word", at)
		}
	}
	record := (len(sample) - 32) / 5
	if _, report := look(sample[:len(sample)-record], seen); report.Damage == nil {
		t.Error("a record is gone, and not a word")
	}
	other := seen
	other.Closed.Chain[0] ^= 1
	if head, report := look(sample, other); head != closed || report.Damage != nil {
		t.Errorf("a head that is another journal's is believed: %+v, %v", head, report.Damage)
	}
}
