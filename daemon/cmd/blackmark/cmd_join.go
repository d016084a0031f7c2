package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

func newJoinBuyersCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "join KEY KEY",
		Short: "Two identifiers are one buyer's",
		Long: `Says that two identifiers of different kinds are one buyer's: a mark on one
is then a mark on both, and so is its end. The identifiers are of one
marketplace and region. What you say beats what Blackmark saw on pages, and
stands until you say the opposite with "blackmark split".

"blackmark show" lists what is joined to a buyer, and why.

` + exitHelp,
		Example: `  blackmark join ebay::username:sample_name ebay::user_id:sample+immutable`,
		Args:    twoKeys,
		RunE: func(c *cobra.Command, args []string) error {
			return t.decide(c.Context(), "/v1/buyers/join", args)
		},
	}
}

func newSplitBuyersCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "split KEY KEY",
		Short: "Two identifiers are not one buyer's",
		Long: `Says that two identifiers are not one buyer's, whatever pages show: neither
is found by a mark on the other. A mark that was made on both stays with the
first of its identifiers. "blackmark join" says the opposite.

` + exitHelp,
		Example: `  blackmark split ebay::username:sample_name ebay::user_id:sample+immutable`,
		Args:    twoKeys,
		RunE: func(c *cobra.Command, args []string) error {
			return t.decide(c.Context(), "/v1/buyers/split", args)
		},
	}
}

// twoKeys refuses any other number of arguments.
func twoKeys(c *cobra.Command, args []string) error {
	if err := cobra.ExactArgs(2)(c, args); err != nil {
		return commandline.Usage(err)
	}
	return nil
}

func (t *terminal) decide(ctx context.Context, path string, args []string) error {
	query := wire.AliasQuery{ID: newID()}
	var err error
	if query.Key, err = buyer.Parse(args[0]); err != nil {
		return err
	}
	if query.Other, err = buyer.Parse(args[1]); err != nil {
		return err
	}
	return t.call(ctx, func(call *localapi.Call) error {
		var aliases wire.Aliases
		if err := call.Post(ctx, path, query, &aliases); err != nil {
			return err
		}
		return t.print(aliases, func(w io.Writer) { writeAliases(w, aliases.Aliases) })
	})
}

// writeAliases writes what is known of a buyer's identifiers, a pair a line.
func writeAliases(w io.Writer, list []wire.Alias) {
	for _, a := range list {
		state := "joined"
		if !a.Joined {
			state = "not joined"
		}
		fmt.Fprintf(w, "  %s: %s and %s (%s)\n", state, a.Key, a.Other, basisText(a))
	}
}

func basisText(a wire.Alias) string {
	switch a.Basis {
	case wire.BySeller:
		return "you said so"
	case wire.ByObject:
		return fmt.Sprintf("one page named both together; orders: %d", a.Orders)
	case wire.ByOrders:
		return fmt.Sprintf("%d orders were seen under both", a.Orders)
	}
	return "one order alone was seen under both"
}
