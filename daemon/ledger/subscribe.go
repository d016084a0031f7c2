package ledger

// subscriberBuffer is how many changes a subscriber may be behind before it
// is dropped: ten batches.
const subscriberBuffer = 10 * MaxBatch

// Subscribe gives every change from now on. A subscriber that falls too far
// behind is dropped: its channel is closed, and it should look everything up
// again and subscribe anew. So it is when the ledger closes. stop may be
// called at any time, and more than once.
func (l *Ledger) Subscribe() (ch <-chan Change, stop func()) { return l.changes.Subscribe() }
