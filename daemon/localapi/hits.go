package localapi

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// Days of orders in which hits are looked for.
const (
	hitDays    = 21
	hitDaysMax = 90
)

var errDays = problem.New(problem.Invalid, "hits_days",
	"orders are looked at of the last 1 to 90 days", "name a number from 1 to 90")

// hitSpot is where the last hit of a page stands.
type hitSpot struct {
	At    time.Time  `json:"t"`
	Order orders.Ref `json:"o"`
}

func (a hitSpot) compare(b hitSpot) int {
	if c := b.At.Compare(a.At); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.Order.Number, b.Order.Number), cmp.Compare(a.Order.Marketplace, b.Order.Marketplace),
		cmp.Compare(a.Order.Region, b.Order.Region))
}

func spotOf(o orders.Order) hitSpot {
	return hitSpot{orderTime(o), orders.Ref{Marketplace: o.Marketplace, Region: o.Region, Number: o.Number}}
}

// hitStep is how many buyers are looked up at once.
const hitStep = 500

// hits is a page of the buyers of recent orders whom other sellers reported, each
// once, with his newest order.
func (s *Server) hits(ctx context.Context, q wire.HitsQuery) (wire.Hits, error) {
	page := wire.Hits{Hits: []wire.Hit{}}
	if q.Limit == 0 {
		q.Limit = listDefault
	}
	if q.Days == 0 {
		q.Days = hitDays
	}
	var after hitSpot
	switch {
	case q.Limit < 1 || q.Limit > listMax:
		return page, errLimit.In("limit")
	case q.Days < 1 || q.Days > hitDaysMax:
		return page, errDays.In("days")
	case q.Cursor != "":
		text, err := base64.RawURLEncoding.DecodeString(q.Cursor)
		if err != nil || json.Unmarshal(text, &after) != nil || after.At.IsZero() {
			return page, ledger.ErrCursor.In("cursor")
		}
	}
	if s.config.Sharing == nil {
		return page, nil
	}
	recent, err := s.recentOrders(ctx, s.config.Now().AddDate(0, 0, -q.Days))
	if err != nil {
		return page, err
	}
	for len(recent) > 0 && page.Next == "" {
		n := min(hitStep, len(recent))
		if err := s.addHits(&page, recent[:n], after, q.Limit); err != nil {
			return page, err
		}
		recent = recent[n:]
	}
	return page, nil
}

// recentOrders are the newest orders of each buyer, those placed since only, the
// newest first.
func (s *Server) recentOrders(ctx context.Context, since time.Time) ([]orders.Order, error) {
	newest := map[buyer.Key]orders.Order{}
	err := s.config.Orders.Recent(ctx, since, func(o orders.Order) {
		if len(o.Keys) == 0 || orderTime(o).Before(since) {
			return
		}
		if other, known := newest[o.Keys[0]]; !known || spotOf(o).compare(spotOf(other)) < 0 {
			newest[o.Keys[0]] = o
		}
	})
	list := make([]orders.Order, 0, len(newest))
	for _, o := range newest {
		list = append(list, o)
	}
	slices.SortFunc(list, func(a, b orders.Order) int { return spotOf(a).compare(spotOf(b)) })
	return list, err
}

// addHits adds the buyers of some orders who were reported, until the page is full.
func (s *Server) addHits(page *wire.Hits, list []orders.Order, after hitSpot, limit int) error {
	keys := make([][]buyer.Key, len(list))
	for i, o := range list {
		keys[i] = o.Keys
	}
	others := s.config.Sharing.Peek(keys)
	if others == nil {
		return nil // nothing was joined
	}
	marks, err := s.config.Ledger.FindAll(keys)
	if err != nil {
		return err
	}
	for i, o := range list {
		if others[i].Total == 0 || !after.At.IsZero() && spotOf(o).compare(after) <= 0 {
			continue
		}
		if len(page.Hits) == limit {
			last := page.Hits[limit-1]
			at, _ := time.Parse(time.RFC3339Nano, last.Placed)
			text, _ := json.Marshal(hitSpot{at, orders.Ref(last.Order)}) // strings and times always encode
			page.Next = base64.RawURLEncoding.EncodeToString(text)
			return nil
		}
		page.Hits = append(page.Hits, wire.Hit{
			Order:  wire.Order{Marketplace: o.Marketplace, Region: o.Region, Number: o.Number},
			Placed: orderTime(o).UTC().Format(time.RFC3339Nano), Seen: stamp(o.LastSeen), Name: o.Name, Keys: o.Keys,
			Others: others[i], Mark: maybeMark(marks[i].Mark),
		})
	}
	return nil
}
