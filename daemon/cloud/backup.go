package cloud

import (
	"errors"
	"os"
	"path/filepath"

	"blackmark/daemon/cloud/store"
	"blackmark/daemon/settings"
)

// VerifyBackup reads all of a backup and tells how many records it has.
func VerifyBackup(dir, file string) (records int, err error) {
	key, err := readSecret(filepath.Join(dir, apiFolder, "store.key"))
	if err != nil {
		return 0, err
	}
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return store.ReadBackup(f, key, nil)
}

// Restore reads a backup into a folder that holds its keys and no store. The
// backup is read twice: nothing is written before all of it was found sound.
func Restore(dir, file string) (records int, err error) {
	if _, err := VerifyBackup(dir, file); err != nil {
		return 0, err
	}
	key, err := readSecret(filepath.Join(dir, apiFolder, "store.key"))
	if err != nil {
		return 0, err
	}
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lock, err := settings.Open(filepath.Join(dir, apiFolder))
	if errors.Is(err, settings.ErrInUse) {
		return 0, ErrInUse
	}
	if err != nil {
		return 0, err
	}
	s, err := store.Open(store.Config{Dir: filepath.Join(dir, apiFolder, "store"), Key: key})
	if err != nil {
		return 0, errors.Join(err, lock.Close())
	}
	records, err = s.Restore(f, key)
	return records, errors.Join(err, s.Close(), lock.Close())
}
