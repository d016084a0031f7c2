package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"blackmark/daemon/backup/seal"
	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi"
	"blackmark/daemon/transfer/markfile"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

func newImportCommand(t *terminal) *cobra.Command {
	var o importing
	c := &cobra.Command{
		Use: "import FILE|-", Short: "Read marks from a file into My Blacklist",
		Long: `Reads marks from a file, or from standard input (-): what "blackmark export"
wrote, or a table of another program: the first sheet of an XLSX file, or CSV
with commas, semicolons or tabs, in UTF-8, UTF-16 or GB18030. It first says what would happen, then asks. Buyers who
are marked already stay as they are unless --replace says so. A whole import can
be taken back: "blackmark import list", then "blackmark import undo".

The first line of a table names its columns; case and spaces mean nothing:
` + columnsHelp() + `
A column may bear the name of a kind of identifier, as username or member
number. Dates are written 2026-01-31 or 2026-01-31 15:04. What the table leaves
out is said with --marketplace, --region, --kind and --reason. At most 100,000
rows and 64 MiB. An imported mark is not shared with other sellers before an
order of that buyer was seen.

` + reasonsHelp() + "\n" + marketplacesHelp() + "\n" + exitHelp,
		Example: `  blackmark import list.sealed
  blackmark import blocked.csv --marketplace ebay --kind username --reason other --dry-run
  blackmark import list.csv --replace --yes
  blackmark import undo 0123abcd`,
		Args: commandline.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error { return t.bringIn(c.Context(), args[0], o) },
	}
	o.phrase.addOpening(c)
	f := c.Flags()
	f.BoolVar(&o.query.DryRun, "dry-run", false, "say what would happen, and change nothing")
	f.BoolVar(&o.query.Replace, "replace", false, "what the file says takes the place of older marks")
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	f.StringVar((*string)(&o.query.Format), "format", "", "json, csv or xlsx (default: what the file looks like)")
	f.StringVar(&o.query.Marketplace, "marketplace", "", "marketplace of rows that name none")
	f.StringVar(&o.query.Region, "region", "", "region of rows that name none")
	f.StringVar(&o.query.Kind, "kind", "", "kind of identifier of rows that name none")
	f.StringVar(&o.query.Reason, "reason", "", "reason of rows that name none")
	c.AddCommand(newImportListCommand(t), newImportUndoCommand(t))
	return c
}

// importing is what an import was asked to do.
type importing struct {
	query  wire.ImportQuery
	phrase passphraseFlags
	yes    bool
}

// columnsHelp lists the names of columns.
func columnsHelp() string {
	var b strings.Builder
	for _, c := range markfile.Columns {
		if c.What == "" {
			continue
		}
		line := fmt.Sprintf("  %-19s", c.What)
		for _, name := range c.Names {
			if len(line)+len(name) > 78 {
				b.WriteString(strings.TrimRight(line, " ") + "\n")
				line = strings.Repeat(" ", 21)
			}
			line += name + ", "
		}
		b.WriteString(strings.TrimSuffix(line, ", ") + "\n")
	}
	return b.String()
}

var (
	errImportAsks     = commandline.Usagef("nobody can be asked here: say --yes or --dry-run")
	errImportDeclined = problem.New(problem.Refused, "import_declined", "nothing was imported", "answer y, or say --yes")
	errImportStopped  = problem.New(problem.Refused, "import_stopped", "the import was stopped; what was imported stays",
		"import the same file again to go on, or take it back with `blackmark import undo`")
	errNoneOfAll = problem.New(problem.Invalid, "import_nothing", "no row of the file could be imported",
		"look at the first refusals; --marketplace, --region, --kind and --reason say what the file leaves out")
)

// bringIn sends a file, says what would happen, asks, and imports it.
func (t *terminal) bringIn(ctx context.Context, name string, o importing) error {
	if (t.json || name == "-") && !o.yes && !o.query.DryRun {
		return errImportAsks
	}
	file, size, err := t.openFile(name)
	if err != nil {
		return err
	}
	defer file.Close()
	in := bufio.NewReader(file)
	prefix, _ := in.Peek(seal.PrefixSize)
	if seal.Sealed(prefix) {
		if name == "-" && (o.phrase.file == "" || o.phrase.file == "-") {
			return commandline.Usagef("the file comes from standard input: name another one for the passphrase with --passphrase-file")
		}
		if o.query.Passphrase, err = t.forOpening(o.phrase); err != nil {
			return err
		}
	}
	if name != "-" {
		o.query.File = filepath.Base(name)
	}
	return t.call(ctx, func(call *localapi.Call) error {
		upload, err := call.Upload(ctx, in, size)
		if err != nil {
			return err
		}
		o.query.Upload = upload.ID
		return t.tryAndImport(ctx, call, o)
	})
}

