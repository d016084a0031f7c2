//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// hideTyping has a terminal show nothing of what is typed until shown is called.
// The error says that f is no terminal.
func hideTyping(f *os.File) (shown func(), err error) {
	fd := int(f.Fd())
	was, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, err
	}
	hidden := *was
	hidden.Lflag &^= unix.ECHO
	hidden.Lflag |= unix.ICANON | unix.ISIG
	if err := unix.IoctlSetTermios(fd, setTermios, &hidden); err != nil {
		return nil, err
	}
	return func() { _ = unix.IoctlSetTermios(fd, setTermios, was) }, nil
}
