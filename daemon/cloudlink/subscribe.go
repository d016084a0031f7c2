package cloudlink

import "blackmark/shared/buyer"

// subscriberBuffer is how many changes a subscriber may be behind before he is
// told once that all may have changed.
const subscriberBuffer = 256

// Subscribe gives the keys of buyers whose Others may be another from now on;
// an empty list means all buyers. The channel is closed when the link closes.
// stop may be called at any time, and more than once.
func (l *Link) Subscribe() (ch <-chan []buyer.Key, stop func()) { return l.changes.Subscribe() }
