// Command blackmark is the seller's own blacklist on the seller's own
// computer: the daemon, and the command line that talks to it.
//
// It wires the rooms together and holds no rule of theirs: what a mark is
// stands in daemon/ledger, who may ask in daemon/localapi. The command line
// never reads the data itself; it asks the daemon, which has to prove first
// that it is the one of this data folder. Backups alone are made and put back
// without a daemon too, under the folder's lock. It imports any room of the daemon, is
// imported by none, and links no cloud server.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"blackmark/daemon/disk"
)

func main() {
	disk.CloseToOthers()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	t := &terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv}
	code := t.execute(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
