package cloudlink

import (
	"slices"
	"strings"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// State is all about sharing at a glance.
func (l *Link) State() (wire.Sharing, error) {
	s := wire.Sharing{State: wire.NotJoined, Settings: l.settings.get(), Lists: []wire.ListState{}, Muted: l.muted.count()}
	j := l.joined.Load()
	if j == nil {
		s.Problem = l.broken
		return s, nil
	}
	member := j.membership.get()
	s.State, s.Cloud, s.Problem = wire.IsJoined, member.Address, l.trouble(j)
	s.Ahead = j.cloud.ahead.Load()
	if member.Leaving {
		s.State = wire.IsLeaving
		return s, nil
	}
	if account, _, heard := j.account.get(); heard {
		s.Account = &account
	}
	waiting, err := j.reports.count(waitPrefix)
	if err != nil {
		return s, err
	}
	out, err := j.reports.count(outPrefix)
	if err != nil {
		return s, err
	}
	s.Outbox = waiting + out
	if s.Shared, err = j.reports.count(confirmedPrefix); err != nil {
		return s, err
	}
	refused, err := j.reports.count(refusedPrefix)
	if err != nil {
		return s, err
	}
	if refused > 0 && s.Problem == nil {
		s.Problem = ErrShareRefused
	}
	s.Checked = int(j.tags.known.Load())
	s.Unchecked = max(int(j.unchecked.Load()), l.queue.wanted(history))
	s.Lists = j.lists.states(l.cfg.Now())
	return s, nil
}

// trouble is what is wrong now: what concerns trust comes before what mends
// itself.
func (l *Link) trouble(j *joined) *problem.Error {
	if j.reports.lost() {
		return ErrReportsDamaged
	}
	var first *problem.Error
	for _, e := range l.errands() {
		p := e.trouble()
		if p == nil {
			continue
		}
		if p.Kind == problem.Refused || p.Kind == problem.Damaged {
			return p
		}
		if first == nil {
			first = p
		}
	}
	if first == nil {
		return l.broken
	}
	return first
}

// states are the lists on this machine.
func (s *lists) states(now time.Time) []wire.ListState {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, old := s.state.age(now)
	list := []wire.ListState{}
	for id, m := range s.mapped {
		header := m.Header()
		list = append(list, wire.ListState{Marketplace: id.Marketplace, Buyers: int(header.Count), Version: header.Version,
			Made: stamp(time.Unix(s.state.Made, 0)), Bytes: m.bytes, Old: old})
	}
	slices.SortFunc(list, func(a, b wire.ListState) int {
		if c := strings.Compare(a.Marketplace, b.Marketplace); c != 0 {
			return c
		}
		return int(b.Version) - int(a.Version)
	})
	return list
}

// Settings returns the seller's choices.
func (l *Link) Settings() wire.SharingSettings { return l.settings.get() }

// Set changes the seller's choices. A reason that is shared by itself counts for
// marks made from now on.
func (l *Link) Set(s wire.SharingSettings) error {
	if err := l.settings.set(s); err != nil {
		return err
	}
	l.sharing.nudge()
	l.changes.Publish(nil)
	return nil
}

// Mute hides other sellers' reports on a buyer, whatever later lists say, or
// shows them again.
func (l *Link) Mute(q wire.MuteQuery) error {
	if len(q.Keys) == 0 {
		return buyer.ErrEmpty.In("keys")
	}
	if len(q.Keys) > wire.MaxKeys {
		return errKeys.In("keys")
	}
	var keys []buyer.Key
	for i, k := range q.Keys {
		c, err := buyer.Canonical(k)
		if err != nil {
			return problem.Of(err).In("keys[" + uintText(uint64(i)) + "]")
		}
		keys = append(keys, c)
	}
	if err := l.muted.set(keys, q.On); err != nil {
		return err
	}
	l.changes.Publish(keys)
	return nil
}

var errKeys = problem.New(problem.TooLarge, "keys_many",
	"too many identifiers for one buyer", "a buyer has at most 8")
