package store

import (
	"encoding/binary"
	"errors"
	"slices"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/shared/cloudlist"
	"blackmark/shared/problem"
	"blackmark/shared/tag"
)

// ErrRow says that a row of the store cannot be read.
var ErrRow = problem.New(problem.Damaged, "store_row",
	"a row of the store cannot be read", "run `blackmark-cloud verify`, then restore a backup")

// errEnough ends an iteration early.
var errEnough = errors.New("enough")

// sweepStep is how many rows one transaction of a sweep changes: few enough for
// the smallest transaction that the store takes.
const sweepStep = 500

// found is one row that a sweep wants.
type found struct {
	row  row
	id   AccountID
	said said
}

// find goes through reports and gathers those that are wanted.
func (s *Store) find(prefix []byte, want func(found) bool) (rows []found, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		return each(txn, prefix, true, func(key, value []byte) error {
			r, ok := readRow(key)
			said, readable := readSaid(value)
			id, ours := s.account(r.who, r.tag)
			if !ok || !readable || !ours {
				return ErrRow
			}
			if f := (found{r, id, said}); want(f) {
				rows = append(rows, f)
			}
			return nil
		})
	})
	return rows, err
}

// inSteps changes rows, a transaction for every sweepStep of them. It holds the
// cut off while a transaction is open.
func (s *Store) inSteps(rows []found, do func(*writing, found) error) error {
	for step := range slices.Chunk(rows, sweepStep) {
		s.writing.RLock()
		err := s.remove(func(txn *badger.Txn) error {
			w := &writing{Store: s, txn: txn, versions: map[cloudlist.ListID]uint64{}}
			for _, f := range step {
				if err := do(w, f); err != nil {
					return err
				}
			}
			return nil
		})
		s.writing.RUnlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// drop deletes a row if it is still there and has its tag counted anew.
func (w *writing) drop(f found) error {
	_, there, err := w.read(f.row)
	if err != nil || !there {
		return err
	}
	if _, err := w.touch(f.row.list, f.row.tag); err != nil {
		return err
	}
	if err := w.take(f.row); err != nil {
		return err
	}
	account, err := getAccount(w.txn, f.id)
	if errors.Is(err, ErrAccount) {
		return nil
	}
	if err != nil {
		return err
	}
	account.Shared--
	return setJSON(w.txn, accountKey(f.id), account)
}

// Recount has the tags of these accounts' reports counted again.
func (s *Store) Recount(ids ...AccountID) error {
	wanted := map[AccountID]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	rows, err := s.find([]byte{tableReport}, func(f found) bool { return wanted[f.id] })
	if err == nil {
		err = s.inSteps(rows, func(w *writing, f found) error {
			_, err := w.touch(f.row.list, f.row.tag)
			return err
		})
	}
	return wrap("recount", err)
}

// Replan has all tags counted again after other rules came: an account may begin
// to weigh on another day, and a report may be gone on another.
func (s *Store) Replan(today, expiry uint32, weighsOn func(AccountID) uint32) error {
	rows, err := s.find([]byte{tableReport}, func(found) bool { return true })
	if err == nil {
		err = s.inSteps(rows, func(w *writing, f found) error {
			now, there, err := w.read(f.row)
			if err != nil || !there {
				return err
			}
			now.weighs, now.expires = later(weighsOn(f.id), today), now.day+expiry
			if _, err := w.touch(f.row.list, f.row.tag); err != nil {
				return err
			}
			return w.put(f.row, now)
		})
	}
	return wrap("replan", err)
}

// Leave deletes everything of an account: its devices first, so that nothing new
// comes, then its reports, then itself. It tells how many reports it deleted;
// when it fails, it can be asked again for the rest.
func (s *Store) Leave(id AccountID) (deleted int, err error) {
	if err := s.shut(id); err != nil {
		return 0, wrap("leave", err)
	}
	rows, err := s.find([]byte{tableReport}, func(f found) bool { return f.id == id })
	if err == nil {
		err = s.inSteps(rows, (*writing).drop)
	}
	if err != nil {
		return 0, wrap("leave", err)
	}
	err = s.forgetKeys(append([]byte{tableRequest}, id[:]...))
	if err == nil {
		err = s.remove(func(txn *badger.Txn) error {
			return errors.Join(txn.Delete(accountKey(id)), txn.Delete(append([]byte{tableLeaving}, id[:]...)))
		})
	}
	return len(rows), wrap("leave", err)
}

// Leaving are the accounts of which Leave did not delete everything yet.
func (s *Store) Leaving() (ids []AccountID, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		return each(txn, []byte{tableLeaving}, false, func(key, _ []byte) error {
			ids = append(ids, AccountID(key[1:]))
			return nil
		})
	})
	return ids, wrap("leaving", err)
}

