package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/backup"
	"blackmark/daemon/commandline"
	"blackmark/daemon/ledger"
	"blackmark/daemon/settings"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// doctorOf runs `blackmark doctor --json` on a folder where no daemon runs.
func doctorOf(t *testing.T, dir string) (map[string]finding, int) {
	t.Helper()
	ports, err := freePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	before := contentOf(t, dir)
	var out bytes.Buffer
	line := &terminal{in: strings.NewReader(""), out: &out, err: &out, env: func(string) string { return ports[0] }}
	code := line.execute(context.Background(), []string{"doctor", "--json", "--data", dir})
	if diff := cmp.Diff(before, contentOf(t, dir)); diff != "" {
		t.Errorf("doctor changed something:\n%s", diff)
	}
	var answer struct{ Findings []finding }
	if err := json.NewDecoder(&out).Decode(&answer); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	all := map[string]finding{}
	for _, f := range answer.Findings {
		if old, twice := all[f.Check]; !twice || old.OK {
			all[f.Check] = f
		}
		if !f.OK && f.Remedy == "" {
			t.Errorf("%s comes without a remedy: %s", f.Check, f.Message)
		}
	}
	return all, code
}

// contentOf is every file of a folder with its rights and its bytes.
func contentOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		all[path] = info.Mode().String()
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			all[path] += string(data)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// keptFolder is a data folder with some marks, made at a time.
func keptFolder(t *testing.T, dir string, at time.Time) {
	t.Helper()
	folder, err := settings.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	if _, err := folder.LocalKey(); err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(ledger.Config{Dir: folder.Path("ledger"), MinFree: 1, Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		_, err := l.Mark(t.Context(), []ledger.NewMark{{ID: newID(), Reason: "other", Via: ledger.ViaCLI,
			Keys: []buyer.Key{{Marketplace: "aliexpress", Kind: "ali_id", ID: "9000000" + string(rune('1'+n))}}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(patience); l.Health().Rebuilding; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the index is never built")
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDoctorFindsWhatIsWrong(t *testing.T) {
	journal := func(dir string) string { return filepath.Join(dir, "ledger", "journal") }
	change := func(path string, do func(data []byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			data, err := os.ReadFile(filepath.Join(dir, path))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, path), do(data), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		spoil          func(t *testing.T, dir string)
		check, message string
		ok             bool
		code           int
	}{
		"nothing": {func(*testing.T, string) {}, "journal", "3 records, read to the end: sound", true, commandline.NotRunning},
		"a byte of the journal": {change("ledger/journal", func(b []byte) []byte { b[len(b)/2] ^= 1; return b }),
			"journal", "is damaged at byte", false, commandline.Damaged},
		"the end of the journal": {change("ledger/journal", func(b []byte) []byte { return b[:len(b)-10] }),
			"journal", "record 3 was saved", false, commandline.Damaged},
		"no journal": {func(t *testing.T, dir string) { _ = os.Remove(journal(dir)) },
			"journal", "the journal is gone", false, commandline.Damaged},
		"a write that was cut off": {change("ledger/journal", func(b []byte) []byte { return append(b, 9, 9, 9) }),
			"journal", "a write that was cut off", true, commandline.NotRunning},
		"an index that was not closed": {func(t *testing.T, dir string) { _ = os.Remove(filepath.Join(dir, "ledger", "index.marker")) },
			"index", "builds it again", true, commandline.NotRunning},
		"a list of browsers that does not read": {func(t *testing.T, dir string) {
			_ = os.WriteFile(filepath.Join(dir, "clients.json"), []byte("{"), 0o600)
		}, "browsers", "clients.json", false, commandline.Damaged},
		"a file for others": {func(t *testing.T, dir string) { _ = os.Chmod(journal(dir), 0o644) },
			"rights", "ledger/journal", false, commandline.NotRunning},
		"a folder for others": {func(t *testing.T, dir string) { _ = os.Chmod(filepath.Join(dir, "ledger"), 0o755) },
			"rights", "ledger", false, commandline.NotRunning},
		"a link": {func(t *testing.T, dir string) { _ = os.Symlink("/etc", filepath.Join(dir, "elsewhere")) },
			"rights", "elsewhere", false, commandline.Refused},
		"an open key": {func(t *testing.T, dir string) { _ = os.Chmod(filepath.Join(dir, "local.key"), 0o644) },
			"key", "can be read by other users", false, commandline.Refused},
		"a locked folder": {func(t *testing.T, dir string) {
			folder, err := settings.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = folder.Close() })
		}, "lock", "holds this data folder", false, commandline.Refused},
		"no backup": {func(*testing.T, string) {}, "backups", "there is none yet", false, commandline.NotRunning},
		"a backup": {func(t *testing.T, dir string) { backedUp(t, dir, time.Now(), 2) },
			"backups", "1, the newest of", true, commandline.NotRunning},
		"an old backup": {func(t *testing.T, dir string) { backedUp(t, dir, time.Now().AddDate(0, 0, -4), 2) },
			"backups", "has changed since", false, commandline.NotRunning},
		"an old backup of what is there": {func(t *testing.T, dir string) { backedUp(t, dir, time.Now().AddDate(0, 0, -4), 3) },
			"backups", "1, the newest of", true, commandline.NotRunning},
		"a damaged backup": {func(t *testing.T, dir string) {
			path := backedUp(t, dir, time.Now(), 3)
			change(path, func(b []byte) []byte { b[len(b)-40] ^= 1; return b })(t, dir)
		}, "backups", "1 of 1 are damaged", false, commandline.Damaged},
		"browsers that never connected": {func(t *testing.T, dir string) { paired(t, dir, time.Time{}) },
			"browsers", "never connected", false, commandline.NotRunning},
		"a browser long gone": {func(t *testing.T, dir string) { paired(t, dir, time.Now().AddDate(0, -1, 0)) },
			"browsers", "last connected", false, commandline.NotRunning},
		"a browser of today": {func(t *testing.T, dir string) { paired(t, dir, time.Now()) },
			"browsers", "last connected", true, commandline.NotRunning},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			keptFolder(t, dir, time.Now())
			closeFiles(t, dir)
			c.spoil(t, dir)
			found, code := doctorOf(t, dir)
			if f := found[c.check]; f.OK != c.ok || !strings.Contains(f.Message, c.message) {
				t.Errorf("%s: ok %v, %q; want %q", c.check, f.OK, f.Message, c.message)
			}
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if name != "nothing" {
				return
			}
			for check, f := range found {
				if !f.OK && check != "daemon" && check != "browsers" && check != "backups" {
					t.Errorf("a sound folder: %s: %s", check, f.Message)
				}
			}
		})
	}
}

// closeFiles takes from others what this process, unlike the program, made open.
func closeFiles(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// backedUp makes a backup that holds so many records, and gives its path in the folder.
func backedUp(t *testing.T, dir string, at time.Time, records uint64) string {
	t.Helper()
	source := backup.Source{Part: backup.Part{Name: "ledger", Format: 1},
		Save: func(_ context.Context, w io.Writer, s *backup.Summary) error {
			s.Records = records
			_, err := w.Write(bytes.Repeat([]byte("made-up content "), 100))
			return err
		}}
	kept := backup.New(backup.Config{Dir: filepath.Join(dir, backupsDir), Sources: []backup.Source{source}, MinFree: 1,
		Now: func() time.Time { return at }})
	made, err := kept.Take(t.Context(), backup.WhyAsked)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(backupsDir, made.Name)
}

func paired(t *testing.T, dir string, seen time.Time) {
	t.Helper()
	folder, err := settings.Open(dir)
	if err == nil {
		err = folder.AddClient(settings.Client{ID: "one", Browser: "Sample Browser", Secret: []byte("secret"), LastSeen: seen})
	}
	if err == nil {
		err = folder.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestDoctorFindsAClockThatWasSetBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	keptFolder(t, dir, time.Now().AddDate(0, 0, 2))
	found, _ := doctorOf(t, dir)
	if f := found["clock"]; f.OK || !strings.Contains(f.Message, "the newest entry") {
		t.Errorf("%+v", f)
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		started string
		ahead   int64
		now     time.Time
		ok      bool
	}{
		"right":                {now.Format(time.RFC3339), 299, now, true},
		"year one":             {"", 0, time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), false},
		"far away":             {"", 0, time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC), false},
		"set back since":       {now.Add(time.Hour).Format(time.RFC3339), 0, now, false},
		"ahead of the cloud":   {"", 301, now, false},
		"behind the cloud's":   {"", -301, now, false},
		"a little behind that": {"", -299, now, true},
	} {
		if f := checkClock(wire.Status{Started: c.started}, time.Time{}, c.ahead, c.now); f.OK != c.ok {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
