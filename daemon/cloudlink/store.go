package cloudlink

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
)

// store is a Badger of ours that can be closed while it is used.
type store struct {
	db      *badger.DB
	dir     string
	minFree uint64
	log     *slog.Logger

	closing sync.RWMutex // held for reading while the database is used, for writing while it is exchanged
	closed  bool
	writing sync.Mutex // taken before closing

	// written is a key that stands in every write, or empty: then it is known after
	// a kill whether all that was acknowledged is there. It is never deleted, so
	// that its version, the newest, is never lost with a deletion.
	written string
}

// openStore opens a store; written is its key that stands in every write. One that
// is damaged is moved aside and begun anew, and lost tells of it; one that the
// system does not let us look at stays, and is an error.
func openStore(dir string, c Config, options badger.Options, written string) (s *store, lost bool, err error) {
	if err := disk.MakeDir(dir); err != nil {
		return nil, false, err
	}
	s = &store{dir: dir, minFree: c.MinFree, log: c.Log, written: written}
	if err := disk.CheckFree(dir, c.MinFree); err != nil {
		return nil, false, err // Badger on a full disk ends the process
	}
	if s.db, err = disk.OpenBadger(options); err == nil {
		if lost = written != "" && disk.Missing(s.db); lost {
			c.Log.Error("a store of the cloud share was damaged, and some of it is missing", "store", filepath.Base(dir))
			err = disk.Acknowledge(s.db)
		}
		if err != nil {
			return nil, lost, errors.Join(err, s.db.Close())
		}
		return s, lost, nil
	}
	if !errors.Is(err, disk.ErrDamaged) {
		return nil, false, err
	}
	aside, moveErr := disk.MoveAside(dir)
	if moveErr != nil {
		return nil, true, errors.Join(err, moveErr)
	}
	c.Log.Error("a store of the cloud share is damaged; it was moved aside and begun anew",
		"kept", filepath.Base(aside), "error", err)
	if err := disk.MakeDir(dir); err != nil {
		return nil, true, err
	}
	if s.db, err = disk.OpenBadger(options); err != nil {
		return nil, true, fmt.Errorf("open a store of the cloud share: %w", err)
	}
	return s, true, nil
}

// view gives fn the store as it is at one moment.
func (s *store) view(fn func(*badger.Txn) error) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return ErrClosed
	}
	return s.db.View(fn)
}

// write runs fn as one transaction, one at a time, after a look at the free
// space.
func (s *store) write(fn func(*badger.Txn) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return ErrClosed
	}
	if err := disk.CheckFree(s.dir, s.minFree); err != nil {
		return err
	}
	if err := disk.Try(disk.Write, s.dir); err != nil {
		return err
	}
	err := s.db.Update(func(txn *badger.Txn) error {
		if err := fn(txn); err != nil || s.written == "" {
			return err
		}
		return txn.Set([]byte(s.written), []byte{})
	})
	if err != nil || s.written == "" {
		return err
	}
	if err := disk.Acknowledge(s.db); err != nil {
		s.log.Warn("it could not be noted how much of a store was saved", "error", err)
	}
	return nil
}

// rewrite leaves nothing of what was deleted: Badger keeps it in its tables. The
// store goes on being read until the copy takes its place.
func (s *store) rewrite() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.closing.RLock()
	err := disk.CheckFree(s.dir, s.minFree)
	switch {
	case s.closed:
		err = ErrClosed
	case err == nil:
		err = disk.CopyBadger(s.db)
	}
	s.closing.RUnlock()
	if err != nil {
		return err
	}
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.closed {
		return ErrClosed
	}
	db, err := disk.SwapBadger(s.db)
	if db == nil {
		s.closed = true // nothing can be asked of it until a restart
	} else {
		s.db = db
	}
	return err
}

func (s *store) close() error {
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if err := disk.CheckFree(s.dir, s.minFree); err != nil {
		s.log.Warn("the disk is full; a store of the cloud share was left as it is")
		return nil
	}
	return disk.CloseBadger(s.db)
}

// get returns nil where there is no such key.
func get(txn *badger.Txn, key string) ([]byte, error) {
	item, err := txn.Get([]byte(key))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return item.ValueCopy(nil)
}

func getJSON(txn *badger.Txn, key string, into any) (found bool, err error) {
	data, err := get(txn, key)
	if err != nil || data == nil {
		return false, err
	}
	return true, json.Unmarshal(data, into)
}

func putJSON(txn *badger.Txn, key string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return txn.Set([]byte(key), data)
}

func remove(txn *badger.Txn, key string) error { return txn.Delete([]byte(key)) }

// scan gives the keys with a prefix that do not come before from, without the
// prefix, until fn says no.
func scan(txn *badger.Txn, prefix, from string, fn func(rest string) (more bool)) {
	options := badger.DefaultIteratorOptions
	options.Prefix, options.PrefetchValues = []byte(prefix), false
	it := txn.NewIterator(options)
	defer it.Close()
	for it.Seek([]byte(prefix + from)); it.Valid(); it.Next() {
		if !fn(string(it.Item().Key()[len(prefix):])) {
			return
		}
	}
}

func (s *store) count(prefix string) (n int, err error) {
	err = s.view(func(txn *badger.Txn) error {
		scan(txn, prefix, "", func(string) bool { n++; return true })
		return nil
	})
	return n, err
}
