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

func newShowCommand(t *terminal) *cobra.Command {
	var whom buyerFlags
	c := &cobra.Command{
		Use:   "show [marketplace:region:kind:id]",
		Short: "Show all that is known of one buyer",
		Long: `Shows the report on one buyer: your own mark, every identifier, what joins
these, and your orders with him as far as pages have shown them.

` + exitHelp,
		Example: `  blackmark show shopee:br:user_id:900000009
  blackmark show --marketplace shopee --region br --order 250101ABCDEFGH`,
		Args: commandline.AtMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			keys, order, err := whom.read(args)
			if err != nil {
				return err
			}
			return t.show(c.Context(), wire.ReportQuery{Keys: keys, Order: order})
		},
	}
	whom.add(c)
	return c
}

func (t *terminal) show(ctx context.Context, query wire.ReportQuery) error {
	return t.call(ctx, func(call *localapi.Call) error {
		var report wire.Report
		if err := call.Post(ctx, "/v1/buyers/report", query, &report); err != nil {
			return err
		}
		return t.print(report, func(w io.Writer) { writeReport(w, report) })
	})
}

func writeReport(w io.Writer, r wire.Report) {
	fmt.Fprintln(w, stateText(r.State))
	if r.Why != "" {
		fmt.Fprintln(w, "  why     "+whyText(r.Why))
	}
	if r.Mark != nil {
		writeMark(w, *r.Mark)
	} else {
		for _, k := range r.Keys {
			fmt.Fprintf(w, "  buyer   %s\n", k)
		}
	}
	if r.Maybe != nil {
		fmt.Fprintf(w, "This may be a buyer whom you marked: %s. The same buyer?\n", r.Maybe.Other)
		fmt.Fprintf(w, "  yes: blackmark join %s %s\n  no:  blackmark split %s %s\n", r.Maybe.Key, r.Maybe.Other, r.Maybe.Key, r.Maybe.Other)
	}
	if len(r.Aliases) > 0 {
		fmt.Fprintln(w, "Identifiers:")
		writeAliases(w, r.Aliases)
	}
	if r.Others != nil {
		writeOthers(w, *r.Others)
	}
	if r.Total == 0 {
		fmt.Fprintln(w, "No orders of this buyer were seen.")
		return
	}
	fmt.Fprintf(w, "Orders seen: %d\n", r.Total)
	table := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	for _, o := range r.Orders {
		when := o.Placed
		if when == "" {
			when = o.First
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", o.Order.Number, when, o.Status, amount(o.Sighting), o.Name)
	}
	_ = table.Flush()
	if len(r.Orders) < r.Total {
		fmt.Fprintf(w, "  and %d older\n", r.Total-len(r.Orders))
	}
}

func amount(s wire.Sighting) string {
	if s.Total == nil || s.Currency == "" {
		return ""
	}
	sign, n := "", *s.Total
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d %s", sign, n/100, n%100, s.Currency)
}

func stateText(s wire.State) string {
	switch s {
	case wire.Black:
		return "On My Blacklist."
	case wire.Stale:
		return "A buyer of this name is on My Blacklist, but the name may have changed hands since."
	case wire.Clear:
		return "Not on My Blacklist."
	case wire.Unmarkable:
		return "This buyer cannot be marked."
	}
	return "It is not known who the buyer is."
}

func whyText(why wire.Why) string {
	switch why {
	case wire.NoIdentity:
		return "no page named the buyer yet; open the order's messages or details once"
	case wire.Masked:
		return "the page hides part of the identifier"
	case wire.RegionUnknown:
		return "the region is missing"
	case wire.Contradiction:
		return "two places name different buyers for this order"
	case wire.BadKey:
		return "the value is not an identifier"
	case wire.SharedByAll:
		return "the identifier stands on the orders of many different people"
	case wire.NoBuyers:
		return "this marketplace shows sellers no buyer identity"
	case wire.NoOrder:
		return "this is not an order number of that marketplace"
	}
	return string(why)
}
