package localapi

import (
	"context"
	"fmt"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

var (
	errNoMarks = problem.New(problem.Invalid, "batch_empty",
		"nothing was named to do", "name at least one buyer")
	errManyMarks = problem.New(problem.TooLarge, "batch_size",
		"too many buyers in one request", "send at most 100 at once")
)

func batchFits(n int, field string) error {
	switch {
	case n == 0:
		return errNoMarks.In(field)
	case n > wire.MaxMarks:
		return errManyMarks.In(field)
	}
	return nil
}

// mark marks buyers with one write. Where an entry names no keys, it means
// the buyer of its order.
func (s *Server) mark(ctx context.Context, list []wire.NewMark) ([]wire.Outcome, error) {
	if err := batchFits(len(list), "marks"); err != nil {
		return nil, err
	}
	outcomes := make([]wire.Outcome, len(list))
	var entries []ledger.NewMark
	var places []int
	var own []bool
	for i, one := range list {
		whom, err := s.toMark(one)
		if err != nil {
			outcomes[i] = refused(one.ID, "marks", i, err)
			continue
		}
		entries = append(entries, ledger.NewMark{
			ID: one.ID, Keys: whom.keys, Name: one.Name, Reason: one.Reason, Note: one.Note,
			Order: ledgerOrder(one.Order), Via: string(one.Via), IfAbsent: one.IfAbsent, Echo: one.SeenOthers,
			One: whom.joined, Own: whom.own, Without: whom.without, Undo: one.Undo,
		})
		own = append(own, one.Own)
		places = append(places, i)
	}
	if len(entries) == 0 {
		return outcomes, nil
	}
	s.echoes(entries, own)
	done, err := s.config.Ledger.Mark(ctx, entries)
	if err != nil {
		return nil, err
	}
	for i, outcome := range done {
		outcomes[places[i]] = wire.Outcome{ID: outcome.ID, Result: wire.Result(outcome.State),
			Mark: maybeMark(outcome.Mark), Problem: at("marks", places[i], outcome.Problem)}
	}
	return outcomes, nil
}

// cancel takes marks back with one write.
func (s *Server) cancel(ctx context.Context, list []wire.NewCancel) ([]wire.Outcome, error) {
	if err := batchFits(len(list), "cancels"); err != nil {
		return nil, err
	}
	outcomes := make([]wire.Outcome, len(list))
	var entries []ledger.NewCancel
	var places []int
	for i, one := range list {
		entry := ledger.NewCancel{ID: one.ID, Mark: one.Mark}
		if one.Mark == "" {
			keys, err := s.keysOf(one.Keys, one.Order)
			if err != nil {
				outcomes[i] = refused(one.ID, "cancels", i, err)
				continue
			}
			entry.Keys = keys
		}
		var err error
		if entry.Also, err = s.alsoMarked(entry); err != nil {
			outcomes[i] = refused(one.ID, "cancels", i, err)
			continue
		}
		entries = append(entries, entry)
		places = append(places, i)
	}
	if len(entries) == 0 {
		return outcomes, nil
	}
	done, err := s.config.Ledger.Cancel(ctx, entries)
	if err != nil {
		return nil, err
	}
	for i, outcome := range done {
		outcomes[places[i]] = wire.Outcome{ID: outcome.ID, Result: wire.Result(outcome.State),
			Mark: maybeMark(outcome.Was), Problem: at("cancels", places[i], outcome.Problem)}
	}
	return outcomes, nil
}

// keysOf is the keys that were given, unchecked, or those of the order's
// buyer.
func (s *Server) keysOf(keys []buyer.Key, order *wire.Order) ([]buyer.Key, error) {
	if len(keys) > 0 || order == nil {
		return keys, nil
	}
	ids, _, err := s.identifyAll(s.config.Orders, []shown{read(wire.Sighting{Order: order})})
	if err != nil {
		return nil, err
	}
	if len(ids[0].keys) == 0 {
		return nil, ids[0].explain().In("order")
	}
	return ids[0].kin.own, nil
}

func refused(id, list string, place int, err error) wire.Outcome {
	return wire.Outcome{ID: id, Result: wire.ResultRefused, Problem: at(list, place, problem.Of(err))}
}

// at names the entry of the request in a problem's field.
func at(list string, place int, p *problem.Error) *problem.Error {
	if p == nil {
		return nil
	}
	field := fmt.Sprintf("%s[%d]", list, place)
	if p.Field != "" {
		field += "." + p.Field
	}
	return p.In(field)
}

func maybeMark(m *ledger.Mark) *wire.Mark {
	if m == nil {
		return nil
	}
	return wireMark(*m)
}

func ledgerOrder(o *wire.Order) *ledger.Order {
	if o == nil {
		return nil
	}
	return &ledger.Order{Marketplace: o.Marketplace, Region: o.Region, Number: o.Number}
}
