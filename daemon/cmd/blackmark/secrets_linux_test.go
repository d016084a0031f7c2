package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"blackmark/daemon/cloud"
	"blackmark/daemon/localapi/socket"
	"blackmark/daemon/orders"
	"blackmark/daemon/settings"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// secret is something that stands in no log, by its name.
type secret struct {
	name string
	data []byte
}

// hits finds secrets in a text, as they are and as bytes are often written.
func hits(secrets []secret, text []byte) (found []string) {
	for _, s := range secrets {
		for _, form := range [][]byte{s.data, []byte(hex.EncodeToString(s.data)), []byte(strings.ToUpper(hex.EncodeToString(s.data))),
			[]byte(base64.RawStdEncoding.EncodeToString(s.data)), []byte(base64.RawURLEncoding.EncodeToString(s.data)),
			fmt.Appendf(nil, "%v", s.data), []byte(strings.Trim(fmt.Sprintf("%q", s.data), `"`))} {
			if bytes.Contains(text, form) {
				found = append(found, s.name)
				break
			}
		}
	}
	return found
}

// TestSecretsStayInside takes a daemon that logs all it can through a seller's
// day, ends it with a dump of all goroutines, and looks for every secret and
// every word about a buyer in what it wrote, its arguments and its environment.
func TestSecretsStayInside(t *testing.T) {
	const passphrase = "seven sample words nobody would ever guess"
	id, order, name, note := "90007310042", "8012345678901234", "Specimen Person", "threw-the-kettle"
	key := buyer.Key{Marketplace: "aliexpress", Kind: "ali_id", ID: id}
	log := &logFile{}
	d := newDoomed(t)
	d.stderr, d.flags = log, []string{"--debug"}
	t.Setenv("BLACKMARK_CLOUD_INTERVAL", "1s")
	sell(t, d.data, key, order, name)
	clouds := filepath.Join(t.TempDir(), "cloud")
	invited := invitedBy(t, clouds, d.program)
	d.start(t)

	line := func(stdin string, args ...string) []byte {
		t.Helper()
		cmd := exec.Command(d.program, append(args, "--data", d.data)...)
		cmd.Env = append(os.Environ(), portsVariable+"="+d.portList)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return out
	}
	call, err := d.dial(t.Context())
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	defer call.Close()
	var window wire.Pairing
	must(call.Post(t.Context(), "/v1/pairing", nil, &window))
	codeKey, err := wire.CodeKey(window.Code)
	must(err)
	_, paired, err := pairAs(call.Address(), codeKey)
	must(err)
	line("", "mark", key.String(), "--reason", "extortion", "--note", note, "--name", name)
	line("", "show", key.String())
	line("", "share", "join", invited)
	line("", "share", "settings", "--delay", "0", "--threshold", "1")
	line("", "share", "all")
	for end := time.Now().Add(patience); !bytes.Contains(line("", "share", "list"), []byte(id)); {
		if time.Now().After(end) {
			t.Fatal("it was never shared")
		}
	}
	file := filepath.Join(t.TempDir(), "list.sealed")
	exported := line(passphrase+"\n", "export", file, "--passphrase-file", "-")
	if data, err := os.ReadFile(file); err != nil || len(data) < 100 {
		t.Fatalf("no export: %v %s", err, exported)
	}
	local, err := settings.ReadLocalKey(d.data)
	must(err)
	b := &besieged{doomed: d, t: t, address: call.Address(), key: local}
	token := b.token()
	if heard, err := b.say(fmt.Sprintf("POST /v1/buyers/report HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"keys\":7", b.address, token), false); err != nil || len(heard) == 0 {
		t.Fatalf("a report that was asked for badly got %q, %v", heard, err)
	}
	if heard, err := b.say("GET /v1/status?note="+note+" HTTP/1.1\r\nHost: "+b.address+"\r\nAuthorization: Bearer "+token+"\r\n\r\n", false); err != nil || len(heard) != 0 {
		t.Fatalf("a note in an address got %q, %v", heard, err)
	}
	conn, err := b.prove()
	must(err)
	must(conn.Write(wire.Watch{Type: "watch", ID: 1, Page: "p", Site: "x", Rows: []wire.Row{{Row: "r", Sighting: wire.Sighting{
		Order: &wire.Order{Marketplace: "aliexpress", Number: order}, Keys: []buyer.Key{key}, Name: name, Source: wire.FromDefinition}}}}))
	if data, err := conn.Read(); err != nil || !bytes.Contains(data, []byte(`"black"`)) {
		t.Fatalf("the row got %s, %v", data, err)
	}
	must(conn.WriteText([]byte(`{"type":"` + note + `","id":2,"` + name + `":"` + id + `"}`)))
	if data, err := conn.Read(); err != nil || socket.Decode(data, &wire.Failed{}) != nil {
		t.Fatalf("nonsense got %s, %v", data, err)
	}
	conn.Close()

	secrets := []secret{{"the code", []byte(window.Code)}, {"the code's key", codeKey}, {"the browser's secret", paired},
		{"the command line's key", local}, {"a token", []byte(token)}, {"the invitation", []byte(invited)},
		{"a buyer's id", []byte(id)}, {"an order's number", []byte(order)}, {"a name", []byte(name)},
		{"a note", []byte(note)}, {"a passphrase", []byte(passphrase)}, {"the cloud's token", deviceToken(t, d.data)}}
	pid := d.process.Process.Pid
	places := map[string][]byte{}
	for _, file := range []string{"cmdline", "environ"} {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
		must(err)
		places[file] = data
	}
	must(d.process.Process.Signal(syscall.SIGQUIT))
	_ = d.process.Wait() // it says that it was ended
	d.process = nil
	places["log"] = []byte(log.String())
	if text := log.String(); !strings.Contains(text, "path=/v1/marks") || !strings.Contains(text, "type=watch") || !strings.Contains(text, "SIGQUIT") {
		t.Errorf("the log does not show all it can, or no dump:\n%.2000s", text)
	}
	for place, text := range places {
		if found := hits(secrets, text); len(found) > 0 || len(text) == 0 {
			t.Errorf("%s of %d bytes holds %q", place, len(text), found)
		}
		// The control: what is planted is found, everything of it.
		for _, s := range secrets {
			planted := append(bytes.Clone(text), base64.RawURLEncoding.EncodeToString(s.data)...)
			if len(s.data) < 8 || len(hits([]secret{s}, planted)) != 1 {
				t.Fatalf("%s, planted in %s, is not found", s.name, place)
			}
		}
	}
	t.Logf("%d secrets, 0 found in %d bytes of log and dump, %d of arguments, %d of environment",
		len(secrets), len(places["log"]), len(places["cmdline"]), len(places["environ"]))
}

