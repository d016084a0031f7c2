package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"blackmark/daemon/backup"
	"blackmark/daemon/commandline"
	"blackmark/daemon/disk"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

func newBackupCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use: "backup", Short: "Make a backup of marks, orders and settings",
		Long: `Makes a backup now: the marks, the order history, the settings and the
membership of a cloud, in one file in the data folder. The keys of paired
browsers stay out. The daemon makes one a day by itself where something
changed, and one before a restore; it keeps the newest of 7 days, 4 weeks and
12 months. Works with the daemon running and without.

` + exitHelp,
		Example: `  blackmark backup
  blackmark backup list
  blackmark backup save /media/stick/blackmark.sealed`,
		Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.keeping(c.Context(), func(k keeper) error {
				b, err := k.Take(c.Context())
				if err != nil {
					return err
				}
				return t.print(b, func(w io.Writer) {
					fmt.Fprintf(w, "%s: %s\n", b.Name, contents(b))
				})
			})
		},
	}
	c.AddCommand(newBackupListCommand(t), newBackupCheckCommand(t), newBackupSaveCommand(t))
	return c
}

func contents(b wire.Backup) string {
	return fmt.Sprintf("%d buyers marked, %d records, %d orders, %s", b.Buyers, b.Records, b.Orders, sizeText(b.Size))
}

func sizeText(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KiB", (bytes+1023)>>10)
	}
	return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
}

func newBackupListCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Show the backups that are kept", Long: "Shows the backups that are kept, the newest first.\n\n" + exitHelp,
		Example: "  blackmark backup list", Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.keeping(c.Context(), func(k keeper) error {
				list, err := k.List(c.Context())
				if err != nil {
					return err
				}
				return t.print(list, func(w io.Writer) { writeBackups(w, list) })
			})
		},
	}
}

func writeBackups(w io.Writer, list wire.BackupList) {
	if len(list.Backups) == 0 {
		fmt.Fprintln(w, "There is no backup yet. `blackmark backup` makes one.")
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "BACKUP\tBUYERS\tRECORDS\tORDERS\tSIZE\tLAST CHECKED")
	for _, b := range list.Backups {
		if b.Problem != nil {
			fmt.Fprintf(table, "%s\t%s\n", b.Name, b.Problem.Message)
			continue
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%s\t%s\n", b.Name, b.Buyers, b.Records, b.Orders, sizeText(b.Size), b.Checked)
	}
	_ = table.Flush()
	fmt.Fprintln(w, "In", list.Folder)
	if replaced, err := backup.Replaced(filepath.Dir(list.Folder)); err == nil && len(replaced) > 0 {
		fmt.Fprintln(w, "What restores replaced, beside it:")
		for _, path := range replaced {
			fmt.Fprintln(w, " ", filepath.Base(path))
		}
		fmt.Fprintf(w, "The last %d of these are kept; delete what you do not need.\n", backup.KeptFolders)
	}
}

var errBackupsUnsound = problem.New(problem.Damaged, "backups_unsound",
	"not every backup is whole", "make a new one with `blackmark backup`, and check the disk")

func newBackupCheckCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use: "check [BACKUP]", Short: "Read a backup to its end, or all of them",
		Long:    "Reads every byte of a backup, or of all, and compares it with the sums that were\nwritten with it.\n\n" + exitHelp,
		Example: "  blackmark backup check\n  blackmark backup check blackmark-20260302-093000.backup", Args: commandline.AtMost(1),
		RunE: func(c *cobra.Command, args []string) error { return t.checkBackups(c.Context(), args) },
	}
}

func (t *terminal) checkBackups(ctx context.Context, names []string) error {
	return t.keeping(ctx, func(k keeper) error {
		if len(names) == 1 {
			b, err := k.Check(ctx, wire.BackupRef{Name: names[0]})
			if err != nil {
				return err
			}
			return t.print(b, func(w io.Writer) { fmt.Fprintf(w, "%s is whole: %s\n", b.Name, contents(b)) })
		}
		list, err := k.List(ctx)
		if err != nil {
			return err
		}
		unsound := 0
		for i, b := range list.Backups {
			checked, err := k.Check(ctx, wire.BackupRef{Name: b.Name})
			if err != nil {
				b.Problem = problem.Of(err)
				checked, unsound = b, unsound+1
			}
			list.Backups[i] = checked
		}
		if err := t.print(list, func(w io.Writer) { writeBackups(w, list) }); err != nil || unsound == 0 {
			return err
		}
		return errBackupsUnsound
	})
}

func newBackupSaveCommand(t *terminal) *cobra.Command {
	var phrase passphraseFlags
	var name string
	c := &cobra.Command{
		Use: "save FILE", Short: "Write a backup to a file outside the data folder",
		Long: `Makes a backup and writes it to a file, to keep on another disk.

` + passphraseHelp + `

` + exitHelp,
		Example: `  blackmark backup save /media/stick/blackmark.sealed
  blackmark backup save --name blackmark-20260302-093000.backup --passphrase-file phrase.txt old.sealed`,
		Args: commandline.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error { return t.saveBackup(c.Context(), name, args[0], phrase) },
	}
	phrase.addSaving(c)
	c.Flags().StringVar(&name, "name", "", "an earlier backup instead of a new one")
	return c
}

var errFileThere = problem.New(problem.Conflict, "file_exists",
	"there is a file of this name already", "name another one, or move it away")

func (t *terminal) saveBackup(ctx context.Context, name, file string, from passphraseFlags) error {
	if _, err := os.Lstat(file); err == nil {
		return errFileThere
	}
	phrase, err := t.forSaving(from)
	if err != nil {
		return err
	}
	return t.keeping(ctx, func(k keeper) error {
		var b wire.Backup
		if name == "" {
			if b, err = k.Take(ctx); err != nil {
				return err
			}
			name = b.Name
		}
		write, err := k.Save(wire.BackupRead{Name: name, Passphrase: phrase, Plain: from.plain})
		if err != nil {
			return err
		}
		if err := writeOutside(file, write); err != nil {
			return err
		}
		b, err = readOutside(file, phrase)
		if err != nil {
			return errors.Join(err, os.Remove(file))
		}
		b.Name = name
		return t.print(b, func(w io.Writer) {
			fmt.Fprintf(w, "Saved in %s: %s\n", file, contents(b))
			if from.plain {
				fmt.Fprintln(w, "It is not encrypted: whoever gets the file can read it.")
			}
		})
	})
}

// writeOutside writes a file of the owner alone. It gets its name once it is whole.
func writeOutside(file string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), ".blackmark-*.part")
	if err != nil {
		return problem.New(problem.Refused, "file_unwritable",
			"nothing can be written there", "name a folder that exists and in which you may write").Because(err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), file); err != nil {
		return err
	}
	return disk.SyncDir(filepath.Dir(file))
}

// readOutside reads a file back as a restore would.
func readOutside(file, phrase string) (b wire.Backup, err error) {
	f, err := os.Open(file)
	if err != nil {
		return b, err
	}
	defer f.Close()
	r, err := opening(f, phrase)
	if err != nil {
		return b, err
	}
	s, err := backup.Read(r, nil)
	if err != nil {
		return b, err
	}
	info, err := f.Stat()
	if err != nil {
		return b, err
	}
	return wire.Backup{At: s.At, Why: s.Why, Size: info.Size(), Buyers: s.Buyers, Records: s.Records, Orders: s.Orders,
		Checked: time.Now().UTC().Format(time.RFC3339)}, nil
}
