package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi"
	"blackmark/shared/wire"
)

func newListCommand(t *terminal) *cobra.Command {
	query := wire.ListQuery{}
	c := &cobra.Command{
		Use:   "list [TEXT]",
		Short: "Show My Blacklist, the newest first",
		Long: `Shows My Blacklist, the newest mark first. TEXT is part of an identifier or a
name. Where there is more than a page, the last line says how to go on.

` + exitHelp,
		Example: `  blackmark list
  blackmark list silva --marketplace shopee
  blackmark list --limit 100 --json`,
		Args: commandline.AtMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				query.Text = args[0]
			}
			return t.list(c.Context(), query)
		},
	}
	c.Flags().StringVar(&query.Marketplace, "marketplace", "", "only of this marketplace")
	c.Flags().IntVar(&query.Limit, "limit", 50, "how many to show, 1 to 100")
	c.Flags().StringVar(&query.Cursor, "cursor", "", "go on from here, as the page before said")
	return c
}

func (t *terminal) list(ctx context.Context, query wire.ListQuery) error {
	return t.call(ctx, func(call *localapi.Call) error {
		var list wire.MarkList
		if err := call.Post(ctx, "/v1/marks/list", query, &list); err != nil {
			return err
		}
		return t.print(list, func(w io.Writer) { writeList(w, list, query) })
	})
}

func writeList(w io.Writer, list wire.MarkList, query wire.ListQuery) {
	if len(list.Marks) == 0 {
		if list.Total == 0 {
			fmt.Fprintln(w, "My Blacklist is empty. `blackmark mark --help` shows how to add a buyer.")
		} else {
			fmt.Fprintf(w, "Nobody of the %d buyers on My Blacklist matches.\n", list.Total)
		}
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "BUYER\tNAME\tREASON\tMARKED")
	for _, m := range list.Marks {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", m.Keys[0], m.Name, m.Reason, m.At)
	}
	_ = table.Flush()
	fmt.Fprintf(w, "%d shown, %d on the whole list.\n", len(list.Marks), list.Total)
	if list.Next != "" {
		fmt.Fprintf(w, "Go on with the same command and --cursor %s\n", list.Next)
	}
}
