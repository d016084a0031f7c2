package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"blackmark/daemon/settings"
)

// nobody is a user of this machine who is not the seller.
const nobody = 65534

// TestAnotherUser has another user of the same machine go for the seller's
// folder and his daemon: he reads no file, gets no byte without a proof, and
// his own command line says plainly that this daemon is not his.
func TestAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: only root can become another user")
	}
	d := newDoomed(t)
	d.program = copied(t)
	d.start(t)
	next := 0
	call, err := d.dial(t.Context())
	if err == nil {
		err = markAll(t.Context(), call, newMarks(&next, 3))
		call.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	// All above the folder is open, or it would be the test's folder that refuses.
	for dir := filepath.Dir(d.data); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	control := filepath.Join(filepath.Dir(d.data), "control")
	if err := os.WriteFile(control, []byte("open to all"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := asNobody(t, "cat", control); err != nil || !strings.Contains(out, "open to all") {
		t.Fatalf("the control: another user cannot read what is open to all: %s %v", out, err)
	}

	files := 0
	err = filepath.WalkDir(d.data, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it works on
		}
		if err != nil {
			return err
		}
		files++
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", path, info.Mode())
		}
		if out, err := asNobody(t, "cat", path); err == nil || !strings.Contains(out, "Permission denied") {
			t.Errorf("another user reads %s: %.100q %v", path, out, err)
		}
		return nil
	})
	if err != nil || files < 10 {
		t.Fatalf("%d files: %v", files, err)
	}
	if out, err := asNobody(t, "ls", d.data); err == nil {
		t.Errorf("another user lists the folder: %s", out)
	}

	key, err := settings.ReadLocalKey(d.data)
	if err != nil {
		t.Fatal(err)
	}
	for name, where := range map[string]string{"the seller's folder": d.data, "a folder of his own": ""} {
		if where == "" {
			where = filepath.Join(t.TempDir(), "own")
			if err := os.Chmod(filepath.Dir(filepath.Dir(where)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Dir(where), 0o777); err != nil {
				t.Fatal(err)
			}
		}
		for _, args := range [][]string{{"list"}, {"status"}, {"mark", "aliexpress::ali_id:100000001", "--reason", "returns"}, {"pair"}} {
			program := append([]string{"env", portsVariable + "=" + d.portList, d.program}, append(args, "--data", where)...)
			out, err := asNobody(t, program...)
			var exit *exec.ExitError
			switch {
			case !errors.As(err, &exit) || exit.ExitCode() == 0:
				t.Errorf("%s, %v: %q %v", name, args, out, err)
			case !strings.Contains(out, "hint:") || strings.Contains(out, "panic") || strings.Contains(out, "something went wrong") || strings.Contains(out, "Made Up") || strings.Contains(out, "100000001"):
				t.Errorf("%s, %v: no plain refusal: %q", name, args, out)
			case bytes.Contains([]byte(out), key):
				t.Errorf("%s, %v: the key is told", name, args)
			}
			t.Logf("%s, %v: exit %d: %s", name, args[0], exit.ExitCode(), strings.SplitN(out, "\n", 2)[0])
		}
	}
	// His own program on the socket gets no byte. /dev/tcp is a connection of bash.
	port, _, _ := strings.Cut(d.portList, ",")
	for _, request := range []string{
		"GET /v1/status HTTP/1.1\\r\\nHost: 127.0.0.1:" + port + "\\r\\n\\r\\n",
		"POST /v1/marks/list HTTP/1.1\\r\\nHost: 127.0.0.1:" + port + "\\r\\nContent-Type: application/json\\r\\nContent-Length: 2\\r\\n\\r\\n{}",
	} {
		script := fmt.Sprintf("exec 3<>/dev/tcp/127.0.0.1/%s; printf '%s' >&3; cat <&3; echo ENDED", port, request)
		if out, err := asNobody(t, "bash", "-c", script); err != nil || strings.TrimSpace(strings.ReplaceAll(out, "cat: -: Connection reset by peer", "")) != "ENDED" {
			t.Errorf("without a proof another user got %q, %v", out, err)
		}
	}
	if listed := d.list(t); len(listed) != 3 {
		t.Errorf("%d marks are left of 3", len(listed))
	}
	t.Logf("%d files and folders refused", files)
}

// asNobody runs a program as another user and gives all that it says.
func asNobody(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// copied is this test's program under the name of the daemon, where other users
// can start it: the folder it was built in is closed to them.
func copied(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	name := filepath.Join(t.TempDir(), "blackmark")
	to, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o755)
	if err == nil {
		_, err = io.Copy(to, from)
		err = errors.Join(err, to.Close())
	}
	if err == nil {
		err = os.Chmod(filepath.Dir(filepath.Dir(name)), 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}
