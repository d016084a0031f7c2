package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"blackmark/shared/wire"
)

func newVersionCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  blackmark version",
		Args:    exactly(0),
		RunE: func(*cobra.Command, []string) error {
			return t.print(map[string]any{"version": version(), "protocol": wire.Version}, func(w io.Writer) {
				fmt.Fprintf(w, "blackmark %s, protocol %d\n", version(), wire.Version)
			})
		},
	}
}
