package wire

import "blackmark/shared/buyer"

// Order names one order.
type Order struct {
	Marketplace string `json:"marketplace"`
	Region      string `json:"region,omitempty"`
	Number      string `json:"number"`
}

// Source says how an identity was read.
type Source string

const (
	FromDefinition Source = "definition" // at a place that the site's definition names
	FromSweep      Source = "sweep"      // found by field name in a response that no definition describes
)

// Sighting is what a page showed of one order. Keys come as the page gives
// them; the daemon brings them into canonical form and drops what is none.
type Sighting struct {
	Order    *Order      `json:"order,omitempty"` // absent where a buyer stands without an order
	Keys     []buyer.Key `json:"keys,omitempty"`
	Name     string      `json:"name,omitempty"`   // as shown; never decides anything
	Source   Source      `json:"source,omitempty"` // of the keys
	Store    string      `json:"store,omitempty"`
	Status   string      `json:"status,omitempty"`
	Country  string      `json:"country,omitempty"`
	Currency string      `json:"currency,omitempty"`
	Total    *int64      `json:"total,omitempty"`  // in hundredths of the currency's unit
	Placed   string      `json:"placed,omitempty"` // RFC 3339
	Why      Why         `json:"why,omitempty"`    // why the page gave no key, where it says so
}

// Row is a row of a page that waits for an answer. Row is the content
// script's own name for it: the answer comes back under it.
type Row struct {
	Row string `json:"row"`
	Sighting
}

// Watch asks for the rows of a page and to be told when an answer changes. A
// row sent again replaces what was said of it.
type Watch struct {
	Type string `json:"type" ts:"'watch'"`
	ID   int64  `json:"id"`
	Page string `json:"page"` // random name of one life of one page
	Site string `json:"site"`
	Rows []Row  `json:"rows"`
}

// Unwatch forgets rows of a page, or the page where Rows is empty.
type Unwatch struct {
	Type string   `json:"type" ts:"'unwatch'"`
	ID   int64    `json:"id"`
	Page string   `json:"page"`
	Rows []string `json:"rows,omitempty"`
}

// Seen tells of orders whose buyer was named somewhere else than in a row.
type Seen struct {
	Type      string     `json:"type" ts:"'seen'"`
	ID        int64      `json:"id"`
	Site      string     `json:"site"`
	Sightings []Sighting `json:"sightings"`
}

// State is what a row shows.
type State string

const (
	Clear        State = "clear"        // a known buyer without a mark
	Black        State = "black"        // on My Blacklist
	Stale        State = "stale"        // a marked name that may have changed hands since
	Unidentified State = "unidentified" // no identity yet; Why says what to do
	Unmarkable   State = "unmarkable"   // there is none to be had; Why says why
)

// Why explains Unidentified and Unmarkable.
type Why string

const (
	NoIdentity    Why = "no_identity"                // the page names nobody; opening the messages page helps where there is one
	Masked        Why = "masked"                     // the page hides part of the value
	RegionUnknown Why = "region_unknown"             // the marketplace counts buyers per region and the page does not say which
	Contradiction Why = "contradiction"              // two places name different buyers for this order
	BadKey        Why = "bad_key"                    // the value is not an identifier
	SharedByAll   Why = "key_shared_by_all"          // the value stands on orders of many different people
	NoBuyers      Why = "marketplace_without_buyers" // this marketplace shows sellers no buyer identity
	NoOrder       Why = "no_order"                   // the row shows no order number that could be read
)

// Answer is what is known of a row's buyer.
type Answer struct {
	Row    string      `json:"row"`
	State  State       `json:"state"`
	Why    Why         `json:"why,omitempty"`
	Keys   []buyer.Key `json:"keys,omitempty"` // canonical; two rows with an equal first key are one buyer
	Mark   *Mark       `json:"mark,omitempty"`
	Orders int         `json:"orders"`           // orders of this buyer in the history, this one included
	Others *Others     `json:"others,omitempty"` // absent: the seller has not joined
	// Maybe is a mark on another key that may be this buyer's: one order alone says
	// so, or more do and the mark is older than that. The row is not black, the
	// seller is asked (AliasQuery).
	Maybe *Maybe `json:"maybe,omitempty"`
}

// Maybe asks whether a buyer is one whom the seller marked under another name.
type Maybe struct {
	Key   buyer.Key `json:"key"`   // of this buyer
	Other buyer.Key `json:"other"` // on the mark
	Mark  *Mark     `json:"mark"`
}

// Answers answers a Watch (ID is its id) or follows by itself (ID is 0).
type Answers struct {
	Type    string   `json:"type" ts:"'answers'"`
	ID      int64    `json:"id"`
	Page    string   `json:"page"`
	Answers []Answer `json:"answers"`
}
