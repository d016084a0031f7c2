package cloudlink

import (
	"slices"
	"strings"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/shared/buyer"
)

// Forget withdraws what was shared of a buyer and removes him from the files of
// the link: what is left until the cloud has confirmed the withdrawal are its
// tags, which name nobody. Keys are all of his. The cloud need not be reachable.
// It tells whether a withdrawal goes to the cloud; a dry run changes nothing.
func (l *Link) Forget(keys []buyer.Key, dryRun bool) (shared bool, err error) {
	l.changing.Lock() // nobody leaves or closes meanwhile
	defer l.changing.Unlock()
	j := l.joined.Load()
	if !dryRun {
		l.queue.forget(keys) // before their tags go: some may be on their way
	}
	if j == nil && l.broken != nil {
		return false, l.broken // what was shared cannot be withdrawn
	}
	if j != nil {
		// What was marked a moment ago is taken in first, so that it goes too.
		if !dryRun && !j.membership.get().Leaving {
			if err := l.harvest(j); err != nil {
				return false, err
			}
		}
		if shared, err = l.forgetReports(j, keys, dryRun); err != nil {
			return shared, err
		}
	}
	if dryRun {
		return shared, nil
	}
	if l.muted.any(keys) {
		if err := l.muted.set(keys, false); err != nil {
			return shared, err
		}
	}
	l.sharing.nudge()
	l.changes.Publish(keys)
	return shared, nil
}

func (l *Link) forgetReports(j *joined, keys []buyer.Key, dryRun bool) (shared bool, err error) {
	his := func(reported []buyer.Key) (bool, error) { return l.cfg.Ledger.IsOf(reported, keys) }
	marks, err := j.reports.of(his)
	if err != nil {
		return false, err
	}
	for _, mark := range marks {
		var known bool
		take := j.reports.write
		if dryRun {
			take = j.reports.view
		}
		err := take(func(txn *badger.Txn) error {
			report, err := getReport(txn, mark)
			if err != nil || report == nil {
				return err
			}
			known = report.State != candidate
			if dryRun {
				return nil
			}
			return forgetReport(txn, report)
		})
		if err != nil {
			return false, err
		}
		shared = shared || known
	}
	if dryRun {
		return shared, nil
	}
	if err := j.reports.forgetPast(his); err != nil {
		return shared, err
	}
	// Always: a report may have been deleted long ago, and its bytes not.
	if err := j.reports.rewrite(); err != nil {
		return shared, err
	}
	return shared, j.tags.forget(keys)
}

// of are the marks of which there are reports on a buyer.
func (r *reports) of(his func(report []buyer.Key) (bool, error)) (marks []string, err error) {
	err = r.view(func(txn *badger.Txn) (err error) {
		scan(txn, markPrefix, "", func(mark string) bool {
			var report *report
			if report, err = getReport(txn, mark); err != nil {
				return false
			}
			if report != nil {
				var is bool
				if is, err = his(report.Keys); is {
					marks = append(marks, mark)
				}
			}
			return err == nil
		})
		return err
	})
	return marks, err
}

// forgetReport has a report leave the cloud without a word of whose it is.
func forgetReport(txn *badger.Txn, r *report) error {
	if err := withdraw(txn, r.Mark); err != nil {
		return err
	}
	left, err := getReport(txn, r.Mark)
	if err != nil || left == nil {
		return err
	}
	if err := leaveKeys(txn, left, left.Keys); err != nil {
		return err
	}
	left.Keys, left.Own = nil, nil
	return putReport(txn, left, false)
}

// forget removes the tags of some keys, of all epochs.
func (c *tagCache) forget(keys []buyer.Key) error {
	var mine []string
	err := c.view(func(txn *badger.Txn) error {
		scan(txn, "", "", func(key string) bool {
			_, name, _ := strings.Cut(key, "/")
			if k, err := buyer.Parse(name); err == nil && slices.Contains(keys, k) {
				mine = append(mine, key)
			}
			return true
		})
		return nil
	})
	if err != nil {
		return err
	}
	err = c.write(func(txn *badger.Txn) error {
		for _, key := range mine {
			if err := remove(txn, key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.known.Add(-int64(len(mine)))
	return c.rewrite()
}
