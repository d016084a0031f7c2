package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// request is one call of Mark or Cancel on its way through the writer.
type request struct {
	plan func(*plan) error // decides, against all that was decided before
	err  error
	done chan struct{}
}

// plan collects what a group of requests will write.
type plan struct {
	l        *Ledger
	draft    *draft
	next     uint64 // sequence of the next entry
	payloads [][]byte
	changes  []Change
}

// groupLimit is how many requests share one flush.
const groupLimit = 16

// Mark marks buyers. Each mark is judged on its own: a refused one stops no
// other. When it returns nil, every mark whose state is not Refused is on the
// disk. An id that was sent before with the same content gives the outcome of
// then and writes nothing. The error is for the whole call: too many marks,
// no space, a damaged journal, stopping.
func (l *Ledger) Mark(ctx context.Context, marks []NewMark) ([]Outcome, error) {
	if len(marks) > MaxBatch {
		return nil, ErrBatch.In("marks")
	}
	var outcomes []Outcome
	err := l.do(ctx, &request{plan: func(p *plan) error {
		outcomes = make([]Outcome, len(marks)) // planned anew where a flush was refused
		for i, n := range marks {
			o, err := p.mark(n)
			if err != nil {
				return err
			}
			outcomes[i] = o
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

// Cancel takes marks away, by the rules of Mark.
func (l *Ledger) Cancel(ctx context.Context, cancels []NewCancel) ([]Cancelled, error) {
	if len(cancels) > MaxBatch {
		return nil, ErrBatch.In("cancels")
	}
	var outcomes []Cancelled
	err := l.do(ctx, &request{plan: func(p *plan) error {
		outcomes = make([]Cancelled, len(cancels))
		for i, n := range cancels {
			o, err := p.cancel(n)
			if err != nil {
				return err
			}
			outcomes[i] = o
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

// write is the one writer: it takes the requests that wait, decides them in
// turn, flushes once, and lets them go.
func (l *Ledger) write() {
	for {
		select {
		case <-l.stopping:
			return
		case task := <-l.tasks:
			task()
		case r := <-l.requests:
			group := []*request{r}
			for len(group) < groupLimit {
				select {
				case r := <-l.requests:
					group = append(group, r)
					continue
				default:
				}
				break
			}
			if err := l.carryOut(group); err != nil && len(group) > 1 {
				// One at a time: those that need nothing written still get
				// their answer, and each of the others its own error.
				for _, r := range group {
					r.err = l.carryOut([]*request{r})
				}
			} else if err != nil {
				r.err = err
			}
			for _, r := range group {
				close(r.done)
			}
		}
	}
}

// carryOut decides and saves a group of requests, all or none.
func (l *Ledger) carryOut(group []*request) error {
	p := &plan{l: l, next: l.journal.Head().Seq + 1}
	err := l.read(func(v view) error {
		p.draft = newDraft(v, *l.meta.Load())
		for _, r := range group {
			if err := r.plan(p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(p.payloads) == 0 {
		return err
	}
	if err := l.writable(); err != nil {
		return err
	}
	if _, err := l.journal.Append(p.payloads...); err != nil {
		return err
	}
	// From here on the marks are saved, whatever happens to the rest.
	head := l.journal.Head()
	if err := l.seen.set(head.Seq); err != nil {
		l.cfg.Log.Warn("the latest sequence could not be noted", "error", err)
	}
	p.draft.meta.position = positionOf(head)
	p.draft.changes[metaKey] = p.draft.meta.encode()
	if err := l.table.write(p.draft.changes); err != nil {
		l.leaveIndex(err)
	} else {
		l.meta.Store(&p.draft.meta)
	}
	l.changes.Publish(p.changes...)
	return nil
}

// add decides one entry.
func (p *plan) add(e *entry) error {
	e.Format, e.At, e.seq = entryFormat, p.l.cfg.Now().UTC().Round(0), p.next
	payload, err := e.encode()
	if err != nil {
		return err
	}
	if err := p.draft.apply(e, payload); err != nil {
		return err
	}
	p.next++
	p.payloads = append(p.payloads, payload)
	return nil
}

// mark decides one mark. The error is for what hinders all.
func (p *plan) mark(n NewMark) (Outcome, error) {
	id := n.ID
	refuse := func(err error) (Outcome, error) {
		var bad *problem.Error
		if !errors.As(err, &bad) {
			return Outcome{}, err
		}
		return Outcome{ID: id, State: Refused, Problem: bad}, nil
	}
	n, err := n.clean()
	if err != nil {
		return refuse(err)
	}
	asked := content(n)
	before, err := getEntry(p.draft, n.ID)
	if err != nil {
		return Outcome{}, err
	}
	if before != nil {
		return p.markedBefore(before, asked)
	}
	if gone, err := forgotten(p.draft, n.ID); err != nil {
		return Outcome{}, err
	} else if gone {
		return refuse(ErrForgotten.In("id"))
	}
	if n.Undo != "" {
		if o, known, err := p.restore(n, asked); known || err != nil {
			return o, err
		}
		n.IfAbsent = true
	}
	if kept := slices.DeleteFunc(slices.Clone(n.Keys), func(k buyer.Key) bool { return slices.Contains(n.Without, k) }); len(kept) > 0 {
		n.Keys = kept
	}
	if n.Keys, err = p.withoutSplit(n.Keys); err != nil {
		return Outcome{}, err
	}
	if err := p.l.refuseShared(n.Keys); err != nil {
		return refuse(err)
	}
	hits, err := matches(p.draft, n.Keys)
	if err != nil {
		return Outcome{}, err
	}
	if n.Import != "" && len(hits) > 0 {
		stands := best(hits).Mark
		if n.IfAbsent || stands.Import == n.Import || stands.says(n) {
			return Outcome{ID: n.ID, State: Already, Mark: stands}, nil
		}
	}
	if n.IfAbsent && len(hits) > 0 {
		stands := best(hits).Mark
		err := p.add(&entry{Op: opAlready, ID: n.ID, Content: asked, Of: stands.ID})
		return Outcome{ID: n.ID, State: Already, Mark: stands}, err
	}
	e := &entry{
		Op: opMark, ID: n.ID, Content: asked, Keys: n.Keys, Name: n.Name, Reason: n.Reason, Note: n.Note,
		Order: n.Order, By: n.By, Via: n.Via, Echo: n.Echo, Import: n.Import,
	}
	if now := p.l.cfg.Now(); n.Made.Before(now) {
		e.Made = n.Made.UTC().Round(0)
	}
	if len(n.Own) > 0 && len(n.Own) < len(n.Keys) {
		e.On = n.Own
	}
	touched, gone := e.Keys, []string(nil)
	if len(hits) > 1 && !n.One {
		return refuse(ErrJoin.In("keys"))
	}
	for _, h := range hits {
		if contradict(h.entry.Keys, n.Keys) {
			return refuse(ErrMarkContradicts.In("keys"))
		}
	}
	for i, h := range hits {
		old := h.entry
		gone = append(gone, old.ID)
		touched = append(touched[:len(touched):len(touched)], old.Keys...)
		e.Keys = join(e.Keys, old.Keys)
		if i == 0 {
			e.Of = old.ID
		} else if err := p.takeAway(newEntryID(), old); err != nil {
			return Outcome{}, err
		} else {
			e.Took = append(e.Took, old.ID)
		}
	}
	if e.Keys, err = p.withoutSplit(e.Keys); err != nil {
		return Outcome{}, err
	}
	if err := p.add(e); err != nil {
		return Outcome{}, err
	}
	m := e.mark()
	p.changes = append(p.changes, Change{Keys: once(touched), Mark: m, Seq: m.Seq, Gone: gone})
	return Outcome{ID: n.ID, State: stateOf(e), Mark: m}, nil
}

// takeAway cancels a mark because of what was asked of another key of the buyer.
func (p *plan) takeAway(id string, old *entry) error {
	n := NewCancel{ID: id, Mark: old.ID}
	return p.add(&entry{Op: opCancel, ID: n.ID, Content: content(n), Of: old.ID})
}

// says tells whether a mark already says all that is asked.
func (m *Mark) says(n NewMark) bool {
	sameOrder := n.Order == nil || m.Order != nil && *m.Order == *n.Order
	return m.Reason == n.Reason && m.Name == n.Name && m.Note == n.Note && sameOrder &&
		!slices.ContainsFunc(n.Keys, func(k buyer.Key) bool { return !slices.Contains(m.Keys, k) })
}

func stateOf(e *entry) string {
	if e.Of != "" {
		return Replaced
	}
	return Marked
}

// markedBefore is the outcome of an id that is known.
func (p *plan) markedBefore(e *entry, asked string) (Outcome, error) {
	if e.Content != asked {
		return Outcome{ID: e.ID, State: Refused, Problem: ErrIDReused.In("id")}, nil
	}
	if e.Op == opMark {
		return Outcome{ID: e.ID, State: stateOf(e), Mark: e.mark()}, nil
	}
	stood, err := getEntry(p.draft, e.Of)
	if err != nil || stood == nil {
		return Outcome{ID: e.ID, State: Already}, err // the mark was forgotten since
	}
	return Outcome{ID: e.ID, State: Already, Mark: stood.mark()}, nil
}

// refuseShared asks whether a key stands for too many buyers.
func (l *Ledger) refuseShared(keys []buyer.Key) error {
	if l.cfg.Refuse == nil {
		return nil
	}
	for i, k := range keys {
		shared, err := l.cfg.Refuse(k)
		if err != nil {
			return ErrUnchecked.Because(err)
		}
		if shared {
			return ErrShared.In(fmt.Sprintf("keys[%d].id", i))
		}
	}
	return nil
}

// join is all keys of a buyer who was marked before. A key that can change
// hands gives way to the new one of its kind; permanent keys come first.
func join(asked, old []buyer.Key) []buyer.Key {
	all := slices.Clone(asked)
	for _, k := range old {
		if !slices.ContainsFunc(asked, func(a buyer.Key) bool { return sameKind(a, k) }) {
			all = append(all, k)
		}
	}
	slices.SortStableFunc(all, func(a, b buyer.Key) int {
		switch {
		case a.Permanent() == b.Permanent():
			return 0
		case a.Permanent():
			return -1
		}
		return 1
	})
	return all
}

func once(keys []buyer.Key) []buyer.Key {
	var list []buyer.Key
	for _, k := range keys {
		if !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	return list
}

// cancel decides one cancel. The error is for what hinders all.
func (p *plan) cancel(n NewCancel) (Cancelled, error) {
	c := Cancelled{ID: n.ID, Mark: n.Mark, State: Refused}
	n, err := n.clean()
	if err != nil {
		c.Problem = problem.Of(err)
		return c, nil
	}
	asked := content(n)
	before, err := getEntry(p.draft, n.ID)
	if err != nil {
		return c, err
	}
	if before != nil {
		return p.cancelledBefore(c, before, asked)
	}
	if gone, err := forgotten(p.draft, n.ID); err != nil || gone {
		c.State = AbsentAlready
		return c, err
	}
	e := &entry{Op: opAbsent, ID: n.ID, Content: asked}
	c.State = AbsentAlready
	was, err := p.toCancel(n)
	var bad *problem.Error
	switch {
	case errors.As(err, &bad):
		c.State, c.Problem = Refused, bad
		return c, nil
	case err != nil:
		return c, err
	case was != nil:
		e.Op, e.Of = opCancel, was.ID
		c.State, c.Mark, c.Was = CancelledNow, was.ID, was.mark()
	}
	if err := p.add(e); err != nil {
		return c, err
	}
	if was != nil {
		p.changes = append(p.changes, Change{Keys: was.Keys, Seq: e.seq, Gone: []string{was.ID}})
	}
	return c, p.cancelAlso(n)
}

// cancelAlso takes away what stands on other keys of a buyer.
func (p *plan) cancelAlso(n NewCancel) error {
	hits, err := matches(p.draft, n.Also)
	if err != nil {
		return err
	}
	for i, h := range hits {
		id := newEntryID()
		if i < maxAlso {
			id = alsoID(n.ID, i)
		}
		if err := p.takeAway(id, h.entry); err != nil {
			return err
		}
		p.changes = append(p.changes, Change{Keys: h.entry.Keys, Seq: p.next - 1, Gone: []string{h.entry.ID}})
	}
	return nil
}

// toCancel finds the mark that a cancel means; nil where there is none.
func (p *plan) toCancel(n NewCancel) (*entry, error) {
	if n.Mark != "" {
		e, err := getEntry(p.draft, n.Mark)
		if err != nil || e == nil || !e.live {
			return nil, err
		}
		return e, nil
	}
	hits, err := matches(p.draft, n.Keys)
	if err == nil && len(hits) == 0 {
		hits, err = matches(p.draft, n.Also)
	}
	if err != nil || len(hits) == 0 {
		return nil, err
	}
	// The permanent hits come first. A second one of the same life means that
	// the keys name two marked buyers, and nobody guesses which was meant.
	if len(hits) > 1 && hits[1].permanent == hits[0].permanent && len(n.Also) == 0 {
		return nil, ErrJoin.In("keys")
	}
	return hits[0].entry, nil
}

// cancelledBefore is the outcome of an id that is known.
func (p *plan) cancelledBefore(c Cancelled, e *entry, asked string) (Cancelled, error) {
	if e.Content != asked {
		c.Problem = ErrIDReused.In("id")
		return c, nil
	}
	if e.Op == opAbsent {
		c.State = AbsentAlready
		return c, nil
	}
	c.State, c.Mark = CancelledNow, e.Of
	was, err := getEntry(p.draft, e.Of)
	if was != nil {
		c.Was = was.mark()
	}
	return c, err
}
