package store

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/shared/cloudlist"
	"blackmark/shared/tag"
)

// Report is what one member says of one buyer.
type Report struct {
	Request string // id of the request: the same again changes nothing
	List    cloudlist.ListID
	Tag     tag.Tag
	Reason  string
	Day     uint32 // of the mark, since 1970-01-01
}

// Code says why one report or withdrawal was not done; empty where it was.
type Code string

// What can keep one report out while others of the same request go in.
const (
	CodeTag    Code = "tag_unknown"  // its short form stands for another buyer
	CodeErased Code = "buyer_erased" // the operator erased the buyer
	CodeQuota  Code = "share_quota"  // too many new reports of this account
)

// Outcome is what became of one report or withdrawal.
type Outcome struct {
	Code Code
	From uint64 // the first version of the list that can hold the change
}

// Terms are the limits that sharing is held to.
type Terms struct {
	Now       time.Time
	WeighsOn  uint32 // the day from which the account counts
	Expiry    uint32 // days after which a report is gone
	MaxDay    int    // new reports of an account on one day
	MaxShared int    // reports of an account in all
}

// requestLife is how long a request is known again. A daemon that repeats itself
// later finds its report unchanged or replaced by its own newer one.
const requestLife = 48 * time.Hour

func requestKey(id AccountID, request string) []byte {
	sum := sha256.Sum256([]byte(request))
	return append(append([]byte{tableRequest}, id[:]...), sum[:16]...)
}

// Share takes reports, all on the disk when it returns. The outcomes are in the
// order of the reports.
func (s *Store) Share(id AccountID, member MemberID, reports []Report, t Terms) ([]Outcome, error) {
	outcomes := make([]Outcome, len(reports))
	err := s.write(id, s.update, func(w *writing) error {
		w.account.today(t.Now)
		for i, r := range reports {
			var err error
			if outcomes[i], err = w.share(member, r, t); err != nil {
				return err
			}
		}
		return nil
	})
	return outcomes, wrap("share", err)
}

// Withdraw takes reports back, all gone from the disk's tables when it returns.
// Reason and Day are not looked at.
func (s *Store) Withdraw(id AccountID, member MemberID, reports []Report) ([]Outcome, error) {
	outcomes := make([]Outcome, len(reports))
	err := s.write(id, s.remove, func(w *writing) error {
		for i, r := range reports {
			var err error
			if outcomes[i], err = w.withdraw(member, r); err != nil {
				return err
			}
		}
		return nil
	})
	return outcomes, wrap("withdraw", err)
}

// writing is one account's change of reports in one transaction.
type writing struct {
	*Store
	txn      *badger.Txn
	account  Account
	versions map[cloudlist.ListID]uint64
}

func (s *Store) write(id AccountID, commit func(func(*badger.Txn) error) error, do func(*writing) error) error {
	defer s.turn(id)()
	s.writing.RLock()
	defer s.writing.RUnlock()
	return commit(func(txn *badger.Txn) error {
		account, err := getAccount(txn, id)
		if err != nil {
			return err
		}
		if account.Leaving {
			return ErrDevice
		}
		w := &writing{Store: s, txn: txn, account: account, versions: map[cloudlist.ListID]uint64{}}
		if err := do(w); err != nil {
			return err
		}
		return setJSON(txn, accountKey(id), w.account)
	})
}

func (w *writing) share(member MemberID, r Report, t Terms) (Outcome, error) {
	if known, found, err := w.known(r.Request); found || err != nil {
		return known, err
	}
	if code, err := w.refuses(r); code != "" || err != nil {
		return Outcome{Code: code}, err
	}
	place := w.row(member, r)
	old, found, err := w.read(place)
	if err != nil {
		return Outcome{}, err
	}
	if same := old.day == r.Day && old.reason == r.Reason; found && (same || old.day > r.Day) {
		return w.remember(r, Outcome{From: old.from})
	}
	if !found {
		if w.account.Shared >= t.MaxShared || w.account.Reported >= t.MaxDay {
			return Outcome{Code: CodeQuota}, nil
		}
		w.account.Shared++
		w.account.Reported++
	}
	version, err := w.touch(r.List, r.Tag)
	if err != nil {
		return Outcome{}, err
	}
	return w.remember(r, Outcome{From: version}, w.put(place, said{
		day: r.Day, from: version, weighs: later(t.WeighsOn, Day(t.Now)), expires: r.Day + t.Expiry, reason: r.Reason,
	}))
}

