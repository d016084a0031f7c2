package localapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// bytesType is the content type of a file. A form of a web page cannot send
// it, as it cannot send application/json.
const bytesType = "application/octet-stream"

// A file comes in chunks, and each of them in time: who sends slower than
// 100 KiB a second is cut off, so that nobody holds the one place for long.
const (
	uploadChunk = 1 << 20
	chunkLimit  = 10 * time.Second
)

// uploadsDir is the place of uploads in the data folder.
const uploadsDir = "uploads"

// What an upload can be refused for.
var (
	errUploadLarge = problem.New(problem.TooLarge, "upload_too_large",
		"the file is larger than 64 MiB", "split it into smaller files")
	errUploadEmpty = problem.New(problem.Invalid, "upload_empty",
		"the file is empty", "name another file")
	errUploadBusy = problem.New(problem.Unavailable, "upload_busy",
		"another file is being sent just now", "try again when it is there")
	errUploadCut = problem.New(problem.Invalid, "upload_cut",
		"the file did not arrive whole, or came too slowly", "send it again")
	errUploadUnknown = problem.New(problem.NotFound, "upload_unknown",
		"there is no such file any more: it was used, another one was sent, or ten minutes passed", "send it again")
)

// uploads keeps the one file that was sent and waits to be used. A new one
// takes its place.
type uploads struct {
	dir     string
	minFree uint64
	now     func() time.Time

	mu        sync.Mutex
	receiving bool
	waiting   *upload
}

type upload struct {
	id   string
	ends time.Time
}

// openUploads makes the folder and deletes what an earlier daemon left there.
func openUploads(dir string, minFree uint64, now func() time.Time) (*uploads, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("delete old uploads: %w", err)
	}
	if err := disk.MakeDir(dir); err != nil {
		return nil, err
	}
	return &uploads{dir: dir, minFree: minFree, now: now}, nil
}

func (u *uploads) path(id string) string { return filepath.Join(u.dir, id) }

// receive writes a file as it comes. size is what the sender announced in
// bytes, -1 where he did not; ready is called before each chunk.
func (u *uploads) receive(body io.Reader, size int64, ready func()) (wire.Upload, error) {
	if size > wire.MaxUpload {
		return wire.Upload{}, errUploadLarge
	}
	if size < 0 {
		size = wire.MaxUpload
	}
	if err := u.begin(); err != nil {
		return wire.Upload{}, err
	}
	if err := disk.CheckFree(u.dir, u.minFree+uint64(size)); err != nil {
		u.end(nil)
		return wire.Upload{}, err
	}
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails since Go 1.24
	id := hex.EncodeToString(b)
	n, err := u.write(id, body, ready)
	if err != nil {
		_ = os.Remove(u.path(id))
		u.end(nil)
		return wire.Upload{}, err
	}
	u.end(&upload{id, u.now().Add(wire.UploadMinutes * time.Minute)})
	return wire.Upload{ID: id, Size: n}, nil
}

// begin takes the place of the one file that is being sent.
func (u *uploads) begin() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.receiving {
		return errUploadBusy
	}
	u.receiving = true
	u.drop()
	return nil
}

func (u *uploads) end(arrived *upload) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.receiving = false
	u.waiting = arrived
}

// discard deletes the file that waits, whatever it was sent for.
func (u *uploads) discard() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.drop()
}

// drop deletes the file that waits.
func (u *uploads) drop() {
	if u.waiting != nil {
		_ = os.Remove(u.path(u.waiting.id))
		u.waiting = nil
	}
}

func (u *uploads) write(id string, body io.Reader, ready func()) (int64, error) {
	f, err := os.OpenFile(u.path(id), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	n, err := copyChunks(f, body, ready)
	return n, errors.Join(err, f.Close())
}

// copyChunks copies a body to its end. An end that came too early is an error
// of its own kind, as net/http tells them apart.
func copyChunks(to io.Writer, body io.Reader, ready func()) (n int64, err error) {
	chunk := make([]byte, uploadChunk)
	for {
		ready()
		got, err := fill(chunk, body)
		n += int64(got)
		if n > wire.MaxUpload {
			return n, errUploadLarge
		}
		if _, werr := to.Write(chunk[:got]); werr != nil {
			return n, werr
		}
		switch {
		case err == io.EOF && n == 0:
			return n, errUploadEmpty
		case err == io.EOF:
			return n, nil
		case err != nil:
			return n, errUploadCut.Because(err)
		}
	}
}

// fill reads until the chunk is full or the body has ended, and keeps the end
// as the body told it.
func fill(chunk []byte, body io.Reader) (n int, err error) {
	for n < len(chunk) && err == nil {
		var got int
		got, err = body.Read(chunk[n:])
		n += got
	}
	return n, err
}

// Uploaded hands out a file that was sent, once. done gives it back: it is
// deleted, or with keep waits ten minutes more.
func (s *Server) Uploaded(id string) (file *os.File, done func(keep bool), err error) {
	return s.uploads.use(id)
}

func (u *uploads) use(id string) (file *os.File, done func(keep bool), err error) {
	u.sweep()
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.waiting == nil || u.waiting.id != id {
		return nil, nil, errUploadUnknown.In("upload")
	}
	file, err = os.Open(u.path(id))
	if err != nil {
		return nil, nil, err
	}
	taken := u.waiting
	u.waiting = nil
	var once sync.Once
	return file, func(keep bool) {
		once.Do(func() {
			_ = file.Close()
			u.giveBack(taken, keep)
		})
	}, nil
}

func (u *uploads) giveBack(one *upload, keep bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if keep && u.waiting == nil && !u.receiving {
		one.ends = u.now().Add(wire.UploadMinutes * time.Minute)
		u.waiting = one
		return
	}
	_ = os.Remove(u.path(one.id))
}

// sweep deletes a file that nobody used in time.
func (u *uploads) sweep() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.waiting != nil && !u.now().Before(u.waiting.ends) {
		u.drop()
	}
}

// sweepUntil deletes what waited too long, until ctx ends.
func (u *uploads) sweepUntil(ctx context.Context) {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			u.sweep()
		}
	}
}

// incoming is a request whose body is a file. Huma reads none of it.
type incoming struct{ ctx huma.Context }

// Resolve keeps the request for the one who reads its body.
func (i *incoming) Resolve(ctx huma.Context) []error {
	i.ctx = ctx
	return nil
}

// uploadOperation adds the one route that takes a file.
func (s *Server) uploadOperation(api huma.API) {
	const path = "/v1/uploads"
	callers := []Caller{Extension, Local}
	s.doors[http.MethodPost+" "+path] = Door{Method: http.MethodPost, Path: path, Callers: callers, Takes: bytesType}
	huma.Register(api, huma.Operation{
		OperationID: "upload", Method: http.MethodPost, Path: path, Summary: "Send a file, to be used once",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			bytesType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}},
		Extensions: map[string]any{"x-callers": callers},
	}, func(_ context.Context, i *incoming) (*out[wire.Upload], error) {
		c := humaecho.Unwrap(i.ctx)
		control := http.NewResponseController(c.Response())
		got, err := s.uploads.receive(c.Request().Body, c.Request().ContentLength, func() {
			_ = control.SetReadDeadline(time.Now().Add(chunkLimit))
			_ = control.SetWriteDeadline(time.Now().Add(chunkLimit + requestLimit))
		})
		if err != nil {
			return nil, failure{s.told("upload", err)}
		}
		return &out[wire.Upload]{got}, nil
	})
}
