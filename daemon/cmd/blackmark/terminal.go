package main

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"blackmark/daemon/cloudlink"
	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi"
	"blackmark/daemon/settings"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
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

// execute runs a command line and gives its exit code.
func (t *terminal) execute(ctx context.Context, args []string) int {
	root := newRootCommand(t)
	root.SetArgs(args)
	root.SetOut(t.out)
	root.SetErr(t.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return commandline.Done
	}
	code := codeOf(err)
	t.complain(err, code)
	return code
}

func codeOf(err error) int {
	if errors.Is(err, localapi.ErrNotRunning) || errors.Is(err, localapi.ErrNotOurs) {
		return commandline.NotRunning
	}
	return commandline.CodeOf(err)
}

// complain writes an error as a person reads it, or as JSON.
func (t *terminal) complain(err error, code int) {
	p := problem.Of(err)
	if code == commandline.Misread {
		p = commandline.Misunderstood("blackmark", err)
	}
	commandline.Complain(t.err, "blackmark", t.json, p)
}

// print writes one JSON object, or what text writes.
func (t *terminal) print(object any, text func(w io.Writer)) error {
	return commandline.Print(t.out, t.json, object, text)
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
			return nil, commandline.Usagef("%s holds no list of ports", portsVariable)
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
		return cloudlink.Pace{}, commandline.Usagef("%s holds no time from 1s to 24h", intervalVariable)
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