func (w *writing) withdraw(member MemberID, r Report) (Outcome, error) {
	if known, found, err := w.known(r.Request); found || err != nil {
		return known, err
	}
	place := w.row(member, r)
	_, found, err := w.read(place)
	if err != nil {
		return Outcome{}, err
	}
	if !found {
		version, err := w.version(r.List)
		return w.remember(r, Outcome{From: version}, err)
	}
	w.account.Shared--
	version, err := w.touch(r.List, r.Tag)
	return w.remember(r, Outcome{From: version}, err, w.take(place))
}

func (w *writing) row(member MemberID, r Report) row {
	return row{list: r.List, tag: r.Tag, who: w.pseudonym(w.account.ID, r.Tag), member: w.pseudonym(member, r.Tag)}
}

// refuses tells why no report on the tag is taken.
//
// A short tag that is published stands for one tag only: who reads the list, and
// never evaluated the buyer, cannot add to him. Tags that are not published keep
// nobody out: else one made-up tag would keep all reports on a buyer away, and
// would tell whether there are any.
func (w *writing) refuses(r Report) (Code, error) {
	if _, erased, err := get(w.txn, tagKey(tableTombstone, r.List, r.Tag)); erased || err != nil {
		return CodeErased, err
	}
	owner, owned, err := get(w.txn, ownerKey(r.List, r.Tag.Short()))
	if err != nil {
		return "", err
	}
	if owned && tag.Tag(owner) != r.Tag {
		return CodeTag, nil
	}
	return "", nil
}

// version is the one that the list's next cut makes.
func (w *writing) version(list cloudlist.ListID) (uint64, error) {
	if v, ok := w.versions[list]; ok {
		return v, nil
	}
	v, err := nextVersion(w.txn, list)
	w.versions[list] = v
	return v, err
}

// touch has the tag counted for the next version, and tells which that is.
func (w *writing) touch(list cloudlist.ListID, t tag.Tag) (uint64, error) {
	version, err := w.version(list)
	if err != nil {
		return 0, err
	}
	return version, w.txn.Set(dirtyKey(list, version, t), nil)
}

// read reads a report and tells whether there is one.
func (w *writing) read(place row) (said, bool, error) {
	value, found, err := get(w.txn, place.key())
	if err != nil || !found {
		return said{}, false, err
	}
	s, ok := readSaid(value)
	if !ok {
		return said{}, false, ErrRow
	}
	return s, true, nil
}

// put writes a report and the days on which its tag is counted again. They are
// days: a moment would tell whose report it is.
func (w *writing) put(place row, s said) error {
	old, found, err := w.read(place)
	if err != nil {
		return err
	}
	if err := w.txn.Set(place.key(), s.bytes()); err != nil {
		return err
	}
	for _, day := range s.due() {
		if err := w.txn.Set(dueKey(day, place.list, place.tag), nil); err != nil {
			return err
		}
	}
	if !found {
		return nil
	}
	return w.forgetDue(place, old)
}

// take deletes a report.
func (w *writing) take(place row) error {
	old, found, err := w.read(place)
	if err != nil || !found {
		return err
	}
	if err := w.txn.Delete(place.key()); err != nil {
		return err
	}
	return w.forgetDue(place, old)
}

// forgetDue deletes the days of a report that is not there any more, but for
// those that another report on the tag has too: then nothing tells that there was
// one.
func (w *writing) forgetDue(place row, old said) error {
	needed := map[uint32]bool{}
	err := each(w.txn, tagKey(tableReport, place.list, place.tag), true, func(_, value []byte) error {
		s, ok := readSaid(value)
		if !ok {
			return ErrRow
		}
		for _, day := range s.due() {
			needed[day] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, day := range old.due() {
		if needed[day] {
			continue
		}
		if err := w.txn.Delete(dueKey(day, place.list, place.tag)); err != nil {
			return err
		}
	}
	return nil
}

// later is the day if it is after today, else 0.
func later(day, today uint32) uint32 {
	if day > today {
		return day
	}
	return 0
}

func (w *writing) known(request string) (Outcome, bool, error) {
	value, found, err := get(w.txn, requestKey(w.account.ID, request))
	if err != nil || !found || len(value) != 8 {
		return Outcome{}, false, err
	}
	return Outcome{From: binary.BigEndian.Uint64(value)}, true, nil
}

// remember keeps the outcome of a request that was carried out without an error.
func (w *writing) remember(r Report, o Outcome, errs ...error) (Outcome, error) {
	if err := errors.Join(errs...); err != nil {
		return Outcome{}, err
	}
	value := binary.BigEndian.AppendUint64(nil, o.From)
	entry := badger.NewEntry(requestKey(w.account.ID, r.Request), value).WithTTL(requestLife)
	return o, w.txn.SetEntry(entry)
}
