package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi"
	"blackmark/shared/wire"
)

func newForgetCommand(t *terminal) *cobra.Command {
	var whom buyerFlags
	var query wire.ForgetQuery
	var yes bool
	c := &cobra.Command{
		Use:   "forget [marketplace:region:kind:id]",
		Short: "Forget a buyer for good",
		Long: `Removes a buyer from this computer for good: all marks, notes, names and
reasons, those that were taken back too, his orders in the history, and what
was shared of him, which is withdrawn from the cloud. Any identifier of the
buyer will do, or one of his orders; the others that marks and orders know are
followed. There is no way back.

Orders of which no page named the buyer can still show a name: --name forgets
those with this name, beside the buyer or alone, and --order the one.

What stays: hashes from which nobody can tell who it was, and backups made
before, which are named so that you can delete them. Exports and backups that you keep elsewhere are yours to delete.
A page that shows the buyer again is remembered again, and he can be marked
anew; an old request that is sent again marks nobody.

To take a buyer off My Blacklist and be able to mark him again with all his
history, use "blackmark unmark".

` + exitHelp,
		Example: `  blackmark forget shopee:br:user_id:900000009 --dry-run
  blackmark forget shopee:br:user_id:900000009
  blackmark forget --name 'Made Up' --dry-run
  blackmark forget --marketplace shopee --region br --order 250101ABCDEFGH --yes`,
		Args: commandline.AtMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			query.Keys, query.Order, err = whom.read(args)
			if err != nil && (query.Name == "" || !errors.Is(err, errWhom)) {
				return err
			}
			if !yes && !query.DryRun {
				if t.json {
					return commandline.Usagef("with --json nothing is asked: say --yes, or --dry-run")
				}
				if err := t.confirmForget(c, query); err != nil {
					return err
				}
			}
			return t.forget(c.Context(), query)
		},
	}
	whom.add(c)
	c.Flags().StringVar(&query.Name, "name", "", "name that orders show whose buyer no page named")
	c.Flags().BoolVar(&query.DryRun, "dry-run", false, "say what would go, and change nothing")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

var errNotConfirmed = commandline.Usagef("not confirmed, nothing was changed: answer with the word forget, or say --yes")

// confirmForget shows what would go and asks.
func (t *terminal) confirmForget(c *cobra.Command, query wire.ForgetQuery) error {
	query.DryRun = true
	if err := t.forget(c.Context(), query); err != nil {
		return err
	}
	fmt.Fprint(t.out, "There is no way back. Type forget to go on: ")
	line, _ := bufio.NewReader(c.InOrStdin()).ReadString('\n')
	fmt.Fprintln(t.out)
	if strings.TrimSpace(line) != "forget" {
		return errNotConfirmed
	}
	return nil
}

func (t *terminal) forget(ctx context.Context, query wire.ForgetQuery) error {
	return t.call(ctx, func(call *localapi.Call) error {
		var answer wire.Forgotten
		if err := call.Post(ctx, "/v1/forget", query, &answer); err != nil {
			return err
		}
		return t.print(answer, func(w io.Writer) { writeForgotten(w, answer, query.DryRun) })
	})
}

func writeForgotten(w io.Writer, f wire.Forgotten, dryRun bool) {
	if dryRun {
		fmt.Fprintf(w, "Would go: %d entries of My Blacklist's journal, %d orders.\n", f.Records, f.Orders)
	} else {
		fmt.Fprintf(w, "Forgotten: %d entries of My Blacklist's journal, %d orders.\n", f.Records, f.Orders)
	}
	switch {
	case f.Shared && dryRun:
		fmt.Fprintln(w, "He was shared: that would be withdrawn from the cloud.")
	case f.Shared:
		fmt.Fprintln(w, "He was shared: the withdrawal goes to the cloud in the background; `blackmark share status` shows when it has arrived.")
	}
	if len(f.Backups) == 0 {
		return
	}
	fmt.Fprintln(w, "These copies in the data folder were made before and may still hold him; delete those you do not need:")
	for _, name := range f.Backups {
		fmt.Fprintln(w, "  "+name)
	}
}
