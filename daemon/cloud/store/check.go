package store

import (
	"encoding/json"
	"fmt"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/shared/cloudlist"
	"blackmark/shared/problem"
	"blackmark/shared/reason"
	"blackmark/shared/tag"
)

// Stats is what a store holds, as numbers.
type Stats struct {
	Accounts    int                      `json:"accounts"`
	Suspended   int                      `json:"suspended"`
	Invitations int                      `json:"invitations"`
	Branches    int                      `json:"branches"`
	Reports     map[cloudlist.ListID]int `json:"-"`
	Dirty       int                      `json:"dirty"`
	Erased      int                      `json:"erased"`
	Bytes       int64                    `json:"bytes"`
}

// Stats counts what is there, in one pass over the keys.
func (s *Store) Stats() (Stats, error) {
	stats := Stats{Reports: map[cloudlist.ListID]int{}}
	branches := map[string]bool{}
	err := s.db.View(func(txn *badger.Txn) error {
		err := each(txn, nil, false, func(key, _ []byte) error {
			switch key[0] {
			case tableReport:
				if r, ok := readRow(key); ok {
					stats.Reports[r.list]++
				}
			case tableDirty:
				stats.Dirty++
			case tableTombstone:
				stats.Erased++
			case tableInvitation:
				stats.Invitations++
			}
			return nil
		})
		if err != nil {
			return err
		}
		return eachJSON(txn, tableAccount, func(a Account) (err error) {
			a.Halted, err = halted(txn, a.Branch)
			stats.Accounts++
			branches[string(a.Branch)] = true
			if a.Stopped() {
				stats.Suspended++
			}
			return err
		})
	})
	stats.Branches = len(branches)
	lsm, log := s.db.Size()
	stats.Bytes = lsm + log
	return stats, wrap("stats", err)
}

// ErrUnsound says that the store contradicts itself.
var ErrUnsound = problem.New(problem.Damaged, "store_unsound",
	"the store contradicts itself", "stop the server and restore a backup")

// Verify reads everything and compares what must agree. It names no tag and no
// account. It returns how many rows it read.
func (s *Store) Verify() (rows int, err error) {
	if err := s.db.VerifyChecksum(); err != nil {
		return 0, ErrUnsound.Because(err)
	}
	err = s.db.View(func(txn *badger.Txn) error {
		v := verifier{store: s, txn: txn, shared: map[AccountID]int{}}
		if err := each(txn, nil, true, v.row); err != nil {
			return err
		}
		rows = v.rows
		for id, n := range v.shared {
			account, err := getAccount(txn, id)
			if err != nil {
				return ErrUnsound.Because(fmt.Errorf("reports of an account that is not there: %w", err))
			}
			if account.Shared != n {
				return ErrUnsound.Because(fmt.Errorf("an account has %d reports and says %d", n, account.Shared))
			}
		}
		return nil
	})
	return rows, wrap("verify", err)
}

type verifier struct {
	store  *Store
	txn    *badger.Txn
	rows   int
	shared map[AccountID]int
}

func (v *verifier) row(key, value []byte) error {
	v.rows++
	switch key[0] {
	case tableReport:
		return v.report(key, value)
	case tableOwner:
		if len(value) != len(tag.Tag{}) || string(key[len(key)-8:]) != string(value[:8]) {
			return ErrUnsound.Because(fmt.Errorf("a published short tag stands for a tag that it does not begin"))
		}
	case tableAccount, tableDevice, tableInvitation, tableEpoch:
		if !json.Valid(value) {
			return ErrUnsound.Because(fmt.Errorf("table %q holds what cannot be read", key[0]))
		}
	case tableDirty, tableDue, tableTombstone, tableVersion, tableSettled, tableRequest, tableLeaving, tableMeta:
	default:
		return ErrUnsound.Because(fmt.Errorf("there is no table %q", key[0]))
	}
	return nil
}

func (v *verifier) report(key, value []byte) error {
	r, ok := readRow(key)
	said, readable := readSaid(value)
	id, ours := v.store.account(r.who, r.tag)
	if !ok || !readable || !ours {
		return ErrRow
	}
	if _, err := reason.Find(said.reason); err != nil {
		return ErrUnsound.Because(fmt.Errorf("a report has a reason that there is not"))
	}
	if _, erased, err := get(v.txn, tagKey(tableTombstone, r.list, r.tag)); erased || err != nil {
		return ErrUnsound.Because(fmt.Errorf("a report on a buyer who was erased: %w", err))
	}
	v.shared[id]++
	return nil
}
