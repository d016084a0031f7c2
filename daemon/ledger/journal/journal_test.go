package journal_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/ledger/journal"
	"blackmark/shared/problem"
)

var small = journal.Options{MinFree: 1}

func open(t *testing.T, path string, seen journal.Seen, o journal.Options) (*journal.Journal, journal.Report) {
	t.Helper()
	j, report, err := journal.Open(path, seen, o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j, report
}

func read(t *testing.T, j *journal.Journal) (payloads []string) {
	t.Helper()
	if err := j.Read(func(seq uint64, p []byte) error {
		payloads = append(payloads, fmt.Sprintf("%d %s", seq, p))
		return nil
	}); err != nil {
		t.Fatalf("read: %v", err)
	}
	return payloads
}

// written is the bytes of a journal with n records, and where each begins.
func written(t *testing.T, n int) (file []byte, at []int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal")
	j, _ := open(t, path, journal.Seen{}, small)
	for i := range n {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		at = append(at, int(info.Size()))
		if _, err := j.Append([]byte(payload(i + 1))); err != nil {
			t.Fatal(err)
		}
	}
	_ = j.Close()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file, append(at, len(file))
}

func payload(i int) string { return fmt.Sprintf(`{"entry":%d,"text":"%s"}`, i, strings.Repeat("x", i)) }

func place(t *testing.T, file []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAppendReadReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, report := open(t, path, journal.Seen{}, small)
	if !report.New {
		t.Error("a new journal was not called new")
	}
	if seq, err := j.Append([]byte("a"), []byte("b")); err != nil || seq != 1 {
		t.Fatalf("seq %d, %v", seq, err)
	}
	big := bytes.Repeat([]byte("z"), journal.MaxPayload)
	if seq, err := j.Append(big); err != nil || seq != 3 {
		t.Fatalf("seq %d, %v", seq, err)
	}
	for _, bad := range [][]byte{nil, append(big, 'z')} {
		if _, err := j.Append([]byte("good"), bad); !errors.Is(err, journal.ErrPayload) {
			t.Fatalf("%d bytes: %v", len(bad), err)
		}
	}
	head := j.Head()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Append([]byte("late")); !errors.Is(err, journal.ErrClosed) {
		t.Fatalf("append after close: %v", err)
	}
	j, report = open(t, path, journal.Seen{ID: head.ID, Seq: 3}, small)
	if diff := cmp.Diff(journal.Report{}, report); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(head, j.Head()); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff([]string{"1 a", "2 b", "3 " + string(big)}, read(t, j)); diff != "" {
		t.Fatal(diff)
	}
}

// The format, written down a second time: a file of a landed version must
// read for ever.
func TestFormat(t *testing.T) {
	id := [16]byte{1, 2, 3}
	table := crc32.MakeTable(crc32.Castagnoli)
	file := append([]byte("BLKMARKJ\x01\x00\x00\x00"), id[:]...)
	file = binary.LittleEndian.AppendUint32(file, crc32.Checksum(file, table))
	chain := sha256.Sum256(id[:])
	add := func(seq uint64, flag byte, payload string) {
		hash := sha256.Sum256([]byte(payload))
		chain = sha256.Sum256(append(chain[:], hash[:]...))
		kept := []byte(payload)
		if flag == 1 {
			kept = hash[:]
		}
		body := binary.LittleEndian.AppendUint64(nil, seq)
		body = append(append(append(body, flag), chain[:]...), kept...)
		length := binary.LittleEndian.AppendUint32(nil, uint32(len(body)))
		file = append(file, length...)
		file = binary.LittleEndian.AppendUint32(file, crc32.Checksum(append(length, body...), table))
		file = append(file, body...)
	}
	add(1, 0, "one")
	add(2, 1, "a person who was forgotten")
	add(3, 0, "three")
	j, report := open(t, place(t, file), journal.Seen{Seq: 3}, small)
	if report.Damage != nil {
		t.Fatal(report.Damage)
	}
	if diff := cmp.Diff([]string{"1 one", "2 ", "3 three"}, read(t, j)); diff != "" {
		t.Fatal(diff)
	}
	if h := j.Head(); h.ID != id || h.Chain != chain || h.Records != 3 {
		t.Fatalf("head %+v", h)
	}
	if _, err := j.Append([]byte("four")); err != nil {
		t.Fatal(err)
	}
}

// What a file can end in, and whether that is an interrupted write or damage.
func TestTornTailOrDamage(t *testing.T) {
	file, at := written(t, 6)
	last := at[5]
	cut := func(n int) []byte { return bytes.Clone(file[:n]) }
	flip := func(i int) []byte { b := bytes.Clone(file); b[i] ^= 1; return b }
	zero := func(from int) []byte { b := bytes.Clone(file); clear(b[from:]); return b }
	for name, c := range map[string]struct {
		file   []byte
		seen   uint64
		torn   bool
		damage string
		whole  int // records that can be read
	}{
		"whole":                           {file: file, seen: 6, whole: 6},
		"half a record":                   {file: cut(last + 20), seen: 5, torn: true, whole: 5},
		"half a length":                   {file: cut(last + 2), seen: 5, torn: true, whole: 5},
		"half a record that was seen":     {file: cut(last + 20), seen: 6, damage: "journal_damaged", whole: 5},
		"cut between records":             {file: cut(last), seen: 5, whole: 5},
		"cut between records, later seen": {file: cut(last), seen: 6, damage: "journal_short", whole: 5},
		"a tail of zeros":                 {file: zero(last), seen: 5, torn: true, whole: 5},
		"two records of zeros, one seen":  {file: zero(at[4]), seen: 5, damage: "journal_damaged", whole: 4},
		"a flipped bit in the last":       {file: flip(last + 30), seen: 5, torn: true, whole: 5},
		"a flipped bit in the last, seen": {file: flip(last + 30), seen: 6, damage: "journal_damaged", whole: 5},
		"a flipped bit in the middle":     {file: flip(at[2] + 30), seen: 0, damage: "journal_damaged", whole: 5},
		"a flipped length in the middle":  {file: flip(at[2]), seen: 0, damage: "journal_damaged", whole: 5},
		"a huge length in the middle":     {file: flip(at[2] + 3), seen: 0, damage: "journal_damaged", whole: 5},
		"a flipped bit in the header":     {file: flip(20), seen: 0, damage: "journal_damaged"},
		"another magic":                   {file: flip(0), seen: 0, damage: "journal_damaged"},
		"half a header":                   {file: cut(10), seen: 0, damage: "journal_damaged"},
		"empty":                           {file: nil, seen: 0, damage: "journal_damaged"},
		"bytes behind the last":           {file: append(bytes.Clone(file), "garbage"...), seen: 6, torn: true, whole: 6},
		"a record left out":               {file: append(cut(at[2]), file[at[3]:]...), seen: 0, damage: "journal_damaged", whole: 5},
		"a record twice":                  {file: append(cut(at[3]), file[at[2]:]...), seen: 0, damage: "journal_damaged", whole: 7},
	} {
		t.Run(name, func(t *testing.T) {
			path := place(t, c.file)
			j, report := open(t, path, journal.Seen{Seq: c.seen}, small)
			if got := len(read(t, j)); got != c.whole {
				t.Errorf("%d records can be read, want %d", got, c.whole)
			}
			if (report.Torn != "") != c.torn {
				t.Errorf("torn: %q, want %v", report.Torn, c.torn)
			}
			code := ""
			if report.Damage != nil {
				code = report.Damage.Code
				if report.Damage.Kind != problem.Damaged || !strings.Contains(report.Damage.Message, path) || report.Damage.Hint == "" {
					t.Errorf("the damage does not say which file and what to do: %+v", report.Damage)
				}
			}
			if code != c.damage {
				t.Fatalf("damage %q, want %q", code, c.damage)
			}
			_, err := j.Append([]byte("next"))
			now, _ := os.ReadFile(path)
			if c.damage != "" {
				if !errors.Is(err, report.Damage) || !bytes.Equal(now, c.file) {
					t.Fatalf("a damaged journal was changed, or took a record: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatalf("append: %v", err)
			}
			if c.torn {
				kept, err := os.ReadFile(report.Torn)
				if err != nil || !bytes.Equal(append(bytes.Clone(now[:len(c.file)-len(kept)]), kept...), c.file) {
					t.Fatalf("the tail was not kept whole: %v", err)
				}
				if report.Torn != path+".torn-1" {
					t.Errorf("kept as %s", report.Torn)
				}
			}
			_ = j.Close()
			j, report = open(t, path, journal.Seen{Seq: uint64(c.whole) + 1}, small)
			if report.Damage != nil || len(read(t, j)) != c.whole+1 {
				t.Fatalf("opened again: %+v", report)
			}
		})
	}
}

func TestMissingAndOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, report := open(t, path, journal.Seen{Seq: 9}, small)
	if report.Damage == nil || report.Damage.Code != "journal_missing" || len(read(t, j)) != 0 {
		t.Fatalf("a journal that was seen is gone: %+v", report)
	}
	if _, err := os.Stat(path); err == nil {
		t.Fatal("an empty journal was put in its place")
	}
	file, _ := written(t, 2)
	_, report = open(t, place(t, file), journal.Seen{ID: [16]byte{7}, Seq: 1}, small)
	if report.Damage == nil || report.Damage.Code != "journal_other" {
		t.Fatalf("another journal: %+v", report)
	}
	newer := bytes.Clone(file)
	newer[8] = 2
	binary.LittleEndian.PutUint32(newer[28:], crc32.Checksum(newer[:28], crc32.MakeTable(crc32.Castagnoli)))
	_, report = open(t, place(t, newer), journal.Seen{}, small)
	if report.Damage == nil || report.Damage.Code != "journal_too_new" {
		t.Fatalf("a newer journal: %+v", report)
	}
}

// faulty is a file that fails at the n-th write or flush.
type faulty struct {
	*os.File
	writes, syncs       int
	failWrite, failSync int
	short               bool // a failed write leaves half of it
}

var errDisk = errors.New("the disk failed")

func (f *faulty) WriteAt(b []byte, at int64) (int, error) {
	if f.writes++; f.writes == f.failWrite {
		if f.short {
			n, _ := f.File.WriteAt(b[:len(b)/2], at)
			return n, errDisk
		}
		return 0, errDisk
	}
	return f.File.WriteAt(b, at)
}

func (f *faulty) Sync() error {
	if f.syncs++; f.syncs == f.failSync {
		return errDisk
	}
	return f.File.Sync()
}

func (f *faulty) open(path string) (journal.File, int64, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	f.File = file
	return f, info.Size(), err
}

// After one failed write or flush nothing is acknowledged any more, and
// opening again finds all that was.
func TestFailureIsFinal(t *testing.T) {
	for name, f := range map[string]*faulty{
		"write":      {failWrite: 3},
		"half write": {failWrite: 3, short: true},
		"flush":      {failSync: 3},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal")
			j, _ := open(t, path, journal.Seen{}, journal.Options{MinFree: 1, OpenFile: f.open})
			for i := range 2 {
				if _, err := j.Append([]byte(payload(i))); err != nil {
					t.Fatal(err)
				}
			}
			for range 3 { // the disk fails once; the journal stays failed
				if _, err := j.Append([]byte("lost")); !errors.Is(err, journal.ErrFailed) {
					t.Fatalf("append: %v", err)
				}
			}
			if j.Head().Seq != 2 || len(read(t, j)) != 2 {
				t.Fatalf("what was not acknowledged is shown: %+v", j.Head())
			}
			_ = j.Close()
			j, report := open(t, path, journal.Seen{Seq: 2}, small)
			if report.Damage != nil || len(read(t, j)) < 2 {
				t.Fatalf("opened again: %+v", report)
			}
			if _, err := j.Append([]byte("next")); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestFullDisk(t *testing.T) {
	free := uint64(1 << 20)
	o := journal.Options{MinFree: 1 << 19, FreeSpace: func(string) (uint64, error) { return free, nil }}
	path := filepath.Join(t.TempDir(), "journal")
	j, _ := open(t, path, journal.Seen{}, o)
	if _, err := j.Append([]byte("one")); err != nil {
		t.Fatal(err)
	}
	free = 1 << 19
	if _, err := j.Append([]byte("two")); problem.Of(err).Kind != problem.NoSpace || problem.Of(err).Status() != 507 {
		t.Fatalf("on a full disk: %v", err)
	}
	if diff := cmp.Diff([]string{"1 one"}, read(t, j)); diff != "" {
		t.Fatal(diff)
	}
	free = 1 << 20
	if seq, err := j.Append([]byte("two")); err != nil || seq != 2 {
		t.Fatalf("with space again: %d %v", seq, err)
	}
}

func FuzzOpen(f *testing.F) {
	entries, err := filepath.Glob("testdata/seed-*")
	if err != nil || len(entries) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint64(3))
	}
	f.Fuzz(func(t *testing.T, file []byte, seen uint64) {
		path := place(t, file)
		j, report, err := journal.Open(path, journal.Seen{Seq: seen}, small)
		if err != nil {
			t.Fatal(err)
		}
		defer j.Close()
		n := len(read(t, j))
		now, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if report.Torn != "" {
			tail, err := os.ReadFile(report.Torn)
			if err != nil {
				t.Fatal(err)
			}
			now = append(now, tail...)
		}
		if !bytes.Equal(now, file) {
			t.Fatal("bytes were lost")
		}
		if _, err := j.Append([]byte("next")); (err == nil) != (report.Damage == nil) {
			t.Fatalf("append: %v, damage: %v", err, report.Damage)
		}
		if report.Damage == nil {
			if uint64(n) < seen {
				t.Fatalf("%d records were seen, %d are left, and nothing was said", seen, n)
			}
			k, again, err := journal.Open(path, journal.Seen{Seq: uint64(n) + 1}, small)
			if err != nil || again.Damage != nil || len(read(t, k)) != n+1 {
				t.Fatalf("opened again: %+v %v", again, err)
			}
			_ = k.Close()
		}
		forgot := j.Forget(func(seq uint64) bool { return seq%2 == 1 }, []byte("forgot"))
		if (forgot == nil) != (report.Damage == nil) {
			t.Fatalf("forget: %v, damage: %v", forgot, report.Damage)
		}
		if head := j.Head(); forgot == nil {
			k, again, err := journal.Open(path, journal.Seen{ID: head.ID, Seq: head.Seq}, small)
			if err != nil || again.Damage != nil || again.Torn != "" || k.Head() != head || len(read(t, k)) != n+2 {
				t.Fatalf("opened after forgetting: %+v %v", again, err)
			}
			_ = k.Close()
		}
	})
}

// A journal of several parts, which are hashed beside each other: its head is that
// of appending, and one flipped byte anywhere is damage.
func TestLongJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, _ := open(t, path, journal.Seen{}, small)
	for i := range 80 {
		batch := make([][]byte, 1+i%3)
		for n := range batch {
			batch[n] = bytes.Repeat([]byte{byte('a' + i%26)}, 1+(i*9973+n)%journal.MaxPayload)
		}
		if _, err := j.Append(batch...); err != nil {
			t.Fatal(err)
		}
	}
	head := j.Head()
	_ = j.Close()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(file) < 3<<20 {
		t.Fatalf("%d bytes are too few parts", len(file))
	}
	seen := journal.Seen{ID: head.ID, Seq: head.Seq}
	whole, report := open(t, path, seen, small)
	if diff := cmp.Diff(journal.Report{}, report); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(head, whole.Head()); diff != "" {
		t.Fatal(diff)
	}
	for at := 40; at < len(file); at += len(file) / 23 {
		file[at] ^= 4
		damaged, report := open(t, place(t, file), seen, small)
		if report.Damage == nil {
			t.Errorf("byte %d was flipped, and nobody noticed", at)
		}
		if n := len(read(t, damaged)); n >= int(head.Records) {
			t.Errorf("byte %d was flipped, and all %d records are read", at, n)
		}
		file[at] ^= 4
	}
	// Swapped records are whole, each alone; they do not follow.
	short, at := written(t, 3)
	swapped := append(append(append([]byte{}, short[:at[0]]...), short[at[1]:at[2]]...), short[at[0]:at[1]]...)
	swapped = append(swapped, short[at[2]:]...)
	if _, report := open(t, place(t, swapped), journal.Seen{}, small); report.Damage == nil {
		t.Error("records in another order were taken")
	}
	// So is one whose payload was exchanged and its checksum made anew.
	record := short[at[1]:at[2]]
	record[len(record)-2] ^= 1
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := crc32.Update(crc32.Checksum(record[:4], table), table, record[8:])
	binary.LittleEndian.PutUint32(record[4:], sum)
	if _, report := open(t, place(t, short), journal.Seen{}, small); report.Damage == nil {
		t.Error("a payload of another chain was taken")
	}
}
