package localapi

import (
	"context"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/localapi/pairing"
	"blackmark/daemon/orders"
	"blackmark/daemon/settings"
	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// Limits of a list and a report.
const (
	listDefault = 50
	listMax     = 100
	reportMax   = 100
)

var (
	errLimit = problem.New(problem.Invalid, "list_limit",
		"a page of the list has 1 to 100 marks", "ask for fewer, and for the next page by its cursor")
	errReport = problem.New(problem.Invalid, "report_empty",
		"it is not said whose report is wanted", "name a buyer's key or an order")
)

// list is a page of My Blacklist.
func (s *Server) list(q wire.ListQuery) (wire.MarkList, error) {
	if q.Limit == 0 {
		q.Limit = listDefault
	}
	if q.Limit < 1 || q.Limit > listMax {
		return wire.MarkList{}, errLimit.In("limit")
	}
	if q.Marketplace != "" {
		if _, err := marketplace.Find(q.Marketplace); err != nil {
			return wire.MarkList{}, err
		}
	}
	page, err := s.config.Ledger.List(ledger.Query{Text: q.Text, Marketplace: q.Marketplace, Cursor: q.Cursor, Limit: q.Limit})
	if err != nil {
		return wire.MarkList{}, err
	}
	list := wire.MarkList{Marks: make([]wire.Mark, 0, len(page.Marks)), Next: page.Next, Total: s.config.Ledger.Counts().Buyers}
	for _, m := range page.Marks {
		list.Marks = append(list.Marks, *wireMark(m))
	}
	return list, nil
}

// report is all that is known of one buyer.
func (s *Server) report(q wire.ReportQuery) (wire.Report, error) {
	row := wire.Sighting{Keys: q.Keys, Order: q.Order}
	switch {
	case len(q.Keys) == 0 && q.Order == nil:
		return wire.Report{}, errReport
	case len(q.Keys) > wire.MaxKeys:
		return wire.Report{}, errKeys.In("keys")
	}
	for _, k := range q.Keys {
		if _, err := buyer.Canonical(k); err != nil {
			return wire.Report{}, err
		}
	}
	ids, found, err := s.identifyAll(s.config.Orders, []shown{read(row)})
	if err != nil {
		return wire.Report{}, err
	}
	answers, err := s.answerAll(s.config.Orders, "", "", ids, found)
	if err != nil {
		return wire.Report{}, err
	}
	answer := answers[0]
	report := wire.Report{State: answer.State, Why: answer.Why, Keys: answer.Keys, Mark: answer.Mark,
		Others: answer.Others, Maybe: answer.Maybe, Orders: []wire.SeenOrder{}}
	if len(answer.Keys) == 0 {
		return report, nil
	}
	if report.Aliases, err = s.aliasList(answer.Keys); err != nil {
		return wire.Report{}, err
	}
	history, total, err := s.config.Orders.OfBuyer(answer.Keys, maxCourse)
	if err != nil {
		return wire.Report{}, err
	}
	report.Total = total
	for _, o := range history[:min(len(history), reportMax)] {
		report.Orders = append(report.Orders, seenOrder(o))
	}
	return report, s.fill(&report, history)
}

func seenOrder(o orders.Order) wire.SeenOrder {
	seen := wire.SeenOrder{
		Sighting: wire.Sighting{
			Order: &wire.Order{Marketplace: o.Marketplace, Region: o.Region, Number: o.Number},
			Keys:  o.Keys, Name: o.Name, Source: wire.Source(o.Source), Store: o.Store,
			Status: o.Status, Country: o.Country, Currency: o.Currency, Total: o.TotalMinor,
		},
		First: stamp(o.FirstSeen),
		Last:  stamp(o.LastSeen),
	}
	if o.PlacedAt != nil {
		seen.Placed = stamp(*o.PlacedAt)
	}
	return seen
}

// stamp writes a time; empty for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Status is how the daemon is.
func (s *Server) Status() wire.Status {
	counts, health := s.config.Ledger.Counts(), s.config.Ledger.Health()
	seen, buyers := s.config.Orders.Counts()
	status := wire.Status{
		Daemon: s.config.Version, Version: wire.Version, Address: s.address, Started: stamp(s.started),
		Buyers: counts.Buyers, Marketplaces: counts.PerMarketplace, Orders: seen, OrderBuyers: buyers,
		Records: health.Records, ReadOnly: health.ReadOnly, Rebuilding: health.Rebuilding, Problem: health.Problem,
		Clients: []wire.Client{},
	}
	if status.Marketplaces == nil {
		status.Marketplaces = map[string]int{}
	}
	for _, c := range s.roster.list() {
		status.Clients = append(status.Clients, s.wireClient(c))
	}
	return status
}

func (s *Server) wireClient(c settings.Client) wire.Client {
	return wire.Client{ID: c.ID, Browser: c.Browser, Paired: stamp(c.Created),
		LastSeen: stamp(c.LastSeen), Connected: s.sessions.connected(c.ID)}
}

// openWindow opens the pairing window and shows its code, this once.
func (s *Server) openWindow(context.Context) wire.Pairing {
	code, state := s.window.Open()
	s.config.Log.Info("the pairing window is open")
	answer := s.wirePairing(state)
	answer.Code = code
	return answer
}

func (s *Server) wirePairing(state pairing.State) wire.Pairing {
	answer := wire.Pairing{Open: state.Open, Expires: stamp(state.Expires), Tries: state.Tries}
	if c, found := s.roster.find(state.Paired); found {
		client := s.wireClient(c)
		answer.Paired = &client
	}
	return answer
}
