// Package store keeps what accounts told the cloud: who may tell, which buyer
// was reported for what, and what has to be counted again.
//
// It may import daemon/disk and shared. It knows nothing of HTTP, of keys that
// evaluate or sign, or of what is published, and it never holds a buyer's id, a
// name, a note or an order: a buyer is a tag, and an account beside a tag is a
// pseudonym that fits no other tag.
//
// # The contract
//
// What follows is what a store on another engine has to keep too. It is written
// for one that shards by key: every table of reports begins with the list
// (epoch, marketplace) and the tag, there is no sequence and no ordered feed, and
// no write touches two tags that it could not touch one after the other.
//
//	report      list, tag, account pseudonym, member pseudonym
//	            -> reason, day, from, weighs, expires
//	dirty       list, version, tag      tags to count for that version of the list
//	due         day, list, tag          tags to count again on that day
//	owner       list, short tag -> tag  the tag that a published short tag stands for
//	tombstone   list, tag               erased: nothing is kept of it, nothing taken
//	version     list -> number          the version that the next cut makes
//	settled     list -> number          the version that was published last
//	account     account -> what it is and what it may still do
//	leaving     account                 of which not everything is deleted yet
//	request     account, request -> outcome, for two days
//	device      hash of a token -> account, member
//	invitation  hash of a token -> branch, uses
//	epoch       number -> dates
//	meta        the head of the erasures, the rules that were counted by, and
//	            branches that are suspended
//
// A write is acknowledged when it is on the disk. The same request changes
// nothing when it comes again. A cut is a moment: every report acknowledged with
// that version or an earlier one is in it, and none of a later one; on an engine
// of several machines it is a repeatable read in the transaction that raises the
// version. What a cut shows as dirty stays dirty until it is settled, so that a
// publisher that dies counts again and forgets nothing.
//
// # On this engine
//
// Badger opens a log that a disk changed as if a kill had torn it, and drops what
// stood behind: on its own it loses reports that were acknowledged, and says
// nothing. So all of its files are read before it opens them (sound.go), and a
// file beside them says what was acknowledged last (witness.go). A store is
// opened whole or not at all. The checks were chosen over a journal of our own
// in front of Badger because a withdrawal has to delete: a second file would keep
// what was withdrawn until it is written anew.
package store

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
)

// KeySize is the length of the store's key in bytes.
const KeySize = 32

// Config says where a store is and by which key it is closed.
type Config struct {
	Dir     string // of the store alone
	Key     []byte // KeySize bytes, kept outside of Dir
	MinFree uint64 // bytes that must stay free on the disk; 0 means 256 MiB
}

// What a store can refuse for.
var (
	ErrKey = problem.New(problem.Invalid, "store_key",
		"the store's key does not have its length", "restore the key file from its backup; do not make a new one")
	ErrOpen = problem.New(problem.Damaged, "store_unopened",
		"the store cannot be opened", "end the other server on this folder; if there is none, put the key file and the store of one backup together again")
	ErrFailed = problem.New(problem.Unavailable, "store_failed",
		"the disk did not take a write, so nothing is taken any more", "look after the disk, then start the server again; everything acknowledged before is still there")
	ErrBusy = problem.New(problem.Unavailable, "store_busy",
		"the store is busy", "send the same request again in a moment")
)

// Store is an open store. Its methods may be called from several goroutines.
type Store struct {
	db      *badger.DB
	dir     string
	minFree uint64
	block   cipher.Block // of pseudonyms
	witness *witness
	failed  atomic.Bool // a write did not reach the disk

	// writing is held for reading by whoever writes reports and for writing by
	// a cut: between a report and the version that it is acknowledged with
	// nothing may come.
	writing sync.RWMutex
	// turns lets one request of an account follow the other.
	turns [64]sync.Mutex
}

// Open opens the store and makes it at first.
func Open(c Config) (*Store, error) {
	if len(c.Key) != KeySize {
		return nil, ErrKey
	}
	if c.MinFree == 0 {
		c.MinFree = disk.DefaultMinFree
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	if err := disk.MakeDir(dir); err != nil {
		return nil, err
	}
	diskKey, block, err := keysOf(c.Key)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, minFree: c.MinFree, block: block}
	if err := s.open(engine(dir, diskKey)); err != nil {
		return nil, err
	}
	return s, nil
}

// engine is the options of the database. All of it is encrypted, beside the
// pseudonyms: the order in which reports were written would tell which of them
// came together.
func engine(dir string, diskKey []byte) badger.Options {
	return disk.Badger(dir).
		WithSyncWrites(true).
		WithDetectConflicts(true).
		WithMemTableSize(16 << 20).
		WithEncryptionKey(diskKey).
		WithBlockCacheSize(32 << 20).
		WithIndexCacheSize(32 << 20).
		WithCompression(options.None)
}

