package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"blackmark/daemon/disk"
	"blackmark/daemon/localapi"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

func newExportCommand(t *terminal) *cobra.Command {
	var phrase passphraseFlags
	var format string
	c := &cobra.Command{
		Use: "export FILE|-", Short: "Write My Blacklist to a file",
		Long: `Writes all marks to a file, or to standard output (-): identifiers, names,
reasons, notes, orders and dates. JSON is for another Blackmark; CSV opens in a
spreadsheet too, and both can be imported again. The name of the file decides
between them (list.csv is CSV), or --format.

` + passphraseHelp + `

In CSV an apostrophe stands before what a spreadsheet would run as a formula or
round as a number; an import takes it away again.

` + exitHelp,
		Example: `  blackmark export list.sealed
  blackmark export list.csv --plain
  blackmark export - --format csv --plain | head`,
		Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error { return t.export(c.Context(), args[0], format, phrase) },
	}
	phrase.addSaving(c)
	c.Flags().StringVar(&format, "format", "", "json or csv (default: csv for a name that ends so, else json)")
	return c
}

var errExportThere = problem.New(problem.Conflict, "file_exists",
	"there is a file of this name already", "name another one, or move it away")

func (t *terminal) export(ctx context.Context, file, format string, from passphraseFlags) error {
	q := wire.ExportQuery{Format: wire.FileFormat(format), Plain: from.plain}
	if q.Format == "" {
		q.Format = wire.FormatJSON
		if strings.EqualFold(filepath.Ext(file), ".csv") {
			q.Format = wire.FormatCSV
		}
	}
	if _, err := os.Lstat(file); file != "-" && err == nil {
		return errExportThere
	}
	var err error
	if q.Passphrase, err = t.forSaving(from); err != nil {
		return err
	}
	return t.call(ctx, func(call *localapi.Call) error {
		write := func(w io.Writer) error { return call.Download(ctx, "/v1/export", q, w) }
		if file == "-" {
			return write(t.out)
		}
		if err := writeExport(file, write); err != nil {
			return err
		}
		answer := map[string]any{"file": file, "format": q.Format, "encrypted": !q.Plain}
		return t.print(answer, func(w io.Writer) {
			fmt.Fprintf(w, "My Blacklist is in %s.\n", file)
			if q.Plain {
				fmt.Fprintln(w, "It is not encrypted: whoever gets the file can read it.")
			} else {
				fmt.Fprintln(w, "It is encrypted: nobody can open it without the passphrase.")
			}
		})
	})
}

// writeExport writes a file of the owner alone, which gets its name once it is whole.
func writeExport(file string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), ".blackmark-*.part")
	if err != nil {
		return problem.New(problem.Refused, "file_unwritable",
			"nothing can be written there", "name a folder that exists and in which you may write").Because(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	if err = write(f); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), file); err != nil {
		return err
	}
	return disk.SyncDir(filepath.Dir(file))
}