// shut waits for the account's request in flight and lets no other in.
func (s *Store) shut(id AccountID) error {
	defer s.turn(id)()
	var keys [][]byte
	err := s.db.View(func(txn *badger.Txn) error {
		return each(txn, []byte{tableDevice}, false, func(key, _ []byte) error {
			d, _, err := getJSON[device](txn, key)
			if err == nil && d.Account == id {
				keys = append(keys, slices.Clone(key))
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	return s.remove(func(txn *badger.Txn) error {
		for _, key := range keys {
			if err := txn.Delete(key); err != nil {
				return err
			}
		}
		account, err := getAccount(txn, id)
		if err != nil {
			return err
		}
		account.Leaving = true
		if err := txn.Set(append([]byte{tableLeaving}, id[:]...), nil); err != nil {
			return err
		}
		return setJSON(txn, accountKey(id), account)
	})
}

// forgetKeys deletes every key under a prefix.
func (s *Store) forgetKeys(prefix []byte) error {
	batch := s.db.NewWriteBatch()
	defer batch.Cancel()
	err := s.db.View(func(txn *badger.Txn) error {
		return each(txn, prefix, false, func(key, _ []byte) error { return batch.Delete(slices.Clone(key)) })
	})
	if err != nil {
		return err
	}
	return s.flush(batch)
}

// Erase deletes every report on the tags and takes none from now on.
func (s *Store) Erase(list cloudlist.ListID, tags []tag.Tag) error {
	for _, t := range tags {
		err := s.remove(func(txn *badger.Txn) error { return txn.Set(tagKey(tableTombstone, list, t), nil) })
		if err != nil {
			return wrap("erase", err)
		}
		rows, err := s.find(tagKey(tableReport, list, t), func(found) bool { return true })
		if err == nil {
			err = s.inSteps(rows, (*writing).drop)
		}
		if err != nil {
			return wrap("erase", err)
		}
	}
	return nil
}

// Due does what has come due: reports whose time is over are deleted, and their
// tags and those of accounts that begin to weigh are counted again.
func (s *Store) Due(today uint32) error {
	var keys [][]byte
	err := s.db.View(func(txn *badger.Txn) error {
		return each(txn, []byte{tableDue}, false, func(key, _ []byte) error {
			if binary.BigEndian.Uint32(key[1:]) > today {
				return errEnough
			}
			keys = append(keys, slices.Clone(key))
			return nil
		})
	})
	if err != nil && !errors.Is(err, errEnough) {
		return wrap("due", err)
	}
	for _, key := range keys {
		if err := s.dueTag(key, today); err != nil {
			return wrap("due", err)
		}
	}
	return nil
}

func (s *Store) dueTag(key []byte, today uint32) error {
	list, rest, ok := readList(key[5:])
	if !ok || len(rest) != len(tag.Tag{}) {
		return ErrRow
	}
	t := tag.Tag(rest)
	rows, err := s.find(tagKey(tableReport, list, t), func(found) bool { return true })
	if err != nil {
		return err
	}
	err = s.inSteps(rows, func(w *writing, f found) error {
		if f.said.expires <= today {
			return w.drop(f)
		}
		_, err := w.touch(f.row.list, f.row.tag)
		return err
	})
	if err != nil {
		return err
	}
	return s.remove(func(txn *badger.Txn) error { return txn.Delete(key) })
}
