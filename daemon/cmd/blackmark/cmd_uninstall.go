package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/daemon/osservice"
)

func newUninstallCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "uninstall",
		Short: "Stop the service and remove it; your data stays",
		Long: `Stops the service that "blackmark install" made and removes it. My Blacklist
and everything else in the data folder stays; the command says where it is.

` + exitHelp,
		Example: `  blackmark uninstall`,
		Args:    commandline.Exactly(0),
		RunE: func(*cobra.Command, []string) error {
			s, dir, err := t.service()
			if err != nil {
				return err
			}
			if err := s.Uninstall(); err != nil {
				return err
			}
			return t.print(map[string]string{"state": string(osservice.Absent), "data": dir}, func(w io.Writer) {
				fmt.Fprintf(w, "The service was removed. Your data is still in %s\nDelete that folder to forget everything.\n", dir)
			})
		},
	}
}
