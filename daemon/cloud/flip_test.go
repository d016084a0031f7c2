package cloud_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"blackmark/daemon/cloud"
	"blackmark/shared/problem"
	"blackmark/shared/tag"
)

// flips is how many bytes are changed over all files of a server's folder, one
// after the other; longFlips in the long form.
const flips, longFlips = 220, 5000

// One byte changed anywhere in the folder of a server that was killed: keys,
// settings, what it trusts, the store, what is published. It starts, and everybody
// is served as before; or it does not, names the file and says what to do.
func TestOneByteChanged(t *testing.T) {
	whole := fullFolder(t)
	files := readFolder(t, whole.dir)
	count := flips
	if os.Getenv("BLACKMARK_TEST_LONG") != "" {
		count = longFlips
	}
	var lock sync.Mutex
	served, refused := 0, map[string]int{}
	places := files.places(count)
	t.Run("flips", func(t *testing.T) { // ends when all of them have
		for _, p := range places {
			t.Run(fmt.Sprintf("byte %d of %s", p.at, filepath.ToSlash(p.file)), func(t *testing.T) {
				t.Parallel() // most of it is waiting for the disk
				dir := files.write(t)
				change(t, dir, p)
				err := whole.serveFrom(t, dir, p.file == "settings.json")
				lock.Lock()
				defer lock.Unlock()
				var known *problem.Error
				switch {
				case err == nil:
					served++
				case !errors.As(err, &known) || known.Field == "" || known.Hint == "":
					t.Errorf("refused, and no file or remedy named: %v", err)
				default:
					refused[known.Field]++
				}
			})
		}
	})
	t.Logf("%d bytes in %d files: served whole %d times, refused by %v", len(places), len(files), served, refused)
	if len(refused) < 5 {
		t.Error("these changes hurt nobody: the test shows nothing")
	}
}

// before is how a server answered before anything was changed.
type before struct {
	*seller
	dir       string
	reports   int     // in the store
	listed    int     // buyers on the list, the next time it is published
	version   uint64  // of the list
	evaluated tag.Tag // what the sample buyer's tag is
}

// fullFolder is the folder of a server that was killed between two publications.
func fullFolder(t *testing.T) before {
	t.Helper()
	st := &stage{t: t, dir: t.TempDir(), log: &bytes.Buffer{}, clock: &clock{now: start}}
	settings, err := json.Marshal(friends())
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(st.dir, "settings.json"), settings)
	st.start(friends())
	s := st.member()
	b := before{seller: s, evaluated: s.evaluate(sample(1))[0]}
	for range 3 {
		for range 30 {
			s.share("returns", madeUp())
		}
		b.reports += 30
		if b.reports < 90 {
			st.publish()
		}
	}
	b.listed, b.version = b.reports, s.entry().Version
	b.dir = readFolder(t, st.dir).write(t) // while it runs: as a kill leaves it
	st.stop()
	return b
}

// serveFrom starts a server on a folder and has it do everything. What a server
// that started does wrong fails the test.
func (b before) serveFrom(t *testing.T, dir string, otherRules bool) error {
	t.Helper()
	c := clock{now: start}
	server, err := cloud.Open(cloud.Config{Dir: dir, Addr: "127.0.0.1:0", Now: c.Now})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx) }()
	defer func() {
		cancel()
		if err := errors.Join(<-done, server.Close()); err != nil {
			t.Error(err)
		}
	}()
	if err := server.Publish(ctx); err != nil {
		t.Fatal(err)
	}
	if rows, err := b.rows(t, dir); err != nil || rows != b.reports {
		t.Errorf("%d of %d reports, %v", rows, b.reports, err)
	}
	s := client(t, server.Address(), b.root, c.Now)
	s.joined, s.device, s.epoch = b.joined, b.device, 1
	if got := s.evaluate(sample(1))[0]; got != b.evaluated {
		t.Error("a buyer has another tag now")
	}
	if listed := int(s.list().Header().Count); listed != b.listed && !otherRules {
		t.Errorf("%d of %d buyers are published", listed, b.listed)
	}
	if version := s.entry().Version; version <= b.version && !otherRules {
		t.Errorf("version %d of the list after version %d, and other buyers on it", version, b.version)
	}
	return nil
}

// rows are the reports in the store of a server that runs, or of none.
func (b before) rows(t *testing.T, dir string) (n int, err error) {
	t.Helper()
	st := &stage{t: t, dir: dir, clock: &clock{now: start}}
	st.records(func(key, _ []byte) {
		if key[0] == 'r' {
			n++
		}
	})
	return n, nil
}

// folder is the files below a folder without the emptiness behind them.
type folder map[string]file

type file struct {
	written []byte
	size    int64
}

func readFolder(t *testing.T, dir string) folder {
	t.Helper()
	f := folder{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		f[name] = file{bytes.Clone(bytes.TrimRight(data, "\x00")), int64(len(data))}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f folder) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, one := range f {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, path, one.written)
		if err := os.Truncate(path, one.size); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// place is one byte of a file.
type place struct {
	file string
	at   int64
}

// places spreads n bytes over all files, where something is written.
func (f folder) places(n int) (all []place) {
	for _, name := range slices.Sorted(maps.Keys(f)) {
		written := int64(len(f[name].written))
		for at := int64(0); at < written; at += 1 + written*int64(len(f))/int64(n) {
			all = append(all, place{name, at})
		}
	}
	return all
}

func change(t *testing.T, dir string, p place) {
	t.Helper()
	path := filepath.Join(dir, p.file)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[p.at] ^= 1 << (p.at % 8)
	write(t, path, data)
}
