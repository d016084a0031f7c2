package localapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"blackmark/daemon/ledger"
	"blackmark/daemon/ledger/marklist"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

var errTime = problem.New(problem.Invalid, "time_unreadable",
	"this is not a time", "write it as RFC 3339 does, as 2026-03-01T12:00:00Z")

// workplaceOperations are the lists and reports of shared/wire/workplace.go.
func (s *Server) workplaceOperations(api huma.API) {
	everyone := []Caller{Extension, Local}
	route(s, api, operation{http.MethodPost, "/v1/marks/find", "find-marks", "A page of My Blacklist, filtered and sorted", everyone},
		func(ctx context.Context, i *in[wire.MarksQuery]) (wire.MarksPage, error) {
			return s.findMarks(ctx, i.Body)
		})
	route(s, api, operation{http.MethodPost, "/v1/marks/facets", "mark-facets", "What My Blacklist can be filtered by", everyone},
		func(ctx context.Context, i *in[wire.MarksQuery]) (wire.Facets, error) { return s.facets(ctx, i.Body) })
	route(s, api, operation{http.MethodPost, "/v1/marks/change", "change-marks", "Give marks another reason or note", everyone},
		func(ctx context.Context, i *in[wire.ChangesBody]) (wire.OutcomesBody, error) {
			outcomes, err := s.change(ctx, i.Body.Changes)
			return wire.OutcomesBody{Outcomes: outcomes}, err
		})
	route(s, api, operation{http.MethodPost, "/v1/activity", "activity", "What was done, the last first", everyone},
		func(ctx context.Context, i *in[wire.ActivityQuery]) (wire.ActivityList, error) {
			return s.activity(ctx, i.Body)
		})
	route(s, api, operation{http.MethodPost, "/v1/hits", "hits", "Buyers of recent orders whom others reported", everyone},
		func(ctx context.Context, i *in[wire.HitsQuery]) (wire.Hits, error) { return s.hits(ctx, i.Body) })
	route(s, api, operation{http.MethodGet, "/v1/trend", "trend", "The last weeks in counts", everyone},
		func(ctx context.Context, _ *nothing) (wire.Trend, error) { return s.trend(ctx) })
	route(s, api, operation{http.MethodGet, diagnosticsPath, "diagnostics", "How the daemon and its disk are", everyone},
		func(ctx context.Context, _ *nothing) (wire.Diagnostics, error) { return s.diagnostics(ctx) })
}

// newList makes the list to look through, of what the server was given.
func newList(c Config) *marklist.List {
	return marklist.New(marklist.Config{
		Ledger: c.Ledger, Log: c.Log,
		Stores: func(list []ledger.Order) ([]string, error) { return storesOf(c.Orders, list) },
		Shared: func(have uint64) (map[string]bool, uint64, error) {
			if c.Sharing == nil {
				return nil, 0, nil
			}
			return c.Sharing.SharedMarks(have)
		},
	})
}

// storesOf are the stores of orders as the history knows them.
func storesOf(history *orders.Store, list []ledger.Order) ([]string, error) {
	refs := make([]orders.Ref, len(list))
	for i, o := range list {
		refs[i] = orders.Ref{Marketplace: o.Marketplace, Region: o.Region, Number: o.Number}
	}
	found, _, err := history.GetAll(refs)
	stores := make([]string, len(list))
	for i := range found {
		stores[i] = found[i].Store
	}
	return stores, err
}