// openFile opens a file, or standard input; its size is -1 there.
func (t *terminal) openFile(name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		return io.NopCloser(t.in), -1, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, noFile(name, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("it is no file")
	}
	if err != nil {
		_ = f.Close()
		return nil, 0, noFile(name, err)
	}
	return f, info.Size(), nil
}

func (t *terminal) tryAndImport(ctx context.Context, call *localapi.Call, o importing) error {
	if !o.yes || o.query.DryRun {
		dry := o.query
		dry.DryRun = true
		tried, err := t.runImport(ctx, call, dry)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if o.query.DryRun {
			return t.printImport(tried)
		}
		writeImport(t.out, tried)
		if tried.Marked+tried.Replaced == 0 {
			fmt.Fprintln(t.out, "There is nothing to import.")
			return allRefused(tried)
		}
		fmt.Fprint(t.out, "Import it? [y/N] ")
		answer, err := t.line()
		if err != nil {
			return err
		}
		if !slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer))) {
			return errImportDeclined
		}
	}
	done, err := t.runImport(ctx, call, o.query)
	if err != nil {
		return err
	}
	return t.printImport(done)
}

func (t *terminal) runImport(ctx context.Context, call *localapi.Call, q wire.ImportQuery) (wire.Import, error) {
	var i wire.Import
	// Who interrupts this would not know what to stop.
	if err := call.Post(context.WithoutCancel(ctx), "/v1/imports", q, &i); err != nil {
		return i, err
	}
	return t.follow(ctx, call, i)
}

// lookEvery is how often an import at work is looked at.
const lookEvery = 200 * time.Millisecond

// follow waits for the end of what was begun, and shows how far it is. Who
// interrupts it stops it.
func (t *terminal) follow(ctx context.Context, call *localapi.Call, i wire.Import) (wire.Import, error) {
	ref := wire.ImportRef{ID: i.ID}
	path := "/v1/imports/status"
	show := t.progress()
	defer show("")
	asking, interrupted := ctx, ctx.Done()
	for i.State == wire.ImportRunning || i.State == wire.ImportUndoing {
		if i.State == wire.ImportUndoing {
			show(fmt.Sprintf("%d of %d marks taken back", i.Undone, i.Marked+i.Replaced))
		} else {
			show(fmt.Sprintf("%d of %d rows", i.Done, i.Rows))
		}
		select {
		case <-time.After(lookEvery):
		case <-interrupted:
			path, asking, interrupted = "/v1/imports/stop", context.WithoutCancel(ctx), nil
		}
		err := call.Post(asking, path, ref, &i)
		if err != nil && asking.Err() != nil {
			continue // interrupted while it was looked at: it is stopped next
		}
		if err != nil {
			return i, err
		}
	}
	return i, nil
}

// progress writes one line that changes, on a terminal alone; an empty text
// takes it away.
func (t *terminal) progress() func(text string) {
	f, ok := t.err.(*os.File)
	if !ok || t.json {
		return func(string) {}
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return func(string) {}
	}
	return func(text string) { fmt.Fprintf(f, "\r%-40s\r%s", "", text) }
}

// printImport prints what came of an import, and gives the error by which the
// command ends.
func (t *terminal) printImport(i wire.Import) error {
	if err := t.print(i, func(w io.Writer) { writeImport(w, i) }); err != nil {
		return err
	}
	switch {
	case i.Problem != nil:
		return i.Problem
	case i.State == wire.ImportStopped:
		return errImportStopped
	}
	return allRefused(i)
}

func allRefused(i wire.Import) error {
	if i.Refused > 0 && i.Refused == i.Done {
		return errNoneOfAll
	}
	return nil
}

// shownRefusals is how many refused rows a person is shown.
const shownRefusals = 20

