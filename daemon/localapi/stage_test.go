package localapi_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/localapi"
	"blackmark/daemon/localapi/socket"
	"blackmark/daemon/native"
	"blackmark/daemon/orders"
	"blackmark/daemon/settings"
	"blackmark/daemon/sites"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

const (
	chromium = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"
	firefox  = "moz-extension://0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
	patience = 2 * time.Minute // for something to happen at all
)

// clock is a time that stands until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

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

// stage is a daemon's door with real stores behind it.
type stage struct {
	t         testing.TB
	dir       string
	clock     *clock
	log       *logged
	folder    *settings.Folder
	sites     *sites.Sites
	natives   *native.Lists
	ledger    *ledger.Ledger
	orders    *orders.Store
	server    *localapi.Server
	share     localapi.Sharing   // nil: none
	transfers localapi.Transfers // nil: none
	key       []byte
	stop      func()
}

func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir(), log: &logged{},
		clock: &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
	s.open()
	t.Cleanup(func() { s.stop() })
	return s
}

func (s *stage) open() {
	s.t.Helper()
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	s.folder, err = settings.Open(s.dir)
	s.ok(err)
	s.orders, err = orders.Open(orders.Config{Dir: s.folder.Path("orders"), Now: s.clock.now, MinFree: 1, Log: log})
	s.ok(err)
	s.ledger, err = ledger.Open(ledger.Config{Dir: s.folder.Path("ledger"), Now: s.clock.now, MinFree: 1, Log: log, Refuse: s.orders.Refused})
	s.ok(err)
	s.sites, err = sites.Open(sites.Config{Dir: s.folder.Path("sites"), Now: s.clock.now, Log: log})
	s.ok(err)
	s.natives, err = native.Open(native.Config{Dir: s.folder.Path("native"), Now: s.clock.now, MinFree: 1, Log: log})
	s.ok(err)
	s.server, err = localapi.Open(localapi.Config{Ports: []int{0}, Ledger: s.ledger, Orders: s.orders, Sites: s.sites, Natives: s.natives,
		Folder: s.folder, Sharing: s.share, Transfers: s.transfers, MinFree: 1, Version: "test", Now: s.clock.now, Log: log})
	s.ok(err)
	s.key, err = s.folder.LocalKey()
	s.ok(err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.server.Serve(ctx) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		s.ok(<-served)
		s.ok(s.server.Close())
		s.ok(s.sites.Close())
		s.ok(s.natives.Close())
		s.ok(s.ledger.Close())
		s.ok(s.orders.Close())
		s.ok(s.folder.Close())
	})
}

func (s *stage) restart() {
	s.stop()
	s.open()
	s.t.Cleanup(func() { s.stop() })
}

func (s *stage) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) port() int {
	_, text, err := net.SplitHostPort(s.server.Address())
	s.ok(err)
	var port int
	_, err = fmt.Sscan(text, &port)
	s.ok(err)
	return port
}

// line is a command line that has proved itself.
func (s *stage) line() *localapi.Call {
	s.t.Helper()
	call, err := localapi.Dial(s.t.Context(), []int{s.port()}, s.key)
	s.ok(err)
	s.t.Cleanup(call.Close)
	return call
}

// browser is a paired extension.
type browser struct {
	id, origin string
	secret     []byte
}

func (s *stage) openWindow() string {
	s.t.Helper()
	var window wire.Pairing
	call := s.line()
	defer call.Close()
	s.ok(call.Post(s.t.Context(), "/v1/pairing", nil, &window))
	return window.Code
}

