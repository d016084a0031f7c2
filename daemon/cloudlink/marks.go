package cloudlink

import (
	"context"
	"errors"
	"slices"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
)

// followMarks keeps the reports in step with My Blacklist: at first with all that
// happened while nobody looked, then with every change.
func (l *Link) followMarks(ctx context.Context) {
	for ctx.Err() == nil {
		changes, stop := l.cfg.Ledger.Subscribe()
		err := l.catchUp()
		if err == nil {
			err = l.readMarks(ctx, changes)
		}
		stop()
		if err != nil && ctx.Err() == nil && !errors.Is(err, ErrClosed) && !errors.Is(err, ledger.ErrClosed) {
			l.cfg.Log.Warn("the cloud share could not follow the marks", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second): // dropped, failed, or the ledger is closing
		}
	}
}

func (l *Link) readMarks(ctx context.Context, changes <-chan ledger.Change) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case change, open := <-changes:
			if !open {
				return nil
			}
			j, err := l.member()
			if err != nil {
				continue
			}
			if err := l.harvest(j); err != nil {
				return err
			}
			if err := l.release(j, change.Keys); err != nil {
				return err
			}
			l.sharing.nudge()
		}
	}
}

// catchUp looks at everything once.
func (l *Link) catchUp() error {
	j, err := l.member()
	if err != nil {
		return nil
	}
	if err := l.harvest(j); err != nil {
		return err
	}
	var gone []string
	err = j.reports.view(func(txn *badger.Txn) error {
		scan(txn, markPrefix, "", func(mark string) bool { gone = append(gone, mark); return true })
		return nil
	})
	if err == nil {
		err = l.releaseMarks(j, gone)
	}
	l.sharing.nudge()
	return err
}

// harvest looks at the marks that were made since the cursor, the oldest first.
// The cursor moves in the write that says what becomes of them.
func (l *Link) harvest(j *joined) error {
	l.harvesting.Lock()
	defer l.harvesting.Unlock()
	at, begun, err := j.reports.cursor()
	if err != nil {
		return err
	}
	if !begun {
		// Marks that stand already are shared when the seller says so, never by
		// themselves.
		newest, err := l.cfg.Ledger.List(ledger.Query{Limit: 1})
		if err != nil {
			return err
		}
		for _, m := range newest.Marks {
			at = m.Seq
		}
		return j.reports.setCursor(at)
	}
	var fresh []ledger.Mark
	err = l.eachMark(func(m ledger.Mark) (bool, error) {
		if m.Seq <= at {
			return false, nil
		}
		fresh = append(fresh, m)
		return true, nil
	})
	slices.Reverse(fresh)
	for len(fresh) > 0 && err == nil {
		n := min(len(fresh), step)
		err = l.take(j, fresh[:n])
		fresh = fresh[n:]
	}
	return err
}

// take decides what becomes of new marks.
func (l *Link) take(j *joined, marks []ledger.Mark) error {
	auto := l.settings.get().Auto
	// Orders are asked before the transaction: they are another store.
	why := map[string]string{}
	for _, m := range marks {
		kept, err := l.keeps(m, terms{chosen: auto, own: true})
		if err != nil {
			return err
		}
		why[m.ID] = kept
	}
	return j.reports.write(func(txn *badger.Txn) error {
		for _, m := range marks {
			if err := l.takeOne(txn, j, m, why[m.ID], auto); err != nil {
				return err
			}
		}
		return setNumber(txn, cursorKey, marks[len(marks)-1].Seq)
	})
}

// takeOne takes a new mark in. Where it took the place of one that is shared, it
// takes its place at the cloud too: the seller has vouched for this buyer. Where
// that one was divided, each part does under its own keys, as far as the seller had
// shared what he is by himself.
func (l *Link) takeOne(txn *badger.Txn, j *joined, m ledger.Mark, why string, auto []string) error {
	known, err := getReport(txn, m.ID)
	if err != nil || known != nil {
		return err
	}
	fresh := l.newReport(m, candidate)
	shared := false
	var own []buyer.Key
	for _, k := range fresh.Keys {
		old, err := reportOf(txn, k)
		if err != nil {
			return err
		}
		if old == nil || old.Mark == m.ID || l.stands(old.Mark) {
			continue // nobody's, or another buyer's who bore the name
		}
		shared = shared || old.State == wanted
		if old.State != wanted {
			if err := withdraw(txn, old.Mark); err != nil {
				return err
			}
			continue
		}
		heir := fresh
		if why != "" || len(both(old.own(), fresh.Keys)) == 0 {
			heir = nil
		} else {
			own = append(own, old.own()...)
		}
		if err := j.part(txn, old, fresh.Keys, heir); err != nil {
			return err
		}
	}
	switch {
	case len(own) > 0:
		fresh.State, fresh.Own = wanted, nil
		if own = both(fresh.Keys, own); len(own) < len(fresh.Keys) {
			fresh.Own = own
		}
		return putReport(txn, fresh, true)
	case shared || !slices.Contains(auto, m.Reason) || len(fresh.Keys) == 0 || m.Echo:
		return nil
	}
	return putReport(txn, fresh, true)
}

// stands tells whether a mark is on My Blacklist. When in doubt it is.
func (l *Link) stands(mark string) bool {
	_, err := l.cfg.Ledger.Get(mark)
	return !errors.Is(err, ledger.ErrNoMark)
}

func reportOf(txn *badger.Txn, k buyer.Key) (*report, error) {
	mark, err := get(txn, buyerPrefix+k.String())
	if err != nil || mark == nil {
		return nil, err
	}
	return getReport(txn, string(mark))
}
