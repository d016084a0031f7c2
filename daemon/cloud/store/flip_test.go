package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"blackmark/daemon/cloud/store"
	"blackmark/shared/problem"
	"blackmark/shared/tag"
)

// flips is how many bytes are changed in the files of each folder, one after the
// other. The long form changes so many more.
const flips, longFlips = 70, 5000

// One byte changed anywhere in the files of a store: all reports are there, or it
// does not open, names the file and says what to do. Bare Badger under the same
// changes is the control: it loses reports and says nothing.
func TestOneByteChanged(t *testing.T) {
	for _, c := range []struct {
		name    string
		prepare func(t *testing.T) (dir string, reports int)
		log     bool // there is one, which Badger alone believes
	}{
		{"closed", closedStore, false}, {"killed", killedStore, true}, {"killed, two logs", twoLogs, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, want := c.prepare(t)
			files := readFolder(t, dir)
			if n, err := reports(files.write(t)); err != nil || n != want {
				t.Fatalf("before any change: %d of %d reports, %v", n, want, err)
			}
			count := flips
			if os.Getenv("BLACKMARK_TEST_LONG") != "" {
				count = longFlips
			}
			var refused, whole, bareLost int
			places := files.places(count)
			for _, p := range places {
				n, err := reports(files.changed(t, p))
				switch {
				case err == nil && n == want:
					whole++
				case err == nil:
					t.Errorf("%v changed: %d of %d reports, and no word", p, n, want)
				case !namesAndAdvises(err):
					t.Errorf("%v changed: %v", p, err)
				default:
					refused++
				}
				if filepath.Ext(p.file) == ".mem" { // Badger ends the process on some others
					if n, err := store.BareReports(files.changed(t, p), key); err == nil && n < want {
						bareLost++
					}
				}
			}
			t.Logf("%d bytes: %d times whole, %d times refused; bare Badger lost reports without a word %d times",
				len(places), whole, refused, bareLost)
			if refused == 0 || c.log && bareLost == 0 {
				t.Error("these changes hurt nobody: the test shows nothing")
			}
		})
	}
}

// A log that a kill tore while nobody had been told opens, without what was torn.
func TestTornTail(t *testing.T) {
	from, want := killedStore(t)
	// The checksum that ends the last record may end in zeros, which look like the
	// unwritten rest: what is torn off begins behind one of these.
	for zeros := range 4 {
		dir := copyOf(t, from)
		log := newestLog(t, dir)
		data, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		end := len(bytes.TrimRight(data, "\x00")) + zeros
		copy(data[end:end+64], "\x40\x00\x28\x10\x00 half of a record, and then nothing")
		if err := os.WriteFile(log, data, 0o600); err != nil {
			t.Fatal(err)
		}
		n, err := reports(dir)
		if err == nil && n == want {
			return
		}
		if err == nil || !namesAndAdvises(err) {
			t.Fatalf("%d of %d reports, %v", n, want, err)
		}
	}
	t.Error("it was refused wherever the torn record began")
}

// Badger empties a log that is in a table now, and then deletes it. A store that
// was killed in between opens with all that the newer log holds.
func TestKilledWhileALogGoes(t *testing.T) {
	dir, want := killedStore(t)
	older := fmt.Sprintf("%05d.mem", 0)
	if newest := filepath.Base(newestLog(t, dir)); newest <= older {
		t.Fatalf("the log is %s: no older one can stand beside it", newest)
	}
	if err := os.WriteFile(filepath.Join(dir, older), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := reports(dir); err != nil || n != want {
		t.Errorf("%d of %d reports, %v", n, want, err)
	}
}

// Files that are gone, or cut off, are noticed as changed ones are.
func TestFileGone(t *testing.T) {
	from, want := killedStore(t)
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		for what, spoil := range map[string]func(file string) error{
			"gone":   os.Remove,
			"empty":  func(file string) error { return os.Truncate(file, 0) },
			"halved": func(file string) error { return halve(file) },
		} {
			dir := copyOf(t, from)
			if err := spoil(filepath.Join(dir, e.Name())); err != nil {
				t.Fatal(err)
			}
			n, err := reports(dir)
			if err == nil && n == want {
				continue
			}
			if err == nil || !namesAndAdvises(err) {
				t.Errorf("%s is %s: %d of %d reports, %v", e.Name(), what, n, want, err)
			}
		}
	}
}

func halve(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.Truncate(file, int64(len(bytes.TrimRight(data, "\x00"))/2))
}

