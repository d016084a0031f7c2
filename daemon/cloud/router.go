package cloud

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"blackmark/daemon/cloud/store"
	"blackmark/shared/cloudlist"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// Bounds of a body in bytes.
const (
	maxBody         = 64 << 10
	maxRelayBody    = 1 << 30 // between roles
	maxOperatorBody = 64 << 20
)

// What a request can be refused for before anything looks into it.
var (
	ErrBody = problem.New(problem.Invalid, "body_invalid",
		"the body of this request is not the JSON that belongs there", "update Blackmark")
	ErrLarge = problem.New(problem.TooLarge, "body_large",
		"the body of this request is too large", "send less at a time")
	ErrRoute = problem.New(problem.NotFound, "route_unknown",
		"there is nothing at this address", "update Blackmark, or the cloud")
	ErrStranger = problem.New(problem.Refused, "caller_unknown",
		"the caller has not proved who he is", "use the key files of this cloud")
)

// router is everything that the roles of this process answer.
func (s *Server) router() http.Handler {
	e := s.echo()
	e.GET("/health", func(c echo.Context) error { return c.JSON(http.StatusOK, map[string]string{"status": "ok"}) })
	e.GET("/v1/trust", func(c echo.Context) error { return c.JSON(http.StatusOK, s.trusted.wire(s.config.Now())) })
	if s.has(API) {
		e.POST("/v1/join", s.joined)
		e.GET("/v1/account", withAccount(s, func(c caller, _ struct{}) (wire.Account, error) { return s.account(c) }))
		e.POST("/v1/evaluate", withAccount(s, s.evaluate))
		e.POST("/v1/shares", withAccount(s, s.share))
		e.POST("/v1/withdrawals", withAccount(s, s.withdraw))
		e.POST("/v1/leave", withAccount(s, s.leave))
		e.POST("/v1/invitations", withAccount(s, s.invite))
	}
	e.GET("/list/:name", s.listFile)
	for path, do := range s.relays() {
		e.POST(path, do)
	}
	return e
}

// operatorRoutes is everything behind the operator's door.
func (s *Server) operatorRoutes(secret []byte) http.Handler {
	e := s.echo()
	for path, do := range s.commands(secret) {
		e.POST(path, do)
	}
	return e
}

// handler answers one route.
type handler = echo.HandlerFunc

// echo is an empty router with the house's manners.
func (s *Server) echo() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(io.Discard) // it would log addresses
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = s.refuse
	e.Use(s.watch)
	return e
}

// watch counts and logs a request, without who and about whom. Close waits for
// what it let in.
func (s *Server) watch(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		s.working.Add(1)
		defer s.working.Done()
		began := time.Now()
		h := c.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		if err := s.unbroken(next, c); err != nil {
			c.Error(err)
		}
		route := c.Path()
		if route == "" {
			route = "none"
		}
		s.numbers.request(c.Request().Method, route, c.Response().Status)
		s.config.Log.Debug("request", "method", c.Request().Method, "route", route,
			"status", c.Response().Status, "took", time.Since(began).Round(time.Microsecond))
		return nil
	}
}

// unbroken turns a panic into an error that is answered and logged. What is
// broken off on purpose stays so.
func (s *Server) unbroken(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		switch broken := recover(); broken {
		case nil:
		case http.ErrAbortHandler:
			panic(broken)
		default:
			err = fmt.Errorf("panic: %v\n%s", broken, debug.Stack())
		}
	}()
	return next(c)
}

// refuse answers with a problem and logs what is ours.
func (s *Server) refuse(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var http *echo.HTTPError
	if errors.As(err, &http) && http.Internal == nil {
		err = ErrRoute
	}
	p := problem.Of(err)
	if p.Kind == problem.Internal || p.Kind == problem.Damaged || p.Kind == problem.NoSpace {
		s.config.Log.Error("request failed", "route", c.Path(), "error", err)
	}
	_ = c.JSON(p.Status(), p)
}

