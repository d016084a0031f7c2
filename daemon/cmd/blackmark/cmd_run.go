package main

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/daemon/settings"
)

func newRunCommand(t *terminal) *cobra.Command {
	var debug bool
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the daemon in this window",
		Long: `Runs the daemon until it is interrupted (Ctrl-C). It listens on 127.0.0.1
alone, on the first free one of five fixed ports, and writes its log to
standard error. The log holds no buyer, no name and no note.

To have it start by itself, use "blackmark install" instead.

Once you share with other sellers it looks at their list every hour;
BLACKMARK_CLOUD_INTERVAL names another time, from 1s to 24h.

` + exitHelp,
		Example: `  blackmark run
  blackmark run --data ./try-out`,
		Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return t.run(c.Context(), debug) },
	}
	c.Flags().BoolVar(&debug, "debug", false, "log every request too, without who asked about whom")
	return c
}

func (t *terminal) run(ctx context.Context, debug bool) error {
	dir, err := t.dir()
	if err != nil {
		return err
	}
	ports, err := t.ports()
	if err != nil {
		return err
	}
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if debug {
		options.Level = slog.LevelDebug
	}
	kept := &logLines{}
	out := io.MultiWriter(kept, t.err) // kept first: nobody may read standard error any more
	log := slog.New(slog.NewTextHandler(out, options))
	if t.json {
		log = slog.New(slog.NewJSONHandler(out, options))
	}
	pace, err := t.pace()
	if err != nil {
		return err
	}
	folder, err := settings.Open(dir)
	if err != nil {
		return err
	}
	err = keepRunning(ctx, Config{Dir: dir, Ports: ports, Pace: pace, Log: log, LogLines: kept.last}, folder)
	return errors.Join(err, folder.Close())
}

// keepRunning runs the daemon until ctx ends. After a restore it opens what lies in
// the folder then; the lock is held all the while.
func keepRunning(ctx context.Context, c Config, folder *settings.Folder) error {
	for {
		main, err := openMain(c, folder)
		if err != nil {
			return err
		}
		c.Log.Info("Blackmark runs", "version", version(), "address", main.Address())
		err = errors.Join(main.Run(ctx), main.Close())
		if !main.restored.Load() || ctx.Err() != nil || err != nil {
			c.Log.Info("Blackmark stops")
			return err
		}
	}
}
