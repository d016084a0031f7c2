package cloudlink_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"blackmark/daemon/cloud"
	"blackmark/daemon/cloudlink"
	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

const (
	patience = 20 * time.Second // for something to happen at all
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

// sky is a real cloud server behind a wire that a test can cut and meddle with.
type sky struct {
	t      testing.TB
	clock  *clock
	dir    string
	set    cloud.Settings
	server *cloud.Server
	stop   func()
	wire   *crossing
}

// friends are the settings of a circle of friends: everybody counts at once.
func friends() cloud.Settings {
	s := cloud.DefaultSettings()
	s.Quorum, s.AgeDays, s.BranchCap = 1, 0, 0
	s.Joins, s.Requests = 1<<20, 1<<20
	return s
}

func newSky(t testing.TB, c *clock, s cloud.Settings) *sky {
	t.Helper()
	y := &sky{t: t, clock: c, dir: t.TempDir(), set: s}
	y.set.Interval = 3600 // tests publish by hand
	y.wire = newCrossing(t)
	y.start()
	t.Cleanup(func() { y.stop() })
	return y
}

func (y *sky) start() {
	y.t.Helper()
	server, err := cloud.Open(cloud.Config{Dir: y.dir, Addr: "127.0.0.1:0", Advertise: y.wire.address,
		Settings: y.set, Now: y.clock.now})
	if err != nil {
		y.t.Fatal(err)
	}
	y.server = server
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx) }()
	y.wire.open(y.dir, server.Address())
	y.stop = sync.OnceFunc(func() {
		y.wire.behind.Store("")
		cancel()
		if err := errors.Join(<-done, server.Close()); err != nil {
			y.t.Error(err)
		}
	})
}

func (y *sky) restart() {
	y.stop()
	y.start()
}

func (y *sky) publish() {
	y.t.Helper()
	if err := y.server.Publish(context.Background()); err != nil {
		y.t.Fatal(err)
	}
}

func (y *sky) operate(command string, in, out any) {
	y.t.Helper()
	o, err := cloud.OpenOperator(cloud.Config{Dir: y.dir, Now: y.clock.now})
	if err != nil {
		y.t.Fatal(err)
	}
	defer o.Close()
	if err := o.Do(context.Background(), command, in, out); err != nil {
		y.t.Fatal(command, err)
	}
}

func (y *sky) invitation() string {
	y.t.Helper()
	var made cloud.Invited
	y.operate("invite", cloud.InviteQuery{Uses: 1, Days: 30}, &made)
	return made.Invitation
}

// reports is how many rows the cloud's store holds.
func (y *sky) reports() (n int) {
	var stats cloud.ServerStats
	y.operate("stats", struct{}{}, &stats)
	for _, l := range stats.Lists {
		n += l.Reports
	}
	return n
}

// crossing is the wire between a daemon and the cloud. It speaks with the
// cloud's own TLS key, so that what it meddles with is not refused for that.
type crossing struct {
	t        testing.TB
	address  string
	listener net.Listener
	cert     atomic.Pointer[tls.Certificate]
	behind   atomic.Value // address of the server; empty: cut
	twice    atomic.Bool  // every request is delivered twice
	meddle   atomic.Value // meddler: changes answers
	saw      atomic.Value // watcher: sees requests
	body     atomic.Value // bodyWatcher
	requests atomic.Int64
	back     *http.Client
}

// meddler gives another answer in the place of the server's; nil cuts it off.
type meddler func(path string, body []byte) []byte

type watcher func(*http.Request)

type bodyWatcher func(path string, body []byte)

func newCrossing(t testing.TB) *crossing {
	t.Helper()
	c := &crossing{t: t, back: &http.Client{Timeout: patience, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}}
	c.behind.Store("")
	c.meddle.Store(meddler(nil))
	c.saw.Store(watcher(nil))
	c.body.Store(bodyWatcher(nil))
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.listener, c.address = l, l.Addr().String()
	server := &http.Server{Handler: c, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	server.SetKeepAlivesEnabled(false) // so that a new key shows at once
	config := &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		if cert := c.cert.Load(); cert != nil {
			return cert, nil
		}
		return nil, errors.New("no server yet")
	}}
	go func() { _ = server.Serve(tls.NewListener(l, config)) }()
	t.Cleanup(func() { _ = server.Close(); c.back.CloseIdleConnections() })
	return c
}

// open lets the wire lead to a server that runs on a folder.
func (c *crossing) open(dir, address string) {
	c.t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "tls.key"))
	if err != nil {
		c.t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		c.t.Fatal(err)
	}
	c.cert.Store(selfSigned(c.t, key))
	c.behind.Store(address)
}

func selfSigned(t testing.TB, key any) *tls.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.(crypto.Signer).Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// ServeHTTP passes a request on, once or twice, and the answer back.
func (c *crossing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.requests.Add(1)
	if saw := c.saw.Load().(watcher); saw != nil {
		saw(r)
	}
	body, err := io.ReadAll(r.Body)
	if saw := c.body.Load().(bodyWatcher); saw != nil {
		saw(r.URL.Path, body)
	}
	address := c.behind.Load().(string)
	if err != nil || address == "" {
		panic(http.ErrAbortHandler)
	}
	status, answer := c.pass(r, address, body)
	if c.twice.Load() && r.Method == http.MethodPost && r.URL.Path != "/v1/join" {
		// What the first delivery answered is lost on the way.
		again, second := c.pass(r, address, body)
		if again != 0 {
			status, answer = again, second
		}
	}
	if status == 0 {
		panic(http.ErrAbortHandler)
	}
	if meddle := c.meddle.Load().(meddler); meddle != nil {
		if answer = meddle(r.URL.Path, answer); answer == nil {
			panic(http.ErrAbortHandler)
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

func (c *crossing) pass(r *http.Request, address string, body []byte) (int, []byte) {
	request, err := http.NewRequestWithContext(r.Context(), r.Method, "https://"+address+r.URL.Path, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	request.Header = r.Header.Clone()
	response, err := c.back.Do(request)
	if err != nil {
		return 0, nil
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil
	}
	return response.StatusCode, answer
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
		Rejudge: time.Minute, Poll: 5 * time.Millisecond, Request: 5 * time.Second}}
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
	all := s.link.Lookup([][]buyer.Key{keys})
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
	s.clock.move(2 * time.Minute)
	s.eventually("the outbox is empty", func() bool { return s.state().Outbox == 0 })
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

func (y *sky) version() (v uint64) {
	var stats cloud.ServerStats
	y.operate("stats", struct{}{}, &stats)
	for _, l := range stats.Lists {
		if l.Marketplace == "aliexpress" {
			v = max(v, l.Version)
		}
	}
	return v
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
