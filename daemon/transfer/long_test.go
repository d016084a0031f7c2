package transfer_test

import (
	"io"
	"os"
	"runtime"
	"testing"
	"time"

	"blackmark/shared/wire"
)

// TestLongImport is the long form: as many rows as there may be, in, out and
// taken back.
func TestLongImport(t *testing.T) {
	if os.Getenv("BLACKMARK_TEST_LONG") == "" {
		t.Skip("the long form: BLACKMARK_TEST_LONG=1")
	}
	s := newStage(t)
	for end := time.Now().Add(patience); s.ledger.Health().Rebuilding; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the index is never built")
		}
	}
	held := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc >> 20
	}
	file := rows(wire.MaxImport)
	t.Logf("before: %d MiB", held())
	begun := time.Now()
	i := s.import_(file, wire.ImportQuery{})
	t.Logf("in: %v, %d MiB", time.Since(begun), held())
	if i.Marked != wire.MaxImport || i.State != wire.ImportDone {
		t.Fatalf("%+v", i)
	}
	begun = time.Now()
	s.ok(s.transfers.Export(t.Context(), io.Discard, wire.ExportQuery{Format: wire.FormatJSON, Plain: true}))
	t.Logf("out: %v, %d MiB", time.Since(begun), held())
	begun = time.Now()
	if u := s.undo(i.ID); u.Undone != wire.MaxImport || s.ledger.Counts().Buyers != 0 {
		t.Fatalf("%+v", u)
	}
	t.Logf("taken back: %v, %d MiB", time.Since(begun), held())
}
