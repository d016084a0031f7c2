package localapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"blackmark/daemon/localapi/socket"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// router is everything behind the gate. Every route is added together with
// its door: one without a door is never reached.
func (s *Server) router() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(io.Discard) // it would log addresses and errors as it likes
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = func(error, echo.Context) { panic(http.ErrAbortHandler) }
	e.Use(withHeaders, unhurried, s.wholeBody)

	s.doors.add(http.MethodGet, wire.SocketPath, Stranger)
	e.GET(wire.SocketPath, handled(s.openSocket))
	s.doors.add(http.MethodGet, wire.PairPath, Stranger)
	e.GET(wire.PairPath, handled(s.openPairing))

	api := humaecho.New(e, apiConfig(s.config.Version))
	s.operations(api)
	s.routes = func() []Door {
		var list []Door
		for _, route := range e.Routes() {
			list = append(list, Door{Method: route.Method, Path: route.Path, Callers: s.doors[route.Method+" "+route.Path].Callers})
		}
		sort.Slice(list, func(i, j int) bool {
			return list[i].Path+list[i].Method < list[j].Path+list[j].Method
		})
		return list
	}
	return e
}

// Routes lists what the router can reach, each with who may call it, for the
// test that nothing stands beside the gate.
func (s *Server) Routes() []Door { return s.routes() }

func handled(h http.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h(c.Response(), c.Request())
		return nil
	}
}

// withHeaders keeps answers out of caches and documents.
func withHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'")
		return next(c)
	}
}

// wholeBody reads a body before anything acts on it. A file is read as it comes.
func (s *Server) wholeBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if r.Method != http.MethodPost || s.doors[r.Method+" "+r.URL.Path].Takes == bytesType {
			return next(c)
		}
		data, err := io.ReadAll(io.LimitReader(r.Body, wire.MaxFrame+1))
		switch {
		case err != nil:
			return err
		case len(data) > wire.MaxFrame:
			return c.JSON(socket.ErrLarge.Status(), socket.ErrLarge)
		case !utf8.Valid(data):
			return c.JSON(socket.ErrText.Status(), socket.ErrText)
		}
		r.Body = io.NopCloser(bytes.NewReader(data))
		return next(c)
	}
}

// apiConfig is huma without anything it serves by itself: its documents page
// loads scripts from elsewhere, and schemas are nobody's business at run time.
func apiConfig(version string) huma.Config {
	c := huma.DefaultConfig("Blackmark", version)
	c.DocsPath, c.OpenAPIPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	return c
}

// failure is a problem as an answer of HTTP.
type failure struct{ problem *problem.Error }

// GetStatus is the HTTP status of the answer.
func (f failure) GetStatus() int { return f.problem.Status() }

// Schema describes the problem itself.
func (f failure) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[problem.Error](), true, "Problem")
}

// Error is for huma, which takes answers of failure as errors.
func (f failure) Error() string { return f.problem.Message }

// MarshalJSON writes the problem itself.
func (f failure) MarshalJSON() ([]byte, error) { return json.Marshal(f.problem) }

func init() {
	huma.NewError = newFailure
	huma.NewErrorWithContext = func(_ huma.Context, status int, message string, errs ...error) huma.StatusError {
		return newFailure(status, message, errs...)
	}
}

// newFailure makes a problem of what huma found wrong with a request. It
// names the place and never the value.
func newFailure(status int, _ string, errs ...error) huma.StatusError {
	if status >= http.StatusInternalServerError {
		return failure{problem.Of(fmt.Errorf("huma: status %d", status))}
	}
	p := socket.ErrMessage
	for _, err := range errs {
		if detail, ok := err.(huma.ErrorDetailer); ok {
			return failure{p.In(strings.TrimPrefix(detail.ErrorDetail().Location, "body."))}
		}
	}
	return failure{p}
}

type operation struct {
	method, path, id, summary string
	callers                   []Caller
}

