package cloudlink_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"blackmark/daemon/cloud"
)

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
	if c.twice.Load() && r.Method == http.MethodPost {
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
