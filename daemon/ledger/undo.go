package ledger

import (
	"context"
)

// NewUndo asks to take back what an import made of one buyer.
type NewUndo struct {
	ID   string `json:"id"`   // 32 lower-case hex digits, made by the caller
	Mark string `json:"mark"` // the id of the import's mark
}

// Undone is what became of a NewUndo.
type Undone struct {
	ID    string
	State string // UndoneNow, ChangedSince or AbsentAlready
}

// Undo takes marks of an import back, by the rules of Mark. The mark that one
// of them replaced stands again, as it was, where it is still known. A buyer
// who was marked anew since stays as he is. The same request again changes
// nothing and gives the same outcome.
func (l *Ledger) Undo(ctx context.Context, undos []NewUndo) ([]Undone, error) {
	if len(undos) > MaxBatch {
		return nil, ErrBatch.In("undos")
	}
	var outcomes []Undone
	err := l.do(ctx, &request{plan: func(p *plan) error {
		outcomes = make([]Undone, len(undos))
		for i, n := range undos {
			state, err := p.undo(n)
			if err != nil {
				return err
			}
			outcomes[i] = Undone{n.ID, state}
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

// undo decides one undo. The error is for what hinders all.
func (p *plan) undo(n NewUndo) (string, error) {
	if checkID(n.ID) != nil || checkID(n.Mark) != nil {
		return "", ErrID.In("undos")
	}
	before, err := getEntry(p.draft, n.ID)
	if err != nil {
		return "", err
	}
	if before != nil {
		return UndoneNow, nil
	}
	made, err := getEntry(p.draft, n.Mark)
	if err != nil {
		return "", err
	}
	if made == nil || made.Op != opMark {
		return AbsentAlready, nil
	}
	stands, state, err := p.standing(made)
	if stands == nil || err != nil {
		return state, err
	}
	back, err := p.replaced(made)
	if err != nil {
		return "", err
	}
	e := &entry{Op: opCancel, ID: n.ID, Content: content(n), Of: stands.ID, Undid: made.Import}
	touched, change := stands.Keys, Change{}
	if back != nil {
		was := back.mark()
		e.Op, e.Keys, e.Name, e.Reason, e.Note = opMark, was.Keys, was.Name, was.Reason, was.Note
		e.Order, e.By, e.Via, e.Echo, e.Made, e.Import = was.Order, was.By, was.Via, was.Echo, was.At, was.Import
		e.On, e.Took = back.On, back.Took
		touched = append(touched[:len(touched):len(touched)], was.Keys...)
	}
	if err := p.add(e); err != nil {
		return "", err
	}
	if back != nil {
		change.Mark = e.mark()
	}
	change.Keys, change.Seq, change.Gone = once(touched), e.seq, []string{stands.ID}
	p.changes = append(p.changes, change)
	return UndoneNow, nil
}

// standing is the mark that stands as an import made it: that one, or what
// came back of it when a later import was undone. Where there is none, the
// state says why.
func (p *plan) standing(made *entry) (stands *entry, state string, err error) {
	if made.live {
		return made, "", nil
	}
	hits, err := matches(p.draft, made.Keys)
	if err != nil {
		return nil, "", err
	}
	for _, h := range hits {
		if h.entry.Import == made.Import && made.Import != "" {
			return h.entry, "", nil
		}
	}
	if len(hits) > 0 {
		return nil, ChangedSince, nil
	}
	return nil, AbsentAlready, nil
}

// replaced is the mark that another took the place of; nil where there was
// none, or where it was forgotten.
func (p *plan) replaced(made *entry) (*entry, error) {
	if made.Of == "" {
		return nil, nil
	}
	old, err := getEntry(p.draft, made.Of)
	if err != nil || old == nil || old.Op != opMark {
		return nil, err
	}
	return old, nil
}