// A store that refused is as it was: the same refusal comes again, and with the
// byte put right everything is there.
func TestRefusalChangesNothing(t *testing.T) {
	from, want := killedStore(t)
	log := newestLog(t, from)
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	p := place{filepath.Base(log), int64(len(bytes.TrimRight(data, "\x00")) / 2)}
	dir := readFolder(t, from).changed(t, p)
	for range 2 {
		if _, err := reports(dir); !errors.Is(err, store.ErrDamaged) {
			t.Fatalf("opened, or refused otherwise: %v", err)
		}
	}
	change(t, dir, p)
	if n, err := reports(dir); err != nil || n != want {
		t.Errorf("%d of %d reports, %v", n, want, err)
	}
}

func namesAndAdvises(err error) bool {
	var p *problem.Error
	return errors.As(err, &p) && p.Field != "" && strings.Contains(p.Hint, "backup")
}

// closedStore has tables and was closed twice.
func closedStore(t *testing.T) (string, int) {
	t.Helper()
	dir := t.TempDir()
	for range 2 {
		s := open(t, dir)
		fill(t, s, 200)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir, 400
}

// killedStore has tables and a log that was never closed.
func killedStore(t *testing.T) (string, int) {
	t.Helper()
	dir, n := closedStore(t)
	s := open(t, dir)
	fill(t, s, 200)
	return copyOf(t, dir), n + 200 // as it is on the disk while it is open
}

// twoLogs was killed twice, the second time before the first log was a table.
func twoLogs(t *testing.T) (string, int) {
	t.Helper()
	first, n := killedStore(t)
	again := copyOf(t, first)
	s := open(t, again)
	fill(t, s, 200)
	second := copyOf(t, again)
	log := newestLog(t, second)
	if log == newestLog(t, first) {
		t.Fatal("no second log was begun")
	}
	for _, file := range []string{filepath.Base(log), "ACKNOWLEDGED", "KEYREGISTRY"} {
		data, err := os.ReadFile(filepath.Join(second, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(first, file), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return first, n + 200
}

func fill(t *testing.T, s *store.Store, n int) {
	t.Helper()
	id, member := account(t, s)
	for i := range n / 20 {
		var tags []tag.Tag
		for range 20 {
			tags = append(tags, newTag())
		}
		share(t, s, id, member, fmt.Sprint("request ", i), "returns", tags...)
	}
}

func newestLog(t *testing.T, dir string) string {
	t.Helper()
	logs, err := filepath.Glob(filepath.Join(dir, "*.mem"))
	if err != nil || len(logs) == 0 {
		t.Fatalf("no log: %v", err)
	}
	return logs[len(logs)-1]
}

// place is one byte of a file of the store.
type place struct {
	file string
	at   int64
}

func (p place) String() string { return fmt.Sprintf("byte %d of %s", p.at, p.file) }

// places spreads n bytes over all files: over what is written in them, and a few
// over the emptiness behind.
func (f folder) places(n int) (all []place) {
	for _, name := range slices.Sorted(maps.Keys(f)) {
		written := int64(len(f[name].written))
		for at := int64(0); at < written; at += max(1, written*int64(len(f))/int64(n)) {
			all = append(all, place{name, at})
		}
		if written > 0 {
			all = append(all, place{name, written - 1})
		}
		for at := written; at < f[name].size; at += 1 + (f[name].size-written)/2 {
			all = append(all, place{name, at})
		}
	}
	return all
}

// changed is the folder with one bit of one byte another.
func (f folder) changed(t *testing.T, p place) string {
	t.Helper()
	dir := f.write(t)
	change(t, dir, p)
	return dir
}

func change(t *testing.T, dir string, p place) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, p.file), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	one := make([]byte, 1)
	if _, err := f.ReadAt(one, p.at); err != nil {
		t.Fatal(err)
	}
	one[0] ^= 1 << (p.at % 8)
	if _, err := f.WriteAt(one, p.at); err != nil {
		t.Fatal(err)
	}
}

// folder is a folder's files without the emptiness behind them.
type folder map[string]file

type file struct {
	written []byte
	size    int64
}

func readFolder(t *testing.T, dir string) folder {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := folder{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		f[e.Name()] = file{bytes.Clone(bytes.TrimRight(data, "\x00")), int64(len(data))}
	}
	return f
}

// write makes a folder of the files, with holes for the emptiness.
func (f folder) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, one := range f {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, one.written, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, one.size); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func copyOf(t *testing.T, from string) string {
	t.Helper()
	return readFolder(t, from).write(t)
}
