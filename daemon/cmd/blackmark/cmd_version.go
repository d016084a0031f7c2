package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/shared/licences"
	"blackmark/shared/wire"
)

func newVersionCommand(t *terminal) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:     "version",
		Short:   "Print the version, or the licences of what is inside",
		Example: "  blackmark version\n  blackmark version --licences | less",
		Args:    commandline.Exactly(0),
		RunE: func(*cobra.Command, []string) error {
			if all {
				return t.print(map[string]string{"licences": licences.Text}, func(w io.Writer) { fmt.Fprint(w, licences.Text) })
			}
			return t.print(map[string]any{"version": version(), "protocol": wire.Version}, func(w io.Writer) {
				fmt.Fprintf(w, "blackmark %s, protocol %d\n", version(), wire.Version)
			})
		},
	}
	c.Flags().BoolVar(&all, "licences", false, "print the licences of all that the program and the extension are shipped with")
	return c
}
