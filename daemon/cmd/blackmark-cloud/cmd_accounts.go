package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"blackmark/daemon/cloud"
	"blackmark/daemon/commandline"
)

func newInviteCommand(t *terminal) *cobra.Command {
	var query cloud.InviteQuery
	c := &cobra.Command{
		Use:   "invite",
		Short: "Make an invitation",
		Long: `Prints an invitation: one string, to be pasted into Blackmark's page for
sharing. It names this server, the hash of its root key and a token.

All who use one invitation are one branch: however many they are, they are
heard as few. Give people who do not know each other invitations of their own.

` + exitHelp,
		Example: `  blackmark-cloud invite
  blackmark-cloud invite --uses 10 --days 7`,
		Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if query.Uses < 1 || query.Uses > 1_000_000 || query.Days < 1 || query.Days > 365 {
				return commandline.Usagef("an invitation has 1 to 1000000 uses and 1 to 365 days")
			}
			return t.operate(func(o *cloud.Operator, _ cloud.Config) error {
				var made cloud.Invited
				if err := o.Do(c.Context(), "invite", query, &made); err != nil {
					return err
				}
				return t.print(made, func(w io.Writer) { fmt.Fprintln(w, made.Invitation) })
			})
		},
	}
	c.Flags().IntVar(&query.Uses, "uses", 1, "how many may join with it")
	c.Flags().IntVar(&query.Days, "days", 30, "for how many days it is good")
	return c
}

func newAccountsCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "accounts",
		Short: "List the accounts",
		Long: `Lists the accounts: when they joined, from when they count, and how many
reports they share. Which buyers they reported, it does not say.

` + exitHelp,
		Example: `  blackmark-cloud accounts
  blackmark-cloud accounts --json`,
		Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.operate(func(o *cloud.Operator, _ cloud.Config) error {
				var accounts []cloud.AccountState
				if err := o.Do(c.Context(), "accounts", struct{}{}, &accounts); err != nil {
					return err
				}
				return t.print(map[string]any{"accounts": accounts}, func(w io.Writer) { writeAccounts(w, accounts) })
			})
		},
	}
}

func writeAccounts(w io.Writer, accounts []cloud.AccountState) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ACCOUNT\tBRANCH\tJOINED\tCOUNTS FROM\tSHARED\t")
	for _, a := range accounts {
		note := ""
		if a.Suspended {
			note = "suspended"
		}
		if a.Plan {
			note += " plan"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", a.Account, a.Branch, a.Created, a.Weighs, a.Shared, note)
	}
	_ = table.Flush()
}

func newSuspendCommand(t *terminal) *cobra.Command {
	var undo bool
	var branch string
	c := &cobra.Command{
		Use:   "suspend ACCOUNT | --branch BRANCH",
		Short: "Stop an account, or a whole branch, from counting, sharing and evaluating",
		Long: `Stops an account: its reports count no more from the next publication on, and
it can neither share nor evaluate. It can still withdraw and leave.

With --branch it stops every account of a branch, also those that join it later.
An account that was suspended by itself stays so when its branch is let in again.

` + exitHelp,
		Example: `  blackmark-cloud suspend 0123456789abcdef
  blackmark-cloud suspend 0123456789abcdef --undo
  blackmark-cloud suspend --branch AbCdEfGhIjk`,
		Args: commandline.Between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) == 1 && branch == "":
				suspended := !undo
				return t.change(c, cloud.AccountChange{Account: args[0], Suspended: &suspended})
			case len(args) == 0 && branch != "":
				return t.changeBranch(c, cloud.BranchChange{Branch: branch, Suspended: !undo})
			}
			return commandline.Usagef("name an account, or a branch with --branch")
		},
	}
	c.Flags().StringVar(&branch, "branch", "", "all accounts of this branch, as `accounts` names it")
	c.Flags().BoolVar(&undo, "undo", false, "let it count again")
	return c
}

func (t *terminal) changeBranch(c *cobra.Command, change cloud.BranchChange) error {
	return t.operate(func(o *cloud.Operator, _ cloud.Config) error {
		var changed cloud.BranchChanged
		if err := o.Do(c.Context(), "branch", change, &changed); err != nil {
			return err
		}
		return t.print(changed, func(w io.Writer) { fmt.Fprintf(w, "Done: %d accounts.\n", changed.Accounts) })
	})
}

func newPlanCommand(t *terminal) *cobra.Command {
	var undo bool
	c := &cobra.Command{
		Use:   "plan ACCOUNT",
		Short: "Serve an account where `serve --served plan` asks for a plan",
		Long: `Has buyers evaluated for an account on a server that serves only accounts with
a plan. On other servers it changes nothing.

` + exitHelp,
		Example: `  blackmark-cloud plan 0123456789abcdef
  blackmark-cloud plan 0123456789abcdef --undo`,
		Args: commandline.Exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			plan := !undo
			return t.change(c, cloud.AccountChange{Account: args[0], Plan: &plan})
		},
	}
	c.Flags().BoolVar(&undo, "undo", false, "end the plan")
	return c
}

func (t *terminal) change(c *cobra.Command, change cloud.AccountChange) error {
	return t.operate(func(o *cloud.Operator, _ cloud.Config) error {
		if err := o.Do(c.Context(), "change", change, &struct{}{}); err != nil {
			return err
		}
		return t.print(change, func(w io.Writer) { fmt.Fprintln(w, "Done.") })
	})
}
