//go:build unix

package settings_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/settings"
	"blackmark/shared/problem"
)

const lockDir = "BLACKMARK_TEST_LOCK_DIR"

// The test binary runs itself as the other daemon.
func TestMain(m *testing.M) {
	dir := os.Getenv(lockDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	if _, err := settings.Open(dir); err != nil {
		fmt.Println(problem.Of(err).Code)
		return
	}
	fmt.Println("open")
	_, _ = os.Stdin.Read(make([]byte, 1)) // until it is killed
}

func open(t *testing.T, dir string) *settings.Folder {
	t.Helper()
	f, err := settings.Open(dir)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestFolderIsTheOwnersAlone(t *testing.T) {
	for _, mask := range []int{0, 0o022, 0o777} {
		dir := filepath.Join(t.TempDir(), "data")
		old := syscall.Umask(mask)
		f, err := settings.Open(dir)
		if err == nil {
			_, err = f.LocalKey()
		}
		if err == nil {
			_, err = f.DeviceID()
		}
		if err == nil {
			err = f.AddClient(settings.Client{ID: "a", Secret: []byte("s")})
		}
		syscall.Umask(old)
		if err != nil {
			t.Fatalf("umask %o: %v", mask, err)
		}
		if got := mode(t, dir); got != 0o700 {
			t.Errorf("umask %o: the folder is %o", mask, got)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 4 {
			t.Fatalf("%v %v", entries, err)
		}
		for _, e := range entries {
			if got := mode(t, filepath.Join(dir, e.Name())); got != 0o600 {
				t.Errorf("umask %o: %s is %o", mask, e.Name(), got)
			}
		}
		_ = f.Close()
	}
}

func TestWiderFolderIsTightened(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
	if got := mode(t, dir); got != 0o700 {
		t.Errorf("the folder is %o", got)
	}
}

func TestBadFolders(t *testing.T) {
	base := t.TempDir()
	link, file := filepath.Join(base, "link"), filepath.Join(base, "file")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	locked := filepath.Join(base, "locked")
	if err := os.Mkdir(locked, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, filepath.Join(locked, "lock")); err != nil {
		t.Fatal(err)
	}
	for dir, code := range map[string]string{link: "folder_symlink", file: "folder_not_folder", locked: "internal"} {
		_, err := settings.Open(dir)
		if err == nil || problem.Of(err).Code != code {
			t.Errorf("%s: %v, want %s", filepath.Base(dir), err, code)
		}
	}
}

func TestOneDaemonPerFolder(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	if _, err := settings.Open(dir); !errors.Is(err, settings.ErrInUse) {
		t.Fatalf("opened twice: %v", err)
	}
	_ = f.Close()

	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^$")
	cmd.Env = append(os.Environ(), lockDir+"="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 5)
	if _, err := out.Read(line); err != nil || !strings.HasPrefix(string(line), "open") {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	if _, err := settings.Open(dir); !errors.Is(err, settings.ErrInUse) {
		t.Fatalf("opened beside another process: %v", err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	open(t, dir) // the lock went with the process
}

func TestLocalKey(t *testing.T) {
	dir := t.TempDir()
	if _, err := settings.ReadLocalKey(dir); !errors.Is(err, settings.ErrNoKey) {
		t.Fatalf("before there is one: %v", err)
	}
	f := open(t, dir)
	key, err := f.LocalKey()
	if err != nil || len(key) != 32 || bytes.Equal(key, make([]byte, 32)) {
		t.Fatalf("%d bytes, %v", len(key), err)
	}
	for range 2 {
		again, err := f.LocalKey()
		if err != nil || !bytes.Equal(key, again) {
			t.Fatalf("another key the second time: %v", err)
		}
	}
	beside, err := settings.ReadLocalKey(dir) // while the folder is locked
	if err != nil || !bytes.Equal(key, beside) {
		t.Fatalf("beside the daemon: %v", err)
	}
	path := f.Path("local.key")
	if err := os.WriteFile(path, key[:31], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.LocalKey(); problem.Of(err).Kind != problem.Damaged {
		t.Fatalf("a short key: %v", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := settings.ReadLocalKey(dir); !errors.Is(err, settings.ErrKeyOpen) {
		t.Fatalf("a key that others can read: %v", err)
	}
}

func TestDeviceID(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	id, err := f.DeviceID()
	if err != nil || len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
		t.Fatalf("%q %v", id, err)
	}
	_ = f.Close()
	f = open(t, dir)
	if again, err := f.DeviceID(); err != nil || again != id {
		t.Fatalf("%q became %q, %v", id, again, err)
	}
	for text, code := range map[string]string{
		`{"format":1,"device_id":"short"}`: "settings_damaged",
		`{`:                                "settings_damaged",
		`{"format":2}`:                     "settings_too_new",
	} {
		if err := settings.WriteFileAtomic(f.Path("device.json"), []byte(text)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.DeviceID(); problem.Of(err).Code != code || problem.Of(err).Hint == "" {
			t.Errorf("%s: %v, want %s", text, err, code)
		}
	}
}

func TestClients(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	if list, err := f.Clients(); err != nil || len(list) != 0 {
		t.Fatalf("%v %v", list, err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	a := settings.Client{ID: "a", Origin: "chrome-extension://made-up", Browser: "Chromium", Secret: []byte{0, 1, 255}, Created: at, LastSeen: at}
	b := settings.Client{ID: "b", Secret: []byte{2}, Created: at, LastSeen: at}
	for _, c := range []settings.Client{a, b} {
		if err := f.AddClient(c); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct{ got, want error }{
		"twice":          {f.AddClient(a), settings.ErrClientExists},
		"no secret":      {f.AddClient(settings.Client{ID: "c"}), settings.ErrClientEmpty},
		"remove unknown": {f.RemoveClient("z"), settings.ErrClientUnknown},
		"touch unknown":  {f.TouchClient("z", at), settings.ErrClientUnknown},
		"touch":          {f.TouchClient("b", at.Add(time.Hour)), nil},
		"touch earlier":  {f.TouchClient("a", at.Add(-time.Hour)), nil},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	b.LastSeen = at.Add(time.Hour)
	_ = f.Close()
	f = open(t, dir)
	list, err := f.Clients()
	if diff := cmp.Diff([]settings.Client{a, b}, list); err != nil || diff != "" {
		t.Fatalf("%v\n%s", err, diff)
	}
	if err := f.RemoveClient("a"); err != nil {
		t.Fatal(err)
	}
	if list, err := f.Clients(); err != nil || len(list) != 1 || list[0].ID != "b" {
		t.Fatalf("%v %v", list, err)
	}
}

func TestClientsFromManySides(t *testing.T) {
	f := open(t, t.TempDir())
	var wait sync.WaitGroup
	for i := range 10 {
		wait.Go(func() {
			id := fmt.Sprint("c", i)
			if err := f.AddClient(settings.Client{ID: id, Secret: []byte{1}}); err != nil {
				t.Error(err)
			}
			if err := f.TouchClient(id, time.Unix(int64(i), 0)); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if list, err := f.Clients(); err != nil || len(list) != 10 {
		t.Fatalf("%d, %v", len(list), err)
	}
	entries, _ := os.ReadDir(f.Path())
	if len(entries) != 2 { // the lock and the list
		t.Errorf("something was left behind: %v", entries)
	}
}

func TestDefaultDir(t *testing.T) {
	want := t.TempDir()
	t.Setenv("BLACKMARK_DATA", want)
	if got, err := settings.DefaultDir(); err != nil || got != want {
		t.Errorf("%q %v", got, err)
	}
	t.Setenv("BLACKMARK_DATA", "")
	if got, err := settings.DefaultDir(); err != nil || filepath.Base(got) != "blackmark" || !filepath.IsAbs(got) {
		t.Errorf("%q %v", got, err)
	}
}
