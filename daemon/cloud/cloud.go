// Package cloud is the cloud-share server: sellers tell it which buyers cost them
// money, and everybody downloads how many said so.
//
// It has three roles, in one process or in three. The api knows accounts and
// takes reports; it never has the key that turns a buyer's id into a tag. The
// evaluator has that key and no database; it is never told who asks. The
// publisher signs and writes files that are the same for everyone, so that nobody
// has to ask the cloud about a buyer.
//
// It may import daemon/cloud/store, daemon/settings (the lock of a folder),
// daemon/disk and shared. It never sees a
// buyer's id, a name, a note or an order, save when its operator erases a buyer,
// and never logs an account, a tag or an address. Echo stays in router.go.
package cloud

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"blackmark/daemon/cloud/store"
	"blackmark/daemon/disk"
	"blackmark/daemon/settings"
	"blackmark/shared/problem"
)

// Role is one part of the server.
type Role string

const (
	API       Role = "api"
	Eval      Role = "evaluator"
	Publisher Role = "publisher"
)

// Roles are all of them.
var Roles = []Role{API, Eval, Publisher}

// Config is what a server stands on.
type Config struct {
	Dir       string   // the data folder
	Roles     []Role   // nil means all
	Addr      string   // to listen on; empty means DefaultAddr
	Advertise string   // host:port that invitations name; empty means where it listens
	Metrics   string   // address of the Prometheus route, plain HTTP; empty means none
	Evaluator string   // host:port of the evaluator, where that is another process
	API       string   // host:port of the api, for a publisher in another process
	Settings  Settings // zero means settings.json

	Now func() time.Time // nil means time.Now
	Log *slog.Logger     // nil means none
}

// DefaultAddr is where a server listens when nothing is said.
const DefaultAddr = "127.0.0.1:17493"

// Limits of a connection.
const (
	headerLimit  = 10 * time.Second
	requestLimit = 60 * time.Second
	idleLimit    = 2 * time.Minute
	closeLimit   = 5 * time.Second
	maxHeader    = 16 << 10
	maxConns     = 4096
)

// sideBySide is how long the epoch before the newest is served and published.
const sideBySide = 30 * 24 * time.Hour

// Server is an open cloud server. It answers once Serve runs.
type Server struct {
	config   Config
	settings Settings
	roles    []Role
	trusted  *trustBook
	lock     *settings.Folder // of the api
	store    *store.Store     // of the api
	storeKey []byte
	eval     Evaluator
	source   source         // of the publisher
	list     *listWriter    // of the publisher
	relay    []byte         // the secret that roles share
	meter    *meter         // of accounts and networks
	numbers  *numbers       // for Prometheus
	working  sync.WaitGroup // requests
	publish  sync.Mutex     // one publication at a time
	recent   *recount       // of the api
	listener net.Listener   // of the public door
	operator *operatorDoor  // of the api
	metrics  net.Listener   // nil without
}

// Opened is what was opened in the wrong way.
var (
	ErrAddress = problem.New(problem.Unavailable, "address_taken",
		"the address to listen on is not free", "end the other program, or choose another with --addr")
	ErrInUse = problem.New(problem.Conflict, "folder_in_use",
		"another server or command is at work on this data folder", "end it first, or use another folder")
	ErrRole = problem.New(problem.Invalid, "role_unknown",
		"there is no such role", "a role is api, evaluator, publisher or all")
	ErrPeer = problem.New(problem.Invalid, "role_alone",
		"this role needs another one that does not run in this process",
		"name where the other listens: the api takes --evaluator, the publisher --api")
)

// Open opens the folder for the roles of the server. A new folder becomes a new
// cloud if all roles are asked for. A command at work on it is waited for, some
// seconds, before that is ErrInUse; a server that runs there is at once. Close
// closes it.
func Open(c Config) (s *Server, err error) {
	if s, err = prepare(c); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
			s = nil
		}
	}()
	if err = afterOthers(s.openRoles, func() bool { return answered(c.Dir) }); err != nil {
		return s, err
	}
	return s, s.listen()
}

// Another process may be at work on the folder for a moment: a command, or a
// server that starts or stops. It is waited for so long, and the folder tried so
// often.
const (
	othersLimit = 10 * time.Second
	othersPause = 20 * time.Millisecond
)

// afterOthers opens a folder once nobody else is at work on it, or gives up where
// that is hopeless.
func afterOthers(open func() error, hopeless func() bool) error {
	for end := time.Now().Add(othersLimit); ; time.Sleep(othersPause) {
		if err := open(); !errors.Is(err, ErrInUse) || hopeless() || time.Now().After(end) {
			return err
		}
	}
}

func prepare(c Config) (*Server, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Addr == "" {
		c.Addr = DefaultAddr
	}
	roles := c.Roles
	if roles == nil {
		roles = Roles
	}
	for _, role := range roles {
		if !slices.Contains(Roles, role) {
			return nil, ErrRole
		}
	}
	chosen := c.Settings
	if chosen == (Settings{}) {
		var err error
		if chosen, err = ReadSettings(filepath.Join(c.Dir, settingsFile)); err != nil {
			return nil, err
		}
	}
	if err := chosen.Check(); err != nil {
		return nil, err
	}
	if len(roles) == len(Roles) {
		if _, err := Init(c.Dir, c.Now()); err != nil {
			return nil, err
		}
	}
	return &Server{
		config: c, settings: chosen, roles: roles,
		meter: newMeter(c.Now, chosen), numbers: newNumbers(),
	}, nil
}

