package backup

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// Config says where backups are kept and what goes into one.
type Config struct {
	Dir     string           // of the backups alone, made with the first one
	Sources []Source         // in this order; none where backups are only read
	Program string           // version of the program
	MinFree uint64           // bytes that must stay free on the disk; 0 means 256 MiB
	Now     func() time.Time // nil means time.Now
	Log     *slog.Logger     // nil means none
}

// Source is what a room puts into a backup. Save writes the same bytes as long as
// nothing changed, and may note in the summary what it counted.
type Source struct {
	Part
	Save func(ctx context.Context, w io.Writer, s *Summary) error
}

// Folder is the folder of backups. Its methods may be called from several
// goroutines.
type Folder struct {
	cfg    Config
	taking sync.Mutex // one backup at a time
	noting sync.Mutex
}

// What asking for a backup can be refused for.
var (
	ErrUnknown = problem.New(problem.NotFound, "backup_unknown",
		"there is no backup of this name", "`blackmark backup list` shows them")
	ErrUnsound = problem.New(problem.Damaged, "backup_unsound",
		"the backup did not read back as it was written, and was deleted",
		"check the disk of the data folder; the backups made before are still there")
)

// New is a folder of backups. It touches no disk.
func New(c Config) *Folder {
	if c.MinFree == 0 {
		c.MinFree = disk.DefaultMinFree
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Folder{cfg: c}
}

// Names sort by the time at which the backups were made.
const (
	ending   = ".backup"
	nameTime = "20060102-150405"
)

var namePattern = regexp.MustCompile(`^blackmark-[0-9]{8}-[0-9]{6}(-[0-9]{1,4})?\.backup$`)

// tempPrefix begins the name of a backup that is not whole yet.
const tempPrefix = ".unfinished-"

// Take makes a backup, reads it back, and only then gives it its name.
func (f *Folder) Take(ctx context.Context, why string) (wire.Backup, error) {
	f.taking.Lock()
	defer f.taking.Unlock()
	temp, s, err := f.write(ctx, why)
	if err != nil {
		return wire.Backup{}, err
	}
	return f.keep(temp, s)
}

// Daily makes a backup where the newest one is from an earlier day and something
// changed since, and deletes those that have outlived their use.
func (f *Folder) Daily(ctx context.Context) (taken bool, err error) {
	f.taking.Lock()
	defer f.taking.Unlock()
	all, err := f.sound()
	if err != nil {
		return false, err
	}
	if len(all) > 0 && day(all[0].at) >= day(f.cfg.Now()) {
		return false, nil
	}
	temp, s, err := f.write(ctx, WhyDaily)
	if err != nil {
		return false, err
	}
	if len(all) > 0 && sameParts(all[0].Parts, s.Parts) {
		return false, os.Remove(temp)
	}
	if _, err := f.keep(temp, s); err != nil {
		return false, err
	}
	return true, f.prune()
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func sameParts(a, b []PartSum) bool {
	return slices.EqualFunc(a, b, func(a, b PartSum) bool { return a.Part == b.Part && bytes.Equal(a.SHA256, b.SHA256) })
}

// write makes a backup without a name.
func (f *Folder) write(ctx context.Context, why string) (temp string, s Summary, err error) {
	s = Summary{At: f.cfg.Now().UTC().Format(time.RFC3339), Why: why, Program: f.cfg.Program}
	temp, err = f.create(func(out io.Writer) error {
		w, err := newWriter(out)
		if err != nil {
			return err
		}
		for _, source := range f.cfg.Sources {
			err := w.part(source.Part, func(to io.Writer) error { return source.Save(ctx, to, &s) })
			if err != nil {
				return err
			}
		}
		s.Parts = w.parts
		return w.close(s)
	})
	return temp, s, err
}

// create writes a file of the owner alone that has no name yet, and flushes it.
func (f *Folder) create(fill func(io.Writer) error) (temp string, err error) {
	if err := disk.MakeDir(f.cfg.Dir); err != nil {
		return "", err
	}
	f.sweep()
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails since Go 1.24
	temp = filepath.Join(f.cfg.Dir, tempPrefix+hex.EncodeToString(random[:]))
	file, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	err = fill(&careful{w: file, dir: f.cfg.Dir, minFree: f.cfg.MinFree})
	if err == nil {
		err = disk.Try(disk.Sync, temp)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(temp)
		var known *problem.Error
		if errors.As(err, &known) {
			return "", known
		}
		return "", fmt.Errorf("write a backup: %w", err)
	}
	return temp, nil
}

// staleAfter is how old an unfinished backup is of which nobody works any more:
// daemon and command line may write beside each other.
const staleAfter = 24 * time.Hour

// sweep deletes what an earlier process left unfinished.
func (f *Folder) sweep() {
	left, _ := disk.Named(filepath.Join(f.cfg.Dir, tempPrefix))
	for _, path := range left {
		if info, err := os.Lstat(path); err == nil && time.Since(info.ModTime()) > staleAfter {
			_ = os.Remove(path)
		}
	}
}

// careful looks at the free space as it writes.
type careful struct {
	w       io.Writer
	dir     string
	minFree uint64
	left    int // bytes before it looks again
}

// Write refuses when the disk gets too full.
func (c *careful) Write(p []byte) (int, error) {
	if err := disk.Try(disk.Write, c.dir); err != nil {
		return 0, err
	}
	if c.left -= len(p); c.left < 0 {
		if err := disk.CheckFree(c.dir, c.minFree); err != nil {
			return 0, err
		}
		c.left = 4 << 20
	}
	return c.w.Write(p)
}

// keep reads an unnamed backup back and names it. One that is there already, with
// the same content, stays alone.
func (f *Folder) keep(temp string, want Summary) (wire.Backup, error) {
	got, err := readFile(temp)
	if err != nil || !sameParts(got.Parts, want.Parts) {
		_ = os.Remove(temp)
		return wire.Backup{}, ErrUnsound.Because(err)
	}
	at, err := time.Parse(time.RFC3339, got.At)
	if err != nil {
		_ = os.Remove(temp)
		return wire.Backup{}, ErrDamaged.Because(err)
	}
	for n := 1; ; n++ {
		name := "blackmark-" + at.UTC().Format(nameTime) + ending
		if n > 1 {
			name = fmt.Sprintf("blackmark-%s-%d%s", at.UTC().Format(nameTime), n, ending)
		}
		path := filepath.Join(f.cfg.Dir, name)
		if there, err := f.summary(name); err == nil && there.At == got.At && sameParts(there.Parts, got.Parts) {
			return f.checked(name), os.Remove(temp)
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := disk.Rename(temp, path); err != nil {
			return wire.Backup{}, err
		}
		if err := disk.SyncDir(f.cfg.Dir); err != nil {
			return wire.Backup{}, err
		}
		return f.checked(name), nil
	}
}

func readFile(path string) (Summary, error) {
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return Summary{}, err
	}
	defer file.Close()
	return Read(file, nil)
}

// Adopt takes in a backup from elsewhere: it is read whole before it gets a name here.
func (f *Folder) Adopt(r io.Reader) (wire.Backup, error) {
	f.taking.Lock()
	defer f.taking.Unlock()
	temp, err := f.create(func(w io.Writer) error {
		_, err := Read(io.TeeReader(r, w), nil)
		return err
	})
	if err != nil {
		return wire.Backup{}, err
	}
	s, err := readFile(temp)
	if err != nil {
		_ = os.Remove(temp)
		return wire.Backup{}, err
	}
	return f.keep(temp, s)
}

// Open opens a backup for reading.
func (f *Folder) Open(name string) (*os.File, error) {
	if !namePattern.MatchString(name) {
		return nil, ErrUnknown.In("name")
	}
	file, err := os.Open(filepath.Join(f.cfg.Dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrUnknown.In("name")
	}
	return file, err
}

func (f *Folder) summary(name string) (Summary, error) {
	file, err := f.Open(name)
	if err != nil {
		return Summary{}, err
	}
	defer file.Close()
	return peek(file)
}

// Check reads all of a backup.
func (f *Folder) Check(name string) (wire.Backup, error) {
	file, err := f.Open(name)
	if err != nil {
		return wire.Backup{}, err
	}
	defer file.Close()
	if _, err := Read(file, nil); err != nil {
		f.note(name, "")
		return wire.Backup{}, err
	}
	return f.checked(name), nil
}

// checked notes that a backup was read whole, and describes it.
func (f *Folder) checked(name string) wire.Backup {
	f.note(name, f.cfg.Now().UTC().Format(time.RFC3339))
	return f.describe(name, f.notes())
}

// List is all backups, the newest first.
func (f *Folder) List() (wire.BackupList, error) {
	list := wire.BackupList{Folder: f.cfg.Dir, Backups: []wire.Backup{}}
	names, err := f.names()
	if err != nil {
		return list, err
	}
	notes := f.notes()
	for _, name := range names {
		list.Backups = append(list.Backups, f.describe(name, notes))
	}
	return list, nil
}

// names are those of the backups, the newest first.
func (f *Folder) names() ([]string, error) {
	entries, err := os.ReadDir(f.cfg.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && namePattern.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if c := strings.Compare(b[:len("blackmark-")+len(nameTime)], a[:len("blackmark-")+len(nameTime)]); c != 0 {
			return c
		}
		if c := len(b) - len(a); c != 0 {
			return c
		}
		return strings.Compare(b, a)
	})
	return names, nil
}

func (f *Folder) describe(name string, notes map[string]string) wire.Backup {
	b := wire.Backup{Name: name, Checked: notes[name]}
	if info, err := os.Lstat(filepath.Join(f.cfg.Dir, name)); err == nil {
		b.Size = info.Size()
	}
	s, err := f.summary(name)
	if err != nil {
		b.Problem = problem.Of(err)
		return b
	}
	b.At, b.Why, b.Buyers, b.Records, b.Orders = s.At, s.Why, s.Buyers, s.Records, s.Orders
	return b
}

// notesFile says when which backup was read whole. It can be lost.
const notesFile = "checked.json"

func (f *Folder) notes() map[string]string {
	notes := map[string]string{}
	data, err := os.ReadFile(filepath.Join(f.cfg.Dir, notesFile))
	if err == nil {
		_ = json.Unmarshal(data, &notes)
	}
	return notes
}

// note writes down when a backup was whole; empty: it is not.
func (f *Folder) note(name, at string) {
	f.noting.Lock()
	defer f.noting.Unlock()
	notes := f.notes()
	if notes[name] = at; at == "" {
		delete(notes, name)
	}
	names, _ := f.names()
	for known := range notes {
		if !slices.Contains(names, known) {
			delete(notes, known)
		}
	}
	data, err := json.Marshal(notes)
	if err == nil {
		err = disk.WriteFile(filepath.Join(f.cfg.Dir, notesFile), data)
	}
	if err != nil {
		f.cfg.Log.Warn("it could not be noted that a backup was checked", "error", err)
	}
}
