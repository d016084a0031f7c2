package localapi

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// activitySpot is up to where a page of what was done went, in each of its
// sources: the journal by sequence, the rest by time.
type activitySpot struct {
	Seq    uint64    `json:"s"`           // only events of the journal before it; 0: from its end
	Before time.Time `json:"t,omitzero"`  // of the others only what was then or earlier,
	Name   string    `json:"n,omitempty"` // and then only what comes after this name
}

// other is something that was done and is not in the journal.
type otherAct struct {
	wire.Activity
	at   time.Time
	name string // tells apart what was done at one time
}

// after tells whether something comes after the spot.
func (s activitySpot) after(o otherAct) bool {
	return s.Before.IsZero() || o.at.Before(s.Before) || o.at.Equal(s.Before) && o.name > s.Name
}

// activityTest is what is asked for.
type activityTest struct {
	acts        []wire.Act
	words       []string
	since, till time.Time
}

func (t activityTest) passes(a wire.Activity, at time.Time) bool {
	switch {
	case len(t.acts) > 0 && !slices.Contains(t.acts, a.Act):
		return false
	case !t.since.IsZero() && at.Before(t.since), !t.till.IsZero() && !at.Before(t.till):
		return false
	}
	text := strings.ToLower(a.Name)
	for _, k := range a.Keys {
		text += "\n" + strings.ToLower(k.ID)
	}
	return !slices.ContainsFunc(t.words, func(word string) bool { return !strings.Contains(text, word) })
}

// activity is a page of what was done: what the journal tells and what imports
// and sharing remember, put together by time.
func (s *Server) activity(ctx context.Context, q wire.ActivityQuery) (wire.ActivityList, error) {
	list := wire.ActivityList{Activity: []wire.Activity{}}
	if q.Limit == 0 {
		q.Limit = listDefault
	}
	if q.Limit < 1 || q.Limit > listMax {
		return list, errLimit.In("limit")
	}
	test := activityTest{acts: q.Acts, words: strings.Fields(strings.ToLower(q.Text))}
	var err error
	if test.since, test.till, err = spanOf(q.Since, q.Until); err != nil {
		return list, err
	}
	var spot activitySpot
	if q.Cursor != "" {
		text, err := base64.RawURLEncoding.DecodeString(q.Cursor)
		if err != nil || json.Unmarshal(text, &spot) != nil {
			return list, ledger.ErrCursor.In("cursor")
		}
	}
	others, err := s.otherActs(spot, test, q.Limit)
	if err != nil {
		return list, err
	}
	// give takes the next one in; false where the page is full.
	give := func(a wire.Activity, next activitySpot) bool {
		if len(list.Activity) == q.Limit {
			text, _ := json.Marshal(spot) // numbers and strings always encode
			list.Next = base64.RawURLEncoding.EncodeToString(text)
			return false
		}
		list.Activity, spot = append(list.Activity, a), next
		return true
	}
	giveOther := func() bool {
		next := spot
		next.Before, next.Name = others[0].at, others[0].name
		if !give(others[0].Activity, next) {
			return false
		}
		others = others[1:]
		return true
	}
	full := false
	err = s.config.Ledger.History(spot.Seq, func(e ledger.Event) bool {
		for len(others) > 0 && others[0].at.After(e.At) {
			if full = !giveOther(); full {
				return false
			}
		}
		next := spot
		next.Seq = e.Seq
		if a, is := activityOf(e); !is || !test.passes(a, e.At) {
			spot = next
		} else {
			full = !give(a, next)
		}
		return !full && ctx.Err() == nil
	})
	if err == nil {
		err = ctx.Err()
	}
	for err == nil && !full && len(others) > 0 {
		full = !giveOther()
	}
	return list, err
}

// activityOf is an event of the journal; false where it is told in another way:
// an import is told as a whole.
func activityOf(e ledger.Event) (wire.Activity, bool) {
	if e.Import != "" {
		return wire.Activity{}, false
	}
	a := wire.Activity{At: stamp(e.At), Act: wire.Act(e.What), Keys: e.Keys}
	if m := e.Mark; m != nil {
		w := wireMark(*m)
		a.Keys, a.Name, a.Reason, a.Order, a.By, a.Via = w.Keys, w.Name, w.Reason, w.Order, w.By, w.Via
		if e.What == ledger.CancelledNow {
			a.Import = m.Import
		}
	}
	return a, true
}

// otherActs are what imports and sharing remember, the last first: enough for a
// page and the first of the next.
func (s *Server) otherActs(spot activitySpot, test activityTest, limit int) ([]otherAct, error) {
	var list []otherAct
	add := func(o otherAct) bool {
		o.Activity.At = stamp(o.at)
		fits := spot.after(o) && test.passes(o.Activity, o.at)
		if fits {
			list = append(list, o)
		}
		return fits
	}
	if s.config.Transfers != nil {
		for _, i := range s.config.Transfers.List().Imports {
			for _, o := range importActs(i) {
				add(o)
			}
		}
	}
	if s.config.Sharing != nil {
		taken := 0
		err := s.config.Sharing.Past(spot.Before, func(at time.Time, mark string, withdrawn bool, keys []buyer.Key, reason string) bool {
			o := otherAct{at: at, name: mark, Activity: wire.Activity{Act: wire.ActShared, Keys: keys, Reason: reason}}
			if withdrawn {
				o.Act = wire.ActWithdrawn
			}
			if add(o) {
				taken++
			}
			return taken <= limit
		})
		if err != nil {
			return nil, err
		}
	}
	s.config.Natives.EachProved(func(n wire.Native) {
		at, err := time.Parse(time.RFC3339, n.At)
		if err == nil {
			add(otherAct{at: at, name: n.ID, Activity: wire.Activity{Act: wire.ActPushed, Keys: []buyer.Key{n.Key}}})
		}
	})
	slices.SortFunc(list, func(a, b otherAct) int {
		if c := b.at.Compare(a.at); c != 0 {
			return c
		}
		return cmp.Compare(a.name, b.name)
	})
	return list, nil
}

// importActs are what an import was, and its undoing.
func importActs(i wire.Import) []otherAct {
	began, err := time.Parse(time.RFC3339, i.At)
	if err != nil || i.DryRun {
		return nil
	}
	list := []otherAct{{at: began, name: i.ID, Activity: wire.Activity{
		Act: wire.ActImported, Import: i.ID, Name: i.File, Count: i.Marked + i.Replaced}}}
	if undone, err := time.Parse(time.RFC3339, i.UndoneAt); err == nil {
		list = append(list, otherAct{at: undone, name: i.ID, Activity: wire.Activity{
			Act: wire.ActUndone, Import: i.ID, Name: i.File, Count: i.Undone}})
	}
	return list
}
