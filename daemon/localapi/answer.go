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

// history is where an answer reads the orders of its rows: the store, or the page
// that these rows are, which is not stored yet.
type history interface {
	GetAll(refs []orders.Ref) ([]orders.Order, []bool, error)
	CountAll(buyers [][]buyer.Key) ([]int, error)
}

// see writes what a page showed into the history, and does not wait until that is
// stored. Sightings without an order are left out; nil: there was no other.
func (s *Server) see(ctx context.Context, site string, list []shown) (*orders.Page, error) {
	sightings := make([]orders.Sighting, 0, len(list))
	for _, one := range list {
		if one.ordered {
			sightings = append(sightings, sighting(one, site))
		}
	}
	if len(sightings) == 0 {
		return nil, nil
	}
	page, err := s.config.Orders.Take(ctx, sightings)
	if err != nil {
		return nil, err
	}
	var related []buyer.Key
	for _, one := range page.Seen {
		related = append(related, one.Related...)
	}
	if len(related) > 0 {
		s.sessions.each(func(one *session) { one.board.marksChanged(related) })
	}
	return page, nil
}

func sighting(one shown, site string) orders.Sighting {
	source := orders.FromDefinition
	if one.Source == wire.FromSweep {
		source = orders.FromSweep
	}
	seen := orders.Sighting{
		Marketplace: one.ref.Marketplace, Region: one.ref.Region, Number: one.ref.Number, Keys: one.keys,
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
func knownOrders(from history, list []shown) ([]orders.Order, []bool, error) {
	refs := make([]orders.Ref, 0, len(list))
	places := make([]int, 0, len(list))
	for i, one := range list {
		if one.ordered {
			refs = append(refs, one.ref)
			places = append(places, i)
		}
	}
	found := make([]orders.Order, len(list))
	known := make([]bool, len(list))
	if len(refs) == 0 {
		return found, known, nil
	}
	all, are, err := from.GetAll(refs)
	if err != nil {
		return nil, nil, err
	}
	for i, place := range places {
		found[place], known[place] = all[i], are[i]
	}
	return found, known, nil
}

// identifyAll tells whom each sighting stands for.
func (s *Server) identifyAll(from history, list []shown) ([]identity, []orders.Order, error) {
	found, known, err := knownOrders(from, list)
	if err != nil {
		return nil, nil, err
	}
	all := make([]identity, len(list))
	named := make([][]buyer.Key, len(list))
	for i, one := range list {
		if all[i], err = s.identify(one, found[i], known[i]); err != nil {
			return nil, nil, err
		}
		named[i] = all[i].keys
	}
	said := s.newSaid()
	if err := said.read(named); err != nil {
		return nil, nil, err
	}
	for i := range all {
		id := &all[i]
		if len(id.keys) == 0 {
			continue
		}
		if id.kin, err = said.kinOf(id.keys); err != nil {
			return nil, nil, err
		}
		id.keys = id.kin.own
	}
	return all, found, nil
}

// answerAll looks identities up in one go, those of one page or, where site and
// page are empty, of none. Found is the order of each, or the zero value. The
// answers name no rows yet.
func (s *Server) answerAll(from history, site, page string, ids []identity, found []orders.Order) ([]wire.Answer, error) {
	whole, err := s.wholeAll(ids)
	if err != nil {
		return nil, err
	}
	lists := make([][]buyer.Key, len(ids))
	for i, one := range whole {
		lists[i] = one.keys
	}
	others := s.othersOf(site, page, lists)
	counts, err := countOrders(from, lists)
	if err != nil {
		return nil, err
	}
	answers := make([]wire.Answer, len(ids))
	for i, id := range ids {
		answer := &answers[i]
		answer.Keys, answer.State, answer.Why, answer.Maybe = lists[i], id.state, id.why, whole[i].maybe
		if len(id.keys) == 0 {
			continue
		}
		if answer.State, err = s.stateOf(whole[i], found[i]); err != nil {
			return nil, err
		}
		if mark := whole[i].match.Mark; mark != nil {
			answer.Mark = wireMark(*mark)
		}
		if others != nil {
			answer.Others = &others[i]
		}
		answer.Orders = counts[lists[i][0]]
	}
	return answers, nil
}

// countOrders counts the orders of each buyer, by his first key, once for all of his
// rows.
func countOrders(from history, lists [][]buyer.Key) (map[buyer.Key]int, error) {
	counts := make(map[buyer.Key]int, len(lists))
	var buyers [][]buyer.Key
	for _, keys := range lists {
		if len(keys) == 0 {
			continue
		}
		if _, listed := counts[keys[0]]; !listed {
			counts[keys[0]] = 0
			buyers = append(buyers, keys)
		}
	}
	all, err := from.CountAll(buyers)
	if err != nil {
		return nil, err
	}
	for i, n := range all {
		counts[buyers[i][0]] = n
	}
	return counts, nil
}

// stateOf is what a buyer with keys shows.
func (s *Server) stateOf(b whole, order orders.Order) (wire.State, error) {
	mark := b.match.Mark
	if mark == nil {
		return wire.Clear, nil
	}
	counts := s.config.Now()
	if order.Number != "" {
		counts = orderTime(order)
	}
	own := slices.DeleteFunc(slices.Clone(b.own), func(k buyer.Key) bool { return !slices.Contains(mark.Keys, k) })
	var stale bool
	var err error
	switch {
	case slices.ContainsFunc(own, func(k buyer.Key) bool { return !k.ChangesHands() }):
	case len(own) > 0:
		stale, err = s.stale(own, mark.At, counts)
	default:
		stale, err = s.staleLink(b, mark, counts)
	}
	if err != nil || !stale {
		return wire.Black, err
	}
	return wire.Stale, nil
}

// staleLink tells whether the mark on a joined key may be somebody else's because
// a name on the way there changed hands: on the row's side by the time that
// counts, on the mark's by the time of the mark.
func (s *Server) staleLink(b whole, mark *ledger.Mark, counts time.Time) (bool, error) {
	for _, l := range b.links {
		if !slices.Contains(mark.Keys, l.key) {
			continue
		}
		if !l.through.Permanent() {
			if stale, err := s.stale([]buyer.Key{l.through}, l.last, counts); err != nil || stale {
				return stale, err
			}
		}
		if l.key.Permanent() {
			return false, nil
		}
		return s.stale([]buyer.Key{l.key}, l.last, mark.At)
	}
	return false, nil
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