// sell puts an order of a buyer into the history of a folder.
func sell(t *testing.T, dir string, key buyer.Key, number, name string) {
	t.Helper()
	folder, err := settings.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	store, err := orders.Open(orders.Config{Dir: folder.Path("orders"), MinFree: 1})
	if err == nil {
		_, err = store.See(t.Context(), []orders.Sighting{{Marketplace: key.Marketplace, Region: key.Region,
			Number: number, Keys: []buyer.Key{key}, Name: name, Source: orders.FromDefinition}})
	}
	if err == nil {
		err = store.Close()
	}
	if err == nil {
		err = folder.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// invitedBy starts a cloud in a folder, and gives an invitation of it.
func invitedBy(t *testing.T, dir, program string) string {
	t.Helper()
	name := filepath.Join(filepath.Dir(program), "served-cloud")
	if err := os.Symlink(program, name); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	var made cloud.Invited
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(dir, "api", "operator.json")); err == nil {
			operator, err := cloud.OpenOperator(cloud.Config{Dir: dir})
			if err == nil {
				err = operator.Do(context.Background(), "invite", cloud.InviteQuery{Uses: 1, Days: 1}, &made)
				_ = operator.Close()
			}
			if err == nil {
				return made.Invitation
			}
		}
		if time.Now().After(end) {
			t.Fatal("the cloud does not answer its operator")
		}
	}
}

// deviceToken is what the cloud knows this installation by.
func deviceToken(t *testing.T, dir string) []byte {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "cloud", "*.json"))
	for _, file := range files {
		var member struct {
			Device string `json:"device"`
		}
		data, err := os.ReadFile(file)
		if err == nil && json.Unmarshal(data, &member) == nil && member.Device != "" {
			return []byte(member.Device)
		}
	}
	t.Fatalf("no device's token in %v", files)
	return nil
}