type in[B any] struct{ Body B }
type out[B any] struct{ Body B }
type nothing struct{}

// route adds an operation and its door.
func route[In, Out any](s *Server, api huma.API, o operation, do func(context.Context, *In) (Out, error)) {
	s.doors.add(o.method, o.path, o.callers...)
	huma.Register(api, huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary,
		MaxBodyBytes: wire.MaxFrame, BodyReadTimeout: headerLimit,
		Extensions: map[string]any{"x-callers": o.callers},
	}, func(ctx context.Context, input *In) (*out[Out], error) {
		body, err := do(ctx, input)
		if err != nil {
			return nil, failure{s.told(o.id, err)}
		}
		return &out[Out]{body}, nil
	})
}

// operations are the HTTP API, as shared/wire/http.go lists it.
func (s *Server) operations(api huma.API) {
	everyone := []Caller{Extension, Local}
	owner := []Caller{Local}
	route(s, api, operation{http.MethodGet, "/v1/status", "status", "How the daemon is", everyone},
		func(context.Context, *nothing) (wire.Status, error) { return s.Status(), nil })
	route(s, api, operation{http.MethodPost, "/v1/marks", "mark", "Mark buyers", everyone},
		func(ctx context.Context, i *in[wire.MarksBody]) (wire.OutcomesBody, error) {
			outcomes, err := s.mark(ctx, i.Body.Marks)
			return wire.OutcomesBody{Outcomes: outcomes}, err
		})
	route(s, api, operation{http.MethodPost, "/v1/marks/cancel", "cancel", "Take marks back", everyone},
		func(ctx context.Context, i *in[wire.CancelsBody]) (wire.OutcomesBody, error) {
			outcomes, err := s.cancel(ctx, i.Body.Cancels)
			return wire.OutcomesBody{Outcomes: outcomes}, err
		})
	route(s, api, operation{http.MethodPost, "/v1/marks/list", "list", "A page of My Blacklist", everyone},
		func(_ context.Context, i *in[wire.ListQuery]) (wire.MarkList, error) { return s.list(i.Body) })
	route(s, api, operation{http.MethodPost, "/v1/buyers/report", "report", "All that is known of one buyer", everyone},
		func(_ context.Context, i *in[wire.ReportQuery]) (wire.Report, error) { return s.report(i.Body) })
	route(s, api, operation{http.MethodPost, "/v1/pairing", "open-pairing", "Open the pairing window", owner},
		func(ctx context.Context, _ *nothing) (wire.Pairing, error) { return s.openWindow(ctx), nil })
	route(s, api, operation{http.MethodGet, "/v1/pairing", "pairing", "How the pairing window is", owner},
		func(context.Context, *nothing) (wire.Pairing, error) { return s.wirePairing(s.window.State()), nil })
	route(s, api, operation{http.MethodPost, "/v1/clients/revoke", "revoke", "End the pairing of a browser, the caller's own too", everyone},
		func(_ context.Context, i *in[wire.RevokeQuery]) (nothing, error) {
			return nothing{}, s.revoke(i.Body.ID)
		})
	s.workplaceOperations(api)
	s.nativeOperations(api)
	s.aliasOperations(api)
	s.sharingOperations(api)
	s.forgetOperations(api)
	s.looksOperations(api)
	s.uploadOperation(api)
	s.transferOperations(api)
	s.backupOperations(api)
}

// OpenAPI is the description of the HTTP API, as indented JSON.
func OpenAPI() ([]byte, error) {
	e := echo.New()
	s := &Server{doors: doors{}, config: Config{Log: slog.New(slog.DiscardHandler)}}
	api := humaecho.New(e, apiConfig(fmt.Sprint(wire.Version)))
	s.operations(api)
	description, err := api.OpenAPI().MarshalJSON()
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = json.Indent(&text, description, "", "  ")
	text.WriteByte('\n')
	return text.Bytes(), err
}
