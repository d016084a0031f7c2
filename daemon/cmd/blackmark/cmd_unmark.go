package main

import (
	"context"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi"
	"blackmark/shared/wire"
)

func newUnmarkCommand(t *terminal) *cobra.Command {
	var whom buyerFlags
	var cancel wire.NewCancel
	c := &cobra.Command{
		Use:   "unmark [marketplace:region:kind:id]",
		Short: "Take a buyer off My Blacklist",
		Long: `Takes a buyer off My Blacklist. Any identifier of the buyer will do, or the
id of the mark as "blackmark list --json" shows it. Unmarking somebody who is
not marked is no error.

` + exitHelp,
		Example: `  blackmark unmark shopee:br:user_id:900000009
  blackmark unmark --mark 0123456789abcdef0123456789abcdef`,
		Args: commandline.AtMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if cancel.Mark == "" {
				var err error
				if cancel.Keys, cancel.Order, err = whom.read(args); err != nil {
					return err
				}
			}
			return t.unmark(c.Context(), cancel)
		},
	}
	whom.add(c)
	c.Flags().StringVar(&cancel.Mark, "mark", "", "id of the mark")
	return c
}

func (t *terminal) unmark(ctx context.Context, cancel wire.NewCancel) error {
	cancel.ID = newID()
	return t.call(ctx, func(call *localapi.Call) error {
		var answer wire.OutcomesBody
		body := wire.CancelsBody{Cancels: []wire.NewCancel{cancel}}
		if err := call.Post(ctx, "/v1/marks/cancel", body, &answer); err != nil {
			return err
		}
		return t.printOutcome(answer)
	})
}
