package cloudlink

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
	"blackmark/shared/buyer"
	"blackmark/shared/cloudlist"
	"blackmark/shared/tag"
)

// reports is what the seller shares, wants to share, or takes back. It is
// flushed at every write: who shared what is known nowhere else.
//
//	m/<mark>       report: a mark that is shared, will be, or may be
//	s/<~sequence>  the mark's id; newest first
//	k/<buyer key>  the mark's id
//	w/<mark>       the report waits: for its time, for tags
//	a/<mark>       the cloud has confirmed the report
//	x/<mark>       the cloud does not take the report
//	r/<row>        row: what the cloud holds under one tag
//	o/0/<row>      the row waits for a withdrawal to be sent, o/1/<row> for a share
//	g/<row>        the row is gone at the cloud, and still on the list here
//	d/<~time>/<mark>  Past: that the cloud confirmed a share or a withdrawal
//	cursor         sequence of the last mark that was looked at; marks made before the
//	               seller joined are never looked at by themselves
//	written        nothing; it stands in every write
//	epoch          epoch of which all reports have rows or wait for them
type reports struct {
	*store
	version atomic.Uint64 // another one after every write
}

const (
	markPrefix      = "m/"
	newestPrefix    = "s/"
	buyerPrefix     = "k/"
	waitPrefix      = "w/"
	confirmedPrefix = "a/"
	refusedPrefix   = "x/"
	rowPrefix       = "r/"
	outPrefix       = "o/"
	outGoing        = outPrefix + "0/"
	outComing       = outPrefix + "1/"
	gonePrefix      = "g/"
	pastPrefix      = "d/"
	cursorKey       = "cursor"
	epochKey        = "epoch"
	lostKey         = "lost"
	writtenKey      = "written"
)

func openReports(dir string, c Config) (*reports, error) {
	s, lost, err := openStore(dir, c, disk.Badger(dir).WithSyncWrites(true), writtenKey)
	if err != nil {
		return nil, err
	}
	r := &reports{store: s}
	r.version.Store(rand.Uint64()) // no reader of an earlier store takes it for that
	if lost {
		err = r.write(func(txn *badger.Txn) error { return txn.Set([]byte(lostKey), []byte{1}) })
	}
	return r, err
}

// write is the store's, and tells by the version that something is another now.
func (r *reports) write(fn func(*badger.Txn) error) error {
	defer r.version.Add(1)
	return r.store.write(fn)
}

// lost tells that an earlier store did not open: what was shared is not known.
func (r *reports) lost() (lost bool) {
	_ = r.view(func(txn *badger.Txn) error {
		data, err := get(txn, lostKey)
		lost = data != nil
		return err
	})
	return lost
}

// The states of a report.
const (
	candidate = "candidate" // shared by itself when its time has come, if it may be
	wanted    = "wanted"    // to be at the cloud
	leaving   = "leaving"   // to be gone from the cloud
)

// report is one mark in view of the cloud.
type report struct {
	Mark   string      `json:"mark"`
	Seq    uint64      `json:"seq"`
	Keys   []buyer.Key `json:"keys"` // those that can be shared
	Reason string      `json:"reason"`
	At     time.Time   `json:"at"`  // of the mark
	Due    time.Time   `json:"due"` // not before
	State  string      `json:"state"`
	Shared time.Time   `json:"shared,omitzero"`  // when the cloud confirmed it
	Refuse string      `json:"refuse,omitempty"` // the cloud's code for why it does not take it
	Rows   []rowName   `json:"rows,omitempty"`
	// Own are the keys of what the seller shared by itself, where that is not all: the
	// others he joined to it.
	Own []buyer.Key `json:"own,omitempty"`
}

// own are the keys of a report without those that the seller joined to what he shared.
func (r *report) own() []buyer.Key {
	if len(r.Own) == 0 {
		return r.Keys
	}
	return r.Own
}

// rowName is marketplace/epoch/tag.
type rowName string

func nameRow(list cloudlist.ListID, t tag.Tag) rowName {
	return rowName(list.Marketplace + "/" + strconv.FormatUint(uint64(list.Epoch), 10) + "/" + t.String())
}

