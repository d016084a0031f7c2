// Package cloudlink is the daemon's side of the cloud share: joining and
// leaving, the tags of the seller's buyers, the list of what other sellers
// reported, and the outbox of what this seller shares.
//
// It may import daemon/ledger, daemon/orders, daemon/disk, daemon/feed and shared. What it
// knows of the cloud it believes only as far as the operator's root key vouches
// for it, whose hash stood in the invitation. Looking a buyer up never asks the
// network: answers come from the list on this machine, and what is not checked
// yet is said to be pending and why. Before the seller joins it opens nothing
// and costs nothing. It never logs an id, a name, a tag or a token, and sends
// neither names, nor notes, nor orders, nor ids.
package cloudlink

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"blackmark/daemon/disk"
	"blackmark/daemon/feed"
	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// Config says where a link keeps its files and what it works on.
type Config struct {
	Dir     string // its own folder, made when the seller joins
	Ledger  *ledger.Ledger
	Orders  *orders.Store
	MinFree uint64           // bytes that must stay free on the disk; 0 means 256 MiB
	Now     func() time.Time // nil means time.Now
	Log     *slog.Logger     // nil means none
	Pace    Pace
}

// Pace is how often a link does what. A zero means the default.
type Pace struct {
	Sync       time.Duration // between two looks at the list, the account and the keys; 1 hour
	Background time.Duration // at most, between two evaluations that nobody waits for; 2 minutes
	Backoff    time.Duration // before the second try of what failed; 2 seconds, doubled up to MaxBackoff
	MaxBackoff time.Duration // 15 minutes
	Away       time.Duration // instead of MaxBackoff where the cloud did not answer: whoever is online again does not wait long; 1 minute
	Rejudge    time.Duration // before a mark that lacks an order is looked at again; 1 hour
	Poll       time.Duration // longest sleep before the clock is looked at again; 30 seconds
	Request    time.Duration // longest that a request of the cloud may take; 20 seconds
}

func (p Pace) withDefaults() Pace {
	for _, one := range []struct {
		value *time.Duration
		usual time.Duration
	}{
		{&p.Sync, time.Hour}, {&p.Background, 2 * time.Minute}, {&p.Backoff, 2 * time.Second},
		{&p.MaxBackoff, 15 * time.Minute}, {&p.Away, time.Minute}, {&p.Rejudge, time.Hour}, {&p.Poll, 30 * time.Second},
		{&p.Request, 20 * time.Second},
	} {
		if *one.value == 0 {
			*one.value = one.usual
		}
	}
	return p
}

// Link ties this machine to one cloud, or to none. Its methods may be called
// from several goroutines.
type Link struct {
	cfg    Config
	joined atomic.Pointer[joined] // nil: nothing was joined

	broken     *problem.Error // what of the link's files did not read at the start, or nil
	changing   sync.Mutex     // one of Join, leaving and Close at a time
	harvesting sync.Mutex
	settings   settingsFile
	muted      mutedFile

	listing, evaluating, sharing *errand
	queue                        *queue
	spending                     spending
	changes                      *feed.Feed[[]buyer.Key]
}

// joined is all that stands while the seller is a member of a cloud.
type joined struct {
	membership membershipFile
	cloud      *cloud
	tags       *tagCache
	reports    *reports
	lists      *lists
	account    accountState

	unchecked atomic.Int64 // buyers of the history whose tag is not known, as last counted
	allQueued atomic.Bool  // and all of them wait in the queue
}

