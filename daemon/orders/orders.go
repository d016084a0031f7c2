// Package orders remembers the orders and buyers that were seen on pages.
package orders

import (
	"context"
	"log/slog"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// How a sighting came to know its buyer.
const (
	FromDefinition = "definition" // a page's definition named the field
	FromSweep      = "sweep"      // found in a response by the shape of its fields
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

// Order is all that is known of one order.
type Order struct {
	Sighting
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
	Conflict  bool      `json:"conflict,omitempty"` // equally good pages named two buyers: no key is given out
}

// Seen is what became of a sighting.
type Seen struct {
	Order   Order
	Changed bool             // its buyer's keys became known or are others now
	Problem []*problem.Error // keys that were dropped, and why; or why nothing was kept
}

// Ref names an order.
type Ref struct {
	Marketplace string `json:"marketplace"`
	Region      string `json:"region,omitempty"`
	Number      string `json:"number"`
}

// Changed tells a subscriber that an order's buyer became known or changed.
type Changed = Ref

// Config says where and how orders are kept.
type Config struct {
	Dir       string           // its own folder, made where it is missing
	Now       func() time.Time // nil means time.Now
	Retention time.Duration    // 0 means two years
	MinFree   uint64           // bytes that must stay free on the disk; 0 means 256 MiB
	Log       *slog.Logger     // nil means none
}

// Store is the open order history.
type Store struct{}

func Open(c Config) (*Store, error) { return &Store{}, nil }
func (s *Store) See(ctx context.Context, list []Sighting) ([]Seen, error) {
	return make([]Seen, len(list)), nil
}
func (s *Store) Get(marketplace, region, number string) (Order, bool, error) {
	return Order{}, false, nil
}
func (s *Store) GetAll(refs []Ref) ([]Order, []bool, error) {
	return make([]Order, len(refs)), make([]bool, len(refs)), nil
}
func (s *Store) OfBuyer(keys []buyer.Key, limit int) ([]Order, int, error) { return nil, 0, nil }
func (s *Store) Refused(key buyer.Key) (bool, error)                       { return false, nil }
func (s *Store) Subscribe() (changes <-chan Changed, stop func())          { return nil, func() {} }
func (s *Store) Counts() (orders, buyers int)                              { return 0, 0 }
func (s *Store) Prune(ctx context.Context) (removed int, err error)        { return 0, nil }
func (s *Store) Close() error                                              { return nil }
