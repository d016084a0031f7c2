package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"blackmark/daemon/backup"
	"blackmark/daemon/backup/seal"
	"blackmark/daemon/commandline"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

func newRestoreCommand(t *terminal) *cobra.Command {
	var phrase passphraseFlags
	var dryRun, yes bool
	c := &cobra.Command{
		Use: "restore BACKUP|FILE", Short: "Put a backup in the place of what is there",
		Long: `Compares a backup with what is there, asks, and puts it in its place. The copy
is made beside, opened and checked before anything is touched; what was there
before is kept in a folder of its own, and a backup of it is made too. Works
with the daemon running, which opens the restored data by itself, and without.

A restored copy is an installation of its own: it can go on beside the one that
the backup was made on. Browsers stay paired as they are on this computer. What
was shared stays shared; what the backup does not hold is taken back.

A file that is encrypted is opened with the passphrase that is asked for, or
read from the first line of a file.

` + exitHelp,
		Example: `  blackmark restore blackmark-20260302-093000.backup --dry-run
  blackmark restore /media/stick/blackmark.sealed`,
		Args: commandline.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if t.json && !yes && !dryRun {
				return commandline.Usagef("with --json nothing is asked: give --yes or --dry-run")
			}
			return t.restore(c.Context(), args[0], phrase, dryRun, yes)
		},
	}
	phrase.addOpening(c)
	c.Flags().BoolVar(&dryRun, "dry-run", false, "compare, and change nothing")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

var errDeclined = problem.New(problem.Refused, "restore_declined",
	"nothing was restored", "answer y, or give --yes")

func (t *terminal) restore(ctx context.Context, what string, phrase passphraseFlags, dryRun, yes bool) error {
	name, fresh, err := t.bring(what, phrase)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if fresh != nil && !done { // it came for this alone
			_ = os.Remove(filepath.Join(fresh.folder, name))
		}
	}()
	return t.keeping(ctx, func(k keeper) error {
		q := wire.RestoreQuery{Backup: name, DryRun: true}
		r, err := k.Restore(ctx, q)
		if err != nil {
			return err
		}
		if dryRun {
			return t.print(r, func(w io.Writer) { writeComparison(w, r) })
		}
		if !yes {
			writeComparison(t.out, r)
			fmt.Fprint(t.out, "Restore it? What is there now is kept. [y/N] ")
			answer, err := t.line()
			if err != nil {
				return err
			}
			if !slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer))) {
				return errDeclined
			}
		}
		q.DryRun = false
		if r, err = k.Restore(ctx, q); err != nil {
			return err
		}
		done = true
		return t.print(r, func(w io.Writer) {
			fmt.Fprintf(w, "Restored: %d buyers are marked. What was there before is in\n  %s\nDelete it once you are sure; the last %d of these are kept.\n", r.Then, r.Kept, backup.KeptFolders)
		})
	})
}

func writeComparison(w io.Writer, r wire.Restore) {
	fmt.Fprintf(w, "%s of %s, whole: %s\n", r.Backup.Name, r.Backup.At, contents(r.Backup))
	fmt.Fprintf(w, "Now %d buyers are marked, then %d: %d come back, %d go.\n", r.Now, r.Then, r.Gained, r.Lost)
}

// brought is a file that was taken into the folder of backups.
type brought struct{ folder string }

// bring gives the name of a backup. A file is taken into the folder of backups
// first; fresh is set where it was not there before.
func (t *terminal) bring(what string, phrase passphraseFlags) (name string, fresh *brought, err error) {
	dir, err := t.dir()
	if err != nil {
		return "", nil, err
	}
	folder := backup.New(backup.Config{Dir: filepath.Join(dir, backupsDir)})
	before, err := folder.List()
	if err != nil {
		return "", nil, err
	}
	has := func(name string) bool {
		return slices.ContainsFunc(before.Backups, func(b wire.Backup) bool { return b.Name == name })
	}
	if has(what) {
		return what, nil, nil
	}
	f, err := os.Open(what)
	if errors.Is(err, os.ErrNotExist) && filepath.Base(what) == what {
		return "", nil, backup.ErrUnknown
	}
	if err != nil {
		return "", nil, noFile(what, err)
	}
	defer f.Close()
	prefix := make([]byte, seal.PrefixSize)
	n, _ := f.ReadAt(prefix, 0)
	secret := ""
	if seal.Sealed(prefix[:n]) || phrase.file != "" {
		if secret, err = t.forOpening(phrase); err != nil {
			return "", nil, err
		}
	}
	b, err := adopting(folder, f, secret)
	if err != nil {
		return "", nil, err
	}
	if has(b.Name) {
		return b.Name, nil, nil
	}
	return b.Name, &brought{before.Folder}, nil
}
