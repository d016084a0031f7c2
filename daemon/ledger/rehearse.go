package ledger

import "strings"

// Rehearsal decides marks as Mark would, one call after the other, and writes
// nothing. It is for one goroutine. It holds what it decided in memory, about
// 1 KiB a mark.
type Rehearsal struct {
	l       *Ledger
	decided changes
	next    uint64
}

// Rehearse begins a rehearsal.
func (l *Ledger) Rehearse() *Rehearsal {
	return &Rehearsal{l: l, decided: changes{}, next: l.journal.Head().Seq + 1}
}

// Mark tells what would become of the marks, at most MaxBatch of them. What
// others change meanwhile counts.
func (r *Rehearsal) Mark(marks []NewMark) ([]Outcome, error) {
	if len(marks) > MaxBatch {
		return nil, ErrBatch.In("marks")
	}
	outcomes := make([]Outcome, len(marks))
	err := r.l.read(func(v view) error {
		p := &plan{l: r.l, next: r.next, draft: newDraft(v, *r.l.meta.Load())}
		p.draft.changes = r.decided
		for i, n := range marks {
			o, err := p.mark(n)
			if err != nil {
				return err
			}
			outcomes[i] = o
		}
		r.next = p.next
		return nil
	})
	for key := range r.decided {
		if strings.HasPrefix(key, timePrefix) {
			delete(r.decided, key) // nobody searches in a rehearsal
		}
	}
	return outcomes, err
}
