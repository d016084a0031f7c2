package cloudlink

import (
	"slices"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/shared/buyer"
)

// ofOne are those of some keys that did not turn out to stand for many people.
func (l *Link) ofOne(keys []buyer.Key) []buyer.Key {
	return slices.DeleteFunc(slices.Clone(keys), func(k buyer.Key) bool {
		refused, err := l.cfg.Orders.Refused(k) // fails for what is no key any more
		return err == nil && refused
	})
}

// both are the keys that two lists have in common, in the order of the first.
func both(a, b []buyer.Key) []buyer.Key {
	return slices.DeleteFunc(slices.Clone(a), func(k buyer.Key) bool { return !slices.Contains(b, k) })
}

// without are the keys of the first list that are not in the second.
func without(a, b []buyer.Key) []buyer.Key {
	return slices.DeleteFunc(slices.Clone(a), func(k buyer.Key) bool { return slices.Contains(b, k) })
}

// releaseShared takes back what was reported under keys that stand for many people.
func (l *Link) releaseShared() error {
	j, err := l.member()
	if err != nil {
		return nil // nothing is reported, or all of it goes
	}
	var marks []string
	err = j.reports.view(func(txn *badger.Txn) (err error) {
		scan(txn, markPrefix, "", func(mark string) bool {
			var r *report
			if r, err = getReport(txn, mark); err != nil {
				return false
			}
			if r != nil && len(l.ofOne(r.Keys)) < len(r.Keys) {
				marks = append(marks, mark)
			}
			return true
		})
		return err
	})
	if err == nil && len(marks) > 0 {
		err = l.releaseMarks(j, marks)
		l.sharing.nudge()
	}
	return err
}

// release withdraws what was shared of these buyers and stands no more, or stands for
// many people.
func (l *Link) release(j *joined, keys []buyer.Key) error {
	var marks []string
	err := j.reports.view(func(txn *badger.Txn) error {
		for _, k := range keys {
			report, err := reportOf(txn, k)
			if err != nil {
				return err
			}
			if report != nil && !slices.Contains(marks, report.Mark) {
				marks = append(marks, report.Mark)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return l.releaseMarks(j, marks)
}

func (l *Link) releaseMarks(j *joined, marks []string) error {
	for _, mark := range marks {
		stands := l.stands(mark)
		release := func(txn *badger.Txn, write bool) (needed bool, err error) {
			r, err := getReport(txn, mark)
			if err != nil || r == nil || r.State == leaving {
				return false, err
			}
			keys := l.ofOne(r.Keys)
			switch {
			case stands && len(keys) == len(r.Keys):
				return false, nil
			case !write:
				return true, nil
			case !stands || len(keys) == 0:
				return true, withdraw(txn, mark)
			}
			return true, j.narrow(txn, r, keys, true)
		}
		needed := false
		err := j.reports.view(func(txn *badger.Txn) (err error) { // most need no write
			needed, err = release(txn, false)
			return err
		})
		if err == nil && needed {
			err = j.reports.write(func(txn *badger.Txn) error {
				_, err := release(txn, true)
				return err
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// under tells whether a row is that of one of some keys, as far as their tags are
// known.
func (j *joined) under(name rowName, keys []buyer.Key) (bool, error) {
	list, t, err := name.parts()
	if err != nil {
		return false, err
	}
	tags, _, err := j.tags.of(list.Epoch, keys)
	for i, k := range keys {
		if k.Marketplace == list.Marketplace && tags[i].String() == t {
			return true, err
		}
	}
	return false, err
}

// narrow leaves a report some of its keys: what was said under the others is
// withdrawn, and so is what is not known to be said under these. Waits tells whether
// that has to be said again.
func (j *joined) narrow(txn *badger.Txn, r *report, keys []buyer.Key, waits bool) error {
	rows := r.Rows
	r.Rows = nil
	for _, name := range rows {
		row, err := getRow(txn, name)
		if err != nil {
			return err
		}
		if row == nil || row.Mark != r.Mark {
			continue
		}
		his, err := j.under(name, keys)
		if err != nil {
			return err
		}
		if his {
			r.Rows = append(r.Rows, name)
			continue
		}
		row.Want, row.Refused = vote{}, ""
		if err := putRow(txn, name, row); err != nil {
			return err
		}
	}
	if err := leaveKeys(txn, r, without(r.Keys, keys)); err != nil {
		return err
	}
	r.Keys = keys
	return putReport(txn, r, waits)
}

// leaveKeys has keys lead to a report no more.
func leaveKeys(txn *badger.Txn, r *report, keys []buyer.Key) error {
	for _, k := range keys {
		owner, err := get(txn, buyerPrefix+k.String())
		if err != nil {
			return err
		}
		if string(owner) == r.Mark {
			if err := remove(txn, buyerPrefix+k.String()); err != nil {
				return err
			}
		}
	}
	return nil
}

// part takes keys out of a report whose mark stands no more, and gives what was said
// under these to an heir; nil: it is withdrawn. What is left waits for the mark that
// stands for the rest, if the seller had shared that by itself.
func (j *joined) part(txn *badger.Txn, old *report, keys []buyer.Key, heir *report) error {
	others := without(old.Keys, keys)
	rest := both(others, old.own())
	if heir == nil && len(rest) == 0 {
		return withdraw(txn, old.Mark)
	}
	if heir != nil {
		if err := j.inherit(txn, heir, old, len(others) == 0, len(rest) == 0); err != nil {
			return err
		}
	}
	if len(rest) == 0 {
		return dropReport(txn, old)
	}
	old.Own, old.Shared = nil, time.Time{}
	return j.narrow(txn, old, rest, false)
}

// inherit gives a report's rows to the one that takes its place: all of them, or those
// under the heir's keys. The others stay, or are withdrawn where this is the last heir.
func (j *joined) inherit(txn *badger.Txn, heir, old *report, all, last bool) error {
	if heir.Shared.IsZero() {
		heir.Shared = old.Shared
	}
	for _, name := range old.Rows {
		row, err := getRow(txn, name)
		if err != nil {
			return err
		}
		if row == nil || row.Mark != old.Mark {
			continue
		}
		his := all
		if !all {
			if his, err = j.under(name, heir.Keys); err != nil {
				return err
			}
		}
		switch {
		case his:
			heir.Rows = append(heir.Rows, name)
		case last:
			row.Want, row.Refused = vote{}, ""
		default:
			continue
		}
		row.Mark = heir.Mark
		if err := putRow(txn, name, row); err != nil {
			return err
		}
	}
	return nil
}