// parts are the list and the tag of a row, as text.
func (n rowName) parts() (list cloudlist.ListID, t string, err error) {
	fields := strings.SplitN(string(n), "/", 3)
	if len(fields) != 3 {
		return list, "", fmt.Errorf("a row without a name")
	}
	epoch, err := strconv.ParseUint(fields[1], 10, 32)
	return cloudlist.ListID{Marketplace: fields[0], Epoch: uint32(epoch)}, fields[2], err
}

// vote is what stands under a tag; without a reason nothing does.
type vote struct {
	Reason string `json:"reason,omitempty"`
	Day    int    `json:"day,omitempty"` // days since 1970-01-01
}

// counted is a vote that the cloud confirmed, and the list's version from which
// it can count.
type counted struct {
	vote
	From uint64 `json:"from"`
}

// sending is a vote on its way. Until the cloud has answered nobody knows
// whether it arrived, so it is sent again, the same, before any other.
type sending struct {
	ID string `json:"id"`
	vote
	Above uint64 `json:"above"` // newest version of the list here when it was first sent
}

// row is what the cloud holds under one tag, as far as is known.
type row struct {
	Mark    string    `json:"mark"` // the report that wants it so
	Want    vote      `json:"want"`
	Sending *sending  `json:"sending,omitempty"`
	Have    []counted `json:"have,omitempty"` // oldest first
	Refused string    `json:"refused,omitempty"`
}

// stands is the last vote that the cloud confirmed.
func (r *row) stands() vote {
	if len(r.Have) == 0 {
		return vote{}
	}
	return r.Have[len(r.Have)-1].vote
}

// pending tells whether there is something to send.
func (r *row) pending() bool {
	return r.Sending != nil || r.Refused == "" && r.Want != r.stands()
}

// next is the vote that is sent next.
func (r *row) next() vote {
	if r.Sending != nil {
		return r.Sending.vote
	}
	return r.Want
}

// ownIn are the reasons under which this seller's own vote may be counted in a
// version of the list. While an answer is awaited that can be two.
func (r *row) ownIn(version uint64) (reasons []string) {
	for i := len(r.Have) - 1; i >= 0; i-- {
		if r.Have[i].From <= version {
			if r.Have[i].Reason != "" {
				reasons = append(reasons, r.Have[i].Reason)
			}
			break
		}
	}
	if s := r.Sending; s != nil && s.Reason != "" && version > s.Above {
		if len(reasons) == 0 || reasons[0] != s.Reason {
			reasons = append(reasons, s.Reason)
		}
	}
	return reasons
}

func newestKey(seq uint64) string { return fmt.Sprintf("%016x", math.MaxUint64-seq) }

func getReport(txn *badger.Txn, mark string) (*report, error) {
	var r report
	found, err := getJSON(txn, markPrefix+mark, &r)
	if err != nil || !found {
		return nil, err
	}
	return &r, nil
}

func getRow(txn *badger.Txn, name rowName) (*row, error) {
	var r row
	found, err := getJSON(txn, rowPrefix+string(name), &r)
	if err != nil || !found {
		return nil, err
	}
	return &r, nil
}

// putReport stores a report under all of its keys. waits tells whether it has to
// be looked at again.
func putReport(txn *badger.Txn, r *report, waits bool) error {
	if err := putJSON(txn, markPrefix+r.Mark, r); err != nil {
		return err
	}
	for _, k := range r.Keys {
		if err := txn.Set([]byte(buyerPrefix+k.String()), []byte(r.Mark)); err != nil {
			return err
		}
	}
	if err := txn.Set([]byte(newestPrefix+newestKey(r.Seq)), []byte(r.Mark)); err != nil {
		return err
	}
	if err := flag(txn, confirmedPrefix+r.Mark, !r.Shared.IsZero()); err != nil {
		return err
	}
	if err := flag(txn, refusedPrefix+r.Mark, r.Refuse != ""); err != nil {
		return err
	}
	return flag(txn, waitPrefix+r.Mark, waits)
}

func flag(txn *badger.Txn, key string, on bool) error {
	if on {
		return txn.Set([]byte(key), []byte{})
	}
	return remove(txn, key)
}

// dropReport forgets a report. Its rows have to be gone, or another's.
func dropReport(txn *badger.Txn, r *report) error {
	if err := leaveKeys(txn, r, r.Keys); err != nil {
		return err
	}
	for _, key := range []string{markPrefix + r.Mark, waitPrefix + r.Mark, confirmedPrefix + r.Mark, refusedPrefix + r.Mark} {
		if err := remove(txn, key); err != nil {
			return err
		}
	}
	// After a backup was restored another mark can have the same sequence.
	newest, err := get(txn, newestPrefix+newestKey(r.Seq))
	if err != nil || string(newest) != r.Mark {
		return err
	}
	return remove(txn, newestPrefix+newestKey(r.Seq))
}

