package store

import (
	"encoding/binary"
	"slices"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/shared/cloudlist"
	"blackmark/shared/tag"
)

func nextVersion(txn *badger.Txn, list cloudlist.ListID) (uint64, error) {
	value, found, err := get(txn, listKey(tableVersion, list))
	if err != nil || !found || len(value) != 8 {
		return 1, err
	}
	return binary.BigEndian.Uint64(value), nil
}

// Dirty tells whether a tag of the list has to be counted.
func (s *Store) Dirty(list cloudlist.ListID) (dirty bool, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		return each(txn, listKey(tableDirty, list), false, func([]byte, []byte) error {
			dirty = true
			return errEnough
		})
	})
	if err == errEnough {
		err = nil
	}
	return dirty, wrap("dirty", err)
}

// Cut is the store at one moment. Discard ends it.
type Cut struct {
	store   *Store
	txn     *badger.Txn
	List    cloudlist.ListID
	Version uint64
	Whole   bool // Shorts are all that there are, not what is dirty
}

// Fits tells whether the published version is the one that was settled last. It
// is not after one of the two was restored from a backup, or was lost: then only
// a whole cut tells what the list has to hold.
func (s *Store) Fits(list cloudlist.ListID, published uint64) (fits bool, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		settled, err := getSettled(txn, list)
		fits = settled == published
		return err
	})
	return fits, wrap("settled", err)
}

func getSettled(txn *badger.Txn, list cloudlist.ListID) (uint64, error) {
	value, found, err := get(txn, listKey(tableSettled, list))
	if err != nil || !found || len(value) != 8 {
		return 0, err
	}
	return binary.BigEndian.Uint64(value), nil
}

// Cut raises the list's version. Every report that was acknowledged with the
// version before is in the cut, none acknowledged later. It is above the
// published version, also of a list that was published before this store was.
func (s *Store) Cut(list cloudlist.ListID, published uint64) (*Cut, error) {
	fits, err := s.Fits(list, published)
	if err != nil {
		return nil, err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	var version uint64
	err = s.update(func(txn *badger.Txn) error {
		next, err := nextVersion(txn, list)
		if err != nil {
			return err
		}
		version = max(next, published+1)
		return txn.Set(listKey(tableVersion, list), binary.BigEndian.AppendUint64(nil, version+1))
	})
	if err != nil {
		return nil, wrap("cut", err)
	}
	return &Cut{s, s.db.NewTransaction(false), list, version, !fits}, nil
}

// Discard gives back what the cut holds.
func (c *Cut) Discard() { c.txn.Discard() }

// Shorts are the short tags to count, ascending, each once.
func (c *Cut) Shorts() (shorts []uint64, err error) {
	prefix := listKey(tableDirty, c.List)
	before := len(prefix) + 8 // the version stands between
	if c.Whole {
		prefix = listKey(tableReport, c.List)
		before = len(prefix)
	}
	err = each(c.txn, prefix, false, func(key, _ []byte) error {
		shorts = append(shorts, binary.BigEndian.Uint64(key[before:]))
		return nil
	})
	slices.Sort(shorts)
	return slices.Compact(shorts), wrap("dirty tags", err)
}

// Said is one report as it is counted.
type Said struct {
	Account AccountID
	Day     uint32
	Reason  string
}

// Reports are all reports under a short tag, by the whole tag. More than one
// whole tag is there only where somebody made one up.
func (c *Cut) Reports(short uint64) (map[tag.Tag][]Said, error) {
	all := map[tag.Tag][]Said{}
	prefix := binary.BigEndian.AppendUint64(listKey(tableReport, c.List), short)
	err := each(c.txn, prefix, true, func(key, value []byte) error {
		r, ok := readRow(key)
		said, readable := readSaid(value)
		id, ours := c.store.account(r.who, r.tag)
		if !ok || !readable || !ours {
			return ErrRow
		}
		all[r.tag] = append(all[r.tag], Said{id, said.day, said.reason})
		return nil
	})
	return all, wrap("reports", err)
}

// Owner is the tag that the published short tag stands for.
func (c *Cut) Owner(short uint64) (t tag.Tag, owned bool, err error) {
	value, owned, err := get(c.txn, ownerKey(c.List, short))
	if owned && len(value) == len(t) {
		t = tag.Tag(value)
	}
	return t, owned, wrap("owner", err)
}

// Accounts looks accounts up as they are in the cut, each read once. It returns
// ErrAccount for one that is not there.
func (c *Cut) Accounts() func(AccountID) (Account, error) {
	type answer struct {
		account Account
		err     error
	}
	read := map[AccountID]answer{}
	return func(id AccountID) (Account, error) {
		a, known := read[id]
		if !known {
			a.account, a.err = getAccount(c.txn, id)
			read[id] = a
		}
		return a.account, a.err
	}
}

// Owned are the short tags that stand for a tag, ascending.
func (c *Cut) Owned() (shorts []uint64, err error) {
	prefix := listKey(tableOwner, c.List)
	err = each(c.txn, prefix, false, func(key, _ []byte) error {
		shorts = append(shorts, binary.BigEndian.Uint64(key[len(prefix):]))
		return nil
	})
	return shorts, wrap("owners", err)
}

// Own keeps whom short tags stand for that are about to be published.
func (s *Store) Own(list cloudlist.ListID, owners map[uint64]tag.Tag) error {
	batch := s.db.NewWriteBatch()
	defer batch.Cancel()
	for short, t := range owners {
		if err := batch.Set(ownerKey(list, short), t[:]); err != nil {
			return wrap("own", err)
		}
	}
	return wrap("own", s.flush(batch))
}

// Settle forgets what was dirty in the cut of a version, once the list that was
// made of it is published, and whom the short tags stood for that are gone from
// it. published is the list's version: an older one if nothing had to change.
func (s *Store) Settle(list cloudlist.ListID, version, published uint64, gone []uint64) error {
	batch := s.db.NewWriteBatch()
	defer batch.Cancel()
	for _, short := range gone {
		if err := batch.Delete(ownerKey(list, short)); err != nil {
			return wrap("settle", err)
		}
	}
	prefix := listKey(tableDirty, list)
	err := s.db.View(func(txn *badger.Txn) error {
		return each(txn, prefix, false, func(key, _ []byte) error {
			if binary.BigEndian.Uint64(key[len(prefix):]) > version {
				return errEnough
			}
			return batch.Delete(slices.Clone(key))
		})
	})
	if err != nil && err != errEnough {
		return wrap("settle", err)
	}
	if err := batch.Set(listKey(tableSettled, list), binary.BigEndian.AppendUint64(nil, published)); err != nil {
		return wrap("settle", err)
	}
	return wrap("settle", s.flush(batch))
}
