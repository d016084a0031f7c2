package main

import (
	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
)

func newRootCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use:   "blackmark-cloud",
		Short: "The server through which sellers share whom they marked",
		Long: `The server through which sellers share which buyers cost them money, without
telling it whom they deal with. First time:

  blackmark-cloud serve     make a cloud and answer
  blackmark-cloud invite    an invitation for one seller: one string

Then move root.key off the server: it is needed for "renew" and
"rotate-epoch" alone.

What is stored can be tested, id by id, only by who holds both the evaluator's
key and the store. On one machine that is you: sellers are told so.

` + exitHelp,
		Example: `  blackmark-cloud serve --addr :17493 --advertise cloud.example.org:17493
  blackmark-cloud invite --uses 5
  blackmark-cloud stats`,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.PersistentFlags().BoolVar(&t.json, "json", false, "print JSON, one object a line")
	c.PersistentFlags().StringVar(&t.data, "data", "", "data folder (default: $"+dataVariable+", or blackmark-cloud in your configuration folder)")
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return commandline.Usage(err) })
	c.CompletionOptions.HiddenDefaultCmd = true
	c.AddCommand(newServeCommand(t), newInviteCommand(t), newAccountsCommand(t), newSuspendCommand(t),
		newPlanCommand(t), newEraseCommand(t), newRotateCommand(t), newRenewCommand(t), newStatsCommand(t),
		newPublishCommand(t), newVerifyCommand(t), newBackupCommand(t), newRestoreCommand(t), newVersionCommand(t))
	return c
}
