package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	badger "github.com/dgraph-io/badger/v4"
)

// Names beside a database while it is written anew.
const (
	copySuffix   = ".copy"   // what is to take its place
	beforeSuffix = ".before" // what it was
)

// CopyBadger writes what stands in a database into a new one beside it, and
// nothing of what was deleted, which stays in the tables of the old one. Nobody
// may write meanwhile; SwapBadger puts it in the old one's place.
func CopyBadger(db *badger.DB) (err error) {
	o := db.Opts()
	o.Dir += copySuffix
	o.ValueDir = o.Dir
	if err := os.RemoveAll(o.Dir); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(o.Dir))
		}
	}()
	if err := MakeDir(o.Dir); err != nil {
		return err
	}
	to, err := OpenBadger(o)
	if err != nil {
		return err
	}
	err = db.View(func(txn *badger.Txn) error {
		batch := to.NewWriteBatch()
		defer batch.Cancel()
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			value, err := it.Item().ValueCopy(nil)
			if err == nil {
				err = batch.Set(it.Item().KeyCopy(nil), value)
			}
			if err != nil {
				return err
			}
		}
		if err := Try(Write, o.Dir); err != nil {
			return err
		}
		return batch.Flush()
	})
	return errors.Join(err, CloseBadger(to))
}

// SwapBadger closes a database, puts its copy in its place and opens that. A
// process that ends in the middle leaves one of both, whole. Where it fails the
// database is the old one, or nil if that does not open either.
func SwapBadger(db *badger.DB) (*badger.DB, error) {
	o := db.Opts()
	err := CloseBadger(db)
	if err == nil {
		err = Rename(o.Dir, o.Dir+beforeSuffix)
	}
	if err == nil {
		if err = Rename(o.Dir+copySuffix, o.Dir); err == nil {
			err = SyncDir(filepath.Dir(o.Dir))
		}
	}
	// Opening tidies up, whichever of both is in place.
	fresh, openErr := OpenBadger(o)
	return fresh, errors.Join(err, openErr)
}

// finishSwap brings a database to one of the two states between which SwapBadger
// was interrupted.
func finishSwap(dir string) error {
	if err := os.RemoveAll(dir + copySuffix); err != nil {
		return err
	}
	_, err := os.Lstat(dir + beforeSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(dir, badger.ManifestFilename)); err == nil {
		return os.RemoveAll(dir + beforeSuffix)
	}
	// Only an empty folder can be in its place.
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(dir+beforeSuffix, dir)
}
