package localapi

import (
	"context"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// week is the step of a trend.
const week = 7 * 24 * time.Hour

// trend counts what happened in each of the last weeks. They end now, so that none
// is shorter than the others and no zone matters.
func (s *Server) trend(ctx context.Context) (wire.Trend, error) {
	begin := s.config.Now().Add(-wire.TrendWeeks * week)
	weeks := make([]wire.TrendWeek, wire.TrendWeeks)
	for i := range weeks {
		weeks[i].From = stamp(begin.Add(time.Duration(i) * week))
	}
	// of is the week of a moment; nil before the first one. A clock that went wrong
	// may have put something after now: it is of the last one.
	of := func(at time.Time) *wire.TrendWeek {
		if at.Before(begin) {
			return nil
		}
		return &weeks[min(int(at.Sub(begin)/week), len(weeks)-1)]
	}
	if err := s.trendOfOrders(ctx, begin, of); err != nil {
		return wire.Trend{}, err
	}
	err := s.config.Ledger.History(0, func(e ledger.Event) bool {
		if w := of(e.At); w != nil && e.Import == "" {
			switch e.What {
			case ledger.Marked, ledger.Replaced:
				w.Marked++
			case ledger.CancelledNow:
				w.Cancelled++
			}
		}
		return !e.At.Before(begin) && ctx.Err() == nil
	})
	if err == nil {
		err = ctx.Err()
	}
	if err == nil && s.config.Sharing != nil {
		err = s.config.Sharing.Past(time.Time{}, func(at time.Time, _ string, withdrawn bool, _ []buyer.Key, _ string) bool {
			w := of(at)
			switch {
			case w == nil:
			case withdrawn:
				w.Withdrawn++
			default:
				w.Shared++
			}
			return !at.Before(begin)
		})
	}
	return wire.Trend{Weeks: weeks}, err
}

// trendOfOrders counts the orders of each week, and those of buyers who are on the
// list of other sellers' reports.
func (s *Server) trendOfOrders(ctx context.Context, begin time.Time, of func(time.Time) *wire.TrendWeek) error {
	placed := map[buyer.Key][]time.Time{}
	all := map[buyer.Key][]buyer.Key{}
	err := s.config.Orders.Recent(ctx, begin, func(o orders.Order) {
		if w := of(orderTime(o)); w != nil && len(o.Keys) > 0 {
			w.Orders++
			first := o.Keys[0]
			placed[first] = append(placed[first], orderTime(o))
			all[first] = o.Keys
		}
	})
	if err != nil || s.config.Sharing == nil {
		return err
	}
	buyers := make([]buyer.Key, 0, len(all))
	for first := range all {
		buyers = append(buyers, first)
	}
	for len(buyers) > 0 {
		n := min(hitStep, len(buyers))
		keys := make([][]buyer.Key, n)
		for i, first := range buyers[:n] {
			keys[i] = all[first]
		}
		others := s.config.Sharing.Peek(keys)
		if others == nil {
			return nil // nothing was joined
		}
		for i, first := range buyers[:n] {
			if others[i].Total == 0 {
				continue
			}
			for _, at := range placed[first] {
				of(at).Reported++
			}
		}
		buyers = buyers[n:]
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
