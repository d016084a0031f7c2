package cloudlink

import (
	"slices"
	"sync"

	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// urgency says who waits for a buyer's tag.
type urgency int

const (
	onScreen urgency = iota // a row shows that he is not checked yet
	toShare                 // his report waits in the outbox
	recent                  // he ordered lately: his order may still have to be sent
	history                 // nobody
	urgencies
)

// Bounds of the queue. A page can make buyers up, so whatever a page can fill is
// bounded for each page and each site, and each has its turn.
const (
	// maxShown bounds what waits of one page: as many as it may show at a time.
	maxShown = wire.MaxWatched
	// maxScreens bounds the pages of one site that have somebody waiting.
	maxScreens = 8
	// maxQueued bounds each other line.
	maxQueued = 4096
	// maxSites bounds the sites; there are as many as there are definitions.
	maxSites = 32
)

// origin says where a buyer was seen. The zero value is no page: a report, an
// import, or what was known before.
type origin struct {
	site string
	page string // one life of one page; only for onScreen
}

// queue is the buyers that wait for their evaluation: by use, and within that by
// site and page in turns, so that no page keeps another waiting.
type queue struct {
	mu    sync.Mutex
	sites [urgencies][]*siteLines // whose turn is next comes first
	in    map[buyer.Key]place
	cut   bool               // somebody whom a page may still show lost his place
	gone  map[buyer.Key]bool // forgotten since the last were taken: they may be on their way
}

// siteLines are the lines of one site, that whose turn is next first.
type siteLines struct {
	site  string
	lines []*line
}

// line is the buyers of one page or, but for the screen, of one site. Those who
// have another place by now are passed over.
type line struct {
	page string
	keys []buyer.Key // the next one first
}

// place is where a key waits.
type place struct {
	urgency urgency
	line    *line
}

func newQueue() *queue { return &queue{in: map[buyer.Key]place{}} }

// add lines keys up. One that waits already moves up where it is wanted more.
// Those of a screen come before what the same page asked for earlier: that may
// have been scrolled away.
func (q *queue) add(u urgency, from origin, keys ...buyer.Key) (fresh bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if u != onScreen {
		from.page = ""
	}
	at := place{u, q.line(u, from)}
	if u == onScreen {
		return q.show(at, keys)
	}
	for _, k := range keys {
		if old, waits := q.in[k]; waits && old.urgency <= u || len(at.line.keys) >= maxQueued {
			continue
		}
		q.in[k] = at
		at.line.keys = append(at.line.keys, k)
		fresh = true
	}
	return fresh
}

// show puts keys at the head of a page's line.
func (q *queue) show(at place, keys []buyer.Key) (fresh bool) {
	first := make([]buyer.Key, 0, len(keys)+len(at.line.keys))
	now := make(map[buyer.Key]bool, len(keys))
	for _, k := range keys {
		if now[k] {
			continue
		}
		now[k] = true
		old, waits := q.in[k]
		fresh = fresh || !waits || old.urgency != onScreen
		q.in[k] = at
		first = append(first, k)
	}
	for _, k := range at.line.keys {
		if q.in[k] == at && !now[k] {
			first = append(first, k)
		}
	}
	at.line.keys = first
	if len(first) > maxShown {
		at.line.keys = slices.Clone(first[:maxShown])
		q.lose(at, first[maxShown:])
	}
	return fresh
}

// lose takes the place of keys. Whoever still shows one of them looks him up
// again once the rest had its turn.
func (q *queue) lose(at place, keys []buyer.Key) {
	for _, k := range keys {
		if q.in[k] == at {
			delete(q.in, k)
			q.cut = true
		}
	}
}

// line finds a line, or makes it.
func (q *queue) line(u urgency, from origin) *line {
	at := slices.IndexFunc(q.sites[u], func(s *siteLines) bool { return s.site == from.site })
	if at < 0 && len(q.sites[u]) >= maxSites {
		from.site = ""
		at = slices.IndexFunc(q.sites[u], func(s *siteLines) bool { return s.site == "" })
	}
	if at < 0 {
		q.sites[u] = append(q.sites[u], &siteLines{site: from.site})
		at = len(q.sites[u]) - 1
	}
	s := q.sites[u][at]
	for _, l := range s.lines {
		if l.page == from.page {
			return l
		}
	}
	// The page that asked last has its turn first; of too many the one goes that
	// would have had the last.
	l := &line{page: from.page}
	s.lines = slices.Insert(s.lines, 0, l)
	if len(s.lines) > maxScreens {
		last := s.lines[maxScreens]
		s.lines = s.lines[:maxScreens]
		q.lose(place{u, last}, last.keys)
	}
	return l
}

// waiting is a buyer taken from the queue.
type waiting struct {
	key     buyer.Key
	urgency urgency
	from    origin
}

// take gives up to n buyers of an urgency or more, the most wanted first, and
// among those one of each site in turn. may is how many a site may have; reports
// of the seller's own are not counted.
func (q *queue) take(n int, least urgency, may func(site string) int) (list []waiting) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.gone = nil
	given := map[string]int{}
	for u := range least + 1 {
		for idle := 0; len(list) < n && idle < len(q.sites[u]); {
			s := q.sites[u][0]
			q.sites[u] = q.sites[u][1:]
			if u != toShare && given[s.site] >= may(s.site) {
				q.sites[u] = append(q.sites[u], s)
				idle++
				continue
			}
			k, page, found := q.next(u, s)
			if !found {
				continue // nobody waits there any more
			}
			q.sites[u] = append(q.sites[u], s)
			idle = 0
			if u != toShare {
				given[s.site]++
			}
			list = append(list, waiting{k, u, origin{s.site, page}})
		}
	}
	return list
}

