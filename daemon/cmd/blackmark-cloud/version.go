package main

import (
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is the version of the program.
const release = "0.1.0"

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return release
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return release + "+" + s.Value[:12]
		}
	}
	return release
}

func newVersionCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Prints the version of this program.\n\n" + exitHelp,
		Example: "  blackmark-cloud version",
		Args:    exactly(0),
		RunE: func(*cobra.Command, []string) error {
			return t.print(map[string]string{"version": version()}, func(w io.Writer) { fmt.Fprintln(w, "blackmark-cloud", version()) })
		},
	}
}
