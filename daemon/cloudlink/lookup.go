package cloudlink

import (
	"errors"
	"slices"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/shared/buyer"
	"blackmark/shared/cloudlist"
	"blackmark/shared/problem"
	"blackmark/shared/tag"
	"blackmark/shared/wire"
)

// Lookup tells what other sellers reported of the buyers of a page, one for each
// list of keys, which must be canonical. It asks no network and never waits:
// buyers that were not checked yet line up, those of each site and each page on
// their own; both are empty where no page shows them. Without a membership it
// returns nil.
func (l *Link) Lookup(site, page string, lists [][]buyer.Key) []wire.Others {
	j, err := l.member()
	if err != nil {
		return nil
	}
	of, over := l.originOf(j, origin{site, page})
	all, missing := l.lookup(j, lists, over)
	if l.lineUp(missing, of) {
		l.evaluating.nudge()
	}
	return all
}

// Peek is Lookup for buyers whom nobody looks at just now: those that were not
// checked yet do not line up for it.
func (l *Link) Peek(lists [][]buyer.Key) []wire.Others {
	j, err := l.member()
	if err != nil {
		return nil
	}
	all, _ := l.lookup(j, lists, false)
	return all
}

// lookup gives also the keys that have no tag yet. over: they wait for another day.
func (l *Link) lookup(j *joined, lists [][]buyer.Key, over bool) (all []wire.Others, missing []buyer.Key) {
	all = make([]wire.Others, len(lists))
	v := l.view(j)
	if over && v.waits == wire.WhyQueued {
		v.waits = wire.WhyQuota
	}
	err := j.tags.view(func(tags *badger.Txn) error {
		return j.reports.view(func(reports *badger.Txn) error {
			j.lists.mu.RLock()
			defer j.lists.mu.RUnlock()
			v.tags, v.reports = tags, reports
			for i, keys := range lists {
				others, unknown, err := v.others(keys)
				if err != nil {
					return err
				}
				all[i] = others
				missing = append(missing, unknown...)
			}
			return nil
		})
	})
	if err != nil {
		if !errors.Is(err, ErrClosed) {
			l.cfg.Log.Error("looking other sellers' reports up failed", "error", err)
		}
		return nil, nil
	}
	return all, missing
}

// lineUp has buyers of a page wait, each on the account of his origin.
func (l *Link) lineUp(keys []buyer.Key, of func(buyer.Key) origin) (fresh bool) {
	by := map[origin][]buyer.Key{}
	for _, k := range keys {
		from := of(k)
		by[from] = append(by[from], k)
	}
	for from, list := range by {
		fresh = l.queue.add(onScreen, from, list...) || fresh
	}
	return fresh
}

// view is what a lookup needs, as it is at one moment.
type view struct {
	j        *joined
	member   membership
	now      time.Time
	epoch    uint32
	settings wire.SharingSettings
	muted    *mutedFile
	lost     bool
	unseen   wire.OthersWhy // why a list is missing
	waits    wire.OthersWhy // why a tag is missing

	tags, reports *badger.Txn
}

func (l *Link) view(j *joined) *view {
	v := &view{j: j, member: j.membership.get(), now: l.cfg.Now(), epoch: j.account.epoch(), settings: l.settings.get(), muted: &l.muted, lost: j.reports.lost()}
	v.unseen = whyOf(asError(l.listing.trouble()), wire.WhyNoList)
	v.waits = whyOf(asError(l.evaluating.trouble()), wire.WhyQueued)
	if v.epoch == 0 { // without an account nothing is evaluated
		v.waits = whyOf(asError(l.listing.trouble()), v.waits)
	}
	if account, _, _ := j.account.get(); account.Suspended {
		v.waits = wire.WhySuspended
	}
	return v
}

// whyOf is what a problem means for a row that waits.
func whyOf(trouble error, otherwise wire.OthersWhy) wire.OthersWhy {
	switch {
	case trouble == nil:
		return otherwise
	case errors.Is(trouble, ErrQuota), errors.Is(trouble, ErrNotServed):
		return wire.WhyQuota
	case errors.Is(trouble, ErrSuspended):
		return wire.WhySuspended
	case errors.Is(trouble, ErrUnreachable), errors.Is(trouble, ErrOften):
		return wire.WhyUnreachable
	}
	switch problem.Of(trouble).Kind {
	case problem.Unavailable, problem.NoSpace, problem.Internal:
		return otherwise // ours to mend; State says what it is
	}
	return wire.WhyRefused
}

