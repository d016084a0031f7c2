package cloud

import (
	"cmp"
	"errors"
	"slices"

	"blackmark/daemon/cloud/store"
)

// vote is what one account says of one buyer.
type vote struct {
	branch string
	reason string
	day    uint32
}

// tally is what is published of one buyer.
type tally struct {
	counts map[string]int // reason -> accounts
	total  int
	seen   uint32 // day of the latest counted vote
}

// votes makes one vote of all that the members of an account said: the latest.
// Accounts that are unknown, suspended, leaving or too young have none.
func (s Settings) votes(said []store.Said, account func(store.AccountID) (store.Account, error), today uint32) ([]vote, error) {
	latest := map[store.AccountID]store.Said{}
	for _, r := range said {
		if r.Day+uint32(s.ExpiryDays) <= today {
			continue
		}
		// On the same day the code decides: something must, the same way each time.
		if old, ok := latest[r.Account]; !ok || cmp.Or(cmp.Compare(r.Day, old.Day), cmp.Compare(r.Reason, old.Reason)) > 0 {
			latest[r.Account] = r
		}
	}
	var all []vote
	for id, r := range latest {
		a, err := account(id)
		switch {
		case errors.Is(err, store.ErrAccount):
			continue
		case err != nil:
			return nil, err
		case a.Stopped() || a.Leaving || s.weighsOn(a.Created) > today:
			continue
		}
		all = append(all, vote{string(a.Branch), r.Reason, min(r.Day, today)})
	}
	return all, nil
}

// count decides whether a buyer is published, and as what. A branch adds no more
// to the sum over all reasons than to any one of them: whoever fills one branch
// with accounts is heard as few.
func (s Settings) count(votes []vote) (tally, bool) {
	branches := map[string]map[string]int{}
	t := tally{counts: map[string]int{}}
	for _, v := range votes {
		if branches[v.branch] == nil {
			branches[v.branch] = map[string]int{}
		}
		branches[v.branch][v.reason]++
		t.seen = max(t.seen, v.day)
	}
	if len(branches) < s.Quorum {
		return tally{}, false
	}
	for _, reasons := range branches {
		for reason, n := range s.capped(reasons) {
			t.counts[reason] += n
			t.total += n
		}
	}
	return t, t.total > 0
}

// capped gives a branch's share of the counts to its reasons in proportion: one
// after the other to the reason with the most votes for each one it would have.
func (s Settings) capped(reasons map[string]int) map[string]int {
	total := 0
	codes := make([]string, 0, len(reasons))
	for code, n := range reasons {
		codes = append(codes, code)
		total += n
	}
	if s.BranchCap == 0 || total <= s.BranchCap {
		return reasons
	}
	given := map[string]int{}
	for range s.BranchCap {
		best := slices.MinFunc(codes, func(a, b string) int {
			return cmp.Or(cmp.Compare(reasons[b]*(given[a]+1), reasons[a]*(given[b]+1)), cmp.Compare(a, b))
		})
		given[best]++
	}
	return given
}
