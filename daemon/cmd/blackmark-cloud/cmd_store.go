package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"blackmark/daemon/cloud"
	"blackmark/daemon/commandline"
	"blackmark/shared/problem"
)

func newStatsCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:     "stats",
		Short:   "Show what the server holds, in numbers",
		Long:    "Shows accounts, reports and published lists, in numbers.\n\n" + exitHelp,
		Example: "  blackmark-cloud stats\n  blackmark-cloud stats --json",
		Args:    commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.operate(func(o *cloud.Operator, _ cloud.Config) error {
				var stats cloud.ServerStats
				if err := o.Do(c.Context(), "stats", struct{}{}, &stats); err != nil {
					return err
				}
				return t.print(stats, func(w io.Writer) { writeStats(w, stats) })
			})
		},
	}
}

func writeStats(w io.Writer, s cloud.ServerStats) {
	fmt.Fprintf(w, "Accounts: %d in %d branches, %d suspended; %d invitations are open\n", s.Accounts, s.Branches, s.Suspended, s.Invitations)
	fmt.Fprintf(w, "To count: %d buyers; erased: %d tags; store: %d bytes\n", s.Dirty, s.Erased, s.Bytes)
	for _, l := range s.Lists {
		fmt.Fprintf(w, "  %-11s epoch %d: %d reports; published: version %d, %d buyers, %d bytes\n",
			l.Marketplace, l.Epoch, l.Reports, l.Version, l.Buyers, l.Bytes)
	}
}

func newPublishCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:     "publish",
		Short:   "Publish now, without waiting for the interval",
		Long:    "Counts what changed and publishes it now.\n\n" + exitHelp,
		Example: "  blackmark-cloud publish",
		Args:    commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.operate(func(o *cloud.Operator, _ cloud.Config) error {
				if err := o.Do(c.Context(), "publish", struct{}{}, &struct{}{}); err != nil {
					return err
				}
				return t.print(map[string]bool{"published": true}, func(w io.Writer) { fmt.Fprintln(w, "Published.") })
			})
		},
	}
}

func newVerifyCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "verify [BACKUP]",
		Short: "Read everything and see that it is sound",
		Long: `Reads the store and the published lists and compares what must agree. With a
file it reads that backup instead, all of it.

` + exitHelp,
		Example: "  blackmark-cloud verify\n  blackmark-cloud verify cloud-monday.backup",
		Args:    commandline.Between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				return t.verifyBackup(args[0])
			}
			return t.operate(func(o *cloud.Operator, _ cloud.Config) error {
				var v cloud.Verified
				if err := o.Do(c.Context(), "verify", struct{}{}, &v); err != nil {
					return err
				}
				return t.print(v, func(w io.Writer) { fmt.Fprintf(w, "Sound: %d rows, %d lists.\n", v.Rows, v.Lists) })
			})
		},
	}
}

func (t *terminal) verifyBackup(file string) error {
	dir, err := t.dir()
	if err != nil {
		return err
	}
	records, err := cloud.VerifyBackup(dir, file)
	if err != nil {
		return err
	}
	return t.print(cloud.Verified{Rows: records}, func(w io.Writer) { fmt.Fprintf(w, "Sound: %d records.\n", records) })
}

func newBackupCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a backup of the store and read it again",
		Long: `Writes the store as it is now into a new file, also while the server runs,
encrypted under a key of store.key. Keep a copy of the data folder's key files
(api/store.key, evaluator, publisher, trust.json, tls.key, relay.key) apart
from it: without store.key a backup is worth nothing, with it and the
evaluator's key ids can be tested.

Keep the file of erasures with it: "restore" erases again whoever was erased
after the backup was made.

` + exitHelp,
		Example: "  blackmark-cloud backup cloud-monday.backup",
		Args:    commandline.Exactly(1),
		RunE:    func(c *cobra.Command, args []string) error { return t.backup(c.Context(), args[0]) },
	}
}

// errExists keeps a backup from being written over.
var errExists = problem.New(problem.Conflict, "file_exists",
	"there is a file of this name already", "choose another name; a backup is never written over")

func (t *terminal) backup(ctx context.Context, file string) error {
	file = filepath.Clean(file)
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return errExists
	}
	if err != nil {
		return err
	}
	err = t.operate(func(o *cloud.Operator, _ cloud.Config) error { return o.Backup(ctx, f) })
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	return t.verifyBackup(file)
}

func newRestoreCommand(t *terminal) *cobra.Command {
	var rootKey string
	var replay cloud.Replay
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Read a backup into a folder that has keys and no store",
		Long: `Reads a backup into the data folder, which holds the key files of the cloud
that was backed up and no store. The server must not run.

Buyers who were erased after the backup was made are erased again before the
store is put in its place: name the newest copy of the file of erasures, and the
root key, which opens it. If nobody was erased since, say so with --no-erasures.

Reports that were withdrawn after the backup, and accounts that left, come back
and stay until they expire: tell your sellers when the backup was made.

` + exitHelp,
		Example: `  blackmark-cloud restore cloud-monday.backup --data ./beside --erasures /media/stick/erasures --root-key /media/stick/root.key
  blackmark-cloud restore cloud-monday.backup --data ./beside --no-erasures`,
		Args: commandline.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			dir, err := t.dir()
			if err != nil {
				return err
			}
			if replay.File != "" {
				if replay.Root, err = openRootKey(rootKey); err != nil {
					return err
				}
			}
			restored, err := cloud.Restore(c.Context(), cloud.Config{Dir: dir, Now: time.Now}, args[0], replay)
			if err != nil {
				return err
			}
			return t.print(restored, func(w io.Writer) {
				fmt.Fprintf(w, "Restored: %d records; %d keys of buyers were erased again.\n", restored.Records, restored.Erased)
			})
		},
	}
	c.Flags().StringVar(&replay.File, "erasures", "", "the file to which `erase-buyer` wrote")
	c.Flags().StringVar(&rootKey, "root-key", "", "the root key's file, which opens the erasures")
	c.Flags().BoolVar(&replay.None, "no-erasures", false, "nobody was erased after the backup was made")
	return c
}
