// Package settings is the data folder: one daemon's own place on disk, its
// lock, its key for the command line, its device id and the browsers paired
// with it.
//
// It may import daemon/disk and shared. It never holds marks or orders, never
// logs, and never hands out a path outside its folder. The folder is 0700 and
// every file 0600 whatever the umask is. On Windows the folder keeps the
// access list it inherits from the user's profile (the user, SYSTEM and the
// administrators); an access list of its own is not set yet, so a folder
// chosen outside the profile is only as closed as its parent.
package settings

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
)

// The files of the folder that this package owns.
const (
	lockFile    = "lock"
	keyFile     = "local.key"
	deviceFile  = "device.json"
	clientsFile = "clients.json"
)

// keySize is the length of the local key in bytes.
const keySize = 32

// What opening can be refused for.
var (
	ErrInUse = problem.New(problem.Conflict, "folder_in_use",
		"another Blackmark is running on this data folder",
		"stop it first (`blackmark status` shows it), or use another folder")
	ErrNoKey = problem.New(problem.NotFound, "local_key_missing",
		"this data folder has no key yet", "start the daemon once: `blackmark run`")
	ErrKeyOpen = problem.New(problem.Refused, "local_key_open",
		"the key file can be read by other users of this computer",
		"close it with `chmod 600` and pair your browsers again if others use this computer")
)

// Folder is an open data folder. Its methods may be called from several
// goroutines.
type Folder struct {
	dir  string
	lock *lock

	mu sync.Mutex // serialises reading, changing and writing the files
}

// DefaultDir is the folder to use when none is named: $BLACKMARK_DATA, or
// `blackmark` in the user's own configuration folder.
func DefaultDir() (string, error) {
	if dir := os.Getenv("BLACKMARK_DATA"); dir != "" {
		return filepath.Abs(dir)
	}
	base, err := os.UserConfigDir()
	if err != nil {
		return "", problem.New(problem.Invalid, "folder_unknown",
			"there is no home folder to keep data in", "set BLACKMARK_DATA to a folder").Because(err)
	}
	return filepath.Join(base, "blackmark"), nil
}

// Open makes or tightens the folder and takes its lock. Only one process can
// hold it: the next one gets ErrInUse. The lock goes with the process, however
// it ends.
func Open(dir string) (*Folder, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := disk.MakeDir(dir); err != nil {
		return nil, err
	}
	l, err := takeLock(filepath.Join(dir, lockFile))
	if err != nil {
		return nil, err
	}
	if err := disk.RemoveUnfinished(dir); err != nil {
		return nil, errors.Join(err, l.release())
	}
	return &Folder{dir: dir, lock: l}, nil
}

// Locked tells whether a process holds the folder. It changes nothing.
func Locked(dir string) (bool, error) {
	held, err := lockHeld(filepath.Join(dir, lockFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return held, err
}

// Path is a place inside the folder.
func (f *Folder) Path(name ...string) string {
	return filepath.Join(append([]string{f.dir}, name...)...)
}

// Close gives the lock back.
func (f *Folder) Close() error { return f.lock.release() }

// LocalKey is the secret of this folder: 32 random bytes, made at the first
// call. Who can read it is the owner of the data.
func (f *Folder) LocalKey() ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key, err := ReadLocalKey(f.dir)
	if !errors.Is(err, ErrNoKey) {
		return key, err
	}
	key = make([]byte, keySize)
	_, _ = rand.Read(key) // never fails since Go 1.24
	if err := disk.WriteFile(f.Path(keyFile), key); err != nil {
		return nil, err
	}
	return key, nil
}

// ReadLocalKey reads the secret of a folder without taking its lock, for the
// command line beside a running daemon. It refuses a key that others can read.
func ReadLocalKey(dir string) ([]byte, error) {
	path := filepath.Join(dir, keyFile)
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNoKey
	case errors.Is(err, fs.ErrPermission):
		return nil, disk.ErrFolderOfAnother.Because(err)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || tooOpen(info):
		return nil, ErrKeyOpen
	}
	key, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(key) != keySize {
		return nil, damaged(keyFile, fmt.Errorf("%d bytes", len(key)))
	}
	return key, nil
}

// DeviceID is 32 lower-case hex digits that name this installation, made at
// the first call. A restored copy gets its own by deleting device.json.
func (f *Folder) DeviceID() (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var file struct {
		Format   int    `json:"format"`
		DeviceID string `json:"device_id"`
	}
	found, err := f.readJSON(deviceFile, &file, &file.Format)
	if err != nil || found {
		if raw, herr := hex.DecodeString(file.DeviceID); err == nil && (herr != nil || len(raw) != 16) {
			err = damaged(deviceFile, herr)
		}
		return file.DeviceID, err
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	file.Format, file.DeviceID = format, hex.EncodeToString(id)
	return file.DeviceID, f.writeJSON(deviceFile, file)
}

// format is the version of this package's files.
const format = 1

// readJSON reads one of our files; found is false where there is none.
func (f *Folder) readJSON(name string, into any, version *int) (found bool, err error) {
	var system *fs.PathError
	switch err := disk.ReadObject(f.Path(name), into); {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.As(err, &system):
		return false, err
	case err != nil:
		return false, damaged(name, err)
	}
	if *version != format {
		return false, problem.New(problem.Damaged, "settings_too_new",
			fmt.Sprintf("the file %s was written by another version of Blackmark", name),
			"install the newest Blackmark").Because(fmt.Errorf("format %d", *version))
	}
	return true, nil
}

func (f *Folder) writeJSON(name string, from any) error {
	return disk.WriteObject(f.Path(name), from)
}

func damaged(name string, cause error) *problem.Error {
	return problem.New(problem.Damaged, "settings_damaged",
		fmt.Sprintf("the file %s in the data folder does not read", name),
		"restore it from a backup, or move it away and pair your browsers again").Because(cause)
}

// WriteFileAtomic writes a file of the owner alone so that a crash leaves the
// old content or the new one, whole.
func WriteFileAtomic(path string, data []byte) error { return disk.WriteFile(path, data) }

// FreeSpace is how many bytes this user may still write where path is.
func FreeSpace(path string) (bytes uint64, err error) { return disk.FreeSpace(path) }
