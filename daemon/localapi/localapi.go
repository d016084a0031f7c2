// Package localapi is the daemon's door on the loopback interface: the gate,
// the HTTP API and the socket over which extension and command line ask,
// mark and are told of changes.
//
// It may import daemon/ledger, daemon/orders, daemon/settings, daemon/disk and
// shared; what it calls is given to it. It never listens beyond 127.0.0.1, never answers a
// caller who has not proved itself, sends no CORS header, and never logs a
// buyer's id, a name, a note or a secret.
package localapi

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"blackmark/daemon/disk"
	"blackmark/daemon/ledger"
	"blackmark/daemon/ledger/marklist"
	"blackmark/daemon/localapi/pairing"
	"blackmark/daemon/native"
	"blackmark/daemon/orders"
	"blackmark/daemon/settings"
	"blackmark/daemon/sites"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

//go:generate go run ./openapi

// Limits of the door.
const (
	MaxSockets       = 32 // in all
	MaxClientSockets = 8  // of one client
	maxUnproven      = 64 // connections that have proved nothing yet; the oldest gives way
	maxHeader        = 16 << 10
	headerLimit      = 3 * time.Second
	requestLimit     = 30 * time.Second
	closeLimit       = 3 * time.Second
)

// Config is what a Server stands on.
type Config struct {
	Ports     []int // tried in order, 0 means any that is free; nil means wire.Ports
	Ledger    *ledger.Ledger
	Orders    *orders.Store
	Folder    *settings.Folder // of the paired browsers and the command line's key
	Sites     *sites.Sites
	Natives   *native.Lists
	Sharing   Sharing   // nil means that there is none
	Transfers Transfers // nil means that there are none
	Backups   Backups   // nil means that there are none
	// Findings looks for what is wrong with the data folder; nil means that nobody does.
	Findings func(context.Context) []wire.Finding
	// LogLines are the last lines of the log; nil means that they are not kept.
	LogLines func() []string
	Version  string           // of the program
	MinFree  uint64           // bytes that must stay free on the disk; 0 means 256 MiB
	Now      func() time.Time // nil means time.Now
	Log      *slog.Logger     // nil means none
}

// Server is an open door. It answers once Serve runs.
type Server struct {
	config   Config
	listener *doorListener
	address  string // as Host and transcript must name it
	started  time.Time
	key      []byte // of the command line

	roster    *roster
	tokens    *tokens
	window    *pairing.Window
	sessions  *sessions
	uploads   *uploads
	blacklist *marklist.List
	doors     doors
	routes    func() []Door
	http      *http.Server

	stop    context.CancelFunc
	working sync.WaitGroup
}

// ErrPorts says that every port is taken.
var ErrPorts = problem.New(problem.Unavailable, "ports_taken",
	"every port that Blackmark may use is taken by another program",
	"end the other program, or the other Blackmark; `blackmark doctor` shows which ports are taken")

// Open takes the first free port of 127.0.0.1. Close gives it back.
func Open(c Config) (*Server, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.MinFree == 0 {
		c.MinFree = disk.DefaultMinFree
	}
	if c.Ports == nil {
		c.Ports = wire.Ports
	}
	key, err := c.Folder.LocalKey()
	if err != nil {
		return nil, err
	}
	known, err := openRoster(c.Folder)
	if err != nil {
		return nil, err
	}
	files, err := openUploads(c.Folder.Path(uploadsDir), c.MinFree, c.Now)
	if err != nil {
		return nil, err
	}
	listener, err := listen(c.Ports)
	if err != nil {
		return nil, err
	}
	s := &Server{
		config:    c,
		listener:  listener,
		address:   listener.Addr().String(),
		started:   c.Now(),
		key:       key,
		roster:    known,
		tokens:    newTokens(c.Now),
		window:    &pairing.Window{Now: c.Now},
		sessions:  newSessions(),
		uploads:   files,
		blacklist: newList(c),
		doors:     doors{},
	}
	s.http = &http.Server{
		Handler:           s.unbroken(s.gate(s.router())),
		ReadHeaderTimeout: headerLimit,
		ReadTimeout:       requestLimit,
		WriteTimeout:      requestLimit,
		MaxHeaderBytes:    maxHeader,
		ConnContext:       keepConn,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	// One request a connection: what follows a request was not asked of the gate.
	s.http.SetKeepAlivesEnabled(false)
	return s, nil
}

// Address is where the server listens, as `127.0.0.1:17483`.
func (s *Server) Address() string { return s.address }

// Serve answers until ctx ends or Close is called, then returns nil. Any
// other end is its error. It is called once.
func (s *Server) Serve(ctx context.Context) error {
	ctx, s.stop = context.WithCancel(ctx)
	defer s.stop()
	s.follow(ctx)
	s.working.Go(func() { s.uploads.sweepUntil(ctx) })
	shut := make(chan struct{})
	go func() {
		defer close(shut)
		<-ctx.Done()
		s.shut()
	}()
	err := s.http.Serve(s.listener)
	s.stop()
	<-shut // no request begins after it, so that all that work are counted
	s.working.Wait()
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// shut stops listening, lets requests in flight end, and closes every socket.
func (s *Server) shut() {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	_ = s.http.Shutdown(ctx)
	s.sessions.closeAll()
	_ = s.http.Close()
}

// Close ends the server and gives the port back.
func (s *Server) Close() error {
	s.shut()
	s.blacklist.Close()
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
