package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi"
	"blackmark/daemon/osservice"
	"blackmark/shared/problem"
)

// startLimit is how long a freshly installed daemon may take to answer.
const startLimit = 15 * time.Second

func newInstallCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "install",
		Short: "Let the daemon start whenever you sign in",
		Long: `Installs the daemon as a service of your own: it starts when you sign in and
again if it fails. Nothing is installed for other users and no rights of an
administrator are needed. It works with systemd and on macOS; elsewhere it
says what is missing.

` + exitHelp,
		Example: `  blackmark install
  blackmark install --data ./blackmark-data`,
		Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return t.install(c.Context()) },
	}
}

// service is the daemon as a service on the data folder of this command line.
func (t *terminal) service() (*osservice.Service, string, error) {
	dir, err := t.dir()
	if err != nil {
		return nil, "", err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	if program, err = filepath.EvalSymlinks(program); err != nil {
		return nil, "", err
	}
	s, err := osservice.Open(program, []string{"run", "--data", dir})
	return s, dir, err
}

func (t *terminal) install(ctx context.Context) error {
	s, dir, err := t.service()
	if err != nil {
		return err
	}
	if err := s.Install(); err != nil {
		return err
	}
	if err := t.awaitDaemon(ctx); err != nil {
		return problem.New(problem.Unavailable, "service_silent",
			"Blackmark was installed, but does not answer yet", "`blackmark doctor` looks for the cause").Because(err)
	}
	return t.print(map[string]string{"state": string(osservice.Running), "data": dir}, func(w io.Writer) {
		fmt.Fprintf(w, "Installed and running. Its data is in %s\nNext: `blackmark pair` connects a browser.\n", dir)
	})
}

// awaitDaemon waits until the daemon proves itself.
func (t *terminal) awaitDaemon(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		err := t.call(ctx, func(*localapi.Call) error { return nil })
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(askEvery):
		}
	}
}
