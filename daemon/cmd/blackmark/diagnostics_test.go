package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"testing"

	"blackmark/daemon/ledger"
	"blackmark/daemon/localapi"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// diagnosed asks a daemon that runs how it is.
func diagnosed(t *testing.T, m *Main) wire.Diagnostics {
	t.Helper()
	key, err := m.folder.LocalKey()
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := net.SplitHostPort(m.Address())
	port, _ := strconv.Atoi(text)
	call, err := localapi.Dial(t.Context(), []int{port}, key)
	if err != nil {
		t.Fatal(err)
	}
	defer call.Close()
	var d wire.Diagnostics
	if err := call.Get(t.Context(), "/v1/diagnostics", &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDiagnostics(t *testing.T) {
	dir, kept := t.TempDir(), &logLines{}
	log := slog.New(slog.NewTextHandler(kept, nil))
	m, err := NewMain(Config{Dir: dir, Ports: []int{0}, MinFree: 1 << 20, Log: log, LogLines: kept.last})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- m.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}()
	outcomes, err := m.ledger.Mark(t.Context(), []ledger.NewMark{{ID: fmt.Sprintf("%032x", 1), Name: "Nobody Inthelog",
		Keys: []buyer.Key{{Marketplace: "aliexpress", Kind: "ali_id", ID: "10001"}}, Reason: "returns", Via: ledger.ViaCLI}})
	if err != nil || outcomes[0].Problem != nil {
		t.Fatal(err, outcomes)
	}
	d := diagnosed(t, m)
	if d.Folder != dir || d.Free == 0 {
		t.Errorf("the folder is %q with %d bytes free", d.Folder, d.Free)
	}
	found := map[string]wire.Finding{}
	for _, f := range d.Findings {
		found[f.Check] = f
		if (f.Severity == wire.Fine) != (f.Problem == nil) {
			t.Errorf("%s: %s with problem %v", f.Check, f.Severity, f.Problem)
		}
	}
	for check, want := range map[string]wire.Severity{
		"folder": wire.Fine, "journal": wire.Fine, "index": wire.Fine, "disk": wire.Fine,
		"browsers": wire.Warning, "cloud": wire.Fine, "sites": wire.Fine, "clock": wire.Fine,
	} {
		if got := found[check]; got.Severity != want {
			t.Errorf("%s is %q (%v), want %q", check, got.Severity, got.Problem, want)
		}
	}
	if p := found["browsers"].Problem; p != nil && (p.Code != "finding_browsers" || p.Hint == "") {
		t.Errorf("no browser is told as %+v", p)
	}
	var marks int64
	for _, use := range d.Storage {
		if use.Room == "marks" {
			marks = use.Bytes
		}
	}
	if marks == 0 {
		t.Errorf("the marks take no room: %+v", d.Storage)
	}

	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	broken := false
	for _, f := range diagnosed(t, m).Findings {
		broken = broken || f.Check == "folder" && f.Severity == wire.Broken && f.Problem.Code == "finding_folder"
	}
	if !broken {
		t.Error("a folder that others can look into is not told")
	}
}

func TestLogLinesKeepTheLast(t *testing.T) {
	kept := &logLines{}
	log := slog.New(slog.NewTextHandler(kept, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
			return slog.Attr{}
		}
		return a
	}}))
	for i := range keptLines + 5 {
		log.Info(fmt.Sprint("line", i))
	}
	lines := kept.last()
	if len(lines) != keptLines || lines[0] != "msg=line5" || lines[keptLines-1] != fmt.Sprint("msg=line", keptLines+4) {
		t.Errorf("%d lines, from %q to %q", len(lines), lines[0], lines[len(lines)-1])
	}
}
