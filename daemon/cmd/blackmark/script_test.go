package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi/socket"
	"blackmark/daemon/settings"
	"blackmark/shared/wire"
)

func TestMain(m *testing.M) {
	testscript.Main(m, programs)
}

// programs are what the test's own program is when it is called by their names.
var programs = map[string]func(){"blackmark": main, "served-cloud": servedCloud}

// patience is how long something may take to happen at all.
const patience = 2 * time.Minute

// TestScripts runs testdata/*.txt: what a person types, and what comes back.
// Each has its own data folder and ports.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("BLACKMARK_DATA", env.WorkDir+"/data")
			env.Setenv("HOME", env.WorkDir)
			env.Values[squatterKey{}] = &squatter{}
			ports, err := freePorts(4)
			one, two := ports[:2], ports[2:]
			env.Setenv(portsVariable, strings.Join(one, ","))
			env.Setenv("OTHER_PORTS", strings.Join(two, ","))
			return err
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"await": await, "gone": gone, "exits": exits, "browser": browser, "flip": flip,
			"squat": squat, "squatted": squatted, "invitation": invitation, "joins": joins, "sold": sold, "until": until,
			"newest-import": newestImport, "rows": rows,
			"holds":  holds,
			"newest": newest,
		},
	})
}

// freePorts finds ports that nobody uses now.
func freePorts(n int) ([]string, error) {
	var list []string
	for range n {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		list = append(list, strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	}
	return list, nil
}

// await waits until the command line finds the daemon.
func await(ts *testscript.TestScript, _ bool, _ []string) {
	eventually(ts, "the daemon answers", func() bool {
		err := ts.Exec("blackmark", "status")
		var exit *exec.ExitError
		return err == nil || errors.As(err, &exit) && exit.ExitCode() == commandline.Damaged
	})
}

// gone waits until no daemon answers and the folder is free: a process that was
// killed gives back its port and its locks one after the other.
func gone(ts *testscript.TestScript, _ bool, _ []string) {
	eventually(ts, "the daemon is gone", func() bool {
		var exit *exec.ExitError
		if !errors.As(ts.Exec("blackmark", "status"), &exit) || exit.ExitCode() != commandline.NotRunning {
			return false
		}
		held, err := settings.Locked(ts.Getenv("BLACKMARK_DATA"))
		ts.Check(err)
		return !held
	})
}

func eventually(ts *testscript.TestScript, what string, holds func() bool) {
	for end := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			ts.Fatalf("never: %s", what)
		}
	}
}

// exits runs a program and compares its exit code: exits 3 blackmark status.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

const origin = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"

// browser reads the code that `blackmark pair` wrote into a file and pairs as
// an extension does. With a minus before it the code is spoilt first.
func browser(ts *testscript.TestScript, neg bool, args []string) {
	var key []byte
	eventually(ts, "there is a code in "+args[0], func() bool {
		data, _ := os.ReadFile(ts.MkAbs(args[0]))
		for line := range strings.Lines(string(data)) {
			var window wire.Pairing
			if json.Unmarshal([]byte(line), &window) == nil {
				line = window.Code
			}
			if k, err := wire.CodeKey(line); err == nil {
				key = k
			}
		}
		return key != nil
	})
	if neg {
		key[0] ^= 1
	}
	port, _, _ := strings.Cut(ts.Getenv(portsVariable), ",")
	address := net.JoinHostPort("127.0.0.1", port)
	data, _, err := pairAs(address, key)
	ts.Check(err)
	if paired := bytes.Contains(data, []byte(`"paired"`)); paired == neg {
		ts.Fatalf("pairing got %s", data)
	}
}

// pairAs pairs with the key of a code, as an extension does. It gives the
// daemon's answer and the secret that both have afterwards.
func pairAs(address string, key []byte) (answer, secret []byte, err error) {
	conn, err := socket.Dial(context.Background(), address, wire.PairPath, origin)
	if err != nil {
		return nil, nil, err
	}
	defer conn.Close()
	var challenge wire.Challenge
	if err := conn.ReadInto(&challenge); err != nil {
		return nil, nil, err
	}
	transcript := wire.Transcript{Purpose: wire.ForPairing, DaemonNonce: challenge.Nonce, ClientNonce: wire.NewNonce(),
		Origin: origin, Version: wire.Version, Address: address}
	err = conn.Write(wire.Pair{Type: "pair", Version: wire.Version, Nonce: transcript.ClientNonce, Address: address,
		Browser: "Sample Browser", Proof: wire.Proof(key, wire.ClientSide, transcript)})
	if err != nil {
		return nil, nil, err
	}
	if answer, err = conn.Read(); err != nil {
		return nil, nil, err
	}
	secret, err = wire.PairedSecret(key, transcript.DaemonNonce, transcript.ClientNonce)
	return answer, secret, err
}

// flip turns one bit of a file: flip data/ledger/journal 40.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	file := ts.MkAbs(args[0])
	data, err := os.ReadFile(file)
	ts.Check(err)
	data[at] ^= 1
	ts.Check(os.WriteFile(file, data, 0o600))
}

// holds looks for a text in the bytes of every file of a folder, in any case:
// holds data Sample.
func holds(ts *testscript.TestScript, neg bool, args []string) {
	var files []string
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d fs.DirEntry, err error) error {
		var data []byte
		if err == nil && !d.IsDir() {
			data, err = os.ReadFile(path)
		}
		if bytes.Contains(bytes.ToLower(data), bytes.ToLower([]byte(args[1]))) {
			files = append(files, path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // an index that is being built
		}
		return err
	}))
	if neg == (len(files) > 0) {
		ts.Fatalf("%q stands in %v", args[1], files)
	}
}

// rows writes a table of so many made-up buyers: rows FILE 1000.
func rows(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := []byte("marketplace,kind,id,reason\n")
	for i := range n {
		text = append(text, "aliexpress,ali_id,"+strconv.Itoa(90000000+i)+",other\n"...)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
}

// newestImport takes the id of the newest import from what was just printed as
// JSON: newest-import NAME.
func newestImport(ts *testscript.TestScript, _ bool, args []string) {
	var list wire.ImportList
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &list))
	ts.Setenv(args[0], list.Imports[0].ID[:8])
}

type squatterKey struct{}

// squatter sits on a port and keeps all that comes.
type squatter struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *squatter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

// squat takes the first port and answers every caller with a refusal.
func squat(ts *testscript.TestScript, _ bool, _ []string) {
	port, _, _ := strings.Cut(ts.Getenv(portsVariable), ",")
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", port))
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	s := ts.Value(squatterKey{}).(*squatter)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.WriteString(conn, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n")
				_, _ = io.Copy(s, conn)
			}()
		}
	}()
}

// squatted checks that the squatter was called, and got no secret.
func squatted(ts *testscript.TestScript, _ bool, _ []string) {
	key, err := os.ReadFile(ts.MkAbs("data/local.key"))
	ts.Check(err)
	s := ts.Value(squatterKey{}).(*squatter)
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.text.Bytes()
	if len(got) == 0 {
		ts.Fatalf("nobody called the squatter: this test shows nothing")
	}
	if bytes.Contains(got, key) || bytes.Contains(got, []byte(hex.EncodeToString(key))) || bytes.Contains(got, []byte("Authorization")) {
		ts.Fatalf("the squatter got a secret: %q", got)
	}
}