// pair pairs a browser with a code, as an extension does.
func (s *stage) pair(origin, code string) (browser, error) {
	conn, err := socket.Dial(s.t.Context(), s.server.Address(), wire.PairPath, origin)
	if err != nil {
		return browser{}, err
	}
	defer conn.Close()
	_ = conn.Limit(time.Now().Add(patience))
	var challenge wire.Challenge
	if err := conn.ReadInto(&challenge); err != nil {
		return browser{}, err
	}
	key, err := wire.CodeKey(code)
	s.ok(err)
	transcript := wire.Transcript{Purpose: wire.ForPairing, DaemonNonce: challenge.Nonce, ClientNonce: wire.NewNonce(),
		Origin: origin, Version: wire.Version, Address: s.server.Address()}
	s.ok(conn.Write(wire.Pair{Type: "pair", Version: wire.Version, Nonce: transcript.ClientNonce,
		Address: transcript.Address, Browser: "Test Browser", Proof: wire.Proof(key, wire.ClientSide, transcript)}))
	data, err := conn.Read()
	if err != nil {
		return browser{}, err
	}
	var paired wire.Paired
	if socket.Decode(data, &paired) != nil || paired.Type != "paired" {
		return browser{}, failedOf(data)
	}
	if !wire.ProofFits(key, wire.DaemonSide, transcript, paired.Proof) {
		s.t.Error("the daemon's own proof does not fit")
	}
	secret, err := wire.PairedSecret(key, transcript.DaemonNonce, transcript.ClientNonce)
	return browser{id: paired.Client, origin: origin, secret: secret}, err
}

func (s *stage) paired(origin string) browser {
	s.t.Helper()
	b, err := s.pair(origin, s.openWindow())
	s.ok(err)
	return b
}

func failedOf(data []byte) error {
	var failed wire.Failed
	if err := json.Unmarshal(data, &failed); err != nil || failed.Problem == nil {
		return fmt.Errorf("no problem in %q", data)
	}
	return failed.Problem
}

// prover makes the frame that a browser proves itself with.
func (b browser) prove(nonce, address string) (wire.Prove, wire.Transcript) {
	transcript := wire.Transcript{Purpose: wire.ForSocket, DaemonNonce: nonce, ClientNonce: wire.NewNonce(),
		Origin: b.origin, Client: b.id, Version: wire.Version, Address: address}
	return wire.Prove{Type: "prove", Version: wire.Version, Client: b.id, Nonce: transcript.ClientNonce,
		Address: address, Proof: wire.Proof(b.secret, wire.ClientSide, transcript)}, transcript
}

// peer is a proved socket of a browser.
type peer struct {
	t     testing.TB
	conn  *socket.Conn
	token string
	next  int64
	read  chan []byte
	early [][]byte // pushes that came before an answer
}

// shake opens a socket of a browser and proves both ends.
func (s *stage) shake(b browser) (*socket.Conn, wire.Welcome, error) {
	var welcome wire.Welcome
	conn, err := socket.Dial(s.t.Context(), s.server.Address(), wire.SocketPath, b.origin)
	if err != nil {
		return nil, welcome, err
	}
	s.t.Cleanup(conn.Close)
	_ = conn.Limit(time.Now().Add(patience))
	var challenge wire.Challenge
	if err := conn.ReadInto(&challenge); err != nil {
		return nil, welcome, err
	}
	prove, transcript := b.prove(challenge.Nonce, s.server.Address())
	s.ok(conn.Write(prove))
	data, err := conn.Read()
	if err != nil {
		return nil, welcome, err
	}
	if socket.Decode(data, &welcome) != nil || welcome.Type != "welcome" {
		return nil, welcome, failedOf(data)
	}
	if !wire.ProofFits(b.secret, wire.DaemonSide, transcript, welcome.Proof) {
		s.t.Error("the daemon's own proof does not fit")
	}
	return conn, welcome, conn.Limit(time.Time{})
}

// join opens a socket of a browser and reads from it.
func (s *stage) join(b browser) (*peer, error) {
	conn, welcome, err := s.shake(b)
	if err != nil {
		return nil, err
	}
	p := &peer{t: s.t, conn: conn, token: welcome.Token, read: make(chan []byte, 10_000)}
	go func() {
		defer close(p.read)
		for {
			data, err := conn.Read()
			if err != nil {
				return
			}
			p.read <- data
		}
	}()
	return p, nil
}

func (s *stage) joined(b browser) *peer {
	s.t.Helper()
	p, err := s.join(b)
	s.ok(err)
	return p
}