func writeImport(w io.Writer, i wire.Import) {
	would := ""
	if i.DryRun {
		would = "would be "
	}
	fmt.Fprintf(w, "%d of %d rows read: %d %smarked, %d %sreplaced, %d marked already, %d named twice, %d %srefused.\n",
		i.Done, i.Rows, i.Marked, would, i.Replaced, would, i.Already, i.Repeated, i.Refused, would)
	for n, r := range i.Refusals {
		if n == shownRefusals {
			fmt.Fprintf(w, "  and %d more; --json shows the first %d\n", i.Refused-n, wire.MaxRefusals)
			break
		}
		fmt.Fprintf(w, "  row %d: %s\n", r.Row, r.Problem.Message)
		if n == 0 || r.Problem.Hint != i.Refusals[n-1].Problem.Hint {
			fmt.Fprintf(w, "    do: %s\n", r.Problem.Hint)
		}
	}
	if !i.DryRun && i.Marked+i.Replaced > 0 {
		fmt.Fprintf(w, "To take all of it back: blackmark import undo %.8s\n", i.ID)
	}
}

func newImportListCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Show the imports", Long: "Shows the imports, the newest first.\n\n" + exitHelp,
		Example: "  blackmark import list", Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.call(c.Context(), func(call *localapi.Call) error {
				var list wire.ImportList
				if err := call.Post(c.Context(), "/v1/imports/list", nil, &list); err != nil {
					return err
				}
				return t.print(list, func(w io.Writer) { writeImports(w, list) })
			})
		},
	}
}

func writeImports(w io.Writer, list wire.ImportList) {
	if len(list.Imports) == 0 {
		fmt.Fprintln(w, "Nothing was imported yet. `blackmark import FILE` does it.")
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "IMPORT\tWHEN\tSTATE\tMARKED\tREPLACED\tREFUSED\tFILE")
	for _, i := range list.Imports {
		fmt.Fprintf(table, "%.8s\t%.19s\t%s\t%d\t%d\t%d\t%s\n", i.ID, i.At, i.State, i.Marked, i.Replaced, i.Refused, printable(i.File))
	}
	_ = table.Flush()
}

// printable is a name that cannot move the cursor of a terminal.
func printable(name string) string {
	return string(bytes.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, []byte(name)))
}

func newImportUndoCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use: "undo IMPORT", Short: "Take a whole import back",
		Long: `Takes back every mark that an import made, at any time later too. Marks that it
replaced stand again as they were. A buyer whom you marked anew or took off the
list since stays as he is. The import is named by its id, or the beginning of it.

` + exitHelp,
		Example: "  blackmark import undo 0123abcd", Args: commandline.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.call(ctx, func(call *localapi.Call) error {
				id, err := importOf(ctx, call, args[0])
				if err != nil {
					return err
				}
				var i wire.Import
				if err := call.Post(ctx, "/v1/imports/undo", wire.ImportRef{ID: id}, &i); err != nil {
					return err
				}
				if i, err = t.follow(ctx, call, i); err != nil {
					return err
				}
				if err := t.print(i, func(w io.Writer) { writeUndo(w, i) }); err != nil || i.Problem == nil {
					return err
				}
				return i.Problem
			})
		},
	}
}

var errImportWhich = problem.New(problem.Invalid, "import_which",
	"no import, or more than one, begins so", "`blackmark import list` shows the imports; give more of the id")

// importOf is the id of the one import that begins so.
func importOf(ctx context.Context, call *localapi.Call, begins string) (string, error) {
	var list wire.ImportList
	if err := call.Post(ctx, "/v1/imports/list", nil, &list); err != nil {
		return "", err
	}
	found := slices.DeleteFunc(list.Imports, func(i wire.Import) bool { return !strings.HasPrefix(i.ID, begins) })
	if len(found) != 1 {
		return "", errImportWhich
	}
	return found[0].ID, nil
}

func writeUndo(w io.Writer, i wire.Import) {
	switch {
	case i.State == wire.ImportUndone:
		fmt.Fprintf(w, "Taken back: %d marks. %d stay, because the buyer was marked anew since.\n", i.Undone, i.Kept)
	case i.Problem == nil:
		fmt.Fprintf(w, "Stopped: %d marks were taken back. The same command goes on with the rest.\n", i.Undone)
	}
}
