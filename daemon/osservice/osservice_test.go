//go:build linux

package osservice_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"blackmark/daemon/osservice"
	"blackmark/shared/problem"
)

func TestWhereUserServicesAreNotSupportedItSaysWhatIsMissing(t *testing.T) {
	found := func(string) (string, error) { return "/bin/it", nil }
	missing := func(string) (string, error) { return "", exec.ErrNotFound }
	session := func(string) string { return "/run/user/1000" }
	none := func(string) string { return "" }
	cases := []struct {
		name, platform string
		env            func(string) string
		look           func(string) (string, error)
		says           string // empty: it is supported
	}{
		{"systemd with a session", "linux-systemd", session, found, ""},
		{"systemd without a session", "linux-systemd", none, found, "XDG_RUNTIME_DIR"},
		{"systemd without systemctl", "linux-systemd", session, missing, "systemctl"},
		{"macOS", "darwin-launchd", none, missing, ""},
		{"SysV", "unix-systemv", session, found, "user services are not supported"},
		{"OpenRC", "linux-openrc", session, found, "user services are not supported"},
		{"Windows", "windows-service", session, found, "user services are not supported"},
		{"nothing", "", session, found, "no service manager"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := osservice.Supported(c.platform, c.env, c.look)
			if c.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var p *problem.Error
			if !errors.As(err, &p) || !strings.Contains(p.Message, c.says) || p.Hint == "" {
				t.Errorf("says %v, want %q and a hint", err, c.says)
			}
		})
	}
}

// A stand-in for systemctl that writes down how it is called, so that the
// unit file and the calls can be seen where no systemd runs.
const systemctl = `#!/bin/sh
echo "$@" >> "$CALLS"
case "$1" in
is-active) if [ -e "$CALLS.started" ]; then echo active; exit 0; fi; echo inactive; exit 3;;
list-unit-files) if [ -e "$HOME/.config/systemd/user/blackmark.service" ]; then echo blackmark.service; exit 0; fi; exit 1;;
start) touch "$CALLS.started";;
stop) rm "$CALLS.started";;
enable) if [ -n "$FAIL" ]; then echo no bus >&2; exit 1; fi;;
esac
`

// TestUnitOfSystemd runs itself again where programs in the path make it look
// as if systemd ran: the library decides that once, when it is loaded.
func TestUnitOfSystemd(t *testing.T) {
	dir := os.Getenv("BLACKMARK_TEST_SYSTEMD")
	if dir != "" {
		checkUnit(t, dir)
		return
	}
	dir = t.TempDir()
	for _, name := range []string{"systemctl", "rpm-ostree"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(systemctl), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	again := exec.Command(os.Args[0], "-test.run=^TestUnitOfSystemd$", "-test.v")
	again.Env = append(os.Environ(), "BLACKMARK_TEST_SYSTEMD="+dir, "PATH="+dir+":/usr/bin:/bin",
		"HOME="+dir, "CALLS="+filepath.Join(dir, "calls"), "XDG_RUNTIME_DIR="+dir)
	out, err := again.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestUnitOfSystemd") {
		t.Fatalf("%v\n%s", err, out)
	}
}

func checkUnit(t *testing.T, dir string) {
	unit := filepath.Join(dir, ".config/systemd/user/blackmark.service")

	s, err := osservice.Open("/opt/my tools/blackmark", []string{"run", "--data", `/srv/ana/50% "off"/$data`})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("FAIL", "yes")
	if err := s.Install(); err == nil {
		t.Fatal("the system refused, and nobody said so")
	}
	if _, err := os.Stat(unit); err == nil {
		t.Fatal("a unit that was refused was left behind")
	}
	t.Setenv("FAIL", "")
	if err := s.Install(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(unit)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`ExecStart="/opt/my tools/blackmark" "run" "--data" "/srv/ana/50%% \"off\"/$$data"`,
		"WantedBy=default.target", "RestartSec=2",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the unit lacks %s:\n%s", want, text)
		}
	}
	if err := s.Install(); !errors.Is(err, osservice.ErrInstalled) {
		t.Errorf("installed twice: %v", err)
	}
	if state, err := s.State(); state != osservice.Running {
		t.Errorf("is %s (%v) after install", state, err)
	}
	if err := s.Uninstall(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(unit); err == nil {
		t.Error("the unit outlived the uninstall")
	}
	if err := s.Uninstall(); !errors.Is(err, osservice.ErrAbsent) {
		t.Errorf("uninstalled twice: %v", err)
	}
}
