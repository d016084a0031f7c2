package store

import (
	"bytes"

	badger "github.com/dgraph-io/badger/v4"
)

// branchKey stands while a branch is suspended. It is one key whoever is in the
// branch: an account that joins it later is stopped too, and one that was
// suspended by itself stays so when the branch is let in again.
func branchKey(branch []byte) []byte { return append([]byte("mb"), branch...) }

// ParseBranch reads a branch as Account holds it.
func ParseBranch(branch []byte) (b Branch, ok bool) {
	return b, copy(b[:], branch) == len(b) && len(branch) == len(b)
}

// Stopped tells whether the account may do nothing but withdraw and leave, and
// counts no more: it is suspended, or its whole branch is.
func (a Account) Stopped() bool { return a.Suspended || a.Halted }

func halted(txn *badger.Txn, branch []byte) (bool, error) {
	_, found, err := get(txn, branchKey(branch))
	return found, err
}

// SuspendBranch stops all accounts of a branch, or lets them go on, and has their
// reports counted again. It tells how many accounts that are, and returns
// ErrBranch where there is neither an account nor an invitation of the branch.
func (s *Store) SuspendBranch(branch Branch, suspend bool) (accounts int, err error) {
	there := false
	err = s.update(func(txn *badger.Txn) error {
		if there, err = inBranch(txn, branch); err != nil || !there {
			return err
		}
		if suspend {
			return txn.Set(branchKey(branch[:]), nil)
		}
		return txn.Delete(branchKey(branch[:]))
	})
	switch {
	case err != nil:
		return 0, wrap("suspend branch", err)
	case !there:
		return 0, ErrBranch
	}
	all, err := s.Accounts()
	if err != nil {
		return 0, err
	}
	var members []AccountID
	for _, a := range all {
		if bytes.Equal(a.Branch, branch[:]) {
			members = append(members, a.ID)
		}
	}
	return len(members), s.Recount(members...)
}

// inBranch tells whether anybody is in a branch, or can come into it.
func inBranch(txn *badger.Txn, branch Branch) (there bool, err error) {
	belongs := func(named []byte) error {
		if bytes.Equal(named, branch[:]) {
			there = true
			return errEnough
		}
		return nil
	}
	err = eachJSON(txn, tableAccount, func(a Account) error { return belongs(a.Branch) })
	if err == nil {
		err = eachJSON(txn, tableInvitation, func(i Invitation) error { return belongs(i.Branch) })
	}
	if err == errEnough {
		err = nil
	}
	return there, err
}
