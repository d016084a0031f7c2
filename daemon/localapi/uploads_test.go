package localapi_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// uploaded are the files in the folder of uploads.
func (s *stage) uploaded() []os.DirEntry {
	s.t.Helper()
	list, err := os.ReadDir(filepath.Join(s.dir, "uploads"))
	s.ok(err)
	return list
}

func uploadRequest(host, token, headers, body string) string {
	return fmt.Sprintf("POST /v1/uploads HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/octet-stream\r\n%s\r\n%s",
		host, token, headers, body)
}

func TestUpload(t *testing.T) {
	s := newStage(t)
	call := s.line()
	content := bytes.Repeat([]byte("0123456789abcde\n"), 200_000) // more than three chunks
	for _, size := range []int64{int64(len(content)), -1} {
		got, err := call.Upload(t.Context(), iotest.HalfReader(bytes.NewReader(content)), size)
		s.ok(err)
		list := s.uploaded()
		if len(list) != 1 || list[0].Name() != got.ID || got.Size != int64(len(content)) {
			t.Fatalf("%+v is kept as %v", got, list)
		}
		info, err := list[0].Info()
		s.ok(err)
		kept, err := os.ReadFile(filepath.Join(s.dir, "uploads", got.ID))
		s.ok(err)
		if info.Mode().Perm() != 0o600 || !bytes.Equal(kept, content) {
			t.Errorf("kept with %v, %d bytes", info.Mode(), len(kept))
		}
	}
	s.restart()
	if list := s.uploaded(); len(list) != 0 {
		t.Errorf("after a restart there is still %v", list)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	s := newStage(t)
	call := s.line()
	_, err := call.Upload(t.Context(), strings.NewReader(""), 0)
	if problem.Of(err).Code != "upload_empty" {
		t.Errorf("an empty file: %v", err)
	}
	_, err = call.Upload(t.Context(), io.LimitReader(zeros{}, wire.MaxUpload), -1)
	s.ok(err)
	if _, err = call.Upload(t.Context(), io.LimitReader(zeros{}, wire.MaxUpload+1), -1); err == nil {
		t.Error("a file over 64 MiB was taken")
	}
	own, token := s.server.Address(), s.lineToken()
	large := uploadRequest(own, token, fmt.Sprintf("Content-Length: %d\r\n", wire.MaxUpload+1), "")
	if got := string(raw(t, own, large)); !strings.Contains(got, "upload_too_large") {
		t.Errorf("an announced file over 64 MiB: %q", got)
	}
	for name, text := range map[string]string{
		"JSON":       strings.Replace(uploadRequest(own, token, "Content-Length: 2\r\n", "{}"), "octet-stream", "json", 1),
		"a form":     strings.Replace(uploadRequest(own, token, "Content-Length: 2\r\n", "{}"), "application/octet-stream", "multipart/form-data", 1),
		"compressed": uploadRequest(own, token, "Content-Encoding: gzip\r\nContent-Length: 2\r\n", "{}"),
		"no token":   uploadRequest(own, "", "Content-Length: 2\r\n", "{}"),
		"elsewhere":  strings.Replace(uploadRequest(own, token, "Content-Length: 2\r\n", "{}"), "/v1/uploads", "/v1/marks/list", 1),
	} {
		if got := raw(t, own, text); len(got) > 0 {
			t.Errorf("%s got %q", name, got)
		}
	}
	if list := s.uploaded(); len(list) != 0 {
		t.Errorf("refused files were kept: %v", list)
	}
}

// TestUploadThatIsCut ends the connection in the middle, announced and in
// pieces: no part of the file may be taken for the whole.
func TestUploadThatIsCut(t *testing.T) {
	s := newStage(t)
	own, token := s.server.Address(), s.lineToken()
	for name, text := range map[string]string{
		"announced": uploadRequest(own, token, "Content-Length: 100\r\n", "half"),
		"in pieces": uploadRequest(own, token, "Transfer-Encoding: chunked\r\n", "4\r\nhalf\r\n"),
	} {
		conn, err := net.Dial("tcp4", own)
		s.ok(err)
		_, err = io.WriteString(conn, text)
		s.ok(err)
		s.ok(conn.(*net.TCPConn).CloseWrite())
		_ = conn.SetDeadline(time.Now().Add(patience))
		got, err := io.ReadAll(conn)
		s.ok(err)
		if !strings.Contains(string(got), "upload_cut") {
			t.Errorf("%s: %q", name, got)
		}
		_ = conn.Close()
	}
	if list := s.uploaded(); len(list) != 0 {
		t.Errorf("a part was kept: %v", list)
	}
}

// TestUploadThatStalls sends a little and then nothing: it is cut off in time,
// and the one place is free again.
func TestUploadThatStalls(t *testing.T) {
	if os.Getenv("BLACKMARK_TEST_LONG") == "" {
		t.Skip("the long form, which waits ten seconds: BLACKMARK_TEST_LONG=1")
	}
	s := newStage(t)
	conn, err := net.Dial("tcp4", s.server.Address())
	s.ok(err)
	defer conn.Close()
	_, err = io.WriteString(conn, uploadRequest(s.server.Address(), s.lineToken(), "Content-Length: 1000\r\n", "a little"))
	s.ok(err)
	_ = conn.SetDeadline(time.Now().Add(10 * patience))
	got, err := io.ReadAll(conn)
	s.ok(err)
	if !strings.Contains(string(got), "upload_cut") || len(s.uploaded()) > 0 {
		t.Errorf("got %q, kept %v", got, s.uploaded())
	}
	_, err = s.line().Upload(t.Context(), strings.NewReader("content"), 7)
	s.ok(err)
}

func TestOneUploadAtATime(t *testing.T) {
	s := newStage(t)
	call, other := s.line(), s.line()
	reader, writer := io.Pipe()
	first := make(chan error, 1)
	go func() {
		_, err := call.Upload(t.Context(), reader, -1)
		first <- err
	}()
	_, err := writer.Write([]byte("begins"))
	s.ok(err)
	for end := time.Now().Add(patience); len(s.uploaded()) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the first upload never began")
		}
	}
	if _, err := other.Upload(t.Context(), strings.NewReader("second"), 6); problem.Of(err).Code != "upload_busy" {
		t.Errorf("a second one at the same time: %v", err)
	}
	s.ok(writer.Close())
	s.ok(<-first)
	_, err = other.Upload(t.Context(), strings.NewReader("second"), 6)
	s.ok(err)
	if list := s.uploaded(); len(list) != 1 {
		t.Errorf("the second did not take the place of the first: %v", list)
	}
}

