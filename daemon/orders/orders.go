// Package orders remembers the orders that were seen on pages, and which
// buyer each was placed by: so a row that shows only a name is identified once
// any other page named its buyer.
//
// It may import daemon/disk, daemon/feed and shared. What it holds is wanted but can
// be lost: a store that is damaged is moved aside and begun anew. It never
// decides who is marked, never gives out a buyer's keys where pages disagree,
// and never logs an order number, a name or an id.
package orders

import (
	"log/slog"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// How a sighting came to know its buyer. A definition knows the field; a
// sweep guesses by the shape of fields, so a definition always beats it.
const (
	FromDefinition = "definition"
	FromSweep      = "sweep"
)

// Limits.
const (
	MaxSightings     = 1000                     // in one call
	DefaultRetention = 2 * 365 * 24 * time.Hour // an order not seen for so long is forgotten

	// A key on so many orders with so many different names is no buyer's own.
	SharedOrders = 20
	SharedNames  = 5
)

// Sighting is an order as a page showed it.
type Sighting struct {
	Marketplace string      `json:"marketplace"`
	Region      string      `json:"region,omitempty"`
	Number      string      `json:"number"`
	Keys        []buyer.Key `json:"keys,omitempty"`
	Name        string      `json:"name,omitempty"` // of the recipient or buyer, as shown
	Store       string      `json:"store,omitempty"`
	Status      string      `json:"status,omitempty"`
	Currency    string      `json:"currency,omitempty"` // ISO 4217
	Country     string      `json:"country,omitempty"`
	TotalMinor  *int64      `json:"total_minor,omitempty"` // in the currency's smallest unit
	PlacedAt    *time.Time  `json:"placed_at,omitempty"`
	Source      string      `json:"source"` // FromDefinition or FromSweep
	Site        string      `json:"site,omitempty"`
}

// Order is all that is known of one order. Its keys are canonical; there are
// none where the buyer is not known, where pages disagree, and where the only
// keys stand for many buyers.
//
// Keys are those of the objects that named the buyer first. Apart are keys under
// which other pages know this order: one order alone does not tell that they are
// the same buyer's (Evidence does, over several).
type Order struct {
	Sighting
	Apart     [][]buyer.Key `json:"-"`
	FirstSeen time.Time     `json:"first_seen"`
	LastSeen  time.Time     `json:"last_seen"` // exact to an hour
	Conflict  bool          `json:"conflict,omitempty"`
}

// Seen is what became of a sighting.
type Seen struct {
	Order    Order
	Changed  bool             // the keys given out became known, or are others now
	Related  []buyer.Key      // keys of which Evidence gives something else now, or which are refused now
	Problems []*problem.Error // keys that were dropped, and why; with an empty order: why nothing was kept
}

// Ref names an order.
type Ref struct {
	Marketplace string `json:"marketplace"`
	Region      string `json:"region,omitempty"`
	Number      string `json:"number"`
}

// Changed tells a subscriber that the keys of an order are others now. What is read
// once Version gives this version, or a later one, is as it is since then.
type Changed struct {
	Ref
	Version uint64
	Shared  buyer.Key // turned out to stand for many buyers, on this order too; zero: none did
}

// Config says where and how orders are kept.
type Config struct {
	Dir       string           // its own folder, made where it is missing
	Now       func() time.Time // nil means time.Now
	Retention time.Duration    // 0 means DefaultRetention
	MinFree   uint64           // bytes that must stay free on the disk; 0 means 256 MiB
	Log       *slog.Logger     // nil means none
}

// What a sighting can be refused for.
var (
	ErrMany = problem.New(problem.TooLarge, "sightings_many",
		"too many orders in one request", "send at most 1,000 at once")
	ErrNumber = problem.New(problem.Invalid, "order_number",
		"this is not an order number of this marketplace", "check the page's definition")
	ErrRegion = problem.New(problem.Invalid, "order_region",
		"this is not a region", "a region has two letters, as `br`")
	ErrSource = problem.New(problem.Invalid, "source_unknown",
		"it is not known how this order was read", "use definition or sweep")
	ErrKeyElsewhere = problem.New(problem.Invalid, "key_elsewhere",
		"this identifier is of another marketplace or region than the order", "check the page's definition")
	ErrKeyTwice = problem.New(problem.Invalid, "keys_contradict",
		"one order names two buyers", "check the page's definition")
	ErrClosed = problem.New(problem.Unavailable, "orders_closed",
		"Blackmark is stopping", "try again when it runs")
)
