package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"blackmark/daemon/cloud"
	"blackmark/shared/problem"
)

// Exit codes. They are part of what scripts rely on.
const (
	exitDone    = 0
	exitRefused = 1 // it was refused, or failed
	exitUsage   = 2 // the command line was not understood
	exitDamaged = 4 // stored data is damaged, or the disk is full
)

const exitHelp = `Exit codes:
  0  done
  1  refused, or failed; the message says why
  2  the command line was not understood
  4  stored data is damaged, or the disk is full`

// dataVariable names the data folder.
const dataVariable = "BLACKMARK_CLOUD_DATA"

// terminal is what every command shares.
type terminal struct {
	out, err io.Writer
	env      func(string) string

	json bool
	data string
}

// usageError is a command line that was not understood.
type usageError struct{ error }

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
	case errors.As(err, &p) && (p.Kind == problem.Damaged || p.Kind == problem.NoSpace):
		return exitDamaged
	}
	return exitRefused
}

func (t *terminal) complain(err error, code int) {
	var p *problem.Error
	if !errors.As(err, &p) {
		p = problem.New(problem.Internal, "internal", "this failed", "see what the message says; a running server's log may say more").Because(err)
	}
	if code == exitUsage {
		p = problem.New(problem.Invalid, "usage", err.Error(), "`blackmark-cloud help` shows the commands, `blackmark-cloud help COMMAND` one of them")
	}
	if t.json {
		_ = json.NewEncoder(t.err).Encode(map[string]*problem.Error{"problem": p})
		return
	}
	message := p.Message
	if p.Cause != nil {
		message = p.Error()
	}
	fmt.Fprintln(t.err, "blackmark-cloud:", message)
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
	if t.data != "" {
		return filepath.Abs(t.data)
	}
	if dir := t.env(dataVariable); dir != "" {
		return filepath.Abs(dir)
	}
	base, err := os.UserConfigDir()
	if err != nil {
		return "", problem.New(problem.Invalid, "folder_unknown",
			"there is no home folder to keep data in", "name a folder with --data").Because(err)
	}
	return filepath.Join(base, "blackmark-cloud"), nil
}

// operate opens the operator's way to the server and does something with it.
func (t *terminal) operate(do func(*cloud.Operator, cloud.Config) error) error {
	dir, err := t.dir()
	if err != nil {
		return err
	}
	c := cloud.Config{Dir: dir, Now: time.Now}
	o, err := cloud.OpenOperator(c)
	if err != nil {
		return err
	}
	return errors.Join(do(o, c), o.Close())
}

// exactly lets a command take n arguments.
func exactly(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := cobra.ExactArgs(n)(c, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

func between(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := cobra.RangeArgs(least, most)(c, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}
