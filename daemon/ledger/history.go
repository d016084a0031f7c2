package ledger

import (
	"time"

	"blackmark/daemon/ledger/journal"
	"blackmark/shared/buyer"
)

// What an Event can be, beside Marked, Replaced and CancelledNow.
const (
	Joined    = "joined"    // two keys are one buyer's
	Split     = "split"     // they are not
	Forgotten = "forgotten" // a buyer was; nothing says who
)

// Event is something that was done.
type Event struct {
	Seq  uint64
	At   time.Time   // when it was done; a mark's own date may be older
	What string      // Marked, Replaced, CancelledNow, Joined, Split or Forgotten
	Mark *Mark       // that was made, or that was taken away
	Keys []buyer.Key // that were joined or split
	// Import is the import that did it, and Undone tells that it took back what
	// that one had made.
	Import string
	Undone bool
}

// History gives what was done before the entry of this sequence, the last first,
// until fn says no; 0 begins with the newest. What was asked and changed nothing
// is no event, nor is anything of a buyer who was forgotten since.
func (l *Ledger) History(before uint64, fn func(Event) (more bool)) error {
	if before == 0 {
		before = journal.Last
	}
	for {
		records, err := l.journal.Before(before)
		if err != nil || len(records) == 0 {
			return err
		}
		events := make([]Event, 0, len(records))
		for _, r := range records {
			before = r.Seq
			event, is, err := l.event(r)
			if err != nil {
				return err
			}
			if is {
				events = append(events, event)
			}
		}
		for _, event := range events {
			if !fn(event) {
				return nil
			}
		}
	}
}

// event is what a record of the journal did; false where it did nothing.
func (l *Ledger) event(r journal.Record) (Event, bool, error) {
	if r.Payload == nil {
		return Event{}, false, nil
	}
	e, err := decodeEntry(r.Payload)
	if err != nil {
		return Event{}, false, nil // written by a newer version, as Health says
	}
	e.seq = r.Seq
	event := Event{Seq: e.seq, At: e.At, Import: e.Import}
	if e.Undid != "" {
		event.Import, event.Undone = e.Undid, true
	}
	switch e.Op {
	case opMark:
		event.What, event.Mark = stateOf(e), e.mark()
	case opJoin:
		event.What, event.Keys = Joined, e.Keys
	case opSplit:
		event.What, event.Keys = Split, e.Keys
	case opForget:
		event.What = Forgotten
	case opCancel:
		event.What = CancelledNow
		err = l.read(func(v view) error {
			was, err := getEntry(v, e.Of)
			if was != nil {
				event.Mark = was.mark()
			}
			return err
		})
		if event.Mark == nil {
			return event, false, err
		}
	default:
		return event, false, nil
	}
	return event, true, err
}
