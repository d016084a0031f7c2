package wire

import (
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// The HTTP API. Whatever names a buyer travels in a body, never in an address.
//
//	GET  /v1/status          Status
//	POST /v1/marks           MarksBody -> OutcomesBody
//	POST /v1/marks/cancel    CancelsBody -> OutcomesBody
//	POST /v1/marks/list      ListQuery -> MarkList
//	POST /v1/buyers/report   ReportQuery -> Report
//	POST /v1/pairing         Pairing        opens the window; command line only
//	GET  /v1/pairing         Pairing        command line only
//	POST /v1/clients/revoke  RevokeQuery    a browser may end any pairing, its own too

// Status is how the daemon is.
type Status struct {
	Daemon       string         `json:"daemon"`
	Version      int            `json:"version"`
	Address      string         `json:"address"`
	Started      string         `json:"started"` // RFC 3339
	Buyers       int            `json:"buyers"`  // marked
	Marketplaces map[string]int `json:"marketplaces"`
	Orders       int            `json:"orders"`      // in the history
	OrderBuyers  int            `json:"buyers_seen"` // in the history
	Records      uint64         `json:"records"`     // of the journal
	ReadOnly     bool           `json:"read_only"`
	Rebuilding   bool           `json:"rebuilding"`
	Problem      *problem.Error `json:"problem,omitempty"`
	Clients      []Client       `json:"clients"`
}

// Client is a paired browser.
type Client struct {
	ID        string `json:"id"`
	Browser   string `json:"browser"`
	Paired    string `json:"paired"`    // RFC 3339
	LastSeen  string `json:"last_seen"` // RFC 3339; empty: never since
	Connected bool   `json:"connected"`
}

// MarksBody carries marks over HTTP.
type MarksBody struct {
	Marks []NewMark `json:"marks"`
}

// CancelsBody carries cancels over HTTP.
type CancelsBody struct {
	Cancels []NewCancel `json:"cancels"`
}

// OutcomesBody answers both.
type OutcomesBody struct {
	Outcomes []Outcome `json:"outcomes"`
}

// ListQuery asks for a page of My Blacklist, newest first.
type ListQuery struct {
	Text        string `json:"text,omitempty"`        // part of an id or a name
	Marketplace string `json:"marketplace,omitempty"` // only of this one
	Cursor      string `json:"cursor,omitempty"`      // MarkList.Next of the page before
	Limit       int    `json:"limit,omitempty"`       // 1 to 100; 50 where it is 0
}

// MarkList is a page of My Blacklist.
type MarkList struct {
	Marks []Mark `json:"marks"`
	Next  string `json:"next,omitempty"`
	Total int    `json:"total"` // on the whole list, before the filter
}

// ReportQuery names one buyer, or the order whose buyer it is.
type ReportQuery struct {
	Keys  []buyer.Key `json:"keys,omitempty"`
	Order *Order      `json:"order,omitempty"`
}

// Report is all that is known of one buyer.
type Report struct {
	State  State       `json:"state"`
	Why    Why         `json:"why,omitempty"`
	Keys   []buyer.Key `json:"keys,omitempty"`
	Mark   *Mark       `json:"mark,omitempty"`
	Others *Others     `json:"others,omitempty"`
	// Maybe is as in Answer; Aliases is all that is known of his keys and others.
	Maybe   *Maybe      `json:"maybe,omitempty"`
	Aliases []Alias     `json:"aliases,omitempty"`
	Orders  []SeenOrder `json:"orders"` // newest first, at most 100
	Total   int         `json:"total"`  // all of them
	// Marks are all that the seller ever made on this buyer, newest first, at most 100.
	Marks []PastMark `json:"marks,omitempty"`
	// Names are all under which pages and marks know the buyer, at most 20; Known all
	// of his identifiers.
	Names []string    `json:"names,omitempty"`
	Known []buyer.Key `json:"known,omitempty"`
	// Money, Course and Since are of the orders of the history, at most the newest 1,000.
	Money  []Money `json:"money,omitempty"` // most orders first
	Course *Course `json:"course,omitempty"`
	// Since are orders placed since the buyer is marked without a break, and how these
	// went.
	Since       int     `json:"since"`
	SinceCourse *Course `json:"since_course,omitempty"`
}

// SeenOrder is an order of the history.
type SeenOrder struct {
	Sighting
	First string `json:"first"` // RFC 3339; when a page first showed it
	Last  string `json:"last"`
}

// Pairing is the pairing window.
type Pairing struct {
	Open    bool    `json:"open"`
	Code    string  `json:"code,omitempty"`    // 26 base32 characters; only in the answer that opened the window
	Expires string  `json:"expires,omitempty"` // RFC 3339
	Tries   int     `json:"tries"`             // wrong codes left before the window closes
	Paired  *Client `json:"paired,omitempty"`  // the browser that used the code
}

// RevokeQuery ends a pairing. An open socket of that browser is closed.
type RevokeQuery struct {
	ID string `json:"id"`
}