// read decodes a body. Members that this version does not know are left alone:
// the protocol grows by adding.
func read(c echo.Context, limit int64, into any) error {
	body := http.MaxBytesReader(c.Response(), c.Request().Body, limit)
	decoder := json.NewDecoder(body)
	err := decoder.Decode(into)
	if err == nil {
		_, err = decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("something follows the body")
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return ErrLarge
	}
	return ErrBody // without the cause, which quotes the body
}

func bearer(r *http.Request) ([]byte, bool) {
	values := r.Header["Authorization"]
	if len(values) != 1 {
		return nil, false
	}
	text, ok := strings.CutPrefix(values[0], "Bearer ")
	token, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return token, ok && err == nil && len(token) == tokenSize
}

// caller is who asks.
type caller struct {
	context.Context
	who    store.Account
	member store.MemberID
}

// withAccount lets devices in, each account at its rate, and answers with what do
// returns.
func withAccount[In, Out any](s *Server, do func(caller, In) (Out, error)) handler {
	return func(c echo.Context) error {
		token, ok := bearer(c.Request())
		if !ok {
			return store.ErrDevice
		}
		account, member, err := s.store.Authenticate(store.HashToken(token))
		if err != nil {
			return gone(err)
		}
		if account.Leaving {
			return store.ErrDevice
		}
		if err := s.meter.account(string(account.ID[:])); err != nil {
			return err
		}
		var in In
		if c.Request().Method == http.MethodPost && c.Request().ContentLength != 0 {
			if err := read(c, maxBody, &in); err != nil {
				return err
			}
		}
		out, err := do(caller{c.Request().Context(), account, member}, in)
		if err != nil {
			return gone(err)
		}
		return c.JSON(http.StatusOK, out)
	}
}

// gone words for a device that its account left while the request was on the way:
// "accounts lists them" is for the operator.
func gone(err error) error {
	if errors.Is(err, store.ErrAccount) {
		return store.ErrDevice
	}
	return err
}

// joined answers who is not an account yet.
func (s *Server) joined(c echo.Context) error {
	if err := s.meter.network(c.Request().RemoteAddr); err != nil {
		return err
	}
	var query wire.JoinQuery
	if err := read(c, maxBody, &query); err != nil {
		return err
	}
	out, err := s.join(query)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out)
}

// withSecret lets in who knows a secret of this cloud.
func withSecret[In, Out any](secret []byte, limit int64, do func(context.Context, In) (Out, error)) handler {
	return func(c echo.Context) error {
		if !knows(c.Request(), secret) {
			return ErrStranger
		}
		var in In
		if err := read(c, limit, &in); err != nil {
			return err
		}
		out, err := do(c.Request().Context(), in)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, out)
	}
}

func knows(r *http.Request, secret []byte) bool {
	token, ok := bearer(r)
	return ok && subtle.ConstantTimeCompare(token, secret) == 1
}

// download sends a file as it is made. One that could not be made whole ends in a
// broken connection: half of it must not look like all.
func download(secret []byte, write func(io.Writer) error) handler {
	return func(c echo.Context) error {
		if !knows(c.Request(), secret) {
			return ErrStranger
		}
		c.Response().Header().Set("Content-Type", "application/octet-stream")
		c.Response().WriteHeader(http.StatusOK)
		if err := write(c.Response()); err != nil {
			panic(http.ErrAbortHandler)
		}
		return nil
	}
}

// listFile gives the manifest, or a file by its hash.
func (s *Server) listFile(c echo.Context) error {
	name, cache := c.Param("name"), "public, max-age=31536000, immutable"
	if name == manifestName {
		cache = "no-cache"
	} else if _, err := cloudlist.ParseName(name); err != nil {
		return ErrRoute
	}
	file, err := os.Open(filepath.Join(s.config.Dir, listsFolder, name))
	if err != nil {
		return ErrRoute
	}
	defer file.Close()
	c.Response().Header().Set("Cache-Control", cache)
	c.Response().Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, file)
	return nil
}
