//go:build unix

package main

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownedByUs tells whether a file belongs to the user who runs this.
func ownedByUs(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(st.Uid) == os.Geteuid()
}

// writable asks the system whether files can be made in a folder, and makes none.
func writable(dir string) error { return unix.Access(dir, unix.W_OK) }
