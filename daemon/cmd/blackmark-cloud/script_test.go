package main

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"blackmark/shared/cloudtrust"
)

func TestMain(m *testing.M) {
	testscript.Main(m, programs)
}

// programs are what the test's own program is when it is called by their names.
var programs = map[string]func(){"blackmark-cloud": main}

// patience is how long something may take to happen at all.
const patience = 2 * time.Minute

// TestScripts runs testdata/*.txt: what an operator types, and what comes back.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(dataVariable, env.WorkDir+"/data")
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"await": await, "exits": exits, "invitation": invitation, "mode": mode,
			"appears": appears, "listens": listens, "shared": shared,
		},
	})
}

// await waits until the server's door for the operator is there: await [data].
func await(ts *testscript.TestScript, _ bool, args []string) {
	appears(ts, false, []string{append(args, "data")[0] + "/api/operator.json"})
}

// appears waits until a file is there: appears data/public/manifest.
func appears(ts *testscript.TestScript, _ bool, args []string) {
	eventually(ts, args[0], func() bool {
		_, err := os.Stat(ts.MkAbs(args[0]))
		return err == nil
	})
}

func eventually(ts *testscript.TestScript, what string, holds func() bool) {
	for end := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			ts.Fatalf("never: %s", what)
		}
	}
}

// listens waits until a server's log says where it listens, and sets a variable to
// it: listens eval.log EVAL.
func listens(ts *testscript.TestScript, _ bool, args []string) {
	said := regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`)
	eventually(ts, "where it listens in "+args[0], func() bool {
		log, err := os.ReadFile(ts.MkAbs(args[0]))
		found := said.FindSubmatch(log)
		if err != nil || found == nil {
			return false
		}
		ts.Setenv(args[1], string(found[1]))
		return true
	})
}

// shared copies what every role needs from one data folder to another.
func shared(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range []string{"trust.json", "tls.key", "relay.key"} {
		data, err := os.ReadFile(ts.MkAbs(args[0] + "/" + name))
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(args[1]+"/"+name), data, 0o600))
	}
}

// exits runs a program and compares its exit code: exits 2 blackmark-cloud steal.
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

// invitation reads the invitation on the standard output of the last command and
// compares the address in it.
func invitation(ts *testscript.TestScript, _ bool, args []string) {
	i, err := cloudtrust.ParseInvitation(strings.TrimSpace(ts.ReadFile("stdout")))
	ts.Check(err)
	if i.Address != args[0] {
		ts.Fatalf("it names %s", i.Address)
	}
}

// mode compares the rights of a file: mode 600 data/root.key.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); got != args[0] {
		ts.Fatalf("%s is %s", args[1], got)
	}
}
