package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi"
	"blackmark/shared/wire"
)

func newStatusCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show whether the daemon runs and what it holds",
		Long: `Shows whether the daemon runs, how many buyers are marked, and which browsers
are paired.

` + exitHelp,
		Example: `  blackmark status
  blackmark status --json`,
		Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return t.status(c.Context()) },
	}
}

func (t *terminal) status(ctx context.Context) error {
	return t.call(ctx, func(call *localapi.Call) error {
		var status wire.Status
		if err := call.Get(ctx, "/v1/status", &status); err != nil {
			return err
		}
		if err := t.print(status, func(w io.Writer) { writeStatus(w, status) }); err != nil {
			return err
		}
		if status.Problem != nil {
			return status.Problem
		}
		return nil
	})
}

func writeStatus(w io.Writer, s wire.Status) {
	fmt.Fprintf(w, "Blackmark %s runs on %s since %s.\n", s.Daemon, s.Address, s.Started)
	fmt.Fprintf(w, "Marked buyers: %d\n", s.Buyers)
	for _, code := range slices.Sorted(maps.Keys(s.Marketplaces)) {
		fmt.Fprintf(w, "  %-11s %d\n", code, s.Marketplaces[code])
	}
	fmt.Fprintf(w, "Orders seen: %d, of %d buyers\n", s.Orders, s.OrderBuyers)
	if s.Rebuilding {
		fmt.Fprintln(w, "The index is being built again; answers are complete meanwhile.")
	}
	if len(s.Clients) == 0 {
		fmt.Fprintln(w, "No browser is paired yet: `blackmark pair`.")
		return
	}
	fmt.Fprintln(w, "Paired browsers:")
	for _, c := range s.Clients {
		fmt.Fprintf(w, "  %s  %s, %s\n", c.ID, c.Browser, lastSeen(c))
	}
}

func lastSeen(c wire.Client) string {
	switch {
	case c.Connected:
		return "connected"
	case c.LastSeen == "":
		return "never connected since it was paired"
	}
	return "last connected " + c.LastSeen
}
