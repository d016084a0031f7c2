package localapi

import (
	"sync"
	"time"

	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// maxPages is how many pages one socket may watch at a time: more than a
// browser has tabs of seller centers open.
const maxPages = 256

var (
	errRate = problem.New(problem.TooMany, "too_many_lookups",
		"this page asked for more than 1,000 orders within a minute", "wait a minute; scrolling on is then possible")
	errWatched = problem.New(problem.TooMany, "too_many_watched",
		"this page shows more than 1,000 orders at a time", "show fewer orders on one page")
	errPages = problem.New(problem.TooMany, "too_many_pages",
		"more than 256 pages are open", "close some of them")
)

// board is what the pages of one socket wait for. All of it is guarded by mu.
type board struct {
	now func() time.Time

	mu      sync.Mutex
	pages   map[string]*page
	byKey   map[buyer.Key]map[*watched]bool
	byOrder map[orders.Ref]map[*watched]bool
	dirty   map[*watched]bool // their answer may be another now
	wake    chan struct{}     // holds one: dirty is not empty

	// meanwhile are the keys that changed since rows were settled; nil where none are
	// being identified.
	meanwhile map[buyer.Key]bool
}

// page is one life of one page. It outlives its rows for as long as its
// minute counts.
type page struct {
	rows   map[string]*watched
	minute time.Time // when the counting began
	asked  int       // rows since
}

// watched is a row that waits.
type watched struct {
	shown
	page string
	site string
	row  string
	his  []buyer.Key // whose change may change the answer
	asOf uint64      // the version of the history at which it was last looked up, or before
	last wire.Answer // as told
}

func newBoard(now func() time.Time) *board {
	return &board{now: now, pages: map[string]*page{}, byKey: map[buyer.Key]map[*watched]bool{},
		byOrder: map[orders.Ref]map[*watched]bool{}, dirty: map[*watched]bool{}, wake: make(chan struct{}, 1)}
}

// watch takes rows in, each in the place of an older one of its name. It
// takes all or none.
func (b *board) watch(name, site string, rows []wire.Row) ([]*watched, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, err := b.admit(name, rows)
	if err != nil {
		return nil, err
	}
	list := make([]*watched, 0, len(rows))
	for _, row := range rows {
		if old := p.rows[row.Row]; old != nil {
			b.forget(old)
		}
		w := &watched{shown: read(row.Sighting), page: name, site: site, row: row.Row}
		if w.ordered {
			put(b.byOrder, w.ref, w)
		}
		p.rows[row.Row] = w
		list = append(list, w)
	}
	return list, nil
}

// admit counts rows against the limits of their page.
func (b *board) admit(name string, rows []wire.Row) (*page, error) {
	now := b.now()
	p := b.pages[name]
	if p == nil {
		b.sweep(now)
		if len(b.pages) >= maxPages {
			return nil, errPages.In("page")
		}
		p = &page{rows: map[string]*watched{}, minute: now}
	}
	if now.Sub(p.minute) >= time.Minute {
		p.minute, p.asked = now, 0
	}
	if p.asked+len(rows) > wire.MaxPerMinute {
		return nil, errRate.In("rows")
	}
	after := len(p.rows)
	for _, row := range rows {
		if p.rows[row.Row] == nil {
			after++
		}
	}
	if after > wire.MaxWatched {
		return nil, errWatched.In("rows")
	}
	p.asked += len(rows)
	b.pages[name] = p
	return p, nil
}

// sweep forgets pages without rows whose minute is over.
func (b *board) sweep(now time.Time) {
	for name, p := range b.pages {
		if len(p.rows) == 0 && now.Sub(p.minute) >= time.Minute {
			delete(b.pages, name)
		}
	}
}

// unwatch forgets rows of a page, or all of them where none is named.
func (b *board) unwatch(name string, rows []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.pages[name]
	if p == nil {
		return
	}
	if len(rows) == 0 {
		for _, w := range p.rows {
			b.forget(w)
		}
		clear(p.rows)
		return
	}
	for _, row := range rows {
		if w := p.rows[row]; w != nil {
			b.forget(w)
			delete(p.rows, row)
		}
	}
}

// forget takes a row out of every index.
func (b *board) forget(w *watched) {
	if w.ordered {
		drop(b.byOrder, w.ref, w)
	}
	for _, k := range w.his {
		drop(b.byKey, k, w)
	}
	delete(b.dirty, w)
}

// standing is stands for who holds mu.
func (b *board) standing(w *watched) bool {
	p := b.pages[w.page]
	return p != nil && p.rows[w.row] == w
}

// stands tells whether a row is still waited for.
func (b *board) stands(w *watched) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.standing(w)
}

// identified notes whom rows that were settled stand for, so that a change of these
// buyers is told; ids are empty where that was not found out. It comes before their
// marks are looked up, and knows what changed since names were: what changes
// meanwhile is told again rather than missed.
func (b *board) identified(list []*watched, ids []identity) {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.rouse()
	meanwhile := b.meanwhile
	b.meanwhile = nil
	for i := range ids {
		w := list[i]
		if !b.standing(w) {
			continue
		}
		for _, k := range w.his {
			drop(b.byKey, k, w)
		}
		w.his = ids[i].kin.touched()
		for _, k := range w.his {
			put(b.byKey, k, w)
			if meanwhile[k] {
				b.dirty[w] = true
			}
		}
	}
}

// marksChanged notes that the answer for these buyers may be another, by their
// own marks or by other sellers' reports.
func (b *board) marksChanged(keys []buyer.Key) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range keys {
		for w := range b.byKey[k] {
			b.dirty[w] = true
		}
		if b.meanwhile != nil {
			b.meanwhile[k] = true
		}
	}
	b.rouse()
}

// orderChanged notes that the buyer of this order may be another, unless that was in
// what its rows were looked up in: what a page shows changes its own rows, and is in
// their answer.
func (b *board) orderChanged(change orders.Changed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for w := range b.byOrder[change.Ref] {
		if change.Version > w.asOf {
			b.dirty[w] = true
		}
	}
	b.rouse()
}

// allChanged notes that any answer may be another.
func (b *board) allChanged() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.pages {
		for _, w := range p.rows {
			b.dirty[w] = true
		}
	}
	b.rouse()
}

// settle notes that rows are about to be looked up: what changed of them until now,
// and of their orders until this version of the history, is in that.
func (b *board) settle(list []*watched, version uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.meanwhile = map[buyer.Key]bool{}
	for _, w := range list {
		w.asOf = version
		delete(b.dirty, w)
	}
}

// again notes that the answer of rows may be another.
func (b *board) again(list []*watched) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range list {
		if b.standing(w) {
			b.dirty[w] = true
		}
	}
	b.rouse()
}

func (b *board) rouse() {
	if len(b.dirty) == 0 {
		return
	}
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// take gives up to wire.MaxRows dirty rows of one page.
func (b *board) take() []*watched {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []*watched
	for w := range b.dirty {
		if len(list) == wire.MaxRows {
			break
		}
		if len(list) == 0 || list[0].page == w.page {
			list = append(list, w)
			delete(b.dirty, w)
		}
	}
	return list
}

func put[K comparable](index map[K]map[*watched]bool, key K, w *watched) {
	if index[key] == nil {
		index[key] = map[*watched]bool{}
	}
	index[key][w] = true
}

func drop[K comparable](index map[K]map[*watched]bool, key K, w *watched) {
	delete(index[key], w)
	if len(index[key]) == 0 {
		delete(index, key)
	}
}
