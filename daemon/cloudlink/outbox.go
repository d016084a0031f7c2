package cloudlink

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
	"blackmark/shared/cloudlist"
	"blackmark/shared/tag"
	"blackmark/shared/wire"
)

// deliver brings the cloud in step with the reports: first those whose time has
// come get rows, then the rows are sent, withdrawals before shares.
func (l *Link) deliver(ctx context.Context, j *joined) (pause time.Duration, err error) {
	if j.membership.get().Leaving {
		return l.cfg.Pace.Sync, l.leave(ctx, j)
	}
	if j.reports.lost() {
		return l.cfg.Pace.Sync, ErrReportsDamaged
	}
	pause, err = l.prepare(j)
	if err != nil {
		return 0, err
	}
	for {
		sent, err := l.sendSome(ctx, j)
		if err != nil {
			return 0, err
		}
		if !sent {
			return pause, nil
		}
	}
}

// prepare gives rows to the reports whose time has come and whose tags are known,
// and lines the buyers of the others up. It returns when the next one is due.
func (l *Link) prepare(j *joined) (time.Duration, error) {
	epoch := j.account.epoch()
	if epoch == 0 {
		return l.cfg.Pace.Sync, nil
	}
	now := l.cfg.Now()
	next := now.Add(l.cfg.Pace.Sync)
	err := j.reports.inSteps(waitPrefix, func(txn *badger.Txn, mark string) error {
		r, err := getReport(txn, mark)
		if err != nil || r == nil {
			return err
		}
		if keys := l.ofOne(r.Keys); len(keys) == 0 && len(r.Keys) > 0 {
			return withdraw(txn, mark)
		} else if len(keys) < len(r.Keys) {
			if err := j.narrow(txn, r, keys, true); err != nil {
				return err
			}
		}
		due := !r.Due.After(now)
		if due && r.State == candidate {
			may, err := l.rejudge(txn, r)
			if err != nil || !may {
				next = earlier(next, r.Due)
				return err
			}
			if err := putReport(txn, r, true); err != nil {
				return err
			}
		}
		tags, all, err := j.tags.of(epoch, r.Keys)
		if err != nil {
			return err
		}
		if !all && r.State == wanted && l.queue.add(toShare, origin{}, r.Keys...) {
			l.evaluating.nudge()
		}
		switch {
		case !due:
			next = earlier(next, r.Due)
		case all:
			return layRows(txn, r, epoch, tags, now)
		}
		return nil
	})
	return next.Sub(now), err
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// rejudge tells whether a candidate may be shared now. One that only lacks an
// order is looked at again later.
func (l *Link) rejudge(txn *badger.Txn, r *report) (may bool, err error) {
	m, err := l.cfg.Ledger.Get(r.Mark)
	if errors.Is(err, ledger.ErrNoMark) {
		return false, dropReport(txn, r)
	}
	if err != nil {
		return false, err
	}
	auto := l.settings.get().Auto
	if !slices.Contains(auto, r.Reason) {
		return false, dropReport(txn, r)
	}
	why, err := l.keeps(m, terms{chosen: auto})
	switch {
	case err != nil:
		return false, err
	case why == "":
		r.State = wanted
		return true, nil
	case why == keptNoOrder || why == keptImported:
		r.Due = l.cfg.Now().Add(l.cfg.Pace.Rejudge)
		return false, putReport(txn, r, true)
	}
	return false, dropReport(txn, r)
}

// layRows says what has to stand under each tag of a report, and that nothing has
// to under tags it had before in this epoch.
func layRows(txn *badger.Txn, r *report, epoch uint32, tags []tag.Tag, at time.Time) error {
	want := vote{Reason: r.Reason, Day: dayOf(r.At)}
	var names []rowName
	for i, t := range tags {
		names = append(names, nameRow(cloudlist.ListID{Marketplace: r.Keys[i].Marketplace, Epoch: epoch}, t))
	}
	for _, name := range names {
		now, err := getRow(txn, name)
		if err != nil {
			return err
		}
		if now == nil {
			now = &row{}
		}
		before := now.Mark
		now.Mark, now.Want, now.Refused = r.Mark, want, ""
		if err := putRow(txn, name, now); err != nil {
			return err
		}
		if before != "" && before != r.Mark {
			if err := confirm(txn, before, at); err != nil {
				return err
			}
		}
	}
	for _, name := range r.Rows {
		if slices.Contains(names, name) {
			continue
		}
		list, _, err := name.parts()
		if err != nil {
			return err
		}
		if list.Epoch != epoch {
			names = append(names, name) // its list is published for a while beside the new one
			continue
		}
		old, err := getRow(txn, name)
		if err != nil {
			return err
		}
		if old == nil || old.Mark != r.Mark {
			continue // none, or another's by now
		}
		old.Want = vote{}
		if err := putRow(txn, name, old); err != nil {
			return err
		}
	}
	r.Rows = names
	if err := putReport(txn, r, false); err != nil {
		return err
	}
	return confirm(txn, r.Mark, at) // all may stand there already
}

// dayOf counts days since 1970-01-01, UTC.
func dayOf(at time.Time) int { return int(at.UTC().Unix() / 86_400) }

// parcel is a row on its way.
type parcel struct {
	name rowName
	sending
}

// sendSome sends one request of what waits. What it holds is written down before
// it leaves, so that after a crash the very same is sent again.
func (l *Link) sendSome(ctx context.Context, j *joined) (sent bool, err error) {
	withdrawals, shares, err := l.pack(j)
	if err != nil {
		return false, err
	}
	for _, batch := range [][]parcel{withdrawals, shares} {
		if len(batch) == 0 {
			continue
		}
		outcomes, err := l.send(ctx, j, batch)
		if err != nil {
			return sent, err
		}
		if err := l.unpack(j, batch, outcomes); err != nil {
			return sent, err
		}
		sent = true
	}
	return sent, nil
}

// pack writes down what leaves next.
func (l *Link) pack(j *joined) (withdrawals, shares []parcel, err error) {
	var names []rowName
	err = j.reports.view(func(txn *badger.Txn) error {
		for _, prefix := range []string{outGoing, outComing} {
			n := 0
			scan(txn, prefix, "", func(rest string) bool {
				names = append(names, rowName(rest))
				n++
				return n < wire.MaxShares
			})
		}
		return nil
	})
	if err != nil || len(names) == 0 {
		return nil, nil, err
	}
	err = j.reports.write(func(txn *badger.Txn) error {
		withdrawals, shares = nil, nil
		for _, name := range names {
			row, err := getRow(txn, name)
			if err != nil {
				return err
			}
			if row == nil || !row.pending() {
				continue // done meanwhile
			}
			if row.Sending == nil {
				list, _, err := name.parts()
				if err != nil {
					return err
				}
				row.Sending = &sending{ID: newID(), vote: row.Want, Above: j.lists.version(list)}
				if err := putRow(txn, name, row); err != nil {
					return err
				}
			}
			p := parcel{name, *row.Sending}
			if p.Reason == "" {
				withdrawals = append(withdrawals, p)
			} else {
				shares = append(shares, p)
			}
		}
		return nil
	})
	return withdrawals, shares, err
}

// newID names a request.
func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return hex.EncodeToString(b)
}

