package orders

// subscriberBuffer is how many changes a subscriber may be behind before it
// is dropped.
const subscriberBuffer = 2 * MaxSightings

// Subscribe gives every order whose keys are others from now on. A subscriber
// that falls too far behind is dropped: its channel is closed, and it should
// ask for its orders again and subscribe anew. So it is when the store closes.
// stop may be called at any time, and more than once.
func (s *Store) Subscribe() (ch <-chan Changed, stop func()) { return s.changes.Subscribe() }

// Version is that of the newest change of which subscribers are told. It begins at 0
// with every Open.
func (s *Store) Version() uint64 { return s.version.Load() }
