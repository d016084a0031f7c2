package cloudlink

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/shared/buyer"
)

// SharedMarks gives the ids of the marks that the cloud has confirmed, and a
// version of them. Where that is the one that the caller has already, it gives no
// ids.
func (l *Link) SharedMarks(have uint64) (ids map[string]bool, version uint64, err error) {
	j, err := l.member()
	if err != nil {
		return nil, 0, nil // nothing was joined, so nothing is shared
	}
	version = j.reports.version.Load()
	if version == have {
		return nil, version, nil
	}
	ids = map[string]bool{}
	err = j.reports.view(func(txn *badger.Txn) error {
		scan(txn, confirmedPrefix, "", func(mark string) bool { ids[mark] = true; return true })
		return nil
	})
	return ids, version, err
}

// SharedSince tells since when each of some marks is at the cloud; the zero time
// for one that is not.
func (l *Link) SharedSince(marks []string) []time.Time {
	since := make([]time.Time, len(marks))
	j, err := l.member()
	if err != nil {
		return since
	}
	_ = j.reports.view(func(txn *badger.Txn) error {
		for i, mark := range marks {
			report, err := getReport(txn, mark)
			if err != nil {
				return err
			}
			if report != nil {
				since[i] = report.Shared
			}
		}
		return nil
	})
	return since
}

// past is that the cloud confirmed a share or a withdrawal.
type past struct {
	Withdrawn bool        `json:"withdrawn,omitempty"`
	Keys      []buyer.Key `json:"keys,omitempty"`
	Reason    string      `json:"reason"`
}

func putPast(txn *badger.Txn, at time.Time, r *report, withdrawn bool) error {
	if len(r.Keys) == 0 {
		return nil // of a buyer who was forgotten
	}
	return putJSON(txn, pastPrefix+pastKey(at)+"/"+r.Mark, past{withdrawn, r.Keys, r.Reason})
}

// pastKey sorts the newest first.
func pastKey(at time.Time) string { return fmt.Sprintf("%016x", math.MaxUint64-uint64(at.UnixNano())) }

// Past gives what the cloud confirmed, shares and withdrawals, not later than
// before and the newest first, until fn says no. The zero time means all. It goes
// back to when the seller joined.
func (l *Link) Past(before time.Time, fn func(at time.Time, mark string, withdrawn bool, keys []buyer.Key, reason string) (more bool)) error {
	j, err := l.member()
	if err != nil {
		return nil // nothing was joined, so nothing was shared
	}
	from := ""
	if !before.IsZero() {
		from = pastKey(before)
	}
	return j.reports.view(func(txn *badger.Txn) (err error) {
		scan(txn, pastPrefix, from, func(rest string) bool {
			var p past
			if _, err = getJSON(txn, pastPrefix+rest, &p); err != nil {
				return false
			}
			when, mark, _ := strings.Cut(rest, "/")
			var n uint64
			if n, err = strconv.ParseUint(when, 16, 64); err != nil {
				return false
			}
			return fn(time.Unix(0, int64(math.MaxUint64-n)).UTC(), mark, p.Withdrawn, p.Keys, p.Reason)
		})
		return err
	})
}

// forgetPast removes what was confirmed of a buyer.
func (r *reports) forgetPast(his func(keys []buyer.Key) (bool, error)) error {
	return r.inSteps(pastPrefix, func(txn *badger.Txn, rest string) error {
		var p past
		found, err := getJSON(txn, pastPrefix+rest, &p)
		if err != nil || !found {
			return err
		}
		if is, err := his(p.Keys); err != nil || !is {
			return err
		}
		return remove(txn, pastPrefix+rest)
	})
}
