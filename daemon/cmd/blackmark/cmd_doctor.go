package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/daemon/localapi"
	"blackmark/shared/problem"
)

// finding is one thing that doctor looked at.
type finding struct {
	Check   string `json:"check"`
	OK      bool   `json:"ok"`
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`

	code    int            // exit code where it is not in order; 0 where it only deserves a look
	problem *problem.Error // where the finding is one that has a code of its own
}

func fine(check, format string, args ...any) finding {
	return finding{Check: check, OK: true, Message: fmt.Sprintf(format, args...)}
}

// ill is a finding from an error.
func ill(check string, err error) finding {
	p := problem.Of(err)
	f := finding{Check: check, Message: p.Message, Remedy: p.Hint, code: codeOf(p)}
	if p.Kind == problem.Internal {
		f.Message = err.Error()
	} else {
		f.problem = p
	}
	return f
}

// freeWanted is the free space in bytes below which nothing more is saved.
const freeWanted = 256 << 20

func newDoctorCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Look for what is wrong, and say what to do",
		Long: `Looks at the data folder and who may read it, its lock, the ports, the daemon,
the journal (read to its end) and its index, the disk, the clock, the paired
browsers, how well the sites' pages are understood, the backups and the cloud.
It works with the daemon running and without, and changes nothing. Every finding
that is not in order comes with what to do about it.

` + exitHelp,
		Example: `  blackmark doctor
  blackmark doctor --json`,
		Args: commandline.Exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return t.doctor(c.Context()) },
	}
}

func (t *terminal) doctor(ctx context.Context) error {
	dir, err := t.dir()
	if err != nil {
		return err
	}
	ports, err := t.ports()
	if err != nil {
		return err
	}
	folder, there := checkFolder(dir)
	told, daemon := t.askDaemon(ctx)
	findings := append(folder, daemon)
	if daemon.code == commandline.NotRunning {
		findings = append(findings, checkLock(dir))
		findings = append(findings, checkPorts(ports)...)
	}
	findings = append(findings, checkStored(dir, there, told)...)
	if err := t.print(map[string]any{"findings": findings}, func(w io.Writer) { writeFindings(w, findings) }); err != nil {
		return err
	}
	return worst(findings)
}

// checkStored looks at the data folder, where there is one, and at its disk. told
// is what the daemon says of itself; nil where none runs.
func checkStored(dir string, there bool, told *telling) []finding {
	var findings []finding
	if there {
		findings = append(findings, checkRights(dir)...)
		findings = append(findings, checkData(dir, told)...)
	}
	return append(findings, checkSpace(dir))
}

// worst is the error by which doctor ends: damage comes first, then what needs
// care, then that no daemon runs. Findings that deserve a look are none.
func worst(findings []finding) error {
	for _, code := range []int{commandline.Damaged, commandline.Refused, commandline.NotRunning} {
		for _, f := range findings {
			switch {
			case f.OK || f.code != code:
				continue
			case code == commandline.NotRunning:
				return localapi.ErrNotRunning
			case code == commandline.Damaged:
				return problem.New(problem.Damaged, "doctor_found", "something needs care: "+f.Message, f.Remedy)
			}
			return problem.New(problem.Refused, "doctor_found", "something needs care: "+f.Message, f.Remedy)
		}
	}
	return nil
}

func writeFindings(w io.Writer, findings []finding) {
	for _, f := range findings {
		sign := "ok  "
		if !f.OK {
			sign = "LOOK"
		}
		fmt.Fprintf(w, "%s  %-9s %s\n", sign, f.Check, f.Message)
		if f.Remedy != "" {
			fmt.Fprintf(w, "                do: %s\n", f.Remedy)
		}
	}
}
