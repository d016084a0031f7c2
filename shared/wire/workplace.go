package wire

import (
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// The seller's workplace: lists and reports a page at a time, so that a list of
// 100,000 opens as fast as one of ten.
//
//	POST /v1/marks/find        MarksQuery -> MarksPage         without Text to Shared, and newest first, the quickest
//	POST /v1/marks/change      ChangesBody -> OutcomesBody     another reason or note for marks that stand
//	POST /v1/marks/facets      MarksQuery -> Facets            what can be filtered by, with counts
//	POST /v1/activity          ActivityQuery -> ActivityList
//	POST /v1/hits              HitsQuery -> Hits               recent buyers whom other sellers reported
//	GET  /v1/trend             Trend                       the last weeks in counts
//	GET  /v1/diagnostics       Diagnostics
//	POST /v1/clients/revoke    RevokeQuery                     a browser may revoke any other

// MarksQuery asks for a page of My Blacklist. What is empty filters nothing.
type MarksQuery struct {
	Text        string   `json:"text,omitempty"`        // words; each is part of an id, the name, the note or the order's number
	Marketplace string   `json:"marketplace,omitempty"` // only of this one
	Reasons     []string `json:"reasons,omitempty"`     // any of these
	Stores      []string `json:"stores,omitempty"`      // "" means marks whose store is not known
	By          []string `json:"by,omitempty"`          // "" means the master account
	Via         []Via    `json:"via,omitempty"`
	Since       string   `json:"since,omitempty"` // RFC 3339; marked then or later
	Until       string   `json:"until,omitempty"` // RFC 3339; marked before
	Shared      *bool    `json:"shared,omitempty"`
	Sort        ListSort `json:"sort,omitempty"`
	Cursor      string   `json:"cursor,omitempty"` // MarksPage.Next of the page before, of the same query
	Limit       int      `json:"limit,omitempty"`  // 1 to 100; 50 where it is 0
}

// MarksPage is a page of My Blacklist.
type MarksPage struct {
	Marks []ListedMark `json:"marks"`
	Next  string       `json:"next,omitempty"`
	Total int          `json:"total"` // on the whole list, before the filter
	Found int          `json:"found"` // after it
}

// ListSort is an order of My Blacklist.
type ListSort string

const (
	SortNewest      ListSort = "newest" // the default; came onto the list last, by an import or a change too
	SortOldest      ListSort = "oldest"
	SortMade        ListSort = "made" // by Mark.At, the newest first
	SortName        ListSort = "name" // those without a name last
	SortReason      ListSort = "reason"
	SortMarketplace ListSort = "marketplace"
)

// ListedMark is a mark with what the list shows beside it.
type ListedMark struct {
	Mark
	Store  string `json:"store,omitempty"`  // of the order on which it was made
	Shared string `json:"shared,omitempty"` // RFC 3339; when it was shared; empty: it is not
	Orders int    `json:"orders"`           // of this buyer in the history
}

// Change gives a mark that stands another reason or note. The mark that comes of
// it takes the old one's place.
type Change struct {
	ID     string  `json:"id"` // of the change, as NewMark.ID
	Mark   string  `json:"mark"`
	Reason string  `json:"reason,omitempty"` // empty: as it is
	Note   *string `json:"note,omitempty"`   // absent: as it is
}

// ChangesBody carries changes.
type ChangesBody struct {
	Changes []Change `json:"changes"` // 1 to MaxMarks
}

// Facet is one value that can be filtered by.
type Facet struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Facets is what My Blacklist can be filtered by, most frequent first, at most 50
// each. Each list is counted under the rest of the filter, without what that says
// of the list itself.
type Facets struct {
	Marketplaces []Facet `json:"marketplaces"`
	Reasons      []Facet `json:"reasons"`
	Stores       []Facet `json:"stores"`
	By           []Facet `json:"by"`
	Via          []Facet `json:"via"`
}

// Act is a kind of thing that was done.
type Act string

const (
	ActMarked    Act = "marked"
	ActReplaced  Act = "replaced"
	ActCancelled Act = "cancelled"
	ActShared    Act = "shared"
	ActWithdrawn Act = "withdrawn"
	ActImported  Act = "imported" // a whole import
	ActUndone    Act = "undone"   // a whole import
	ActForgotten Act = "forgotten"
	ActJoined    Act = "joined"
	ActSplit     Act = "split"
	ActPushed    Act = "pushed" // to a marketplace's own list
)

// ActivityQuery asks for what was done, newest first.
type ActivityQuery struct {
	Acts   []Act  `json:"acts,omitempty"` // empty: all
	Text   string `json:"text,omitempty"` // part of an id or a name
	Since  string `json:"since,omitempty"`
	Until  string `json:"until,omitempty"`
	Cursor string `json:"cursor,omitempty"`
	Limit  int    `json:"limit,omitempty"` // 1 to 100; 50 where it is 0
}

// Activity is one thing that was done.
type Activity struct {
	At     string      `json:"at"` // RFC 3339, UTC
	Act    Act         `json:"act"`
	Keys   []buyer.Key `json:"keys,omitempty"`
	Name   string      `json:"name,omitempty"`
	Reason string      `json:"reason,omitempty"`
	Order  *Order      `json:"order,omitempty"`
	By     string      `json:"by,omitempty"`
	Via    Via         `json:"via,omitempty"`
	Import string      `json:"import,omitempty"`
	Count  int         `json:"count,omitempty"` // of an import
}

// ActivityList is a page of what was done.
type ActivityList struct {
	Activity []Activity `json:"activity"`
	Next     string     `json:"next,omitempty"`
}

// HitsQuery asks for recent buyers whom other sellers reported.
type HitsQuery struct {
	Days   int    `json:"days,omitempty"` // of orders; 1 to 90; 21 where it is 0
	Cursor string `json:"cursor,omitempty"`
	Limit  int    `json:"limit,omitempty"` // 1 to 100; 50 where it is 0
}

// Hit is a buyer of a recent order whom other sellers reported.
type Hit struct {
	Order  Order       `json:"order"`  // the newest
	Placed string      `json:"placed"` // RFC 3339; or when a page showed it first, where that is not known
	Seen   string      `json:"seen"`   // RFC 3339; when a page showed it last
	Name   string      `json:"name,omitempty"`
	Keys   []buyer.Key `json:"keys"`
	Others Others      `json:"others"`
	Mark   *Mark       `json:"mark,omitempty"` // the seller's own
}

// Hits is a page of them, newest first.
type Hits struct {
	Hits []Hit  `json:"hits"`
	Next string `json:"next,omitempty"`
}

// TrendWeeks is how many weeks a trend tells of: as far back as hits are looked for.
const TrendWeeks = 13

// Trend is the last weeks in counts, the oldest first. It names no buyer.
type Trend struct {
	Weeks []TrendWeek `json:"weeks"`
}

// TrendWeek is what was done in seven days. An import is no work of a week: its
// marks are not counted.
type TrendWeek struct {
	From      string `json:"from"`      // RFC 3339, UTC; the next one begins seven days later
	Orders    int    `json:"orders"`    // placed then, of buyers who are known
	Reported  int    `json:"reported"`  // of these, of buyers whom other sellers report now
	Marked    int    `json:"marked"`    // buyers, replaced marks among them
	Cancelled int    `json:"cancelled"` // marks
	Shared    int    `json:"shared"`    // reports that the cloud confirmed
	Withdrawn int    `json:"withdrawn"`
}

// Severity of a finding.
type Severity string

const (
	Fine    Severity = "fine"
	Warning Severity = "warning" // it works, and somebody should look
	Broken  Severity = "broken"
)

// Finding is what a check of the daemon found, with the remedy.
type Finding struct {
	Check    string         `json:"check"` // stable code: index, journal, disk, port, browser, clock, cloud, rights, backups, sites
	Severity Severity       `json:"severity"`
	Problem  *problem.Error `json:"problem,omitempty"`
}

// StorageUse is how much one room keeps.
type StorageUse struct {
	Room  string `json:"room"` // marks, orders, cloud, backups, other
	Bytes int64  `json:"bytes"`
}

// Diagnostics is how the daemon and its disk are. It holds no buyer, no secret.
type Diagnostics struct {
	Folder   string       `json:"folder"`
	Free     int64        `json:"free"` // bytes on that disk
	Storage  []StorageUse `json:"storage"`
	Findings []Finding    `json:"findings"`
	Log      []string     `json:"log"` // the last lines, at most 200
}

// PastMark is a mark of a buyer in the course of time: one that stands, or one
// that another took the place of or that was cancelled.
type PastMark struct {
	Mark
	Ended    string `json:"ended,omitempty"`    // RFC 3339; empty: it stands
	Replaced bool   `json:"replaced,omitempty"` // by another mark
}

// Money is orders of one buyer in one currency. Orders without an amount are
// counted in none.
type Money struct {
	Currency string `json:"currency"` // ISO 4217
	Orders   int    `json:"orders"`
	Total    int64  `json:"total"` // in hundredths of the currency's unit
}

// Course is how orders went, as far as the words of their state on the pages say.
type Course struct {
	Refunded  int `json:"refunded"` // or returned
	Disputed  int `json:"disputed"`
	Cancelled int `json:"cancelled"`
}
