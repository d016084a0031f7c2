package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"blackmark/daemon/cloudlink"
	"blackmark/daemon/localapi"
	"blackmark/daemon/settings"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// Exit codes. They are part of what scripts rely on.
const (
	exitDone       = 0
	exitRefused    = 1 // it was refused, or failed
	exitUsage      = 2 // the command line was not understood
	exitNotRunning = 3 // no daemon of this data folder answers
	exitDamaged    = 4 // stored data is damaged, or the disk is full
)

const exitHelp = `Exit codes:
  0  done
  1  refused, or failed; the message says why
  2  the command line was not understood
  3  the daemon is not running
  4  stored data is damaged or the disk is full; nothing more is saved`

// portsVariable names other ports than Blackmark's own, for tests that must
// not meet a real daemon.
const portsVariable = "BLACKMARK_PORTS"

// terminal is what every command shares: where it writes, and what was asked
// of all of them.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string

	json bool
	data string // the data folder; empty means the default
}

// usageError is a command line that was not understood.
type usageError struct{ error }

// execute runs a command line and gives its exit code.
func (t *terminal) execute(ctx context.Context, args []string) int {
	root := newRootCommand(t)
	root.SetArgs(args)
	root.SetOut(t.out)
	root.SetErr(t.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	code := codeOf(err)
	t.complain(err, code)
	return code
}

func codeOf(err error) int {
	var usage usageError
	var p *problem.Error
	switch {
	case errors.As(err, &usage) || strings.HasPrefix(err.Error(), "unknown command"):
		return exitUsage
	case !errors.As(err, &p):
		return exitRefused
	case errors.Is(p, localapi.ErrNotRunning) || errors.Is(p, localapi.ErrNotOurs):
		return exitNotRunning
	case p.Kind == problem.Damaged || p.Kind == problem.NoSpace:
		return exitDamaged
	}
	return exitRefused
}

// complain writes an error as a person reads it, or as JSON.
func (t *terminal) complain(err error, code int) {
	p := problem.Of(err)
	if code == exitUsage {
		p = problem.New(problem.Invalid, "usage", err.Error(), "`blackmark help` shows the commands, `blackmark help COMMAND` one of them")
	}
	if t.json {
		_ = json.NewEncoder(t.err).Encode(map[string]*problem.Error{"problem": p})
		return
	}
	message := p.Message
	if p.Cause != nil {
		message = p.Error()
	}
	fmt.Fprintln(t.err, "blackmark:", message)
	if p.Field != "" {
		fmt.Fprintln(t.err, "  in:", p.Field)
	}
	if p.Hint != "" {
		fmt.Fprintln(t.err, "  hint:", p.Hint)
	}
}

// print writes one JSON object, or what text writes.
func (t *terminal) print(object any, text func(w io.Writer)) error {
	if t.json {
		return json.NewEncoder(t.out).Encode(object)
	}
	text(t.out)
	return nil
}

// dir is the data folder.
func (t *terminal) dir() (string, error) {
	if t.data == "" {
		return settings.DefaultDir()
	}
	return filepath.Abs(t.data)
}

// ports are those to listen on or to try.
func (t *terminal) ports() ([]int, error) {
	text := t.env(portsVariable)
	if text == "" {
		return wire.Ports, nil
	}
	var ports []int
	for part := range strings.SplitSeq(text, ",") {
		port, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || port < 0 || port > 65535 {
			return nil, usageError{fmt.Errorf("%s holds no list of ports", portsVariable)}
		}
		ports = append(ports, port)
	}
	return ports, nil
}

// intervalVariable names another interval than an hour between two looks at the
// cloud's list, as 5s, for tests and for a cloud that publishes more often.
const intervalVariable = "BLACKMARK_CLOUD_INTERVAL"

// pace is how often the daemon looks at the cloud.
func (t *terminal) pace() (cloudlink.Pace, error) {
	text := t.env(intervalVariable)
	if text == "" {
		return cloudlink.Pace{}, nil
	}
	interval, err := time.ParseDuration(text)
	if err != nil || interval < time.Second || interval > 24*time.Hour {
		return cloudlink.Pace{}, usageError{fmt.Errorf("%s holds no time from 1s to 24h", intervalVariable)}
	}
	return cloudlink.Pace{Sync: interval, Background: min(interval, 2*time.Minute), Rejudge: interval}, nil
}

// call finds the daemon of the data folder and does something with it.
func (t *terminal) call(ctx context.Context, do func(*localapi.Call) error) error {
	dir, err := t.dir()
	if err != nil {
		return err
	}
	ports, err := t.ports()
	if err != nil {
		return err
	}
	key, err := settings.ReadLocalKey(dir)
	if errors.Is(err, settings.ErrNoKey) {
		return localapi.ErrNotRunning // it never ran on this folder
	}
	if err != nil {
		return err
	}
	call, err := localapi.Dial(ctx, ports, key)
	if err != nil {
		return err
	}
	defer call.Close()
	return do(call)
}

// portFree tells whether nobody listens on a port.
func portFree(port int) bool {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	_ = l.Close()
	return true
}

// exactly lets a command take n arguments; another number is a mistake in
// the command line.
func exactly(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := cobra.ExactArgs(n)(c, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

func atMost(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := cobra.MaximumNArgs(n)(c, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}
