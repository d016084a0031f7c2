package cloudlink

import (
	"errors"
	"slices"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/problem"
	"blackmark/shared/reason"
	"blackmark/shared/wire"
)

// Why a mark stays on the seller's own list.
const (
	keptScope    = "scope"       // no identifier of this buyer is the same for other sellers
	keptReason   = "reason_own"  // this reason says little to strangers, and was not chosen
	keptEcho     = "echo"        // it was made while "?" was shown, and nobody said that it is own experience
	keptNoOrder  = "no_order"    // no order of this buyer is known
	keptLater    = "order_later" // his orders are younger than the mark
	keptImported = "imported"    // imported, and no order of this buyer was seen yet
	keptExpired  = "expired"     // marked so long ago that the cloud would count it no more
)

// reportLife is how long a report counts from the day of the mark.
const reportLife = 365 * 24 * time.Hour

// maxOrders is how many of a buyer's orders are looked at.
const maxOrders = 1000

// terms are what the seller said about sharing.
type terms struct {
	chosen []string // reasons that he named himself
	own    bool     // marks made while "?" was shown are his own experience
}

// keeps tells why a mark is not shared; empty where it may be.
func (l *Link) keeps(m ledger.Mark, t terms) (string, error) {
	if len(l.ofOne(shareable(m.Keys))) == 0 {
		return keptScope, nil
	}
	code, err := reason.Find(m.Reason)
	if err != nil || !code.Share && !slices.Contains(t.chosen, m.Reason) {
		return keptReason, nil
	}
	if m.Echo && !t.own {
		return keptEcho, nil
	}
	if l.cfg.Now().Sub(m.At) >= reportLife {
		return keptExpired, nil
	}
	return l.keepsByOrders(m)
}

// keepsByOrders asks the order history. An import tells nothing about when the
// experience was made, so there an order without a date will do.
func (l *Link) keepsByOrders(m ledger.Mark) (string, error) {
	history, _, err := l.cfg.Orders.OfBuyer(m.Keys, maxOrders)
	if err != nil {
		return "", err
	}
	imported := m.Via == ledger.ViaImport
	for _, o := range history {
		if !orderTime(o).After(m.At) || imported && o.PlacedAt == nil {
			return "", nil
		}
	}
	switch {
	case len(history) > 0:
		return keptLater, nil
	case imported:
		return keptImported, nil
	}
	return keptNoOrder, nil
}

// orderTime is when an order was placed, or first seen where no page said so.
func orderTime(o orders.Order) time.Time {
	if o.PlacedAt != nil {
		return *o.PlacedAt
	}
	return o.FirstSeen
}

// eachMark gives every mark of My Blacklist, the newest first.
func (l *Link) eachMark(do func(ledger.Mark) (more bool, err error)) error {
	cursor := ""
	for {
		page, err := l.cfg.Ledger.List(ledger.Query{Cursor: cursor, Limit: ledger.MaxLimit})
		if err != nil {
			return err
		}
		for _, m := range page.Marks {
			if more, err := do(m); err != nil || !more {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		cursor = page.Next
	}
}

// asked are the marks that a query means.
func (l *Link) asked(q wire.ShareQuery, do func(ledger.Mark) error) error {
	if q.Mark != "" {
		m, err := l.cfg.Ledger.Get(q.Mark)
		if err != nil {
			return err
		}
		return do(m)
	}
	for i, code := range q.Reasons {
		if _, err := reason.Find(code); err != nil {
			return problem.Of(err).In("reasons[" + uintText(uint64(i)) + "]")
		}
	}
	return l.eachMark(func(m ledger.Mark) (bool, error) {
		if len(q.Reasons) > 0 && !slices.Contains(q.Reasons, m.Reason) {
			return true, nil
		}
		return true, do(m)
	})
}

// termsOf are the terms of a query. To name one mark is to choose its reason.
func (l *Link) termsOf(q wire.ShareQuery) terms {
	t := terms{chosen: q.Reasons, own: q.Own}
	if q.Mark != "" {
		if m, err := l.cfg.Ledger.Get(q.Mark); err == nil {
			t.chosen = []string{m.Reason}
		}
	}
	return t
}

// Preview counts what a query would share, and why the rest stays.
func (l *Link) Preview(q wire.ShareQuery) (wire.SharePreview, error) {
	preview := wire.SharePreview{Kept: map[string]int{}, ByReason: map[string]int{}}
	j, err := l.member()
	if err != nil {
		return preview, err
	}
	t := l.termsOf(q)
	err = l.asked(q, func(m ledger.Mark) error {
		shared, err := j.reports.wants(m.ID)
		if err != nil {
			return err
		}
		if shared {
			preview.Shared++
			return nil
		}
		why, err := l.keeps(m, t)
		switch {
		case err != nil:
			return err
		case why != "":
			preview.Kept[why]++
		default:
			preview.Share++
			preview.ByReason[m.Reason]++
		}
		return nil
	})
	return preview, err
}

// kept is why one mark that the seller named cannot be shared.
func kept(why string) *problem.Error {
	p := ErrShareNothing.Because(errors.New(why))
	p.Field = "mark"
	return p
}
