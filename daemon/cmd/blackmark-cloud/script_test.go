package main

import (
	"errors"
	"os"
	"os/exec"
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
const patience = 20 * time.Second

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
		},
	})
}

// await waits until the server's door for the operator is there: await [data].
func await(ts *testscript.TestScript, _ bool, args []string) {
	data := append(args, "data")[0]
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(ts.MkAbs(data + "/api/operator.json")); err == nil {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("the server never came")
		}
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
