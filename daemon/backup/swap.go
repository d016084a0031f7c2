package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
)

// A restore makes the new data in a folder beside the old. Then a plan is written:
// before that the old data stands and the new is rubbish; after it the new data
// stands, and whoever opens the data folder next carries out what is left of the
// plan. So a crash at any moment leaves the one or the other, whole.
const (
	stageName  = "restore.new"
	planName   = "restore.json"
	keptPrefix = "before-restore-"
	planFormat = 1
)

// plan says what takes whose place.
type plan struct {
	Format int    `json:"format"`
	Kept   string `json:"kept"` // folder for what was there
	Moves  []Move `json:"moves"`
}

// Move is a file or folder of the data folder that makes room, and whether a new
// one takes its place.
type Move struct {
	Name string `json:"name"`
	New  bool   `json:"new"`
}

// ErrUnfinished says that a restore was begun and can be carried to neither end.
var ErrUnfinished = problem.New(problem.Damaged, "restore_unfinished",
	"a restore was begun and could not be finished; both the old and the new data are whole",
	"close what has files of the data folder open, make room on the disk, and start Blackmark again: it finishes by itself")

// Swap changes the content of a data folder whose lock the caller holds and in
// which nothing is open.
type Swap struct {
	Dir string           // the data folder
	Now func() time.Time // nil means time.Now
}

// Stage is an empty folder beside the data for what is to be restored.
func (s Swap) Stage() (string, error) {
	dir := filepath.Join(s.Dir, stageName)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, disk.MakeDir(dir)
}

// Drop deletes the stage.
func (s Swap) Drop() error { return os.RemoveAll(filepath.Join(s.Dir, stageName)) }

// Do puts what is on the stage in the place of what is there, and names the
// folder in which that is kept now. On an error the old data stands, unless the
// error is ErrUnfinished.
func (s Swap) Do(moves []Move) (kept string, err error) {
	if s.Now == nil {
		s.Now = time.Now
	}
	p := plan{Format: planFormat, Moves: moves}
	name := keptPrefix + s.Now().UTC().Format(nameTime)
	for n := 2; ; n++ {
		if p.Kept == "" {
			p.Kept = name
		}
		err := os.Mkdir(filepath.Join(s.Dir, p.Kept), 0o700)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		p.Kept = fmt.Sprintf("%s-%d", name, n)
	}
	if err := disk.SyncDir(filepath.Join(s.Dir, stageName)); err != nil {
		return "", err
	}
	if err := disk.WriteObject(filepath.Join(s.Dir, planName), p); err != nil {
		if exists(filepath.Join(s.Dir, planName)) { // it stands, and may not after a power cut
			return "", ErrUnfinished.Because(err)
		}
		return "", errors.Join(err, os.Remove(filepath.Join(s.Dir, p.Kept)))
	}
	return filepath.Join(s.Dir, p.Kept), s.finish(p)
}

// Recover finishes a restore that was planned, or clears away one that was not.
// It tells whether there was a plan. Call it before anything of the data folder is
// opened.
func (s Swap) Recover() (planned bool, err error) {
	var p plan
	err = disk.ReadObject(filepath.Join(s.Dir, planName), &p)
	if errors.Is(err, fs.ErrNotExist) {
		return false, s.clear()
	}
	if err == nil && (p.Format != planFormat || filepath.Base(p.Kept) != p.Kept) {
		err = fmt.Errorf("a plan of format %d", p.Format)
	}
	if err != nil {
		return true, ErrUnfinished.Because(err)
	}
	return true, s.finish(p)
}

// clear deletes what a restore left that did not come to its plan.
func (s Swap) clear() error {
	made, err := disk.Named(filepath.Join(s.Dir, keptPrefix))
	for _, path := range made {
		_ = os.Remove(path) // one that holds something stays
	}
	return errors.Join(err, s.Drop())
}

// finish carries out what is left of a plan. Every move is one rename, and where
// things lie tells which are done.
func (s Swap) finish(p plan) error {
	if err := disk.MakeDir(filepath.Join(s.Dir, p.Kept)); err != nil {
		return ErrUnfinished.Because(err)
	}
	for _, m := range p.Moves {
		if err := s.move(p, m); err != nil {
			return ErrUnfinished.Because(err)
		}
	}
	path := filepath.Join(s.Dir, planName)
	err := disk.Try(disk.Move, path)
	if err == nil {
		err = os.Remove(path)
	}
	if err == nil {
		err = disk.SyncDir(s.Dir)
	}
	if err != nil {
		return ErrUnfinished.Because(err)
	}
	s.prune()
	return s.Drop()
}

// KeptFolders is how many folders of replaced data stay.
const KeptFolders = 3

// Replaced are the folders in which restores left what they replaced, the oldest
// first: their names hold the time.
func Replaced(dir string) ([]string, error) { return disk.Named(filepath.Join(dir, keptPrefix)) }

// prune deletes what the oldest restores replaced. What cannot be deleted stays
// until the next one: the restore itself is done.
func (s Swap) prune() {
	paths, _ := Replaced(s.Dir)
	for ; len(paths) > KeptFolders; paths = paths[1:] {
		_ = os.RemoveAll(paths[0])
	}
}

func (s Swap) move(p plan, m Move) error {
	live := filepath.Join(s.Dir, m.Name)
	fresh := filepath.Join(s.Dir, stageName, m.Name)
	kept := filepath.Join(s.Dir, p.Kept, m.Name)
	if m.New && !exists(fresh) {
		return nil // it took its place before
	}
	if exists(live) {
		if err := rename(live, kept); err != nil {
			return err
		}
	}
	if !m.New {
		return nil
	}
	return rename(fresh, live)
}

func rename(from, to string) error {
	if err := disk.Rename(from, to); err != nil {
		return err
	}
	for _, dir := range []string{filepath.Dir(to), filepath.Dir(from)} {
		if err := disk.SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
