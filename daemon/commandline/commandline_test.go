package commandline_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/shared/problem"
)

var (
	errDamaged = problem.New(problem.Damaged, "torn", "a file is torn", "restore a backup")
	errFull    = problem.New(problem.NoSpace, "full", "the disk is full", "free some space")
	errOther   = problem.New(problem.Invalid, "wrong", "this is wrong", "say it otherwise")
)

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, commandline.Done},
		{errors.New("anything"), commandline.Refused},
		{errOther, commandline.Refused},
		{commandline.Usagef("which of %d?", 2), commandline.Misread},
		{fmt.Errorf("reading: %w", commandline.Usage(errOther)), commandline.Misread},
		{errors.New(`unknown command "mrak" for "blackmark"`), commandline.Misread},
		{fmt.Errorf("opening: %w", errDamaged), commandline.Damaged},
		{errFull.Because(errors.New("ENOSPC")), commandline.Damaged},
	} {
		if got := commandline.CodeOf(c.err); got != c.want {
			t.Errorf("%v exits with %d, want %d", c.err, got, c.want)
		}
	}
}

func TestComplain(t *testing.T) {
	p := errOther.In("marks[0]").Because(errors.New("a digit is missing"))
	for _, c := range []struct {
		json bool
		want string
	}{
		{false, "blackmark: this is wrong: a digit is missing\n  in: marks[0]\n  hint: say it otherwise\n"},
		{true, `{"problem":{"kind":"invalid","code":"wrong","message":"this is wrong","hint":"say it otherwise","field":"marks[0]"}}` + "\n"},
	} {
		var said bytes.Buffer
		commandline.Complain(&said, "blackmark", c.json, p)
		if said.String() != c.want {
			t.Errorf("json %v: %q, want %q", c.json, said.String(), c.want)
		}
	}
	if got := commandline.Misunderstood("blackmark", errors.New("which buyer?")); got.Message != "which buyer?" ||
		got.Hint != "`blackmark help` shows the commands, `blackmark help COMMAND` one of them" {
		t.Errorf("got %q, %q", got.Message, got.Hint)
	}
}

func TestArguments(t *testing.T) {
	for _, c := range []struct {
		name  string
		args  cobra.PositionalArgs
		right [4]bool // whether 0, 1, 2 and 3 words are right
	}{
		{"exactly 1", commandline.Exactly(1), [4]bool{false, true, false, false}},
		{"at most 2", commandline.AtMost(2), [4]bool{true, true, true, false}},
		{"1 to 2", commandline.Between(1, 2), [4]bool{false, true, true, false}},
	} {
		for n, right := range c.right {
			err := c.args(&cobra.Command{}, make([]string, n))
			if got := commandline.CodeOf(err); got == commandline.Done != right || !right && got != commandline.Misread {
				t.Errorf("%s with %d words: %v", c.name, n, err)
			}
		}
	}
}
