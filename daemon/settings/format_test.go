//go:build unix

package settings_test

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/settings"
)

// land writes testdata/format-1. A landed format is never written again: this
// is here to show how it was made, and to be copied for the next one:
//
//	go test ./daemon/settings -run TestLandFormat -land
var land = flag.Bool("land", false, "write the data folder of the landed format")

const formatDir = "testdata/format-1"

// formatFiles are what a folder of the format holds. The key in it opens nothing.
var formatFiles = []string{"local.key", "device.json", "clients.json"}

// expected is what the landed folder must answer for ever.
type expected struct {
	Key     string            `json:"key"`
	Device  string            `json:"device"`
	Clients []settings.Client `json:"clients"`
}

func state(t *testing.T, f *settings.Folder) (e expected) {
	t.Helper()
	key, err := f.LocalKey()
	if err != nil {
		t.Fatal(err)
	}
	e.Key = hex.EncodeToString(key)
	if e.Device, err = f.DeviceID(); err != nil {
		t.Fatal(err)
	}
	if e.Clients, err = f.Clients(); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestLandedFormat(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(formatDir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want expected
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range formatFiles {
		b, err := os.ReadFile(filepath.Join(formatDir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f := open(t, dir)
	if diff := cmp.Diff(want, state(t, f)); diff != "" {
		t.Fatal(diff)
	}
	if err := f.TouchClient(want.Clients[0].ID, time.Now()); err != nil {
		t.Error(err)
	}
	if err := f.RemoveClient(want.Clients[1].ID); err != nil {
		t.Error(err)
	}
}

func TestLandFormat(t *testing.T) {
	if !*land {
		t.Skip("only with -land")
	}
	dir := t.TempDir()
	f := open(t, dir)
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for i, origin := range []string{"chrome-extension://abcdefghijklmnopabcdefghijklmnop", "moz-extension://00000000-0000-4000-8000-000000000000"} {
		err := f.AddClient(settings.Client{ID: "sample-" + string(rune('a'+i)), Origin: origin, Browser: "Sample Browser 浏览器",
			Secret: []byte("a secret that opens nothing, 32."), Created: at, LastSeen: at.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
	}
	want, err := json.MarshalIndent(state(t, f), "", "  ")
	if err == nil {
		err = os.MkdirAll(formatDir, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(formatDir, "expected.json"), append(want, '\n'), 0o644)
	}
	for _, name := range formatFiles {
		if err == nil {
			var b []byte
			if b, err = os.ReadFile(filepath.Join(dir, name)); err == nil {
				err = os.WriteFile(filepath.Join(formatDir, name), b, 0o644)
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
