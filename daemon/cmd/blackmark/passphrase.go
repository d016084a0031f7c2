package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"blackmark/daemon/backup/seal"
	"blackmark/daemon/commandline"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// passphraseHelp is for the commands whose files leave the data folder.
const passphraseHelp = `The file is encrypted with a passphrase of at least 8 characters, which is asked
for, or read from the first line of a file (--passphrase-file, - for standard
input). Nobody can open the file without it: keep it elsewhere.`

var (
	errPassphraseWhere = problem.New(problem.Invalid, "passphrase_where",
		"there is no terminal to ask for the passphrase", "name a file that holds it with --passphrase-file")
	errPassphrasesDiffer = problem.New(problem.Invalid, "passphrases_differ",
		"the two passphrases differ", "try again")
)

// passphraseFlags say where a passphrase comes from, and whether there is one.
type passphraseFlags struct {
	file  string
	plain bool
}

// addSaving adds the flags of a command that writes a file.
func (p *passphraseFlags) addSaving(c *cobra.Command) {
	p.addOpening(c)
	c.Flags().BoolVar(&p.plain, "plain", false, "do not encrypt: everybody who gets the file can read it")
}

// addOpening adds the flag of a command that reads a file.
func (p *passphraseFlags) addOpening(c *cobra.Command) {
	c.Flags().StringVar(&p.file, "passphrase-file", "", "file whose first line is the passphrase; - for standard input")
}

// forSaving is the passphrase of a new file, asked for twice; empty for a plain one.
func (t *terminal) forSaving(p passphraseFlags) (string, error) {
	switch {
	case p.plain && p.file != "":
		return "", commandline.Usagef("give --plain or --passphrase-file, not both")
	case p.plain:
		return "", nil
	case p.file != "":
		phrase, err := t.readPassphrase(p.file)
		if err != nil {
			return "", err
		}
		return phrase, seal.CheckPassphrase(phrase)
	}
	phrase, err := t.askSecret("Passphrase for the file: ")
	if err != nil {
		return "", err
	}
	if err := seal.CheckPassphrase(phrase); err != nil {
		return "", err
	}
	again, err := t.askSecret("The same once more: ")
	if err == nil && again != phrase {
		err = errPassphrasesDiffer
	}
	return phrase, err
}

// forOpening is the passphrase of a file that is encrypted.
func (t *terminal) forOpening(p passphraseFlags) (string, error) {
	if p.file != "" {
		return t.readPassphrase(p.file)
	}
	return t.askSecret("Passphrase of the file: ")
}

func (t *terminal) readPassphrase(name string) (string, error) {
	if name == "-" {
		return firstLine(t.in)
	}
	f, err := os.Open(name)
	if err != nil {
		return "", noFile(name, err)
	}
	defer f.Close()
	return firstLine(f)
}

// firstLine reads one line, and no byte of what follows where that can be helped.
func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 8*wire.MaxPassphrase)).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}

// askSecret asks on the terminal and shows nothing of what is typed.
func (t *terminal) askSecret(question string) (string, error) {
	f, ok := t.in.(*os.File)
	if !ok {
		return "", errPassphraseWhere
	}
	shown, err := hideTyping(f)
	if err != nil {
		return "", errPassphraseWhere.Because(err)
	}
	fmt.Fprint(t.err, question)
	phrase, err := t.line()
	shown()
	fmt.Fprintln(t.err)
	return phrase, err
}

// line reads a line that a person types. It reads byte by byte, so that the next
// question finds its own answer.
func (t *terminal) line() (string, error) {
	var line []byte
	for one := make([]byte, 1); len(line) < 8*wire.MaxPassphrase; {
		n, err := t.in.Read(one)
		if n == 1 && one[0] == '\n' {
			break
		}
		if n == 1 {
			line = append(line, one[0])
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
	}
	return strings.TrimRight(string(line), "\r"), nil
}

// noFile is a file that was named and cannot be opened.
func noFile(name string, err error) error {
	return problem.New(problem.NotFound, "file_unreadable",
		fmt.Sprintf("%s cannot be read", name), "check the name of the file, and whether you may read it").Because(err)
}
