package ledger

import (
	"fmt"
	"strings"

	"blackmark/shared/problem"
)

// draft is a view with entries applied on top of it that are not written yet.
// It is the one place that knows what an entry does to a table.
type draft struct {
	base    getter // nil: nothing below
	changes changes
	meta    meta
}

func newDraft(base getter, m meta) *draft {
	return &draft{base: base, changes: changes{}, meta: m.clone()}
}

func (d *draft) get(key string) ([]byte, error) {
	if v, ok := d.changes[key]; ok {
		return v, nil
	}
	if d.base == nil {
		return nil, nil
	}
	return d.base.get(key)
}

// apply adds an entry. One whose id is there already changes nothing.
func (d *draft) apply(e *entry, payload []byte) error {
	if there, err := d.get(entryKey(e.ID)); err != nil || there != nil {
		return err
	}
	if e.Op == opForget {
		for _, hidden := range e.Forgot {
			d.changes[forgottenPrefix+hidden] = []byte{1}
		}
		return nil
	}
	e.live = e.Op == opMark
	if (e.Op == opMark || e.Op == opCancel) && e.Of != "" {
		if err := d.remove(e.Of); err != nil {
			return err
		}
	}
	d.changes[entryKey(e.ID)] = e.stored(payload)
	switch e.Op {
	case opMark:
		return d.add(e)
	case opJoin, opSplit:
		return d.decide(e)
	}
	return nil
}

func (d *draft) add(e *entry) error {
	for _, k := range e.Keys {
		ids, err := d.get(buyerKey(k))
		if err != nil {
			return err
		}
		d.changes[buyerKey(k)] = append(ids[:len(ids):len(ids)], e.ID...)
	}
	d.changes[timeKey(e.seq)] = e.searchText()
	d.meta.Buyers++
	d.meta.PerMarketplace[e.Keys[0].Marketplace]++
	return nil
}

// remove takes a mark out of every answer. It stays under its id, so that the
// same request is known again.
func (d *draft) remove(id string) error {
	b, err := d.get(entryKey(id))
	if b == nil || err != nil {
		return err
	}
	e, err := decodeStored(b)
	if err != nil || !e.live {
		return err
	}
	gone := append([]byte{0}, b[1:]...)
	d.changes[entryKey(id)] = gone
	for _, k := range e.Keys {
		ids, err := d.get(buyerKey(k))
		if err != nil {
			return err
		}
		d.changes[buyerKey(k)] = withoutID(ids, id)
	}
	d.changes[timeKey(e.seq)] = nil
	d.meta.Buyers--
	marketplace := e.Keys[0].Marketplace
	if d.meta.PerMarketplace[marketplace]--; d.meta.PerMarketplace[marketplace] == 0 {
		delete(d.meta.PerMarketplace, marketplace)
	}
	return nil
}

// withoutID is the list of ids without one; nil where none is left.
func withoutID(ids []byte, id string) []byte {
	var rest []byte
	for ; len(ids) >= idSize; ids = ids[idSize:] {
		if string(ids[:idSize]) != id {
			rest = append(rest, ids[:idSize]...)
		}
	}
	return rest
}

// replay reads the whole journal into memory. What this version cannot read
// makes the ledger read-only; it never makes it forget the rest.
func (l *Ledger) replay() (*memory, meta, error) {
	d := newDraft(nil, meta{})
	err := l.journal.Read(func(seq uint64, payload []byte) error {
		if payload == nil {
			return nil // forgotten
		}
		e, err := decodeEntry(payload)
		if err == nil {
			err = e.check()
		}
		if err != nil {
			if l.unreadable.Load() == nil {
				p := unreadableEntry(seq, err)
				l.unreadable.Store(p)
				l.cfg.Log.Error("the journal holds what cannot be read: read-only", "seq", seq)
			}
			return nil
		}
		e.seq = seq
		return d.apply(e, append([]byte(nil), payload...))
	})
	if err != nil {
		return nil, meta{}, err
	}
	d.meta.position = positionOf(l.journal.Head())
	d.changes[metaKey] = d.meta.encode()
	return newMemory(d.changes), d.meta, nil
}

// check refuses an entry that would break a table.
func (e *entry) check() error {
	if len(e.ID) != idSize || strings.Trim(e.ID, hexDigits) != "" {
		return fmt.Errorf("an id is not one")
	}
	switch e.Op {
	case opMark:
		if len(e.Keys) == 0 {
			return fmt.Errorf("a mark without keys")
		}
	case opJoin, opSplit:
		if len(e.Keys) != 2 {
			return fmt.Errorf("a decision without two keys")
		}
	case opAlready, opCancel, opAbsent, opForget:
	default:
		return fmt.Errorf("%w: an unknown operation", errEntryFormat)
	}
	return nil
}

func unreadableEntry(seq uint64, cause error) *problem.Error {
	return problem.New(problem.Damaged, "journal_entry_unknown",
		fmt.Sprintf("entry %d of the journal was written by a newer Blackmark, or is damaged; the others are shown, and nothing is saved", seq),
		"install the newest Blackmark; if this is the newest, put the last good copy of the data folder back").Because(cause)
}