// findMarks is a page of My Blacklist with what the list shows beside each mark.
func (s *Server) findMarks(ctx context.Context, q wire.MarksQuery) (wire.MarksPage, error) {
	filter, err := filterOf(q)
	if err != nil {
		return wire.MarksPage{}, err
	}
	found, err := s.blacklist.Find(ctx, marklist.Query{Filter: filter, Sort: marklist.Sort(q.Sort), Cursor: q.Cursor, Limit: q.Limit})
	if err != nil {
		return wire.MarksPage{}, err
	}
	page := wire.MarksPage{Marks: make([]wire.ListedMark, len(found.Marks)), Next: found.Next, Total: found.Total, Found: found.Found}
	lists := make([][]buyer.Key, len(found.Marks))
	for i, m := range found.Marks {
		lists[i] = m.Keys
	}
	counts, err := countOrders(s.config.Orders, lists)
	if err != nil {
		return wire.MarksPage{}, err
	}
	var orders []ledger.Order
	var places []int
	ids := make([]string, len(found.Marks))
	for i, m := range found.Marks {
		ids[i] = m.ID
		page.Marks[i].Mark = *wireMark(m)
		page.Marks[i].Orders = counts[m.Keys[0]]
		if m.Order != nil {
			orders, places = append(orders, *m.Order), append(places, i)
		}
	}
	stores, err := storesOf(s.config.Orders, orders)
	if err != nil {
		return wire.MarksPage{}, err
	}
	for i, place := range places {
		page.Marks[place].Store = stores[i]
	}
	if s.config.Sharing != nil {
		for i, at := range s.config.Sharing.SharedSince(ids) {
			page.Marks[i].Shared = stamp(at)
		}
	}
	return page, nil
}

// facets counts what My Blacklist can be filtered by.
func (s *Server) facets(ctx context.Context, q wire.MarksQuery) (wire.Facets, error) {
	filter, err := filterOf(q)
	if err != nil {
		return wire.Facets{}, err
	}
	f, err := s.blacklist.Facets(ctx, filter)
	if err != nil {
		return wire.Facets{}, err
	}
	return wire.Facets{Marketplaces: wireFacets(f.Marketplaces), Reasons: wireFacets(f.Reasons), Stores: wireFacets(f.Stores),
		By: wireFacets(f.By), Via: wireFacets(f.Via)}, nil
}

func wireFacets(list []marklist.Facet) []wire.Facet {
	facets := make([]wire.Facet, len(list))
	for i, f := range list {
		facets[i] = wire.Facet(f)
	}
	return facets
}

// filterOf reads a filter.
func filterOf(q wire.MarksQuery) (f marklist.Filter, err error) {
	f = marklist.Filter{Text: q.Text, Marketplace: q.Marketplace, Reasons: q.Reasons, Stores: q.Stores, By: q.By, Shared: q.Shared}
	for _, via := range q.Via {
		f.Via = append(f.Via, string(via))
	}
	if q.Marketplace != "" {
		if _, err := marketplace.Find(q.Marketplace); err != nil {
			return f, err
		}
	}
	f.Since, f.Until, err = spanOf(q.Since, q.Until)
	return f, err
}

// spanOf reads two times; an empty one is none.
func spanOf(since, until string) (from, to time.Time, err error) {
	if since != "" {
		if from, err = time.Parse(time.RFC3339, since); err != nil {
			return from, to, errTime.In("since")
		}
	}
	if until != "" {
		if to, err = time.Parse(time.RFC3339, until); err != nil {
			return from, to, errTime.In("until")
		}
	}
	return from, to, nil
}

// change gives marks another reason or note with one write.
func (s *Server) change(ctx context.Context, list []wire.Change) ([]wire.Outcome, error) {
	if err := batchFits(len(list), "changes"); err != nil {
		return nil, err
	}
	changes := make([]ledger.NewChange, len(list))
	for i, c := range list {
		changes[i] = ledger.NewChange{ID: c.ID, Mark: c.Mark, Reason: c.Reason, Note: c.Note}
	}
	done, err := s.config.Ledger.Change(ctx, changes)
	if err != nil {
		return nil, err
	}
	outcomes := make([]wire.Outcome, len(done))
	for i, o := range done {
		outcomes[i] = wire.Outcome{ID: o.ID, Result: wire.Result(o.State), Mark: maybeMark(o.Mark), Problem: at("changes", i, o.Problem)}
	}
	return outcomes, nil
}
