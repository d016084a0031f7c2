package localapi

import (
	"errors"
	"slices"
	"strings"
	"time"

	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// identity is whom a row, an order or some keys stand for: keys, or a state
// and why there are none.
type identity struct {
	keys  []buyer.Key // canonical, one of a kind, the strongest kind first
	state wire.State  // Unidentified or Unmarkable where there are no keys
	why   wire.Why
	kin   kin // what else may be his
}

func nobody(why wire.Why) identity {
	state := wire.Unidentified
	if why == wire.NoBuyers || why == wire.SharedByAll {
		state = wire.Unmarkable
	}
	return identity{state: state, why: why}
}

// shown is a sighting and what it names.
type shown struct {
	wire.Sighting
	ref     orders.Ref
	ordered bool        // there is a ref
	keys    []buyer.Key // canonical
	wrong   wire.Why    // with the first key that is none
}

func read(s wire.Sighting) shown {
	one := shown{Sighting: s}
	one.ref, one.ordered = refOf(s)
	one.keys, one.wrong = ownKeys(s)
	return one
}

// refOf names the order of a sighting in the history; false where it shows
// none that could be one.
func refOf(s wire.Sighting) (orders.Ref, bool) {
	if s.Order == nil {
		return orders.Ref{}, false
	}
	m, err := marketplace.Find(s.Order.Marketplace)
	number := strings.TrimSpace(s.Order.Number)
	if err != nil || !m.OrderFits(number) {
		return orders.Ref{}, false
	}
	ref := orders.Ref{Marketplace: m.Code, Number: number}
	if !m.Regions {
		return ref, true
	}
	ref.Region = strings.ToLower(strings.TrimSpace(s.Order.Region))
	for _, k := range s.Keys {
		if ref.Region == "" && k.Marketplace == m.Code {
			ref.Region = strings.ToLower(strings.TrimSpace(k.Region))
		}
	}
	return ref, true
}

// marketOf is the marketplace that a sighting is of, or empty.
func marketOf(s wire.Sighting) string {
	if s.Order != nil {
		return s.Order.Marketplace
	}
	for _, k := range s.Keys {
		return k.Marketplace
	}
	return ""
}

// ownKeys brings the keys of a sighting into canonical form. Where none is
// left, why says what was wrong with the first.
func ownKeys(s wire.Sighting) (keys []buyer.Key, why wire.Why) {
	market := marketOf(s)
	m, _ := marketplace.Find(market)
	for _, k := range s.Keys {
		if k.Region == "" && s.Order != nil && m.Regions {
			k.Region = s.Order.Region
		}
		c, err := buyer.Canonical(k)
		switch {
		case err == nil && c.Marketplace == market:
			keys = append(keys, c)
		case why == "":
			why = whyOf(err)
		}
	}
	return keys, why
}

func whyOf(err error) wire.Why {
	switch {
	case errors.Is(err, buyer.ErrMasked):
		return wire.Masked
	case errors.Is(err, buyer.ErrStandIn):
		return wire.SharedByAll
	case errors.Is(err, buyer.ErrRegion):
		return wire.RegionUnknown
	case errors.Is(err, buyer.ErrNoKinds):
		return wire.NoBuyers
	case errors.Is(err, buyer.ErrEmpty):
		return wire.NoIdentity
	}
	return wire.BadKey
}

// whys are the reasons that a page may give; what else it says is left out.
var whys = []wire.Why{wire.NoIdentity, wire.Masked, wire.RegionUnknown, wire.Contradiction,
	wire.BadKey, wire.SharedByAll, wire.NoBuyers, wire.NoOrder}

// identify tells whom a sighting names, with what the history knows of its order;
// what else may be his is not looked for. A name never counts.
func (s *Server) identify(row shown, order orders.Order, known bool) (identity, error) {
	m, err := marketplace.Find(marketOf(row.Sighting))
	if err == nil && len(m.Kinds) == 0 {
		return nobody(wire.NoBuyers), nil
	}
	keys := row.keys
	// What the page itself holds for torn stays nobody's, whomever the history knows.
	if known && order.Conflict || row.Why == wire.Contradiction && len(row.Keys) == 0 {
		return nobody(wire.Contradiction), nil
	}
	if known && len(order.Keys) > 0 {
		// The history has weighed what this row and others say. Pages that name the
		// buyer in different ways each have their own answer.
		named := order.Keys
		for _, apart := range order.Apart {
			if slices.ContainsFunc(keys, func(k buyer.Key) bool { return slices.Contains(apart, k) }) {
				named = apart
				break
			}
		}
		keys = named
	}
	keys, agree := oneOfAKind(m, keys)
	if !agree {
		return nobody(wire.Contradiction), nil
	}
	if len(keys) == 0 {
		return nobody(row.whyNobody()), nil
	}
	return s.withoutRefused(keys)
}

// whyNobody chooses the best explanation: what the page itself said, then
// what was wrong with the keys it gave.
func (s shown) whyNobody() wire.Why {
	switch {
	case slices.Contains(whys, s.Why):
		return s.Why
	case s.wrong != "":
		return s.wrong
	case !s.ordered:
		return wire.NoOrder
	}
	return wire.NoIdentity
}

// oneOfAKind keeps the first key of each kind, the strongest kind first. Two
// permanent ones of a kind that differ cannot be one buyer.
func oneOfAKind(m marketplace.Marketplace, keys []buyer.Key) (kept []buyer.Key, agree bool) {
	for _, kind := range m.Kinds {
		var first *buyer.Key
		for i, k := range keys {
			switch {
			case k.Kind != kind.Kind:
				continue
			case first == nil:
				first = &keys[i]
			case *first != k && kind.Life == marketplace.Permanent:
				return nil, false
			}
		}
		if first != nil {
			kept = append(kept, *first)
		}
	}
	for _, k := range kept {
		if k.Region != kept[0].Region {
			return nil, false
		}
	}
	return kept, true
}

// withoutRefused leaves out keys that stand for many different people.
func (s *Server) withoutRefused(keys []buyer.Key) (identity, error) {
	var kept []buyer.Key
	for _, k := range keys {
		refused, err := s.config.Orders.Refused(k)
		if err != nil {
			return identity{}, err
		}
		if !refused {
			kept = append(kept, k)
		}
	}
	if len(kept) == 0 {
		return nobody(wire.SharedByAll), nil
	}
	return identity{keys: kept}, nil
}

// explain is a person's words for why there is nobody to mark.
func (id identity) explain() *problem.Error {
	switch id.why {
	case wire.NoBuyers:
		return buyer.ErrNoKinds
	case wire.SharedByAll:
		return errShared
	case wire.Masked:
		return buyer.ErrMasked
	case wire.RegionUnknown:
		return buyer.ErrRegion
	case wire.Contradiction:
		return errContradiction
	}
	return errNobody
}

var (
	errNobody = problem.New(problem.NotFound, "buyer_not_identified",
		"it is not known who the buyer of this order is",
		"open the page that names the buyer, for example the messages or the order's details, or give the buyer's id")
	errContradiction = problem.New(problem.Conflict, "buyer_contradiction",
		"two places name different buyers for this order", "open the order's details and mark the buyer by id")
	errShared = problem.New(problem.Invalid, "key_shared_by_all",
		"this identifier stands on the orders of many different buyers",
		"use the buyer's own id; a mark on this one would hit strangers")
)

// handover is how long a name that can change hands must have been without an
// order before somebody else may bear it.
const handover = 30 * 24 * time.Hour

// maxChain bounds how many orders are looked at to follow a name.
const maxChain = 1000

// stale tells whether a name that can change hands may be somebody else's by
// the time that counts: it was marked then, and from the mark on no gap of
// more than handover lies between the orders under that name.
func (s *Server) stale(keys []buyer.Key, marked, counts time.Time) (bool, error) {
	list, _, err := s.config.Orders.OfBuyer(keys, maxChain)
	if err != nil {
		return false, err
	}
	times := make([]time.Time, 0, len(list))
	for _, o := range list {
		times = append(times, orderTime(o))
	}
	slices.SortFunc(times, time.Time.Compare)
	confirmed := marked
	for _, t := range times {
		if t.After(confirmed) && t.Sub(confirmed) <= handover {
			confirmed = t
		}
	}
	return counts.Sub(confirmed) > handover, nil
}

// orderTime is when an order was placed, or first seen where no page said so.
func orderTime(o orders.Order) time.Time {
	if o.PlacedAt != nil {
		return *o.PlacedAt
	}
	return o.FirstSeen
}
