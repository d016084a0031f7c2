package localapi

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// errGone says that the caller left while he was served.
var errGone = problem.New(problem.Unavailable, "caller_gone",
	"the request was given up before it was done", "send it again")

// maxText is how many characters of a text from a page are kept.
const maxText = wire.MaxName

// see writes what a page showed into the history. Sightings without an order
// are left out.
func (s *Server) see(ctx context.Context, site string, list []wire.Sighting) error {
	sightings := make([]orders.Sighting, 0, len(list))
	for _, one := range list {
		if ref, ok := refOf(one); ok {
			sightings = append(sightings, sighting(one, ref, site))
		}
	}
	if len(sightings) == 0 {
		return nil
	}
	_, err := s.config.Orders.See(ctx, sightings)
	return err
}

func sighting(one wire.Sighting, ref orders.Ref, site string) orders.Sighting {
	keys, _ := ownKeys(one)
	source := orders.FromDefinition
	if one.Source == wire.FromSweep {
		source = orders.FromSweep
	}
	seen := orders.Sighting{
		Marketplace: ref.Marketplace, Region: ref.Region, Number: ref.Number, Keys: keys,
		Name: clip(one.Name), Store: clip(one.Store), Status: clip(one.Status),
		Currency: clip(one.Currency), Country: clip(one.Country), TotalMinor: one.Total,
		Source: source, Site: site,
	}
	if placed, err := time.Parse(time.RFC3339, one.Placed); err == nil {
		seen.PlacedAt = &placed
	}
	return seen
}

// clip cuts a text of a page: it is shown, and never decides anything.
func clip(text string) string {
	if utf8.RuneCountInString(text) <= maxText {
		return text
	}
	return string([]rune(text)[:maxText])
}

// knownOrders are the orders of some sightings as the history has them, each
// under the place of its sighting.
func (s *Server) knownOrders(list []wire.Sighting) ([]orders.Order, []bool, error) {
	refs := make([]orders.Ref, 0, len(list))
	places := make([]int, 0, len(list))
	for i, one := range list {
		if ref, ok := refOf(one); ok {
			refs = append(refs, ref)
			places = append(places, i)
		}
	}
	found := make([]orders.Order, len(list))
	known := make([]bool, len(list))
	if len(refs) == 0 {
		return found, known, nil
	}
	all, are, err := s.config.Orders.GetAll(refs)
	if err != nil {
		return nil, nil, err
	}
	for i, place := range places {
		found[place], known[place] = all[i], are[i]
	}
	return found, known, nil
}

// identifyAll tells whom each sighting stands for.
func (s *Server) identifyAll(list []wire.Sighting) ([]identity, []orders.Order, error) {
	found, known, err := s.knownOrders(list)
	if err != nil {
		return nil, nil, err
	}
	all := make([]identity, len(list))
	for i, one := range list {
		if all[i], err = s.identify(one, found[i], known[i]); err != nil {
			return nil, nil, err
		}
	}
	return all, found, nil
}

// answerAll looks identities up in one go. Found is the order of each, or the
// zero value. The answers name no rows yet.
func (s *Server) answerAll(ids []identity, found []orders.Order) ([]wire.Answer, error) {
	lists := make([][]buyer.Key, len(ids))
	for i, id := range ids {
		lists[i] = id.keys
	}
	matches, err := s.config.Ledger.FindAll(lists)
	if err != nil {
		return nil, err
	}
	others := s.othersOf(lists)
	counts := map[buyer.Key]int{}
	answers := make([]wire.Answer, len(ids))
	for i, id := range ids {
		answer := &answers[i]
		answer.Keys, answer.State, answer.Why = id.keys, id.state, id.why
		if len(id.keys) == 0 {
			continue
		}
		if answer.State, err = s.stateOf(id.keys, matches[i], found[i]); err != nil {
			return nil, err
		}
		if matches[i].Mark != nil {
			answer.Mark = wireMark(*matches[i].Mark)
		}
		if others != nil {
			answer.Others = &others[i]
		}
		if answer.Orders, err = s.countOrders(counts, id.keys); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// countOrders counts the orders of a buyer once for all of his rows.
func (s *Server) countOrders(counts map[buyer.Key]int, keys []buyer.Key) (int, error) {
	if n, counted := counts[keys[0]]; counted {
		return n, nil
	}
	_, n, err := s.config.Orders.OfBuyer(keys, 1)
	counts[keys[0]] = n
	return n, err
}

// stateOf is what a buyer with keys shows.
func (s *Server) stateOf(keys []buyer.Key, match ledger.Match, order orders.Order) (wire.State, error) {
	switch {
	case match.Mark == nil:
		return wire.Clear, nil
	case match.By != ledger.ByChanges:
		return wire.Black, nil
	}
	counts := s.config.Now()
	if order.Number != "" {
		counts = orderTime(order)
	}
	shared := slices.DeleteFunc(slices.Clone(keys), func(k buyer.Key) bool { return !slices.Contains(match.Mark.Keys, k) })
	stale, err := s.stale(shared, match.Mark.At, counts)
	if err != nil || !stale {
		return wire.Black, err
	}
	return wire.Stale, nil
}

func wireMark(m ledger.Mark) *wire.Mark {
	mark := &wire.Mark{
		ID: m.ID, Keys: m.Keys, Name: m.Name, Reason: m.Reason, Note: m.Note,
		At: m.At.UTC().Format(time.RFC3339), By: m.By, Via: wire.Via(m.Via), Echo: m.Echo,
	}
	if m.Order != nil {
		mark.Order = &wire.Order{Marketplace: m.Order.Marketplace, Region: m.Order.Region, Number: m.Order.Number}
	}
	return mark
}

// told logs a failure that is ours or the disk's, and gives what the person
// sees of it.
func (s *Server) told(doing string, err error) *problem.Error {
	if errors.Is(err, context.Canceled) {
		return errGone // nothing of ours failed
	}
	p := problem.Of(err)
	switch p.Kind {
	case problem.Internal, problem.Damaged, problem.NoSpace:
		s.config.Log.Error(doing+" failed", "code", p.Code, "error", err)
	}
	return p
}
