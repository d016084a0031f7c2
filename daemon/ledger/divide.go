package ledger

import (
	"slices"
	"time"

	"blackmark/shared/buyer"
)

// side is one of two keys that were one buyer's, and the mark that it has by itself.
type side struct {
	key  buyer.Key
	mark *entry
}

// sides are the keys of two with which a mark stays once these are split. What only
// the seller's join had put together comes apart as it was: each key that was marked
// by itself has the newest mark that was made under it. What was marked under both
// stays with the first. There are no keys of a third kind (marketplace.MaxKinds).
func (p *plan) sides(e *entry, a, b buyer.Key) ([]side, error) {
	own := e.On
	if len(own) == 0 {
		own = e.Keys
	}
	of := slices.DeleteFunc(slices.Clone(own), func(k buyer.Key) bool { return k != a && k != b })
	if len(of) > 1 {
		of = of[:1]
	}
	var list []side
	if len(e.On) > 0 {
		for _, id := range append([]string{e.Of}, e.Took...) {
			old, err := getEntry(p.draft, id)
			if err != nil {
				return nil, err
			}
			if old == nil || old.Op != opMark {
				continue // none, or forgotten since
			}
			older, err := p.sides(old, a, b)
			if err != nil {
				return nil, err
			}
			list = append(list, older...)
		}
	}
	alone := len(list) == 0
	for _, k := range of {
		if i := slices.IndexFunc(list, func(s side) bool { return s.key == k }); i >= 0 {
			list[i].mark = e
		} else if alone {
			list = append(list, side{k, e})
		}
	}
	return list, nil
}

// divide gives each of two keys that the seller split the mark that it has by
// itself, in the place of one on both. Nothing in the new ones leads to the old one:
// who bears the other key may be forgotten.
func (p *plan) divide(a, b buyer.Key) error {
	ids, err := p.draft.get(buyerKey(a))
	if err != nil {
		return err
	}
	for ; len(ids) >= idSize; ids = ids[idSize:] {
		e, err := getEntry(p.draft, string(ids[:idSize]))
		if err != nil {
			return err
		}
		if e == nil || !e.live || !slices.Contains(e.Keys, b) {
			continue
		}
		if err := p.divideMark(e, a, b); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) divideMark(e *entry, a, b buyer.Key) error {
	sides, err := p.sides(e, a, b)
	if err != nil {
		return err
	}
	if err := p.takeAway(newEntryID(), e); err != nil {
		return err
	}
	gone := []string{e.ID}
	p.changes = append(p.changes, Change{Keys: e.Keys, Seq: p.next - 1, Gone: gone})
	for _, s := range sides {
		since, err := sinceOf(p.draft, s.mark.ID)
		if err != nil {
			return err
		}
		was := s.mark.mark()
		alone := &entry{Op: opMark, ID: newEntryID(), Name: was.Name, Reason: was.Reason, Note: was.Note, Order: was.Order,
			By: was.By, Via: was.Via, Echo: was.Echo, Made: was.At, Import: was.Import, Stood: since}
		alone.Content = content(NewCancel{ID: alone.ID, Mark: alone.ID})
		alone.Keys = slices.DeleteFunc(slices.Clone(e.Keys), func(k buyer.Key) bool { return k != s.key && (k == a || k == b) })
		if err := p.add(alone); err != nil {
			return err
		}
		p.changes = append(p.changes, Change{Keys: alone.Keys, Mark: alone.mark(), Seq: alone.seq, Gone: gone})
	}
	return nil
}

// withoutSplit is a buyer's keys without those that the seller split from the first.
func (p *plan) withoutSplit(keys []buyer.Key) ([]buyer.Key, error) {
	var kept []buyer.Key
	for i, k := range keys {
		apart := false
		if i > 0 {
			var err error
			if apart, err = split(p.draft, keys[0], k); err != nil {
				return nil, err
			}
		}
		if !apart {
			kept = append(kept, k)
		}
	}
	return kept, nil
}

// Since tells since when a buyer is on My Blacklist without a break: a mark that
// took another's place stands since that one did.
func (l *Ledger) Since(mark string) (since time.Time, err error) {
	err = l.read(func(v view) error {
		since, err = sinceOf(v, mark)
		return err
	})
	return since, err
}

func sinceOf(v getter, mark string) (since time.Time, err error) {
	for id := mark; id != ""; {
		e, err := getEntry(v, id)
		if err != nil {
			return since, err
		}
		if e == nil || e.Op != opMark {
			break
		}
		since, id = e.At, e.Of
		if !e.Stood.IsZero() {
			since = e.Stood
		}
	}
	if since.IsZero() {
		return since, ErrNoMark.In("id")
	}
	return since, nil
}