// send sends a batch that is all shares or all withdrawals.
func (l *Link) send(ctx context.Context, j *joined, batch []parcel) ([]wire.ShareOutcome, error) {
	var shares wire.SharesBody
	var withdrawals wire.WithdrawalsBody
	for _, p := range batch {
		list, t, err := p.name.parts()
		if err != nil {
			return nil, err
		}
		if p.Reason == "" {
			withdrawals.Withdrawals = append(withdrawals.Withdrawals,
				wire.Withdrawal{ID: p.ID, Marketplace: list.Marketplace, Epoch: list.Epoch, Tag: t})
			continue
		}
		shares.Shares = append(shares.Shares, wire.Share{ID: p.ID, Marketplace: list.Marketplace, Epoch: list.Epoch,
			Tag: t, Reason: p.Reason, Day: p.Day})
	}
	var answer wire.ShareOutcomes
	err := l.asking(ctx, j, func() error {
		if batch[0].Reason == "" {
			return j.cloud.post(ctx, "/v1/withdrawals", withdrawals, &answer)
		}
		return j.cloud.post(ctx, "/v1/shares", shares, &answer)
	})
	if err != nil {
		return nil, err
	}
	if len(answer.Outcomes) != len(batch) {
		return nil, ErrAnswer.Because(errors.New("another number of outcomes"))
	}
	for i, o := range answer.Outcomes {
		if o.ID != batch[i].ID {
			return nil, ErrAnswer.Because(errors.New("outcomes in another order"))
		}
	}
	return answer.Outcomes, nil
}

