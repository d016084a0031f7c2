package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"blackmark/daemon/cloud"
	"blackmark/daemon/commandline"
	"blackmark/shared/problem"
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

func (t *terminal) execute(ctx context.Context, args []string) int {
	root := newRootCommand(t)
	root.SetArgs(args)
	root.SetOut(t.out)
	root.SetErr(t.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return commandline.Done
	}
	code := commandline.CodeOf(err)
	t.complain(err, code)
	return code
}

func (t *terminal) complain(err error, code int) {
	var p *problem.Error
	switch {
	case code == commandline.Misread:
		p = commandline.Misunderstood("blackmark-cloud", err)
	case !errors.As(err, &p):
		p = problem.New(problem.Internal, "internal", "this failed", "see what the message says; a running server's log may say more").Because(err)
	}
	commandline.Complain(t.err, "blackmark-cloud", t.json, p)
}

func (t *terminal) print(object any, text func(w io.Writer)) error {
	return commandline.Print(t.out, t.json, object, text)
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