// receive waits for one message.
func (p *peer) receive() []byte {
	p.t.Helper()
	select {
	case data, open := <-p.read:
		if !open {
			p.t.Fatal("the socket closed")
		}
		return data
	case <-time.After(patience):
		p.t.Fatal("nothing came")
	}
	return nil
}

// closed waits for the socket to close.
func (p *peer) closed() {
	p.t.Helper()
	for {
		select {
		case _, open := <-p.read:
			if !open {
				return
			}
		case <-time.After(patience):
			p.t.Fatal("the socket stays open")
		}
	}
}

func head(data []byte) (kind string, id int64) {
	var h struct {
		Type string `json:"type"`
		ID   int64  `json:"id"`
	}
	_ = json.Unmarshal(data, &h)
	return h.Type, h.ID
}

// ask sends a message and waits for its answer; pushes that come before wait for
// pushed.
func (p *peer) ask(message string) []byte {
	p.t.Helper()
	if err := p.conn.WriteText([]byte(message)); err != nil {
		p.t.Fatal(err)
	}
	for {
		data := p.receive()
		if kind, id := head(data); id != 0 || kind == "failed" {
			return data
		}
		p.early = append(p.early, data)
	}
}

func (p *peer) say(message any) []byte {
	p.t.Helper()
	data, err := json.Marshal(message)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.ask(string(data))
}

func (p *peer) id() int64 {
	p.next++
	return p.next
}

func into[T any](t testing.TB, data []byte) T {
	t.Helper()
	var v T
	if err := socket.Decode(data, &v); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return v
}

func (p *peer) watch(page string, rows ...wire.Row) []wire.Answer {
	p.t.Helper()
	data := p.say(wire.Watch{Type: "watch", ID: p.id(), Page: page, Site: "test", Rows: rows})
	return into[wire.Answers](p.t, data).Answers
}

// pushed waits for the next push.
func (p *peer) pushed() wire.Answers {
	p.t.Helper()
	for {
		var data []byte
		if len(p.early) > 0 {
			data, p.early = p.early[0], p.early[1:]
		} else {
			data = p.receive()
		}
		if kind, id := head(data); kind == "answers" && id == 0 {
			return into[wire.Answers](p.t, data)
		}
	}
}

func (p *peer) mark(marks ...wire.NewMark) []wire.Outcome {
	p.t.Helper()
	return into[wire.Outcomes](p.t, p.say(wire.MarkBuyers{Type: "mark", ID: p.id(), Marks: marks})).Outcomes
}

func newID() string {
	b := make([]byte, 16)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return hex.EncodeToString(b)
}

func shopee(id string) buyer.Key {
	return buyer.Key{Marketplace: "shopee", Region: "br", Kind: "user_id", ID: id}
}

func shopeeName(name string) buyer.Key {
	return buyer.Key{Marketplace: "shopee", Region: "br", Kind: "username", ID: name}
}

func aliOrder(number string) *wire.Order {
	return &wire.Order{Marketplace: "aliexpress", Number: number}
}

func ali(id string) buyer.Key { return buyer.Key{Marketplace: "aliexpress", Kind: "ali_id", ID: id} }

func newMark(k buyer.Key) wire.NewMark {
	return wire.NewMark{ID: newID(), Keys: []buyer.Key{k}, Reason: "returns", Via: wire.ByClick}
}

// raw sends bytes on a new connection and gives all that comes back until the
// daemon closes it or the first answer is whole.
func raw(t testing.TB, address, request string) []byte {
	t.Helper()
	conn, err := net.Dial("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, request); err != nil {
		return nil // cut off while it spoke
	}
	reader := bufio.NewReader(conn)
	first, err := reader.ReadByte()
	if err != nil {
		if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
			t.Fatalf("neither an answer nor an end to %q", firstLine(request))
		}
		return nil
	}
	_ = reader.UnreadByte()
	if strings.Contains(request, "Upgrade: websocket") {
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(response.Status)
	}
	_ = first
	all, _ := io.ReadAll(reader)
	return all
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\r\n")
	return line
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return problem.Of(err).Code
}