// putRow stores a row, and whether it waits to be sent. One of which nothing is
// left and nothing was ever counted goes.
func putRow(txn *badger.Txn, name rowName, r *row) error {
	if !r.pending() && len(r.Have) == 0 && r.Refused == "" {
		return dropRow(txn, name)
	}
	if err := putJSON(txn, rowPrefix+string(name), r); err != nil {
		return err
	}
	if err := flag(txn, gonePrefix+string(name), !r.pending() && r.Want.Reason == ""); err != nil {
		return err
	}
	next := r.next()
	if err := flag(txn, outGoing+string(name), r.pending() && next.Reason == ""); err != nil {
		return err
	}
	return flag(txn, outComing+string(name), r.pending() && next.Reason != "")
}

func dropRow(txn *badger.Txn, name rowName) error {
	for _, prefix := range []string{rowPrefix, outGoing, outComing, gonePrefix} {
		if err := remove(txn, prefix+string(name)); err != nil {
			return err
		}
	}
	return nil
}

// cursor is the mark after which none was looked at; begun is false before the
// first was.
func (r *reports) cursor() (seq uint64, begun bool, err error) {
	err = r.view(func(txn *badger.Txn) error {
		data, err := get(txn, cursorKey)
		if err != nil || data == nil {
			return err
		}
		begun = true
		seq, err = number(txn, cursorKey)
		return err
	})
	return seq, begun, err
}

func number(txn *badger.Txn, key string) (uint64, error) {
	data, err := get(txn, key)
	if err != nil || data == nil {
		return 0, err
	}
	return strconv.ParseUint(string(data), 10, 64)
}

func (r *reports) setCursor(seq uint64) error {
	return r.write(func(txn *badger.Txn) error { return setNumber(txn, cursorKey, seq) })
}

func setNumber(txn *badger.Txn, key string, n uint64) error {
	return txn.Set([]byte(key), []byte(strconv.FormatUint(n, 10)))
}

// step is how many reports one transaction touches.
const step = 100

// inSteps runs do on every rest of a prefix, some in one transaction. Those that
// come meanwhile are left out, and so are those that go: what a key said when it
// was found, a withdrawal or a new share can have changed before its turn.
func (r *reports) inSteps(prefix string, do func(txn *badger.Txn, rest string) error) error {
	var all []string
	err := r.view(func(txn *badger.Txn) error {
		scan(txn, prefix, "", func(rest string) bool { all = append(all, rest); return true })
		return nil
	})
	for len(all) > 0 && err == nil {
		n := min(len(all), step)
		err = r.write(func(txn *badger.Txn) error {
			for _, rest := range all[:n] {
				stands, err := get(txn, prefix+rest)
				if err == nil && stands != nil {
					err = do(txn, rest)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		all = all[n:]
	}
	return err
}

// newEpoch has every shared report wait for its tags of another epoch. It is
// noted as done when all do.
func (r *reports) newEpoch(epoch uint32) error {
	var at uint64
	err := r.view(func(txn *badger.Txn) (err error) {
		at, err = number(txn, epochKey)
		return err
	})
	if err != nil || at == uint64(epoch) {
		return err
	}
	err = r.inSteps(markPrefix, func(txn *badger.Txn, mark string) error {
		report, err := getReport(txn, mark)
		if err != nil || report == nil || report.State != wanted {
			return err
		}
		return putReport(txn, report, true)
	})
	if err != nil {
		return err
	}
	return r.write(func(txn *badger.Txn) error { return setNumber(txn, epochKey, uint64(epoch)) })
}

// settle forgets votes that no list here can count any more.
func (r *reports) settle(version func(cloudlist.ListID) uint64) error {
	return r.inSteps(gonePrefix, func(txn *badger.Txn, rest string) error {
		name := rowName(rest)
		row, err := getRow(txn, name)
		if err != nil || row == nil {
			return err
		}
		list, _, err := name.parts()
		if err != nil {
			return err
		}
		if last := row.Have[len(row.Have)-1]; version(list) < last.From {
			return nil
		}
		return dropRow(txn, name)
	})
}
