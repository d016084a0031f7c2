package localapi_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// moved is an end of exports and imports that does as it is told.
type moved struct {
	mu     sync.Mutex // of file and breaks: an export that was cut off may still read them
	file   []byte
	breaks error // after the file
	got    []byte
	keep   bool
	past   []wire.Import
}

func (m *moved) Export(_ context.Context, w io.Writer, _ wire.ExportQuery) error {
	m.mu.Lock()
	file, breaks := m.file, m.breaks
	m.mu.Unlock()
	if len(file) > 0 {
		if _, err := w.Write(file); err != nil {
			return err
		}
	}
	return breaks
}

func (m *moved) Import(file io.ReadSeeker, done func(keep bool), q wire.ImportQuery) (wire.Import, error) {
	got, err := io.ReadAll(file)
	m.got = got
	done(m.keep)
	return wire.Import{ID: "one", State: wire.ImportRunning, DryRun: q.DryRun}, err
}

func (m *moved) Status(id string) (wire.Import, error) { return wire.Import{ID: id, Done: 1}, nil }
func (m *moved) Stop(id string) (wire.Import, error)   { return wire.Import{ID: id, Done: 2}, nil }
func (m *moved) Undo(id string) (wire.Import, error)   { return wire.Import{ID: id, Done: 3}, nil }
func (m *moved) List() wire.ImportList {
	return wire.ImportList{Imports: append(m.past, wire.Import{ID: "one"})}
}

func TestExportIsWholeOrAnError(t *testing.T) {
	m := &moved{}
	s := newStage(t)
	s.transfers = m
	s.restart()
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<18) // 4 MiB
	broken := problem.New(problem.NoSpace, "no_space", "full", "free some")
	for name, c := range map[string]struct {
		file   []byte
		breaks error
		code   string
	}{
		"empty": {nil, nil, ""}, "small": {[]byte("{}"), nil, ""}, "large": {large, nil, ""},
		"refused": {nil, broken, "no_space"}, "cut after a byte": {[]byte("{"), broken, "download_cut"},
		"cut after much": {large, errors.New("the disk broke"), "download_cut"},
	} {
		m.mu.Lock()
		m.file, m.breaks = c.file, c.breaks
		m.mu.Unlock()
		var got bytes.Buffer
		err := s.line().Download(t.Context(), "/v1/export", wire.ExportQuery{Format: wire.FormatJSON, Plain: true}, &got)
		switch {
		case c.code == "" && (err != nil || !bytes.Equal(got.Bytes(), c.file)):
			t.Errorf("%s: %v, %d bytes", name, err, got.Len())
		case c.code != "" && (err == nil || problem.Of(err).Code != c.code):
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if log := s.log.String(); !strings.Contains(log, "the disk broke") {
		t.Errorf("what broke is not in the log: %s", log)
	}
}

func TestImportTakesAnUpload(t *testing.T) {
	m := &moved{keep: true}
	s := newStage(t)
	call := s.line()
	if err := call.Post(t.Context(), "/v1/imports/list", nil, nil); codeOf(err) != "transfers_missing" {
		t.Errorf("where there are none: %v", err)
	}
	s.transfers = m
	s.restart()
	call = s.line()
	sent, err := call.Upload(t.Context(), strings.NewReader("content"), 7)
	s.ok(err)
	for _, keep := range []bool{true, false} {
		m.keep, m.got = keep, nil
		var i wire.Import
		s.ok(call.Post(t.Context(), "/v1/imports", wire.ImportQuery{Upload: sent.ID, DryRun: keep}, &i))
		if string(m.got) != "content" || i.DryRun != keep {
			t.Errorf("got %q, %+v", m.got, i)
		}
	}
	if err := call.Post(t.Context(), "/v1/imports", wire.ImportQuery{Upload: sent.ID}, nil); codeOf(err) != "upload_unknown" {
		t.Errorf("a used file once more: %v", err)
	}
	for path, done := range map[string]int{"status": 1, "stop": 2, "undo": 3} {
		var i wire.Import
		s.ok(call.Post(t.Context(), "/v1/imports/"+path, wire.ImportRef{ID: "one"}, &i))
		if i.ID != "one" || i.Done != done {
			t.Errorf("%s: %+v", path, i)
		}
	}
	var list wire.ImportList
	s.ok(call.Post(t.Context(), "/v1/imports/list", nil, &list))
	if len(list.Imports) != 1 {
		t.Errorf("%+v", list)
	}
}
