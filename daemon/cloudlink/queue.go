package cloudlink

import (
	"slices"
	"sync"

	"blackmark/shared/buyer"
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

// maxQueued bounds each line of the queue but that of the screen.
const maxQueued = 4096

// queue is the buyers that wait for their evaluation, by use.
type queue struct {
	mu    sync.Mutex
	lines [urgencies][]buyer.Key
	in    map[buyer.Key]urgency
	gone  map[buyer.Key]bool // forgotten since the last were taken: they may be on their way
}

func newQueue() *queue { return &queue{in: map[buyer.Key]urgency{}} }

// add lines keys up. One that waits already moves up where it is wanted more.
func (q *queue) add(u urgency, keys ...buyer.Key) (fresh bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, k := range keys {
		at, waits := q.in[k]
		if waits && at <= u || u != onScreen && len(q.lines[u]) >= maxQueued {
			continue
		}
		q.in[k] = u
		q.lines[u] = append(q.lines[u], k)
		fresh = true
	}
	return fresh
}

// waiting is a buyer taken from the queue.
type waiting struct {
	key     buyer.Key
	urgency urgency
}

// take gives up to n buyers of an urgency or more, the most wanted first.
func (q *queue) take(n int, least urgency) (list []waiting) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.gone = nil
	for u := range least + 1 {
		line := q.lines[u]
		for len(line) > 0 && len(list) < n {
			k := line[0]
			line = line[1:]
			if at, waits := q.in[k]; !waits || at != u {
				continue // it moved up
			}
			delete(q.in, k)
			list = append(list, waiting{k, u})
		}
		q.lines[u] = line
	}
	return list
}

// back lines up again what was taken.
func (q *queue) back(list []waiting) {
	for _, w := range list {
		if !q.forgotten(w.key) {
			q.add(w.urgency, w.key)
		}
	}
}

// wanted is how many keys wait of this urgency or more.
func (q *queue) wanted(least urgency) (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, u := range q.in {
		if u <= least {
			n++
		}
	}
	return n
}

func (q *queue) clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lines, q.in = [urgencies][]buyer.Key{}, map[buyer.Key]urgency{}
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
	for u, line := range q.lines {
		q.lines[u] = slices.DeleteFunc(line, func(k buyer.Key) bool { return slices.Contains(keys, k) })
	}
}

// forgotten tells whether a key that was taken was forgotten meanwhile.
func (q *queue) forgotten(k buyer.Key) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.gone[k]
}