// others is what is known of one buyer, and which of his keys have no tag yet.
func (v *view) others(keys []buyer.Key) (wire.Others, []buyer.Key, error) {
	if len(keys) == 0 {
		return wire.Others{State: wire.OthersNever}, nil, nil
	}
	if v.muted.any(keys) {
		return wire.Others{State: wire.OthersMuted}, nil, nil
	}
	shared := shareable(keys)
	if len(shared) == 0 {
		return wire.Others{State: wire.OthersNever}, nil, nil
	}
	if v.lost { // own votes are not known any more, so nothing is others' for sure
		return wire.Others{State: wire.OthersPending, Why: wire.WhyRefused}, nil, nil
	}
	var missing []buyer.Key
	found := found{counts: map[string]int{}}
	for _, k := range shared {
		known, err := v.look(k, &found)
		if err != nil {
			return wire.Others{}, nil, err
		}
		if !known {
			missing = append(missing, k)
		}
	}
	none, old := v.j.lists.state.age(v.now)
	switch {
	case none:
		return wire.Others{State: wire.OthersPending, Why: v.unseen}, missing, nil
	case old:
		return wire.Others{State: wire.OthersPending, Why: wire.WhyListOld}, missing, nil
	case len(missing) > 0 && len(found.counts) == 0:
		// Where one of his keys has reports already, they are shown meanwhile.
		return wire.Others{State: wire.OthersPending, Why: v.waits}, missing, nil
	}
	return v.shown(found), missing, nil
}

// found is what stands on the lists under a buyer's keys: the maximum for each
// reason, never the sum, since whoever reports him reports all keys he knows.
type found struct {
	counts map[string]int
	seen   cloudlist.Period
}

// look finds one key in every epoch in which its tag is known and a list is here.
// known tells whether that holds for the epoch of now.
func (v *view) look(k buyer.Key, into *found) (known bool, err error) {
	for _, epoch := range v.epochs(k.Marketplace) {
		t, has, err := readTag(v.tags, epoch, k)
		if err != nil {
			return false, err
		}
		if !has {
			continue
		}
		known = known || epoch == v.epoch
		id := cloudlist.ListID{Marketplace: k.Marketplace, Epoch: epoch}
		list := v.j.lists.mapped[id]
		if list == nil {
			continue // the manifest names none: nobody reported anyone there
		}
		entry, hit := list.Find(t.Short())
		if !hit {
			continue
		}
		if err := v.add(id, t, list.Header(), entry, into); err != nil {
			return false, err
		}
	}
	return known, nil
}

// epochs are that of now and those of which a list is here.
func (v *view) epochs(marketplace string) []uint32 {
	list := []uint32{v.epoch}
	for id := range v.j.lists.mapped {
		if id.Marketplace == marketplace && id.Epoch != v.epoch {
			list = append(list, id.Epoch)
		}
	}
	return list
}

// add takes an entry in, without this seller's own vote.
func (v *view) add(id cloudlist.ListID, t tag.Tag, header cloudlist.Header, entry cloudlist.Entry, into *found) error {
	own, err := getRow(v.reports, nameRow(id, t))
	if err != nil {
		return err
	}
	var mine []string
	if own != nil && v.member.counts(header.Made) {
		mine = own.ownIn(header.Version)
	}
	any := false
	for i, code := range header.Reasons {
		n := int(entry.Counts[i])
		if slices.Contains(mine, code) {
			n--
		}
		if n <= 0 {
			continue
		}
		any = true
		into.counts[code] = max(into.counts[code], n)
	}
	if any {
		into.seen = max(into.seen, entry.Seen)
	}
	return nil
}

// shown is what the seller sees of it, by his own settings.
func (v *view) shown(f found) wire.Others {
	others := wire.Others{State: wire.OthersChecked}
	counting := 0
	for code, n := range f.counts {
		others.Total += n
		if !slices.Contains(v.settings.Ignored, code) {
			counting += n
		}
	}
	if others.Total == 0 {
		return others
	}
	others.Counts = f.counts
	others.Recent = recentOf(f.seen, v.now)
	others.Shown = counting >= v.settings.Threshold
	return others
}

// recentOf says within how long the last report was made, as far as a period
// tells: it may be shorter, never longer.
func recentOf(seen cloudlist.Period, now time.Time) wire.Recent {
	days := dayOf(now) - int(seen.FirstDay())
	switch {
	case days <= 31:
		return wire.RecentMonth
	case days <= 92:
		return wire.RecentQuarter
	case days <= 183:
		return wire.RecentHalf
	}
	return wire.RecentYear
}
