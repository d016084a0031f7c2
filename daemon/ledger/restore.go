package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"blackmark/shared/buyer"
)

// maxAlso is how many marks beside the one that was named a cancel takes so that they
// are found again: one for each key that a buyer can have.
const maxAlso = MaxKeys

// alsoID names what was done beside what a request asked for. It follows from the
// request's id, so that it is found again, and tells nothing of that.
func alsoID(id string, i int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "blackmark also\n%s\n%d", id, i))
	return hex.EncodeToString(sum[:idSize/2])
}

// takenBy are the marks that a cancel took, the named one first, but for those of
// buyers who were forgotten since.
func (p *plan) takenBy(cancel *entry) (list []*entry, err error) {
	add := func(c *entry) error {
		if c == nil || c.Op != opCancel {
			return nil
		}
		was, err := getEntry(p.draft, c.Of)
		if was != nil && was.Op == opMark && !was.live {
			list = append(list, was)
		}
		return err
	}
	err = add(cancel)
	for i := 0; i < maxAlso && err == nil; i++ {
		var also *entry
		if also, err = getEntry(p.draft, alsoID(cancel.ID, i)); err == nil {
			err = add(also)
		}
	}
	return list, err
}

// restore has what a cancel took stand again, as it was, since when it was. Who was
// marked meanwhile is left as he is, and what the seller split meanwhile stays apart.
// Known is false where there is no such cancel.
func (p *plan) restore(n NewMark, asked string) (o Outcome, known bool, err error) {
	cancel, err := getEntry(p.draft, n.Undo)
	if err != nil || cancel == nil || cancel.Op != opCancel {
		return o, false, err
	}
	taken, err := p.takenBy(cancel)
	if err != nil || len(taken) == 0 {
		return o, false, err
	}
	type returning struct {
		was  *entry
		keys []buyer.Key
	}
	var back []returning
	var stands *Mark
	for _, was := range taken { // all are looked at first: what returns is in nobody's way
		keys, err := p.withoutSplit(was.Keys)
		if err != nil {
			return o, true, err
		}
		hits, err := matches(p.draft, keys)
		if err != nil {
			return o, true, err
		}
		// What stood beside it before the cancel is somebody else's, and no reason.
		since := slices.DeleteFunc(hits, func(h hit) bool { return h.entry.seq < cancel.seq })
		if len(since) == 0 {
			back = append(back, returning{was, keys})
		} else if stands == nil {
			stands = best(since).Mark
		}
	}
	if len(back) == 0 {
		err := p.add(&entry{Op: opAlready, ID: n.ID, Content: asked, Of: stands.ID})
		return Outcome{ID: n.ID, State: Already, Mark: stands}, true, err
	}
	for i, one := range back {
		since, err := sinceOf(p.draft, one.was.ID)
		if err != nil {
			return o, true, err
		}
		was := one.was.mark()
		e := &entry{Op: opMark, ID: n.ID, Content: asked, Keys: one.keys, Name: was.Name, Reason: was.Reason, Note: was.Note,
			Order: was.Order, By: was.By, Via: was.Via, Echo: was.Echo, Made: was.At, Import: was.Import, Stood: since,
			On: one.was.On, Rank: one.was.rank()}
		if len(e.On) > 0 { // what it was made of is found again where it is split
			e.Took = append([]string{one.was.Of}, one.was.Took...)
		}
		if i > 0 {
			e.ID = alsoID(n.ID, i-1)
			e.Content = content(NewCancel{ID: e.ID, Mark: e.ID})
		}
		if err := p.add(e); err != nil {
			return o, true, err
		}
		m := e.mark()
		p.changes = append(p.changes, Change{Keys: m.Keys, Mark: m, Seq: m.Seq})
		if i == 0 {
			o = Outcome{ID: n.ID, State: Marked, Mark: m}
		}
	}
	return o, true, nil
}
