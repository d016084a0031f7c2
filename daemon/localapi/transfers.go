package localapi

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// Transfers are exports and imports, as far as they are called from here.
type Transfers interface {
	// Export writes a file as it is made.
	Export(ctx context.Context, w io.Writer, q wire.ExportQuery) error
	// Import begins one. done is called when the file is needed no more.
	Import(file io.ReadSeeker, done func(keep bool), q wire.ImportQuery) (wire.Import, error)
	Status(id string) (wire.Import, error)
	Stop(id string) (wire.Import, error)
	Undo(id string) (wire.Import, error)
	List() wire.ImportList
}

var errNoTransfers = problem.New(problem.Unavailable, "transfers_missing",
	"this Blackmark can neither export nor import", "install the newest Blackmark")

func (s *Server) transfers() (Transfers, error) {
	if s.config.Transfers == nil {
		return nil, errNoTransfers
	}
	return s.config.Transfers, nil
}

// importPath is where an import begins: the file is read to its end before the
// answer, which a large workbook takes its time for.
const importPath = "/v1/imports"

// importUpload begins to import a file that was sent.
func (s *Server) importUpload(q wire.ImportQuery) (wire.Import, error) {
	transfers, err := s.transfers()
	if err != nil {
		return wire.Import{}, err
	}
	file, done, err := s.uploads.use(q.Upload)
	if err != nil {
		return wire.Import{}, err
	}
	return transfers.Import(file, done, q)
}

// transferOperations are exports and imports, as shared/wire/transfer.go lists
// them. A paired browser may call them: it can list every mark as it is.
func (s *Server) transferOperations(api huma.API) {
	everyone := []Caller{Extension, Local}
	outgoing(s, api, operation{http.MethodPost, "/v1/export", "export", "My Blacklist as a file", everyone},
		func(ctx context.Context, w io.Writer, q wire.ExportQuery) error {
			transfers, err := s.transfers()
			if err != nil {
				return err
			}
			return transfers.Export(ctx, w, q)
		})
	route(s, api, operation{http.MethodPost, importPath, "import", "Begin an import", everyone},
		func(_ context.Context, i *in[wire.ImportQuery]) (wire.Import, error) { return s.importUpload(i.Body) })
	route(s, api, operation{http.MethodPost, "/v1/imports/list", "imports", "The imports that are remembered", everyone},
		func(context.Context, *nothing) (wire.ImportList, error) {
			transfers, err := s.transfers()
			if err != nil {
				return wire.ImportList{}, err
			}
			return transfers.List(), nil
		})
	for name, o := range map[string]struct {
		summary string
		do      func(Transfers, string) (wire.Import, error)
	}{
		"status": {"How far an import is", Transfers.Status},
		"stop":   {"Stop an import", Transfers.Stop},
		"undo":   {"Begin to take an import back", Transfers.Undo},
	} {
		route(s, api, operation{http.MethodPost, "/v1/imports/" + name, name + "-import", o.summary, everyone},
			func(_ context.Context, i *in[wire.ImportRef]) (wire.Import, error) {
				transfers, err := s.transfers()
				if err != nil {
					return wire.Import{}, err
				}
				return o.do(transfers, i.Body.ID)
			})
	}
}

// outgoing adds an operation that answers with a file, written as it is made.
func outgoing[Q any](s *Server, api huma.API, o operation, do func(context.Context, io.Writer, Q) error) {
	s.doors.add(o.method, o.path, o.callers...)
	huma.Register(api, huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary,
		MaxBodyBytes: wire.MaxFrame, BodyReadTimeout: headerLimit,
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
			bytesType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}},
		Extensions: map[string]any{"x-callers": o.callers},
	}, func(_ context.Context, i *in[Q]) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			w := &fileWriter{ctx: ctx, control: http.NewResponseController(humaecho.Unwrap(ctx).Response())}
			err := do(ctx.Context(), w, i.Body)
			if err == nil {
				w.begin() // a file may be empty
				return
			}
			p := s.told(o.id, err)
			if w.begun {
				panic(http.ErrAbortHandler) // cut off, so that it is not taken for the whole
			}
			_ = humaecho.Unwrap(ctx).JSON(p.Status(), p)
		}}, nil
	})
}

// fileWriter writes the answer. Each piece has its own time: a file is cut off
// by one who takes nothing, and never for its length.
type fileWriter struct {
	ctx     huma.Context
	control *http.ResponseController
	begun   bool
}

func (w *fileWriter) begin() {
	if !w.begun {
		w.begun = true
		w.ctx.SetHeader("Content-Type", bytesType)
		w.ctx.SetStatus(http.StatusOK)
		_ = w.control.Flush() // so that a file that is cut off is known as one
	}
}

// Write sends a piece.
func (w *fileWriter) Write(b []byte) (int, error) {
	w.begin()
	_ = w.control.SetWriteDeadline(time.Now().Add(requestLimit))
	return w.ctx.BodyWriter().Write(b)
}
