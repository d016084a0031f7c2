package ledger_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"blackmark/daemon/ledger"
)

// TestInspectBesideTheWriter looks at a ledger while it is open.
func TestInspectBesideTheWriter(t *testing.T) {
	dir := t.TempDir()
	if _, err := ledger.Inspect(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("where there is no ledger: %v", err)
	}
	l := open(t, config(dir))
	last := must(t, l, mark(user(1)), ledger.Marked)
	settled(t, l)
	found, err := ledger.Inspect(dir)
	if err != nil || found.Problem != nil || found.Records != 1 || found.Indexed || !found.Last.Equal(last.At) {
		t.Errorf("open: %+v, %v", found, err)
	}
	must(t, l, mark(user(2)), ledger.Marked)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if found, err = ledger.Inspect(dir); err != nil || !found.Indexed || found.Records != 2 || found.Unfinished != 0 {
		t.Errorf("closed: %+v, %v", found, err)
	}
	path := filepath.Join(dir, "journal")
	whole := content(t, path)
	write(t, path, append(whole[:len(whole):len(whole)], 1, 2, 3))
	if found, err = ledger.Inspect(dir); err != nil || found.Problem != nil || found.Unfinished != 3 || found.Indexed != true {
		t.Errorf("with an unfinished tail: %+v, %v", found, err)
	}
	if got := content(t, path); len(got) != len(whole)+3 {
		t.Error("it changed the journal")
	}
	for at := 40; at < len(whole); at += 97 { // one byte anywhere is found
		spoilt := append([]byte(nil), whole...)
		spoilt[at] ^= 1
		write(t, path, spoilt)
		if found, err := ledger.Inspect(dir); err != nil || found.Problem == nil {
			t.Errorf("byte %d was changed: %+v, %v", at, found, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if found, err := ledger.Inspect(dir); err != nil || found.Problem == nil || found.Problem.Code != "journal_missing" {
		t.Errorf("gone: %+v, %v", found, err)
	}
}
