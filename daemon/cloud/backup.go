package cloud

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"blackmark/daemon/cloud/store"
	"blackmark/daemon/disk"
	"blackmark/daemon/settings"
	"blackmark/shared/problem"
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

// Replay says what becomes of the buyers who were erased after a backup was made:
// they would come back with it.
type Replay struct {
	File string   // of erasures
	Root *RootKey // opens it
	None bool     // the operator says that there were none
}

// Restored is what a restored store holds.
type Restored struct {
	Records int `json:"records"`
	Erased  int `json:"erased"` // keys that were erased again
}

// ErrReplay says that a backup is not restored without a word about erasures.
var ErrReplay = problem.New(problem.Invalid, "erasures_unsaid",
	"buyers who were erased after this backup was made would come back with it",
	"name the file to which `erase-buyer` wrote, and the root key: --erasures FILE --root-key FILE; or say that nobody was erased since: --no-erasures")

// Restore reads a backup into a folder that holds its keys and no store. The
// backup is read twice: nothing is written before all of it was found sound. The
// store is made beside its place and put there when the erasures were replayed, so
// that no server ever publishes one that is not whole.
func Restore(ctx context.Context, c Config, file string, replay Replay) (restored Restored, err error) {
	if replay.None == (replay.File != "") || replay.File != "" && replay.Root == nil {
		return restored, ErrReplay
	}
	book, err := readTrust(c.Dir)
	if err != nil {
		return restored, err
	}
	if replay.Root != nil && !bytes.Equal(book.Root, replay.Root.Public()) {
		return restored, ErrRootKey
	}
	if _, err := VerifyBackup(c.Dir, file); err != nil {
		return restored, err
	}
	lock, err := settings.Open(filepath.Join(c.Dir, apiFolder))
	if errors.Is(err, settings.ErrInUse) {
		return restored, ErrInUse
	}
	if err != nil {
		return restored, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	place := filepath.Join(c.Dir, apiFolder, "store")
	if err := os.Remove(place); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return restored, store.ErrNotEmpty.Because(err)
	}
	beside := place + ".restoring"
	if err := os.RemoveAll(beside); err != nil {
		return restored, err
	}
	restored, err = restoreInto(ctx, c, beside, file, replay)
	if err != nil {
		return restored, errors.Join(err, os.RemoveAll(beside))
	}
	if err := os.Rename(beside, place); err != nil {
		return restored, err
	}
	return restored, disk.SyncDir(filepath.Join(c.Dir, apiFolder))
}

func restoreInto(ctx context.Context, c Config, folder, file string, replay Replay) (restored Restored, err error) {
	key, err := readSecret(filepath.Join(c.Dir, apiFolder, "store.key"))
	if err != nil {
		return restored, err
	}
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return restored, err
	}
	defer f.Close()
	s, err := store.Open(store.Config{Dir: folder, Key: key})
	if err != nil {
		return restored, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if restored.Records, err = s.Restore(f, key); err != nil || replay.None {
		return restored, err
	}
	restored.Erased, err = eraseAgain(ctx, c, s, replay)
	return restored, err
}

// eraseAgain erases whoever was erased after the backup, in every epoch that it
// holds. The file has to lead to where the backup was.
func eraseAgain(ctx context.Context, c Config, s *store.Store, replay Replay) (keys int, err error) {
	head, err := s.Erasures()
	if err != nil {
		return 0, err
	}
	all, err := openErasures(replay.File, replay.Root)
	if err != nil {
		return 0, err
	}
	done, err := all.upTo(head)
	if err != nil {
		return 0, err
	}
	since := all.besides(done)
	ring, err := readKeyring(c.Dir)
	if err != nil {
		return 0, err
	}
	epochs, err := s.Epochs()
	if err != nil {
		return 0, err
	}
	server := &Server{config: c, store: s, eval: ring}
	for _, epoch := range epochs {
		if ring.find(epoch.Number) == nil {
			if epoch.Live(c.Now()) {
				return 0, ErrKeyFile.In("keys.json")
			}
			continue // over: what is left of it goes at the next start
		}
		if err := server.eraseIn(ctx, epoch.Number, since); err != nil {
			return 0, err
		}
	}
	return len(since), s.Erased(head, all.end(head))
}
