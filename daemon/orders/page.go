package orders

import (
	"context"

	"blackmark/shared/buyer"
)

// Page is a page of orders that was taken: merged with what was known, and not yet
// stored. It answers from what its writing has at hand.
type Page struct {
	Seen []Seen // what became of each sighting

	store   *Store
	hand    hand
	version uint64
	done    chan struct{} // closed once it is stored, or could not be
	err     error
	broken  any // the panic that ended the storing
}

// Take is See for who goes on before the page is stored. Whoever else reads of the
// store waits for that meanwhile, and so finds nothing that is not stored in the end.
func (s *Store) Take(ctx context.Context, list []Sighting) (*Page, error) {
	if len(list) > MaxSightings {
		return nil, ErrMany.In("orders")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p := &Page{store: s, done: make(chan struct{})}
	changed, shared, err := s.take(p, list)
	if err == nil && len(shared) > 0 {
		err = s.share(changed, shared)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// take merges the sightings of a page and begins to store it. Where keys now stand for
// many buyers, it is stored already, and nobody was told what changed.
func (s *Store) take(p *Page, list []Sighting) (changed []Ref, shared []buyer.Key, err error) {
	s.mu.Lock()
	s.closing.RLock()
	var w *writer
	release := func() {
		if w != nil {
			w.discard()
		}
		s.closing.RUnlock()
		s.mu.Unlock()
	}
	storing := false
	defer func() {
		if !storing {
			close(p.done)
			release()
		}
	}()
	if w, err = s.begin(); err != nil {
		return nil, nil, err
	}
	if p.Seen, changed, shared, err = s.look(w, list); err != nil {
		return nil, nil, err
	}
	p.hand, p.version = w.hand, s.version.Load()
	if len(shared) > 0 || w.same() {
		return changed, shared, s.finish(w)
	}
	storing = true
	s.storing.Store(p)
	if len(changed) > 0 {
		p.version = s.version.Add(1)
	}
	go func() {
		defer close(p.done)
		defer func() { p.broken = recover() }()
		defer release()
		defer s.storing.Store(nil)
		if p.err = s.finish(w); p.err == nil {
			s.tell(changesOf(changed), p.version)
		}
	}()
	return changed, nil, nil
}

// Stored waits until the page is stored. After an error it is not, nor is anybody told
// of it: who was answered from it is to be answered anew.
func (p *Page) Stored() error {
	<-p.done
	if p.broken != nil {
		panic(p.broken)
	}
	return p.err
}

// GetAll is that of the store, with the page.
func (p *Page) GetAll(refs []Ref) ([]Order, []bool, error) {
	if v := p.view(); v != nil {
		list, found, err := p.store.orders(v, refs)
		if !v.beyond {
			return list, found, err
		}
	}
	return p.store.GetAll(refs)
}

// CountAll is that of the store, with the page.
func (p *Page) CountAll(buyers [][]buyer.Key) ([]int, error) {
	if v := p.view(); v != nil {
		counts, err := p.store.counts(v, buyers)
		if !v.beyond {
			return counts, err
		}
	}
	return p.store.CountAll(buyers)
}

// view is the store with the page as far as it is at hand; nil where there is a newer
// version, which who asked for Version counts on.
func (p *Page) view() *view {
	if p.store.version.Load() != p.version {
		return nil
	}
	return &view{hand: p.hand}
}

// share remembers which keys now stand for many buyers, and tells subscribers what
// changed: these orders, and every one on which such a key stands.
func (s *Store) share(changed []Ref, shared []buyer.Key) error {
	s.sharedMu.Lock()
	for _, k := range shared {
		s.shared[k] = true
	}
	s.sharedMu.Unlock()
	changes := changesOf(changed)
	err := s.view(func(v *view) error {
		for _, k := range shared {
			v.eachRef(k, func(ref Ref) { changes = append(changes, Changed{Ref: ref, Shared: k}) })
		}
		return nil
	})
	if err == nil {
		s.tell(changes, s.version.Add(1))
	}
	return err
}

// tell tells subscribers what changed with a version.
func (s *Store) tell(changes []Changed, version uint64) {
	for i := range changes {
		changes[i].Version = version
	}
	s.changes.Publish(changes...)
}

func changesOf(refs []Ref) []Changed {
	changes := make([]Changed, len(refs))
	for i, ref := range refs {
		changes[i].Ref = ref
	}
	return changes
}