func TestUploadFailsInTheMiddle(t *testing.T) {
	s := newStage(t)
	broken := io.MultiReader(strings.NewReader("begins"), iotest.ErrReader(errors.New("the sender's disk broke")))
	if _, err := s.line().Upload(t.Context(), broken, -1); err == nil {
		t.Error("a file that could not be read was sent whole")
	}
	for end := time.Now().Add(patience); len(s.uploaded()) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a part was kept")
		}
	}
}

func TestUploadIsUsedOnce(t *testing.T) {
	s := newStage(t)
	send := func() string {
		got, err := s.line().Upload(t.Context(), strings.NewReader("content"), 7)
		s.ok(err)
		return got.ID
	}
	unknown := func(id, when string) {
		if _, _, err := s.server.Uploaded(id); problem.Of(err).Code != "upload_unknown" {
			t.Errorf("%s: %v", when, err)
		}
		if list := s.uploaded(); len(list) > 0 {
			t.Errorf("%s there is still %v", when, list)
		}
	}
	id := send()
	for _, keep := range []bool{true, false} {
		s.clock.move(wire.UploadMinutes*time.Minute - time.Second) // keep begins anew
		file, done, err := s.server.Uploaded(id)
		s.ok(err)
		content, err := io.ReadAll(file)
		s.ok(err)
		if string(content) != "content" {
			t.Errorf("it holds %q", content)
		}
		if _, _, err := s.server.Uploaded(id); err == nil {
			t.Error("it is handed out twice at once")
		}
		done(keep)
	}
	unknown(id, "after its use")
	id = send()
	s.clock.move(wire.UploadMinutes * time.Minute)
	unknown(id, "after ten minutes")
	id = send()
	_, done, err := s.server.Uploaded(id)
	s.ok(err)
	later := send()
	done(true) // it waits no more: another one was sent since
	if list := s.uploaded(); len(list) != 1 || list[0].Name() != later {
		t.Errorf("kept are %v", list)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
