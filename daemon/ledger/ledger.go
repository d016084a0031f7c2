// Package ledger is My Blacklist.
package ledger

import (
	"context"
	"log/slog"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// Config says where and how a ledger is kept.
type Config struct {
	Dir     string           // its own folder, made where it is missing
	MinFree uint64           // bytes that must stay free on the disk; 0 means 256 MiB
	Now     func() time.Time // nil means time.Now
	Log     *slog.Logger     // nil means none
	// Refuse tells whether a key stands for too many buyers to mean one. It
	// may be nil.
	Refuse func(buyer.Key) (bool, error)
}

// Ledger is an open My Blacklist.
type Ledger struct{}

var errNotYet = problem.New(problem.Unavailable, "starting", "the ledger is starting", "try again")

func Open(c Config) (*Ledger, error) { return &Ledger{}, nil }
func (l *Ledger) Mark(ctx context.Context, marks []NewMark) ([]Outcome, error) {
	return nil, errNotYet
}
func (l *Ledger) Cancel(ctx context.Context, cancels []NewCancel) ([]Cancelled, error) {
	return nil, errNotYet
}
func (l *Ledger) Find(keys []buyer.Key) (Match, error)            { return Match{}, nil }
func (l *Ledger) FindAll(lists [][]buyer.Key) ([]Match, error)    { return make([]Match, len(lists)), nil }
func (l *Ledger) List(q Query) (Page, error)                      { return Page{}, nil }
func (l *Ledger) Get(id string) (Mark, error)                     { return Mark{}, errNotYet }
func (l *Ledger) Counts() Counts                                  { return Counts{} }
func (l *Ledger) Subscribe() (changes <-chan Change, stop func()) { return nil, func() {} }
func (l *Ledger) Health() Health                                  { return Health{} }
func (l *Ledger) Close() error                                    { return nil }
