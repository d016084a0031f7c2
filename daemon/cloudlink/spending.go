package cloudlink

import (
	"slices"
	"sync"

	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// spending is how many of the day's evaluations each site's pages used. A page
// can make buyers up, and a hostile one does so all day: no site has more than
// three quarters of what it and all after it can have together, so that a
// quarter is always left for others. A restart of the daemon forgets it; the rule
// is then applied to what is left.
type spending struct {
	mu   sync.Mutex
	day  int
	used map[string]int
}

// sitePart is what a site may use for each evaluation that it leaves to others.
const sitePart = 3

// renew begins another day. It tells whether a site used any on the day before:
// what waits for its part has its turn again.
func (s *spending) renew(day int) (released bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.day == day {
		return false
	}
	released = len(s.used) > 0
	s.day, s.used = day, map[string]int{}
	return released
}

// may is how many of the evaluations that are left a site can have.
func (s *spending) may(site string, left int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return part(s.used[site], left)
}

// part is the most of n with used+n <= sitePart*(left-n).
func part(used, left int) int { return max(0, (sitePart*left-used)/(sitePart+1)) }

// count notes what a batch used, with what it was filled up with on the account
// of the site that had most of it. It tells whether a site has used its part now.
func (s *spending) count(batch []waiting, used, left int) (over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	each := map[string]int{}
	most, other := "", 0
	for _, w := range batch {
		if w.urgency == toShare {
			other++
			continue
		}
		each[w.from.site]++
		if each[w.from.site] > each[most] {
			most = w.from.site
		}
	}
	if len(each) == 0 {
		return false
	}
	each[most] += max(0, used-len(batch))
	for site, n := range each {
		before := part(s.used[site], left+used)
		s.used[site] += n
		over = over || before > 0 && part(s.used[site], left) == 0
	}
	return over
}

// originOf tells on whose account a buyer of a page is evaluated: that of the
// site, or, once the site has used its part, nobody's where the history knew him
// before today. over tells that it has, while others could still be evaluated.
func (l *Link) originOf(j *joined, from origin) (of func(buyer.Key) origin, over bool) {
	account, _, heard := j.account.get()
	if !heard || account.Evaluations < wire.MinEvaluate || from.site == "" || l.spending.may(from.site, account.Evaluations) > 0 {
		return func(buyer.Key) origin { return from }, false
	}
	return func(k buyer.Key) origin {
		if l.knewBefore(k) {
			return origin{page: from.page}
		}
		return from
	}, true
}

// knewBefore tells whether an order of a buyer was seen on an earlier day.
func (l *Link) knewBefore(k buyer.Key) bool {
	list, _, err := l.cfg.Orders.OfBuyer([]buyer.Key{k}, maxOrders)
	today := dayOf(l.cfg.Now())
	return err == nil && slices.ContainsFunc(list, func(o orders.Order) bool { return dayOf(o.FirstSeen) < today })
}
