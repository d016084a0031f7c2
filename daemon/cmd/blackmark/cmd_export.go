package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi"
	"blackmark/shared/wire"
)

func newExportCommand(t *terminal) *cobra.Command {
	var phrase passphraseFlags
	var format string
	c := &cobra.Command{
		Use: "export FILE|-", Short: "Write My Blacklist to a file",
		Long: `Writes all marks to a file, or to standard output (-): identifiers, names,
reasons, notes, orders and dates. JSON is for another Blackmark; XLSX and CSV
open in a spreadsheet too, and all three can be imported again. The name of the
file decides between them (list.xlsx is XLSX), or --format.

` + passphraseHelp + `

In CSV an apostrophe stands before what a spreadsheet would run as a formula or
round as a number; an import takes it away again. XLSX needs none: every cell of
it is text.

` + exitHelp,
		Example: `  blackmark export list.sealed
  blackmark export list.csv --plain
  blackmark export list.xlsx --plain
  blackmark export - --format csv --plain | head`,
		Args: commandline.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error { return t.export(c.Context(), args[0], format, phrase) },
	}
	phrase.addSaving(c)
	c.Flags().StringVar(&format, "format", "", "json, csv or xlsx (default: what the name ends in, else json)")
	return c
}

func (t *terminal) export(ctx context.Context, file, format string, from passphraseFlags) error {
	q := wire.ExportQuery{Format: wire.FileFormat(format), Plain: from.plain}
	if q.Format == "" {
		q.Format = wire.FormatJSON
		for _, format := range []wire.FileFormat{wire.FormatCSV, wire.FormatXLSX} {
			if strings.EqualFold(filepath.Ext(file), "."+string(format)) {
				q.Format = format
			}
		}
	}
	if _, err := os.Lstat(file); file != "-" && err == nil {
		return errFileThere
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
		if err := writeOutside(file, write); err != nil {
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
