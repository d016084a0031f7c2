package cloudlink

import (
	"context"
	"errors"
	"sync"
	"time"

	"blackmark/shared/wire"
)

// accountState is how the account stands, as last heard.
type accountState struct {
	mu    sync.Mutex
	heard *wire.Account
	at    time.Time // zero: it must be asked for again
}

func (a *accountState) get() (account wire.Account, at time.Time, heard bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.heard == nil {
		return wire.Account{}, time.Time{}, false
	}
	return *a.heard, a.at, true
}

func (a *accountState) set(account wire.Account, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.heard, a.at = &account, at
}

// spent notes how many evaluations are left.
func (a *accountState) spent(left int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.heard != nil {
		a.heard.Evaluations = left
	}
}

// forget has the account asked for before the next evaluation.
func (a *accountState) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = time.Time{}
}

// epoch is the one in which buyers are evaluated now, or 0.
func (a *accountState) epoch() uint32 {
	account, _, _ := a.get()
	return account.Epoch
}

// account is how the account stands, heard not longer ago than a round.
func (l *Link) account(ctx context.Context, j *joined) (wire.Account, error) {
	account, at, heard := j.account.get()
	if heard && !at.IsZero() && l.cfg.Now().Sub(at) < l.cfg.Pace.Sync {
		return account, nil
	}
	return l.hear(ctx, j)
}

// hear asks the cloud how the account stands. A new epoch has everything that
// was shared sent again under its tags.
func (l *Link) hear(ctx context.Context, j *joined) (wire.Account, error) {
	var account wire.Account
	err := l.asking(ctx, j, func() error { return j.cloud.get(ctx, "/v1/account", &account) })
	if err != nil {
		return account, err
	}
	before, _, heard := j.account.get()
	switch {
	case account.Epoch == 0:
		return account, ErrAnswer.Because(errors.New("no epoch"))
	case heard && account.Epoch < before.Epoch:
		return account, ErrEpochBack
	}
	if !heard || before.Epoch != account.Epoch || before.Suspended != account.Suspended || before.Weighs != account.Weighs {
		err := j.membership.change(func(m *membership) {
			m.Heard = &account
			m.weighsFrom(account.Weighs)
		})
		if err != nil {
			return account, err
		}
	}
	j.account.set(account, l.cfg.Now())
	if !heard || before.Epoch != account.Epoch {
		j.allQueued.Store(false)
		if err := j.reports.newEpoch(account.Epoch); err != nil {
			return account, err
		}
		l.sharing.nudge()
	}
	if before.Suspended != account.Suspended {
		l.evaluating.kick()
		l.changes.Publish(nil)
	}
	return account, nil
}
