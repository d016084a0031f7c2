package main

import (
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/shared/licences"
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
	var all bool
	c := &cobra.Command{
		Use:     "version",
		Short:   "Print the version, or the licences of what is inside",
		Long:    "Prints the version of this program, or the licences of all that it is shipped with.\n\n" + exitHelp,
		Example: "  blackmark-cloud version\n  blackmark-cloud version --licences | less",
		Args:    commandline.Exactly(0),
		RunE: func(*cobra.Command, []string) error {
			if all {
				return t.print(map[string]string{"licences": licences.Text}, func(w io.Writer) { fmt.Fprint(w, licences.Text) })
			}
			return t.print(map[string]string{"version": version()}, func(w io.Writer) { fmt.Fprintln(w, "blackmark-cloud", version()) })
		},
	}
	c.Flags().BoolVar(&all, "licences", false, "print the licences of all that the program is shipped with")
	return c
}
