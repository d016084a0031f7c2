package main

import (
	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
)

func newRootCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use:   "blackmark",
		Short: "Your own buyer blacklist, on your own computer",
		Long: `Blackmark keeps your own list of buyers who cost you money, on this computer,
and shows it inside the seller-center pages that you work in.

The daemon keeps the list; a browser extension shows and edits it; this
command line does the same without a browser. First time:

  blackmark install   let it start whenever you sign in (or: blackmark run)
  blackmark pair      connect a browser
  blackmark status    see that all is well

` + exitHelp,
		Example: `  blackmark mark shopee:br:user_id:900000009 --reason returns
  blackmark show shopee:br:user_id:900000009
  blackmark list`,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.PersistentFlags().BoolVar(&t.json, "json", false, "print JSON, one object a line")
	c.PersistentFlags().StringVar(&t.data, "data", "", "data folder (default: $BLACKMARK_DATA, or blackmark in your configuration folder)")
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return commandline.Usage(err) })
	c.CompletionOptions.HiddenDefaultCmd = true
	c.AddCommand(newRunCommand(t), newPairCommand(t), newMarkCommand(t), newUnmarkCommand(t), newForgetCommand(t), newJoinBuyersCommand(t), newSplitBuyersCommand(t),
		newListCommand(t), newShowCommand(t), newSitesCommand(t), newShareCommand(t), newExportCommand(t), newImportCommand(t),
		newBackupCommand(t), newRestoreCommand(t), newStatusCommand(t), newDoctorCommand(t),
		newInstallCommand(t), newUninstallCommand(t), newVersionCommand(t))
	return c
}