// open opens the database once its files were found sound. Badger maps its logs:
// where the disk is full it would not return an error, the process would end.
func (s *Store) open(o badger.Options) (err error) {
	if err := s.checkReserve(); err != nil {
		return err
	}
	if s.witness, err = openWitness(s.dir); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.witness.close())
		}
	}()
	if err := checkSound(o, s.witness.seen); err != nil {
		return err
	}
	if s.db, err = disk.OpenBadger(o); errors.Is(err, disk.ErrDamaged) {
		return ErrOpen.Because(err)
	} else if err != nil {
		return err
	}
	// What was deleted last may be gone from the tables, and its version with it:
	// the witness begins again where the database does.
	err = s.db.Update(keepNewest)
	if err == nil {
		err = s.witness.reset(s.newest())
	}
	if err != nil {
		err = errors.Join(err, s.db.Close())
	}
	return err
}

// Close closes the store.
func (s *Store) Close() error { return errors.Join(s.db.Close(), s.witness.close()) }

// retries is how often a transaction is tried when others were faster.
const retries = 8

// update changes the store in one transaction, on the disk when it returns.
func (s *Store) update(change func(*badger.Txn) error) error {
	if err := disk.CheckFree(s.dir, s.minFree); err != nil {
		return err
	}
	return s.retry(change)
}

// remove is update for changes that free space: they pass on a disk that takes
// nothing new any more.
func (s *Store) remove(change func(*badger.Txn) error) error {
	if err := s.checkReserve(); err != nil {
		return err
	}
	return s.retry(change)
}

// reserve is the free space in bytes that Badger can need to go on: a new log,
// and a table of the old one.
const reserve = 64 << 20

func (s *Store) checkReserve() error { return disk.CheckFree(s.dir, min(s.minFree, reserve)) }

func (s *Store) retry(change func(*badger.Txn) error) error {
	for range retries {
		if s.failed.Load() {
			return ErrFailed
		}
		var refused error
		err := s.db.Update(func(txn *badger.Txn) error {
			if refused = change(txn); refused == nil {
				refused = keepNewest(txn)
			}
			return refused
		})
		switch {
		case errors.Is(err, badger.ErrConflict):
			continue
		case refused != nil:
			return refused
		case err != nil:
			s.failed.Store(true)
			return ErrFailed.Because(err)
		}
		return s.acknowledge()
	}
	return ErrBusy
}

// flush writes the rest of a batch.
func (s *Store) flush(batch *badger.WriteBatch) error {
	if err := batch.Set(newestKey, nil); err != nil {
		return err
	}
	if err := batch.Flush(); err != nil {
		s.failed.Store(true)
		return ErrFailed.Because(err)
	}
	return s.acknowledge()
}

// newestKey is written with everything, so that the newest version of all stays
// in the tables when what else had it is deleted.
var newestKey = []byte{tableMeta, 'n'}

func keepNewest(txn *badger.Txn) error { return txn.Set(newestKey, nil) }

// newest is the version up to which everything is in the database.
func (s *Store) newest() uint64 {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	return txn.ReadTs()
}

// acknowledge keeps that what was written may be told to whoever asked for it.
func (s *Store) acknowledge() error {
	if err := s.witness.see(s.newest()); err != nil {
		s.failed.Store(true)
		return ErrFailed.Because(err)
	}
	return nil
}

// turn makes the caller the only one that changes the account.
func (s *Store) turn(id AccountID) func() {
	m := &s.turns[id[0]%byte(len(s.turns))]
	m.Lock()
	return m.Unlock
}

// get reads a value and tells whether there is one.
func get(txn *badger.Txn, key []byte) ([]byte, bool, error) {
	item, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	value, err := item.ValueCopy(nil)
	return value, err == nil, err
}

// each calls do with every key under a prefix, in order, and with its value if
// values are wanted. Both are good until do returns.
func each(txn *badger.Txn, prefix []byte, values bool, do func(key, value []byte) error) error {
	o := badger.DefaultIteratorOptions
	o.Prefix, o.PrefetchValues = prefix, values
	it := txn.NewIterator(o)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		item := it.Item()
		var value []byte
		if values {
			var err error
			if value, err = item.ValueCopy(nil); err != nil {
				return err
			}
		}
		if err := do(item.Key(), value); err != nil {
			return err
		}
	}
	return nil
}

// Day is the day of a moment, counted from 1970-01-01 in UTC.
func Day(t time.Time) uint32 {
	seconds := t.Unix()
	if seconds < 0 {
		return 0
	}
	return uint32(seconds / (24 * 60 * 60))
}

// DayStart is the first moment of a day.
func DayStart(day uint32) time.Time { return time.Unix(int64(day)*24*60*60, 0).UTC() }

func wrap(what string, err error) error {
	var p *problem.Error
	if err == nil || errors.As(err, &p) {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}
