// Package commandline is what the command lines of our programs have in common: exit
// codes, how an error is told to a person or a script, and how many words a command
// takes.
//
// It may import shared. It knows no command, reads nothing and ends no process.
package commandline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"blackmark/shared/problem"
)

// Exit codes. They are part of what scripts rely on.
const (
	Done       = 0
	Refused    = 1 // it was refused, or failed
	Misread    = 2 // the command line was not understood
	NotRunning = 3 // no daemon of this data folder answers
	Damaged    = 4 // stored data is damaged, or the disk is full
)

// usage is a command line that was not understood.
type usage struct{ error }

// Usage makes an error one of the command line, which exits with Misread.
func Usage(err error) error { return usage{err} }

// Usagef is Usage of a message.
func Usagef(format string, args ...any) error { return usage{fmt.Errorf(format, args...)} }

// CodeOf is the exit code of an error, or Done where there is none. A program that has
// more codes looks for its own first.
func CodeOf(err error) int {
	var misread usage
	var p *problem.Error
	switch {
	case err == nil:
		return Done
	case errors.As(err, &misread) || strings.HasPrefix(err.Error(), "unknown command"): // cobra has no error for it
		return Misread
	case errors.As(err, &p) && (p.Kind == problem.Damaged || p.Kind == problem.NoSpace):
		return Damaged
	}
	return Refused
}

// Complain writes an error of a program as a person reads it, or as JSON.
func Complain(w io.Writer, program string, asJSON bool, p *problem.Error) {
	if asJSON {
		_ = json.NewEncoder(w).Encode(map[string]*problem.Error{"problem": p})
		return
	}
	message := p.Message
	if p.Cause != nil {
		message = p.Error()
	}
	fmt.Fprintf(w, "%s: %s\n", program, message)
	if p.Field != "" {
		fmt.Fprintln(w, "  in:", p.Field)
	}
	if p.Hint != "" {
		fmt.Fprintln(w, "  hint:", p.Hint)
	}
}

// Misunderstood is what a person is told of a command line that was not understood.
func Misunderstood(program string, err error) *problem.Error {
	return problem.New(problem.Invalid, "usage", err.Error(),
		fmt.Sprintf("`%s help` shows the commands, `%[1]s help COMMAND` one of them", program))
}

// Print writes one JSON object, or what text writes.
func Print(w io.Writer, asJSON bool, object any, text func(io.Writer)) error {
	if asJSON {
		return json.NewEncoder(w).Encode(object)
	}
	text(w)
	return nil
}

// Exactly lets a command take n arguments; another number is a mistake in the command
// line. So it is with the two below.
func Exactly(n int) cobra.PositionalArgs { return misread(cobra.ExactArgs(n)) }

// AtMost lets a command take n arguments or fewer.
func AtMost(n int) cobra.PositionalArgs { return misread(cobra.MaximumNArgs(n)) }

// Between lets a command take from least to most arguments.
func Between(least, most int) cobra.PositionalArgs { return misread(cobra.RangeArgs(least, most)) }

func misread(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return Usage(err)
		}
		return nil
	}
}
