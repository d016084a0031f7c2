package cloudlink

import (
	"context"
	"slices"
	"strings"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/ledger"
	"blackmark/shared/wire"
)

// wants tells whether a mark is at the cloud or on its way there.
func (r *reports) wants(mark string) (yes bool, err error) {
	err = r.view(func(txn *badger.Txn) error {
		report, err := getReport(txn, mark)
		yes = report != nil && report.State == wanted
		return err
	})
	return yes, err
}

// newReport is a mark as it will be shared, not before its time.
func (l *Link) newReport(m ledger.Mark, state string) *report {
	due := m.At.Add(time.Duration(l.settings.get().Delay) * time.Second)
	r := &report{Mark: m.ID, Seq: m.Seq, Keys: l.ofOne(shareable(m.Keys)), Reason: m.Reason, At: m.At, Due: due, State: state}
	if own := both(r.Keys, m.Own); len(own) < len(r.Keys) {
		r.Own = own
	}
	return r
}

// Share shares the marks that a query means and that can be. What it wrote is
// sent in the background, whatever happens to this process.
func (l *Link) Share(ctx context.Context, q wire.ShareQuery) error {
	j, err := l.member()
	if err != nil {
		return err
	}
	// What was marked a moment ago may take the place of what is shared.
	if err := l.harvest(j); err != nil {
		return err
	}
	t := l.termsOf(q)
	var batch []ledger.Mark
	flush := func() error {
		err := j.reports.want(batch, l.newReport)
		batch = nil
		return err
	}
	err = l.asked(q, func(m ledger.Mark) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		why, err := l.keeps(m, t)
		switch {
		case err != nil:
			return err
		case why != "" && q.Mark != "":
			return kept(why)
		case why != "":
			return nil
		}
		if batch = append(batch, m); len(batch) < step {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	l.sharing.nudge()
	l.kickUnanswered() // the seller asks for it now, and may be online again
	return err
}

// want notes that marks are to be at the cloud.
func (r *reports) want(marks []ledger.Mark, fresh func(ledger.Mark, string) *report) error {
	if len(marks) == 0 {
		return nil
	}
	return r.write(func(txn *badger.Txn) error {
		for _, m := range marks {
			report, err := getReport(txn, m.ID)
			if err != nil {
				return err
			}
			if report == nil {
				report = fresh(m, wanted)
			} else if report.State == wanted {
				continue
			}
			report.State = wanted
			if err := putReport(txn, report, true); err != nil {
				return err
			}
		}
		return nil
	})
}

// Withdraw takes one mark's report back, or all. The marks stay on My Blacklist.
func (l *Link) Withdraw(q wire.WithdrawQuery) error {
	j, err := l.member()
	if err != nil {
		return err
	}
	switch {
	case q.All:
		err = j.reports.inSteps(markPrefix, withdraw)
	case q.Mark == "":
		return ErrWithdrawEmpty
	default:
		err = j.reports.write(func(txn *badger.Txn) error {
			report, err := getReport(txn, q.Mark)
			if err != nil {
				return err
			}
			if report == nil || report.State == candidate {
				return ErrNotShared.In("mark")
			}
			return withdraw(txn, q.Mark)
		})
	}
	l.sharing.nudge()
	l.kickUnanswered() // the seller asks for it now, and may be online again
	return err
}

// withdraw has a report leave the cloud, and forgets it at once where nothing of
// it can be there.
func withdraw(txn *badger.Txn, mark string) error {
	report, err := getReport(txn, mark)
	if err != nil || report == nil {
		return err
	}
	waits := false
	for _, name := range report.Rows {
		row, err := getRow(txn, name)
		if err != nil {
			return err
		}
		if row == nil || row.Mark != mark {
			continue // another mark of the buyer stands there now
		}
		row.Want, row.Refused = vote{}, ""
		waits = waits || row.pending()
		if err := putRow(txn, name, row); err != nil {
			return err
		}
	}
	if !waits {
		return dropReport(txn, report)
	}
	report.State = leaving
	return putReport(txn, report, false)
}

// The size of a page of what was shared.
const (
	listDefault = 50
	listMax     = 100
)

// List is a page of what was shared, the newest mark first.
func (l *Link) List(q wire.ListQuery) (wire.SharedList, error) {
	list := wire.SharedList{Marks: []wire.SharedMark{}}
	j, err := l.member()
	if err != nil {
		return list, err
	}
	if q.Limit == 0 {
		q.Limit = listDefault
	}
	if q.Limit < 1 || q.Limit > listMax {
		return list, ErrLimit.In("limit")
	}
	if len(q.Cursor) > 16 || strings.Trim(q.Cursor, "0123456789abcdef") != "" {
		return list, ErrCursor.In("cursor")
	}
	var page []report
	err = j.reports.view(func(txn *badger.Txn) (err error) {
		scan(txn, newestPrefix, q.Cursor, func(rest string) bool {
			var mark []byte
			if mark, err = get(txn, newestPrefix+rest); err != nil {
				return false
			}
			var r *report
			if r, err = getReport(txn, string(mark)); err != nil || r == nil || !r.fits(q) {
				return err == nil
			}
			if len(page) == q.Limit {
				list.Next = rest
				return false
			}
			page = append(page, *r)
			return true
		})
		return err
	})
	if err != nil {
		return list, err
	}
	for _, r := range page {
		list.Marks = append(list.Marks, l.sharedMark(r))
	}
	list.Total, err = j.reports.count(confirmedPrefix)
	return list, err
}

func (r *report) fits(q wire.ListQuery) bool {
	text := strings.ToLower(strings.TrimSpace(q.Text))
	switch {
	case r.State == candidate || len(r.Keys) == 0: // of a buyer who was forgotten there is nothing to show
		return false
	case q.Marketplace != "" && r.Keys[0].Marketplace != q.Marketplace:
		return false
	case text == "":
		return true
	}
	for _, k := range r.Keys {
		if strings.Contains(strings.ToLower(k.ID), text) {
			return true
		}
	}
	return false
}

// sharedMark is a report as the seller sees it: with the words of his mark where
// that still stands.
func (l *Link) sharedMark(r report) wire.SharedMark {
	shared := wire.SharedMark{Leaves: r.State == leaving, Mark: wire.Mark{
		ID: r.Mark, Keys: r.Keys, Reason: r.Reason, At: stamp(r.At)}}
	if !r.Shared.IsZero() {
		shared.SharedAt = stamp(r.Shared)
	}
	m, err := l.cfg.Ledger.Get(r.Mark)
	if err != nil {
		return shared
	}
	shared.Keys, shared.Name, shared.Note, shared.By, shared.Via = slices.Clone(m.Keys), m.Name, m.Note, m.By, wire.Via(m.Via)
	if m.Order != nil {
		shared.Order = &wire.Order{Marketplace: m.Order.Marketplace, Region: m.Order.Region, Number: m.Order.Number}
	}
	return shared
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
