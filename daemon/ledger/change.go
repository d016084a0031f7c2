package ledger

import (
	"context"
	"errors"

	"blackmark/shared/problem"
)

// NewChange asks to give a mark that stands another reason or note.
type NewChange struct {
	ID     string  `json:"id"`               // 32 lower-case hex digits, random, made by the caller
	Mark   string  `json:"mark"`             // the id of the mark
	Reason string  `json:"reason,omitempty"` // empty: as it is
	Note   *string `json:"note,omitempty"`   // nil: as it is
}

// ErrChangeEmpty says that a change changes nothing.
var ErrChangeEmpty = problem.New(problem.Invalid, "change_empty",
	"it is not said what to change", "choose another reason, or write another note")

// Change gives marks another reason or note, by the rules of Mark. The mark that
// comes of it takes the old one's place, with the keys, the order and the date of
// that. It is no part of the import that made the old one any more: undoing that
// leaves it. An outcome is Replaced, Already where nothing was to be changed, or
// Refused.
func (l *Ledger) Change(ctx context.Context, changes []NewChange) ([]Outcome, error) {
	if len(changes) > MaxBatch {
		return nil, ErrBatch.In("changes")
	}
	var outcomes []Outcome
	err := l.do(ctx, &request{plan: func(p *plan) error {
		outcomes = make([]Outcome, len(changes)) // planned anew where a flush was refused
		for i, n := range changes {
			o, err := p.change(n)
			var bad *problem.Error
			switch {
			case errors.As(err, &bad):
				o = Outcome{ID: n.ID, State: Refused, Problem: bad}
			case err != nil:
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

// change decides one change. A problem is why it is refused, any other error
// hinders all.
func (p *plan) change(n NewChange) (Outcome, error) {
	asked := content(n)
	if checkID(n.ID) != nil {
		return Outcome{}, ErrID.In("id")
	}
	if checkID(n.Mark) != nil {
		return Outcome{}, ErrID.In("mark")
	}
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
		return Outcome{}, ErrForgotten.In("id")
	}
	old, err := getEntry(p.draft, n.Mark)
	switch {
	case err != nil:
		return Outcome{}, err
	case old == nil || !old.live:
		return Outcome{}, ErrNoMark.In("mark")
	case n.Reason == "" && n.Note == nil:
		return Outcome{}, ErrChangeEmpty
	}
	return p.changed(n, asked, old)
}

// changed writes a change of a mark that stands.
func (p *plan) changed(n NewChange, asked string, old *entry) (Outcome, error) {
	was := old.mark()
	like := NewMark{ID: n.ID, Keys: was.Keys, Name: was.Name, Reason: was.Reason, Note: was.Note, By: was.By, Via: was.Via}
	if n.Reason != "" {
		like.Reason = n.Reason
	}
	if n.Note != nil {
		like.Note = *n.Note
	}
	like, err := like.clean()
	if err != nil {
		return Outcome{}, err
	}
	if like.Reason == was.Reason && like.Note == was.Note {
		err := p.add(&entry{Op: opAlready, ID: n.ID, Content: asked, Of: was.ID})
		return Outcome{ID: n.ID, State: Already, Mark: was}, err
	}
	e := &entry{
		Op: opMark, ID: n.ID, Content: asked, Of: was.ID, Keys: was.Keys, On: old.On, Name: was.Name, Reason: like.Reason, Note: like.Note,
		Order: was.Order, By: was.By, Via: was.Via, Echo: was.Echo, Made: was.At,
	}
	if err := p.add(e); err != nil {
		return Outcome{}, err
	}
	m := e.mark()
	p.changes = append(p.changes, Change{Keys: m.Keys, Mark: m, Seq: m.Seq, Gone: []string{was.ID}})
	return Outcome{ID: n.ID, State: Replaced, Mark: m}, nil
}
