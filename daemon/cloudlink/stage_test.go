package cloudlink_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"blackmark/daemon/cloudlink"
	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

const (
	patience = 2 * time.Minute // for something to happen at all
	day      = 24 * time.Hour
)

// clock is moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

// logged is a log that can be read while it is written.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// seller is a daemon without its door: stores and a link.
type seller struct {
	t      testing.TB
	clock  *clock
	dir    string
	pace   cloudlink.Pace
	log    *logged
	ledger *ledger.Ledger
	orders *orders.Store
	link   *cloudlink.Link
	stop   func()
}

func newSeller(t testing.TB, c *clock) *seller {
	t.Helper()
	s := &seller{t: t, clock: c, dir: t.TempDir(), log: &logged{}, pace: cloudlink.Pace{
		Sync: time.Minute, Background: time.Nanosecond, Backoff: time.Nanosecond, MaxBackoff: time.Nanosecond,
		Rejudge: time.Minute, Poll: 5 * time.Millisecond,
		Request: patience}} // a busy machine answers late, and a clock that stands tries nothing again
	s.open()
	t.Cleanup(func() { s.stop() })
	return s
}

func (s *seller) open() {
	s.t.Helper()
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	s.orders, err = orders.Open(orders.Config{Dir: filepath.Join(s.dir, "orders"), Now: s.clock.now, MinFree: 1, Log: log})
	s.ok(err)
	s.ledger, err = ledger.Open(ledger.Config{Dir: filepath.Join(s.dir, "ledger"), Now: s.clock.now, MinFree: 1, Log: log})
	s.ok(err)
	s.link, err = cloudlink.Open(cloudlink.Config{Dir: filepath.Join(s.dir, "cloud"), Ledger: s.ledger, Orders: s.orders,
		MinFree: 1, Now: s.clock.now, Log: log, Pace: s.pace})
	s.ok(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func(link *cloudlink.Link) { done <- link.Run(ctx) }(s.link)
	s.stop = sync.OnceFunc(func() {
		cancel()
		s.ok(<-done)
		s.ok(s.link.Close())
		s.ok(s.ledger.Close())
		s.ok(s.orders.Close())
	})
}

func (s *seller) restart() {
	s.stop()
	s.open()
}

func (s *seller) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *seller) join(y *sky) {
	s.t.Helper()
	s.ok(s.link.Join(context.Background(), y.invitation()))
}

func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

func ali(id string) buyer.Key { return buyer.Key{Marketplace: "aliexpress", Kind: "ali_id", ID: id} }
func aliLogin(id string) buyer.Key {
	return buyer.Key{Marketplace: "aliexpress", Kind: "login_id", ID: id}
}

// sold notes an order of a buyer, seen now.
func (s *seller) sold(number string, keys ...buyer.Key) {
	s.t.Helper()
	_, err := s.orders.See(context.Background(), []orders.Sighting{{Marketplace: keys[0].Marketplace, Region: keys[0].Region,
		Number: number, Keys: keys, Source: orders.FromDefinition}})
	s.ok(err)
}

func (s *seller) mark(m ledger.NewMark) ledger.Mark {
	s.t.Helper()
	if m.ID == "" {
		m.ID = newID()
	}
	if m.Via == "" {
		m.Via = ledger.ViaClick
	}
	if m.Reason == "" {
		m.Reason = "returns"
	}
	outcomes, err := s.ledger.Mark(context.Background(), []ledger.NewMark{m})
	s.ok(err)
	if outcomes[0].Problem != nil {
		s.t.Fatal(outcomes[0].Problem)
	}
	return *outcomes[0].Mark
}

func (s *seller) cancel(mark string) {
	s.t.Helper()
	outcomes, err := s.ledger.Cancel(context.Background(), []ledger.NewCancel{{ID: newID(), Mark: mark}})
	s.ok(err)
	if outcomes[0].State != ledger.CancelledNow {
		s.t.Fatal(outcomes[0])
	}
}

// shares marks a buyer of an order and shares the mark.
func (s *seller) shares(number, reason string, keys ...buyer.Key) ledger.Mark {
	s.t.Helper()
	s.sold(number, keys...)
	m := s.mark(ledger.NewMark{Keys: keys, Reason: reason})
	s.ok(s.link.Share(context.Background(), wire.ShareQuery{Mark: m.ID}))
	return m
}

func (s *seller) state() wire.Sharing {
	s.t.Helper()
	state, err := s.link.State()
	s.ok(err)
	return state
}

func (s *seller) others(keys ...buyer.Key) wire.Others {
	s.t.Helper()
	all := s.link.Lookup("aliexpress", "1", [][]buyer.Key{keys})
	if all == nil {
		return wire.Others{State: wire.OthersOff}
	}
	return all[0]
}

// eventually waits for something; the clock goes on a little, as it would.
func (s *seller) eventually(what string, holds func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			state, _ := s.link.State()
			s.t.Fatalf("never: %s\nstate %+v\nproblem %v\nlog %s", what, state, state.Problem, s.log)
		}
	}
}

// drained waits until nothing waits to be sent, once the delay is over.
func (s *seller) drained() {
	s.t.Helper()
	tries := 0
	s.eventually("the outbox is empty", func() bool {
		if tries++; tries%100 == 1 { // a request that failed since then waits for the clock again
			s.clock.move(2 * time.Minute)
		}
		return s.state().Outbox == 0
	})
}

// synced has the list looked at and waits until it is of the cloud's version.
func (s *seller) synced(y *sky) {
	s.t.Helper()
	y.publish()
	want, made := y.version(), s.clock.now().UTC().Format(time.RFC3339)
	tries := 0
	s.eventually("the list is the newest", func() bool {
		if tries++; tries%100 == 1 { // a round that had begun before does not count
			s.clock.move(2 * time.Minute)
		}
		for _, l := range s.state().Lists {
			if l.Marketplace == "aliexpress" {
				return l.Version >= want && l.Made >= made
			}
		}
		return false
	})
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return problem.Of(err).Code
}

func stock(i int) buyer.Key { return ali(strconv.Itoa(700_000_000 + i)) }

// stockUp makes n orders of n buyers, and marks them all.
func (s *seller) stockUp(n int) {
	s.t.Helper()
	for i := 0; i < n; i += 100 {
		var seen []orders.Sighting
		var marks []ledger.NewMark
		for j := i; j < min(n, i+100); j++ {
			seen = append(seen, orders.Sighting{Marketplace: "aliexpress", Number: strconv.Itoa(8_000_000_000_000_000 + j),
				Keys: []buyer.Key{stock(j)}, Source: orders.FromDefinition})
			marks = append(marks, ledger.NewMark{ID: newID(), Keys: []buyer.Key{stock(j)}, Reason: "returns", Via: ledger.ViaImport})
		}
		_, err := s.orders.See(context.Background(), seen)
		s.ok(err)
		outcomes, err := s.ledger.Mark(context.Background(), marks)
		s.ok(err)
		for _, o := range outcomes {
			if o.Problem != nil {
				s.t.Fatal(o.Problem)
			}
		}
	}
}