// Codes of single shares that are not the last word.
const (
	codeShareQuota = "share_quota"
	codeEpoch      = "epoch_unknown"
)

// unpack writes down what the cloud answered.
func (l *Link) unpack(j *joined, batch []parcel, outcomes []wire.ShareOutcome) error {
	later := false
	var touched []buyer.Key
	err := j.reports.write(func(txn *badger.Txn) error {
		later, touched = false, nil
		for i, p := range batch {
			row, err := getRow(txn, p.name)
			if err != nil {
				return err
			}
			if row == nil || row.Sending == nil || row.Sending.ID != p.ID {
				continue // answered before
			}
			row.Sending = nil
			switch code := outcomes[i].Code; {
			case code == "" || p.Reason == "": // what cannot be withdrawn is not there
				row.Have = append(row.Have, counted{p.vote, outcomes[i].From})
				row.Have = row.Have[max(0, len(row.Have)-maxVotes):]
			case code == codeShareQuota:
				later = true
			case row.Want == p.vote:
				row.Refused = code
				if code == codeEpoch {
					j.account.forget() // another epoch has begun: everything gets tags of it
					l.listing.nudge()
				}
			}
			if err := putRow(txn, p.name, row); err != nil {
				return err
			}
			r, err := getReport(txn, row.Mark)
			if err != nil {
				return err
			}
			if r != nil {
				touched = append(touched, r.Keys...)
			}
			if err := confirm(txn, row.Mark, l.cfg.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(touched) > 0 {
		l.changes.Publish(touched)
	}
	if later {
		return ErrShareQuota
	}
	return nil
}

// maxVotes is how many confirmed votes of a row are kept. The lists in use are
// never so far behind that an older one counts.
const maxVotes = 16

// confirm notes that a report is at the cloud, or gone from it, or not taken,
// once all of its rows are.
func confirm(txn *badger.Txn, mark string, at time.Time) error {
	r, err := getReport(txn, mark)
	if err != nil || r == nil {
		return err
	}
	refused, stands := "", false
	for _, name := range r.Rows {
		row, err := getRow(txn, name)
		switch {
		case err != nil:
			return err
		case row == nil || row.Mark != mark:
			continue
		case row.pending():
			return nil
		case row.Refused != "":
			refused = row.Refused
		default:
			stands = stands || row.Want.Reason != ""
		}
	}
	at = at.UTC().Round(0)
	if r.State == leaving {
		if !r.Shared.IsZero() {
			if err := putPast(txn, at, r, true); err != nil {
				return err
			}
		}
		return dropReport(txn, r)
	}
	if r.Refuse = refused; stands {
		if r.Shared.IsZero() {
			if err := putPast(txn, at, r, false); err != nil {
				return err
			}
		}
		r.Refuse, r.Shared = "", at
	}
	waits, err := get(txn, waitPrefix+mark)
	if err != nil {
		return err
	}
	return putReport(txn, r, waits != nil)
}
