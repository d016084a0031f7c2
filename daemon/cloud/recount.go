package cloud

import (
	"context"
	"slices"
	"sync"

	"blackmark/daemon/cloud/store"
	"blackmark/shared/cloudlist"
	"blackmark/shared/marketplace"
	"blackmark/shared/tag"
)

// source is where the publisher learns what to publish: the api in this process,
// or in another one.
type source interface {
	// Lists does the day's work and names the lists that are published now.
	Lists(ctx context.Context) ([]cloudlist.ListID, error)
	// Cut counts what changed since the published version. It is nil where
	// nothing has, and a cut is not wanted anyway.
	Cut(ctx context.Context, list cloudlist.ListID, published uint64, anyway bool) (*cutting, error)
	// Settle says that what the cut of a version gave is published, as the list's
	// version published.
	Settle(ctx context.Context, list cloudlist.ListID, version, published uint64) error
}

// cutting is what changed on a list.
type cutting struct {
	Version uint64   `json:"version"`
	Whole   bool     `json:"whole,omitempty"` // what is not among the changes is not on the list
	Changes []change `json:"changes"`         // ascending by short tag
}

// change is a buyer's new entry on the list, or that there is none.
type change struct {
	Short  uint64         `json:"short,string"`
	Counts map[string]int `json:"counts,omitempty"` // empty: not on the list
	Seen   uint32         `json:"seen,omitempty"`   // day of the latest report
}

// recount is the api's side of publishing.
type recount struct {
	*Server

	mu   sync.Mutex
	gone map[settling][]uint64 // short tags that are not on the list any more
}

type settling struct {
	list    cloudlist.ListID
	version uint64
}

// shared are the marketplaces whose buyers every seller sees under the same name.
func shared() (codes []string) {
	for _, m := range marketplace.All() {
		if sharedAt(m) {
			codes = append(codes, m.Code)
		}
	}
	return codes
}

func sharedAt(m marketplace.Marketplace) bool {
	return slices.ContainsFunc(m.Kinds, func(k marketplace.Kind) bool { return k.Scope == marketplace.Everyone })
}

// Lists is source's.
func (r *recount) Lists(ctx context.Context) ([]cloudlist.ListID, error) {
	if err := r.daily(ctx); err != nil {
		return nil, err
	}
	epochs, err := r.store.Epochs()
	if err != nil {
		return nil, err
	}
	var lists []cloudlist.ListID
	for _, epoch := range epochs {
		if !epoch.Live(r.config.Now()) {
			continue
		}
		for _, code := range shared() {
			lists = append(lists, cloudlist.ListID{Marketplace: code, Epoch: epoch.Number})
		}
	}
	return lists, nil
}

// daily does what has come due. It is cheap when nothing has.
func (r *recount) daily(ctx context.Context) error {
	now := r.config.Now()
	if err := r.followRules(); err != nil {
		return err
	}
	if err := r.store.Due(store.Day(now)); err != nil {
		return err
	}
	if err := r.finishLeaving(); err != nil {
		return err
	}
	epochs, err := r.store.Epochs()
	if err != nil {
		return err
	}
	for _, epoch := range epochs {
		if epoch.Live(now) {
			return r.eval.Destroy(ctx, epoch.Number)
		}
		if err := r.store.End(epoch.Number); err != nil {
			return err
		}
	}
	return nil
}

// followRules has everything counted again when the operator changed a rule.
func (r *recount) followRules() error {
	rules, err := r.store.Rules()
	if err != nil || rules == r.settings.rules() {
		return err
	}
	accounts, err := r.accounts()
	if err != nil {
		return err
	}
	err = r.store.Replan(store.Day(r.config.Now()), uint32(r.settings.ExpiryDays), func(id store.AccountID) uint32 {
		return r.settings.weighsOn(accounts[id].Created)
	})
	if err != nil {
		return err
	}
	return r.store.SetRules(r.settings.rules())
}

func (r *recount) accounts() (map[store.AccountID]store.Account, error) {
	all, err := r.store.Accounts()
	byID := make(map[store.AccountID]store.Account, len(all))
	for _, account := range all {
		byID[account.ID] = account
	}
	return byID, err
}

// finishLeaving deletes the rest of accounts whose leaving was interrupted.
func (r *recount) finishLeaving() error {
	leaving, err := r.store.Leaving()
	if err != nil {
		return err
	}
	for _, id := range leaving {
		if _, err := r.store.Leave(id); err != nil {
			return err
		}
	}
	return nil
}

// Cut is source's.
func (r *recount) Cut(_ context.Context, list cloudlist.ListID, published uint64, anyway bool) (*cutting, error) {
	dirty, err := r.store.Dirty(list)
	if err != nil {
		return nil, err
	}
	fits, err := r.store.Fits(list, published)
	if err != nil || fits && !dirty && !anyway {
		return nil, err
	}
	cut, err := r.store.Cut(list, published)
	if err != nil {
		return nil, err
	}
	defer cut.Discard()
	shorts, err := cut.Shorts()
	if err != nil {
		return nil, err
	}
	c := &cutting{Version: cut.Version, Whole: cut.Whole}
	owners := map[uint64]tag.Tag{}
	var gone []uint64
	accounts := cut.Accounts()
	for _, short := range shorts {
		owner, t, listed, err := r.decide(cut, short, accounts)
		if err != nil {
			return nil, err
		}
		if listed {
			owners[short] = owner
		} else {
			gone = append(gone, short)
		}
		c.Changes = append(c.Changes, change{short, t.counts, t.seen})
	}
	if cut.Whole {
		owned, err := cut.Owned()
		if err != nil {
			return nil, err
		}
		for _, short := range owned {
			if _, listed := owners[short]; !listed {
				gone = append(gone, short)
			}
		}
	}
	// Before anybody can read the short tags, they stand for one tag each.
	if err := r.store.Own(list, owners); err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.gone[settling{list, c.Version}] = gone
	r.mu.Unlock()
	return c, nil
}

// decide counts a buyer. Where more than one tag has the same short form, all but
// one are made up: the one that is published stays, else the one with the most
// accounts is taken.
func (r *recount) decide(cut *store.Cut, short uint64, account func(store.AccountID) (store.Account, error)) (tag.Tag, tally, bool, error) {
	reports, err := cut.Reports(short)
	if err != nil {
		return tag.Tag{}, tally{}, false, err
	}
	owner, owned, err := cut.Owner(short)
	if err != nil {
		return tag.Tag{}, tally{}, false, err
	}
	today := store.Day(r.config.Now())
	var best tag.Tag
	var most tally
	listed, voters := false, 0
	for t, said := range reports {
		votes, err := r.settings.votes(said, account, today)
		if err != nil {
			return tag.Tag{}, tally{}, false, err
		}
		counted, enough := r.settings.count(votes)
		switch {
		case !enough:
		case owned && t == owner:
			return t, counted, true, nil
		case len(votes) > voters || len(votes) == voters && string(t[:]) < string(best[:]):
			best, most, listed, voters = t, counted, true, len(votes)
		}
	}
	return best, most, listed, nil
}

// Settle is source's.
func (r *recount) Settle(_ context.Context, list cloudlist.ListID, version, published uint64) error {
	key := settling{list, version}
	r.mu.Lock()
	gone, known := r.gone[key]
	delete(r.gone, key)
	r.mu.Unlock()
	if !known {
		return nil // this process did not make the cut: it is counted again
	}
	return r.store.Settle(list, version, published, gone)
}