func (s *Server) has(role Role) bool { return slices.Contains(s.roles, role) }

func (s *Server) openRoles() (err error) {
	if s.trusted, err = openTrust(s.config.Dir); err != nil {
		return err
	}
	if s.relay, err = readSecret(filepath.Join(s.config.Dir, relayFile)); err != nil {
		return err
	}
	if s.has(Eval) {
		if s.eval, err = readKeyring(s.config.Dir); err != nil {
			return err
		}
	}
	if s.has(API) {
		if err := s.openAPI(); err != nil {
			return err
		}
	}
	if s.has(Publisher) {
		if err := s.openPublisher(); err != nil {
			return err
		}
	}
	return s.checkKeys()
}

func (s *Server) openAPI() (err error) {
	switch {
	case s.eval != nil:
	case s.config.Evaluator == "":
		return ErrPeer.In("evaluator")
	default:
		s.eval = &remoteEvaluator{s.peer(s.config.Evaluator)}
	}
	if s.storeKey, err = readSecret(filepath.Join(s.config.Dir, apiFolder, "store.key")); err != nil {
		return err
	}
	s.lock, err = settings.Open(filepath.Join(s.config.Dir, apiFolder))
	if errors.Is(err, settings.ErrInUse) {
		return ErrInUse
	}
	if err != nil {
		return err
	}
	if s.store, err = store.Open(store.Config{Dir: filepath.Join(s.config.Dir, apiFolder, "store"), Key: s.storeKey}); err != nil {
		return err
	}
	s.recent = &recount{Server: s, gone: map[settling][]uint64{}}
	return s.firstEpoch()
}

// firstEpoch begins the first epoch of a new store.
func (s *Server) firstEpoch() error {
	epochs, err := s.store.Epochs()
	if err != nil || len(epochs) > 0 {
		return err
	}
	return s.store.Begin(1, store.Head{}, s.config.Now(), time.Time{})
}

func (s *Server) openPublisher() error {
	var key ed25519.PrivateKey
	key, err := readListKey(s.config.Dir)
	if err != nil {
		return err
	}
	switch {
	case s.recent != nil:
		s.source = s.recent
	case s.config.API == "":
		return ErrPeer.In("api")
	default:
		s.source = &remoteSource{s.peer(s.config.API)}
	}
	if err := disk.MakeDir(filepath.Join(s.config.Dir, listsFolder)); err != nil {
		return err
	}
	if s.list, err = openLists(s.config.Dir, key, s.settings); err != nil {
		return err
	}
	if damage := s.list.mend(s.config.Now()); damage != nil {
		s.config.Log.Warn("what was published is damaged; every list is made anew from the store", "error", damage)
	}
	return nil
}

// listen opens the doors: the public one, the operator's and the metrics'.
func (s *Server) listen() error {
	cert, err := certificate(s.config.Dir, s.config.Now())
	if err != nil {
		return err
	}
	config := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13}
	if s.listener, err = net.Listen("tcp", s.config.Addr); err != nil {
		return ErrAddress.Because(err)
	}
	if s.has(API) {
		if s.operator, err = openOperatorDoor(s.config.Dir, cert); err != nil {
			return err
		}
	}
	if s.config.Metrics != "" {
		if s.metrics, err = net.Listen("tcp", s.config.Metrics); err != nil {
			return ErrAddress.In("metrics").Because(err)
		}
	}
	if s.has(API) {
		// Known before the first invitation is asked for while nothing runs.
		if _, err := s.advertised(); err != nil && !errors.Is(err, ErrAdvertise) {
			return err
		}
	}
	s.listener = tls.NewListener(limitConns(s.listener, maxConns), config)
	return nil
}

func (s *Server) door(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerLimit, ReadTimeout: requestLimit,
		WriteTimeout: requestLimit, IdleTimeout: idleLimit, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it would log addresses
	}
}

// Address is where the public door listens.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Dir is the data folder.
func (s *Server) Dir() string { return s.config.Dir }

// MetricsAddress is where the Prometheus route listens, empty without.
func (s *Server) MetricsAddress() string {
	if s.metrics == nil {
		return ""
	}
	return s.metrics.Addr().String()
}

// Serve answers until ctx ends, then returns nil. Any other end is its error. It
// is called once.
func (s *Server) Serve(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	serve := func(server *http.Server, l net.Listener) {
		group.Go(func() error {
			end := context.AfterFunc(ctx, func() { s.shut(server) })
			defer end()
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
				return err
			}
			return nil
		})
	}
	serve(s.door(s.router()), s.listener)
	if s.operator != nil {
		serve(s.operatorServer(), s.operator.listener)
	}
	if s.metrics != nil {
		serve(s.door(s.metricsRouter()), s.metrics)
	}
	if s.list != nil {
		group.Go(func() error { s.publishUntil(ctx); return nil })
	}
	err := group.Wait()
	s.working.Wait() // a request that was cut off may still be at the store
	return err
}

func (s *Server) shut(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	_ = server.Shutdown(ctx)
	_ = server.Close()
}

// Close gives back what Open took.
func (s *Server) Close() error {
	var errs []error
	for _, l := range []net.Listener{s.listener, s.metrics} {
		if l == nil {
			continue
		}
		if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.operator != nil {
		errs = append(errs, s.operator.close())
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}
