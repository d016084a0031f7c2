package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"blackmark/daemon/localapi"
	"blackmark/shared/problem"
)

// finding is one thing that doctor looked at.
type finding struct {
	Check   string `json:"check"`
	OK      bool   `json:"ok"`
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`

	code int // exit code where it is not in order; 0 where it only deserves a look
}

func fine(check, format string, args ...any) finding {
	return finding{Check: check, OK: true, Message: fmt.Sprintf(format, args...)}
}

// ill is a finding from an error.
func ill(check string, err error) finding {
	p := problem.Of(err)
	message := p.Message
	if p.Kind == problem.Internal {
		message = err.Error()
	}
	return finding{Check: check, Message: message, Remedy: p.Hint, code: codeOf(p)}
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
		Args: exactly(0),
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
	findings, there := checkFolder(dir)
	status, running := t.checkDaemon(ctx)
	findings = append(findings, running)
	if running.code == exitNotRunning {
		findings = append(findings, checkLock(dir))
		findings = append(findings, checkPorts(ports)...)
	}
	if there {
		findings = append(findings, checkRights(dir)...)
		findings = append(findings, t.checkData(ctx, dir, status, running.OK)...)
	}
	findings = append(findings, checkSpace(dir))
	if err := t.print(map[string]any{"findings": findings}, func(w io.Writer) { writeFindings(w, findings) }); err != nil {
		return err
	}
	return worst(findings)
}

// worst is the error by which doctor ends: damage comes first, then what needs
// care, then that no daemon runs. Findings that deserve a look are none.
func worst(findings []finding) error {
	for _, code := range []int{exitDamaged, exitRefused, exitNotRunning} {
		for _, f := range findings {
			switch {
			case f.OK || f.code != code:
				continue
			case code == exitNotRunning:
				return localapi.ErrNotRunning
			case code == exitDamaged:
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
