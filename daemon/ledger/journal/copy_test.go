package journal_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/iotest"

	"blackmark/daemon/ledger/journal"
	"blackmark/shared/problem"
)

// copied is what Copy writes of a journal of n records, of which some are forgotten.
func copied(t *testing.T, n int, forgotten ...uint64) ([]byte, []string, journal.Head) {
	t.Helper()
	file, _ := written(t, n)
	j, _ := open(t, place(t, file), journal.Seen{}, small)
	if len(forgotten) > 0 {
		if err := j.Forget(func(seq uint64) bool { return slices.Contains(forgotten, seq) }); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	head, err := j.Copy(&b)
	if err != nil || head != j.Head() {
		t.Fatal(err)
	}
	return b.Bytes(), read(t, j), head
}

func TestCopyIsAdoptedAsAnother(t *testing.T) {
	for _, n := range []int{0, 1, 30} {
		file, records, head := copied(t, n)
		path := filepath.Join(t.TempDir(), "journal")
		was, err := journal.Adopt(path, iotest.HalfReader(bytes.NewReader(file)))
		if err != nil || was != head {
			t.Fatalf("%d records: %v", n, err)
		}
		j, report := open(t, path, journal.Seen{}, small)
		got := j.Head()
		if report.Damage != nil || !slices.Equal(read(t, j), records) || got.Records != head.Records || got.Sum != head.Sum {
			t.Errorf("%d records: %+v", n, report)
		}
		if got.ID == head.ID || got.Chain == head.Chain {
			t.Error("the adopted journal passes for the first")
		}
		if _, err := j.Append([]byte("and on")); err != nil {
			t.Error(err)
		}
	}
}

func TestForgottenRecordsStayForgotten(t *testing.T) {
	file, records, head := copied(t, 9, 3, 4)
	if bytes.Contains(file, []byte(payload(3))) {
		t.Fatal("the copy holds what was forgotten")
	}
	path := filepath.Join(t.TempDir(), "journal")
	if was, err := journal.Adopt(path, bytes.NewReader(file)); err != nil || was != head {
		t.Fatal(err)
	}
	j, _ := open(t, path, journal.Seen{}, small)
	if !slices.Equal(read(t, j), records) {
		t.Errorf("%q", read(t, j))
	}
}

// A record is there whole or not at all while others are appended.
func TestCopyWhileAppending(t *testing.T) {
	file, _ := written(t, 20)
	j, _ := open(t, place(t, file), journal.Seen{}, small)
	done := make(chan error, 1)
	go func() {
		var err error
		for i := 0; i < 50 && err == nil; i++ {
			_, err = j.Append([]byte(payload(i + 1)))
		}
		done <- err
	}()
	for range 10 {
		var b bytes.Buffer
		head, err := j.Copy(&b)
		if err != nil {
			t.Fatal(err)
		}
		if was, err := journal.Adopt(filepath.Join(t.TempDir(), "journal"), &b); err != nil || was != head {
			t.Fatal(err)
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestNoCopyOfADamagedJournal(t *testing.T) {
	file, at := written(t, 9)
	flipped := bytes.Clone(file)
	flipped[at[4]+60] ^= 1
	j, _ := open(t, place(t, flipped), journal.Seen{}, small)
	if _, err := j.Copy(io.Discard); problem.Of(err).Code != "journal_damaged" {
		t.Error(err)
	}
	// Damage that came after the journal was opened.
	path := place(t, file)
	j, _ = open(t, path, journal.Seen{}, small)
	if err := os.WriteFile(path, flipped, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Copy(io.Discard); !errors.Is(err, journal.ErrChanged) {
		t.Error(err)
	}
}

func TestDamagedCopiesAreNotAdopted(t *testing.T) {
	file, _, _ := copied(t, 9)
	refuse := func(what string, file []byte) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "journal")
		if _, err := journal.Adopt(path, bytes.NewReader(file)); !errors.Is(err, journal.ErrCopyDamaged) && !errors.Is(err, journal.ErrCopyTooNew) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: something was left: %v", what, err)
		}
	}
	for i := range file {
		flipped := bytes.Clone(file)
		flipped[i] ^= 1
		refuse("flipped", flipped)
	}
	refuse("cut", file[:len(file)-1])
	refuse("empty", nil)
	refuse("one byte more", append(bytes.Clone(file), 0))
}