// Open opens what was joined before. Close closes it. Files that do not read
// make no error: My Blacklist works without the cloud, and State names the
// problem.
func Open(c Config) (*Link, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.MinFree == 0 {
		c.MinFree = disk.DefaultMinFree
	}
	c.Pace = c.Pace.withDefaults()
	l := &Link{cfg: c, listing: newErrand(), evaluating: newErrand(), sharing: newErrand(), queue: newQueue(),
		changes: feed.NewLossy[[]buyer.Key](subscriberBuffer, nil)}
	l.settings.path, l.muted.path = l.path(settingsName), l.path(mutedName)
	err := errors.Join(disk.RemoveUnfinished(c.Dir), l.settings.load(), l.muted.load())
	member, found, unread := readMembership(l.path(membershipName))
	if unread == nil && found {
		var j *joined
		if j, unread = l.open(member); unread == nil {
			l.joined.Store(j)
		}
	}
	if err = errors.Join(unread, err); err != nil {
		l.broken = problem.Of(err)
		c.Log.Error("the cloud share does not open as it should", "code", l.broken.Code, "error", err)
	}
	return l, nil
}

// The files of the link's folder.
const (
	membershipName = "membership.json"
	joiningName    = "joining.json"
	settingsName   = "settings.json"
	mutedName      = "muted.json"
	tagsName       = "tags"
	reportsName    = "reports"
	listsName      = "lists"
)

func (l *Link) path(name string) string { return filepath.Join(l.cfg.Dir, name) }

// open opens everything that a member has.
func (l *Link) open(member membership) (j *joined, err error) {
	j = &joined{}
	defer func() {
		if err != nil {
			err = errors.Join(err, j.close())
		}
	}()
	j.membership.path, j.membership.now = l.path(membershipName), member
	j.account.heard = member.Heard
	j.cloud = l.dial(&j.membership)
	if j.tags, err = openTags(l.path(tagsName), l.cfg); err != nil {
		return j, err
	}
	if j.reports, err = openReports(l.path(reportsName), l.cfg); err != nil {
		return j, err
	}
	if !l.cfg.Ledger.Health().ReadOnly { // a damaged journal ends before its end
		if err = j.reports.rewind(l.cfg.Ledger.Head().Seq); err != nil {
			return j, err
		}
	}
	j.lists, err = openLists(l.path(listsName), l.cfg)
	return j, err
}

func (j *joined) close() error {
	var errs []error
	if j.tags != nil {
		errs = append(errs, j.tags.close())
	}
	if j.reports != nil {
		errs = append(errs, j.reports.close())
	}
	if j.lists != nil {
		j.lists.close()
	}
	if j.cloud != nil {
		j.cloud.close()
	}
	return errors.Join(errs...)
}

// Run does the work in the background until ctx ends: it fetches the list,
// evaluates buyers and sends what is shared.
func (l *Link) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { l.drive(ctx, l.listing, l.sync); return nil })
	group.Go(func() error { l.drive(ctx, l.evaluating, l.evaluate); return nil })
	group.Go(func() error { l.drive(ctx, l.sharing, l.deliver); return nil })
	group.Go(func() error { l.followMarks(ctx); return nil })
	group.Go(func() error { l.followOrders(ctx); return nil })
	return group.Wait()
}

// Close closes the stores. Run must have ended.
func (l *Link) Close() error {
	l.changing.Lock()
	defer l.changing.Unlock()
	l.changes.Close()
	j := l.joined.Swap(nil)
	if j == nil {
		return nil
	}
	return j.close()
}

// member gives what stands while joined, or ErrNotJoined, or ErrLeaving.
func (l *Link) member() (*joined, error) {
	j := l.joined.Load()
	switch {
	case j == nil:
		return nil, ErrNotJoined
	case j.membership.get().Leaving:
		return nil, ErrLeaving
	}
	return j, nil
}

func (l *Link) errands() []*errand { return []*errand{l.listing, l.evaluating, l.sharing} }

func (l *Link) kickAll() {
	for _, e := range l.errands() {
		e.kick()
	}
}

// kickUnanswered has at once what pauses because the cloud did not answer.
func (l *Link) kickUnanswered() {
	for _, e := range l.errands() {
		if errors.Is(asError(e.trouble()), ErrUnreachable) {
			e.kick()
		}
	}
}
