package orders_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"blackmark/daemon/orders"
)

// A history that a kill left, and of whose log a byte was flipped, opens with what
// is before that byte, and says so. Without the flip it says nothing.
func TestLostOrdersAreTold(t *testing.T) {
	live := filepath.Join(t.TempDir(), "orders")
	s := open(t, orders.Config{Dir: live})
	for i := range 30 {
		see(t, s, sight(i, orders.FromDefinition, user(i)))
	}
	for _, flip := range []bool{false, true} {
		dir := filepath.Join(t.TempDir(), "orders")
		if err := os.CopyFS(dir, os.DirFS(live)); err != nil {
			t.Fatal(err)
		}
		logs, _ := filepath.Glob(filepath.Join(dir, "*.mem"))
		if len(logs) != 1 {
			t.Fatalf("logs: %v", logs)
		}
		b, err := os.ReadFile(logs[0])
		if err != nil {
			t.Fatal(err)
		}
		if flip {
			b[len(bytes.TrimRight(b, "\x00"))/2] ^= 1
			if err := os.WriteFile(logs[0], b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var log bytes.Buffer
		k := open(t, orders.Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
		n, _ := k.Counts()
		if told := strings.Contains(log.String(), "orders are missing"); told != flip || (n < 30) != flip {
			t.Errorf("flipped %v: %d orders, told %v", flip, n, told)
		}
		if see(t, k, sight(40, orders.FromDefinition, user(40))); k.Close() != nil {
			t.Error("it does not go on")
		}
		log.Reset()
		k = open(t, orders.Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if log.Len() > 0 {
			t.Errorf("it is told again: %s", log.String())
		}
		_ = k.Close()
	}
}
