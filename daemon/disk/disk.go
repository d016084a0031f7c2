// Package disk is what the rooms that keep data know of disks: how a file is
// written so that a power cut leaves the old or the new one, how much space
// is free, and with which options Badger is a small index.
//
// It imports shared/problem alone of ours, keeps no state, and knows nothing
// of what is stored. On Windows a directory cannot be flushed; SyncDir does
// nothing there, and NTFS journals the rename itself.
package disk

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"blackmark/shared/problem"
)

// DefaultMinFree is the free space in bytes below which nothing is written:
// four times what Badger may map in one go with the options of Badger, and
// never so little that the rest of the computer stands still because of us.
const DefaultMinFree uint64 = 256 << 20

// ErrFolderOfAnother says that a folder is another user's of this machine.
var ErrFolderOfAnother = problem.New(problem.Refused, "folder_of_another",
	"the data folder belongs to another user", "name a folder of your own")

// ErrNoSpace says that the disk is too full to write safely.
var ErrNoSpace = problem.New(problem.NoSpace, "no_space",
	"the disk is too full to save anything safely",
	"free some space on the disk that holds Blackmark's data; everything saved before is still there")

// WriteFile writes a file of the owner alone (0600) so that after a crash at
// any moment the path holds the old content or the new one, whole.
func WriteFile(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := createBeside(path)
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
			err = fmt.Errorf("write %s: %w", filepath.Base(path), err)
		}
	}()
	if err = Try(Write, path); err != nil {
		return err
	}
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = Try(Sync, path); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = Rename(f.Name(), path); err != nil {
		return err
	}
	return SyncDir(dir)
}

// Begin and end of the names of files that are being written.
const (
	unfinishedBegin = "."
	unfinished      = ".tmp"
)

// RemoveUnfinished removes what WriteFile left in a folder when the process or
// the power went in the middle. Nobody may be writing there.
func RemoveUnfinished(dir string) error {
	left, err := Named(dir + string(filepath.Separator) + unfinishedBegin)
	for _, path := range left {
		name := strings.Split(filepath.Base(path), ".")
		if strings.HasSuffix(path, unfinished) && len(name) >= 4 && len(name[len(name)-2]) == 2*randomSize {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}

// MoveAside gives a damaged folder another name, <dir>.damaged-<n>, and tells which.
func MoveAside(dir string) (string, error) {
	for n := 1; ; n++ {
		aside := fmt.Sprintf("%s.damaged-%d", dir, n)
		if _, err := os.Lstat(aside); err == nil {
			continue
		}
		return aside, os.Rename(dir, aside)
	}
}

// Named gives the files and folders whose paths begin with a prefix, in the order
// of their names. No character of the prefix means more than itself.
func Named(prefix string) (paths []string, err error) {
	dir, begin := filepath.Split(prefix)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), begin) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, err
}

// randomSize is how many random bytes tell unfinished files apart.
const randomSize = 8

// createBeside makes a new file in the folder of path that nobody else has
// opened. The rights are set again after creation because a umask could have
// taken the owner's own away.
func createBeside(path string) (*os.File, error) {
	if err := Try(Create, path); err != nil {
		return nil, err
	}
	var random [randomSize]byte
	_, _ = rand.Read(random[:]) // never fails since Go 1.24
	name := filepath.Join(filepath.Dir(path),
		unfinishedBegin+filepath.Base(path)+"."+hex.EncodeToString(random[:])+unfinished)
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(0o600); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		_ = f.Close()
		_ = os.Remove(name)
		return nil, err
	}
	return f, nil
}

// MakeDir makes a folder of the owner alone (0700), with the parents it
// lacks, and tightens one that is wider. It follows no symbolic link.
func MakeDir(dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
			return err
		}
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		info, err = os.Lstat(dir)
	}
	switch {
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return problem.New(problem.Refused, "folder_symlink",
			"the data folder is a symbolic link", "name the folder itself, not a link to it")
	case !info.IsDir():
		return problem.New(problem.Invalid, "folder_not_folder",
			"the place of the data folder is taken by a file", "name another folder, or move the file away")
	}
	return tighten(dir, info)
}

// CheckFree returns ErrNoSpace when less than min bytes are free where path is.
func CheckFree(path string, min uint64) error {
	free, err := FreeSpace(path)
	if err != nil {
		return fmt.Errorf("free space: %w", err)
	}
	if free < min {
		return ErrNoSpace.Because(fmt.Errorf("%d bytes are free, %d are needed", free, min))
	}
	return nil
}
