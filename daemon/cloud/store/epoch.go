package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/shared/problem"
)

// Epoch is the time of one evaluator's key.
type Epoch struct {
	Number uint32    `json:"number"` // from 1
	Began  time.Time `json:"began"`
	Ends   time.Time `json:"ends,omitzero"` // zero while it is the newest
}

// Live tells whether the epoch is served and published.
func (e Epoch) Live(now time.Time) bool { return e.Ends.IsZero() || now.Before(e.Ends) }

func epochKey(number uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{tableEpoch}, number)
}

// Epochs are those that the store knows, ascending.
func (s *Store) Epochs() (all []Epoch, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		all, err = epochs(txn)
		return err
	})
	return all, wrap("epochs", err)
}

func epochs(txn *badger.Txn) (all []Epoch, err error) {
	err = each(txn, []byte{tableEpoch}, true, func(_, value []byte) error {
		var e Epoch
		if err := json.Unmarshal(value, &e); err != nil {
			return err
		}
		all = append(all, e)
		return nil
	})
	return all, err
}

// ErrErasures says that the file of erasures is not the one of this store.
var ErrErasures = problem.New(problem.Conflict, "erasures_other",
	"this file of erasures is not whole, or belongs to another cloud",
	"use the file to which every `erase-buyer` wrote")

// ErrEpoch says that an epoch does not follow the newest.
var ErrEpoch = problem.New(problem.Conflict, "epoch_order",
	"this epoch does not follow the newest one", "run `blackmark-cloud rotate-epoch` again")

// Begin makes an epoch the newest; the one before ends at a later moment. head is
// the head of the erasures that were replayed into it: ErrErasures if others were
// made meanwhile.
func (s *Store) Begin(number uint32, head Head, now, lastEnds time.Time) error {
	return wrap("begin epoch", s.update(func(txn *badger.Txn) error {
		current, err := erasures(txn)
		if err != nil {
			return err
		}
		if current != head {
			return ErrErasures
		}
		all, err := epochs(txn)
		if err != nil {
			return err
		}
		if len(all) > 0 {
			last := all[len(all)-1]
			if number != last.Number+1 {
				return ErrEpoch
			}
			last.Ends = lastEnds.UTC()
			if err := setJSON(txn, epochKey(last.Number), last); err != nil {
				return err
			}
		}
		return setJSON(txn, epochKey(number), Epoch{Number: number, Began: now.UTC()})
	}))
}

// End deletes an epoch and everything in it.
func (s *Store) End(number uint32) error {
	rows, err := s.find(binary.BigEndian.AppendUint32([]byte{tableReport}, number), func(found) bool { return true })
	if err == nil {
		err = s.inSteps(rows, (*writing).drop)
	}
	for _, table := range []byte{tableDirty, tableOwner, tableTombstone, tableVersion, tableSettled} {
		if err == nil {
			err = s.forgetKeys(binary.BigEndian.AppendUint32([]byte{table}, number))
		}
	}
	if err == nil {
		err = s.remove(func(txn *badger.Txn) error { return txn.Delete(epochKey(number)) })
	}
	return wrap("end epoch", err)
}

// Head is the end of the chain of erasures: a hash over all that were made, so
// that an older copy of their file is told apart. It is zero before the first.
type Head [32]byte

// Next is the head after one more erasure, sealed as it stands in the file.
func (h Head) Next(sealed []byte) Head { return sha256.Sum256(append(h[:], sealed...)) }

var erasuresKey = append([]byte{tableMeta}, "erasures"...)

func erasures(txn *badger.Txn) (head Head, err error) {
	value, found, err := get(txn, erasuresKey)
	if err == nil && found && len(value) == len(head) {
		head = Head(value)
	}
	return head, err
}

// Erasures is the head of the chain.
func (s *Store) Erasures() (head Head, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		head, err = erasures(txn)
		return err
	})
	return head, wrap("erasures", err)
}

// Erased moves the head of the chain on. It returns ErrErasures if it does not
// stand where the caller thinks.
func (s *Store) Erased(from, to Head) error {
	return wrap("erased", s.remove(func(txn *badger.Txn) error {
		current, err := erasures(txn)
		if err != nil {
			return err
		}
		if current != from {
			return ErrErasures
		}
		return txn.Set(erasuresKey, to[:])
	}))
}

var rulesKey = append([]byte{tableMeta}, "rules"...)

// Rules are the counting rules by which all that is not dirty was counted; empty
// at first.
func (s *Store) Rules() (rules string, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		value, _, err := get(txn, rulesKey)
		rules = string(value)
		return err
	})
	return rules, wrap("rules", err)
}

// SetRules keeps the counting rules, after everything was made dirty that they
// change.
func (s *Store) SetRules(rules string) error {
	return wrap("rules", s.update(func(txn *badger.Txn) error { return txn.Set(rulesKey, []byte(rules)) }))
}
