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

func newSitesCommand(t *terminal) *cobra.Command {
	var forget bool
	c := &cobra.Command{
		Use:   "sites",
		Short: "Show how well the pages you work in are understood",
		Long: `Shows, for each page that the extension looked at, how often it did, how often
it found orders there, and how many orders and buyers. A page that is no longer
understood comes first; so does a list that you used to open and no longer do,
while you open other pages of its site: it may have moved to an address that
nobody knows here. Only counts and days are kept: no address, no order, no buyer.

--forget begins to count anew, as after a repair.

` + exitHelp,
		Example: `  blackmark sites
  blackmark sites --json
  blackmark sites --forget`,
		Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return t.sites(c.Context(), forget) },
	}
	c.Flags().BoolVar(&forget, "forget", false, "begin to count anew")
	return c
}

func (t *terminal) sites(ctx context.Context, forget bool) error {
	return t.call(ctx, func(call *localapi.Call) error {
		var reports wire.SiteReports
		var err error
		if forget {
			err = call.Post(ctx, "/v1/sites/forget", struct{}{}, &reports)
		} else {
			err = call.Get(ctx, "/v1/sites", &reports)
		}
		if err != nil {
			return err
		}
		return t.print(reports, func(w io.Writer) { writeSites(w, reports) })
	})
}

func writeSites(w io.Writer, r wire.SiteReports) {
	if len(r.Pages) == 0 {
		fmt.Fprintln(w, "No page was looked at yet. The extension counts a page some seconds after you open it.")
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SITE\tPAGE\tUNDERSTOOD\tLOOKS\tWITH ORDERS\tORDERS\tBUYERS\tLAST LOOK")
	troubled := 0
	for _, p := range r.Pages {
		if p.Trouble != wire.TroubleNone {
			troubled++
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s\n",
			p.Site, p.Page, understood(p), p.Looks, p.Found, p.Rows, p.Buyers, p.Last)
	}
	_ = table.Flush()
	if troubled > 0 {
		fmt.Fprintln(w, mendingHint)
	}
}

// mendingHint is what to do about a page that is not understood.
const mendingHint = "open that page, choose `Make a report` in Blackmark's dock or popup, and send the file to whoever keeps the definitions; it holds the page's skeleton and nothing of its content"

// understood says in words how a page is understood.
func understood(p wire.SitePage) string {
	missing := "no orders found"
	if p.Trouble == wire.TroubleBuyers {
		missing = "no buyers found"
	} else if p.Unsure {
		missing = "no orders found, or it had none each time"
	}
	switch {
	case p.Trouble == wire.TroubleMoved && p.Elsewhere != nil:
		return fmt.Sprintf("not opened since %s, while its site was on %d days: has it moved?", p.Last, p.Elsewhere.Days)
	case p.Trouble == wire.TroubleNone && p.Unsure:
		return "not sure: no orders found when last looked at, or it had none"
	case p.Trouble == wire.TroubleNone && p.Good == "":
		return "not sure yet"
	case p.Trouble == wire.TroubleNone:
		return "yes"
	case p.Good == "":
		return "never: " + missing
	}
	return fmt.Sprintf("not since %s: %s", p.Good, missing)
}