// next takes one key of a site, of each page in turn.
func (q *queue) next(u urgency, s *siteLines) (k buyer.Key, page string, found bool) {
	for len(s.lines) > 0 {
		l := s.lines[0]
		s.lines = s.lines[1:]
		for len(l.keys) > 0 {
			k, l.keys = l.keys[0], l.keys[1:]
			if q.in[k] == (place{u, l}) {
				delete(q.in, k)
				s.lines = append(s.lines, l)
				return k, l.page, true
			}
		}
	}
	return k, "", false
}

// back lines up again what was taken.
func (q *queue) back(list []waiting) {
	for _, w := range list {
		if !q.forgotten(w.key) {
			q.add(w.urgency, w.from, w.key)
		}
	}
}

// wanted is how many keys wait of this urgency or more.
func (q *queue) wanted(least urgency) (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, at := range q.in {
		if at.urgency <= least {
			n++
		}
	}
	return n
}

// ready is how many of those could be taken now.
func (q *queue) ready(least urgency, may func(site string) int) (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for u := range least + 1 {
		for _, s := range q.sites[u] {
			waits := 0
			for _, l := range s.lines {
				for _, k := range l.keys {
					if q.in[k] == (place{u, l}) {
						waits++
					}
				}
			}
			if u != toShare {
				waits = min(waits, may(s.site))
			}
			n += waits
		}
	}
	return n
}

// lost tells, once, whether buyers of pages lost their places and the rest had
// its turn.
func (q *queue) lost() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.cut {
		return false
	}
	for _, at := range q.in {
		if at.urgency == onScreen {
			return false
		}
	}
	q.cut = false
	return true
}

func (q *queue) clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sites, q.in, q.cut = [urgencies][]*siteLines{}, map[buyer.Key]place{}, false
}

// forget takes keys out of the queue, and remembers them for who has taken some.
func (q *queue) forget(keys []buyer.Key) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.gone == nil {
		q.gone = map[buyer.Key]bool{}
	}
	for _, k := range keys {
		q.gone[k] = true
		delete(q.in, k)
	}
	for _, sites := range q.sites {
		for _, s := range sites {
			for _, l := range s.lines {
				l.keys = slices.DeleteFunc(l.keys, func(k buyer.Key) bool { return slices.Contains(keys, k) })
			}
		}
	}
}

// forgotten tells whether a key that was taken was forgotten meanwhile.
func (q *queue) forgotten(k buyer.Key) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.gone[k]
}
