package orders

import (
	"bytes"
	"context"
	"encoding/json"
	"time"
)

// Recent gives the orders that a page showed since a time to do, in no order that
// means anything, as they were when it began.
func (s *Store) Recent(ctx context.Context, since time.Time, do func(Order)) error {
	return s.view(func(v *view) error {
		return scan(v.txn, orderPrefix, func(_ string, value []byte) error {
			if at, found := lastSeen(value); found && at.Before(since) {
				return ctx.Err()
			}
			var rec record
			if err := json.Unmarshal(value, &rec); err != nil {
				return err
			}
			if !rec.LastSeen.Before(since) {
				do(s.given(rec))
			}
			return ctx.Err()
		})
	})
}

// lastSeen reads when an order was seen last without reading all of it, which
// takes twenty times as long. The field is one that we write ourselves, and no
// text of a page can hold its quotation marks.
func lastSeen(value []byte) (time.Time, bool) {
	_, rest, found := bytes.Cut(value, []byte(`"last_seen":"`))
	text, _, ended := bytes.Cut(rest, []byte(`"`))
	if !found || !ended {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, string(text))
	return at, err == nil
}
